"""Verdicts and rejections in, an output out whole or not at all, and beside it a file of rejects if there are any."""

import contextlib
import os
import re
import stat
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath
from types import TracebackType
from typing import IO, Self

import pyarrow as pa

from postclass.batches import verdict_batch, verdict_schema
from postclass.celltexts import to_json
from postclass.errors import OutputError
from postclass.posting import Rejection
from postclass.rowwriters import CsvTable, JsonArray, JsonLines, ParquetTable, RowWriter
from postclass.verdict import Explain, Verdict
from postclass.wholefile import OpenFile, WholeFile, storage

FORMATS_BY_SUFFIX = {".csv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".json": "json", ".parquet": "parquet"}
FORMATS = tuple(dict.fromkeys(FORMATS_BY_SUFFIX.values()))
_ALSO = {"ndjson": "jsonl"}
REJECTS_SUFFIX = ".rejects.jsonl"
_URL = re.compile(r"[a-z][a-z0-9+.-]+://", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class SinkSettings:
    """How to write an output; what is None is found out from its name."""

    format: str | None = None  # one of FORMATS, or `ndjson`
    explain: Explain = "terms"
    raw_csv: bool = False  # leave cells that spreadsheets take for formulas as they are
    force: bool = False  # overwrite
    rejects: str | None = None  # path of the rejects file; None is beside the output, or stderr for stdout
    source: str | None = None  # path of the input, which must not be written over


class Sink:
    """An open output: write verdicts and rejections to it, then leave its `with` block.

    Left by an exception, it leaves what was there before. Raises `StorageError` if the disk fails.
    """

    def __init__(self, path: str, settings: SinkSettings) -> None:
        self.name = "stdout" if path == "-" else path
        self._explain = settings.explain
        target = None if path == "-" else Path(path)
        self._rejects_path = _rejects_path(target, settings)
        _check_paths(target, self._rejects_path, settings)
        kind = _format(target, settings)
        self._rejects: WholeFile | OpenFile | None = None
        self._file = OpenFile(target) if target is None or _is_device(target) else WholeFile(target)
        try:
            with storage(self.name):
                self._rows = _writer(kind, self._file.stream, settings)
        except BaseException:
            self._file.discard()
            raise

    def write(self, verdicts: pa.RecordBatch | Sequence[Verdict]) -> None:
        """Write verdicts after those before, and hand them on at once if the output is stdout."""
        try:
            batch = verdicts
            if isinstance(batch, Sequence):
                batch = verdict_batch(batch, explain=self._explain)
            with storage(self.name):
                self._rows.write(batch)
                if isinstance(self._file, OpenFile):
                    self._file.stream.flush()
        except UnicodeEncodeError as error:
            raise OutputError(
                f"{self.name}: a value holds half of a surrogate pair, which no file can hold."
            ) from error

    def reject(self, rejection: Rejection) -> None:
        """Write a rejection to the rejects file, which begins with the first one, or to stderr."""
        record = {"row": rejection.row, "reason": rejection.reason, "where": rejection.where}
        # A path or a column's name may hold anything: as ASCII it can't harm a terminal nor fail to be written.
        line = to_json(record).encode("ascii", "backslashreplace") + b"\n"
        if self._rejects_path is None:
            sys.stderr.write(line.decode("ascii"))
            return
        if self._rejects is None:
            device = _is_device(self._rejects_path)
            self._rejects = OpenFile(self._rejects_path) if device else WholeFile(self._rejects_path)
        with storage(str(self._rejects_path)):
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
        if self._rejects is None and self._rejects_path is not None and not _is_device(self._rejects_path):
            with storage(str(self._rejects_path)):
                self._rejects_path.unlink(missing_ok=True)  # of an earlier run

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
    return Sink(str(path), settings or SinkSettings())


def _writer(kind: str, stream: IO[bytes], settings: SinkSettings) -> RowWriter:
    schema = verdict_schema(settings.explain)
    if kind == "csv":
        return CsvTable(stream, schema.names, raw=settings.raw_csv)
    if kind == "parquet":
        return ParquetTable(stream, schema)
    return JsonArray(stream) if kind == "json" else JsonLines(stream)


def _format(target: Path | None, settings: SinkSettings) -> str:
    if settings.format is not None:
        kind = settings.format.casefold()
        kind = _ALSO.get(kind, kind)
        if kind not in FORMATS:
            raise OutputError(f"unknown output format {settings.format!r}; --to takes {', '.join(FORMATS)}.")
        return kind
    if target is None or _is_device(target):
        return "jsonl"
    suffix = target.suffix.casefold()
    if suffix not in FORMATS_BY_SUFFIX:
        raise OutputError(f"{target}: unknown format of suffix {suffix!r}; name it with --to ({', '.join(FORMATS)}).")
    return FORMATS_BY_SUFFIX[suffix]


def _rejects_path(target: Path | None, settings: SinkSettings) -> Path | None:
    if settings.rejects is not None:
        return None if settings.rejects == "-" else Path(settings.rejects)
    if target is None or _is_device(target):
        return None
    return target.with_name(target.name + REJECTS_SUFFIX)


def _check_paths(target: Path | None, rejects: Path | None, settings: SinkSettings) -> None:
    """Raise `OutputError` before any work if an output is the input, the other output, a directory, or there."""
    for path in filter(None, (target, rejects)):
        if "\0" in str(path):
            raise OutputError(f"{str(path)!r}: is no path.")
        if _URL.match(str(path).replace(":/", "://")):
            raise OutputError(f"{path}: only local files are written.")
        if _is_input(path, settings.source):
            raise OutputError(f"{path}: is the input; name another output.")
        if path.is_dir():
            raise OutputError(f"{path}: is a directory; name a file.")
        if path.exists() and not _is_device(path) and not settings.force:
            raise OutputError(f"{path}: exists already; --force overwrites it.")
    if target is not None and rejects is not None and os.path.realpath(target) == os.path.realpath(rejects):
        raise OutputError(f"{target}: output and rejects can't be the same file; give --rejects another path.")


def _is_device(path: Path) -> bool:
    """Whether the path is there but no plain file: a device or a pipe, written to as it stands."""
    with contextlib.suppress(OSError, ValueError):
        mode = path.stat().st_mode
        return not stat.S_ISREG(mode) and not stat.S_ISDIR(mode)
    return False


def _is_input(path: Path, source: str | None) -> bool:
    with contextlib.suppress(OSError, ValueError):
        given = os.fstat(sys.stdin.fileno()) if source == "-" else Path(source).stat() if source is not None else None
        return given is not None and stat.S_ISREG(given.st_mode) and os.path.samestat(path.stat(), given)
    return False
