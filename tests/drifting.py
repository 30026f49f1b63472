"""Portraits of the project's own postings, judged once, for the tests of drifts."""

from collections.abc import Sequence
from functools import cache

import pyarrow as pa

from own import own_postings, shipped
from postclass.batches import Chunk, to_batch
from postclass.drift import drift, portray
from postclass.portrait import Portrait
from postclass.posting import Posting
from postclass.shifts import Drift


def portrait(postings: Sequence[Posting]) -> Portrait:
    """The portrait of some postings."""
    return portray(iter([Chunk(to_batch(postings))]), shipped())


def compared(old: Sequence[Posting], new: Sequence[Posting]) -> Drift:
    """The drift from some postings to others."""
    return drift(portrait(old), portrait(new), shipped())


@cache
def by_level() -> dict[str, tuple[Posting, ...]]:
    """The project's own postings by the level of their verdict."""
    verdicts = list(shipped().judge(own_postings()))
    levels = sorted({verdict.level for verdict in verdicts})
    return {
        level: tuple(p for p, v in zip(own_postings(), verdicts, strict=True) if v.level == level) for level in levels
    }


def parts(batch: pa.RecordBatch, size: int) -> list[Chunk]:
    """A batch in chunks of a size."""
    return [Chunk(batch.slice(start, size)) for start in range(0, batch.num_rows, size)]
