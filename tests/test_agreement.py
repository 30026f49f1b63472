"""A title's claim held against the verdict on the text."""

from math import inf, isclose

import pytest

from postclass.agreement import BOUNDARY, CLAIMS, Agreement, agreement, mismatch
from postclass.opinion import logistic, logit
from postclass.verdict import Level, Verdict


def verdict(level: Level, p: float | None, p_in_scope: float | None = 0.9) -> Verdict:
    """A verdict of that level."""
    return Verdict(1, None, None, None, level, p, p_in_scope, (), (), ())


@pytest.mark.parametrize(
    ("title", "level", "p", "kind"),
    [
        ("Director of Product", "pm", 0.001, "inflated"),
        ("Director of Product", "director", 0.9, "consistent"),
        ("Product Manager", "director", 0.99, "deflated"),
        ("Product Manager", "pm", 0.02, "consistent"),
        ("Product Manager", "unclear", 0.55, "undecided"),
        ("Group Product Manager", "pm", 0.01, "consistent"),
        ("Principal Product Manager", "director", 0.99, "consistent"),
        ("Group Product Manager", "unclear", 0.5, "undecided"),
        ("Director of Sales", "pm", 0.02, "out_of_scope"),
        ("Director of Sales", "unclear", 0.5, "undecided"),
        ("", "pm", 0.02, "undecided"),
        (None, "director", 0.99, "undecided"),
    ],
)
def test_findings(title: str | None, level: Level, p: float, kind: str) -> None:
    """Each pair of claim and level has its finding; group, lead, principal and staff claim none."""
    assert kind == agreement(title, verdict(level, p)).kind


def test_a_text_out_of_scope_is_no_finding_whatever_the_title() -> None:
    """The probability is that of being out of scope."""
    assert Agreement("director", "out_of_scope", 0.75, None, None) == agreement(
        "Head of Product", verdict("out_of_scope", 0.9, 0.25)
    )
    assert ("no_title",) == agreement(" ", verdict("out_of_scope", 0.9, 0.25)).notes


def test_no_usable_text_is_undecided() -> None:
    """There is nothing to compare, and no side to lean to."""
    assert Agreement("pm", "undecided", None, None, None) == agreement(
        "Product Manager", verdict("unclear", None, None)
    )


def test_a_text_against_its_title_must_be_sure() -> None:
    """Under the boundary title and text differ, but the finding is undecided and says so."""
    weak = agreement("Director of Product", verdict("pm", 0.2))

    assert ("undecided", ("weak",), "pm") == (weak.kind, weak.notes, weak.lean)
    assert weak.mismatch is not None
    assert weak.mismatch < BOUNDARY


def test_the_title_is_evidence_of_its_own() -> None:
    """By Bayes' rule a claim adds its log-odds to those of the text."""
    assert isclose(1 - logistic(logit(0.001) + CLAIMS["director"]), mismatch("director", logit(0.001)))
    assert isclose(logistic(logit(0.99) + CLAIMS["pm"]), mismatch("pm", logit(0.99)))


def test_probabilities_of_zero_and_one_are_no_error() -> None:
    """The surest text still gives a finite finding."""
    for p in (0.0, 1.0):
        found = agreement("Product Manager", verdict("director" if p else "pm", p))

        assert found.probability is not None
        assert 0 < found.probability < inf
