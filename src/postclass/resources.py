"""The files that travel with the package: a name in, its path out, from a wheel, an sdist and an editable install."""

from pathlib import Path

from postclass.errors import ModelError

_PACKAGE = Path(__file__).resolve().parent
_PACKED = _PACKAGE / "_resources"  # where a wheel holds them; elsewhere they stand at the repository's root


def resource(name: str) -> Path:
    """The path of a shipped file or directory, such as `data/traits.toml`; `ModelError` where it is missing."""
    root = _PACKED if _PACKED.is_dir() else _PACKAGE.parents[1]
    path = root / name
    if not path.exists():
        raise ModelError(f"{path}: this installation lacks a file of its own; install postclass anew")
    return path
