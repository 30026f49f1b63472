"""A drift in, what it says in plain words out: lines for a terminal, and the phrases that its page uses too."""

from collections.abc import Iterator, Mapping, Sequence

from postclass.shifts import KINDS, SOME_SHIFT, Drift, Kind, ScoreShift, Shift, Side
from postclass.traits import Trait
from postclass.verdict import NOTES

KIND_WORDS: Mapping[Kind, str] = {
    "levels": "levels",
    "abstention": "texts without a verdict",
    "scores": "scores",
    "vocabulary": "vocabulary",
    "traits": "traits",
}
_LEVEL_WORDS = {
    "director": "director-level",
    "pm": "PM-level",
    "unclear": "unclear",
    "out_of_scope": "another trade",
}
SCORE_WORDS = {"p_director": "probability of director-level work", "p_in_scope": "probability of a product role"}
_TERMS_SHOWN = 10


def label(shift: Shift, traits: Mapping[str, Trait]) -> str:
    """What a share is of, in a few words."""
    if shift.kind == "traits":
        return traits[shift.key].label if shift.key in traits else shift.key
    if shift.key == "rejected":
        return "the record can't be read"
    if shift.key == "unknown_words":
        return "words that the model does not know"
    return _LEVEL_WORDS.get(shift.key) or NOTES[shift.key]


def percents(share: float) -> str:
    """A share with one decimal."""
    return f"{100 * share:.1f} %"


def points(difference: float) -> str:
    """A difference of shares in percentage points, with its sign."""
    return f"{100 * difference:+.1f}"


def verdict_words(drift: Drift) -> str:
    """What it all comes to."""
    if not drift.old.records or not drift.new.records:
        return "One of the two is empty: there is nothing to compare."
    if drift.same:
        return "Nothing moved: the two give the same figures."
    if drift.too_few:
        if drift.visible < 1:
            return f"Too few to tell: a level could have moved by {100 * drift.visible:.0f} points unseen."
        return "Too few to tell: a level could have moved all the way unseen."
    if not drift.moved:
        return "Nothing moved: what differs is small, or no more than chance gives."
    words = [KIND_WORDS[kind] for kind in drift.moved]
    return f"Moved: {', '.join(words)}."


def side_words(side: Side, *, which: str) -> str:
    """One input in a line."""
    rejected = f", {side.rejected:,} of them can't be read" if side.rejected else ""
    return f"{which}: {side.name}, {side.records:,} records{rejected}; {side.product:,} product roles"


def witness_words(drift: Drift) -> str:
    """What chance is judged by."""
    if drift.witnesses == "employers":
        return "Chance is judged by the spread between employers, and for all figures together."
    return (
        "Chance is judged by the spread between postings, for there are few employers or most postings name none; "
        "an employer more or less can move these figures."
    )


def score_words(score: ScoreShift) -> str:
    """A score's stability in a line."""
    if score.index is None:
        return "PSI –: there are too few to tell"
    if score.by_chance == float("inf"):
        return f"PSI {score.index:.3f}, but there are too few to tell"
    band = "within chance" if score.by_chance >= score.index >= SOME_SHIFT else score.band
    return f"PSI {score.index:.3f}, {band} (chance alone gives up to {score.by_chance:.3f})"


def shift_words(shift: Shift, traits: Mapping[str, Trait]) -> str:
    """A share's move in a line."""
    return (
        f"{label(shift, traits)}: {percents(shift.old)} → {percents(shift.new)}, "
        f"{points(shift.difference)} points ({points(shift.low)} to {points(shift.high)})"
    )


def drift_words(drift: Drift, traits: Sequence[Trait]) -> Iterator[str]:
    """The whole comparison for a terminal: what moved, then scores and levels whether they moved or not."""
    by_key = {trait.key: trait for trait in traits}
    yield verdict_words(drift)
    yield side_words(drift.old, which="OLD")
    yield side_words(drift.new, which="NEW")
    yield witness_words(drift)
    yield ""
    for score in drift.scores:
        yield f"{_mark(moved=score.moved)}{SCORE_WORDS[score.key]}: {score_words(score)}"
    for kind in KINDS:
        for shift in shown(drift, kind):
            if kind in {"levels", "vocabulary"} or shift.moved:
                yield f"{_mark(moved=shift.moved)}{shift_words(shift, by_key)}"
    if drift.terms:
        terms = [f"{rising.term} ({percents(rising.old)} → {percents(rising.new)})" for rising in drift.terms]
        yield ""
        yield f"New to the model and rising: {', '.join(terms[:_TERMS_SHOWN])}"


def shown(drift: Drift, kind: Kind) -> list[Shift]:
    """The shares of a kind; traits by how far they moved."""
    shifts = [shift for shift in drift.shifts if shift.kind == kind]
    return sorted(shifts, key=lambda shift: -abs(shift.difference)) if kind == "traits" else shifts


def _mark(*, moved: bool) -> str:
    return "  * " if moved else "    "
