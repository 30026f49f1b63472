"""`postclass traits`: the role traits and their strongest terms."""

import json
from typing import TYPE_CHECKING

from click.testing import CliRunner

from postclass.cli import main
from postclass.traits import load_traits

if TYPE_CHECKING:
    from standins import FakeModel


def test_traits_are_listed_with_their_terms(fake_model: "FakeModel") -> None:
    """Both sides with label, key, part, sentence and the terms that speak for each trait most."""
    output = CliRunner().invoke(main, ["traits", "--terms", "2"]).output

    assert output.index("Director-level work: the role …") < output.index("PM-level work: the role …")
    for trait in load_traits():
        assert f"  {trait.key} · {trait.part}\n" in output
    assert "    terms: decision, authority\n" in output


def test_traits_need_no_model_for_themselves() -> None:
    """With `--terms 0` no model is read, so a damaged one can't get in the way."""
    result = CliRunner().invoke(main, ["traits", "--terms", "0", "--model", "none"])

    assert result.exit_code == 0
    assert "terms:" not in result.output


def test_traits_as_json_hold_all_there_is(fake_model: "FakeModel") -> None:
    """`--format json` adds examples, near-misses and weights."""
    rows = json.loads(CliRunner().invoke(main, ["traits", "--format", "json"]).stdout_bytes)

    assert [t.key for t in load_traits()] == [row["key"] for row in rows]
    assert [{"term": "delivery", "weight": 1.0}] == next(r["terms"] for r in rows if r["key"] == "delivery")
    assert all(row["examples"] and row["near_misses"] for row in rows)
