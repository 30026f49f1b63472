"""A posting goes in; out come its masked lines and the TF-IDF values of their terms, in plain Python.

The meaning of every number is that of scikit-learn's `TfidfVectorizer(ngram_range=(1, n), norm="l2",
token_pattern=TOKEN)`: `docs/method.md` gives the formulas, and a test holds the two against each other.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import log, sqrt
from operator import mul
from typing import Literal

from postclass.posting import Posting
from postclass.text import Text, read_text
from postclass.titles import mask, merged, name_mentions, role_mentions

Tf = Literal["binary", "sublinear"]

# A line with fewer words than this (a heading, a title) says nothing about the role; it is not scored for traits.
MIN_LINE_WORDS = 3
# Not TfidfVectorizer's default: the figures and plus signs of "8+ years" and the "a" of "manage a team" are worth 1.6
# points of macro-F1 to the level head alone (docs/experiments.md).
TOKEN = r"\w+|\+"  # noqa: S105 - a word, not a password
# Stands in the scope head's words for any product title; no posting holds it.
ROLE_WORD = "ownproductrole"
_WORDS = re.compile(TOKEN)


@dataclass(frozen=True, slots=True)
class Reading:
    """A posting as the model reads it: its text as shown, and the lines with title and company masked."""

    text: Text
    masked: tuple[str, ...]
    words: tuple[list[str], ...]  # of each masked line, in lower case
    names_role: bool = False  # whether it names a product role as its own, whichever


@dataclass(frozen=True, slots=True)
class Space:
    """A TF-IDF space: its terms, their inverse document frequencies, and how term counts enter."""

    terms: tuple[str, ...]
    index: dict[str, int]
    idf: Sequence[float]
    longest: int  # words in the longest terms
    tf: Tf
    # A text's values are divided by the L2 norm to this power, and multiplied by the scale: at 1 and 1 they are
    # TfidfVectorizer's own; under 1 a line that says more weighs more.
    power: float = 1.0
    scale: float = 1.0

    def values(self, words: list[str]) -> tuple[list[int], list[float]]:
        """The terms of a text (indices, in order of first appearance) and their normalised TF-IDF values."""
        counts: dict[int, int] = {}
        index = self.index
        for length in range(1, self.longest + 1):
            grams = words if length == 1 else map(" ".join, zip(*(words[i:] for i in range(length)), strict=False))
            for gram in grams:
                term = index.get(gram)
                if term is not None:
                    counts[term] = counts.get(term, 0) + 1
        if self.tf == "binary":
            raw = [self.idf[term] for term in counts]
        else:
            raw = [(1.0 + log(count)) * self.idf[term] for term, count in counts.items()]
        norm = sqrt(sum(value * value for value in raw))
        divisor = norm if self.power == 1.0 else norm**self.power / self.scale
        return list(counts), [value / divisor for value in raw]


@dataclass(frozen=True, slots=True)
class Head:
    """One logistic regression over a space: log-odds = bias + the sum of weight times value."""

    weights: Sequence[float]
    bias: float

    def shares(self, terms: list[int], values: list[float]) -> list[float]:
        """Each term's share of the log-odds."""
        weights = self.weights
        return [weights[term] * value for term, value in zip(terms, values, strict=True)]


@dataclass(frozen=True, slots=True)
class LineHeads:
    """One logistic regression for each trait over one space of lines; `weights` holds a row of traits for each term."""

    weights: Sequence[float]
    biases: tuple[float, ...]

    def scores(self, terms: list[int], values: list[float]) -> list[float]:
        """A line's log-odds for each trait."""
        if not terms:
            return list(self.biases)
        size, weights = len(self.biases), self.weights
        columns = zip(*(weights[term * size : term * size + size] for term in terms), strict=True)
        return [sum(map(mul, values, column), bias) for bias, column in zip(self.biases, columns, strict=True)]

    def shares(self, terms: list[int], values: list[float], trait: int) -> list[float]:
        """Each term's share of a line's log-odds for one trait."""
        size = len(self.biases)
        return [value * self.weights[term * size + trait] for term, value in zip(terms, values, strict=True)]


def read_posting(posting: Posting) -> Reading:
    """Cleans a posting's description, splits it into lines and masks its own title and company in them."""
    text = read_text(posting.description)
    masked, names_role = [], False
    for line in text.lines:
        roles = role_mentions(line.text)
        names_role = names_role or bool(roles)
        names = name_mentions(line.text, title=posting.title, company=posting.company)
        masked.append(mask(line.text, merged([*roles, *names])))
    return Reading(text, tuple(masked), tuple(words_of(line) for line in masked), names_role)


def scope_words(lines: Iterable[list[str]], *, names_role: bool) -> list[str]:
    """The scope head's words: those of the masked lines, and one more where the text names a product role."""
    return [*(word for words in lines for word in words), *([ROLE_WORD] if names_role else [])]


def words_of(text: str) -> list[str]:
    """The words of a text in lower case, as TF-IDF counts them."""
    return _WORDS.findall(text.lower())
