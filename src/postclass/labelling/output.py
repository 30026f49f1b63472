"""Lines or bytes and a path in, a file that is there whole or not at all out; `-` is stdout."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path

from postclass.errors import OutputError
from postclass.report.words import visible
from postclass.wholefile import OpenFile, WholeFile, write_whole


def write_bytes(data: bytes, output: str, *, force: bool = False, sources: Sequence[str] = ()) -> None:
    """Writes a file; raises `OutputError` if it exists and is not forced, or is one of the sources."""
    if output == "-":
        write_whole(OpenFile(None), data, name="stdout")
        return
    path = Path(output)
    if path.is_dir():
        raise OutputError(f"{output}: is a directory; name a file in it.")
    if path.exists():
        if any(Path(source).exists() and path.samefile(source) for source in sources):
            raise OutputError(f"{output}: is the input; name another output.")
        if path.is_file() and not force:
            raise OutputError(f"{output}: exists; --force writes over it.")
    write_whole(OpenFile(path) if path.exists() and not path.is_file() else WholeFile(path), data, name=output)


def write_lines(rows: Iterable[object], output: str, *, force: bool = False, sources: Sequence[str] = ()) -> None:
    """Writes JSON lines; on stdout, which may be a terminal, what it would obey is escaped as JSON escapes it."""
    told = (json.dumps(row, ensure_ascii=False) for row in rows)
    lines = "".join(f"{_safe(line) if output == '-' else line}\n" for line in told)
    write_bytes(lines.encode("utf-8", "backslashreplace"), output, force=force, sources=sources)


def _safe(line: str) -> str:
    if visible(line) == line:
        return line
    return "".join(c if visible(c) == c else json.dumps(c)[1:-1] for c in line)
