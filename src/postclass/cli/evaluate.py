"""`postclass evaluate`: labelled postings in, cross-validated figures and the model card out."""

from pathlib import Path

import click

from postclass.cli.data import FILE, labelled_data, paired


@click.command()
@labelled_data
@click.option("--seeds", type=click.IntRange(1), default=5, show_default=True, help="Repetitions of the folds.")
@click.option("-o", "--output", required=True, type=FILE, help="The directory of the card and its plots.")
def evaluate(
    postings: Path,
    labels: Path,
    weak: Path | None,
    other: Path | None,
    summaries: tuple[Path, ...],
    summary_labels: tuple[Path, ...],
    seeds: int,
    output: Path,
) -> None:
    """Measure by cross-validation with employers kept apart, against simpler methods, and write the model card.

    \b
    Example:
      postclass evaluate --postings postings.parquet --labels labels.jsonl -o models/mine
    """
    from postclass.evaluation import evaluate as measure

    measure(
        postings=postings,
        labels=labels,
        weak=weak,
        other=other,
        summaries=paired(summaries, summary_labels),
        seeds=seeds,
        output=output,
    )
