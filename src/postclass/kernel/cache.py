"""Where compiled functions are kept: a folder named after all that they are made of.

numba's cache looks at the time and size of one file: a function would stay as it was when a constant or another
function that it uses changes, or when files come from a wheel with fixed times.
"""

import atexit
import hashlib
import os
import platform
import shutil
import sys
import tempfile
from contextlib import suppress
from functools import cache
from importlib.metadata import version
from pathlib import Path

# Beside the kernel's own, the modules whose patterns and constants are compiled in.
_MADE_OF = ("text", "titles", "features", "opinion", "judge")
_ASKED_FOR = "NUMBA_CACHE_DIR"


@cache
def folder() -> str:
    """The first folder that can be written: the one asked for, beside this package, or among the user's caches.

    Where there is none, a temporary one, which this process and those it begins share. Functions that were compiled
    where nothing can be written are taken over. Empty where not even a temporary folder can be made; then numba looks
    for a place by itself.
    """
    target = next(filter(_is_writable, _places()), None)
    if target is None:
        with suppress(OSError):
            target = _temporary()
    if target is None:
        return ""
    if not _is_full(target):
        full = next(filter(_is_full, _places()), None)
        if full is not None:
            _take_over(full, target)
    return str(target)


def is_compiled() -> bool:
    """Whether an earlier process has compiled the whole walk."""
    return any(map(_is_full, _places()))


def is_kept() -> bool:
    """Whether what is compiled now will be there for later processes."""
    return any(map(_is_writable, _places()))


@cache
def _name() -> str:
    here = Path(__file__).parent
    checks = os.environ.get("NUMBA_BOUNDSCHECK", "")
    digest = hashlib.sha256(f"{version('numba')} {sys.version} {platform.machine()} {checks}".encode())
    for path in (*sorted(here.glob("*.py")), *(here.parent / f"{name}.py" for name in _MADE_OF)):
        digest.update(path.read_bytes())
    return f"postclass-{digest.hexdigest()[:16]}"


def _places() -> list[Path]:
    """Where the folder may be, the best place first."""
    asked_for = os.environ.get(_ASKED_FOR)
    home = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA") or "~/.cache"
    places = [Path(asked_for)] if asked_for else []
    return [place / _name() for place in (*places, Path(__file__).parent / "__pycache__", Path(home).expanduser())]


def _is_writable(path: Path) -> bool:
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError:
        return False
    return os.access(path, os.W_OK)


def _is_full(path: Path) -> bool:
    with suppress(OSError):
        return any(path.rglob("walk.judge_postings-*.nbi"))
    return False


def _temporary() -> Path:
    """A new folder that is nobody else's, for what is loaded from it is run; gone when this process ends."""
    place = Path(tempfile.mkdtemp(prefix="postclass-"))
    atexit.register(_remove, place, os.getpid())
    os.environ[_ASKED_FOR] = str(place)  # of the processes that this one begins
    path = place / _name()
    path.mkdir()
    return path


def _remove(place: Path, owner: int) -> None:
    if os.getpid() == owner:  # not at the end of a fork
        shutil.rmtree(place, ignore_errors=True)


def _take_over(full: Path, target: Path) -> None:
    """Copy a folder in the place of one that is still empty, at once, for others may be about to read it."""
    with suppress(OSError):
        copy = Path(tempfile.mkdtemp(prefix=f"{target.name}-", dir=target.parent))
        try:
            shutil.copytree(full, copy, dirs_exist_ok=True)
            copy.rename(target)
        finally:
            shutil.rmtree(copy, ignore_errors=True)
