"""Outputs of several files, packed ones, databases and addresses: complete or absent, however the rows come."""

import errno
import gzip
import json
import os
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import fsspec
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from postclass import partfiles, rowwriters
from postclass.batches import verdict_batch
from postclass.errors import OutputError, StorageError
from postclass.posting import Rejection
from postclass.sinks import SinkSettings, open_sink
from postclass.verdict import Explain, Term, Verdict, to_record

Make = Callable[..., Verdict]
PM = Verdict(1, "007", 'Köchin, "x"\n', None, "pm", 0.25, 0.5, ("a", "b"), (Term("t é", -0.5),), ("close",))
BLANK = Verdict(2, None, "\0", "C", "unclear", None, None, (), (), ("empty", "too_short"))
DIRECTOR = replace(PM, row=3, level="director", traits=None, top_terms=None)
ROWS = (PM, BLANK, DIRECTOR)
REJECTION = Rejection(4, "torn", "a.csv, line 4")


def write(path: Path | str, *verdicts: Verdict, rejections: tuple[Rejection, ...] = (), **settings: Any) -> None:  # noqa: ANN401
    """Write all of it to a sink."""
    with open_sink(path, settings=SinkSettings(**settings)) as sink:
        sink.write(verdict_batch(verdicts, explain=settings.get("explain", "terms")))
        for rejection in rejections:
            sink.reject(rejection)


def break_off(path: Path | str, **settings: Any) -> None:  # noqa: ANN401
    """Begin to write to a sink and fail."""
    with open_sink(path, settings=SinkSettings(**settings)) as sink:
        sink.write(verdict_batch(ROWS, explain="terms"))
        raise RuntimeError


def names(folder: Path) -> list[str]:
    """All that is in a folder."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("kind", ["csv", "jsonl", "json"])
def test_packed(tmp_path: Path, kind: str) -> None:
    """A second suffix packs what would be in the file without it."""
    for suffix in ("", ".gz", ".zst"):
        write(tmp_path / f"a.{kind}{suffix}", *ROWS)
    plain = (tmp_path / f"a.{kind}").read_bytes()
    packed = pa.input_stream(tmp_path / f"a.{kind}.zst", compression="zstd").read()

    assert plain == gzip.decompress((tmp_path / f"a.{kind}.gz").read_bytes())
    assert plain == packed


@pytest.mark.parametrize("raw", [False, True])
def test_folders_of_csv_hold_formulas_where_asked(tmp_path: Path, raw: bool) -> None:  # noqa: FBT001 - a parameter
    """Parts of a folder are written by the same settings as a file alone."""
    row = replace(PM, title="=1+1")
    write(tmp_path / "a.csv", row, raw_csv=raw)
    write(f"{tmp_path}/parts/", row, format="csv", raw_csv=raw)
    (part,) = (tmp_path / "parts").glob("*.csv")

    assert (tmp_path / "a.csv").read_bytes() == part.read_bytes()
    assert raw == (b",=1+1," in part.read_bytes())


def test_a_packed_run_that_breaks_off(tmp_path: Path) -> None:
    """Nothing is left of it."""
    for suffix in (".gz", ".zst"):
        with pytest.raises(RuntimeError):
            break_off(tmp_path / f"a.csv{suffix}")

    assert [] == list(tmp_path.iterdir())


def test_sqlite(tmp_path: Path, make_verdict: Make) -> None:
    """A database has a table with typed columns, text as it was given, and lists as JSON text."""
    rows = [make_verdict(row=9), *ROWS]
    write(tmp_path / "a.sqlite", *rows, explain="full")
    with sqlite3.connect(tmp_path / "a.sqlite") as database:
        database.row_factory = sqlite3.Row
        found = [dict(row) for row in database.execute("SELECT * FROM verdicts ORDER BY row = 9 DESC, row")]
        types = [row[0] for row in database.execute("SELECT typeof(id) FROM verdicts WHERE row = 1")]
    database.close()
    plain = ("row", "id", "title", "company", "level", "p_director", "p_in_scope", "text")
    for row in found:
        row.update({key: json.loads(value) for key, value in row.items() if key not in plain and value is not None})

    assert [to_record(verdict, explain="full") for verdict in rows] == found
    assert ["text"] == types
    assert ["a.sqlite"] == names(tmp_path)


def test_sqlite_needs_a_plain_file(tmp_path: Path) -> None:
    """A database can't go to stdout, to a folder or to an address, and what exists is kept without force."""
    for path in ("-", f"{tmp_path}/a/", "/dev/null", "memory://a.db"):
        with pytest.raises(OutputError, match="a SQLite database is written to a plain file"):
            open_sink(path, settings=SinkSettings(format="sqlite", storage=True, rejects="-"))
    (tmp_path / "a.db").write_text("old")
    with pytest.raises(RuntimeError):
        break_off(tmp_path / "a.db", force=True)
    assert "old" == (tmp_path / "a.db").read_text()
    with pytest.raises(StorageError, match=r"a\.db: can't be written: UNIQUE"):
        write(tmp_path / "a.db", PM, PM, force=True)
    assert ["a.db"] == names(tmp_path)


