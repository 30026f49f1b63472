"""A task and packed postings in, packed verdicts out: the one function that every process, near or far, runs."""

import hashlib
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import pyarrow as pa

from postclass import __version__
from postclass.engines import Judge, checked
from postclass.errors import ModelError
from postclass.judge import JudgeSettings
from postclass.modelfile import MANIFEST, SHIPPED
from postclass.resources import resource
from postclass.scorer import Scorer

_loading = threading.Lock()


@dataclass(frozen=True, slots=True)
class Task:
    """How to judge, as it travels to other processes: a model by its path and its digest, and settings."""

    model: Path | None
    settings: JudgeSettings
    digest: str | None = None  # of the model; None asks for none
    version: str = __version__
    load: Callable[[Path | None, JudgeSettings], Judge] = field(default=Scorer.load)


def model_digest(model: Path | None) -> str:
    """A model directory (None: the shipped one) in, the SHA-256 of its manifest, which names its files', out."""
    manifest = (resource(SHIPPED) if model is None else model) / MANIFEST
    try:
        return hashlib.sha256(manifest.read_bytes()).hexdigest()
    except OSError as error:
        raise ModelError(f"{manifest}: {error.strerror}; give the directory of a model") from error


@lru_cache(maxsize=2)
def _scorer(task: Task) -> Judge:
    if task.version != __version__:
        raise ModelError(f"a worker runs postclass {__version__} where {task.version} is asked for; install the same")
    if task.digest is not None and model_digest(task.model) != task.digest:
        raise ModelError(f"a worker's model {task.model or SHIPPED} is another one; give all machines the same")
    return task.load(task.model, task.settings)


def judge_packed(task: Task, postings: bytes) -> tuple[bytes, float]:
    """A task and a packed batch of postings in, the packed verdicts and the seconds they took out."""
    with _loading:  # a worker may have several threads
        scorer = _scorer(task)
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
