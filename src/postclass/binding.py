"""An input, a model and settings in, what identifies them out: a checkpoint is for these and for no others."""

import hashlib
import os
import stat
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from postclass import __version__
from postclass.errors import InputError
from postclass.remote import file_system, told

WHOLE = 64 * 2**20  # bytes that are hashed whole; of more, samples, size and time of change count
_SAMPLES, _FEWEST = 64, 3  # samples spread over all files, and over each of them at the least
_SAMPLE = 64 * 2**10  # bytes of a sample


@dataclass(frozen=True, slots=True)
class Binding:
    """What a run is of: `input`, `model` and `postclass` (the version) are identities, `settings` names and values."""

    input: str
    model: str
    settings: Mapping[str, Any]  # plain JSON values
    postclass: str = __version__
    way: Any = "auto"  # to judge: no choice of the user's, so that it is kept rather than compared

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


def read_binding(told: Mapping[str, Any]) -> Binding:
    """A binding as it was written down in, itself out; raises `TypeError` if it is none."""
    texts = (told.get(name, "") for name in ("input", "model", "postclass"))
    if not isinstance(told.get("settings"), Mapping) or not all(isinstance(text, str) for text in texts):
        raise TypeError("not what a run is of")
    return Binding(**told)


def _shown(value: object) -> str:
    return "not given" if value is None or value is False else "given" if value is True else repr(value)


def fingerprint(paths: Iterable[str]) -> str:
    """Paths of files in, what changes when their names or a byte of them does out.

    Up to 64 MB are read whole. Of more, samples of each file are read, and its time of change counts too. Of addresses
    what their storage tells counts: size, time, checksum.
    """
    files = [path if "://" in path else Path(path) for path in paths]
    whole = sum(_size(file) for file in files if isinstance(file, Path)) <= WHOLE
    samples = max(_FEWEST, _SAMPLES // max(1, len(files)))
    digest = hashlib.sha256()
    for file in files:
        mark = _file(file, samples=None if whole else samples) if isinstance(file, Path) else _remote(file)
        name = "" if len(files) == 1 else str(file)  # a single file may be moved
        digest.update(f"{name}\0{mark}\n".encode("utf-8", "surrogateescape"))
    return f"{'sha256' if whole else 'samples'}:{digest.hexdigest()}"


def files_of(path: Path) -> list[str]:
    """A file or a folder in, its path or those of all the files in it out."""
    return sorted(map(str, filter(Path.is_file, path.rglob("*")))) if path.is_dir() else [str(path)]


def _size(path: Path) -> int:
    with _reading(path):
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise InputError(f"{path}: is no plain file, so that a run of it can't be resumed.")
        return status.st_size


def _file(path: Path, *, samples: int | None) -> str:
    with _reading(path), path.open("rb") as stream:
        status = os.fstat(stream.fileno())
        if samples is None:
            return hashlib.file_digest(stream, "sha256").hexdigest()
        digest = hashlib.sha256(f"{status.st_size} {status.st_mtime_ns}".encode())
        for sample in range(samples):
            stream.seek(max(0, status.st_size - _SAMPLE) * sample // (samples - 1))
            digest.update(stream.read(_SAMPLE))
        return digest.hexdigest()


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise InputError(f"{path}: can't be read: {error.strerror}.") from error


def _remote(address: str) -> str:
    with told(address, "can't be read", InputError):
        system, name = file_system(address)
        return str(system.checksum(name))
