"""An evaluation from files to card, on a small corpus; a fold never learns from the employers that it is tested on."""

import json
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from postclass import evaluation
from postclass.bench import Bench
from postclass.corpus import Corpus, Document, read_corpus
from postclass.evaluation import FOLDS, cross_validate, evaluate
from postclass.peers import tfidf, title_rule
from smallcorpus import DIRECTORS, GOLD, NEITHER, OTHERS, write_corpus


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    """The small corpus, read."""
    postings, labels, others = write_corpus(tmp_path_factory.mktemp("corpus"))
    return read_corpus(postings, [labels], [others])


def quick_peers() -> tuple[dict[str, Any], list[str]]:
    """Peers that need nothing that is not installed, and one that is not."""
    return {"title rule": title_rule, "TF-IDF + LR": tfidf}, ["MiniLM (it is not installed)"]


def test_postings_to_card(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Writes the card, its plots and all figures, counts its steps, and tells the small corpus's levels apart."""
    pytest.importorskip("matplotlib")
    monkeypatch.setattr(evaluation, "available", quick_peers)
    postings, labels, others = write_corpus(tmp_path)
    steps: list[str] = []
    evaluate(postings=postings, labels=[labels], weak=[others], seeds=1, output=tmp_path / "out", progress=steps.append)
    figures = json.loads((tmp_path / "out" / "plots" / "figures.json").read_text(encoding="utf-8"))
    card = (tmp_path / "out" / "CARD.md").read_text(encoding="utf-8")

    assert [f"seed 1, fold {n} of 5" for n in range(1, FOLDS + 1)] == steps[:-1]
    assert figures["accuracy"]["all"]["postings"] == GOLD
    assert figures["accuracy"]["all"]["directors"] == DIRECTORS
    assert figures["accuracy"]["all"]["auc"][0] > 0.9
    assert figures["traits"]["all"]["f1"][0] > 0.5
    assert figures["traits"]["all"]["evidence_right"][0] > 0.5
    assert figures["scope"]["others_postings"] == OTHERS
    assert figures["scope"]["neither_postings"] == NEITHER
    assert figures["scope"]["others_not_levelled"][0] > 0.9
    assert figures["peers"].keys() == {"title rule", "TF-IDF + LR"}
    assert "MiniLM (it is not installed)" in card
    assert str(tmp_path) not in card
    for name in ("reliability", "risk", "traits", "peers"):
        assert f"(plots/{name}.svg)" in card
        assert ET.parse(tmp_path / "out" / "plots" / f"{name}.svg").getroot().tag.endswith("svg")  # noqa: S314 - our own


def test_folds_share_no_employer(corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is judged, and whatever else is by its employer, was never learnt from; each document is judged once."""
    learnt: list[set[str]] = []
    judged: list[str] = []

    def fit(documents: Sequence[Document]) -> tuple[SimpleNamespace, None]:
        learnt.append({document.employer for document in documents})
        return SimpleNamespace(), None

    def judge(_: object, document: Document, **__: object) -> str:
        assert document.employer not in learnt[-1]
        judged.append(document.id)
        return document.id

    def peer(train: Sequence[Document], test: Sequence[Document]) -> Any:  # noqa: ANN401 - an array
        assert not {d.employer for d in train} & {d.employer for d in test}
        return np.array([len(d.words) for d in test], dtype=float)

    monkeypatch.setattr(evaluation, "fit", fit)
    monkeypatch.setattr(evaluation, "judge", judge)
    monkeypatch.setattr(evaluation, "level_of", judge)
    bench = Bench.of(corpus)
    run = cross_validate(bench, {"peer": peer}, seed=3)

    assert FOLDS == len(learnt)
    assert sorted(judged) == sorted(document.id for document in corpus.documents)
    assert [document.id for document in bench.pick(bench.gold)] == [str(said) for said in run.judged]
    assert [document.id for document in bench.pick(bench.others)] == list(run.others)
    assert [len(document.words) for document in bench.pick(bench.gold)] == run.peers["peer"].tolist()


def test_seeds_deal_other_folds(corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    """A repetition is worth something only if its folds differ."""
    learnt: list[frozenset[str]] = []

    def fit(documents: Sequence[Document]) -> tuple[SimpleNamespace, None]:
        learnt.append(frozenset(document.employer for document in documents))
        return SimpleNamespace(), None

    monkeypatch.setattr(evaluation, "fit", fit)
    monkeypatch.setattr(evaluation, "judge", lambda *_, **__: None)
    monkeypatch.setattr(evaluation, "level_of", lambda *_: "pm")
    for seed in (0, 0, 1):
        cross_validate(Bench.of(corpus), {}, seed=seed)

    assert learnt[:FOLDS] == learnt[FOLDS : 2 * FOLDS]
    assert not set(learnt[:FOLDS]) & set(learnt[2 * FOLDS :])
