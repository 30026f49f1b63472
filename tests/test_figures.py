"""Figures of runs made by hand: what each share is of, and what is not defined."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from postclass.bench import Bench
from postclass.corpus import Corpus, Document, Gold
from postclass.figures import summarise
from postclass.posting import Posting
from postclass.trial import Faithfulness, Judged, Run

LOSSES = Faithfulness(0.2, 0.1, 0.02, 0.3)


def document(name: str, level: Gold | None, **more: Any) -> Document:  # noqa: ANN401 - any field
    """A document of the gold unless told otherwise, its employer its own."""
    base = Document(
        name, Posting("text"), employer=name, source="one", gold=True, claim="pm", words=(["a", "b", "c"],), level=None
    )
    return replace(base, level=level, **more)


def judged(log_odds: float, level: Any, found: str = "", right: str = "") -> Judged:  # noqa: ANN401 - a level
    """What was said of a posting; the training had even shares."""
    return Judged(log_odds, 0.0, level, frozenset(found.split()), frozenset(right.split()), LOSSES)


@pytest.fixture
def figures() -> dict[str, Any]:
    """Two directors, one found; three PMs, one of them held for a director; one posting of another trade."""
    documents = (
        document("d1", "director", clear=True, claim="director", evidence={"portfolio_scope": ((0,),)}),
        document("d2", "director", employer="big", claim="lead", evidence={"portfolio_scope": ((0,),)}),
        document("p1", "pm", clear=True, employer="big", evidence={"delivery": ((0,),)}),
        document("p2", "pm", evidence={"delivery": ()}),
        document("p3", "pm"),
        document("n1", "neither"),
        document("o1", None, gold=False, claim="other"),
    )
    run = Run(
        judged=(
            judged(2.0, "director", "portfolio_scope delivery", "portfolio_scope"),
            judged(-0.5, "unclear"),
            judged(1.0, "director", "delivery"),
            judged(-2.0, "pm", "delivery"),
            judged(-3.0, "out_of_scope"),
        ),
        neither=("pm",),
        others=("out_of_scope",),
        peers={"same": np.array([2.0, -0.5, 1.0, -2.0, -3.0]), "worse": np.array([-1.0, -2.0, 3.0, 3.0, 3.0])},
    )
    return summarise(Bench.of(Corpus(documents, 4, 1)), [run, run], ["NB-SVM (no)"])


def test_verdicts(figures: dict[str, Any]) -> None:
    """Precision is of the verdicts given, coverage of all product postings."""
    verdicts = {name: value[0] for name, value in figures["verdicts"].items()}

    assert verdicts == {
        "director_precision": 0.5,
        "pm_precision": 1.0,
        "coverage": 0.6,
        "directors_called": 0.5,
        "pms_called": pytest.approx(1 / 3, abs=1e-6),
        "unclear": 0.2,
    }
    assert figures["scope"]["product_out_of_scope"][0] == 0.2
    assert figures["scope"]["others_not_levelled"][0] == 1.0
    assert figures["scope"]["neither_not_levelled"][0] == 0.0


def test_accuracy_of_all_and_of_clear(figures: dict[str, Any]) -> None:
    """The readers' clear postings are counted by themselves."""
    every, clear = figures["accuracy"]["all"], figures["accuracy"]["clear"]

    assert (every["postings"], every["directors"]) == (5, 2)
    assert every["auc"][0] == pytest.approx(5 / 6, abs=1e-6)
    assert (clear["postings"], clear["directors"]) == (2, 1)
    assert clear["auc"][0] == 1.0
    assert clear["macro_f1"][0] == pytest.approx(1 / 3, abs=1e-6)
    assert len(every["macro_f1_by_seed"]) == 2


def test_traits_and_evidence(figures: dict[str, Any]) -> None:
    """Evidence is over the traits of the gold, found or not; one whose lines found no partner can't be right."""
    traits = figures["traits"]

    assert traits["by_trait"]["portfolio_scope"]["f1"][0] == pytest.approx(2 / 3, abs=1e-6)
    assert traits["by_trait"]["delivery"]["precision"][0] == pytest.approx(2 / 3, abs=1e-6)
    assert traits["by_trait"]["delivery"]["evidence_right"][0] == 0.0
    assert traits["all"]["gold"] == 4
    assert traits["all"]["evidence_right"][0] == 0.25
    assert traits["by_trait"]["launch_execution"]["f1"] == [None, None, None]


def test_peers_are_paired(figures: dict[str, Any]) -> None:
    """The same scores are a tie, to the last draw; worse ones are told so by their interval."""
    same, worse = figures["peers"]["same"], figures["peers"]["worse"]

    assert ([0.0, 0.0, 0.0], "tie") == (same["auc"]["lead"], same["auc"]["outcome"])
    assert worse["auc"]["figure"][0] == 0.0
    assert worse["auc"]["outcome"] == "ahead"
    assert figures["absent"] == ["NB-SVM (no)"]


def test_titles_against_text(figures: dict[str, Any]) -> None:
    """Postings by what their titles claim, for gold and verdict."""
    assert {"director": 0, "pm": 3} == figures["titles"]["pm"]["gold"]
    assert {"director": 1, "pm": 1, "unclear": 0, "out_of_scope": 1} == figures["titles"]["pm"]["verdict"]


def test_employers_with_errors(figures: dict[str, Any]) -> None:
    """Those with most errors come first; one with a single posting is not named."""
    worst = figures["worst_employers"]

    assert {"employer": "big", "errors": 2.0, "postings": 2} == worst[0]
    assert "an employer with one posting" == worst[1]["employer"]


def test_small_sources_are_pooled(figures: dict[str, Any]) -> None:
    """A source with few postings has no line of its own; where there are few employers there is no interval."""
    assert ["all others"] == [source["source"] for source in figures["sources"]]
    assert figures["sources"][0]["employers"] == 4
    assert figures["sources"][0]["right"] == [pytest.approx(0.6), None, None]
    assert figures["sources"][0]["directors_right"][0] == 0.5


def test_faithfulness_by_verdict(figures: dict[str, Any]) -> None:
    """The losses' means, over all postings and by the side of 0.5 that they are on."""
    assert figures["faithfulness"].keys() == {"all", "read as director", "read as pm"}
    assert figures["faithfulness"]["read as pm"]["comprehensiveness"][0] == pytest.approx(0.2)
