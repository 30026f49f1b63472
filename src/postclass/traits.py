"""The 21 role traits that verdicts are explained in: `data/traits.toml` in, checked `Trait` records out."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import lru_cache
from pathlib import Path
from typing import Literal, TypeVar

from postclass.errors import ModelError
from postclass.resources import resource

Side = Literal["director", "pm"]
Part = Literal["responsibilities", "influence", "skills", "career"]
SIDES: tuple[Side, ...] = ("director", "pm")
PARTS: tuple[Part, ...] = ("responsibilities", "influence", "skills", "career")

Choice = TypeVar("Choice", bound=str)


@dataclass(frozen=True, slots=True)
class Trait:
    """One thing that a posting can say of a role, and the level of product work it marks."""

    key: str
    side: Side
    part: Part
    label: str  # two to four words for people, lower case, fit for the middle of a sentence
    sentence: str  # its subject is the role
    examples: tuple[str, ...]  # lines that show it
    near_misses: tuple[str, ...]  # lines that look like it and must not count


@lru_cache(maxsize=1)
def load_traits() -> tuple[Trait, ...]:
    """The shipped traits in the order of every report: the director's, then the PM's."""
    return read_traits(resource("data/traits.toml"))


def read_traits(path: Path) -> tuple[Trait, ...]:
    """The traits of a TOML file; `ModelError` names the file, the trait and the fault."""
    import tomllib

    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError(f"{path}: the traits can't be read: {error}") from error
    tables = document.get("trait")
    if not isinstance(tables, list) or not tables:
        raise ModelError(f"{path}: there is no [[trait]] in it")
    traits = tuple(as_trait(table, where=f"{path}: trait {number}") for number, table in enumerate(tables, start=1))
    keys = [trait.key for trait in traits]
    doubled = sorted({key for key in keys if keys.count(key) > 1})
    if doubled:
        raise ModelError(f"{path}: the key {doubled[0]!r} stands there twice")
    return traits


def as_trait(table: object, *, where: str) -> Trait:
    """One `[[trait]]` table in, a `Trait` out, every field present and of its type."""
    if not isinstance(table, Mapping):
        raise ModelError(f"{where} is not a table")
    known = [field.name for field in fields(Trait)]
    unknown = sorted(set(table) - set(known))
    if unknown:
        raise ModelError(f"{where}: unknown field {unknown[0]!r}; known are {', '.join(known)}")
    return Trait(
        key=_text(table, "key", where=where),
        side=_choice(table, "side", SIDES, where=where),
        part=_choice(table, "part", PARTS, where=where),
        label=_text(table, "label", where=where),
        sentence=_text(table, "sentence", where=where),
        examples=_texts(table, "examples", where=where),
        near_misses=_texts(table, "near_misses", where=where),
    )


def _text(table: Mapping[str, object], name: str, *, where: str) -> str:
    value = table.get(name)
    if not isinstance(value, str) or not value.strip():
        raise ModelError(f"{where}: {name!r} must be a text")
    return value


def _choice(table: Mapping[str, object], name: str, choices: tuple[Choice, ...], *, where: str) -> Choice:
    value = _text(table, name, where=where)
    for choice in choices:
        if choice == value:
            return choice
    raise ModelError(f"{where}: {name!r} is {value!r}; it must be one of {', '.join(choices)}")


def _texts(table: Mapping[str, object], name: str, *, where: str) -> tuple[str, ...]:
    values = table.get(name)
    if not isinstance(values, list) or not values or not all(isinstance(value, str) and value for value in values):
        raise ModelError(f"{where}: {name!r} must be a list of texts")
    return tuple(values)
