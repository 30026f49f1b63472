"""What a run has come to in, the lines that close it out: counts and speed, or how an interrupted run goes on."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from postclass.report.words import one_line
from postclass.verdict import LEVELS

if TYPE_CHECKING:
    from postclass.batch import Summary
    from postclass.longrun import LongRun

_REASONS_SHOWN = 5


@contextmanager
def resumable(run: "LongRun | None") -> Iterator[None]:
    """Say, where the block ends with a failure or a signal, what has been kept and how to go on."""
    try:
        yield
    except BaseException as failure:
        if run is not None and run.kept:
            click.echo(
                f"{run.kept:,} records are kept in {one_line(str(run.path))}; the same command with --resume goes on.",
                err=True,
            )
        elif run is not None and isinstance(failure, KeyboardInterrupt | SystemExit):
            click.echo("Interrupted early: nothing was written and nothing is kept.", err=True)
        raise


def summary_lines(summary: "Summary") -> Iterator[str]:
    """A summary in, the closing lines for people out."""
    counts = [f"{summary.levels[level]:,} {level}" for level in LEVELS if level in summary.levels]
    if summary.rejected:
        counts.append(f"{summary.rejected:,} rejected")
    records = "1 record" if summary.rows == 1 else f"{summary.rows:,} records"
    what = ", ".join(counts)
    yield f"{records} in {summary.seconds:,.1f} s ({summary.rate:,.0f}/s){': ' if what else ''}{what}"
    if summary.resumed:
        yield f"Of these, {summary.resumed:,} were done by an earlier run."
    if summary.notes:
        notes = sorted(summary.notes.items(), key=lambda item: -item[1])
        yield f"Notes: {', '.join(f'{count:,} {note}' for note, count in notes)}"
    for reason, count in sorted(summary.rejections.items(), key=lambda item: -item[1])[:_REASONS_SHOWN]:
        yield f"Rejected: {count:,}: {one_line(reason)}"
