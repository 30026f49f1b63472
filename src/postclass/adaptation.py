"""What a model says of labelled postings goes in; small changes of its weights come out, and how strongly they hold.

The verdict's log-odds stay an affine map of the same evidence: what is learnt is the difference from the model's own
weights, by logistic regression with the model's log-odds as offset and a Gaussian prior around no difference (MAP).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from scipy.optimize import minimize
from scipy.special import expit

from postclass.features import Head
from postclass.folds import group_folds
from postclass.opinion import LineWeight, Opinion, Parts, form_opinion

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Rows = npt.NDArray[np.int64]
Words = Sequence[list[str]]  # of each masked line

# Candidate strengths of the prior; at the first, which stands for infinity, the model stays as it is.
STRENGTHS = (float("inf"), 30.0, 10.0, 3.0, 1.0, 0.3, 0.1)
FOLDS = 10  # of the labels, twins kept together
# How far each kind of weight may move, as a standard deviation of the prior, against the spread of its evidence: what
# is particular to an employer stands in its terms; a bias that moves much is felt by everybody else's postings.
BIAS_SCALE, TRAIT_SCALE, TERM_SCALE = 1.0, 0.3, 3.0
SURE = 1.0  # standard errors by which log-loss must fall, out of fold, before the model is changed
MIN_POSTINGS = 2  # labelled postings that must hold a term before its weight may move


@dataclass(frozen=True, slots=True)
class Scale:
    """The spread of each trait's pools, of the director-like lines' and of the wording over general postings."""

    pools: Floats  # (traits + 1) x 3
    wording: float

    @classmethod
    def of(cls, parts: Parts, texts: Sequence[Words]) -> "Scale":
        """Measured on postings that have nothing to do with the labels."""
        opinions = [form_opinion(parts, words) for words in texts]
        pools = np.array([opinion.pools for opinion in opinions])
        return cls(pools.std(axis=0) + 1e-9, float(np.std([o.wording for o in opinions])) + 1e-9)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What postings hold for the verdict: log-odds, dense evidence (bias, wording, lines, traits), and terms."""

    log_odds: Floats
    dense: Floats  # postings x (3 + traits), in general standard deviations
    terms: sp.csr_matrix  # postings x terms of the level space

    def take(self, rows: Rows) -> "Evidence":
        """Some of the postings."""
        return Evidence(self.log_odds[rows], self.dense[rows], self.terms[rows])


def gather(parts: Parts, texts: Sequence[Words], scale: Scale) -> Evidence:
    """Reads masked lines' words as evidence."""
    opinions = [form_opinion(parts, words) for words in texts]
    dense = np.array([_dense(parts, opinion, scale) for opinion in opinions])
    values = [parts.level_space.values([word for line in words for word in line]) for words in texts]
    starts = np.cumsum([0, *(len(terms) for terms, _ in values)])
    terms = sp.csr_matrix(
        (
            np.concatenate([np.asarray(v) for _, v in values]),
            np.concatenate([np.asarray(t, dtype=np.int64) for t, _ in values]),
            starts,
        ),
        shape=(len(texts), len(parts.level_space.terms)),
    )
    return Evidence(np.array([opinion.log_odds for opinion in opinions]), dense, terms)


def _dense(parts: Parts, opinion: Opinion, scale: Scale) -> Floats:
    means = np.array([weight.means for weight in (*parts.weights, parts.director_lines)])
    pools = ((np.array(opinion.pools) - means) / scale.pools).mean(axis=1)
    return np.array([1.0, opinion.wording / scale.wording, pools[-1], *pools[:-1]])


@dataclass(frozen=True, slots=True)
class Change:
    """How the weights differ from the model's: for the dense evidence, and for some terms."""

    dense: Floats
    terms: Rows
    by_term: Floats

    def log_odds(self, evidence: Evidence) -> Floats:
        """What the changed model says."""
        moved = evidence.dense @ self.dense + evidence.terms[:, self.terms] @ self.by_term
        return np.asarray(evidence.log_odds + moved)


def fit(evidence: Evidence, director: Bools, strengths: Sequence[float]) -> list[Change]:
    """The most probable change for each strength: least log-loss + strength / 2 times the squared change.

    The change is counted in prior deviations. It lies in the span of the postings' evidence, so there are no more
    unknowns than postings, however many terms there are.
    """
    size = evidence.dense.shape[1]
    terms = held_terms(evidence)
    deviations = np.concatenate([[BIAS_SCALE], np.full(size - 1, TRAIT_SCALE)])
    values = [sp.csr_matrix(evidence.dense * deviations), evidence.terms[:, terms] * TERM_SCALE]
    span = Span.of(sp.hstack(values, format="csr"))
    changes = []
    for strength in strengths:
        move = np.zeros(size + len(terms))
        if np.isfinite(strength):
            move = span.outside(_most_probable(span.values, evidence.log_odds, director, strength))
        changes.append(Change(move[:size] * deviations, terms, move[size:] * TERM_SCALE))
    return changes


