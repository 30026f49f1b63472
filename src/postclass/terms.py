"""Texts go in, counts of the terms that may be learnt from come out, and their TF-IDF values as arrays."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from sklearn.feature_extraction.text import CountVectorizer

from postclass.corpus import Document
from postclass.errors import TrainingError
from postclass.features import TOKEN, Space, Tf

Matrix: TypeAlias = Any  # a scipy.sparse.csr_matrix; scipy ships no types
Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]

MIN_EMPLOYERS = 5  # a term of fewer employers may be one of their own words (the privacy promise)
COMMON = 60  # an employer's name that stands at this many other employers is a common word
TOO_FEW = (
    f"no term stands in the postings of {MIN_EMPLOYERS} or more employers, so there is nothing to learn from;"
    " give postings of more employers, and name these in `employer` or `company`"
)
_SECRET = re.compile(r"\b(?:https?|www|com|org|net|gmail|email|html?)\b|\d{3}|_")


@dataclass(frozen=True, slots=True)
class Counts:
    """Documents by terms: how often each term stands in each."""

    terms: tuple[str, ...]
    matrix: Matrix
    longest: int
    tf: Tf
    power: float = 1.0  # see `Space`

    def space(self, rows: npt.NDArray[np.int64]) -> Space:
        """The TF-IDF space whose document frequencies are those of some rows, its idf rounded to float32."""
        present = np.asarray((self.matrix[rows] > 0).sum(axis=0)).ravel()
        idf = single(np.log((1 + len(rows)) / (1 + present)) + 1)
        norms = _norms(self._weighted(rows, idf))
        scale = float(np.median(norms[norms > 0])) ** (self.power - 1) if norms.any() else 1.0
        index = {term: i for i, term in enumerate(self.terms)}
        return Space(self.terms, index, tuple(idf.tolist()), self.longest, self.tf, self.power, scale)

    def values(self, rows: npt.NDArray[np.int64], space: Space) -> Matrix:
        """The TF-IDF values of some rows, as `Space.values` has them."""
        matrix = self._weighted(rows, np.array(space.idf))
        norms = _norms(matrix)
        norms[norms == 0] = 1
        return sp.csr_matrix(sp.diags(space.scale / norms**space.power) @ matrix)

    def _weighted(self, rows: npt.NDArray[np.int64], idf: Floats) -> Matrix:
        matrix = self.matrix[rows].astype(np.float64)
        matrix.data = np.ones_like(matrix.data) if self.tf == "binary" else 1 + np.log(matrix.data)
        return matrix @ sp.diags(idf)


def _norms(matrix: Matrix) -> Floats:
    return np.asarray(np.sqrt(matrix.multiply(matrix).sum(axis=1)), dtype=np.float64).ravel()


def single(weights: Floats) -> Floats:
    """Rounded to float32, in which the model is stored; calibration comes after this."""
    return weights.astype(np.float32).astype(np.float64)


def count(  # noqa: PLR0913 - private to the package
    texts: Sequence[str],
    employers: Sequence[str],
    *,
    longest: int,
    tf: Tf,
    banned: "Names",
    addresses: Sequence[frozenset[str]] = (),
) -> Counts:
    """Counts the terms of up to `longest` words that stand at five employers or more and give nobody away.

    A text's `addresses` are its words that do not count for the five, since they stand in addresses alone.
    """
    vectorizer = CountVectorizer(ngram_range=(1, longest), min_df=MIN_EMPLOYERS, token_pattern=TOKEN, dtype=np.int32)
    try:
        matrix = sp.csr_matrix(vectorizer.fit_transform(texts))
    except ValueError as error:  # no word at all, or none in enough texts
        raise TrainingError(TOO_FEW) from error
    known = np.array([not employer.startswith("(none)") for employer in employers])
    names, groups = np.unique(np.array(employers)[known], return_inverse=True)
    membership = sp.csr_matrix((np.ones(len(groups)), (groups, np.flatnonzero(known))), shape=(len(names), len(texts)))
    terms = vectorizer.get_feature_names_out()
    spread = np.asarray(((membership @ _outside(matrix, terms, addresses)) > 0).sum(axis=0)).ravel()
    keep = [i for i in np.flatnonzero(spread >= MIN_EMPLOYERS) if not banned.hits(terms[i])]
    return Counts(tuple(terms[i] for i in keep), matrix[:, keep], longest, tf)


def _outside(matrix: Matrix, terms: Sequence[str], addresses: Sequence[frozenset[str]]) -> Matrix:
    """Which text has which term, but for terms with a word that stands in addresses of that text alone."""
    present = matrix > 0
    for row, words in enumerate(addresses):
        if words:
            at = slice(*matrix.indptr[row : row + 2])
            present.data[at] = [words.isdisjoint(terms[term].split()) for term in present.indices[at]]
    return present


class Names:
    """The employers' names, and what else must not become a term."""

    def __init__(self, documents: Sequence[Document]) -> None:
        # Runs of two characters or more, so that a name is known without its single letters too.
        given = {" ".join(re.findall(r"\w\w+", (d.posting.company or "").lower())) for d in documents} - {""}
        single_words = sorted(name for name in given if " " not in name)
        common: set[str] = set()
        if single_words:
            present = CountVectorizer(binary=True, vocabulary=single_words).transform(d.text for d in documents)
            totals = np.asarray(present.sum(axis=0)).ravel()
            common = {name for name, n in zip(single_words, totals, strict=True) if n >= COMMON}
        self._names = given - common

    def hits(self, term: str) -> bool:
        """Whether a term holds an employer's name, or looks like a part of an address or number."""
        words = term.split()
        parts = (" ".join(words[i:j]) for i in range(len(words)) for j in range(i + 1, len(words) + 1))
        return _SECRET.search(term) is not None or any(part in self._names for part in parts)
