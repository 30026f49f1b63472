"""The promises: each line of docs/promises.md names tests that exist, and in a whole run all of them ran and passed."""

import ast
import re
from pathlib import Path

import pytest

from ran import OUTCOMES

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs/promises.md").read_text("utf-8")
_NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
NAMED = sorted(set(_NAMED.findall(PAGE)))


def rows() -> list[list[str]]:
    """The cells of each line of the table of promises."""
    table = PAGE.partition("\n## ")[0]
    lines = [line for line in table.split("\n") if line.startswith("| ") and not line.startswith("| ---")]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]


def test_every_promise_names_its_tests() -> None:
    """Each line has a fault, a promise, tests, and what was measured."""
    header, *promises = rows()

    assert ["fault", "promise", "tests", "measured"] == header
    assert len(promises) >= 29  # as many faults as the project set out with
    assert [] == [row[0] for row in promises if len(row) != len(header) or not all(row) or not _NAMED.search(row[2])]


@pytest.mark.parametrize("path", sorted({path for path, _ in NAMED}))
def test_the_tests_exist(path: str) -> None:
    """Every test that is named is there, under that name."""
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    there = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}

    assert set() == {name for file, name in NAMED if file == path} - there


def test_the_tests_ran(request: pytest.FixtureRequest) -> None:
    """In a run of all tests, this one comes last, and finds that each test that is named ran and passed."""
    if {path for path, _ in NAMED} - {item.nodeid.split("::")[0] for item in request.session.items}:
        pytest.skip("only some of the tests were asked for")

    came_out = {f"{path}::{name}": OUTCOMES.get(f"{path}::{name}", set()) for path, name in NAMED}

    # One of several parameters may be skipped where a machine lacks what it needs; all of them may not.
    assert {} == {name: outcomes for name, outcomes in came_out.items() if outcomes - {"skipped"} != {"passed"}}
