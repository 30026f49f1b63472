"""JSON text in, one value out, strictly and with its numbers as they were written."""

import json
import re
from typing import Any

from postclass.columns import TOO_DEEP, is_text
from postclass.errors import RecordError

# Digits of one number: Python's own limit, beyond which turning text into an integer takes quadratic time.
MAX_DIGITS = 4300

_SPACE = re.compile(r"[ \t\r\n]*")
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
        value, end = (_LENIENT_DECODER if lenient else _DECODER).raw_decode(text, start)
        if _SURROGATE_ESCAPE.search(text, start, end) and not is_text(json.dumps(value, ensure_ascii=False)):
            raise RecordError("a \\u escape is half of a surrogate pair")
    except json.JSONDecodeError as error:
        raise RecordError(f"not valid JSON: {error.msg} (character {error.pos - start + 1})") from error
    except RecursionError as error:
        raise RecordError(TOO_DEEP) from error
    return value, end


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
