"""Chunks: the same records as one by one, cut at the same places wherever reading goes on."""

import json
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from postclass import parquetrows, sources
from postclass.batches import POSTINGS, Chunk, from_batch
from postclass.posting import Posting, Rejection
from postclass.sources import SourceSettings, open_source

HOSTILE = Path(__file__).parent / "hostile"
SAMPLES = Path(__file__).parents[1] / "data" / "samples"
NO_RECORDS = {"histogram.parquet", "posting.txt", "utf16_without_bom.csv"}  # refused, or no postings


def chunks(path: Path, *, skip: int = 0, **settings: Any) -> list[Chunk]:  # noqa: ANN401 - settings of any type
    """All chunks of a source."""
    with open_source(path, settings=SourceSettings(**settings)) as source:
        return list(source.chunks(skip=skip))


def records(found: list[Chunk]) -> list[Posting | Rejection]:
    """The records of chunks in the order of their rows."""
    flat: list[Posting | Rejection] = []
    for chunk in found:
        flat += [*from_batch(chunk.postings), *chunk.rejections]
    return sorted(flat, key=lambda record: record.row)


def one_by_one(path: Path, **settings: Any) -> list[Posting | Rejection]:  # noqa: ANN401 - settings of any type
    """All records of a source as it iterates over them."""
    with open_source(path, settings=SourceSettings(**settings)) as source:
        return list(source)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Makes chunks and the batches of Parquet small."""

    def small(*, rows: int = 3, size: int = 2**20, batch: int = 2) -> None:
        monkeypatch.setattr(sources, "CHUNK_ROWS", rows)
        monkeypatch.setattr(sources, "CHUNK_BYTES", size)
        monkeypatch.setattr(parquetrows, "_BATCH", batch)

    return small


@pytest.mark.parametrize(
    "path",
    [path for folder in (SAMPLES, HOSTILE) for path in sorted(folder.iterdir())
     if "header" not in path.name and path.name not in NO_RECORDS],
    ids=lambda path: path.name,
)  # fmt: skip
def test_chunks_hold_the_records(path: Path, small: Callable[..., None]) -> None:
    """Of every sample and hostile file the chunks hold what comes out one by one, typed, and begin where told."""
    small()
    whole = chunks(path)

    assert one_by_one(path) == records(whole)
    assert all(chunk.postings.schema == POSTINGS for chunk in whole)
    for n in range(1, len(whole)):
        skip = sum(chunk.records for chunk in whole[:n])

        assert records(whole[n:]) == records(chunks(path, skip=skip))


def test_limits_count_from_the_first_record(small: Callable[..., None]) -> None:
    """A limit is the same records wherever reading goes on."""
    small()

    assert [1, 2, 3, 4] == [record.row for record in records(chunks(HOSTILE / "ragged.csv", limit=4))]
    assert [4] == [record.row for record in records(chunks(HOSTILE / "ragged.csv", limit=4, skip=3))]
    assert [] == chunks(HOSTILE / "ragged.csv", limit=4, skip=4)
    every = one_by_one(HOSTILE / "ragged.csv")
    assert every == one_by_one(HOSTILE / "ragged.csv", limit=100) == records(chunks(HOSTILE / "ragged.csv", limit=100))
    assert [] == chunks(SAMPLES / "postings.parquet", skip=9)
    assert [2] == [record.row for record in records(chunks(SAMPLES / "postings.parquet", limit=2, skip=1))]
    assert [1, 2, 3] == [record.row for record in records(chunks(SAMPLES / "postings.parquet", limit=3))]


def test_chunks_end_at_so_much_text(tmp_path: Path, small: Callable[..., None]) -> None:
    """A chunk ends with the record that brings it to the bound, in bytes of UTF-8."""
    small(rows=100, size=10)
    texts = ["é" * 3, "aaa", "b", "é" * 5, "c" * 30, "", "d"]
    lines = tmp_path / "a.jsonl"
    lines.write_text("".join(json.dumps({"description": text}) + "\n" for text in texts))
    table = tmp_path / "a.parquet"
    pq.write_table(pa.table({"description": texts}), table)

    for path in (lines, table):
        assert [[1, 2, 3], [4], [5], [6, 7]] == [chunk.postings["row"].to_pylist() for chunk in chunks(path)]


def test_a_chunk_of_rejections_alone(tmp_path: Path, small: Callable[..., None]) -> None:
    """Rejections count as records, and a chunk may hold nothing else."""
    small(rows=2)
    path = tmp_path / "a.jsonl"
    path.write_text("bad\nworse\n" + '{"description": "x"}\n')
    first, second = chunks(path)

    assert (0, 2, 1) == (first.postings.num_rows, first.records, second.records)


def test_parquet_is_not_taken_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Batches of sound text become chunks as they are, with numbers as text; others go row by row, and alone."""
    slow: list[int] = []
    by_row = parquetrows._Table.records  # noqa: SLF001 - which way a batch goes is what is tested

    def spy(self: Any, batch: Any, **options: Any) -> Iterator[Any]:  # noqa: ANN401
        slow.append(batch.num_rows)
        return by_row(self, batch, **options)

    monkeypatch.setattr(parquetrows._Table, "records", spy)  # noqa: SLF001
    monkeypatch.setattr(parquetrows, "_BATCH", 2)
    title = pa.Array.from_buffers(pa.string(), 4, pa.array([b"A", None, b"\xff", b"D"], pa.binary()).buffers())
    table = pa.table(
        {
            "id": [7, None, 9, 10],
            "title": title,
            "hiringOrganization": [{"name": "C"}, None, {"legalName": "E"}, None],
            "description": pa.array(["x", None, "", "y"], pa.large_string()),
        }
    )
    pq.write_table(table, tmp_path / "a.parquet")

    assert [
        Posting("x", title="A", company="C", id="7"),
        Posting("", row=2),
        Rejection(3, "the title holds bytes that are not text", f"{tmp_path}/a.parquet, row 3"),
        Posting("y", title="D", id="10", row=4),
    ] == records(chunks(tmp_path / "a.parquet"))
    assert [2] == slow


