"""A file of labels in, the answers of a person who is marking out: saved once there is a level, taken back if wrong."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from postclass.errors import OutputError
from postclass.labelling.sheet import Sheet, sizes
from postclass.labels import Confidence, Gold, Label, beyond, read_labels, sound, to_bytes
from postclass.wholefile import WholeFile, write_whole

Stamp = tuple[int, int] | None  # a file's time and size; None where there is none


@dataclass(frozen=True, slots=True)
class Answer:
    """What was said of a posting so far; with a level it is a label."""

    level: Gold | None = None
    conf: Confidence = "clear"
    traits: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    others: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_draft(self) -> bool:
        """Whether traits are marked but no level is given: that is no label, and is lost in the end."""
        return self.level is None and bool(self.traits)

    def toggled(self, trait: str, line: int) -> "Answer":
        """The same answer with a line more for a trait, or without it."""
        lines = self.traits.get(trait, ())
        now = tuple(n for n in lines if n != line) if line in lines else (*lines, line)
        traits = {key: value for key, value in self.traits.items() if key != trait}
        return replace(self, traits={**traits, trait: now} if now else traits)


class Marks:
    """The answers to a file's postings. Whatever is said of a posting with a level is in the file when `say` returns.

    Labels of other postings in the file stay. Raises `InputError` if the file holds a line that is no label.
    """

    def __init__(self, path: Path, sheets: Sequence[Sheet], *, keys: Sequence[str]) -> None:
        self.path, self.sheets, self.keys = path, tuple(sheets), tuple(keys)
        self._stamp = _stamp(path)
        labels: tuple[Label, ...] = ()
        if self._stamp is not None and self._stamp[1]:
            read = read_labels(path, traits=keys)
            labels = sound(read.labels, (*read.faults, *beyond(read, sizes(sheets))))
        self._answers = {label.id: Answer(label.level, label.conf, label.traits, label.others) for label in labels}
        self._past: list[tuple[str, Answer | None]] = []

    def answer(self, sheet: Sheet) -> Answer:
        """What has been said of a posting."""
        return self._answers.get(sheet.id, Answer())

    def say(self, sheet: Sheet, answer: Answer) -> None:
        """Take an answer, and save it if it has a level (or had one).

        Raises `OutputError` if something else has written to the file meanwhile, and `StorageError` if the disk fails;
        the answer is then not taken.
        """
        before = self._answers.get(sheet.id)
        if answer == (before or Answer()):
            return
        self._change(sheet.id, answer)
        self._past.append((sheet.id, before))

    def undo(self) -> Sheet | None:
        """Take back what was said last, and tell of which posting; None where nothing is left to take back."""
        if not self._past:
            return None
        name, before = self._past[-1]
        self._change(name, before)
        self._past.pop()
        return next(sheet for sheet in self.sheets if sheet.id == name)

    @property
    def done(self) -> int:
        """How many of the postings have a level."""
        return sum(self.answer(sheet).level is not None for sheet in self.sheets)

    def drafts(self) -> dict[int, str]:
        """The postings with marks but no level, which no file holds: the place of each (from 1), and its id."""
        pairs = ((place, sheet.id, self.answer(sheet)) for place, sheet in enumerate(self.sheets, start=1))
        return {place: name for place, name, answer in pairs if answer.is_draft}

    def first_open(self) -> int:
        """The place of the first posting without a level, or the last posting."""
        places = (place for place, sheet in enumerate(self.sheets) if self.answer(sheet).level is None)
        return next(places, max(0, len(self.sheets) - 1))

    def _change(self, name: str, answer: Answer | None) -> None:
        before = self._answers.get(name)
        answers = {key: value for key, value in self._answers.items() if key != name or answer is not None}
        if answer is not None:
            answers[name] = answer
        if (answer is not None and answer.level) or (before is not None and before.level):
            self._save(answers)
        self._answers = answers

    def _save(self, answers: Mapping[str, Answer]) -> None:
        if _stamp(self.path) != self._stamp:
            raise OutputError(
                f"{self.path}: something else has written to it; start again to go on with what it holds."
            )
        labels = [
            Label(name, answer.level, answer.conf, _in_order(answer.traits, self.keys), answer.others)
            for name, answer in answers.items()
            if answer.level is not None
        ]
        write_whole(WholeFile(self.path), to_bytes(labels), name=str(self.path))
        self._stamp = _stamp(self.path)


def _in_order(traits: Mapping[str, tuple[int, ...]], keys: Sequence[str]) -> dict[str, tuple[int, ...]]:
    """The traits in the order of every report."""
    return {key: traits[key] for key in keys if key in traits}


def _stamp(path: Path) -> Stamp:
    try:
        found = os.stat(path)  # noqa: PTH116 - its errors alone are of interest
    except FileNotFoundError:
        return None
    return found.st_mtime_ns, found.st_size
