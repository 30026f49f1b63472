"""The address of a Dask scheduler in, a pool of its workers out; they need postclass and the model, nothing else."""

import time
from types import TracebackType
from typing import Any, Self

from postclass.engines.task import Task, judge_packed
from postclass.errors import EngineError, InputError

CONNECT_SECONDS = 30.0
ALONE_SECONDS = 120.0  # without any worker, after which nobody believes that one will come
_POLL = 2.0  # seconds between two looks at whether there are workers left
_LEAST_WORKERS = 2  # pieces are read ahead for as many, for workers may come later


class Cluster:
    """A pool of a Dask cluster's workers; leave its `with` block to go away from it."""

    # Pieces travel through the scheduler, which wants them small.
    most_bytes = 4 * 2**20

    def __init__(self, scheduler: str) -> None:
        try:
            import dask
            from distributed import Client, KilledWorker
        except ImportError as error:
            raise InputError("--engine dask needs Dask: pip install 'postclass[dask]'.") from error
        self.deaths: tuple[type[BaseException], ...] = (KilledWorker, MemoryError)
        self._scheduler = scheduler
        self._count, self._counted, self._seen = 0, float("-inf"), time.monotonic()
        # A single posting may have 32 MB; Dask would print a warning for it.
        self._config: Any = dask.config.set({"distributed.admin.large-graph-warning-threshold": "1GiB"})
        try:
            connect: Any = Client  # Dask ships few types
            self._client: Any = connect(scheduler, timeout=CONNECT_SECONDS, set_as_default=False)
        except (OSError, ValueError, TypeError) as error:
            raise EngineError(f"{scheduler}: no Dask scheduler answers: {error}") from error

    @property
    def workers(self) -> int:
        """How many pieces can be judged at the same time; asked for now and then, for workers come and go."""
        if time.monotonic() - self._counted > _POLL:
            self._count, self._counted = self._threads(), time.monotonic()
        return max(_LEAST_WORKERS, self._count)

    def submit(self, task: Task, postings: bytes) -> "_Answer":
        """Have a piece judged."""
        return _Answer(self, self._client.submit(judge_packed, task, postings, pure=False))

    def revive(self) -> None:
        """Dask's nannies begin new workers, and its scheduler has tried others; see that there is one."""
        while not self.check():
            time.sleep(_POLL / 10)

    def check(self) -> bool:
        """Whether there are workers; raises `EngineError` if there were none for too long, or the scheduler went."""
        if self._threads():
            self._seen = time.monotonic()
            return True
        if time.monotonic() - self._seen > ALONE_SECONDS:
            raise EngineError(f"{self._scheduler}: the Dask scheduler has no workers.")
        return False

    def _threads(self) -> int:
        """Threads of all workers together; raises `EngineError` where the scheduler does not say."""
        try:
            return sum(self._client.nthreads().values())
        except (OSError, TypeError, ValueError, RuntimeError) as error:
            raise EngineError(f"{self._scheduler}: the Dask scheduler has gone: {error}") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()
        self._config.__exit__(kind, error, trace)


class _Answer:
    """A Dask future whose waiting ends when the cluster does."""

    def __init__(self, cluster: Cluster, future: Any) -> None:  # noqa: ANN401 - Dask's own
        self._cluster, self._future = cluster, future

    def result(self) -> tuple[bytes, float]:
        """The packed verdicts and the seconds they took, as soon as they are there."""
        from asyncio import CancelledError as Cancelled
        from concurrent.futures import CancelledError

        while True:
            try:
                return self._future.result(timeout=_POLL)  # type: ignore[no-any-return]
            except TimeoutError:
                self._cluster.check()
            except (CancelledError, Cancelled, OSError) as error:
                self._cluster.check()
                raise EngineError(f"the Dask cluster has dropped a piece of work: {error}") from error
