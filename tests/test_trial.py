"""What a model said of a document, held against the labels: on a model fitted to the small corpus."""

from dataclasses import replace

import pytest

from postclass.corpus import Document, read_corpus
from postclass.fitting import fit
from postclass.judge import Model
from postclass.opinion import form_opinion, logistic
from postclass.trial import judge, level_of
from smallcorpus import write_corpus


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory) -> tuple[Document, ...]:
    """The small corpus's documents."""
    postings, labels, others = write_corpus(tmp_path_factory.mktemp("corpus"))
    return read_corpus(postings, [labels], [others]).documents


@pytest.fixture(scope="module")
def model(documents: tuple[Document, ...]) -> Model:
    """A model that has learnt from all of them."""
    return Model(fit(documents)[0])


def test_judged_as_the_model_judges(model: Model, documents: tuple[Document, ...]) -> None:
    """Level, probability and traits are those of the verdict that a user gets."""
    document = documents[0]
    said = judge(model, document, seed=0)
    verdict = model.judge_one(replace(document.posting, description=document.posting.description))

    assert verdict.level == said.level == level_of(model, document)
    assert verdict.p_director == pytest.approx(logistic(said.log_odds))
    assert set(verdict.traits or ()) == said.found


def test_evidence_is_right_within_annotated_lines(model: Model, documents: tuple[Document, ...]) -> None:
    """A trait of the gold is right where its best line is among those annotated; elsewhere, or without any, wrong."""
    document = documents[0]
    key = min(judge(model, document, seed=0).right)
    size = len(document.words)
    others = tuple((line,) for line in range(size) if (line,) not in document.evidence[key])

    assert key not in judge(model, replace(document, evidence={key: others}), seed=0).right
    assert key not in judge(model, replace(document, evidence={key: ()}), seed=0).right
    assert judge(model, replace(document, evidence={key: (tuple(range(size)),)}), seed=0).right == {key}


def test_lines_shown_carry_the_verdict(model: Model, documents: tuple[Document, ...]) -> None:
    """Over the postings, losing the lines shown costs more than losing random ones, and keeping them costs less."""
    losses = [judge(model, d, seed=0).faithfulness for d in documents if d.gold and d.level == "director"]

    assert sum(x.comprehensiveness for x in losses) > sum(x.random_comprehensiveness for x in losses)
    assert sum(x.sufficiency for x in losses) < sum(x.random_sufficiency for x in losses)
    assert judge(model, documents[0], seed=5) == judge(model, documents[0], seed=5)


def test_other_trades_are_told_without_an_opinion(
    model: Model, documents: tuple[Document, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is out of scope is not scored any further."""
    other = next(document for document in documents if not document.gold)
    monkeypatch.setattr("postclass.trial.form_opinion", None)

    assert callable(form_opinion)
    assert level_of(model, other) == "out_of_scope"
