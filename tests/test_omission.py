"""Judging without some lines, exactly."""

from dataclasses import replace
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from own import own_postings, shipped
from postclass.features import Reading, Tf, read_posting
from postclass.omission import Omission
from postclass.opinion import Opinion, Parts, form_opinion, join, wording

EXACT = 1e-9


@cache
def read(number: int) -> tuple[Reading, Opinion]:
    """An own posting and the opinion of it."""
    reading = read_posting(own_postings()[number])
    return reading, form_opinion(shipped().parts, reading.words)


def judged_without(parts: Parts, reading: Reading, opinion: Opinion, dropped: frozenset[int]) -> float:
    """The plain way: join what is kept."""
    kept = [words for i, words in enumerate(reading.words) if i not in dropped]
    scores = tuple(None if i in dropped else line for i, line in enumerate(opinion.scores))
    return join(parts, scores, *wording(parts, kept), bias=opinion.bias).log_odds


def test_nothing_left_out_is_the_opinion() -> None:
    """Without any omission the log-odds are those of the opinion."""
    reading, opinion = read(0)

    assert pytest.approx(opinion.log_odds, abs=EXACT) == Omission(shipped().parts, reading, opinion).log_odds(
        frozenset()
    )


@given(st.integers(0, 73), st.data())
def test_any_lines_left_out(number: int, data: st.DataObject) -> None:
    """Whichever lines go, the log-odds are those of judging the rest, and the same when asked again."""
    reading, opinion = read(number)
    dropped = frozenset(data.draw(st.sets(st.integers(0, len(reading.words) - 1), max_size=8)))
    omission = Omission(shipped().parts, reading, opinion)

    assert pytest.approx(judged_without(shipped().parts, reading, opinion, dropped), abs=EXACT) == omission.log_odds(
        dropped
    )
    assert omission.log_odds(dropped) == omission.log_odds(dropped)


@pytest.mark.parametrize("number", [0, 24, 71, 72])
def test_all_lines_but_a_few_left_out(number: int) -> None:
    """Down to nothing the sums hold, for what little is left is added up anew."""
    reading, opinion = read(number)
    omission = Omission(shipped().parts, reading, opinion)
    for kept in range(4):
        dropped = frozenset(range(kept, len(reading.words)))

        assert pytest.approx(
            judged_without(shipped().parts, reading, opinion, dropped), abs=EXACT
        ) == omission.log_odds(dropped)


@pytest.mark.parametrize("tf", ["binary", "sublinear"])
def test_every_kind_of_space(tf: Tf) -> None:
    """Counts of terms are kept, where they enter the values too, and norms of any power."""
    reading, _ = read(0)
    space = replace(shipped().parts.level_space, tf=tf, power=0.5, scale=0.25)
    parts = replace(shipped().parts, level_space=space)
    opinion = form_opinion(parts, reading.words)
    omission = Omission(parts, reading, opinion)
    for i in range(len(reading.words)):
        expected = judged_without(parts, reading, opinion, frozenset({i}))

        assert pytest.approx(expected, abs=EXACT) == omission.log_odds(frozenset({i}))


def test_shares_of_heads() -> None:
    """A head's share without lines is what the log-odds hold of it."""
    reading, opinion = read(0)
    parts = shipped().parts
    omission = Omission(parts, reading, opinion)
    shares = [omission.share(head, frozenset()) for head in range(len(parts.traits) + 1)]

    assert pytest.approx(sum(opinion.shares), abs=EXACT) == sum(shares)
