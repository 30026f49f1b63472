"""Labelled documents go in, the parts of a model come out: scikit-learn's TF-IDF and logistic regressions, joined.

Each later head learns from out-of-fold scores of the earlier ones, with employers kept apart, so that it sees them
as they will be on postings that nobody trained on. Everything is deterministic.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from joblib import Parallel, delayed
from sklearn.linear_model import LogisticRegression

from postclass.corpus import Document
from postclass.errors import TrainingError
from postclass.features import Head, LineHeads, Space
from postclass.folds import FOLDS, group_folds
from postclass.opinion import DIRECTOR_TRAITS, Decision, LineWeight, Parts, Pools, Presence, logit, pooled
from postclass.table import GOLD, LABELLED, LEVELLED, OTHER_TRADE, TITLED, Bools, Table, tabulate
from postclass.terms import Counts, Floats, Matrix, Rows, single
from postclass.traits import load_traits

Progress = Callable[[str], None]


# What one document counts in the level head, and how weakly each head is penalised: docs/experiments.md.
GOLD_WEIGHT, LABELLED_WEIGHT, TITLED_WEIGHT = 6.0, 6.0, 1.0
LEVEL_C, LINE_C, DIRECTOR_LINE_C, SCOPE_C, VERDICT_C, PRESENCE_C = 1.0, 5.0, 15.0, 100.0, 0.003, 1.0
RATIO_SMOOTHING, RATIO_POWER = 10.0, 0.3  # of `_log_ratios`; at power 1 it is NB-SVM
OTHERS_SCALE = 0.1  # of the other traits in a trait's presence: a hundred times the penalty
# A line that no annotator pointed to, in a posting that has the trait, may well show it too.
UNCITED_WEIGHT = 0.3
# In a director-level posting the lines that nobody pointed to hardly count, since they may read like a director's too.
DIRECTOR_UNCITED_WEIGHT, NEITHER_WEIGHT = 0.1, 0.3
# What the trait profile, the director-like lines and the wording weigh, each in its own standard deviations.
PROFILE_WEIGHT, LINES_WEIGHT, WORDING_WEIGHT = 0.3, 1.0, 1.0
# Promises about verdicts that are given; see `_decision`.
DIRECTOR_PRECISION, PM_PRECISION = 0.92, 0.955
# Full postings are what users have; 25,000 of the 90,000 two-word terms keep the model under 3 MB.
SCOPE_GOLD_WEIGHT, SCOPE_SHORT_WEIGHT, SCOPE_TERMS = 5.0, 0.3, 25_000
SCOPE_KEPT = 0.975  # share of product postings that must stay in scope, out of fold


def _logistic(values: Matrix | Floats, labels: Bools, weights: Floats, c: float) -> LogisticRegression:
    return LogisticRegression(C=c, solver="liblinear", max_iter=500, random_state=0).fit(values, labels, weights)


def _fit_level(table: Table, rows: Rows) -> tuple[Space, Head]:
    """The level head; labelled documents of small weight count once more with their cited lines alone."""
    rows = rows[np.isin(table.kind[rows], LEVELLED)]
    proven = rows[(table.kind[rows] == LABELLED) & (np.diff(table.proof.matrix.indptr)[rows] > 0)]
    space = table.level.space(rows)
    values = sp.vstack([table.level.values(rows, space), table.proof.values(proven, space)], format="csr")
    director = np.concatenate([table.director[rows], table.director[proven]])
    by_kind = np.choose(table.kind[rows], (GOLD_WEIGHT, LABELLED_WEIGHT, TITLED_WEIGHT))
    weights = np.concatenate([by_kind, np.full(len(proven), LABELLED_WEIGHT)])
    scale = _log_ratios(values, director, weights)
    head = _head(_logistic(values @ sp.diags(scale), director, weights, LEVEL_C), scale)
    return space, head


def _log_ratios(values: Matrix, director: Bools, weights: Floats) -> Floats:
    """How unevenly each term is spread over the levels; terms that tell nothing are shrunk harder (a soft NB-SVM)."""
    present = (values > 0).astype(np.float64)
    of_directors = RATIO_SMOOTHING + present.T @ (weights * director)
    of_pms = RATIO_SMOOTHING + present.T @ (weights * ~director)
    ratios = (of_directors / weights[director].sum()) / (of_pms / weights[~director].sum())
    return np.asarray(np.abs(np.log(ratios)) ** RATIO_POWER)


def _head(model: LogisticRegression, scale: Floats | float = 1.0) -> Head:
    return Head(tuple(single(model.coef_[0] * scale).tolist()), float(model.intercept_[0]))


def _fit_lines(table: Table, rows: Rows) -> tuple[Space, LineHeads]:
    lines = np.flatnonzero(np.isin(table.owner, rows))
    space = table.lines.space(lines)
    values = table.lines.values(lines, space)
    cited, has = table.cited[lines], table.has[table.owner[lines]]
    fits = Parallel(n_jobs=2, prefer="threads")(
        delayed(_fit_trait)(values, cited[:, trait], has[:, trait]) for trait in range(cited.shape[1])
    )
    fits.append(_fit_director_lines(table, lines, values))
    coefficients = np.stack([single(fit.coef_[0]) for fit in fits], axis=1)
    biases = tuple(float(fit.intercept_[0]) for fit in fits)
    return space, LineHeads(tuple(coefficients.ravel().tolist()), biases)


def _fit_trait(values: Matrix, cited: Floats, has: Bools) -> LogisticRegression:
    positive = cited > 0
    weights = np.where(positive, cited, np.where(has, UNCITED_WEIGHT, 1.0))
    if not positive.any():
        raise TrainingError(
            "a trait has no evidence at all in the labels; every trait needs some postings that show it"
        )
    return _logistic(values, positive, weights, LINE_C)


def _fit_director_lines(table: Table, lines: Rows, values: Matrix) -> LogisticRegression:
    """Lines cited for a director's traits in director-level postings, against the lines of all other postings."""
    owner = table.owner[lines]
    columns = [table.traits.index(key) for key in DIRECTOR_TRAITS]
    positive = (table.cited[lines][:, columns] > 0).any(axis=1) & table.director[owner]
    weights = np.where(positive, 1.0, np.where(table.director[owner], DIRECTOR_UNCITED_WEIGHT, 1.0))
    weights = np.where(table.kind[owner] > LABELLED, NEITHER_WEIGHT, weights)
    return _logistic(values, positive, weights, DIRECTOR_LINE_C)


