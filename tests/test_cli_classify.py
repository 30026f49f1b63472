"""`postclass classify`: a file in, verdicts out; exit codes, messages and what is left behind."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import pytest
from click.testing import CliRunner, Result

from postclass.batch import Summary
from postclass.batches import verdict_batch
from postclass.cli import main
from postclass.cli import progress as progress_module
from postclass.cli.closing import summary_lines
from postclass.cli.progress import Progress, progress_line
from postclass.cli.table import Table, columns, fitted
from postclass.posting import Rejection
from postclass.traits import Trait
from postclass.verdict import Verdict, to_record

if TYPE_CHECKING:
    from standins import FakeModel, Make

SAMPLES = Path(__file__).parents[1] / "data" / "samples"
HOSTILE = Path(__file__).parent / "hostile"

# A command line whose model is a stand-in that takes its time for each posting.
SLOW = """
import sys, time
import postclass.modelfile
from postclass.cli import main
from postclass.verdict import Verdict

class Slow:
    def judge(self, postings, *, settings):
        for p in postings:
            time.sleep({pause})
            yield Verdict(p.row, p.id, p.title, p.company, "pm", 0.5, 0.5, (), (), ())

postclass.modelfile.load_model = lambda path=None: Slow()
main()
"""


def run(*arguments: str | Path, stdin: bytes | None = None) -> Result:
    """`postclass classify` with these arguments."""
    return CliRunner().invoke(main, ["classify", *map(str, arguments)], input=stdin)


def start(*arguments: str | Path, pause: float = 0.0, **options: Any) -> "subprocess.Popen[bytes]":  # noqa: ANN401
    """`postclass classify` in a process of its own, with a model that pauses for each posting."""
    line = [sys.executable, "-c", SLOW.replace("{pause}", str(pause)), "classify", *map(str, arguments)]
    return subprocess.Popen(line, env=os.environ, stderr=subprocess.PIPE, **options)


def batch(*verdicts: Verdict) -> Any:  # noqa: ANN401 - pyarrow ships no types
    """Verdicts as a batch."""
    return verdict_batch(verdicts, explain="full")


@pytest.fixture
def many(tmp_path: Path) -> Path:
    """A file of so many postings that few are judged at once, and so few that the plain way is chosen."""
    path = tmp_path / "many.jsonl"
    path.write_text("".join(json.dumps({"id": n, "description": f"text {n}"}) + "\n" for n in range(250)))
    return path


def test_classify_to_a_file(fake_model: "FakeModel", tmp_path: Path) -> None:
    """Every record of the input has its row in the output, and the summary is on stderr."""
    result = run(SAMPLES / "postings.jsonl", "-o", tmp_path / "out.jsonl", "--prior", "0.2")
    rows = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text("utf-8").splitlines()]

    assert (0, "") == (result.exit_code, result.stdout)
    assert result.stderr.startswith("9 records in ")
    assert result.stderr.endswith(": 9 director\n")
    assert list(range(1, 10)) == [row["row"] for row in rows]
    assert "ORF-2041" == rows[0]["id"]
    assert {("terms", 0.2)} == {(s.explain, s.prior) for _, s in fake_model.asked}


def test_classify_as_a_table(fake_model: "FakeModel") -> None:
    """Without an output the verdicts are a table to read, with the strongest reasons."""
    result = run(SAMPLES / "postings.csv")
    head, first, *_ = result.stdout.splitlines()

    assert 0 == result.exit_code
    assert ["row", "level", "p_director", "title", "mainly", "for"] == head.split()
    assert first.startswith("    1  director-level        0.88  Director of Product, Carrier Plat…  ")
    assert max(map(len, result.stdout.splitlines())) <= 120
    assert 4 == len(result.stdout.splitlines())
    assert "full" == fake_model.asked[0][1].explain


@pytest.mark.parametrize("name", ["postings.csv", "postings.json", "postings.parquet", "posting.jsonld"])
def test_stdin_to_stdout(fake_model: "FakeModel", name: str) -> None:
    """`-` reads stdin and writes JSON lines."""
    result = run("-", "--from", Path(name).suffix[1:], "-o", "-", stdin=(SAMPLES / name).read_bytes())

    assert 0 == result.exit_code
    assert [1, 2, 3][: len(result.stdout.splitlines())] == [json.loads(r)["row"] for r in result.stdout.splitlines()]


def test_explain_full(fake_model: "FakeModel", tmp_path: Path) -> None:
    """`--explain full` adds what `check` tells."""
    run(SAMPLES / "postings.csv", "-o", tmp_path / "out.jsonl", "--explain", "full", "--limit", "1")

    assert list(to_record(fake_model.verdict, explain="full")) == list(json.loads((tmp_path / "out.jsonl").read_text()))


def test_resume(fake_model: "FakeModel", tmp_path: Path) -> None:
    """A rerun of a finished run does nothing; what has changed since is told, and `--force` starts afresh."""
    arguments = (SAMPLES / "postings.jsonl", "-o", tmp_path / "out.jsonl", "--resume", "--limit")
    first, again, other = run(*arguments, "3"), run(*arguments, "3"), run(*arguments, "5")

    assert (0, 0, 2) == (first.exit_code, again.exit_code, other.exit_code)
    assert f"{tmp_path / 'out.jsonl'}: is finished; nothing is left to do.\n" == again.stderr
    assert "is of another run: --limit was 3, is now 5. --force starts afresh." in other.stderr
    assert 3 == len(fake_model.asked) == len((tmp_path / "out.jsonl").read_text().splitlines())
    assert 0 == run(*arguments, "5", "--force").exit_code
    assert 5 == len((tmp_path / "out.jsonl").read_text().splitlines())
    assert {"out.jsonl", "out.jsonl.receipt"} == {path.name for path in tmp_path.iterdir()}


def test_folders(fake_model: "FakeModel", tmp_path: Path) -> None:
    """A pattern of files is one input, and an output may be a folder with one for each level."""
    result = run(SAMPLES / "postings.*[tv]", "-o", tmp_path / "out", "--partition-by", "level", "--resume")
    again = run(SAMPLES / "postings.*[tv]", "-o", tmp_path / "out", "--partition-by", "level", "--resume")

    assert (0, 0) == (result.exit_code, again.exit_code), result.output
    assert (tmp_path / "out" / "level=director" / "part-00000.parquet").exists()
    assert "is finished" in again.stderr


def test_named_columns(fake_model: "FakeModel", tmp_path: Path) -> None:
    """Columns, delimiter and encoding can be given."""
    path = tmp_path / "in.txt"
    path.write_bytes("Körper|Kopf|Nr|Haus\nx|y|7|z\n".encode("latin-1"))
    options = {"description": "Körper", "title": "Kopf", "id": "Nr", "company": "Haus"}
    flags = [part for field, column in options.items() for part in (f"--{field}-col", column)]
    result = run(path, "--from", "csv", "--delimiter", "|", "--encoding", "latin-1", *flags, "-o", "-")
    posting, _ = fake_model.asked[0]

    assert 0 == result.exit_code
    assert ("x", "y", "7", "z") == (posting.description, posting.title, posting.id, posting.company)


def test_rejections(fake_model: "FakeModel", tmp_path: Path) -> None:
    """With rejections the exit code is 1, the summary says why, and the rejects lie beside the output."""
    result = run(HOSTILE / "ragged.csv", "-o", tmp_path / "out.csv")
    rejects = (tmp_path / "out.csv.rejects.jsonl").read_text().splitlines()

    assert 1 == result.exit_code
    assert "3 director, 2 rejected\n" in result.stderr
    assert "Rejected: 1: 4 fields where the header has 3\n" in result.stderr
    assert [2, 4] == [json.loads(line)["row"] for line in rejects]


def test_rejections_as_a_table(fake_model: "FakeModel") -> None:
    """A table tells rejections on stderr."""
    result = run(HOSTILE / "ragged.csv")

    assert 1 == result.exit_code
    assert f"Rejected row 2 ({HOSTILE / 'ragged.csv'}, line 3): 2 fields where the header has 3\n" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["missing.csv"], "missing.csv: can't be opened"),
        (["https://example.org/a.csv"], "only local files are read"),
        ([HOSTILE / "duplicate_header.csv"], "two columns are named 'title'"),
        ([HOSTILE / "no_header.csv"], "Name one with --description-col."),
        ([HOSTILE / "ragged.csv", "-o", "out.xml"], "name it with --to"),
        ([HOSTILE / "ragged.csv", "-o", HOSTILE / "ragged.csv"], "is the input"),
        ([HOSTILE / "ragged.csv", "--force"], "need an output; name it with -o"),
        ([HOSTILE / "ragged.csv", "--resume"], "--resume needs a local file as output"),
        ([HOSTILE / "ragged.csv", "--engine", "dask"], "--engine dask and --scheduler ADDRESS need each other"),
        ([HOSTILE / "ragged.csv", "--prior", "1"], "--prior"),
        ([HOSTILE / "ragged.csv", "--limit", "0"], "--limit"),
    ],
)
def test_mistakes(
    fake_model: "FakeModel", monkeypatch: pytest.MonkeyPatch, tmp_path: Path, arguments: list[str], message: str
) -> None:
    """A mistake in usage or input is a message, exit code 2, and no file."""
    monkeypatch.chdir(tmp_path)
    result = run(*arguments)

    assert (2, "") == (result.exit_code, result.stdout)
    assert message in result.stderr
    assert "Traceback" not in result.stderr
    assert [] == list(tmp_path.iterdir())


def test_input_that_breaks_off(fake_model: "FakeModel", tmp_path: Path) -> None:
    """An input that turns out unreadable half-way leaves no output."""
    path = tmp_path / "cut.jsonl.gz"
    path.write_bytes(b"\x1f\x8b\x08\0\0\0\0\0\0\xff\0")
    result = run(path, "-o", tmp_path / "out.csv")

    assert 2 == result.exit_code
    assert [path] == list(tmp_path.iterdir())


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_signals(many: Path, tmp_path: Path, number: signal.Signals, code: int) -> None:
    """Ctrl-C and SIGTERM end the run with their exit codes and one line, and leave no file."""
    process = start(many, "-o", tmp_path / "out.csv", pause=0.02)
    while len(list(tmp_path.iterdir())) < 2:
        time.sleep(0.01)
    time.sleep(0.2)
    process.send_signal(number)
    _, err = process.communicate(timeout=60)

    assert code == process.returncode
    assert "Interrupted early: nothing was written and nothing is kept." == err.decode().strip()
    assert [many] == list(tmp_path.iterdir())


@pytest.mark.parametrize("output", [["-o", "-"], []])
def test_a_closed_pipe(many: Path, output: list[str]) -> None:
    """When the reader goes away the run ends with 141 and says nothing."""
    process = start(many, *output, stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.readline()
    process.stdout.close()
    assert process.stderr is not None
    err = process.stderr.read()

    assert (141, b"") == (process.wait(60), err)
    process.stderr.close()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs the device that is always full")
@pytest.mark.parametrize("output", [["-o", "-"], [], ["-o", "/dev/full"]])
def test_a_full_disk(many: Path, output: list[str]) -> None:
    """A full disk is one line and exit code 5."""
    with Path("/dev/full").open("wb") as full:
        process = start(many, *output, stdout=full)
        _, err = process.communicate(timeout=60)

    assert 5 == process.returncode
    assert 1 == len(err.splitlines()), err
    assert b"No space left on device" in err


@pytest.mark.parametrize("command", ["classify", "audit"])
def test_terminal_commands_in_a_file(command: str) -> None:
    """A file whose texts, titles and ids command terminals is told of without one raw byte of that."""
    path = Path(__file__).parent / "hostile" / "terminal.csv"
    done = subprocess.run(
        [sys.executable, "-m", "postclass", command, str(path)], capture_output=True, text=True, check=False
    )

    assert 1 == done.returncode
    assert "2 fields where the header has 3" in done.stdout + done.stderr
    assert not set("\x1b\x07\x9b\u202e") & set(done.stdout + done.stderr)


def test_terminal_commands_in_titles(
    traits: tuple[Trait, ...], make_verdict: "Make", capsys: pytest.CaptureFixture[str]
) -> None:
    """ESC, BEL, bidi overrides and line breaks in titles and rejections reach no terminal."""
    table = Table(traits)
    table.write(batch(make_verdict(title="\x1b]0;x\x07\u202eA\nB\r"), make_verdict(title=None)))
    table.write(batch())
    table.reject(Rejection(3, "\x1b[31m", "a\u202e"))
    out, err = capsys.readouterr()

    assert not set("\x1b\x07\u202e\r") & set(out + err)
    assert 3 == len(out.splitlines())
    assert 1 == len(err.splitlines())


def test_table_of_all_levels(
    traits: tuple[Trait, ...], make_verdict: "Make", capsys: pytest.CaptureFixture[str]
) -> None:
    """What can't be judged says why; what is out of scope gives no reasons."""
    table = Table(traits)
    blank = {"p_director": None, "explanation": None, "traits": (), "top_terms": ()}
    table.write(batch(make_verdict(level="unclear", notes=("empty",), **blank), make_verdict(level="out_of_scope")))
    _, unclear, out_of_scope = capsys.readouterr().out.splitlines()

    assert unclear.startswith("    1  unclear                     Product Owner")
    assert unclear.endswith("There is no text")
    assert out_of_scope.startswith("    1  not product           0.88  Product Owner")
    assert out_of_scope.endswith("Product Owner")


