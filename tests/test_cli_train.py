"""`postclass train` and `postclass evaluate`: the data named on the command line reaches them as paths."""

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from postclass.cli import main

DATA = ["--postings", "p.parquet", "--labels", "l.jsonl", "--labels", "sl.jsonl", "--weak", "s.parquet", "-o", "out"]


@pytest.mark.parametrize(
    ("command", "function", "own"),
    [
        ("train", "postclass.training.train", {"force": False}),
        ("evaluate", "postclass.evaluation.evaluate", {"seeds": 5, "peers": True}),
    ],
)
def test_data_reaches_the_journey(
    monkeypatch: pytest.MonkeyPatch, command: str, function: str, own: dict[str, object]
) -> None:
    """Files arrive as paths, several of a kind in their order."""
    seen: dict[str, Any] = {}
    monkeypatch.setattr(function, lambda **named: seen.update(named))
    result = CliRunner().invoke(main, [command, *DATA])
    seen.pop("progress")

    assert result.exit_code == 0
    assert seen == {
        "postings": Path("p.parquet"),
        "labels": (Path("l.jsonl"), Path("sl.jsonl")),
        "weak": (Path("s.parquet"),),
        "output": Path("out"),
        **own,
    }


def test_labels_are_required() -> None:
    """Without labels there is nothing to learn from."""
    result = CliRunner().invoke(main, ["train", "--postings", "p.parquet", "-o", "out"])

    assert result.exit_code == 2
    assert "--labels" in result.stderr
