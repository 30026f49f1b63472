"""Words of masked lines in, a model's opinion of the posting out: `features` and `opinion`, compiled.

Values, shares and pools have the meaning, and but for rounding the digits, that they have there.
"""

from math import exp, log, sqrt
from typing import NamedTuple

import numpy as np

from postclass.features import MIN_LINE_WORDS, Space
from postclass.kernel.arrays import (
    NO_TERM,
    TOP_TERMS,
    Hashes,
    Matrix,
    Numbers,
    Points,
    Reals,
    Serials,
    Sets,
    Symbols,
    Verdicts,
    WeightMatrix,
    Weights,
)
from postclass.kernel.cleaning import WORD
from postclass.kernel.compiled import compiled
from postclass.kernel.vocabulary import FNV_BASIS, FNV_PRIME, GOLDEN, LEVEL, LINE, SCOPE, UNKNOWN, Vocabulary
from postclass.opinion import DIRECTOR_TRAITS, LineWeight, Parts

_POOLS = 3
_PLUS = ord("+")


class Tfidf(NamedTuple):
    """A TF-IDF space: how the counts of a text's terms become values."""

    idf: Weights
    sublinear: bool
    longest: int
    power: float
    scale: float


class Heads(NamedTuple):
    """The numbers of a model."""

    level: Tfidf
    line: Tfidf
    scope: Tfidf
    level_weights: Weights
    line_weights: WeightMatrix  # term x head
    scope_weights: Weights
    level_bias: float
    line_biases: Reals
    scope_bias: float
    wording_slope: float
    wording_mean: float
    coefficients: Matrix  # head x pool; the last head is that of the director-like lines
    means: Matrix
    bias: float
    scope_slope: float
    scope_shift: float
    presence: Matrix  # trait x pool
    others: Matrix  # trait x trait
    presence_biases: Reals
    director_traits: Numbers  # columns of the traits that tell of director-like lines
    ranks: Numbers  # of level terms by their text, which decides between equal shares


class Bench(NamedTuple):
    """Room to work in."""

    words: Numbers  # of the posting: numbers, or UNKNOWN
    pairs: Numbers  # that start at each word
    triples: Numbers
    ends: Numbers  # of each line, in words
    stamps: Serials  # of each term, the last text that it was seen in; texts of different spaces have different numbers
    places: Numbers  # of each term, where it is in `seen`
    seen: Numbers
    counts: Numbers
    values: Reals
    scores: Matrix  # line x head
    scored: Numbers  # lines that are scored
    pools: Matrix  # head x pool
    serial: Serials  # of the last text, one number


def heads(parts: Parts) -> Heads:
    """A model's numbers as arrays."""
    weights: list[LineWeight] = [*parts.weights, parts.director_lines]
    width = len(parts.traits) + 1
    return Heads(
        level=_tfidf(parts.level_space),
        line=_tfidf(parts.line_space),
        scope=_tfidf(parts.scope_space),
        level_weights=np.array(parts.level_head.weights, np.float32),
        line_weights=np.array(parts.line_heads.weights, np.float32).reshape(-1, width),
        scope_weights=np.array(parts.scope_head.weights, np.float32),
        level_bias=parts.level_head.bias,
        line_biases=np.array(parts.line_heads.biases),
        scope_bias=parts.scope_head.bias,
        wording_slope=parts.wording[0],
        wording_mean=parts.wording[1],
        coefficients=np.array([weight.coefficients for weight in weights]),
        means=np.array([weight.means for weight in weights]),
        bias=parts.bias,
        scope_slope=parts.scope[0],
        scope_shift=parts.scope[1],
        presence=np.array([presence.coefficients for presence in parts.presence]),
        others=np.array([presence.others for presence in parts.presence]),
        presence_biases=np.array([presence.bias for presence in parts.presence]),
        director_traits=np.array([parts.traits.index(key) for key in DIRECTOR_TRAITS], np.int32),
        ranks=np.argsort(np.argsort(np.array(parts.level_space.terms))).astype(np.int32),
    )


