"""A model taken elsewhere judges as it does here, or is refused."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import joblib
import onnxruntime
import pytest
from click.testing import CliRunner
from huggingface_hub import ModelCard

from own import ROOT, own_postings, shipped
from postclass.cli import main
from postclass.errors import ModelError, OutputError
from postclass.exporting import MOST_APART, check, export
from postclass.judge import Model
from postclass.modelfile import load_model, save_model
from postclass.onnxgraph import LEVELS, onnx_graph, term_inputs
from postclass.posting import Posting
from postclass.scoringfile import prepared
from postclass.verdict import Verdict

SHARED = ROOT.parent / "shared" / "data"
GUIDE = (ROOT / "docs" / "export.md").read_text(encoding="utf-8")
# Lines of two words, of which none is scored for traits.
SHORT_LINES = Posting("\n".join(["the product", "of our", "and vision", "with teams"] * 15))
Judged = tuple[str, float | None, float | None, tuple[str, ...] | None]


@cache
def blocks() -> tuple[str, ...]:
    """The blocks of Python in the guide."""
    return tuple(re.findall(r"```python\n(.*?)```", GUIDE, re.DOTALL))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped model as joblib, JSON and ONNX."""
    folder = tmp_path_factory.mktemp("exported")
    for kind in ("joblib", "json", "onnx"):
        export(kind, str(folder / f"model.{kind}"))
    return folder


def by_joblib(folder: Path) -> Callable[[Posting], Judged]:
    """Judges with the pickled pipeline."""
    pipeline = joblib.load(folder / "model.joblib")

    def judge(posting: Posting) -> Judged:
        usable = pipeline[0].transform([posting])[0, -1]
        p = float(pipeline.predict_proba([posting])[0, 0]) if usable else None
        return str(pipeline.predict([posting])[0]), p, None, None

    return judge


def by_json(folder: Path) -> Callable[[Posting], Judged]:
    """Judges with the guide's reader."""
    reader = dict[str, Any]()
    exec(compile(blocks()[1], "docs/export.md", "exec"), reader)  # noqa: S102 - our own words
    model = reader["load"](folder / "model.json")

    def judge(posting: Posting) -> Judged:
        said = reader["judge"](model, prepared(posting))
        return said["level"], said["p_director"], said["p_in_scope"], tuple(said["traits"])

    return judge


def by_onnx(folder: Path) -> Callable[[Posting], Judged]:
    """Judges with the graph, texts that can't be judged apart."""
    session = onnxruntime.InferenceSession(folder / "model.onnx", providers=["CPUExecutionProvider"])
    keys = json.loads(session.get_modelmeta().custom_metadata_map["traits"])

    def judge(posting: Posting) -> Judged:
        if shipped().judge_one(posting).p_director is None:
            return "unclear", None, None, ()
        p, scope, level, traits = session.run(None, term_inputs(shipped(), posting))
        return LEVELS[int(level)], float(p), float(scope), tuple(k for k, t in zip(keys, traits, strict=True) if t)

    return judge


WAYS = {"joblib": by_joblib, "json": by_json, "onnx": by_onnx}


def hold(judged: Judged, verdict: Verdict) -> None:
    """What an export says against what postclass says."""
    level, p, scope, traits = judged

    assert verdict.level == level
    assert (verdict.p_director is None) == (p is None)
    assert p is None or pytest.approx(verdict.p_director, abs=MOST_APART) == p
    assert scope is None or pytest.approx(verdict.p_in_scope, abs=MOST_APART) == scope
    assert traits is None or verdict.traits == traits


@pytest.mark.parametrize("way", WAYS)
def test_exports_judge_as_postclass_does(way: str, folder: Path) -> None:
    """Own postings, and texts with too few words or short lines: the same labels, traits and probabilities."""
    judge = WAYS[way](folder)
    for posting in (*own_postings(), Posting(""), Posting("Too short."), Posting("Wir suchen dich " * 40), SHORT_LINES):
        hold(judge(posting), shipped().judge_one(posting))


