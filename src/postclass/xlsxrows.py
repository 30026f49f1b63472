"""An Excel workbook in, the records of one of its sheets out, one at a time."""

import contextlib
import zipfile
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import IO, TYPE_CHECKING, Any

from postclass.columns import Columns, Record, Unreadable
from postclass.csvrows import check_names
from postclass.errors import InputError
from postclass.streams import Input, check_expansion

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook

MAX_COLUMNS = 512  # cells of a row that are looked at; Excel's last column is its 16,384th
MAX_ROWS = 1_048_576  # Excel's own; a row may say that it is the billionth, and openpyxl then makes all before it
HEADER_WITHIN = 20  # rows at the top among which the header is looked for: titles and notes may stand above it


def read_xlsx(source: Input, columns: Columns, *, table: str | None) -> Iterator[Record | Unreadable]:
    """The records of a sheet: the one named, or the first that has the columns of postings.

    Formulas give the values that Excel kept. Needs openpyxl, which reads a sheet as a stream, whatever size it claims.
    """
    with contextlib.closing(source.seekable()) as stream, contextlib.closing(_workbook(stream, source)) as book:
        name, header, start = _sheet(book, columns, table=table, source=source)
        for number, row in enumerate(_rows(book, name, source), 1):
            cells = list(row)
            if number <= start or all(cell is None for cell in cells):
                continue
            where = f"row {number} of sheet {name!r}"
            if any(cell is not None for cell in cells[len(header) :]):
                yield Unreadable(f"there is something beyond the header's {len(header)} columns", where)
            else:
                cells += [None] * (len(header) - len(cells))
                yield Record({key: cell for key, cell in zip(header, cells, strict=False) if key}, where)


def _workbook(stream: IO[bytes], source: Input) -> "Workbook":
    try:
        from openpyxl import load_workbook
    except ImportError as error:
        raise InputError(
            f"{source.name}: Excel files need openpyxl: pip install 'postclass[xlsx]', or save it as CSV."
        ) from error
    try:
        with zipfile.ZipFile(stream) as archive:
            # `zipfile` gives out no more than what is declared, so what is declared can be relied on.
            declared = sum(entry.file_size for entry in archive.infolist())
            check_expansion(declared, sum(entry.compress_size for entry in archive.infolist()), source=source.name)
        stream.seek(0)
        return load_workbook(stream, read_only=True, data_only=True, keep_links=False)
    except InputError:
        raise
    except Exception as error:  # openpyxl lets whatever happens inside escape: KeyError, ValueError, ParseError …
        raise InputError(f"{source.name}: can't be read as an Excel workbook (.xlsx): {error}.") from error


def _sheet(book: "Workbook", columns: Columns, *, table: str | None, source: Input) -> tuple[str, list[str], int]:
    """The sheet of the postings, the names of its columns, and the number of the row that holds them."""
    names = [sheet.title for sheet in book.worksheets]
    shown = ", ".join(map(repr, names)) or "none"
    if table is not None and table not in names:
        raise InputError(f"{source.name}: no sheet {table!r}; sheets found: {shown}. Name one with --table.")
    first: list[str] | None = None
    for name in [table] if table is not None else names:
        for number, row in enumerate(islice(_rows(book, name, source), HEADER_WITHIN), 1):
            header = ["" if cell is None else str(cell).strip() for cell in row]
            while header and not header[-1]:
                header.pop()
            if header and not columns.missing([key for key in header if key]):
                check_names(header, source=f"{source.name}, sheet {name!r}")
                return name, header, number
            first = first or header or None
    columns.require(filter(None, first or []), source=f"{source.name}, sheets {shown}")
    raise InputError(f"{source.name}: no sheet with a header was found.")  # pragma: no cover - `require` has raised


def _rows(book: "Workbook", name: str, source: Input) -> Iterator[Sequence[Any]]:
    """The cells of each row of a sheet as text, number, truth value or nothing."""
    sheet = book[name]
    try:
        sheet.reset_dimensions()
        for number, row in enumerate(sheet.iter_rows(max_col=MAX_COLUMNS, values_only=True), 1):
            if number > MAX_ROWS:
                raise InputError(f"there are rows beyond Excel's last, the {MAX_ROWS:,}th")  # noqa: TRY301 - told as what openpyxl raises
            cells = [] if row.count(None) == len(row) else [_plain(cell) for cell in row]
            while cells and cells[-1] is None:
                cells.pop()
            yield cells
    except Exception as error:
        raise InputError(f"{source.name}, sheet {name!r}: can't be read any further: {error}.") from error


def _plain(cell: object) -> object:
    """A date as ISO spells it, an empty text as nothing, any other value as it is."""
    if cell is None or isinstance(cell, str | bool | int | float):
        return None if cell == "" else cell
    return cell.isoformat() if hasattr(cell, "isoformat") else str(cell)
