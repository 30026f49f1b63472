"""A Markdown, text or HTML file of one posting, with its front matter and the comments that set findings aside."""

from functools import partial

from oracle import is_text, place, refusing, within_budget
from postclass.finding import KINDS
from postclass.posting import Posting
from postclass.textfiles import read_texts

MAX_LEN = 2048
LONG = 2**16  # bytes
ENCODINGS = ("utf-8", "cp1252", "utf-16", "utf-7", "idna")


def door(data: bytes) -> None:
    """Read it; one input in eight has its middle repeated until it is long."""
    encoding = ENCODINGS[data[1] % len(ENCODINGS)] if data[1:] else "utf-8"
    text = data[2:]
    if data and data[0] % 8 == 0 and len(text) > 2:
        third = len(text) // 3
        middle = text[third : 2 * third]
        text = text[:third] + middle * (LONG // len(middle)) + text[2 * third :]
    within_budget(partial(check, text, encoding), what=f"{len(text):,} bytes of {data[:80]!r}")


def check(text: bytes, encoding: str) -> None:
    """One file is one posting or one rejection."""
    path = place() / "posting.md"
    path.write_bytes(text)
    with refusing():
        (record,) = read_texts(str(path), encoding=encoding)
        if isinstance(record, Posting):
            about = record.about
            texts = (record.description, record.title, record.company, record.id, about.department, about.seniority)
            assert all(is_text(text) for text in texts if text is not None)
            assert about.ignored <= set(KINDS)
            assert record.title is None or record.title.strip()
