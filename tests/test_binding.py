"""Bindings: what a run is of, and what has changed since."""

import os
from pathlib import Path

import pytest

from postclass import binding
from postclass.binding import Binding, files_of, fingerprint
from postclass.errors import InputError


def test_changes(tmp_path: Path) -> None:
    """Every change is told in words, and nothing else."""
    path = tmp_path / "in.csv"
    path.write_text("description\nx\n")
    settings = {"limit": None, "prior": 0.2, "raw-csv": False, "old": 1}
    then = Binding(fingerprint([str(path)]), "a", settings)
    path.write_text("description\ny\n")
    now = Binding(fingerprint([str(path)]), "b", {"limit": 7, "prior": 0.2, "raw-csv": True}, "9")

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
        seen.add(fingerprint([str(path)]))
        same = fingerprint([str(path)])
        os.utime(path, ns=(0, 5))

        assert (same == fingerprint([str(path)])) is (whole > 1000)

    assert 5 == len(seen)


def test_samples_reach_the_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The samples of a large file hold its first and its last bytes."""
    monkeypatch.setattr(binding, "WHOLE", 0)
    monkeypatch.setattr(binding, "_SAMPLE", 1)
    monkeypatch.setattr(binding, "_SAMPLES", 2)
    monkeypatch.setattr(binding, "_FEWEST", 2)
    path = tmp_path / "in.csv"
    seen = []
    for content in ["abc", "xbc", "abx", "axc"]:
        path.write_text(content)
        os.utime(path, ns=(0, 0))
        seen.append(fingerprint([str(path)]))

    assert [True, False, False, True] == [mark == seen[0] for mark in seen]


@pytest.mark.parametrize("whole", [2**20, 0])
def test_several_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, whole: int) -> None:
    """Of several files names and contents count; of a single one the content alone."""
    monkeypatch.setattr(binding, "WHOLE", whole)
    (tmp_path / "year=1").mkdir()
    one, two = tmp_path / "year=1" / "a.csv", tmp_path / "year=1" / "b.csv"
    seen = []
    for contents in [("x", "y"), ("x", "z"), ("xy", ""), ("y", "x")]:
        for path, content in zip((one, two), contents, strict=True):
            path.write_text(content)
            os.utime(path, ns=(0, 0))
        seen.append(fingerprint(files_of(tmp_path)))
    two.rename(tmp_path / "c.csv")
    seen.append(fingerprint(files_of(tmp_path)))
    alone = fingerprint(files_of(one))
    one.rename(two)

    assert 5 == len(set(seen))
    assert alone == fingerprint([str(two)])


def test_what_is_missing(tmp_path: Path) -> None:
    """What is not there is told."""
    with pytest.raises(InputError, match="can't be read: No such file"):
        fingerprint([str(tmp_path / "none")])


def test_what_is_no_file(tmp_path: Path) -> None:
    """A pipe has no contents to compare."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    writer = os.open(pipe, os.O_WRONLY)
    with pytest.raises(InputError, match="no plain file"):
        fingerprint([str(pipe)])
    os.close(reader)
    os.close(writer)


def test_storage() -> None:
    """Of addresses what their storage tells counts."""
    fsspec = pytest.importorskip("fsspec")
    files = fsspec.filesystem("memory")
    files.pipe("/postings/a.csv", b"x")
    before = fingerprint(["memory://postings/a.csv"])
    files.pipe("/postings/a.csv", b"yy")

    assert before != fingerprint(["memory://postings/a.csv"])
    files.rm("/postings", recursive=True)
