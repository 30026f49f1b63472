"""The bytes of a SQLite database."""

from oracle import reading
from postclass.sources import SourceSettings

MAX_LEN = 16384
WAYS = (SourceSettings(), SourceSettings(about=True))


def door(data: bytes) -> None:
    """Read it."""
    settings, data = WAYS[(data[0] - 48) % len(WAYS)] if data else WAYS[0], data[1:]
    reading(data, ".sqlite", settings)
