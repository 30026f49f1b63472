"""Differences of shares, and how far chance carries them."""

import numpy as np
import pytest
from scipy.stats import norm

from postclass.chances import Share, difference, effective, holm, stability

RUNS = 200
GROUPS = 64


def share(counts: list[int], of: list[int]) -> Share:
    """A share by hand."""
    return Share(np.array(counts, float), np.array(of, float))


def test_a_difference_with_its_interval() -> None:
    """Of 200 postings in groups of one, 20 % against 40 %: Wald's interval, with a posting more on each side."""
    old, new = share([1] * 40 + [0] * 160, [1] * 200), share([1] * 80 + [0] * 120, [1] * 200)
    told = difference(old, new)

    assert pytest.approx(0.2) == told.value
    assert told.low == pytest.approx(0.2 - 1.972 * 0.0459, abs=0.005)
    assert 1e-5 == pytest.approx(told.p, abs=5e-5)


def test_the_same_has_not_moved() -> None:
    """A side against itself: no difference, and chance gives it always."""
    told = difference(share([1, 2, 3], [5, 5, 5]), share([1, 2, 3], [5, 5, 5]))

    assert (0.0, 1.0) == (told.value, told.p)


@pytest.mark.parametrize("sizes", [([], []), ([9], [9]), ([9, 9], [])])
def test_too_few_say_nothing(sizes: tuple[list[int], list[int]]) -> None:
    """Nothing is sure where a side has fewer than two groups."""
    old, new = share([0] * len(sizes[0]), sizes[0]), share(sizes[1], sizes[1])

    assert 1.0 == difference(old, new).p
    assert 1.0 == difference(old, new).visible(0.01)
    assert 1.0 == stability(np.zeros((1, 2)), np.ones((1, 2)), alpha=0.01).p


def test_what_is_visible() -> None:
    """A difference is under alpha if, and only if, it exceeds what is visible."""
    old = share([1] * 40 + [0] * 60, [1] * 100)
    for held in (50, 55, 60, 65):
        told = difference(old, share([1] * held + [0] * (100 - held), [1] * 100))

        assert (told.p < 0.01) == (told.value > told.visible(0.01))


def test_one_bin_has_no_index() -> None:
    """Where there is one bin, or nothing on a side, no index is made up."""
    assert stability(np.ones((9, 1)), np.ones((9, 1)), alpha=0.01).index is None
    assert stability(np.zeros((9, 2)), np.ones((9, 2)), alpha=0.01).index is None


def test_two_against_two_is_no_proof() -> None:
    """0 of 2 against 2 of 2 has no spread within the sides; that is not certainty."""
    assert difference(share([0, 0], [1, 1]), share([1, 1], [1, 1])).p > 0.1


@pytest.mark.parametrize("within", [1, 20])
def test_chance_is_rarely_taken_for_a_move(within: int) -> None:
    """Under no drift a 5 % test alarms in 5 % of runs or so, also where a group's postings are all alike."""
    rng = np.random.default_rng(1)
    alarms = [0, 0]
    for _ in range(RUNS):
        sides = [np.repeat(rng.random(GROUPS) < 0.3, within).reshape(GROUPS, within).sum(axis=1) for _ in range(2)]
        old, new = (Share(side.astype(float), np.full(GROUPS, float(within))) for side in sides)
        alarms[0] += difference(old, new).p < 0.05
        tables = [np.stack([side, within - side], axis=1).astype(float) for side in sides]
        alarms[1] += stability(*tables, alpha=0.05).p < 0.05
    limit = RUNS * 0.05 + norm.ppf(0.999) * np.sqrt(RUNS * 0.05 * 0.95)

    assert max(alarms) <= limit
    assert min(alarms) > 0


def test_a_move_of_groups_is_seen() -> None:
    """Bins that shift by more than their spread: a large index, far over what chance gives."""
    rng = np.random.default_rng(2)
    old, new = (rng.multinomial(20, p, size=GROUPS).astype(float) for p in ([0.5, 0.3, 0.2], [0.2, 0.3, 0.5]))
    told = stability(old, new, alpha=0.01)

    assert told.index is not None
    assert told.index > 0.25 > told.by_chance
    assert told.p < 1e-6


def test_groups_of_one_size_count_in_full() -> None:
    """Ten equal groups are ten; one that holds nearly all is hardly more than one."""
    assert pytest.approx(10) == effective(np.full(10, 7))
    assert effective(np.array([1000, 1, 1])) < 1.01


def test_holm() -> None:
    """Each p-value is multiplied by how many are left, and none falls below one before it."""
    assert pytest.approx([0.04, 0.06, 0.06, 1.0]) == holm([0.01, 0.02, 0.03, 1.0])