def test_parquet_that_is_packed(tmp_path: Path) -> None:
    """Formats that pack by themselves are not packed once more."""
    with pytest.raises(OutputError, match="parquet is not packed"):
        open_sink(tmp_path / "a.parquet.gz")


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts of two rows."""
    monkeypatch.setattr(partfiles, "PART_ROWS", 2)


@pytest.mark.parametrize(("path", "settings"), [("out/", {}), ("out", {"format": "parquet"})])
@pytest.mark.usefixtures("small")
def test_folder(tmp_path: Path, path: str, settings: dict[str, str]) -> None:
    """A slash at the end, or Parquet without a suffix, is a folder of parts of a fixed size, marked when whole."""
    write(f"{tmp_path}/{path}", *ROWS, rejections=(REJECTION,), **settings)

    assert ["out.rejects.jsonl", "out/_SUCCESS", "out/part-00000.parquet", "out/part-00001.parquet"] == names(tmp_path)
    assert [to_record(verdict) for verdict in ROWS] == pq.read_table(tmp_path / "out").to_pylist()


@pytest.mark.usefixtures("small")
def test_folder_of_levels(tmp_path: Path) -> None:
    """Parted by level, a folder holds one for each level, as Hive names them, and readers find the column again."""
    write(tmp_path / "out", *ROWS, replace(PM, row=4), replace(PM, row=5), partition_by="level")
    table = ds.dataset(tmp_path / "out", format="parquet", partitioning="hive").to_table().sort_by("row")

    assert [
        "_SUCCESS",
        "level=director/part-00000.parquet",
        "level=pm/part-00000.parquet",
        "level=pm/part-00001.parquet",
        "level=unclear/part-00000.parquet",
    ] == names(tmp_path / "out")
    assert ["pm", "unclear", "director", "pm", "pm"] == table["level"].to_pylist()
    with pytest.raises(OutputError, match="parted by level, not by 'title'"):
        open_sink(tmp_path / "b", settings=SinkSettings(partition_by="title"))
    with pytest.raises(OutputError, match="stdout can't be parted"):
        open_sink("-", settings=SinkSettings(partition_by="level"))


def test_folder_without_rows(tmp_path: Path) -> None:
    """Without rows there is one part with the columns."""
    with open_sink(f"{tmp_path}/out/"):
        pass

    assert "row" == pq.read_table(tmp_path / "out").schema.names[0]


@pytest.mark.usefixtures("small")
def test_folder_of_lines(tmp_path: Path) -> None:
    """Parts may have other formats."""
    write(f"{tmp_path}/out/", *ROWS, format="jsonl")

    assert ["_SUCCESS", "part-00000.jsonl", "part-00001.jsonl"] == names(tmp_path / "out")


@pytest.mark.usefixtures("small")
def test_folders_that_exist(tmp_path: Path) -> None:
    """An empty folder is filled, an earlier output replaced with force, and what is foreign never touched."""
    out = tmp_path / "out"
    out.mkdir()
    write(f"{out}/", *ROWS)
    with pytest.raises(OutputError, match="is not empty; --force replaces"):
        open_sink(f"{out}/")
    write(f"{out}/", PM, force=True)
    assert ["_SUCCESS", "part-00000.parquet"] == names(out)
    (out / "thesis.txt").write_text("mine")
    with pytest.raises(OutputError, match=r"holds 'thesis\.txt', which is no part of an output"):
        open_sink(f"{out}/", settings=SinkSettings(force=True))
    (tmp_path / "file").write_text("x")
    with pytest.raises(OutputError, match="is a file; name a folder"):
        open_sink(f"{tmp_path}/file/")
    with pytest.raises(OutputError, match="is a directory; name a file, or a folder by a slash"):
        open_sink(out, settings=SinkSettings(format="csv"))
    assert ["file", "out"] == sorted(path.name for path in tmp_path.iterdir())


@pytest.mark.usefixtures("small")
def test_a_folder_run_that_breaks_off(tmp_path: Path) -> None:
    """Nothing of it is left, and what was there is."""
    write(f"{tmp_path}/out/", PM)
    for level in (None, "level"):
        with pytest.raises(RuntimeError):
            break_off(f"{tmp_path}/out/", force=True, partition_by=level)

    assert ["out/_SUCCESS", "out/part-00000.parquet"] == names(tmp_path)
    assert ["out"] == [path.name for path in tmp_path.iterdir()]


def test_what_killed_runs_left(tmp_path: Path) -> None:
    """The folder of a run that was killed is taken away by the next, that of a living run is not."""
    (tmp_path / ".out.postclass-0123abcd.parts" / "level=pm").mkdir(parents=True)
    with open_sink(f"{tmp_path}/out/") as first:
        (living,) = tmp_path.glob(".out.*")
        with open_sink(f"{tmp_path}/out/"):
            assert living.exists()
        first.write(verdict_batch(ROWS, explain="terms"))
        (tmp_path / "out").rename(tmp_path / "second")

    assert ["out", "second"] == sorted(path.name for path in tmp_path.iterdir())


def test_every_failure_of_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whichever write, sync or rename fails, the folder is the old one or the new one."""
    monkeypatch.setattr(partfiles, "PART_ROWS", 2)
    failed = 0
    while True:
        write(f"{tmp_path}/out/", PM, force=True)
        left = [failed + 1]

        def failing(function: Callable[..., Any], left: list[int] = left) -> Callable[..., Any]:
            def call(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - any function of the disk
                left[0] -= 1
                if left[0] == 0:
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
                return function(*args, **kwargs)

            return call

        with monkeypatch.context() as patch:
            for owner, name in ((os, "fsync"), (Path, "rename"), (Path, "mkdir"), (Path, "open")):
                patch.setattr(owner, name, failing(getattr(owner, name)))
            try:
                write(f"{tmp_path}/out/", *ROWS, force=True)
            except StorageError:
                failed += 1
            else:
                break
        rows = pq.read_table(tmp_path / "out").num_rows

        assert rows in {1, 3}
        assert ["out"] == [path.name for path in tmp_path.iterdir()]
    assert failed > 6


def test_an_output_within_the_input(tmp_path: Path) -> None:
    """An output must not become a part of the folder that is read, nor be one of the files of a pattern."""
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.csv").write_text("x")
    with pytest.raises(OutputError, match="is within the input"):
        open_sink(tmp_path / "in" / "out.csv", settings=SinkSettings(source=str(tmp_path / "in")))
    with pytest.raises(OutputError, match="is the input"):
        open_sink(tmp_path / "in" / "a.csv", settings=SinkSettings(source=f"{tmp_path}/in/*.csv", force=True))


@pytest.fixture
def memory() -> Iterator[Any]:
    """An empty storage in memory."""
    system = fsspec.filesystem("memory")
    system.store.clear()
    yield system
    system.store.clear()


def test_addresses(memory: Any, tmp_path: Path) -> None:  # noqa: ANN401 - fsspec has no types
    """With `storage` an output goes to an address, whole or not at all, and its rejects beside it."""
    write(tmp_path / "a.csv", *ROWS)
    write("memory://b/a.csv", *ROWS, rejections=(REJECTION,), storage=True)

    assert (tmp_path / "a.csv").read_bytes() == memory.cat("/b/a.csv")
    assert {"/b/a.csv", "/b/a.csv.rejects.jsonl"} == set(memory.find("/"))
    with pytest.raises(OutputError, match="exists already"):
        open_sink("memory://b/a.csv", settings=SinkSettings(storage=True))
    with pytest.raises(OutputError, match="is the input"):
        open_sink("memory://b/a.csv", settings=SinkSettings(storage=True, force=True, source="memory://b/a.csv"))
    with pytest.raises(OutputError, match="Protocol not known"):
        open_sink("quark://b/a.csv", settings=SinkSettings(storage=True))
    with pytest.raises(RuntimeError):
        break_off("memory://b/b.parquet", storage=True)
    write("memory://b/a.csv", PM, storage=True, force=True)

    assert {"/b/a.csv"} == set(memory.find("/"))


@pytest.mark.usefixtures("small")
def test_folders_at_addresses(memory: Any) -> None:  # noqa: ANN401 - fsspec has no types
    """A folder at an address is new, and complete when its mark is there."""
    with pytest.raises(RuntimeError):
        break_off("memory://b/", storage=True)
    assert [] == memory.find("/")
    write("memory://b/", *ROWS, storage=True)

    assert ["/b/_SUCCESS", "/b/part-00000.parquet", "/b/part-00001.parquet"] == memory.find("/")
    with pytest.raises(OutputError, match="is not empty; remove what is there"):
        open_sink("memory://b/", settings=SinkSettings(storage=True, force=True))


def test_storage_that_fails(memory: Any, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ANN401 - fsspec has no types
    """Whatever storage raises is one line, and exit code 5."""

    def fail(*_: Any, **__: Any) -> None:  # noqa: ANN401
        raise RuntimeError("no\nroute")

    monkeypatch.setattr(type(memory), "mv", fail)
    with pytest.raises(StorageError, match=r"memory://b/a\.csv: can't be written: no route\."):
        write("memory://b/a.csv", PM, storage=True)

    assert [] == memory.find("/")


@pytest.mark.parametrize("explain", ["none", "terms", "full"])
def test_rows_however_they_come(tmp_path_factory: pytest.TempPathFactory, make_verdict: Make, explain: Explain) -> None:
    """The bytes of an output rest on its rows alone, not on the batches they come in."""
    plenty = [replace(verdict, row=n) for n, verdict in enumerate([*ROWS, make_verdict()] * 5)]
    batch = verdict_batch(plenty, explain=explain)

    @given(st.lists(st.integers(0, 20), max_size=5))
    def same(cuts: list[int]) -> None:
        folder = tmp_path_factory.mktemp("cut")
        ends = sorted({0, *cuts, 20})
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(partfiles, "PART_ROWS", 6)
            patch.setattr(rowwriters, "_ROW_GROUP", 4)
            for name in outputs:
                with open_sink(f"{folder}/{name}", settings=SinkSettings(explain=explain)) as sink:
                    for start, end in pairwise(ends):
                        sink.write(batch.slice(start, end - start))
        made = {name: (folder / name).read_bytes() for name in names(folder)}

        assert made == expected or not expected
        expected.update(made)

    outputs = ("a.csv", "a.jsonl", "a.json", "a.parquet", "a.db", "a.csv.gz", "a.csv.zst", "parts/")
    expected: dict[str, bytes] = {}
    same()


values = st.none() | st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@given(st.lists(st.tuples(values, values), max_size=5), st.lists(st.floats(-9, 9), max_size=3))
def test_json_is_that_of_python(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str | None, ...]], weights: list[float]
) -> None:
    """Every JSON line is what `json.dumps` makes of the row, but for characters that end lines."""
    path = tmp_path_factory.mktemp("json") / "a.jsonl"
    verdicts = [
        replace(PM, row=n, title=title, traits=None if key is None else (key, "b"), p_director=None if title else 0.1,
                top_terms=tuple(Term(key or "", weight) for weight in weights))
        for n, (title, key) in enumerate(rows)
    ]  # fmt: skip
    write(path, *verdicts)
    expected = [json.dumps(to_record(verdict), ensure_ascii=False) for verdict in verdicts]
    for mark in "\x85\u2028\u2029":
        expected = [line.replace(mark, f"\\u{ord(mark):04x}") for line in expected]

    assert "".join(f"{line}\n" for line in expected) == path.read_text("utf-8")


def test_numbers_that_json_has_not(tmp_path: Path) -> None:
    """Infinity and NaN are no JSON, and never written as such."""
    with pytest.raises(ValueError, match="can't be written as JSON"):
        write(tmp_path / "a.jsonl", replace(PM, p_director=float("nan")))
