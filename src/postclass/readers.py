"""An open input in, its records out: by the reader of its format, which its name tells or the user names."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import PurePath

from postclass.columns import Columns, Record, Unreadable
from postclass.csvrows import read_csv
from postclass.cutting import Entry
from postclass.errors import InputError, RecordError
from postclass.jsonld import find_postings, find_scripts
from postclass.jsonrows import read_json, read_jsonl, with_columns
from postclass.jsontext import decode_whole
from postclass.sqliterows import read_sqlite
from postclass.streams import Input, Skip, check_bytes, read_whole

FORMATS_BY_SUFFIX = {
    ".csv": "csv",
    ".tsv": "csv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "json",
    ".parquet": "parquet",
    ".xlsx": "xlsx",
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
    table: str | None = None  # of SQLite; sheet of a workbook
    limit: int | None = None  # records read, rejected ones among them
    storage: bool = False  # take addresses such as `s3://bucket/postings.parquet`, through fsspec


def read_entries(kind: str, source: Input, columns: Columns, settings: SourceSettings, skip: Skip) -> Iterator[Entry]:
    """The records of an input of that format; some formats pass over those to skip quickly, the others leave them."""
    return _READERS[kind](source, columns, settings, skip)


def find_format(source: Input, settings: SourceSettings) -> str:
    """The format of an input: the one named, or that of its suffix; raises `InputError` if it is not known."""
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


def _xlsx(source: Input, columns: Columns, settings: SourceSettings, _: Skip) -> Iterator[Record | Unreadable]:
    from postclass.xlsxrows import read_xlsx

    return read_xlsx(source, columns, table=settings.table)


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
    "xlsx": _xlsx,
    "sqlite": _sqlite,
    "jsonld": _jsonld,
    "html": _html,
}
