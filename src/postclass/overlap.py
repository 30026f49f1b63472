"""What a command writes and all that it reads in; `OutputError` out where one would be written over the other."""

import itertools
import json
import os
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from postclass.errors import ModelError, OutputError
from postclass.modelfile import FILES, MANIFEST, SHIPPED
from postclass.remote import is_url
from postclass.resources import resource
from postclass.targets import is_input, is_within_input
from postclass.wholefile import is_device

_NEVER_READ = frozenset({".sarif"})  # may stand within a folder that is the input, for no reader takes it
_TRAITS = "data/traits.toml"


def check_outputs(
    outputs: Iterable[str | Path | None], *, reads: Iterable[str | Path | None], model: Path | None = None
) -> None:
    """Raise `OutputError`, before any work, if an output is read, stands in a model's directory, or is named twice.

    None and `-` are no files; devices and pipes are written to as they stand. `reads` are files, folders, patterns or
    `-` for stdin; the files of the model that judges (None is the shipped one) are read too.
    """
    read = [*(str(one) for one in reads if one is not None), *map(str, (*model_files(model), *_shipped()))]
    paths = [str(one) for one in outputs if one is not None]
    files = [Path(path) for path in paths if path != "-" and "\0" not in path and not (is_url(path) or is_device(path))]
    for file in files:
        if not Path(os.path.realpath(file)).name:
            raise OutputError(f"{file}: is the root of the file system; name a file or folder in it.")
        _check_read(file, read)
        if (home := _model_around(file)) is not None:
            raise OutputError(f"{file}: is within the model {home}; name a place outside of it.")
    for one, other in itertools.combinations(files, 2):
        if os.path.realpath(one) == os.path.realpath(other):
            raise OutputError(f"{other}: is named for two outputs; give each a path of its own.")


def check_model_output(output: Path, *, reads: Iterable[str | Path | None]) -> None:
    """Raise `OutputError`, before any work, if one of the files of a model to be made is read."""
    read = [str(one) for one in reads if one is not None]
    for file in model_files(output):
        _check_read(file, read)


def model_files(model: Path | None) -> tuple[Path, ...]:
    """The files of a model's directory; of the shipped one for None."""
    with suppress(ModelError):  # told when it is loaded
        directory = resource(SHIPPED) if model is None else model
        return tuple(directory / name for name in (MANIFEST, *FILES))
    return ()


def _shipped() -> tuple[Path, ...]:
    with suppress(ModelError):
        return (resource(_TRAITS),)
    return ()


def _check_read(file: Path, reads: Sequence[str]) -> None:
    if any(is_input(file, read) for read in reads):
        raise OutputError(f"{file}: is the input; name another output.")
    if file.suffix.casefold() not in _NEVER_READ and any(is_within_input(file, read) for read in reads):
        raise OutputError(f"{file}: is within the input and would be read as one; name a place outside of it.")


def _model_around(file: Path) -> Path | None:
    """The model's directory that a file stands in, however deep: nothing but a model's own files may be there."""
    return next((folder for folder in Path(os.path.realpath(file)).parents if _is_model(folder)), None)


def _is_model(folder: Path) -> bool:
    with suppress(OSError, ValueError, RecursionError):
        manifest = json.loads((folder / MANIFEST).read_bytes())
        named = manifest.get("files") if isinstance(manifest, dict) else None
        return isinstance(named, dict) and set(FILES) <= set(named)
    return False
