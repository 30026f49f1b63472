"""An audit in, its JSON out: the shape of `docs/audit.md`, plain values only."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from postclass.finding import Audit, Detail, Finding, Group, Rewrite
from postclass.report.auditwords import LIMITS, advice, certain, counted, headline, summary_words
from postclass.traits import Trait
from postclass.verdict import Flip

# The number of the shape: fields may be added under it, none change their meaning or go.
SCHEMA = "postclass.audit/1"


def audit_record(audit: Audit, traits: Sequence[Trait]) -> dict[str, Any]:
    """The whole audit as plain JSON values."""
    by_key = {trait.key: trait for trait in traits}
    return {
        "schema": SCHEMA,
        "summary": summary_record(audit),
        "postings": [finding_record(finding, by_key) for finding in audit.findings],
        **across_record(audit),
        "rejections": [{"row": r.row, "reason": r.reason, "where": r.where} for r in audit.rejections],
        "traits": {t.key: {"side": t.side, "label": t.label, "sentence": t.sentence} for t in traits},
    }


def summary_record(audit: Audit) -> dict[str, Any]:
    """Counts, and what they come to in words."""
    findings = audit.findings
    return {
        "source": audit.source,
        "postings": len(findings),
        "rejected": len(audit.rejections),
        "ignored": sum(finding.ignored for finding in findings),
        "findings": counted(findings),
        "claimed": _counts(finding.claimed for finding in findings),
        "levels": _counts(finding.level for finding in findings),
        "notes": _counts(note for finding in findings for note in finding.notes),
        "says": list(summary_words(audit)),
        "limits": list(LIMITS),
        "hints": list(audit.hints),
        "made": dict(audit.made),
    }


def _counts(values: Any) -> dict[str, int]:  # noqa: ANN401 - any strings
    return dict(sorted(Counter(values).items(), key=lambda item: (-item[1], item[0])))


def finding_record(finding: Finding, traits: Mapping[str, Trait]) -> dict[str, Any]:
    """One posting's finding; `detail` is null where only the verdict is told."""
    return {
        "row": finding.row,
        "id": finding.id,
        "title": finding.title,
        "company": finding.company,
        "department": finding.department,
        "seniority": finding.seniority,
        "claimed": finding.claimed,
        "level": finding.level,
        "finding": finding.kind,
        "probability": finding.probability,
        "certainty": None if finding.probability is None else certain(finding.probability),
        "mismatch": finding.mismatch,
        "p_director": finding.p_director,
        "p_in_scope": finding.p_in_scope,
        "lean": finding.lean,
        "traits": list(finding.traits),
        "notes": list(finding.notes),
        "ignored": finding.ignored,
        "path": finding.path,
        "line": finding.line,
        "headline": headline(finding),
        "advice": list(advice(finding, traits)),
        "detail": None if finding.detail is None else _detail_record(finding.detail, traits),
    }


def _detail_record(detail: Detail, traits: Mapping[str, Trait]) -> dict[str, Any]:
    return {
        "text": detail.text,
        "evidence": [
            {
                "trait": p.trait,
                "side": traits[p.trait].side,
                "label": traits[p.trait].label,
                "quote": p.quote,
                "start": p.start,
                "end": p.end,
                "probability": p.probability,
                "log_odds": p.log_odds,
            }
            for p in detail.proofs
        ],
        "missing": list(detail.missing),
        "wording": detail.wording,
        "bias": detail.bias,
        "change": None
        if detail.change is None
        else {"titles": list(detail.change.titles), "text": _flip_record(detail.change.text)},
        "rewrite": {rewrite.target: _rewrite_record(rewrite) for rewrite in detail.rewrites},
        "examples": [
            {
                "id": e.id,
                "title": e.title,
                "company": e.company,
                "level": e.level,
                "similarity": e.similarity,
                "lines": [{"trait": trait, "line": line} for trait, line in e.lines],
            }
            for e in detail.examples
        ],
    }


def _flip_record(flip: Flip | None) -> dict[str, Any] | None:
    if flip is None:
        return None
    return {
        "to": flip.to,
        "drop_lines": list(flip.drop_lines),
        "add_traits": list(flip.add_traits),
        "p_director": flip.p_director,
    }


def _rewrite_record(rewrite: Rewrite) -> dict[str, Any]:
    return {
        "reached": rewrite.reached,
        "lines": [
            {"line": c.line, "start": c.start, "end": c.end, "log_odds": c.log_odds, "traits": list(c.traits)}
            for c in rewrite.cuts
        ],
        "add": [{"trait": a.trait, "log_odds": a.log_odds, "examples": list(a.examples)} for a in rewrite.additions],
    }


def across_record(audit: Audit) -> dict[str, Any]:
    """What holds across postings; rows point at `postings`."""
    return {
        "companies": [_group_record(group) for group in audit.companies],
        "departments": [_group_record(group) for group in audit.departments],
        "ladder": [
            {"row": f.row, "claimed": f.claimed, "p_director": f.p_director}
            for f in audit.findings
            if f.p_director is not None and f.claimed != "other" and f.kind != "out_of_scope"
        ],
        "inversions": [
            {"company": i.company, "lower": i.lower, "higher": i.higher, "gap": i.gap} for i in audit.inversions
        ],
        "same_titles": [{"title": s.title, "director": list(s.director), "pm": list(s.pm)} for s in audit.same_titles],
        "twins": [
            {"rows": list(t.rows), "titles": list(t.titles), "claims": list(t.claims), "similarity": t.similarity}
            for t in audit.twins
        ],
        "seniority": [
            {"given": s.given, "claims": s.claims, "levels": dict(s.levels), "rows": list(s.rows)}
            for s in audit.seniority
        ],
    }


def _group_record(group: Group) -> dict[str, Any]:
    return {"name": group.name, "postings": group.postings, "findings": dict(group.findings)}
