"""Many texts, or postings as the model reads them, in; the model's numbers out: numpy over whole batches.

The same numbers as `scoring`'s, for where numba is not installed.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from postclass.features import MIN_LINE_WORDS, Reading, Space
from postclass.judge import fault
from postclass.kernel.arrays import FAULTS, JUDGED, NO_TERM, TOP_TERMS, Reals, Verdicts, verdicts
from postclass.kernel.lookup import Indices, Lookup, Words
from postclass.kernel.vocabulary import IS_ENGLISH, LEVEL, LINE, SCOPE, vocabulary
from postclass.opinion import Parts, Presence

# At a time, so that what is worked with fits the processor's cache, and memory has a bound: texts, and characters.
_TEXTS, _CHARACTERS = 128, 1 << 20
_SPARSE = 8  # slots for each entry of the vocabulary's tables: a second look costs numpy more than room does
_PLACE_BITS, _PLACE = 32, (1 << 32) - 1  # beside a rank, the place that it stands in
_NOTHING = np.iinfo(np.int64).max
_STRONGEST = 3  # line scores that a pool is the mean of


class Terms:
    """A space's terms as a binary head weighs them, numbered from the strongest to the weakest."""

    def __init__(self, space: Space, weights: Sequence[float], of_grams: npt.NDArray[np.int32]) -> None:
        if space.tf != "binary":
            raise ValueError("in the level and scope spaces of vectors a term counts once")
        idf = np.array(space.idf, np.float64)
        products = idf * np.array(weights, np.float64)
        # No two shares of a text are closer than rounding, so their order is that of the products, whatever the norm.
        self.terms = np.lexsort((np.argsort(np.argsort(np.array(space.terms))), -np.abs(products)))
        ranks = np.empty_like(self.terms)
        ranks[self.terms] = np.arange(len(ranks))
        self._of_grams = np.append(
            np.where(of_grams == NO_TERM, NO_TERM, ranks[of_grams]), NO_TERM
        )  # UNKNOWN's is last
        self.products, self._squares = products[self.terms], (idf * idf)[self.terms]
        self._space = space
        self._last_seen = np.zeros(_TEXTS * len(idf), np.int32)

    def distinct(self, grams: Indices, ends: Indices) -> tuple[Indices, Indices]:
        """The ranks of texts' different terms, and where each text ends among them."""
        ranks = self._of_grams[grams.ravel()]
        there = np.flatnonzero(ranks != NO_TERM)
        ranks, ends = ranks[there], np.searchsorted(there, ends * grams.shape[1])
        seen = np.repeat(np.arange(len(ends)) * len(self.terms), _sizes(ends)) + ranks
        order = np.arange(len(ranks), dtype=np.int32)
        self._last_seen[seen] = order  # one of those that are the same stays, whichever
        once = np.flatnonzero(self._last_seen[seen] == order)
        return ranks[once], np.searchsorted(once, ends)

    def weigh(self, ranks: Indices, ends: Indices) -> tuple[Reals, Reals]:
        """Of each text the sum of its terms' shares, and what their products are divided by."""
        divisors = _divisors(_reduced(np.add, self._squares[ranks], ends), self._space)
        return _reduced(np.add, self.products[ranks], ends) / divisors, divisors


