"""The page of one verdict: a verdict in; self-contained HTML with the posting highlighted by trait out.

Every word from outside goes through `_safe`; the page has no script, no outside resource and no inline style, and its
content security policy forbids them all.
"""

from collections.abc import Iterator, Sequence
from html import escape
from itertools import pairwise
from pathlib import Path

from postclass.report.words import (
    BAR_STEPS,
    LEVEL_WORDS,
    OTHER,
    Sign,
    balance,
    begun,
    certainty,
    flip_words,
    given_words,
    headline,
    leaning,
    missing,
    note_words,
    signs,
    visible,
    why,
)
from postclass.traits import Side, Trait
from postclass.verdict import Evidence, Explanation, Verdict

PAGE = """<!DOCTYPE html>
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
{body}
</body>
</html>"""


def render_html(verdict: Verdict, traits: Sequence[Trait]) -> str:
    """The verdict as one HTML document for screen (light and dark) and paper."""
    css = Path(__file__).with_name("page.css").read_text(encoding="utf-8")
    body = "\n".join(filter(None, (
        _header(verdict, traits), _sides(verdict, traits), _changes(verdict, traits), _posting(verdict, traits),
        _sum(verdict, traits)
    )))  # fmt: skip
    title = " · ".join(part for part in (headline(verdict), verdict.title, verdict.company) if part)
    return PAGE.format(policy=_policy(css), title=_safe(title), css=css, body=body)


def _policy(css: str) -> str:
    """A policy that allows this one style sheet and nothing else."""
    from base64 import b64encode
    from hashlib import sha256

    digest = b64encode(sha256(css.encode()).digest()).decode("ascii")
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


def _safe(text: str) -> str:
    return escape(visible(text))


def _header(verdict: Verdict, traits: Sequence[Trait]) -> str:
    given = given_words(verdict)
    lines = [f'<p class="soft">{_safe(given)}</p>'] if given else []
    lines.append(f'<h1 class="{verdict.level}">{headline(verdict)} <small>{certainty(verdict)}</small></h1>')
    if verdict.p_director is not None:
        lines.append(_scale(verdict.p_director, leaning(verdict)))
    lines += [
        f'<p class="why">{_safe(sentence)}</p>' for sentence in (why(verdict, traits), *note_words(verdict)) if sentence
    ]
    return "<header>\n{}\n</header>".format("\n".join(lines))


def _scale(p_director: float, side: Side) -> str:
    place = 100 * p_director
    start, length = min(50, place), abs(place - 50)
    return (
        f'<div class="scale"><span>PM</span><svg viewBox="0 0 100 10" preserveAspectRatio="none" role="img" '
        f'aria-label="probability of director-level work: {p_director:.2f}">'
        f'<rect class="ground" y="4" width="100" height="2"/>'
        f'<rect class="middle" x="49.8" y="1" width=".4" height="8"/>'
        f'<rect class="{side}" x="{start:.2f}" y="3" width="{length:.2f}" height="4"/>'
        f'<rect class="{side}" x="{min(place, 99):.2f}" width="1" height="10"/></svg><span>director</span></div>'
    )


def _sides(verdict: Verdict, traits: Sequence[Trait]) -> str:
    side = leaning(verdict)
    parts = [_signs(s, found) for s in (side, OTHER[side]) if (found := signs(verdict, traits, s))]
    return '<div class="sides">\n{}\n</div>'.format("\n".join(parts)) if parts else ""


def _signs(side: Side, found: Sequence[Sign]) -> str:
    shown, rest = [s for s in found if s.steps], [s for s in found if not s.steps]
    rows = "\n".join(f"<dt>{_bar(side, sign)}{_label(sign)}</dt><dd>{_safe(sign.quote)}</dd>" for sign in shown)
    listed = f"<dl>\n{rows}\n</dl>" if shown else ""
    also = f"<p>{'Also' if shown else 'Of little weight'}: {', '.join(map(_label, rest))}</p>" if rest else ""
    return f'<section><h2 class="{side}">Signs of {LEVEL_WORDS[side]} work</h2>\n{listed}{also}</section>'


def _label(sign: Sign) -> str:
    if sign.key == "wording":
        return _safe(begun(sign.label))
    return f'<a href="#{_safe(sign.key)}">{_safe(begun(sign.label))}</a>'


