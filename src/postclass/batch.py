"""A source of postings in, a verdict or a rejection for each of its records into a sink, and a summary out."""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

import pyarrow as pa
import pyarrow.compute as pc

from postclass.batches import Chunk
from postclass.engines import Engine, Judge, Judged
from postclass.engines import InProcess as _InProcess
from postclass.longrun import LongRun
from postclass.posting import Rejection

# Different reasons counted by themselves; reasons may quote the input, so their number has no bound of its own.
_REASONS_COUNTED = 100


class Input(Protocol):
    """What gives postings: a `Source`."""

    def chunks(self, *, skip: int = 0) -> Iterable[Chunk]:
        """The records after the first `skip`, which end a chunk."""


class Ahead:
    """An input whose first chunk has been read; `rows` are the postings in it."""

    def __init__(self, source: Input) -> None:
        self._chunks = iter(source.chunks())
        self._first = next(self._chunks, None)
        self.rows = 0 if self._first is None else int(self._first.postings.num_rows)

    def chunks(self, *, skip: int = 0) -> Iterator[Chunk]:
        """All records."""
        if skip:
            raise ValueError("nothing is skipped of what has been read")
        if self._first is not None:
            yield self._first
            yield from self._chunks


class Output(Protocol):
    """What takes verdicts and rejections: a `Sink`, or a view on the terminal."""

    def write(self, verdicts: pa.RecordBatch) -> None:
        """Take verdicts, after those before."""

    def reject(self, rejection: Rejection) -> None:
        """Take a rejection."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What became of the records: `rows == verdicts + rejected`, always."""

    levels: Mapping[str, int]
    notes: Mapping[str, int]
    rejections: Mapping[str, int]  # by reason; beyond the first hundred reasons, "other reasons"
    seconds: float = field(compare=False)
    resumed: int = field(default=0, compare=False)  # records that an earlier run had done

    @property
    def verdicts(self) -> int:
        """How many records were judged."""
        return sum(self.levels.values())

    @property
    def rejected(self) -> int:
        """How many records could not be read."""
        return sum(self.rejections.values())

    @property
    def rows(self) -> int:
        """How many records there were."""
        return self.verdicts + self.rejected

    @property
    def rate(self) -> float:
        """Records a second, without those that an earlier run had done."""
        return (self.rows - self.resumed) / max(self.seconds, 1e-9)


@dataclass(slots=True)
class _Tally:
    """Counts what goes by."""

    levels: Counter[str] = field(default_factory=Counter)
    notes: Counter[str] = field(default_factory=Counter)
    rejections: Counter[str] = field(default_factory=Counter)
    records: int = 0

    def add(self, judged: Judged) -> None:
        verdicts = judged.verdicts
        _count(self.levels, verdicts.column("level"))
        _count(self.notes, pc.list_flatten(verdicts.column("notes")))
        for rejection in judged.rejections:
            known = rejection.reason in self.rejections or len(self.rejections) < _REASONS_COUNTED
            self.rejections[rejection.reason if known else "other reasons"] += 1
        self.records += judged.records


def _count(counter: Counter[str], values: pa.Array) -> None:
    for pair in pc.value_counts(values).to_pylist():
        counter[pair["values"]] += pair["counts"]


def classify(
    source: Input,
    sink: Output,
    judge: Engine | Judge,
    *,
    run: LongRun | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Summary:
    """Judge all postings of `source` into `sink`, in order.

    A `run` begins with what an interrupted one has kept, and keeps what this one does. `progress` is told how many
    records are done so far, and how many of them an earlier run had done.
    """
    engine = judge if isinstance(judge, Engine) else _InProcess(judge)
    tally = _Tally()
    for judged in run.replay() if run is not None else ():
        _hand_on(judged, sink)
        tally.add(judged)
    start, resumed = time.monotonic(), tally.records
    for judged in engine.judged(_chunks(source, run)):
        _hand_on(judged, sink)
        tally.add(judged)
        if run is not None:
            run.add(judged)
        if progress is not None:
            progress(tally.records, resumed)
    return Summary(
        levels=dict(tally.levels), notes=dict(tally.notes), rejections=dict(tally.rejections),
        seconds=time.monotonic() - start, resumed=resumed,
    )  # fmt: skip


def _hand_on(judged: Judged, sink: Output) -> None:
    for rejection in judged.rejections:
        sink.reject(rejection)
    if judged.verdicts.num_rows:
        sink.write(judged.verdicts)


def _chunks(source: Input, run: LongRun | None) -> Iterator[Chunk]:
    """The chunks of what has not been done: of one that was done in part, the rest."""
    if run is None or not run.place.records:
        yield from source.chunks()
        return
    place = run.place
    for chunk in source.chunks(skip=place.chunk):
        done = pc.sum(pc.less_equal(chunk.postings.column("row"), place.records), min_count=0).as_py()
        if not done and (not chunk.rejections or chunk.rejections[0].row > place.records):
            yield chunk
        else:
            rest = tuple(rejection for rejection in chunk.rejections if rejection.row > place.records)
            yield Chunk(chunk.postings.slice(done), rest)
