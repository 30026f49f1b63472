"""Words of masked lines in, a model's opinion of the posting out: `features` and `opinion`, compiled.

Values, shares and pools have the meaning, and but for rounding the digits, that they have there.
"""

from math import exp, log, sqrt
from typing import NamedTuple

import numpy as np

from postclass.features import MIN_LINE_WORDS
from postclass.kernel.arrays import (
    NO_TERM,
    TOP_TERMS,
    Hashes,
    Matrix,
    Numbers,
    Points,
    Reals,
    Sets,
    Spans,
    Symbols,
    Verdicts,
    WeightMatrix,
    Weights,
)
from postclass.kernel.cleaning import WORD
from postclass.kernel.compiled import compiled, inlined
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
)
from postclass.opinion import LineWeight, Parts

_POOLS = 3
_PLUS = ord("+")
_THREE = 3
# Postings are read in groups and then scored: what each of the two looks up stays in the cache (3 % quicker).
GROUP = 128
GROUP_WORDS = 1 << 16
# Columns of `Records`: the last text and the last line that a gram was seen in, its place among those of the line, its
# number among the line terms; its IDF and weight in the level space and in the scope space, 0 where it is no term.
_STAMP, _LINE_STAMP, _PLACE, _LINE_TERM, _LEVEL_IDF, _LEVEL_WEIGHT, _SCOPE_IDF, _SCOPE_WEIGHT = range(8)
_LONGEST = 3  # words in a term
_ROOT = 0.5  # the power of line norms in the shipped model, quicker as a square root
_LAST_SERIAL = (1 << 31) - 1


class Tfidf(NamedTuple):
    """A TF-IDF space: how the counts of a text's terms become values."""

    sublinear: bool
    power: float
    scale: float


class Heads(NamedTuple):
    """The numbers of a model, but for what `Records` hold of its terms."""

    level: Tfidf
    line: Tfidf
    scope: Tfidf
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


class Records(NamedTuple):
    """What is asked for of each gram, side by side, so that each gram costs one look into memory.

    The columns are named below; the first four are whole numbers, the others reals in the same memory.
    """

    whole: Spans  # gram x column
    reals: WeightMatrix
    lines: Weights  # of each line term: its IDF, and its weight for each head
    alphabetical: Numbers  # of each gram, its place among the level terms by their text


class Bench(NamedTuple):
    """Room to work in."""

    words: Numbers  # of the postings of a group: numbers, or UNKNOWN; each posting's end with two of these
    ends: Numbers  # of each line, in words
    texts: Spans  # of each posting of a group: its first line, lines, first word, last word, if it names the role, row
    seen: Numbers  # line terms of a line
    counts: Numbers
    level_seen: Numbers  # grams of the posting
    sums: Reals  # over the terms of the level and scope spaces: squares, products with weights
    scores: Reals  # of each line, one for each head
    pools: Matrix  # head x pool
    serials: Numbers  # of the last text or line, and of the last text


def heads(parts: Parts) -> Heads:
    """A model's numbers as arrays; `ValueError` for models that are not made for the kernel."""
    if "sublinear" in {parts.level_space.tf, parts.scope_space.tf}:
        raise ValueError("in the kernel's level and scope spaces a term counts once")
    weights: list[LineWeight] = [*parts.weights, parts.director_lines]
    level, line, scope = (
        Tfidf(space.tf == "sublinear", space.power, space.scale)
        for space in (parts.level_space, parts.line_space, parts.scope_space)
    )
    return Heads(
        level=level,
        line=line,
        scope=scope,
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
    )


