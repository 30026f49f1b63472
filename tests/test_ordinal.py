"""Ladders of more than two rungs: the scale that is fitted, how it is kept, and what a verdict says of it."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import scipy.sparse as sp
from scipy.optimize import check_grad

from own import ROOT, own_postings, rows, shipped
from postclass import adaptation, ordinal
from postclass.adaptation import Evidence, Scale, gather
from postclass.adapting import adapt
from postclass.errors import ModelError, TrainingError
from postclass.features import read_posting
from postclass.judge import JudgeSettings
from postclass.modelfile import load_model, save_model
from postclass.ordinal import as_scale, fit_scale, placed, rung_figures
from postclass.scale import rung_chances
from postclass.verdict import to_record

NAMES = ("pm", "lead", "director")
POSTINGS = ROOT / "data/labelled/postings.jsonl"


def made_up(*, size: int = 60, rungs: int = 4) -> tuple[Evidence, adaptation.Rows]:
    """Postings whose rung rests on the log-odds and on one trait."""
    luck = np.random.default_rng(0)
    dense = np.hstack([np.ones((size, 1)), luck.normal(size=(size, 4))])
    log_odds = luck.normal(scale=2, size=size)
    place = log_odds + 2 * dense[:, 3] + luck.logistic(size=size)
    return (
        Evidence(log_odds, dense, sp.csr_matrix((size, 2))),
        np.searchsorted(np.quantile(place, np.arange(1, rungs) / rungs), place),
    )


def test_a_scale_tells_the_rungs_apart() -> None:
    """On labels that rest on the evidence the scale is right far more often than chance, and rarely far off."""
    evidence, rungs = made_up()
    groups = np.arange(len(rungs))
    figures = rung_figures(ordinal.honest_chances(evidence, rungs, 4, groups), rungs)
    assert figures["exact"] > 0.4
    assert figures["within_one"] > 0.85
    assert figures["quadratic_kappa"] > 0.6


@pytest.mark.parametrize("rungs", [2, 3, 6])
def test_thresholds_are_in_order_and_chances_add_up(rungs: int) -> None:
    """Whatever the strength, thresholds ascend and the chances of a posting are a distribution."""
    evidence, labels = made_up(rungs=rungs)
    for fitted in fit_scale(evidence, labels, rungs, ordinal.STRENGTHS):
        chances = fitted.chances(evidence)
        assert (np.diff(fitted.thresholds) > 0).all()
        assert (chances >= 0).all()
        assert chances.sum(axis=1) == pytest.approx(1, abs=1e-12)


def test_a_weaker_prior_fits_closer() -> None:
    """The log-loss on the labels falls with the strength of the prior."""
    evidence, labels = made_up()
    loss = [
        ordinal.log_losses(f.chances(evidence), labels).mean() for f in fit_scale(evidence, labels, 4, (10, 1, 0.1))
    ]
    assert sorted(loss, reverse=True) == loss


def test_the_slopes_are_those_of_the_loss(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the minimiser is told of the loss agrees with differences of it."""
    seen: list[float] = []

    def minimise(loss, start, **_):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN003, ANN202 - scipy's
        at = start + np.random.default_rng(1).normal(scale=0.3, size=len(start))
        seen.append(check_grad(lambda x: loss(x)[0], lambda x: loss(x)[1], at))
        raise StopIteration

    monkeypatch.setattr(ordinal, "minimize", minimise)
    evidence, labels = made_up()
    with pytest.raises(StopIteration):
        fit_scale(evidence, labels, 4, [1.0])
    assert seen[0] < 1e-3


def test_a_kept_scale_says_the_same(tmp_path: Path) -> None:
    """Written and read again, a scale gives the chances that were fitted, and verdicts carry them."""
    parts = shipped().parts
    texts = [read_posting(posting).words for posting in own_postings()[:20]]
    spread = Scale.of(parts, texts)
    evidence = gather(parts, texts, spread)
    labels = np.arange(20) % 3
    fitted = fit_scale(evidence, labels, 3, [1.0])[0]
    save_model(parts, tmp_path / "m", about={}, scale=as_scale(fitted, NAMES, parts, spread))
    model = load_model(tmp_path / "m")
    verdicts = list(model.judge(own_postings()[:20]))
    for verdict, expected in zip(verdicts, fitted.chances(evidence), strict=True):
        assert verdict.rungs is not None
        assert expected.tolist() == pytest.approx(list(verdict.rungs.values()), abs=1e-9)
        assert NAMES[int(expected.argmax())] == verdict.rung
    record = to_record(verdicts[0])
    assert verdicts[0].rung == record["rung"]
    assert list(NAMES) == list(json.loads(json.dumps(record["rungs"])))
    for explain in ("none", "full"):
        (told,) = model.judge(own_postings()[:1], settings=JudgeSettings(explain=explain))
        assert verdicts[0].rungs == told.rungs


