"""A drift in, its report out: one self-contained HTML page without a script, or the same as JSON.

Every word from outside goes through `_safe`; the content security policy allows the one style sheet, by its hash.
"""

import json
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from hashlib import sha256
from html import escape
from math import isfinite
from pathlib import Path

from postclass.report.driftwords import (
    KIND_WORDS,
    SCORE_WORDS,
    label,
    percents,
    points,
    score_words,
    shown,
    side_words,
    verdict_words,
    witness_words,
)
from postclass.report.words import begun, visible
from postclass.shifts import Drift, Kind, Rising, ScoreShift, Shift
from postclass.traits import Trait

WEB = Path(__file__).with_name("web")
STYLES = ("postclass.css", "drift.css")
MAX_NAME = 300  # characters of a term or an input's name
_TABLES: tuple[Kind, ...] = ("levels", "abstention", "vocabulary", "traits")

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
<main>
{body}
</main>
</body>
</html>
"""


def render_drift(drift: Drift, traits: Sequence[Trait]) -> str:
    """The comparison as one HTML document for screen (light and dark) and paper."""
    css = "\n".join((WEB / name).read_text(encoding="utf-8") for name in STYLES)
    digest = b64encode(sha256(css.encode()).digest()).decode("ascii")
    return _PAGE.format(
        policy=f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'",
        title=_safe(f"Drift from {drift.old.name} to {drift.new.name}"),
        css=css,
        body="\n".join(_body(drift, {trait.key: trait for trait in traits})),
    )


def render_json(drift: Drift) -> str:
    """The comparison as JSON: every figure, moved or not."""
    told = {"moved": list(drift.moved), "too_few": drift.too_few, "visible": drift.visible}
    record = {**told, **asdict(drift)}
    for score in record["scores"]:
        score["by_chance"] = score["by_chance"] if isfinite(score["by_chance"]) else None
    for shift, made in zip(record["shifts"], drift.shifts, strict=True):
        shift["difference"] = made.difference
    return json.dumps(record, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def _safe(text: str) -> str:
    return escape(visible(text if len(text) <= MAX_NAME else f"{text[:MAX_NAME]}…"))


def _body(drift: Drift, traits: Mapping[str, Trait]) -> Iterator[str]:
    yield "<h1>What has moved</h1>"
    yield f'<p class="lead">{_safe(verdict_words(drift))}</p>'
    for which, side in (("Old", drift.old), ("New", drift.new)):
        yield f'<p class="soft">{_safe(side_words(side, which=which))}</p>'
    yield f'<p class="soft">{_safe(witness_words(drift))}</p>'
    yield '<div class="two">'
    yield from (_score(score) for score in drift.scores)
    yield "</div>"
    for kind in _TABLES:
        yield _table(kind, shown(drift, kind), traits)
    yield _terms(drift.terms)
    yield from (
        f'<p class="soft">{_safe(f"Not read in {which}: {count:,}: {reason}")}</p>'
        for which, side in (("old", drift.old), ("new", drift.new))
        for reason, count in sorted(side.rejections.items(), key=lambda item: -item[1])[:5]
    )


def _score(score: ScoreShift) -> str:
    shares = "" if score.index is None else _bins(score)
    return (
        f'<section class="card"><h2>{begun(SCORE_WORDS[score.key])}{_badge(moved=score.moved)}</h2>'
        f"<p>{_safe(score_words(score))}</p>{shares}</section>"
    )


def _bins(score: ScoreShift) -> str:
    """The shares of both sides by score, as bars and as a table."""
    highest = max((*score.old, *score.new, 1e-9))
    width = 100 / max(1, len(score.old))
    bars = "".join(
        f'<rect class="was" x="{width * at + 0.1 * width:.2f}" y="{40 - 38 * old / highest:.2f}" '
        f'width="{0.38 * width:.2f}" height="{38 * old / highest:.2f}"/>'
        f'<rect class="is" x="{width * at + 0.52 * width:.2f}" y="{40 - 38 * new / highest:.2f}" '
        f'width="{0.38 * width:.2f}" height="{38 * new / highest:.2f}"/>'
        for at, (old, new) in enumerate(zip(score.old, score.new, strict=True))
    )
    ends = [0.0, *score.edges, 1.0]
    rows = "".join(
        f"<tr><td>{ends[at]:.4f} to {ends[at + 1]:.4f}</td>"
        f'<td class="number">{percents(old)}</td><td class="number">{percents(new)}</td></tr>'
        for at, (old, new) in enumerate(zip(score.old, score.new, strict=True))
    )
    return (
        f'<svg class="tenths" viewBox="0 0 100 40" preserveAspectRatio="none" role="img" '
        f'aria-label="shares of the old postings and of the new ones by score">{bars}</svg>'
        '<p class="legend"><span class="was">old</span><span class="is">new</span></p>'
        "<details><summary>Shares by score</summary><table><thead><tr><th>score</th>"
        f'<th class="number">old</th><th class="number">new</th></tr></thead><tbody>{rows}</tbody></table></details>'
    )


def _table(kind: Kind, shifts: Sequence[Shift], traits: Mapping[str, Trait]) -> str:
    reach = max((abs(end) for shift in shifts for end in (shift.low, shift.high)), default=1.0) or 1.0
    rows = "\n".join(
        f'<tr><th scope="row">{_safe(begun(label(shift, traits)))}{_badge(moved=shift.moved)}</th>'
        f'<td class="number">{percents(shift.old)}</td><td class="number">{percents(shift.new)}</td>'
        f"<td>{_interval(shift, reach)}</td>"
        f'<td class="number">{points(shift.difference)}</td>'
        f'<td class="number soft">{points(shift.low)} to {points(shift.high)}</td></tr>'
        for shift in shifts
    )
    return (
        f'<section class="card"><h2>{begun(KIND_WORDS[kind])}</h2><div class="scroll"><table class="moves"><thead><tr>'
        '<td></td><th class="number">old</th><th class="number">new</th><td></td><th class="number">points</th>'
        f'<th class="number">95 % interval</th></tr></thead><tbody>\n{rows}\n</tbody></table></div></section>'
    )


def _interval(shift: Shift, reach: float) -> str:
    low, high, at = (50 + 48 * end / reach for end in (shift.low, shift.high, shift.difference))
    kind = "moved" if shift.moved else "still"
    return (
        f'<svg class="interval {kind}" viewBox="0 0 100 12" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="zero" x="49.7" width=".6" height="12"/>'
        f'<rect class="reach" x="{low:.2f}" y="5" width="{max(0.5, high - low):.2f}" height="2"/>'
        f'<rect class="dot" x="{at - 0.8:.2f}" y="1.5" width="1.6" height="9"/></svg>'
    )


def _terms(terms: Sequence[Rising]) -> str:
    if not terms:
        return '<p class="soft">No term that is new to the model has risen beyond chance.</p>'
    rows = "\n".join(
        f'<tr><th scope="row">{_safe(rising.term)}</th><td class="number">{percents(rising.old)}</td>'
        f'<td class="number">{percents(rising.new)}</td></tr>'
        for rising in terms
    )
    return (
        '<section class="card"><h2>New to the model, and rising</h2><table class="moves"><thead><tr>'
        "<th>in postings</th>"
        f'<th class="number">old</th><th class="number">new</th></tr></thead>'
        f"<tbody>\n{rows}\n</tbody></table></section>"
    )


def _badge(*, moved: bool) -> str:
    return ' <span class="badge inflated">moved</span>' if moved else ""
