"""One file to write: whole or not at all where it is a file, as it stands where it is stdout, a device or a pipe."""

import json
import os
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from own import ROOT
from postclass.wholefile import OpenFile, WholeFile, is_device, open_file, write_whole

POSTINGS = str(ROOT / "data" / "labelled" / "postings.jsonl")
SAMPLE = str(ROOT / "data" / "samples" / "postings.jsonl")
FULL = os.makedev(1, 7)  # what /dev/full is
WRITERS = {
    "audit": ["audit", SAMPLE, "--to", "json"],
    "drift": ["drift", SAMPLE, SAMPLE, "--to", "json", "--fail-on", "never"],
    "export": ["export", "--to", "json"],
    "label queue": ["label", "queue", SAMPLE],
    "classify": ["classify", SAMPLE],
}
writers = pytest.mark.parametrize("arguments", WRITERS.values(), ids=WRITERS)


def start(*arguments: str, **environment: str) -> "subprocess.Popen[bytes]":
    """The command in a process of its own."""
    line = [sys.executable, "-m", "postclass", *arguments]
    return subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=os.environ | environment)


@pytest.fixture
def full(tmp_path: Path) -> Path:
    """A device of our own on which there is never room: what goes wrong with it hurts nobody."""
    path = tmp_path / "full.json"
    try:
        os.mknod(path, stat.S_IFCHR | 0o666, FULL)
        path.open("wb").close()
    except OSError as error:
        pytest.skip(f"devices can't be made here: {error.strerror}")
    return path


def test_a_file_or_what_stands_there(tmp_path: Path) -> None:
    """A path that is new or a file is written whole; a pipe, and no path, as they stand."""
    path, fifo = tmp_path / "new", tmp_path / "fifo"
    os.mkfifo(fifo)
    write_whole(open_file(path), b"all", name="new")
    with ThreadPoolExecutor() as pool:
        data = pool.submit(fifo.read_bytes)
        write_whole(open_file(fifo), b"all", name="fifo")

    assert (b"all", b"all") == (path.read_bytes(), data.result())
    assert [False, True, False, False] == [is_device(one) for one in (path, fifo, tmp_path, "-")]
    assert isinstance(open_file(None), OpenFile)
    again = open_file(path)
    again.discard()

    assert isinstance(again, WholeFile)


@writers
def test_a_device_stays_a_device(arguments: list[str], full: Path) -> None:
    """What is written to it goes into it; a full one is told in one line, with code 5."""
    process = start(*arguments, "-o", str(full))
    _, err = process.communicate()

    assert 5 == process.returncode, err
    assert b"No space left on device" in err.splitlines()[-1]
    assert stat.S_ISCHR(full.stat().st_mode)
    assert [full] == list(full.parent.iterdir())


@writers
def test_a_pipe_gets_what_is_written(arguments: list[str], tmp_path: Path) -> None:
    """Whoever reads from it gets all of it, and it stays a pipe."""
    fifo = tmp_path / "p.json"
    os.mkfifo(fifo)
    with ThreadPoolExecutor() as pool:
        data = pool.submit(fifo.read_bytes)
        process = start(*arguments, "-o", str(fifo))
        _, err = process.communicate()
        if process.returncode:  # so that the reader does not wait for ever
            os.close(os.open(fifo, os.O_WRONLY | os.O_NONBLOCK))

    assert 0 == process.returncode, err
    assert data.result().startswith((b"{", b"["))
    assert stat.S_ISFIFO(fifo.stat().st_mode)


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize(
    "arguments",
    [["audit", POSTINGS, "--to", "json"], ["export", "--to", "json"]],  # both more than a pipe holds
    ids=lambda arguments: arguments[0],
)
def test_a_reader_that_goes_away(arguments: list[str], unbuffered: str) -> None:
    """It ends the run with 141 and without a word, also where Python does not buffer stdout."""
    process = start(*arguments, "-o", "-", PYTHONUNBUFFERED=unbuffered)
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.read(10)
    process.stdout.close()
    err = process.stderr.read()
    process.stderr.close()

    assert (141, b"") == (process.wait(60), err)


def test_stdout_by_its_name() -> None:
    """It is stdout: the report is alone there, and the closing words are on stderr."""
    process = start("audit", SAMPLE, "-o", "/dev/stdout", "--to", "json")
    out, err = process.communicate()

    assert 0 == process.returncode, err
    assert "postings" in json.loads(out)
    assert b"postings audited" in err
