"""Batch: every record comes out once, in order, as a verdict or a rejection, and the summary counts them."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postclass import batch
from postclass.batch import Summary, classify, judge_chunk
from postclass.posting import Posting, Rejection
from postclass.verdict import Level, Verdict


@dataclass
class Lengths:
    """A model that judges by the length of the text, and keeps the texts it was asked for."""

    asked: list[str] = field(default_factory=list)

    def judge(self, postings: Iterable[Posting], *, settings: Any) -> Iterator[Verdict]:  # noqa: ANN401 - not looked at
        """Longer than three characters is a director."""
        for p in postings:
            self.asked.append(p.description)
            level: Level = "director" if len(p.description) > 3 else "pm"
            notes = () if p.description else ("empty",)
            yield Verdict(p.row, p.id, p.title, p.company, level, 0.5, 0.5, (), (), notes)


@dataclass
class Kept:
    """A sink that keeps what it is given."""

    verdicts: list[Verdict] = field(default_factory=list)
    rejections: list[Rejection] = field(default_factory=list)

    def write(self, verdicts: Sequence[Verdict]) -> None:
        """Keep verdicts."""
        self.verdicts += verdicts

    def reject(self, rejection: Rejection) -> None:
        """Keep a rejection."""
        self.rejections.append(rejection)


def run(records: Iterable[Posting | Rejection], **options: Any) -> tuple[Kept, Summary]:  # noqa: ANN401 - of any type
    """Classify records and keep what comes out."""
    sink = Kept()
    return sink, classify(records, sink, Lengths(), settings=None, **options)  # type: ignore[arg-type]


def test_classify() -> None:
    """Postings become verdicts, rejections pass through, and both are counted."""
    records: list[Posting | Rejection] = [
        Posting("long text", title="A", id="7", row=1),
        Rejection(2, "torn", "line 3"),
        Posting("", row=3),
        Rejection(4, "torn", "line 5"),
    ]
    sink, summary = run(records)

    assert [(1, "7", "A", "director"), (3, None, None, "pm")] == [
        (v.row, v.id, v.title, v.level) for v in sink.verdicts
    ]
    assert [2, 4] == [r.row for r in sink.rejections]
    assert ({"director": 1, "pm": 1}, {"empty": 1}, {"torn": 2}) == (summary.levels, summary.notes, summary.rejections)
    assert (4, 2, 2) == (summary.rows, summary.verdicts, summary.rejected)
    assert summary.rate > 0


def test_no_records() -> None:
    """Nothing in is nothing out."""
    sink, summary = run([])

    assert (0, [], []) == (summary.rows, sink.verdicts, sink.rejections)


def test_a_posting_that_repeats_is_judged_once() -> None:
    """The same text, title and company are judged once a chunk; row and id stay each posting's own."""
    model = Lengths()
    postings = [
        Posting("text", title="A", id="1", row=1),
        Posting("text", title="A", id="2", row=2),
        Posting("text", title="B", id="3", row=3),
    ]
    verdicts = judge_chunk(model, postings, settings=None)  # type: ignore[arg-type]

    assert [("1", 1, "A"), ("2", 2, "A"), ("3", 3, "B")] == [(v.id, v.row, v.title) for v in verdicts]
    assert ["text", "text"] == model.asked


def test_a_model_that_loses_a_posting() -> None:
    """A model that does not answer every posting is found out."""

    class Silent(Lengths):
        def judge(self, postings: Iterable[Posting], *, settings: Any) -> Iterator[Verdict]:  # noqa: ANN401
            return iter(())

    with pytest.raises(ValueError, match="shorter"):
        judge_chunk(Silent(), [Posting("x")], settings=None)  # type: ignore[arg-type]


def test_progress(monkeypatch: pytest.MonkeyPatch) -> None:
    """Progress is told after every chunk, with rejections counted."""
    monkeypatch.setattr(batch, "CHUNK", 2)
    told: list[int] = []
    records: list[Posting | Rejection] = [Posting("x", row=1), Rejection(2, "torn", ""), Posting("y", row=3)]
    run(records, progress=told.append)

    assert [2, 3] == told


def test_reasons_without_end() -> None:
    """Reasons that all differ are counted up to a bound, and the rest together."""
    _, summary = run(Rejection(n, f"reason {n % 500}", "") for n in range(1000))

    assert 101 == len(summary.rejections)
    assert {"reason 0": 2, "other reasons": 800} == {
        reason: summary.rejections[reason] for reason in ("reason 0", "other reasons")
    }
    assert 1000 == summary.rows


records = st.lists(st.one_of(st.sampled_from(["", "ab", "long text"]), st.none()), max_size=30)


@given(records, st.integers(1, 8))
def test_rows_are_conserved(texts: list[str | None], chunk: int) -> None:
    """For any input and chunk size: rows in = verdicts + rejections, in order, and the same verdicts."""
    given_in = [
        Rejection(row, "torn", "") if text is None else Posting(text, row=row) for row, text in enumerate(texts, 1)
    ]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(batch, "CHUNK", chunk)
        sink, summary = run(given_in)

    assert [r.row for r in given_in if isinstance(r, Posting)] == [v.row for v in sink.verdicts]
    assert [r for r in given_in if isinstance(r, Rejection)] == sink.rejections
    assert len(texts) == summary.rows == summary.verdicts + summary.rejected
    assert list(Lengths().judge([r for r in given_in if isinstance(r, Posting)], settings=None)) == sink.verdicts
