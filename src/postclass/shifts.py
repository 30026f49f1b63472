"""What a comparison of two inputs says: what moved between them, and how far chance would move it, as plain data."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Kind = Literal["levels", "abstention", "scores", "vocabulary", "traits"]
KINDS: tuple[Kind, ...] = ("levels", "abstention", "scores", "vocabulary", "traits")
Band = Literal["stable", "some shift", "large shift"]
# The usual bands of the population stability index: under the first stable, from the second on a large shift.
SOME_SHIFT, LARGE_SHIFT = 0.1, 0.25
# Where half of all postings could change their level unseen, "nothing moved" would say more than anyone can know.
BLIND = 0.5
# What chance is judged by: the spread between employers, or where there are few of them between postings.
Witnesses = Literal["employers", "postings"]


@dataclass(frozen=True, slots=True)
class Shift:
    """A share on both sides and how it moved; `p` is raised for all tests of the comparison together."""

    kind: Kind
    key: str  # a level, a note, a trait, `rejected` or `unknown_words`
    old: float
    new: float
    low: float  # 95 % interval of the difference
    high: float
    p: float
    visible: float  # a difference up to this could not have been told from chance; 1 where none could
    moved: bool

    @property
    def difference(self) -> float:
        """New less old."""
        return self.new - self.old


@dataclass(frozen=True, slots=True)
class ScoreShift:
    """How the distribution of a score moved, in tenths of OLD."""

    key: str  # p_director or p_in_scope
    index: float | None  # population stability index; none where there are too few for two bins
    by_chance: float  # an index up to this is no more than chance gives; infinite where there is too little to tell
    band: Band | None  # none without an index
    p: float
    moved: bool
    edges: tuple[float, ...]  # probabilities between the bins
    old: tuple[float, ...]  # share of each bin
    new: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Rising:
    """A term new to the model, and the share of product postings that hold it."""

    term: str
    old: float
    new: float
    p: float  # raised for all terms that were tested


@dataclass(frozen=True, slots=True)
class Side:
    """One input, in numbers."""

    name: str
    records: int
    rejected: int
    usable: int  # texts that could be judged
    product: int  # of these, product roles
    named: int  # postings that name their company
    employers: int  # groups of them that are counted apart, at most 256
    rejections: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Drift:
    """What moved from OLD to NEW."""

    old: Side
    new: Side
    witnesses: Witnesses  # what chance is judged by
    scores: tuple[ScoreShift, ...]
    shifts: tuple[Shift, ...]
    terms: tuple[Rising, ...]  # new to the model, and rising
    made: Mapping[str, object]

    @property
    def moved(self) -> tuple[Kind, ...]:
        """The kinds of which anything moved."""
        found = {shift.kind for shift in self.shifts if shift.moved}
        if any(score.moved for score in self.scores):
            found.add("scores")
        return tuple(kind for kind in KINDS if kind in found)

    @property
    def same(self) -> bool:
        """Whether both sides give the same figures."""
        return not any(shift.difference for shift in self.shifts) and not any(score.index for score in self.scores)

    @property
    def visible(self) -> float:
        """How far the share of a level that occurs had to move at the most, to be told from chance; 1 is never."""
        levels = [shift for shift in self.shifts if shift.kind == "levels" and (shift.old or shift.new)]
        return max((shift.visible for shift in levels), default=1.0)

    @property
    def too_few(self) -> bool:
        """Whether nothing is known to have moved because hardly anything could have been seen."""
        return not self.moved and not self.same and self.visible >= BLIND
