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
    Spans,
    Symbols,
    Verdicts,
    Weights,
)
from postclass.kernel.cleaning import WORD
from postclass.kernel.compiled import compiled
from postclass.kernel.vocabulary import (
    FNV_BASIS,
    FNV_PRIME,
    GOLDEN,
    HASHED,
    IS_ENGLISH,
    LEVEL,
    LINE,
    NOT_ASCII,
    NUMBER,
    NUMBER_BITS,
    PACKED,
    SCOPE,
    UNKNOWN,
    Vocabulary,
    rank,
)
from postclass.opinion import DIRECTOR_TRAITS, LineWeight, Parts

_POOLS = 3
_PLUS = ord("+")
_THREE = 3
_ROOT = 0.5  # the power of line norms in the shipped model, quicker as a square root
_LAST_SERIAL = (1 << 31) - 1


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
    line_weights: Weights  # of each term, one for each head
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
    alphabetical: Numbers  # places of level terms by their text, which decides between equal shares
    level_terms: Numbers  # their numbers in the model


class Bench(NamedTuple):
    """Room to work in."""

    words: Numbers  # of the posting: numbers, or UNKNOWN
    pairs: Numbers  # that start at each word
    triples: Numbers
    ends: Numbers  # of each line, in words
    stamps: Numbers  # of each term, the last text that it was seen in; texts of different spaces have different numbers
    places: Numbers  # of each term, where it is in `seen`
    seen: Numbers
    counts: Numbers
    values: Reals
    scores: Reals  # of each line, one for each head
    scored: Numbers  # lines that are scored
    pools: Matrix  # head x pool
    serial: Serials  # of the last text, one number


def heads(parts: Parts) -> Heads:
    """A model's numbers as arrays."""
    weights: list[LineWeight] = [*parts.weights, parts.director_lines]
    width = len(parts.traits) + 1
    level, line, scope = (rank(space) for space in (parts.level_space, parts.line_space, parts.scope_space))
    alphabetical = np.argsort(np.argsort(np.array(parts.level_space.terms)))
    return Heads(
        level=_tfidf(parts.level_space, level),
        line=_tfidf(parts.line_space, line),
        scope=_tfidf(parts.scope_space, scope),
        level_weights=np.array(parts.level_head.weights, np.float32)[level],
        line_weights=np.array(parts.line_heads.weights, np.float32).reshape(-1, width)[line].ravel(),
        scope_weights=np.array(parts.scope_head.weights, np.float32)[scope],
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
        alphabetical=alphabetical[level].astype(np.int32),
        level_terms=level,
    )


def _tfidf(space: Space, order: Numbers) -> Tfidf:
    return Tfidf(
        np.array(space.idf, np.float32)[order], space.tf == "sublinear", space.longest, space.power, space.scale
    )


