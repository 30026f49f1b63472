"""Postings go in, verdicts come out: TF-IDF spaces, logistic-regression heads and the affine maps that join them.

`p_director` is the logistic function of an exact sum: the bias, each trait's share, and the wording's share.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from postclass.errors import InputError, RecordError
from postclass.explain import explanation, top_terms
from postclass.features import Reading, read_posting, scope_words
from postclass.opinion import Opinion, Parts, form_opinion, found, logistic
from postclass.posting import Posting
from postclass.scale import RungScale, position, rung_chances
from postclass.text import Text
from postclass.traits import Trait, load_traits
from postclass.verdict import Explain, Level, Term, Verdict

if TYPE_CHECKING:
    import pandas as pd

# Under this many words or lines there is too little said about the work (the contract's figures).
MIN_WORDS = 40
MIN_LINES = 3
# Of fewer words nobody can tell the language.
MIN_LANGUAGE_WORDS = 4
# Words that every English text is full of. English postings hold 11 % of them at the least, 27 % at the median; texts
# in twelve other languages, loanwords and all, at most 6 % (measured on 10,842 English and 60 other postings).
ENGLISH = frozenset(
    "the and of to in for with on as at by from or an is are be will you your our we this that their who have has not "
    "can all it they us about into across through more than which what how".split()
)
MIN_ENGLISH = 0.09
# Telegram-style English lacks those words, but the level space knows most of its words: 70 % and more of those of eight
# English postings written to be hard, at most 49 % of those of the other languages.
MIN_KNOWN = 0.6


@dataclass(frozen=True, slots=True)
class JudgeSettings:
    """How to judge: how much to explain, and the share of directors among the postings (None: as in training).

    Raises `InputError` for a share that is not between 0 and 1, both excluded.
    """

    explain: Explain = "terms"
    prior: float | None = None

    def __post_init__(self) -> None:
        """Refuse what would make every probability NaN, or fail at the first posting."""
        if self.prior is not None and not 0 < self.prior < 1:
            raise InputError(f"prior: {self.prior} is no share between 0 and 1; give one such as 0.3")


@dataclass(frozen=True, slots=True)
class Model:
    """A trained model; `manifest` says what it was made of."""

    parts: Parts
    manifest: Mapping[str, Any] = field(default_factory=dict)
    scale: RungScale | None = None  # of an employer's own ladder
    own_traits: tuple[Trait, ...] = ()  # added, or told in an employer's own words

    @property
    def traits(self) -> tuple[Trait, ...]:
        """The traits as this model tells them; an own one stands in for the shipped one of its key."""
        by_key = {trait.key: trait for trait in (*load_traits(), *self.own_traits)}
        return tuple(by_key.values())

    def judge(
        self,
        postings: Iterable[Posting | Mapping[str, Any] | str],
        *,
        settings: JudgeSettings = JudgeSettings(),
    ) -> Iterator[Verdict]:
        """Judges postings one by one, in order: `Posting`s, mappings with its fields, or bare descriptions."""
        for row, posting in enumerate(postings, start=1):
            yield self.judge_one(as_posting(posting, row), settings=settings)

    def judge_one(self, posting: Posting, *, settings: JudgeSettings = JudgeSettings()) -> Verdict:
        """Judges one posting."""
        reading = read_posting(posting)
        why = self.unusable(reading)
        notes = ("truncated",) if reading.text.truncated else ()
        if why is not None:
            told: tuple[()] | None = None if settings.explain == "none" else ()
            return _verdict(posting, "unclear", (None, None), told, told, (why, *notes))
        opinion = form_opinion(self.parts, reading.words, prior=settings.prior)
        p_director, p_in_scope = logistic(opinion.log_odds), self.in_scope(reading.words, names_role=reading.names_role)
        level = self.level(p_director, p_in_scope)
        if level == "unclear":
            notes = ("close", *notes)
        rungs = self._rungs(reading, opinion)
        if settings.explain == "none":
            return _verdict(posting, level, (p_director, p_in_scope), None, None, notes, rungs=rungs)
        traits, terms = found(self.parts, opinion), top_terms(opinion, self.parts.level_space)
        told_in_full = explanation(self.parts, reading, opinion, traits) if settings.explain == "full" else None
        return _verdict(posting, level, (p_director, p_in_scope), traits, terms, notes, told_in_full, rungs)

    def _rungs(self, reading: Reading, opinion: Opinion) -> Mapping[str, float] | None:
        if self.scale is None:
            return None
        return rung_chances(self.scale, position(self.scale, self.parts, opinion, reading.words))

    def classify_frame(
        self,
        frame: "pd.DataFrame",
        *,
        description: str = "description",
        title: str = "title",
        company: str = "company",
        settings: JudgeSettings = JudgeSettings(),
    ) -> "pd.DataFrame":
        """A frame of postings in, the same frame with the verdicts' columns out; its index and columns are kept.

        Only the column `description` must be there; missing values count as no text, title or company.
        """
        from postclass.frames import postings_of, with_verdicts

        postings = postings_of(frame, (description, title, company))
        return with_verdicts(frame, self.judge(postings, settings=settings), explain=settings.explain)

    def trait_terms(self, key: str, n: int) -> tuple[Term, ...]:
        """The `n` terms whose weights speak for a trait most, strongest first."""
        heads, trait = self.parts.line_heads, self.parts.traits.index(key)
        weights = heads.weights[trait :: len(heads.biases)]
        idf = self.parts.line_space.idf
        best = sorted(range(len(idf)), key=lambda term: -weights[term] * idf[term])[:n]
        return tuple(Term(self.parts.line_space.terms[term], weights[term]) for term in best)

    def level(self, p_director: float, p_in_scope: float) -> Level:
        """The level that two probabilities amount to."""
        decision = self.parts.decision
        if p_in_scope < decision.scope:
            return "out_of_scope"
        if p_director >= decision.director:
            return "director"
        return "pm" if p_director <= decision.pm else "unclear"

    def unusable(self, reading: Reading) -> str | None:
        """Why there is nothing to judge in a posting, as a note; None where there is."""
        words = [word for line in reading.words for word in line if len(word) > 1]
        english = sum(word in ENGLISH for word in words)
        return fault(reading.text, len(words), english, sum(word in self.parts.level_space.index for word in words))

    def in_scope(self, lines: Sequence[list[str]], *, names_role: bool) -> float:
        """The probability that masked lines' words are those of a product-management posting."""
        slope, bias = self.parts.scope
        return logistic(slope * self.scope_log_odds(lines, names_role=names_role) + bias)

    def scope_log_odds(self, lines: Sequence[list[str]], *, names_role: bool) -> float:
        """The scope head's log-odds, before they are calibrated."""
        parts = self.parts
        terms, values = parts.scope_space.values(scope_words(lines, names_role=names_role))
        return parts.scope_head.bias + sum(parts.scope_head.shares(terms, values))


