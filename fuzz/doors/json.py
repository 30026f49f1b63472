"""JSON: the first byte says how the file is read, the rest is the file."""

import json

from oracle import is_text, reading
from postclass.sources import SourceSettings

MAX_LEN = 4096
WAYS = (SourceSettings(), SourceSettings(about=True), SourceSettings(encoding="utf-16"))


def door(data: bytes) -> None:
    """Read it; of an array of objects each is a record."""
    settings, data = WAYS[(data[0] - 48) % len(WAYS)] if data else WAYS[0], data[1:]
    found = reading(data, ".json", settings)
    if found is None or settings.encoding != "utf-8":
        return
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        return
    plain = isinstance(value, list) and not any(isinstance(v, dict) and not v.keys().isdisjoint(LINKED) for v in value)
    if plain and is_text(data.decode("utf-8", "surrogateescape")):
        assert len(value) == len(found), "an element is lost or doubled"


LINKED = {"@context", "@graph"}  # elements that hold any number of postings
