"""What stands in for a scorer where a test is about engines, checkpoints and faults; workers can load it too."""

import os
import signal
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import pyarrow as pa

from postclass.batches import Chunk, from_batch, to_batch, verdict_batch, verdicts_of
from postclass.posting import Posting, Rejection
from postclass.verdict import Level, Verdict

Records = Sequence[Posting | Rejection]


def verdict(p: Posting) -> Verdict:
    """Longer than three characters is a director."""
    level: Level = "director" if len(p.description) > 3 else "pm"
    return Verdict(p.row, p.id, p.title, p.company, level, 0.5, 0.5, (), (), () if p.description else ("empty",))


@dataclass
class Lengths:
    """A scorer that judges by the length of the text; some texts make it die, wait, or run out of memory."""

    sizes: list[int] = field(default_factory=list)

    @classmethod
    def load(cls, model: Path | None, settings: Any, way: str = "auto") -> Self:  # noqa: ANN401 - not looked at
        """As a worker does; a model that is named is a file to note each start in."""
        if model is not None:
            with model.open("a") as starts:
                starts.write(f"{os.getpid()}\n")
        return cls()

    def judge(self, postings: pa.RecordBatch) -> pa.RecordBatch:
        """The verdicts."""
        self.sizes.append(postings.num_rows)
        told = list(from_batch(postings))
        for posting in told:
            act(posting.description)
        return verdict_batch([verdict(posting) for posting in told], explain="terms")


def act(text: str) -> None:
    """Do what a text asks for."""
    what, _, rest = text.partition(" ")
    if what == "poison" or (what == "once" and not Path(rest).exists()):
        if what == "once":
            Path(rest).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    if what == "memory":
        raise MemoryError
    if what == "wait":
        time.sleep(float(rest))


@dataclass
class Given:
    """A source of given records, in chunks of so many."""

    records: Records
    rows: int = 7

    name = "given"

    def chunks(self, *, skip: int = 0) -> Iterator[Chunk]:
        """The chunks after the first `skip` records."""
        for start in range(skip, len(self.records), self.rows):
            yield chunk(self.records[start : start + self.rows])


@dataclass
class Kept:
    """A sink that keeps what it is given."""

    verdicts: list[Verdict] = field(default_factory=list)
    rejections: list[Rejection] = field(default_factory=list)

    def write(self, verdicts: pa.RecordBatch) -> None:
        """Keep verdicts."""
        self.verdicts += verdicts_of(verdicts)

    def reject(self, rejection: Rejection) -> None:
        """Keep a rejection."""
        self.rejections.append(rejection)


def chunk(records: Records) -> Chunk:
    """Records as a chunk."""
    postings = to_batch([record for record in records if isinstance(record, Posting)])
    return Chunk(postings, tuple(record for record in records if isinstance(record, Rejection)))


def numbered(texts: Sequence[str | None]) -> list[Posting | Rejection]:
    """Texts as postings, None as rejections, numbered from 1."""
    return [
        Rejection(row, "torn", f"line {row}") if text is None else Posting(text, id=f"n{row}", row=row)
        for row, text in enumerate(texts, 1)
    ]


class Mask(Lengths):
    """Answers whether Ctrl-C was held back from its process from the start."""

    def judge(self, postings: Any) -> Any:  # noqa: ANN401 - batches
        """A director where it was."""
        held = signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, ())
        told = Posting("long text" if held else "", row=postings.column("row")[0].as_py())
        return verdict_batch([verdict(told)], explain="terms")