@pytest.mark.slow
@pytest.mark.parametrize("way", WAYS)
def test_exports_judge_real_postings_as_postclass_does(way: str, folder: Path) -> None:
    """Real postings of product roles, and of other trades."""
    import pandas as pd

    if not SHARED.is_dir():
        pytest.skip("the real postings are not here")
    judge = WAYS[way](folder)
    frames = (pd.read_parquet(SHARED / "postings.parquet"), pd.read_parquet(SHARED / "other_roles.parquet").head(300))
    for frame in frames:
        for row in frame.itertuples():
            company = row.company if isinstance(row.company, str) else None
            posting = Posting(str(row.description), title=str(row.title), company=company)
            hold(judge(posting), shipped().judge_one(posting))


def test_what_judges_otherwise_is_refused() -> None:
    """The posting and the difference are named."""
    head = replace(shipped().parts, bias=shipped().parts.bias + 1e-4)
    other = Model(head)

    def judge(postings: Any) -> Any:  # noqa: ANN401
        return ((v.level, v.p_director, v.traits) for v in other.judge(postings))

    with pytest.raises(ModelError, match=r"can't be exported to onnx: of own-0.., p_director would be 0\.\d+"):
        check(shipped(), judge, kind="onnx")


def test_another_model_is_exported(tmp_path: Path) -> None:
    """A model of one's own, with another bias, keeps it in every export."""
    model, parts = tmp_path / "mine", shipped().parts
    save_model(replace(parts, bias=parts.bias + 1.0), model, about={"name": "mine"})
    export("joblib", str(tmp_path / "mine.joblib"), model=model)
    export("json", str(tmp_path / "mine.json"), model=model)
    posting = own_postings()[0]
    expected = load_model(model).judge_one(posting).p_director

    assert expected == pytest.approx(joblib.load(tmp_path / "mine.joblib").predict_proba([posting])[0, 0])
    assert parts.bias + 1.0 == json.loads((tmp_path / "mine.json").read_bytes())["bias"]


def test_graphs_are_the_same_each_time() -> None:
    """Two exports of one model are the same bytes."""
    assert onnx_graph(shipped()) == onnx_graph(shipped())


def test_a_folder_for_hugging_face(tmp_path: Path) -> None:
    """The folder is a model that loads, with a card whose metadata Hugging Face's parser reads: measured figures."""
    target = tmp_path / "product-roles"
    export("huggingface", str(target))
    card = ModelCard.load(target / "README.md")
    figures = json.loads((ROOT / "models/product-roles/plots/figures.json").read_text(encoding="utf-8"))

    assert shipped().parts == load_model(target).parts
    assert ("apache-2.0", "en", "postclass") == (card.data.license, card.data.language, card.data.library_name)
    assert round(figures["accuracy"]["all"]["macro_f1"][0], 4) == card.data.eval_results[0].metric_value
    assert "## Limits" in card.text
    export("huggingface", str(target), force=True)
    (target / "mine.txt").write_text("")
    with pytest.raises(OutputError, match="holds other files"):
        export("huggingface", str(target), force=True)


def test_a_model_without_a_card_is_not_handed_on(tmp_path: Path) -> None:
    """Nothing is written of a model of which nothing is said."""
    save_model(shipped().parts, tmp_path / "mine", about={"name": "mine"})
    with pytest.raises(ModelError, match="postclass evaluate"):
        export("huggingface", str(tmp_path / "out"), model=tmp_path / "mine")

    assert not (tmp_path / "out").exists()


def test_the_command(tmp_path: Path) -> None:
    """It writes a file, says of a pickle that it is one, and overwrites only with --force."""
    path = tmp_path / "model.joblib"
    arguments = ["export", "--to", "joblib", "-o", str(path)]
    result = CliRunner().invoke(main, arguments)

    assert 0 == result.exit_code
    assert "is a pickle" in result.stderr
    assert 2 == CliRunner().invoke(main, arguments).exit_code
    assert 0 == CliRunner().invoke(main, [*arguments, "--force"]).exit_code


@pytest.mark.parametrize(
    ("kind", "path", "words"),
    [("json", ".", "is a directory"), ("huggingface", "-", "name one with -o"), ("huggingface", __file__, "is a file")],
)
def test_paths_that_must_not_be_written(kind: str, path: str, words: str) -> None:
    """Each is refused with what to do."""
    with pytest.raises(OutputError, match=words):
        export(kind, path, force=True)
