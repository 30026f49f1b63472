"""JSON text in, records out, one at a time: JSON lines, an array, an object that holds one, or one object."""

from collections.abc import Callable, Iterator
from typing import IO

from postclass.columns import Columns, Record, Unreadable, plain_name
from postclass.errors import InputError, RecordError
from postclass.jsonld import find_postings
from postclass.jsontext import Document, Scanner, after_space, decode, decode_whole
from postclass.streams import MAX_RECORD, TOO_LONG, Lines, check_bytes

# JSON lines may differ in their keys; a column that none of the first ones has is taken for missing.
PEEKED_RECORDS = 100

# What job boards and exports call the array of their postings, best first, as `plain_name` spells them.
# Greenhouse and Ashby: jobs; Lever and others: postings, data, results, items; JSON-LD: @graph, itemListElement.
_HOLDERS = ("jobs", "postings", "jobpostings", "results", "data", "items", "records", "graph", "itemlistelement")
_JSONLD_HOLDERS = ("graph", "itemlistelement")

_FIRST_CHUNK = 2**18  # characters; the window then grows with what it has to hold
_HEAD = 2**20  # characters of an object in which its array of postings must begin


def read_jsonl(stream: IO[str], columns: Columns, *, source: str, encoding: str) -> Iterator[Record | Unreadable]:
    """The records of JSON lines (split at line feeds alone); blank lines are none."""
    return with_columns(_json_lines(stream, encoding=encoding), columns, source=source)


def _json_lines(stream: IO[str], *, encoding: str) -> Iterator[Record | Unreadable]:
    lines = Lines(stream)
    while True:
        where = f"line {lines.begin().number + 1}"
        try:
            if line := next(lines).rstrip(" \t\r\n"):
                check_bytes(line, encoding=encoding)
                yield _record(decode_whole(line), where)
        except StopIteration:
            return
        except RecordError as error:
            yield Unreadable(str(error), where)


def read_json(stream: IO[str], columns: Columns, *, source: str, encoding: str) -> Iterator[Record | Unreadable]:
    """The records of a JSON document: an array's elements, those of an object's array of postings, or one object."""
    window = _Window(stream, encoding=encoding)
    first = window.next_mark()
    if first == "[":
        window.at += 1
        records = _elements(window, each=_linked, alone=True)
    elif first == "{":
        records = _object_records(window, columns, source=source)
    else:
        raise InputError(f"{source}: holds neither a JSON array nor an object; name its format with --from.")
    return with_columns(records, columns, source=source)


def with_columns(
    records: Iterator[Record | Unreadable], columns: Columns, *, source: str
) -> Iterator[Record | Unreadable]:
    """The same records, once the first of them have shown that the columns needed are there."""
    peeked: list[Record | Unreadable] = []
    names: dict[str, None] = {}
    for record in records:
        peeked.append(record)
        if isinstance(record, Record):
            names |= dict.fromkeys(record.values)
            if not columns.missing(names):
                break
        if len(peeked) >= PEEKED_RECORDS:
            break
    if any(isinstance(record, Record) for record in peeked):
        columns.require(names, source=source)
    yield from peeked
    yield from records


def _record(value: object, where: str) -> Record | Unreadable:
    if isinstance(value, dict):
        return Record(value, where)
    return Unreadable("the record is not a JSON object", where)


class _Window:
    """The part of a JSON text that is held at a time; `at` is where reading stands in it."""

    def __init__(self, stream: IO[str], *, encoding: str) -> None:
        self._stream, self.encoding = stream, encoding
        self.text, self.at, self.whole = Document(), 0, False
        self._line, self._counted = 1, 0
        self.more()
        self.text = Document(self.text.removeprefix("\ufeff"))

    def more(self) -> None:
        """Let go of what has been read and take in at least as much again as is still held."""
        self.line()
        held = self.text[self.at :]
        chunk = self._stream.read(max(_FIRST_CHUNK, len(held)))
        self.text, self.at, self._counted, self.whole = Document(held + chunk), 0, 0, not chunk

    def line(self) -> int:
        """The number of the line on which reading stands."""
        self._line += str.count(self.text, "\n", self._counted, self.at)
        self._counted = self.at
        return self._line

    def next_mark(self) -> str:
        """Step over white space; the character that follows, or nothing at the end."""
        while (at := after_space(self.text, self.at)) == len(self.text) and not self.whole:
            self.at = at
            self.more()
        self.at = at
        return self.text[at : at + 1]


