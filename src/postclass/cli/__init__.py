"""The command line: arguments in, a command of its own file run, any failure out as one line and an exit code."""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from io import TextIOWrapper
from types import FrameType
from typing import Any

import click

from postclass import __version__
from postclass.errors import EXIT_BROKEN_PIPE, EXIT_INTERRUPTED, EXIT_IO, EXIT_TERMINATED, OutputError, PostclassError

# In the order of the help. A command's module is imported only when that command, or the list of all, is asked for.
COMMANDS = (
    "check", "classify", "schema", "audit", "drift", "serve", "label", "traits", "model", "train", "adapt", "evaluate",
    "export",
)  # fmt: skip

MOST_SHOWN = 2000  # characters of a message: it fills a terminal, and holds the longest that quotes nothing long

HELP = """Tell from the text of a job posting whether the role is director-level or PM-level product work, and why.

The claimed title never counts: postclass reads duties, authority and requirements.

\b
Examples:
  postclass check posting.txt
  postclass classify postings.csv -o verdicts.csv

\b
Exit codes: 0 done; 1 done, with rejected records or findings; 2 a mistake in usage,
input or model; 5 disk full, out of memory or another I/O error; 130, 141 and 143 for
Ctrl-C, a closed pipe and SIGTERM.

\b
Completion of commands and options (bash; `zsh_source` and `fish_source` too):
  eval "$(_POSTCLASS_COMPLETE=bash_source postclass)"
"""


class Commands(click.Group):
    """A group that imports a command's module late, and turns every failure into one line and an exit code."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """All command names, in the order of the help."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        """The command of that name, its module imported now; None where there is none."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = getattr(import_module(f"postclass.cli.{cmd_name}"), cmd_name)
        return command

    def make_context(self, *args: Any, **kwargs: Any) -> click.Context:  # noqa: ANN401 - handed on as they came
        """Parse; `--help` and `--version` print here."""
        with _failures():
            _see_to_streams()
            return super().make_context(*args, **kwargs)

    def invoke(self, ctx: click.Context) -> object:
        """Run the command, and flush what it printed while a failure to do so can still be told."""
        if isinstance(sys.stdout, TextIOWrapper):
            sys.stdout.reconfigure(errors="backslashreplace")  # a terminal that lacks a character shows its code
        with _failures(), _terminable():
            result: object = super().invoke(ctx)
            sys.stdout.flush()
            return result


class Failure(click.ClickException):
    """An error as the user sees it: `Error: ` and one line on stderr."""

    def __init__(self, message: str, *, exit_code: int) -> None:
        super().__init__(_line(message))
        self.exit_code = exit_code  # type: ignore[misc] # click reads it from the instance


def _line(message: str) -> str:
    """A message on one line that ends: what it quotes, such as a header of 5 MB, is cut in its middle."""
    from postclass.report.words import one_line  # here, for a run without failure does not need it

    line = one_line(message)
    left_out = len(line) - MOST_SHOWN
    if left_out <= 0:
        return line
    return f"{line[: MOST_SHOWN // 2]} [… {left_out:,} characters …] {line[-(MOST_SHOWN // 2) :]}"


def _see_to_streams() -> None:
    """Refuse a closed stdout; put the null device where stdin or stderr is closed, lest a file takes their places."""
    for number in (0, 2):
        try:
            os.fstat(number)
        except OSError:
            null = os.open(os.devnull, os.O_RDWR)
            if null != number:
                os.dup2(null, number)
                os.close(null)
    if sys.stderr is None:
        sys.stderr = os.fdopen(os.open(os.devnull, os.O_WRONLY), "w")
    if sys.stdout is None:
        raise OutputError("stdout is closed; redirect it to /dev/null if nobody reads it")


@contextmanager
def _failures() -> Iterator[None]:
    """The one place where what went wrong becomes a line for the user and an exit code."""
    try:
        yield
    except PostclassError as error:
        raise Failure(str(error), exit_code=error.exit_code) from error
    except click.UsageError as error:
        # It quotes what was given, such as the names of files.
        raise click.UsageError(_line(error.format_message()), error.ctx) from error
    except KeyboardInterrupt:
        raise click.exceptions.Exit(EXIT_INTERRUPTED) from None
    except BrokenPipeError:
        # The reader has gone; what is still buffered must not fail once more when Python closes stdout.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise click.exceptions.Exit(EXIT_BROKEN_PIPE) from None
    except MemoryError as error:
        raise Failure("out of memory; give fewer or smaller postings at a time", exit_code=EXIT_IO) from error
    except OSError as error:
        where = "" if error.filename is None else f"{error.filename}: "
        raise Failure(f"{where}{error.strerror or error}", exit_code=EXIT_IO) from error


@contextmanager
def _terminable() -> Iterator[None]:
    """SIGTERM unwinds the stack like Ctrl-C does, so that temporary files and checkpoints are left in order."""

    def stop(signum: int, frame: FrameType | None) -> None:  # noqa: ARG001 - a signal handler's signature
        sys.exit(EXIT_TERMINATED)

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@click.group(cls=Commands, help=HELP, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="postclass")
def main() -> None:
    """The `postclass` command."""
