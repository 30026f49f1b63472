"""`postclass model`: what a model is made of, and which verdicts another one would change."""

import itertools
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from postclass.judge import Model
    from postclass.posting import Posting, Rejection
    from postclass.verdict import Verdict

_FORMAT = click.option(
    "--format", "style", type=click.Choice(["text", "json"]), default="text", show_default=True, help="Output."
)


@click.group()
def model() -> None:
    """Look into a model, or compare two.

    \b
    Example:
      postclass model show
    """


@model.command()
@click.argument("directory", required=False, type=click.Path(path_type=Path))
@_FORMAT
def show(directory: Path | None, style: str) -> None:
    """Show a model's manifest: files and hashes, versions, training data and metrics.

    DIRECTORY is a model; without it the shipped one is shown. Its files are checked against their hashes.
    The manifest's own SHA-256, shown last, is what --expect-sha256 takes.

    \b
    Example:
      postclass model show models/product-roles
    """
    from postclass.modelfile import load_model, manifest_digest
    from postclass.report.words import json_text

    manifest = load_model(directory).manifest
    if style == "json":
        click.echo(json_text(manifest).encode())
    else:
        click.echo("\n".join(outline({**manifest, "sha256 of the manifest": manifest_digest(directory)})))


def outline(value: Mapping[str, object], indent: str = "") -> Iterator[str]:
    """Nested mappings as indented lines `key: value`, lists on one line; nothing in them commands a terminal."""
    from postclass.report.words import visible

    for key, item in value.items():
        name = click.style(visible(str(key)), bold=not indent)
        if isinstance(item, Mapping):
            yield f"{indent}{name}"
            yield from outline(item, f"{indent}  ")
        elif isinstance(item, list):
            yield f"{indent}{name}: {visible(', '.join(map(str, item)))}"
        else:
            yield f"{indent}{name}: {visible(str(item))}"


@model.command()
@click.argument("before", type=click.Path(path_type=Path))
@click.argument("after", type=click.Path(path_type=Path))
@click.option("--postings", required=True, type=click.Path(), help="Postings to judge, as for `classify`; - is stdin.")
@click.option("--from", "from_format", help="The format of the postings, where the suffix does not tell.")
@click.option("--title-col", help="The column of titles.")
@click.option("--description-col", help="The column of descriptions.")
@click.option("--id-col", help="The column of ids.")
@_FORMAT
def diff(
    before: Path,
    after: Path,
    postings: str,
    from_format: str | None,
    title_col: str | None,
    description_col: str | None,
    id_col: str | None,
    style: str,
) -> None:
    """Show the verdicts that would change from model BEFORE to model AFTER.

    \b
    Example:
      postclass model diff old-model models/product-roles --postings postings.csv
    """
    from postclass.modelfile import load_model
    from postclass.sources import SourceSettings, open_source

    models = load_model(before), load_model(after)
    settings = SourceSettings(format=from_format, title_col=title_col, description_col=description_col, id_col=id_col)
    tally: Counter[str] = Counter()
    with open_source(postings, settings=settings) as source:
        for old, new in changes(models, source, tally):
            click.echo(_json_change(old, new) if style == "json" else _text_change(old, new))
    click.echo(_summary(tally), err=style == "json")


def changes(
    models: "tuple[Model, Model]", records: "Iterable[Posting | Rejection]", tally: Counter[str]
) -> "Iterator[tuple[Verdict, Verdict]]":
    """Each pair of verdicts whose levels differ; `tally` counts what was judged, rejected and changed."""
    from postclass.judge import JudgeSettings
    from postclass.posting import Posting

    def readable() -> "Iterator[Posting]":
        for record in records:
            tally["judged" if isinstance(record, Posting) else "rejected"] += 1
            if isinstance(record, Posting):
                yield record

    settings = JudgeSettings(explain="none")
    old_postings, new_postings = itertools.tee(readable())
    old_verdicts = models[0].judge(old_postings, settings=settings)
    for old, new in zip(old_verdicts, models[1].judge(new_postings, settings=settings), strict=True):
        if old.level != new.level:
            tally[f"{old.level} → {new.level}"] += 1
            yield old, new


def _json_change(old: "Verdict", new: "Verdict") -> bytes:
    change = {
        "row": old.row,
        "id": old.id,
        "title": old.title,
        "before": {"level": old.level, "p_director": old.p_director},
        "after": {"level": new.level, "p_director": new.p_director},
    }
    return json.dumps(change).encode()


def _text_change(old: "Verdict", new: "Verdict") -> str:
    from postclass.report.words import one_line

    who = one_line(" · ".join(part for part in (old.id, old.title) if part))
    return f"{old.row}\t{_said(old)} → {_said(new)}\t{who}"


def _said(verdict: "Verdict") -> str:
    return verdict.level if verdict.p_director is None else f"{verdict.level} {verdict.p_director:.2f}"


def _summary(tally: Counter[str]) -> str:
    moved = {name: number for name, number in tally.most_common() if name not in {"judged", "rejected"}}
    parts = [f"{sum(moved.values())} of {tally['judged']} verdicts change"]
    if tally["rejected"]:
        parts.append(f"{tally['rejected']} {'record' if tally['rejected'] == 1 else 'records'} could not be read")
    return "; ".join(parts + [f"{name}: {number}" for name, number in moved.items()])