class Vectors:
    """A model's numbers as vectors. It has room for one thread: make one for each."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        joined = (*parts.weights, parts.director_lines)
        v = vocabulary((parts.level_space, parts.line_space, parts.scope_space), sparse=_SPARSE)
        self._lookup = Lookup(v)
        self._kinds, self._role_word = np.append(v.kinds, 0).astype(np.int64), v.role_word
        self._level = Terms(parts.level_space, parts.level_head.weights, v.terms[:, LEVEL])
        self._scope = Terms(parts.scope_space, parts.scope_head.weights, v.terms[:, SCOPE])
        self._line_terms = np.append(v.terms[:, LINE], np.int32(NO_TERM))
        self._line_idf = np.array(parts.line_space.idf, np.float64)
        weights = np.array(parts.line_heads.weights, np.float32).reshape(len(self._line_idf), -1)
        self._line_weights = np.ascontiguousarray(weights.T)  # head x term
        self._pool_weights = tuple(map(np.array, zip(*[(w.coefficients, w.means) for w in joined], strict=True)))

    def wordings(self, texts: Sequence[str] | pa.StringArray, *, tell: bool) -> Verdicts:
        """The level head alone, of texts that are clean and masked: its log-odds and, with `tell`, its top terms."""
        out = verdicts(len(texts), len(self._parts.traits))
        listed = texts.to_pylist() if isinstance(texts, pa.Array) else texts
        for rows in _groups([len(text) for text in listed]):
            words = self._lookup.words(listed[rows])
            grams = self._lookup.grams(words.numbers, words.ends)
            out.log_odds[rows] = self._weigh_wordings(grams, words.ends, rows.start, out, tell=tell)
        return out

    def judge(self, readings: Sequence[Reading], *, tell: bool) -> Verdicts:
        """The numbers of postings as the model reads them; with `tell` also their traits and top terms."""
        out = verdicts(len(readings), len(self._parts.traits))
        for rows in _groups([sum(map(len, reading.masked)) for reading in readings]):
            self._judge(readings[rows], rows.start, out, tell=tell)
        return out

    def _weigh_wordings(self, grams: Indices, ends: Indices, first: int, out: Verdicts, *, tell: bool) -> Reals:
        """The level head's log-odds of texts; with `tell` their top terms go to the rows of `out` from `first` on."""
        ranks, ends = self._level.distinct(grams, ends)
        sums, divisors = self._level.weigh(ranks, ends)
        if tell:
            left = ranks << _PLACE_BITS | np.arange(len(ranks))
            for place in range(TOP_TERMS):
                best = _reduced(np.minimum, left, ends, _NOTHING)
                there = np.flatnonzero(best != _NOTHING)
                at = best[there] & _PLACE
                left[at] = _NOTHING
                out.terms[first + there, place] = self._level.terms[ranks[at]]
                out.shares[first + there, place] = (
                    self._parts.wording[0] * self._level.products[ranks[at]] / divisors[there]
                )
        return self._parts.level_head.bias + sums

    def _judge(self, readings: Sequence[Reading], first: int, out: Verdicts, *, tell: bool) -> None:
        parts, rows = self._parts, slice(first, first + len(readings))
        words = self._lookup.words([line for reading in readings for line in reading.masked])
        line_ends = np.cumsum([len(reading.masked) for reading in readings])
        ends = np.append(0, words.ends)[line_ends]
        out.status[rows] = self._status(readings, words, ends)
        out.cut[rows] = [reading.text.truncated for reading in readings]
        grams = self._lookup.grams(words.numbers, ends)
        told = verdicts(len(readings), len(parts.traits))
        wording = self._weigh_wordings(grams, ends, 0, told, tell=tell)
        scores, scored_ends = self._line_scores(grams, words.ends, line_ends)
        pools = _pools(scores, scored_ends)
        coefficients, means = self._pool_weights
        slope, mean = parts.wording
        log_odds = (
            parts.bias + slope * (wording - mean) + (coefficients * (pools - means)).reshape(len(pools), -1).sum(axis=1)
        )
        p_in_scope = self._in_scope(readings, words.numbers, ends)
        judged = np.flatnonzero(out.status[rows] == JUDGED)
        out.log_odds[first + judged], out.p_in_scope[first + judged] = log_odds[judged], p_in_scope[judged]
        if tell:
            out.found[first + judged] = _found(parts.presence, pools)[judged]
            out.terms[first + judged], out.shares[first + judged] = told.terms[judged], told.shares[judged]

    def _status(self, readings: Sequence[Reading], words: Words, ends: Indices) -> list[int]:
        """JUDGED, or why there is nothing to judge."""
        is_word, kinds = words.lengths > 1, self._kinds[words.numbers]  # 0 of those that are unknown
        counted = np.stack([is_word, is_word & (kinds & IS_ENGLISH > 0), is_word & (kinds >> 1 > 0)])
        status = []
        for reading, counts in zip(
            readings, _reduced(np.add, counted.astype(np.int64), ends, 0).T.tolist(), strict=True
        ):
            why = fault(reading.text, *counts)
            status.append(JUDGED if why is None else FAULTS.index(why) + 1)
        return status

    def _line_scores(self, grams: Indices, ends: Indices, line_ends: Indices) -> tuple[Reals, Indices]:
        """Head x line: the log-odds of the lines that are long enough, and where each text ends among these."""
        space, heads = self._parts.line_space, self._parts.line_heads
        sizes = _sizes(ends)
        line_of = np.repeat(np.arange(len(ends)), sizes)
        places = np.arange(len(grams))[:, None] + np.arange(grams.shape[1])
        terms = np.where(places < ends[line_of][:, None], self._line_terms[grams], NO_TERM)
        scored = np.flatnonzero(sizes >= MIN_LINE_WORDS)
        terms[sizes[line_of] < MIN_LINE_WORDS] = NO_TERM
        at, length = np.nonzero(terms != NO_TERM)
        size = len(self._line_idf)
        seen, counts = np.unique(line_of[at] * size + terms[at, length], return_counts=True)
        whose, which = np.divmod(seen, size)
        values = self._line_idf[which]
        if space.tf == "sublinear":
            values *= 1.0 + np.log(counts)
        term_ends = np.searchsorted(whose, scored, side="right")
        values /= np.repeat(_divisors(_reduced(np.add, values * values, term_ends), space), _sizes(term_ends))
        scores = np.array([_reduced(np.add, values * weights[which], term_ends) for weights in self._line_weights])
        return scores + np.array(heads.biases)[:, None], np.searchsorted(scored, line_ends)

    def _in_scope(self, readings: Sequence[Reading], numbers: Indices, ends: Indices) -> Reals:
        """The probabilities that the words are those of product-management postings."""
        named = np.array([reading.names_role for reading in readings])
        numbers = np.insert(numbers, ends[named], self._role_word)
        ends = ends + np.cumsum(named)
        sums, _ = self._scope.weigh(*self._scope.distinct(self._lookup.grams(numbers, ends), ends))
        slope, bias = self._parts.scope
        log_odds = slope * (self._parts.scope_head.bias + sums) + bias
        larger = 1.0 / (1.0 + np.exp(-np.abs(log_odds)))
        return np.where(log_odds >= 0, larger, 1.0 - larger)


