"""schema.org JSON-LD in, `JobPosting` objects out: from one object, a graph, a list, or the scripts of a web page."""

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


def find_scripts(page: str) -> list[str]:
    """An HTML page in, the texts of its JSON-LD scripts out."""
    from selectolax.lexbor import LexborHTMLParser

    scripts = LexborHTMLParser(page).css("script")
    return [
        script.text() or ""
        for script in scripts
        if (script.attributes.get("type") or "").partition(";")[0].strip().casefold() == "application/ld+json"
    ]


def _is_posting(kind: object) -> bool:
    """`JobPosting`, alone or among several types, short or as an address such as `https://schema.org/JobPosting`."""
    kinds = kind if isinstance(kind, list) else [kind]
    return any(isinstance(k, str) and k.replace(":", "/").rpartition("/")[2].casefold() == _TYPE for k in kinds)
