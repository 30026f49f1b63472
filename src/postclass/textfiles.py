"""A directory of postings, each a Markdown, text or HTML file, or one such file in; postings and rejections out.

A file's front matter (`title:`, `company:`, `department:`, `seniority:`, `id:`) says what the posting does not; without
it the title is the first heading, or the first line of a text where that is a product title. A comment
`<!-- postclass: ignore inflated -->` sets findings of that kind aside, one without a kind all of them.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path, PurePath

from postclass.columns import is_text
from postclass.errors import InputError
from postclass.finding import KINDS
from postclass.posting import About, Posting, Rejection
from postclass.sources import FORMATS_BY_SUFFIX
from postclass.streams import text_encoding
from postclass.text import read_text
from postclass.titles import claimed_level

TEXTS = (".md", ".markdown", ".txt")
SUFFIXES = (*TEXTS, ".html", ".htm")
_TABLES = frozenset(FORMATS_BY_SUFFIX) - set(SUFFIXES)
MAX_BYTES = 8 * 2**20  # as for `postclass check`: what is larger is not a posting
MAX_TITLE = 120  # characters; a longer first line is text
_IGNORE = re.compile(r"postclass:\s*ignore\b([^\n>]{0,200})", re.IGNORECASE)
_FIELD = re.compile(r"^([A-Za-z_][\w -]{0,40}):[ \t]*(.*)$")
_HEADING = re.compile(r"^(?:#[ \t]+(.+)|.*?<h1(?:\s[^<>]*)?>([^<>]+)</h1>.*)$", re.IGNORECASE)
_FENCE = "---"


def is_text_posting(path: str) -> bool:
    """Whether a path is a file with one posting in it, or a directory of such files and of no tables."""
    root = Path(path)
    if not root.is_dir():
        return root.suffix.casefold() in TEXTS
    suffixes = {PurePath(file.stem if file.suffix == ".gz" else file.name).suffix.casefold() for file in _visible(root)}
    return not suffixes.isdisjoint(TEXTS) and suffixes.isdisjoint(_TABLES)


def read_texts(path: str, *, encoding: str = "utf-8") -> Iterator[Posting | Rejection]:
    """The postings of a directory and those below it, by path, or the one of a file; hidden ones are left out.

    Raises `InputError` at once if there is none, or if the encoding is unknown.
    """
    root = Path(path)
    if not root.exists():
        raise InputError(f"{path}: there is no such file or directory.")
    text_encoding(encoding)
    files = [root]
    if root.is_dir():
        postings = (file for file in _visible(root) if file.suffix.casefold() in SUFFIXES)
        files = sorted(postings, key=lambda file: file.as_posix())
    if not files:
        raise InputError(f"{path}: holds no posting; it should have files of {', '.join(SUFFIXES)}.")
    return (_read(file, number, encoding=encoding) for number, file in enumerate(files, start=1))


def _visible(root: Path) -> Iterator[Path]:
    for file in root.rglob("*"):
        if not any(part.startswith(".") for part in file.relative_to(root).parts) and file.is_file():
            yield file


def _read(file: Path, row: int, *, encoding: str) -> Posting | Rejection:
    name = file.as_posix()
    try:
        with file.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except OSError as error:
        return Rejection(row, f"can't be read: {error.strerror or error}", name)
    if len(data) > MAX_BYTES:
        return Rejection(row, "larger than 8 MiB, so not a posting", name)
    try:
        text = data.decode("utf-8-sig" if encoding == "utf-8" else encoding)
    except UnicodeError as error:
        guess = "utf-16" if data[:2] in {b"\xff\xfe", b"\xfe\xff"} else "cp1252"
        place = getattr(error, "start", 0)
        return Rejection(row, f"not {encoding} text (a bad byte at position {place}); try --encoding {guess}", name)
    if not is_text(text):  # UTF-7 can spell half of a surrogate pair
        return Rejection(row, f"holds characters that are not text; try another --encoding than {encoding}", name)
    return _posting(text.replace("\r\n", "\n").replace("\r", "\n"), name, row)


def _posting(text: str, name: str, row: int) -> Posting:
    fields, lines, body = _front_matter(text)
    title, line = fields.get("title"), lines.get("title")
    if title is None:
        title, line = _title(text, body)
    about = About(
        department=fields.get("department"),
        seniority=fields.get("seniority"),
        path=name,
        line=line,
        ignored=ignored(text),
    )
    posting = Posting(
        text[body:], title=title, company=fields.get("company"), id=fields.get("id"), row=row, about=about
    )
    return posting if posting.id else replace(posting, id=name)


def _front_matter(text: str) -> tuple[dict[str, str], dict[str, int], int]:
    """The fields between the fences at a file's start, their line numbers, and where the text after them begins."""
    if not text.startswith(f"{_FENCE}\n"):
        return {}, {}, 0
    end = text.find(f"\n{_FENCE}\n", len(_FENCE))
    if end < 0:
        return {}, {}, 0
    fields: dict[str, str] = {}
    lines: dict[str, int] = {}
    for number, line in enumerate(text[:end].split("\n"), start=1):
        if match := _FIELD.match(line):
            key, value = match[1].strip().casefold(), match[2].strip().strip("\"'")
            if value:
                fields[key], lines[key] = value, number
    return fields, lines, end + len(_FENCE) + 2


def _title(text: str, body: int) -> tuple[str | None, int | None]:
    """The first heading, or a first line that is a product title; None where there is neither."""
    first = True
    for number, line in enumerate(text[body:].split("\n"), start=text.count("\n", 0, body) + 1):
        if not line.strip():
            continue
        if title := _heading(line):
            return title, number
        plain = " ".join(line.split())
        if first and not plain.startswith("<!--"):
            if len(plain) <= MAX_TITLE and claimed_level(plain) != "other":
                return " ".join(t.text for t in read_text(plain).lines) or None, number
            first = False
    return None, None


def _heading(line: str) -> str:
    """A line's heading, without the marks that Markdown lets it end with; nothing where it is none."""
    match = _HEADING.match(line)
    told = "" if match is None else match[1].rstrip("#") or match[1] if match[1] else match[2]
    return " ".join(told.split())


def ignored(text: str) -> frozenset[str]:
    """The kinds of finding that a text's comments set aside; words that are no kind set nothing aside."""
    kinds: set[str] = set()
    for match in _IGNORE.finditer(text):
        words = [word for word in re.split(r"[\s,;]+", match[1].strip(" \t-")) if word]
        kinds.update(KINDS if not words else (word for word in map(str.casefold, words) if word in KINDS))
    return frozenset(kinds)
