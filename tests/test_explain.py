"""Reasons, quotes, missing traits and flips, as plain data that holds."""

from dataclasses import replace
from math import inf

import pytest

from own import own_postings, shipped
from postclass.explain import MAX_CHANGES, MAX_QUOTE, TOP_TERMS, explanation, quote, top_terms
from postclass.features import Head, LineHeads, Reading, Space, read_posting
from postclass.judge import JudgeSettings
from postclass.opinion import (
    DIRECTOR_TRAITS,
    Decision,
    LineWeight,
    Opinion,
    Parts,
    Presence,
    form_opinion,
    found,
    logistic,
    logit,
    share_of,
)
from postclass.posting import Posting
from postclass.traits import load_traits
from postclass.verdict import Explanation, Flip, Verdict

FULL = JudgeSettings(explain="full")
SIDES = {trait.key: trait.side for trait in load_traits()}


@pytest.fixture(scope="module")
def told() -> list[tuple[Posting, Verdict, Explanation, float]]:
    """Own postings with their verdicts in full."""
    pairs = zip(own_postings(), shipped().judge(own_postings(), settings=FULL), strict=True)
    return [(p, v, v.explanation, v.p_director) for p, v in pairs if v.explanation and v.p_director is not None]


Told = list[tuple[Posting, Verdict, Explanation, float]]


def test_every_span_quotes_the_text(told: Told) -> None:
    """Evidence is within the text at its offsets, at most 300 characters, inside one line."""
    for given, _, why, _ in told:
        reading = read_posting(given)

        assert reading.text.text == why.text
        for evidence in why.evidence:
            lines = [line for line in reading.text.lines if line.start <= evidence.start and evidence.end <= line.end]

            assert evidence.quote == why.text[evidence.start : evidence.end]
            assert 0 < len(evidence.quote) <= MAX_QUOTE
            assert 1 == len(lines)
            assert evidence.quote == evidence.quote.strip()
            assert 0 <= evidence.probability <= 1


def test_evidence_stands_for_every_trait_found(told: Told) -> None:
    """There is one piece of evidence for each trait found, in the traits' order, from its strongest line."""
    for given, verdict, why, _ in told:
        reading = read_posting(given)
        opinion = form_opinion(shipped().parts, reading.words)

        assert verdict.traits == tuple(evidence.trait for evidence in why.evidence)
        for evidence in why.evidence:
            trait = shipped().parts.traits.index(evidence.trait)
            best = max(scores[trait] for scores in opinion.scores if scores is not None)

            assert logistic(best) == pytest.approx(evidence.probability, abs=1e-12)


def test_missing_are_the_other_sides_traits_that_were_not_found(told: Told) -> None:
    """Missing traits are exactly those of the side that the text does not lean to, less those found."""
    for _, verdict, why, p_director in told:
        other = "pm" if p_director > 0.5 else "director"

        assert {key for key, side in SIDES.items() if side == other} - set(verdict.traits or ()) == set(why.missing)


def test_flips_hold_when_judged_again(told: Told) -> None:
    """A flip's lines, taken out of the posting, bring it across the boundary to the probability that is told."""
    dropped = [(p, why, chance) for p, _, why, chance in told if why.flip and why.flip.drop_lines]
    for given, why, p_director in dropped:
        assert why.flip is not None
        reading = read_posting(given)
        gone = list(why.flip.drop_lines)
        kept = []
        for line, words in zip(reading.text.lines, reading.words, strict=True):
            if line.text in gone:
                gone.remove(line.text)
            else:
                kept.append(words)
        after = form_opinion(shipped().parts, kept).log_odds

        assert [] == gone
        assert logistic(after) == pytest.approx(why.flip.p_director, abs=1e-9)
        assert (p_director > 0.5) != (why.flip.p_director > 0.5)
        assert ("director" if why.flip.p_director > 0.5 else "pm") == why.flip.to
        assert len(why.flip.drop_lines) <= MAX_CHANGES

    assert len(dropped) >= 3


