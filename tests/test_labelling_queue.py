"""The queue: what is picked, in which order and why, and that every record is accounted for."""

from dataclasses import replace

import pytest

from own import own_postings, shipped
from postclass.labelling.queue import REASONS, Queue, Signals, is_by_chance, make_queue, to_row, worth
from postclass.posting import Posting, Rejection


def queue(size: int = 10, **settings: object) -> Queue:
    """A queue of the project's own postings."""
    return make_queue(own_postings(), shipped(), size=size, **settings)  # type: ignore[arg-type]


def total(made: Queue) -> int:
    """All records that went in."""
    return len(made.picks) + made.left + len(made.rejections)


def test_the_unsure_come_first_and_some_by_chance() -> None:
    """Three of ten are drawn; the others are in the order of their worth."""
    made = queue()
    best = [pick for place, pick in enumerate(made.picks) if not is_by_chance(place)]
    drawn = [pick for place, pick in enumerate(made.picks) if is_by_chance(place)]

    assert (10, 74) == (len(made.picks), total(made))
    assert [pick.score for pick in best] == sorted((pick.score for pick in best), reverse=True)
    assert [True] * 3 == ["chance" in pick.reasons for pick in drawn]
    assert not any("chance" in pick.reasons for pick in best)
    assert abs(best[0].p_director - 0.5) < 0.1
    assert {"uncertain", "close"} <= set(best[0].reasons)


def test_the_same_file_gives_the_same_queue() -> None:
    """Chance is drawn from one seed."""
    assert queue() == queue()


def test_records_in_are_records_accounted_for() -> None:
    """Picked, rejected, or left for a reason."""
    own = own_postings()
    odd: list[Posting | Rejection] = [
        Rejection(99, "not JSON", "line 99"),
        Posting("", "Head of Product", row=100),
        replace(own[0], id="again", row=101),
    ]
    made = make_queue([*own, *odd], shipped(), size=200, labelled={"own-002", "own-003"})

    assert 77 == total(made)
    assert (1, 2, 1) == (len(made.rejections), made.labelled, made.twins)
    assert made.left == made.labelled + made.twins + made.unusable + made.out_of_scope
    assert 77 - 1 - made.left == len(made.picks)
    assert len(made.picks) == len({pick.posting.id for pick in made.picks})
    assert not {"own-002", "own-003"} & {pick.posting.id for pick in made.picks}


def test_nothing_in_nothing_out() -> None:
    """An empty file, or one of rejections alone."""
    assert () == make_queue([], shipped(), size=3).picks
    assert 1 == total(make_queue([Rejection(1, "why", "where")], shipped(), size=3))


def test_a_row_has_the_contracts_fields() -> None:
    """Those of `classify` that tell which posting it is, the score and the reasons."""
    row = to_row(queue(1).picks[0])

    assert ["row", "id", "title", "company", "level", "p_director", "score", "reasons"] == list(row)
    assert isinstance(row["reasons"], list)
    assert set(row["reasons"]) <= set(REASONS)


@pytest.mark.parametrize("signal", ["mismatch", "apart", "unknown"])
def test_each_signal_raises_what_a_posting_is_worth(signal: str) -> None:
    """But none as much as doubt itself."""
    plain = Signals(p_director=0.9)

    assert worth(plain) < worth(replace(plain, **{signal: 0.5})) < worth(Signals(p_director=0.5))


def test_a_title_against_its_text_is_a_reason() -> None:
    """The text of a director's posting under a PM's title."""
    own = replace(own_postings()[0], title="Product Manager")
    pick = make_queue([own], shipped(), size=1).picks[0]

    assert {"title", "likely_director"} <= set(pick.reasons)


def test_progress_is_told() -> None:
    """Every record once."""
    told: list[int] = []
    make_queue(own_postings()[:5], shipped(), size=2, progress=told.append)

    assert [1, 2, 3, 4, 5] == told
