"""Verdicts of earlier batches in, those of postings that come again out: the same content is judged once."""

import hashlib
from collections import deque
from collections.abc import Sequence

import numpy as np
import pyarrow as pa

# What is kept for when it comes again: reposts come close to each other. With terms the first bound is met first, at
# about 10 MB of verdicts and as much to find them by.
MOST_POSTINGS = 1 << 16
MOST_BYTES = 32 << 20

_DIGEST = 16  # bytes: among 10 billion postings two alike by chance are out of the question

Content = bytes  # a digest of all that a verdict rests on


def contents(postings: pa.RecordBatch) -> list[Content]:
    """Of each posting of a batch, a digest of its description, title and company."""
    fields = [postings.column(name).cast(pa.binary()).to_pylist() for name in ("title", "company", "description")]
    return [
        hashlib.sha256(b"%d %d " % (-1 if title is None else len(title), -1 if company is None else len(company))
                       + (title or b"") + (company or b"") + description).digest()[:_DIGEST]
        for title, company, description in zip(*fields, strict=True)
    ]  # fmt: skip


class Memory:
    """Verdicts by what they rest on, the latest ones."""

    def __init__(self) -> None:
        self._numbers: dict[Content, int] = {}  # counted from the first posting ever kept
        self._batches: deque[tuple[int, Sequence[Content], pa.RecordBatch]] = deque()  # with the first one's number
        self._next = self._bytes = 0

    def unknown(self, asked: Sequence[Content]) -> list[int]:
        """The places of contents that are not known yet, of those that come several times the first."""
        new: dict[Content, int] = {}
        for place, content in enumerate(asked):
            if content not in self._numbers:
                new.setdefault(content, place)
        return list(new.values())

    def keep(self, known: Sequence[Content], verdicts: pa.RecordBatch) -> None:
        """Keep the verdicts of some contents."""
        self._batches.append((self._next, known, verdicts))
        self._numbers.update(zip(known, range(self._next, self._next + len(known)), strict=True))
        self._next += len(known)
        self._bytes += verdicts.nbytes

    def recall(self, asked: Sequence[Content]) -> pa.RecordBatch:
        """The verdicts of contents that are all known."""
        numbers = np.array([self._numbers[content] for content in asked], np.int64)
        starts = np.array([start for start, _, _ in self._batches])
        places = np.searchsorted(starts, numbers, side="right") - 1
        used = np.unique(places)
        if (
            len(used) == 1
            and len(numbers) == (whole := self._batches[used[0]][2]).num_rows
            and (np.diff(numbers) == 1).all()
        ):
            return whole
        parts = [self._batches[i][2].take(pa.array(numbers[places == i] - starts[i])) for i in used]
        order = np.empty(len(numbers), np.int64)
        order[np.concatenate([np.flatnonzero(places == i) for i in used])] = np.arange(len(numbers))
        return pa.concat_batches(parts).take(pa.array(order))

    def forget(self) -> None:
        """Forget the oldest beyond the bounds."""
        while self._batches and (len(self._numbers) > MOST_POSTINGS or self._bytes > MOST_BYTES):
            _, known, verdicts = self._batches.popleft()
            self._bytes -= verdicts.nbytes
            for content in known:
                del self._numbers[content]
