"""An opinion of a posting and a target level go in; the lines to change first and the traits to add come out.

What a line is worth is exact: the posting is judged again without it.
"""

from postclass.explain import gains, quote
from postclass.features import Reading
from postclass.finding import Addition, Cut, Rewrite, Side
from postclass.omission import Omission
from postclass.opinion import Opinion, Parts
from postclass.traits import Trait

SHOWN = 5  # lines and traits: more than anybody changes at a time
PHRASES = 2  # of a missing trait
LEAST = 0.05  # log-odds: what moves the text less is not worth a change


def rewrite(  # noqa: PLR0913 - what one opinion is made of
    parts: Parts,
    reading: Reading,
    opinion: Opinion,
    found: tuple[str, ...],
    omission: Omission,
    *,
    target: Side,
    traits: tuple[Trait, ...],
) -> Rewrite:
    """What to change first for the text to read as the target level."""
    sign = 1.0 if target == "director" else -1.0
    best_line: dict[int, list[str]] = {}
    for key in found:
        best_line.setdefault(quote(parts, reading, opinion, key)[0], []).append(key)
    worth = [
        (sign * (omission.log_odds(frozenset({i})) - opinion.log_odds), i)
        for i, words in enumerate(reading.words)
        if words
    ]
    cuts = [
        Cut(line.text, line.start, line.end, by, tuple(best_line.get(i, ())))
        for by, i in sorted(worth, key=lambda pair: (-pair[0], pair[1]))[:SHOWN]
        if by >= LEAST
        for line in (reading.text.lines[i],)
    ]
    missing = {t.key: t for t in traits if t.side == target and t.key not in found}
    added = sorted(((sign * by, key) for key, by in gains(parts, opinion, missing).items()), key=lambda pair: -pair[0])
    additions = [Addition(key, by, missing[key].examples[:PHRASES]) for by, key in added[:SHOWN] if by >= LEAST]
    return Rewrite(target, sign * opinion.log_odds > 0, tuple(cuts), tuple(additions))
