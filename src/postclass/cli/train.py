"""`postclass train`: labelled postings in, a model directory out."""

from pathlib import Path

import click

from postclass.cli.data import FILE, labelled_data
from postclass.cli.progress import steps


@click.command()
@labelled_data
@click.option("-o", "--output", required=True, type=FILE, help="The model directory to make.")
@click.option("--force", is_flag=True, help="Replace a model that stands there.")
def train(postings: Path, labels: tuple[Path, ...], weak: tuple[Path, ...], output: Path, force: bool) -> None:
    """Train a model from labelled postings, the same model from the same data every time.

    \b
    Example:
      postclass train --postings postings.parquet --labels labels.jsonl -o models/mine
    """
    from postclass.overlap import check_model_output
    from postclass.training import STEPS
    from postclass.training import train as make

    check_model_output(output, reads=[postings, *labels, *weak])
    with steps(STEPS) as progress:
        make(postings=postings, labels=labels, weak=weak, output=output, force=force, progress=progress)
    click.echo(f"The model is in {output}; `postclass model show {output}` tells what it is made of.", err=True)
