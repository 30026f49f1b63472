"""JSON lines: the first byte says how the file is read, the rest is the file."""

from oracle import reading
from postclass.sources import SourceSettings

MAX_LEN = 4096
WAYS = (
    SourceSettings(),
    SourceSettings(about=True),
    SourceSettings(encoding="latin-1"),
    SourceSettings(encoding="utf-16"),
    SourceSettings(encoding="utf-7"),
    SourceSettings(title_col="name", description_col="body"),
)
_OTHER = (b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"\xff\xfe", b"\xfe\xff")  # packed, or of another encoding


def door(data: bytes) -> None:
    """Read it; each line that is not blank is a verdict's or a rejection's."""
    settings, data = WAYS[(data[0] - 48) % len(WAYS)] if data else WAYS[0], data[1:]
    found = reading(data, ".jsonl", settings)
    if found is None or settings.encoding != "utf-8" or data.startswith(_OTHER):
        return
    lines = data.removeprefix(b"\xef\xbb\xbf").split(b"\n")
    assert sum(1 for line in lines if line.strip(b" \t\r")) == len(found), "a line is lost or doubled"
