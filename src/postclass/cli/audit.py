"""`postclass audit`: files of postings in, what their titles claim held against what their texts show out."""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from postclass.cli.modeloption import model_option
from postclass.cli.numbers import SHARE
from postclass.cli.progress import Progress
from postclass.errors import EXIT_FINDINGS, InputError
from postclass.finding import KINDS

if TYPE_CHECKING:
    from postclass.audit import Ignored
    from postclass.finding import Audit, Finding
    from postclass.traits import Trait

IGNORE_FILE = ".postclassignore"
_SHOWN = 20  # findings on the terminal; a report holds them all
_MOST_IGNORED = 4 * 2**20  # characters: some 50,000 lines, more than anybody sets aside


@click.command()
@click.argument("sources", metavar="INPUT...", nargs=-1, required=True, type=str)
@click.option("-o", "--output", "outputs", metavar="OUTPUT", multiple=True, help="Report: .html, .csv, .xlsx, "
              ".json, .sarif; `github` for annotations, - for stdout. May be given several times.")  # fmt: skip
@click.option("--to", metavar="FORMAT", help="Format of the report when the name does not tell.")
@click.option("--fail-on", type=click.Choice([*KINDS, "mismatch"]), multiple=True, help="Exit with 1 if there is "
              "such a finding that is not ignored; mismatch is either way. May be given several times.")  # fmt: skip
@click.option("--target", type=click.Choice(["director", "pm"]), help="Tell how to rewrite for this level only.")
@click.option("--ignore-file", metavar="PATH", type=click.Path(path_type=Path), help="Findings to set aside: a "
              f"line is a pattern of ids or paths, then kinds. By itself {IGNORE_FILE}, where it is.")  # fmt: skip
@click.option("--told", metavar="N", type=click.IntRange(min=0), help="Postings told in full, mismatches first. "
              "By itself up to 1,500 mismatches and undecided ones, and 300 others.")  # fmt: skip
@click.option("--from", "from_", metavar="FORMAT", help="Input format when the name does not tell, as of classify.")
@click.option("--title-col", metavar="NAME", help="Column of the title.")
@click.option("--description-col", metavar="NAME", help="Column of the description.")
@click.option("--id-col", metavar="NAME", help="Column of the id.")
@click.option("--company-col", metavar="NAME", help="Column of the company.")
@click.option("--department-col", metavar="NAME", help="Column of the department.")
@click.option("--seniority-col", metavar="NAME", help="Column of the seniority that a job board gave.")
@click.option("--table", metavar="NAME", help="Table of a SQLite database, or sheet of a workbook.")
@click.option("--encoding", default="utf-8", show_default=True, help="Encoding of a text input.")
@click.option("--delimiter", metavar="CHAR", help="Of CSV: one character, or tab.")
@click.option("--prior", type=SHARE,
              help="Share of directors among your postings, for probabilities that fit them.")  # fmt: skip
