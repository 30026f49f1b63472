"""`postclass label convert`: postings and labels in, another tool's tasks out; its export in, labels out."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from postclass.cli.label_queue import tell_rejected
from postclass.errors import EXIT_FINDINGS, InputError, RecordError

if TYPE_CHECKING:
    from postclass.posting import Rejection

_TOOLS = ("label-studio", "doccano")


@click.command()
@click.argument("source", metavar="INPUT")
@click.option("--to", "to", type=click.Choice([*_TOOLS, "labels"]), required=True, help="What to write: tasks of a "
              "tool, or labels from its export.")  # fmt: skip
@click.option("--from", "from_", type=click.Choice(_TOOLS), help="The tool that INPUT comes from, with --to labels; by "
              "itself doccano for .jsonl, Label Studio for .json.")  # fmt: skip
@click.option("-o", "--output", default="-", show_default=True, help="File to write; - for stdout.")
@click.option("--labels", type=click.Path(path_type=Path), help="Labels that the tasks begin with.")
@click.option("--queue", type=click.Path(path_type=Path), help="Only the postings of `label queue`, in its order.")
@click.option("--as", "kind", type=click.Choice(["annotations", "predictions"]), default="annotations",
              show_default=True, help="What the labels become in Label Studio.")  # fmt: skip
@click.option("--config", type=click.Path(path_type=Path), help="Write Label Studio's labelling set-up here too.")
@click.option("--traits", type=click.Path(path_type=Path), help="A traits.toml of your own.")
@click.option("--force", is_flag=True, help="Overwrite outputs that exist.")
def convert(
    source: str,
    to: str,
    from_: str | None,
    output: str,
    labels: Path | None,
    queue: Path | None,
    kind: str,
    config: Path | None,
    traits: Path | None,
    force: bool,
) -> None:
    """Take postings to Label Studio or doccano, and labels back.

    With --to label-studio or doccano INPUT is a file of postings: each a task whose text is its lines as labels
    count them. With --to labels it is the tool's export (JSON, JSONL); a mark on a part of a line counts for it.

    \b
    Examples:
      postclass label convert postings.csv --to label-studio -o tasks.json --config config.xml
      postclass label convert export.json --to labels -o labels.jsonl
    """
    from postclass.labelling.output import write_bytes
    from postclass.labels import to_bytes
    from postclass.overlap import check_outputs
    from postclass.traits import load_traits, read_traits

    check_outputs([output, config], reads=[source, labels, queue, traits])
    known = load_traits() if traits is None else read_traits(traits)
    keys = [trait.key for trait in known]
    if to == "labels":
        from postclass.labelling.doccano import from_doccano
        from postclass.labelling.studio import from_studio

        reader = from_doccano if (from_ or _guess(source)) == "doccano" else from_studio
        try:
            found = list(reader(_content(source), keys=keys))
        except RecordError as error:
            raise InputError(f"{source}, {error}") from error
        made = [label for label in found if label is not None]
        _once(source, [label.id for label in made])
        write_bytes(to_bytes(made), output, force=force, sources=(source,))
        click.echo(f"{len(found):,} tasks: {len(made):,} labels, {len(found) - len(made):,} without one", err=True)
        return
    data, tasks, rejections = _tasks(source, to, labels, queue, kind, keys)
    write_bytes(data, output, force=force, sources=(source,))
    if config is not None:
        from postclass.labelling.studio import config as set_up

        write_bytes(set_up(known), str(config), force=force)
    rejected = f", {len(rejections):,} records rejected" if rejections else ""
    click.echo(f"{tasks:,} tasks{rejected}", err=True)
    tell_rejected(rejections)
    if rejections:
        raise click.exceptions.Exit(EXIT_FINDINGS)


def _tasks(
    source: str, to: str, labels: Path | None, queue: Path | None, kind: str, keys: Sequence[str]
) -> "tuple[bytes, int, Sequence[Rejection]]":
    """The tasks of a file of postings, as the tool reads them, how many they are, and what is no posting."""
    from postclass.labelling.doccano import to_doccano
    from postclass.labelling.exchange import tasks_of
    from postclass.labelling.sheet import in_order, read_sheets, sizes
    from postclass.labelling.studio import to_studio
    from postclass.labels import beyond, read_labels, sound

    sheets, rejections = read_sheets(source)
    known = () if labels is None else read_labels(labels, traits=keys)
    given = () if not known else sound(known.labels, (*known.faults, *beyond(known, sizes(sheets))))
    tasks = tasks_of(sheets if queue is None else in_order(sheets, queue), given)
    if to == "doccano":
        return to_doccano(tasks), len(tasks), rejections
    data = to_studio(tasks, kind="predictions" if kind == "predictions" else "annotations")
    return data, len(tasks), rejections


def _guess(source: str) -> str:
    return "doccano" if source.casefold().endswith((".jsonl", ".ndjson")) else "label-studio"


def _content(source: str) -> bytes:
    try:
        return Path(source).read_bytes()
    except OSError as error:
        raise InputError(f"{source}: {error.strerror}; give a tool's export") from error


def _once(source: str, ids: Sequence[str]) -> None:
    doubled = sorted({name for name in ids if ids.count(name) > 1})
    if doubled:
        raise InputError(f"{source}: the posting {doubled[0]!r} was labelled twice; keep one of its tasks")
