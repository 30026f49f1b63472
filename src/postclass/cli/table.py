"""Verdicts in, a table for people on stdout out, a line each as soon as it is judged; rejections go to stderr."""

import shutil
import sys
import unicodedata
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from postclass.cli.check import wants_color
from postclass.posting import Rejection
from postclass.report.words import LEVEL_WORDS, begun, leaning, one_line, signs
from postclass.traits import Trait
from postclass.verdict import LEVELS, NOTES, Verdict

if TYPE_CHECKING:
    import pyarrow as pa

_LEVELS = {**LEVEL_WORDS, "unclear": "unclear", "out_of_scope": "not product"}
_COLOURS = {"director": "magenta", "pm": "cyan", "unclear": "yellow", "out_of_scope": "yellow"}
_LEVEL_WIDTH = max(len(_LEVELS[level]) for level in LEVELS)
_TITLE_WIDTH = 34  # three of four real titles fit
_SIGNS = 3
_WIDTH = 120  # where stdout is no terminal


class Table:
    """Prints a line for each verdict: row, level, probability of director, title, and what says so."""

    def __init__(self, traits: Sequence[Trait]) -> None:
        self._traits = traits
        self._colour = wants_color(None)
        self._width = shutil.get_terminal_size().columns if sys.stdout.isatty() else _WIDTH
        self._begun = False

    def write(self, verdicts: "pa.RecordBatch") -> None:
        """Print verdicts, after a heading if they are the first."""
        from postclass.batches import verdicts_of

        if verdicts.num_rows and not self._begun:
            self._begun = True
            self._print("row", f"{'level':<{_LEVEL_WIDTH}}", "p_director", "title", "mainly for")
        for verdict in verdicts_of(verdicts):
            level = f"{_LEVELS[verdict.level]:<{_LEVEL_WIDTH}}"
            shown = click.style(level, fg=_COLOURS[verdict.level]) if self._colour else level
            p = "" if verdict.p_director is None else f"{verdict.p_director:.2f}"
            self._print(str(verdict.row), shown, p, verdict.title or "", self._reasons(verdict))

    def reject(self, rejection: Rejection) -> None:
        """Say on stderr which record was rejected and why."""
        click.echo(one_line(f"Rejected row {rejection.row} ({rejection.where}): {rejection.reason}"), err=True)

    def _print(self, row: str, level: str, p: str, title: str, reasons: str) -> None:
        before = f"{row:>5}  {level}  {p:>10}  {fitted(title, _TITLE_WIDTH, pad=True)}  "
        room = self._width - (5 + 2 + _LEVEL_WIDTH + 2 + 10 + 2 + _TITLE_WIDTH + 2)
        click.echo(f"{before}{fitted(reasons, max(room, 20))}".rstrip(), color=self._colour)

    def _reasons(self, verdict: Verdict) -> str:
        if verdict.level == "out_of_scope":
            return ""
        found = signs(verdict, self._traits, leaning(verdict))
        labels = [sign.label for sign in found if sign.steps][:_SIGNS]
        notes = [NOTES.get(note, note) for note in verdict.notes]
        return begun("; ".join(filter(None, [*notes, ", ".join(labels)])))


def fitted(text: str, width: int, *, pad: bool = False) -> str:
    """A text in, one line of at most `width` terminal columns out, an ellipsis where more is cut off."""
    text = one_line(text)
    if columns(text) > width:
        while columns(text) > width - 1:
            text = text[: max(0, min(len(text) - 1, width - 1))]
        text = f"{text.rstrip()}…"
    return text + " " * (width - columns(text)) if pad else text


def columns(text: str) -> int:
    """How many columns of a terminal a text takes: two for wide characters, none for combining ones."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
