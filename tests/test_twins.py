"""Postings with nearly the same text."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from auditing import finding
from own import own_postings
from postclass.twins import NEAR, SHORT, near, twins

TEXTS = [posting.description for posting in own_postings()[:12]]


def changed(text: str, every: int) -> str:
    """The text with one word in so many replaced."""
    return " ".join("changed" if i % every == 0 else word for i, word in enumerate(text.split()))


def test_the_same_text_under_two_titles() -> None:
    """Two postings with a word changed here and there are twins when their titles differ."""
    posting = own_postings()[0]
    twin = replace(posting, description=changed(posting.description, 90), row=2)
    findings = [finding(1, title="Director of Product"), finding(2, title="Product Manager"), finding(3)]

    (group,) = twins([posting, twin, own_postings()[1]], findings)

    assert ((1, 2), ("Director of Product", "Product Manager")) == (group.rows, group.titles)
    assert ("director", "pm") == group.claims
    assert NEAR <= group.similarity < 1


def test_the_same_title_is_no_finding() -> None:
    """Copies under one title are left out."""
    posting = own_postings()[0]

    assert () == twins([posting, posting], [finding(1), finding(2, title="DIRECTOR of product")])


def test_markup_makes_no_other_text() -> None:
    """Tags are not words."""
    html = TEXTS[0].replace("\n", "</p>\n<p>")

    assert [([0, 1], 1.0)] == near([TEXTS[0], html])


def test_different_texts_are_no_twins() -> None:
    """None of the project's own postings is another's."""
    assert [] == near([posting.description for posting in own_postings()])


def test_families_of_any_size_are_one_group() -> None:
    """A hundred copies with a change each, among others, come out as one group."""
    family = [f"{TEXTS[0]} Office {number}" for number in range(100)]
    ((places, similarity),) = near([*TEXTS[1:], *family])

    assert [*range(11, 111)] == places
    assert similarity >= NEAR


@given(st.lists(st.integers(0, 5), max_size=12))
def test_copies_are_found_wherever_they_stand(order: list[int]) -> None:
    """Texts that are the same are together, others are not, whatever the order."""
    groups = {frozenset(places) for places, _ in near([TEXTS[i] for i in order])}
    expected = {frozenset(p for p, other in enumerate(order) if other == i) for i in set(order) if order.count(i) > 1}

    assert expected == groups


def test_neighbours_that_are_not_near_enough() -> None:
    """Texts that share half of their runs are compared, and are no twins."""
    words = TEXTS[0].split()
    half = " ".join([*words[: len(words) * 7 // 10], *TEXTS[1].split()])

    assert [] == near([TEXTS[0], half])


def test_short_texts_are_left_out() -> None:
    """Texts of a few words are alike by accident."""
    assert [] == near(["word " * (SHORT - 1)] * 2)
    assert [] == near([])
