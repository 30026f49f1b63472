"""How many labels `label queue` saves: a model that is adapted step by step, in the queue's order and in others.

The pool is the gold of the training employers, the test the gold of the others; folds are dealt anew each repetition.
The start is a level head that has seen no gold at all (summaries labelled or titled, of employers outside the test).
At each step the next postings are taken from the pool, in an order made with the model as it is then; a logistic
regression over the start's log-odds and the wording learns from all that were taken. Macro-F1 is that of the whole
gold, each posting judged by the fold that has not seen its employer.

    python benchmarks/label_queue.py --data ../shared/data --repetitions 20 > label_queue.json
"""

import argparse
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, f1_score

from postclass.agreement import mismatch
from postclass.corpus import read_corpus
from postclass.fitting import _fit_director_lines, _fit_level
from postclass.folds import FOLDS, group_folds
from postclass.labelling.queue import Signals, is_by_chance, worth
from postclass.table import GOLD, LABELLED, TITLED, Table, tabulate
from postclass.traits import load_traits

Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]
STEPS = (20, 30, 40, 60, 80, 100, 120, 160, 200, 240, 300, 360, 420, 500)
TRUST = 3.0  # how little the start's log-odds are penalised against single words
C = 3.0
RANDOM = (100, 200, 300)  # labels in random order whose figure another order is to reach


@dataclass(frozen=True)
class Pool:
    """One fold: all gold postings' values, what the start says of them, and their signals besides."""

    values: Any
    start: Floats
    title: tuple[str, ...]
    apart: Floats
    unknown: Floats


def adapted(pool: Pool, taken: Rows, director: npt.NDArray[np.bool_]) -> Floats:
    """Log-odds of all gold postings after learning from those taken; the start's own while only one level is known."""
    known = director[taken]
    if known.all() or not known.any():
        return pool.start
    opinion = TRUST * (pool.start - pool.start.mean()) / pool.start.std()
    inputs = sp.hstack([pool.values, sp.csr_matrix(opinion[:, None])], format="csr")
    model = LogisticRegression(C=C, solver="liblinear", max_iter=300, random_state=0).fit(inputs[taken], known)
    return np.asarray(model.decision_function(inputs))


Order = Callable[[Pool, Rows, Rows, Floats, int, np.random.Generator], Rows]


def _chance(log_odds: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-log_odds)))


def _best(left: Rows, scores: Floats, n: int) -> Rows:
    return left[np.argsort(-scores, kind="stable")[:n]]


def _random(_: Pool, left: Rows, __: Rows, ___: Floats, n: int, rng: np.random.Generator) -> Rows:
    return rng.permutation(left)[:n]


def _by(score: Callable[[Pool, Floats], Floats]) -> Order:
    def order(pool: Pool, left: Rows, _: Rows, log_odds: Floats, n: int, __: np.random.Generator) -> Rows:
        return _best(left, score(pool, log_odds)[left], n)

    return order


def _unsure(_: Pool, log_odds: Floats) -> Floats:
    return 1 - np.abs(2 * _chance(log_odds) - 1)


def _mismatch(pool: Pool, log_odds: Floats) -> Floats:
    pairs = zip(pool.title, log_odds, strict=True)
    return np.array([mismatch(t, o) if t in {"director", "pm"} else 0.0 for t, o in pairs])  # type: ignore[arg-type]


def _spread(*, weighted: bool) -> Order:
    """Far from what was taken (k-center, greedy), by itself or times uncertainty."""

    def order(pool: Pool, left: Rows, taken: Rows, log_odds: Floats, n: int, _: np.random.Generator) -> Rows:
        weights = _unsure(pool, log_odds)[left] + 0.02 if weighted else np.ones(len(left))
        unit = pool.values
        near = np.zeros(len(left))
        if len(taken):
            near = np.asarray((unit[left] @ unit[taken].T).max(axis=1).todense()).ravel()
        chosen: list[int] = []
        for _step in range(min(n, len(left))):
            scores = (1 - near) * weights
            scores[chosen] = -1
            chosen.append(int(scores.argmax()))
            near = np.maximum(near, np.asarray((unit[left] @ unit[left[chosen[-1:]]].T).todense()).ravel())
        return left[chosen]

    return order


