"""`postclass drift`: what moved, from the command line."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from selectolax.lexbor import LexborHTMLParser

from drifting import by_level, compared
from payloads import PAYLOADS
from postclass.cli import main
from postclass.posting import Posting
from postclass.report.driftpage import render_drift
from postclass.shifts import Rising

ROOT = Path(__file__).parents[1]
OWN = ROOT / "data" / "labelled" / "postings.jsonl"


def run(*arguments: str | Path) -> Result:
    """`postclass drift` with these arguments."""
    return CliRunner().invoke(main, ["drift", *map(str, arguments)])


def write(path: Path, postings: tuple[Posting, ...], extra: str = "") -> Path:
    """Postings as JSONL, each at a company of its own."""
    rows = (
        {"title": p.title, "company": f"Company {at}", "description": f"{p.description}\n{extra}"}
        for at, p in enumerate(postings)
    )
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


@pytest.fixture
def moved(tmp_path: Path) -> tuple[Path, Path]:
    """PM-level postings, and director-level ones."""
    return write(tmp_path / "old.jsonl", by_level()["pm"]), write(tmp_path / "new.jsonl", by_level()["director"])


def test_nothing_moves_from_a_file_to_itself() -> None:
    """The same file twice: exit code 0, and it says that nothing moved."""
    result = run(OWN, OWN)

    assert 0 == result.exit_code
    assert "Nothing moved: the two give the same figures." == result.output.split("\n")[0]


def test_what_moved_is_told_and_fails(moved: tuple[Path, Path]) -> None:
    """Exit code 1, the kinds that moved first, and each figure with its interval."""
    result = run(*moved)

    assert 1 == result.exit_code
    assert result.output.startswith("Moved: levels, scores, ")
    assert "  * PM-level: 100.0 % → 0.0 %, -100.0 points (" in result.output


@pytest.mark.parametrize(
    ("kinds", "code"), [(["levels"], 1), (["abstention"], 0), (["never"], 0), (["never", "scores"], 1)]
)
def test_fail_on(moved: tuple[Path, Path], kinds: list[str], code: int) -> None:
    """Only what is named fails; `never` fails nothing."""
    assert code == run(*moved, *(part for kind in kinds for part in ("--fail-on", kind))).exit_code


@pytest.fixture
def few(tmp_path: Path) -> tuple[Path, Path]:
    """Three PM-level postings, and three director-level ones."""
    sides = {"old.jsonl": "pm", "new.jsonl": "director"}
    old, new = (write(tmp_path / name, by_level()[level][:3]) for name, level in sides.items())
    return old, new


@pytest.mark.parametrize(("kinds", "code"), [([], 0), (["levels"], 0), (["too-few"], 1), (["levels", "too-few"], 1)])
def test_too_few_fail_if_asked(few: tuple[Path, Path], kinds: list[str], code: int) -> None:
    """Too few to tell is no move: exit code 0, unless `--fail-on too-few` asks for it."""
    result = run(*few, *(part for kind in kinds for part in ("--fail-on", kind)))

    assert code == result.exit_code
    assert result.output.startswith("Too few to tell: ")


def test_too_few_in_reports(few: tuple[Path, Path], tmp_path: Path) -> None:
    """What was not computed is null in JSON and a dash on the page, without bars."""
    page = tmp_path / "drift.html"
    record = json.loads(run(*few, "-o", "-", "-o", page).stdout)
    text = page.read_text(encoding="utf-8")

    assert record["too_few"]
    assert [(None, None, None)] * 2 == [(s["index"], s["by_chance"], s["band"]) for s in record["scores"]]
    assert "PSI –: there are too few to tell" in text
    assert '<svg class="tenths"' not in text


def test_reports(moved: tuple[Path, Path], tmp_path: Path) -> None:
    """A page and JSON are written; what is there is not overwritten without --force; JSON on stdout is alone there."""
    page, data = tmp_path / "drift.html", tmp_path / "drift.json"
    assert 1 == run(*moved, "-o", page, "-o", data).exit_code
    record = json.loads(data.read_text(encoding="utf-8"))

    assert "levels" in record["moved"]
    assert "<h1>What has moved</h1>" in page.read_text(encoding="utf-8")
    assert 2 == run(*moved, "-o", page).exit_code
    assert 1 == run(*moved, "-o", page, "--force").exit_code
    assert record == json.loads(run(*moved, "-o", "-").stdout)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("-", "-"), "only one of OLD and NEW can be stdin"),
        ((OWN, "nowhere.csv"), "nowhere.csv"),
        ((OWN, OWN, "-o", "drift.xlsx"), "--to takes html, json"),
        ((OWN, OWN, "-o", str(OWN)), ".jsonl"),
    ],
)
def test_mistakes(arguments: tuple[str, ...], words: str) -> None:
    """Each is told in one line before any work, with exit code 2."""
    result = run(*arguments)

    assert 2 == result.exit_code
    assert words in result.stderr


def test_records_that_cannot_be_read(tmp_path: Path) -> None:
    """They are counted with their reasons, and the exit code is 1 although nothing moved."""
    path = tmp_path / "bad.jsonl"
    path.write_text(OWN.read_text(encoding="utf-8") + '{"description": \n', encoding="utf-8")
    result = run(path, path)

    assert 1 == result.exit_code
    assert "Nothing moved" in result.output
    assert "75 records, 1 of them can't be read" in result.output
    assert result.output.count("Not read in ") == 2


@pytest.mark.parametrize("payload", PAYLOADS[:20])
def test_nothing_in_the_page_acts(payload: str) -> None:
    """A payload as a file's name and in every posting stays text; the page has no script and a strict policy."""
    same = compared(by_level()["pm"][:3], by_level()["pm"][:3])
    made = replace(
        same, old=replace(same.old, name=payload, rejections={payload: 1}), terms=(Rising(payload, 0, 1, 0),)
    )
    tree = LexborHTMLParser(render_drift(made, ()))

    assert [] == tree.css("script, img, iframe, object, embed, link, base, form, input, a, math, style ~ style")
    assert not [n for n in tree.css("*") for name in n.attributes if name.startswith("on") or name in {"style", "href"}]
    assert "default-src 'none'" in str(tree.css("meta")[1].attributes["content"])
