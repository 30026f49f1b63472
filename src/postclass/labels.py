"""A file of labels in the guide's format in, its `Label`s and what is wrong with its lines out; and back into a file.

One JSON object a line: `{"id": …, "level": "director|pm|neither", "conf": "clear|lean", "traits": {"key": [line, …]}}`.
Lines count from 1 in the posting's own `lines` where its file holds them, and else in the lines that `postclass` makes
of its description. Other keys (`note`, `rung` …) are kept as they are.
"""

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, get_args

from postclass.errors import InputError
from postclass.posting import Posting
from postclass.traits import load_traits

Gold = Literal["director", "pm", "neither"]
Confidence = Literal["clear", "lean"]
GOLD: tuple[Gold, ...] = get_args(Gold)
CONFIDENCES: tuple[Confidence, ...] = get_args(Confidence)
TOLD = 5  # faults of a file in one message; `label check` lists them all
_KEYS = ("id", "level", "conf", "traits")


@dataclass(frozen=True, slots=True)
class Label:
    """What a reader said of one posting: its level, how sure, and the lines that show each trait."""

    id: str
    level: Gold
    conf: Confidence = "clear"
    traits: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    others: Mapping[str, Any] = field(default_factory=dict)  # further keys of its line, kept when it is written


@dataclass(frozen=True, slots=True)
class Fault:
    """A line of a file that is no label, or a wrong one."""

    path: str
    line: int
    reason: str

    def __str__(self) -> str:
        return f"{self.path}, line {self.line}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Labels:
    """The labels of a file in their order, the line each stands in, and the faults of the other lines."""

    labels: tuple[Label, ...]
    lines: tuple[int, ...]
    faults: tuple[Fault, ...]
    path: str

    def checked(self) -> tuple[Label, ...]:
        """The labels of a file without faults; raises `InputError` that tells the first ones."""
        return sound(self.labels, self.faults)


def label_id(posting: Posting) -> str:
    """What a posting is called in labels: its id, and without one the SHA-256 of its description."""
    return posting.id or hashlib.sha256(posting.description.encode("utf-8", "surrogatepass")).hexdigest()


def read_labels(path: Path, *, traits: Collection[str] | None = None) -> Labels:
    """Reads a file of labels; `traits` are the keys that they may use, by themselves those of `data/traits.toml`.

    Raises `InputError` if the file can't be read; what is wrong with its lines is in `faults`.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8"
        raise InputError(f"{path}: {reason}; give a JSONL file of labels") from error
    keys = {trait.key for trait in load_traits()} if traits is None else set(traits)
    labels: list[Label] = []
    numbers: list[int] = []
    faults: list[Fault] = []
    seen: dict[str, int] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        label = as_label(_parsed(line), keys)
        if isinstance(label, Label) and label.id in seen:
            label = f"the id {label.id!r} stands in line {seen[label.id]} already; keep one of the two"
        if isinstance(label, str):
            faults.append(Fault(str(path), number, label))
            continue
        seen[label.id] = number
        labels.append(label)
        numbers.append(number)
    return Labels(tuple(labels), tuple(numbers), tuple(faults), str(path))


def _parsed(line: str) -> object:
    try:
        value: object = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return value


def as_label(value: object, keys: Collection[str]) -> Label | str:  # noqa: PLR0911 - one for each fault
    """A JSON value as a label, or what is wrong with it."""
    if not isinstance(value, Mapping):
        return "not a JSON object; the guide's format is one object a line"
    name, level, conf, traits = value.get("id"), value.get("level"), value.get("conf", "clear"), value.get("traits", {})
    if isinstance(name, bool) or not isinstance(name, str | int) or name == "":
        return "there is no 'id' that names a posting"
    if level not in GOLD:
        return f"the level is {_shown(level)}; it must be {', '.join(GOLD)}"
    if conf not in CONFIDENCES:
        return f"the conf is {_shown(conf)}; it must be {' or '.join(CONFIDENCES)}"
    if not isinstance(traits, Mapping):
        return "'traits' must be an object: a trait's key, and the lines that show it"
    for key, numbers in traits.items():
        if key not in keys:
            return f"no trait is called {_shown(key)}; `postclass traits` lists them"
        if not isinstance(numbers, list) or not numbers or not all(type(n) is int and n > 0 for n in numbers):
            return f"the lines of {key} are {_shown(numbers)}; they must be line numbers, from 1"
    others = {key: item for key, item in value.items() if key not in _KEYS}
    return Label(str(name), level, conf, {key: tuple(numbers) for key, numbers in traits.items()}, others)


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:39]}…"  # noqa: PLR2004 - a message stays one line


def beyond(labels: Labels, sizes: Mapping[str, int]) -> tuple[Fault, ...]:
    """Labels that name lines which their posting does not have; `sizes` are the postings' numbers of lines, by id."""
    faults = []
    for label, number in zip(labels.labels, labels.lines, strict=True):
        size = sizes.get(label.id)
        for key, lines in label.traits.items():
            if size is not None and max(lines) > size:
                reason = f"{key} names line {max(lines)}, but posting {label.id!r} has {size} lines"
                faults.append(Fault(labels.path, number, reason))
    return tuple(faults)


def sound(labels: tuple[Label, ...], faults: Iterable[Fault]) -> tuple[Label, ...]:
    """The labels, where nothing is wrong; else `InputError` with the first faults."""
    faults = tuple(faults)
    if faults:
        more = f" (and {len(faults) - TOLD} more)" if len(faults) > TOLD else ""
        raise InputError("; ".join(map(str, faults[:TOLD])) + more)
    return labels


def to_line(label: Label) -> str:
    """A label as its line in a file, without the newline."""
    record = {
        "id": label.id,
        "level": label.level,
        "conf": label.conf,
        "traits": {key: list(lines) for key, lines in label.traits.items()},
        **label.others,
    }
    return json.dumps(record, ensure_ascii=False)


def to_bytes(labels: Iterable[Label]) -> bytes:
    """Labels as the content of a file."""
    return "".join(f"{to_line(label)}\n" for label in labels).encode("utf-8", "backslashreplace")
