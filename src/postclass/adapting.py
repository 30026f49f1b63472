"""A model and an employer's labels go in, the model adapted to them comes out, with its figures before and after.

Nothing of the model's training text is needed. What is told as *after* is out of fold twice over: each posting is
judged by a change, and by a choice of its strength, that have seen neither it nor its twins.
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from postclass import __version__
from postclass.adaptation import (
    STRENGTHS,
    Bools,
    Change,
    Evidence,
    Floats,
    Rows,
    Scale,
    changed,
    chosen,
    deal,
    fit,
    gather,
    losses,
    out_of_fold,
)
from postclass.corpus import Document, read_labelled
from postclass.errors import TrainingError
from postclass.judge import Model
from postclass.measures import Figure, draw, figure, macro_f1, ratio
from postclass.modelfile import MANIFEST, SHIPPED, check_target, load_model, save_model
from postclass.ordinal import Fitted, as_scale, best_scale, honest_chances, placed, rung_figures
from postclass.owntraits import with_traits
from postclass.resources import resource
from postclass.scale import widened
from postclass.traits import Trait, read_traits
from postclass.twins import near

FEWEST = 8  # labels of a level, and
FEWEST_OF_EACH = 2  # of each of the two: with fewer there is nothing to choose a strength by
MAX_DRIFT = 0.01  # macro-F1 on general postings that may be lost, unless somebody says otherwise
LEAST_WORDING = -0.9  # change of the wording's weight, against the weight it has: it must not turn round


@dataclass(frozen=True, slots=True)
class General:
    """Postings that have nothing to do with the employer, and their levels: the project's own, which are shipped."""

    evidence: Evidence
    director: Bools
    scale: Scale

    @classmethod
    def of(cls, model: Model, documents: Sequence[Document]) -> "General":
        """What a model says of some general postings."""
        texts = [document.words for document in documents]
        scale = Scale.of(model.parts, texts)
        director = np.array([document.level == "director" for document in documents])
        return cls(gather(model.parts, texts, scale), director, scale)

    def allows(self, changes: Sequence[Change], *, max_drift: float) -> Bools:
        """Which changes keep macro-F1 on the general postings, but for so much."""
        floor = self.macro_f1(self.evidence.log_odds) - max_drift - 1e-9
        return np.array(
            [
                change.dense[1] > LEAST_WORDING * self.scale.wording
                and self.macro_f1(change.log_odds(self.evidence)) >= floor
                for change in changes
            ]
        )

    def told(self, change: Change) -> dict[str, float]:
        """What a change comes to on them."""
        return {
            "postings": len(self.director),
            "macro_f1_before": round(self.macro_f1(self.evidence.log_odds), 4),
            "macro_f1_after": round(self.macro_f1(change.log_odds(self.evidence)), 4),
        }

    def macro_f1(self, log_odds: Floats) -> float:
        """On the general postings."""
        return float(macro_f1(self.director, log_odds, np.ones((1, len(log_odds))))[0])


def own_documents() -> tuple[Document, ...]:
    """The project's own labelled postings."""
    directory = resource("data/labelled")
    return read_labelled(directory / "postings.jsonl", [directory / "labels.jsonl"])


@dataclass(frozen=True, slots=True)
class Adapted:
    """A changed model, the strength of the prior (infinite: nothing changed), and what was measured."""

    model: Model
    strength: float
    figures: Mapping[str, Any] = field(default_factory=dict)


def adapt_model(
    model: Model,
    documents: Sequence[Document],
    *,
    rungs: Sequence[str] = (),
    traits: Sequence[Trait] = (),
    max_drift: float = MAX_DRIFT,
) -> Adapted:
    """Adapts a model to documents with a level, fits a scale where `rungs` are named, lowest first, and adds `traits`.

    Traits of a known key are told in their new words. Raises `TrainingError` for too few documents of a level, a rung
    or a trait.
    """
    documents = _levelled(documents)
    director = np.array([document.level == "director" for document in documents])
    places = placed([document.rung for document in documents], rungs) if rungs else None
    groups = twins_of([document.posting.description for document in documents])
    general = General.of(model, own_documents())
    evidence = gather(model.parts, [document.words for document in documents], general.scale)
    with threadpool_limits(1):  # sums in another order would end in other bytes
        change, place, free = choose(evidence, director, groups, general, max_drift=max_drift)
        honest = nested(evidence, director, groups, general, max_drift=max_drift)
        figures: dict[str, Any] = {
            "labels": {"director": int(director.sum()), "pm": int((~director).sum())},
            "employers": len({document.employer for document in documents}),
            "strength": _told(STRENGTHS[place]),
            "held_back": place != free,
            "max_drift": max_drift,
            **compare(evidence.log_odds, honest, director, groups),
            "general": general.told(change),
        }
        parts = model.parts if np.isinf(STRENGTHS[place]) else changed(model.parts, change, general.scale)
        scale = model.scale
        if places is not None:
            # The scale learns from what the changed model says out of fold, as it will be on postings without labels.
            said = replace(evidence, log_odds=honest)
            fitted, figures["rungs"] = _fit_rungs(said, places, rungs, groups)
            scale = as_scale(fitted, rungs, parts, general.scale)
        added = [trait for trait in traits if trait.key not in parts.traits]
        if added:
            parts, figures["traits"] = with_traits(parts, added, documents, groups)
            scale = None if scale is None else widened(scale, len(added))
    own = {trait.key: trait for trait in (*model.own_traits, *traits)}
    return Adapted(Model(parts, model.manifest, scale, tuple(own.values())), STRENGTHS[place], figures)


