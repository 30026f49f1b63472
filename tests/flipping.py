"""A model's files with one byte changed at a time: how many of such models are refused.

As a command it changes every 97th byte of the shipped model, wholly and by one bit:

    python tests/flipping.py
"""

import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from postclass.errors import ModelError
from postclass.modelfile import FILES, MANIFEST, SHIPPED, load_model
from postclass.resources import resource

STEP = 97
MASKS = {"all bits": 0xFF, "one bit": 0x01}


def flipped(model: Path, name: str, *, mask: int, step: int = STEP) -> Iterator[bool]:
    """For each `step`th byte of a file whether the model is refused with that byte's bits flipped, and then mended."""
    with (model / name).open("r+b", buffering=0) as file:
        for place in range(0, (model / name).stat().st_size, step):
            file.seek(place)
            (old,) = file.read(1)
            file.seek(place)
            file.write(bytes([old ^ mask]))
            yield _is_refused(model)
            file.seek(place)
            file.write(bytes([old]))


def _is_refused(model: Path) -> bool:
    try:
        load_model(model)
    except ModelError:
        return True
    return False


def copied(place: Path) -> Path:
    """A copy of the shipped model's files."""
    for name in (MANIFEST, *FILES):
        shutil.copy(resource(SHIPPED) / name, place)
    return place


def main() -> None:
    """Flips and counts; exits with 1 where a changed byte of what is judged with was not refused."""
    accepted = 0
    with tempfile.TemporaryDirectory() as place:
        model = copied(Path(place))
        for how, mask in MASKS.items():
            for name in (MANIFEST, *FILES):
                found = Counter(flipped(model, name, mask=mask))
                print(f"{name}, {how}: {found[True]:,} of {found.total():,} refused", flush=True)  # noqa: T201 - a command
                accepted += found[False] if name != MANIFEST or how == "all bits" else 0
        load_model(model)
    sys.exit(bool(accepted))


if __name__ == "__main__":
    main()
