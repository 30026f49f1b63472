"""A model's terms in, tables out that find the terms of a text by the hashes of its words, verified in full.

Every word of any term has a number; terms of two words are found by the pair of their numbers, terms of three by the
number of the pair and that of the third word. So no n-gram is ever put together as text.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from postclass.features import ROLE_WORD, Space
from postclass.judge import ENGLISH
from postclass.kernel.arrays import NO_TERM, Flags, Hashes, Numbers, Points, Spans

LEVEL, LINE, SCOPE = range(3)  # columns of the spaces' terms
UNKNOWN = -1
_SPARSE = 2  # slots for each entry, at the least: chains stay short

Entries = Mapping[int, tuple[int, list[int]]]  # key -> number, and term of each space

FNV_BASIS, FNV_PRIME = 14695981039346656037, 1099511628211  # FNV-1a, over code points instead of bytes
GOLDEN = 0x9E3779B97F4A7C15  # Fibonacci hashing: the upper bits of a product are the slot


class Vocabulary(NamedTuple):
    """Words, pairs and triples of words, and the terms that they are in each space."""

    hashes: Hashes  # of each word
    starts: Numbers  # of each word in `points`, and the end of the last
    points: Points
    slots: Numbers  # hash -> word, or UNKNOWN
    english: Flags  # of each word
    pair_keys: Hashes  # hash -> two words as one number, plus one; 0 where there is none
    pair_numbers: Numbers
    triple_keys: Hashes  # hash -> pair and word as one number, plus one
    triple_numbers: Numbers
    word_terms: Spans  # word x space -> term, or NO_TERM
    pair_terms: Spans
    triple_terms: Spans
    words: int
    role_word: int
    word_shift: int  # of hashes to slots
    pair_shift: int
    triple_shift: int


def vocabulary(spaces: Sequence[Space]) -> Vocabulary:
    """The tables of a model's level, line and scope spaces."""
    split = [[(term, tuple(words.split(" "))) for words, term in space.index.items()] for space in spaces]
    words = sorted({word for terms in split for _, grams in terms for word in grams} | ENGLISH | {ROLE_WORD})
    number = {word: i for i, word in enumerate(words)}
    coded = [[(term, tuple(number[word] for word in grams)) for term, grams in terms] for terms in split]
    word_terms = np.full((len(words), len(spaces)), NO_TERM, np.int32)
    pairs: dict[int, tuple[int, list[int]]] = {}
    triples: dict[int, tuple[int, list[int]]] = {}
    for space, terms in enumerate(coded):
        for term, grams in terms:
            if len(grams) == 1:
                word_terms[grams[0], space] = term
                continue
            row = pairs.setdefault(grams[0] * len(words) + grams[1], (len(pairs), [NO_TERM] * len(spaces)))
            if len(grams) > 2:  # noqa: PLR2004 - more than a pair
                row = triples.setdefault(row[0] * len(words) + grams[2], (len(triples), [NO_TERM] * len(spaces)))
            row[1][space] = term
    hashes = np.array([_hash(word) for word in words], np.uint64)
    slots = _slots(hashes)
    pair_keys, pair_numbers = _table(pairs)
    triple_keys, triple_numbers = _table(triples)
    return Vocabulary(
        hashes=hashes,
        starts=np.cumsum([0, *map(len, words)], dtype=np.int32),
        points=np.frombuffer("".join(words).encode("utf-32-le"), np.uint32).copy(),
        slots=slots,
        english=np.array([word in ENGLISH for word in words], np.uint8),
        pair_keys=pair_keys,
        pair_numbers=pair_numbers,
        triple_keys=triple_keys,
        triple_numbers=triple_numbers,
        word_terms=word_terms,
        pair_terms=_rows(pairs, len(spaces)),
        triple_terms=_rows(triples, len(spaces)),
        words=len(words),
        role_word=number[ROLE_WORD],
        word_shift=_shift(slots),
        pair_shift=_shift(pair_keys),
        triple_shift=_shift(triple_keys),
    )


def _rows(entries: Entries, width: int) -> Spans:
    return np.array([row for _, row in entries.values()], np.int32).reshape(-1, width)


def _hash(word: str) -> int:
    value = FNV_BASIS
    for character in word:
        value = (value ^ ord(character)) * FNV_PRIME % 2**64
    return value


def _size(entries: int) -> int:
    return 1 << max(4, (_SPARSE * entries).bit_length())


def _slots(hashes: Hashes) -> Numbers:
    size = _size(len(hashes))
    slots = np.full(size, UNKNOWN, np.int32)
    for word, value in enumerate(map(int, hashes)):
        slot = _slot(value, size)
        while slots[slot] != UNKNOWN:
            slot = (slot + 1) % size
        slots[slot] = word
    return slots


def _table(entries: Entries) -> tuple[Hashes, Numbers]:
    size = _size(len(entries))
    keys, values = np.zeros(size, np.uint64), np.full(size, UNKNOWN, np.int32)
    for key, (value, _) in entries.items():
        slot = _slot(key + 1, size)
        while keys[slot]:
            slot = (slot + 1) % size
        keys[slot], values[slot] = key + 1, value
    return keys, values


def _slot(value: int, size: int) -> int:
    """Where a hash belongs in a table whose size is a power of two: the upper bits of a product."""
    return (value * GOLDEN % 2**64) >> (65 - size.bit_length())


def _shift(table: Hashes | Numbers) -> int:
    return 65 - len(table).bit_length()
