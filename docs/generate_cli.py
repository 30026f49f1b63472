"""The command-line reference: the commands' own help in, `docs/cli.md` out (`python docs/generate_cli.py`)."""

from collections.abc import Iterator
from pathlib import Path

import click

from postclass.cli import main

TARGET = Path(__file__).with_name("cli.md")
HEAD = """# Commands

Made from the commands' own help by `python docs/generate_cli.py`.
"""
WIDTH = 100  # columns of the help, whatever the terminal's


def reference() -> str:
    """The whole page."""
    return "\n".join([HEAD, *_sections(main, click.Context(main, info_name="postclass", max_content_width=WIDTH))])


def _sections(command: click.Command, context: click.Context) -> Iterator[str]:
    """A heading and the help of the command, then those of its subcommands."""
    context.terminal_width = WIDTH
    yield f"## `{context.command_path}`\n\n```text\n{command.get_help(context)}\n```\n"
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            sub = command.get_command(context, name)
            if sub is not None:
                yield from _sections(sub, click.Context(sub, info_name=name, parent=context))


if __name__ == "__main__":
    TARGET.write_text(reference(), encoding="utf-8")
