"""A model's opinion of a posting goes in; reasons, evidence, missing traits and the flip come out, as plain data."""

from collections.abc import Collection, Iterator
from typing import Literal

from postclass.features import Reading, Space, words_of
from postclass.omission import Omission
from postclass.opinion import DIRECTOR_TRAITS, Opinion, Parts, logistic, share_of
from postclass.verdict import Evidence, Explanation, Flip, Reason, Term

Target = Literal["director", "pm"]

TOP_TERMS = 5
MAX_QUOTE = 300  # characters of a line that are quoted; longer lines are cut around what speaks for the trait
TRIED = 4  # lines that are judged in full at each step of a flip, the likeliest ones
MAX_CHANGES = 5  # lines to drop or traits to add, at most, for a flip to be worth telling


def top_terms(opinion: Opinion, space: Space) -> tuple[Term, ...]:
    """The terms that moved the wording most, either way, strongest first."""
    best = sorted(
        range(len(opinion.terms)), key=lambda i: (-abs(opinion.term_shares[i]), space.terms[opinion.terms[i]])
    )
    return tuple(Term(space.terms[opinion.terms[i]], opinion.term_shares[i]) for i in best[:TOP_TERMS])


def explanation(
    parts: Parts,
    reading: Reading,
    opinion: Opinion,
    found: tuple[str, ...],
    *,
    omission: Omission | None = None,
) -> Explanation:
    """Tells an opinion in full; who has the posting's `Omission` already gives it."""
    omission = omission or Omission(parts, reading, opinion)
    traits, sides = parts.traits, parts.sides
    other: Target = "pm" if opinion.log_odds > 0 else "director"
    reasons = (
        Reason("bias", "bias", opinion.bias),
        Reason("wording", "wording", opinion.wording),
        *(Reason("trait", key, share) for key, share in zip(traits, opinion.shares, strict=True)),
    )
    missing = tuple(key for key, side in zip(traits, sides, strict=True) if side == other and key not in found)
    evidence = tuple(_evidence(parts, reading, opinion, key) for key in found)
    return Explanation(reading.text.text, reasons, evidence, missing, _flip(parts, reading, opinion, missing, omission))


def _evidence(parts: Parts, reading: Reading, opinion: Opinion, key: str) -> Evidence:
    line, start, end = quote(parts, reading, opinion, key)
    scores = opinion.scores[line] or (0.0,) * len(parts.traits)
    return Evidence(key, reading.text.text[start:end], start, end, logistic(scores[parts.traits.index(key)]))


def quote(parts: Parts, reading: Reading, opinion: Opinion, key: str) -> tuple[int, int, int]:
    """The line that shows a trait best, and where what is quoted of it starts and ends in the text as shown."""
    trait = parts.traits.index(key)
    ranked = [(scores[trait], -line) for line, scores in enumerate(opinion.scores) if scores is not None]
    line = -max(ranked, default=(0.0, 0))[1]
    return line, *_quoted(parts, reading, line, trait)


def _quoted(parts: Parts, reading: Reading, line: int, trait: int) -> tuple[int, int]:
    """Where the quote of a line stands in the text as shown: whole, or the window that speaks for the trait most."""
    start, end = reading.text.lines[line].start, reading.text.lines[line].end
    if end - start <= MAX_QUOTE:
        return start, end
    text, space = reading.text.text, parts.line_space
    best, best_share = (start, start + MAX_QUOTE), float("-inf")
    for begin in _word_starts(text, start, end - MAX_QUOTE):
        stop = text.rfind(" ", begin + 1, begin + MAX_QUOTE) if begin + MAX_QUOTE < end else end
        window = (begin, stop if stop > begin else begin + MAX_QUOTE)
        share = sum(parts.line_heads.shares(*space.values(words_of(text[slice(*window)])), trait))
        if share > best_share:
            best, best_share = window, share
    return best


def _word_starts(text: str, start: int, last: int, step: int = 40) -> Iterator[int]:
    """The line's start, then the next word's start after every `step` characters up to `last`."""
    position = start
    while start <= position <= last:
        yield position
        position = text.find(" ", position + step) + 1
    if position != last + 1 and (tail := text.find(" ", last)) >= 0:
        yield tail + 1


