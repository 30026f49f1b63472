"""A source of postings in, the audit of their titles out: a finding each, and what holds across them."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

from postclass import __version__
from postclass.agreement import Agreement, agreement
from postclass.batches import to_batch, verdicts_of
from postclass.comparison import companies_of, departments_of, inversions, same_titles, seniorities
from postclass.dossier import SIDES, Dossiers
from postclass.errors import InputError
from postclass.finding import KINDS, Audit, Detail, Finding, Kind, Side
from postclass.judge import JudgeSettings, Model
from postclass.posting import Posting, Rejection
from postclass.scorer import Scorer
from postclass.twins import twins
from postclass.verdict import Verdict

CHUNK = 4096  # postings judged at a time: enough for the compiled scorer to be worth its start
# What is told in full: the surest mismatches, then what is undecided, at most so many (nobody reads more, and telling
# one takes fifty times as long as judging it); then so many others, so that a report of few postings tells all.
MOST_TOLD = 1500
OTHERS_TOLD = 300
MISMATCHES: tuple[Kind, ...] = ("inflated", "deflated")


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditSettings:
    """How to audit."""

    prior: float | None = None  # share of directors among the postings
    targets: tuple[Side, ...] = SIDES  # of the rewrite help
    told: int | None = None  # postings told in full; None: MOST_TOLD findings and OTHERS_TOLD others
    ignore: tuple["Ignored", ...] = ()


@dataclass(frozen=True, slots=True)
class Ignored:
    """A line of an ignore file: ids (or paths) by pattern, and the kinds of finding that are set aside; none: all."""

    pattern: str
    kinds: tuple[Kind, ...] = ()

    def holds(self, posting: Posting, kind: Kind) -> bool:
        """Whether a finding on a posting is set aside."""
        names = filter(None, (posting.id, posting.about.path))
        return (not self.kinds or kind in self.kinds) and any(fnmatchcase(name, self.pattern) for name in names)


def read_ignored(text: str, *, name: str) -> tuple[Ignored, ...]:
    """The lines of an ignore file: a pattern, then kinds of finding; `#` begins a comment.

    Raises `InputError` with the line at a word that is no kind.
    """
    lines = []
    for number, line in enumerate(text.split("\n"), start=1):
        pattern, *kinds = line.split("#", 1)[0].split() or [""]
        if unknown := [kind for kind in kinds if kind not in KINDS]:
            raise InputError(f"{name}, line {number}: {unknown[0]!r} is no finding; these are {', '.join(KINDS)}.")
        if pattern:
            lines.append(Ignored(pattern, tuple(kind for kind in KINDS if kind in kinds)))
    return tuple(lines)


def audit(
    records: Iterable[Posting | Rejection],
    model: Model,
    *,
    source: str = "",
    settings: AuditSettings = AuditSettings(),
    progress: Callable[[int], None] | None = None,
) -> Audit:
    """Audits all postings of a source; `progress` is told how many of the two passes' postings are done so far.

    Holds all postings in memory, with what is made of them some 60 KB each.
    """
    postings, rejections = _read(records)
    scorer = Scorer(model, JudgeSettings(explain="terms", prior=settings.prior))
    verdicts: list[Verdict] = []
    for start in range(0, len(postings), CHUNK):
        verdicts += verdicts_of(scorer.judge(to_batch(postings[start : start + CHUNK])))
        if progress is not None:
            progress(len(verdicts))
    agreed = [agreement(posting.title, verdict) for posting, verdict in zip(postings, verdicts, strict=True)]
    findings = [
        finding_of(posting, verdict, result, ignore=settings.ignore)
        for posting, verdict, result in zip(postings, verdicts, agreed, strict=True)
    ]
    details = _details(
        postings, agreed, findings, Dossiers(model, prior=settings.prior, targets=settings.targets), settings
    )
    findings = [replace(finding, detail=details.get(place)) for place, finding in enumerate(findings)]
    return Audit(
        source=source,
        findings=tuple(findings),
        rejections=tuple(rejections),
        companies=companies_of(findings),
        departments=departments_of(findings),
        inversions=inversions(findings),
        same_titles=same_titles(findings),
        twins=twins(postings, findings),
        seniority=seniorities(findings),
        made={"postclass": __version__, "model": str(model.manifest.get("name", "")), "prior": settings.prior},
    )


def _read(records: Iterable[Posting | Rejection]) -> tuple[list[Posting], list[Rejection]]:
    postings: list[Posting] = []
    rejections: list[Rejection] = []
    for record in records:
        if isinstance(record, Rejection):
            rejections.append(record)
        else:
            postings.append(record)
    return postings, rejections


def finding_of(posting: Posting, verdict: Verdict, agreed: Agreement, *, ignore: Sequence[Ignored] = ()) -> Finding:
    """What an audit finds of one posting, without the details; lines of an ignore file may excuse it."""
    return Finding(
        row=posting.row,
        id=posting.id,
        title=posting.title,
        company=posting.company,
        department=posting.about.department,
        seniority=posting.about.seniority,
        claimed=agreed.claimed,
        level=verdict.level,
        kind=agreed.kind,
        probability=agreed.probability,
        mismatch=agreed.mismatch,
        p_director=verdict.p_director,
        p_in_scope=verdict.p_in_scope,
        lean=agreed.lean,
        traits=verdict.traits or (),
        notes=(*verdict.notes, *agreed.notes),
        ignored=agreed.kind in posting.about.ignored or any(line.holds(posting, agreed.kind) for line in ignore),
        path=posting.about.path,
        line=posting.about.line,
    )


def _details(
    postings: Sequence[Posting],
    agreed: Sequence[Agreement],
    findings: Sequence[Finding],
    dossiers: Dossiers,
    settings: AuditSettings,
) -> dict[int, Detail]:
    """The details of the findings that are told in full, by place."""
    usable = [place for place, finding in enumerate(findings) if finding.p_director is not None]
    first = [place for place in usable if findings[place].kind in MISMATCHES]
    first.sort(key=lambda place: (findings[place].ignored, -(findings[place].probability or 0.0), place))
    first += [place for place in usable if findings[place].kind == "undecided"]
    others = [place for place in usable if findings[place].kind not in {*MISMATCHES, "undecided"}]
    chosen = [*first[:MOST_TOLD], *others[:OTHERS_TOLD]]
    if settings.told is not None:
        chosen = [*first, *others][: settings.told]
    return {place: dossiers.detail(postings[place], agreed[place]) for place in chosen}
