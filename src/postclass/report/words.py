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
_LACKS = "what it lacks:"
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
    steps: int  # 0 to BAR_STEPS, against the strongest reason of the verdict


def signs(verdict: Verdict, traits: Iterable[Trait], side: Side) -> tuple[Sign, ...]:
    """What the text says for a side, strongest first."""
    if verdict.explanation is None:
        return ()
    towards = 1 if side == "director" else -1
    evidence = {e.trait: e for e in verdict.explanation.evidence}
    shares = {r.key: r.log_odds for r in verdict.explanation.reasons}
    strongest = max((abs(r.log_odds) for r in verdict.explanation.reasons if r.kind != "bias"), default=0.0)

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
    """Up to three sentences on what decided the verdict; blank where the notes say it all."""
    if verdict.explanation is None or verdict.p_director is None:
        return ""
    side = leaning(verdict)
    if verdict.level == "out_of_scope":
        likely = f"{LEVEL_WORDS[side]} ({certainty_of(verdict.p_director)})"
        return f"The text does not read like product management. If it is such a role after all, it is {likely}."
    supports = _supports(verdict, traits, side)
    against = _main(supports, -1)
    if verdict.level == "unclear":
        usual: Side = "director" if _start(verdict, "director") > 0 else "pm"
        ours = _main(supports, 1) + [f"that most postings are {LEVEL_WORDS[side]}"] * (usual == side)
        against += [f"that most postings are {LEVEL_WORDS[usual]}"] * (usual != side)
        if not ours or not against:
            return "What the text says of the role is too weak to call it."
        return f"For {LEVEL_WORDS[side]} work: {listed(ours)}. Against it: {listed(against)}."
    decided, other = _decided_by(verdict, supports, side), LEVEL_WORDS[OTHER[side]]
    if not against:
        return f"{decided} Nothing of weight in the text speaks for {other} work."
    # True of all of them together: otherwise the verdict would be another one.
    return f"{decided} What speaks for {other} work weighs less: {listed(against)}."


@dataclass(frozen=True, slots=True)
class _Support:
    """A trait or the wording as a reason for a side, in words, and its log-odds towards that side."""

    words: str
    label: str
    share: float
    is_lack: bool  # what counts is how little the text says of it


def _supports(verdict: Verdict, traits: Sequence[Trait], side: Side) -> list[_Support]:
    """All reasons but where a posting starts, strongest first whichever way they point."""
    explanation, by_key = verdict.explanation, {t.key: t for t in traits}
    found = {e.trait for e in explanation.evidence} if explanation else set()
    towards = 1 if side == "director" else -1
    result = []
    for reason in explanation.reasons if explanation else ():
        share, trait = towards * reason.log_odds, by_key.get(reason.key)
        if trait is not None:
            points_to = side if share > 0 else OTHER[side]
            words = trait.label if reason.key in found else f"a hint of {trait.label}"
            if points_to != trait.side:
                words = f"{'little' if reason.key in found else 'nothing'} on {trait.label}"
            result.append(_Support(words, trait.label, share, points_to != trait.side))
        elif reason.kind == "wording":
            result.append(_Support("the wording", "the wording", share, is_lack=False))
    return sorted(result, key=lambda support: -abs(support.share))


def _main(supports: Sequence[_Support], towards: int) -> list[str]:
    """The strongest reasons that point one way, in words; none where the other way's are ten times as strong."""
    least = abs(supports[0].share) / (2 * BAR_STEPS) if supports else 0.0
    return [s.words for s in supports if towards * s.share > 0 and abs(s.share) >= least][:MAIN_REASONS]


def _decided_by(verdict: Verdict, supports: Sequence[_Support], side: Side) -> str:
    """What weighs most for the verdict: what the text shows, what it lacks, or that most postings are like that."""
    shown = [s for s in supports if s.share > 0 and not s.is_lack]
    lacking = [s for s in supports if s.share > 0 and s.is_lack]
    lacks = [s.label for s in lacking[:MAIN_REASONS]]
    weights = {
        "start": _start(verdict, side),
        listed([s.words for s in shown[:MAIN_REASONS]]): sum(s.share for s in shown),
        f"{_LACKS} {listed(lacks)}": sum(s.share for s in lacking),
    }
    first, second, third = sorted(weights, key=lambda words: -weights[words])
    second = third if second == "start" else second
    sentence = f"Mainly for {first}."
    if first == "start":
        ours, theirs = LEVEL_WORDS[side], LEVEL_WORDS[OTHER[side]]
        sentence = f"Most postings are {ours}, and this one says too little of {theirs} work."
    if weights[second] >= weights[first] / (2 * BAR_STEPS):
        sentence += f" It lacks {listed(lacks)}." if second.startswith(_LACKS) else f" Also for {second}."
    return sentence


def _start(verdict: Verdict, side: Side) -> float:
    """Where every posting starts, as log-odds towards a side: above 0 for the side that most are of."""
    reasons = verdict.explanation.reasons if verdict.explanation else ()
    return (1 if side == "director" else -1) * sum(r.log_odds for r in reasons if r.kind == "bias")


def certainty_of(p_director: float) -> str:
    """The probability of the side that it falls on."""
    return percent(max(p_director, 1 - p_director))


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
    return json_text(to_record(verdict, explain="full"))


def json_text(value: object) -> str:
    """Indented JSON in which nothing commands a terminal."""
    told = json.dumps(value, ensure_ascii=False, indent=2)
    # JSON escapes C0 controls by itself; a terminal obeys some others too.
    return "".join(json.dumps(c)[1:-1] if c != "\n" and _is_unsafe(c) else c for c in told)
