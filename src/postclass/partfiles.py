"""Batches of verdicts in, a folder of part files out that appears whole or not at all."""

import contextlib
import os
import re
import secrets
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any, Protocol

import pyarrow as pa
import pyarrow.compute as pc

from postclass.errors import OutputError
from postclass.rowwriters import RowWriter
from postclass.wholefile import NAME_KEPT, storage, sync_directory

# Rows of a part file: of Parquet with terms some 100 MB, what engines like to be given, in whole row groups.
PART_ROWS = 256 * 4096

DONE = "_SUCCESS"  # an empty file that says, to Spark and others, that all parts are there
_OURS = re.compile(r"(level=\w+|part-\d{5,}\.\w+|_SUCCESS)")


class Folder(Protocol):
    """Where part files are written."""

    is_new: bool

    def open(self, name: str) -> IO[bytes]:
        """A new file of that name, such as `level=pm/part-00000.parquet`."""

    def close(self, stream: IO[bytes]) -> None:
        """Everything is written to the file: see to it that it is kept."""

    def publish(self) -> None:
        """All files are there: show them."""

    def settle(self) -> None:
        """All that belongs together is in its place: what was there before can go."""

    def discard(self) -> None:
        """Leave no trace."""


class PartFiles:
    """Writes part files of PART_ROWS rows; with `partition_by`, in a folder for each value of that column."""

    def __init__(
        self, folder: Folder, make: Callable[[IO[bytes], Any], RowWriter], *, schema: Any, suffix: str,  # noqa: ANN401
        partition_by: str | None,
    ) -> None:  # fmt: skip
        self._folder, self._make, self._suffix, self._by = folder, make, suffix, partition_by
        self.is_new = folder.is_new
        # As Hive has it, the column by which rows are parted is in the names of the folders and nowhere else.
        self._schema = pa.schema([field for field in schema if field.name != partition_by], metadata=schema.metadata)
        self._series: dict[str, _Series] = {}
        if partition_by is None:
            try:
                self._of("").begin()  # so that there is a file with a schema when there is no row
            except BaseException:
                folder.discard()
                raise

    def write(self, batch: pa.RecordBatch) -> None:
        """Write rows after those before."""
        if self._by is None:
            self._of("").write(batch)
            return
        column = batch.column(self._by)
        kept = pa.record_batch([batch.column(name) for name in self._schema.names], schema=self._schema)
        for value in pc.unique(column).to_pylist():
            self._of(f"{self._by}={value}/").write(kept.filter(pc.equal(column, value)))

    def close(self) -> None:
        """End the last part of each series."""
        for series in self._series.values():
            series.end()

    def seal(self) -> None:
        """Each part was sealed when it was complete."""

    def publish(self) -> None:
        """Put the folder in its place."""
        self._folder.publish()

    def settle(self) -> None:
        """What was there before can go."""
        self._folder.settle()

    def discard(self) -> None:
        """Leave no trace."""
        for series in self._series.values():
            series.discard()
        self._folder.discard()

    def _of(self, name: str) -> "_Series":
        if name not in self._series:
            self._series[name] = _Series(self._folder, self._make, self._schema, f"{name}part-{{:05}}{self._suffix}")
        return self._series[name]


class _Series:
    """The part files of one folder."""

    def __init__(
        self, folder: Folder, make: Callable[[IO[bytes], Any], RowWriter], schema: Any, name: str  # noqa: ANN401
    ) -> None:  # fmt: skip
        self._folder, self._make, self._schema, self._name = folder, make, schema, name
        self._parts = self._rows = 0
        self._stream: IO[bytes] | None = None
        self._writer: RowWriter | None = None

    def begin(self) -> RowWriter:
        """The writer of the part that is written; a new one after the last has ended."""
        if self._writer is None:
            self._stream = self._folder.open(self._name.format(self._parts))
            self._writer = self._make(self._stream, self._schema)
            self._parts += 1
            self._rows = 0
        return self._writer

    def write(self, batch: pa.RecordBatch) -> None:
        """Write rows, and end each part that is full."""
        at = 0
        while at < batch.num_rows:
            writer = self.begin()
            part = batch.slice(at, PART_ROWS - self._rows)
            writer.write(part)
            self._rows += part.num_rows
            at += part.num_rows
            if self._rows >= PART_ROWS:
                self.end()

    def end(self) -> None:
        """End the part that is written."""
        if self._writer is not None and self._stream is not None:
            self._writer.close()
            self._folder.close(self._stream)
            self._writer = self._stream = None

    def discard(self) -> None:
        """Forget the part that is written."""
        if self._writer is not None and self._stream is not None:
            self._writer.discard()
            with contextlib.suppress(OSError):
                self._stream.close()


