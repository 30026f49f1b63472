"""A path in, the files to read out: the file itself, those of a folder, or those that a pattern fits."""

import contextlib
import glob
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from urllib.parse import unquote

from postclass.errors import InputError
from postclass.remote import find_files, is_url

# What is written beside an output, and is none itself.
REJECTS_SUFFIX = ".rejects.jsonl"
CHECKPOINT_SUFFIX = ".checkpoint"

_PATTERN = re.compile(r"[*?\[]")
_KEY = re.compile(r"([^=]+)=(.*)", re.DOTALL)
_NULL = "__HIVE_DEFAULT_PARTITION__"


@dataclass(frozen=True, slots=True)
class Found:
    """A file to read: its size if it is known, and what the names of its folders say of all its records.

    `level=pm/city=Oslo/part-0.parquet` gives `{"level": "pm", "city": "Oslo"}`, as Hive and Spark write it.
    """

    path: str
    size: int | None = None
    keys: Mapping[str, str | None] = field(default_factory=dict)


def find(path: str, *, suffixes: Iterable[str], storage: bool = False) -> list[Found]:
    """The files that a path stands for, in the order of their names; those of a folder with one of `suffixes`.

    Files whose names, or whose folders' names, begin with `.` or `_` are passed over, and what postclass writes beside
    an output. With `storage` the path may be an address. Raises `InputError` if there is no file to read.
    """
    base = _base(path)
    if path == "-" or (is_url(path) and not storage):
        return [Found(path)]
    listed = find_files(path, base=base) if is_url(path) else _find_local(path, base)
    if listed is None:
        return [Found(path)]
    ends = tuple(suffixes)
    fit = [
        Found(name, size, _keys(inner))
        for name, size, inner in listed
        if _is_shown(inner) and name.casefold().endswith(ends)
    ]
    if not fit:
        what = "none of its files is of a known format; name it with --from" if listed else "there is no file"
        raise InputError(f"{path}: {what}.")
    return sorted(fit, key=lambda found: PurePath(found.path).parts)


def _base(path: str) -> str:
    """The part of a path before its first name that is a pattern."""
    match = _PATTERN.search(path)
    return path if match is None else path[: path.rfind("/", 0, match.start()) + 1]


def _find_local(path: str, base: str) -> list[tuple[str, int | None, str]] | None:
    if "\0" in path or os.path.lexists(path):
        base = path  # a name may hold what looks like a pattern
    roots = [path] if base == path else glob.glob(path, recursive=True)  # noqa: PTH207 - pathlib would lose the "./"
    if roots == [path] and not _is_folder(path):
        return None
    names = dict.fromkeys(name for root in roots for name in _walk(root, seen=frozenset()))
    return [(name, _size(name), name[len(base) :]) for name in names]


def _walk(path: str, *, seen: frozenset[str]) -> Iterator[str]:
    """The files below a folder, or the file itself; a folder that is linked into itself is entered once."""
    if not _is_folder(path):
        yield path
        return
    real = os.path.realpath(path)
    if real not in seen:
        try:
            names = os.listdir(path)  # noqa: PTH208 - as above
        except OSError as error:
            raise InputError(f"{path}: can't be opened: {error.strerror}.") from error
        for name in names:
            yield from _walk(os.path.join(path, name), seen=seen | {real})  # noqa: PTH118 - keeps the path as given


def _is_folder(path: str) -> bool:
    return "\0" not in path and Path(path).is_dir()


def _size(path: str) -> int | None:
    with contextlib.suppress(OSError):
        return Path(path).stat().st_size
    return None


def _is_shown(inner: str) -> bool:
    names = [name for name in inner.split("/") if name]
    aside = any(name.startswith((".", "_")) or name.endswith(CHECKPOINT_SUFFIX) for name in names)
    return not aside and not inner.endswith(REJECTS_SUFFIX)


def _keys(inner: str) -> dict[str, str | None]:
    matches = filter(None, map(_KEY.fullmatch, inner.split("/")[:-1]))
    return {unquote(m[1]): None if m[2] == _NULL else unquote(m[2]) for m in matches}
