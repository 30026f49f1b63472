"""The project's own labelled postings go in; those nearest in wording to a posting come out, some of each level."""

import json
from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from postclass.features import Reading, Space, read_posting
from postclass.finding import Example, Side
from postclass.opinion import Parts
from postclass.posting import Posting
from postclass.resources import resource

NEAREST = 2  # of each level
LINES = 3  # of an example that show its traits
POSTINGS, LABELS = "data/labelled/postings.jsonl", "data/labelled/labels.jsonl"


@dataclass(frozen=True, slots=True)
class Labelled:
    """A posting of the project's own and its labels: its level, and a line for each trait that it shows."""

    posting: Posting
    level: Side
    lines: tuple[tuple[str, str], ...]


@lru_cache(maxsize=1)
def labelled() -> tuple[Labelled, ...]:
    """The project's own product-management postings, those of neither level left out."""
    labels = {label["id"]: label for label in _records(LABELS)}
    return tuple(
        Labelled(
            Posting(row["description"], title=row["title"], company=row["company"], id=row["id"]),
            label["level"],
            tuple((trait, row["lines"][numbers[0] - 1]) for trait, numbers in label["traits"].items() if numbers),
        )
        for row in _records(POSTINGS)
        if (label := labels[row["id"]])["level"] != "neither"
    )


def _records(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in resource(name).read_text(encoding="utf-8").split("\n") if line]


class Examples:
    """Finds the labelled postings nearest to others in a model's level space."""

    def __init__(self, parts: Parts) -> None:
        self._space = parts.level_space
        # For each term, the examples that hold it and its value there.
        self._holders = defaultdict[int, list[tuple[int, float]]](list)
        for number, example in enumerate(labelled()):
            for term, value in _values(self._space, read_posting(example.posting)):
                self._holders[term].append((number, value))

    def nearest(self, reading: Reading) -> tuple[Example, ...]:
        """Two directors' and two PMs' postings, each side nearest first; the posting itself is none of them."""
        own = labelled()
        likeness = [0.0] * len(own)
        for term, value in _values(self._space, reading):
            for number, other in self._holders.get(term, ()):
                likeness[number] += value * other
        order = sorted(range(len(own)), key=lambda number: (-likeness[number], own[number].posting.id or ""))
        order = [number for number in order if likeness[number] < 1 - 1e-9]
        return tuple(
            _example(own[number], likeness[number])
            for side in ("director", "pm")
            for number in [number for number in order if own[number].level == side][:NEAREST]
        )


def _values(space: Space, reading: Reading) -> list[tuple[int, float]]:
    terms, values = space.values([word for words in reading.words for word in words])
    norm = sum(value * value for value in values) ** 0.5 or 1.0
    return [(term, value / norm) for term, value in zip(terms, values, strict=True)]


def _example(example: Labelled, likeness: float) -> Example:
    posting = example.posting
    return Example(
        posting.id or "", posting.title or "", posting.company or "", example.level, likeness, example.lines[:LINES]
    )
