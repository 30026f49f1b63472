"""Counts of two sides by groups go in; how far chance alone carries a difference between them comes out.

Postings of one employer read alike, so chance is judged from the spread between groups, never from the number of
postings (linearisation of a ratio, as survey statistics has it: Cochran 1977, *Sampling Techniques*, chapter 11;
Rao and Scott 1984, *Annals of Statistics* 12, for tests over several shares). A group stands for itself on both sides,
so that inputs that share postings or employers are told apart by what differs.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Reals = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Share:
    """A share on one side: of each group, how many there are and how many of these count."""

    counts: Reals
    of: Reals

    @property
    def value(self) -> float:
        """The share; 0 of nothing."""
        return float(self.counts.sum() / max(1.0, self.of.sum()))

    @property
    def size(self) -> float:
        """How many there are."""
        return float(self.of.sum())


@dataclass(frozen=True, slots=True)
class Difference:
    """Of two shares: new less old, its 95 % interval, and how likely chance alone gives one as large."""

    value: float
    low: float
    high: float
    p: float
    error: float = float("inf")
    freedom: float = 0.0

    def visible(self, alpha: float) -> float:
        """The difference that must be exceeded for a p under alpha; 1 where none could be."""
        from scipy.stats import t

        return min(1.0, float(t.isf(alpha / 2, self.freedom)) * self.error) if self.freedom else 1.0


def effective(of: npt.NDArray[np.number]) -> float:
    """How many groups of one size would be as good witnesses as these (Kish)."""
    squares = float((of.astype(np.float64) ** 2).sum())
    return float(of.sum()) ** 2 / squares if squares else 0.0


def difference(old: Share, new: Share) -> Difference:
    """The difference of two shares; nothing is known of it (p = 1) where a side has fewer than two groups."""
    from scipy.stats import t

    value = new.value - old.value
    freedom = min(effective(old.of), effective(new.of)) - 1
    if not old.size or not new.size or freedom <= 0:
        return Difference(value, -1.0, 1.0, 1.0)
    error = float(np.sqrt(max(_spread(_parts(old, new)[:, None])[0, 0], _least(old, new))))
    reach = float(t.ppf(0.975, freedom)) * error
    p = 1.0 if value == 0 else float(2 * t.sf(abs(value) / error, freedom))
    return Difference(value, max(-1.0, value - reach), min(1.0, value + reach), p, error, freedom)


@dataclass(frozen=True, slots=True)
class Stability:
    """The population stability index of shares of bins, the one that chance exceeds once in 1 / alpha, and its p."""

    index: float | None  # none of a single bin, and none of an empty side
    by_chance: float
    p: float


def stability(old: Reals, new: Reals, *, alpha: float) -> Stability:
    """Group x bin counts of two sides in; the index `sum (new - old) ln(new / old)` and how far chance carries it.

    For small differences it is `sum (new - old)^2 / share`, a sum of squares whose spread is that of the groups: its
    first two moments give the F distribution that it is held against.
    """
    from scipy.stats import f

    bins = old.shape[1]
    if bins < 2 or not old.sum() or not new.sum():  # noqa: PLR2004 - one bin can't shift
        return Stability(None, float("inf"), 1.0)
    a, b = _smooth(old.sum(axis=0)), _smooth(new.sum(axis=0))
    index = float(((b - a) * np.log(b / a)).sum())
    freedom = min(effective(old.sum(axis=1)), effective(new.sum(axis=1))) - 1
    if freedom <= 0:
        return Stability(index, float("inf"), 1.0)
    pooled = _smooth(old.sum(axis=0) + new.sum(axis=0))
    least = (np.diag(pooled) - np.outer(pooled, pooled)) * (1 / old.sum() + 1 / new.sum())
    sides = [(Share(old[:, k], old.sum(axis=1)), Share(new[:, k], new.sum(axis=1))) for k in range(bins)]
    spread = _spread(np.stack([_parts(*side) for side in sides], axis=1))
    weights = 1 / np.sqrt(np.outer(pooled, pooled))
    # chance has at least the spread of postings that are witnesses one by one
    spread = weights * (spread if np.trace(spread * weights) > np.trace(least * weights) else least)
    mean, square = float(np.trace(spread)), float((spread**2).sum())
    degrees = mean**2 / square
    p = 1.0 if np.array_equal(a, b) else float(f.sf(index / mean, degrees, degrees * freedom))
    return Stability(index, float(f.isf(alpha, degrees, degrees * freedom)) * mean, p)


def holm(p: Sequence[float]) -> list[float]:
    """P-values of several tests, each raised so that chance alone gives any of them under alpha at most that often."""
    order = sorted(range(len(p)), key=lambda at: p[at])
    raised, highest = [0.0] * len(p), 0.0
    for rank, at in enumerate(order):
        highest = max(highest, min(1.0, (len(p) - rank) * p[at]))
        raised[at] = highest
    return raised


def _parts(old: Share, new: Share) -> Reals:
    """Each group's part in the difference of two shares, less what it would be if all groups were alike."""
    after = (new.counts - new.value * new.of) / max(1.0, new.size)
    before = (old.counts - old.value * old.of) / max(1.0, old.size)
    return np.asarray(after - before)


def _spread(parts: Reals) -> Reals:
    """Group x share in, the covariance of the shares' differences out."""
    groups = max(2, int(np.count_nonzero(parts.any(axis=1))))
    return np.asarray(parts.T @ parts * (groups / (groups - 1)))


def _least(old: Share, new: Share) -> float:
    """The variance if all were witnesses one by one, pooled, with a success and a failure more (Agresti and Caffo)."""
    share = (old.counts.sum() + new.counts.sum() + 1) / (old.size + new.size + 2)
    return float(share * (1 - share) * (1 / old.size + 1 / new.size))


def _smooth(counts: Reals) -> Reals:
    """Counts as shares, none of them 0: half a posting more in each."""
    return np.asarray((counts + 0.5) / (counts.sum() + 0.5 * len(counts)))
