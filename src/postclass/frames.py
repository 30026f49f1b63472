"""A pandas frame of postings in, the same frame with the verdicts' columns out."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pandas as pd

from postclass.errors import InputError
from postclass.posting import Posting
from postclass.verdict import Verdict, to_record

if TYPE_CHECKING:
    from postclass.judge import JudgeSettings, Model

_BLANK = Verdict(1, None, None, None, "unclear", None, None, None, None, ())
_OWN = ("row", "id", "title", "company")  # fields that come from the frame itself, not from the verdict


def classify_frame(
    model: "Model", frame: pd.DataFrame, *, description: str, title: str, company: str, settings: "JudgeSettings"
) -> pd.DataFrame:
    """Judges each row of a frame; index and columns are kept, the verdict's columns are added (or replaced)."""
    if description not in frame.columns:
        columns = ", ".join(map(str, frame.columns))
        raise InputError(f"the frame has no column {description!r}, only {columns}; name one with description=")
    verdicts = model.judge(_postings(frame, (description, title, company)), settings=settings)
    records = [to_record(verdict, explain=settings.explain) for verdict in verdicts]
    names = [name for name in to_record(_BLANK, explain=settings.explain) if name not in _OWN]
    return frame.assign(**{name: pd.Series([r[name] for r in records], frame.index) for name in names})


def _postings(frame: pd.DataFrame, names: tuple[str, str, str]) -> Iterator[Posting]:
    columns = [frame[name].tolist() if name in frame.columns else [None] * len(frame) for name in names]
    for row, values in enumerate(zip(*columns, strict=True), start=1):
        text, title, company = (None if value is None or value != value else str(value) for value in values)  # noqa: PLR0124 - NaN
        yield Posting(text or "", title=title, company=company, row=row)
