"""Traits of an employer's own: learnt from the lines that labels cite, found and told like the others."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from own import ROOT, own_postings, own_rows, rows
from postclass.adapting import adapt
from postclass.batches import to_batch, verdicts_of
from postclass.cli import main
from postclass.errors import InputError, TrainingError
from postclass.judge import JudgeSettings
from postclass.modelfile import load_model
from postclass.opinion import logit
from postclass.scorer import Scorer, Way

TRAITS = """
[[trait]]
key = "minds_the_money"
side = "director"
part = "responsibilities"
label = "money"
sentence = "Answers for a budget or for what comes in."
examples = ["Own the budget of the product line", "You answer for revenue and margin", "Carry the P&L of the division"]
near_misses = ["We raised 20 million in our last round", "Competitive salary and bonus"]

[[trait]]
key = "delivery"
side = "pm"
part = "responsibilities"
label = "shipping things"
sentence = "Sees to it that things ship."
examples = ["Ship every second week"]
near_misses = ["We ship to 40 countries"]
"""
MONEY = {"business_alignment", "decision_authority"}  # whose lines stand in for those of the new trait


def money_labels(path: Path) -> Path:
    """The project's labels, with the new trait where a line shows business outcomes or decisions on money."""
    lines = []
    for label in rows("data/labelled/labels.jsonl"):
        cited = sorted({line for key in MONEY & label["traits"].keys() for line in label["traits"][key]})
        traits = {**label["traits"], **({"minds_the_money": cited} if cited else {})}
        lines.append(json.dumps({**label, "traits": traits}))
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model with a trait more, and another told in other words."""
    folder = tmp_path_factory.mktemp("traits")
    (folder / "traits.toml").write_text(TRAITS, encoding="utf-8")
    postings, labels = ROOT / "data/labelled/postings.jsonl", money_labels(folder / "mine.jsonl")
    adapt(postings=postings, labels=[labels], output=folder / "mine", traits=folder / "traits.toml")
    return folder / "mine"


def test_a_new_trait_is_found_and_quoted(made: Path) -> None:
    """It is found where the text shows it, with the line as evidence, and adds nothing to the verdict."""
    verdicts = list(load_model(made).judge(own_postings()[:30], settings=JudgeSettings(explain="full")))
    finding = [verdict for verdict in verdicts if verdict.traits and "minds_the_money" in verdict.traits]
    assert 5 <= len(finding) <= 25
    for verdict in finding:
        assert verdict.explanation is not None
        assert verdict.p_director is not None
        shares = {reason.key: reason.log_odds for reason in verdict.explanation.reasons}
        assert 0 == shares["minds_the_money"]
        assert logit(verdict.p_director) == pytest.approx(sum(shares.values()), abs=1e-9)
        assert "minds_the_money" in {evidence.trait for evidence in verdict.explanation.evidence}


def test_its_figures_are_in_the_manifest(made: Path) -> None:
    """Out of fold the new trait is found better than by chance."""
    figures = load_model(made).manifest["adapted"]["traits"]["minds_the_money"]
    share = figures["postings"] / len(own_rows())
    assert figures["f1"] > 2 * share / (1 + share)  # what saying it of every posting would reach


def test_traits_are_told_in_their_new_words(made: Path) -> None:
    """An own trait of a shipped key replaces its words; a new one is told after the others."""
    labels = {trait.key: trait.label for trait in load_model(made).traits}
    assert "shipping things" == labels["delivery"]
    assert "money" == list(labels.values())[-1]


@pytest.mark.parametrize("style", ["text", "html", "json"])
def test_check_tells_new_traits(made: Path, tmp_path: Path, style: str) -> None:
    """Every form of report knows the new trait."""
    posting = tmp_path / "posting.txt"
    posting.write_text(own_rows()[0]["description"], encoding="utf-8")
    result = CliRunner().invoke(main, ["check", str(posting), "--model", str(made), "--format", style])
    assert 0 == result.exit_code, result.output
    assert "minds_the_money" in result.stdout or "money" in result.stdout


@pytest.mark.parametrize("way", ["plain", "numpy"])
def test_batches_find_it_too(made: Path, way: Way) -> None:
    """A batch says what single postings are told."""
    model = load_model(made)
    postings = own_postings()[:12]
    batch = Scorer(model, JudgeSettings(), way=way).judge(to_batch(postings))
    assert [v.traits for v in model.judge(postings)] == [v.traits for v in verdicts_of(batch)]


def test_a_trait_that_hardly_any_posting_has_is_refused(made: Path, tmp_path: Path) -> None:
    """Too few labels of a trait are told with its key."""
    (tmp_path / "traits.toml").write_text(TRAITS, encoding="utf-8")
    folder = ROOT / "data/labelled"
    with pytest.raises(TrainingError, match="'minds_the_money': 0 labelled postings have it"):
        adapt(
            postings=folder / "postings.jsonl",
            labels=[folder / "labels.jsonl"],
            output=tmp_path / "mine",
            traits=tmp_path / "traits.toml",
        )


def test_labels_name_only_traits_that_are_known(tmp_path: Path) -> None:
    """Without the file that defines it, a trait in the labels is unknown."""
    with pytest.raises(InputError, match="no trait is called 'minds_the_money'"):
        adapt(
            postings=ROOT / "data/labelled/postings.jsonl",
            labels=[money_labels(tmp_path / "mine.jsonl")],
            output=tmp_path / "mine",
        )
