"""Scores, pools and the exact shares of the log-odds."""

from dataclasses import replace
from math import exp, inf, log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from own import own_postings, shipped
from postclass.features import read_posting
from postclass.opinion import (
    DIRECTOR_TRAITS,
    LineWeight,
    Parts,
    form_opinion,
    found,
    join,
    logistic,
    logit,
    pooled,
    share_of,
)
from postclass.traits import load_traits

READING = read_posting(own_postings()[0])


def test_an_opinion_adds_up() -> None:
    """The log-odds are the bias, the wording's share and the traits' shares; the wording's share is its terms'."""
    parts = shipped().parts
    opinion = form_opinion(parts, READING.words)
    slope, mean = parts.wording

    assert opinion.log_odds == pytest.approx(opinion.bias + opinion.wording + sum(opinion.shares), abs=1e-12)
    assert opinion.wording == pytest.approx(sum(opinion.term_shares) + slope * (parts.level_head.bias - mean), abs=1e-9)
    assert len(parts.traits) == len(opinion.shares)
    assert len(parts.traits) + 1 == len(opinion.pools)


def test_director_lines_are_told_by_traits() -> None:
    """What the lines that read like a director's weigh is told within the shares of a director's core traits."""
    parts = shipped().parts
    without = replace(parts, director_lines=replace(parts.director_lines, coefficients=(0.0, 0.0, 0.0)))
    full, bare = (form_opinion(p, READING.words) for p in (parts, without))
    moved = {key: a - b for key, a, b in zip(parts.traits, full.shares, bare.shares, strict=True)}
    weight = share_of(parts.director_lines, full.pools[-1])

    assert weight == pytest.approx(sum(moved.values()), abs=1e-9)
    assert abs(weight) > 0.01
    assert {key for key, share in moved.items() if share} <= set(DIRECTOR_TRAITS)


def test_core_traits_are_directors() -> None:
    """The traits of a director's core are traits of the director's side."""
    assert set(DIRECTOR_TRAITS) <= {trait.key for trait in load_traits() if trait.side == "director"}


def test_prior_moves_the_log_odds_exactly() -> None:
    """Another share of directors adds the difference of the two shares' log-odds, and changes nothing else."""
    parts = shipped().parts
    usual, moved = form_opinion(parts, READING.words), form_opinion(parts, READING.words, prior=0.3)

    assert logit(0.3) - logit(parts.decision.prior) == pytest.approx(moved.log_odds - usual.log_odds, abs=1e-12)
    assert (usual.shares, usual.wording) == (moved.shares, moved.wording)
    assert form_opinion(parts, READING.words, prior=parts.decision.prior).log_odds == usual.log_odds


def test_short_lines_are_not_scored() -> None:
    """Lines of fewer than three words have no scores; without any other line the pools are zero."""
    parts = shipped().parts
    opinion = form_opinion(parts, [["one", "two"], [], ["lead", "product", "managers"]])
    bare = form_opinion(parts, [["one", "two"], []])

    assert [True, True, False] == [scores is None for scores in opinion.scores]
    assert {(0.0, 0.0, 0.0)} == set(bare.pools)
    assert bare.log_odds == pytest.approx(bare.bias + bare.wording + sum(bare.shares), abs=1e-12)


def test_pools() -> None:
    """The strongest line, the mean of the strongest three, and the log of the summed odds."""
    scores = ((3.0, 0.0), None, (1.0, 0.0), (2.0, 0.0), (-5.0, 0.0))

    assert (3.0, 2.0, log(exp(3) + exp(1) + exp(2) + exp(-5))) == pytest.approx(pooled(scores, size=2)[0])
    assert (0.0, 0.0, log(4)) == pytest.approx(pooled(scores, size=2)[1])
    assert ((0.0, 0.0, 0.0),) * 2 == pooled((None, None), size=2)
    assert (4.0, 3.0, 4.0 + log(1 + exp(-2))) == pytest.approx(pooled(((2.0,), (4.0,)), size=1)[0])


def test_share() -> None:
    """A share is each coefficient times what its pool is above its mean."""
    weight = LineWeight((1.0, 2.0, 3.0), (0.5, 0.5, 0.5), (9.0, 9.0, 9.0))

    assert 0.5 * 1 + 1.5 * 2 + 2.5 * 3 == share_of(weight, (1.0, 2.0, 3.0))


def test_found_needs_the_line_scores() -> None:
    """Traits are found by the affine map of their pools: at zero they are not, above it they are."""
    parts = shipped().parts
    scores = form_opinion(parts, READING.words).scores
    opinion = join(parts, scores, (), (), bias=0.0)
    one = parts.traits.index(found(parts, opinion)[0])
    presence = parts.presence[one]
    best = [pools[0] for pools in opinion.pools[:-1]]
    own = sum(c * v for c, v in zip(presence.coefficients, opinion.pools[one], strict=True))
    at_zero = -own - sum(c * v for c, v in zip(presence.others, best, strict=True))

    def with_bias(bias: float) -> Parts:
        changed = replace(presence, bias=bias)
        return replace(parts, presence=(*parts.presence[:one], changed, *parts.presence[one + 1 :]))

    assert parts.traits[one] in found(with_bias(at_zero + 1e-6), opinion)
    assert parts.traits[one] not in found(with_bias(at_zero - 1e-6), opinion)


@given(st.floats(-700, 700))
def test_logistic_never_overflows(log_odds: float) -> None:
    """Log-odds of any size are a probability, symmetric about zero."""
    assert 0 <= logistic(log_odds) <= 1
    assert logistic(log_odds) + logistic(-log_odds) == pytest.approx(1.0)


@given(st.floats(1e-9, 1 - 1e-9))
def test_logit_and_logistic_are_inverse(probability: float) -> None:
    """A probability as log-odds and back is the same."""
    assert probability == pytest.approx(logistic(logit(probability)), rel=1e-9)


def test_extremes() -> None:
    """Boundless log-odds are certainty."""
    assert (1.0, 0.0, 0.5) == (logistic(inf), logistic(-745.0), logistic(0.0))
