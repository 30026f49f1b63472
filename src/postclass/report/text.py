"""The terminal's view of one verdict: a verdict in, a compact text for the eye out."""

import textwrap
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

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
    listed,
    missing,
    note_words,
    one_line,
    signs,
    why,
)
from postclass.traits import Side, Trait
from postclass.verdict import Verdict

NARROW, WIDE = 56, 100  # columns; the scale needs 55, and wider lines are hard to read
COLUMNS_FROM = 76  # below this a quote stands under its label, not beside it
SCALE_STEPS = 40  # half of a usual terminal; one step is 2.5 %
OURS, THEIRS = 6, 4  # signs shown of the verdict's side and of the other; the rest are named in a line
QUOTE_LINES = 2
INDENT = "  "

# Magenta and cyan keep apart for most colour-blind eyes and read on dark and light grounds alike.
_COLOURS = {"director": "35", "pm": "36", "unclear": "33", "out_of_scope": "33"}
Paint = Callable[[str, str], str]


def render_text(verdict: Verdict, *, traits: Sequence[Trait], color: bool, width: int) -> str:
    """The verdict as lines of at most `width` columns, with ANSI colours where asked for; no trailing newline."""
    paint: Paint = _ansi if color else lambda text, code: text  # noqa: ARG005 - a plain terminal ignores the code
    width = min(max(width, NARROW), WIDE) - len(INDENT)
    blocks = (_head(verdict, paint, width), _reason(verdict, traits, width), _evidence(verdict, traits, paint, width),
              _rest(verdict, traits, paint, width))  # fmt: skip
    shown = [[f"{INDENT}{line}".rstrip() for line in block] for block in blocks]
    return "\n\n".join("\n".join(block) for block in shown if block)


def _ansi(text: str, code: str) -> str:
    return f"\x1b[{code}m{text}\x1b[0m" if text else ""


def _wrapped(text: str, width: int, *, hang: int = 0) -> list[str]:
    return textwrap.wrap(one_line(text), width, subsequent_indent=" " * hang, break_on_hyphens=False)


def _head(verdict: Verdict, paint: Paint, width: int) -> Iterator[str]:
    for line in _cut(textwrap.wrap(given_words(verdict), width)):
        yield paint(line, "2")
    title = paint(headline(verdict).upper(), f"1;{_COLOURS[verdict.level]}")
    yield f"{title}  {certainty(verdict)}"
    if verdict.p_director is not None:
        yield _scale(verdict, paint)


def _scale(verdict: Verdict, paint: Paint) -> str:
    """A line from PM to director, filled from the boundary in the middle to where the text stands."""
    middle, place = SCALE_STEPS // 2, round((verdict.p_director or 0.0) * SCALE_STEPS)
    low, high = sorted((middle, place))
    marks = ["━" if low <= step <= high else "─" for step in range(SCALE_STEPS + 1)]
    marks[middle], marks[place] = "┼", "●"
    filled = paint("".join(marks[low : high + 1]), _COLOURS[leaning(verdict)])
    before, after = (paint(part, "2") for part in ("".join(marks[:low]), "".join(marks[high + 1 :])))
    return f"PM {before}{filled}{after} director"


def _reason(verdict: Verdict, traits: Sequence[Trait], width: int) -> Iterator[str]:
    for sentence in (why(verdict, traits), *note_words(verdict)):
        yield from _wrapped(sentence, width)


def _evidence(verdict: Verdict, traits: Sequence[Trait], paint: Paint, width: int) -> Iterator[str]:
    side = leaning(verdict)
    sections = [(s, found) for s in (side, OTHER[side]) if (found := signs(verdict, traits, s))]
    column = max((len(sign.label) for _, found in sections for sign in found), default=0)
    for number, (section, found) in enumerate(sections):
        if number:
            yield ""
        yield paint(f"Signs of {LEVEL_WORDS[section]} work", "1")
        shown = [sign for sign in found if sign.steps][: OURS if section == side else THEIRS]
        above = ""
        for sign in shown:
            quoted = replace(sign, quote="the same line") if sign.quote == above else sign
            yield from _sign(quoted, section, paint, column=column, width=width)
            above = sign.quote
        if rest := found[len(shown) :]:
            yield from _wrapped(f"{'also' if shown else 'of little weight'}: {listed([s.label for s in rest])}", width)


def _sign(sign: Sign, side: Side, paint: Paint, *, column: int, width: int) -> Iterator[str]:
    """A bar, the label and the quoted line, beside it where there is room."""
    bar = paint("▪" * sign.steps, _COLOURS[side]) + paint("·" * (BAR_STEPS - sign.steps), "2")
    beside = width >= COLUMNS_FROM - len(INDENT)
    before = BAR_STEPS + 1 + (column + 2 if beside else 0)
    quote = _cut(_wrapped(sign.quote, width - before)) or [""]
    yield f"{bar} {begun(sign.label):<{column}}  {quote[0]}" if beside else f"{bar} {begun(sign.label)}"
    for line in quote[1 if beside else 0 :]:
        yield f"{' ' * before}{line}"


def _cut(lines: list[str]) -> list[str]:
    """At most QUOTE_LINES lines, an ellipsis where more is cut off."""
    if len(lines) <= QUOTE_LINES:
        return lines
    last = lines[QUOTE_LINES - 1]
    return [*lines[: QUOTE_LINES - 1], f"{last.rpartition(' ')[0] or last[:-2]} …"]


def _rest(verdict: Verdict, traits: Sequence[Trait], paint: Paint, width: int) -> Iterator[str]:
    """What is missing, what would change the verdict, and the sum behind it."""
    for side in OTHER:
        if labels := [t.label for t in missing(verdict, traits) if t.side == side]:
            yield from _wrapped(f"Not found ({LEVEL_WORDS[side]}): {', '.join(labels)}", width, hang=2)
    if verdict.explanation is None:
        return
    if flip := verdict.explanation.flip:
        yield from _wrapped(flip_words(flip, traits), width, hang=2)
        for line in flip.drop_lines:
            yield from (f"  {part}" for part in _cut(_wrapped(f"“{line}”", width - 2)))
    parts = balance(verdict, traits)
    total = f"{sum(value for _, value in parts):+.2f}"
    terms = ", ".join(f"{name} {value:+.2f}" for name, value in parts)
    for line in _wrapped(f"log-odds of director {total} = {terms}", width, hang=2):
        yield paint(line, "2")
