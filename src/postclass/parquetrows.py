"""A Parquet file in, its records out, a batch at a time: as Arrow text where all is well, else row by row."""

import itertools
from collections.abc import Iterator, Mapping
from typing import IO, Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from postclass.columns import LEVER_LISTS, Columns, Record, Unreadable, as_text, is_text
from postclass.csvrows import check_names
from postclass.cutting import TEXTS, Entry, byte_lengths
from postclass.errors import InputError
from postclass.streams import MAX_RECORD, TOO_LONG, Input, Skip, check_expansion

# Rows decoded at a time; and the bytes that they may take by the file's own word, or if each of them were the longest
# text of its dictionary, which a few bytes of a file can repeat without end.
_BATCH = 1024
_BATCH_BYTES = 16 * 2**20
_SPREAD_BYTES = 64 * 2**20

# Text with a character in it that is no white space, as `str.isspace` has it.
_SPACES = "".join(f"\\x{{{point:x}}}" for point in range(0x3001) if chr(point).isspace())
_NOT_BLANK = f"[^{_SPACES}]"


def read_parquet(source: Input, columns: Columns, skip: Skip) -> Iterator[Entry]:
    """The records of a Parquet file but those to skip; of its columns only those are read that make a posting."""
    try:
        with source.seekable() as stream:
            schema = pq.read_schema(stream)
            check_names(schema.names, source=source.name)
            names = [*schema.names, *(name for name in source.keys if name not in schema.names)]
            columns.require(names, source=source.name)
            table = _Table(columns, columns.used(names), source.keys)
            stored = _length(stream)
            stream.seek(0)
            file = _File(stream, [name for name in table.used if name in schema.names], schema)
            yield from _entries(file, table, stored=stored, source=source, skip=skip)
    except (pa.ArrowException, OSError, ValueError, OverflowError) as error:
        reason = " ".join(str(error).split())
        raise InputError(f"{source.name}: can't be read as Parquet: {reason}") from error


def _entries(file: "_File", table: "_Table", *, stored: int, source: Input, skip: Skip) -> Iterator[Entry]:
    _check_metadata(file.metadata, stored=stored, source=source.name)
    groups, row = _groups(file.metadata, skip)
    decoded = 0
    source.rows_share = 0.0
    for batch in map(table.with_keys, itertools.chain.from_iterable(map(file.batches, groups))):
        sizes = [_sizes(batch.column(name)) for name in table.used]
        total = sum(int(size.sum()) for size in sizes)
        decoded += total
        check_expansion(decoded, stored, source=source.name)
        made = table.texts(batch) if total <= MAX_RECORD else None
        if made is not None:
            yield made
        else:
            yield from table.records(batch, row=row + 1, sizes=None if total <= MAX_RECORD else sizes)
        row += batch.num_rows
        source.rows_share = row / max(1, file.metadata.num_rows)