@dataclass(frozen=True, slots=True)
class OutOfFold:
    """What the finished model would have said of each gold document had its employer not been in training."""

    rows: Rows
    director: Bools
    log_odds: Floats


def fit(documents: Sequence[Document], *, progress: Progress = lambda _: None) -> tuple[Parts, OutOfFold]:
    """Fits all heads of a model to labelled documents.

    Needs directors and PMs at several employers among the gold documents; raises `TrainingError` without them.
    """
    traits = load_traits()
    keys = tuple(trait.key for trait in traits)
    progress("terms")
    table = tabulate(documents, keys)
    gold = np.flatnonzero(table.kind == GOLD)
    director = table.director[gold]
    if min(director.sum(), (~director).sum()) < FOLDS:
        raise TrainingError(
            f"{director.sum()} director-level and {(~director).sum()} PM-level gold postings: too few to learn"
        )
    rows = np.arange(len(documents))
    is_gold_director = np.isin(rows, gold[director])
    folds = group_folds(table.employers, is_gold_director, seed=0)
    read = np.flatnonzero(table.kind <= LABELLED)
    wording, pools = np.full(len(rows), np.nan), np.full((len(rows), len(keys) + 1, 3), np.nan)
    for fold in range(FOLDS):
        progress(f"out-of-fold scores, fold {fold + 1} of {FOLDS}")
        inside, outside = rows[folds != fold], read[folds[read] == fold]
        space, head = _fit_level(table, inside)
        wording[outside] = table.level.values(outside, space) @ np.array(head.weights) + head.bias
        space, heads = _fit_lines(table, inside)
        pools[outside] = _pools(table, outside, space, heads)
    progress("level and trait heads")
    level_space, level_head = _fit_level(table, rows)
    line_space, line_heads = _fit_lines(table, rows)
    progress("verdict head and calibration")
    join = _Join.fitted(pools[read], wording[read], table.director[read], np.isin(read, gold))
    out_of_fold = _out_of_fold(table, pools, wording, read, gold, folds)
    progress("scope head")
    scope_space, scope_head, scope, scope_boundary = _fit_scope(table)
    parts = Parts(
        traits=keys,
        sides=tuple(trait.side for trait in traits),
        level_space=level_space,
        level_head=level_head,
        line_space=line_space,
        line_heads=line_heads,
        scope_space=scope_space,
        scope_head=scope_head,
        wording=(join.wording, join.wording_mean),
        weights=_trait_weights(join, pools[gold], table.has[gold]),
        director_lines=LineWeight(
            _triple(join.coefficients[-1]),
            _triple(join.means[-1]),
            _triple(np.median(pools[gold[director], -1], axis=0)),
        ),
        presence=_fit_presence(pools[gold], table.has[gold]),
        bias=join.bias,
        scope=scope,
        decision=_decision(out_of_fold, scope_boundary),
    )
    return parts, out_of_fold


