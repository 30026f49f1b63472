"""Batch: every record comes out once, in order, as a verdict or a rejection, and the summary counts them."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postclass.batch import Ahead, Summary, classify
from postclass.batches import verdict_batch
from postclass.posting import Posting, Rejection
from scorers import Given, Kept, Lengths, Records, numbered, verdict


def run(records: Records, *, rows: int = 7, **options: Any) -> tuple[Kept, Summary]:  # noqa: ANN401 - of any type
    """Classify records and keep what comes out."""
    sink = Kept()
    return sink, classify(Given(records, rows), sink, Lengths(), **options)


def test_classify() -> None:
    """Postings become verdicts, rejections pass through, and both are counted."""
    records: Records = [
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


def test_a_scorer_that_loses_a_posting() -> None:
    """A scorer that does not answer every posting is found out."""

    class Silent(Lengths):
        def judge(self, postings: Any) -> Any:  # noqa: ANN401 - batches
            return verdict_batch([verdict(Posting("x", row=2))], explain="terms")

    with pytest.raises(ValueError, match="1 postings were judged, and the 1 verdicts are others"):
        classify(Given([Posting("x")]), Kept(), Silent())


def test_ahead() -> None:
    """A source whose first chunk has been read still gives it."""
    ahead, nothing = Ahead(Given(numbered(["a", None, "b", "c"]), 3)), Ahead(Given([]))
    sink = Kept()
    classify(ahead, sink, Lengths())

    assert (2, 0, []) == (ahead.rows, nothing.rows, list(nothing.chunks()))
    assert [1, 3, 4] == [v.row for v in sink.verdicts]
    with pytest.raises(ValueError, match="nothing is skipped"):
        next(ahead.chunks(skip=1))


def test_progress() -> None:
    """Progress is told after every piece, with rejections counted."""
    told: list[tuple[int, int]] = []
    run(numbered(["x", None, "y"]), rows=2, progress=lambda *done: told.append(done))

    assert [(2, 0), (3, 0)] == told


def test_reasons_without_end() -> None:
    """Reasons that all differ are counted up to a bound, and the rest together."""
    _, summary = run([Rejection(n, f"reason {n % 500}", "") for n in range(1000)])

    assert 101 == len(summary.rejections)
    assert {"reason 0": 2, "other reasons": 800} == {
        reason: summary.rejections[reason] for reason in ("reason 0", "other reasons")
    }
    assert 1000 == summary.rows


records = st.lists(st.one_of(st.sampled_from(["", "ab", "long text"]), st.none()), max_size=30)


@given(records, st.integers(1, 8))
def test_rows_are_conserved(texts: list[str | None], rows: int) -> None:
    """For any input and chunk size: rows in = verdicts + rejections, in order, and the same verdicts."""
    given_in = numbered(texts)
    sink, summary = run(given_in, rows=rows)

    assert [verdict(r) for r in given_in if isinstance(r, Posting)] == sink.verdicts
    assert [r for r in given_in if isinstance(r, Rejection)] == sink.rejections
    assert len(texts) == summary.rows == summary.verdicts + summary.rejected
