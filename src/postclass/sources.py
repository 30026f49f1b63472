"""A path or `-` in, its postings and rejections out, in their order and one at a time, whatever its format."""

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from types import TracebackType
from typing import Self

import pyarrow as pa

from postclass.batches import Chunk
from postclass.columns import Columns, Record, Unreadable
from postclass.csvrows import read_csv
from postclass.cutting import Cutter, Entry, as_posting, postings_of
from postclass.errors import InputError, RecordError
from postclass.folders import Found, find
from postclass.jsonld import find_postings, find_scripts
from postclass.jsonrows import read_json, read_jsonl, with_columns
from postclass.jsontext import decode_whole
from postclass.posting import Posting, Rejection
from postclass.sqliterows import read_sqlite
from postclass.streams import Input, Skip, check_bytes, read_whole

FORMATS_BY_SUFFIX = {
    ".csv": "csv",
    ".tsv": "csv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "json",
    ".parquet": "parquet",
    ".sqlite": "sqlite",
    ".sqlite3": "sqlite",
    ".db": "sqlite",
    ".jsonld": "jsonld",
    ".html": "html",
    ".htm": "html",
}
FORMATS = tuple(dict.fromkeys(FORMATS_BY_SUFFIX.values()))
PACKED = ("", ".gz", ".zst")  # what may follow a suffix; by their content, too
_ALSO = {"ndjson": "jsonl", "tsv": "csv"}

# A chunk ends at so many records, or so many bytes of text: enough that work done once a chunk does not show, few
# enough that a chunk and what is made of it fit in memory several times over.
CHUNK_ROWS = 4096
CHUNK_BYTES = 16 * 2**20
_DELIMITERS_BY_NAME = {"tab": "\t", "\\t": "\t"}


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceSettings:
    """How to read an input; what is None is found out from its name and its content."""

    format: str | None = None  # one of FORMATS, `ndjson` or `tsv`
    title_col: str | None = None
    description_col: str | None = None
    id_col: str | None = None
    company_col: str | None = None
    department_col: str | None = None
    seniority_col: str | None = None
    about: bool = False  # give postings their department and seniority too, for an audit
    encoding: str = "utf-8"
    delimiter: str | None = None  # of CSV: one character, or `tab`
    table: str | None = None  # of SQLite
    limit: int | None = None  # records read, rejected ones among them
    storage: bool = False  # take addresses such as `s3://bucket/postings.parquet`, through fsspec


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
        kind = _format(self._input, self._settings)
        self.reads_anew = kind == "parquet" and self._input.is_plain_file
        yield from _READERS[kind](self._input, self._columns, self._settings, skip)

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


def _format(source: Input, settings: SourceSettings) -> str:
    if settings.format is not None:
        kind = settings.format.casefold()
        kind = _ALSO.get(kind, kind)
        if kind not in FORMATS:
            raise InputError(f"unknown input format {settings.format!r}; --from takes {', '.join(FORMATS)}.")
        return kind
    suffix = _suffix(source.path)
    if suffix not in FORMATS_BY_SUFFIX:
        what = "of stdin" if source.path == "-" else f"of suffix {suffix!r}"
        raise InputError(f"{source.name}: unknown format {what}; name it with --from ({', '.join(FORMATS)}).")
    return FORMATS_BY_SUFFIX[suffix]


def _suffix(path: str) -> str:
    pure = PurePath(path)
    return (PurePath(pure.stem) if pure.suffix.casefold() in PACKED[1:] else pure).suffix.casefold()


def _csv(source: Input, columns: Columns, settings: SourceSettings, _: Skip) -> Iterator[Record | Unreadable]:
    delimiter = _DELIMITERS_BY_NAME.get(settings.delimiter or "", settings.delimiter)
    if delimiter is None and "tsv" in {_suffix(source.path)[1:], settings.format}:
        delimiter = "\t"
    stream = source.text(settings.encoding, newline="")
    return read_csv(stream, columns, source=source.name, encoding=settings.encoding, delimiter=delimiter)


def _jsonl(source: Input, columns: Columns, settings: SourceSettings, _: Skip) -> Iterator[Record | Unreadable]:
    stream = source.text(settings.encoding, newline="\n")
    return read_jsonl(stream, columns, source=source.name, encoding=settings.encoding)


def _json(source: Input, columns: Columns, settings: SourceSettings, _: Skip) -> Iterator[Record | Unreadable]:
    stream = source.text(settings.encoding, newline="\n")
    return read_json(stream, columns, source=source.name, encoding=settings.encoding)


def _parquet(source: Input, columns: Columns, _: SourceSettings, skip: Skip) -> Iterator[Entry]:
    from postclass.parquetrows import read_parquet

    return read_parquet(source, columns, skip)


def _sqlite(source: Input, columns: Columns, settings: SourceSettings, _: Skip) -> Iterator[Record | Unreadable]:
    return read_sqlite(source, columns, table=settings.table)


def _jsonld(source: Input, columns: Columns, settings: SourceSettings, _: Skip) -> Iterator[Record | Unreadable]:
    records = _linked([_whole(source, settings)], source, kind="document", lenient=False)
    return with_columns(records, columns, source=source.name)


def _html(source: Input, columns: Columns, settings: SourceSettings, _: Skip) -> Iterator[Record | Unreadable]:
    scripts = find_scripts(_whole(source, settings))
    records = _linked(scripts, source, kind="script", lenient=True)
    return with_columns(records, columns, source=source.name)


def _whole(source: Input, settings: SourceSettings) -> str:
    text = read_whole(source.text(settings.encoding, newline="\n"), source=source.name)
    try:
        check_bytes(text, encoding=settings.encoding)
    except RecordError as error:
        raise InputError(f"{source.name}: {error}.") from error
    return text


def _linked(texts: list[str], source: Input, *, kind: str, lenient: bool) -> Iterator[Record | Unreadable]:
    """JSON-LD texts in, the postings in them out; one file without any is refused, one of several a rejection."""
    found = False
    for number, text in enumerate(texts, 1):
        where = f"{kind} {number}"
        try:
            postings = list(find_postings(decode_whole(text, lenient=lenient)))
        except RecordError as error:
            found = True
            yield Unreadable(str(error), where)
            continue
        for posting in postings:
            found = True
            yield Record(posting, where)
    if not found:
        reason = "holds no schema.org JobPosting (JSON-LD)"
        if not source.is_one_of_many:
            raise InputError(f"{source.name}: {reason}.")
        yield Unreadable(reason, "whole file")


_READERS: dict[str, Callable[[Input, Columns, SourceSettings, Skip], Iterator[Entry]]] = {
    "csv": _csv,
    "jsonl": _jsonl,
    "json": _json,
    "parquet": _parquet,
    "sqlite": _sqlite,
    "jsonld": _jsonld,
    "html": _html,
}
