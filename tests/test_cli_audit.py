"""`postclass audit`: titles held against texts, from the command line."""

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from own import own_rows
from postclass.cli import main

ROOT = Path(__file__).parents[1]
OWN = ROOT / "data" / "labelled" / "postings.jsonl"
HOSTILE = Path(__file__).parent / "hostile"
FEW = ("own-001", "own-010", "own-022", "own-025", "own-058")


def run(*arguments: str | Path) -> Result:
    """`postclass audit` with these arguments."""
    return CliRunner().invoke(main, ["audit", *map(str, arguments)])


@pytest.fixture
def jobs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory of a few postings, in the current directory; one finding of each kind but for `undecided`."""
    monkeypatch.chdir(tmp_path)
    folder = Path("jobs")
    folder.mkdir()
    for row in own_rows():
        if row["id"] in FEW:
            (folder / f"{row['id']}.md").write_text(f"# {row['title']}\n\n{row['description']}", encoding="utf-8")
    return folder


def test_a_summary_for_people(jobs: Path) -> None:
    """Without an output the summary and the mismatches are shown, the surest first."""
    result = run(jobs)
    lines = result.output.split("\n")

    assert 0 == result.exit_code
    assert "5 postings audited." == lines[0]
    assert "2 titles above the text, 1 below it, 2 in line with it." == lines[1]
    assert "Senior Product Manager, jobs/own-010.md" == lines[3]
    assert "  The text shows more than the title claims" in result.output


@pytest.mark.parametrize(
    ("kinds", "code"),
    [
        ((), 0),
        (("inflated",), 1),
        (("deflated",), 1),
        (("mismatch",), 1),
        (("undecided",), 0),
        (("undecided", "consistent"), 1),
    ],
)
def test_fail_on(jobs: Path, kinds: tuple[str, ...], code: int) -> None:
    """The exit code says whether there is a finding of a kind that was named."""
    assert code == run(jobs, *(part for kind in kinds for part in ("--fail-on", kind))).exit_code


def test_ignored_findings_fail_nothing(jobs: Path) -> None:
    """Neither those that a comment sets aside nor those of an ignore file; both are still told."""
    first, second = jobs / "own-022.md", jobs / "own-058.md"
    first.write_text(first.read_text(encoding="utf-8") + "\n<!-- postclass: ignore inflated -->", encoding="utf-8")

    assert 1 == run(jobs, "--fail-on", "inflated").exit_code
    Path(".postclassignore").write_text(f"{second} inflated\n")
    result = run(jobs, "--fail-on", "inflated")
    assert 0 == result.exit_code
    assert "2 findings set aside by ignore comments or an ignore file." in result.output
    Path("other").write_text("nothing\n")
    assert 1 == run(jobs, "--fail-on", "inflated", "--ignore-file", "other").exit_code


def test_a_faulty_ignore_file(jobs: Path) -> None:
    """A typo and a missing file are mistakes of usage."""
    Path("typo").write_text("x inflatd\n")
    for path, message in (("typo", "typo, line 1: 'inflatd' is no finding"), ("none", "none: can't be read")):
        result = run(jobs, "--ignore-file", path)

        assert 2 == result.exit_code
        assert message in result.output


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="reads a file without an end")
def test_an_ignore_file_without_an_end(jobs: Path) -> None:
    """It is refused after some megabytes."""
    result = run(jobs, "--ignore-file", "/dev/zero")

    assert 2 == result.exit_code
    assert "Error: /dev/zero: holds more than 4,194,304 characters" in result.stderr


def test_several_reports_at_once(jobs: Path) -> None:
    """Each output has the format of its name; what is there is not written over."""
    outputs = ["a.csv", "a.xlsx", "a.json", "a.sarif"]
    options = [part for output in outputs for part in ("-o", output)]

    assert 0 == run(jobs, *options).exit_code
    assert all(Path(output).stat().st_size > 1000 for output in outputs)
    again = run(jobs, *options)
    assert (2, "Error: a.csv: exists; --force writes over it.\n") == (again.exit_code, again.output)
    assert 0 == run(jobs, *options, "--force").exit_code


def test_json_and_annotations_on_stdout(jobs: Path) -> None:
    """Results go to stdout, words for people to stderr."""
    told = run(jobs, "-o", "-", "--target", "pm", "--told", "2")
    record = json.loads(told.stdout)
    annotations = run(jobs, "-o", "github")

    assert "5 postings audited" in told.stderr
    assert 2 == sum(posting["detail"] is not None for posting in record["postings"])
    assert [["pm"]] * 2 == [[*p["detail"]["rewrite"]] for p in record["postings"] if p["detail"]]
    assert ["::warning file=jobs/own-"] * 3 == [line[:24] for line in annotations.stdout.splitlines()]


def test_what_can_not_be_read_is_told_and_counts(tmp_path: Path) -> None:
    """Rejected records stand in the report, on the terminal and in the exit code."""
    result = run(HOSTILE / "ragged.csv", "-o", tmp_path / "a.json")
    record = json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))

    assert 1 == result.exit_code
    assert record["rejections"]
    assert "could not be read; they are listed with the reason." in result.output
    assert "Not read: row " in run(HOSTILE / "ragged.csv").output


def test_wrong_encodings_say_what_to_try(tmp_path: Path) -> None:
    """The reason names the flag; with it the file is read."""
    result = run(HOSTILE / "cp1252.csv")

    assert "--encoding cp1252" in result.output
    assert 0 == run(HOSTILE / "cp1252.csv", "--encoding", "cp1252").exit_code


def test_titles_missing_or_in_doubt(tmp_path: Path) -> None:
    """What was taken for the title, or that there is none, is said."""
    doubt, none = tmp_path / "a.csv", tmp_path / "b.csv"
    doubt.write_text("position,job title,description\nA,B,x\n")
    none.write_text("name,description\nA,x\n")

    assert "Note: titles were taken from column 'job title'; 'position' could hold them too" in run(doubt).output
    assert "Note: no column of titles was found among 'name', 'description'" in run(none).output


def test_many_mismatches_are_cut_on_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """A report has them all."""
    monkeypatch.setattr("postclass.cli.audit._SHOWN", 2)

    assert "… and 4 more; a report has them all: -o audit.html" in run(OWN, "--told", "0").output


def test_control_characters_do_not_reach_the_terminal(jobs: Path) -> None:
    """A title with an escape is shown with the escape's name."""
    path = jobs / "own-022.md"
    path.write_text(
        path.read_text(encoding="utf-8").replace("# Head of Product", "# Head of Product \x1b[31m"), encoding="utf-8"
    )
    output = run(jobs).output

    assert "\x1b" not in output
    assert "Head of Product \\x1b[31m, jobs" in output


def test_mistakes_of_usage(tmp_path: Path) -> None:
    """Missing inputs and outputs that must not be written are told before any work."""
    copy = tmp_path / "a.csv"
    shutil.copy(ROOT / "data" / "samples" / "postings.csv", copy)
    for arguments, message in (
        ([tmp_path / "none.csv"], "none.csv"),
        ([copy, "-o", tmp_path / "a.doc"], "unknown format of suffix '.doc'"),
        ([copy, "-o", copy, "--force"], "is the input; name another output."),
        ([], "Missing argument"),
    ):
        result = run(*arguments)

        assert 2 == result.exit_code
        assert message in result.output
