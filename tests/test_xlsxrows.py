"""Excel workbooks as an input: sheets, values as they were given, and files made to harm."""

import datetime as dt
import zipfile
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from postclass.errors import InputError
from postclass.posting import Posting, Rejection
from postclass.sources import SourceSettings, open_source

HEADER = ["Job title", "Description", "ID", "Company"]
ROW = ["Director of Product", "Lead our product managers.", "007", "Orchard Freight"]


def workbook(path: Path, **sheets: list[list[Any]]) -> Path:
    """A workbook with those sheets."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def read(path: Path, **settings: Any) -> list[Posting | Rejection]:  # noqa: ANN401 - any setting
    """All records of a workbook."""
    with open_source(path, settings=SourceSettings(**settings)) as source:
        return list(source)


def test_a_sheet_is_read(tmp_path: Path) -> None:
    """Columns are found by their usual names; numbers, dates and blanks come out as they are written."""
    path = workbook(tmp_path / "a.xlsx", Sheet=[HEADER, ROW, [], ["PM", "Keep the backlog.", 7, None]])

    assert [
        Posting("Lead our product managers.", "Director of Product", "Orchard Freight", "007", 1),
        Posting("Keep the backlog.", "PM", None, "7", 2),
    ] == read(path)


def test_the_sheet_with_postings_is_found(tmp_path: Path) -> None:
    """Notes may stand on a sheet before it and in rows above the header."""
    path = workbook(
        tmp_path / "a.xlsx", Notes=[["about", dt.date(2026, 1, 2)]], Jobs=[["Jobs of 2026"], [], HEADER, ROW]
    )

    assert ["Director of Product"] == [record.title for record in read(path) if isinstance(record, Posting)]
    assert 1 == len(read(path, table="Jobs"))


def test_formulas_give_what_excel_kept(tmp_path: Path) -> None:
    """A formula that Excel has not computed yet is an empty cell; nothing is run."""
    path = workbook(tmp_path / "a.xlsx", Sheet=[HEADER, ["=1+1", "Text", "=A1", "x"]])
    (posting,) = read(path)

    assert isinstance(posting, Posting)
    assert (None, None) == (posting.title, posting.id)


def test_a_cell_beyond_the_header_rejects_its_row(tmp_path: Path) -> None:
    """Nothing is dropped silently."""
    path = workbook(tmp_path / "a.xlsx", Sheet=[HEADER, [*ROW, None, "more"], ROW])
    first, second = read(path)

    assert isinstance(first, Rejection)
    assert "row 2 of sheet 'Sheet'" in first.where
    assert isinstance(second, Posting)


@pytest.mark.parametrize(
    ("rows", "settings", "message"),
    [
        ([["a", "b"]], {}, "no description column; columns found: 'a', 'b'"),
        ([], {}, "no description column; columns found: none"),
        ([HEADER], {"table": "Jobs"}, "no sheet 'Jobs'; sheets found: 'Sheet'"),
        ([[*HEADER, "ID"]], {}, "two columns are named 'ID'"),
    ],
)
def test_a_bad_header_is_told(tmp_path: Path, rows: list[list[Any]], settings: dict[str, Any], message: str) -> None:
    """Before any work, with what was found."""
    path = workbook(tmp_path / "a.xlsx", Sheet=rows)

    with pytest.raises(InputError, match=message):
        read(path, **settings)


@pytest.mark.parametrize("content", [b"", b"not a zip", b"PK\x03\x04 cut"])
def test_what_is_no_workbook_is_told(tmp_path: Path, content: bytes) -> None:
    """One line, whatever went wrong inside."""
    path = tmp_path / "a.xlsx"
    path.write_bytes(content)

    with pytest.raises(InputError, match="can't be read as an Excel workbook"):
        read(path)


def test_a_zip_of_other_things_is_told(tmp_path: Path) -> None:
    """A zip file without a workbook's parts."""
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("x.txt", "x")

    with pytest.raises(InputError, match="can't be read as an Excel workbook"):
        read(path)


def test_a_bomb_is_refused(tmp_path: Path) -> None:
    """A workbook whose parts grow a thousandfold is not opened."""
    path = workbook(tmp_path / "a.xlsx", Sheet=[HEADER, ROW])
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive, archive.open("xl/media/x", "w") as part:
        for _ in range(300):
            part.write(bytes(2**20))

    with pytest.raises(InputError, match="as no real postings do"):
        read(path)


def test_a_sheet_of_two_far_cells_takes_no_room(tmp_path: Path) -> None:
    """The last cell that Excel has, alone in its row, is beyond the columns that are looked at."""
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.append(HEADER)
    sheet.append(ROW)
    sheet["XFD50000"] = "far"
    book.save(tmp_path / "a.xlsx")

    assert 1 == len(read(tmp_path / "a.xlsx"))


def test_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without openpyxl there is a way out."""
    path = workbook(tmp_path / "a.xlsx", Sheet=[HEADER, ROW])
    monkeypatch.setitem(__import__("sys").modules, "openpyxl", None)

    with pytest.raises(InputError, match=r"pip install 'postclass\[xlsx\]'"):
        read(path)


def test_a_sheet_cut_in_the_middle_is_told(tmp_path: Path) -> None:
    """What can't be read any further ends the run with a reason."""
    path = workbook(tmp_path / "a.xlsx", Sheet=[HEADER, *[ROW] * 300])
    other = tmp_path / "b.xlsx"
    with zipfile.ZipFile(path) as whole, zipfile.ZipFile(other, "w") as cut:
        for entry in whole.infolist():
            data = whole.read(entry)
            cut.writestr(entry, data[: len(data) // 2] if "sheet1" in entry.filename else data)

    with pytest.raises(InputError, match="can't be read any further"):
        read(other)


def test_a_row_that_says_it_is_the_billionth(tmp_path: Path) -> None:
    """Rows beyond Excel's last are refused; openpyxl would make all those before it."""
    path = workbook(tmp_path / "a.xlsx", Sheet=[HEADER, ROW])
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    parts[sheet] = parts[sheet].replace(b'<row r="2">', b'<row r="2000000000">')
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)

    with pytest.raises(InputError, match="there are rows beyond Excel's last, the 1,048,576th"):
        read(path)
