"""The types of options that are numbers: what is out of their range, or is none at all, is a mistake in usage."""

import math
from typing import Any

import click

MOST_WORKERS = 64  # each holds some 370 MB; a parent keeps about seven busy, see docs/scaling.md

WORKERS = click.IntRange(1, MOST_WORKERS)


class Share(click.FloatRange):
    """A share between 0 and 1; NaN, which compares as neither below nor above them, is refused too."""

    def __init__(self, *, ends: bool = False) -> None:
        super().__init__(0, 1, min_open=not ends, max_open=not ends)

    def convert(
        self,
        value: Any,  # noqa: ANN401 - click's signature
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> float:
        """The number, or click's error."""
        share = float(super().convert(value, param, ctx))
        if math.isnan(share):
            self.fail(f"{value} is not in the range {self._describe_range()}.", param, ctx)
        return share


SHARE = Share()  # without its ends: of directors among postings
SHARE_OR_ALL = Share(ends=True)
