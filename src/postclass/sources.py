"""A path or `-` in, its postings and rejections out, in their order and one at a time, whatever its format."""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import PurePath
from types import TracebackType
from typing import Self

from postclass.columns import Columns, Record, Unreadable
from postclass.csvrows import read_csv
from postclass.errors import InputError, RecordError
from postclass.jsonld import find_postings, find_scripts
from postclass.jsonrows import read_json, read_jsonl, with_columns
from postclass.jsontext import decode_whole
from postclass.posting import Posting, Rejection
from postclass.streams import Input, check_bytes, read_whole
from postclass.tables import read_parquet, read_sqlite

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
_ALSO = {"ndjson": "jsonl", "tsv": "csv"}
_DELIMITERS_BY_NAME = {"tab": "\t", "\\t": "\t"}


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceSettings:
    """How to read an input; what is None is found out from its name and its content."""

    format: str | None = None  # one of FORMATS, `ndjson` or `tsv`
    title_col: str | None = None
    description_col: str | None = None
    id_col: str | None = None
    company_col: str | None = None
    encoding: str = "utf-8"
    delimiter: str | None = None  # of CSV: one character, or `tab`
    table: str | None = None  # of SQLite
    limit: int | None = None  # records read, rejected ones among them


class Source:
    """An open input: iterate over it once for its postings and rejections, and close it."""

    def __init__(
        self, source: Input, records: Iterator[Record | Unreadable], columns: Columns, limit: int | None
    ) -> None:
        self._input, self._columns = source, columns
        records = itertools.islice(records, limit)
        self.name = source.name
        # The first record is read at once: a header that can't be used is known before any work begins.
        first = list(itertools.islice(records, 1))
        self._records = itertools.chain(first, records)

    def __iter__(self) -> Iterator[Posting | Rejection]:
        for row, record in enumerate(self._records, 1):
            if isinstance(record, Record):
                try:
                    yield self._columns.posting(record, row=row)
                    continue
                except RecordError as error:
                    record = Unreadable(str(error), record.where)  # noqa: PLW2901
            yield Rejection(row, record.reason, f"{self.name}, {record.where}")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file that is read; stdin stays open."""
        self._input.close()

    def fraction(self) -> float | None:
        """The share of the input that has been read, or None if its size is not known."""
        return self._input.fraction()


def open_source(path: str | PurePath, *, settings: SourceSettings | None = None) -> Source:
    """A path (or `-` for stdin) in, its `Source` out.

    Raises `InputError` if it is missing, of an unknown format, or without the columns that are needed.
    """
    settings = settings or SourceSettings()
    path = str(path)
    source = Input(path)
    try:
        kind = _format(source, settings)
        columns = Columns(
            {
                "title": settings.title_col,
                "description": settings.description_col,
                "id": settings.id_col,
                "company": settings.company_col,
            }
        )
        return Source(source, _READERS[kind](source, columns, settings), columns, settings.limit)
    except BaseException:
        source.close()
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
    return (PurePath(pure.stem) if pure.suffix.casefold() == ".gz" else pure).suffix.casefold()


def _csv(source: Input, columns: Columns, settings: SourceSettings) -> Iterator[Record | Unreadable]:
    delimiter = _DELIMITERS_BY_NAME.get(settings.delimiter or "", settings.delimiter)
    if delimiter is None and "tsv" in {_suffix(source.path)[1:], settings.format}:
        delimiter = "\t"
    stream = source.text(settings.encoding, newline="")
    return read_csv(stream, columns, source=source.name, encoding=settings.encoding, delimiter=delimiter)


def _jsonl(source: Input, columns: Columns, settings: SourceSettings) -> Iterator[Record | Unreadable]:
    stream = source.text(settings.encoding, newline="\n")
    return read_jsonl(stream, columns, source=source.name, encoding=settings.encoding)


def _json(source: Input, columns: Columns, settings: SourceSettings) -> Iterator[Record | Unreadable]:
    stream = source.text(settings.encoding, newline="\n")
    return read_json(stream, columns, source=source.name, encoding=settings.encoding)


def _parquet(source: Input, columns: Columns, _: SourceSettings) -> Iterator[Record | Unreadable]:
    return read_parquet(source, columns)


def _sqlite(source: Input, columns: Columns, settings: SourceSettings) -> Iterator[Record | Unreadable]:
    return read_sqlite(source, columns, table=settings.table)


def _jsonld(source: Input, columns: Columns, settings: SourceSettings) -> Iterator[Record | Unreadable]:
    records = _linked([_whole(source, settings)], source=source.name, kind="document", lenient=False)
    return with_columns(records, columns, source=source.name)


def _html(source: Input, columns: Columns, settings: SourceSettings) -> Iterator[Record | Unreadable]:
    scripts = find_scripts(_whole(source, settings))
    records = _linked(scripts, source=source.name, kind="script", lenient=True)
    return with_columns(records, columns, source=source.name)


def _whole(source: Input, settings: SourceSettings) -> str:
    text = read_whole(source.text(settings.encoding, newline="\n"), source=source.name)
    try:
        check_bytes(text, encoding=settings.encoding)
    except RecordError as error:
        raise InputError(f"{source.name}: {error}.") from error
    return text


def _linked(texts: list[str], *, source: str, kind: str, lenient: bool) -> Iterator[Record | Unreadable]:
    """JSON-LD texts in, the postings in them out; raises `InputError` if there is none."""
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
        raise InputError(f"{source}: holds no schema.org JobPosting (JSON-LD).")


_READERS: dict[str, Callable[[Input, Columns, SourceSettings], Iterator[Record | Unreadable]]] = {
    "csv": _csv,
    "jsonl": _jsonl,
    "json": _json,
    "parquet": _parquet,
    "sqlite": _sqlite,
    "jsonld": _jsonld,
    "html": _html,
}
