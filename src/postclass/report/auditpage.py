"""An audit in, its report out: one self-contained HTML page with charts, a table and the page of each posting.

The page's words travel as JSON that the browser never parses as HTML, and its script makes text of them and nothing
else. The content security policy allows the one style sheet and the one script, by their hashes, and no network.
"""

import json
from base64 import b64encode
from collections.abc import Sequence
from functools import cache
from hashlib import sha256
from html import escape
from math import log
from pathlib import Path
from typing import Any

from postclass.finding import Audit, Change, Detail, Example, Finding, Rewrite
from postclass.report.auditjson import across_record, summary_record
from postclass.report.auditwords import advice, certain, headline, summary_words
from postclass.report.words import visible
from postclass.traits import Trait

WEB = Path(__file__).with_name("web")
SCRIPTS = ("common.js", "posting.js", "audit.js", "report.js")
# Texts of postings that a page holds: with what is told of 10,000 postings besides it stays under 15 MB.
MAX_TOLD = 9_500_000  # bytes
MAX_SHOWN = 40_000  # characters of one posting's text; a longer one is no reading for a page
MAX_NAME = 300  # characters of a title, a company, …
MAX_REJECTIONS = 2000
DIGITS = 4
NOT_TOLD = "This posting's text is left out, for the report would be too large; -o audit.json tells all that was found."
TOO_LONG = "The text of this posting is too long for a page; -o audit.json tells it."

_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>{title}</title>
<style>{css}</style>
</head>
<body>
<a class="skip" href="#main">Skip to the audit</a>
<header class="bar" id="bar"></header>
<main id="main" tabindex="-1">
<h1>Title audit</h1>
{summary}
<p>The charts, the table and the postings need JavaScript, which is turned off here.</p>
</main>
<footer id="foot"></footer>
<script type="application/json" id="data">{data}</script>
<script>{script}</script>
</body>
</html>
"""


def render_audit(audit: Audit, traits: Sequence[Trait]) -> str:
    """The audit as one HTML document for screen (light and dark) and paper."""
    css, script = web_text("postclass.css"), "\n".join(map(web_text, SCRIPTS))
    policy = (
        f"default-src 'none'; style-src '{_digest(css)}'; script-src '{_digest(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )
    return _PAGE.format(
        policy=policy,
        title=escape(visible(f"Title audit of {audit.source}" if audit.source else "Title audit")),
        css=css,
        summary="\n".join(f"<p>{escape(visible(line))}</p>" for line in summary_words(audit)),
        data=script_json(page_record(audit, traits)),
        script=script,
    )


@cache
def web_text(name: str) -> str:
    """A style sheet or a script of the pages."""
    return (WEB / name).read_text(encoding="utf-8")


def _digest(text: str) -> str:
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode('ascii')}"


def script_json(value: object) -> str:
    """JSON that may stand inside a script element: nothing in it ends the element, and no line end that JSON lacks."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def page_record(audit: Audit, traits: Sequence[Trait]) -> dict[str, Any]:
    """What the page's script reads: the audit with spans in place of quotes, and each example once."""
    told = Told(traits)
    return {
        "summary": summary_record(audit),
        "postings": _within(audit, told),
        **{name: value for name, value in across_record(audit).items() if name != "ladder"},
        "rejections": [
            {"row": r.row, "reason": _short(r.reason), "where": _short(r.where)}
            for r in audit.rejections[:MAX_REJECTIONS]
        ],
        "traits": told.traits(),
        "examples": told.examples,
    }


def _within(audit: Audit, told: "Told") -> list[dict[str, Any]]:
    """All postings; texts are told while there is room, mismatches first and the surest of them before others."""
    order = sorted(
        range(len(audit.findings)),
        key=lambda at: (_RANK.get(audit.findings[at].kind, 2), -(audit.findings[at].probability or 0.0), at),
    )
    room, records = MAX_TOLD, dict[int, dict[str, Any]]()
    for at in order:
        record = records[at] = told.finding(audit.findings[at])
        if "detail" in record:
            room -= (size := len(script_json(record["detail"]).encode("utf-8", "backslashreplace")))
            if room < 0:
                room += size
                del record["detail"]
                record["untold"] = NOT_TOLD
    return [records[at] for at in range(len(records))]


_RANK = {"inflated": 0, "deflated": 0, "undecided": 1}


