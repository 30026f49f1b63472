"""`postclass label check`: labels in, what is wrong or likely wrong with them, and how far two people agree, out."""

import json
from pathlib import Path

import click

from postclass.cli.label_queue import tell_rejected
from postclass.errors import EXIT_FINDINGS, InputError


@click.command()
@click.argument("labels", type=click.Path(path_type=Path))
@click.option("--postings", metavar="FILE", help="The postings that were labelled: likely errors are looked for.")
@click.option("--second", metavar="LABELS", type=click.Path(path_type=Path), help="Another person's labels of the "
              "same postings: how far the two agree.")  # fmt: skip
@click.option("--n", "most", metavar="N", default=20, show_default=True, type=click.IntRange(min=1), help="Doubts of "
              "each kind to tell.")  # fmt: skip
@click.option("--alone", is_flag=True, help="By the labels alone, without a model's opinion: for labels that the model "
              "has learnt from.")  # fmt: skip
@click.option("--model", type=click.Path(path_type=Path), help="A model directory instead of the shipped one.")
@click.option("--traits", type=click.Path(path_type=Path), help="A traits.toml of your own.")
@click.option(
    "--format", "style", type=click.Choice(["text", "json"]), default="text", show_default=True, help="Output."
)
def check(
    labels: Path,
    postings: str | None,
    second: Path | None,
    most: int,
    alone: bool,
    model: Path | None,
    traits: Path | None,
    style: str,
) -> None:
    """Look for errors in labels, and hold two readings against each other.

    Lines that are no labels are told with their place, and make the exit code 1. With --postings, labels that the
    labels of other employers (and the model) speak against are listed, most doubtful first; look at them again, they
    need not be wrong. With --second, Cohen's kappa of the levels and of each trait.

    \b
    Examples:
      postclass label check labels.jsonl --postings postings.csv
      postclass label check mine.jsonl --second yours.jsonl --format json
    """
    from postclass.labelling.review import review, to_record, to_text
    from postclass.labelling.sheet import read_sheets
    from postclass.labels import read_labels
    from postclass.modelfile import load_model
    from postclass.report.words import one_line, visible
    from postclass.traits import load_traits, read_traits

    known = load_traits() if traits is None else read_traits(traits)
    keys = [trait.key for trait in known]
    first = read_labels(labels, traits=keys)
    other = None if second is None else read_labels(second, traits=keys)
    sheets, rejections = ((), ()) if postings is None else read_sheets(postings)
    try:
        made = review(
            first, sheets, second=other, model=None if alone or postings is None else load_model(model), keys=keys
        )
    except ImportError as error:
        raise InputError(f"looking for errors needs {error.name}: pip install 'postclass[label]'.") from error
    if postings is not None and first.labels and not made.matched:
        raise InputError(f"{postings}: none of its postings has a label in {labels}; their ids must match")
    if style == "json":
        click.echo(
            json.dumps(to_record(made, most=most), ensure_ascii=False, indent=2).encode("utf-8", "backslashreplace")
        )
    else:
        for line in to_text(made, {trait.key: trait.label for trait in known}, most=most):
            click.echo(visible(line) if line.startswith("  ") else one_line(line))
    tell_rejected(rejections)
    if made.faults or rejections:
        raise click.exceptions.Exit(EXIT_FINDINGS)
