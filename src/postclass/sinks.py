"""Verdicts and rejections in, an output out whole or not at all, and beside it a file of rejects if there are any."""

import contextlib
import sys
from collections.abc import Callable
from pathlib import Path, PurePath
from types import TracebackType
from typing import IO, Any, Self

import pyarrow as pa

from postclass.batches import verdict_schema
from postclass.celltexts import to_json
from postclass.partfiles import LocalFolder, PartFiles
from postclass.posting import Rejection
from postclass.remote import is_url
from postclass.rowwriters import CsvTable, JsonArray, JsonLines, PackedRows, ParquetTable, RowWriter
from postclass.sqlitetable import SqliteTable
from postclass.targets import FORMATS, FORMATS_BY_SUFFIX, REJECTS_SUFFIX, SinkSettings, Target, find_target
from postclass.wholefile import OpenFile, is_device, open_file, storage

__all__ = ["FORMATS", "FORMATS_BY_SUFFIX", "REJECTS_SUFFIX", "Sink", "SinkSettings", "open_sink"]


class Sink:
    """An open output: write verdicts and rejections to it, then leave its `with` block.

    Left by an exception, it leaves what was there before. Raises `StorageError` if the disk fails.
    """

    def __init__(self, path: str, settings: SinkSettings) -> None:
        self.name = "stdout" if path == "-" else path
        self._target = find_target(path, settings)
        self._rejects: Any = None
        self._file, self._rows = _open(self._target, settings)

    def write(self, batch: pa.RecordBatch) -> None:
        """Write verdicts (`batches.verdict_schema`) after those before, and hand them on at once on stdout."""
        with storage(self.name):
            self._rows.write(batch)
            if isinstance(self._file, OpenFile):
                self._file.stream.flush()

    def reject(self, rejection: Rejection) -> None:
        """Write a rejection to the rejects file, which begins with the first one, or to stderr."""
        record = {"row": rejection.row, "reason": rejection.reason, "where": rejection.where}
        # A path or a column's name may hold anything: as ASCII it can't harm a terminal nor fail to be written.
        line = to_json(record).encode("ascii", "backslashreplace") + b"\n"
        path = self._target.rejects
        if path is None:
            sys.stderr.write(line.decode("ascii"))
            return
        if self._rejects is None:
            self._rejects = _open_file(path)
        with storage(path):
            self._rejects.stream.write(line)

    def commit(self) -> None:
        """Everything is written: put the output, and the rejects before it, in their places."""
        with storage(self.name):
            self._rows.close()
        files = [file for file in (self._rejects, self._file) if file is not None]
        for file in files:
            file.seal()
        for file in files:
            file.publish()
        if self._rejects is None and self._target.rejects is not None:
            _remove(self._target.rejects)  # of an earlier run
        for file in files:
            file.settle()

    def discard(self) -> None:
        """Leave everything as it was before; what has gone to stdout is gone."""
        for part in (self._rows, self._rejects, self._file):
            if part is not None:
                part.discard()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            self.discard()
            return
        try:
            self.commit()
        except BaseException:
            self.discard()
            raise


def open_sink(path: str | PurePath, *, settings: SinkSettings | None = None) -> Sink:
    """A path (or `-` for stdout) in, its `Sink` out; raises `OutputError` if it must not be written."""
    # `pathlib` takes the slash away that says that a folder is meant, so a folder's path is given as text.
    return Sink(str(path), settings or SinkSettings())


def _open(target: Target, settings: SinkSettings) -> tuple[Any, RowWriter]:
    """What is to be sealed and published in the end, and what writes rows to it."""
    schema = verdict_schema(settings.explain)
    if target.is_folder:
        suffix = next(suffix for suffix, kind in FORMATS_BY_SUFFIX.items() if kind == target.format)
        make = _maker(target.format, settings)
        parts = PartFiles(
            _open_folder(target.path), make, schema=schema, suffix=suffix, partition_by=settings.partition_by
        )
        return parts, parts
    file = _open_file(target.path)
    try:
        with storage(target.path):
            return file, _rows(target, file, schema, settings)
    except BaseException:
        file.discard()
        raise


def _open_folder(path: str) -> Any:  # noqa: ANN401 - either kind of folder
    if is_url(path):
        from postclass.remoteoutput import RemoteFolder

        return RemoteFolder(path)
    return LocalFolder(Path(path))


def _open_file(path: str) -> Any:  # noqa: ANN401 - any kind of file
    if is_url(path):
        from postclass.remoteoutput import RemoteWholeFile

        return RemoteWholeFile(path)
    return open_file(None if path == "-" else Path(path))


def _rows(target: Target, file: Any, schema: Any, settings: SinkSettings) -> RowWriter:  # noqa: ANN401
    if target.format == "sqlite":
        return SqliteTable(file.path, schema)
    make = _maker(target.format, settings)
    if target.packed is not None:
        return PackedRows(file.stream, target.packed, lambda stream: make(stream, schema))
    return make(file.stream, schema)


def _maker(kind: str, settings: SinkSettings) -> Callable[[IO[bytes], Any], RowWriter]:
    """What makes a writer of rows of that format for a stream and a schema."""
    makers: dict[str, Callable[[IO[bytes], Any], RowWriter]] = {
        "csv": lambda stream, schema: CsvTable(stream, schema.names, raw=settings.raw_csv),
        "parquet": ParquetTable,
        "json": lambda stream, _: JsonArray(stream),
        "jsonl": lambda stream, _: JsonLines(stream),
    }
    return makers[kind]


def _remove(path: str) -> None:
    if is_url(path):
        from postclass.remote import file_system

        with contextlib.suppress(Exception):
            system, name = file_system(path)
            system.rm_file(name)
    elif not is_device(path):
        with storage(path):
            Path(path).unlink(missing_ok=True)
