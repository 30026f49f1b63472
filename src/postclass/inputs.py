"""Paths of any kind in, the postings and rejections of all of them out, numbered through."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from typing import Self

from postclass.posting import Posting, Rejection
from postclass.sources import Source, SourceSettings, open_source
from postclass.textfiles import is_text_posting, read_texts


class Inputs:
    """Files and directories of postings: iterate over them once, inside a `with` block.

    A directory, or a file of Markdown or text, holds a posting a file; anything else is what `classify` reads. All are
    opened at once, so that a mistake in the last one is known before any work begins.
    """

    def __init__(self, paths: Sequence[str], *, settings: SourceSettings) -> None:
        self._stack = ExitStack()
        self._opened: list[Source | Iterator[Posting | Rejection]] = []
        try:
            for path in paths:
                if settings.format is None and is_text_posting(path):
                    self._opened.append(read_texts(path, encoding=settings.encoding))
                else:
                    self._opened.append(self._stack.enter_context(open_source(path, settings=settings)))
        except BaseException:
            self._stack.close()
            raise

    def __iter__(self) -> Iterator[Posting | Rejection]:
        before = read = 0
        for opened in self._opened:
            name = opened.name if isinstance(opened, Source) else None
            for record in opened:
                read += 1
                yield _placed(record, before, name)
            before = read

    def hints(self) -> tuple[str, ...]:
        """What a person should know of the columns that were taken."""
        hints = [hint for opened in self._opened if isinstance(opened, Source) for hint in opened.hints()]
        return tuple(dict.fromkeys(hints))

    def fraction(self) -> float | None:
        """The share that has been read, of one input; of several nobody knows."""
        (*others, last) = self._opened
        return last.fraction() if not others and isinstance(last, Source) else None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *failure: object) -> None:
        self._stack.close()


def _placed(record: Posting | Rejection, before: int, name: str | None) -> Posting | Rejection:
    """A record with its number among those of all inputs, and a posting of a table with the table's name."""
    placed = replace(record, row=record.row + before)
    if isinstance(placed, Rejection) or name is None:
        return placed
    return replace(placed, about=replace(placed.about, path=name))