def _bar(side: Side, sign: Sign) -> str:
    steps = (
        f'<rect class="{side if step < sign.steps else "ground"}" x="{12 * step}" width="8" height="9" rx="2"/>'
        for step in range(BAR_STEPS)
    )
    label = f"weight {sign.steps} of {BAR_STEPS}"
    return f'<svg viewBox="0 0 56 9" role="img" aria-label="{label}">{"".join(steps)}</svg>'


def _changes(verdict: Verdict, traits: Sequence[Trait]) -> str:
    """What is missing and what would change the verdict."""
    lines = [
        f'<p><b class="{side}">Not found ({LEVEL_WORDS[side]}):</b> {_safe(", ".join(labels))}</p>'
        for side in OTHER
        if (labels := [t.label for t in missing(verdict, traits) if t.side == side])
    ]
    if verdict.explanation is not None and (flip := verdict.explanation.flip):
        lines.append(f"<p><b>What would change it:</b> {_safe(flip_words(flip, traits))}</p>")
        lines += [f"<p>“{_safe(line)}”</p>" for line in flip.drop_lines]
    return "\n".join(lines)


def _posting(verdict: Verdict, traits: Sequence[Trait]) -> str:
    if verdict.explanation is None or not verdict.explanation.text:
        return ""
    lines = "\n".join(f"<p>{line}</p>" for line in _lines(verdict.explanation, {t.key: t for t in traits}))
    legend = " ".join(f'<mark class="{side}">{LEVEL_WORDS[side]}</mark>' for side in OTHER)
    return (
        f'<section class="posting"><h2>The posting as read</h2>\n<p class="soft">Lines that show a trait: {legend} '
        f'<mark class="both">both</mark></p>\n{lines}\n</section>'
    )


def _lines(explanation: Explanation, traits: dict[str, Trait]) -> Iterator[str]:
    """Each line of the text with its evidence marked and, at its end, a chip for each trait that begins there."""
    start = 0
    evidence = [e for e in explanation.evidence if e.trait in traits]
    for line in explanation.text.split("\n"):
        end = start + len(line)
        here = [e for e in evidence if e.start < end and e.end > start]
        chips = (
            f'<span class="chip {traits[e.trait].side}" id="{_safe(e.trait)}">{_safe(traits[e.trait].label)}</span>'
            for e in here
            if e.start >= start
        )
        yield _marked(line, start, here, traits) + "".join(chips)
        start = end + 1


def _marked(line: str, start: int, here: Sequence[Evidence], traits: dict[str, Trait]) -> str:
    """The line cut where a span begins or ends, each cut marked by the sides of the spans that cover it."""
    bounds = {start, start + len(line)}
    bounds |= {min(max(edge, start), start + len(line)) for e in here for edge in (e.start, e.end)}
    edges = sorted(bounds)
    parts = []
    for a, b in pairwise(edges):
        sides = {traits[e.trait].side for e in here if e.start <= a and b <= e.end}
        text = _safe(line[a - start : b - start])
        kind = "both" if len(sides) > 1 else "".join(sides)
        parts.append(f'<mark class="{kind}">{text}</mark>' if kind else text)
    return "".join(parts)


def _sum(verdict: Verdict, traits: Sequence[Trait]) -> str:
    """The exact sum behind the verdict, for those who want to add it up."""
    if verdict.explanation is None or not verdict.explanation.reasons:
        return ""
    labels = {t.key: t.label for t in traits} | {"bias": "start"}
    reasons = sorted(verdict.explanation.reasons, key=lambda r: -abs(r.log_odds))
    rows = "\n".join(f"<tr><td>{_safe(labels.get(r.key, r.key))}</td><td>{r.log_odds:+.3f}</td></tr>" for r in reasons)
    total = sum(value for _, value in balance(verdict, traits))
    return (
        '<details><summary>The sum behind it</summary>\n<p class="soft">Shares of the log-odds of director-level work; '
        "above zero speaks for it. Traits that were not found have a share too.</p>\n"
        f"<table>\n{rows}\n<tr><td><b>sum</b></td><td><b>{total:+.3f}</b></td></tr>\n</table></details>"
    )
