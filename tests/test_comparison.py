"""What holds across findings."""

from math import log

import pytest

from auditing import finding
from postclass.comparison import (
    claimed_seniority,
    companies_of,
    departments_of,
    inversions,
    plain_title,
    same_titles,
    seniorities,
)
from postclass.finding import SameTitle

PM = {"title": "Product Manager", "claimed": "pm"}


def test_groups_with_most_mismatches_come_first() -> None:
    """Companies are one whatever their case and spaces; those without a name are left out."""
    findings = [
        finding(1, company="Acme"),
        finding(2, company=" ACME ", kind="consistent"),
        finding(3, company="Zeta"),
        finding(4, company="Zeta", kind="deflated"),
        finding(5, company=None),
        finding(6, company=" "),
    ]
    groups = companies_of(findings)

    assert [("Zeta", 2), ("Acme", 2)] == [(group.name, group.postings) for group in groups]
    assert {"inflated": 1, "deflated": 0, "consistent": 1, "undecided": 0, "out_of_scope": 0} == dict(
        groups[1].findings
    )
    assert [("Product", 6)] == [(group.name, group.postings) for group in departments_of(findings)]


def test_inversions_are_within_a_company() -> None:
    """A PM title over a director's text stands above a director's title over a PM's, at one company."""
    low = finding(1, **PM, level="director", p_director=0.9)
    high = finding(2, p_director=0.1)
    elsewhere = finding(3, company="Other", p_director=0.1)
    unnamed = finding(4, company=None, p_director=0.1)

    other = finding(5, **PM, company=None, level="director", p_director=0.9)

    (pair,) = inversions([low, high, elsewhere, unnamed, other])

    assert ("Orchard Freight", 1, 2) == (pair.company, pair.lower, pair.higher)
    assert pytest.approx(2 * log(9)) == pair.gap


def test_texts_without_a_level_invert_nothing() -> None:
    """Only director-level and PM-level texts count."""
    assert () == inversions([finding(1, **PM, level="unclear", p_director=0.6), finding(2, p_director=0.4)])


def test_same_titles_with_texts_that_disagree() -> None:
    """Case and punctuation do not make another title."""
    findings = [
        finding(1, title="Head of Product", level="director"),
        finding(2, title="head of  product!", level="pm"),
        finding(3, title="VP Product", level="director"),
        finding(4, title="Head of Product", level="unclear"),
        finding(5, title=None, level="pm"),
        finding(6, title="--", level="pm"),
        finding(7, title="??", level="director"),
    ]

    assert (SameTitle("Head of Product", (1,), (2,)),) == same_titles(findings)


def test_plain_titles() -> None:
    """What is left of a title are its words."""
    assert "sr product manager payments" == plain_title(" Sr. Product-Manager (Payments) ")


@pytest.mark.parametrize(
    ("given", "side"),
    [
        ("Mid-Senior level", "pm"),
        ("director", "director"),
        ("Executive", "director"),
        ("Entry level", "pm"),
        ("Associate", "pm"),
        ("Not Applicable", None),
        ("Vollzeit", None),
    ],
)
def test_seniority_fields(given: str, side: str | None) -> None:
    """Job boards' values stand for a level, or for none."""
    assert side == claimed_seniority(given)


def test_seniority_against_text() -> None:
    """Each value is counted by level of text, and rows that say otherwise are listed."""
    findings = [
        finding(1, seniority="Director", level="director"),
        finding(2, seniority="director ", level="pm"),
        finding(3, seniority="Mid-Senior level", level="director"),
        finding(4, seniority=None),
        finding(5, seniority="Not Applicable", level="pm"),
    ]
    told = {s.given: s for s in seniorities(findings)}

    assert ("director", {"director": 1, "pm": 1}, (2,)) == (
        told["Director"].claims,
        told["Director"].levels,
        told["Director"].rows,
    )
    assert (3,) == told["Mid-Senior level"].rows
    assert (None, ()) == (told["Not Applicable"].claims, told["Not Applicable"].rows)
