"""A pandas frame of postings in, the same frame with the verdicts' columns out."""

from collections.abc import Iterable, Iterator

import pandas as pd

from postclass.errors import InputError
from postclass.posting import Posting
from postclass.verdict import Explain, Verdict, to_record

_BLANK = Verdict(1, None, None, None, "unclear", None, None, None, None, ())
_OWN = ("row", "id", "title", "company")  # fields that come from the frame itself, not from the verdict


def postings_of(frame: pd.DataFrame, names: tuple[str, str, str]) -> Iterator[Posting]:
    """The postings of a frame's columns of descriptions, titles and companies; only the first must be there."""
    if names[0] not in frame.columns:
        given = ", ".join(map(str, frame.columns))
        raise InputError(f"the frame has no column {names[0]!r}, only {given}; name one with description=")
    columns = [frame[name].tolist() if name in frame.columns else [None] * len(frame) for name in names]
    for row, values in enumerate(zip(*columns, strict=True), start=1):
        text, title, company = (None if pd.isna(value) else str(value) for value in values)
        yield Posting(text or "", title=title, company=company, row=row)


def with_verdicts(frame: pd.DataFrame, verdicts: Iterable[Verdict], *, explain: Explain) -> pd.DataFrame:
    """The frame with the columns of its rows' verdicts added, or replaced; its index is kept."""
    records = [to_record(verdict, explain=explain) for verdict in verdicts]
    names = [name for name in to_record(_BLANK, explain=explain) if name not in _OWN]
    return frame.assign(**{name: pd.Series([r[name] for r in records], frame.index) for name in names})
