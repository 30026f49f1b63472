"""What the user asked for in, the engine that does it out: this process, some more, or a cluster."""

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

from postclass.batches import Chunk
from postclass.engines import Engine, InProcess, Judged, pieces
from postclass.engines.flow import WORKER_SECONDS, Flow
from postclass.engines.task import Task
from postclass.engines.workers import Workers
from postclass.kernel.cache import is_compiled

Kind = Literal["local", "dask"]

PATIENCE = 5.0  # seconds that one process works alone: less, and the workers' start would cost more than they save
MOST_WORKERS = 8  # by itself; a worker holds some 370 MB with the compiled scorer


@dataclass(frozen=True, slots=True)
class EngineSettings:
    """Where to judge."""

    kind: Kind = "local"
    workers: int | None = None  # None: one, and as many as there are cores when the run turns out long
    scheduler: str | None = None  # of Dask


@contextmanager
def open_engine(settings: EngineSettings, task: Task, *, name: str) -> Iterator[Engine]:
    """Settings, what to judge with and the input's name in, an engine out, whose processes end with the block."""
    if settings.kind == "dask":
        from postclass.engines.cluster import Cluster

        with Cluster(settings.scheduler or "") as cluster:
            yield Flow(cluster, task, name)
        return
    workers = settings.workers or min(MOST_WORKERS, cores())
    if workers == 1:
        yield InProcess(task.scorer())
        return
    # What has to be compiled is compiled once, here, for all of them; what has been, each worker loads for itself.
    compiles = task.way == "compiled" and not is_compiled()
    own = task.scorer() if compiles or not settings.workers else None
    with Workers(workers, task=task) as pool:
        flow = Flow(pool, task, name)
        yield flow if own is None or settings.workers else Growing(InProcess(own), flow)


def cores() -> int:
    """How many processes can run at the same time here, limits of containers included."""
    from joblib import cpu_count

    return int(cpu_count())


@dataclass(slots=True)
class Growing:
    """Judges in this process at first, and by workers when that takes longer than a few seconds."""

    alone: InProcess
    flow: Flow

    def judged(self, chunks: Iterable[Chunk]) -> Iterator[Judged]:
        """Chunks in, each of their records out once and in order."""
        start = time.monotonic()
        coming = pieces(chunks, self.alone.pace, most_bytes=self.flow.pool.most_bytes)
        for judged in self.alone.each(coming):
            yield judged
            if time.monotonic() - start > PATIENCE:
                break
        self.flow.pace = self.alone.pace  # the one that says how large the coming pieces are
        self.flow.pace.seconds = WORKER_SECONDS
        yield from self.flow.each(coming)
