"""CSV text in, records out; a row that breaks the format is unreadable, and reading goes on at the line after it."""

import csv
from collections.abc import Iterator
from typing import IO

from postclass.columns import Columns, Record, Unreadable
from postclass.errors import InputError, RecordError
from postclass.streams import MAX_RECORD, TOO_LONG, Lines, check_bytes

_DELIMITERS = (",", ";", "\t")  # tried on the header line; the first that splits it most is taken

_REASONS = {
    "unexpected end of data": "a quote is opened and never closed",
    "field larger than field limit": TOO_LONG,
    "expected after": "there is text between a closing quote and the next delimiter",
}


def read_csv(
    stream: IO[str], columns: Columns, *, source: str, encoding: str, delimiter: str | None
) -> Iterator[Record | Unreadable]:
    """The records of a CSV text (opened with `newline=""`); raises `InputError` if its header can't be used."""
    csv.field_size_limit(MAX_RECORD)  # the default of 128 KiB is less than some postings
    lines = Lines(stream)
    delimiter = delimiter or _sniff(lines)
    try:
        rows = csv.reader(lines, delimiter=delimiter, strict=True)
    except (TypeError, ValueError) as error:
        raise InputError(f"--delimiter {delimiter!r} must be one character other than a quote or line end.") from error
    header = _header(rows, source=source, encoding=encoding)
    columns.require(header, source=source)
    while True:
        where = f"line {lines.begin().number + 1}"
        try:
            row = next(rows)
        except StopIteration:
            return
        except (csv.Error, RecordError) as error:
            lines.rewind()
            yield Unreadable(_reason(error), where)
        else:
            if row:  # a blank line is not a record
                yield _record(header, row, where=where, encoding=encoding)


def _record(header: list[str], row: list[str], *, where: str, encoding: str) -> Record | Unreadable:
    if len(row) != len(header):
        fields = "1 field" if len(row) == 1 else f"{len(row)} fields"
        return Unreadable(f"{fields} where the header has {len(header)}", where)
    try:
        for value in row:
            check_bytes(value, encoding=encoding)
    except RecordError as error:
        return Unreadable(str(error), where)
    return Record(dict(zip(header, row, strict=True)), where)


def _header(rows: Iterator[list[str]], *, source: str, encoding: str) -> list[str]:
    try:
        header = next((row for row in rows if row), None)
        if header is not None:
            check_bytes("".join(header), encoding=encoding)
    except (csv.Error, RecordError) as error:
        raise InputError(f"{source}: the header can't be read: {_reason(error)}.") from error
    if header is None:
        raise InputError(f"{source}: the file is empty; a CSV file begins with a header line.")
    if any("\0" in name for name in header):
        raise InputError(f"{source}: the header holds NUL characters; if the file is UTF-16, say --encoding utf-16-le.")
    check_names(header, source=source)
    return header


def check_names(names: list[str], *, source: str) -> None:
    """Raise `InputError` if two columns have the same name; columns without a name are never used and may repeat."""
    seen: set[str] = set()
    for name in filter(None, names):
        if name in seen:
            raise InputError(f"{source}: two columns are named {name!r}; rename one of them in the header.")
        seen.add(name)


def _sniff(lines: Lines) -> str:
    line = lines.peek()
    try:
        counts = {mark: len(next(csv.reader([line], delimiter=mark))) for mark in _DELIMITERS}
    except csv.Error:  # too long; reading it says so
        return _DELIMITERS[0]
    return max(_DELIMITERS, key=counts.__getitem__)


def _reason(error: Exception) -> str:
    return next((reason for known, reason in _REASONS.items() if known in str(error)), str(error))
