"""The pages on the audit show what the audit says."""

import json
import re
import runpy
from pathlib import Path
from typing import TYPE_CHECKING

from click.testing import CliRunner

from postclass.cli import main
from postclass.finding import KINDS

if TYPE_CHECKING:
    import pytest

ROOT = Path(__file__).parents[1]
TARGET = ROOT / "docs" / "audit-example.json"
ROUNDING = 2e-4  # twice the last digit that the example keeps
PAGE = (ROOT / "docs" / "audit.md").read_text(encoding="utf-8")


def same(first: object, second: object) -> bool:
    """Whether two JSON values are the same but for the last digit of a number."""
    if isinstance(first, dict) and isinstance(second, dict):
        return list(first) == list(second) and all(same(first[key], second[key]) for key in first)
    if isinstance(first, list) and isinstance(second, list):
        return len(first) == len(second) and all(map(same, first, second))
    if isinstance(first, float) and isinstance(second, float):
        return abs(first - second) <= ROUNDING
    return first == second


def test_the_example_is_current() -> None:
    """`docs/audit-example.json` is what `python docs/generate_audit.py` writes."""
    example = runpy.run_path(str(ROOT / "docs" / "generate_audit.py"))["example"]

    assert same(json.loads(TARGET.read_text(encoding="utf-8")), json.loads(json.dumps(example())))


def test_the_walk_shows_what_the_command_prints(monkeypatch: "pytest.MonkeyPatch") -> None:
    """The page's console block is the beginning of the command's own output."""
    monkeypatch.chdir(ROOT)
    (shown,) = re.findall(r"```console\n\$ postclass audit (data/\S+)\n(.*?)…\n```", PAGE, re.DOTALL)

    assert CliRunner().invoke(main, ["audit", shown[0]]).output.startswith(shown[1])


def test_all_findings_and_fields_are_explained() -> None:
    """Every kind of finding and every field of the example stands in the page's tables."""
    record = json.loads(TARGET.read_text(encoding="utf-8"))
    names = [*KINDS, *record, *record["postings"][0], *record["postings"][0]["detail"]]

    assert [] == [name for name in names if f"`{name}`" not in PAGE]
