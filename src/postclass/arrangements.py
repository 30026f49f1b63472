"""Shares of two sides by groups go in; out comes how likely chance alone gives such differences, by trying chance.

If nothing has moved, any group could as well stand on the other side. So all shares are taken in every such
arrangement, or in thousands of them, which is exact where groups are few and approximations are lost (Fisher 1935,
*The Design of Experiments*). A difference counts in units of its own error, so that groups of unlike sizes do no harm
(Janssen 1997, *Statistics & Probability Letters* 36), and is held against the largest of all shares (Westfall and
Young 1993, *Resampling-Based Multiple Testing*).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from math import ceil, comb

import numpy as np
import numpy.typing as npt

from postclass.chances import Reals, Share

Bools = npt.NDArray[np.bool_]

# So many arrangements are tried at the most, drawn by chance where there are more: a p-value of 0.002, which a kind
# must be under where all five are tested, then rests on twenty.
MOST = 10_000
_TIE = 1e-9  # rounding of what is equal


@dataclass(frozen=True, slots=True)
class Chance:
    """How likely chance alone gives any share as large a difference, and the difference that must be exceeded."""

    p: float
    visible: float  # 1 where no difference could be told from chance


def rearranged(pairs: Sequence[tuple[Share, Share]], *, alpha: float) -> list[Chance]:
    """For each pair of shares (all of the same groups); `p` is for all of them together, `visible` for p < alpha."""
    counts, of = (
        np.stack([np.stack([getattr(share, name) for share in pair], axis=1) for pair in pairs], axis=1)
        for name in ("counts", "of")
    )  # group x share x side
    there = of.any(axis=(1, 2))
    counts, of = counts[there], of[there]
    swaps = _swaps(np.asarray(of.any(axis=1)))
    differences, errors = _moves(counts, of, swaps)
    ratios = np.abs(differences) / errors
    largest = np.sort(ratios.max(axis=1))[::-1]
    reach = _reach(largest, alpha)
    return [
        Chance(float(np.mean(largest >= ratio - _TIE)), min(1.0, reach * float(error)))
        for ratio, error in zip(ratios[0], errors[0], strict=True)
    ]


def _reach(largest: Reals, alpha: float) -> float:
    """What a ratio must exceed to be under alpha; infinite if none of these is. They are in falling order."""
    at = ceil(alpha * len(largest)) - 1  # so many arrangements may have it or more
    return float(largest[at]) if largest[0] > largest[at] + _TIE else float("inf")


def _swaps(stands: Bools) -> Bools:
    """Group x side in, whether it stands there; arrangement x group out, whether it changes sides; first, none does.

    As many groups as before are on each side. A group of both sides swaps what it has there.
    """
    one, both = np.flatnonzero(~stands.all(axis=1)), np.flatnonzero(stands.all(axis=1))
    new = stands[one, 1]
    if comb(len(one), int(new.sum())) * 2 ** len(both) <= MOST:
        made = np.array(list(_all(new, len(both))), bool)
        placed, flips = made[:, : len(one)], made[:, len(one) :]
    else:
        rng = np.random.default_rng(0)  # the same postings give the same figures
        placed = np.vstack([new, rng.permuted(np.tile(new, (MOST - 1, 1)), axis=1)])
        flips = np.vstack([np.zeros(len(both), bool), rng.random((MOST - 1, len(both))) < 0.5])  # noqa: PLR2004 - a coin
    swaps = np.zeros((len(placed), len(stands)), bool)
    swaps[:, one], swaps[:, both] = placed != new, flips
    return swaps


def _all(new: Bools, both: int) -> Iterator[tuple[bool, ...]]:
    """Every arrangement, the real one first: who of the groups of one side is new, and who of both sides swaps."""
    real = tuple(np.flatnonzero(new).tolist())
    others = (chosen for chosen in combinations(range(len(new)), len(real)) if chosen != real)
    for chosen in (real, *others):
        for flips in product((False, True), repeat=both):
            yield (*(at in chosen for at in range(len(new))), *flips)


def _moves(counts: Reals, of: Reals, swaps: Bools) -> tuple[Reals, Reals]:
    """The differences of all shares in each arrangement, and their errors, as `chances.difference` has them.

    A group's part in a difference is `(count - value * of) / size` on NEW less the same on OLD. The sum of its squares
    is one of products that don't depend on the values: products of matrices give all arrangements at once.
    """
    moves = swaps.astype(np.float64)

    def sums(of_sides: Reals) -> tuple[Reals, Reals]:
        """Group x share x side in; the sums of OLD and of NEW out, each arrangement x share."""
        old, new = of_sides[..., 0], of_sides[..., 1]
        swapped = moves @ (new - old)
        return old.sum(axis=0) + swapped, new.sum(axis=0) - swapped

    count, size = sums(counts), sums(of)
    total = [np.maximum(1.0, side) for side in size]
    value = [count[side] / total[side] for side in (0, 1)]
    squares, mixed, sizes, crossed = sums(counts**2), sums(counts * of), sums(of**2), sums(counts * of[..., ::-1])
    own = [(squares[at] - 2 * value[at] * mixed[at] + value[at] ** 2 * sizes[at]) / total[at] ** 2 for at in (0, 1)]
    both = (counts.prod(axis=2).sum(axis=0) - value[1] * crossed[0] - value[0] * crossed[1]) + (
        value[0] * value[1] * of.prod(axis=2).sum(axis=0)
    )
    groups = np.maximum(2, np.count_nonzero(of.any(axis=2), axis=0))
    spread = (own[0] + own[1] - 2 * both / (total[0] * total[1])) * groups / (groups - 1)
    share = (counts.sum(axis=(0, 2)) + 1) / (of.sum(axis=(0, 2)) + 2)
    with np.errstate(divide="ignore"):  # nothing on a side: an infinite error
        least = share * (1 - share) * (1 / size[0] + 1 / size[1])
    return value[1] - value[0], np.sqrt(np.maximum(spread, least))
