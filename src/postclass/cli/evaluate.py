"""`postclass evaluate`: labelled postings in, cross-validated figures and the model card out."""

from pathlib import Path

import click

from postclass.cli.data import FILE, labelled_data
from postclass.cli.progress import steps


@click.command()
@labelled_data
@click.option("--seeds", type=click.IntRange(1), default=5, show_default=True, help="Repetitions of the folds.")
@click.option("--peers/--no-peers", default=True, show_default=True, help="Measure simpler methods in the same folds.")
@click.option("-o", "--output", required=True, type=FILE, help="The directory of the card and its plots.")
def evaluate(
    postings: Path, labels: tuple[Path, ...], weak: tuple[Path, ...], seeds: int, peers: bool, output: Path
) -> None:
    """Measure by cross-validation with employers kept apart, against simpler methods, and write the model card.

    \b
    Example:
      postclass evaluate --postings postings.parquet --labels labels.jsonl -o models/mine
    """
    from postclass.evaluation import FOLDS
    from postclass.evaluation import evaluate as measure

    with steps(seeds * FOLDS + 1) as progress:
        measure(postings=postings, labels=labels, weak=weak, seeds=seeds, peers=peers, output=output, progress=progress)
    click.echo(f"The card is {output / 'CARD.md'}.", err=True)
