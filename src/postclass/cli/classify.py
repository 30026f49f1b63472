"""`postclass classify`: a file of postings in, a verdict for each of them out, to a file or as a table to read."""

import sys
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from postclass.cli.closing import resumable, summary_lines
from postclass.cli.modeloption import model_option
from postclass.cli.numbers import SHARE, WORKERS
from postclass.cli.progress import Progress, say_if_compiling
from postclass.cli.table import Table
from postclass.errors import EXIT_FINDINGS
from postclass.report.words import one_line
from postclass.verdict import Explain

if TYPE_CHECKING:
    from postclass.batch import Input, Summary
    from postclass.engines.choice import EngineSettings, Kind
    from postclass.engines.task import Task
    from postclass.longrun import LongRun
    from postclass.sinks import SinkSettings
    from postclass.sources import Source

# Options that do not change what comes out of an input, so that a resumed run may have others.
_FREE = frozenset("source output model rejects force resume workers engine scheduler storage".split())


@click.command()
@click.argument("source", metavar="INPUT", type=str)
@click.option("-o", "--output", metavar="OUTPUT", help="File to write, or - for JSON lines on stdout; none: a table.")
@click.option("--from", "from_", metavar="FORMAT", help="Input format when the name does not tell: csv, jsonl, json, "
              "parquet, xlsx, sqlite, jsonld, html.")  # fmt: skip
@click.option("--to", metavar="FORMAT", help="Output format when the name does not tell: csv, jsonl, json, parquet, "
              "sqlite.")  # fmt: skip
@click.option("--title-col", metavar="NAME", help="Column of the title.")
@click.option("--description-col", metavar="NAME", help="Column of the description, the only one that is needed.")
@click.option("--id-col", metavar="NAME", help="Column of the id.")
@click.option("--company-col", metavar="NAME", help="Column of the company.")
@click.option("--table", metavar="NAME", help="Table of a SQLite database, or sheet of a workbook.")
@click.option("--encoding", default="utf-8", show_default=True, help="Encoding of a text input.")
@click.option("--delimiter", metavar="CHAR", help="Of CSV: one character, or tab. By itself , ; or tab, by the header.")
@click.option("--explain", type=click.Choice(["none", "terms", "full"]), default="terms", show_default=True,
              help="What a verdict tells: level and probabilities; traits and terms too; every reason.")  # fmt: skip
@click.option("--prior", type=SHARE,
              help="Share of directors among your postings, for probabilities that fit them.")  # fmt: skip
@model_option
@click.option("--rejects", metavar="PATH", help="File for records that can't be read, or - for stderr "
              "[default: OUTPUT.rejects.jsonl].")  # fmt: skip
@click.option("--raw-csv", is_flag=True, help="Don't guard CSV cells that a spreadsheet would run as formulas.")
@click.option("--partition-by", metavar="COLUMN", help="Write a folder, with a folder in it for each value: level.")
@click.option("--storage", is_flag=True, help="Take addresses such as s3://bucket/postings.parquet, through fsspec.")
@click.option("--force", is_flag=True, help="Overwrite an output that exists.")
@click.option("--limit", metavar="N", type=click.IntRange(min=1), help="Stop after N records.")
@click.option("--resume", is_flag=True, help="Go on with an interrupted run; do nothing where it is finished.")
@click.option("--workers", metavar="N", type=WORKERS, help="Processes that judge. By itself one, and up "
              "to eight, one a core, when a run takes longer than a few seconds.")  # fmt: skip
@click.option("--engine", type=click.Choice(["local", "dask"]), default="local", show_default=True,
              help="Where to judge: here, or on a Dask cluster.")  # fmt: skip
