"""The records of a source in, chunks of them out: Arrow batches of postings with the rejections between them."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from postclass.batches import POSTINGS, Chunk, to_batch
from postclass.columns import Columns, Record, Unreadable
from postclass.errors import RecordError
from postclass.posting import Posting, Rejection

# What readers give: records one at a time, or many at once as a batch of TEXTS of which none is to be rejected.
Entry: TypeAlias = Record | Unreadable | pa.RecordBatch
TEXTS = pa.schema([field for field in POSTINGS if field.name != "row"])


class Cutter:
    """Puts entries together to chunks: each ends with the record that makes it `rows` long or `size` bytes of text."""

    def __init__(self, columns: Columns, *, row: int, rows: int, size: int, where: Callable[[str], str]) -> None:
        self._columns, self._rows, self._size, self._where = columns, rows, size, where
        self._row = row  # of the next record
        self._begin()

    def _begin(self) -> None:
        self._records = self._bytes = 0
        self._batches: list[pa.RecordBatch] = []
        self._postings: list[Posting] = []  # after those of `_batches`
        self._rejections: list[Rejection] = []

    def cut(self, entries: Iterable[Entry]) -> Iterator[Chunk]:
        """Entries in, chunks out; where they are cut depends on nothing but the records since the first."""
        for entry in entries:
            if isinstance(entry, pa.RecordBatch):
                at = 0
                while at < entry.num_rows:
                    at += self._add_batch(entry.slice(at))
                    if self._is_full():
                        yield self._chunk()
            else:
                self._add(entry)
                if self._is_full():
                    yield self._chunk()
        if self._records:
            yield self._chunk()

    def _is_full(self) -> bool:
        return self._records >= self._rows or self._bytes >= self._size

    def _add(self, record: Record | Unreadable) -> None:
        made = as_posting(record, self._columns, row=self._row, where=self._where)
        if isinstance(made, Posting):
            self._postings.append(made)
            self._bytes += _length(made.description) + sum(
                map(_length, filter(None, (made.title, made.company, made.id)))
            )
        else:
            self._rejections.append(made)
        self._records += 1
        self._row += 1

    def _add_batch(self, batch: pa.RecordBatch) -> int:
        """Take as many rows as fit, and say how many."""
        sizes = np.cumsum(sum(map(byte_lengths, batch.columns)))
        fit = int(np.searchsorted(sizes, self._size - self._bytes)) + 1
        count = min(fit, self._rows - self._records, int(batch.num_rows))
        self._flush()
        rows = pa.array(np.arange(self._row, self._row + count))
        self._batches.append(pa.record_batch([rows, *batch.slice(0, count).columns], schema=POSTINGS))
        self._records += count
        self._row += count
        self._bytes += int(sizes[count - 1])
        return count

    def _flush(self) -> None:
        if self._postings:
            self._batches.append(to_batch(self._postings))
            self._postings = []

    def _chunk(self) -> Chunk:
        self._flush()
        batches, rejections = self._batches or [to_batch([])], self._rejections
        self._begin()
        columns = [pa.concat_arrays([batch.column(name) for batch in batches]) for name in POSTINGS.names]
        return Chunk(pa.record_batch(columns, schema=POSTINGS), tuple(rejections))


def as_posting(
    record: Record | Unreadable, columns: Columns, *, row: int, where: Callable[[str], str]
) -> Posting | Rejection:
    """A record in, its posting or its rejection out; `where` turns a place in the input into one that names it."""
    if isinstance(record, Unreadable):
        return Rejection(row, record.reason, where(record.where))
    try:
        return columns.posting(record, row=row)
    except RecordError as error:
        return Rejection(row, str(error), where(record.where))


def postings_of(batch: pa.RecordBatch, *, row: int) -> Iterator[Posting]:
    """A batch of TEXTS in, its postings out, the first of them with that row number."""
    cells = zip(*(batch.column(name).to_pylist() for name in ("description", "title", "company", "id")), strict=True)
    for number, (description, title, company, key) in enumerate(cells, row):
        yield Posting(description, title, company, key, number)


def byte_lengths(column: Any) -> Any:  # noqa: ANN401 - pyarrow ships no types
    """A column of text or bytes in, the bytes of each cell out as an array of numpy; null takes none."""
    return pc.fill_null(pc.binary_length(column).cast(pa.int64()), 0).to_numpy(zero_copy_only=False)


def _length(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode())
