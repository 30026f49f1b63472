"""`postclass check`: one posting in, its verdict out."""

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from postclass.cli import main
from postclass.cli.check import MAX_BYTES, read_posting, wants_color
from postclass.errors import InputError

if TYPE_CHECKING:
    from standins import FakeModel


@pytest.fixture
def posting(tmp_path: Path) -> Path:
    """A small file with a posting, not all of it ASCII."""
    file = tmp_path / "posting.txt"
    file.write_text("Lead the café's product managers", encoding="utf-8")
    return file


def test_check_shows_the_verdict(fake_model: "FakeModel", posting: Path) -> None:
    """A file and its claimed title give the terminal's view, without colours when it is no terminal."""
    result = CliRunner().invoke(main, ["check", str(posting), "--title", "Owner", "--company", "Orchard"])
    asked, settings = fake_model.asked[0]

    assert result.exit_code == 0
    assert "DIRECTOR-LEVEL WORK" in result.stdout
    assert "\x1b" not in result.stdout
    assert ("Lead the café's product managers", "Owner", "Orchard") == (asked.description, asked.title, asked.company)
    assert ("full", None) == (settings.explain, settings.prior)


@pytest.mark.parametrize("arguments", [[], ["-"]])
def test_check_reads_stdin(fake_model: "FakeModel", arguments: list[str]) -> None:
    """Without a FILE, and for `-`, the posting comes from stdin; a byte order mark is no part of it."""
    result = CliRunner().invoke(main, ["check", *arguments], input=b"\xef\xbb\xbfLead product managers")

    assert result.exit_code == 0
    assert fake_model.asked[0][0].description == "Lead product managers"


def test_check_gives_json(fake_model: "FakeModel", posting: Path) -> None:
    """`--format json` holds the contract's fields and the explanation."""
    result = CliRunner().invoke(main, ["check", str(posting), "--format", "json"])
    record = json.loads(result.stdout_bytes)

    assert ("director", 0.8787) == (record["level"], record["p_director"])
    assert {"reasons", "evidence", "missing", "flip"} <= set(record)


def test_check_gives_a_page(fake_model: "FakeModel", posting: Path) -> None:
    """`--format html` is a whole document."""
    result = CliRunner().invoke(main, ["check", str(posting), "--format", "html"])

    assert result.stdout.startswith("<!DOCTYPE html>")


def test_check_colours_when_asked(fake_model: "FakeModel", posting: Path) -> None:
    """`--color` colours even what is no terminal."""
    assert "\x1b[1;35m" in CliRunner().invoke(main, ["check", str(posting), "--color"]).stdout


def test_check_hands_on_the_prior(fake_model: "FakeModel", posting: Path) -> None:
    """`--prior` is the share of directors; 0, 1 and beyond are refused."""
    runner = CliRunner()

    assert runner.invoke(main, ["check", str(posting), "--prior", "0.05"]).exit_code == 0
    assert fake_model.asked[0][1].prior == 0.05
    assert {runner.invoke(main, ["check", str(posting), "--prior", p]).exit_code for p in ("0", "1", "7")} == {2}


@pytest.mark.parametrize(
    ("name", "content", "parts"),
    [
        ("a.txt", b"caf\xe9", ["a.txt: not UTF-8 (a bad byte at position 3)", "--encoding latin-1"]),
        ("a.txt", "Café".encode("utf-16"), ["not UTF-8", "--encoding utf-16"]),
        ("a.pdf", b"%PDF-1.7", ["this is a PDF"]),
        ("a.docx", b"PK\x03\x04", ["this is a Word, Excel or zip file"]),
        ("a.csv", b"title,description", ["postclass classify", "-o verdicts.csv"]),
        ("a.txt", b"x" * (MAX_BYTES + 1), ["larger than 8 MiB", "postclass classify"]),
    ],
)
def test_check_says_what_is_wrong_with_a_file(tmp_path: Path, name: str, content: bytes, parts: list[str]) -> None:
    """One line with the file, the fault and what to do; exit code 2."""
    file = tmp_path / name
    file.write_bytes(content)
    result = CliRunner().invoke(main, ["check", str(file)])

    assert result.exit_code == 2
    assert result.stderr.count("\n") == 1
    for part in parts:
        assert part in result.stderr


@pytest.mark.parametrize("name", ["none.txt", "."])
def test_check_says_which_file_it_cannot_read(name: str) -> None:
    """A missing file and a directory are exit code 2."""
    result = CliRunner().invoke(main, ["check", name])

    assert result.exit_code == 2
    assert "give the path of a text file, or - for stdin" in result.stderr


def test_another_encoding_is_read_when_named(posting: Path) -> None:
    """`--encoding` reads it; an unknown one, and one that does not fit, are told."""
    posting.write_bytes("café".encode("utf-16"))

    assert read_posting(str(posting), encoding="utf-16") == "café"
    with pytest.raises(InputError, match="unknown encoding 'klingon'"):
        read_posting(str(posting), encoding="klingon")
    with pytest.raises(InputError, match="not utf-32"):
        read_posting(str(posting), encoding="utf-32")
    with pytest.raises(InputError, match="not punycode"):
        read_posting(str(posting), encoding="punycode")


def test_a_person_at_the_terminal_is_told_what_to_do(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Where stdin is a terminal, a hint on stderr says how to end the paste."""
    file = tmp_path / "typed"
    file.write_text("typed")
    with file.open() as stream:
        monkeypatch.setattr(stream, "isatty", lambda: True, raising=False)
        monkeypatch.setattr(sys, "stdin", stream)

        assert read_posting("-", encoding="utf-8") == "typed"
    assert "Ctrl-D" in capsys.readouterr().err


def test_colours_are_for_terminals_that_want_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal gets colours unless NO_COLOR is set; an explicit wish counts more."""
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)

    assert wants_color(None) is True
    monkeypatch.setenv("NO_COLOR", "1")
    assert wants_color(None) is False
    assert wants_color(color=True) is True


def test_check_starts_without_heavy_libraries(posting: Path) -> None:
    """A cold `postclass check` imports none of the libraries that take long to load."""
    heavy = "{'numpy', 'pandas', 'pyarrow', 'sklearn', 'scipy', 'joblib', 'numba'}"
    code = (
        "import sys\nfrom postclass.cli import main\n"
        f"main(['check', {str(posting)!r}, '--title', 'PM'], standalone_mode=False)\n"
        f"print('heavy:', sorted({heavy} & set(sys.modules)))"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert result.stdout.endswith("heavy: []\n"), result.stderr
