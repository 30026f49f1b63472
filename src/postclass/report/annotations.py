"""An audit in; what reviewers of a repository see out: SARIF 2.1.0, or GitHub's workflow commands."""

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path, PurePath
from typing import Any
from urllib.parse import quote

from postclass.finding import Audit, Finding, Kind
from postclass.report.auditwords import advice, headline
from postclass.report.words import one_line
from postclass.traits import Trait

TOOL = "postclass"
SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
# The findings that are told, how loud, and what each of them means.
RULES: Mapping[Kind, tuple[str, str, str]] = {
    "inflated": ("warning", "TitleAboveText", "The title claims a higher level of work than the text describes."),
    "deflated": ("warning", "TitleBelowText", "The text describes a higher level of work than the title claims."),
    "undecided": ("note", "Undecided", "Title and text could not be compared, or not surely enough."),
}
# What GitHub and other viewers take for the root of a repository; they resolve relative paths against it.
_ROOT = "%SRCROOT%"
_GITHUB = {"warning": "warning", "note": "notice"}


def render_sarif(audit: Audit, traits: Sequence[Trait]) -> bytes:
    """SARIF 2.1.0: a result for every finding of RULES, ignored ones suppressed, and what could not be read."""
    by_key = {trait.key: trait for trait in traits}
    log = {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": _driver(audit)},
                "columnKind": "unicodeCodePoints",
                "invocations": [
                    {"executionSuccessful": True, "toolExecutionNotifications": list(_notifications(audit))}
                ],
                "results": [_result(finding, audit.source, by_key) for finding in told(audit.findings)],
            }
        ],
    }
    return (json.dumps(log, ensure_ascii=True, indent=1) + "\n").encode("ascii")


def told(findings: Iterable[Finding]) -> list[Finding]:
    """The findings that reviewers are told: those of RULES, the surest of each kind first."""
    order = list(RULES)
    kept = [finding for finding in findings if finding.kind in RULES]
    return sorted(kept, key=lambda finding: (order.index(finding.kind), -(finding.probability or 0.0), finding.row))


def _driver(audit: Audit) -> dict[str, Any]:
    return {
        "name": TOOL,
        "semanticVersion": str(audit.made.get("postclass", "0.0.0")),
        "rules": [
            {
                "id": kind,
                "name": name,
                "shortDescription": {"text": text},
                "defaultConfiguration": {"level": level},
                "help": {"text": "It judges postings, never people. Read the posting again; docs/audit.md says more."},
            }
            for kind, (level, name, text) in RULES.items()
        ],
    }


def _result(finding: Finding, source: str, traits: Mapping[str, Trait]) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": finding.kind,
        "ruleIndex": list(RULES).index(finding.kind),
        "level": RULES[finding.kind][0],
        "message": {"text": _message(finding, traits)},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": _artifact(finding.path or source),
                    "region": {"startLine": finding.line or 1},
                },
                "logicalLocations": [
                    {"name": one_line(finding.title or ""), "fullyQualifiedName": f"row {finding.row}"}
                ],
            }
        ],
        "partialFingerprints": {"posting/v1": _fingerprint(finding)},
        "properties": {
            "row": finding.row,
            "id": finding.id,
            "claimed": finding.claimed,
            "textLevel": finding.level,
            "probability": finding.probability,
            "pDirector": finding.p_director,
        },
    }
    if finding.ignored:
        result["suppressions"] = [{"kind": "external"}]
    return result


def _notifications(audit: Audit) -> Iterator[dict[str, Any]]:
    for rejection in audit.rejections:
        yield {
            "level": "error",
            "message": {
                "text": one_line(f"Record {rejection.row} was not read: {rejection.reason} ({rejection.where})")
            },
        }


def _message(finding: Finding, traits: Mapping[str, Trait]) -> str:
    name = one_line(finding.title or finding.id or f"row {finding.row}")
    return "\n".join([f"“{name}”: {headline(finding)}", *advice(finding, traits)])


def _fingerprint(finding: Finding) -> str:
    """The same for the same posting and finding wherever in the input they stand."""
    named = _relative(finding.path) if finding.path else finding.id or str(finding.row)
    parts = (named, finding.title or "", finding.kind)
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _artifact(path: str) -> dict[str, str]:
    """A path below the working directory as a URI relative to it, any other as a whole one; stdin keeps its name."""
    placed = _relative(path)
    if PurePath(placed).is_absolute():
        return {"uri": PurePath(placed).as_uri()}
    return {"uri": quote(placed.encode("utf-8", "surrogateescape"), safe="/"), "uriBaseId": _ROOT}


def _relative(path: str) -> str:
    """A path below the working directory as seen from there, any other from the root; its slashes forward."""
    whole = Path(os.path.abspath(path))  # noqa: PTH100 - `resolve` follows links, and viewers know files by their names
    return (whole.relative_to(Path.cwd()) if whole.is_relative_to(Path.cwd()) else whole).as_posix()


def render_github(audit: Audit, traits: Sequence[Trait]) -> bytes:
    """GitHub's workflow commands, one a finding that is not ignored, and one for all that could not be read."""
    by_key = {trait.key: trait for trait in traits}
    lines = []
    for finding in told(audit.findings):
        if finding.ignored:
            continue
        level, _, text = RULES[finding.kind]
        where = {"file": _relative(finding.path or audit.source), "line": str(finding.line or 1), "title": text}
        lines.append(_command(_GITHUB[level], where, _message(finding, by_key)))
    for rejection in audit.rejections:
        where = {"file": _relative(audit.source), "title": "Not read"}
        lines.append(
            _command("error", where, f"Record {rejection.row} was not read: {rejection.reason} ({rejection.where})")
        )
    return "".join(f"{line}\n" for line in lines).encode("utf-8", "backslashreplace")


def _command(name: str, properties: Mapping[str, str], message: str) -> str:
    told_properties = ",".join(f"{key}={_escaped(value, ':,')}" for key, value in properties.items())
    return f"::{name} {told_properties}::{_escaped(message)}"


def _escaped(text: str, more: str = "") -> str:
    """As GitHub's toolkit escapes data and, with `more`, properties: what would end the command becomes %XX."""
    for mark in f"%\r\n{more}":
        text = text.replace(mark, f"%{ord(mark):02X}")
    return text
