"""Rewrite help: what lines and traits are worth, and what makes title and text agree."""

import pytest

from own import own_postings, shipped
from postclass.agreement import agreement
from postclass.dossier import Dossiers
from postclass.finding import Detail
from postclass.judge import JudgeSettings
from postclass.opinion import logit
from postclass.posting import Posting
from postclass.rewriting import LEAST, PHRASES, SHOWN
from postclass.traits import load_traits

TRAITS = {trait.key: trait for trait in load_traits()}


@pytest.fixture(scope="module")
def details() -> list[tuple[Posting, Detail]]:
    """Own postings told in full."""
    dossiers = Dossiers(shipped())
    judged = [(posting, shipped().judge_one(posting)) for posting in own_postings()[::3]]
    return [(p, dossiers.detail(p, agreement(p.title, v))) for p, v in judged if v.p_director is not None]


def p_of(posting: Posting, text: str) -> float:
    """The probability of director of another text in a posting's place."""
    verdict = shipped().judge_one(Posting(text, title=posting.title, company=posting.company))
    assert verdict.p_director is not None
    return verdict.p_director


def test_lines_are_worth_what_judging_without_them_says(details: list[tuple[Posting, Detail]]) -> None:
    """Taken out of the text as shown, a line moves the log-odds by what it is said to be worth."""
    for posting, detail in details:
        whole = logit(p_of(posting, detail.text))
        for rewrite in detail.rewrites:
            sign = 1 if rewrite.target == "director" else -1
            for cut in rewrite.cuts[:1]:
                rest = detail.text[: cut.start] + "\n" + detail.text[cut.end :]

                assert detail.text[cut.start : cut.end] == cut.line
                assert pytest.approx(sign * cut.log_odds, abs=0.02) == logit(p_of(posting, rest)) - whole


def test_the_strongest_come_first(details: list[tuple[Posting, Detail]]) -> None:
    """Lines and traits are few, worth something, and sorted."""
    for _, detail in details:
        assert ["director", "pm"] == [rewrite.target for rewrite in detail.rewrites]
        for rewrite in detail.rewrites:
            for worth in ([c.log_odds for c in rewrite.cuts], [a.log_odds for a in rewrite.additions]):
                assert sorted(worth, reverse=True) == worth
                assert len(worth) <= SHOWN
                assert all(value >= LEAST for value in worth)


def test_missing_traits_come_with_phrases(details: list[tuple[Posting, Detail]]) -> None:
    """What is to be added is a trait of the target that was not found, with lines of the traits' file."""
    for posting, detail in details:
        found = shipped().judge_one(posting, settings=JudgeSettings()).traits or ()
        for rewrite in detail.rewrites:
            for addition in rewrite.additions:
                assert rewrite.target == TRAITS[addition.trait].side
                assert addition.trait not in found
                assert TRAITS[addition.trait].examples[:PHRASES] == addition.examples


def test_changes_cross_the_boundary(details: list[tuple[Posting, Detail]]) -> None:
    """Where title and text differ, the change ends on the title's side; where they agree there is none."""
    for posting, detail in details:
        verdict = shipped().judge_one(posting)
        agreed = agreement(posting.title, verdict)
        if agreed.claimed not in {"director", "pm"} or agreed.claimed == agreed.lean:
            assert detail.change is None
        else:
            assert detail.change is not None
            if (flip := detail.change.text) is not None:
                assert agreed.claimed == flip.to
                assert (flip.p_director > 0.5) is (flip.to == "director")
                assert set(flip.drop_lines) | set(flip.add_traits)


def test_missing_are_the_claimed_levels_traits(details: list[tuple[Posting, Detail]]) -> None:
    """A title that claims a level misses what the level's traits are and the text does not show."""
    for posting, detail in details:
        claimed = agreement(posting.title, shipped().judge_one(posting)).claimed

        assert all(TRAITS[key].side == claimed for key in detail.missing)
        assert not {proof.trait for proof in detail.proofs} & set(detail.missing)