@model_option
@click.option("--force", is_flag=True, help="Overwrite a report that exists.")
@click.option("--limit", metavar="N", type=click.IntRange(min=1), help="Stop after N records of each input.")
def audit(
    sources: tuple[str, ...],
    outputs: tuple[str, ...],
    to: str | None,
    fail_on: tuple[str, ...],
    target: Literal["director", "pm"] | None,
    ignore_file: Path | None,
    told: int | None,
    from_: str | None,
    title_col: str | None,
    description_col: str | None,
    id_col: str | None,
    company_col: str | None,
    department_col: str | None,
    seniority_col: str | None,
    table: str | None,
    encoding: str,
    delimiter: str | None,
    prior: float | None,
    model: Path | None,
    force: bool,
    limit: int | None,
) -> None:
    """Hold the titles of postings against their texts.

    INPUT is anything that `classify` reads, a directory of Markdown, text or HTML files, or such files themselves.
    For every posting: the level its title claims, the level its text shows, and whether the two agree: inflated (the
    title claims more), deflated (it claims less), consistent, undecided or out_of_scope. Without -o a summary is shown.

    \b
    Examples:
      postclass audit postings.csv -o audit.html
      postclass audit postings.jsonl -o audit.xlsx -o audit.json
      postclass audit jobs/ -o github --fail-on inflated
    """
    from postclass.audit import AuditSettings
    from postclass.audit import audit as run
    from postclass.dossier import SIDES
    from postclass.inputs import Inputs
    from postclass.modelfile import load_model
    from postclass.overlap import check_outputs
    from postclass.report.auditfile import target_of, write_audit
    from postclass.sources import SourceSettings

    targets = [target_of(output, to=to, force=force) for output in outputs]
    ignore_file = ignore_file or (Path(IGNORE_FILE) if Path(IGNORE_FILE).is_file() else None)
    check_outputs([one.path for one in targets], reads=[*sources, ignore_file], model=model)
    reading = SourceSettings(
        format=from_, title_col=title_col, description_col=description_col, id_col=id_col, company_col=company_col,
        department_col=department_col, seniority_col=seniority_col, about=True, table=table, encoding=encoding,
        delimiter=delimiter, limit=limit,
    )  # fmt: skip
    settings = AuditSettings(
        prior=prior, targets=SIDES if target is None else (target,), told=told, ignore=_ignored(ignore_file)
    )
    with Inputs(sources, settings=reading) as records, Progress(records, shown=sys.stderr.isatty()) as progress:
        judge = load_model(model)
        made = run(records, judge, source=", ".join(sources), settings=settings, progress=progress.show)
        made = replace(made, hints=records.hints())
    for one in targets:
        write_audit(made, judge.traits, one)
    quiet = any(one.path is None for one in targets)
    for line in _closing(made, judge.traits, listed=not targets):
        click.echo(line, err=quiet)
    if made.rejections or _failing(made, fail_on):
        raise click.exceptions.Exit(EXIT_FINDINGS)


def _ignored(path: Path | None) -> "tuple[Ignored, ...]":
    """The lines of the ignore file."""
    from postclass.audit import read_ignored

    if path is None:
        return ()
    try:
        with path.open(encoding="utf-8") as stream:
            lines = stream.read(_MOST_IGNORED + 1)
    except (OSError, UnicodeError) as error:
        raise InputError(f"{path}: can't be read: {getattr(error, 'strerror', None) or 'not UTF-8 text'}.") from error
    if len(lines) > _MOST_IGNORED:
        raise InputError(f"{path}: holds more than {_MOST_IGNORED:,} characters, so no lines of findings to set aside.")
    return read_ignored(lines, name=str(path))


def _failing(made: "Audit", fail_on: tuple[str, ...]) -> bool:
    kinds = {kind for name in fail_on for kind in (("inflated", "deflated") if name == "mismatch" else (name,))}
    return any(finding.kind in kinds and not finding.ignored for finding in made.findings)


def _closing(made: "Audit", traits: "Sequence[Trait]", *, listed: bool) -> Iterator[str]:
    """What the audit comes to, and without a report the findings themselves."""
    from postclass.report.auditwords import TRUTH, summary_words
    from postclass.report.words import one_line

    yield from (one_line(line) for line in summary_words(made))
    yield from (f"Note: {one_line(hint)}" for hint in made.hints)
    if not listed:
        return
    mismatches = sorted(
        (finding for finding in made.findings if finding.kind in {"inflated", "deflated"} and not finding.ignored),
        key=lambda finding: -(finding.probability or 0.0),
    )
    for finding in mismatches[:_SHOWN]:
        yield ""
        yield from _told(finding, traits)
    if len(mismatches) > _SHOWN:
        yield ""
        yield f"… and {len(mismatches) - _SHOWN:,} more; a report has them all: -o audit.html"
    if mismatches:
        yield ""
        yield TRUTH
    for rejection in made.rejections[:_SHOWN]:
        yield one_line(f"Not read: row {rejection.row} ({rejection.where}): {rejection.reason}")


def _told(finding: "Finding", traits: "Sequence[Trait]") -> Iterator[str]:
    from postclass.report.auditwords import TRUTH, advice, headline
    from postclass.report.words import one_line

    named = ", ".join(
        filter(None, (finding.title, finding.company, finding.path if finding.line else f"row {finding.row}"))
    )
    yield one_line(named)
    sentences = (headline(finding), *advice(finding, {trait.key: trait for trait in traits}))
    yield from (f"  {one_line(sentence)}" for sentence in sentences if sentence != TRUTH)
