"""Titles that fit a text."""

import pytest

from own import own_rows
from postclass.renaming import fitting_titles
from postclass.titles import claimed_level


@pytest.mark.parametrize(
    ("title", "level", "first"),
    [
        ("Director of Product, Payments", "pm", "Senior Product Manager, Payments"),
        (
            "Senior Director, Product \u2013 Business Onboarding",
            "pm",
            "Senior Product Manager \u2013 Business Onboarding",
        ),
        ("Director, Product Management (Payments)", "pm", "Senior Product Manager (Payments)"),
        ("Senior Product Manager, Search", "director", "Director of Product, Search"),
        ("Associate Director, Product", "pm", "Product Manager"),
        ("Product Owner - Claims", "pm", "Product Owner - Claims"),
        ("Chief Product Officer", "pm", "Senior Product Manager"),
    ],
)
def test_the_subject_is_kept(title: str, level: str, first: str) -> None:
    """What a title is about stands in the new ones as it stood in the old."""
    assert first == fitting_titles(title, level=level)[0]


def test_new_titles_claim_the_level() -> None:
    """For all titles of the project's own postings, a fitting title claims the level it was made for."""
    for row in own_rows():
        for level in ("director", "pm"):
            for title in fitting_titles(row["title"], level=level):
                if claimed_level(row["title"]) != "other":
                    assert level == claimed_level(title)


def test_a_title_of_a_mebibyte_is_read_to_the_end() -> None:
    """Of a title longer than any real one the start alone is looked at, for each comma in it is tried."""
    assert ("Senior Product Manager", "Product Manager") == fitting_titles("Art, " * 2**18, level="pm")
