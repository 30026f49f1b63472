"""A bar of named steps on stderr, where that is a terminal."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click


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
