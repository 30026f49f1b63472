"""The findings on many postings go in; what holds across them comes out: groups, inversions, titles that disagree."""

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from heapq import nsmallest

from postclass.finding import KINDS, Finding, Group, Inversion, SameTitle, Seniority, Side
from postclass.opinion import logit

INVERSIONS = 200  # the widest that are kept; thousands say no more
# What a job board's seniority stands for, by words in it; LinkedIn's and JobSpy's values first. "Mid-Senior level" is
# what nearly all product managers are given, so it claims no director. The first that fits holds.
_SENIORITY: tuple[tuple[str, Side | None], ...] = (
    ("not applicable", None),
    ("mid-senior", "pm"),
    ("director", "director"),
    ("executive", "director"),
    ("vice president", "director"),
    ("vp", "director"),
    ("head", "director"),
    ("chief", "director"),
    ("c-level", "director"),
    ("entry", "pm"),
    ("associate", "pm"),
    ("intern", "pm"),
    ("junior", "pm"),
    ("mid", "pm"),
    ("senior", "pm"),
    ("staff", "pm"),
    ("individual contributor", "pm"),
)


def companies_of(findings: Iterable[Finding]) -> tuple[Group, ...]:
    """The findings by company, most inflated and deflated titles first."""
    return _groups(findings, lambda finding: finding.company)


def departments_of(findings: Iterable[Finding]) -> tuple[Group, ...]:
    """The findings by department, most inflated and deflated titles first."""
    return _groups(findings, lambda finding: finding.department)


def _groups(findings: Iterable[Finding], of: Callable[[Finding], str | None]) -> tuple[Group, ...]:
    counts = defaultdict[str, Counter[str]](Counter)
    names = dict[str, str]()
    for finding in findings:
        name = " ".join((of(finding) or "").split())
        if name:
            counts[names.setdefault(name.casefold(), name)][finding.kind] += 1
    groups = [Group(name, c.total(), {kind: c[kind] for kind in KINDS}) for name, c in counts.items()]
    return tuple(sorted(groups, key=lambda g: (-g.findings["inflated"] - g.findings["deflated"], -g.postings, g.name)))


def inversions(findings: Iterable[Finding]) -> tuple[Inversion, ...]:
    """Within each company, the widest gaps of a PM title whose text stands above that of a director's title.

    Only texts that were given a level count: the PM title's reads as director-level, the director title's as PM-level.
    """
    lower, higher = defaultdict[str, list[Finding]](list), defaultdict[str, list[Finding]](list)
    for finding in findings:
        company = " ".join((finding.company or "").split()).casefold()
        if finding.claimed == "pm" and finding.level == "director":
            lower[company].append(finding)
        elif finding.claimed == "director" and finding.level == "pm":
            higher[company].append(finding)
    pairs = (
        Inversion(low.company, low.row, high.row, _log_odds(low) - _log_odds(high))
        for company, lows in lower.items()
        if company
        for low in lows
        for high in higher[company]
    )
    return tuple(nsmallest(INVERSIONS, pairs, key=lambda pair: (-pair.gap, pair.lower, pair.higher)))


def _log_odds(finding: Finding) -> float:
    return logit(min(max(finding.p_director or 0.0, 1e-12), 1 - 1e-12))


def same_titles(findings: Iterable[Finding]) -> tuple[SameTitle, ...]:
    """Titles, but for case and punctuation the same, whose texts are of both levels; the most postings first."""
    titled = defaultdict[str, list[Finding]](list)
    for finding in findings:
        if finding.title and finding.level in {"director", "pm"} and (plain := plain_title(finding.title)):
            titled[plain].append(finding)
    mixed = [
        SameTitle(
            group[0].title or "",
            tuple(f.row for f in group if f.level == "director"),
            tuple(f.row for f in group if f.level == "pm"),
        )
        for group in titled.values()
        if len({f.level for f in group}) > 1
    ]
    return tuple(sorted(mixed, key=lambda same: (-len(same.director) - len(same.pm), same.title)))


def plain_title(title: str) -> str:
    """A title without case, punctuation and accents of form: `Sr. Product Manager` is `sr product manager`."""
    folded = unicodedata.normalize("NFKC", title).casefold()
    return " ".join("".join(c if c.isalnum() or c == "+" else " " for c in folded).split())


def seniorities(findings: Sequence[Finding]) -> tuple[Seniority, ...]:
    """Each value of a job board's seniority field, with the levels of the texts it stands over."""
    groups = defaultdict[str, list[Finding]](list)
    for finding in findings:
        if given := " ".join((finding.seniority or "").split()):
            groups[given.casefold()].append(finding)
    result = []
    for name, group in groups.items():
        claims = claimed_seniority(name)
        other = {"director": "pm", "pm": "director"}.get(claims or "")
        result.append(
            Seniority(
                " ".join((group[0].seniority or "").split()),
                claims,
                dict(Counter(f.level for f in group).most_common()),
                tuple(f.row for f in group if f.level == other),
            )
        )
    return tuple(sorted(result, key=lambda s: (-sum(s.levels.values()), s.given)))


def claimed_seniority(given: str) -> Side | None:
    """The level that a job board's seniority stands for; None where it says none."""
    folded = given.casefold()
    return next((side for word, side in _SENIORITY if word in folded), None)
