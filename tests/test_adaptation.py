"""Changes of a model's weights by labels: what they are, how far they go, and which strength is chosen."""

import numpy as np
import pytest
import scipy.sparse as sp
from sklearn.linear_model import LogisticRegression

from own import own_postings, shipped
from postclass import adaptation
from postclass.adaptation import STRENGTHS, Evidence, Scale, changed, chosen, fit, gather, out_of_fold
from postclass.features import read_posting
from postclass.opinion import form_opinion

TEXTS = [read_posting(posting).words for posting in own_postings()[:24]]
PARTS = shipped().parts


@pytest.fixture(scope="module")
def scale() -> Scale:
    """The spread of the evidence over some postings."""
    return Scale.of(PARTS, TEXTS)


@pytest.fixture(scope="module")
def evidence(scale: Scale) -> Evidence:
    """What the shipped model sees in some postings."""
    return gather(PARTS, TEXTS, scale)


@pytest.fixture(scope="module")
def ladder(evidence: Evidence) -> adaptation.Bools:
    """A ladder on which the director begins lower: at the median of the log-odds."""
    return np.asarray(evidence.log_odds > np.median(evidence.log_odds))


def test_a_changed_model_says_what_the_change_says(scale: Scale, evidence: Evidence, ladder: adaptation.Bools) -> None:
    """The weights that are written judge as the change that was fitted, but for the rounding to float32."""
    change = fit(evidence, ladder, [1.0])[0]
    parts = changed(PARTS, change, scale)
    said = [form_opinion(parts, words).log_odds for words in TEXTS]
    assert np.abs(change.log_odds(evidence) - evidence.log_odds).max() > 0.5
    assert said == pytest.approx(change.log_odds(evidence), abs=1e-5)


def test_an_infinite_strength_changes_nothing(evidence: Evidence, ladder: adaptation.Bools) -> None:
    """The first candidate is the model as it is."""
    change = fit(evidence, ladder, STRENGTHS)[0]
    assert np.isinf(STRENGTHS[0])
    assert evidence.log_odds.tolist() == change.log_odds(evidence).tolist()


def test_a_weaker_prior_fits_the_labels_better(evidence: Evidence, ladder: adaptation.Bools) -> None:
    """Log-loss on the labels falls with the strength, and the change grows."""
    changes = fit(evidence, ladder, STRENGTHS)
    loss = [adaptation.losses(change.log_odds(evidence), ladder).mean() for change in changes]
    size = [float(np.abs(change.dense).sum()) for change in changes]
    assert sorted(loss, reverse=True) == loss
    assert sorted(size) == size


def test_without_offset_it_is_ordinary_logistic_regression(monkeypatch: pytest.MonkeyPatch) -> None:
    """A model that says 0 of everything, adapted, is scikit-learn's ridge-penalised logistic regression."""
    for name in ("BIAS_SCALE", "TRAIT_SCALE", "TERM_SCALE"):
        monkeypatch.setattr(adaptation, name, 1.0)
    luck = np.random.default_rng(0)
    values = luck.normal(size=(40, 5))
    labels = values @ np.array([1, -2, 0.5, 0, 1]) + luck.normal(size=40) > 0
    evidence = Evidence(np.zeros(40), values, sp.csr_matrix((40, 3)))
    theirs = LogisticRegression(C=1 / 3.0, fit_intercept=False, tol=1e-10).fit(values, labels)
    assert theirs.coef_[0] == pytest.approx(fit(evidence, labels, [3.0])[0].dense, abs=1e-5)


def test_terms_of_one_posting_do_not_move(evidence: Evidence, ladder: adaptation.Bools) -> None:
    """A term's weight moves only where several labelled postings hold it."""
    change = fit(evidence, ladder, [1.0])[0]
    holders = np.bincount(evidence.terms.indices, minlength=evidence.terms.shape[1])
    assert 2 == holders[change.terms].min()


def test_twins_are_left_out_together() -> None:
    """A posting is never judged by what was learnt from its twin."""
    groups = np.repeat(np.arange(12), 2)
    director = np.tile([True, True, False, False], 6)
    for inside, outside in adaptation.deal(director, groups, seed=0):
        assert set() == set(groups[inside]) & set(groups[outside])


def test_labels_that_agree_with_chance_alone_change_nothing(evidence: Evidence) -> None:
    """Labels that have nothing to do with the text leave the model as it is, four times of five at the least."""
    calm = Evidence(np.zeros(len(TEXTS)), evidence.dense, evidence.terms)
    places = []
    for seed in range(5):
        luck = np.random.default_rng(seed).permutation(np.arange(len(TEXTS)) % 2 == 0)
        said = out_of_fold(calm, luck, np.arange(len(TEXTS)))
        places.append(chosen(said, luck, np.ones(len(STRENGTHS), dtype=bool)))
    assert places.count(0) >= 4


def test_what_general_postings_do_not_allow_is_not_chosen(evidence: Evidence, ladder: adaptation.Bools) -> None:
    """The best strength is taken among those that are allowed."""
    said = out_of_fold(evidence, ladder, np.arange(len(TEXTS)))
    free = chosen(said, ladder, np.ones(len(STRENGTHS), dtype=bool))
    assert free > 0
    assert 0 == chosen(said, ladder, np.arange(len(STRENGTHS)) == 0)
