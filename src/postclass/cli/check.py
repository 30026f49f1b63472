"""`postclass check`: one posting in, its verdict and the reasons for it out."""

import os
import shutil
import sys
from pathlib import Path
from typing import Literal

import click

from postclass.cli.modeloption import model_option
from postclass.cli.numbers import SHARE
from postclass.errors import InputError

UTF_8 = "utf-8-sig"  # a byte order mark is no part of the text
MAX_BYTES = 8 * 2**20  # HTML around a posting of at most 1 MiB; what is larger is not a posting
_NOT_TEXT = {
    b"%PDF": "a PDF",
    b"PK\x03\x04": "a Word, Excel or zip file",
    b"\xd0\xcf\x11\xe0": "an old Word or Excel file",
}
_TABLES = (".csv", ".jsonl", ".ndjson", ".json", ".parquet")

Format = Literal["text", "json", "html"]


@click.command()
@click.argument("file", default="-", type=click.Path(path_type=str))
@click.option("--title", help="The claimed title; shown, and masked in the text, but never counted.")
@click.option("--company", help="The employer's name; masked in the text.")
@click.option(
    "--format", "style", type=click.Choice(["text", "json", "html"]), default="text", show_default=True, help="Output."
)
@model_option
@click.option(
    "--prior",
    type=SHARE,
    help="Share of directors among your postings, for probabilities that fit them.",
)
@click.option("--encoding", default=UTF_8, help="The file's encoding, when it is not UTF-8.")
@click.option("--color/--no-color", default=None, help="Colours or none; by itself, colours on a terminal.")
def check(
    file: str,
    title: str | None,
    company: str | None,
    style: Format,
    model: Path | None,
    prior: float | None,
    encoding: str,
    color: bool | None,
) -> None:
    """Judge one posting and show why.

    FILE holds the posting as plain text, HTML or Markdown; `-`, or no FILE, reads it from stdin.

    \b
    Examples:
      postclass check posting.txt --title "Head of Product"
      cat posting.md | postclass check --format json
      postclass check posting.html --format html > report.html
    """
    from postclass.judge import JudgeSettings
    from postclass.modelfile import load_model
    from postclass.posting import Posting

    posting = Posting(read_posting(file, encoding=encoding), title=title, company=company)
    judge = load_model(model)
    verdict = judge.judge_one(posting, settings=JudgeSettings(explain="full", prior=prior))
    if style == "json":
        from postclass.report.words import render_json

        shown = render_json(verdict)
    elif style == "html":
        from postclass.report.page import render_html

        shown = render_html(verdict, judge.traits)
    else:
        from postclass.report.text import render_text

        coloured = wants_color(color)
        shown = render_text(verdict, traits=judge.traits, color=coloured, width=shutil.get_terminal_size().columns)
        click.echo(shown, color=coloured)
        return
    # Machines read these in UTF-8, whatever the terminal's encoding; a lone surrogate becomes an escape.
    click.echo(shown.encode("utf-8", "backslashreplace"))


def wants_color(color: bool | None) -> bool:
    """Colours as asked for; otherwise on a terminal that does not forbid them (https://no-color.org)."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") if color is None else color


def read_posting(file: str, *, encoding: str) -> str:
    """The text of a file, or of stdin for `-`; `InputError` says what is wrong with it and what to do."""
    name = "stdin" if file == "-" else file
    if file == "-" and sys.stdin is None:
        raise InputError("stdin is closed; name a file of the posting")
    if file == "-" and sys.stdin.isatty():
        click.echo("Paste the posting, then press Ctrl-D on a line of its own.", err=True)
    data = _read(file)
    if len(data) > MAX_BYTES:
        raise InputError(f"{name}: larger than 8 MiB, so not one posting; `postclass classify` reads files of many")
    for start, kind in _NOT_TEXT.items():
        if data.startswith(start):
            raise InputError(f"{name}: this is {kind}; save or copy its text into a .txt file and check that")
    if name.lower().endswith(_TABLES):
        raise InputError(f"{name}: this is a file of many postings; use `postclass classify {name} -o verdicts.csv`")
    try:
        return data.decode(encoding)
    except LookupError:
        raise InputError(f"unknown encoding {encoding!r}; usual ones are utf-8, utf-16 and latin-1") from None
    except UnicodeError as error:
        guess = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "latin-1"
        known, place = "UTF-8" if encoding == UTF_8 else encoding, getattr(error, "start", 0)
        raise InputError(f"{name}: not {known} (a bad byte at position {place}); try --encoding {guess}") from None


def _read(file: str) -> bytes:
    """At most one byte more than a posting may have."""
    if file == "-":
        return sys.stdin.buffer.read(MAX_BYTES + 1)
    try:
        with Path(file).open("rb") as stream:
            return stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise InputError(f"{file}: {error.strerror}; give the path of a text file, or - for stdin") from error
