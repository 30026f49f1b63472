"""An address in, a file or a folder that appears there out: the mirror of `wholefile` and `partfiles` on storage."""

import contextlib
import secrets
from pathlib import PurePosixPath
from typing import IO, Any

from postclass.errors import OutputError, StorageError
from postclass.partfiles import DONE
from postclass.remote import file_system, told

_CANT = "can't be written"


class RemoteWholeFile:
    """A file written under another name beside its address, and moved there when it is complete."""

    def __init__(self, url: str) -> None:
        self._url = url
        with told(url, _CANT, OutputError):
            self._system, self._path = file_system(url)
            path = PurePosixPath(self._path)
            self._temporary = str(path.with_name(f".{path.name}.postclass-{secrets.token_hex(4)}"))
            self.is_new = not self._system.exists(self._path)
            self._published = False
            self.stream: IO[bytes] = _Told(self._system.open(self._temporary, "wb"), url)  # type: ignore[assignment]

    def seal(self) -> None:
        """Everything is written: see to it that storage has it."""
        self.stream.close()

    def publish(self) -> None:
        """Put the sealed file in its place."""
        with told(self._url, _CANT, StorageError):
            self._system.mv(self._temporary, self._path)
            self._published = True

    def settle(self) -> None:
        """Storage keeps nothing of what was there before."""

    def discard(self) -> None:
        """Leave no trace."""
        with contextlib.suppress(Exception):
            self.stream.close()
        with contextlib.suppress(Exception):
            self._system.rm_file(self._path if self._published and self.is_new else self._temporary)


class RemoteFolder:
    """A new folder at an address: storage moves no folders at once, so it is complete when its `_SUCCESS` is there."""

    is_new = True

    def __init__(self, url: str) -> None:
        self._url, self._written = url, list[str]()
        with told(url, _CANT, OutputError):
            self._system, path = file_system(url)
            self._root = path.rstrip("/")
            if self._system.exists(self._root) and self._system.find(self._root):
                raise OutputError(f"{url}: is not empty; remove what is there, or name another folder.")

    def open(self, name: str) -> IO[bytes]:
        """A new file of that name."""
        path = f"{self._root}/{name}"
        with told(self._url, _CANT, StorageError):
            self._system.makedirs(path.rpartition("/")[0], exist_ok=True)
            self._written.append(path)
            return _Told(self._system.open(path, "wb"), self._url)  # type: ignore[return-value]

    def close(self, stream: IO[bytes]) -> None:
        """Storage has a file when it is closed."""
        stream.close()

    def publish(self) -> None:
        """Say that all files are there."""
        self.open(DONE).close()

    def settle(self) -> None:
        """Nothing was there before."""

    def discard(self) -> None:
        """Remove what was written."""
        for path in self._written:
            with contextlib.suppress(Exception):
                self._system.rm_file(path)


class _Told:
    """A file of storage whose failures are `StorageError`."""

    def __init__(self, stream: Any, url: str) -> None:  # noqa: ANN401 - whatever the file system gives
        self._stream, self._url = stream, url

    def write(self, data: bytes) -> int:
        """Write all of it."""
        with told(self._url, _CANT, StorageError):
            self._stream.write(data)
        return len(data)

    def flush(self) -> None:
        """Storage takes what it takes when it likes."""

    def close(self) -> None:
        """Hand over what is left."""
        with told(self._url, _CANT, StorageError):
            self._stream.close()
