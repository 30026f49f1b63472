"""Where compiled functions are kept: a folder named after all that they are made of.

numba's cache looks at the time and size of one file: a function would stay as it was when a constant or another
function that it uses changes, or when files come from a wheel with fixed times.
"""

import hashlib
import os
import platform
import sys
from functools import cache
from importlib.metadata import version
from pathlib import Path

# Beside the kernel's own, the modules whose patterns and constants are compiled in.
_MADE_OF = ("text", "titles", "features", "opinion", "judge")


@cache
def folder() -> str:
    """The first folder that can be made: the one asked for, beside this package, or among the user's caches.

    Empty where none can be made; then numba looks for a place by itself.
    """
    here = Path(__file__).parent
    checks = os.environ.get("NUMBA_BOUNDSCHECK", "")
    digest = hashlib.sha256(f"{version('numba')} {sys.version} {platform.machine()} {checks}".encode())
    for path in (*sorted(here.glob("*.py")), *(here.parent / f"{name}.py" for name in _MADE_OF)):
        digest.update(path.read_bytes())
    name = f"postclass-{digest.hexdigest()[:16]}"
    home = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA") or "~/.cache"
    asked_for = os.environ.get("NUMBA_CACHE_DIR")
    places = [Path(asked_for)] if asked_for else []
    for place in (*places, here / "__pycache__", Path(home).expanduser()):
        path = place / name
        try:
            path.mkdir(parents=True, exist_ok=True)
        except OSError:
            continue
        if os.access(path, os.W_OK):
            return str(path)
    return ""


def is_compiled() -> bool:
    """Whether an earlier process has compiled the whole walk."""
    place = folder()
    return bool(place) and any(Path(place).rglob("walk.judge_postings-*.nbi"))
