"""The words of two samples of postings go in; the share that the model does not know, and new terms that rise, out.

A word is known if it is a term of any of the model's spaces by itself. New terms are words that it does not know, and
pairs of words that it knows only apart.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from postclass.chances import Reals, Share, difference, holm
from postclass.judge import Model
from postclass.portrait import GROUPS, Words
from postclass.shifts import Rising, Witnesses

# A term of a posting or two is a name or a slip. One that rises is in so many postings, of so many groups of employers,
# at the least; as many employers as the terms of the model had in training.
FEWEST_POSTINGS, FEWEST_GROUPS = 5, 5
MOST_TOLD = 30
# Only terms that rise by one posting in 100 are tested, and the likeliest of them: each test makes all others harder.
LEAST_RISE, MOST_TESTED = 0.01, 200


def unknown_words(
    samples: tuple[Sequence[Words], Sequence[Words]], model: Model, *, by: Witnesses
) -> tuple[Share, Share]:
    """The share of words that the model does not know, by group, on both sides."""
    known = _known(model)
    shares = []
    for sample in samples:
        counts, of = np.zeros(GROUPS), np.zeros(GROUPS)
        for posting in sample:
            words = [word for word in posting.words if _is_word(word)]
            of[_group(posting, by)] += len(words)
            counts[_group(posting, by)] += sum(word not in known for word in words)
        shares.append(Share(counts, of))
    return shares[0], shares[1]


def rising_terms(
    samples: tuple[Sequence[Words], Sequence[Words]], model: Model, *, by: Witnesses, alpha: float
) -> tuple[Rising, ...]:
    """The terms new to the model that more postings hold now, the largest rise first; chance alone is ruled out."""
    holders = [_holders(sample, model) for sample in samples]
    sizes = [_count(sample, by) for sample in samples]
    rises = {
        term: len(places) / max(1, len(samples[1])) - len(holders[0].get(term, ())) / max(1, len(samples[0]))
        for term, places in holders[1].items()
        if len(places) >= FEWEST_POSTINGS and len({samples[1][at].by_employer for at in places}) >= FEWEST_GROUPS
    }
    likely = sorted((term for term, rise in rises.items() if rise >= LEAST_RISE), key=lambda term: (-rises[term], term))
    tested = []
    for term in likely[:MOST_TESTED]:
        old, new = (
            Share(_count([samples[side][at] for at in holders[side].get(term, ())], by), sizes[side]) for side in (0, 1)
        )
        tested.append(Rising(term, old.value, new.value, difference(old, new).p))
    raised = holm([rising.p for rising in tested])
    sure = [Rising(r.term, r.old, r.new, p) for r, p in zip(tested, raised, strict=True) if p < alpha]
    return tuple(_without_parts(sure)[:MOST_TOLD])


def _known(model: Model) -> frozenset[str]:
    parts = model.parts
    return frozenset(
        term
        for space in (parts.level_space, parts.line_space, parts.scope_space)
        for term in space.terms
        if " " not in term
    )


def _is_word(word: str) -> bool:
    """A word of two letters or more; figures are counted by no one."""
    return len(word) > 1 and word.isalpha()


def _group(posting: Words, by: Witnesses) -> int:
    return posting.by_employer if by == "employers" else posting.by_posting


def _count(postings: Sequence[Words], by: Witnesses) -> Reals:
    return np.bincount([_group(posting, by) for posting in postings], minlength=GROUPS).astype(np.float64)


def _holders(sample: Sequence[Words], model: Model) -> dict[str, list[int]]:
    """The places of the postings that hold each new term, for terms of several postings."""
    known = _known(model)
    pairs_known = frozenset(term for term in model.parts.level_space.terms if term.count(" ") == 1)
    holders: defaultdict[str, list[int]] = defaultdict(list)
    for at, posting in enumerate(sample):
        words = {word for word in posting.words if _is_word(word) and word not in known}
        words |= {
            pair
            for first, second in pairwise(posting.words)
            if _is_word(first) and _is_word(second) and (pair := f"{first} {second}") not in pairs_known
        }
        for word in words:
            holders[word].append(at)
    return holders


def _without_parts(terms: Sequence[Rising]) -> list[Rising]:
    """Of a word and pairs with it, the word alone."""
    single = Counter(rising.term for rising in terms if " " not in rising.term)
    return [r for r in terms if " " not in r.term or not any(word in single for word in r.term.split(" "))]
