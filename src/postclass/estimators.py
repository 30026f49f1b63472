"""Postings in, trait profiles and verdicts out, as scikit-learn estimators for pipelines, searches and columns.

Like scikit-learn's own text vectorizers they take a sequence of texts: strings, `Posting`s, mappings with their fields,
or a frame with a column `description` (and `title` and `company`, which are masked in the text and never looked at).
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator, ClassifierMixin, TransformerMixin
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.validation import check_is_fitted

from postclass.errors import InputError
from postclass.features import read_posting
from postclass.judge import Model, as_posting
from postclass.modelfile import load_model
from postclass.opinion import Decision, Parts, form_opinion, logistic, logit
from postclass.posting import Posting

Reals = npt.NDArray[np.float64]

POOLS = ("best", "three", "count")  # of a trait's line scores: the strongest, the mean of three, the soft count
OTHERS = ("wording", "scope", "usable")  # log-odds of the level head and of a product role, and whether there is a text


class TraitProfile(TransformerMixin, BaseEstimator):  # type: ignore[misc] # scikit-learn has no types
    """Texts in, an array of (posting, feature) out: how strongly each trait shows, and how the wording leans.

    Columns are log-odds: of each trait's line scores the strongest, the mean of the three strongest and a soft count
    (`leads_product_managers.best`, `.three`, `.count`), the same of lines that read like a director's
    (`director_lines.best`, …), `wording`, `scope`, and `usable`, which is 1 where there is a text to judge and 0 where
    there is none and all else is 0. Nothing is learned: `fit` loads the model (a directory; None: the shipped one).
    """

    def __init__(self, model: str | Path | None = None) -> None:
        self.model = model

    def fit(self, X: Any, y: Any = None) -> Self:  # noqa: ANN401, ARG002, N803 - scikit-learn's signature
        """Load the model."""
        self.model_ = load_model(self.model)
        return self

    def transform(self, X: Any) -> Reals:  # noqa: ANN401, N803
        """The profiles of texts."""
        check_is_fitted(self, "model_")
        rows = [_profile(self.model_, posting) for posting in postings_of(X)]
        return np.array(rows, np.float64).reshape(len(rows), len(feature_names(self.model_.parts)))

    def get_feature_names_out(self, input_features: Any = None) -> npt.NDArray[np.object_]:  # noqa: ANN401, ARG002
        """The names of the columns."""
        check_is_fitted(self, "model_")
        return np.array(feature_names(self.model_.parts), object)

    def __sklearn_tags__(self) -> Any:  # noqa: ANN401 - scikit-learn has no types
        """Takes texts, not numbers, and needs no labels."""
        return _text_tags(super().__sklearn_tags__(), learns=False)


class VerdictClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """The model's own last step: profiles by `TraitProfile` in, levels out; after it in a pipeline.

    `predict` gives the level as `postclass classify` does (`director`, `pm`, `unclear`, `out_of_scope`),
    `predict_proba` the probabilities of `classes_`, which are director and pm, and for a text that can't be judged the
    shares that the model was calibrated to. Nothing is learned: `fit` loads weights and boundaries.
    """

    def __init__(self, model: str | Path | None = None, *, prior: float | None = None) -> None:
        self.model = model
        self.prior = prior

    def fit(self, X: Any = None, y: Any = None) -> Self:  # noqa: ANN401, ARG002, N803
        """Load the model's weights, one for each feature."""
        parts = load_model(self.model).parts
        self.classes_ = np.array(["director", "pm"])
        self.coef_, self.intercept_ = _weights(parts)
        self.scope_, self.decision_ = parts.scope, parts.decision
        return self

    def log_odds(self, X: Reals) -> Reals:  # noqa: N803
        """The log-odds of director-level work; those of the calibration where there is no text."""
        check_is_fitted(self, "coef_")
        X = np.asarray(X, np.float64)  # noqa: N806
        share = self.decision_.prior if self.prior is None else self.prior
        shift = logit(share) - logit(self.decision_.prior)
        return np.where(X[:, -1] > 0, X @ self.coef_ + self.intercept_ + shift, logit(share))

    def predict_proba(self, X: Reals) -> Reals:  # noqa: N803
        """Posting x (director, pm): probabilities."""
        p = np.array([logistic(value) for value in self.log_odds(X)])
        return np.stack([p, 1 - p], axis=1)

    def predict(self, X: Reals) -> npt.NDArray[np.str_]:  # noqa: N803
        """The levels, abstentions included."""
        X, (slope, bias) = np.asarray(X, np.float64), self.scope_  # noqa: N806
        in_scope = [logistic(slope * value + bias) for value in X[:, -2]]
        levels = [
            "unclear" if not usable else _level(p, scope, self.decision_)
            for p, scope, usable in zip(self.predict_proba(X)[:, 0], in_scope, X[:, -1], strict=True)
        ]
        return np.array(levels, dtype="<U12")


class RoleClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Texts and labels of any kind in, a classifier of texts out: logistic regression over trait profiles.

    For labels of one's own, from tens of them on: what it starts from knows the traits. `C` is the inverse strength of
    regularisation, `class_weight` as in scikit-learn. `postclass adapt` makes a whole model instead.
    """

    def __init__(
        self,
        C: float = 0.01,  # noqa: N803 - scikit-learn's name
        *,
        class_weight: str | dict[str, float] | None = None,
        model: str | Path | None = None,
    ) -> None:
        self.C = C
        self.class_weight = class_weight
        self.model = model

    def fit(self, X: Any, y: Any) -> Self:  # noqa: ANN401, N803
        """Learn from texts and their labels."""
        regression = LogisticRegression(C=self.C, class_weight=self.class_weight, max_iter=1000)
        self.pipeline_ = make_pipeline(TraitProfile(self.model), StandardScaler(), regression).fit(X, y)
        self.classes_ = regression.classes_
        return self

    def predict(self, X: Any) -> npt.NDArray[Any]:  # noqa: ANN401, N803
        """The likeliest labels."""
        check_is_fitted(self, "pipeline_")
        return np.asarray(self.pipeline_.predict(X))

    def predict_proba(self, X: Any) -> Reals:  # noqa: ANN401, N803
        """Posting x class: probabilities, in the order of `classes_`."""
        check_is_fitted(self, "pipeline_")
        return np.asarray(self.pipeline_.predict_proba(X))

    def decision_function(self, X: Any) -> Reals:  # noqa: ANN401, N803
        """Log-odds, as scikit-learn's logistic regression gives them."""
        check_is_fitted(self, "pipeline_")
        return np.asarray(self.pipeline_.decision_function(X))

    def __sklearn_tags__(self) -> Any:  # noqa: ANN401
        """Takes texts, not numbers."""
        return _text_tags(super().__sklearn_tags__(), learns=True)


def verdict_pipeline(model: str | Path | None = None, *, prior: float | None = None) -> Pipeline:
    """A model as a fitted scikit-learn pipeline: texts in, the same levels and probabilities as `postclass` out."""
    steps = [("profile", TraitProfile(model)), ("verdict", VerdictClassifier(model, prior=prior))]
    return Pipeline(steps).fit([])


def postings_of(texts: Any) -> Iterable[Posting]:  # noqa: ANN401 - whatever scikit-learn is given
    """Texts of any kind in, postings out; raises `InputError` for what holds no texts."""
    if isinstance(texts, str):
        raise InputError("a single text where a sequence of texts belongs; give [text]")
    if hasattr(texts, "columns") and hasattr(texts, "iloc"):
        from postclass.frames import postings_of as of_frame

        return of_frame(texts, ("description", "title", "company"))
    values = list(texts)
    for row, value in enumerate(values, start=1):
        if not isinstance(value, str | Posting | dict):
            raise InputError(f"text {row} is a {type(value).__name__}; texts are strings, postings, or mappings")
    return [as_posting(value, row) for row, value in enumerate(values, start=1)]


def feature_names(parts: Parts) -> list[str]:
    """The columns of a profile."""
    return [*(f"{key}.{pool}" for key in (*parts.traits, "director_lines") for pool in POOLS), *OTHERS]


def _profile(model: Model, posting: Posting) -> list[float]:
    parts, reading = model.parts, read_posting(posting)
    if model.unusable(reading) is not None:
        return [0.0] * len(feature_names(parts))
    opinion = form_opinion(parts, reading.words)
    slope, mean = parts.wording
    wording = opinion.wording / slope + mean if slope else 0.0
    scope = model.scope_log_odds(reading.words, names_role=reading.names_role)
    return [*(value for pools in opinion.pools for value in pools), wording, scope, 1.0]


def _weights(parts: Parts) -> tuple[Reals, float]:
    """The verdict's weight for each feature, and what is left."""
    joined = (*parts.weights, parts.director_lines)
    of_pools = [c for weight in joined for c in weight.coefficients]
    slope, mean = parts.wording
    means = sum(c * m for weight in joined for c, m in zip(weight.coefficients, weight.means, strict=True))
    return np.array([*of_pools, slope, 0.0, 0.0]), parts.bias - slope * mean - means


def _level(p_director: float, p_in_scope: float, decision: Decision) -> str:
    if p_in_scope < decision.scope:
        return "out_of_scope"
    if p_director >= decision.director:
        return "director"
    return "pm" if p_director <= decision.pm else "unclear"


def _text_tags(tags: Any, *, learns: bool) -> Any:  # noqa: ANN401
    tags.input_tags.string, tags.input_tags.two_d_array = True, False
    tags.requires_fit, tags.no_validation = True, True
    tags.target_tags.required = learns
    return tags