class Told:
    """Makes the records of findings for the page's script, and gathers the examples that they name."""

    def __init__(self, traits: Sequence[Trait]) -> None:
        self._traits = {trait.key: trait for trait in traits}
        self.examples: dict[str, dict[str, Any]] = {}

    def traits(self) -> dict[str, dict[str, Any]]:
        """Each trait with its words and two phrases that show it."""
        return {
            key: {"side": t.side, "label": t.label, "sentence": t.sentence, "examples": list(t.examples[:2])}
            for key, t in self._traits.items()
        }

    def finding(self, finding: Finding) -> dict[str, Any]:
        """One posting; what is null, false or empty is left out."""
        record: dict[str, Any] = {
            "row": finding.row,
            "id": _short(finding.id),
            "title": _short(finding.title),
            "company": _short(finding.company),
            "department": _short(finding.department),
            "seniority": _short(finding.seniority),
            "claimed": finding.claimed,
            "level": finding.level,
            "finding": finding.kind,
            "probability": _rounded(finding.probability),
            "certainty": None if finding.probability is None else certain(finding.probability),
            "p_director": _rounded(finding.p_director),
            "ignored": finding.ignored,
            "path": _short(finding.path),
            "line": finding.line,
            "headline": headline(finding),
            "advice": self._advice(finding),
        }
        if finding.detail is not None and len(finding.detail.text) > MAX_SHOWN:
            record["untold"] = TOO_LONG
        elif finding.detail is not None:
            record["detail"] = self._detail(finding.detail, finding.p_director)
        return {key: value for key, value in record.items() if value or (value == 0.0 and value is not False)}

    def _advice(self, finding: Finding) -> list[str]:
        """The advice, without the change of the text, which the page shows in full beside it."""
        lines = list(advice(finding, self._traits))
        if lines and finding.detail is not None and finding.detail.change is not None:
            del lines[-2]
        return lines

    def _detail(self, detail: Detail, p_director: float | None) -> dict[str, Any]:
        shown = detail.wording + detail.bias + sum(proof.log_odds for proof in detail.proofs)
        place = Places(detail.text)
        for example in detail.examples:
            self.examples.setdefault(example.id, _example(example))
        return {
            "text": detail.text,
            "proofs": [[p.trait, place[p.start], place[p.end], _rounded(p.log_odds)] for p in detail.proofs],
            "missing": list(detail.missing),
            "wording": _rounded(detail.wording),
            "bias": _rounded(detail.bias),
            "absent": None if p_director is None else _rounded(_log_odds(p_director) - shown),
            "change": None if detail.change is None else _change(detail.change),
            "rewrite": {rewrite.target: _rewrite(rewrite, place) for rewrite in detail.rewrites},
            "examples": [[e.id, _rounded(e.similarity)] for e in detail.examples],
        }


class Places:
    """Where characters of a text stand in JavaScript, which counts those beyond the basic plane as two."""

    def __init__(self, text: str) -> None:
        self._wide = [at for at, character in enumerate(text) if character > "\uffff"] if not text.isascii() else []

    def __getitem__(self, at: int) -> int:
        return at + sum(wide < at for wide in self._wide)


def _short(text: str | None) -> str | None:
    return text if text is None or len(text) <= MAX_NAME else f"{text[:MAX_NAME]}…"


def _rounded(number: float | None) -> float | None:
    return None if number is None else round(number, DIGITS)


def _log_odds(p: float) -> float:
    p = min(max(p, 1e-15), 1 - 1e-15)
    return log(p / (1 - p))


def _change(change: Change) -> dict[str, Any]:
    flip = change.text
    text = (
        {}
        if flip is None
        else {
            "to": flip.to,
            "drop": list(flip.drop_lines),
            "add": list(flip.add_traits),
            "p": _rounded(flip.p_director),
        }
    )
    return {"titles": list(change.titles), **text}


def _rewrite(rewrite: Rewrite, place: Places) -> dict[str, Any]:
    return {
        "reached": rewrite.reached,
        "lines": [[place[c.start], place[c.end], _rounded(c.log_odds)] for c in rewrite.cuts],
        "add": [[a.trait, _rounded(a.log_odds)] for a in rewrite.additions],
    }


def _example(example: Example) -> dict[str, Any]:
    return {
        "title": example.title,
        "company": example.company,
        "level": example.level,
        "lines": [list(line) for line in example.lines],
    }
