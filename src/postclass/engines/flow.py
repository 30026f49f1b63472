"""A pool of workers and chunks in, what became of them in order out, whichever workers die on the way.

A piece whose worker died is judged again with nothing else in flight, so that no innocent is blamed for its
neighbours; if its worker dies then too, it is halved, down to the one posting that is rejected for it.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Protocol

import pyarrow as pa

from postclass.batches import Chunk, verdict_schema
from postclass.engines import Judged, Pace, cut, pieces
from postclass.engines.task import Task, packed, unpacked
from postclass.posting import Rejection

DIED = "the worker died while judging it"

WORKER_SECONDS = 1.0  # a piece's work in a worker: sending it costs about a thousandth of that
AHEAD = 2  # pieces in flight for each worker: one at work, one at hand
MOST_BYTES = 64 * 2**20  # of postings in flight, so that long texts do not add up; one piece is always let through
TRIES = 2  # of a single posting alone, before it is blamed: a worker may die of something else


class Answer(Protocol):
    """What a pool gives for a piece: a future."""

    def result(self) -> tuple[bytes, float]:
        """The packed verdicts and the seconds they took, as soon as they are there."""


class Pool(Protocol):
    """Workers that run `judge_packed`."""

    most_bytes: int  # of a piece
    deaths: tuple[type[BaseException], ...]  # what an answer raises when its worker died

    @property
    def workers(self) -> int:
        """How many pieces can be judged at the same time."""

    def submit(self, task: Task, postings: bytes) -> Answer:
        """Have a piece judged."""

    def revive(self) -> None:
        """Some worker died: have as many as before; raises `EngineError` where that does not help."""


@dataclass(slots=True)
class _Slot:
    """A piece in flight, then what became of it, in as many parts as it was cut into."""

    piece: Chunk
    ends: bool
    answer: Answer | None
    judged: list[Judged] = field(default_factory=list)


@dataclass(slots=True)
class Flow:
    """Judges by a pool of workers; `name` is that of the input, for rejections."""

    pool: Pool
    task: Task
    name: str
    pace: Pace = field(default_factory=lambda: Pace(WORKER_SECONDS))

    def judged(self, chunks: Iterable[Chunk]) -> Iterator[Judged]:
        """Chunks in, each of their records out once and in order."""
        return self.each(pieces(chunks, self.pace, most_bytes=self.pool.most_bytes))

    def each(self, coming: Iterator[tuple[Chunk, bool]]) -> Iterator[Judged]:
        """Pieces in, what became of them out; a bounded number of pieces is read ahead."""
        line: deque[_Slot] = deque()
        while True:
            while self._has_room(line) and (piece := next(coming, None)) is not None:
                line.append(_Slot(*piece, self._submit(piece[0])))
            if not line:
                return
            if not self._settle(line[0]):
                self._recover(line)
            yield from line.popleft().judged

    def _has_room(self, line: deque[_Slot]) -> bool:
        size = sum(slot.piece.postings.nbytes for slot in line)
        return not line or (len(line) <= AHEAD * self.pool.workers and size < MOST_BYTES)

    def _submit(self, piece: Chunk) -> Answer | None:
        """The answer to come; None where the pool is broken, which is settled in its turn."""
        try:
            return self.pool.submit(self.task, packed(piece.postings))
        except self.pool.deaths:
            return None

    def _verdicts(self, piece: Chunk, answer: Answer | None) -> pa.RecordBatch | None:
        """Wait for a piece's verdicts; None if its worker died."""
        if answer is None:
            return None
        try:
            data, seconds = answer.result()
        except self.pool.deaths:
            return None
        self.pace.learn(piece.postings.num_rows, seconds)
        return unpacked(data)

    def _settle(self, slot: _Slot) -> bool:
        if not slot.judged:
            verdicts = self._verdicts(slot.piece, slot.answer)
            if verdicts is not None:
                slot.judged.append(Judged(verdicts, slot.piece.rejections, slot.ends))
                slot.answer = None
        return bool(slot.judged)

    def _recover(self, line: deque[_Slot]) -> None:
        """Wait for all that is in flight, then judge what was lost, one piece at a time."""
        lost = [slot for slot in line if not self._settle(slot)]
        self.pool.revive()
        for slot in lost:
            slot.judged = list(self._alone(slot.piece, ends=slot.ends))
            slot.answer = None

    def _alone(self, piece: Chunk, *, ends: bool) -> Iterator[Judged]:
        """Judge a piece with nothing else in flight; halve it where its worker dies, and blame the last posting."""
        stack = [piece]
        while stack:
            piece = stack.pop()
            rows = piece.postings.num_rows
            verdicts = self._tried(piece, tries=1 if rows > 1 else TRIES)
            if verdicts is not None:
                yield Judged(verdicts, piece.rejections, ends and not stack)
                continue
            head, rest = cut(piece, rows // 2) if rows > 1 else (piece, None)
            if rest is not None:
                stack += [rest, head]
            else:
                yield Judged(self._none(), self._with_blamed(piece), ends and not stack)

    def _tried(self, piece: Chunk, *, tries: int) -> pa.RecordBatch | None:
        for _ in range(tries):
            verdicts = self._verdicts(piece, self._submit(piece))
            if verdicts is not None:
                return verdicts
            self.pool.revive()
        return None

    def _with_blamed(self, piece: Chunk) -> tuple[Rejection, ...]:
        row = piece.postings.column("row")[0].as_py()
        blamed = Rejection(row, DIED, f"{self.name}, record {row}")
        return tuple(sorted((*piece.rejections, blamed), key=lambda rejection: rejection.row))

    def _none(self) -> pa.RecordBatch:
        return pa.RecordBatch.from_pylist([], schema=verdict_schema(self.task.settings.explain))