def test_without_a_scale_nothing_is_added() -> None:
    """The contract's fields stay as they are where the model has no ladder, and where there is no text to judge."""
    assert "rung" not in to_record(next(shipped().judge(own_postings()[:1])))
    assert "rungs" not in to_record(next(shipped().judge([""])))


def test_a_prior_of_directors_leaves_the_rung_to_the_text() -> None:
    """Chances add up at any position, however far out."""
    parts = shipped().parts
    scale = as_scale(
        replace(fit_scale(*made_up(), 4, [1.0])[0], dense=np.zeros(len(parts.traits) + 1), terms=np.zeros(0, dtype=int),
                by_term=np.zeros(0)), "abcd", parts, Scale(np.ones((len(parts.traits) + 1, 3)), 1.0)
    )  # fmt: skip
    for place in (-800.0, 0.0, 800.0):
        assert 1 == pytest.approx(sum(rung_chances(scale, place).values()))


@pytest.mark.parametrize("change", [{"thresholds": [1.0, 0.5]}, {"rungs": ["a", "a", "b"]}, {"thresholds": [0.0]}])
def test_a_forged_scale_is_refused(tmp_path: Path, change: dict[str, object]) -> None:
    """Thresholds out of order, doubled rungs and wrong sizes make no model."""
    import hashlib

    parts = shipped().parts
    texts = [read_posting(posting).words for posting in own_postings()[:6]]
    spread = Scale.of(parts, texts)
    fitted = fit_scale(gather(parts, texts, spread), np.arange(6) % 3, 3, [1.0])[0]
    save_model(parts, tmp_path, about={}, scale=as_scale(fitted, NAMES, parts, spread))
    heads = json.loads((tmp_path / "heads.json").read_bytes())
    heads["scale"] |= change
    content = json.dumps(heads).encode()
    (tmp_path / "heads.json").write_bytes(content)
    manifest = json.loads((tmp_path / "manifest.json").read_bytes())
    manifest["files"]["heads.json"]["sha256"] = hashlib.sha256(content).hexdigest()
    (tmp_path / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(ModelError, match="do not fit"):
        load_model(tmp_path)


def test_rungs_that_do_not_fit_are_told() -> None:
    """An unnamed rung, and one with a single label, are mistakes with a way out."""
    with pytest.raises(TrainingError, match="rung is 'boss'; name all rungs"):
        placed(["pm", "boss", None], ["pm", "director"])
    with pytest.raises(TrainingError, match="pm 2, director 1; a scale needs"):
        placed(["pm", "pm", "director"], ["pm", "director"])
    assert [0, 0, -1, 1, 1] == placed(["pm", "pm", None, "vp", "vp"], ["pm", "vp"]).tolist()


def test_labels_with_rungs_make_a_model_that_tells_them(tmp_path: Path) -> None:
    """From labels with rungs to a verdict's rung: files in, files out."""
    labels = tmp_path / "mine.jsonl"
    titles = {row["id"]: row["title"] for row in rows("data/labelled/postings.jsonl")}
    lines = []
    for label in rows("data/labelled/labels.jsonl"):
        if label["level"] != "neither":
            senior = any(word in titles[label["id"]] for word in ("Group", "Lead", "Principal", "Senior Product"))
            rung = "director" if label["level"] == "director" else "lead" if senior else "pm"
            lines.append(json.dumps({"id": label["id"], "level": label["level"], "rung": rung}))
    labels.write_text("\n".join(lines), encoding="utf-8")
    made = adapt(postings=POSTINGS, labels=[labels], output=tmp_path / "mine", rungs=NAMES)
    assert made.figures["rungs"]["scale"]["exact"] >= made.figures["rungs"]["commonest"]["exact"]
    model = load_model(tmp_path / "mine")
    assert {"pm", "director"} <= {verdict.rung for verdict in model.judge(own_postings()[:30])}
