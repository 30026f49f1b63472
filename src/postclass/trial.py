"""A model and documents that it has not learnt from go in; what it said of each comes out, held against the labels."""

from dataclasses import dataclass

import numpy as np

from postclass.corpus import Document
from postclass.explain import quote
from postclass.features import MIN_LINE_WORDS, read_posting
from postclass.judge import Model
from postclass.measures import Floats
from postclass.opinion import Opinion, form_opinion, found, join, logistic, logit, wording
from postclass.verdict import Level

RANDOM_DRAWS = 5  # of lines, to hold the lines shown against; their mean is taken


@dataclass(frozen=True, slots=True)
class Faithfulness:
    """What the probability of the verdict loses: without the lines shown, with them alone; and so for random lines."""

    comprehensiveness: float
    sufficiency: float
    random_comprehensiveness: float
    random_sufficiency: float


@dataclass(frozen=True, slots=True)
class Judged:
    """What was said of one posting of the gold."""

    log_odds: float
    prior: float  # log-odds of director in the model's training
    level: Level
    found: frozenset[str]  # traits
    right: frozenset[str]  # traits of the gold whose quote stands in a line that the annotators pointed to
    faithfulness: Faithfulness


@dataclass(frozen=True, slots=True)
class Run:
    """What one repetition of the folds said: of the gold, of gold postings with neither level, of other trades."""

    judged: tuple[Judged, ...]
    neither: tuple[Level, ...]
    others: tuple[Level, ...]
    peers: dict[str, Floats]  # log-odds or scores of director for each posting of the gold, by method


def judge(model: Model, document: Document, *, seed: int) -> Judged:
    """Judges one document of the gold by the lines that its annotators saw."""
    parts = model.parts
    opinion = form_opinion(parts, document.words)
    traits = found(parts, opinion)
    reading = read_posting(document.posting)
    lines = {key: quote(parts, reading, opinion, key)[0] for key in parts.traits}
    return Judged(
        log_odds=opinion.log_odds,
        prior=logit(parts.decision.prior),
        level=model.level(logistic(opinion.log_odds), model.in_scope(document.words, names_role=document.names_role)),
        found=frozenset(traits),
        right=frozenset(key for key, groups in document.evidence.items() if any(lines[key] in g for g in groups)),
        faithfulness=_faithfulness(model, document, opinion, {lines[key] for key in traits}, seed=seed),
    )


def level_of(model: Model, document: Document) -> Level:
    """The level given to a document; out of scope is told first, since it is quick."""
    in_scope = model.in_scope(document.words, names_role=document.names_role)
    if in_scope < model.parts.decision.scope:
        return "out_of_scope"
    return model.level(logistic(form_opinion(model.parts, document.words).log_odds), in_scope)


def _faithfulness(model: Model, document: Document, opinion: Opinion, shown: set[int], *, seed: int) -> Faithfulness:
    """Comprehensiveness and sufficiency (ERASER, DeYoung et al. 2020) of the lines shown and of as many random ones."""
    size = len(document.words)
    scored = np.array([i for i, words in enumerate(document.words) if len(words) >= MIN_LINE_WORDS], dtype=np.int64)
    rng = np.random.default_rng((seed, size, len(scored)))
    whole = _certainty(opinion.log_odds, opinion.log_odds)

    def loss(kept: set[int]) -> float:
        return whole - _certainty(_log_odds_of(model, document, opinion, kept), opinion.log_odds)

    everything = set(range(size))
    drawn = [set(rng.permutation(scored)[: len(shown)].tolist()) for _ in range(RANDOM_DRAWS)]
    return Faithfulness(
        loss(everything - shown),
        loss(shown),
        float(np.mean([loss(everything - lines) for lines in drawn])),
        float(np.mean([loss(lines) for lines in drawn])),
    )


def _log_odds_of(model: Model, document: Document, opinion: Opinion, kept: set[int]) -> float:
    """The verdict's log-odds of some of the lines."""
    scores = tuple(line if i in kept else None for i, line in enumerate(opinion.scores))
    words = [document.words[i] for i in sorted(kept)]
    return join(model.parts, scores, *wording(model.parts, words), bias=opinion.bias).log_odds


def _certainty(log_odds: float, verdict: float) -> float:
    """The probability of the level that the whole posting was given."""
    return logistic(log_odds if verdict > 0 else -log_odds)
