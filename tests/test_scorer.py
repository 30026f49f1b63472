"""Batches in, their verdicts out: what repeats is judged once, and large batches take the compiled path."""

import pyarrow as pa
import pytest

import soup
from postclass import Posting, load_model
from postclass import memory as remembered
from postclass.batches import to_batch, verdicts_of
from postclass.judge import JudgeSettings, Model
from postclass.scorer import Scorer
from postclass.verdict import Explain

MODEL = load_model()


def _batch(copies: int = 1) -> pa.RecordBatch:
    own = enumerate(soup.own_postings()[:6] * copies, 1)
    return to_batch([Posting(p["description"], p.get("title"), p.get("company"), None, row) for row, p in own])


def test_a_batch_is_judged_as_its_postings_are() -> None:
    """A batch's verdicts are those of its postings, in their order."""
    own = [Posting(p["description"], row=row) for row, p in enumerate(soup.own_postings()[:5], 1)]

    assert list(MODEL.judge(own)) == list(verdicts_of(Scorer(MODEL, JudgeSettings()).judge(to_batch(own))))


@pytest.mark.parametrize("explain", ["none", "terms", "full"])
def test_what_repeats_is_judged_once(explain: Explain, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same text, title and company are judged once, in one batch and over batches; rows and ids stay their own."""
    judged: list[int] = []
    judge_one = Model.judge_one

    def counted(self: Model, posting: Posting, *, settings: JudgeSettings) -> object:
        judged.append(posting.row)
        return judge_one(self, posting, settings=settings)

    monkeypatch.setattr(Model, "judge_one", counted)
    scorer = Scorer(MODEL, JudgeSettings(explain=explain), way="plain")
    first, second = scorer.judge(_batch(3)), scorer.judge(_batch(2))

    assert 6 == len(judged)
    assert list(range(1, 19)) == first.column("row").to_pylist()
    assert first.slice(0, 12) == second


def test_another_title_is_another_posting() -> None:
    """The title and the company are masked in the text, so they belong to what a verdict rests on."""
    contents = remembered.contents(
        to_batch([Posting("a", "b", "c"), Posting("a", "bc", ""), Posting("a", "bc", None), Posting("a", None, "bc")])
    )

    assert 4 == len(set(contents))


def test_what_is_remembered_has_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    """The oldest verdicts are forgotten, and judged anew when they come again."""
    monkeypatch.setattr(remembered, "MOST_POSTINGS", 6)
    scorer = Scorer(MODEL, JudgeSettings(explain="none"), way="plain")
    batch = _batch()
    whole = [scorer.judge(batch.slice(start, 2)) for start in (0, 2, 4, 0, 2, 4)]
    others = scorer.judge(to_batch([Posting(f"{n}") for n in range(9)]))

    assert whole[:3] == whole[3:]
    assert 9 == others.num_rows
    assert whole[0] == scorer.judge(batch.slice(0, 2))


def test_an_empty_batch_has_no_verdicts() -> None:
    """No postings, no verdicts, but the columns."""
    verdicts = Scorer(MODEL, JudgeSettings()).judge(to_batch([]))

    assert (0, "level") == (verdicts.num_rows, verdicts.schema.names[4])


@pytest.mark.parametrize(("missing", "way"), [(False, "compiled"), (True, "numpy")])
def test_large_batches_take_a_quicker_path(missing: bool, way: str, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: FBT001
    """From some hundreds of postings on, and from then on for all, numba judges, or numpy where that is missing."""
    pytest.importorskip("numba")
    monkeypatch.setattr("postclass.scorer._WORTH_COMPILING", 10)
    monkeypatch.setattr("postclass.scorer.WORTH_LOADING", 10)
    monkeypatch.setattr("postclass.scorer._WORTH_VECTORS", 10)
    monkeypatch.setattr("postclass.scorer.find_spec", lambda _: None if missing else object())
    scorer = Scorer(MODEL, JudgeSettings(explain="none"))
    scorer.judge(_batch())

    assert [] == list(scorer._loaded)  # noqa: SLF001 - which path was taken shows nowhere else
    scorer.judge(to_batch([Posting(f"{n}") for n in range(11)]))
    assert [way] == list(scorer._loaded)  # noqa: SLF001
