"""A posting and the opinion of it go in; the log-odds of its text without some of its lines come out, exactly.

The same sum as `opinion.join` of the lines kept, but only what changes is computed again: the terms of lines that go
and of the seams they leave, and the pools of the scores. It differs from judging again by rounding, about 1e-13.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import islice
from math import exp, log, sqrt

from postclass.features import Reading
from postclass.opinion import LineWeight, Opinion, Parts, share_of, wording

STRONGEST = 3  # lines in a pool's mean, as in `opinion.pooled`
# Of a sum of odds this share may be taken away by subtraction; beyond it the rest is summed anew, for its digits.
SUBTRACTED = 0.99

Gap = tuple[int, int]  # the first word that goes and the first that stays again


class Omission:
    """Judges one posting without some of its lines, as often as wanted."""

    def __init__(self, parts: Parts, reading: Reading, opinion: Opinion) -> None:
        self._wording = _Wording(parts, reading)
        scored = [line for line, scores in enumerate(opinion.scores) if scores is not None]
        table = [scores for scores in opinion.scores if scores is not None]
        columns = list(zip(*table, strict=True)) or [()] * len(opinion.pools)
        weights = (*parts.weights, parts.director_lines)
        self._columns = [_Column(scored, column, weight) for column, weight in zip(columns, weights, strict=True)]
        self._bias = opinion.bias
        self._known: dict[frozenset[int], float] = {}

    def log_odds(self, dropped: frozenset[int]) -> float:
        """Of director-level against PM-level work, without the lines of these numbers (from 0)."""
        known = self._known.get(dropped)
        if known is None:
            shares = sum([column.without(dropped) for column in self._columns])
            known = self._known[dropped] = self._bias + self._wording.without(dropped) + shares
        return known

    def share(self, head: int, dropped: frozenset[int]) -> float:
        """A line head's share of that, by its number: a trait's, or last the director-like lines'."""
        return self._columns[head].without(dropped)


class _Column:
    """One head's scores over the lines, and its share of the verdict without some of them."""

    def __init__(self, lines: list[int], scores: Sequence[float], weight: LineWeight) -> None:
        self._weight = weight
        self._ranked = sorted(zip(scores, lines, strict=False), key=lambda pair: -pair[0])
        self._best = self._ranked[0][0] if self._ranked else 0.0
        self._odds = {line: exp(score - self._best) for score, line in self._ranked}
        self._total = sum(self._odds.values())
        self._top = {line for _, line in self._ranked[:STRONGEST]}
        best = [score for score, _ in self._ranked[:STRONGEST]] or [0.0]
        self._pools = best[0], sum(best) / len(best)

    def without(self, dropped: frozenset[int]) -> float:
        """Its share of the log-odds."""
        odds = self._odds
        gone = sum([odds.get(line, 0.0) for line in dropped])
        rest = self._total - gone
        if gone > SUBTRACTED * self._total:
            rest = sum(value for line, value in odds.items() if line not in dropped)
        if self._top.isdisjoint(dropped) and rest > 0.0:
            return share_of(self._weight, (*self._pools, self._best + log(rest)))
        top = [score for score, line in islice(self._ranked, STRONGEST + len(dropped)) if line not in dropped]
        if not (top := top[:STRONGEST]):
            return share_of(self._weight, (0.0, 0.0, 0.0))
        # Where all that is left is far weaker than what went, its odds against the old best are nothing in a float.
        soft = self._best + log(rest) if rest > 0.0 else top[0]
        return share_of(self._weight, (top[0], sum(top) / len(top), soft))


class _Wording:
    """The wording's share of the log-odds without some of the lines."""

    def __init__(self, parts: Parts, reading: Reading) -> None:
        self._parts, self._lines = parts, reading.words
        self._words = words = [word for line in reading.words for word in line]
        self._spans, position = list[Gap](), 0
        for line in reading.words:
            self._spans.append((position, position := position + len(line)))
        index, lengths = parts.level_space.index, range(1, parts.level_space.longest + 1)
        # The term of so many words that starts at each word, or None.
        self._terms = {n: [index.get(" ".join(words[i : i + n])) for i in range(len(words) - n + 1)] for n in lengths}
        counts = defaultdict[int, int](int)
        for terms in self._terms.values():
            for term in terms:
                if term is not None:
                    counts[term] += 1
        self._counts = dict(counts)
        values = {term: self._value(term, count) for term, count in counts.items()}
        self._total = sum(parts.level_head.weights[term] * value for term, value in values.items())
        self._square = sum(value * value for value in values.values())

    def without(self, dropped: frozenset[int]) -> float:
        """The wording's share of the log-odds."""
        slope, mean = self._parts.wording
        return slope * (self._sum(dropped) + self._parts.level_head.bias - mean)

    def _sum(self, dropped: frozenset[int]) -> float:
        """The terms' shares of the level head's log-odds, added up."""
        weights, space = self._parts.level_head.weights, self._parts.level_space
        total, square = self._total, self._square
        for term, by in self._changes(self._gaps(dropped)).items():
            count = self._counts.get(term, 0)
            before, after = self._value(term, count), self._value(term, count + by)
            total += weights[term] * (after - before)
            square += after * after - before * before
        if square <= (1 - SUBTRACTED) * self._square:  # little is left: add it up anew
            return sum(wording(self._parts, (words for i, words in enumerate(self._lines) if i not in dropped))[1])
        norm = sqrt(square)
        return total / (norm if space.power == 1.0 else norm**space.power / space.scale)

    def _value(self, term: int, count: int) -> float:
        """A term's TF-IDF value before it is normalised."""
        space = self._parts.level_space
        return 0.0 if count == 0 else space.idf[term] * (1.0 if space.tf == "binary" else 1.0 + log(count))

    def _gaps(self, dropped: frozenset[int]) -> list[Gap]:
        """The runs of words that go: neighbouring lines make one."""
        gaps: list[Gap] = []
        for start, end in sorted(self._spans[line] for line in dropped):
            if gaps and gaps[-1][1] == start:
                gaps[-1] = (gaps[-1][0], end)
            elif start < end:
                gaps.append((start, end))
        return gaps

    def _changes(self, gaps: list[Gap]) -> dict[int, int]:
        """By how much the count of each term changes."""
        change = defaultdict[int, int](int)
        for n, terms in self._terms.items():
            gone = {i for start, end in gaps for i in range(max(0, start - n + 1), min(end, len(terms)))}
            for i in gone:
                if (term := terms[i]) is not None:
                    change[term] -= 1
            for gram in self._seams(gaps, n):
                if (term := self._parts.level_space.index.get(gram)) is not None:
                    change[term] += 1
        return change

    def _seams(self, gaps: list[Gap], n: int) -> Iterator[str]:
        """The runs of `n` words that arise where the words around the gaps meet."""
        begun = set[int]()
        for start, _ in gaps:
            before = self._kept(start - 1, -1, n - 1, gaps)
            begun.update(before)
        for first in begun:
            run = self._kept(first, 1, n, gaps)
            if len(run) == n:
                yield " ".join(self._words[i] for i in run)

    def _kept(self, position: int, step: int, size: int, gaps: list[Gap]) -> list[int]:
        """The next words from a position on that stay, at most `size`, forwards (1) or backwards (-1)."""
        found: list[int] = []
        while len(found) < size and 0 <= position < len(self._words):
            gap = next(((start, end) for start, end in gaps if start <= position < end), None)
            if gap is None:
                found.append(position)
                position += step
            else:
                position = gap[1] if step > 0 else gap[0] - 1
        return found
