"""The shipped model's meaning in plain scikit-learn: its pipelines, and the whole verdict of a list of postings.

It is what speed is measured against, so it is written as well as somebody with scikit-learn and numpy would: one
`transform` for all the lines of a list of postings, matrix products for the heads, and no loop over traits.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline

from postclass.features import MIN_LINE_WORDS, ROLE_WORD, TOKEN, Head, Reading, Space, read_posting
from postclass.judge import ENGLISH, MIN_ENGLISH, MIN_KNOWN, MIN_LANGUAGE_WORDS, MIN_LINES, MIN_WORDS, Model
from postclass.opinion import LineWeight, Parts, logistic
from postclass.posting import Posting

Floats = npt.NDArray[np.float64]
TOP_TERMS = 5
STRONGEST = 3


class Verdict(NamedTuple):
    """What the default output tells of a posting."""

    level: str
    p_director: float | None
    p_in_scope: float | None
    traits: list[str]
    top_terms: list[tuple[str, float]]


def vectorizer(space: Space) -> TfidfVectorizer:
    """A space as scikit-learn has it; one whose norm has a power of its own is left unnormalised."""
    made = TfidfVectorizer(
        ngram_range=(1, space.longest),
        norm="l2" if space.power == 1.0 else None,
        token_pattern=TOKEN,
        binary=space.tf == "binary",
        sublinear_tf=space.tf == "sublinear",
        vocabulary=space.index,
    )
    made.idf_ = np.array(space.idf, dtype=np.float64)
    return made


def regression(head: Head) -> LogisticRegression:
    """A head as scikit-learn has it: pm against director."""
    made = LogisticRegression()
    made.classes_ = np.array(["pm", "director"])
    made.coef_ = np.array([head.weights], dtype=np.float64)
    made.intercept_ = np.array([head.bias])
    return made


def level_pipeline(parts: Parts) -> Pipeline:
    """The level head: `predict_proba(list[str])` takes clean, masked texts."""
    return make_pipeline(vectorizer(parts.level_space), regression(parts.level_head))


class Reference:
    """Judges lists of postings."""

    def __init__(self, model: Model) -> None:
        parts = model.parts
        self._model, self._parts = model, parts
        self._level, self._lines, self._scope = map(
            vectorizer, (parts.level_space, parts.line_space, parts.scope_space)
        )
        self._level_weights, self._scope_weights = (
            np.array(head.weights, dtype=np.float64) for head in (parts.level_head, parts.scope_head)
        )
        size = len(parts.line_heads.biases)
        self._line_weights = np.array(parts.line_heads.weights, dtype=np.float64).reshape(-1, size)
        self._line_biases = np.array(parts.line_heads.biases)
        weights: tuple[LineWeight, ...] = (*parts.weights, parts.director_lines)
        self._coefficients = np.array([weight.coefficients for weight in weights])
        self._means = np.array([weight.means for weight in weights])
        self._presence = np.array([presence.coefficients for presence in parts.presence])
        self._others = np.array([presence.others for presence in parts.presence]).T
        self._presence_bias = np.array([presence.bias for presence in parts.presence])
        self._terms = np.array(parts.level_space.terms, dtype=object)
        self._alphabetical = np.argsort(np.argsort(self._terms))

    def judge(self, postings: Sequence[Posting]) -> list[Verdict]:
        """The verdicts, in order."""
        readings = [read_posting(posting) for posting in postings]
        judged = [i for i, reading in enumerate(readings) if self._is_enough(reading)]
        verdicts = [Verdict("unclear", None, None, [], [])] * len(postings)
        if not judged:
            return verdicts
        texts = ["\n".join(readings[i].masked) for i in judged]
        lines = [
            [line for line, words in zip(readings[i].masked, readings[i].words, strict=True) if
             len(words) >= MIN_LINE_WORDS] for i in judged
        ]  # fmt: skip
        pools = self._pools(lines)
        terms = self._level.transform(texts)
        slope, mean = self._parts.wording
        wording = slope * (terms @ self._level_weights + self._parts.level_head.bias - mean)
        shares = ((pools - self._means) * self._coefficients).sum(axis=(1, 2))
        best = pools[:, :-1, 0]
        found = (pools[:, :-1] * self._presence).sum(axis=2) + best @ self._others + self._presence_bias > 0
        in_scope = self._scope.transform(
            [f"{text}\n{ROLE_WORD}" if readings[i].names_role else text for i, text in zip(judged, texts, strict=True)]
        )
        slope_of_scope, bias_of_scope = self._parts.scope
        scope = slope_of_scope * (in_scope @ self._scope_weights + self._parts.scope_head.bias) + bias_of_scope
        for place, i in enumerate(judged):
            p_director = logistic(float(self._parts.bias + wording[place] + shares[place]))
            p_in_scope = logistic(float(scope[place]))
            traits = [self._parts.traits[trait] for trait in np.flatnonzero(found[place])]
            level = self._model.level(p_director, p_in_scope)
            verdicts[i] = Verdict(level, p_director, p_in_scope, traits, self._top_terms(terms, place, slope))
        return verdicts

    def _is_enough(self, reading: Reading) -> bool:
        """Whether there is English text enough to judge."""
        words = [word for line in reading.words for word in line if len(word) > 1]
        if len(words) < MIN_LANGUAGE_WORDS or len(reading.text.lines) < MIN_LINES:
            return False
        if sum(word in ENGLISH for word in words) < MIN_ENGLISH * len(words):
            index = self._parts.level_space.index
            if sum(word in index for word in words) < MIN_KNOWN * len(words):
                return False
        return len(reading.text.text.split()) >= MIN_WORDS

    def _pools(self, lines: list[list[str]]) -> Floats:
        """Posting x head x (strongest, mean of three strongest, soft count)."""
        space = self._parts.line_space
        values = self._lines.transform([line for own in lines for line in own])
        scores = values @ self._line_weights
        if space.power != 1.0:
            norms = np.sqrt(values.multiply(values).sum(axis=1)).A1
            scores *= np.divide(space.scale, norms**space.power, out=np.zeros_like(norms), where=norms > 0)[:, None]
        scores += self._line_biases
        pools = np.zeros((len(lines), len(self._line_biases), 3))
        for place, (start, end) in enumerate(pairwise(np.cumsum([0, *map(len, lines)]))):
            if start < end:
                ranked = np.sort(scores[start:end], axis=0)[::-1]
                pools[place, :, 0] = best = ranked[0]
                pools[place, :, 1] = ranked[:STRONGEST].mean(axis=0)
                pools[place, :, 2] = best + np.log(np.exp(ranked - best).sum(axis=0))
        return pools

    def _top_terms(self, terms: Any, place: int, slope: float) -> list[tuple[str, float]]:  # noqa: ANN401 - of scipy
        own = slice(terms.indptr[place], terms.indptr[place + 1])
        columns = terms.indices[own]
        shares = slope * terms.data[own] * self._level_weights[columns]
        order = np.lexsort((self._alphabetical[columns], -abs(shares)))[:TOP_TERMS]
        return list(zip(self._terms[columns[order]], shares[order].tolist(), strict=True))
