"""What a report says: a verdict in; its headline, its main reasons and its signs by side in plain words out."""

import json
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from postclass.traits import Side, Trait
from postclass.verdict import NOTES, Evidence, Flip, Verdict, to_record

LEVEL_WORDS = {"director": "director-level", "pm": "PM-level"}
OTHER: dict[Side, Side] = {"director": "pm", "pm": "director"}

MAIN_REASONS = 3  # more than three reasons in one sentence is a list, and the list follows anyway
BAR_STEPS = 5  # a share is shown against the strongest one; more steps than five are not told apart at a glance

# Invisible characters that every scraper leaves behind and that do not change how a line reads.
_HARMLESS = frozenset("\u00ad\u200b\u200c\u200d\u2060\ufeff")
_UNSAFE = frozenset(
    {"Cc", "Cf", "Cs", "Zl", "Zp"}
)  # controls, bidi and other format characters, surrogates, separators


def visible(text: str) -> str:
    r"""The text with its control, bidi and surrogate characters shown as escapes, such as `\x1b` and `\u202e`."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_escaped(c) if _is_unsafe(c) else c for c in text)


def _is_unsafe(character: str) -> bool:
    return unicodedata.category(character) in _UNSAFE and character not in _HARMLESS


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")


def one_line(text: str) -> str:
    """The text on a single line, whitespace collapsed, nothing in it that a terminal would obey."""
    return visible(" ".join(text.split()))


def listed(words: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`; a comma before the last `and` where one of them holds an `and` itself."""
    last = ", and " if any(" and " in word for word in words) else " and "
    return last.join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


def percent(probability: float) -> str:
    """A probability as a person says it: never quite 0 or 100 %."""
    return f"{min(max(round(100 * probability), 1), 99)} %"


def headline(verdict: Verdict) -> str:
    """The verdict in three or four words."""
    if verdict.level == "out_of_scope":
        return "Not a product-management role"
    if verdict.level == "unclear":
        return "Too close to call" if verdict.p_director is not None else "Can't be judged"
    return {"director": "Director-level work", "pm": "PM-level work"}[verdict.level]


def certainty(verdict: Verdict) -> str:
    """How sure the verdict is, or which way a close one leans; blank where there is no probability."""
    if verdict.p_director is None:
        return ""
    side = leaning(verdict)
    sure = percent(verdict.p_director if side == "director" else 1 - verdict.p_director)
    if verdict.level == "unclear":
        return f"leans {LEVEL_WORDS[side]}, {sure}"
    if verdict.level == "out_of_scope":
        return "" if verdict.p_in_scope is None else f"{percent(1 - verdict.p_in_scope)} sure"
    return f"{sure} sure"


def leaning(verdict: Verdict) -> Side:
    """The side of the boundary that the text falls on, whatever the level."""
    return "director" if (verdict.p_director or 0.0) > 0.5 else "pm"  # noqa: PLR2004 - the contract's boundary


@dataclass(frozen=True, slots=True)
class Sign:
    """Something that speaks for a side: a trait with its quoted line, or the wording with its terms."""

    key: str
    label: str
    quote: str
    share: float  # log-odds towards the side it stands under; below 0 where it tips the other way here
    steps: int  # 0 to BAR_STEPS, against the strongest sign of the verdict


def signs(verdict: Verdict, traits: Iterable[Trait], side: Side) -> tuple[Sign, ...]:
    """What the text says for a side, strongest first."""
    if verdict.explanation is None:
        return ()
    towards = 1 if side == "director" else -1
    evidence = {e.trait: e for e in verdict.explanation.evidence}
    shares = {r.key: r.log_odds for r in verdict.explanation.reasons}
    strongest = max((abs(shares.get(key, 0.0)) for key in [*evidence, "wording"]), default=0.0)

    def sign(key: str, label: str, quote: str) -> Sign:
        share = towards * shares.get(key, 0.0)
        steps = 0 if share <= 0 else max(1, round(BAR_STEPS * share / strongest))
        return Sign(key, label, quote, share, steps)

    found = [sign(t.key, t.label, _quoted(evidence[t.key])) for t in traits if t.side == side and t.key in evidence]
    terms = [t.term for t in verdict.top_terms or () if towards * t.weight > 0]
    if terms and towards * shares.get("wording", 0.0) > 0:
        found.append(sign("wording", "the wording", ", ".join(terms)))
    return tuple(sorted(found, key=lambda s: -s.share))


