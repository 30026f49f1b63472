"""An Excel workbook: the input is the XML of its first sheet, or the bytes of the whole file."""

import io
import zipfile
from functools import cache

from oracle import reading
from postclass.sources import SourceSettings

MAX_LEN = 4096
SHEET = "xl/worksheets/sheet1.xml"
WAYS = (SourceSettings(), SourceSettings(about=True))


def door(data: bytes) -> None:
    """Read it."""
    choice, data = data[:1] or b"0", data[1:]
    settings = WAYS[choice[0] % 2]
    reading(data if choice in b"89" else workbook(data), ".xlsx", settings)


def workbook(sheet: bytes) -> bytes:
    """A workbook with that sheet."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in around().items():
            archive.writestr(name, sheet if name == SHEET else content)
    return stream.getvalue()


@cache
def around() -> dict[str, bytes]:
    """The files of a small workbook."""
    from openpyxl import Workbook

    book = Workbook()
    book.active.append(["title", "description"])
    book.active.append(["Director", "Lead four product managers."])
    stream = io.BytesIO()
    book.save(stream)
    with zipfile.ZipFile(stream) as archive:
        return {name: archive.read(name) for name in archive.namelist()}
