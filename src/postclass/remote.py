"""Addresses such as `s3://bucket/postings.parquet` in, their files out, by fsspec and what is installed beside it."""

import contextlib
import re
from collections.abc import Iterator
from typing import IO, Any

from postclass.errors import InputError, PostclassError

# `s3://…`, and fsspec's chains such as `simplecache::s3://…`.
_URL = re.compile(r"(?:[a-z][a-z0-9+.-]+::)*[a-z][a-z0-9+.-]+://", re.IGNORECASE)


def is_url(path: str) -> bool:
    """Whether a path is an address, which is opened only where the user asked for it."""
    return _URL.match(path) is not None


@contextlib.contextmanager
def told(url: str, what: str, error: type[PostclassError]) -> Iterator[None]:
    """Turn whatever a file system raises into one line: each plug-in has errors of its own."""
    try:
        yield
    except PostclassError:
        raise
    except ImportError as problem:
        why = f"a package is missing: {problem}"
        if (problem.name or "").partition(".")[0] == "fsspec":
            why = "addresses need fsspec: pip install 'postclass[storage]'"
        raise error(f"{url}: {what}: {why}.") from problem
    except Exception as problem:
        said = getattr(problem, "strerror", None) or str(problem) or type(problem).__name__
        raise error(f"{url}: {what}: {' '.join(said.split())}.") from problem


def file_system(url: str) -> tuple[Any, str]:
    """An address in, its file system and the path on it out; call it within `told`."""
    from fsspec.core import url_to_fs

    system, path = url_to_fs(url)
    return system, str(path)


class RemoteFile:
    """A file at an address, open for reading; all its failures are `InputError`."""

    def __init__(self, url: str) -> None:
        self._url = url
        with self._told():
            system, path = file_system(url)
            if system.isdir(path):
                raise InputError(f"{url}: can't be opened: Is a directory.")
            self.size: int | None = system.size(path)
            self._file: IO[bytes] = system.open(path, "rb")

    def _told(self) -> contextlib.AbstractContextManager[None]:
        return told(self._url, "can't be read", InputError)

    def read(self, size: int = -1) -> bytes:
        """The next bytes."""
        with self._told():
            return self._file.read(size)

    def again(self) -> IO[bytes]:
        """The same file once more, open at its start, for those who have to go to and fro in it."""
        with self._told():
            system, path = file_system(self._url)
            stream: IO[bytes] = system.open(path, "rb")
            return stream

    def close(self) -> None:
        """Close it."""
        with contextlib.suppress(Exception):
            self._file.close()


def find_files(url: str, *, base: str) -> list[tuple[str, int | None, str]] | None:
    """The files below an address of a folder, or those that a pattern fits; None where it is that of one file.

    With each its size, and its path below `base`, the part of the address that is no pattern.
    """
    with told(url, "can't be listed", InputError):
        system, path = file_system(url)
        if system.isfile(path):
            return None
        roots = system.glob(path) if base != url else [path] if system.isdir(path) else []
        found: dict[str, dict[str, Any]] = {}
        for root in roots:
            found |= system.find(root, detail=True)
        start = len(file_system(base)[1].rstrip("/"))
        return [(str(system.unstrip_protocol(name)), entry.get("size"), name[start:]) for name, entry in found.items()]
