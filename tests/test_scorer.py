"""Batches in, their verdicts out: what repeats is judged once, and large batches take the compiled path."""

from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import cast

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import soup
from fullsize import EXAMPLES, USUAL
from postclass import Posting, load_model
from postclass import memory as remembered
from postclass.batches import to_batch, verdict_batch, verdicts_of
from postclass.judge import JudgeSettings, Model
from postclass.scorer import Scorer, Way
from postclass.verdict import Explain

MODEL = load_model()
SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"
NUMBERS = ("p_director", "p_in_scope")


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


def _real() -> Iterator[Posting]:
    """The real postings, of all kinds in turn."""
    tables = [pq.read_table(SHARED / f"{name}.parquet") for name in ("postings", "summaries", "other_roles")]
    rows = [row for table in tables for row in table.to_pylist()]
    for row, told in enumerate(rows[:: max(1, len(rows) // max(EXAMPLES, 10 * USUAL))], 1):
        yield Posting(told["description"], told.get("title"), told.get("company"), None, row)


@cache
def _alone(kind: str) -> tuple[list[Posting], pa.RecordBatch]:
    """Postings of a kind, ten thousand where as many are asked for, and their verdicts one by one."""
    postings = list(_real() if kind == "real" else soup.mutations(max(EXAMPLES, 5 * USUAL), seed=5))
    verdicts = [MODEL.judge_one(posting, settings=JudgeSettings()) for posting in postings]
    return postings, verdict_batch(verdicts, explain="terms")


KINDS = [
    "own",
    pytest.param(
        "real",
        marks=[pytest.mark.slow, pytest.mark.skipif(not SHARED.is_dir(), reason="the real postings are not here")],
    ),
]


@pytest.mark.parametrize("size", [1, 7, 1000])
@pytest.mark.parametrize("way", ["compiled", "numpy"])
@pytest.mark.parametrize("kind", KINDS)
def test_many_postings_alone_and_in_batches(kind: str, way: Way, size: int) -> None:
    """By either quick way and in chunks of any size the same labels as one by one, and numbers within 1e-9."""
    if way == "compiled" and find_spec("numba") is None:
        pytest.skip("numba is not installed")
    postings, expected = _alone(kind)
    batch = to_batch(postings)
    scorer = Scorer(MODEL, JudgeSettings(), way=way)
    parts = [scorer.judge(batch.slice(start, size)) for start in range(0, batch.num_rows, size)]
    got = pa.Table.from_batches(parts).combine_chunks().to_batches()[0]

    for name in ("row", "level", "traits", "notes"):
        assert expected.column(name) == got.column(name), name
    for name in NUMBERS:
        a, b = (np.array(column.column(name).to_pylist(), float) for column in (expected, got))
        assert np.array_equal(np.isnan(a), np.isnan(b))
        assert np.nanmax(np.abs(a - b)) <= 1e-9
    terms = [cast("list[list[dict[str, float]]]", column.column("top_terms").to_pylist()) for column in (expected, got)]
    assert [[term["term"] for term in row] for row in terms[0]] == [[term["term"] for term in row] for row in terms[1]]


@pytest.mark.parametrize("kind", KINDS)
def test_checks_agree(kind: str) -> None:
    """What `check` tells in full of a posting has the level and the numbers that it has in a batch."""
    postings, expected = _alone(kind)
    for place in range(0, len(postings), 10):
        verdict = MODEL.judge_one(postings[place], settings=JudgeSettings(explain="full"))
        (alone,) = verdicts_of(expected.slice(place, 1))

        assert (alone.level, alone.p_director, alone.p_in_scope) == (
            verdict.level,
            verdict.p_director,
            verdict.p_in_scope,
        )
