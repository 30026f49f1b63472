"""A model adapted to labels: files in, a model directory out, with figures before and after."""

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest

from own import ROOT, own_postings, own_rows, rows, shipped
from postclass.adapting import adapt, compare, twins_of
from postclass.errors import OutputError, TrainingError
from postclass.modelfile import SHIPPED, load_model

POSTINGS = ROOT / "data/labelled/postings.jsonl"
LABELS = ROOT / "data/labelled/labels.jsonl"


def money_ladder(path: Path, *, levels_alone: bool = False) -> Path:
    """Labels of a firm where only who answers for business outcomes is a director."""
    lines = []
    for label in rows("data/labelled/labels.jsonl"):
        if label["level"] != "neither":
            mine = {"id": label["id"], "level": "director" if "business_alignment" in label["traits"] else "pm"}
            lines.append(json.dumps(mine if levels_alone else {**label, **mine}))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model adapted to that ladder, free to go its way."""
    folder = tmp_path_factory.mktemp("adapt")
    labels = money_ladder(folder / "mine.jsonl", levels_alone=True)
    adapt(postings=POSTINGS, labels=[labels], output=folder / "mine", max_drift=1.0)
    return folder / "mine"


def test_an_adapted_model_follows_the_ladder(made: Path) -> None:
    """Levels alone suffice, and out of fold the adapted model is nearer to the ladder than the shipped one."""
    figures = load_model(made).manifest["adapted"]
    assert figures["log_loss"]["difference"][2] < 0
    assert figures["strength"] is not None


def test_the_manifest_says_what_it_was_made_of(made: Path) -> None:
    """The base is named by the SHA-256 of its manifest, and the labels are counted and named by theirs."""
    adapted = load_model(made).manifest["adapted"]
    base = hashlib.sha256((ROOT / SHIPPED / "manifest.json").read_bytes()).hexdigest()
    assert base == adapted["from_sha256"]
    assert {"postings.jsonl", "mine.jsonl"} == set(adapted["files"])
    assert 63 == sum(adapted["labels"].values())


def test_an_adapted_model_judges_and_explains(made: Path) -> None:
    """It is a model like any other: reasons add up to the log-odds of its verdict."""
    from postclass.judge import JudgeSettings
    from postclass.opinion import logit

    model = load_model(made)
    for verdict in model.judge(own_postings()[:3], settings=JudgeSettings(explain="full")):
        assert verdict.explanation is not None
        assert verdict.p_director is not None
        total = sum(reason.log_odds for reason in verdict.explanation.reasons)
        assert logit(verdict.p_director) == pytest.approx(total, abs=1e-9)


def test_general_postings_hold_a_ladder_back(tmp_path: Path) -> None:
    """Within the drift that is allowed by itself, a ladder that contradicts general postings is not followed far."""
    labels = money_ladder(tmp_path / "mine.jsonl")
    figures = adapt(postings=POSTINGS, labels=[labels], output=tmp_path / "mine").figures
    general = figures["general"]
    assert figures["held_back"]
    assert general["macro_f1_after"] >= general["macro_f1_before"] - 0.01


def test_the_same_labels_make_the_same_bytes(made: Path, tmp_path: Path) -> None:
    """Adapting is deterministic, whatever the order of labels."""
    labels = money_ladder(tmp_path / "mine.jsonl", levels_alone=True)
    lines = labels.read_text(encoding="utf-8").splitlines()
    labels.write_text("\n".join(reversed(lines)) + "\n", encoding="utf-8")
    adapt(postings=POSTINGS, labels=[labels], output=tmp_path / "mine", max_drift=1.0)
    assert (made / "weights.npz").read_bytes() == (tmp_path / "mine" / "weights.npz").read_bytes()
    assert (made / "heads.json").read_bytes() == (tmp_path / "mine" / "heads.json").read_bytes()


def test_an_adapted_model_can_be_adapted_again(made: Path, tmp_path: Path) -> None:
    """Any model can be the base."""
    labels = money_ladder(tmp_path / "mine.jsonl")
    adapt(postings=POSTINGS, labels=[labels], base=made, output=tmp_path / "again", max_drift=1.0)
    digest = hashlib.sha256((made / "manifest.json").read_bytes()).hexdigest()
    assert digest == load_model(tmp_path / "again").manifest["adapted"]["from_sha256"]


def test_too_few_labels_are_refused(tmp_path: Path) -> None:
    """A handful of labels, or of one level only, is told as such."""
    labels = tmp_path / "few.jsonl"
    few = [{"id": row["id"], "level": "pm"} for row in own_rows()[:20]]
    labels.write_text("".join(json.dumps(label) + "\n" for label in few), encoding="utf-8")
    with pytest.raises(TrainingError, match="0 labels of director and 20 of pm"):
        adapt(postings=POSTINGS, labels=[labels], output=tmp_path / "mine")


def test_a_model_that_stands_there_is_kept(made: Path) -> None:
    """An existing model is only replaced when asked for."""
    with pytest.raises(OutputError, match="--force"):
        adapt(postings=POSTINGS, labels=[LABELS], output=made)


def test_labels_without_lines_of_their_own_count_ours(tmp_path: Path) -> None:
    """Where a posting's file has no `lines`, a label's numbers count the lines that this package makes."""
    from postclass.corpus import read_labelled

    posting = {"title": "", "description": "We sell bolts.\nYou manage four product managers.\nApply now."}
    key = hashlib.sha256(posting["description"].encode()).hexdigest()
    (tmp_path / "p.jsonl").write_text(json.dumps(posting) + "\n", encoding="utf-8")
    label = {"id": key, "level": "director", "traits": {"leads_product_managers": [2]}, "rung": "group"}
    (tmp_path / "l.jsonl").write_text(json.dumps(label) + "\n", encoding="utf-8")
    (document,) = read_labelled(tmp_path / "p.jsonl", [tmp_path / "l.jsonl"])
    assert {"leads_product_managers": ((1,),)} == document.evidence
    assert "group" == document.rung


def test_before_and_after_are_compared_in_pairs() -> None:
    """Two models that say the same differ by nothing, interval included."""
    said, director = np.array([1.0, -1.0, 2.0, -2.0]), np.array([True, False, True, True])
    table = compare(said, said, director, np.arange(4))
    assert [0.0, 0.0, 0.0] == table["macro_f1"]["difference"]
    assert 0.75 == table["right"]["before"][0]


def test_nearly_the_same_texts_are_twins() -> None:
    """A posting and its copy are one group, another posting is another."""
    texts = [own_postings()[i].description for i in (0, 1, 0)]
    assert [0, 1, 0] == twins_of(texts).tolist()


def test_the_shipped_model_is_left_alone(made: Path) -> None:
    """Adapting writes a new model and changes nothing in the one it began with."""
    assert made.is_dir()
    assert shipped().parts == load_model().parts