class LocalFolder:
    """A folder that is filled beside its target and moved there when it is complete."""

    def __init__(self, target: Path) -> None:
        self._name = str(target)
        self._target = Path(os.path.realpath(target))
        start = f".{self._target.name[:NAME_KEPT]}.postclass-"
        _sweep(self._target, start)
        self.is_new = not self._target.exists()
        self._temporary = self._target.with_name(f"{start}{secrets.token_hex(4)}.parts")
        self._kept = self._temporary.with_suffix(".old")
        self._published = False
        with storage(self._name):
            self._temporary.mkdir()
            self._lock = os.open(self._temporary, os.O_RDONLY)
            _try_lock(self._lock)

    def open(self, name: str) -> IO[bytes]:
        """A new file of that name."""
        with storage(self._name):
            path = self._temporary / name
            path.parent.mkdir(exist_ok=True)
            return path.open("xb")

    def close(self, stream: IO[bytes]) -> None:
        """See to it that the file is on the disk."""
        with storage(self._name), stream:
            stream.flush()
            os.fsync(stream.fileno())

    def publish(self) -> None:
        """Put the folder in the target's place; what was there is kept under another name until it is settled."""
        with storage(self._name):
            with (self._temporary / DONE).open("xb") as stream:
                os.fsync(stream.fileno())
            for folder in (*filter(Path.is_dir, self._temporary.iterdir()), self._temporary):
                sync_directory(folder)
            if not self.is_new:
                self._target.rename(self._kept)
            self._temporary.rename(self._target)
            self._published = True
            sync_directory(self._target.parent)

    def settle(self) -> None:
        """All that belongs together is in its place: what was there before can go."""
        shutil.rmtree(self._kept, ignore_errors=True)
        self._unlock()

    def discard(self) -> None:
        """Leave no trace, as `WholeFile` does."""
        shutil.rmtree(self._target if self._published else self._temporary, ignore_errors=True)
        self._published = False
        with contextlib.suppress(OSError):  # where nothing was there, or had been moved yet
            self._kept.rename(self._target)
        self._unlock()

    def _unlock(self) -> None:
        with contextlib.suppress(OSError):
            os.close(self._lock)


def check_folder(path: Path, *, force: bool) -> None:
    """Raise `OutputError` if a folder must not be written: it is a file, or holds anything but an earlier output."""
    if not path.exists():
        return
    if not path.is_dir():
        raise OutputError(f"{path}: is a file; name a folder.")
    try:
        inside = list(_inside(path))
    except OSError as error:
        raise OutputError(f"{path}: can't be read: {error.strerror}.") from error
    if inside and not force:
        raise OutputError(f"{path}: is not empty; --force replaces what an earlier run wrote there.")
    foreign = next((name for name in inside if not _OURS.fullmatch(name)), None)
    if foreign is not None:
        raise OutputError(f"{path}: holds {foreign!r}, which is no part of an output; name another folder.")


def _inside(path: Path) -> Iterator[str]:
    for entry in path.iterdir():
        yield entry.name
        if entry.is_dir() and not entry.is_symlink():
            yield from (inner.name for inner in entry.iterdir())


def _sweep(target: Path, start: str) -> None:
    """Remove what killed runs left, and put back what one had moved away; the folder of a living run is locked."""
    with contextlib.suppress(OSError):
        for left in target.parent.iterdir():
            if not left.name.startswith(start) or left.is_symlink() or not _is_free(left.with_suffix(".parts")):
                continue
            if left.suffix == ".old" and not target.exists():
                left.rename(target)
            elif left.suffix in {".old", ".parts"}:
                shutil.rmtree(left, ignore_errors=True)


def _is_free(folder: Path) -> bool:
    """Whether no living run fills a folder; also where there is none."""
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except FileNotFoundError:
        return True
    try:
        return _try_lock(descriptor)
    finally:
        os.close(descriptor)


def _try_lock(descriptor: int) -> bool:
    try:
        import fcntl
    except ImportError:  # no way to tell a living run: leave it alone
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