def _flip(
    parts: Parts, reading: Reading, opinion: Opinion, missing: tuple[str, ...], omission: Omission
) -> Flip | None:
    """The fewest changes found that cross the boundary: lines dropped, else traits added; None where five do not."""
    target: Target = "pm" if opinion.log_odds > 0 else "director"
    sign = 1.0 if target == "director" else -1.0
    options = [
        flip
        for flip in (
            _drops(parts, reading, opinion, target, sign, omission),
            _additions(parts, opinion, target, sign, missing),
        )
        if flip
    ]
    return min(options, key=lambda flip: len(flip.drop_lines) + len(flip.add_traits), default=None)


def _drops(  # noqa: PLR0913, PLR0917 - what one opinion is made of
    parts: Parts, reading: Reading, opinion: Opinion, target: Target, sign: float, omission: Omission
) -> Flip | None:
    """Drops the line that helps most, judges again, and so on."""
    shares = _line_shares(parts, reading, opinion)
    likely = sorted(range(len(shares)), key=lambda i: sign * shares[i])[: min(MAX_CHANGES + TRIED, len(shares)) - 1]
    dropped: frozenset[int] = frozenset()
    current = opinion.log_odds
    for _ in range(MAX_CHANGES):
        left = [i for i in likely if i not in dropped][:TRIED]
        tries = [(omission.log_odds(dropped | {i}), i) for i in left]
        best, line = max(tries, key=lambda tried: sign * tried[0], default=(current, -1))
        if sign * best <= sign * current:
            return None  # dropping lines does not help any more
        current, dropped = best, dropped | {line}
        if sign * current > 0:
            lines = tuple(reading.text.lines[i].text for i in sorted(dropped))
            return Flip(target, lines, (), logistic(current))
    return None


def _line_shares(parts: Parts, reading: Reading, opinion: Opinion) -> list[float]:
    """About what each line adds to the log-odds: its terms' shares, and the traits that it is the best line for."""
    share_of_term = dict(zip(opinion.terms, opinion.term_shares, strict=True))
    totals = []
    for words, scores in zip(reading.words, opinion.scores, strict=True):
        total = sum(share_of_term[term] for term in set(parts.level_space.values(words)[0]))
        for score, pools, share in zip(
            scores or (), opinion.pools, opinion.shares, strict=False
        ):  # without the last head
            if score == pools[0]:
                total += share
        totals.append(total)
    return totals


def _additions(parts: Parts, opinion: Opinion, target: Target, sign: float, missing: tuple[str, ...]) -> Flip | None:
    """Adds the trait that helps most at its usual strength, and so on."""
    gained = {
        key: share_of(weight, weight.usual) - share_of(weight, pools)
        for key, weight, pools in zip(parts.traits, parts.weights, opinion.pools[:-1], strict=True)
        if key in missing
    }
    brought = _brought(parts, opinion)
    core = [key for key in gained if key in DIRECTOR_TRAITS]
    order = sorted(gained, key=lambda key: -sign * (gained[key] + (brought if key in core else 0.0)))
    added: list[str] = []
    log_odds = opinion.log_odds
    for key in order[:MAX_CHANGES]:
        gain = gained[key] + (brought if key in core and not set(core) & set(added) else 0.0)
        if sign * gain <= 0:
            return None
        added.append(key)
        log_odds += gain
        if sign * log_odds > 0:
            return Flip(target, (), tuple(added), logistic(log_odds))
    return None


def gains(parts: Parts, opinion: Opinion, keys: Collection[str]) -> dict[str, float]:
    """What each of some traits, alone, would add to the log-odds of director if it were there at its usual strength."""
    return {
        key: share_of(weight, weight.usual)
        - share_of(weight, pools)
        + (_brought(parts, opinion) if key in DIRECTOR_TRAITS else 0.0)
        for key, weight, pools in zip(parts.traits, parts.weights, opinion.pools[:-1], strict=True)
        if key in keys
    }


def _brought(parts: Parts, opinion: Opinion) -> float:
    """What the first trait of a director's core to come in adds besides: a line that reads like a director's."""
    lines = parts.director_lines
    return max(0.0, share_of(lines, lines.usual) - share_of(lines, opinion.pools[-1]))