def _mixed(share: float) -> Order:
    """Most by uncertainty, the rest by chance."""

    def order(pool: Pool, left: Rows, _: Rows, log_odds: Floats, n: int, rng: np.random.Generator) -> Rows:
        first = _best(left, _unsure(pool, log_odds)[left], round(share * n))
        return np.concatenate([first, rng.permutation(np.setdiff1d(left, first))[: n - len(first)]])

    return order


def _score(pool: Pool, log_odds: Floats) -> Floats:
    """As `label queue` scores."""
    return np.array(
        [
            worth(Signals(p_director=float(p), mismatch=float(m), apart=float(a), unknown=float(u)))
            for p, m, a, u in zip(_chance(log_odds), _mismatch(pool, log_odds), pool.apart, pool.unknown, strict=True)
        ]
    )


def _shipped(  # noqa: PLR0913, PLR0917 - an `Order`
    pool: Pool, left: Rows, taken: Rows, log_odds: Floats, n: int, rng: np.random.Generator
) -> Rows:
    """As `label queue` picks; gold has no twins to be left out."""
    chance = sum(is_by_chance(place) for place in range(len(taken), len(taken) + n))
    drawn = rng.permutation(left)[:chance]
    rest = np.setdiff1d(left, drawn)
    return np.concatenate([drawn, _best(rest, _score(pool, log_odds)[rest], n - len(drawn))])


def _change(pool: Pool, log_odds: Floats) -> Floats:
    """Expected length of the gradient."""
    return _unsure(pool, log_odds) * np.asarray(np.sqrt(pool.values.multiply(pool.values).sum(axis=1))).ravel()


ORDERS: dict[str, Order] = {
    "random": _random,
    "shipped": _shipped,
    "uncertain": _by(_unsure),
    "directors": _by(lambda _, log_odds: log_odds),
    "uncertain + p/2": _by(lambda pool, log_odds: _unsure(pool, log_odds) + _chance(log_odds) / 2),
    "change": _by(_change),
    "title": _by(_mismatch),
    "apart": _by(lambda pool, _: pool.apart),
    "unknown": _by(lambda pool, _: pool.unknown),
    "uncertain + title": _by(lambda pool, o: _unsure(pool, o) + 0.5 * _mismatch(pool, o)),
    "uncertain + apart": _by(lambda pool, o: _unsure(pool, o) + 0.3 * pool.apart),
    "uncertain + unknown": _by(lambda pool, o: _unsure(pool, o) + pool.unknown),
    "spread": _spread(weighted=False),
    "uncertain x spread": _spread(weighted=True),
    "7 uncertain + 3 random": _mixed(0.7),
}  # fmt: skip


def make_pool(table: Table, gold: Rows, test: Rows) -> Pool:
    """The start of one fold, without the employers of the test in it."""
    employers = np.array(table.employers)
    weak = np.flatnonzero(np.isin(table.kind, (LABELLED, TITLED)) & ~np.isin(employers, employers[gold[test]]))
    space, head = _fit_level(table, weak)
    values = table.level.values(gold, space)
    start = np.asarray(values @ np.array(head.weights) + head.bias)
    # whether the lines and the wording pull apart, each in its own standard deviations
    rows = np.flatnonzero(np.isin(table.owner, weak))
    line_space = table.lines.space(rows)
    model = _fit_director_lines(table, rows, table.lines.values(rows, line_space))
    lines = np.flatnonzero(np.isin(table.owner, gold))
    scores = table.lines.values(lines, line_space) @ model.coef_[0] + model.intercept_[0]
    best = np.array([scores[table.owner[lines] == i].max(initial=-9.0) for i in gold])
    pull = [(x - x.mean()) / x.std() for x in (best, start)]
    apart = np.where(pull[0] * pull[1] < 0, np.minimum(*map(np.abs, pull)), 0.0)
    known = set(space.terms)
    words = [[word for line in table.documents[i].words for word in line] for i in gold]
    unknown = np.array([1 - sum(word in known for word in own) / max(1, len(own)) for own in words])
    return Pool(values, start, tuple(table.documents[i].claim for i in gold), 1 - np.exp(-apart), unknown)


