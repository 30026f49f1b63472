"""`postclass train` and `postclass evaluate`: the data named on the command line reaches them as paths."""

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from postclass.cli import main

DATA = ["--postings", "p.parquet", "--labels", "l.jsonl", "-o", "out"]
SUMMARIES = ["--summaries", "s.parquet", "--summary-labels", "sl.jsonl"]


@pytest.mark.parametrize(
    ("command", "function", "own"),
    [
        ("train", "postclass.training.train", {"force": False}),
        ("evaluate", "postclass.evaluation.evaluate", {"seeds": 5}),
    ],
)
def test_data_reaches_the_journey(
    monkeypatch: pytest.MonkeyPatch, command: str, function: str, own: dict[str, object]
) -> None:
    """Required and optional files arrive, summaries paired with their labels."""
    seen: dict[str, Any] = {}
    monkeypatch.setattr(function, lambda **named: seen.update(named))
    result = CliRunner().invoke(main, [command, *DATA, *SUMMARIES, "--other", "o.parquet"])

    assert result.exit_code == 0
    assert seen == {
        "postings": Path("p.parquet"),
        "labels": Path("l.jsonl"),
        "weak": None,
        "other": Path("o.parquet"),
        "summaries": ((Path("s.parquet"), Path("sl.jsonl")),),
        "output": Path("out"),
        **own,
    }


@pytest.mark.parametrize("command", ["train", "evaluate"])
def test_summaries_without_labels_are_a_usage_error(command: str) -> None:
    """Every file of summaries needs its labels."""
    result = CliRunner().invoke(main, [command, *DATA, "--summaries", "s.parquet"])

    assert result.exit_code == 2
    assert "give as many of one as of the other" in result.stderr
