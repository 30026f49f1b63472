"""What moves between two inputs, and what does not."""

from dataclasses import replace

import pytest

from drifting import by_level, compared, parts, portrait
from own import own_postings, shipped
from postclass.batches import to_batch
from postclass.drift import LEAST, drift, portray
from postclass.portrait import SAMPLE
from postclass.posting import Posting, Rejection
from postclass.shifts import Drift

# Words of no posting and no model, each with its company, so that a term of all of them is not an employer's own.
JARGON = "Our agentic flumox platform ships with a gribbled copilot"


def shift_of(made: Drift, key: str) -> float:
    """How far a share moved."""
    return next(shift.difference for shift in made.shifts if shift.key == key)


def companies(postings: tuple[Posting, ...], times: int, extra: str = "") -> list[Posting]:
    """Postings several times over, each at a company of its own and with a reference of its own."""
    return [
        replace(
            posting,
            company=f"Company {number} {copy}",
            description=f"{posting.description}\nRef {number} {copy}\n{extra}",
        )
        for copy in range(times)
        for number, posting in enumerate(postings)
    ]


def test_more_directors_are_a_drift() -> None:
    """From PM-level postings to director-level ones: levels, scores and traits move, and each says how far."""
    made = compared(companies(by_level()["pm"], 2), companies(by_level()["director"], 2))

    assert {"levels", "scores", "traits"} <= set(made.moved)
    assert 1.0 == shift_of(made, "director")
    assert -1.0 == shift_of(made, "pm")
    assert "large shift" == made.scores[0].band
    assert shift_of(made, "leads_product_managers") > 0.3


def test_the_same_does_not_move() -> None:
    """The same postings, in another order and in other chunks, give the same figures."""
    batch = to_batch(own_postings())
    old = portray(iter(parts(batch, 5)), shipped())
    made = drift(old, portrait(own_postings()[::-1]), shipped())

    assert () == made.moved
    assert {0.0} == {shift.difference for shift in made.shifts} | {score.index for score in made.scores}
    assert () == made.terms


def test_halves_by_chance_do_not_move() -> None:
    """Two halves of the same postings differ, but not by more than chance."""
    made = compared(own_postings()[::2], own_postings()[1::2])

    assert () == made.moved
    assert any(abs(shift.difference) >= LEAST[shift.kind] for shift in made.shifts)


def test_one_employer_more_is_no_drift_of_the_market() -> None:
    """Forty postings of one employer are one witness, not forty."""
    pms = companies(by_level()["pm"], 1)
    many = [
        replace(p, company="One Ltd", description=f"{p.description}\nRef {p.company}")
        for p in companies(by_level()["director"], 2)
    ]
    by_employers = compared(pms, [*pms, *many[:40]])

    assert "employers" == by_employers.witnesses
    assert shift_of(by_employers, "director") > 0.4
    assert "levels" not in by_employers.moved


def test_of_one_employer_postings_are_the_witnesses() -> None:
    """Who compares their own postings compares posting by posting."""
    old, new = ([replace(p, company="One Ltd") for p in companies(by_level()[name], 2)] for name in ("pm", "director"))
    made = compared(old, new)

    assert "postings" == made.witnesses
    assert "levels" in made.moved


def test_new_words_rise() -> None:
    """Terms that the model does not know and that many employers' postings now hold are named."""
    pms = by_level()["pm"]
    made = compared(companies(pms, 2), companies(pms, 2, extra=JARGON))
    terms = {rising.term: (rising.old, rising.new) for rising in made.terms}

    assert (0.0, 1.0) == terms["flumox"]
    assert "gribbled" in terms
    assert not any("flumox" in term and " " in term for term in terms)
    assert "traits" not in made.moved


def test_more_without_a_text_are_a_drift() -> None:
    """Empty texts, and records that can't be read, are abstentions that are compared."""
    pms = companies(by_level()["pm"], 2)
    new = portrait([replace(p, description="") if at % 2 else p for at, p in enumerate(pms)])
    new.reject(Rejection(row, "bytes that are not text", "line 1") for row in range(1000, 1080))
    made = drift(portrait(pms), new, shipped())

    assert "abstention" in made.moved
    assert pytest.approx(0.5, abs=0.01) == shift_of(made, "empty")
    assert 80 / (80 + len(pms)) == shift_of(made, "rejected")
    assert {"bytes that are not text": 80} == made.new.rejections


@pytest.mark.parametrize("few", [6, 8, 10])
def test_a_move_of_all_is_seen_in_few(few: int) -> None:
    """Director-level postings against PM-level ones have moved, also where there are six or ten a side."""
    made = compared(by_level()["director"][:few], by_level()["pm"][:few])

    assert "levels" in made.moved
    assert not made.too_few
    assert [None, None] == [score.index for score in made.scores]


def test_too_few_is_an_answer() -> None:
    """Three postings against three say nothing, whatever they are, and that is no claim that nothing moved."""
    made = compared(by_level()["director"][:3], by_level()["pm"][:3])

    assert () == made.moved
    assert made.too_few
    assert 1.0 == made.visible


def test_the_same_few_are_the_same() -> None:
    """A few postings against themselves give the same figures: that is known, however few they are."""
    made = compared(by_level()["pm"][:3], by_level()["pm"][:3])

    assert made.same
    assert not made.too_few


def test_few_by_chance_do_not_move() -> None:
    """Ten against ten of the same kind: nothing moved, and it is said how far a level could have."""
    made = compared(by_level()["pm"][0:20:2], by_level()["pm"][1:20:2])

    assert () == made.moved
    assert 0 < made.visible <= 1


def test_nothing_to_compare() -> None:
    """An empty side is no drift and no failure."""
    made = compared([], own_postings())

    assert () == made.moved
    assert 0 == made.old.records


def test_the_sample_has_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many postings there are, so many texts are kept: the same whatever their order."""
    monkeypatch.setattr("postclass.portrait.SAMPLE", 10)
    one, other = portrait(own_postings()), portrait(own_postings()[::-1])

    assert 10 == len(one.words()) < SAMPLE
    assert one.words() == other.words()
