"""An output and what a run is of in, where the run has to begin out, and a journal of what it does from there.

| `--resume` | checkpoint | output | what happens |
|---|---|---|---|
| yes | none | none | the run starts afresh |
| yes | of the same run | any | the run goes on |
| yes | of another run | any | refused; with `--force` it starts afresh |
| yes | none | of the same run, or without a note | nothing is left to do |
| yes | none | noted to be of another run | refused; with `--force` it starts afresh |
| no | any | none | refused, for it may hold hours of work; with `--force` it starts afresh |
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from postclass.binding import Binding, fingerprint
from postclass.checkpoint import Checkpoint, Place
from postclass.engines import Judged
from postclass.errors import InputError, OutputError, PostclassError
from postclass.receipt import Receipt
from postclass.wholefile import is_device

# What a crash may cost, and what is held in memory until it is written. A run shorter than a part has no checkpoint.
PART_SECONDS = 10.0
PART_BYTES = 32 * 2**20

_REJECTION_BYTES = 300  # about what one takes, whatever its reason


class LongRun:
    """A run that can be resumed: enter before the output is opened, leave after it is in its place.

    `finished` says that there is nothing to do, `goes_on` that an earlier run has done some of it. `of` tells what the
    run is of; it reads the input for that, so that it is asked only where it has to be known.
    """

    def __init__(self, output: Path, of: Callable[[], Binding], *, resume: bool = False, force: bool = False) -> None:
        self._output, self._of, self._resume = output, of, resume
        self._checkpoint, self._receipt = Checkpoint(output), Receipt(output)
        self._held: list[Judged] = []
        self._bytes = 0
        self._last = time.monotonic()
        self.goes_on = self.finished = False
        self.way: Any = "auto"  # to judge; of a run that goes on the way that it began with
        self._open(force=force)

    @property
    def path(self) -> Path:
        """Where the journal is."""
        return self._checkpoint.path

    @cached_property
    def _now(self) -> Binding:
        return self._of()

    @property
    def _binding(self) -> Binding:
        return replace(self._now, way=self.way)

    @property
    def kept(self) -> int:
        """How many records a later run would not have to judge again."""
        return self._checkpoint.place.records

    @property
    def place(self) -> Place:
        """How far the records came that have been replayed or kept."""
        return self._checkpoint.place

    @property
    def files(self) -> list[Path]:
        """What is written beside the journal: the output and its note."""
        return [self._output, self._receipt.path]

    def tidy(self) -> None:
        """Where nothing is left to do, take away what a run left that was killed while it removed its journal."""
        self._checkpoint.remove()

    def _open(self, *, force: bool) -> None:
        """Find out what to do, and change nothing."""
        try:
            then = self._checkpoint.binding()
        except OutputError:
            if not force:
                raise
            return
        if then is None:
            self.finished = self._resume and self._output.exists() and self._is_finished(force=force)
        elif self._resume:
            self.goes_on = self._is_same(then, self.path, force=force)
            self.way = then.way if self.goes_on else self.way
        elif not force:
            raise OutputError(
                f"{self.path}: holds what an interrupted run has done; --resume goes on with it, --force starts afresh."
            )

    def _is_finished(self, *, force: bool) -> bool:
        then = self._receipt.binding()
        return not force if then is None else self._is_same(then, self._output, force=force)

    def _is_same(self, then: Binding, path: Path, *, force: bool) -> bool:
        changes = self._binding.changes(then)
        if changes and not force:
            raise OutputError(f"{path}: is of another run: {'; '.join(changes)}. --force starts afresh.")
        return not changes

    def replay(self) -> Iterator[Judged]:
        """What earlier runs have judged; where that does not count, it is taken away."""
        self._receipt.remove()
        if not self.goes_on:
            self._checkpoint.remove()  # also what a run left that was killed while it removed it
        return self._checkpoint.replay()

    def add(self, judged: Judged) -> None:
        """Take what has been judged, after what was before; now and then it is kept, as a part."""
        self._held.append(judged)
        self._bytes += judged.verdicts.nbytes + _REJECTION_BYTES * len(judged.rejections)
        if self._bytes >= PART_BYTES or time.monotonic() - self._last >= PART_SECONDS:
            self._flush()

    def _flush(self) -> None:
        if self._held:
            if not self._checkpoint.parts:
                self._checkpoint.begin(self._binding)
            self._checkpoint.add(self._held)
        self._held, self._bytes, self._last = [], 0, time.monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            if not self.finished:
                self._close()
        elif self._checkpoint.parts:
            with suppress(PostclassError):  # the reason of the failure is told, not what follows from it
                self._flush()

    def _close(self) -> None:
        if self._resume:
            self._receipt.write(self._binding)
        self._checkpoint.remove()


def open_run(  # noqa: PLR0913 - what was given, by name
    output: str | None,
    sources: Sequence[str],
    *,
    model: str | None,
    settings: Mapping[str, Any],
    resume: bool,
    force: bool,
) -> LongRun | None:
    """Paths of the output and of the files read in, the run that can be resumed out; None where there can be none.

    Raises `InputError` if there can be none and `resume` asks for it.
    """
    fault = None
    if output in {None, "-"} or "://" in str(output) or is_device(str(output)):
        fault = "--resume needs a local file as output; name it with -o."
    elif any(source == "-" or is_device(source) for source in sources):
        fault = "--resume needs a file as input, for stdin can't be read again."
    if fault is not None:
        if resume:
            raise InputError(fault)
        return None
    return LongRun(
        Path(str(output)), lambda: Binding(fingerprint(sources), str(model), settings), resume=resume, force=force
    )
