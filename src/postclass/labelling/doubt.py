"""Labelled texts in, the labels that are likely wrong out, most doubtful first: what the other labels speak against.

A logistic regression learns from the labels of other employers (and, where there is one, from a model's opinion), and
cleanlab's confident learning (Northcutt et al. 2021) says which labels its probabilities speak against.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from postclass.features import TOKEN

Floats = npt.NDArray[np.float64]
Matrix: TypeAlias = Any  # a scipy.sparse matrix; scipy ships no types

FOLDS = 5
SEED = 0  # of how employers are dealt out to folds; one for all, so that the same labels give the same answer
MIN_EACH = 5  # labels that a class needs for its absence from a fold not to be the rule
C = 10.0  # of the words alone: 1 and 100 do as well (docs/experiments.md)
TRUST = 3.0  # a model's opinion counts this much more than a word, in standard deviations


@dataclass(frozen=True, slots=True)
class Doubt:
    """A label held against what the others say: its place, what it says, what is likelier, and how good it is.

    `quality` is the probability of what it says, out of fold: near 0 it is likely wrong.
    """

    place: int
    given: str
    likelier: str
    quality: float
    issue: bool  # whether cleanlab takes it for an error


def words_in(texts: Sequence[str]) -> Matrix:
    """TF-IDF values of one- and two-word terms, a row for each text: made once for all that is asked of the texts."""
    import scipy.sparse as sp
    from sklearn.feature_extraction.text import TfidfVectorizer

    try:
        vectorizer = TfidfVectorizer(ngram_range=(1, 2), min_df=min(2, len(texts)), binary=True, token_pattern=TOKEN)
        return vectorizer.fit_transform(texts)
    except ValueError:  # no word stands in two of the texts
        return sp.csr_matrix((len(texts), 1))


def find_doubts(
    words: Matrix, given: Sequence[str], employers: Sequence[str], *, opinion: Floats | None = None
) -> list[Doubt]:
    """The labels of classes with MIN_EACH members or more, most doubtful first; none where there is one class only.

    `words` are the values of the texts by `words_in`; `opinion` is what a model that has not learnt from these labels
    says of each text: any number of columns.
    """
    import scipy.sparse as sp
    from cleanlab.filter import find_label_issues

    classes = sorted(name for name in set(given) if given.count(name) >= MIN_EACH)
    places = np.array([place for place, name in enumerate(given) if name in classes], dtype=np.int64)
    groups = [employers[place] for place in places]
    if len(classes) < 2 or len(set(groups)) < 2:  # noqa: PLR2004 - nothing to tell apart, or no other employer
        return []
    numbers = np.array([classes.index(given[place]) for place in places])
    values = words[places]
    if opinion is not None:
        spread = opinion.std(axis=0) + 1e-9
        values = sp.hstack([values, sp.csr_matrix(TRUST * (opinion - opinion.mean(axis=0)) / spread)[places]], "csr")
    chances = _out_of_fold(values, numbers, groups)
    own = chances[np.arange(len(places)), numbers]
    issues = np.asarray(find_label_issues(numbers, chances, n_jobs=1))
    doubts = [
        Doubt(int(places[i]), classes[numbers[i]], classes[int(chances[i].argmax())], float(own[i]), bool(issues[i]))
        for i in range(len(places))
    ]
    return sorted(doubts, key=lambda doubt: (not doubt.issue, doubt.quality, doubt.place))


def _out_of_fold(values: Matrix, classes: npt.NDArray[np.int64], groups: list[str]) -> Floats:
    """The probability of each class for each text, by what was learnt from other employers."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedGroupKFold

    folds = min(FOLDS, len(set(groups)), int(np.bincount(classes).min()))
    split = StratifiedGroupKFold(folds, shuffle=True, random_state=SEED)
    chances = np.zeros((len(classes), int(classes.max()) + 1))
    for inside, outside in split.split(np.zeros(len(classes)), classes, groups):
        known = np.unique(classes[inside])
        if len(known) == 1:  # the other employers have one class only
            chances[outside, known[0]] = 1.0
            continue
        model = LogisticRegression(C=C, max_iter=500).fit(values[inside], classes[inside])
        chances[np.ix_(outside, model.classes_)] = model.predict_proba(values[outside])
    return np.asarray(chances)