def records(parts: Parts, v: Vocabulary) -> Records:
    """A model's terms by their grams; each thread needs records of its own, for they tell what was seen."""
    whole = np.zeros((len(v.terms), 8), np.int32)
    reals = whole.view(np.float32)
    for space, idf, weights, column in (
        (LEVEL, parts.level_space.idf, parts.level_head.weights, _LEVEL_IDF),
        (SCOPE, parts.scope_space.idf, parts.scope_head.weights, _SCOPE_IDF),
    ):
        there = v.terms[:, space] != NO_TERM
        terms = v.terms[there, space]
        reals[there, column] = np.array(idf, np.float32)[terms]
        reals[there, column + 1] = np.array(weights, np.float32)[terms]
    in_line = np.flatnonzero(v.terms[:, LINE] != NO_TERM)
    whole[:, _LINE_TERM] = NO_TERM
    whole[in_line, _LINE_TERM] = np.arange(len(in_line))
    terms = v.terms[in_line, LINE]
    line_weights = np.array(parts.line_heads.weights, np.float32).reshape(len(parts.line_space.idf), -1)[terms]
    line_idf = np.array(parts.line_space.idf, np.float32)[terms]
    alphabetical = np.argsort(np.argsort(np.array(parts.level_space.terms)))[v.terms[:, LEVEL]]
    return Records(whole, reals, np.column_stack([line_idf, line_weights]).ravel(), alphabetical.astype(np.int32))