def held_terms(evidence: Evidence) -> Rows:
    """The terms that enough of the postings hold."""
    return np.flatnonzero(np.bincount(evidence.terms.indices, minlength=evidence.terms.shape[1]) >= MIN_POSTINGS)


@dataclass(frozen=True, slots=True)
class Span:
    """The values of postings in an orthonormal basis of the space that they span: postings x at most as many."""

    values: Floats
    back: Floats  # columns of `values` as sums of postings
    given: sp.csr_matrix

    @classmethod
    def of(cls, values: sp.csr_matrix) -> "Span":
        """By the eigenvectors of the postings' inner products."""
        squares, vectors = np.linalg.eigh((values @ values.T).toarray())
        kept = squares > squares.max() * 1e-12
        lengths = np.sqrt(squares[kept])
        return cls(vectors[:, kept] * lengths, vectors[:, kept] / lengths, values)

    def outside(self, weights: Floats) -> Floats:
        """Weights in the basis as weights of the values that were given."""
        return np.asarray(self.given.T @ (self.back @ weights))


def _most_probable(values: Floats, offset: Floats, director: Bools, strength: float) -> Floats:
    """Penalised logistic regression with an offset."""
    sign = np.where(director, 1.0, -1.0)

    def loss(move: Floats) -> tuple[float, Floats]:
        margins = sign * (offset + values @ move)
        total = np.logaddexp(0.0, -margins).sum() + strength / 2 * move @ move
        return float(total), values.T @ (-sign * expit(-margins)) + strength * move

    start = np.zeros(values.shape[1])
    return np.asarray(minimize(loss, start, jac=True, method="L-BFGS-B", options={"gtol": 1e-8, "maxiter": 1000}).x)


def out_of_fold(evidence: Evidence, director: Bools, groups: Rows, *, seed: int = 0) -> Floats:
    """Log-odds of each posting at each strength, learnt from the postings of other folds: strengths x postings."""
    said = np.tile(evidence.log_odds, (len(STRENGTHS), 1))
    for inside, outside in deal(director, groups, seed=seed):
        changes = fit(evidence.take(inside), director[inside], STRENGTHS)
        said[:, outside] = [change.log_odds(evidence.take(outside)) for change in changes]
    return said


def deal(director: Bools, groups: Rows, *, seed: int) -> Iterator[tuple[Rows, Rows]]:
    """Deals postings to folds, groups kept together: those to learn from and those left out, fold by fold."""
    names = [str(group) for group in groups]
    folds = group_folds(names, director, seed=seed, folds=min(FOLDS, len(set(names))))
    for fold in np.unique(folds):
        yield np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)


def losses(log_odds: Floats, director: Bools) -> Floats:
    """Log-loss of each posting."""
    return np.asarray(np.logaddexp(0.0, -np.where(director, 1.0, -1.0) * log_odds))


def chosen(said: Floats, director: Bools, allowed: Bools) -> int:
    """The place of the strength that is best out of fold; the first, no change, unless another is surely better.

    It must mend more verdicts than it spoils as well: where a model errs nowhere, a change is all risk.
    """
    loss, right = losses(said, director), ((said > 0) == director).sum(axis=1)
    best = 0
    for place in np.flatnonzero(allowed).tolist():
        gain = loss[0] - loss[place]
        sure = gain.mean() > SURE * gain.std(ddof=1) / len(gain) ** 0.5 and right[place] > right[0]
        if place and sure and loss[place].mean() < loss[best].mean():
            best = place
    return best


def changed(parts: Parts, change: Change, scale: Scale) -> Parts:
    """A model with the change in its weights; terms' weights in float32, as they are kept."""
    bias, wording, lines, *traits = change.dense.tolist()
    slope, mean = parts.wording
    weights = np.array(parts.level_head.weights)
    slope_now = slope * (1 + wording / scale.wording)
    weights[change.terms] = weights[change.terms] + change.by_term / slope_now
    return replace(
        parts,
        level_head=Head(tuple(weights.astype(np.float32).tolist()), parts.level_head.bias),
        wording=(slope_now, mean),
        weights=tuple(
            _moved(weight, move, spread)
            for weight, move, spread in zip(parts.weights, traits, scale.pools[:-1], strict=True)
        ),
        director_lines=_moved(parts.director_lines, lines, scale.pools[-1]),
        bias=parts.bias + bias,
    )


def _moved(weight: LineWeight, move: float, spread: Floats) -> LineWeight:
    best, three, soft = (
        float(old + move / wide / len(spread)) for old, wide in zip(weight.coefficients, spread, strict=True)
    )
    return replace(weight, coefficients=(best, three, soft))
