"""Employers go in, a fold for each document comes out: no employer in two folds, directors spread evenly."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

FOLDS = 5  # of every cross-validation


def group_folds(
    employers: Sequence[str], positive: npt.NDArray[np.bool_], *, seed: int, folds: int = FOLDS
) -> npt.NDArray[np.int64]:
    """Deals employers out to folds, those with most directors first, so that folds get about equal shares."""
    rng = np.random.default_rng(seed)
    names, group = np.unique(np.array(employers), return_inverse=True)
    sizes, directors = np.bincount(group), np.bincount(group, weights=positive)
    order = rng.permutation(len(names))
    order = order[np.argsort(-directors[order], kind="stable")]
    fold_of, load = np.zeros(len(names), dtype=np.int64), np.zeros((folds, 2))
    for name in order:
        keys = load[:, 0] if directors[name] else load[:, 1]
        best = np.flatnonzero(keys == keys.min())
        fold_of[name] = best[rng.integers(len(best))]
        load[fold_of[name]] += (directors[name], sizes[name])
    return fold_of[group]
