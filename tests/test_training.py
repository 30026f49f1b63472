"""Labelled postings to a model directory: the same bytes every time, and nobody's address in it."""

import json
import random
from pathlib import Path
from typing import Any

import pytest

from own import own_postings
from postclass import __version__
from postclass.errors import InputError, OutputError, TrainingError
from postclass.modelfile import FILES, FORMAT, MANIFEST, TERMS, load_model
from postclass.training import STEPS, train
from smallcorpus import DIRECTORS, GOLD, NEITHER, OTHERS, write_corpus

LABELLED = Path(__file__).parents[1] / "data/labelled"


def rows(path: Path) -> list[dict[str, Any]]:
    """A JSONL file's objects."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def rewrite(path: Path, new: list[dict[str, Any]]) -> None:
    """Writes a JSONL file anew."""
    path.write_text("".join(json.dumps(row) + "\n" for row in new), encoding="utf-8")


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with the small corpus's files and a model trained on them."""
    directory = tmp_path_factory.mktemp("trained")
    postings, labels, others = write_corpus(directory)
    train(postings=postings, labels=[labels], weak=[others], output=directory / "model")
    return directory


def test_a_model_comes_out(trained: Path) -> None:
    """The model loads and judges, and its manifest says what it was made of."""
    model = load_model(trained / "model")
    training = model.manifest["training"]

    assert {MANIFEST, *FILES} == {path.name for path in (trained / "model").iterdir()}
    assert FORMAT == model.manifest["format"]
    assert __version__ == model.manifest["versions"]["postclass"]
    assert {"postings.jsonl", "labels.jsonl", "others.jsonl"} == set(training["files"])
    assert {"director": DIRECTORS, "neither": NEITHER, "pm": GOLD - DIRECTORS} == training["gold"]
    assert {"other": OTHERS} == training["by_title"]
    assert GOLD == model.manifest["metrics"]["postings"]
    assert 1 == len(list(model.judge([own_postings()[0]])))


def test_same_data_same_bytes(trained: Path, tmp_path: Path) -> None:
    """Shuffled postings, labels and weak postings make the same model, byte for byte."""
    files = write_corpus(tmp_path)
    for seed, path in enumerate(files):
        shuffled = rows(path)
        random.Random(seed).shuffle(shuffled)  # noqa: S311 - not for secrets
        rewrite(path, shuffled)
    postings, labels, others = files
    train(postings=postings, labels=[labels], weak=[others], output=tmp_path / "model")

    assert [(trained / "model" / name).read_bytes() for name in FILES] == [
        (tmp_path / "model" / name).read_bytes() for name in FILES
    ]


def test_files_of_one_name(tmp_path: Path) -> None:
    """Two files of one name both stand in the manifest, and no path does."""
    postings, labels, others = write_corpus(tmp_path)
    (tmp_path / "more").mkdir()
    more = tmp_path / "more" / labels.name
    more.write_text(labels.read_text(encoding="utf-8").splitlines()[0] + "\n", encoding="utf-8")
    train(postings=postings, labels=[labels, more], weak=[others], output=tmp_path / "model")
    files = load_model(tmp_path / "model").manifest["training"]["files"]

    assert {"labels.jsonl", "labels.jsonl (2)", "others.jsonl", "postings.jsonl"} == set(files)
    assert files["labels.jsonl"] != files["labels.jsonl (2)"]
    assert str(tmp_path) not in (tmp_path / "model" / MANIFEST).read_text(encoding="utf-8")


# Made so that every part of each is its own: what is planted at four employers stands at no fifth one.
LETTERS = "bcdfghjklmnpqrst"
CANARIES = (
    *(f"canary{c}{c}person@canary{c}{c}mail.canary{c}{c}land" for c in LETTERS[:13]),
    *(f"+49 {621 + i} {5550100 + i}" for i in range(12)),
    *(f"https://canary{c}site.example/canary{c}jobs?id={i}" for i, c in enumerate(LETTERS[:13])),
    *(f"Canary{c}a Canary{c}son" for c in LETTERS[:12]),
)


def test_canaries_never_reach_the_model(tmp_path: Path) -> None:
    """Of fifty addresses, numbers and names planted in the texts of four employers each no trace is in the model.

    A harmless word planted beside them in the texts of five employers is there; one in all postings' addresses is not.
    """
    postings, labels, others = write_corpus(tmp_path)
    planted = rows(postings)
    employers = sorted({row["employer"] for row in planted})
    for number, canary in enumerate(CANARIES):
        at = [employers[(number + step) % len(employers)] for step in range(4)]
        for row in planted:
            if row["employer"] in at:
                row["description"] += f"\nWrite to {canary} and ask for {canary} today"
    for row in planted:
        if row["employer"] in employers[:5]:
            row["description"] += "\nPaddle with us on the marmalade river"
    for row in planted:
        row["description"] += "\nFind us at https://jobs.example/paperboat or write to paperboat@jobs.example"
    rewrite(postings, planted)
    train(postings=postings, labels=[labels], weak=[others], output=tmp_path / "model")
    spaces = json.loads((tmp_path / "model" / TERMS).read_text(encoding="utf-8"))
    words = {word for terms in spaces.values() for term in terms for word in term.split()}
    everything = b"".join(path.read_bytes() for path in (tmp_path / "model").iterdir()).lower()

    assert 50 == len(set(CANARIES))
    assert "marmalade" in words
    assert b"canary" not in everything
    assert words.isdisjoint({"https", "paperboat"})
    assert set() == {word for word in words if len(word) > 2 and word.isdigit()}


def test_progress_and_force(trained: Path) -> None:
    """Progress counts the steps; a model that stands there stays, unless it may be replaced."""
    steps: list[str] = []
    data: dict[str, Any] = {
        "postings": trained / "postings.jsonl",
        "labels": [trained / "labels.jsonl"],
        "output": trained / "model",
    }
    before = (trained / "model" / FILES[0]).read_bytes()

    with pytest.raises(OutputError, match="a model stands there; give another directory, or --force to replace it"):
        train(**data, weak=[trained / "others.jsonl"])
    train(**data, weak=[trained / "others.jsonl"], force=True, progress=steps.append)

    assert STEPS == len(steps)
    assert before == (trained / "model" / FILES[0]).read_bytes()


def test_nothing_is_written_when_training_fails(trained: Path, tmp_path: Path) -> None:
    """Labels that fit no posting, invented employers alone, or a missing file leave no directory behind."""
    rewrite(tmp_path / "labels.jsonl", [{"id": "x", "level": "pm", "traits": {}}])

    with pytest.raises(TrainingError, match="none of its postings has a label"):
        train(postings=trained / "postings.jsonl", labels=[tmp_path / "labels.jsonl"], output=tmp_path / "model")
    with pytest.raises(TrainingError, match="no term stands in the postings of 5 or more employers"):
        train(postings=LABELLED / "postings.jsonl", labels=[LABELLED / "labels.jsonl"], output=tmp_path / "model")
    with pytest.raises(InputError, match="can't be read"):
        train(postings=tmp_path / "none.jsonl", labels=[trained / "labels.jsonl"], output=tmp_path / "model")

    assert not (tmp_path / "model").exists()
