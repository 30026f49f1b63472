"""Truths, scores and the weights of bootstrap draws go in; figures come out: accuracy, calibration, coverage.

Every measure takes weights of shape (draws, rows) and returns one value a draw. The first draw weighs each row once, so
its value is the figure; the others resample employers, since postings of one employer are alike.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Figure = list[float | None]  # a value and the ends of its 95 % interval; None where it is not defined

DRAWS = 1000  # of the bootstrap: the ends of a 95 % interval then rest on 25 draws each
BINS = 10  # of the calibration error, of equal width
DIGITS = 6  # of a figure; more than its interval will ever tell, fewer than differ between machines


def draw(employers: Sequence[str], *, draws: int = DRAWS) -> Floats:
    """Weights of shape (1 + draws, rows): ones, then how often each row's employer was drawn with replacement."""
    names, group = np.unique(np.array(employers), return_inverse=True)
    picked = np.random.default_rng(0).integers(len(names), size=(draws, len(names)))
    counts = np.stack([np.bincount(row, minlength=len(names)) for row in picked])
    return np.vstack([np.ones(len(group)), counts[:, group]])


def figure(values: Floats) -> Figure:
    """The first value with the 95 % percentile interval of the rest, those that are not defined left out."""
    defined = values[1:][~np.isnan(values[1:])]
    if np.isnan(values[0]) or not len(defined):
        return [None if np.isnan(values[0]) else round(float(values[0]), DIGITS), None, None]
    return [round(float(value), DIGITS) for value in (values[0], *np.quantile(defined, (0.025, 0.975)))]


def ratio(part: npt.NDArray[np.generic], whole: npt.NDArray[np.generic], weights: Floats) -> Floats:
    """The weighted sum of `part` over that of `whole`; NaN where `whole` is nothing."""
    return _divided(weights @ part.astype(np.float64), weights @ whole.astype(np.float64))


def _divided(above: Floats, below: Floats) -> Floats:
    """NaN where there is nothing to divide by."""
    return np.asarray(np.divide(above, below, out=np.full(below.shape, np.nan), where=below > 0))


def f1(truth: Bools, said: Bools, weights: Floats) -> Floats:
    """F1 of one class; 0 where it is neither there nor said."""
    return np.nan_to_num(ratio(2 * (truth & said), truth.astype(int) + said, weights))


def macro_f1(truth: Bools, log_odds: Floats, weights: Floats) -> Floats:
    """The mean F1 of director and of PM, at p_director > 0.5."""
    said = log_odds > 0
    return np.asarray((f1(truth, said, weights) + f1(~truth, ~said, weights)) / 2)


def auc(truth: Bools, scores: Floats, weights: Floats) -> Floats:
    """Area under the ROC curve; a tie counts half."""
    hits, misses = _by_score(truth, scores, weights)
    higher = np.cumsum(hits, axis=1) - hits / 2
    return _divided((higher * misses).sum(axis=1), hits.sum(axis=1) * misses.sum(axis=1))


def average_precision(truth: Bools, scores: Floats, weights: Floats) -> Floats:
    """The mean precision at each director, ranked by score."""
    hits, misses = _by_score(truth, scores, weights)
    found = np.cumsum(hits, axis=1)
    said = found + np.cumsum(misses, axis=1)
    precision = np.nan_to_num(_divided(found, said))
    return _divided((hits * precision).sum(axis=1), hits.sum(axis=1))


def _by_score(truth: Bools, scores: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """The weights of directors and of the others at each distinct score, highest first."""
    order = np.argsort(-scores, kind="stable")
    starts = np.flatnonzero(np.diff(scores[order], prepend=np.inf))
    hits = np.add.reduceat((weights * truth)[:, order], starts, axis=1)
    misses = np.add.reduceat((weights * ~truth)[:, order], starts, axis=1)
    return hits, misses


def chances(log_odds: Floats) -> Floats:
    """Log-odds as probabilities."""
    return np.asarray(1 / (1 + np.exp(-log_odds)))


def brier(truth: Bools, log_odds: Floats, weights: Floats) -> Floats:
    """The mean squared error of the probabilities."""
    return ratio((chances(log_odds) - truth) ** 2, np.ones(len(truth)), weights)


def reweighted(truth: Bools, weights: Floats, share: float) -> Floats:
    """Weights under which that share of the postings are directors."""
    now = ratio(truth, np.ones(len(truth)), weights)[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):  # a draw without directors can't hold any share of them
        return np.asarray(weights * np.where(truth, share / now, (1 - share) / (1 - now)))


def calibration_error(truth: Bools, log_odds: Floats, weights: Floats) -> Floats:
    """Expected calibration error: the gap between probability and share of directors, averaged over the bins."""
    gaps = (weights @ (_bins(log_odds) * (chances(log_odds) - truth)[:, None])).astype(np.float64)
    return np.asarray(np.abs(gaps).sum(axis=1) / weights.sum(axis=1))


def reliability(truth: Bools, log_odds: Floats) -> list[list[float]]:
    """For each bin that holds any postings: the mean probability, the share of directors, and the share of postings."""
    bins = _bins(log_odds)
    kept = bins.any(axis=0)
    size = bins.sum(axis=0)[kept]
    columns = (chances(log_odds) @ bins)[kept] / size, (truth @ bins)[kept] / size, size / len(truth)
    return [[round(float(value), DIGITS) for value in row] for row in zip(*columns, strict=True)]


def _bins(log_odds: Floats) -> npt.NDArray[np.int64]:
    """Rows by bins of equal width: 1 where the row's probability falls into the bin."""
    place = np.minimum((chances(log_odds) * BINS).astype(np.int64), BINS - 1)
    return np.asarray(place[:, None] == np.arange(BINS), dtype=np.int64)


def risk_coverage(truth: Bools, log_odds: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """Coverage and error rate of the surest verdicts, after each posting, surest first; both (draws, rows)."""
    order = np.argsort(-np.abs(log_odds), kind="stable")
    wrong = ((log_odds > 0) != truth)[order]
    ordered = weights[:, order]
    given = np.cumsum(ordered, axis=1)
    risk = _divided(np.cumsum(ordered * wrong, axis=1), given)
    return given / given[:, -1:], np.nan_to_num(risk)


def coverage_at(truth: Bools, log_odds: Floats, weights: Floats, *, precision: float) -> Floats:
    """The largest share of postings whose surest verdicts are right that often."""
    coverage, risk = risk_coverage(truth, log_odds, weights)
    return np.asarray(np.where(risk <= 1 - precision, coverage, 0.0).max(axis=1))
