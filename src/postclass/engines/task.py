"""A task and packed postings in, packed verdicts out: the one function that every process, near or far, runs."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

import pyarrow as pa

from postclass import __version__
from postclass.batches import to_batch
from postclass.engines import Judge, checked
from postclass.errors import ModelError
from postclass.judge import JudgeSettings
from postclass.modelfile import SHIPPED, manifest_digest
from postclass.posting import Posting
from postclass.scorer import WORTH_LOADING, Scorer, Way, is_worth_compiled


def load_scorer(model: Path | None, settings: JudgeSettings, way: Way) -> Judge:
    """A model directory (None: the shipped one), settings and a way in, a scorer out."""
    from postclass.modelfile import load_model

    scorer = Scorer(load_model(model), settings, way=way)
    if way == "compiled":  # what it loads, or compiles, now does not count as the speed of the first postings
        scorer.judge(to_batch([Posting("")]))
    return scorer


@dataclass(frozen=True, slots=True)
class Task:
    """How to judge, as it travels to other processes: a model by its path and its digest, settings, and the way."""

    model: Path | None
    settings: JudgeSettings
    digest: str | None = None  # of the model; None asks for none
    way: Way = "auto"
    version: str = __version__
    load: Callable[[Path | None, JudgeSettings, Way], Judge] = field(default_factory=lambda: load_scorer)

    def scorer(self) -> Judge:
        """A scorer of its own for who asks."""
        return self.load(self.model, self.settings, self.way)


def choose_way(rows: int, settings: JudgeSettings) -> Way:
    """The postings of an input's first chunk and settings in, the way to judge all of it out.

    The ways agree to the 15th digit, not to the last bit. So a run has one, wherever and however its pieces are judged.
    """
    if settings.explain == "full" or rows < WORTH_LOADING:
        return "plain"
    return "compiled" if is_worth_compiled(rows) else "numpy"


@lru_cache(maxsize=16)
def _scorer(task: Task, thread: int) -> Judge:  # noqa: ARG001 - each thread has a scorer of its own
    if task.version != __version__:
        raise ModelError(f"a worker runs postclass {__version__} where {task.version} is asked for; install the same")
    if task.way == "compiled" and find_spec("numba") is None:
        raise ModelError("a worker lacks numba, with which the run began; install postclass[fast] wherever it works")
    if task.digest is not None and manifest_digest(task.model) != task.digest:
        raise ModelError(f"a worker's model {task.model or SHIPPED} is another one; give all machines the same")
    return task.scorer()


def judge_packed(task: Task, postings: bytes) -> tuple[bytes, float]:
    """A task and a packed batch of postings in, the packed verdicts and the seconds they took out."""
    scorer = _scorer(task, threading.get_ident())
    start = time.perf_counter()
    batch = unpacked(postings)
    verdicts = checked(batch, scorer.judge(batch))
    return packed(verdicts), time.perf_counter() - start


def packed(batch: pa.RecordBatch) -> bytes:
    """A batch in, its bytes as an Arrow stream out; of a slice only what it holds."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema) as writer:
        writer.write_batch(batch)
    return sink.getvalue().to_pybytes()  # type: ignore[no-any-return]


def unpacked(data: bytes) -> pa.RecordBatch:
    """An Arrow stream of one batch in, the batch out."""
    with pa.ipc.open_stream(data) as reader:
        return reader.read_next_batch()
