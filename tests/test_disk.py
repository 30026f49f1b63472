"""A disk that fails: what is written is the old one or the new one, with all that belongs to it, and nothing else."""

import gc
import gzip
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from auditing import own_audit
from faulty import CALLS, contents, failing, largest, small_disk
from own import ROOT, own_rows
from postclass import partfiles
from postclass.batches import verdict_batch
from postclass.binding import Binding
from postclass.card import write_card
from postclass.checkpoint import Checkpoint
from postclass.engines import Judged
from postclass.errors import StorageError
from postclass.exporting import export
from postclass.modelfile import save_model
from postclass.posting import Posting, Rejection
from postclass.receipt import Receipt
from postclass.report.auditfile import target_of, write_audit
from postclass.sinks import SinkSettings, open_sink
from postclass.sources import open_source
from postclass.training import train
from postclass.traits import load_traits
from scorers import verdict
from smallcorpus import write_corpus
from test_modelfile import small_parts

Write = Callable[[Path, int], None]  # writes an output with so many rows or traces of them into a folder

VERDICTS = [verdict(Posting("x" * n, id=f"n{n}", title="Product Manager", row=n)) for n in range(1, 7)]
SAMPLE = ROOT / "data" / "samples" / "postings.jsonl"


def sink(name: str, **settings: Any) -> Write:  # noqa: ANN401 - any setting
    """A sink of that name, and its rejects."""

    def write(place: Path, rows: int) -> None:
        with open_sink(f"{place}/{name}", settings=SinkSettings(force=True, **settings)) as file:
            file.write(verdict_batch(VERDICTS[:rows], explain="terms"))
            file.reject(Rejection(rows + 1, "torn", f"line {rows}"))

    return write


def report(name: str) -> Write:
    """An audit's report of that name."""

    def write(place: Path, rows: int) -> None:
        audit = replace(own_audit(), findings=own_audit().findings[:rows])
        write_audit(audit, load_traits(), target_of(str(place / name), force=True))

    return write


def model(place: Path, rows: int) -> None:
    """A model directory."""
    save_model(replace(small_parts(), bias=0.5 * rows), place / "model", about={"rows": rows})


def receipt(place: Path, rows: int) -> None:
    """The note beside an output."""
    Receipt(place / "out.csv").write(Binding("input", str(rows), {}))


def part(place: Path, rows: int) -> None:
    """A part of a checkpoint, or two."""
    checkpoint = Checkpoint(place / "out.csv")
    list(checkpoint.replay())
    if not checkpoint.parts:
        checkpoint.begin(Binding("input", "model", {}))
    checkpoint.add([Judged(verdict_batch(VERDICTS[:rows], explain="terms"))])


WRITERS: dict[str, Write] = {
    **{
        name: sink(name)
        for name in ("a.csv", "a.jsonl", "a.json", "a.parquet", "a.sqlite", "a.csv.gz", "a.jsonl.zst", "parts/")
    },
    "level": sink("level", partition_by="level"),
    **{name: report(name) for name in ("a.html", "audit.csv", "a.xlsx", "audit.json", "a.sarif")},
    "model": model,
    "receipt": receipt,
}


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder, in memory where there is such a place: thousands of syncs would take their time on a disk."""
    monkeypatch.setattr(partfiles, "PART_ROWS", 2)
    memory = Path("/dev/shm")  # noqa: S108 - a folder with a name of its own in it
    if not os.access(memory, os.W_OK):
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(dir=memory) as folder:
        yield Path(folder)


def made(write: Write, folder: Path, *rows: int) -> dict[str, bytes | None]:
    """What is in a new folder, beside a stranger's file, after writing so many rows, and then so many."""
    folder.mkdir()
    (folder / "out.csv").write_text("not ours")
    for number in rows:
        write(folder, number)
    return contents(folder)


def attempt(write: Write, folder: Path) -> str | None:
    """The line that is told where writing three rows fails."""
    try:
        write(folder, 3)
    except StorageError as error:
        return str(error)
    return None