def bench(heads: Heads, records: Records, size: int) -> Bench:
    """Room for texts of up to `size` code points."""
    room, width, grams = size + 16, len(heads.line_biases), len(records.whole)
    return Bench(
        words=np.zeros(room + GROUP_WORDS, np.int32),
        ends=np.zeros(room + GROUP_WORDS, np.int32),
        texts=np.zeros((GROUP, 6), np.int32),
        seen=np.zeros(grams, np.int32),
        counts=np.zeros(grams, np.int32),
        level_seen=np.zeros(grams, np.int32),
        sums=np.zeros(4),
        scores=np.zeros(room // 2 * width),
        pools=np.zeros((width, _POOLS)),
        serials=np.zeros(2, np.int32),
    )


@inlined
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


@inlined
def _is_word(starts: Numbers, points: Points, word: int, lowered: Points, start: int, stop: int) -> bool:
    """Whether `lowered[start:stop]` is a word of the vocabulary, character by character."""
    begin = starts[word]
    same = starts[word + 1] - begin == stop - start
    i = 0
    while same and i < stop - start:
        same = points[begin + i] == lowered[start + i]
        i += 1
    return same


@inlined
def _key(lowered: Points, start: int, stop: int) -> np.uint64:
    """The key of a word that is long, or not ASCII."""
    value = np.uint64(FNV_BASIS)
    for i in range(start, stop):
        value = (value ^ np.uint64(lowered[i])) * np.uint64(FNV_PRIME)
    return value | np.uint64(HASHED)


@compiled
def add_words(
    v: Vocabulary, sets: Sets, b: Bench, first: int, first_line: int, symbols: Symbols, lowered: Points, lines: Spans,
    count: int, masks: Spans, mask_ends: Numbers, tally: Numbers,
) -> int:  # fmt: skip
    """Reads the words of `count` lines around their masks, from the place `first` on; where they end.

    The ends of the lines go to the bench from the place `first_line` on.

    `mask_ends` tells the number of masks up to each line's end. `tally` counts words of two letters and more: all of
    them, the English among them, and those that the level space knows.
    """
    words, keys, starts, points, slots, shift = b.words, v.keys, v.starts, v.points, v.slots, np.uint64(v.word_shift)
    kinds, is_word, last = v.kinds, sets[WORD], len(slots) - 1
    size, long_words, english, known, mask = first, 0, 0, 0, 0
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
        b.ends[first_line + line] = size
    words[size] = words[size + 1] = UNKNOWN
    tally[0], tally[1], tally[2] = long_words, english, known
    return size


@compiled
def _keep_top(
    h: Heads, r: Records, seen: Numbers, size: int, divisor: float, numbers: Spans, terms: Numbers, shares: Reals
) -> None:
    """The terms with the largest shares either way; of equal ones those first in the alphabet."""
    reals, places, slope = r.reals, r.alphabetical, h.wording_slope
    kept, least = 0, -1.0
    for i in range(size):
        term = seen[i]
        share = slope * (reals[term, _LEVEL_WEIGHT] * (np.float64(reals[term, _LEVEL_IDF]) / divisor))
        strength = abs(share)
        if strength < least or reals[term, _LEVEL_IDF] == 0:
            continue
        place = kept
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
        terms[i] = numbers[terms[i], LEVEL]


@inlined
def _add_scaled(sums: Reals, weights: Weights, start: int, first: int, width: int, value: float) -> None:
    """Adds `value` times `width` weights to as many sums; by unsigned places, so that it can do several at once."""
    to, source = np.uintp(start), np.uintp(first)
    for i in range(width):
        sums[to + np.uintp(i)] += value * weights[source + np.uintp(i)]


@inlined
def _score_line(
    weights: Weights, biases: Reals, sublinear: bool, power: float, scale: float, seen: Numbers, counts: Numbers,
    size: int, scores: Reals, row: int,
) -> None:  # fmt: skip
    """Scores a line, whose first `size` terms seen are counted, for each head, from `row` of the scores on."""
    width, squares = len(biases), 0.0
    for head in range(row, row + width):
        scores[head] = 0.0
    for i in range(size):
        first = seen[i] * (width + 1)
        value = np.float64(weights[first])
        if sublinear and counts[i] > 1:
            value *= 1.0 + log(counts[i])
        squares += value * value
        _add_scaled(scores, weights, row, first + 1, width, value)
    norm = sqrt(squares)
    factor = scale / (sqrt(norm) if power == _ROOT else norm**power) if size > 0 else 0.0
    for head in range(width):
        scores[row + head] = biases[head] + scores[row + head] * factor


@compiled
def _weigh(h: Heads, v: Vocabulary, r: Records, b: Bench, text: Numbers, level_only: bool) -> tuple[int, int]:
    """Finds all terms in one pass over the words, and scores each line: the number of grams seen, of lines scored.

    The sums over the terms of the level and scope spaces, of squares and of products with weights, go to `b.sums`.
    """
    words, ends, seen, counts, level_seen, whole, reals = (
        b.words, b.ends, b.seen, b.counts, b.level_seen, r.whole, r.reals
    )  # fmt: skip
    pair_table, pair_shift, triple_table, triple_shift = v.pairs, v.pair_shift, v.triples, v.triple_shift
    weights, biases, scores, heads, width = r.lines, h.line_biases, b.scores, len(h.line_biases), v.words
    sublinear, power, scale = h.line.sublinear, h.line.power, h.line.scale
    first_line, lines, start = text[0], text[1], text[2]
    if b.serials[0] > _LAST_SERIAL - lines - 1:  # the numbers of texts and lines run out: forget all that was seen
        whole[:, _STAMP] = 0
        whole[:, _LINE_STAMP] = 0
        b.serials[0] = 0
    serial = b.serials[0] + np.int32(1)
    line_serial = serial
    level_squares = level_sum = scope_squares = scope_sum = 0.0
    grams = scored = 0
    for line in range(lines):
        stop, size = ends[first_line + line], 0
        is_scored = stop - start >= MIN_LINE_WORDS and not level_only
        line_serial += np.int32(1)
        for i in range(start, stop):
            gram, length = int(words[i]), 1
            while gram != UNKNOWN:
                if whole[gram, _STAMP] != serial:
                    whole[gram, _STAMP] = serial
                    level_seen[grams] = gram
                    grams += 1
                    level, scope = np.float64(reals[gram, _LEVEL_IDF]), np.float64(reals[gram, _SCOPE_IDF])
                    level_squares += level * level
                    level_sum += level * reals[gram, _LEVEL_WEIGHT]
                    scope_squares += scope * scope
                    scope_sum += scope * reals[gram, _SCOPE_WEIGHT]
                if is_scored and i + length <= stop and whole[gram, _LINE_TERM] != NO_TERM:
                    if whole[gram, _LINE_STAMP] == line_serial:
                        counts[whole[gram, _PLACE]] += 1
                    else:
                        whole[gram, _LINE_STAMP] = line_serial
                        whole[gram, _PLACE] = size
                        seen[size] = whole[gram, _LINE_TERM]
                        counts[size] = 1
                        size += 1
                following = words[i + length]
                if following == UNKNOWN or length == _LONGEST:
                    break
                if length == 1:
                    gram = _entry(pair_table, pair_shift, gram * width + following)
                else:
                    gram = _entry(triple_table, triple_shift, gram * width + following)
                length += 1
        if is_scored:
            row = scored * heads
            _score_line(weights, biases, sublinear, power, scale, seen, counts, size, scores, row)
            scored += 1
        start = stop
    b.serials[0] = line_serial
    b.serials[1] = serial
    b.sums[0], b.sums[1], b.sums[2], b.sums[3] = level_squares, level_sum, scope_squares, scope_sum
    return grams, scored


@inlined
def _divisor(t: Tfidf, squares: float) -> float:
    """What a text's values are divided by."""
    norm = sqrt(squares)
    if norm == 0.0:
        return 1.0
    return norm if t.power == 1.0 else norm**t.power / t.scale


@compiled
def _in_scope(h: Heads, v: Vocabulary, r: Records, b: Bench, text: Numbers) -> float:
    """The probability that the words are those of a product-management posting."""
    squares, total, first, end = b.sums[2], b.sums[3], text[2], text[3]
    if text[4]:  # the role is named: one more word at the end, and the pair and the triple that end with it
        last = int(b.words[end - 1]) if end > first else UNKNOWN
        before = int(b.words[end - 2]) if end > first + 1 else UNKNOWN
        second = third = UNKNOWN
        if last != UNKNOWN:
            second = _entry(v.pairs, v.pair_shift, last * v.words + v.role_word)
            pair = _entry(v.pairs, v.pair_shift, before * v.words + last) if before != UNKNOWN else UNKNOWN
            if pair != UNKNOWN:
                third = _entry(v.triples, v.triple_shift, pair * v.words + v.role_word)
        for gram in (v.role_word, second, third):
            if gram != UNKNOWN and r.whole[gram, _STAMP] != b.serials[1]:
                value = np.float64(r.reals[gram, _SCOPE_IDF])
                squares += value * value
                total += value * r.reals[gram, _SCOPE_WEIGHT]
    log_odds = h.scope_slope * (h.scope_bias + total / _divisor(h.scope, squares)) + h.scope_shift
    return 1.0 / (1.0 + exp(-log_odds)) if log_odds >= 0 else 1.0 - 1.0 / (1.0 + exp(log_odds))


@compiled
def weigh_wording(
    h: Heads, v: Vocabulary, r: Records, b: Bench, text: Numbers, level_only: bool, out: Verdicts, row: int, tell: bool
) -> tuple[float, int]:
    """The level head's log-odds, and how many lines were scored; `tell` keeps the terms with the largest shares."""
    size, scored = _weigh(h, v, r, b, text, level_only)
    divisor = _divisor(h.level, b.sums[0])
    if tell:
        _keep_top(h, r, b.level_seen, size, divisor, v.terms, out.terms[row], out.shares[row])
    return h.level_bias + b.sums[1] / divisor, scored


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
def score(h: Heads, v: Vocabulary, r: Records, b: Bench, text: Numbers, out: Verdicts, row: int, tell: bool) -> None:
    """Fills a row: the log-odds, the probability of being in scope and, with `tell`, traits and top terms."""
    wording, scored = weigh_wording(h, v, r, b, text, False, out, row, tell)
    _pool(b, scored)
    out.log_odds[row] = _log_odds(h, b, wording)
    if tell:
        _find_traits(h, b, out.found, row)
    out.p_in_scope[row] = _in_scope(h, v, r, b, text)
