"""A reading goes in, a model's opinion of it comes out: line scores, and the exact shares of the verdict's log-odds."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import exp, log, log1p

from postclass.features import MIN_LINE_WORDS, Head, LineHeads, Space

# A trait's line scores in three numbers: the strongest, the mean of the three strongest, and a soft count.
Pools = tuple[float, float, float]
Scores = tuple[tuple[float, ...] | None, ...]  # line x trait log-odds; None for lines that are not scored


@dataclass(frozen=True, slots=True)
class Presence:
    """When a trait counts as found: log-odds affine in its pooled line scores and the other traits' best lines."""

    coefficients: Pools
    others: tuple[float, ...]  # for each trait's strongest line; 0 for its own
    bias: float


# Traits whose evidence, in a director-level posting, makes a line read like a director's. What such lines weigh is
# these traits' share of the verdict.
DIRECTOR_TRAITS = (
    "leads_product_managers",
    "portfolio_scope",
    "executive_stakeholders",
    "decision_authority",
    "organisational_alignment",
)


@dataclass(frozen=True, slots=True)
class LineWeight:
    """What a line head's pooled scores weigh in the verdict, each less its mean over the gold postings."""

    coefficients: Pools
    means: Pools
    usual: Pools  # medians over the gold postings that have the trait, or are director-level


@dataclass(frozen=True, slots=True)
class Decision:
    """Where the levels begin, and the share of directors that probabilities are calibrated to."""

    director: float  # p_director from here on is `director`
    pm: float  # p_director up to here is `pm`
    scope: float  # p_in_scope under this is `out_of_scope`
    prior: float


@dataclass(frozen=True, slots=True)
class Parts:
    """All that a model is made of; `modelfile` reads and writes it."""

    traits: tuple[str, ...]  # keys, in the order of the line heads
    sides: tuple[str, ...]  # of each trait: director or pm
    level_space: Space
    level_head: Head
    line_space: Space
    line_heads: LineHeads  # one for each trait, and a last one: does the line read like a director's?
    scope_space: Space
    scope_head: Head
    wording: tuple[float, float]  # weight of the level head's log-odds, and their mean in training
    weights: tuple[LineWeight, ...]
    director_lines: LineWeight
    presence: tuple[Presence, ...]
    bias: float
    scope: tuple[float, float]  # calibration of the scope head: slope, bias
    decision: Decision


@dataclass(frozen=True, slots=True)
class Opinion:
    """All that a model computed of one posting, before it is told."""

    scores: Scores
    pools: tuple[Pools, ...]  # of each trait, and last of the director-like lines
    shares: tuple[float, ...]  # of the verdict's log-odds, by trait
    wording: float
    bias: float
    terms: tuple[int, ...]  # of the level space
    term_shares: tuple[float, ...]  # of the wording's share, by term

    @property
    def log_odds(self) -> float:
        """Of director-level against PM-level work."""
        return self.bias + self.wording + sum(self.shares)


def form_opinion(parts: Parts, lines: Sequence[list[str]], *, prior: float | None = None) -> Opinion:
    """Scores the masked lines' words: every line for every trait, the wording, and the shares of the log-odds."""
    scores = tuple(
        tuple(parts.line_heads.scores(*parts.line_space.values(words))) if len(words) >= MIN_LINE_WORDS else None
        for words in lines
    )
    shift = 0.0 if prior is None else logit(prior) - logit(parts.decision.prior)
    return join(parts, scores, *wording(parts, lines), bias=parts.bias + shift)


def wording(parts: Parts, lines: Iterable[list[str]]) -> tuple[tuple[int, ...], tuple[float, ...]]:
    """The level space's terms in the words of some lines, and each one's share of the level head's log-odds."""
    terms, values = parts.level_space.values([word for words in lines for word in words])
    return tuple(terms), tuple(parts.level_head.shares(terms, values))


def join(parts: Parts, scores: Scores, terms: tuple[int, ...], shares: tuple[float, ...], *, bias: float) -> Opinion:
    """Joins line scores and the wording's shares into the shares of the verdict's log-odds."""
    slope, mean = parts.wording
    pools = pooled(scores, size=len(parts.traits) + 1)
    shares_of_traits = [share_of(weight, pool) for weight, pool in zip(parts.weights, pools[:-1], strict=True)]
    of_lines = share_of(parts.director_lines, pools[-1])
    for trait, portion in _portions(parts, scores).items():
        shares_of_traits[trait] += portion * of_lines
    return Opinion(
        scores=scores,
        pools=pools,
        shares=tuple(shares_of_traits),
        wording=slope * (sum(shares) + parts.level_head.bias - mean),
        bias=bias,
        terms=terms,
        term_shares=tuple(slope * share for share in shares),
    )


def _portions(parts: Parts, scores: Scores) -> dict[int, float]:
    """How the share of the director-like lines is told by trait: as the most director-like line shows the traits."""
    columns = [parts.traits.index(key) for key in DIRECTOR_TRAITS]
    best = max((line for line in scores if line is not None), key=lambda line: line[-1], default=None)
    if best is None:
        return dict.fromkeys(columns, 1.0 / len(columns))
    highest = max(best[column] for column in columns)
    odds = {column: exp(best[column] - highest) for column in columns}
    total = sum(odds.values())
    return {column: value / total for column, value in odds.items()}


def found(parts: Parts, opinion: Opinion) -> tuple[str, ...]:
    """The keys of the traits that are found."""
    best = [pools[0] for pools in opinion.pools[:-1]]
    return tuple(
        key
        for key, presence, pools in zip(parts.traits, parts.presence, opinion.pools[:-1], strict=True)
        if presence.bias + _dot(presence.coefficients, pools) + _dot(presence.others, best) > 0
    )


def _dot(coefficients: Sequence[float], values: Sequence[float]) -> float:
    return sum(c * v for c, v in zip(coefficients, values, strict=True))


def pooled(scores: Scores, *, size: int) -> tuple[Pools, ...]:
    """Each trait's line scores in three numbers: the strongest, the mean of the three strongest, and a soft count."""
    lines = [line for line in scores if line is not None]
    if not lines:
        return ((0.0, 0.0, 0.0),) * size
    result = []
    for column in zip(*lines, strict=True):
        ranked = sorted(column, reverse=True)
        best, three = ranked[0], ranked[:3]
        # log of the summed odds: grows with every line that may show the trait
        result.append((best, sum(three) / len(three), best + log(sum(exp(score - best) for score in ranked))))
    return tuple(result)


def share_of(weight: LineWeight, pools: Pools) -> float:
    """The share of the verdict's log-odds that pooled line scores have."""
    return sum(c * (v - m) for c, v, m in zip(weight.coefficients, pools, weight.means, strict=True))


def logistic(log_odds: float) -> float:
    """Log-odds as a probability, without overflow."""
    return 1.0 / (1.0 + exp(-log_odds)) if log_odds >= 0 else 1.0 - 1.0 / (1.0 + exp(log_odds))


def logit(probability: float) -> float:
    """A probability strictly between 0 and 1 as log-odds."""
    return log(probability) - log1p(-probability)
