"""schema.org JSON-LD as a file of its own."""

from oracle import reading
from postclass.sources import SourceSettings

MAX_LEN = 4096
WAYS = (SourceSettings(), SourceSettings(about=True), SourceSettings(encoding="utf-16"))


def door(data: bytes) -> None:
    """Read it; no file is taken that holds nothing."""
    settings, data = WAYS[(data[0] - 48) % len(WAYS)] if data else WAYS[0], data[1:]
    assert reading(data, ".jsonld", settings) != []
