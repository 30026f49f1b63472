"""Chunks of postings in, what became of them out, in their order: in this process, in workers, or on a cluster.

Every engine hands the same rows to the same `Scorer`, so that what comes out is the same, row for row. Chunks are
judged in pieces whose size follows the speed: results show early, and work is lost by the second, not by the minute.
"""

import time
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

import pyarrow as pa

from postclass.batches import Chunk
from postclass.posting import Rejection

PIECE_SECONDS = 0.5  # a piece's work in this process: Ctrl-C, progress and a table's lines wait for no more
FIRST_ROWS = 16  # of the first piece, whose speed nobody knows yet: half a second of the slowest path
GROWTH = 4  # times that a piece may be larger than the one before


class Judge(Protocol):
    """What judges a batch: a `Scorer`, or anything with its `judge`."""

    def judge(self, postings: pa.RecordBatch) -> pa.RecordBatch:
        """A batch of postings in, as many verdicts in the same order out."""


@dataclass(frozen=True, slots=True)
class Judged:
    """Neighbouring records of an input, judged: a batch of verdicts, and rejections."""

    verdicts: pa.RecordBatch
    rejections: tuple[Rejection, ...] = ()
    ends_chunk: bool = True  # the last of its chunk: a later run can read on after it

    @property
    def records(self) -> int:
        """How many records of the input these are."""
        return int(self.verdicts.num_rows) + len(self.rejections)


@runtime_checkable
class Engine(Protocol):
    """What judges chunks."""

    def judged(self, chunks: Iterable[Chunk]) -> Iterator[Judged]:
        """Chunks in, each of their records out once and in order."""


@dataclass(slots=True)
class Pace:
    """How many postings a piece should have to take `seconds`, learnt from those before."""

    seconds: float
    rows: int = FIRST_ROWS

    def learn(self, rows: int, seconds: float) -> None:
        """Tell what a piece took."""
        if rows:
            fitting = int(rows * self.seconds / max(seconds, 1e-6))
            self.rows = max(1, min(fitting, GROWTH * self.rows))


@dataclass(slots=True)
class InProcess:
    """Judges in this process."""

    scorer: Judge
    pace: Pace = field(default_factory=lambda: Pace(PIECE_SECONDS))

    def judged(self, chunks: Iterable[Chunk]) -> Iterator[Judged]:
        """Chunks in, each of their records out once and in order."""
        return self.each(pieces(chunks, self.pace))

    def each(self, coming: Iterable[tuple[Chunk, bool]]) -> Iterator[Judged]:
        """Pieces in, what became of them out."""
        for piece, ends in coming:
            start = time.monotonic()
            verdicts = checked(piece.postings, self.scorer.judge(piece.postings))
            self.pace.learn(verdicts.num_rows, time.monotonic() - start)
            yield Judged(verdicts, piece.rejections, ends)


def pieces(chunks: Iterable[Chunk], pace: Pace, *, most_bytes: int | None = None) -> Iterator[tuple[Chunk, bool]]:
    """Chunks in, their pieces at the pace's size of the moment out, and whether a piece is the last of its chunk."""
    for chunk in chunks:
        rest: Chunk | None = chunk
        while rest is not None:
            rows = pace.rows
            if most_bytes is not None and rest.postings.nbytes:
                rows = max(1, min(rows, rest.postings.num_rows * most_bytes // rest.postings.nbytes))
            piece, rest = cut(rest, rows)
            yield piece, rest is None


def cut(chunk: Chunk, rows: int) -> tuple[Chunk, Chunk | None]:
    """A chunk in, its first `rows` postings with the rejections before the next one out, and the rest if there is."""
    postings, rejections = chunk.postings, chunk.rejections
    if postings.num_rows <= rows:
        return chunk, None
    after = postings.slice(rows)
    split = bisect_left(rejections, after.column("row")[0].as_py(), key=lambda rejection: rejection.row)
    return Chunk(postings.slice(0, rows), rejections[:split]), Chunk(after, rejections[split:])


def checked(postings: pa.RecordBatch, verdicts: pa.RecordBatch) -> pa.RecordBatch:
    """Verdicts in, the same out if they are one for each of the postings and in order; no row is lost unnoticed."""
    if not verdicts.column("row").equals(postings.column("row")):
        raise ValueError(f"{postings.num_rows} postings were judged, and the {verdicts.num_rows} verdicts are others")
    return verdicts
