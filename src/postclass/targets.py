"""The path of an output and settings in: what is to be written there out, once nothing speaks against it."""

import contextlib
import glob
import os
import stat
import sys
from dataclasses import dataclass
from pathlib import Path, PurePath

from postclass.errors import OutputError
from postclass.folders import REJECTS_SUFFIX
from postclass.packing import PACKED_SUFFIXES
from postclass.partfiles import check_folder
from postclass.remote import file_system, is_url, told
from postclass.verdict import Explain
from postclass.wholefile import is_device

__all__ = [
    "FORMATS",
    "FORMATS_BY_SUFFIX",
    "REJECTS_SUFFIX",
    "SinkSettings",
    "Target",
    "find_target",
    "is_input",
    "is_within_input",
]

FORMATS_BY_SUFFIX = {
    ".csv": "csv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "json",
    ".parquet": "parquet",
    ".sqlite": "sqlite",
    ".sqlite3": "sqlite",
    ".db": "sqlite",
}
FORMATS = tuple(dict.fromkeys(FORMATS_BY_SUFFIX.values()))
_ALSO = {"ndjson": "jsonl"}
_TEXT_FORMATS = frozenset({"csv", "jsonl", "json"})  # those that are packed
_PARTITIONS = ("level",)


@dataclass(frozen=True, slots=True, kw_only=True)
class SinkSettings:
    """How to write an output; what is None is found out from its name."""

    format: str | None = None  # one of FORMATS, or `ndjson`
    explain: Explain = "terms"
    raw_csv: bool = False  # leave cells that spreadsheets take for formulas as they are
    force: bool = False  # overwrite
    rejects: str | None = None  # path of the rejects file; None is beside the output, or stderr for stdout
    source: str | None = None  # path of the input, which must not be written over
    partition_by: str | None = None  # write a folder, with a folder in it for each value of this column: `level`
    storage: bool = False  # take addresses such as `s3://bucket/verdicts.parquet`, through fsspec


@dataclass(frozen=True, slots=True)
class Target:
    """What is to be written, and where: `path` is `-` for stdout, `rejects` None for stderr."""

    path: str
    format: str
    rejects: str | None
    packed: str | None = None  # `gzip` or `zstd`
    is_folder: bool = False


def find_target(path: str, settings: SinkSettings) -> Target:
    """The target that a path stands for; raises `OutputError` if it is none, or must not be written."""
    is_folder = _is_folder(path, settings)
    rejects = _rejects(path, settings)
    for place in filter(None, (None if path == "-" else path, rejects)):
        _check(place, settings, is_folder=is_folder and place == path)
    if rejects is not None and os.path.realpath(path) == os.path.realpath(rejects):
        raise OutputError(f"{path}: output and rejects can't be the same file; give --rejects another path.")
    kind = _format(path, settings, is_folder=is_folder)
    packed = None if is_folder else PACKED_SUFFIXES.get(PurePath(path).suffix.casefold())
    if packed is not None and kind not in _TEXT_FORMATS:
        raise OutputError(f"{path}: {kind} is not packed; leave the last suffix away.")
    if kind == "sqlite" and (path == "-" or is_folder or is_url(path) or is_device(path)):
        raise OutputError(f"{path}: a SQLite database is written to a plain file.")
    return Target(path, kind, rejects, packed, is_folder)


def _is_folder(path: str, settings: SinkSettings) -> bool:
    if settings.partition_by is not None:
        if settings.partition_by not in _PARTITIONS:
            raise OutputError(f"verdicts are parted by {', '.join(_PARTITIONS)}, not by {settings.partition_by!r}.")
        if path == "-":
            raise OutputError("stdout can't be parted; name a folder.")
        return True
    bare = settings.format is not None and settings.format.casefold() == "parquet" and not PurePath(path).suffix
    return path != "-" and (path.endswith(("/", os.sep)) or (bare and not is_device(path)))


def _format(path: str, settings: SinkSettings, *, is_folder: bool) -> str:
    if settings.format is not None:
        kind = settings.format.casefold()
        kind = _ALSO.get(kind, kind)
        if kind not in FORMATS:
            raise OutputError(f"unknown output format {settings.format!r}; --to takes {', '.join(FORMATS)}.")
        return kind
    if is_folder:
        return "parquet"
    if path == "-" or is_device(path):
        return "jsonl"
    pure = PurePath(path)
    suffix = (PurePath(pure.stem) if pure.suffix.casefold() in PACKED_SUFFIXES else pure).suffix.casefold()
    if suffix not in FORMATS_BY_SUFFIX:
        raise OutputError(f"{path}: unknown format of suffix {suffix!r}; name it with --to ({', '.join(FORMATS)}).")
    return FORMATS_BY_SUFFIX[suffix]


def _rejects(path: str, settings: SinkSettings) -> str | None:
    if settings.rejects is not None:
        return None if settings.rejects == "-" else settings.rejects
    if path == "-" or is_device(path):
        return None
    return f"{path.rstrip('/' + os.sep)}{REJECTS_SUFFIX}"


def _check(path: str, settings: SinkSettings, *, is_folder: bool) -> None:
    """Raise `OutputError` before any work if an output is the input, of the wrong kind, or there."""
    if "\0" in path:
        raise OutputError(f"{path!r}: is no path.")
    if is_url(path):
        _check_url(path, settings, is_folder=is_folder)
        return
    if is_input(Path(path), settings.source):
        raise OutputError(f"{path}: is the input; name another output.")
    if is_within_input(Path(path), settings.source):
        raise OutputError(f"{path}: is within the input; name another output.")
    if is_folder:
        check_folder(Path(path), force=settings.force)
    elif Path(path).is_dir():
        raise OutputError(f"{path}: is a directory; name a file, or a folder by a slash at its end.")
    elif Path(path).exists() and not is_device(path) and not settings.force:
        raise OutputError(f"{path}: exists already; --force overwrites it.")


def _check_url(url: str, settings: SinkSettings, *, is_folder: bool) -> None:
    if not settings.storage:
        raise OutputError(f"{url}: only local files are written, or storage with --storage.")
    if url == settings.source:
        raise OutputError(f"{url}: is the input; name another output.")
    with told(url, "can't be written", OutputError):
        system, path = file_system(url)
        if not is_folder and system.exists(path) and not settings.force:
            raise OutputError(f"{url}: exists already; --force overwrites it.")


def is_input(path: Path, source: str | None) -> bool:
    """Whether a path, however it is spelled or linked, is that of the input, of a file of it, or of stdin's."""
    with contextlib.suppress(OSError, ValueError):
        there = path.stat()
        given = [os.fstat(sys.stdin.fileno())] if source == "-" else [file.stat() for file in _sources(source)]
        return any(stat.S_ISREG(one.st_mode) and os.path.samestat(there, one) for one in given)
    return False


def _sources(source: str | None) -> list[Path]:
    """The file that is the input, or those that its pattern fits."""
    if source is None or Path(source).exists():
        return [Path(source)] if source is not None else []
    return [Path(name) for name in glob.glob(source, recursive=True)]  # noqa: PTH207 - as it is read


def is_within_input(path: Path, source: str | None) -> bool:
    """Whether the input is a folder that the output would become a part of."""
    if source is None or source == "-" or "\0" in source or not Path(source).is_dir():
        return False
    folder = os.path.realpath(source)
    return os.path.commonpath([folder, os.path.realpath(path)]) == folder
