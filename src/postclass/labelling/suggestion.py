"""A sheet and a model in, what the model would say of it out: shown only when asked for, so that it leads nobody."""

from collections.abc import Mapping
from dataclasses import dataclass

from postclass.features import words_of
from postclass.judge import Model
from postclass.labelling.sheet import Sheet
from postclass.labels import Gold
from postclass.opinion import form_opinion, found, logistic


@dataclass(frozen=True, slots=True)
class Suggestion:
    """The level that a model leans to, its probability of director, and the best line of each trait that it finds."""

    level: Gold
    p_director: float
    traits: Mapping[str, tuple[int, ...]]


def suggest(sheet: Sheet, model: Model) -> Suggestion:
    """What a model says of a sheet's lines, masked; it may be wrong, and leans to a level even where it is not sure."""
    parts = model.parts
    opinion = form_opinion(parts, [words_of(line) for line in sheet.shown])
    scored = [(number, scores) for number, scores in enumerate(opinion.scores, start=1) if scores is not None]
    traits = {}
    for key in found(parts, opinion) if scored else ():
        column = parts.traits.index(key)
        traits[key] = (max(scored, key=lambda line, column=column: line[1][column])[0],)  # type: ignore[misc] # a default binds it now
    p = logistic(opinion.log_odds)
    return Suggestion("director" if p > 0.5 else "pm", p, traits)  # noqa: PLR2004 - the contract's boundary