class _File:
    """A Parquet file, of which row groups are decoded a bounded piece at a time."""

    def __init__(self, stream: IO[bytes], used: list[str], schema: Any) -> None:  # noqa: ANN401 - pyarrow ships no types
        self.used = used
        self._stream = stream
        self._texts = [name for name in used if _is_byte_array(schema.field(name).type)]
        self._plain = pq.ParquetFile(stream, buffer_size=2**20, pre_buffer=False)
        self.metadata = self._plain.metadata
        self._probe = self._with_dictionaries(self._texts)

    def batches(self, group: int) -> Iterator[pa.RecordBatch]:
        """The batches of a row group.

        Read as a dictionary, a column is measured before it is spread out, but Arrow then holds all its texts; read as
        text, it takes what its dictionary makes of it. So the dictionary is measured first, and sets the pace.
        """
        if not self.metadata.row_group(group).num_rows:
            return
        widest, unknown = self._measure(group)
        size = _group_bytes(self.metadata, self.used, group) / self.metadata.row_group(group).num_rows
        rows = min(_BATCH, _BATCH_BYTES // max(1, round(size)), _SPREAD_BYTES // max(1, widest))
        file = self._with_dictionaries(unknown) if unknown else self._plain
        yield from file.iter_batches(batch_size=max(1, rows), row_groups=[group], columns=self.used, use_threads=False)

    def _measure(self, group: int) -> tuple[int, list[str]]:
        """The longest text in the dictionaries of a row group, and the columns that may have one further on.

        What the metadata tells of a column must not be looked at before: where it makes no sense, Arrow says so if the
        column is read, but ends the whole process if it is asked (pyarrow 26; found by fuzzing).
        """
        probe = self._probe.iter_batches(batch_size=1, row_groups=[group], columns=self.used, use_threads=False)
        first = next(probe, None)
        if first is None:  # its metadata counts rows that are not there
            return 0, []
        dictionaries = {name: first.column(name).dictionary for name in self._texts}
        widest = max((pc.max(pc.binary_length(some)).as_py() or 0 for some in dictionaries.values()), default=0)
        claimed = _with_dictionary(self.metadata, self.used, group)
        return widest, [name for name, some in dictionaries.items() if len(some) <= 1 and name in claimed]

    def _with_dictionaries(self, names: list[str]) -> Any:  # noqa: ANN401
        return pq.ParquetFile(
            self._stream, metadata=self.metadata, read_dictionary=names, buffer_size=2**20, pre_buffer=False
        )


def _is_byte_array(kind: Any) -> bool:  # noqa: ANN401
    return bool(pa.types.is_string(kind) or pa.types.is_binary(kind))


def _chunks(metadata: Any, used: list[str], group: int) -> list[Any]:  # noqa: ANN401
    """What the metadata of a row group tells of those columns, and of no others."""
    schema = metadata.schema
    leaves = [leaf for leaf in range(len(schema)) if schema.column(leaf).path.split(".")[0] in used]
    return list(map(metadata.row_group(group).column, leaves))


def _with_dictionary(metadata: Any, used: list[str], group: int) -> set[str]:  # noqa: ANN401
    """The columns of a row group that have a dictionary by its metadata."""
    chunks = _chunks(metadata, used, group)
    return {c.path_in_schema for c in chunks if any("DICTIONARY" in encoding for encoding in c.encodings)}


def _groups(metadata: Any, skip: Skip) -> tuple[list[int], int]:  # noqa: ANN401
    """The row groups to read, and how many rows come before them, which are then no longer to be skipped."""
    row = 0
    for group in range(metadata.num_row_groups):
        rows = metadata.row_group(group).num_rows
        if rows > skip.left:
            return list(range(group, metadata.num_row_groups)), row
        skip.left -= rows
        row += rows
    return [], row


def _check_metadata(metadata: Any, *, stored: int, source: str) -> None:  # noqa: ANN401
    """Refuse a bomb that says so before a page of it is decoded; one that lies is caught while it is decoded."""
    for group in range(metadata.num_row_groups):
        check_expansion(metadata.row_group(group).total_byte_size, stored, source=source)


def _group_bytes(metadata: Any, used: list[str], group: int) -> int:  # noqa: ANN401
    """The bytes of those columns in a row group, as its metadata has it."""
    return sum(chunk.total_uncompressed_size for chunk in _chunks(metadata, used, group))


class _Table:
    """The columns of a file that make postings; what becomes of a batch of them."""

    def __init__(self, columns: Columns, used: list[str], keys: Mapping[str, str | None]) -> None:
        self._found = columns.find(used)
        self._keys = {name: value for name, value in keys.items() if name in used}
        # Their values are put together in plain Python.
        self._by_row = columns.about or LEVER_LISTS in used
        self.used = used

    def with_keys(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """The batch with the columns that the names of its folders stand for, where it has none of the name."""
        for name, value in self._keys.items():
            if name not in batch.schema.names:
                batch = batch.append_column(name, pa.array([value] * batch.num_rows, pa.string()))
        return batch

    def texts(self, batch: pa.RecordBatch) -> pa.RecordBatch | None:
        """The batch as TEXTS, or None if a row of it may have to be rejected: the slow way tells which."""
        if self._by_row:
            return None
        try:
            made = {name: self._text(batch, field) for name, field in self._fields()}
            made["description"] = self._description(batch)
        except (_NotText, pa.ArrowInvalid):
            return None
        return pa.record_batch([made[name] for name in TEXTS.names], schema=TEXTS)

    def records(self, batch: pa.RecordBatch, *, row: int, sizes: list[Any] | None) -> Iterator[Record | Unreadable]:
        """The rows of a batch from number `row` on; with `sizes` one at a time, for they may be too long to hold."""
        step = batch.num_rows if sizes is None else 1
        for start in range(0, batch.num_rows, max(1, step)):
            if sizes is not None and max(size[start] for size in sizes) > MAX_RECORD:
                yield Unreadable(TOO_LONG, f"row {row + start}")
                continue
            values = [_values(batch.column(name).slice(start, step)) for name in self.used]
            for number, cells in enumerate(zip(*values, strict=True), row + start):
                yield Record(dict(zip(self.used, cells, strict=True)), f"row {number}")

    def _fields(self) -> Iterator[tuple[str, str | None]]:
        for field, names in self._found.items():
            if field != "description":
                yield field, names[0] if names else None

    def _text(self, batch: pa.RecordBatch, name: str | None) -> Any:  # noqa: ANN401
        if name is None:
            return pa.nulls(batch.num_rows, pa.string())
        column = batch.column(name)
        if _is_texts(column.type):
            return _as_texts(column)
        cells = [as_text(value) for value in _values(column)]
        if not all(is_text(cell) for cell in cells if cell is not None):
            raise _NotText
        return pa.array(cells, pa.string())

    def _description(self, batch: pa.RecordBatch) -> Any:  # noqa: ANN401
        names = self._found["description"]
        if not all(_is_texts(batch.column(name).type) for name in names):
            raise _NotText
        candidates = [_as_texts(batch.column(name)) for name in names]
        if len(candidates) > 1:  # the first that is not blank, else the first
            null = pa.scalar(None, pa.string())
            told = [pc.if_else(pc.match_substring_regex(c, _NOT_BLANK), c, null) for c in candidates]
            candidates = [pc.coalesce(*told, candidates[0])]
        return pc.fill_null(candidates[0], "")


class _NotText(Exception):  # noqa: N818 - it is no error: there is another way
    """A batch is not text through and through."""


def _is_texts(kind: Any) -> bool:  # noqa: ANN401
    """Whether a column's cells are text as they stand, or bytes that may be."""
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    return any(f(kind) for f in (pa.types.is_string, pa.types.is_large_string, pa.types.is_binary))


def _as_texts(column: Any) -> Any:  # noqa: ANN401
    """A column of text or bytes in, as a plain column of text out; raises `ArrowInvalid` if bytes are not UTF-8."""
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if not pa.types.is_string(column.type):
        column = column.cast(pa.string())
    column.validate(full=True)  # Arrow takes a file's word for it that its text is UTF-8
    return column


def _sizes(column: Any) -> Any:  # noqa: ANN401
    """A column in, the bytes of each cell out; cells that are not text count as their share of the column."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        return pc.fill_null(pc.binary_length(column.dictionary).take(column.indices).cast(pa.int64()), 0).to_numpy(
            zero_copy_only=False
        )
    if _is_texts(kind):
        return byte_lengths(column)
    return pa.array([column.nbytes // max(1, len(column))] * len(column), pa.int64()).to_numpy()


def _values(column: Any) -> list[Any]:  # noqa: ANN401
    """A column in, its cells as Python values out; bytes that are not UTF-8 become lone surrogates."""
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    try:
        return column.to_pylist()  # type: ignore[no-any-return]
    except (OverflowError, pa.ArrowInvalid):  # days and durations that Python has no words for
        return column.cast(pa.string()).to_pylist()  # type: ignore[no-any-return]
    except UnicodeDecodeError:
        cells = column.cast(pa.binary()).to_pylist()
        return [cell if cell is None else cell.decode("utf-8", "surrogateescape") for cell in cells]


def _length(stream: IO[bytes]) -> int:
    here = stream.tell()
    length = stream.seek(0, 2)
    stream.seek(here)
    return length
