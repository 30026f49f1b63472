"""Work in, its result out, done in processes of their own, so many at a time; what is too much is refused."""

import asyncio
import multiprocessing
import os
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

from postclass.serve import work


class Full(Exception):  # noqa: N818 - a state of the server, not a mistake
    """There is no more room for work; `seconds` is when to ask again."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class Room:
    """So many may be inside at a time; whoever comes then is refused at once."""

    def __init__(self, places: int, *, seconds: int) -> None:
        self._left, self._seconds = places, seconds

    @asynccontextmanager
    async def place(self) -> AsyncIterator[None]:
        """A place, for as long as the block lasts; raises `Full` if there is none."""
        if self._left <= 0:
            raise Full(self._seconds)
        self._left -= 1
        try:
            yield
        finally:
            self._left += 1


class Pool:
    """Processes that hold the model. One that dies takes its work with it; the work is tried once more in new ones."""

    def __init__(self, model: Path | None, *, workers: int, tasks: int | None = None) -> None:
        self._model, self._workers, self._tasks = model, workers, tasks
        self._executor = self._made()

    def _made(self) -> ProcessPoolExecutor:
        # Processes are started afresh, not forked: the server has threads by then.
        return ProcessPoolExecutor(
            self._workers,
            mp_context=multiprocessing.get_context("spawn"),
            initializer=work.start,
            initargs=(self._model, os.getpid()),
            max_tasks_per_child=self._tasks,
        )

    async def run(self, task: Callable[..., Any], *values: Any, **named: Any) -> Any:  # noqa: ANN401 - any task
        """The result of a task, or the error that it raised."""
        executor = self._executor
        call = partial(task, *values, **named)
        try:
            return await asyncio.get_running_loop().run_in_executor(executor, call)
        except BrokenProcessPool:
            if self._executor is executor:
                self._executor = self._made()
            return await asyncio.get_running_loop().run_in_executor(self._executor, call)

    async def warm(self) -> None:
        """Starts all processes, so that the first request need not wait for them."""
        await asyncio.gather(*(self.run(work.ready) for _ in range(self._workers)))

    def close(self) -> None:
        """Ends the processes; what waits is given up."""
        self._executor.shutdown(wait=True, cancel_futures=True)
