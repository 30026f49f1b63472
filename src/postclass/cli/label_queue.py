"""`postclass label queue`: a file of postings in, those worth a person's minute out, best first."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from postclass.cli.numbers import SHARE
from postclass.cli.progress import Progress
from postclass.errors import EXIT_FINDINGS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from postclass.labelling.queue import Queue
    from postclass.posting import Rejection

_SHOWN = 5  # rejections on the terminal


@click.command()
@click.argument("source", metavar="INPUT")
@click.option("-o", "--output", default="-", show_default=True, help="JSONL file; - for stdout.")
@click.option("--n", "size", metavar="N", default=50, show_default=True, type=click.IntRange(min=1), help="Postings "
              "to pick.")  # fmt: skip
@click.option("--labels", type=click.Path(path_type=Path), help="Labels that you have: these postings are left out.")
@click.option("--from", "from_", metavar="FORMAT", help="Input format when the name does not tell, as of classify.")
@click.option("--title-col", metavar="NAME", help="Column of the title.")
@click.option("--description-col", metavar="NAME", help="Column of the description.")
@click.option("--id-col", metavar="NAME", help="Column of the id.")
@click.option("--company-col", metavar="NAME", help="Column of the company.")
@click.option("--encoding", default="utf-8", show_default=True, help="Encoding of a text input.")
@click.option("--delimiter", metavar="CHAR", help="Of CSV: one character, or tab.")
@click.option("--limit", metavar="N", type=click.IntRange(min=1), help="Stop after N records.")
@click.option("--prior", type=SHARE,
              help="Share of directors among your postings, for probabilities that fit them.")  # fmt: skip
@click.option("--model", type=click.Path(path_type=Path), help="A model directory instead of the shipped one.")
@click.option("--force", is_flag=True, help="Overwrite an output that exists.")
def queue(
    source: str,
    output: str,
    size: int,
    labels: Path | None,
    from_: str | None,
    title_col: str | None,
    description_col: str | None,
    id_col: str | None,
    company_col: str | None,
    encoding: str,
    delimiter: str | None,
    limit: int | None,
    prior: float | None,
    model: Path | None,
    force: bool,
) -> None:
    """Pick the postings that are most worth a label.

    INPUT is anything that `classify` reads. Those come first of which the model is least sure, then those whose title
    speaks against the text, whose traits speak against the wording, or whose words are new to the model. Of nearly
    equal texts one is picked. Each line tells the score and the reasons; `label mark --queue` goes through them.

    \b
    Examples:
      postclass label queue postings.csv --n 20
      postclass label queue postings.parquet --labels labels.jsonl -o next.jsonl
    """
    from postclass.labelling.output import write_lines
    from postclass.labelling.queue import make_queue, to_row
    from postclass.labels import read_labels
    from postclass.modelfile import load_model
    from postclass.overlap import check_outputs
    from postclass.sources import SourceSettings, open_source

    check_outputs([output], reads=[source, labels], model=model)
    known = () if labels is None else {label.id for label in read_labels(labels).checked()}
    settings = SourceSettings(
        format=from_, title_col=title_col, description_col=description_col, id_col=id_col, company_col=company_col,
        encoding=encoding, delimiter=delimiter, limit=limit,
    )  # fmt: skip
    with open_source(source, settings=settings) as records, Progress(records, shown=sys.stderr.isatty()) as progress:
        made = make_queue(records, load_model(model), size=size, labelled=known, prior=prior, progress=progress.show)
    write_lines(map(to_row, made.picks), output, force=force, sources=(source,))
    _close(made)
    if made.rejections:
        raise click.exceptions.Exit(EXIT_FINDINGS)


def _close(made: "Queue") -> None:
    """Where every record went, on stderr."""
    total = len(made.picks) + made.left + len(made.rejections)
    reasons = {
        "already labelled": made.labelled, "without text to judge": made.unusable, "of other trades": made.out_of_scope,
        "twins of one in the queue": made.twins,
    }  # fmt: skip
    told = ", ".join(f"{n:,} {what}" for what, n in reasons.items() if n)
    rejected = f", {len(made.rejections):,} rejected" if made.rejections else ""
    click.echo(
        f"{total:,} records: {len(made.picks):,} queued, {made.left:,} not{f' ({told})' if told else ''}{rejected}",
        err=True,
    )
    tell_rejected(made.rejections)


def tell_rejected(rejections: "Sequence[Rejection]") -> None:
    """The first records that can't be read, on stderr."""
    from postclass.report.words import one_line

    for rejection in rejections[:_SHOWN]:
        click.echo(one_line(f"Rejected: row {rejection.row} ({rejection.where}): {rejection.reason}"), err=True)
    if len(rejections) > _SHOWN:
        click.echo(f"… and {len(rejections) - _SHOWN:,} more; `classify` tells them all.", err=True)
