"""Rungs told from the text alone: titles say the rung, texts are masked, employers kept apart.

    python benchmarks/rungs.py SHARED_DATA --cache DIR

For each of five models (see `ladders.py`) a scale of six rungs is fitted to four fifths of the employers it has not met
and judged on the rest, in turn; a scale of the same labels without a model stands beside it (TF-IDF and multinomial
logistic regression), and always saying the commonest rung.
"""

import argparse
import re
from pathlib import Path

import numpy as np
from ladders import bases
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from threadpoolctl import threadpool_limits

from postclass.features import TOKEN
from postclass.folds import group_folds
from postclass.ordinal import best_scale, rung_figures

NAMES = ("associate", "product manager", "senior", "lead, group, principal", "director, head", "VP, chief")
_TITLES = (
    (5, r"\b(chief|cpo|[se]?vp|vice president)\b"),
    (4, r"\b(director|head)\b"),
    (3, r"\b(group|lead|principal|staff|gpm)\b"),
    (2, r"\b(senior|sr\.?|iii)\b"),
    (0, r"\b(associate|junior|jr\.?|apm|intern|entry|graduate|rotational)\b"),
    (1, r"product (manager|owner|management)|\bpm\b"),
)
FOLDS = 5
PEER_C = 10.0


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("data", type=Path)
    parser.add_argument("--cache", type=Path, required=True)
    given = parser.parse_args()
    truths, says = [], {"scale": [], "without a model": [], "always the commonest": []}
    with threadpool_limits(1):
        for base in bases(given.data, given.cache):
            rungs = np.array([rung_of(document.posting.title or "") for document in base.unseen])
            told = np.flatnonzero(rungs >= 0)
            documents, rungs = [base.unseen[i] for i in told], rungs[told]
            evidence, texts = base.evidence.take(told), [document.text for document in documents]
            employers = np.unique([document.employer for document in documents], return_inverse=True)[1]
            folds = group_folds([d.employer for d in documents], rungs >= len(NAMES) // 2, seed=0, folds=FOLDS)
            for fold in range(FOLDS):
                inside, outside = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
                fitted, _ = best_scale(evidence.take(inside), rungs[inside], len(NAMES), employers[inside])
                truths.append(rungs[outside])
                says["scale"].append(fitted.chances(evidence.take(outside)))
                says["without a model"].append(peer(texts, rungs, inside, outside))
                counts = np.bincount(rungs[inside], minlength=len(NAMES)) / len(inside)
                says["always the commonest"].append(np.tile(counts, (len(outside), 1)))
    truth = np.concatenate(truths)
    print("postings by rung:", dict(zip(NAMES, np.bincount(truth, minlength=len(NAMES)).tolist(), strict=True)))
    print("| | exact | within one | quadratic kappa | log-loss |\n|---|---|---|---|---|")
    for name, chances in says.items():
        print(f"| {name} | {' | '.join(f'{v:.3f}' for v in rung_figures(np.concatenate(chances), truth).values())} |")


def rung_of(title: str) -> int:
    """The rung that a title claims; -1 where it is none of a product manager's."""
    return next((rung for rung, words in _TITLES if re.search(words, title.casefold())), -1)


def peer(texts: list[str], rungs: np.ndarray, inside: np.ndarray, outside: np.ndarray) -> np.ndarray:
    """Chances of the rungs by TF-IDF and logistic regression; none for rungs that were not seen."""
    model = make_pipeline(
        TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, token_pattern=TOKEN, min_df=2),
        LogisticRegression(C=PEER_C, max_iter=2000),
    ).fit([texts[i] for i in inside], rungs[inside])
    chances = np.zeros((len(outside), len(NAMES)))
    chances[:, model.classes_] = model.predict_proba([texts[i] for i in outside])
    return chances


if __name__ == "__main__":
    main()
