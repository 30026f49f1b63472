"""A disk that fails on demand: at the nth call of a kind, at a number of bytes, or because it is small."""

import errno
import os
import resource
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

CALLS = ("fsync", "replace", "rename", "mkdir")  # those that change what is on the disk, beside writing itself


@contextmanager
def failing(call: str, nth: int) -> Iterator[list[int]]:
    """The nth call (from 0) of that function of `os` finds the disk full; yields a list with the number of calls."""
    real: Callable[..., Any] = getattr(os, call)
    count = [0]

    def called(*arguments: Any, **more: Any) -> Any:  # noqa: ANN401 - any function of the disk
        count[0] += 1
        if count[0] == nth + 1:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return real(*arguments, **more)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, call, called)
        yield count


@contextmanager
def largest(size: int) -> Iterator[None]:
    """No file of this process can grow beyond that many bytes, whoever writes it: Python, Arrow or SQLite."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@contextmanager
def small_disk(place: Path, size: str) -> Iterator[Path]:
    """A file system of that size (as `mount` takes it), in memory; skips the test where none can be mounted."""
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(place)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip(f"no small disk can be mounted here: {mounted.stderr.decode().strip()}")
    try:
        yield place
    finally:
        subprocess.run(["umount", str(place)], check=True)


def contents(place: Path) -> dict[str, bytes | None]:
    """All that is in a folder: files with their bytes, folders with None."""
    return {
        str(path.relative_to(place)): path.read_bytes() if path.is_file() else None for path in sorted(place.rglob("*"))
    }
