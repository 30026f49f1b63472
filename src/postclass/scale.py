"""A model's opinion goes in; how likely each rung of an employer's own ladder is comes out (cumulative logit).

Rungs are in order, lowest first. P(rung <= k) = logistic(threshold k - position), the proportional-odds model of
McCullagh (1980); the position is affine in the verdict's log-odds, the pooled line scores and terms of the text.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from postclass.opinion import Opinion, Parts, Pools, logistic


@dataclass(frozen=True, slots=True)
class RungScale:
    """An ordinal scale over what a model says of a posting."""

    rungs: tuple[str, ...]
    thresholds: tuple[float, ...]  # one fewer, ascending
    verdict: float  # weight of the verdict's log-odds
    pools: tuple[Pools, ...]  # weights, of each trait and last of the director-like lines
    terms: Mapping[int, float]  # weights of TF-IDF values of the level space


def position(scale: RungScale, parts: Parts, opinion: Opinion, lines: Sequence[list[str]]) -> float:
    """Where a posting stands on the scale."""
    total = scale.verdict * opinion.log_odds
    weights = (*parts.weights, parts.director_lines)
    for coefficients, weight, pools in zip(scale.pools, weights, opinion.pools, strict=True):
        total += sum(c * (pool - mean) for c, pool, mean in zip(coefficients, pools, weight.means, strict=True))
    terms, values = parts.level_space.values([word for words in lines for word in words])
    return total + sum(scale.terms.get(term, 0.0) * value for term, value in zip(terms, values, strict=True))


def rung_chances(scale: RungScale, place: float) -> dict[str, float]:
    """The probability of each rung at a position; they add up to 1."""
    below = [0.0, *(logistic(threshold - place) for threshold in scale.thresholds), 1.0]
    return {rung: high - low for rung, low, high in zip(scale.rungs, below, below[1:], strict=False)}


def widened(scale: RungScale, traits: int) -> RungScale:
    """The same scale for a model with so many more traits, which weigh nothing in it."""
    return replace(scale, pools=(*scale.pools[:-1], *((0.0, 0.0, 0.0),) * traits, scale.pools[-1]))
