"""What the formats of other tools share: a posting with its label on the way out, the same as it comes back."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from postclass.errors import RecordError
from postclass.labelling.sheet import Sheet
from postclass.labelling.spans import Span, lines_of, span_of
from postclass.labels import Label, as_label


@dataclass(frozen=True, slots=True)
class Task:
    """A posting for another tool: its text, whose lines labels count, and its label where it has one."""

    id: str
    lines: tuple[str, ...]
    label: Label | None = None

    @property
    def text(self) -> str:
        """The lines as one text."""
        return "\n".join(self.lines)

    def marks(self) -> list[tuple[str, int, Span]]:
        """Each line that shows a trait: the trait's key, the line, and where it stands in the text."""
        traits: Mapping[str, Sequence[int]] = {} if self.label is None else self.label.traits
        return [(key, line, span_of(self.lines, line)) for key, lines in traits.items() for line in lines]


def tasks_of(sheets: Iterable[Sheet], labels: Iterable[Label]) -> tuple[Task, ...]:
    """All postings as tasks; a line break within a line becomes a space, so that no line is two elsewhere."""
    by_id = {label.id: label for label in labels}
    return tuple(
        Task(sheet.id, tuple(line.replace("\n", " ") for line in sheet.lines), by_id.get(sheet.id)) for sheet in sheets
    )


@dataclass(frozen=True, slots=True)
class Return:
    """What came back of a task: its choices hold the level and the conf, its marks the traits."""

    id: object
    text: str
    choices: Sequence[str]
    marks: Sequence[tuple[str, Span]]
    others: object = None


def label_of(back: Return, keys: Sequence[str]) -> Label:
    """What came back as a label; raises `RecordError` if it is none."""
    lines = back.text.split("\n")
    traits: dict[str, list[int]] = {}
    for key, span in back.marks:
        numbers = traits.setdefault(key, [])
        numbers += [number for number in lines_of(lines, span) if number not in numbers]
    conf = [choice for choice in back.choices if choice in {"clear", "lean"}]
    levels = [choice for choice in back.choices if choice not in {"clear", "lean"}]
    if len(levels) != 1 or len(conf) > 1:
        raise RecordError(f"it needs one level and at most one conf, and has {', '.join(back.choices) or 'neither'}")
    further = json.loads(back.others) if isinstance(back.others, str) else back.others
    record: dict[str, Any] = {**(further if isinstance(further, dict) else {})}
    record |= {"id": back.id, "level": levels[0], "conf": conf[0] if conf else "clear", "traits": traits}
    label = as_label(record, keys)
    if isinstance(label, str):
        raise RecordError(label)
    return label
