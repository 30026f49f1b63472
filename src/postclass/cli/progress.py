"""How far a command has come, on stderr where that is a terminal: a bar of named steps, or a line that counts."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Protocol, Self

import click

_REDRAWS = 0.2  # seconds between two states of the progress line; more often flickers and costs time


def say_if_compiling() -> None:
    """Say on stderr, terminal or not, why nothing else is heard for a while: the quick scorer is not compiled yet."""
    from postclass.kernel.cache import is_compiled, is_kept

    if not is_compiled():
        where = "once on this machine" if is_kept() else "for this run: to keep it, name a folder by NUMBA_CACHE_DIR"
        click.echo(f"Compiling the quick scorer, {where}; it takes about half a minute.", err=True)


class Read(Protocol):
    """What is read: a `Source`."""

    def fraction(self) -> float | None:
        """The share that has been read, or None if the size is not known."""


@contextmanager
def steps(total: int) -> Iterator[Callable[[str], None]]:
    """Yields what is called with each step's name as the step begins."""
    with click.progressbar(
        length=total,
        file=sys.stderr,
        item_show_func=lambda name: name or "",
        show_eta=False,
        hidden=not sys.stderr.isatty(),
    ) as bar:
        yield lambda name: bar.update(1, name)


class Progress:
    """A line on stderr that says how far a source has been read, how fast and how long it will take."""

    def __init__(self, source: Read, *, shown: bool) -> None:
        self._source, self._shown = source, shown
        self._start = self._last = time.monotonic()

    def show(self, done: int, resumed: int = 0) -> None:
        """Redraw the line, at most a few times a second; records that an earlier run had done count for no speed."""
        now = time.monotonic()
        if self._shown and now - self._last >= _REDRAWS:
            self._last = now
            fraction = self._source.fraction()
            line = progress_line(done, seconds=now - self._start, fraction=fraction, resumed=resumed)
            click.echo(f"\r{line}\x1b[K", nl=False, err=True, color=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._shown:
            click.echo("\r\x1b[K", nl=False, err=True, color=True)


def progress_line(done: int, *, seconds: float, fraction: float | None, resumed: int = 0) -> str:
    """Records done, of them those an earlier run did, seconds and the share of the input read in, the line out."""
    line = f"{done:,} records, {(done - resumed) / max(seconds, 1e-9):,.0f}/s"
    if not fraction or done == resumed:
        return line
    left = round(seconds * done / (done - resumed) * (1 - fraction) / fraction)
    hours, minutes = left // 3600, left // 60 % 60
    clock = f"{hours}:{minutes:02}:{left % 60:02}" if hours else f"{minutes}:{left % 60:02}"
    return f"{fraction:4.0%}  {line}, {clock} left"
