"""`postclass model show` and `postclass model diff`."""

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from own import shipped
from postclass.cli import main
from postclass.modelfile import SHIPPED, manifest_digest, save_model
from postclass.resources import resource
from standins import FakeModel

if TYPE_CHECKING:
    from standins import Make


def test_show_tells_what_a_model_is_made_of(fake_model: FakeModel) -> None:
    """The manifest as indented lines, or as JSON."""
    runner = CliRunner()

    lines = "format: 1\nfiles\n  a.json\n    bytes: 12\nseeds: 1, 2\n"
    assert f"{lines}sha256 of the manifest: {manifest_digest()}\n" == runner.invoke(main, ["model", "show"]).output
    assert fake_model.manifest == json.loads(runner.invoke(main, ["model", "show", "--format", "json"]).stdout_bytes)


@pytest.mark.parametrize("style", ["text", "json"])
def test_a_manifest_never_commands_the_terminal(style: str, tmp_path: Path) -> None:
    """Whatever a model's manifest holds, keys too, is shown and not obeyed."""
    evil = "\x1b[2J\x07\u202e\x9b"
    about = {evil: evil, "list": [evil], "more": {evil: evil}}
    save_model(shipped().parts, tmp_path / "model", about=about)
    shown = CliRunner().invoke(main, ["model", "show", str(tmp_path / "model"), "--format", style]).output

    assert 3 < shown.count("202e")
    assert not set(evil[0] + evil[-3:]) & set(shown)


@pytest.mark.parametrize(
    "command",
    [
        ("check", "{place}/posting.txt"),
        ("classify", "{place}/posting.jsonl"),
        ("audit", "{place}/posting.jsonl"),
        ("traits",),
        ("serve",),
    ],
)
def test_the_expected_hash(command: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each command that judges refuses a model of another hash, wherever --model stands, and takes the right one."""
    (tmp_path / "posting.txt").write_text("Lead the team.", encoding="utf-8")
    (tmp_path / "posting.jsonl").write_text('{"description": "Lead the team."}\n', encoding="utf-8")
    monkeypatch.setattr("postclass.serve.running.run", lambda *_, **__: None)
    asked = [part.format(place=tmp_path) for part in command]
    digest, model = manifest_digest(), str(resource(SHIPPED))

    for given in (["--expect-sha256", "00ff"], ["--expect-sha256", "00ff", "--model", model]):
        refused = CliRunner().invoke(main, [*asked, *given])
        assert 2 == refused.exit_code
        assert f"its SHA-256 is {digest}, not the expected 00ff; get the model from where" in refused.stderr
    for given in (["--expect-sha256", digest], ["--expect-sha256", digest.upper(), "--model", model]):
        assert 0 == CliRunner().invoke(main, [*asked, *given]).exit_code


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