def _pools(table: Table, documents: Rows, space: Space, heads: LineHeads) -> Floats:
    """Pooled line scores, document x trait x pool."""
    lines = np.flatnonzero(np.isin(table.owner, documents))
    weights = np.array(heads.weights).reshape(len(space.terms), -1)
    scores = table.lines.values(lines, space) @ weights + np.array(heads.biases)
    owner = table.owner[lines]
    return np.array([pooled(tuple(map(tuple, scores[owner == i])), size=weights.shape[1]) for i in documents])


@dataclass(frozen=True, slots=True)
class _Join:
    """The affine map from pools and the level head's log-odds to the verdict's log-odds."""

    coefficients: Floats  # trait x pool
    means: Floats  # trait x pool
    wording: float
    wording_mean: float
    bias: float

    @classmethod
    def fitted(cls, pools: Floats, wording: Floats, director: Bools, gold: Bools) -> "_Join":
        """The three opinions, each standardised over the gold, added up with fixed weights; then Platt's scaling.

        The trait profile's own regression is fitted here, its values for Platt's scaling out of fold within the data.
        """
        means, spread = pools[gold].mean(axis=0), pools[gold].std(axis=0) + 1e-9
        standard = (pools - means) / spread
        values = standard[:, :-1].reshape(len(pools), -1)
        folds = np.random.default_rng(0).permutation(len(pools)) % FOLDS
        profile = np.zeros(len(pools))
        for fold in range(FOLDS):
            inside = folds != fold
            profile[~inside] = _lbfgs(values[inside], director[inside], VERDICT_C).decision_function(values[~inside])
        full = _lbfgs(values, director, VERDICT_C)
        three = np.stack([profile, standard[:, -1].mean(axis=1), wording], axis=1)[gold]
        centre, scale = three.mean(axis=0), three.std(axis=0)
        weights = np.array([PROFILE_WEIGHT, LINES_WEIGHT, WORDING_WEIGHT]) / scale
        platt = _lbfgs(((three - centre) @ weights)[:, None], director[gold], 1000.0)
        of_profile, of_lines, of_wording = platt.coef_[0, 0] * weights
        coefficients = np.empty_like(means)
        coefficients[:-1] = of_profile * full.coef_[0].reshape(len(means) - 1, -1) / spread[:-1]
        coefficients[-1] = of_lines / spread[-1] / len(spread[-1])
        bias = platt.intercept_[0] + of_profile * (full.intercept_[0] - centre[0]) - of_lines * centre[1]
        return cls(coefficients, means, float(of_wording), float(centre[2]), float(bias))

    def log_odds(self, pools: Floats, wording: Floats) -> Floats:
        """Of director-level against PM-level work."""
        shares = ((pools - self.means) * self.coefficients).sum(axis=(1, 2))
        return np.asarray(self.bias + shares + self.wording * (wording - self.wording_mean))


def _lbfgs(values: Floats, labels: Bools, c: float) -> LogisticRegression:
    return LogisticRegression(C=c, max_iter=5000, tol=1e-8).fit(values, labels)


def _out_of_fold(  # noqa: PLR0913, PLR0917 - private, called once
    table: Table,
    pools: Floats,
    wording: Floats,
    read: Rows,
    gold: Rows,
    folds: Rows,
) -> OutOfFold:
    """Joins once more with each fold's documents left out, so that thresholds are chosen on what was not fitted."""
    log_odds = np.zeros(len(gold))
    for fold in range(FOLDS):
        inside, outside = read[folds[read] != fold], folds[gold] == fold
        join = _Join.fitted(pools[inside], wording[inside], table.director[inside], np.isin(inside, gold))
        log_odds[outside] = join.log_odds(pools[gold[outside]], wording[gold[outside]])
    return OutOfFold(gold, table.director[gold], log_odds)


def _triple(values: Floats) -> Pools:
    best, three, soft = map(float, values)
    return best, three, soft


def _trait_weights(join: _Join, pools: Floats, has: Bools) -> tuple[LineWeight, ...]:
    usual = [np.median(pools[has[:, trait], trait], axis=0) for trait in range(has.shape[1])]
    return tuple(
        LineWeight(_triple(c), _triple(m), _triple(u))
        for c, m, u in zip(join.coefficients[:-1], join.means[:-1], usual, strict=True)
    )


