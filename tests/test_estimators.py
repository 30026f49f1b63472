"""The scikit-learn estimators: in pipelines and searches, and against scikit-learn's own checks."""

import pickle
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.compose import ColumnTransformer
from sklearn.exceptions import NotFittedError, SkipTestWarning
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.utils import estimator_checks as checks
from sklearn.utils.estimator_checks import check_estimator

from own import own_postings, own_rows, rows, shipped
from postclass.errors import InputError, RecordError
from postclass.estimators import RoleClassifier, TraitProfile, VerdictClassifier, verdict_pipeline
from postclass.posting import Posting

# Of scikit-learn's checks, those that need no data. The others hand arrays of numbers to an estimator, of which neither
# texts nor the profiles of one model can be made; what they are about is tested here with texts.
CHECKS = (
    checks.check_do_not_raise_errors_in_init_or_set_params,
    checks.check_estimator_cloneable,
    checks.check_estimator_repr,
    checks.check_estimator_tags_renamed,
    checks.check_get_params_invariance,
    checks.check_mixin_order,
    checks.check_no_attributes_set_in_init,
    checks.check_parameters_default_constructible,
    checks.check_set_params,
    checks.check_valid_tag_types,
)


@cache
def labelled() -> tuple[list[str], list[str]]:
    """The project's own postings' texts and gold levels, without those of neither."""
    levels = {row["id"]: row["level"] for row in rows("data/labelled/labels.jsonl")}
    chosen = [row for row in own_rows() if levels[row["id"]] in {"director", "pm"}][:40]
    return [row["description"] for row in chosen], [levels[row["id"]] for row in chosen]


@cache
def profiles() -> Any:  # noqa: ANN401
    """The profiles of a few of the project's own postings."""
    return TraitProfile().fit([]).transform(own_postings()[:12])


def test_the_models_own_pipeline() -> None:
    """Texts in, the levels and probabilities of the model out."""
    pipeline = verdict_pipeline()
    verdicts = list(shipped().judge(own_postings()))
    known = [at for at, verdict in enumerate(verdicts) if verdict.p_director is not None]
    chances = pipeline.predict_proba(own_postings())[:, 0]

    assert [verdict.level for verdict in verdicts] == list(pipeline.predict(own_postings()))
    assert max(abs(chances[at] - (verdicts[at].p_director or 0)) for at in known) <= 1e-9


def test_the_prior_shifts_the_log_odds() -> None:
    """As `--prior` does; a text that can't be judged gets the prior itself."""
    from postclass.judge import JudgeSettings

    pipeline = verdict_pipeline(prior=0.05)
    expected = shipped().judge_one(own_postings()[0], settings=JudgeSettings(prior=0.05)).p_director
    chances = pipeline.predict_proba([own_postings()[0], ""])[:, 0]

    assert [expected, 0.05] == pytest.approx(chances, abs=1e-9)


def test_a_classifier_learns_labels_of_ones_own() -> None:
    """It fits texts and labels of any kind, and tells texts that it has not seen better than chance."""
    texts, levels = labelled()
    names = np.where(np.array(levels) == "director", "L6", "L4")
    scores = cross_val_score(RoleClassifier(), texts, names, cv=3, scoring="balanced_accuracy")
    fitted = RoleClassifier().fit(texts, names)

    assert scores.mean() > 0.7
    assert ["L4", "L6"] == list(fitted.classes_)
    assert (len(texts), 2) == fitted.predict_proba(texts).shape
    assert np.array_equal(fitted.decision_function(texts) > 0, fitted.predict(texts) == "L6")


def test_in_a_search() -> None:
    """`GridSearchCV` finds its parameters, clones it, and refits the best."""
    texts, levels = labelled()
    search = GridSearchCV(RoleClassifier(), {"C": [0.001, 0.1]}, cv=2).fit(texts[:24], levels[:24])

    assert search.best_params_["C"] in {0.001, 0.1}
    assert set(search.predict(texts[:3])) <= {"director", "pm"}


def test_in_a_pipeline_with_other_columns() -> None:
    """As a step before any estimator, and as a part of a column transformer over a frame."""
    texts, levels = labelled()
    frame = pd.DataFrame({"text": texts[:20], "headcount": range(20)})
    columns = ColumnTransformer([("text", TraitProfile(), "text")], remainder="passthrough")
    made = make_pipeline(columns, LogisticRegression(C=0.01, max_iter=5000)).fit(frame, levels[:20])

    assert 20 == len(made.predict(frame))
    assert "text__wording" in columns.fit(frame).get_feature_names_out()


def test_names_and_frames() -> None:
    """The columns have names, and come as a frame where that is asked for."""
    profile = TraitProfile().set_output(transform="pandas").fit([])
    made = profile.transform(own_postings()[:2])

    assert ["wording", "scope", "usable"] == list(made.columns[-3:])
    assert list(profile.get_feature_names_out()) == list(made.columns)
    assert (2, 69) == made.shape


def test_kinds_of_texts() -> None:
    """Strings, postings, mappings, a series and a frame give the same profile; a title is masked where it is given."""
    posting = own_postings()[0]
    profile = TraitProfile().fit([])
    of_posting = profile.transform([posting])
    fields = {"description": posting.description, "title": posting.title, "company": posting.company}

    assert np.array_equal(of_posting, profile.transform([fields]))
    assert np.array_equal(of_posting, profile.transform(pd.DataFrame([fields], index=[9])))
    assert np.array_equal(profile.transform([posting.description]), profile.transform(pd.Series([posting.description])))
    assert not profile.transform([Posting("")]).any()
    assert (0, 69) == profile.transform([]).shape


@pytest.mark.parametrize(("texts", "error"), [("one text", InputError), ([1.5], InputError), ([{}], RecordError)])
def test_what_is_no_text(texts: Any, error: type[Exception]) -> None:  # noqa: ANN401
    """It is named."""
    with pytest.raises(error):
        TraitProfile().fit([]).transform(texts)


@pytest.mark.parametrize("estimator", [TraitProfile(), VerdictClassifier(prior=0.2), RoleClassifier(C=0.5)], ids=repr)
def test_clones_and_pickles(estimator: Any) -> None:  # noqa: ANN401
    """A clone has the same parameters and is not fitted; a pickle keeps what was fitted."""
    texts, levels = labelled()
    fitted = clone(estimator).fit(texts[::4], levels[::4])
    again = pickle.loads(pickle.dumps(fitted))  # noqa: S301 - our own
    given = profiles() if isinstance(estimator, VerdictClassifier) else texts[:3]
    ask = "transform" if isinstance(estimator, TraitProfile) else "predict_proba"

    assert clone(fitted).get_params() == estimator.get_params()
    assert np.array_equal(getattr(fitted, ask)(given), getattr(again, ask)(given))
    with pytest.raises(NotFittedError):
        getattr(clone(fitted), ask)(given)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("estimator", [TraitProfile(), VerdictClassifier(), RoleClassifier()], ids=repr)
def test_scikit_learns_checks(estimator: Any, check: Any) -> None:  # noqa: ANN401
    """Those that make sense for texts: parameters, tags, mixins, clones."""
    check(type(estimator).__name__, estimator)


def test_scikit_learn_leaves_out_the_others_itself() -> None:
    """The tags say that texts go in, so `check_estimator` hands no numbers to an estimator of texts."""
    for estimator in (TraitProfile(), RoleClassifier()):
        with pytest.warns(SkipTestWarning, match="requires input +of type"):
            told = check_estimator(estimator, on_fail="raise")

        assert {"passed"} == {one["status"] for one in told}