def _tfidf(space: Space) -> Tfidf:
    return Tfidf(np.array(space.idf, np.float32), space.tf == "sublinear", space.longest, space.power, space.scale)


def bench(heads: Heads, size: int) -> Bench:
    """Room for texts of up to `size` code points."""
    terms = [len(space.idf) for space in (heads.level, heads.line, heads.scope)]
    words, lines, width = size + 16, size + 16, len(heads.line_biases)
    return Bench(
        words=np.zeros(words, np.int32),
        pairs=np.zeros(words, np.int32),
        triples=np.zeros(words, np.int32),
        ends=np.zeros(lines, np.int32),
        stamps=np.zeros(max(terms), np.int64),
        places=np.zeros(max(terms), np.int32),
        seen=np.zeros(max(terms), np.int32),
        counts=np.zeros(max(terms), np.int32),
        values=np.zeros(max(terms)),
        scores=np.zeros((lines // 2, width)),
        scored=np.zeros(lines, np.int32),
        pools=np.zeros((width, _POOLS)),
        serial=np.zeros(1, np.int64),
    )


@compiled
def _word_number(v: Vocabulary, value: np.uint64, lowered: Points, start: int, stop: int) -> int:
    """The number of the word `lowered[start:stop]`, whose hash is `value`, or UNKNOWN."""
    hashes, starts, points, slots = v.hashes, v.starts, v.points, v.slots
    last = len(slots) - 1
    slot = np.int64((value * np.uint64(GOLDEN)) >> np.uint64(v.word_shift))
    while slots[slot] != UNKNOWN:
        word = slots[slot]
        begin = starts[word]
        if hashes[word] == value and starts[word + 1] - begin == stop - start:
            same = True
            for i in range(stop - start):
                if points[begin + i] != lowered[start + i]:
                    same = False
                    break
            if same:
                return word
        slot = (slot + 1) & last
    return UNKNOWN


@compiled
def _entry(keys: Hashes, values: Numbers, shift: int, key: int) -> int:
    """The value of a key, or UNKNOWN."""
    wanted = np.uint64(key + 1)
    last = len(keys) - 1
    slot = np.int64((wanted * np.uint64(GOLDEN)) >> np.uint64(shift))
    while keys[slot] != 0:
        if keys[slot] == wanted:
            return values[slot]
        slot = (slot + 1) & last
    return UNKNOWN


@compiled
def add_words(
    v: Vocabulary, sets: Sets, b: Bench, symbols: Symbols, lowered: Points, start: int, stop: int,
    count: int, tally: Numbers,
) -> int:  # fmt: skip
    """Adds the words of `lowered[start:stop]`; their number. `tally` counts words of two letters and more.

    It counts all of them, the English among them, and those of the level space.
    """
    position = start
    while position < stop:
        if not sets[WORD, symbols[position]]:
            if lowered[position] != _PLUS:
                position += 1
                continue
            end = position + 1
            value = (np.uint64(FNV_BASIS) ^ np.uint64(_PLUS)) * np.uint64(FNV_PRIME)
        else:
            end = position
            value = np.uint64(FNV_BASIS)
            while end < stop and sets[WORD, symbols[end]]:
                value = (value ^ np.uint64(lowered[end])) * np.uint64(FNV_PRIME)
                end += 1
        word = _word_number(v, value, lowered, position, end)
        b.words[count] = word
        count += 1
        if end - position > 1:
            tally[0] += 1
            if word != UNKNOWN:
                tally[1] += v.english[word]
                tally[2] += v.word_terms[word, LEVEL] != NO_TERM
        position = end
    return count


@compiled
def add_grams(v: Vocabulary, b: Bench, count: int) -> None:
    """Finds the pairs and triples that start at each of the words."""
    words, pairs, triples = b.words, b.pairs, b.triples
    for i in range(count):
        pairs[i] = triples[i] = UNKNOWN
        if i + 1 >= count or words[i] == UNKNOWN or words[i + 1] == UNKNOWN:
            continue
        pair = _entry(v.pair_keys, v.pair_numbers, v.pair_shift, words[i] * v.words + words[i + 1])
        pairs[i] = pair
        if pair != UNKNOWN and i + 2 < count and words[i + 2] != UNKNOWN:
            triples[i] = _entry(v.triple_keys, v.triple_numbers, v.triple_shift, pair * v.words + words[i + 2])


@compiled
def _see(stamps: Serials, places: Numbers, seen: Numbers, counts: Numbers, serial: int, term: int, size: int) -> int:
    if term == NO_TERM:
        return size
    if stamps[term] == serial:
        counts[places[term]] += 1
        return size
    stamps[term] = serial
    places[term] = size
    seen[size] = term
    counts[size] = 1
    return size + 1


@compiled
def _terms(v: Vocabulary, b: Bench, space: int, start: int, stop: int) -> int:
    """Counts the terms of the words from `start` to `stop` into `seen` and `counts`; how many different ones."""
    words, pairs, triples = b.words, b.pairs, b.triples
    stamps, places, seen, counts = b.stamps, b.places, b.seen, b.counts
    b.serial[0] += 1
    serial, size = b.serial[0], 0
    for i in range(start, stop):
        word = words[i]
        if word == UNKNOWN:
            continue
        size = _see(stamps, places, seen, counts, serial, v.word_terms[word, space], size)
        pair = pairs[i]
        if pair == UNKNOWN or i + 1 >= stop:
            continue
        size = _see(stamps, places, seen, counts, serial, v.pair_terms[pair, space], size)
        triple = triples[i]
        if triple != UNKNOWN and i + 2 < stop:
            size = _see(stamps, places, seen, counts, serial, v.triple_terms[triple, space], size)
    return size


@compiled
def _values(t: Tfidf, b: Bench, size: int) -> None:
    """Weighs the counts of the first `size` terms seen into `values`."""
    idf, seen, counts, values = t.idf, b.seen, b.counts, b.values
    squares = 0.0
    for i in range(size):
        value = np.float64(idf[seen[i]])
        if t.sublinear and counts[i] > 1:
            value *= 1.0 + log(counts[i])
        values[i] = value
        squares += value * value
    norm = sqrt(squares)
    divisor = norm if t.power == 1.0 else norm**t.power / t.scale
    for i in range(size):
        values[i] /= divisor


@compiled
def _wording(h: Heads, v: Vocabulary, b: Bench, count: int, out: Verdicts, row: int, tell: bool) -> float:
    """The level head's log-odds; `tell` keeps the terms with the largest shares."""
    size = _terms(v, b, LEVEL, 0, count)
    _values(h.level, b, size)
    seen, values, weights, terms, shares = b.seen, b.values, h.level_weights, out.terms, out.shares
    total, kept = h.level_bias, 0
    for i in range(size):
        term = seen[i]
        share = weights[term] * values[i]
        total += share
        if not tell:
            continue
        share *= h.wording_slope
        place = kept
        while place > 0 and (
            abs(shares[row, place - 1]) < abs(share)
            or (abs(shares[row, place - 1]) == abs(share) and h.ranks[terms[row, place - 1]] > h.ranks[term])
        ):
            place -= 1
        if place < TOP_TERMS:
            kept = min(kept + 1, TOP_TERMS)
            for j in range(kept - 1, place, -1):
                terms[row, j] = terms[row, j - 1]
                shares[row, j] = shares[row, j - 1]
            terms[row, place] = term
            shares[row, place] = share
    return total


@compiled
def _score_lines(h: Heads, v: Vocabulary, b: Bench, lines: int) -> int:
    """Scores each line that is long enough for each head; how many lines that were."""
    weights, biases, seen, values, scores = h.line_weights, h.line_biases, b.seen, b.values, b.scores
    width, start, scored = len(biases), 0, 0
    for line in range(lines):
        stop = b.ends[line]
        if stop - start >= MIN_LINE_WORDS:
            size = _terms(v, b, LINE, start, stop)
            _values(h.line, b, size)
            for head in range(width):
                scores[scored, head] = biases[head]
            for i in range(size):
                term, value = seen[i], values[i]
                for head in range(width):
                    scores[scored, head] += value * weights[term, head]
            scored += 1
        start = stop
    return scored


@compiled
def _pool(b: Bench, lines: int) -> None:
    """Each head's line scores in three numbers: the strongest, the mean of the three strongest, and a soft count."""
    scores, pools = b.scores, b.pools
    for head in range(pools.shape[0]):
        first = second = third = -np.inf
        for line in range(lines):
            score = scores[line, head]
            if score > first:
                first, second, third = score, first, second
            elif score > second:
                second, third = score, second
            elif score > third:
                third = score
        odds = 0.0
        for line in range(lines):
            odds += exp(scores[line, head] - first)
        if lines == 0:
            pools[head, 0] = pools[head, 1] = pools[head, 2] = 0.0
            continue
        pools[head, 0] = first
        pools[head, 1] = first if lines == 1 else (first + second) / 2 if lines == 2 else (first + second + third) / 3  # noqa: PLR2004
        pools[head, 2] = first + log(odds)


@compiled
def _log_odds(h: Heads, b: Bench, wording: float) -> float:
    """Joins the wording and the pooled line scores into the log-odds of director-level work."""
    pools, coefficients, means = b.pools, h.coefficients, h.means
    total = h.bias + h.wording_slope * (wording - h.wording_mean)
    for head in range(pools.shape[0]):
        for pool in range(_POOLS):
            total += coefficients[head, pool] * (pools[head, pool] - means[head, pool])
    return total


@compiled
def _find_traits(h: Heads, b: Bench, found: Sets, row: int) -> None:
    pools, presence, others = b.pools, h.presence, h.others
    traits = presence.shape[0]
    for trait in range(traits):
        total = h.presence_biases[trait]
        for pool in range(_POOLS):
            total += presence[trait, pool] * pools[trait, pool]
        for other in range(traits):
            total += others[trait, other] * pools[other, 0]
        found[row, trait] = total > 0


@compiled
def _in_scope(h: Heads, v: Vocabulary, b: Bench, count: int, names_role: bool) -> float:
    """The probability that the words are those of a product-management posting."""
    if names_role:
        b.words[count] = v.role_word
        b.pairs[count] = b.triples[count] = UNKNOWN
        count += 1
        for i in range(max(0, count - 3), count - 1):  # the pairs and triples that end with it
            b.pairs[i] = b.triples[i] = UNKNOWN
            if b.words[i] != UNKNOWN and b.words[i + 1] != UNKNOWN:
                b.pairs[i] = _entry(v.pair_keys, v.pair_numbers, v.pair_shift, b.words[i] * v.words + b.words[i + 1])
                if b.pairs[i] != UNKNOWN and i + 2 < count and b.words[i + 2] != UNKNOWN:
                    key = b.pairs[i] * v.words + b.words[i + 2]
                    b.triples[i] = _entry(v.triple_keys, v.triple_numbers, v.triple_shift, key)
    size = _terms(v, b, SCOPE, 0, count)
    _values(h.scope, b, size)
    total = h.scope_bias
    for i in range(size):
        total += h.scope_weights[b.seen[i]] * b.values[i]
    log_odds = h.scope_slope * total + h.scope_shift
    return 1.0 / (1.0 + exp(-log_odds)) if log_odds >= 0 else 1.0 - 1.0 / (1.0 + exp(log_odds))


@compiled
def score(
    h: Heads, v: Vocabulary, b: Bench, count: int, lines: int, names_role: bool, out: Verdicts, row: int, tell: bool
) -> None:
    """Fills a row: the log-odds, the probability of being in scope and, with `tell`, traits and top terms."""
    add_grams(v, b, count)
    wording = _wording(h, v, b, count, out, row, tell)
    _pool(b, _score_lines(h, v, b, lines))
    out.log_odds[row] = _log_odds(h, b, wording)
    if tell:
        _find_traits(h, b, out.found, row)
    out.p_in_scope[row] = _in_scope(h, v, b, count, names_role)
