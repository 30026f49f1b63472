"""Lint, format, types and the import contract, so that `pytest` is the one command."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize(
    "command",
    ["ruff check .", "ruff format --check .", "mypy", "lint-imports"],
)
def test_code_is_in_order(command: str) -> None:
    """Each checker, run from the repository's root, finds nothing."""
    tool, *arguments = command.split()
    result = subprocess.run(
        [str(Path(sys.executable).with_name(tool)), *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert result.returncode == 0, result.stdout + result.stderr