def _groups(sizes: Sequence[int]) -> Iterator[slice]:
    """Neighbouring texts that are worked on at a time, by their sizes in characters."""
    start = characters = 0
    for end, size in enumerate(sizes):
        if end > start and (end == start + _TEXTS or characters + size > _CHARACTERS):
            yield slice(start, end)
            start, characters = end, 0
        characters += size
    if sizes:
        yield slice(start, len(sizes))


def _sizes(ends: Indices) -> Indices:
    return np.diff(ends, prepend=0)


def _reduced(ufunc: np.ufunc, values: npt.NDArray[Any], ends: Indices, nothing: float = 0) -> npt.NDArray[Any]:
    """Sums, or the like, of the values up to each end, and `nothing` where there are none.

    Each is computed from its own values in their order, so it has the same last digit whatever comes before and after.
    """
    padded = np.concatenate([values, np.full((*values.shape[:-1], 1), nothing, values.dtype)], axis=-1)
    begins = ends - _sizes(ends)
    result: npt.NDArray[Any] = ufunc.reduceat(padded, np.append(begins, values.shape[-1]), axis=-1)[..., :-1]
    result[..., begins == ends] = nothing
    return result


def _divisors(squares: Reals, space: Space) -> Reals:
    norms = np.sqrt(squares)
    return np.where(norms == 0, 1.0, norms if space.power == 1.0 else norms**space.power / space.scale)


def _pools(scores: Reals, ends: Indices) -> Reals:
    """Text x head: line scores in three numbers, as `opinion.pooled` has them."""
    sizes, lines = _sizes(ends), scores.shape[1]
    best = _reduced(np.maximum, scores, ends, 0.0)
    odds = _reduced(np.add, np.exp(scores - np.repeat(best, sizes, axis=1)), ends, 1.0)
    left, total = scores.copy(), np.zeros_like(best)
    for _ in range(_STRONGEST):
        strongest = _reduced(np.maximum, left, ends, -np.inf)
        total += np.where(np.isfinite(strongest), strongest, 0.0)
        places = np.where(left == np.repeat(strongest, sizes, axis=1), np.arange(lines), lines)
        place = _reduced(np.minimum, places, ends, lines)  # the first of those that are as strong
        head, text = np.nonzero(place < lines)
        left[head, place[head, text]] = -np.inf
    mean = total / np.clip(sizes, 1, _STRONGEST)
    return np.ascontiguousarray(np.stack([best, mean, best + np.log(odds)], axis=-1).transpose(1, 0, 2))


def _found(presence: Sequence[Presence], pools: Reals) -> npt.NDArray[np.bool_]:
    """Text x trait: whether it is found."""
    coefficients, others = (np.array([getattr(p, name) for p in presence]) for name in ("coefficients", "others"))
    of_traits = pools[:, :-1]
    own = (of_traits * coefficients).sum(axis=2)
    of_others = (of_traits[:, None, :, 0] * others).sum(axis=2)  # not `@`, whose last digits depend on how many texts
    found: npt.NDArray[np.bool_] = np.array([p.bias for p in presence]) + own + of_others > 0
    return found
