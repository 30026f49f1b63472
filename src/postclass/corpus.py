"""Postings and label files go in; documents to learn from and to measure on come out: masked words, labels, evidence.

Labels name line numbers of `lines`, the text that the annotators saw. This package's own lines differ from those, so
the evidence is carried over by matching text, and what finds no partner is counted.
"""

import hashlib
import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from postclass.errors import InputError, TrainingError
from postclass.features import read_posting, words_of
from postclass.posting import Posting
from postclass.titles import Claim, claimed_level
from postclass.traits import load_traits

Gold = Literal["director", "pm", "neither"]
# Two lines are the same where this share of the shorter one's word triples stands in both.
SAME = 0.6
# An annotated line of fewer word triples has one partner, the likest; a longer one may have been split here.
SHORT = 12
# What holds one of these is the address of a site, a page or a mailbox. Without a scheme, a path or "www." only a few
# endings tell one from a full stop that lacks its space.
_ADDRESS = re.compile(r"@|://|\bwww\.|\w\.[a-z]{2,}/|\w\.(?:com|org|net|io|co|ai|edu|gov|ly)\b", re.IGNORECASE)
_LEVELS = {"director", "pm", "neither"}


@dataclass(frozen=True, slots=True)
class Document:
    """A posting to learn from: its masked words by line, and its labels where it has some."""

    id: str
    posting: Posting
    employer: str
    source: str
    gold: bool  # from --postings (full postings, measured on), not from --weak
    claim: Claim
    words: tuple[list[str], ...]
    names_role: bool = False
    addresses: frozenset[str] = frozenset()  # words that stand in its addresses and nowhere else in it
    level: Gold | None = None
    clear: bool = False
    rung: str | None = None  # of the employer's own ladder
    # for each trait the lines (own numbering, from 0) that show it; a group of lines for each annotated one
    evidence: Mapping[str, tuple[tuple[int, ...], ...]] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The masked words, one line a line."""
        return "\n".join(" ".join(line) for line in self.words)


@dataclass(frozen=True, slots=True)
class Corpus:
    """The documents, sorted by id so that the order of the input leaves no trace, and how evidence was carried over."""

    documents: tuple[Document, ...]
    evidence_lines: int
    evidence_lost: int


def read_corpus(postings: Path, labels: Sequence[Path], weak: Sequence[Path]) -> Corpus:
    """Reads gold postings, label files (for any of the postings, by id) and weak postings, labelled by their titles."""
    readings: dict[str, Mapping[str, Any]] = {}
    for path in labels:
        readings.update((str(label["id"]), label) for label in _read_labels(path, _shipped_keys()))
    documents: list[Document] = []
    total = lost = 0
    for path, gold in ((postings, True), *((path, False) for path in weak)):
        for row in _rows(path):
            document, found, missed = _document(row, readings.get(str(row["id"])), gold=gold)
            documents.append(document)
            total, lost = total + found + missed, lost + missed
    if not any(document.gold and document.level for document in documents):
        raise TrainingError(f"{postings}: none of its postings has a label; ids of postings and labels must match")
    return Corpus(tuple(sorted(documents, key=lambda d: (not d.gold, d.id))), total, lost)


def read_labelled(
    postings: Path, labels: Sequence[Path], *, traits: Collection[str] | None = None
) -> tuple[Document, ...]:
    """Reads the postings that label files name, by id or by the SHA-256 of their descriptions, sorted by id.

    `traits` are the keys that labels may use, by themselves those of `data/traits.toml`. Raises `InputError` for files
    that can't be read, and `TrainingError` where no posting is labelled.
    """
    keys = _shipped_keys() if traits is None else set(traits)
    readings = {str(label["id"]): label for path in labels for label in _read_labels(path, keys)}
    found: dict[str, Document] = {}
    for row in _rows(postings):
        named = next((name for name in (row["id"], _digest(row)) if name in readings), None)
        if named is not None:
            found[named] = _document({**row, "id": named}, readings[named], gold=True)[0]
    if not found:
        raise TrainingError(f"{postings}: none of its postings has a label; ids of postings and labels must match")
    return tuple(found[name] for name in sorted(found))


def _digest(row: Mapping[str, Any]) -> str:
    return hashlib.sha256(str(row.get("description") or "").encode("utf-8", "surrogatepass")).hexdigest()


def _shipped_keys() -> set[str]:
    return {trait.key for trait in load_traits()}


def _read_labels(path: Path, keys: set[str]) -> Iterator[Mapping[str, Any]]:
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8"
        raise InputError(f"{path}: {reason}; give a JSONL file of labels") from error
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            label = json.loads(line)
            label.setdefault("traits", {})  # a level alone is a label too
            fault = _fault(label, keys)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise InputError(
                f"{path}, line {number}: not a label ({error!r}); the guide's format is JSON, one a line"
            ) from error
        if fault:
            raise InputError(f"{path}, line {number}: {fault}")
        yield label


def _fault(label: Mapping[str, Any], keys: set[str]) -> str | None:
    """What is wrong with a label, or None."""
    if label["level"] not in _LEVELS or "id" not in label:
        return f"a label needs id, level ({', '.join(sorted(_LEVELS))}) and traits"
    if unknown := sorted(label["traits"].keys() - keys):
        return f"no trait is called {unknown[0]!r}; `postclass traits` lists them"
    if not all(type(line) is int for lines in label["traits"].values() for line in lines):
        return "a label's traits name lines by their numbers"
    if not isinstance(label.get("rung") or "", str):
        return "a label's rung is a name"
    return None


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    try:
        frame = pd.read_parquet(path) if path.suffix == ".parquet" else pd.read_json(path, lines=True, dtype=False)
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: can't be read ({error}); give Parquet or JSONL") from error
    missing = [name for name in ("title", "description") if name not in frame.columns]
    if missing:
        raise InputError(f"{path}: no column {missing[0]!r} among {', '.join(map(str, frame.columns))}")
    for number, row in enumerate(frame.to_dict("records"), start=1):
        given = {str(name): value for name, value in row.items() if not (isinstance(value, float) and value != value)}  # noqa: PLR0124 - NaN
        for name in ("title", "company", "description"):
            if not isinstance(given.get(name) or "", str):
                raise InputError(f"{path}, row {number}: {name} is not a text but {given[name]!r:.40}")
        yield {**given, "id": str(given["id"]) if "id" in given else _named(given)}


def _named(row: Mapping[str, Any]) -> str:
    """A name for a row that has none, made of what it says: its place in the file must leave no trace in a model."""
    said = json.dumps([row.get(name) for name in ("title", "company", "employer", "description")])
    return f"unnamed-{hashlib.sha256(said.encode()).hexdigest()}"


def _document(row: Mapping[str, Any], label: Mapping[str, Any] | None, *, gold: bool) -> tuple[Document, int, int]:
    posting = Posting(row.get("description") or "", title=row.get("title") or None, company=row.get("company") or None)
    reading = read_posting(posting)
    employer = row.get("employer") or posting.company or ""
    words = reading.words
    own = [_triples(line.text) for line in reading.text.lines]
    # without lines of their own, labels count this package's
    seen = [_triples(line) for line in map(str, row["lines"])] if "lines" in row else own
    shown = int(row.get("lines_shown", len(seen)))
    if 0 < shown < len(seen):  # the annotators did not see the rest
        words = words[
            : 1 + max((i for i, line in enumerate(own) if _same(line, set().union(*seen[:shown]), line)), default=-1)
        ]
    evidence: dict[str, tuple[tuple[int, ...], ...]] = {}
    found = missed = 0
    for trait, numbers in ({} if label is None else label["traits"]).items():
        groups = [
            () if not 0 < n <= len(seen) else (n - 1,) if seen is own else _partners(seen[n - 1], own[: len(words)])
            for n in numbers
        ]
        found, missed = found + sum(map(bool, groups)), missed + sum(not group for group in groups)
        evidence[trait] = tuple(group for group in groups if group)
    document = Document(
        id=row["id"],
        posting=posting,
        # invented employers prove nothing about how widely a term is used: the privacy promise counts real ones
        employer=f"(none) {row['id']}" if row.get("invented") else employer or f"(none) {row['id']}",
        source=row.get("source_repo") or "",
        gold=gold,
        claim=claimed_level(posting.title or ""),
        words=words,
        names_role=reading.names_role,
        addresses=_address_words("\n".join(reading.masked)),
        level=None if label is None else label["level"],
        clear=label is not None and label.get("conf") == "clear",
        rung=None if label is None else label.get("rung"),
        evidence=evidence,
    )
    return document, found, missed


def _address_words(text: str) -> frozenset[str]:
    """The words of a text that stand in its addresses and nowhere else in it."""
    inside: set[str] = set()
    outside: set[str] = set()
    for piece in text.split():
        (inside if _ADDRESS.search(piece) else outside).update(words_of(piece))
    return frozenset(inside - outside)


def _triples(line: str) -> set[str]:
    words = [word for word in words_of(line) if word != "role"]
    if len(words) < 3:  # noqa: PLR2004 - a triple
        return {" ".join(words)} if words else set()
    return set(map(" ".join, zip(words, words[1:], words[2:], strict=False)))


def _same(line: set[str], other: set[str], shorter: set[str]) -> bool:
    return bool(line) and len(line & other) >= max(1, SAME * len(shorter))


def _partners(line: set[str], own: Iterable[set[str]]) -> tuple[int, ...]:
    """The own lines that an annotated line corresponds to."""
    same = [(i, other) for i, other in enumerate(own) if _same(other, line, min(other, line, key=len))]
    if len(same) > 1 and len(line) < SHORT:
        same = [max(same, key=lambda pair: len(pair[1] & line) / len(pair[1] | line))]
    return tuple(i for i, _ in same)
