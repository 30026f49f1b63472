"""Two portraits of postings go in, OLD and NEW; what has moved between them comes out, and what chance would move."""

from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np

from postclass import __version__
from postclass.arrangements import Chance, rearranged
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
# From so many groups on either side on, approximations are used; under it arrangements of the groups are tried. More
# than a quarter of `portrait.GROUPS` often hold several witnesses, and can't change sides with those that hold one.
MANY = 64
# Of 10 postings against 30 random splits gave more alarms than ALPHA: sides so unlike are left to approximations too.
UNLIKE = 2

_Compared = tuple[Kind, str, Share, Share]  # a share on both sides, by the same groups


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
    scores = tuple(_score(name, groups[0].scores[name], groups[1].scores[name]) for name in SCORES)
    by_kind = [[share for share in shares if share[0] == kind] for kind in KINDS if kind != "scores"]
    tested = sum(map(_can_move, by_kind)) + any(score.index is not None for score in scores)
    return Drift(
        old=sides[0],
        new=sides[1],
        witnesses=by,
        scores=scores,
        shifts=tuple(shift for of_kind in by_kind for shift in _shifts(of_kind, kinds=max(1, tested))),
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


def _shares(columns: Mapping[str, int], old: Groups, new: Groups, *, traits: Sequence[str]) -> Iterator[_Compared]:
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


def _can_move(shares: Sequence[_Compared]) -> bool:
    """Whether any share is neither none nor all of both sides; a kind where none is takes no part of `ALPHA`."""
    return any(0 < old.counts.sum() + new.counts.sum() < old.size + new.size for _, _, old, new in shares)


def _shifts(shares: Sequence[_Compared], *, kinds: int) -> Iterator[Shift]:
    """How the shares of a kind moved, and whether surely and far enough to matter; p is raised for all tests."""
    told = [difference(old, new) for _, _, old, new in shares]
    alpha = ALPHA / kinds
    sizes = [int(np.count_nonzero(side.of)) for share in shares for side in share[2:]]
    if max(sizes) < min(MANY, UNLIKE * min(sizes)):
        chances = rearranged([share[2:] for share in shares], alpha=alpha)
    else:
        raised = holm([one.p for one in told])
        chances = [Chance(p, one.visible(alpha / len(told))) for one, p in zip(told, raised, strict=True)]
    for (kind, key, old, new), one, chance in zip(shares, told, chances, strict=True):
        p = min(1.0, kinds * chance.p)
        moved = p < ALPHA and abs(one.value) >= LEAST[kind]
        yield Shift(kind, key, old.value, new.value, one.low, one.high, p, chance.visible, moved)


def _score(name: str, old: Wholes, new: Wholes) -> ScoreShift:
    cuts = _cuts(old.sum(axis=0))
    before, after = (_binned(counts.astype(np.float64), cuts) for counts in (old, new))
    tests = len(KINDS) * len(SCORES)
    told = stability(before, after, alpha=ALPHA / tests)
    p = min(1.0, tests * told.p)
    a, b = (tuple((side.sum(axis=0) / max(1.0, side.sum())).tolist()) for side in (before, after))
    return ScoreShift(
        name, told.index, told.by_chance, _band(told.index), p,
        moved=p < ALPHA and told.index is not None and told.index >= SOME_SHIFT,
        edges=tuple(map(edge, cuts)), old=a, new=b,
    )  # fmt: skip


def _band(index: float | None) -> Band | None:
    if index is None:
        return None
    return "stable" if index < SOME_SHIFT else "some shift" if index < LARGE_SHIFT else "large shift"


def _cuts(counts: Wholes) -> list[int]:
    """The steps at which OLD's counts come to each tenth, or fewer parts where there is little of it."""
    total = int(counts.sum())
    parts = max(1, min(MOST_BINS, total // PER_BIN))
    sums = np.cumsum(counts)
    at = {int(np.searchsorted(sums, total * part / parts)) + 1 for part in range(1, parts)}
    return sorted(cut for cut in at if sums[cut - 1] < total)


def _binned(counts: Reals, cuts: Sequence[int]) -> Reals:
    return np.add.reduceat(counts, [0, *cuts], axis=1)