def _fit_presence(pools: Floats, has: Bools) -> tuple[Presence, ...]:
    """For each trait a logistic regression over its pools and, much shrunk, the other traits' strongest lines.

    One boundary for all traits makes micro-F1 best.
    """
    size = has.shape[1]
    means, spread = pools.mean(axis=0), pools.std(axis=0) + 1e-9
    standard = (pools - means) / spread
    inputs = [
        np.hstack([standard[:, t], OTHERS_SCALE * np.delete(standard[:, :size, 0], t, axis=1)]) for t in range(size)
    ]
    fits = [_lbfgs(inputs[t], has[:, t], PRESENCE_C) for t in range(size)]
    chances = np.stack([fit.predict_proba(values)[:, 1] for fit, values in zip(fits, inputs, strict=True)], axis=1)

    def micro_f1(boundary: float) -> float:
        found = chances >= boundary
        return float(2 * (found & has).sum() / (found.sum() + has.sum()))

    boundary = max(np.linspace(0.25, 0.6, 36).tolist(), key=micro_f1)
    presences = []
    for trait, fit in enumerate(fits):
        own = fit.coef_[0, :3] / spread[trait]
        others = np.insert(OTHERS_SCALE * fit.coef_[0, 3:], trait, 0.0) / spread[:size, 0]
        shift = float(own @ means[trait] + others @ means[:size, 0])
        bias = float(fit.intercept_[0]) - shift - logit(boundary)
        presences.append(Presence(_triple(own), tuple(others.tolist()), bias))
    return tuple(presences)


def _fit_scope(table: Table) -> tuple[Space, Head, tuple[float, float], float]:
    """Product management or another trade; without documents of other trades everything is in scope."""
    product, other = np.flatnonzero(np.isin(table.kind, LEVELLED)), np.flatnonzero(table.kind == OTHER_TRADE)
    rows = np.concatenate([product, other])
    if len(other) < FOLDS:
        space = table.scope.space(rows)
        return space, Head((0.0,) * len(space.terms), 0.0), (1.0, 10.0), 0.0
    inside = np.isin(rows, product)
    weights = np.where(table.kind[rows] == GOLD, SCOPE_GOLD_WEIGHT, np.where(inside, SCOPE_SHORT_WEIGHT, 1.0))
    folds = group_folds([table.documents[i].employer for i in rows], inside, seed=1)
    scores = np.zeros(len(rows))
    for fold in range(FOLDS):
        use, rest = folds != fold, folds == fold
        counts, space, head = _fit_scope_head(table.scope, rows[use], inside[use], weights[use])
        scores[rest] = counts.values(rows[rest], space) @ np.array(head.weights) + head.bias
    full = table.kind[rows] != TITLED
    platt = _lbfgs(scores[full, None], inside[full], 100.0)
    slope, bias = float(platt.coef_[0, 0]), float(platt.intercept_[0])
    gold = table.kind[rows] == GOLD
    boundary = 1 / (1 + np.exp(-(slope * np.quantile(scores[gold], 1 - SCOPE_KEPT) + bias)))
    _, space, head = _fit_scope_head(table.scope, rows, inside, weights)
    return space, head, (slope, bias), float(boundary)


def _fit_scope_head(counts: Counts, rows: Rows, inside: Bools, weights: Floats) -> tuple[Counts, Space, Head]:
    """Fitted twice: of all two-word terms, too many to ship, those of largest weight are kept."""
    model = _logistic(counts.values(rows, counts.space(rows)), inside, weights, SCOPE_C)
    best = np.sort(np.argsort(-np.abs(model.coef_[0]), kind="stable")[:SCOPE_TERMS])
    kept = Counts(tuple(counts.terms[i] for i in best), counts.matrix[:, best], counts.longest, counts.tf)
    space = kept.space(rows)
    return kept, space, _head(_logistic(kept.values(rows, space), inside, weights, SCOPE_C))


def _decision(out_of_fold: OutOfFold, scope: float) -> Decision:
    """The narrowest band of `unclear` around 0.5 beyond which verdicts keep their promised precision, out of fold.

    They must keep it at every boundary farther out too: with few directors the first that reaches it may be luck.
    """
    chance, director = 1 / (1 + np.exp(-out_of_fold.log_odds)), out_of_fold.director

    def boundary(chance: Floats, right: Bools, precision: float) -> float:
        kept = 0.95
        for candidate in np.linspace(0.95, 0.5, 91).tolist():
            if _share(right[chance >= candidate]) < precision:
                break
            kept = candidate
        return float(kept)

    high = boundary(chance, director, DIRECTOR_PRECISION)
    low = 1 - boundary(1 - chance, ~director, PM_PRECISION)
    return Decision(director=high, pm=low, scope=scope, prior=float(director.mean()))


def _share(members: Bools) -> float:
    return float(members.mean()) if len(members) else 1.0
