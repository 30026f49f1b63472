"""Two people's labels of the same postings in, how far they agree out: kappa of levels and traits, F1 of traits."""

from collections.abc import Sequence
from dataclasses import dataclass

from postclass.labels import Label


@dataclass(frozen=True, slots=True)
class Readings:
    """How far two readings agree; a kappa is None where one answer is all that was ever given."""

    shared: int  # postings that both have read
    level_kappa: float | None
    level_same: int
    differ: tuple[tuple[str, str, str], ...]  # id, level here, level there
    trait_f1: float | None  # micro, over all marks "has the trait"
    trait_kappa: dict[str, float | None]
    marked: dict[str, tuple[int, int, int]]  # by trait: marked here, there, and in both
    lines_shared: float | None  # of traits that both found: the share with a line in common


def compare(first: Sequence[Label], second: Sequence[Label], *, keys: Sequence[str]) -> Readings:
    """Holds two readings against each other, on the postings that both have read."""
    theirs = {label.id: label for label in second}
    pairs = [(label, theirs[label.id]) for label in first if label.id in theirs]
    has = {key: [(key in a.traits, key in b.traits) for a, b in pairs] for key in keys}
    both = sum(a and b for marks in has.values() for a, b in marks)
    either = sum(a + b for marks in has.values() for a, b in marks)
    found = [(a.traits[key], b.traits[key]) for a, b in pairs for key in a.traits if key in b.traits]
    return Readings(
        shared=len(pairs),
        level_kappa=_kappa([(a.level, b.level) for a, b in pairs]),
        level_same=sum(a.level == b.level for a, b in pairs),
        differ=tuple((a.id, a.level, b.level) for a, b in pairs if a.level != b.level),
        trait_f1=2 * both / either if either else None,
        trait_kappa={key: _kappa(marks) for key, marks in has.items()},
        marked={
            key: (sum(a for a, _ in m), sum(b for _, b in m), sum(a and b for a, b in m)) for key, m in has.items()
        },
        lines_shared=sum(bool(set(a) & set(b)) for a, b in found) / len(found) if found else None,
    )


def _kappa(pairs: Sequence[tuple[object, object]]) -> float | None:
    """Cohen's kappa; None where nothing was there to agree or differ about."""
    from sklearn.metrics import cohen_kappa_score

    if len({answer for pair in pairs for answer in pair}) < 2:  # noqa: PLR2004 - one answer is all there is
        return None
    return float(cohen_kappa_score([str(a) for a, _ in pairs], [str(b) for _, b in pairs]))
