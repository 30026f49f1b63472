"""The options of the commands that learn or measure from labelled postings: the same files for both."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

FILE = click.Path(path_type=Path)

_OPTIONS = (
    click.option("--postings", required=True, type=FILE, help="Full postings, Parquet or JSONL."),
    click.option(
        "--labels",
        required=True,
        multiple=True,
        type=FILE,
        help="Labels by id, JSONL: level, traits and evidence lines; several files may be given.",
    ),
    click.option(
        "--weak",
        multiple=True,
        type=FILE,
        help="Postings of small weight: unless --labels names them, their titles say their level, or that they are "
        "of another trade, which teaches the scope; several files may be given.",
    ),
)


def labelled_data(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options that name its data."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command
