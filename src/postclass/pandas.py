"""Gives frames of postings the accessor `postclass`: `import postclass.pandas`, then `frame.postclass.classify()`.

The frame's index and columns are kept, in their order; rows that pandas calls missing are blank.
"""

from pathlib import Path

import pandas as pd

from postclass.audit import CHUNK, AuditSettings, audit
from postclass.batches import to_batch, verdicts_of
from postclass.errors import InputError
from postclass.frames import postings_of, with_verdicts
from postclass.judge import JudgeSettings
from postclass.modelfile import load_model
from postclass.scorer import Scorer
from postclass.verdict import Explain

# Of a finding, what a frame of one's own does not hold already.
FINDING = ("claimed", "level", "finding", "probability", "p_director", "p_in_scope", "traits", "notes")


@pd.api.extensions.register_dataframe_accessor("postclass")
class Postings:
    """A frame's postings: one a row, the text in a column `description` or one that is named."""

    def __init__(self, frame: pd.DataFrame) -> None:
        self._frame = frame

    def classify(  # noqa: PLR0913 - three of them are names of columns
        self,
        *,
        description: str = "description",
        title: str = "title",
        company: str = "company",
        explain: Explain = "terms",
        prior: float | None = None,
        model: str | Path | None = None,
    ) -> pd.DataFrame:
        """The frame with the columns of the verdicts, as `postclass classify` gives them (`docs/output.md`).

        Judged in batches by the fastest path that is installed. Raises `InputError` without the column of texts.
        """
        postings = list(postings_of(self._frame, (description, title, company)))
        scorer = Scorer(load_model(model), JudgeSettings(explain=explain, prior=prior))
        verdicts = [
            verdict
            for start in range(0, len(postings), CHUNK)
            for verdict in verdicts_of(scorer.judge(to_batch(postings[start : start + CHUNK])))
        ]
        return with_verdicts(self._frame, verdicts, explain=explain)

    def audit(
        self,
        *,
        description: str = "description",
        title: str = "title",
        company: str = "company",
        prior: float | None = None,
        model: str | Path | None = None,
    ) -> pd.DataFrame:
        """The frame with what an audit finds of each row: the level that its title claims, and whether the text agrees.

        `finding` is `inflated`, `deflated`, `consistent`, `undecided` or `out_of_scope` (`docs/audit.md`). Raises
        `InputError` without the columns of texts and titles.
        """
        if title not in self._frame.columns:
            raise InputError(f"an audit needs titles, and the frame has no column {title!r}; name one with title=")
        postings = postings_of(self._frame, (description, title, company))
        made = audit(postings, load_model(model), settings=AuditSettings(prior=prior, told=0))
        columns: dict[str, list[object]] = {
            name: [getattr(finding, "kind" if name == "finding" else name) for finding in made.findings]
            for name in FINDING
        }
        for name in ("traits", "notes"):
            columns[name] = [list(value) for value in columns[name]]  # type: ignore[call-overload] # tuples of texts
        return self._frame.assign(**{name: pd.Series(values, self._frame.index) for name, values in columns.items()})
