"""What stands in for a trained model where a test is about something else."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any

from postclass.traits import load_traits
from postclass.verdict import Term, Verdict

Make = Callable[..., Verdict]  # makes a verdict, with the fields changed that are named


class FakeModel:
    """Answers every posting with the one verdict it was made with, and keeps what it was asked."""

    def __init__(self, verdict: Verdict) -> None:
        self.verdict = verdict
        self.asked: list[tuple[Any, Any]] = []
        self.traits = load_traits()
        self.manifest = {"format": 1, "files": {"a.json": {"bytes": 12}}, "seeds": [1, 2]}

    def judge_one(self, posting: Any, *, settings: Any) -> Verdict:  # noqa: ANN401 - as the model's own
        """The verdict, for any posting."""
        self.asked.append((posting, settings))
        return self.verdict

    def judge(self, postings: Iterable[Any], *, settings: Any) -> Iterator[Verdict]:  # noqa: ANN401 - as the model's own
        """The verdict, once a posting, with the posting's row, id and title."""
        for posting in postings:
            self.asked.append((posting, settings))
            yield replace(self.verdict, row=posting.row, id=posting.id, title=posting.title)

    def trait_terms(self, key: str, n: int) -> tuple[Term, ...]:
        """The key's own words as terms."""
        return tuple(Term(word, 1.0) for word in key.split("_"))[:n]
