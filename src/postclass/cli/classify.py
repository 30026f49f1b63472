"""`postclass classify`: a file of postings in, a verdict for each of them out, to a file or as a table to read."""

import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

import click

from postclass.cli.table import Table
from postclass.errors import EXIT_FINDINGS
from postclass.report.words import one_line
from postclass.verdict import LEVELS, Explain

if TYPE_CHECKING:
    from postclass.batch import Summary
    from postclass.sources import Source

_REDRAWS = 0.2  # seconds between two states of the progress line; more often flickers and costs time
_REASONS_SHOWN = 5


@click.command()
@click.argument("source", metavar="INPUT", type=str)
@click.option("-o", "--output", metavar="OUTPUT", help="File to write, or - for JSON lines on stdout; none: a table.")
@click.option("--from", "from_", metavar="FORMAT", help="Input format when the name does not tell: csv, jsonl, json, "
              "parquet, sqlite, jsonld, html.")  # fmt: skip
@click.option("--to", metavar="FORMAT", help="Output format when the name does not tell: csv, jsonl, json, parquet.")
@click.option("--title-col", metavar="NAME", help="Column of the title.")
@click.option("--description-col", metavar="NAME", help="Column of the description, the only one that is needed.")
@click.option("--id-col", metavar="NAME", help="Column of the id.")
@click.option("--company-col", metavar="NAME", help="Column of the company.")
@click.option("--table", metavar="NAME", help="Table of a SQLite database.")
@click.option("--encoding", default="utf-8", show_default=True, help="Encoding of a text input.")
@click.option("--delimiter", metavar="CHAR", help="Of CSV: one character, or tab. By itself , ; or tab, by the header.")
@click.option("--explain", type=click.Choice(["none", "terms", "full"]), default="terms", show_default=True,
              help="What a verdict tells: level and probabilities; traits and terms too; every reason.")  # fmt: skip
@click.option("--prior", type=click.FloatRange(0, 1, min_open=True, max_open=True),
              help="Share of directors among your postings, for probabilities that fit them.")  # fmt: skip
@click.option("--model", type=click.Path(path_type=Path), help="A model directory instead of the shipped one.")
@click.option("--rejects", metavar="PATH", help="File for records that can't be read, or - for stderr "
              "[default: OUTPUT.rejects.jsonl].")  # fmt: skip
@click.option("--raw-csv", is_flag=True, help="Don't guard CSV cells that a spreadsheet would run as formulas.")
@click.option("--force", is_flag=True, help="Overwrite an output that exists.")
@click.option("--limit", metavar="N", type=click.IntRange(min=1), help="Stop after N records.")
def classify(
    source: str,
    output: str | None,
    from_: str | None,
    to: str | None,
    title_col: str | None,
    description_col: str | None,
    id_col: str | None,
    company_col: str | None,
    table: str | None,
    encoding: str,
    delimiter: str | None,
    explain: Explain,
    prior: float | None,
    model: Path | None,
    rejects: str | None,
    raw_csv: bool,
    force: bool,
    limit: int | None,
) -> None:
    """Judge every posting of a file.

    INPUT is .csv, .jsonl, .ndjson, .json, .parquet, a SQLite database, a JSON-LD document or web page, or - for stdin;
    .gz is unpacked. Its columns are found by their usual names. OUTPUT is .csv, .jsonl, .ndjson, .json, .parquet or -.

    \b
    Examples:
      postclass classify postings.csv
      postclass classify postings.jsonl.gz -o verdicts.parquet
      cat jobs.json | postclass classify - --from json -o - | jq .level
    """
    from postclass.batch import classify as run
    from postclass.judge import JudgeSettings
    from postclass.modelfile import load_model
    from postclass.sinks import SinkSettings, open_sink
    from postclass.sources import SourceSettings, open_source
    from postclass.traits import load_traits

    reading = SourceSettings(
        format=from_, title_col=title_col, description_col=description_col, id_col=id_col, company_col=company_col,
        table=table, encoding=encoding, delimiter=delimiter, limit=limit,
    )  # fmt: skip
    writing = SinkSettings(format=to, explain=explain, raw_csv=raw_csv, force=force, rejects=rejects, source=source)
    if output is None and (to or rejects or raw_csv or force):
        raise click.UsageError("--to, --rejects, --raw-csv and --force need an output; name it with -o.")
    detail: Explain = "full" if output is None else explain  # a table shows the strongest reasons
    with ExitStack() as stack:
        postings = stack.enter_context(open_source(source, settings=reading))
        sink = Table(load_traits()) if output is None else stack.enter_context(open_sink(output, settings=writing))
        judge = load_model(model)
        progress = stack.enter_context(Progress(postings, shown=output not in {None, "-"} and sys.stderr.isatty()))
        told = JudgeSettings(explain=detail, prior=prior)
        summary = run(postings, sink, judge, settings=told, progress=progress.show)
    for line in summary_lines(summary):
        click.echo(line, err=True)
    if summary.rejected:
        raise click.exceptions.Exit(EXIT_FINDINGS)


class Progress:
    """A line on stderr that says how far a source has been read, how fast and how long it will take."""

    def __init__(self, source: "Source", *, shown: bool) -> None:
        self._source, self._shown = source, shown
        self._start = self._last = time.monotonic()

    def show(self, done: int) -> None:
        """Redraw the line, at most a few times a second."""
        now = time.monotonic()
        if self._shown and now - self._last >= _REDRAWS:
            self._last = now
            line = progress_line(done, seconds=now - self._start, fraction=self._source.fraction())
            click.echo(f"\r{line}\x1b[K", nl=False, err=True, color=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._shown:
            click.echo("\r\x1b[K", nl=False, err=True, color=True)


def progress_line(done: int, *, seconds: float, fraction: float | None) -> str:
    """Records done, seconds taken and the share of the input read in, the line for people out."""
    line = f"{done:,} records, {done / max(seconds, 1e-9):,.0f}/s"
    if not fraction:
        return line
    left = round(seconds * (1 - fraction) / fraction)
    return f"{fraction:4.0%}  {line}, {left // 60}:{left % 60:02} left"


def summary_lines(summary: "Summary") -> Iterator[str]:
    """A summary in, the closing lines for people out."""
    counts = [f"{summary.levels[level]:,} {level}" for level in LEVELS if level in summary.levels]
    if summary.rejected:
        counts.append(f"{summary.rejected:,} rejected")
    records = "1 record" if summary.rows == 1 else f"{summary.rows:,} records"
    what = ", ".join(counts)
    yield f"{records} in {summary.seconds:,.1f} s ({summary.rate:,.0f}/s){': ' if what else ''}{what}"
    if summary.notes:
        notes = sorted(summary.notes.items(), key=lambda item: -item[1])
        yield f"Notes: {', '.join(f'{count:,} {note}' for note, count in notes)}"
    for reason, count in sorted(summary.rejections.items(), key=lambda item: -item[1])[:_REASONS_SHOWN]:
        yield f"Rejected: {count:,}: {one_line(reason)}"
