"""Two portraits of postings go in, OLD and NEW; what has moved between them comes out, and what chance would move."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from postclass import __version__
from postclass.batches import Chunk
from postclass.chances import Reals, Share, difference, holm, stability
from postclass.judge import JudgeSettings, Model
from postclass.newwords import rising_terms, unknown_words
from postclass.portrait import PRODUCT, RECORDS, REJECTED, SCORES, USABLE, VERDICTS, Groups, Portrait, Wholes, edge
from postclass.scorer import Scorer
from postclass.shifts import KINDS, LARGE_SHIFT, SOME_SHIFT, Band, Drift, Kind, ScoreShift, Shift, Side, Witnesses
from postclass.verdict import LEVELS, NOTES

# The chance of a false alarm in a whole comparison, however many tests it holds: who compares every week is alarmed for
# nothing once in two years.
ALPHA = 0.01
# What is sure may still be too small to matter. Shares that move less than this are not called moved: a level or an
# abstention by 3 points in 100, a trait, of which a posting shows eight, by 5, and new words, which are few, by 1.
LEAST: Mapping[Kind, float] = {"levels": 0.03, "abstention": 0.03, "traits": 0.05, "vocabulary": 0.01}
MOST_BINS = 10  # of a score: tenths of OLD
PER_BIN = 10  # postings of OLD in each at the least
# Fewer employers than this are no witnesses of a market: each posting is one then.
FEWEST_EMPLOYERS = 10


def portray(
    chunks: Iterator[Chunk],
    model: Model,
    *,
    prior: float | None = None,
    progress: Callable[[int], None] | None = None,
) -> Portrait:
    """Judges all records of a source into a portrait; `progress` is told how many records are done so far."""
    scorer = Scorer(model, JudgeSettings(explain="terms", prior=prior))
    portrait, done = Portrait(model.parts.traits), 0
    for chunk in chunks:
        if chunk.postings.num_rows:
            portrait.add(chunk.postings, scorer.judge(chunk.postings))
        portrait.reject(chunk.rejections)
        done += chunk.records
        if progress is not None:
            progress(done)
    return portrait


def drift(
    old: Portrait, new: Portrait, model: Model, *, names: tuple[str, str] = ("old", "new"), prior: float | None = None
) -> Drift:
    """Holds two portraits by the same model against each other."""
    sides = _side(old, names[0]), _side(new, names[1])
    by: Witnesses = "employers" if all(map(_has_employers, sides)) else "postings"
    groups = (old.by_employer, new.by_employer) if by == "employers" else (old.by_posting, new.by_posting)
    words = old.words(), new.words()
    shares = list(_shares(old.columns, *groups, traits=model.parts.traits))
    shares.append(("vocabulary", "unknown_words", *unknown_words(words, model, by=by)))
    shifts, scores = _decided(
        [_shift(kind, key, before, after) for kind, key, before, after in shares],
        [_score(name, groups[0].scores[name], groups[1].scores[name]) for name in SCORES],
    )
    return Drift(
        old=sides[0],
        new=sides[1],
        witnesses=by,
        scores=scores,
        shifts=shifts,
        terms=rising_terms(words, model, by=by, alpha=ALPHA),
        made={"postclass": __version__, "model": str(model.manifest.get("name", "")), "prior": prior, "alpha": ALPHA},
    )


def _side(portrait: Portrait, name: str) -> Side:
    verdicts = portrait.by_employer.counts[:, portrait.columns[VERDICTS]]
    return Side(
        name=name,
        records=portrait.total(RECORDS),
        rejected=portrait.total(REJECTED),
        usable=portrait.total(USABLE),
        product=portrait.total(PRODUCT),
        named=portrait.named,
        employers=int(np.count_nonzero(verdicts)),
        rejections=dict(portrait.rejections),
    )


def _has_employers(side: Side) -> bool:
    return side.employers >= FEWEST_EMPLOYERS and side.named >= (side.records - side.rejected) / 2


def _shares(
    columns: Mapping[str, int], old: Groups, new: Groups, *, traits: Sequence[str]
) -> Iterator[tuple[Kind, str, Share, Share]]:
    """Every share that is compared: its kind, its key, and the counts of both sides."""

    def both(key: str, of: str) -> tuple[Share, Share]:
        before, after = (
            Share(*(side.counts[:, columns[name]].astype(np.float64) for name in (key, of))) for side in (old, new)
        )
        return before, after

    for level in LEVELS:
        yield "levels", level, *both(level, VERDICTS)
    for note in NOTES:
        yield "abstention", note, *both(note, VERDICTS)
    yield "abstention", "rejected", *both(REJECTED, RECORDS)
    for trait in traits:
        yield "traits", trait, *both(trait, PRODUCT)


def _shift(kind: Kind, key: str, old: Share, new: Share) -> Shift:
    told = difference(old, new)
    return Shift(kind, key, old.value, new.value, told.low, told.high, told.p, moved=False)


def _score(name: str, old: Wholes, new: Wholes) -> ScoreShift:
    cuts = _cuts(old.sum(axis=0))
    before, after = (_binned(counts.astype(np.float64), cuts) for counts in (old, new))
    told = stability(before, after, alpha=ALPHA / (len(KINDS) * len(SCORES)))
    band: Band = "stable" if told.index < SOME_SHIFT else "some shift" if told.index < LARGE_SHIFT else "large shift"
    a, b = (tuple((side.sum(axis=0) / max(1.0, side.sum())).tolist()) for side in (before, after))
    return ScoreShift(
        name, told.index, told.by_chance, band, told.p, moved=False, edges=tuple(map(edge, cuts)), old=a, new=b
    )


def _cuts(counts: Wholes) -> list[int]:
    """The steps at which OLD's counts come to each tenth, or fewer parts where there is little of it."""
    total = int(counts.sum())
    parts = max(1, min(MOST_BINS, total // PER_BIN))
    sums = np.cumsum(counts)
    at = {int(np.searchsorted(sums, total * part / parts)) + 1 for part in range(1, parts)}
    return sorted(cut for cut in at if sums[cut - 1] < total)


def _binned(counts: Reals, cuts: Sequence[int]) -> Reals:
    return np.add.reduceat(counts, [0, *cuts], axis=1)


def _decided(shifts: list[Shift], scores: list[ScoreShift]) -> tuple[tuple[Shift, ...], tuple[ScoreShift, ...]]:
    """Raises the p-values for all tests together, and says what moved: surely, and far enough to matter."""
    of_shares = dict[tuple[str, str], float]()
    for kind in KINDS:
        of_kind = [shift for shift in shifts if shift.kind == kind]
        raised = _raised([shift.p for shift in of_kind])
        of_shares |= {(kind, shift.key): p for shift, p in zip(of_kind, raised, strict=True)}
    told = tuple(
        replace(shift, p=p, moved=p < ALPHA and abs(shift.difference) >= LEAST[shift.kind])
        for shift, p in ((shift, of_shares[shift.kind, shift.key]) for shift in shifts)
    )
    of_scores = tuple(
        replace(score, p=p, moved=p < ALPHA and score.index >= SOME_SHIFT)
        for score, p in ((score, min(1.0, len(KINDS) * len(scores) * score.p)) for score in scores)
    )
    return told, of_scores


def _raised(p: Sequence[float]) -> list[float]:
    """The p-values of the tests of one kind, raised for one another and for the other kinds."""
    return [min(1.0, len(KINDS) * raised) for raised in holm(p)]
