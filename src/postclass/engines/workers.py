"""A number of worker processes on this machine (joblib's loky), each with one thread and a scorer of its own."""

import os
import signal
from collections.abc import Iterator
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from multiprocessing import resource_tracker
from types import TracebackType
from typing import Any, Self

from postclass.batches import to_batch
from postclass.engines.flow import Answer
from postclass.engines.parent import end_with
from postclass.engines.task import Task, judge_packed, packed
from postclass.errors import EngineError

# Their work is divided among processes already; threads on top of that would only wait for each other.
_ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"), "1")
_STARTS = 2  # before a machine is found unable to run workers at all


class Workers:
    """A pool of processes; leave its `with` block to end them."""

    deaths: tuple[type[BaseException], ...] = (BrokenProcessPool, MemoryError)
    most_bytes = 16 * 2**20

    def __init__(self, workers: int, *, task: Task) -> None:
        self.workers, self._task = workers, task
        self._executor: Any = None

    def submit(self, task: Task, postings: bytes) -> Answer:
        """Have a piece judged."""
        with _without_ctrl_c():
            if self._executor is None:
                self._executor = _executor(self.workers)
            return self._executor.submit(judge_packed, task, postings)  # type: ignore[no-any-return]

    def revive(self) -> None:
        """Begin with new processes if these are broken, and see that one can judge nothing at all without dying."""
        for _ in range(_STARTS + 1):
            with suppress(*self.deaths):
                self.submit(self._task, packed(to_batch([]))).result()
                return
            self._end()
        raise EngineError("worker processes die as soon as they start: is there memory for them? Try --workers 1.")

    def _end(self) -> None:
        """End all processes at once; loky's own way stumbles, loudly, where pieces have just been submitted."""
        if self._executor is None:
            return
        for process in list(self._executor._processes.values()):  # noqa: SLF001 - there is no other way to them
            process.terminate()
        with suppress(*self.deaths):
            self._executor.submit(int).result()  # until it has noticed
        self._executor.shutdown(wait=True, kill_workers=True)
        self._executor = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()


def _executor(workers: int) -> Any:  # noqa: ANN401 - joblib ships no types
    from joblib.externals.loky import ProcessPoolExecutor

    return ProcessPoolExecutor(workers, initializer=_begin, initargs=(os.getpid(),), env=_ONE_THREAD)


def _begin(parent: int) -> None:
    """What a worker does first."""
    end_with(parent)
    import pyarrow as pa

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # where it was not held back from the start
    pa.set_cpu_count(1)


@contextmanager
def _without_ctrl_c() -> Iterator[None]:
    """Processes and threads begun in here never hear of Ctrl-C, which is for the one who began them."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    resource_tracker.ensure_running()  # which would let Ctrl-C through again if it began in here
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