def fault(text: Text, words: int, english: int, known: int) -> str | None:
    """Why there is nothing to judge, as a note; None where there is.

    It rests on how many of the masked words have two letters or more, and how many of these are in `ENGLISH` and in the
    level space.
    """
    if not text.lines:
        return "empty"
    if words < MIN_LANGUAGE_WORDS:
        return "too_short"
    if english / words < MIN_ENGLISH and known / words < MIN_KNOWN:
        return "not_english"
    if len(text.text.split()) < MIN_WORDS or len(text.lines) < MIN_LINES:
        return "too_short"
    return None


def as_posting(posting: Posting | Mapping[str, Any] | str, row: int) -> Posting:
    """What stands for a posting as one; raises `RecordError` for a mapping without a description."""
    if isinstance(posting, Posting):
        return posting
    if isinstance(posting, str):
        return Posting(posting, row=row)
    if "description" not in posting:
        raise RecordError(f"posting {row}: no 'description' among {', '.join(map(str, posting)) or 'no fields'}")
    title, company, key = (
        None if posting.get(name) is None else str(posting[name]) for name in ("title", "company", "id")
    )
    return Posting(str(posting["description"] or ""), title, company, key, row)


def _verdict(  # noqa: PLR0913, PLR0917 - the fields of a verdict
    posting: Posting,
    level: Level,
    probabilities: tuple[float | None, float | None],
    traits: tuple[str, ...] | None,
    terms: tuple[Term, ...] | None,
    notes: tuple[str, ...],
    told: Any = None,  # noqa: ANN401 - an Explanation or None
    rungs: Mapping[str, float] | None = None,
) -> Verdict:
    return Verdict(
        posting.row,
        posting.id,
        posting.title,
        posting.company,
        level,
        *probabilities,
        traits,
        terms,
        notes,
        told,
        rungs,
    )
