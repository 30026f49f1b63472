"""The command group: help, exit codes, and failures as one line."""

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from shutil import which
from typing import Any

import click
import pytest
from click.testing import CliRunner

import postclass
from own import ROOT
from postclass import sinks, sources
from postclass.cli import COMMANDS, main
from postclass.errors import InputError, StorageError


def run(*arguments: str, stdout: int | None = None) -> subprocess.CompletedProcess[str]:
    """The real command in a process of its own; stdout goes to a file descriptor where one is given."""
    return subprocess.run(
        [sys.executable, "-m", "postclass", *arguments],
        stdout=subprocess.PIPE if stdout is None else stdout,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )


def test_help_lists_every_command() -> None:
    """`postclass --help` names each command with what it does, and the exit codes."""
    result = CliRunner().invoke(main, ["--help"])

    assert result.exit_code == 0
    for name in COMMANDS:
        assert f"\n  {name} " in result.output
    assert "Exit codes" in result.output


@pytest.mark.parametrize("name", COMMANDS)
def test_help_of_each_command_has_an_example(name: str) -> None:
    """`-h` shows a line that can be copied."""
    result = CliRunner().invoke(main, [name, "-h"])

    assert result.exit_code == 0
    assert f"  postclass {name} " in result.output or f"| postclass {name}" in result.output


def test_help_names_every_format() -> None:
    """`classify --help` lists all formats that it reads and writes."""
    text = " ".join(CliRunner().invoke(main, ["classify", "--help"]).output.split())

    assert f"does not tell: {', '.join(sources.FORMATS)}." in text
    assert f"does not tell: {', '.join(sinks.FORMATS)}." in text


EVIL = "\x1b[31m\x07\u202e"


@pytest.mark.parametrize(
    "arguments",
    [
        ["classify", "a.csv", f"{EVIL}.csv"],
        [EVIL],
        ["check", "--format", EVIL],
        ["check", f"{EVIL}.txt"],
        ["check", "--encoding", EVIL, __file__],
        ["check", "--model", EVIL, __file__],
        ["classify", f"{EVIL}.csv"],
        ["classify", EVIL],
        ["audit", f"{EVIL}.csv", "-o", EVIL],
        ["audit", f"{EVIL}.csv", "--ignore-file", EVIL],
    ],
)
def test_what_was_given_never_commands_the_terminal(arguments: list[str]) -> None:
    """Names of files, commands and formats are told with their control and bidi characters as escapes."""
    done = run(*arguments)

    assert 2 == done.returncode
    assert "x1b[31m" in done.stderr
    assert not set(EVIL[0] + EVIL[-2:]) & set(done.stdout + done.stderr)


def test_columns_never_command_the_terminal(tmp_path: Path) -> None:
    """Names of columns are told so as well."""
    path = tmp_path / "a.csv"
    path.write_text(f"{EVIL},b\n1,2\n", "utf-8")
    done = run("classify", str(path))

    assert 2 == done.returncode
    assert r"columns found: '\x1b[31m\x07\u202e', 'b'" in done.stderr


def test_version_is_the_packages() -> None:
    """`--version` prints it."""
    assert f"postclass, version {postclass.__version__}\n" == CliRunner().invoke(main, ["--version"]).output


def test_python_dash_m_is_the_command() -> None:
    """`python -m postclass` runs, under the same name."""
    result = run("--version")

    assert (0, f"postclass, version {postclass.__version__}\n") == (result.returncode, result.stdout)


@pytest.mark.parametrize("arguments", [["clasify"], ["check", "--colour"], ["traits", "--terms", "many"]])
def test_a_mistake_in_usage_is_exit_code_2(arguments: list[str]) -> None:
    """An unknown command, option or value ends with a line that begins with `Error:`."""
    result = CliRunner().invoke(main, arguments)

    assert result.exit_code == 2
    assert "Error: " in result.stderr


@pytest.mark.parametrize(
    ("failure", "code", "message"),
    [
        (InputError("x.csv: no column\nof descriptions"), 2, "Error: x.csv: no column of descriptions\n"),
        (InputError("\x1b]0;x\x07.csv: no such file"), 2, "Error: \\x1b]0;x\\x07.csv: no such file\n"),
        (StorageError("out.csv: disk full"), 5, "Error: out.csv: disk full\n"),
        (OSError(5, "Input/output error", "out.csv"), 5, "Error: out.csv: Input/output error\n"),
        (OSError("strange"), 5, "Error: strange\n"),
        (MemoryError(), 5, "Error: out of memory; give fewer or smaller postings at a time\n"),
        (KeyboardInterrupt(), 130, ""),
    ],
)
def test_a_failure_is_one_line_and_an_exit_code(
    monkeypatch: pytest.MonkeyPatch, failure: BaseException, code: int, message: str
) -> None:
    """Whatever a command raises, the user gets one line, and never a traceback."""

    def fail() -> None:
        raise failure

    monkeypatch.setattr("postclass.cli.traits.traits", click.Command("traits", callback=fail))
    result = CliRunner().invoke(main, ["traits"])

    assert (code, message) == (result.exit_code, result.stderr)


