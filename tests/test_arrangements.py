"""How likely chance gives a difference, by every arrangement of the groups."""

import numpy as np
import pytest
from scipy.stats import fisher_exact, norm

from postclass.arrangements import MOST, rearranged
from postclass.chances import Share

RUNS = 50


def share(counts: list[int], of: list[int]) -> Share:
    """A share by hand."""
    return Share(np.array(counts, float), np.array(of, float))


def sides(old: list[int], new: list[int]) -> tuple[Share, Share]:
    """Groups of one posting each, those of OLD first, none of which stands on both sides."""
    a, b = len(old), len(new)
    return share([*old, *[0] * b], [1] * a + [0] * b), share([*[0] * a, *new], [0] * a + [1] * b)


def test_all_against_none_is_sure() -> None:
    """Ten against ten: of 184,756 arrangements two are as far apart, and of those that are drawn few are."""
    (told,) = rearranged([sides([1] * 10, [0] * 10)], alpha=0.002)

    assert told.p <= 3 / MOST
    assert 0.5 < told.visible < 0.9


@pytest.mark.parametrize(("old", "new"), [([1, 1, 1, 1, 1, 1], [0, 0, 0, 0, 0, 0]), ([1, 1, 1, 0, 1, 1], [0, 1, 0, 0])])
def test_it_is_fishers_test(old: list[int], new: list[int]) -> None:
    """Where each group is one posting and all arrangements are tried, p is that of Fisher's exact test."""
    (told,) = rearranged([sides(old, new)], alpha=0.01)
    table = [[sum(old), len(old) - sum(old)], [sum(new), len(new) - sum(new)]]

    assert pytest.approx(fisher_exact(table).pvalue) == told.p


@pytest.mark.parametrize(("old", "new"), [([1, 1, 1], [0, 0, 0]), ([], [1, 1, 1]), ([], [])])
def test_too_few_see_nothing(old: list[int], new: list[int]) -> None:
    """Three against three can be no surer than 1 in 10, and against nothing nothing is: no difference is visible."""
    (told,) = rearranged([sides(old, new)], alpha=0.01)

    assert told.p >= 0.1
    assert 1.0 == told.visible


def test_what_is_over_the_visible_is_sure() -> None:
    """Twelve against twelve: a difference is under alpha if, and only if, it exceeds what is said to be visible."""
    for held in range(13):
        old, new = sides([1] * held + [0] * (12 - held), [0] * held + [1] * (12 - held))
        (told,) = rearranged([(old, new)], alpha=0.01)

        assert (told.p < 0.01) == (abs(new.value - old.value) > told.visible + 1e-9)


def test_of_several_the_largest_counts() -> None:
    """With more shares that could differ by chance, each is less sure."""
    alone = sides([1, 1, 1, 1, 1, 1], [0, 0, 0, 0, 0, 1])
    others = [sides([*np.roll([1, 0, 0, 1, 0, 0], at)], [*np.roll([0, 1, 1, 0, 0, 1], at)]) for at in range(3)]

    assert rearranged([alone], alpha=0.01)[0].p < rearranged([alone, *others], alpha=0.01)[0].p


def test_groups_of_both_sides_swap() -> None:
    """Ten groups that each went from none to all: of 1,024 swaps two are as far apart; of equal parts none differs."""
    old, new = share([0] * 10, [3] * 10), share([3] * 10, [3] * 10)

    assert pytest.approx(2 / 2**10) == rearranged([(old, new)], alpha=0.01)[0].p
    assert 1.0 == rearranged([(new, new)], alpha=0.01)[0].p


@pytest.mark.parametrize("within", [1, 5])
def test_chance_is_rarely_taken_for_a_move(within: int) -> None:
    """Six against eight, several shares: under 5 % in 5 % of runs at most, also where a group's postings are alike."""
    rng = np.random.default_rng(3)
    alarms = 0
    for _ in range(RUNS):
        pairs = [sides([*(rng.random(6) < rate)], [*(rng.random(8) < rate)]) for rate in (0.2, 0.5, 0.7)]
        grown = [
            (Share(old.counts * within, old.of * within), Share(new.counts * within, new.of * within))
            for old, new in pairs
        ]
        alarms += min(chance.p for chance in rearranged(grown, alpha=0.01)) < 0.05

    assert alarms <= RUNS * 0.05 + norm.ppf(0.999) * np.sqrt(RUNS * 0.05 * 0.95)
