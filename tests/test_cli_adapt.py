"""`postclass adapt`: labels on the command line, a model directory, and what was measured as a table."""

import json
from pathlib import Path

from click.testing import CliRunner

from own import ROOT
from postclass.cli import main
from postclass.cli.adapt import table, told
from postclass.modelfile import load_model

FIGURES = {
    "labels": {"director": 9, "pm": 31},
    "strength": 1.0,
    "held_back": False,
    "macro_f1": {"before": [0.8, 0.7, 0.9], "after": [0.9, 0.8, 1.0], "difference": [0.1, -0.05, 0.25]},
    "right": {"before": [0.8, 0.7, 0.9], "after": [0.9, 0.8, 1.0], "difference": [0.1, -0.05, 0.25]},
    "log_loss": {"before": [0.4, 0.3, 0.5], "after": [0.2, None, None], "difference": [-0.2, -0.3, -0.1]},
    "general": {"postings": 74, "macro_f1_before": 0.9159, "macro_f1_after": 0.92},
}


def test_labels_make_a_model_and_a_table(tmp_path: Path) -> None:
    """The model stands in the directory named, the table on stdout, what was done on stderr."""
    arguments = ["--postings", str(ROOT / "data/labelled/postings.jsonl")]
    arguments += ["--labels", str(ROOT / "data/labelled/ladder.jsonl"), "-o", str(tmp_path / "mine")]
    result = CliRunner().invoke(main, ["adapt", *arguments])
    assert 0 == result.exit_code, result.stderr
    assert result.stdout.startswith("| out of fold | before | after | difference |\n")
    assert "general postings: macro-F1" in result.stderr
    assert "mine" == load_model(tmp_path / "mine").manifest["name"]


def test_the_table_shows_intervals_and_signs() -> None:
    """Differences carry their sign, and a figure without an interval stands alone."""
    lines = table(FIGURES).split("\n")
    assert "| macro-F1 | 0.800 (0.700 to 0.900) | 0.900 (0.800 to 1.000) | +0.100 (-0.050 to +0.250) |" == lines[2]
    assert "| log-loss | 0.400 (0.300 to 0.500) | 0.200 | -0.200 (-0.300 to -0.100) |" == lines[4]


def test_what_was_done_is_told() -> None:
    """A change, a change that was held back, and no change at all are told apart."""
    assert "adapted with a prior of strength 1. 74 general postings" in told(FIGURES)
    assert "held back by --max-drift" in told({**FIGURES, "held_back": True})
    assert "stays as it is, since no change is surely better" in told({**FIGURES, "strength": None})
    assert "would cost too much" in told({**FIGURES, "strength": None, "held_back": True})


def test_a_label_that_is_wrong_is_told_by_its_line(tmp_path: Path) -> None:
    """A level that does not exist is a mistake in the input: exit 2, and where it stands."""
    labels = tmp_path / "mine.jsonl"
    labels.write_text(json.dumps({"id": "own-001", "level": "boss"}) + "\n", encoding="utf-8")
    arguments = ["--postings", str(ROOT / "data/labelled/postings.jsonl"), "--labels", str(labels)]
    result = CliRunner().invoke(main, ["adapt", *arguments, "-o", str(tmp_path / "mine")])
    assert 2 == result.exit_code
    assert "mine.jsonl, line 1" in result.stderr