def bench(heads: Heads, size: int) -> Bench:
    """Room for texts of up to `size` code points."""
    terms = [len(space.idf) for space in (heads.level, heads.line, heads.scope)]
    words, lines, width = size + 16, size + 16, len(heads.line_biases)
    return Bench(
        words=np.zeros(words, np.int32),
        pairs=np.zeros(words, np.int32),
        triples=np.zeros(words, np.int32),
        ends=np.zeros(lines, np.int32),
        stamps=np.zeros(max(terms), np.int32),
        places=np.zeros(max(terms), np.int32),
        seen=np.zeros(max(terms), np.int32),
        counts=np.zeros(max(terms), np.int32),
        values=np.zeros(max(terms)),
        scores=np.zeros(lines // 2 * width),
        scored=np.zeros(lines, np.int32),
        pools=np.zeros((width, _POOLS)),
        serial=np.zeros(1, np.int64),
    )


@compiled
def _is_word(starts: Numbers, points: Points, word: int, lowered: Points, start: int, stop: int) -> bool:
    """Whether `lowered[start:stop]` is a word of the vocabulary, character by character."""
    begin = starts[word]
    if starts[word + 1] - begin != stop - start:
        return False
    for i in range(stop - start):  # noqa: SIM110 - compiled, a loop is the quickest
        if points[begin + i] != lowered[start + i]:
            return False
    return True


@compiled
def _key(lowered: Points, start: int, stop: int) -> np.uint64:
    """The key of a word that is long, or not ASCII."""
    value = np.uint64(FNV_BASIS)
    for i in range(start, stop):
        value = (value ^ np.uint64(lowered[i])) * np.uint64(FNV_PRIME)
    return value | np.uint64(HASHED)


@compiled
def _entry(table: Hashes, shift: int, key: int) -> int:
    """The number of a pair or triple, or UNKNOWN."""
    wanted = np.uint64(key + 1)
    last = len(table) - 1
    slot = np.int64((wanted * np.uint64(GOLDEN)) >> np.uint64(shift))
    while table[slot] != 0:
        if table[slot] >> np.uint64(NUMBER_BITS) == wanted:
            return np.int64(table[slot] & np.uint64(NUMBER))
        slot = (slot + 1) & last
    return UNKNOWN


@compiled
def add_words(
    v: Vocabulary, sets: Sets, b: Bench, symbols: Symbols, lowered: Points, lines: Spans, count: int, masks: Spans,
    mask_ends: Numbers, tally: Numbers,
) -> int:  # fmt: skip
    """Reads the words of the first `count` lines around their masks; their number.

    `mask_ends` tells the number of masks up to each line's end. `tally` counts words of two letters and more: all of
    them, the English among them, and those that the level space knows.
    """
    words, keys, starts, points, slots, shift = b.words, v.keys, v.starts, v.points, v.slots, np.uint64(v.word_shift)
    kinds, is_word, last = v.kinds, sets[WORD], len(slots) - 1
    size = long_words = english = known = mask = 0
    for line in range(count):
        position, stop = lines[line, 0], lines[line, 1]
        while True:
            until = masks[mask, 0] if mask < mask_ends[line] else stop
            while position < until:
                begin, key, every_point = position, np.uint64(0), np.uint32(0)
                while position < until and is_word[symbols[position]]:
                    point = lowered[position]
                    key = key << np.uint64(8) | np.uint64(point)
                    every_point |= point
                    position += 1
                if position == begin:
                    position += 1
                    if lowered[begin] != _PLUS:
                        continue
                    key = np.uint64(_PLUS)
                length = position - begin
                is_hashed = length > PACKED or every_point >= NOT_ASCII
                if is_hashed:
                    key = _key(lowered, begin, position)
                slot = np.int64((key * np.uint64(GOLDEN)) >> shift)
                word = slots[slot]
                while word != UNKNOWN:
                    # a key that is no hash is the word itself
                    if keys[word] == key and (
                        not is_hashed or _is_word(starts, points, word, lowered, begin, position)
                    ):
                        break
                    slot = (slot + 1) & last
                    word = slots[slot]
                words[size] = word
                size += 1
                if length > 1:
                    long_words += 1
                    if word != UNKNOWN:
                        english += kinds[word] & IS_ENGLISH
                        known += kinds[word] >> 1
            if mask >= mask_ends[line]:
                break
            position = masks[mask, 1]
            mask += 1
        b.ends[line] = size
    tally[0], tally[1], tally[2] = long_words, english, known
    return size


@compiled
def add_grams(v: Vocabulary, b: Bench, count: int) -> None:
    """Finds the pairs and triples that start at each of the words."""
    words, pairs, triples = b.words, b.pairs, b.triples
    pair_table, pair_shift, triple_table, triple_shift, width = (
        v.pairs,
        v.pair_shift,
        v.triples,
        v.triple_shift,
        v.words,
    )
    after = after_next = np.int32(UNKNOWN)
    for i in range(count - 1, -1, -1):
        word = words[i]
        pairs[i] = triples[i] = UNKNOWN
        if word != UNKNOWN and after != UNKNOWN:
            pair = _entry(pair_table, pair_shift, np.int64(word) * width + after)
            pairs[i] = pair
            if pair != UNKNOWN and after_next != UNKNOWN:
                triples[i] = _entry(triple_table, triple_shift, pair * width + after_next)
        after, after_next = word, after


@compiled
def _see(
    stamps: Numbers, places: Numbers, seen: Numbers, counts: Numbers, serial: np.int32, term: int, size: int
) -> int:
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
def _next_serial(b: Bench) -> int:
    """A number for one more text; when they run out, all that was seen is forgotten."""
    if b.serial[0] == _LAST_SERIAL:
        b.stamps[:] = 0
        b.serial[0] = 0
    b.serial[0] += 1
    return b.serial[0]


@compiled
def _weigh_distinct(t: Tfidf, v: Vocabulary, b: Bench, space: int, start: int, stop: int) -> int:
    """As `_weigh`, for spaces in which only counts to one."""
    words, pairs, triples, stamps, seen, values, idf = b.words, b.pairs, b.triples, b.stamps, b.seen, b.values, t.idf
    word_terms, pair_terms, triple_terms = v.word_terms, v.pair_terms, v.triple_terms
    serial, size, squares = np.int32(_next_serial(b)), 0, 0.0
    for i in range(start, stop):
        for grams in range(3):
            if grams == 0:
                if words[i] == UNKNOWN:
                    break
                term = word_terms[words[i], space]
            elif grams == 1:
                if pairs[i] == UNKNOWN or i + 1 >= stop:
                    break
                term = pair_terms[pairs[i], space]
            else:
                if triples[i] == UNKNOWN or i + 2 >= stop:
                    break
                term = triple_terms[triples[i], space]
            if term != NO_TERM and stamps[term] != serial:
                stamps[term] = serial
                seen[size] = term
                value = np.float64(idf[term])
                values[size] = value
                squares += value * value
                size += 1
    norm = sqrt(squares)
    divisor = norm if t.power == 1.0 else norm**t.power / t.scale
    for i in range(size):
        values[i] /= divisor
    return size


@compiled
def _terms(v: Vocabulary, b: Bench, space: int, start: int, stop: int) -> int:
    """Counts the terms of the words from `start` to `stop` into `seen` and `counts`; how many different ones."""
    words, pairs, triples = b.words, b.pairs, b.triples
    stamps, places, seen, counts = b.stamps, b.places, b.seen, b.counts
    word_terms, pair_terms, triple_terms = v.word_terms, v.pair_terms, v.triple_terms
    serial, size = np.int32(_next_serial(b)), 0
    for i in range(start, stop):
        word = words[i]
        if word == UNKNOWN:
            continue
        size = _see(stamps, places, seen, counts, serial, word_terms[word, space], size)
        pair = pairs[i]
        if pair == UNKNOWN or i + 1 >= stop:
            continue
        size = _see(stamps, places, seen, counts, serial, pair_terms[pair, space], size)
        triple = triples[i]
        if triple != UNKNOWN and i + 2 < stop:
            size = _see(stamps, places, seen, counts, serial, triple_terms[triple, space], size)
    return size


@compiled
def _weigh(t: Tfidf, v: Vocabulary, b: Bench, space: int, start: int, stop: int) -> int:
    """Finds the terms of the words from `start` to `stop` and their values; how many different ones."""
    if not t.sublinear:
        return _weigh_distinct(t, v, b, space, start, stop)
    idf, seen, counts, values = t.idf, b.seen, b.counts, b.values
    size = _terms(v, b, space, start, stop)
    squares = 0.0
    for i in range(size):
        value = np.float64(idf[seen[i]])
        if counts[i] > 1:
            value *= 1.0 + log(counts[i])
        values[i] = value
        squares += value * value
    norm = sqrt(squares)
    divisor = norm if t.power == 1.0 else norm**t.power / t.scale
    for i in range(size):
        values[i] /= divisor
    return size


@compiled
def _keep_top(
    seen: Numbers,
    values: Reals,
    size: int,
    slope: float,
    places: Numbers,
    numbers: Numbers,
    terms: Numbers,
    shares: Reals,
) -> None:  # fmt: skip
    """The terms with the largest shares either way, times the slope; of equal ones those first in the alphabet."""
    kept, least = 0, -1.0
    for i in range(size):
        share = slope * values[i]
        strength = abs(share)
        if strength < least:
            continue
        term, place = seen[i], kept
        while place > 0:
            before = abs(shares[place - 1])
            if before > strength or (before == strength and places[terms[place - 1]] < places[term]):
                break
            place -= 1
        if place == TOP_TERMS:
            continue
        kept = min(kept + 1, TOP_TERMS)
        for j in range(kept - 1, place, -1):
            terms[j] = terms[j - 1]
            shares[j] = shares[j - 1]
        terms[place] = term
        shares[place] = share
        if kept == TOP_TERMS:
            least = abs(shares[TOP_TERMS - 1])
    for i in range(kept):
        terms[i] = numbers[terms[i]]


@compiled
def weigh_wording(h: Heads, v: Vocabulary, b: Bench, count: int, out: Verdicts, row: int, tell: bool) -> float:
    """The level head's log-odds; `tell` keeps the terms with the largest shares."""
    size = _weigh(h.level, v, b, LEVEL, 0, count)
    seen, values, weights = b.seen, b.values, h.level_weights
    total = h.level_bias
    for i in range(size):
        share = weights[seen[i]] * values[i]
        total += share
        values[i] = share
    if tell:
        _keep_top(seen, values, size, h.wording_slope, h.alphabetical, h.level_terms, out.terms[row], out.shares[row])
    return total


@compiled
def _add_scaled(sums: Reals, weights: Weights, start: int, first: int, width: int, value: float) -> None:
    """Adds `value` times `width` weights to as many sums: unsigned places, so that the loop works on several at once."""
    to, source = np.uintp(start), np.uintp(first)
    for i in range(width):
        sums[to + np.uintp(i)] += value * weights[source + np.uintp(i)]


@compiled
def _score_lines(h: Heads, v: Vocabulary, b: Bench, lines: int) -> int:
    """Scores each line that is long enough for each head; how many lines that were."""
    ends, seen, counts, scores, stamps, places = b.ends, b.seen, b.counts, b.scores, b.stamps, b.places
    words, pairs, triples = b.words, b.pairs, b.triples
    word_terms, pair_terms, triple_terms = v.word_terms, v.pair_terms, v.triple_terms
    idf, weights, biases = h.line.idf, h.line_weights, h.line_biases
    power, scale, sublinear, width = h.line.power, h.line.scale, h.line.sublinear, len(h.line_biases)
    start = scored = 0
    for line in range(lines):
        stop = ends[line]
        if stop - start < MIN_LINE_WORDS:
            start = stop
            continue
        serial, size = np.int32(_next_serial(b)), 0
        for i in range(start, stop):
            if words[i] == UNKNOWN:
                continue
            size = _see(stamps, places, seen, counts, serial, word_terms[words[i], LINE], size)
            if pairs[i] == UNKNOWN or i + 1 >= stop:
                continue
            size = _see(stamps, places, seen, counts, serial, pair_terms[pairs[i], LINE], size)
            if triples[i] != UNKNOWN and i + 2 < stop:
                size = _see(stamps, places, seen, counts, serial, triple_terms[triples[i], LINE], size)
        squares, row = 0.0, scored * width
        for head in range(row, row + width):
            scores[head] = 0.0
        for i in range(size):
            value = np.float64(idf[seen[i]])
            if sublinear and counts[i] > 1:
                value *= 1.0 + log(counts[i])
            squares += value * value
            _add_scaled(scores, weights, row, seen[i] * width, width, value)
        norm = sqrt(squares)
        divisor = sqrt(norm) / scale if power == _ROOT else norm**power / scale
        for head in range(width):
            scores[row + head] = biases[head] + (scores[row + head] / divisor if size > 0 else 0.0)
        scored += 1
        start = stop
    return scored


@compiled
def _pool(b: Bench, lines: int) -> None:
    """Each head's line scores in three numbers: the strongest, the mean of the three strongest, and a soft count."""
    scores, pools, heads = b.scores, b.pools, b.pools.shape[0]
    for head in range(heads):
        first = second = third = -np.inf
        for line in range(lines):
            score = scores[line * heads + head]
            if score > first:
                first, second, third = score, first, second
            elif score > second:
                second, third = score, second
            elif score > third:
                third = score
        odds = 0.0
        for line in range(lines):
            odds += exp(scores[line * heads + head] - first)
        if lines == 0:
            pools[head, 0] = pools[head, 1] = pools[head, 2] = 0.0
            continue
        pools[head, 0] = first
        most = min(lines, 3)
        pools[head, 1] = (first + (second if most > 1 else 0.0) + (third if most == _THREE else 0.0)) / most
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
            word, after, last = b.words[i], b.words[i + 1], b.words[min(i + 2, count - 1)]
            b.pairs[i] = b.triples[i] = UNKNOWN
            if word != UNKNOWN and after != UNKNOWN:
                b.pairs[i] = _entry(v.pairs, v.pair_shift, word * v.words + after)
                if b.pairs[i] != UNKNOWN and i + 2 < count and last != UNKNOWN:
                    b.triples[i] = _entry(v.triples, v.triple_shift, b.pairs[i] * v.words + last)
    size = _weigh(h.scope, v, b, SCOPE, 0, count)
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
    wording = weigh_wording(h, v, b, count, out, row, tell)
    _pool(b, _score_lines(h, v, b, lines))
    out.log_odds[row] = _log_odds(h, b, wording)
    if tell:
        _find_traits(h, b, out.found, row)
    out.p_in_scope[row] = _in_scope(h, v, b, count, names_role)
