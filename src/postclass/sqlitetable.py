"""Batches of verdicts in, a SQLite database with one table of them out."""

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa

from postclass.celltexts import json_texts

TABLE = "verdicts"


class SqliteTable:
    """The table `verdicts` of a new database: text, integers and reals as such, lists and other structures as JSON."""

    def __init__(self, path: Path, schema: Any) -> None:  # noqa: ANN401 - pyarrow ships no types
        with _as_os_errors():
            self._database = sqlite3.connect(path, isolation_level=None)
            try:
                # The file is published whole or not at all, and put on the disk before that: no journal is needed.
                self._database.execute("PRAGMA journal_mode = OFF")
                self._database.execute("PRAGMA synchronous = OFF")
                self._database.execute("BEGIN")
                columns = ", ".join(f'"{field.name}" {_kind(field)}' for field in schema)
                self._database.execute(f"CREATE TABLE {TABLE} ({columns})")
            except BaseException:
                self._database.close()
                raise
        self._insert = f"INSERT INTO {TABLE} VALUES ({', '.join('?' for _ in schema)})"  # noqa: S608 - our own names

    def write(self, batch: pa.RecordBatch) -> None:
        """Write rows after those before."""
        columns = [column.to_pylist() if _is_plain(column.type) else _texts(column) for column in batch.columns]
        with _as_os_errors():
            self._database.executemany(self._insert, zip(*columns, strict=True))

    def close(self) -> None:
        """Write what SQLite still holds."""
        with _as_os_errors():
            self._database.execute("COMMIT")
            self._database.close()

    def discard(self) -> None:
        """Forget it; the file is about to be thrown away."""
        with contextlib.suppress(sqlite3.Error):
            self._database.close()


def _kind(field: Any) -> str:  # noqa: ANN401
    if field.name == "row":
        return "INTEGER PRIMARY KEY"
    return "REAL" if pa.types.is_floating(field.type) else "INTEGER" if pa.types.is_integer(field.type) else "TEXT"


def _is_plain(kind: Any) -> bool:  # noqa: ANN401
    return bool(pa.types.is_primitive(kind) or pa.types.is_string(kind))


def _texts(column: Any) -> list[str | None]:  # noqa: ANN401
    texts = json_texts(column)
    if column.null_count == 0:
        return list(texts)
    return [text if valid else None for text, valid in zip(texts, column.is_valid().to_pylist(), strict=True)]


@contextlib.contextmanager
def _as_os_errors() -> Iterator[None]:
    """A full disk is told by SQLite in its own way."""
    try:
        yield
    except sqlite3.Error as error:
        raise OSError(str(error)) from error