def repetition(table: Table, gold: Rows, seed: int, orders: list[str]) -> dict[str, Any]:
    """Macro-F1, average precision and directors taken, by order and step."""
    director = table.director[gold]
    folds = group_folds([table.employers[i] for i in gold], director, seed=seed)
    said = {name: np.zeros((len(STEPS), len(gold))) for name in orders}
    found = {name: np.zeros(len(STEPS)) for name in orders}
    for fold in range(FOLDS):
        test, inside = np.flatnonzero(folds == fold), np.flatnonzero(folds != fold)
        pool = make_pool(table, gold, test)
        for name in orders:
            rng, taken, log_odds = np.random.default_rng((seed, fold)), np.zeros(0, dtype=np.int64), pool.start
            for step, size in enumerate(STEPS):
                left = np.setdiff1d(inside, taken)
                taken = np.concatenate([taken, ORDERS[name](pool, left, taken, log_odds, size - len(taken), rng)])
                log_odds = adapted(pool, taken, director)
                said[name][step, test] = log_odds[test]
                found[name][step] += director[taken].sum() / FOLDS
    return {
        name: {
            "macro_f1": [float(f1_score(director, row > 0, average="macro")) for row in said[name]],
            "average_precision": [float(average_precision_score(director, row)) for row in said[name]],
            "directors": found[name].tolist(),
        }
        for name in orders
    }


def labels_needed(curve: Floats, target: float) -> float:
    """The labels from which on a curve stays at a target or above: linear between steps; infinite if it never does."""
    below = np.flatnonzero(curve < target)
    if not len(below):
        return float(STEPS[0])
    last = int(below[-1])
    if last + 1 == len(STEPS):
        return float("inf")
    share = (target - curve[last]) / (curve[last + 1] - curve[last])
    return float(STEPS[last] + share * (STEPS[last + 1] - STEPS[last]))


def against_random(runs: list[dict[str, Any]], name: str, measure: str, *, labels: int) -> dict[str, Any]:
    """How many labels an order needs for what random order reaches with so many.

    By the means over repetitions; the interval is a bootstrap over them.
    """
    own = np.array([run[name][measure] for run in runs])
    random = np.array([run["random"][measure] for run in runs])[:, STEPS.index(labels)]

    def ratio(rows: Rows) -> float:
        return labels_needed(own[rows].mean(axis=0), float(random[rows].mean())) / labels

    rng = np.random.default_rng(0)
    drawn = np.sort([ratio(rng.integers(len(runs), size=len(runs))) for _ in range(1000)])
    return {
        "target": round(float(random.mean()), 4),
        "ratio": round(ratio(np.arange(len(runs))), 3),
        "interval": [round(float(drawn[25]), 3), round(float(drawn[974]), 3)],
    }


def main() -> None:
    """Run the repetitions, and print what they come to as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--repetitions", type=int, default=20)
    parser.add_argument("--orders", default="all", help="names, comma between; random is always among them")
    given = parser.parse_args()
    data = given.data
    corpus = read_corpus(
        data / "postings.parquet",
        [data / "labels.jsonl", data / "labels_summaries.jsonl", Path("data/labelled/labels.jsonl")],
        [data / "summaries.parquet", Path("data/labelled/postings.jsonl")],
    )
    table = tabulate(corpus.documents, [trait.key for trait in load_traits()])
    gold = np.flatnonzero(table.kind == GOLD)
    orders = list(ORDERS) if given.orders == "all" else list(dict.fromkeys(["random", *given.orders.split(",")]))
    runs = []
    for seed in range(given.repetitions):
        runs.append(repetition(table, gold, seed, orders))
        print(json.dumps(runs[-1]), file=sys.stderr, flush=True)  # what there is if one stops it
    mean = {
        name: {
            key: np.mean([run[name][key] for run in runs], axis=0).round(4).tolist()
            for key in ("macro_f1", "average_precision", "directors")
        }
        for name in orders
    }
    against = {
        name: {
            f"{measure} of {labels} random labels": against_random(runs, name, measure, labels=labels)
            for measure in ("macro_f1", "average_precision")
            for labels in RANDOM
        }
        for name in orders
        if name != "random"
    }
    print(json.dumps({"repetitions": len(runs), "steps": STEPS, "curves": mean, "against random": against}, indent=1))


if __name__ == "__main__":
    main()
