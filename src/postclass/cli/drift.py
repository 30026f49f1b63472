"""`postclass drift`: older and newer postings in, what has moved between them out."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import click

from postclass.cli.modeloption import model_option
from postclass.cli.numbers import SHARE
from postclass.cli.progress import Progress
from postclass.errors import EXIT_FINDINGS, InputError
from postclass.shifts import KINDS

if TYPE_CHECKING:
    from postclass.judge import Model
    from postclass.portrait import Portrait
    from postclass.report.auditfile import Target
    from postclass.shifts import Drift
    from postclass.sources import Source

FORMATS = ("html", "json")
_TOO_FEW = "too-few"
_REASONS_SHOWN = 5


@click.command()
@click.argument("old", metavar="OLD", type=str)
@click.argument("new", metavar="NEW", type=str)
@click.option("-o", "--output", "outputs", metavar="OUTPUT", multiple=True, help="Report: .html or .json; - for JSON "
              "on stdout. May be given several times.")  # fmt: skip
@click.option("--to", metavar="FORMAT", help="Format of the report when the name does not tell.")
@click.option("--fail-on", type=click.Choice([*KINDS, _TOO_FEW, "never"]), multiple=True, help="Exit with 1 if one of "
              "these moved, by itself any; or if there are too few to tell. May be given several times.")  # fmt: skip
@click.option("--from", "from_", metavar="FORMAT", help="Input format when the name does not tell, as of classify.")
@click.option("--title-col", metavar="NAME", help="Column of the title.")
@click.option("--description-col", metavar="NAME", help="Column of the description.")
@click.option("--company-col", metavar="NAME", help="Column of the company.")
@click.option("--table", metavar="NAME", help="Table of a SQLite database, or sheet of a workbook.")
@click.option("--encoding", default="utf-8", show_default=True, help="Encoding of a text input.")
@click.option("--delimiter", metavar="CHAR", help="Of CSV: one character, or tab.")
@click.option("--prior", type=SHARE,
              help="Share of directors among your postings, for probabilities that fit them.")  # fmt: skip
@model_option
@click.option("--force", is_flag=True, help="Overwrite a report that exists.")
@click.option("--limit", metavar="N", type=click.IntRange(min=1), help="Stop after N records of each input.")
def drift(
    old: str,
    new: str,
    outputs: tuple[str, ...],
    to: str | None,
    fail_on: tuple[str, ...],
    from_: str | None,
    title_col: str | None,
    description_col: str | None,
    company_col: str | None,
    table: str | None,
    encoding: str,
    delimiter: str | None,
    prior: float | None,
    model: Path | None,
    force: bool,
    limit: int | None,
) -> None:
    """Show what has moved from OLD postings to NEW ones.

    OLD and NEW are anything that `classify` reads. Compared are the levels, the texts without a verdict, the
    distribution of both scores, the words that the model does not know, and the traits. Moved is what moved
    farther than chance carries it, and far enough to matter. Like `diff`, exits with 0 if nothing moved,
    and with 1 if anything did or records could not be read. Too few to tell is 0 as well, unless you name it.

    \b
    Examples:
      postclass drift 2025.parquet 2026.parquet
      postclass drift last-month.csv this-month.csv -o drift.html --fail-on scores
    """
    from postclass.drift import drift as compare
    from postclass.modelfile import load_model
    from postclass.overlap import check_outputs
    from postclass.report.auditfile import target_of
    from postclass.sources import SourceSettings, open_source

    if old == new == "-":
        raise InputError("only one of OLD and NEW can be stdin; name a file for the other")
    targets = [target_of(output, to=to, force=force, formats=FORMATS) for output in outputs]
    check_outputs([target.path for target in targets], reads=[old, new], model=model)
    reading = SourceSettings(
        format=from_, title_col=title_col, description_col=description_col, company_col=company_col, table=table,
        encoding=encoding, delimiter=delimiter, limit=limit,
    )  # fmt: skip
    loaded = load_model(model)
    with ExitStack() as stack:  # both are opened before any work begins
        sources = [stack.enter_context(open_source(path, settings=reading)) for path in (old, new)]
        portraits = [_portray(source, loaded, prior) for source in sources]
    made = compare(portraits[0], portraits[1], loaded, names=(sources[0].name, sources[1].name), prior=prior)
    quiet = any(target.path is None for target in targets)
    _write(made, targets)
    for line in _closing(made):
        click.echo(line, err=quiet)
    found = {*made.moved, *([_TOO_FEW] if made.too_few else [])}
    if made.old.rejected or made.new.rejected or found & set(fail_on or KINDS):
        raise click.exceptions.Exit(EXIT_FINDINGS)


def _portray(source: "Source", model: "Model", prior: float | None) -> "Portrait":
    from postclass.drift import portray

    with Progress(source, shown=sys.stderr.isatty()) as progress:
        return portray(source.chunks(), model, prior=prior, progress=progress.show)


def _write(made: "Drift", targets: "Sequence[Target]") -> None:
    from postclass.report.auditfile import write_report
    from postclass.report.driftpage import render_drift, render_json
    from postclass.traits import load_traits

    for target in targets:
        text = render_json(made) if target.format == "json" else render_drift(made, load_traits())
        write_report(text.encode("utf-8", "backslashreplace"), target)


def _closing(made: "Drift") -> Iterator[str]:
    """What the comparison comes to, and why records could not be read."""
    from postclass.report.driftwords import drift_words
    from postclass.report.words import visible
    from postclass.traits import load_traits

    yield from map(visible, drift_words(made, load_traits()))
    for side in (made.old, made.new):
        for reason, count in sorted(side.rejections.items(), key=lambda item: -item[1])[:_REASONS_SHOWN]:
            yield visible(f"Not read in {side.name}: {count:,}: {reason}")
