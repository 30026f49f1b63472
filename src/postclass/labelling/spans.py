"""Line numbers in, character offsets out, and back: the same lines, wherever another tool counts characters."""

from collections.abc import Sequence
from dataclasses import dataclass

from postclass.errors import RecordError


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a text, in characters (code points) from 0, the end left out."""

    start: int
    end: int


def span_of(lines: Sequence[str], number: int) -> Span:
    """Where a line (from 1) stands in the lines joined by newlines."""
    start = sum(len(line) + 1 for line in lines[: number - 1])
    return Span(start, start + len(lines[number - 1]))


def lines_of(lines: Sequence[str], span: Span) -> tuple[int, ...]:
    """The numbers of the lines that a span has a character of; a person may have marked a part of a line, or several.

    Raises `RecordError` if it holds no character of any.
    """
    found = []
    start = 0
    for number, line in enumerate(lines, start=1):
        end = start + len(line)
        if max(start, span.start) < min(end, span.end) or (not line and span == Span(start, end)):
            found.append(number)
        start = end + 1
    if not found:
        raise RecordError(f"characters {span.start} to {span.end} are no line of the posting")
    return tuple(found)


def from_utf16(text: str, span: Span) -> Span:
    """A span counted in UTF-16 units, as JavaScript counts, in characters."""
    units = text.encode("utf-16-le", "surrogatepass")
    return Span(*(len(units[: 2 * place].decode("utf-16-le", "surrogatepass")) for place in (span.start, span.end)))
