"""A path or `-` in, its postings and rejections out, in order, in chunks or one at a time, whatever its format."""

import itertools
from collections.abc import Iterator, Sequence
from pathlib import PurePath
from types import TracebackType
from typing import Self

import pyarrow as pa

from postclass.batches import Chunk
from postclass.columns import Columns
from postclass.cutting import Cutter, Entry, as_posting, postings_of
from postclass.errors import InputError
from postclass.folders import Found, find
from postclass.posting import Posting, Rejection
from postclass.readers import FORMATS, FORMATS_BY_SUFFIX, PACKED, SourceSettings, find_format, read_entries
from postclass.streams import Input, Skip

__all__ = ["FORMATS", "FORMATS_BY_SUFFIX", "Source", "SourceSettings", "open_source"]

# A chunk ends at so many records, or so many bytes of text: enough that work done once a chunk does not show, few
# enough that a chunk and what is made of it fit in memory several times over.
CHUNK_ROWS = 4096
CHUNK_BYTES = 16 * 2**20


class Source:
    """An open input: go once through its chunks, or through its postings and rejections, and close it."""

    def __init__(self, files: Sequence["_File"], *, name: str, columns: Columns, limit: int | None) -> None:
        self.name = name
        self._files, self._columns, self._limit = files, columns, limit
        self._at = 0  # the file that is read
        self._skip = Skip()
        self._entries = self._read()
        # The first record is read at once: a header that can't be used is known before any work begins.
        first = list(itertools.islice(self._entries, 1))
        self._entries = itertools.chain(first, self._entries)

    def _read(self) -> Iterator[Entry]:
        for at, file in enumerate(self._files):
            self._at = at
            yield from file.entries(self._skip)
            if file is not self._files[-1]:
                file.close()

    def __iter__(self) -> Iterator[Posting | Rejection]:
        row = 1
        for entry in _limited(self._entries, self._limit):
            if isinstance(entry, pa.RecordBatch):
                yield from postings_of(entry, row=row)
                row += entry.num_rows
            else:
                yield as_posting(entry, self._columns, row=row, where=self._where)
                row += 1

    def chunks(self, *, skip: int = 0) -> Iterator[Chunk]:
        """All records in order, or those after the first `skip`, in chunks of at most CHUNK_ROWS or CHUNK_BYTES.

        Where `skip` is the end of a chunk, the same chunks follow as without it.
        """
        self._skip.left = skip
        if skip and self._at == 0 and self._files[0].reads_anew:
            self._entries = self._read()
        cutter = Cutter(self._columns, row=skip + 1, rows=CHUNK_ROWS, size=CHUNK_BYTES, where=self._where)
        limit = None if self._limit is None else max(0, self._limit - skip)
        return cutter.cut(_limited(_skipped(self._entries, self._skip), limit))

    def _where(self, where: str) -> str:
        return f"{self._files[self._at].name}, {where}"

    def hints(self) -> tuple[str, ...]:
        """What a person should know of the columns that were taken: once something is read, for an audit."""
        return self._columns.hints()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file that is read; stdin stays open."""
        self._files[self._at].close()

    def fraction(self) -> float | None:
        """The share of the input that has been read, or None if its size is not known."""
        here = self._files[self._at].fraction()
        if len(self._files) == 1:
            return here
        sizes = [file.size or 0 for file in self._files]
        return min(1.0, (sum(sizes[: self._at]) + sizes[self._at] * (here or 0.0)) / max(1, sum(sizes)))

    @property
    def paths(self) -> tuple[str, ...]:
        """The files that are read, in their order."""
        return tuple(file.path for file in self._files)


class _File:
    """A file of a source, opened when its turn comes."""

    def __init__(self, found: Found, columns: Columns, settings: SourceSettings) -> None:
        self._found, self._columns, self._settings = found, columns, settings
        self._input: Input | None = None
        self.path, self.size = found.path, found.size
        self.name = "stdin" if found.path == "-" else found.path
        self.reads_anew = False  # whether `entries` may be asked for again
        self.is_one_of_many = False

    def entries(self, skip: Skip) -> Iterator[Entry]:
        """The records of the file; some formats pass over those to skip quickly."""
        self._input = self._input or Input(self.path, storage=self._settings.storage, keys=self._found.keys)
        self._input.is_one_of_many = self.is_one_of_many
        kind = find_format(self._input, self._settings)
        self.reads_anew = kind == "parquet" and self._input.is_plain_file
        try:
            yield from read_entries(kind, self._input, self._columns, self._settings, skip)
        except UnicodeError as error:  # some of Python's decoders, such as those of Japanese, give up on bad bytes
            reason = f"can't be read as {self._settings.encoding} text: {error}; try another --encoding"
            raise InputError(f"{self.name}: {reason}.") from error

    def fraction(self) -> float | None:
        """The share of the file that has been read, or None if its size is not known."""
        return None if self._input is None else self._input.fraction()

    def close(self) -> None:
        """Close the file, if it is open."""
        if self._input is not None:
            self._input.close()
            self._input = None


def _limited(entries: Iterator[Entry], limit: int | None) -> Iterator[Entry]:
    """The same entries, up to a number of records."""
    if limit is None:
        yield from entries
        return
    while limit > 0 and (entry := next(entries, None)) is not None:
        if isinstance(entry, pa.RecordBatch):
            entry = entry.slice(0, limit)
            limit -= entry.num_rows
        else:
            limit -= 1
        yield entry


def _skipped(entries: Iterator[Entry], skip: Skip) -> Iterator[Entry]:
    """The same entries, but those that are to be passed over."""
    for entry in entries:
        if not skip.left:
            yield entry
        elif isinstance(entry, pa.RecordBatch):
            rest = entry.slice(skip.left)
            skip.left -= entry.num_rows - rest.num_rows
            if rest.num_rows:
                yield rest
        else:
            skip.left -= 1


def open_source(path: str | PurePath, *, settings: SourceSettings | None = None) -> Source:
    """A path (or `-` for stdin) in, its `Source` out; of a folder or a pattern such as `*.csv`, all its files in order.

    Raises `InputError` if it is missing, of an unknown format, or without the columns that are needed.
    """
    settings = settings or SourceSettings()
    columns = Columns(
        {
            "title": settings.title_col,
            "description": settings.description_col,
            "id": settings.id_col,
            "company": settings.company_col,
            "department": settings.department_col,
            "seniority": settings.seniority_col,
        },
        about=settings.about,
    )
    path = str(path)
    suffixes = [""] if settings.format else [suffix + packed for suffix in FORMATS_BY_SUFFIX for packed in PACKED]
    found = find(path, suffixes=suffixes, storage=settings.storage)
    files = [_File(one, columns, settings) for one in found]
    for file in files:
        file.is_one_of_many = len(files) > 1
    try:
        return Source(files, name="stdin" if path == "-" else path, columns=columns, limit=settings.limit)
    except BaseException:
        for file in files:
            file.close()
        raise
