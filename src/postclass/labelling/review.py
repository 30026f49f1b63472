"""Labels and their postings in, what to look at again out: faults, doubtful levels and traits, agreement."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import islice

import numpy as np
import numpy.typing as npt

from postclass.features import words_of
from postclass.judge import Model
from postclass.labelling.doubt import Doubt, find_doubts, words_in
from postclass.labelling.readings import Readings, compare
from postclass.labelling.sheet import Sheet, sizes
from postclass.labels import Fault, Label, Labels, beyond
from postclass.opinion import Opinion, form_opinion

Floats = npt.NDArray[np.float64]

LEVEL = "level"  # what a doubt is about, when it is about no trait
HAS, HAS_NOT = "has it", "has it not"


@dataclass(frozen=True, slots=True)
class Doubtful:
    """A label that is likely wrong in one thing, and where it stands."""

    id: str
    line: int  # of the labels' file
    about: str  # LEVEL, or a trait's key
    given: str
    likelier: str
    quality: float
    issue: bool


@dataclass(frozen=True, slots=True)
class Review:
    """What there is to say of a file of labels."""

    labels: int
    matched: int  # labels whose posting was found; 0 without postings
    faults: tuple[Fault, ...]
    levels: tuple[Doubtful, ...]  # all that could be looked at, most doubtful first
    traits: tuple[Doubtful, ...]  # likewise, all traits together
    readings: Readings | None


def review(
    labels: Labels,
    sheets: Sequence[Sheet] = (),
    *,
    second: Labels | None = None,
    model: Model | None = None,
    keys: Sequence[str],
) -> Review:
    """Looks at a file of labels: with postings for likely errors, with a second reading for agreement.

    `model` gives an opinion besides; it must not have learnt from these labels.
    """
    by_id = {sheet.id: sheet for sheet in sheets}
    pairs = [
        (label, by_id[label.id], line)
        for label, line in zip(labels.labels, labels.lines, strict=True)
        if label.id in by_id
    ]
    faults = (*labels.faults, *beyond(labels, sizes(sheets)))
    if second is not None:
        faults = (*faults, *second.faults, *beyond(second, sizes(sheets)))
    levels, traits = _doubts(pairs, model, keys) if pairs else ((), ())
    return Review(
        labels=len(labels.labels),
        matched=len(pairs),
        faults=faults,
        levels=levels,
        traits=traits,
        readings=None if second is None else compare(labels.labels, second.labels, keys=keys),
    )


def _doubts(
    pairs: Sequence[tuple[Label, Sheet, int]], model: Model | None, keys: Sequence[str]
) -> tuple[tuple[Doubtful, ...], tuple[Doubtful, ...]]:
    words = [[words_of(line) for line in sheet.lines] for _, sheet, _ in pairs]
    values = words_in(["\n".join(" ".join(line) for line in own) for own in words])
    employers = [sheet.posting.company or f"(none) {sheet.id}" for _, sheet, _ in pairs]
    opinions = None if model is None else [form_opinion(model.parts, own) for own in words]

    def told(doubts: Sequence[Doubt], about: str) -> Iterator[Doubtful]:
        for doubt in doubts:
            label, _, line = pairs[doubt.place]
            yield Doubtful(label.id, line, about, doubt.given, doubt.likelier, doubt.quality, doubt.issue)

    of_level = np.array([[one.log_odds] for one in opinions]) if opinions else None
    levels = told(find_doubts(values, [label.level for label, _, _ in pairs], employers, opinion=of_level), LEVEL)
    traits: list[Doubtful] = []
    for key in keys:
        has = [HAS if key in label.traits else HAS_NOT for label, _, _ in pairs]
        of_trait = _of_trait(model, opinions, key) if model is not None and opinions else None
        traits += told(find_doubts(values, has, employers, opinion=of_trait), key)
    return tuple(levels), tuple(sorted(traits, key=lambda one: (not one.issue, one.quality, one.line, one.about)))


def _of_trait(model: Model, opinions: Sequence[Opinion], key: str) -> Floats | None:
    """A trait's pooled line scores; None for a trait that the model does not know."""
    if key not in model.parts.traits:
        return None
    trait = model.parts.traits.index(key)
    return np.array([opinion.pools[trait] for opinion in opinions])


def to_record(made: Review, *, most: int) -> dict[str, object]:
    """A review as JSON values, with at most so many doubts of each kind."""
    return {
        "labels": made.labels,
        "matched": made.matched,
        "faults": [asdict(fault) for fault in made.faults],
        "levels": [asdict(one) for one in islice(made.levels, most)],
        "traits": [asdict(one) for one in islice(made.traits, most)],
        "agreement": None if made.readings is None else asdict(made.readings),
    }


def to_text(made: Review, names: Mapping[str, str], *, most: int) -> Iterator[str]:
    """A review in lines for people; `names` are the traits' words by key."""
    yield f"{made.labels:,} labels, {len(made.faults):,} faults" + (
        f", {made.matched:,} with their posting" if made.matched else ""
    )
    yield from (f"  {fault}" for fault in made.faults)
    for what, doubts in (("levels", made.levels), ("traits", made.traits)):
        if not doubts:
            continue
        issues = sum(one.issue for one in doubts)
        yield ""
        yield f"Likely wrong {what}: {issues:,} of {len(doubts):,}" + (
            f"; the first {most}:" if issues > most else ":" if issues else ""
        )
        for one in doubts[: min(most, issues)]:
            about = "" if one.about == LEVEL else f"{names.get(one.about, one.about)}: "
            yield f"  line {one.line}, {one.id}: {about}{one.given}, likelier {one.likelier} ({one.quality:.2f})"
    if made.matched and not (made.levels or made.traits):
        yield ""
        yield "Too few labels to look for errors: five of each of two levels are needed, at two employers or more."
    if made.readings is not None:
        yield ""
        yield from _agreement(made.readings, names)


def _agreement(readings: Readings, names: Mapping[str, str]) -> Iterator[str]:
    yield f"Two readings of {readings.shared:,} postings"
    if not readings.shared:
        yield "  no id stands in both files"
        return
    yield f"  level: {readings.level_same:,} the same, Cohen's kappa {_figure(readings.level_kappa)}"
    yield f"  traits: micro-F1 {_figure(readings.trait_f1)}"
    yield f"  lines: one in common where both found a trait, {_figure(readings.lines_shared)} of the time"
    width = max(map(len, names.values()), default=0)
    for key, kappa in readings.trait_kappa.items():
        here, there, both = readings.marked[key]
        yield f"  {names.get(key, key):{width}}  kappa {_figure(kappa):>5}  marked {here} and {there}, both {both}"
    for name, here_level, there_level in readings.differ:
        yield f"  differs: {name}: {here_level}, {there_level}"


def _figure(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"
