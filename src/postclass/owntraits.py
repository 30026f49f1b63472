"""Traits of an employer's own and the lines that labels cite for them go in; a model that finds them too comes out.

A new trait is found and quoted like the shipped ones; it has no weight in the verdict, for what it is worth there can't
be told from tens of labels.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp
from sklearn.linear_model import LogisticRegression

from postclass.adaptation import Bools, Floats, Rows, deal
from postclass.corpus import Document
from postclass.errors import TrainingError
from postclass.features import MIN_LINE_WORDS, LineHeads, words_of
from postclass.measures import DIGITS
from postclass.opinion import LineWeight, Parts, Pools, Presence, pooled
from postclass.traits import Trait

# As for the shipped traits (`fitting`): how weakly a head is penalised, and what a line that nobody pointed to counts
# in a posting that has the trait.
LINE_C, UNCITED_WEIGHT = 5.0, 0.3
FEWEST_POSTINGS = 4  # that have the trait, and that do not: fewer leave no boundary to choose


@dataclass(frozen=True, slots=True)
class _Lines:
    """Lines to learn a trait from, and the postings that they stand in; -1 for the examples of its definition."""

    values: sp.csr_matrix
    shows: Bools
    weights: Floats
    owner: Rows


def with_traits(
    parts: Parts, traits: Sequence[Trait], documents: Sequence[Document], groups: Rows
) -> tuple[Parts, dict[str, dict[str, float]]]:
    """A model that finds some more traits, and each one's figures out of fold.

    Only documents with any evidence teach: a level alone says nothing of traits. Raises `TrainingError` where too few
    have a trait.
    """
    rows = np.array([row for row, document in enumerate(documents) if document.evidence], dtype=np.int64)
    readers = [documents[row] for row in rows]
    figures = {}
    for trait in traits:
        has = np.array([trait.key in document.evidence for document in readers], dtype=bool)
        if min(has.sum(), (~has).sum()) < FEWEST_POSTINGS:
            raise TrainingError(
                f"trait {trait.key!r}: {has.sum()} labelled postings have it and {(~has).sum()} do not; "
                f"{FEWEST_POSTINGS} of both are needed: label some more, or take it out of the file"
            )
        parts, figures[trait.key] = _with_trait(parts, trait, readers, has, groups[rows])
    return parts, figures


def _with_trait(
    parts: Parts, trait: Trait, documents: Sequence[Document], has: Bools, groups: Rows
) -> tuple[Parts, dict[str, float]]:
    lines = _lines(parts, trait, documents)
    scores = np.zeros((len(documents), 3))
    for inside, outside in deal(has, groups, seed=4):
        fold = _fitted(lines, np.isin(lines.owner, [-1, *inside]))
        for row in outside:
            scores[row] = _pools(fold, lines, row)
    best = scores[:, 0]
    boundary = max((np.sort(best)[1:] + np.sort(best)[:-1]) / 2, key=lambda at: _f1(best > at, has))
    model = _fitted(lines, np.ones(len(lines.owner), dtype=bool))
    figures = {"postings": int(has.sum()), "f1": round(_f1(best > boundary, has), DIGITS)}
    size = len(parts.traits)
    heads = np.insert(np.array(parts.line_heads.weights).reshape(-1, size + 1), size, model.coef_[0], axis=1)
    weights = tuple(heads.astype(np.float32).ravel().tolist())
    biases = (*parts.line_heads.biases[:-1], float(model.intercept_[0]), parts.line_heads.biases[-1])
    weight = LineWeight((0.0, 0.0, 0.0), _triple(scores.mean(axis=0)), _triple(np.median(scores[has], axis=0)))
    presence = Presence((1.0, 0.0, 0.0), (0.0,) * (size + 1), -float(boundary))
    extended = replace(
        parts,
        traits=(*parts.traits, trait.key),
        sides=(*parts.sides, trait.side),
        line_heads=LineHeads(weights, biases),
        weights=(*parts.weights, weight),
        presence=(*(replace(old, others=(*old.others, 0.0)) for old in parts.presence), presence),
    )
    return extended, figures


def _lines(parts: Parts, trait: Trait, documents: Sequence[Document]) -> _Lines:
    """The lines of documents, and the examples and near misses of the trait's definition."""

    def told() -> Iterator[tuple[list[str], bool, float, int]]:
        for row, document in enumerate(documents):
            cited = {line for group in document.evidence.get(trait.key, ()) for line in group}
            other = UNCITED_WEIGHT if trait.key in document.evidence else 1.0
            for number, words in enumerate(document.words):
                if len(words) >= MIN_LINE_WORDS:
                    yield words, number in cited, 1.0 if number in cited else other, row
        for shows, texts in ((True, trait.examples), (False, trait.near_misses)):
            yield from ((words_of(text), shows, 1.0, -1) for text in texts)

    words, shows, weights, owner = zip(*told(), strict=True)
    entries = [parts.line_space.values(line) for line in words]
    starts = np.cumsum([0, *(len(terms) for terms, _ in entries)])
    values = sp.csr_matrix(
        (
            np.concatenate([values for _, values in entries]),
            np.concatenate([np.array(terms, dtype=np.int64) for terms, _ in entries]),
            starts,
        ),
        shape=(len(entries), len(parts.line_space.terms)),
    )
    return _Lines(values, np.array(shows), np.array(weights), np.array(owner))


def _fitted(lines: _Lines, rows: Bools) -> LogisticRegression:
    model = LogisticRegression(C=LINE_C, solver="liblinear", max_iter=500, random_state=0)
    return model.fit(lines.values[rows], lines.shows[rows], lines.weights[rows])


def _pools(model: LogisticRegression, lines: _Lines, row: int) -> Pools:
    own = lines.owner == row
    scores = model.decision_function(lines.values[own]) if own.any() else np.zeros(0)
    return pooled(tuple((float(score),) for score in scores), size=1)[0]


def _f1(said: Bools, truth: Bools) -> float:
    return float(2 * (said & truth).sum() / max(1, said.sum() + truth.sum()))


def _triple(values: Floats) -> Pools:
    best, three, soft = map(float, values)
    return best, three, soft
