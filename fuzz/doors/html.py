"""A web page with JSON-LD in it."""

from oracle import BUDGET, reading, within_budget
from postclass.jsonld import find_scripts
from postclass.sources import SourceSettings

MAX_LEN = 4096
WAYS = (SourceSettings(), SourceSettings(about=True), SourceSettings(encoding="cp1252"))
LONG = 2**16  # bytes


def door(data: bytes) -> None:
    """Read it, and find the scripts of the same page over and over again."""
    settings, data = WAYS[(data[0] - 48) % len(WAYS)] if data else WAYS[0], data[1:]
    assert reading(data, ".html", settings) != []
    if data and len(data) % 8 == 0:  # long ones take longer, so that only some are
        page = data.decode("utf-8", "replace") * (LONG // len(data))
        within_budget(lambda: find_scripts(page), what=f"a page of {len(page):,} characters ({BUDGET} s)")
