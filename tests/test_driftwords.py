"""What moved, in words for a terminal."""

from dataclasses import replace

from drifting import by_level, compared
from own import own_postings
from postclass.report.driftwords import drift_words, score_words, verdict_words
from postclass.shifts import Drift, Rising, ScoreShift
from postclass.traits import load_traits


def told(made: Drift) -> list[str]:
    """The comparison as it is printed."""
    return list(drift_words(made, load_traits()))


def test_what_rises_is_named() -> None:
    """Terms that are new to the model end the comparison, with their shares on both sides."""
    made = replace(compared(by_level()["pm"], by_level()["pm"]), terms=(Rising("flumox", 0.0, 0.25, 0.001),))

    assert "New to the model and rising: flumox (0.0 % → 25.0 %)" == told(made)[-1]


def test_an_empty_input_is_said() -> None:
    """There is nothing to compare, and no claim that nothing moved."""
    assert "One of the two is empty: there is nothing to compare." == told(compared([], own_postings()))[0]


def test_too_few_are_said() -> None:
    """Neither a move nor its absence is claimed of three postings, and no index of scores is made up."""
    lines = told(compared(by_level()["director"][:3], by_level()["pm"][:3]))

    assert "Too few to tell: a level could have moved all the way unseen." == lines[0]
    assert "    probability of director-level work: PSI –: there are too few to tell" in lines


def test_what_could_have_gone_unseen_is_said() -> None:
    """Where some difference could have been seen, it is said how large."""
    made = compared(by_level()["pm"][:3], by_level()["director"][:3])
    shifts = tuple(replace(shift, visible=0.62) for shift in made.shifts)

    assert "Too few to tell: a level could have moved by 62 points unseen." == verdict_words(
        replace(made, shifts=shifts)
    )


def test_an_index_that_nothing_can_be_held_against() -> None:
    """A score's index stands with the remark that nobody knows what chance gives."""
    score = ScoreShift("p_director", 0.25, float("inf"), "some shift", 1.0, False, (0.5,), (0.5, 0.5), (0.25, 0.75))  # noqa: FBT003

    assert "PSI 0.250, but there are too few to tell" == score_words(score)


def test_small_differences_are_no_move() -> None:
    """Inputs that differ by a posting are not called the same, nor said to have moved."""
    own = own_postings()

    assert "Nothing moved: what differs is small, or no more than chance gives." == verdict_words(
        compared(own, own[:-1])
    )
