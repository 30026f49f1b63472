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
    return "\n".join([HEAD, *_sections(main, _context(main, "postclass", None))])


def _context(command: click.Command, name: str, parent: click.Context | None) -> click.Context:
    return click.Context(command, parent, name, terminal_width=WIDTH, **command.context_settings)


def _sections(command: click.Command, context: click.Context) -> Iterator[str]:
    """A heading and the help of the command, then those of its subcommands."""
    yield f"## `{context.command_path}`\n\n```text\n{command.get_help(context)}\n```\n"
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            sub = command.get_command(context, name)
            if sub is not None:
                yield from _sections(sub, _context(sub, name, context))


if __name__ == "__main__":
    TARGET.write_text(reference(), encoding="utf-8")
