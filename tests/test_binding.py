"""Bindings: what a run is of, and what has changed since."""

import os
from pathlib import Path

import pytest

from postclass import binding
from postclass.binding import Binding, fingerprint
from postclass.errors import InputError


def test_changes(tmp_path: Path) -> None:
    """Every change is told in words, and nothing else."""
    path = tmp_path / "in.csv"
    path.write_text("description\nx\n")
    settings = {"limit": None, "prior": 0.2, "raw-csv": False, "old": 1}
    then = Binding.of(str(path), model="a", settings=settings)
    path.write_text("description\ny\n")
    now = Binding(fingerprint(str(path)), "b", {"limit": 7, "prior": 0.2, "raw-csv": True}, "9")

    assert [] == then.changes(then)
    assert [
        "the input has changed",
        "the model is another one",
        f"postclass was {then.postclass}, is now 9",
        "--raw-csv was not given, is now given",
        "--old was 1, is now not given",
    ] == [change for change in now.changes(then) if "limit" not in change]
    assert "--limit was not given, is now 7" in now.changes(then)


@pytest.mark.parametrize("whole", [2**20, 100])
def test_every_kind_of_change(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, whole: int) -> None:
    """A byte more, a byte less, and a byte changed show; of a large file the time of change does too."""
    monkeypatch.setattr(binding, "WHOLE", whole)
    path = tmp_path / "in.csv"
    seen = set()
    for content in ["x" * 1000, "x" * 999, "x" * 1001, "x" * 999 + "y", "y" + "x" * 999]:
        path.write_text(content)
        os.utime(path, ns=(0, 0))
        seen.add(fingerprint(str(path)))
        same = fingerprint(str(path))
        os.utime(path, ns=(0, 5))

        assert (same == fingerprint(str(path))) is (whole > 1000)

    assert 5 == len(seen)


def test_samples_reach_the_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The samples of a large file hold its first and its last bytes."""
    monkeypatch.setattr(binding, "WHOLE", 0)
    monkeypatch.setattr(binding, "_SAMPLE", 1)
    monkeypatch.setattr(binding, "_SAMPLES", 2)
    path = tmp_path / "in.csv"
    seen = []
    for content in ["abc", "xbc", "abx", "axc"]:
        path.write_text(content)
        os.utime(path, ns=(0, 0))
        seen.append(fingerprint(str(path)))

    assert [True, False, False, True] == [mark == seen[0] for mark in seen]


def test_folders_and_patterns(tmp_path: Path) -> None:
    """Of a folder or a pattern all files count, by name and content."""
    (tmp_path / "year=1").mkdir()
    part = tmp_path / "year=1" / "a.parquet"
    part.write_text("x")
    folder, pattern = str(tmp_path), str(tmp_path / "*" / "*.parquet")
    before = fingerprint(folder), fingerprint(pattern)
    part.write_text("y")
    changed = fingerprint(folder), fingerprint(pattern)
    (tmp_path / "year=1" / "b.parquet").write_text("z")
    more = fingerprint(folder), fingerprint(pattern)

    assert 3 == len({before[0], changed[0], more[0]}) == len({before[1], changed[1], more[1]})


def test_what_is_missing(tmp_path: Path) -> None:
    """What is not there is told."""
    with pytest.raises(InputError, match="can't be opened"):
        fingerprint(str(tmp_path / "none"))


def test_what_is_no_file(tmp_path: Path) -> None:
    """A pipe has no contents to compare."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    writer = os.open(pipe, os.O_WRONLY)
    with pytest.raises(InputError, match="no plain file"):
        fingerprint(str(pipe))
    os.close(reader)
    os.close(writer)


def test_storage() -> None:
    """Files of a storage count by the checksums it gives."""
    fsspec = pytest.importorskip("fsspec")
    files = fsspec.filesystem("memory")
    files.pipe("/postings/a.csv", b"x")
    before = fingerprint("memory://postings")
    files.pipe("/postings/b.csv", b"y")

    assert before.startswith("remote:")
    assert before != fingerprint("memory://postings")
    files.rm("/postings", recursive=True)
