"""A source of postings in, a verdict or a rejection for each of its records into a sink, and a summary out."""

import itertools
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol

from postclass.posting import Posting, Rejection
from postclass.verdict import Verdict

if TYPE_CHECKING:
    from postclass.judge import JudgeSettings

# Records judged at a time: enough that work done once a call does not show, few enough to hold and to show progress.
CHUNK = 256

# Different reasons counted by themselves; reasons may quote the input, so their number has no bound of its own.
_REASONS_COUNTED = 100


class Judge(Protocol):
    """What judges postings: a `Model`, or anything with its `judge`."""

    def judge(self, postings: Iterable[Posting], *, settings: "JudgeSettings") -> Iterator[Verdict]:
        """Postings in, their verdicts out, one each and in order."""


class Output(Protocol):
    """What takes verdicts and rejections: a `Sink`, or a view on the terminal."""

    def write(self, verdicts: Sequence[Verdict]) -> None:
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
        """Records a second."""
        return self.rows / max(self.seconds, 1e-9)


def classify(
    source: Iterable[Posting | Rejection],
    sink: Output,
    model: Judge,
    *,
    settings: "JudgeSettings",
    progress: Callable[[int], None] | None = None,
) -> Summary:
    """Judge all postings of `source` into `sink`, in order; `progress` is told how many records are done so far."""
    levels: Counter[str] = Counter()
    notes: Counter[str] = Counter()
    rejections: Counter[str] = Counter()
    start, done = time.monotonic(), 0
    records = iter(source)
    while chunk := list(itertools.islice(records, CHUNK)):
        for record in chunk:
            if isinstance(record, Rejection):
                known = record.reason in rejections or len(rejections) < _REASONS_COUNTED
                rejections[record.reason if known else "other reasons"] += 1
                sink.reject(record)
        verdicts = judge_chunk(model, [r for r in chunk if isinstance(r, Posting)], settings=settings)
        levels.update(verdict.level for verdict in verdicts)
        notes.update(note for verdict in verdicts for note in verdict.notes)
        sink.write(verdicts)
        done += len(chunk)
        if progress is not None:
            progress(done)
    seconds = time.monotonic() - start
    return Summary(levels=dict(levels), notes=dict(notes), rejections=dict(rejections), seconds=seconds)


def judge_chunk(model: Judge, postings: Sequence[Posting], *, settings: "JudgeSettings") -> list[Verdict]:
    """Postings in, their verdicts out, one each and in order; a posting that comes several times is judged once."""
    firsts = {_content(posting): posting for posting in reversed(postings)}
    judged = dict(zip(firsts, model.judge(firsts.values(), settings=settings), strict=True))
    return [replace(judged[_content(posting)], row=posting.row, id=posting.id) for posting in postings]


def _content(posting: Posting) -> tuple[str, str | None, str | None]:
    """All that a verdict rests on: the text, and the title and company that are masked in it."""
    return posting.description, posting.title, posting.company
