"""A SQLite database in, the records of one of its tables out, one at a time."""

import contextlib
import sqlite3
from collections.abc import Iterator, Mapping
from pathlib import Path

from postclass.columns import Columns, Record, Unreadable
from postclass.errors import InputError
from postclass.streams import MAX_RECORD, Input

# A view may be a query without an end. It is given up after a billion of SQLite's steps without a row, some ten
# seconds; it is asked about every million, so that this costs nothing.
_STEPS, _PATIENCE = 1_000_000, 1_000


class _Patience:
    """What SQLite asks every so many steps: whether to give up."""

    left = _PATIENCE

    def __call__(self) -> bool:
        self.left -= 1
        return self.left < 0


def read_sqlite(source: Input, columns: Columns, *, table: str | None) -> Iterator[Record | Unreadable]:
    """The records of a table of a SQLite database: the one named, or the one that has the columns needed."""
    if not source.is_plain_file:
        raise InputError(f"{source.name}: a SQLite database is read from a plain file, not from stdin or gzip.")
    uri = f"{Path(source.path).resolve().as_uri()}?mode=ro"
    try:
        with contextlib.closing(sqlite3.connect(uri, uri=True)) as database:
            database.execute("PRAGMA trusted_schema=OFF")  # a view may call no function with side effects
            database.text_factory = bytes
            patience = _Patience()
            database.set_progress_handler(patience, _STEPS)
            database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, 4 * MAX_RECORD)  # in bytes, up to 4 a character
            name, names = _table(database, columns, table=table, source=source.name)
            used = columns.used(names)
            query = f"SELECT {', '.join(map(_quoted, used))} FROM {_quoted(name)}"  # noqa: S608 - names are quoted
            for row, cells in enumerate(database.execute(query), 1):
                yield Record(dict(zip(used, cells, strict=True)), f"row {row} of table {name!r}")
                patience.left = _PATIENCE
    # Names that are not UTF-8, or hold NUL, are a ValueError; sizes without sense are a MemoryError without a word.
    except (sqlite3.Error, ValueError, MemoryError) as error:
        reason = str(error) or "it asks for more memory than there is"
        raise InputError(f"{source.name}: can't be read as a SQLite database: {reason}.") from error


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
        "SELECT CAST(name AS TEXT) FROM sqlite_master"
        " WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
    )
    names = [name.decode("utf-8", "replace") for (name,) in found.fetchall()]
    return {
        name: [column[0] for column in database.execute(f"SELECT * FROM {_quoted(name)} LIMIT 0").description]  # noqa: S608
        for name in names
    }


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
