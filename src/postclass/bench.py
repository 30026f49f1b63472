"""A corpus and what runs said of it go in; what is measured comes out as arrays, with the weights of the bootstrap."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from postclass.corpus import Corpus, Document
from postclass.measures import Bools, Figure, Floats, draw, figure, ratio
from postclass.trial import Run

Measure = Callable[[Bools, Floats, Floats], Floats]


@dataclass(frozen=True, slots=True)
class Bench:
    """What is measured on: places in the corpus of the gold, of gold with neither level, and of other trades."""

    corpus: Corpus
    gold: tuple[int, ...]
    neither: tuple[int, ...]
    others: tuple[int, ...]

    @classmethod
    def of(cls, corpus: Corpus) -> "Bench":
        """Sorts a corpus's documents by what they are measured for."""
        documents = list(enumerate(corpus.documents))
        return cls(
            corpus,
            tuple(i for i, d in documents if d.gold and d.level in {"director", "pm"}),
            tuple(i for i, d in documents if d.gold and d.level == "neither"),
            tuple(i for i, d in documents if not d.gold and d.level is None and d.claim == "other"),
        )

    def pick(self, rows: Sequence[int]) -> list[Document]:
        """The documents at some places."""
        return [self.corpus.documents[i] for i in rows]


@dataclass(frozen=True, slots=True)
class Sample:
    """The gold as arrays, and the weights of the bootstrap; `scores` holds the log-odds of each repetition."""

    documents: list[Document]
    truth: Bools
    weights: Floats
    runs: Sequence[Run]
    scores: list[Floats]

    @classmethod
    def of(cls, bench: Bench, runs: Sequence[Run]) -> "Sample":
        """Lays out what the runs said of the gold."""
        documents = bench.pick(bench.gold)
        scores = [np.array([judged.log_odds for judged in run.judged]) for run in runs]
        truth = np.array([document.level == "director" for document in documents])
        return cls(documents, truth, draw([document.employer for document in documents]), runs, scores)

    def mean(self, measure: Measure, *, where: Bools | None = None, scores: Sequence[Floats] | None = None) -> Floats:
        """A measure's mean over repetitions, one value a draw, on all postings or on some."""
        weights = self.weights if where is None else self.weights * where
        return np.asarray(
            np.mean([measure(self.truth, s, weights) for s in (self.scores if scores is None else scores)], axis=0)
        )

    def share(self, part: Callable[[Run], npt.NDArray[np.generic]], whole: Callable[[Run], Any]) -> Figure:
        """A ratio of sums over postings, its mean over repetitions."""
        return figure(np.mean([ratio(part(run), whole(run), self.weights) for run in self.runs], axis=0))