def test_sigterm_unwinds_and_is_exit_code_143(monkeypatch: pytest.MonkeyPatch) -> None:
    """On SIGTERM what must be cleaned up is, and the handler that was there before is back afterwards."""
    cleaned = []
    before = signal.getsignal(signal.SIGTERM)

    def wait() -> None:
        try:
            os.kill(os.getpid(), signal.SIGTERM)
            signal.sigtimedwait([], 5)
        finally:
            cleaned.append(True)

    monkeypatch.setattr("postclass.cli.traits.traits", click.Command("traits", callback=wait))
    result = CliRunner().invoke(main, ["traits"])

    assert (143, [True]) == (result.exit_code, cleaned)
    assert before == signal.getsignal(signal.SIGTERM)


@pytest.mark.parametrize("arguments", [["traits", "--terms", "0"], ["--help"]])
def test_a_closed_pipe_is_exit_code_141(arguments: list[str]) -> None:
    """A reader that has gone ends the run without a word."""
    read, write = os.pipe()
    os.close(read)
    result = run(*arguments, stdout=write)
    os.close(write)

    assert (141, "") == (result.returncode, result.stderr)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device that only Linux has")
def test_a_full_disk_is_exit_code_5() -> None:
    """Output that can't be written is told in one line."""
    with Path("/dev/full").open("w") as full:
        result = run("traits", "--terms", "0", stdout=full.fileno())

    assert (5, "Error: No space left on device\n") == (result.returncode, result.stderr)


def test_a_character_that_the_terminal_lacks_is_shown_by_its_code() -> None:
    """A terminal without UTF-8 gets escapes, not a traceback."""
    result = subprocess.run(
        [sys.executable, "-m", "postclass", "traits", "--terms", "0"],
        env=os.environ | {"PYTHONIOENCODING": "latin-1"},
        capture_output=True,
        check=False,
    )

    assert (0, b"") == (result.returncode, result.stderr)
    assert rb"the role \u2026" in result.stdout


def shell(command: str, **options: Any) -> subprocess.CompletedProcess[str]:  # noqa: ANN401 - of `subprocess.run`
    """A line of bash in which `postclass` is the real command."""
    line = f'postclass() {{ "{sys.executable}" -m postclass "$@"; }}; {command}'
    return subprocess.run(["bash", "-c", line], capture_output=True, text=True, check=False, timeout=120, **options)


@pytest.mark.skipif(not which("bash"), reason="closes streams by bash's redirections")
@pytest.mark.parametrize(
    "command",
    [
        "check README.md", "classify data/samples/postings.csv", "classify data/samples/postings.csv -o -",
        "audit data/samples/postings.csv", "model show", "schema", "traits", "--help", "traits --help",
    ],
)  # fmt: skip
def test_a_closed_stdout_is_refused(command: str) -> None:
    """Every command says so in one line, and does nothing else."""
    done = shell(f"postclass {command} >&-", cwd=ROOT)

    assert (2, "") == (done.returncode, done.stdout)
    assert "Error: stdout is closed; redirect it to /dev/null if nobody reads it\n" == done.stderr


@pytest.mark.skipif(not which("bash"), reason="closes streams by bash's redirections")
def test_a_closed_stderr_is_the_null_device(tmp_path: Path) -> None:
    """What would be said there is lost, and reaches no file that is written."""
    kept, said = tmp_path / "out.jsonl", "data/samples/postings.csv"
    done = shell(f"postclass classify {said} -o {kept} 2>&-", cwd=ROOT)
    lines = kept.read_text("utf-8").splitlines()

    assert (0, "") == (done.returncode, done.stdout)
    assert all("level" in json.loads(line) for line in lines)
    assert 2 == shell("postclass check no-such-file 2>&-").returncode
    assert 2 == shell("postclass traits >&- 2>&-").returncode


@pytest.mark.skipif(not which("bash"), reason="closes streams by bash's redirections")
@pytest.mark.parametrize("command", ["check", "classify -", "audit -"])
def test_a_closed_stdin_is_told(command: str) -> None:
    """A command that would read it says that it is closed."""
    done = shell(f"postclass {command} <&-")

    assert 2 == done.returncode
    assert done.stderr.startswith("Error: stdin is closed; name ")
    assert 0 == shell("postclass schema <&-").returncode


def test_messages_are_cut(tmp_path: Path) -> None:
    """A header of 1 MB is told by its start and its end."""
    path = tmp_path / "a.csv"
    path.write_text(f"begin{'x' * 2**20}end,b\n1,2\n", "utf-8")
    done = run("classify", str(path))

    assert 2 == done.returncode
    assert 2200 > len(done.stderr)
    assert re.search(r"'beginx+ \[… 1,04\d,\d{3} characters …\] x+end', 'b'", done.stderr)


@pytest.mark.parametrize(
    "command",
    [
        "check - --prior nan", "classify a --prior nan", "audit a --prior NaN", "drift a b --prior nan",
        "label queue a --prior nan", "adapt a -o b --max-drift nan", "classify a --workers 65", "serve --workers 65",
        "classify a --workers 0", "classify a --prior 1",
    ],
)  # fmt: skip
def test_numbers_out_of_their_range_are_refused(command: str) -> None:
    """NaN is no share of anything, and more workers than 64 are none that could be kept busy."""
    result = CliRunner().invoke(main, command.split())

    assert 2 == result.exit_code
    assert "is not in the range" in result.stderr