def _levelled(documents: Sequence[Document]) -> list[Document]:
    """The documents with a level; `TrainingError` where they are too few."""
    levelled = [document for document in documents if document.level in {"director", "pm"}]
    directors = sum(document.level == "director" for document in levelled)
    others = len(levelled) - directors
    if len(levelled) < FEWEST or min(directors, others) < FEWEST_OF_EACH:
        raise TrainingError(
            f"{directors} labels of director and {others} of pm: adapting needs {FEWEST} labels, {FEWEST_OF_EACH} of "
            "each level at the least; label some more"
        )
    return levelled


def _told(strength: float) -> float | None:
    """JSON knows no infinity."""
    return None if np.isinf(strength) else strength


def _fit_rungs(evidence: Evidence, places: Rows, names: Sequence[str], groups: Rows) -> tuple[Fitted, dict[str, Any]]:
    """A scale and its figures out of fold, beside those of always saying the commonest rung."""
    on, size = np.flatnonzero(places >= 0), len(names)
    evidence, rungs, groups = evidence.take(on), places[on], groups[on]
    fitted, strength = best_scale(evidence, rungs, size, groups)
    counts = np.bincount(rungs, minlength=size)
    return fitted, {
        "names": list(names),
        "labels": counts.tolist(),
        "strength": _told(strength),
        "scale": rung_figures(honest_chances(evidence, rungs, size, groups), rungs),
        "commonest": rung_figures(np.tile(counts / len(rungs), (len(rungs), 1)), rungs),
    }


def choose(
    evidence: Evidence, director: Bools, groups: Rows, general: General, *, max_drift: float
) -> tuple[Change, int, int]:
    """The change that cross-validation chooses among those that general postings allow, and its place.

    Last comes the place that would have been chosen had nothing been held back.
    """
    changes = fit(evidence, director, STRENGTHS)
    said = out_of_fold(evidence, director, groups)
    place = chosen(said, director, general.allows(changes, max_drift=max_drift))
    return changes[place], place, chosen(said, director, np.ones(len(STRENGTHS), dtype=bool))


def nested(evidence: Evidence, director: Bools, groups: Rows, general: General, *, max_drift: float) -> Floats:
    """What a change would have said of each posting that was fitted, and whose strength was chosen, without it."""
    honest = evidence.log_odds.copy()
    for inside, outside in deal(director, groups, seed=1):
        if min(director[inside].sum(), (~director[inside]).sum()) < FEWEST_OF_EACH:
            continue  # too few to adapt by: the model stays as it is
        change, _, _ = choose(evidence.take(inside), director[inside], groups[inside], general, max_drift=max_drift)
        honest[outside] = change.log_odds(evidence.take(outside))
    return honest


def twins_of(texts: Sequence[str]) -> Rows:
    """A group for each text: nearly the same texts are in one."""
    groups = np.arange(len(texts))
    for places, _ in near(texts):
        groups[places] = places[0]
    return groups


def compare(before: Floats, after: Floats, director: Bools, groups: Rows) -> dict[str, dict[str, Figure]]:
    """Each measure before and after, and the difference by paired bootstrap of the groups, with 95 % intervals."""
    weights = draw([str(group) for group in groups])
    ones = np.ones(len(director))
    measures: dict[str, Callable[[Floats], Floats]] = {
        "macro_f1": lambda said: macro_f1(director, said, weights),
        "right": lambda said: ratio((said > 0) == director, ones, weights),
        "log_loss": lambda said: ratio(losses(said, director), ones, weights),
    }
    table = {}
    for name, measure in measures.items():
        old, new = measure(before), measure(after)
        table[name] = {"before": figure(old), "after": figure(new), "difference": figure(new - old)}
    return table


def adapt(  # noqa: PLR0913 - one for each option of the command
    *,
    postings: Path,
    labels: Sequence[Path],
    base: Path | None = None,
    output: Path,
    rungs: Sequence[str] = (),
    traits: Path | None = None,
    max_drift: float = MAX_DRIFT,
    force: bool = False,
) -> Adapted:
    """Adapts the model `base` (None: the shipped one) to labelled postings and writes it to the directory `output`.

    Raises `PostclassError`s for inputs that can't be used.
    """
    check_target(output, force=force)
    model = load_model(base)
    own = () if traits is None else read_traits(traits)
    keys = {*model.parts.traits, *(trait.key for trait in own)}
    documents = read_labelled(postings, labels, traits=keys)
    made = adapt_model(model, documents, rungs=rungs, traits=own, max_drift=max_drift)
    directory = resource(SHIPPED) if base is None else base
    about = {
        "name": output.resolve().name,
        "adapted": {
            "from": str(model.manifest.get("name", directory.name)),
            "from_sha256": hashlib.sha256((directory / MANIFEST).read_bytes()).hexdigest(),
            "postclass": __version__,
            "files": {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in (postings, *labels)},
            **made.figures,
        },
        **{name: model.manifest[name] for name in ("versions", "platform", "training") if name in model.manifest},
    }
    save_model(
        made.model.parts,
        output,
        about=json.loads(json.dumps(about)),
        scale=made.model.scale,
        own_traits=made.model.own_traits,
    )
    return made
