"""Parquet files and SQLite databases in, records out, a batch at a time and within the decoded-byte budgets."""

import contextlib
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any

from postclass.columns import Columns, Record, Unreadable
from postclass.csvrows import check_names
from postclass.errors import InputError
from postclass.streams import MAX_RECORD, TOO_LONG, Input, check_expansion

_BATCH = 256  # rows decoded at a time; a few MB of postings


def read_parquet(source: Input, columns: Columns) -> Iterator[Record | Unreadable]:
    """The records of a Parquet file; of its columns only those are read that make a posting."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with _seekable(source) as stream:
            # A buffered column is read piece by piece; a dictionary column is measured before it is spread out.
            schema = pq.read_schema(stream)
            check_names(schema.names, source=source.name)
            columns.require(schema.names, source=source.name)
            used = columns.used(schema.names)
            texts = [name for name in used if pa.types.is_string(schema.field(name).type)]
            stream.seek(0)
            file = pq.ParquetFile(stream, read_dictionary=texts, buffer_size=2**20, pre_buffer=False)
            yield from _parquet_records(file, used, stored=_length(stream), source=source)
    except (pa.ArrowException, OSError, ValueError) as error:
        reason = " ".join(str(error).split())
        raise InputError(f"{source.name}: can't be read as Parquet: {reason}") from error


def _parquet_records(file: Any, used: list[str], *, stored: int, source: Input) -> Iterator[Record | Unreadable]:  # noqa: ANN401
    import pyarrow as pa

    _check_metadata(file.metadata, used, stored=stored, source=source.name)
    row = decoded = 0
    source.rows_share = 0.0
    for batch in file.iter_batches(batch_size=_BATCH, columns=used, use_threads=False):
        sizes = [_sizes(batch.column(name)) for name in used]
        total = sum(map(sum, sizes))
        decoded += total
        check_expansion(decoded, stored, source=source.name)
        step = batch.num_rows if total <= MAX_RECORD else 1
        for start in range(0, batch.num_rows, max(1, step)):
            if step == 1 and max(size[start] for size in sizes) > MAX_RECORD:
                row += 1
                yield Unreadable(TOO_LONG, f"row {row}")
                continue
            values = [_values(batch.column(name).slice(start, step), pa) for name in used]
            for cells in zip(*values, strict=True):
                row += 1
                yield Record(dict(zip(used, cells, strict=True)), f"row {row}")
        source.rows_share = row / file.metadata.num_rows


def _check_metadata(metadata: Any, used: list[str], *, stored: int, source: str) -> None:  # noqa: ANN401
    """Refuse a bomb that says so before a page of it is decoded; one that lies is caught while it is decoded."""
    for group in map(metadata.row_group, range(metadata.num_row_groups)):
        chunks = map(group.column, range(group.num_columns))
        size = sum(c.total_uncompressed_size for c in chunks if c.path_in_schema.split(".")[0] in used)
        check_expansion(size, stored, source=source)


def _sizes(column: Any) -> list[int]:  # noqa: ANN401
    """A column in, the bytes of each cell out; cells that are not text count as their share of the column."""
    import pyarrow as pa
    import pyarrow.compute as pc

    kind = column.type
    if pa.types.is_dictionary(kind):
        lengths = pc.binary_length(column.dictionary).take(column.indices)
    elif pa.types.is_string(kind) or pa.types.is_binary(kind) or pa.types.is_large_string(kind):
        lengths = pc.binary_length(column)
    else:
        return [column.nbytes // max(1, len(column))] * len(column)
    return [length or 0 for length in lengths.to_pylist()]


def _values(column: Any, pa: Any) -> list[Any]:  # noqa: ANN401
    """A column in, its cells as Python values out; bytes that are not UTF-8 become lone surrogates."""
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    try:
        return column.to_pylist()  # type: ignore[no-any-return]
    except UnicodeDecodeError:
        cells = column.cast(pa.binary()).to_pylist()
        return [cell if cell is None else cell.decode("utf-8", "surrogateescape") for cell in cells]


def _seekable(source: Input) -> IO[bytes]:
    """The input's file if it is a plain one, else a copy of it on disk."""
    if source.is_plain_file:
        return Path(source.path).open("rb")
    copy = tempfile.TemporaryFile()  # noqa: SIM115 - it lives as long as the reader
    shutil.copyfileobj(source.stream, copy)
    copy.seek(0)
    return copy


def _length(stream: IO[bytes]) -> int:
    here = stream.tell()
    length = stream.seek(0, 2)
    stream.seek(here)
    return length


def read_sqlite(source: Input, columns: Columns, *, table: str | None) -> Iterator[Record | Unreadable]:
    """The records of a table of a SQLite database: the one named, or the one that has the columns needed."""
    if not source.is_plain_file:
        raise InputError(f"{source.name}: a SQLite database is read from a plain file, not from stdin or gzip.")
    uri = f"{Path(source.path).resolve().as_uri()}?mode=ro"
    try:
        with contextlib.closing(sqlite3.connect(uri, uri=True)) as database:
            database.text_factory = bytes
            database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, 4 * MAX_RECORD)  # in bytes, up to 4 a character
            name, names = _table(database, columns, table=table, source=source.name)
            used = columns.used(names)
            query = f"SELECT {', '.join(map(_quoted, used))} FROM {_quoted(name)}"  # noqa: S608 - names are quoted
            for row, cells in enumerate(database.execute(query), 1):
                yield Record(dict(zip(used, cells, strict=True)), f"row {row} of table {name!r}")
    except sqlite3.Error as error:
        raise InputError(f"{source.name}: can't be read as a SQLite database: {error}.") from error


def _table(database: sqlite3.Connection, columns: Columns, *, table: str | None, source: str) -> tuple[str, list[str]]:
    tables = _tables(database)
    shown = ", ".join(map(repr, tables)) or "none"
    if table is not None:
        if table not in tables:
            raise InputError(f"{source}: no table {table!r}; tables found: {shown}. Name one with --table.")
        columns.require(tables[table], source=f"{source}, table {table!r}")
        return table, tables[table]
    fit = [name for name, names in tables.items() if not columns.missing(names)]
    if len(tables) == 1 and not fit:
        columns.require(next(iter(tables.values())), source=source)
    if len(fit) != 1:
        what = "no table has" if not fit else f"{len(fit)} tables have"
        raise InputError(f"{source}: {what} the columns of postings; tables found: {shown}. Name one with --table.")
    return fit[0], tables[fit[0]]


def _tables(database: sqlite3.Connection) -> Mapping[str, list[str]]:
    found = database.execute(
        "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
    )
    names = [name.decode("utf-8", "replace") for (name,) in found.fetchall()]
    return {
        name: [column[0] for column in database.execute(f"SELECT * FROM {_quoted(name)} LIMIT 0").description]  # noqa: S608
        for name in names
    }


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
