"""The options of the commands that learn or measure from labelled postings: the same files for both."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

FILE = click.Path(path_type=Path)

_OPTIONS = (
    click.option("--postings", required=True, type=FILE, help="Postings, in any format that `classify` reads."),
    click.option("--labels", required=True, type=FILE, help="Their gold labels: level, traits, evidence lines; JSONL."),
    click.option("--weak", type=FILE, help="Postings labelled by their titles alone, of small weight."),
    click.option("--other", type=FILE, help="Postings of other roles, to learn the scope from."),
    click.option("--summaries", multiple=True, type=FILE, help="Condensed postings; may be given several times."),
    click.option("--summary-labels", multiple=True, type=FILE, help="Their labels, one file for each --summaries."),
)


def labelled_data(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options that name its data."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def paired(summaries: tuple[Path, ...], summary_labels: tuple[Path, ...]) -> tuple[tuple[Path, Path], ...]:
    """Each file of summaries with the file of its labels; a usage error where their numbers differ."""
    if len(summaries) != len(summary_labels):
        raise click.UsageError("--summaries and --summary-labels go together: give as many of one as of the other")
    return tuple(zip(summaries, summary_labels, strict=True))