def _elements(
    window: _Window, *, each: Callable[[object], Iterator[object]], alone: bool = False
) -> Iterator[Record | Unreadable]:
    """The elements of the array that `window` stands in, as records; `each` finds the records in an element.

    Where the array is `alone` nothing may follow it.
    """
    if window.next_mark() == "]":
        return
    while True:
        window.next_mark()
        where = f"line {window.line()}"
        try:
            value = _element(window)
        except RecordError as error:
            yield Unreadable(str(error), where)
        else:
            yield from (_record(found, where) for found in each(value))
        mark = window.next_mark()
        if mark != ",":
            break
        window.at += 1
    if mark != "]":
        yield Unreadable("the array is never closed; the file may have been cut", f"line {window.line()}")
        return
    window.at += 1
    if alone and window.next_mark():
        yield Unreadable("there is more after the end of the array", f"line {window.line()}")


def _element(window: _Window) -> object:
    """Read the array element at which `window` stands and step over it, read or not."""
    while True:
        try:
            value, end = decode(window.text, window.at)
            end = after_space(window.text, end)
            if window.text[end : end + 1] in {",", "]"} or (end == len(window.text) and window.whole):
                check_bytes(window.text[window.at : end], encoding=window.encoding)
                window.at = end
                return value
            reason = RecordError("not valid JSON: a comma is missing after the element")
        except RecordError as error:
            reason = error
        end, found = Scanner().end(window.text, window.at)
        if found or window.whole:
            window.at = end if found else len(window.text)
            raise reason
        if len(window.text) - window.at > MAX_RECORD:
            _skip(window)
            raise RecordError(TOO_LONG)
        window.more()


def _skip(window: _Window) -> None:
    scanner, found = Scanner(), False
    while not found:
        window.at, found = scanner.end(window.text, window.at)
        if not found:
            if window.whole:
                window.at = len(window.text)
                return
            window.more()


def _object_records(window: _Window, columns: Columns, *, source: str) -> Iterator[Record | Unreadable]:
    """The records of the top-level object that `window` stands at: of its array of postings, or itself."""
    while len(window.text) < _HEAD and not window.whole:
        window.more()
    names, arrays = _members(window.text, window.at)
    found = columns.find(names)
    known = [name for holder in _HOLDERS for name in arrays if plain_name(name) == holder]
    looks = [bool(found["title"]), bool(found["description"])]
    if arrays and not (all(looks) if known else any(looks)):
        name = known[0] if known else next(iter(arrays))
        window.at = arrays[name] + 1
        nodes = find_postings if plain_name(name) in _JSONLD_HOLDERS else _itself
        return _elements(window, each=nodes)
    return _one_object(window, source=source)


def _itself(value: object) -> Iterator[object]:
    yield value


def _linked(value: object) -> Iterator[object]:
    """The postings of a JSON-LD document that is an element of an array; any other value is a record itself."""
    if isinstance(value, dict) and ("@context" in value or "@graph" in value):
        yield from find_postings(value)
    else:
        yield value


def _one_object(window: _Window, *, source: str) -> Iterator[Record | Unreadable]:
    where = f"line {window.line()}"
    while not window.whole and len(window.text) <= MAX_RECORD:
        window.more()
    if len(window.text) > MAX_RECORD:
        yield Unreadable(TOO_LONG, where)
        return
    try:
        check_bytes(window.text, encoding=window.encoding)
        value, end = decode(window.text, window.at)
    except RecordError as error:
        yield Unreadable(str(error), where)
        return
    if after_space(window.text, end) < len(window.text):
        raise InputError(f"{source}: there is more after the first JSON object; if it is JSON lines, say --from jsonl.")
    yield _record(value, where)


def _members(text: str, at: int) -> tuple[list[str], dict[str, int]]:
    """The keys of the object at `at` as far as the text goes, and where those of its values that list objects begin."""
    names: list[str] = []
    arrays: dict[str, int] = {}
    more = True
    while more:
        at = after_space(text, at + 1)
        if text[at : at + 1] != '"':
            break
        try:
            name, at = decode(text, at)
        except RecordError:
            break
        at = after_space(text, after_space(text, at) + 1)
        names.append(name)
        if text[at : at + 1] == "[" and text[(first := after_space(text, at + 1)) : first + 1] in {"{", "]"}:
            arrays[name] = at
        at, found = Scanner().end(text, at)
        more = found and text[at] == ","
    return names, arrays