def test_added_traits_hold(told: Told) -> None:
    """A flip's traits are missing ones that, at their usual strength, bring the posting across the boundary."""
    added = [(p, why, chance) for p, _, why, chance in told if why.flip and why.flip.add_traits]
    for _, why, p_director in added:
        assert why.flip is not None
        assert set(why.flip.add_traits) <= set(why.missing)
        assert (p_director > 0.5) != (why.flip.p_director > 0.5)
        assert 1 <= len(why.flip.add_traits) <= MAX_CHANGES
        assert () == why.flip.drop_lines

    assert len(added) >= 3


def test_top_terms(told: Told) -> None:
    """At most five terms, strongest first, each with its exact share of the log-odds."""
    for given, verdict, _, _ in told:
        opinion = form_opinion(shipped().parts, read_posting(given).words)
        space = shipped().parts.level_space
        shares = {space.terms[t]: share for t, share in zip(opinion.terms, opinion.term_shares, strict=True)}
        terms = verdict.top_terms or ()
        weights = [abs(term.weight) for term in terms]

        assert min(TOP_TERMS, len(shares)) == len(terms)
        assert sorted(weights, reverse=True) == weights
        assert sorted(map(abs, shares.values()), reverse=True)[: len(terms)] == pytest.approx(weights)
        assert all(shares[term.term] == term.weight for term in terms)


# A model small enough to reckon by hand: each word speaks for one trait of two, and not for the wording.
WORDS = ("lead", "ship", "we")
POOL_MAX = LineWeight((1.0, 0.0, 0.0), (0.0, 0.0, 0.0), (4.0, 4.0, 4.0))
NO_WEIGHT = LineWeight((0.0, 0.0, 0.0), (0.0, 0.0, 0.0), (0.0, 0.0, 0.0))
KEYS = (*DIRECTOR_TRAITS, "delivery")


def small(*, bias: float = 0.0, wording: float = 0.0, level_weights: tuple[float, ...] = (0.0, 0.0, 0.0)) -> Parts:
    """Six traits: `lead` shows the first with log-odds 5, `ship` the last with 5; all other scores are -1."""
    space = Space(WORDS, {word: i for i, word in enumerate(WORDS)}, (1.0, 1.0, 1.0), 1, "binary")
    lead, ship, we = [0.0] * 7, [0.0] * 7, [0.0] * 7
    lead[0], ship[5] = 6.0, 6.0
    return Parts(
        traits=KEYS,
        sides=("director",) * 5 + ("pm",),
        level_space=space,
        level_head=Head(level_weights, 0.0),
        line_space=space,
        line_heads=LineHeads((*lead, *ship, *we), (-1.0,) * 7),
        scope_space=space,
        scope_head=Head((0.0, 0.0, 0.0), 0.0),
        wording=(wording, 0.0),
        weights=(
            POOL_MAX,
            NO_WEIGHT,
            NO_WEIGHT,
            NO_WEIGHT,
            NO_WEIGHT,
            replace(POOL_MAX, coefficients=(-1.0, 0.0, 0.0)),
        ),
        director_lines=NO_WEIGHT,
        presence=(Presence((1.0, 0.0, 0.0), (0.0,) * 6, 0.0),) * 6,
        bias=bias,
        scope=(1.0, 0.0),
        decision=Decision(0.5, 0.5, 0.5, 0.5),
    )


def tell(parts: Parts, text: str) -> tuple[Explanation, Opinion, Reading]:
    """A small model's explanation of a text."""
    reading = read_posting(Posting(text))
    opinion = form_opinion(parts, reading.words)
    return explanation(parts, reading, opinion, found(parts, opinion)), opinion, reading


def rounded(flip: Flip | None) -> Flip | None:
    """A flip with its probability to nine places."""
    return flip and replace(flip, p_director=round(flip.p_director, 9))


def test_by_hand() -> None:
    """One line that leads against one that ships: shares of 5 and -5, both found, nothing of the core missing."""
    why, opinion, _ = tell(small(bias=0.25), "You lead them all\nYou ship it all")

    assert [5.0, 0.0, 0.0, 0.0, 0.0, -5.0] == pytest.approx([r.log_odds for r in why.reasons[2:]])
    assert [("bias", 0.25), ("wording", 0.0)] == [(r.key, r.log_odds) for r in why.reasons[:2]]
    assert 0.25 == pytest.approx(opinion.log_odds)
    assert ["You lead them all", "You ship it all"] == [e.quote for e in why.evidence]
    assert () == why.missing  # it leans to director, and the one trait of the PM's side is found
    assert Flip("pm", ("You lead them all",), (), round(logistic(0.25 - 1 - 5), 9)) == rounded(why.flip)


