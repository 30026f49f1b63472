"""`postclass label`: which postings to read first, marking them, checking labels, other tools' formats."""

import click

from postclass.cli.label_check import check
from postclass.cli.label_convert import convert
from postclass.cli.label_mark import mark
from postclass.cli.label_queue import queue


class _Label(click.Group):
    """A group whose first word may be a file, which is then marked."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that is named, or `mark` where a file is."""
        if args and args[0] not in self.commands and not args[0].startswith("-") and "." in args[0]:
            args = ["mark", *args]
        return super().resolve_command(ctx, args)


@click.group(cls=_Label)
def label() -> None:
    """Label postings of your own: which to read first, a view to mark them in, what looks wrong.

    `postclass label FILE` is short for `postclass label mark FILE`. See docs/labelling.md.

    \b
    Examples:
      postclass label queue postings.csv --n 40 -o queue.jsonl
      postclass label mark postings.csv --queue queue.jsonl -o labels.jsonl
      postclass label check labels.jsonl --postings postings.csv
    """


for command in (queue, mark, check, convert):
    label.add_command(command)
