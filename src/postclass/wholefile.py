"""A path in, a file that appears there whole or not at all out, and the disk's errors as `StorageError`."""

import contextlib
import errno
import io
import os
import secrets
import stat
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO

from postclass.errors import OutputError, StorageError

# What the user asked for can't be; everything else is the disk's fault.
_USAGE = (FileNotFoundError, NotADirectoryError, IsADirectoryError, PermissionError)

NAME_KEPT = 50  # characters of the target's name in the temporary one, for file systems end names at 255 bytes


@contextlib.contextmanager
def storage(name: str) -> Iterator[None]:
    """Turn what the system says while `name` is written into one line; a closed pipe is not the disk's fault."""
    try:
        yield
    except BrokenPipeError:
        raise
    except _USAGE as error:
        raise OutputError(f"{name}: can't be written: {error.strerror}.") from error
    except OSError as error:
        raise StorageError(f"{name}: can't be written: {error.strerror or error}.") from error


def is_device(path: str | Path) -> bool:
    """Whether the path is there but no plain file: a device or a pipe, written to as it stands."""
    if str(path) == "-":
        return False
    with contextlib.suppress(OSError, ValueError):
        mode = Path(path).stat().st_mode
        return not stat.S_ISREG(mode) and not stat.S_ISDIR(mode)
    return False


def open_file(path: Path | None) -> "WholeFile | OpenFile":
    """What writes to a path: a whole file or none, or stdout (None), a device or a pipe as it stands."""
    return OpenFile(path) if path is None or is_device(path) else WholeFile(path)


def write_whole(file: "WholeFile | OpenFile", data: bytes, *, name: str) -> None:
    """All of a file's content at once: it is there, or nothing of it is."""
    try:
        with storage(name):
            file.stream.write(data)
        file.seal()
        file.publish()
    except BaseException:
        file.discard()
        raise
    file.settle()


def write_together(contents: Mapping[Path, bytes]) -> None:
    """Files that belong together, by their paths: all of them are there, or those that were there before."""
    files: list[WholeFile] = []
    try:
        for path, data in contents.items():
            files.append(WholeFile(path))
            with storage(str(path)):
                files[-1].stream.write(data)
        for file in files:
            file.seal()
        for file in files:
            file.publish()
    except BaseException:
        for file in reversed(files):
            file.discard()
        raise
    for file in files:
        file.settle()


class WholeFile:
    """A file written beside its target and moved there when it is complete; `discard` leaves the target as it was.

    In order: write to `stream`, `seal`, `publish`, `settle`; `discard` at any time before that. What was there is kept
    under another name until all that belongs together is settled. A target that is a link keeps being one.
    """

    def __init__(self, path: Path) -> None:
        self._name = str(path)
        self._target = Path(os.path.realpath(path))
        self._temporary, self._kept = _beside(self._target), _beside(self._target)
        self.is_new = not self._target.exists()
        self._published = False
        # "x" neither follows a link nor opens what is there; the mode is the user's usual one.
        with storage(self._name):
            self.stream: IO[bytes] = self._temporary.open("xb")

    @property
    def path(self) -> Path:
        """Where it is written until it is published, for those who need a name."""
        return self._temporary

    def seal(self) -> None:
        """Everything is written: see to it that it is on the disk."""
        with storage(self._name), self.stream:
            self.stream.flush()
            os.fsync(self.stream.fileno())

    def publish(self) -> None:
        """Put the sealed file in the target's place, at once."""
        with storage(self._name):
            with contextlib.suppress(OSError):  # a file system without links
                self._kept.hardlink_to(self._target)
            self._temporary.replace(self._target)
            self._published = True
            sync_directory(self._target.parent)

    def settle(self) -> None:
        """All that belongs together is in its place: what was there before can go."""
        with contextlib.suppress(OSError):
            self._kept.unlink(missing_ok=True)

    def discard(self) -> None:
        """Leave no trace: remove what was written, and put what it has replaced in its place again."""
        with contextlib.suppress(OSError):
            self.stream.close()
        with contextlib.suppress(OSError):
            self._temporary.unlink(missing_ok=True)
            if self._published and self.is_new:
                self._target.unlink()
            elif self._published:
                self._kept.replace(self._target)
        self._published = False
        self.settle()  # where nothing had been replaced yet


class OpenFile:
    """Stdout, a device or a pipe: what is written is gone at once. The mirror of `WholeFile`."""

    is_new = False

    def __init__(self, path: Path | None) -> None:
        self._owned = path is not None
        self._name = "stdout" if path is None else str(path)
        with storage(self._name):
            self.stream: IO[bytes] = _stdout() if path is None else path.open("wb")

    def seal(self) -> None:
        """Hand over what is still buffered."""
        with storage(self._name):
            self.stream.flush()
            if self._owned:
                self.stream.close()

    def publish(self) -> None:
        """It has long been written."""

    settle = publish

    def discard(self) -> None:
        """Hand over what can be; what can't is forgotten, so that it does not fail once more when Python closes it."""
        try:
            self.stream.flush()
        except (OSError, ValueError):  # a ValueError where it is closed already
            with contextlib.suppress(OSError, ValueError):
                nowhere = os.open(os.devnull, os.O_WRONLY)
                os.dup2(nowhere, self.stream.fileno())
                os.close(nowhere)
        if self._owned:
            self.stream.close()


def _stdout() -> IO[bytes]:
    """Stdout, which writes all that it is given: with PYTHONUNBUFFERED it may write less, and tell it to nobody."""
    stream: IO[bytes] = sys.stdout.buffer
    return os.fdopen(stream.fileno(), "wb", closefd=False) if isinstance(stream, io.RawIOBase) else stream


def _beside(target: Path) -> Path:
    """A name beside the target that nobody else has."""
    return target.with_name(f".{target.name[:NAME_KEPT]}.postclass-{secrets.token_hex(4)}")


def sync_directory(path: Path) -> None:
    """A rename is on the disk when its directory is; some file systems can't and say EINVAL."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno != errno.EINVAL:
            raise
    finally:
        os.close(descriptor)
