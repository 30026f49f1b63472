"""An input, a model and settings in, what identifies them out: a checkpoint is for these and for no others."""

import glob
import hashlib
import os
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from postclass import __version__
from postclass.errors import InputError

WHOLE = 64 * 2**20  # bytes of a file that is hashed whole; larger ones by samples, size and time of change
_SAMPLES, _SAMPLE = 64, 64 * 2**10  # samples spread over a large file, and the bytes of each; 4 MB are read at once
_READ = 2**20


@dataclass(frozen=True, slots=True)
class Binding:
    """What a run is of: `input`, `model` and `postclass` (the version) are identities, `settings` names and values."""

    input: str
    model: str
    settings: Mapping[str, Any]  # plain JSON values
    postclass: str = __version__

    @classmethod
    def of(cls, path: str, *, model: str, settings: Mapping[str, Any]) -> Self:
        """The binding of an input's path (a file, a folder or a pattern), a model's digest and settings."""
        return cls(fingerprint(path), model, dict(settings))

    def changes(self, then: "Binding") -> list[str]:
        """What has changed since `then`, in words; nothing if nothing has."""
        told = []
        if self.input != then.input:
            told.append("the input has changed")
        if self.model != then.model:
            told.append("the model is another one")
        if self.postclass != then.postclass:
            told.append(f"postclass was {then.postclass}, is now {self.postclass}")
        for name in {**then.settings, **self.settings}:
            was, is_now = then.settings.get(name), self.settings.get(name)
            if was != is_now:
                told.append(f"--{name} was {_shown(was)}, is now {_shown(is_now)}")
        return told


def _shown(value: object) -> str:
    return "not given" if value is None or value is False else "given" if value is True else repr(value)


def fingerprint(path: str) -> str:
    """A path of a file, of a folder or a pattern in, what changes when a byte of what is there does out.

    Files up to 64 MB are read whole. Of larger ones samples are read, and their time of change counts too.
    """
    if "://" in path:
        return _remote(path)
    if Path(path).is_file():
        return _file(Path(path))
    digest = hashlib.sha256()
    for file in _files(path):
        digest.update(f"{file}\0{_file(file)}\n".encode("utf-8", "surrogateescape"))
    return f"sha256:{digest.hexdigest()}"


def _files(path: str) -> Iterator[Path]:
    found = [path] if Path(path).is_dir() else sorted(glob.glob(path, recursive=True))  # noqa: PTH207 - any root
    if not found:
        raise InputError(f"{path}: can't be opened: No such file or directory.")
    for name in map(Path, found):
        yield from sorted(file for file in name.rglob("*") if file.is_file()) if name.is_dir() else [name]


def _file(path: Path) -> str:
    try:
        with path.open("rb") as stream:
            status = os.fstat(stream.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise InputError(f"{path}: is no plain file, so that a run of it can't be resumed.")
            digest = hashlib.sha256(str(status.st_size).encode())
            if status.st_size <= WHOLE:
                while data := stream.read(_READ):
                    digest.update(data)
                return f"sha256:{digest.hexdigest()}"
            digest.update(f" {status.st_mtime_ns}".encode())
            for sample in range(_SAMPLES):
                stream.seek(max(0, status.st_size - _SAMPLE) * sample // (_SAMPLES - 1))
                digest.update(stream.read(_SAMPLE))
    except OSError as error:
        raise InputError(f"{path}: can't be read: {error.strerror}.") from error
    return f"samples:{digest.hexdigest()}"


def _remote(path: str) -> str:
    try:
        import fsspec
    except ImportError as error:
        raise InputError(f"{path}: reading from storage needs fsspec: pip install fsspec.") from error
    filesystem, name = fsspec.core.url_to_fs(path)
    files = sorted(filesystem.find(name)) or [name]
    digest = hashlib.sha256("\n".join(f"{file} {filesystem.checksum(file)}" for file in files).encode())
    return f"remote:{digest.hexdigest()}"
