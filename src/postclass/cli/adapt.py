"""`postclass adapt`: a model and an employer's own labels in, a model of their own out."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from postclass.cli.data import FILE
from postclass.cli.numbers import SHARE_OR_ALL

_ROWS = {"macro_f1": "macro-F1", "right": "right at p > 0.5", "log_loss": "log-loss"}


@click.command()
@click.option("--postings", required=True, type=FILE, help="The postings that are labelled: Parquet or JSONL.")
@click.option(
    "--labels",
    required=True,
    multiple=True,
    type=FILE,
    help="Labels by id, JSONL, in the guide's format; a level alone will do. Several files may be given.",
)
@click.option("--model", "base", type=FILE, help="The model to begin with; by itself the shipped one.")
@click.option("-o", "--output", required=True, type=FILE, help="The model directory to make.")
@click.option(
    "--max-drift",
    type=SHARE_OR_ALL,
    default=0.01,
    show_default=True,
    help="How much macro-F1 on general postings may be lost; 1 lets a ladder of one's own go its way.",
)
@click.option(
    "--rungs",
    help="The rungs of your ladder, lowest first, by commas, where labels have a `rung`: apm,pm,senior,director.",
)
@click.option(
    "--traits", type=FILE, help="Your own traits, TOML like `data/traits.toml`: new ones, or other words for ours."
)
@click.option("--force", is_flag=True, help="Replace a model that stands there.")
def adapt(
    postings: Path,
    labels: tuple[Path, ...],
    base: Path | None,
    output: Path,
    max_drift: float,
    rungs: str | None,
    traits: Path | None,
    force: bool,
) -> None:
    """Adapt a model to your own ladder with some tens of labels, without its training text.

    The model stays as it is where the labels do not show that a change is better.

    \b
    Example:
      postclass adapt --postings postings.jsonl --labels mine.jsonl -o models/mine
    """
    from postclass.adapting import adapt as make
    from postclass.overlap import check_model_output, model_files

    check_model_output(output, reads=[postings, *labels, traits, *model_files(base)])
    names = [name.strip() for name in rungs.split(",")] if rungs else []
    made = make(
        postings=postings,
        labels=labels,
        base=base,
        output=output,
        rungs=names,
        traits=traits,
        max_drift=max_drift,
        force=force,
    )
    click.echo(table(made.figures))
    if "rungs" in made.figures:
        click.echo("\n" + rung_table(made.figures["rungs"]))
    for key, found in made.figures.get("traits", {}).items():
        click.echo(f"Trait {key}: {found['postings']} postings have it; F1 {found['f1']:.3f} out of fold.", err=True)
    click.echo(told(made.figures), err=True)
    click.echo(
        f"The model is in {output}; `postclass model diff BEFORE {output} --postings FILE` shows the verdicts that "
        "change.",
        err=True,
    )


def table(figures: Mapping[str, Any]) -> str:
    """The figures before and after, out of fold, as a Markdown table."""
    lines = ["| out of fold | before | after | difference |", "|---|---|---|---|"]
    for key, name in _ROWS.items():
        cells = [_cell(figures[key][column], signed=column == "difference") for column in _COLUMNS]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def rung_table(figures: Mapping[str, Any]) -> str:
    """The figures of the scale out of fold, beside the commonest rung, as a Markdown table."""
    lines = ["| rungs, out of fold | exact | within one | quadratic kappa |", "|---|---|---|---|"]
    for key, name in (("scale", "scale"), ("commonest", "always the commonest")):
        cells = [f"{figures[key][column]:.3f}" for column in ("exact", "within_one", "quadratic_kappa")]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


_COLUMNS = ("before", "after", "difference")


def _cell(figure: list[float | None], *, signed: bool) -> str:
    value, low, high = figure
    if value is None:
        return "–"
    form = "+.3f" if signed else ".3f"
    return f"{value:{form}}" + ("" if low is None else f" ({low:{form}} to {high:{form}})")


def told(figures: Mapping[str, Any]) -> str:
    """What was done, in a sentence or two."""
    labels, general = figures["labels"], figures["general"]
    count = f"{labels['director']} director and {labels['pm']} pm labels"
    if figures["strength"] is None:
        why = (
            "what they ask for would cost too much on general postings (--max-drift)"
            if figures["held_back"]
            else "no change is surely better out of fold"
        )
        return f"{count}: the model stays as it is, since {why}."
    held = "; held back by --max-drift" if figures["held_back"] else ""
    return (
        f"{count}: adapted with a prior of strength {figures['strength']:g}{held}. {general['postings']} general "
        f"postings: macro-F1 {general['macro_f1_before']:.3f} before, {general['macro_f1_after']:.3f} after."
    )
