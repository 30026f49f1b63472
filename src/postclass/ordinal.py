"""Postings on the rungs of a ladder go in, the ordinal scale that fits them comes out: cumulative logit, MAP.

The prior is centred on a scale that follows the verdict's log-odds and nothing else; thresholds are nearly free.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from scipy.optimize import minimize
from scipy.special import expit, log_expit

from postclass.adaptation import TERM_SCALE, TRAIT_SCALE, Evidence, Floats, Rows, Scale, Span, deal, held_terms
from postclass.errors import TrainingError
from postclass.measures import DIGITS
from postclass.opinion import Parts, Pools
from postclass.scale import RungScale

STRENGTHS = (float("inf"), 30.0, 10.0, 3.0, 1.0, 0.3, 0.1)
# The weight of the verdict's log-odds: where it is expected (labels by title ask for 0.4 to 0.5: rungs below director
# are told apart less surely than director is from PM), and how far it may move, as a standard deviation of the prior.
VERDICT_WEIGHT, VERDICT_SCALE = 0.5, 0.5
FEWEST = 2  # labels of a rung
GAP_SCALE, PLACE_SCALE = 2.0, 10.0  # of the logarithm of a threshold's distance to the one before, and of the first


@dataclass(frozen=True, slots=True)
class Fitted:
    """Weights and thresholds as arrays."""

    thresholds: Floats
    verdict: float
    dense: Floats  # director-like lines, traits
    terms: Rows
    by_term: Floats

    def positions(self, evidence: Evidence) -> Floats:
        """Where postings stand."""
        lines = evidence.dense[:, 2:] @ self.dense + evidence.terms[:, self.terms] @ self.by_term
        return np.asarray(self.verdict * evidence.log_odds + lines)

    def chances(self, evidence: Evidence) -> Floats:
        """Postings x rungs."""
        below = expit(self.thresholds - self.positions(evidence)[:, None])
        edges = np.hstack([np.zeros((len(below), 1)), below, np.ones((len(below), 1))])
        return np.asarray(np.diff(edges, axis=1))


def fit_scale(evidence: Evidence, rungs: Rows, size: int, strengths: Sequence[float]) -> list[Fitted]:
    """The most probable scale of `size` rungs for each strength; `rungs` are places on it, from 0."""
    terms = held_terms(evidence)
    dense = np.hstack([evidence.log_odds[:, None] * VERDICT_SCALE, evidence.dense[:, 2:] * TRAIT_SCALE])
    span = Span.of(sp.hstack([sp.csr_matrix(dense), evidence.terms[:, terms] * TERM_SCALE], format="csr"))
    fits = []
    for strength in strengths:
        thresholds, inside = _most_probable(span.values, VERDICT_WEIGHT * evidence.log_odds, rungs, size, strength)
        move = span.outside(inside)
        at = dense.shape[1]
        verdict = VERDICT_WEIGHT + float(move[0]) * VERDICT_SCALE
        fits.append(Fitted(thresholds, verdict, move[1:at] * TRAIT_SCALE, terms, move[at:] * TERM_SCALE))
    return fits


def _most_probable(values: Floats, offset: Floats, rungs: Rows, size: int, strength: float) -> tuple[Floats, Floats]:
    """Thresholds and weights. With logistic F, F(u) - F(l) = F(u) F(-l) (1 - exp(l - u)), which is stable."""
    low, high = rungs > 0, rungs < size - 1
    free = 0 if np.isinf(strength) else values.shape[1]

    def loss(given: Floats) -> tuple[float, Floats]:
        first, gaps, move = given[0], np.exp(given[1 : size - 1]), given[size - 1 :]
        thresholds = first + np.concatenate([[0.0], np.cumsum(gaps)])
        place = offset + values[:, :free] @ move
        upper = np.where(high, thresholds[np.minimum(rungs, size - 2)] - place, np.inf)
        lower = np.where(low, thresholds[np.maximum(rungs - 1, 0)] - place, -np.inf)
        both = low & high
        gap = gaps[rungs[both] - 1]
        total = -log_expit(upper).sum() - log_expit(-lower).sum() - np.log(-np.expm1(-gap)).sum()
        by_upper, by_lower = -expit(-upper), expit(lower)
        by_place = -(by_upper + by_lower)
        by_threshold = np.bincount(rungs[high], by_upper[high], size - 1)
        by_threshold += np.bincount(rungs[low] - 1, by_lower[low], size - 1)
        by_gap = np.cumsum(by_threshold[::-1])[::-1][1:] - np.bincount(
            rungs[both] - 1, np.exp(-gap) / -np.expm1(-gap), size - 2
        )
        prior = ((first - centre) / PLACE_SCALE) ** 2 + ((given[1 : size - 1] / GAP_SCALE) ** 2).sum()
        weighed = 0.0 if not free else strength * float(move @ move)
        slopes = (
            np.array([by_threshold.sum() + (first - centre) / PLACE_SCALE**2]),
            by_gap * gaps + given[1 : size - 1] / GAP_SCALE**2,
            values[:, :free].T @ by_place + (strength * move if free else 0.0),
        )
        return float(total + (prior + weighed) / 2), np.concatenate(slopes)

    centre = float(np.median(offset))
    start = np.concatenate([[centre - size / 2], np.zeros(size - 2 + free)])
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"gtol": 1e-7, "maxiter": 2000}).x
    thresholds = found[0] + np.concatenate([[0.0], np.cumsum(np.exp(found[1 : size - 1]))])
    return thresholds, found[size - 1 :] if free else np.zeros(values.shape[1])


def log_losses(chances: Floats, rungs: Rows) -> Floats:
    """Of each posting; chances are held off 0."""
    return np.asarray(-np.log(np.maximum(chances[np.arange(len(rungs)), rungs], 1e-12)))


def best_scale(evidence: Evidence, rungs: Rows, size: int, groups: Rows) -> tuple[Fitted, float]:
    """The scale at the strength that is best out of fold, and that strength."""
    loss = np.zeros(len(STRENGTHS))
    for inside, outside in deal(rungs >= (size + 1) // 2, groups, seed=2):
        fits = fit_scale(evidence.take(inside), rungs[inside], size, STRENGTHS)
        loss += [log_losses(fit.chances(evidence.take(outside)), rungs[outside]).sum() for fit in fits]
    strength = STRENGTHS[int(loss.argmin())]
    return fit_scale(evidence, rungs, size, [strength])[0], strength


def placed(rungs: Sequence[str | None], names: Sequence[str]) -> Rows:
    """Labelled rungs as places on the ladder; raises `TrainingError` where they do not fit together."""
    if unknown := sorted({rung for rung in rungs if rung is not None} - set(names)):
        raise TrainingError(f"a label's rung is {unknown[0]!r}; name all rungs in their order, lowest first")
    counts = {name: sum(rung == name for rung in rungs) for name in names}
    few = [name for name, count in counts.items() if count < FEWEST]
    if few or len(counts) < FEWEST:
        told = ", ".join(f"{name} {count}" for name, count in counts.items()) or "none"
        raise TrainingError(
            f"labels of the rungs: {told}; a scale needs two different rungs at the least and {FEWEST} labels of "
            "each: label some more, or leave a rung out or join it with its neighbour"
        )
    return np.array([-1 if rung is None else names.index(rung) for rung in rungs])


def honest_chances(evidence: Evidence, rungs: Rows, size: int, groups: Rows) -> Floats:
    """What scales say of postings that neither they nor the choice of their strength have seen."""
    said = np.zeros((len(rungs), size))
    for inside, outside in deal(rungs >= (size + 1) // 2, groups, seed=3):
        fitted, _ = best_scale(evidence.take(inside), rungs[inside], size, groups[inside])
        said[outside] = fitted.chances(evidence.take(outside))
    return said


def rung_figures(chances: Floats, rungs: Rows) -> dict[str, float]:
    """Accuracy, accuracy within one rung, and quadratic kappa of the likeliest rungs."""
    from sklearn.metrics import cohen_kappa_score

    said = chances.argmax(axis=1)
    kappa = cohen_kappa_score(rungs, said, weights="quadratic", labels=range(chances.shape[1]))
    return {
        "exact": round(float((said == rungs).mean()), DIGITS),
        "within_one": round(float((abs(said - rungs) <= 1).mean()), DIGITS),
        "quadratic_kappa": round(float(kappa), DIGITS) if np.isfinite(kappa) else 0.0,
        "log_loss": round(float(log_losses(chances, rungs).mean()), DIGITS),
    }


def as_scale(fitted: Fitted, names: Sequence[str], parts: Parts, scale: Scale) -> RungScale:
    """A fitted scale in terms of a model's parts."""

    def pools(row: int, move: float) -> Pools:
        best, three, soft = (float(move / wide / 3) for wide in scale.pools[row])
        return best, three, soft

    lines, *traits = fitted.dense.tolist()
    moves = [*traits, lines]
    return RungScale(
        rungs=tuple(names),
        thresholds=tuple(fitted.thresholds.tolist()),
        verdict=fitted.verdict,
        pools=tuple(pools(row, move) for row, move in enumerate(moves[: len(parts.traits) + 1])),
        terms={int(term): float(weight) for term, weight in zip(fitted.terms, fitted.by_term, strict=True) if weight},
    )