cells = st.none() | st.sampled_from(["", " ", "\x1c", "\u3000\x85", "é", "007", "x" * 40, "\0"])
odd = st.none() | st.sampled_from([b"a", b"\xff", b" "])
rows = st.lists(st.tuples(cells, cells, cells, st.none() | st.integers(0, 9), odd), max_size=12)


@given(rows, st.integers(1, 5), st.integers(1, 60), st.integers(1, 4), st.integers(1, 4))
def test_parquet_by_batch_and_by_row(  # noqa: PLR0913, PLR0917 - generated
    tmp_path_factory: pytest.TempPathFactory, given_rows: list[Any], count: int, size: int, batch: int, group: int
) -> None:
    """However a table is cut, its chunks hold the records that plain Python makes of it, from any chunk on."""
    path = tmp_path_factory.mktemp("any") / "a.parquet"
    names = ("title", "description", "description_html", "id", "company")
    kinds = (pa.string(), pa.string(), pa.string(), pa.int64(), pa.binary())
    columns = list(zip(*given_rows, strict=True)) or [()] * 5
    table = pa.table([pa.array(column, kind) for column, kind in zip(columns, kinds, strict=True)], names=list(names))
    pq.write_table(table, path, row_group_size=group)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sources, "CHUNK_ROWS", count)
        patch.setattr(sources, "CHUNK_BYTES", size)
        patch.setattr(parquetrows, "_BATCH", batch)
        whole = chunks(path)
        plain = one_by_one(path)
        patch.setattr(parquetrows._Table, "texts", lambda self, batch: None)  # noqa: SLF001 - the slow way for all
        slow = chunks(path)
        for n in range(1, len(whole)):
            skip = sum(chunk.records for chunk in whole[:n])

            assert whole[n:] == chunks(path, skip=skip)

    assert slow == whole
    assert plain == records(whole)
    assert len(given_rows) == len(plain)


def test_sqlite_from_any_chunk_on(tmp_path: Path, small: Callable[..., None]) -> None:
    """A database goes on where it is told."""
    small()
    connection = sqlite3.connect(tmp_path / "a.db")
    connection.execute("CREATE TABLE t (description)")
    connection.executemany("INSERT INTO t VALUES (?)", [(f"text {n}",) for n in range(8)])
    connection.commit()
    connection.close()

    assert ["text 6", "text 7"] == [r.description for r in records(chunks(tmp_path / "a.db", skip=6))]  # type: ignore[union-attr]