@click.option("--scheduler", metavar="ADDRESS", help="Of the Dask cluster, such as tcp://10.0.0.1:8786.")
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
    partition_by: str | None,
    storage: bool,
    force: bool,
    limit: int | None,
    resume: bool,
    workers: int | None,
    engine: "Kind",
    scheduler: str | None,
) -> None:
    """Judge every posting of a file.

    INPUT is .csv, .jsonl, .ndjson, .json, .parquet, .xlsx, a SQLite database, a JSON-LD document or web page, a folder
    or a pattern of such files, or - for stdin; .gz and .zst are unpacked. Its columns are found by their usual names.
    OUTPUT is .csv, .jsonl, .ndjson, .json (.gz and .zst are packed), .parquet, .sqlite, a folder/ of Parquet files,
    or -.

    \b
    Examples:
      postclass classify postings.csv
      postclass classify postings.jsonl.gz -o verdicts.parquet
      postclass classify postings.parquet -o verdicts.parquet --resume --workers 8
      cat jobs.json | postclass classify - --from json -o - | jq .level
    """
    from postclass.claim import claimed
    from postclass.engines.choice import EngineSettings
    from postclass.engines.task import Task
    from postclass.judge import JudgeSettings
    from postclass.longrun import open_run
    from postclass.modelfile import manifest_digest
    from postclass.overlap import check_outputs
    from postclass.sinks import SinkSettings
    from postclass.sources import SourceSettings, open_source

    if output is None and (to or rejects or raw_csv or force or partition_by):
        raise click.UsageError(
            "--to, --rejects, --raw-csv, --partition-by and --force need an output; name it with -o."
        )
    if (engine == "dask") is not bool(scheduler):
        raise click.UsageError("--engine dask and --scheduler ADDRESS need each other.")
    reading = SourceSettings(
        format=from_, title_col=title_col, description_col=description_col, id_col=id_col, company_col=company_col,
        table=table, encoding=encoding, delimiter=delimiter, limit=limit, storage=storage,
    )  # fmt: skip
    overwrite = force or resume  # whether `--resume` may is checked by the run
    writing = SinkSettings(
        format=to, explain=explain, raw_csv=raw_csv, force=overwrite, rejects=rejects, source=source,
        partition_by=partition_by, storage=storage,
    )  # fmt: skip
    check_outputs([output, rejects], reads=[source], model=model)
    detail: Explain = "full" if output is None else explain  # a table shows the strongest reasons
    task = Task(model, JudgeSettings(explain=detail, prior=prior), manifest_digest(model))
    options = _binding(click.get_current_context().params)
    with open_source(source, settings=reading) as postings:
        long = open_run(output, postings.paths, model=task.digest, settings=options, resume=resume, force=force)
        if long is not None and long.finished:
            with claimed(_files(output, long, writing)):
                long.tidy()
            click.echo(one_line(f"{output}: is finished; nothing is left to do."), err=True)
            return
        summary = _run(postings, output, writing, task, long, EngineSettings(engine, workers, scheduler))
    for line in summary_lines(summary):
        click.echo(line, err=True)
    if summary.rejected:
        raise click.exceptions.Exit(EXIT_FINDINGS)


def _run(
    postings: "Source",
    output: str | None,
    writing: "SinkSettings",
    task: "Task",
    long: "LongRun | None",
    where: "EngineSettings",
) -> "Summary":
    """Open everything, judge, and close everything: the output appears before the journal goes."""
    from postclass.batch import Ahead
    from postclass.batch import classify as run
    from postclass.claim import claimed
    from postclass.engines.choice import open_engine
    from postclass.engines.task import choose_way
    from postclass.sinks import open_sink
    from postclass.traits import load_traits

    records: Input = postings
    if long is None or not long.goes_on:
        records = ahead = Ahead(postings)
        task = replace(task, way=choose_way(ahead.rows, task.settings))
    else:
        task = replace(task, way=long.way)
    if long is not None:
        long.way = task.way
    if task.way == "compiled":
        say_if_compiling()
    with ExitStack() as stack:
        stack.enter_context(resumable(long))
        claim = stack.enter_context(claimed(_files(output, long, writing)))
        if long is not None:
            stack.enter_context(long)
        sink = Table(load_traits()) if output is None else stack.enter_context(open_sink(output, settings=writing))
        claim.hold()
        judge = stack.enter_context(open_engine(where, task, name=postings.name))
        progress = stack.enter_context(Progress(postings, shown=output not in {None, "-"} and sys.stderr.isatty()))
        return run(records, sink, judge, run=long, progress=progress.show)


def _files(output: str | None, long: "LongRun | None", writing: "SinkSettings") -> list[Path]:
    """The files that a run writes and puts in their places at the end."""
    from postclass.targets import find_target

    if long is None or output is None:
        return []
    rejects = find_target(output, writing).rejects
    return [*long.files, *([] if rejects is None or "://" in rejects else [Path(rejects)])]


def _binding(params: Mapping[str, Any]) -> dict[str, Any]:
    """The command's parameters in, those that change what comes out, by the names of their options, out."""
    return {f"{name.strip('_').replace('_', '-')}": value for name, value in params.items() if name not in _FREE}
