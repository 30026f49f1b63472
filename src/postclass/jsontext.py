"""JSON text in, one value out, strictly and with its numbers as they were written."""

import json
import re
import sys
from typing import Any

from postclass.columns import TOO_DEEP, is_text
from postclass.errors import RecordError

# Digits of one number: Python's own limit, beyond which turning text into an integer takes quadratic time.
MAX_DIGITS = 4300
# Arrays and objects in one another. What Python itself can take depends on who called whom, so that a line might be
# read here and rejected there.
MAX_DEPTH = 200

_SPACE = re.compile(r"[ \t\r\n]*")
_MARK = re.compile(r'["\[\]{},]')
_IN_STRING = re.compile(r'["\\]')
_SURROGATE_ESCAPE = re.compile(r"\\u[dD][89a-fA-F]")


class Document(str):
    """A JSON text of many values, of which each that is not valid costs no more than itself.

    `json` counts the lines before a mistake to tell of them; in a text of many mistakes that takes quadratic time.
    """

    __slots__ = ()

    def count(self, *_: object) -> int:
        """No lines are counted."""
        return 0

    def rfind(self, *_: object) -> int:
        """No line is looked for."""
        return -1


class Scanner:
    """Finds where a JSON value ends without reading it, over as many pieces of text as it takes."""

    def __init__(self) -> None:
        self.depth, self.deepest, self.quoted = 0, 0, False

    def end(self, text: str, at: int, until: int = sys.maxsize) -> tuple[int, bool]:
        """Where the comma or bracket after the value stands and True, or how far the text went and False."""
        while True:
            match = (_IN_STRING if self.quoted else _MARK).search(text, at, until)
            if match is None:
                return min(len(text), until), False
            mark, at = match[0], match.end()
            if mark == "\\":
                if at == len(text):
                    return at - 1, False  # what it escapes has yet to come
                at += 1
            elif mark == '"':
                self.quoted = not self.quoted
            elif mark in "[{":
                self.depth += 1
                self.deepest = max(self.deepest, self.depth)
            elif self.depth == 0:
                return at - 1, True
            elif mark in "]}":
                self.depth -= 1


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    record = dict(pairs)
    if len(record) != len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise RecordError(f"the key {twice!r} stands twice in one object")
    return record


def _number(digits: str) -> str:
    if len(digits) > MAX_DIGITS:
        raise RecordError(f"a number has more than {MAX_DIGITS} digits")
    return digits  # as text, so that it comes out as it went in


def _no_constant(name: str) -> object:
    raise RecordError(f"{name} is not JSON")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_unique, parse_int=_number, parse_float=_number, parse_constant=_no_constant
)
# Real pages break lines inside the strings of their JSON-LD.
_LENIENT_DECODER = json.JSONDecoder(
    object_pairs_hook=_unique, parse_int=_number, parse_float=_number, parse_constant=_no_constant, strict=False
)


def decode(text: str, start: int = 0, *, lenient: bool = False) -> tuple[Any, int]:
    """JSON text in, the value at `start` and its end out, numbers as text; raises `RecordError` saying what is wrong.

    `lenient` allows control characters in strings.
    """
    try:
        return _read(text, start, _LENIENT_DECODER if lenient else _DECODER)
    except json.JSONDecodeError as error:
        deep = _was_deep(text, start, error.pos)
        reason = f"not valid JSON: {error.msg} (character {error.pos - start + 1})"
    except RecursionError:
        deep, reason = True, ""
    except RecordError as error:
        deep, reason = _was_deep(text, start), str(error)
    raise RecordError(TOO_DEEP if deep else reason)


def _read(text: str, start: int, decoder: json.JSONDecoder) -> tuple[Any, int]:
    value, end = decoder.raw_decode(text, start)
    if _is_deep(value):
        raise RecordError(TOO_DEEP)
    if _SURROGATE_ESCAPE.search(text, start, end) and not is_text(json.dumps(value, ensure_ascii=False)):
        raise RecordError("a \\u escape is half of a surrogate pair")
    return value, end


def _is_deep(value: object) -> bool:
    """Whether a value that was read nests beyond MAX_DEPTH."""
    level = [value]
    for _ in range(MAX_DEPTH):
        level = [
            inner
            for outer in level
            if isinstance(outer, dict | list)
            for inner in (outer.values() if isinstance(outer, dict) else outer)
        ]
        if not level:
            return False
    return any(isinstance(inner, dict | list) for inner in level)


def _was_deep(text: str, start: int, until: int = sys.maxsize) -> bool:
    """Whether a text that could not be read nests beyond MAX_DEPTH before the mistake."""
    scanner = Scanner()
    scanner.end(text, start, until)
    return scanner.deepest > MAX_DEPTH


def decode_whole(text: str, *, lenient: bool = False) -> Any:  # noqa: ANN401 - any JSON value
    """JSON text in, its one value out; raises `RecordError` saying what is wrong."""
    value, end = decode(text, after_space(text, 0), lenient=lenient)
    if after_space(text, end) < len(text):
        raise RecordError(f"not valid JSON: there is more after the value (character {end + 1})")
    return value


def after_space(text: str, at: int) -> int:
    """A place in a text in, the next one out that holds no JSON white space."""
    match = _SPACE.match(text, at)
    return match.end() if match else at
