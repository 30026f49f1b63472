"""Postings go in; groups of those with nearly the same text under different titles come out.

Exact: texts are compared by the Jaccard similarity of their runs of five words (shingles; Broder 1997). Only texts that
stand next to each other in the lists of several sampled runs are compared, so the work grows with the text and not with
its square: a family of any size is joined by its neighbours.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import count

import numpy as np
import numpy.typing as npt

from postclass.comparison import plain_title
from postclass.finding import Finding, Twins
from postclass.posting import Posting
from postclass.titles import claimed_level

Runs = npt.NDArray[np.uint64]

RUN = 5  # words: shorter runs stand in any two postings, longer ones miss texts with a word changed here and there
NEAR = 0.8  # Jaccard similarity: the same posting with a paragraph changed
SAMPLED = 16  # one run of so many is looked up; a posting of 400 words keeps about 25
# Neighbours are compared in full if they share this part of the shorter sample: half of what NEAR comes to, for chance.
SHARED = 0.4
SHORT = 40  # words, as for verdicts: shorter texts are alike by accident
_WORD = re.compile(r"\w+")
_TAG = re.compile(r"<[^<>]*>")


def twins(postings: Sequence[Posting], findings: Sequence[Finding]) -> tuple[Twins, ...]:
    """Groups of postings with nearly the same text whose titles differ; those of different claims first."""
    result = []
    for places, similarity in near([posting.description for posting in postings]):
        titles: dict[str, str] = {}
        for place in places:
            title = findings[place].title or ""
            titles.setdefault(plain_title(title), " ".join(title.split()))
        if len(titles) > 1:
            shown = tuple(titles.values())
            claims = tuple(claimed_level(title) for title in shown)
            result.append(Twins(tuple(findings[place].row for place in places), shown, claims, similarity))
    return tuple(sorted(result, key=lambda group: (-len(set(group.claims)), -len(group.rows), group.rows)))


def near(texts: Sequence[str]) -> list[tuple[list[int], float]]:
    """Groups of texts that are nearly the same: their places, and the lowest similarity by which they were joined."""
    runs = _all_runs(texts)
    parent, lowest = list(range(len(texts))), [1.0] * len(texts)

    def root(place: int) -> int:
        while parent[place] != place:
            parent[place] = place = parent[parent[place]]
        return place

    for first, second in _neighbours(runs):
        a, b = root(first), root(second)
        if a != b and (similarity := jaccard(runs[first], runs[second])) >= NEAR:
            parent[b] = a
            lowest[a] = min(lowest[a], lowest[b], similarity)
    groups: dict[int, list[int]] = {}
    for place in range(len(texts)):
        groups.setdefault(root(place), []).append(place)
    return [(group, lowest[top]) for top, group in groups.items() if len(group) > 1]


def jaccard(first: Runs, second: Runs) -> float:
    """What two sorted sets of runs share, of all that they hold."""
    both = np.intersect1d(first, second, assume_unique=True).size
    return float(both / (first.size + second.size - both))


def _all_runs(texts: Sequence[str]) -> list[Runs]:
    """Each text's set of runs, as sorted numbers; an empty one where the text is short."""
    numbers: defaultdict[str, int] = defaultdict(count(1).__next__)
    mixers = np.random.default_rng(0).integers(1, 2**63, size=RUN, dtype=np.uint64) | np.uint64(1)
    result = []
    for text in texts:
        words = _WORD.findall(_TAG.sub(" ", text).lower())
        if len(words) < SHORT:
            result.append(np.zeros(0, dtype=np.uint64))
            continue
        ids = np.fromiter(map(numbers.__getitem__, words), dtype=np.uint64, count=len(words))
        size = len(ids) - RUN + 1
        mixed = np.zeros(size, dtype=np.uint64)
        for place, mixer in enumerate(mixers):
            mixed = (mixed ^ (ids[place : place + size] * mixer)) * np.uint64(0x9E3779B97F4A7C15)
            mixed ^= mixed >> np.uint64(29)
        result.append(np.unique(mixed))
    return result


def _neighbours(runs: Sequence[Runs]) -> Iterator[tuple[int, int]]:
    """Pairs of places that stand side by side in the lists of enough sampled runs."""
    samples = [own[own % np.uint64(SAMPLED) == 0] for own in runs]
    if not samples:
        return
    values = np.concatenate(samples)
    places = np.repeat(np.arange(len(samples)), [sample.size for sample in samples])
    order = np.lexsort((places, values))
    same = np.flatnonzero(values[order][1:] == values[order][:-1])
    pairs = Counter(zip(places[order][same].tolist(), places[order][same + 1].tolist(), strict=True))
    for (first, second), shared in sorted(pairs.items()):
        if shared >= SHARED * min(samples[first].size, samples[second].size):
            yield first, second
