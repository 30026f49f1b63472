"""Figures: what scikit-learn says of the same rows, and what follows from resampled employers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, brier_score_loss, f1_score, roc_auc_score

from postclass.measures import (
    Bools,
    Floats,
    auc,
    average_precision,
    brier,
    calibration_error,
    chances,
    coverage_at,
    draw,
    figure,
    macro_f1,
    ratio,
    reliability,
    reweighted,
    risk_coverage,
)

# Whole log-odds, so that ties are common.
ROWS = st.lists(st.tuples(st.booleans(), st.integers(-3, 3), st.integers(1, 3)), min_size=4, max_size=30).filter(
    lambda rows: len({truth for truth, _, _ in rows}) == 2
)


def arrays(rows: list[tuple[bool, int, int]]) -> tuple[Bools, Floats, Floats]:
    """Truths, log-odds, and how often each row counts, as one draw."""
    truth, scores, counts = (np.array(column) for column in zip(*rows, strict=True))
    return truth, scores.astype(float), counts[None, :].astype(float)


@given(rows=ROWS)
def test_accuracy_is_scikit_learns(rows: list[tuple[bool, int, int]]) -> None:
    """A row's weight is how often it counts; ties and weights are treated as scikit-learn treats them."""
    truth, scores, counts = arrays(rows)
    weights = counts[0]

    assert roc_auc_score(truth, scores, sample_weight=weights) == pytest.approx(auc(truth, scores, counts)[0])
    assert average_precision_score(truth, scores, sample_weight=weights) == pytest.approx(
        average_precision(truth, scores, counts)[0]
    )
    assert f1_score(
        truth, scores > 0, labels=[False, True], average="macro", sample_weight=weights, zero_division=0
    ) == pytest.approx(macro_f1(truth, scores, counts)[0])
    assert brier_score_loss(truth, chances(scores), sample_weight=weights) == pytest.approx(
        brier(truth, scores, counts)[0]
    )


def test_one_class_has_no_area() -> None:
    """Where there are no directors nothing can be ranked above anything."""
    nobody, ones = np.zeros(3, dtype=bool), np.ones((1, 3))

    assert np.isnan(auc(nobody, np.arange(3.0), ones)[0])
    assert np.isnan(average_precision(nobody, np.arange(3.0), ones)[0])
    assert macro_f1(nobody, -np.ones(3), ones)[0] == 0.5


def test_draws_take_employers_whole() -> None:
    """The first draw is the sample itself; in the others an employer's postings come together."""
    weights = draw(["a", "b", "a", "c"], draws=50)

    assert weights.shape == (51, 4)
    assert (weights[0] == 1).all()
    assert (weights[:, 0] == weights[:, 2]).all()
    assert (weights[:, [0, 1, 3]].sum(axis=1) == 3).all()
    assert len(np.unique(weights, axis=0)) > 5
    assert (weights == draw(["a", "b", "a", "c"], draws=50)).all()


def test_figure_leaves_out_what_is_not_defined() -> None:
    """An interval is of the draws that have a value; None says that there is none."""
    assert figure(np.array([0.5, 0.0, np.nan, 1.0])) == [0.5, 0.025, 0.975]
    assert figure(np.array([0.5, np.nan])) == [0.5, None, None]
    assert figure(np.array([np.nan, 0.5])) == [None, None, None]


def test_ratio_of_nothing() -> None:
    """A share of no postings is not defined, and is not 0."""
    shares = ratio(np.array([1, 0]), np.array([1, 1]), np.array([[1.0, 1.0], [0.0, 0.0]]))

    assert shares[0] == 0.5
    assert np.isnan(shares[1])


def test_calibration_error_of_right_probabilities() -> None:
    """Where a quarter of the postings said to be directors by 0.25 are, there is no error; elsewhere a gap."""
    truth = np.array([True, False, False, False])
    even = np.ones((1, 4))

    assert pytest.approx(0) == calibration_error(truth, np.full(4, np.log(1 / 3)), even)[0]
    assert pytest.approx(0.25) == calibration_error(truth, np.zeros(4), even)[0]


def test_reweighting_keeps_calibration() -> None:
    """At another share of directors, shifted log-odds of a calibrated model stay calibrated."""
    truth = np.array([True, False, False, False])
    even = np.ones((1, 4))
    shifted = np.full(4, np.log(0.2 / 0.8))
    weights = reweighted(truth, even, 0.2)

    assert pytest.approx(0.2) == ratio(truth, np.ones(4), weights)[0]
    assert pytest.approx(0) == calibration_error(truth, shifted, weights)[0]


def test_reliability_tells_each_bin() -> None:
    """Mean probability, share of directors, share of postings; empty bins are left out."""
    truth, scores = np.array([True, False, True]), np.array([0.0, 0.0, 9.0])

    assert [[0.5, 0.5, 0.666667], [0.999877, 1.0, 0.333333]] == reliability(truth, scores)


def test_risk_grows_with_doubt() -> None:
    """The surest verdicts come first; coverage at a precision goes as far as it holds, past an early error too."""
    truth, scores = np.array([True, False, True, True]), np.array([4.0, -3.0, -2.0, 1.0])
    once = np.ones((1, 4))
    coverage, risk = risk_coverage(truth, scores, once)

    assert [0.25, 0.5, 0.75, 1.0] == coverage[0].tolist()
    assert [0.0, 0.0, 1 / 3, 0.25] == pytest.approx(risk[0].tolist())
    assert coverage_at(truth, scores, once, precision=0.95)[0] == 0.5
    assert coverage_at(truth, scores, once, precision=0.75)[0] == 1.0
    assert coverage_at(~truth, scores, once, precision=0.99)[0] == 0.0
