"""An opinion of a posting goes in; the lines to change first for a target level, and the traits to add, come out.

What a line is worth is exact: the posting is judged again without it.
"""

from dataclasses import dataclass

from postclass.explain import MAX_CHANGES, gains, quote
from postclass.features import Reading
from postclass.finding import Addition, Cut, Rewrite, Side
from postclass.omission import Omission
from postclass.opinion import DIRECTOR_TRAITS, Opinion, Parts, logistic, share_of
from postclass.traits import Trait
from postclass.verdict import Flip

SHOWN = 5  # lines and traits: more than anybody changes at a time
PHRASES = 2  # of a missing trait
LEAST = 0.05  # log-odds: what moves the text less is not worth a change


@dataclass(frozen=True, slots=True)
class Draft:
    """All that is known of one posting's text."""

    parts: Parts
    reading: Reading
    opinion: Opinion
    found: tuple[str, ...]
    omission: Omission
    traits: tuple[Trait, ...]

    def missing(self, target: Side) -> dict[str, Trait]:
        """The target's traits that the text does not show."""
        return {trait.key: trait for trait in self.traits if trait.side == target and trait.key not in self.found}

    def worth(self) -> list[float]:
        """What the log-odds of director move when the text is judged without each line; 0 for a line of no words."""
        whole = self.opinion.log_odds
        return [
            self.omission.log_odds(frozenset({i})) - whole if words else 0.0
            for i, words in enumerate(self.reading.words)
        ]


def rewrite(draft: Draft, *, target: Side) -> Rewrite:
    """What to change first for the text to read as the target level."""
    sign = 1.0 if target == "director" else -1.0
    shown: dict[int, list[str]] = {}
    for key in draft.found:
        shown.setdefault(quote(draft.parts, draft.reading, draft.opinion, key)[0], []).append(key)
    worth = sorted(((sign * by, i) for i, by in enumerate(draft.worth())), key=lambda pair: (-pair[0], pair[1]))
    cuts = [
        Cut(line.text, line.start, line.end, by, tuple(shown.get(i, ())))
        for by, i in worth[:SHOWN]
        if by >= LEAST
        for line in (draft.reading.text.lines[i],)
    ]
    missing = draft.missing(target)
    added = [(sign * by, key) for key, by in gains(draft.parts, draft.opinion, missing).items()]
    additions = [
        Addition(key, by, missing[key].examples[:PHRASES])
        for by, key in sorted(added, key=lambda pair: -pair[0])[:SHOWN]
        if by >= LEAST
    ]
    return Rewrite(target, sign * draft.opinion.log_odds > 0, tuple(cuts), tuple(additions))


def rework(draft: Draft, *, target: Side) -> Flip | None:
    """Traits to add and lines to drop, five of each at most, that together cross the boundary; None where none do.

    For texts that neither alone moves far enough. Every step is the one that helps most, judged again.
    """
    sign = 1.0 if target == "director" else -1.0
    added: tuple[str, ...] = ()
    dropped: frozenset[int] = frozenset()
    missing = list(draft.missing(target))
    worth = draft.worth()
    likely = sorted((i for i, by in enumerate(worth) if sign * by >= LEAST), key=lambda i: -sign * worth[i])
    likely = likely[: 2 * MAX_CHANGES]
    current = draft.opinion.log_odds
    while sign * current <= 0:
        options = [
            *((_with(draft, (*added, key), dropped), (*added, key), dropped) for key in missing if key not in added),
            *((_with(draft, added, dropped | {i}), added, dropped | {i}) for i in likely if i not in dropped),
        ]
        options = [o for o in options if max(len(o[1]), len(o[2])) <= MAX_CHANGES and sign * (o[0] - current) >= LEAST]
        if not options:
            return None
        current, added, dropped = max(options, key=lambda option: sign * option[0])
    lines = tuple(draft.reading.text.lines[i].text for i in sorted(dropped))
    return Flip(target, lines, added, logistic(current))


def _with(draft: Draft, added: tuple[str, ...], dropped: frozenset[int]) -> float:
    """The log-odds with some traits at their usual strength and without some lines."""
    parts, omission = draft.parts, draft.omission
    total = omission.log_odds(dropped)
    for head, (key, weight) in enumerate(zip(parts.traits, parts.weights, strict=True)):
        if key in added:
            total += share_of(weight, weight.usual) - omission.share(head, dropped)
    if not set(DIRECTOR_TRAITS).isdisjoint(added):
        lines = parts.director_lines
        total += max(0.0, share_of(lines, lines.usual) - omission.share(len(parts.traits), dropped))
    return total
