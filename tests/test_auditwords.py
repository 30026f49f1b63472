"""What an audit says to a person."""

from dataclasses import replace
from typing import Any

import pytest

from auditing import finding, own_audit
from postclass.finding import Audit, Change, Detail
from postclass.posting import Rejection
from postclass.report.auditwords import LIMITS, advice, certain, headline, summary_words
from postclass.traits import load_traits
from postclass.verdict import Flip

TRAITS = {trait.key: trait for trait in load_traits()}
DETAIL = Detail("text", (), ("leads_product_managers", "portfolio_scope"), 0.0, 0.0, None, (), ())


@pytest.mark.parametrize(
    ("probability", "words"),
    [
        (0.999, "almost certain (99 %)"),
        (0.93, "very likely (93 %)"),
        (0.8, "likely (80 %)"),
        (0.51, "more likely than not (51 %)"),
        (0.2, "more likely than not (20 %)"),
    ],
)
def test_certainty_in_words_and_numbers(probability: float, words: str) -> None:
    """A probability is said both ways."""
    assert words == certain(probability)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (
            {},
            "The title claims more than the text shows: a director-level title over PM-level work, very likely (93 %).",
        ),
        (
            {"kind": "deflated", "claimed": "pm", "level": "director", "lean": "director", "probability": 0.98},
            (
                "The text shows more than the title claims: a PM-level title over director-level work, "
                "almost certain (98 %)."
            ),
        ),
        (
            {"kind": "consistent", "claimed": "pm", "probability": 0.99},
            "Title and text agree: PM-level work, almost certain (99 %).",
        ),
        (
            {"kind": "consistent", "claimed": "lead", "probability": None, "p_director": 0.8, "lean": "director"},
            "The title claims no level of its own; the text describes director-level work, likely (80 %).",
        ),
        (
            {"kind": "undecided", "notes": ("close",), "probability": None, "p_director": 0.4},
            (
                "Undecided: the text is too close to call; the text leans towards PM-level work, "
                "more likely than not (60 %)."
            ),
        ),
        (
            {"kind": "undecided", "notes": ("empty",), "probability": None, "p_director": None, "lean": None},
            "Undecided: there is no text.",
        ),
        (
            {"kind": "out_of_scope", "level": "out_of_scope", "lean": None},
            "The text does not read like product management, so there is nothing to compare.",
        ),
        (
            {"kind": "out_of_scope", "notes": ("other_trade",), "claimed": "other"},
            "The title is not one of product management, so it claims no level; the text describes PM-level work.",
        ),
    ],
)
def test_headlines(changes: dict[str, Any], words: str) -> None:
    """Every kind of finding has its sentence."""
    assert words == headline(replace(finding(), **changes))


def test_advice_names_a_title_what_is_missing_and_the_smallest_change() -> None:
    """Plain sentences, and the warning to write only what is true."""
    change = Change(
        ("Product Manager", "Product Owner"), Flip("director", ("Run stand-ups",), ("vision_strategy",), 0.6)
    )
    told = advice(finding(detail=replace(DETAIL, change=change)), TRAITS)

    assert (
        "A title that fits the text: “Product Manager” or “Product Owner”.",
        "The text does not show what its title promises: leading product managers and a portfolio of products.",
        (
            "The smallest change of the text that was found: show vision and strategy; take out or reword "
            "“Run stand-ups”. It would then read as director-level."
        ),
        "Write only what is true of the role: where the text is right, it is the title that should change.",
    ) == told


def test_advice_where_no_change_of_the_text_is_small() -> None:
    """Then the title is what should change."""
    (_, _, last, _) = advice(finding(detail=replace(DETAIL, change=Change(("Product Manager",), None))), TRAITS)

    assert (
        "No small change of the text would make it read as director-level: change the title, or write the posting anew."
        == last
    )


def test_no_advice_where_there_is_nothing_to_do() -> None:
    """Consistent and undecided postings, and those not told in full, get none."""
    assert () == advice(finding(), TRAITS)
    assert () == advice(finding(kind="consistent", detail=DETAIL), TRAITS)
    assert () != advice(finding(kind="undecided", notes=("weak",), detail=DETAIL), TRAITS)


def test_the_summary_says_all_counts() -> None:
    """Findings, what nothing is said of, what was ignored and what was not read."""
    told = summary_words(
        Audit("x", (finding(), finding(2, ignored=True), finding(3, kind="undecided")), (Rejection(4, "a", "b"),))
    )

    assert (
        "3 postings audited.",
        "2 titles above the text, 0 below it, 0 in line with it.",
        "1 undecided and 0 outside product management: of these nothing is said.",
        "1 finding set aside by ignore comments or an ignore file.",
        "1 record could not be read; they are listed with the reason.",
    ) == told
    assert 2 == len(summary_words(Audit("x", (finding(),), ())))
    assert (
        "5 titles above the text, 1 below it, 41 in line with it; 8 of no level of their own."
        == summary_words(own_audit())[1]
    )


def test_it_judges_postings_never_people() -> None:
    """What the tool can't know is said with every audit."""
    assert any("never people" in line for line in LIMITS)