def _quoted(evidence: Evidence) -> str:
    return f"“{' '.join(evidence.quote.split())}”"


def why(verdict: Verdict, traits: Sequence[Trait]) -> str:
    """One or two sentences on what decided the verdict; blank where the notes say it all."""
    if verdict.explanation is None or verdict.p_director is None:
        return ""
    side = leaning(verdict)
    ours, theirs = (_labels(signs(verdict, traits, s)) for s in (side, OTHER[side]))
    if verdict.level == "out_of_scope":
        likely = f"{LEVEL_WORDS[side]} ({certainty_of(verdict.p_director)})"
        return f"The text does not read like product management. If it is such a role after all, it is {likely}."
    if verdict.level == "unclear":
        if not ours or not theirs:
            return "What the text says of the role is too weak to call it."
        return f"{begun(listed(ours))} speak for {LEVEL_WORDS[side]} work, {listed(theirs)} against it."
    first = f"Mainly for {listed(ours)}." if ours else f"Mainly for what it lacks: {_lacks(verdict, traits, side)}."
    if not theirs:
        return f"{first} Nothing of weight speaks against it."
    return f"{first} What speaks against it weighs less: {listed(theirs)}."


def certainty_of(p_director: float) -> str:
    """The probability of the side that it falls on."""
    return percent(max(p_director, 1 - p_director))


def _labels(found: Iterable[Sign]) -> list[str]:
    return [s.label for s in found if s.steps][:MAIN_REASONS]


def _lacks(verdict: Verdict, traits: Sequence[Trait], side: Side) -> str:
    return listed([t.label for t in missing(verdict, traits) if t.side != side][:MAIN_REASONS]) or "anything else"


def begun(sentence: str) -> str:
    """The sentence or heading with its first letter large."""
    return sentence[:1].upper() + sentence[1:]


def missing(verdict: Verdict, traits: Iterable[Trait]) -> tuple[Trait, ...]:
    """The traits of the other level that the text does not show, in the order of every report."""
    keys = () if verdict.explanation is None else verdict.explanation.missing
    return tuple(t for t in traits if t.key in keys)


def balance(verdict: Verdict, traits: Iterable[Trait]) -> tuple[tuple[str, float], ...]:
    """The exact sum behind the verdict in four parts, in log-odds of director; traits not found count too."""
    if verdict.explanation is None:
        return ()
    sides: dict[str, Side] = {t.key: t.side for t in traits}
    names = {"director": "director traits", "pm": "PM traits", "wording": "wording", "bias": "start"}
    parts = dict.fromkeys(("start", "director traits", "PM traits", "wording"), 0.0)
    for reason in verdict.explanation.reasons:
        parts[names[sides.get(reason.key, reason.kind)]] += reason.log_odds
    return tuple(parts.items())


def flip_words(flip: Flip, traits: Iterable[Trait]) -> str:
    """What would have to change for the other verdict, as the start of a list."""
    result = f"it would read as {LEVEL_WORDS[flip.to]} ({certainty_of(flip.p_director)})"
    if flip.drop_lines:
        return f"Without {_counted(len(flip.drop_lines), 'line')} {result}:"
    labels = [t.label for t in traits if t.key in flip.add_traits]
    return f"If it also showed {listed(labels)}, {result}."


def _counted(number: int, noun: str) -> str:
    return f"this {noun}" if number == 1 else f"these {number} {noun}s"


def given_words(verdict: Verdict) -> str:
    """Title and company as given, with a reminder that the verdict does not rest on them; blank where none is."""
    given = " · ".join(one_line(part) for part in (verdict.title, verdict.company) if part)
    return f"{given} (the title does not count)" if given else ""


def note_words(verdict: Verdict) -> tuple[str, ...]:
    """The notes as sentences, one that repeats the headline left out, and the likeliest rung of a ladder."""
    notes = tuple(f"{begun(NOTES.get(code, code))}." for code in verdict.notes if code != "close")
    if verdict.rungs is None or verdict.rung is None:
        return notes
    return (f"On the ladder: {verdict.rung} ({percent(verdict.rungs[verdict.rung])}).", *notes)


def render_json(verdict: Verdict) -> str:
    """The fields of `docs/output.md` with the whole explanation, as JSON text."""
    told = json.dumps(to_record(verdict, explain="full"), ensure_ascii=False, indent=2)
    # JSON escapes C0 controls by itself; a terminal obeys some others too.
    return "".join(json.dumps(c)[1:-1] if c != "\n" and _is_unsafe(c) else c for c in told)
