"""`postclass traits`: the role traits and the terms that speak for each of them most."""

import json
import shutil
import textwrap
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from postclass.cli.modeloption import model_option
from postclass.traits import SIDES, Trait, load_traits
from postclass.verdict import Term


@click.command()
@click.option(
    "--terms", type=click.IntRange(0, 1000), default=8, show_default=True, help="Terms shown a trait; 0 needs no model."
)
@click.option(
    "--format", "style", type=click.Choice(["text", "json"]), default="text", show_default=True, help="Output."
)
@model_option
def traits(terms: int, style: str, model: Path | None) -> None:
    """List the role traits, what each means, and the terms that speak for it most.

    \b
    Example:
      postclass traits --terms 12
    """
    shipped = load_traits()
    strongest = _strongest(shipped, terms, model)
    if style == "json":
        rows = [_record(trait, strongest[trait.key]) for trait in shipped]
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2).encode())
        return
    width = min(shutil.get_terminal_size().columns, 100)
    click.echo("\n".join(_lines(shipped, strongest, width)))


def _strongest(shipped: Sequence[Trait], number: int, model: Path | None) -> dict[str, tuple[Term, ...]]:
    """For each trait the terms with the largest weights in its head, largest first."""
    if not number:
        return {trait.key: () for trait in shipped}
    from postclass.modelfile import load_model

    judge = load_model(model)
    return {trait.key: judge.trait_terms(trait.key, number) for trait in shipped}


def _record(trait: Trait, terms: tuple[Term, ...]) -> dict[str, object]:
    return {
        "key": trait.key,
        "side": trait.side,
        "part": trait.part,
        "label": trait.label,
        "sentence": trait.sentence,
        "examples": list(trait.examples),
        "near_misses": list(trait.near_misses),
        "terms": [{"term": t.term, "weight": t.weight} for t in terms],
    }


def _lines(shipped: Sequence[Trait], strongest: dict[str, tuple[Term, ...]], width: int) -> Iterator[str]:
    from postclass.report.words import LEVEL_WORDS, begun

    for side in SIDES:
        yield click.style(f"{begun(LEVEL_WORDS[side])} work: the role …", bold=True)
        for trait in (t for t in shipped if t.side == side):
            yield ""
            label, key = (
                click.style(begun(trait.label), bold=True),
                click.style(f"{trait.key} · {trait.part}", dim=True),
            )
            yield f"  {label}  {key}"
            yield from textwrap.wrap(trait.sentence, width, initial_indent="    ", subsequent_indent="    ")
            if terms := ", ".join(t.term for t in strongest[trait.key]):
                yield from textwrap.wrap(f"terms: {terms}", width, initial_indent="    ", subsequent_indent="    ")
        yield ""
