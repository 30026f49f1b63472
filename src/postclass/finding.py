"""What an audit says: the finding on one posting, the proof of it, and what holds across postings, as plain data."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from postclass.posting import Rejection
from postclass.titles import Claim
from postclass.verdict import Flip, Level

Side = Literal["director", "pm"]
Kind = Literal["inflated", "deflated", "consistent", "undecided", "out_of_scope"]
KINDS: tuple[Kind, ...] = ("inflated", "deflated", "consistent", "undecided", "out_of_scope")


# Notes that a finding adds to those of its verdict, in words for people.
FINDING_NOTES: dict[str, str] = {
    "no_title": "there is no title to compare the text with",
    "other_trade": "the title is not one of product management",
    "weak": "title and text differ, but too weakly to say so",
}


@dataclass(frozen=True, slots=True)
class Proof:
    """A trait that the text shows, its best line, and the trait's share of the log-odds of director-level work."""

    trait: str
    quote: str
    start: int  # `text[start:end] == quote` in the text as shown
    end: int
    probability: float  # that the line shows the trait
    log_odds: float  # above 0 speaks for director


@dataclass(frozen=True, slots=True)
class Cut:
    """A line to take out or to reword, and what the text moves towards the target when it is judged without it."""

    line: str
    start: int
    end: int
    log_odds: float  # above 0 is towards the target
    traits: tuple[str, ...]  # that it is the best line for


@dataclass(frozen=True, slots=True)
class Addition:
    """A trait of the target that the text does not show, what it would add at its usual strength, and how it reads."""

    trait: str
    log_odds: float  # above 0 is towards the target
    examples: tuple[str, ...]  # lines of other postings that show it


@dataclass(frozen=True, slots=True)
class Rewrite:
    """What to change first for the text to read as the target level, strongest first."""

    target: Side
    reached: bool  # the text reads so already
    cuts: tuple[Cut, ...]
    additions: tuple[Addition, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """The smallest changes found that make title and text agree: of the title, or of the text."""

    titles: tuple[str, ...]  # that fit the text, likest the present one first
    text: Flip | None  # None where five changes do not do it, or where the title claims no level


@dataclass(frozen=True, slots=True)
class Example:
    """A posting that the project wrote and labelled, near in wording to the one audited."""

    id: str
    title: str
    company: str
    level: Side
    similarity: float  # cosine of the level space's TF-IDF values
    lines: tuple[tuple[str, str], ...]  # a trait and the line that shows it


@dataclass(frozen=True, slots=True)
class Detail:
    """All that is told of one posting; spans index `text`, the posting as shown."""

    text: str
    proofs: tuple[Proof, ...]
    missing: tuple[str, ...]  # traits of the claimed level that are not shown, by weight; none where none is claimed
    wording: float  # share of the log-odds
    bias: float
    change: Change | None  # None where title and text agree, or where there is nothing to compare
    rewrites: tuple[Rewrite, ...]
    examples: tuple[Example, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """Whether the title and the text of one posting agree."""

    row: int
    id: str | None
    title: str | None
    company: str | None
    department: str | None
    seniority: str | None  # as a job board gave it
    claimed: Claim
    level: Level
    kind: Kind
    probability: float | None  # of the finding; None where it is undecided or there was nothing to compare
    mismatch: float | None  # probability that the text is of the other level than the title claims; None as above
    p_director: float | None
    p_in_scope: float | None
    lean: Side | None  # the side of the boundary that the text falls on, whatever the level
    traits: tuple[str, ...]
    notes: tuple[str, ...]  # those of the verdict, and those of FINDING_NOTES
    ignored: bool = False  # by a comment or an ignore file: told, but no reason to fail
    path: str | None = None  # of the file that the posting stands in
    line: int | None = None  # of its title, where the file is its own
    detail: Detail | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """The findings of one company's or department's postings."""

    name: str
    postings: int
    findings: Mapping[Kind, int]


@dataclass(frozen=True, slots=True)
class Inversion:
    """Two postings of one company: the lower title has the higher text. Rows of both, and the gap in log-odds."""

    company: str | None
    lower: int
    higher: int
    gap: float


@dataclass(frozen=True, slots=True)
class SameTitle:
    """Postings with one title whose texts disagree: rows by level of the text."""

    title: str
    director: tuple[int, ...]
    pm: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Twins:
    """Postings whose texts are nearly the same and whose titles are not."""

    rows: tuple[int, ...]
    titles: tuple[str, ...]
    claims: tuple[Claim, ...]  # of each title
    similarity: float  # the lowest Jaccard similarity of two neighbours among them


@dataclass(frozen=True, slots=True)
class Seniority:
    """How often a job board's seniority field goes with which level of the text."""

    given: str
    claims: Side | None  # the level that it stands for; None where it says none
    levels: Mapping[Level, int]
    rows: tuple[int, ...]  # where the text says the other level


@dataclass(frozen=True, slots=True)
class Audit:
    """The findings on all postings of an input, and what holds across them."""

    source: str  # the input's name
    findings: tuple[Finding, ...]
    rejections: tuple[Rejection, ...]
    companies: tuple[Group, ...] = ()
    departments: tuple[Group, ...] = ()
    inversions: tuple[Inversion, ...] = ()
    same_titles: tuple[SameTitle, ...] = ()
    twins: tuple[Twins, ...] = ()
    seniority: tuple[Seniority, ...] = ()
    hints: tuple[str, ...] = ()  # on the input: which of two columns was taken and how to choose
    made: Mapping[str, object] = field(default_factory=dict)  # what it was made with: version, model, settings
