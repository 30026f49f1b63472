"""The options of the commands that judge with a model: which one, and whether it is the one that was meant."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click


def _expect(context: click.Context, _: click.Parameter, expected: str | None) -> None:
    """Refuses the model that was asked for where its manifest is another one."""
    if expected is not None:
        from postclass.modelfile import SHIPPED, expect_digest, manifest_digest

        model: Path | None = context.params.get("model")
        expect_digest(model or Path(SHIPPED), manifest_digest(model), expected)


_OPTIONS = (
    # eager: it must be known, wherever it stands, before it is held against the hash
    click.option(
        "--model",
        is_eager=True,
        type=click.Path(path_type=Path),
        help="A model directory instead of the shipped one.",
    ),
    click.option(
        "--expect-sha256",
        metavar="HEX",
        expose_value=False,
        callback=_expect,
        help="Refuse a model whose manifest has another SHA-256 than this; `model show` tells it.",
    ),
)


def model_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options that name its model."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command
