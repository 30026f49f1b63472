"""What comes out: the verdict on one posting and, where asked for, the reasons behind it, as plain data."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Level = Literal["director", "pm", "unclear", "out_of_scope"]
LEVELS: tuple[Level, ...] = ("director", "pm", "unclear", "out_of_scope")

# How much of a verdict is told: level and probabilities; traits and terms too; the whole explanation.
Explain = Literal["none", "terms", "full"]

# Notes are codes; NOTES says each of them in words for people.
NOTES: dict[str, str] = {
    "empty": "there is no text",
    "too_short": "there is too little text about the work to judge",
    "not_english": "the text is not in English",
    "close": "the text is too close to call",
    "truncated": "the text was longer than 1 MiB; only its start was read",
}


@dataclass(frozen=True, slots=True)
class Term:
    """A term of the text and its share of the log-odds (positive speaks for director)."""

    term: str
    weight: float


@dataclass(frozen=True, slots=True)
class Reason:
    """One exact share of the verdict's log-odds: a trait's, the wording's, or the bias.

    Over all reasons of a verdict `log_odds` adds up to `logit(p_director)` within 1e-9.
    """

    kind: Literal["trait", "wording", "bias"]
    key: str  # the trait's key, or "wording", or "bias"
    log_odds: float


@dataclass(frozen=True, slots=True)
class Evidence:
    """The line that shows a trait best: `text[start:end] == quote` in the text as shown."""

    trait: str
    quote: str
    start: int
    end: int
    probability: float


@dataclass(frozen=True, slots=True)
class Flip:
    """The smallest change found that moves the verdict across the boundary, verified by judging again."""

    to: Literal["director", "pm"]
    drop_lines: tuple[str, ...]  # lines to take out
    add_traits: tuple[str, ...]  # traits to add at their usual strength
    p_director: float  # after the change


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a verdict came out as it did; `text` is the posting's text as shown, which all spans index."""

    text: str
    reasons: tuple[Reason, ...]
    evidence: tuple[Evidence, ...]
    missing: tuple[str, ...]  # traits of the other level that were not found
    flip: Flip | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """The judgement of one posting; field meanings and types are those of `docs/output.md`."""

    row: int
    id: str | None
    title: str | None
    company: str | None
    level: Level
    p_director: float | None
    p_in_scope: float | None
    traits: tuple[str, ...] | None
    top_terms: tuple[Term, ...] | None
    notes: tuple[str, ...]
    explanation: Explanation | None = None
    rungs: Mapping[str, float] | None = None  # of the employer's own ladder, lowest first, where the model has one

    @property
    def rung(self) -> str | None:
        """The likeliest rung."""
        return None if not self.rungs else max(self.rungs, key=self.rungs.__getitem__)


def to_record(verdict: Verdict, *, explain: Explain = "terms") -> dict[str, object]:
    """A verdict in, its output row as plain JSON values out, fields in the order of `docs/output.md`.

    With `explain="none"` the lists `traits` and `top_terms` are null; `"full"` adds the explanation's fields, which
    are empty where the verdict has no explanation (there was no text to explain).
    """
    told = explain != "none"
    traits, terms = verdict.traits if told else None, verdict.top_terms if told else None
    record: dict[str, object] = {
        "row": verdict.row,
        "id": verdict.id,
        "title": verdict.title,
        "company": verdict.company,
        "level": verdict.level,
        "p_director": verdict.p_director,
        "p_in_scope": verdict.p_in_scope,
        "traits": None if traits is None else list(traits),
        "top_terms": None if terms is None else [{"term": t.term, "weight": t.weight} for t in terms],
        "notes": list(verdict.notes),
    }
    if verdict.rungs is not None:
        record |= {"rung": verdict.rung, "rungs": dict(verdict.rungs)}
    if explain == "full":
        record |= _explanation_record(verdict.explanation)
    return record


def _explanation_record(explanation: Explanation | None) -> dict[str, object]:
    if explanation is None:
        return {"reasons": [], "evidence": {}, "missing": [], "flip": None, "text": None}
    flip = explanation.flip
    return {
        "reasons": [{"kind": r.kind, "key": r.key, "log_odds": r.log_odds} for r in explanation.reasons],
        "evidence": {
            e.trait: {"text": e.quote, "start": e.start, "end": e.end, "probability": e.probability}
            for e in explanation.evidence
        },
        "missing": list(explanation.missing),
        "flip": None
        if flip is None
        else {
            "to": flip.to,
            "drop_lines": list(flip.drop_lines),
            "add_traits": list(flip.add_traits),
            "p_director": flip.p_director,
        },
        "text": explanation.text,
    }
