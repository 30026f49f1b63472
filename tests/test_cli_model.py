"""`postclass model show` and `postclass model diff`."""

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from postclass.cli import main
from standins import FakeModel

if TYPE_CHECKING:
    from standins import Make


def test_show_tells_what_a_model_is_made_of(fake_model: FakeModel) -> None:
    """The manifest as indented lines, or as JSON."""
    runner = CliRunner()

    assert runner.invoke(main, ["model", "show"]).output == "format: 1\nfiles\n  a.json\n    bytes: 12\nseeds: 1, 2\n"
    assert fake_model.manifest == json.loads(runner.invoke(main, ["model", "show", "--format", "json"]).stdout_bytes)


@pytest.fixture
def two_models(monkeypatch: pytest.MonkeyPatch, make_verdict: "Make") -> None:
    """Model `old` says director to all, `new` only to titles that hold the word, and pm or unclear to others."""
    old, pm = make_verdict(), make_verdict(level="pm", p_director=0.2)
    unusable = make_verdict(level="unclear", p_director=None)

    class New(FakeModel):
        def judge(self, postings, *, settings):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
            for p in postings:
                verdict = old if "Director" in (p.title or "") else pm if p.description else unusable
                yield replace(verdict, row=p.row, id=p.id, title=p.title)

    models = {"old": FakeModel(old), "new": New(old)}
    monkeypatch.setattr("postclass.modelfile.load_model", lambda path: models[path.name])


@pytest.fixture
def postings(tmp_path: Path) -> str:
    """Three postings and a line that is none."""
    file = tmp_path / "postings.jsonl"
    rows = [("a", "Director", "Lead"), ("b", "Owner\x1b", "Groom"), (None, None, "")]
    lines = [json.dumps({"id": i, "title": t, "description": d}) for i, t, d in rows]
    file.write_text("\n".join([*lines, "{"]) + "\n")
    return str(file)


def test_diff_shows_the_verdicts_that_change(two_models: None, postings: str) -> None:
    """A line for each change with row, both verdicts and the posting, then the sum."""
    result = CliRunner().invoke(main, ["model", "diff", "old", "new", "--postings", postings])

    assert result.exit_code == 0
    assert result.output == (
        "2\tdirector 0.88 → pm 0.20\tb · Owner\\x1b\n"
        "3\tdirector 0.88 → unclear\t\n"
        "2 of 3 verdicts change; 1 record could not be read; director → pm: 1; director → unclear: 1\n"
    )


def test_diff_as_json_keeps_stdout_for_records(two_models: None, postings: str) -> None:
    """`--format json` gives a record a line; the sum goes to stderr."""
    result = CliRunner().invoke(main, ["model", "diff", "old", "new", "--postings", postings, "--format", "json"])
    records = [json.loads(line) for line in result.stdout.splitlines()]

    assert [2, 3] == [record["row"] for record in records]
    assert {"level": "pm", "p_director": 0.2} == records[0]["after"]
    assert result.stderr.startswith("2 of 3 verdicts change")


def test_diff_of_nothing_says_so(two_models: None, tmp_path: Path) -> None:
    """Where no verdict changes, the sum alone is shown."""
    file = tmp_path / "postings.jsonl"
    file.write_text('{"title": "Director", "description": "Lead"}\n')
    result = CliRunner().invoke(main, ["model", "diff", "old", "new", "--postings", str(file)])

    assert result.output == "0 of 1 verdicts change\n"
