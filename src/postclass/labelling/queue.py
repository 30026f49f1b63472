"""Postings and a model in, those worth a person's minute out: where the model is unsure, and some taken by chance.

Two passes: all postings by the quick scorer, of which the best few are kept; these are then read closely. Three of ten
are taken by chance: labels of doubtful postings alone lead a model astray (`benchmarks/label_queue.py` measures both),
and postings taken by chance tell how often a model is right.
"""

import heapq
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from itertools import count
from math import exp
from random import Random

from postclass.agreement import Agreement, agreement
from postclass.batches import to_batch, verdicts_of
from postclass.features import Reading, read_posting
from postclass.judge import JudgeSettings, Model
from postclass.labels import label_id
from postclass.opinion import form_opinion
from postclass.posting import Posting, Rejection
from postclass.scorer import Scorer
from postclass.twins import near
from postclass.verdict import Level, Verdict

CHUNK = 1024  # postings judged at a time
SHORTLIST = 20  # postings read closely, for each one that is asked for: reading one takes some 5 ms
DRAWN = 3  # postings drawn by chance, for each one that is asked for: some are taken already, or twins of others
# What each signal is worth beside uncertainty (0 to 1): see docs/experiments.md.
TITLE, APART, UNKNOWN = 0.1, 0.15, 0.5
BY_CHANCE = (2, 5, 8)  # places of each ten
SEED = 0  # of chance, one for all: the same file gives the same queue
# From where on a signal is told as a reason.
UNSURE, SPLIT, STRANGE = 0.5, 0.5, 0.15
REASONS = ("uncertain", "close", "title", "traits_wording", "unfamiliar", "likely_director", "chance")


@dataclass(frozen=True, slots=True, kw_only=True)
class Signals:
    """What speaks for reading a posting, each from 0 to 1 but for the probability itself."""

    p_director: float
    mismatch: float = 0.0  # the probability that title and text are of different levels
    apart: float = 0.0  # how far the traits and the wording pull apart
    unknown: float = 0.0  # the share of its words that the model has never seen


def worth(signals: Signals) -> float:
    """How much a person's reading would tell: highest where the model is least sure."""
    unsure = 1 - abs(2 * signals.p_director - 1)
    return unsure + TITLE * signals.mismatch + APART * signals.apart + UNKNOWN * signals.unknown


@dataclass(frozen=True, slots=True)
class Pick:
    """A posting worth reading, what the model said of it, how much it is worth and why (codes of REASONS)."""

    posting: Posting
    level: Level
    p_director: float
    score: float
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Queue:
    """The picks, and what became of all the other records."""

    picks: tuple[Pick, ...]
    rejections: tuple[Rejection, ...]
    left: int  # postings that are not in the queue, for all reasons
    unusable: int  # of them: without text that could be judged
    out_of_scope: int  # of them: of other trades
    labelled: int  # of them: with a label already
    twins: int  # of them: nearly the same as one in the queue


@dataclass(frozen=True, slots=True)
class _Found:
    place: int  # among the postings that were judged
    posting: Posting
    verdict: Verdict
    agreed: Agreement
    signals: Signals


def make_queue(  # noqa: PLR0913 - a run has as many settings
    records: Iterable[Posting | Rejection],
    model: Model,
    *,
    size: int,
    labelled: Collection[str] = (),
    prior: float | None = None,
    progress: Callable[[int], None] | None = None,
) -> Queue:
    """Picks `size` postings of a source that are worth a label; `labelled` are ids that need none.

    Those at BY_CHANCE of each ten are taken by chance, the others are the best that are left. `progress` is told how
    many records are done. Holds the texts of SHORTLIST times `size` postings in memory.
    """
    sieve = _Sieve(model, keep=max(size * SHORTLIST, CHUNK), draw=size * DRAWN, labelled=labelled, prior=prior)
    for number, record in enumerate(records, start=1):
        sieve.take(record)
        if progress is not None:
            progress(number)
    found, drawn = sieve.found()
    best = sorted((_read(one, model, prior=prior) for one in found), key=lambda one: (-worth(one.signals), one.place))
    chosen, twins = _distinct(best, drawn, size)
    picks = [
        _pick(_read(one, model, prior=prior) if is_by_chance(place) else one, by_chance=is_by_chance(place))
        for place, one in enumerate(chosen)
    ]
    return Queue(
        picks=tuple(picks),
        rejections=tuple(sieve.rejections),
        left=sieve.postings - len(picks),
        unusable=sieve.unusable,
        out_of_scope=sieve.out_of_scope,
        labelled=sieve.labelled,
        twins=twins,
    )


