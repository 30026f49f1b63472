"""The command reference in the docs is the commands' own help."""

import runpy
from pathlib import Path

DOCS = Path(__file__).parents[1] / "docs"


def test_the_reference_is_current() -> None:
    """`docs/cli.md` is what `python docs/generate_cli.py` writes."""
    reference = runpy.run_path(str(DOCS / "generate_cli.py"))["reference"]

    assert reference() == (DOCS / "cli.md").read_text(encoding="utf-8"), "run: python docs/generate_cli.py"
