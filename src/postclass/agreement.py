"""A title's claim and the verdict on its text go in; whether they agree comes out, with the probability of it.

The verdict never looks at the title. Here the two are joined: the title is evidence of its own, since titles are right
more often than not. By Bayes' rule, with title and text independent given the level of the work,

    log-odds of director given both = log-odds of director given the text + CLAIMS[claim]

so a text must speak clearly against its title before the title is said to be wrong. `docs/audit.md` has the figures.
"""

from dataclasses import dataclass
from math import log

from postclass.finding import Kind, Side
from postclass.opinion import logistic, logit
from postclass.titles import Claim, claimed_level
from postclass.verdict import Verdict

# What each claim is worth in log-odds, from the titles of the open gold: 41 of its 75 director-level postings and 16 of
# its 584 PM-level ones have a director's title, 13 and 470 a product manager's.
CLAIMS: dict[Claim, float] = {
    "director": log((41 / 75) / (16 / 584)),
    "pm": log((13 / 75) / (470 / 584)),
}
# From this probability on a mismatch is said; under it title and text may differ, but it is not sure enough.
BOUNDARY = 0.5


@dataclass(frozen=True, slots=True)
class Agreement:
    """The finding, its probability, that of a mismatch, and what is to be noted besides the verdict's notes."""

    claimed: Claim
    kind: Kind
    probability: float | None
    mismatch: float | None
    lean: Side | None
    notes: tuple[str, ...] = ()


def agreement(title: str | None, verdict: Verdict) -> Agreement:
    """Holds the level that a title claims against the verdict on the text."""
    titled = bool(title and title.strip())
    claimed = claimed_level(title) if titled and title is not None else "other"
    p = verdict.p_director
    lean: Side | None = None if p is None else "director" if p > 0.5 else "pm"  # noqa: PLR2004 - the contract's boundary
    if verdict.level == "out_of_scope":
        sure = None if verdict.p_in_scope is None else 1 - verdict.p_in_scope
        return Agreement(claimed, "out_of_scope", sure, None, None, () if titled else ("no_title",))
    if not titled:
        return Agreement(claimed, "undecided", None, None, lean, ("no_title",))
    if p is None:
        return Agreement(claimed, "undecided", None, None, None)
    if claimed == "other":
        kind: Kind = "undecided" if verdict.level == "unclear" else "out_of_scope"
        return Agreement(claimed, kind, None, None, lean, ("other_trade",))
    if claimed == "lead":
        return Agreement(claimed, "undecided" if verdict.level == "unclear" else "consistent", None, None, lean)
    return _held_against(claimed, verdict, p, lean)


def _held_against(claimed: Claim, verdict: Verdict, p: float, lean: Side | None) -> Agreement:
    of_other = mismatch(claimed, logit(min(max(p, 1e-15), 1 - 1e-15)))
    if verdict.level == "unclear":
        return Agreement(claimed, "undecided", None, of_other, lean)
    if verdict.level == claimed:
        return Agreement(claimed, "consistent", 1 - of_other, of_other, lean)
    if of_other < BOUNDARY:
        return Agreement(claimed, "undecided", None, of_other, lean, ("weak",))
    return Agreement(claimed, "inflated" if claimed == "director" else "deflated", of_other, of_other, lean)


def mismatch(claimed: Claim, log_odds: float) -> float:
    """The probability that the work is of the other level than a title claims, by the log-odds of the text."""
    joined = log_odds + CLAIMS[claimed]
    return logistic(-joined if claimed == "director" else joined)
