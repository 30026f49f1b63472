"""`postclass label mark`: a file of postings in, a view to mark their level and traits in, labels out."""

import sys
from contextlib import suppress
from functools import cache
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import click

from postclass.cli.label_queue import tell_rejected
from postclass.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from postclass.labelling.marks import Marks
    from postclass.labelling.sheet import Sheet
    from postclass.labelling.suggestion import Suggestion
    from postclass.traits import Trait

MOST_TRAITS = 26  # small letters
NAMED = 10  # postings whose marks are lost that are named; of more the number is told


@click.command()
@click.argument("source", metavar="POSTINGS")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="File of the labels, made or gone on with; "
              "by itself POSTINGS with the ending .labels.jsonl.")  # fmt: skip
@click.option("--queue", type=click.Path(path_type=Path), help="Show the postings of `label queue`, in its order.")
@click.option("--browser", is_flag=True, help="Mark in the browser, on a page only this machine can reach.")
@click.option("--port", default=0, type=click.IntRange(0, 65535), help="Port of that page; by itself any free one.")
@click.option("--open/--no-open", "opens", default=True, help="Open the page in the browser.")
@click.option("--traits", type=click.Path(path_type=Path), help="A traits.toml of your own.")
@click.option("--model", type=click.Path(path_type=Path), help="Model of the suggestions instead of the shipped one.")
@click.option("--from", "from_", metavar="FORMAT", help="Input format when the name does not tell, as of classify.")
@click.option("--title-col", metavar="NAME", help="Column of the title.")
@click.option("--description-col", metavar="NAME", help="Column of the description.")
@click.option("--id-col", metavar="NAME", help="Column of the id.")
@click.option("--company-col", metavar="NAME", help="Column of the company.")
@click.option("--encoding", default="utf-8", show_default=True, help="Encoding of a text input.")
def mark(
    source: str,
    output: Path | None,
    queue: Path | None,
    browser: bool,
    port: int,
    opens: bool,
    traits: Path | None,
    model: Path | None,
    from_: str | None,
    title_col: str | None,
    description_col: str | None,
    id_col: str | None,
    company_col: str | None,
    encoding: str,
) -> None:
    """Mark postings: the level, how sure you are, and the lines that show each trait.

    Titles are hidden, as are the model's suggestions, so that neither leads you; a key shows them. An answer is saved
    at once when it has a level; marks without one are not, which you are told of. The next start goes on at the first
    posting without a level.

    \b
    Examples:
      postclass label mark postings.csv
      postclass label mark postings.csv --queue queue.jsonl -o labels.jsonl --browser
    """
    from postclass.labelling.marks import Marks
    from postclass.labelling.sheet import in_order, read_sheets
    from postclass.overlap import check_outputs
    from postclass.sources import SourceSettings
    from postclass.traits import load_traits, read_traits

    labels = _output(source, output)
    check_outputs([labels], reads=[source, queue, traits], model=model)
    known = load_traits() if traits is None else read_traits(traits)
    if len(known) > MOST_TRAITS:
        raise InputError(f"{traits}: {len(known)} traits; marking has a letter for each of {MOST_TRAITS} at most")
    settings = SourceSettings(
        format=from_, title_col=title_col, description_col=description_col, id_col=id_col, company_col=company_col,
        encoding=encoding,
    )  # fmt: skip
    sheets, rejections = read_sheets(source, settings=settings)
    if queue is not None:
        sheets = in_order(sheets, queue)
    if not sheets:
        raise InputError(f"{source}: there is no posting to mark")
    tell_rejected(rejections)
    marks = Marks(labels, sheets, keys=[trait.key for trait in known])
    suggest = _suggesting(model)
    if browser:
        _in_browser(marks, known, suggest, port=port, opens=opens)
    else:
        _in_terminal(marks, known, suggest)
    click.echo(f"{marks.done:,} of {len(sheets):,} postings have a level; the labels are in {marks.path}", err=True)
    _tell_lost(marks.drafts())


def _tell_lost(drafts: "Mapping[int, str]") -> None:
    """Which postings were marked without a level: the file holds nothing of that."""
    if drafts:
        named = ", ".join(f"{place} ({name})" for place, name in islice(drafts.items(), NAMED))
        more = f" and {len(drafts) - NAMED:,} more" if len(drafts) > NAMED else ""
        click.echo(f"{len(drafts):,} marked without a level, and not saved: posting {named}{more}", err=True)


def _output(source: str, output: Path | None) -> Path:
    if output is not None:
        return output
    if source == "-":
        raise InputError("postings from stdin: name the labels' file with -o")
    return Path(source).with_suffix(".labels.jsonl")


def _suggesting(model: Path | None) -> "Callable[[Sheet], Suggestion]":
    """What asks the model; it is loaded the first time that somebody wants a suggestion."""

    @cache
    def of(sheet: "Sheet") -> "Suggestion":
        from postclass.labelling.suggestion import suggest
        from postclass.modelfile import load_model

        return suggest(sheet, load_model(model))

    return of


def _in_terminal(marks: "Marks", traits: "Sequence[Trait]", suggest: "Callable[[Sheet], Suggestion]") -> None:
    from postclass.labelling.desk import Desk

    if sys.stdin is None or not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise InputError("marking needs a terminal; --browser shows a page instead")
    try:
        from postclass.labelling.terminal import mark as run
    except ImportError as error:
        raise InputError(f"marking in the terminal needs {error.name}: pip install 'postclass[label]'.") from error
    run(Desk(marks, traits, suggest=suggest))


def _in_browser(
    marks: "Marks", traits: "Sequence[Trait]", suggest: "Callable[[Sheet], Suggestion]", *, port: int, opens: bool
) -> None:
    try:
        from postclass.labelling.page import run
    except ImportError as error:
        raise InputError(f"marking in the browser needs {error.name}: pip install 'postclass[serve]'.") from error

    def ready(address: str) -> None:
        click.echo(f"Mark at {address} (Ctrl-C ends it); answers go to {marks.path}", err=True)
        if opens:
            click.launch(address)

    with suppress(KeyboardInterrupt):  # the usual end of it
        run(marks, traits, suggest, port=port, ready=ready)
