"""Labelled postings go in; cross-validated figures of the model and of simpler methods come out, as the model card.

Employers are kept apart: nothing of a test posting's employer, in any of the files, is in its fold's training.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from threadpoolctl import threadpool_limits

from postclass.bench import Bench
from postclass.card import write_card
from postclass.corpus import Document, read_corpus
from postclass.figures import summarise
from postclass.fitting import fit
from postclass.folds import group_folds
from postclass.judge import Model
from postclass.measures import Floats
from postclass.peers import Peer, available
from postclass.plots import write_plots
from postclass.trial import Judged, Run, judge, level_of

if TYPE_CHECKING:
    from postclass.verdict import Level

FOLDS = 5
FIRST_SEED = 1000  # of the folds; `fit` deals its own folds from other seeds


def evaluate(  # noqa: PLR0913 - what the command takes
    *,
    postings: Path,
    labels: Sequence[Path],
    weak: Sequence[Path] = (),
    seeds: int = 5,
    peers: bool = True,
    output: Path,
    progress: Callable[[str], None] = lambda _: None,
) -> None:
    """Cross-validates the model and its peers and writes `CARD.md` and `plots/` into the directory `output`.

    The files are those of `train`. `progress` is called `seeds * FOLDS + 1` times.
    """
    corpus = read_corpus(postings, labels, weak)
    bench = Bench.of(corpus)
    methods, absent = available() if peers else ({}, [])
    with threadpool_limits(1):  # as in training, so that the sums are the same ones
        runs = [cross_validate(bench, methods, seed=seed, progress=progress) for seed in range(seeds)]
    progress("card")
    figures = summarise(bench, runs, absent)
    write_plots(figures, output / "plots")
    write_card(figures, output)


def cross_validate(
    bench: Bench,
    methods: dict[str, Peer],
    *,
    seed: int,
    progress: Callable[[str], None] = lambda _: None,
) -> Run:
    """Judges every document once, by a model and peers that have seen nothing of its employer."""
    documents = bench.corpus.documents
    director = np.array([document.gold and document.level == "director" for document in documents])
    fold_of = group_folds([d.employer for d in documents], director, seed=FIRST_SEED + seed, folds=FOLDS)
    judged: dict[int, Judged] = {}
    levels: dict[int, Level] = {}
    scores = {name: np.full(len(documents), np.nan) for name in methods}
    for fold in range(FOLDS):
        progress(f"seed {seed + 1}, fold {fold + 1} of {FOLDS}")
        train = [documents[i] for i in np.flatnonzero(fold_of != fold)]
        model = Model(fit(train)[0])
        rows = [i for i in bench.gold if fold_of[i] == fold]
        judged |= {i: judge(model, documents[i], seed=seed) for i in rows}
        levels |= {i: level_of(model, documents[i]) for i in (*bench.neither, *bench.others) if fold_of[i] == fold}
        for name, peer in methods.items():
            scores[name][rows] = _scores(peer, train, [documents[i] for i in rows])
    return Run(
        judged=tuple(judged[i] for i in bench.gold),
        neither=tuple(levels[i] for i in bench.neither),
        others=tuple(levels[i] for i in bench.others),
        peers={name: values[list(bench.gold)] for name, values in scores.items()},
    )


def _scores(peer: Peer, train: Sequence[Document], test: Sequence[Document]) -> Floats:
    return peer(train, test) if test else np.zeros(0)
