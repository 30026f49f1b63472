"""schema.org JSON-LD in, `JobPosting` objects out: from one object, a graph, a list, or the scripts of a web page."""

import re
from collections.abc import Iterator

_TYPE = "jobposting"


def find_postings(value: object) -> Iterator[dict[str, object]]:
    """A JSON value in, all objects of type `JobPosting` in it out, in their order, however deep they lie."""
    waiting = [value]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            if _is_posting(value.get("@type")):
                yield value
            else:
                waiting.extend(reversed(value.values()))
        elif isinstance(value, list):
            waiting.extend(reversed(value))


# Attributes never hold "<" or ">", and no two runs of white space stand side by side, so that a page is walked once.
# HTML parsers build the tree of a page, and some take minutes for one of a million nested elements.
_SCRIPT = re.compile(
    r"""</script|<script\s(?:[^<>]*\s)?type\s*=\s*(?:["']\s*)?application/ld\+json(?:\s*;[^<>"']*)?["'\s>](?:[^<>]*>)?""",
    re.IGNORECASE,
)


def find_scripts(page: str) -> list[str]:
    """An HTML page in, the texts of its JSON-LD scripts out."""
    texts: list[str] = []
    start: int | None = None
    for tag in _SCRIPT.finditer(page):  # opening tags of JSON-LD, and closing ones
        if tag[0].startswith("</"):
            if start is not None:
                texts.append(page[start : tag.start()])
            start = None
        elif start is None:
            start = tag.end()
    return texts if start is None else [*texts, page[start:]]


def _is_posting(kind: object) -> bool:
    """`JobPosting`, alone or among several types, short or as an address such as `https://schema.org/JobPosting`."""
    kinds = kind if isinstance(kind, list) else [kind]
    return any(isinstance(k, str) and k.replace(":", "/").rpartition("/")[2].casefold() == _TYPE for k in kinds)