def test_table_on_a_terminal(
    traits: tuple[Trait, ...],
    make_verdict: "Make",
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """On a terminal levels have colours, and lines fit its width."""
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("COLUMNS", "100")
    Table(traits).write(batch(make_verdict()))
    _, line = capsys.readouterr().out.splitlines()

    assert "\x1b[35mdirector-level\x1b[0m" in line
    assert columns(click.unstyle(line)) <= 100


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("short", "short"),
        ("exactly10c", "exactly10c"),
        ("more than ten", "more than…"),
        ("日本語日本語", "日本語日…"),
        ("e\u0301" * 10, "e\u0301" * 10),
    ],
)
def test_fitted(text: str, expected: str) -> None:
    """A text is cut to terminal columns: wide characters take two, combining ones none."""
    assert expected == fitted(text, 10)
    assert 10 == columns(fitted(text, 10, pad=True))


class Half:
    """A source that has been read to the half."""

    def fraction(self) -> float:
        """Half."""
        return 0.5


def test_progress(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """On a terminal a line is redrawn now and then and wiped at the end; elsewhere there is none."""
    monkeypatch.setattr(progress_module, "_REDRAWS", 0.0)
    with Progress(Half(), shown=True) as progress:
        progress.show(10)
    shown = capsys.readouterr().err
    with Progress(Half(), shown=False) as progress:
        progress.show(10)

    assert shown.startswith("\r 50%  10 records, ")
    assert shown.endswith("\r\x1b[K")
    assert "" == capsys.readouterr().err


def test_progress_line() -> None:
    """The line says the share, the count, the rate and the time left, or just count and rate, of this run alone."""
    assert " 25%  1,000 records, 100/s, 0:30 left" == progress_line(1000, seconds=10, fraction=0.25)
    assert "1,000 records, 100/s" == progress_line(1000, seconds=10, fraction=None)
    assert " 25%  1,000 records, 10/s, 5:00 left" == progress_line(1000, seconds=50, fraction=0.25, resumed=500)
    assert "  0%  10 records, 1/s, 1:00:00 left" == progress_line(10, seconds=10, fraction=10 / 3610)
    assert " 50%  7 records, 0/s" == f" 50%  {progress_line(7, seconds=10, fraction=0.5, resumed=7)}"


def test_summary_lines() -> None:
    """The summary counts levels, notes by number, and the reasons of rejections."""
    summary = Summary(
        levels={"pm": 1200, "director": 3}, notes={"close": 2, "empty": 5}, rejections={"torn\n": 1}, seconds=2.0
    )
    nothing = Summary(levels={}, notes={}, rejections={}, seconds=0.0)
    one = Summary(levels={"pm": 1}, notes={}, rejections={}, seconds=1.0)

    assert [
        "1,204 records in 2.0 s (602/s): 3 director, 1,200 pm, 1 rejected",
        "Notes: 5 empty, 2 close",
        "Rejected: 1: torn",
    ] == list(summary_lines(summary))
    assert ["0 records in 0.0 s (0/s)"] == list(summary_lines(nothing))
    resumed = Summary(levels={"pm": 10}, notes={}, rejections={}, seconds=2.0, resumed=6)

    assert ["1 record in 1.0 s (1/s): 1 pm"] == list(summary_lines(one))
    assert [
        "10 records in 2.0 s (2/s): 10 pm",
        "Of these, 6 were done by an earlier run.",
    ] == list(summary_lines(resumed))