@pytest.mark.parametrize("before", [(), (1,)], ids=["new", "over an old one"])
@pytest.mark.parametrize("name", WRITERS)
def test_whatever_call_fails(name: str, before: tuple[int, ...], place: Path) -> None:
    """Sync, rename or new folder, the nth of each: an error, and all is as it was; until one goes through."""
    write, failed = WRITERS[name], 0
    expected = made(write, place / "expected", *before, 3)
    for call in CALLS:
        for nth in range(100):
            folder = place / f"{call}{nth}"
            old = made(write, folder, *before)
            with failing(call, nth) as count:
                told = attempt(write, folder)
            failed += told is not None

            if told is None:  # there was no such call, or it did not matter
                assert expected == contents(folder)
            else:
                assert "No space left on device" in told
                assert old == _files(folder, old)
            if count[0] <= nth:
                break

    assert failed >= 3


@pytest.mark.parametrize("before", [(), (1,)], ids=["new", "over an old one"])
@pytest.mark.parametrize("name", WRITERS)
def test_wherever_a_write_fails(name: str, before: tuple[int, ...], place: Path) -> None:
    """Where no file can grow beyond a size, written by Python, Arrow or SQLite: an error, and all is as it was."""
    write = WRITERS[name]
    expected = made(write, place / "expected", *before, 3)
    size = max(len(data or b"") for data in expected.values())
    for most in sorted({0, 1, *range(100, size, size // 5 + 1), size - 1}):
        folder = place / f"{most}"
        old = made(write, folder, *before)
        with largest(most):
            told = attempt(write, folder)
        gc.collect()  # Arrow writes its footer when it is collected, if it is let

        assert told is not None
        assert old == _files(folder, old)

        assert attempt(write, folder) is None
        assert expected == contents(folder)


def _files(folder: Path, old: dict[str, bytes | None]) -> dict[str, bytes | None]:
    """What is there, but for new folders that are empty."""
    return {name: data for name, data in contents(folder).items() if data is not None or name in old}


def test_a_checkpoint_grows_by_whole_parts(place: Path) -> None:
    """Whatever fails while a part is added, the parts before it can be replayed, and the part is whole or absent."""
    old = made(part, place / "old", 1)
    faults: list[Callable[[], AbstractContextManager[object]]] = [
        *(partial(failing, call, nth) for call in CALLS for nth in range(2)),
        *(partial(largest, size) for size in (0, 100, 2000)),
    ]
    for number, fault in enumerate(faults):
        folder = place / f"{number}"
        made(part, folder, 1)
        with fault():
            attempt(part, folder)
        checkpoint = Checkpoint(folder / "out.csv")
        records = sum(judged.records for judged in checkpoint.replay())

        assert records in {1, 4}
        assert records == 4 or old == contents(folder)


def test_a_card_is_written_whole(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A model card that can't be written leaves the one that was there."""
    lines = ["old"]
    monkeypatch.setattr("postclass.card._sections", lambda _: iter(lines))
    write_card({}, place)
    lines[0] = "new" * 100
    with largest(100), pytest.raises(StorageError, match=r"CARD\.md: can't be written: File too large\."):
        write_card({}, place)

    assert {"CARD.md": b"old"} == contents(place)


def test_files_on_a_small_disk(tmp_path: Path) -> None:
    """On a disk that is really full every command that writes ends with one line and code 5, and leaves no litter."""
    commands = [
        *(
            ["classify", SAMPLE, "-o", f"out.{kind}"]
            for kind in ("csv", "jsonl", "json", "parquet", "sqlite", "csv.gz")
        ),
        ["classify", SAMPLE, "-o", "folder/"],
        ["classify", SAMPLE, "-o", "levels", "--to", "parquet", "--partition-by", "level"],
        *(["audit", SAMPLE, "-o", f"audit.{kind}"] for kind in "html csv xlsx json sarif".split()),
    ]
    with small_disk(tmp_path / "small", "16k") as disk:
        (disk / "ballast").write_bytes(b"x" * 4096)
        (disk / "out.csv").write_text("old")
        with suppress(OSError), (disk / "more").open("wb", buffering=0) as stream:
            while True:
                stream.write(b"x" * 512)
        before = contents(disk)
        for arguments in commands:
            result = postclass(*map(str, arguments), "--force", cwd=disk)

            assert 5 == result.returncode, result.stderr
            assert 1 == len(result.stderr.splitlines()), result.stderr
            assert re.search(r"can't be written: (No space left on device|database or disk is full)\.", result.stderr)
            assert before == contents(disk)


def test_no_room_for_the_copy_of_an_input(tmp_path: Path) -> None:
    """Parquet that is packed is read from a copy on disk: where there is no room for it, that is the disk's fault."""
    path = tmp_path / "in.parquet.gz"
    path.write_bytes(gzip.compress(SAMPLE.with_suffix(".parquet").read_bytes()))
    with largest(100), pytest.raises(StorageError, match="TMPDIR names another place"), open_source(str(path)) as rows:
        list(rows)


@pytest.mark.parametrize("call", ["fsync", "replace"])
def test_a_folder_for_hugging_face_is_whole(call: str, tmp_path: Path) -> None:
    """Whatever fails: a new folder is not there afterwards, and one that was there is as it was."""
    export("huggingface", str(tmp_path / "old"))
    before = contents(tmp_path)
    for name in ("new", "old"):
        with failing(call, 3), pytest.raises(StorageError, match="No space left"):
            export("huggingface", str(tmp_path / name), force=True)

        assert before == contents(tmp_path)


def postclass(*arguments: str, cwd: Path, stdout: Any = subprocess.PIPE) -> "subprocess.CompletedProcess[str]":  # noqa: ANN401
    """The command in a process of its own."""
    line = [sys.executable, "-m", "postclass", *arguments]
    return subprocess.run(line, cwd=cwd, stdout=stdout, stderr=subprocess.PIPE, text=True, check=False)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["--version"],
        ["check", "--format", "text", "POSTING"],
        ["check", "--format", "html", "POSTING"],
        ["classify", "SAMPLE"],
        ["classify", "SAMPLE", "-o", "-"],
        ["classify", "SAMPLE", "-o", "/dev/full"],
        ["classify", "SAMPLE", "-o", "/dev/full", "--to", "parquet"],
        ["audit", "SAMPLE"],
        ["audit", "SAMPLE", "-o", "-"],
        ["traits"],
        ["schema"],
        ["model", "show"],
    ],
    ids=" ".join,
)
def test_a_full_device(arguments: list[str], tmp_path: Path) -> None:
    """What can't be printed is told in one line on stderr, with code 5."""
    posting = tmp_path / "posting.txt"
    posting.write_text(own_rows()[0]["description"], encoding="utf-8")
    names = {"SAMPLE": str(SAMPLE), "POSTING": str(posting)}
    with Path("/dev/full").open("wb") as full:
        result = postclass(*(names.get(word, word) for word in arguments), cwd=tmp_path, stdout=full)

    assert 5 == result.returncode, result.stderr
    assert 1 == len(result.stderr.splitlines()), result.stderr
    assert "No space left on device" in result.stderr
    assert ["posting.txt"] == list(contents(tmp_path))


def test_a_folder_that_was_moved_away_by_a_killed_run(place: Path) -> None:
    """What a run killed between its two renames had moved away is put back by the next one, and so not lost."""
    write = sink("parts/")
    write(place, 1)
    old = contents(place)
    (place / "parts").rename(place / ".parts.postclass-00000000.old")
    with failing("fsync", 0):
        told = attempt(write, place)

    assert "No space left on device" in str(told)
    assert old == _files(place, {"parts": None})


def test_what_a_killed_training_left(place: Path) -> None:
    """A new training takes away the files of one that was killed, which would spoil the model directory."""
    files = write_corpus(place)
    output = place / "mine"
    output.mkdir()
    (output / ".weights.npz.postclass-0123abcd").write_bytes(b"half")
    train(postings=files[0], labels=[files[1]], weak=[files[2]], output=output)

    assert {"manifest.json", "heads.json", "terms.json", "weights.npz"} == set(contents(output))