def test_the_fewest_changes_win() -> None:
    """Two equal lines that lead must both go; one trait added is fewer, and is told."""
    why, _, _ = tell(small(bias=-1.5), "You lead them all\nThen lead them all\nThey lead it all")

    assert ("delivery",) == why.missing
    assert Flip("pm", (), ("delivery",), round(logistic(5.0 - 1.5 - 4.0), 9)) == rounded(why.flip)


def test_no_flip() -> None:
    """Where neither dropping lines nor adding traits reaches the boundary there is no flip."""
    why, _, _ = tell(small(bias=50.0), "You lead them all\nYou ship it all")

    assert why.flip is None


def test_drops_follow_the_wording() -> None:
    """A line whose terms carry the wording is the one to drop."""
    parts = small(bias=-0.9, wording=1.0, level_weights=(0.0, 0.0, 3.0))
    parts = replace(parts, weights=(NO_WEIGHT,) * 6)
    why, _, _ = tell(parts, "They do it all\nHere we do it\nThey do it too")

    assert Flip("pm", ("Here we do it",), (), round(logistic(-0.9), 9)) == rounded(why.flip)


def test_adding_core_traits_brings_director_lines() -> None:
    """The first of a director's core traits to come in brings the share of lines that read like a director's, once."""
    parts = replace(small(bias=-6.0), weights=(POOL_MAX, POOL_MAX, *small().weights[2:]))
    lines = LineWeight((1.0, 0.0, 0.0), (0.0, 0.0, 0.0), (2.0, 0.0, 0.0))
    why, opinion, _ = tell(replace(parts, director_lines=lines), "They do it all")
    gain = share_of(lines, lines.usual) - share_of(lines, opinion.pools[-1])

    assert 3.0 == pytest.approx(gain)
    assert why.flip is not None
    assert opinion.log_odds + 5.0 + gain + 5.0 == pytest.approx(logit(why.flip.p_director))
    assert {"leads_product_managers", "portfolio_scope"} == set(why.flip.add_traits)


def test_long_lines_are_quoted_around_what_speaks() -> None:
    """Of a line of more than 300 characters the quote is the window, of whole words, that holds the evidence."""
    text = "so " * 150 + "you lead them all " + "and so " * 80
    parts = small()
    _, opinion, reading = tell(parts, text)
    line, start, end = quote(parts, reading, opinion, "leads_product_managers")
    shown = reading.text.text[start:end]

    assert 0 == line
    assert "lead" in shown.split()
    assert len(shown) <= MAX_QUOTE
    assert shown == shown.strip()
    assert " " == (" " + reading.text.text + " ")[start] == (" " + reading.text.text + " ")[end + 1]


@pytest.mark.parametrize("text", ["lead them all " + "so " * 200, "so " * 200 + "we all lead"])
def test_quotes_reach_both_ends(text: str) -> None:
    """Evidence at the very start or end of a long line is within its quote."""
    parts = small()
    _, opinion, reading = tell(parts, text)
    _, start, end = quote(parts, reading, opinion, "leads_product_managers")

    assert "lead" in reading.text.text[start:end].split()


def test_a_line_without_spaces_is_cut() -> None:
    """A line of one endless word is quoted by its first 300 characters."""
    parts = small()
    _, opinion, reading = tell(parts, "lead it all\n" + "x" * 1000 + "\n" + "y" * 400 + " a b")
    span = quote(parts, reading, replace(opinion, scores=(None, None, (inf,) * 7)), "delivery")

    assert 2 == span[0]
    assert span[2] - span[1] <= MAX_QUOTE


def test_top_terms_break_ties_by_name() -> None:
    """Terms of equal weight come in alphabetical order."""
    parts = small(wording=1.0, level_weights=(1.0, -1.0, 1.0))
    terms = top_terms(form_opinion(parts, [["we", "ship", "lead"]]), parts.level_space)

    assert ["lead", "ship", "we"] == [term.term for term in terms]
