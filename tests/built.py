"""The package as it is shipped: builds of this repository."""

import subprocess
import sys
from pathlib import Path


def build(source: Path, target: Path, kind: str) -> Path:
    """The one file that a build of that kind (`wheel` or `sdist`) leaves in `target`; nothing is downloaded for it."""
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", kind, "-d", str(target)],
        cwd=source,
        capture_output=True,
        check=True,
    )
    return next(target.iterdir())