class _Sieve:
    """The first pass: all postings in; the `keep` best by the verdict alone, and `draw` by chance, out."""

    def __init__(self, model: Model, *, keep: int, draw: int, labelled: Collection[str], prior: float | None) -> None:
        self._scorer = Scorer(model, JudgeSettings(explain="none", prior=prior))
        self._known = frozenset(labelled)
        self._waiting: list[Posting] = []
        self._best, self._drawn = _Largest(keep), _Largest(draw)
        self._place = count()
        self._chance = Random(SEED)  # noqa: S311 - a draw, not a secret
        self.rejections: list[Rejection] = []
        self.postings = self.unusable = self.out_of_scope = self.labelled = 0

    def take(self, record: Posting | Rejection) -> None:
        """One record more."""
        if isinstance(record, Rejection):
            self.rejections.append(record)
            return
        self.postings += 1
        if label_id(record) in self._known:
            self.labelled += 1
            return
        self._waiting.append(record)
        if len(self._waiting) == CHUNK:
            self._judge()

    def found(self) -> tuple[list[_Found], list[_Found]]:
        """The best of all that were taken, and those drawn by chance, in the order of their lots."""
        self._judge()
        return self._best.kept(), self._drawn.kept()

    def _judge(self) -> None:
        verdicts = verdicts_of(self._scorer.judge(to_batch(self._waiting))) if self._waiting else ()
        for posting, verdict in zip(self._waiting, verdicts, strict=True):
            if verdict.p_director is None:
                self.unusable += 1
            elif verdict.level == "out_of_scope":
                self.out_of_scope += 1
            else:
                agreed = agreement(posting.title, verdict)
                signals = Signals(p_director=verdict.p_director, mismatch=agreed.mismatch or 0.0)
                found = _Found(next(self._place), posting, verdict, agreed, signals)
                self._best.offer(worth(signals), found)
                self._drawn.offer(self._chance.random(), found)
        self._waiting = []


class _Largest:
    """Those of the largest values out of all that are offered; of two equal ones the earlier."""

    def __init__(self, size: int) -> None:
        self._size, self._number = size, count()
        self._heap: list[tuple[float, int, _Found]] = []

    def offer(self, value: float, found: _Found) -> None:
        """One more."""
        entry = (value, -next(self._number), found)
        (heapq.heappush if len(self._heap) < self._size else heapq.heappushpop)(self._heap, entry)

    def kept(self) -> list[_Found]:
        """Those kept, largest first."""
        return [found for _, _, found in sorted(self._heap, key=lambda entry: entry[:2], reverse=True)]


def _read(found: _Found, model: Model, *, prior: float | None) -> _Found:
    """The second pass: whether traits and wording pull apart, and how much of the text is new to the model."""
    reading = read_posting(found.posting)
    opinion = form_opinion(model.parts, reading.words, prior=prior)
    traits, wording = sum(opinion.shares), opinion.wording
    pull = min(abs(traits), abs(wording)) if traits * wording < 0 else 0.0
    signals = Signals(
        p_director=found.signals.p_director,
        mismatch=found.signals.mismatch,
        apart=1 - exp(-pull),
        unknown=unknown_share(reading, model),
    )
    return replace(found, signals=signals)


def unknown_share(reading: Reading, model: Model) -> float:
    """The share of a text's words, masked ones left out, that are no term of the model's wording."""
    words = [word for line in reading.words for word in line if word != "role"]
    index = model.parts.level_space.index
    return sum(word not in index for word in words) / max(1, len(words))


def _distinct(best: list[_Found], drawn: list[_Found], size: int) -> tuple[list[_Found], int]:
    """`size` postings of the two, none a twin of an earlier one, and how many twins were passed over."""
    every = list({one.place: one for one in (*best, *drawn)}.values())
    group_of = {one.place: one.place for one in every}
    for group, _ in near([one.posting.description for one in every]):
        group_of.update((every[member].place, every[group[0]].place) for member in group)
    seen: set[int] = set()
    groups: set[int] = set()
    picked: list[_Found] = []
    ways = {False: iter(best), True: iter(drawn)}
    while len(picked) < size and len(seen) < len(every):
        by_chance = is_by_chance(len(picked))
        found = next(ways[by_chance], None) or next(ways[not by_chance])
        if found.place in seen:
            continue
        seen.add(found.place)
        if group_of[found.place] not in groups:
            groups.add(group_of[found.place])
            picked.append(found)
    return picked, len(seen) - len(picked)


def is_by_chance(place: int) -> bool:
    """Whether the posting at a place of a queue (from 0) is taken by chance."""
    return place % 10 in BY_CHANCE


def _pick(found: _Found, *, by_chance: bool) -> Pick:
    signals, verdict = found.signals, found.verdict
    told = {
        "uncertain": 1 - abs(2 * signals.p_director - 1) >= UNSURE,
        "close": verdict.level == "unclear",
        "title": found.agreed.kind in {"inflated", "deflated"} or "weak" in found.agreed.notes,
        "traits_wording": signals.apart >= SPLIT,
        "unfamiliar": signals.unknown >= STRANGE,
        "likely_director": verdict.level == "director",
        "chance": by_chance,
    }
    reasons = tuple(code for code in REASONS if told[code])
    return Pick(found.posting, verdict.level, signals.p_director, worth(signals), reasons)


def to_row(pick: Pick) -> dict[str, object]:
    """A pick as its line of JSON, fields as in `docs/labelling.md`."""
    posting = pick.posting
    return {
        "row": posting.row,
        "id": posting.id,
        "title": posting.title,
        "company": posting.company,
        "level": pick.level,
        "p_director": pick.p_director,
        "score": pick.score,
        "reasons": list(pick.reasons),
    }
