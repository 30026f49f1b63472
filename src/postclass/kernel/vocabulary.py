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
IS_ENGLISH = 1
_ROW = 4  # numbers in a row of terms: three spaces, and one more so that no row lies on two lines of the cache
_SPARSE = 2  # slots for each entry, at the least: chains stay short

Entries = Mapping[int, tuple[int, list[int]]]  # key -> number, and term of each space

FNV_BASIS, FNV_PRIME = 14695981039346656037, 1099511628211  # FNV-1a, over code points instead of bytes
PACKED, NOT_ASCII, HASHED = 8, 0x80, 1 << 63  # characters in a key; keys of other words have the highest bit
NUMBER_BITS, NUMBER = 24, (1 << 24) - 1  # of an entry of pairs or triples: its own number
GOLDEN = 0x9E3779B97F4A7C15  # Fibonacci hashing: the upper bits of a product are the slot


class Vocabulary(NamedTuple):
    """Words, pairs and triples of words, and the terms that they are in each space, by their ranks.

    All are numbered by how common they are, so that what is asked for often lies close together.
    """

    keys: Hashes  # of each word: itself where it is short and ASCII, else a hash
    starts: Numbers  # of each word in `points`, and the end of the last
    points: Points
    slots: Numbers  # hash -> word, or UNKNOWN
    kinds: Flags  # of each word: IS_ENGLISH, and twice that where the level space knows it
    pairs: Hashes  # hash -> two words as one number, plus one, and the pair's own number; 0 where there is none
    triples: Hashes  # hash -> pair and word as one number, plus one, and the triple's own number
    word_terms: Spans  # word x space -> term, or NO_TERM
    pair_terms: Spans
    triple_terms: Spans
    words: int
    role_word: int
    word_shift: int  # of hashes to slots
    pair_shift: int
    triple_shift: int


def rank(space: Space) -> Numbers:
    """A space's terms from the most common to the rarest: the vocabulary's number is the place in this order."""
    return np.argsort(np.array(space.idf, np.float32), kind="stable").astype(np.int32)


def vocabulary(spaces: Sequence[Space]) -> Vocabulary:
    """The tables of a model's level, line and scope spaces."""
    terms = [
        (space.idf[term], number, place, space.terms[term].split(" "))
        for number, space in enumerate(spaces)
        for place, term in enumerate(map(int, rank(space)))
    ]
    terms.sort(key=lambda term: term[0])
    words = list(dict.fromkeys([*(word for *_, grams in terms for word in grams), *sorted(ENGLISH), ROLE_WORD]))
    number = {word: i for i, word in enumerate(words)}
    word_terms = np.full((len(words), _ROW), NO_TERM, np.int32)
    pairs: dict[int, tuple[int, list[int]]] = {}
    triples: dict[int, tuple[int, list[int]]] = {}
    for _, space, place, grams in terms:
        first, *others = (number[word] for word in grams)
        if not others:
            word_terms[first, space] = place
            continue
        row = pairs.setdefault(first * len(words) + others[0], (len(pairs), [NO_TERM] * _ROW))
        if len(others) > 1:
            row = triples.setdefault(row[0] * len(words) + others[1], (len(triples), [NO_TERM] * _ROW))
        row[1][space] = place
    english = np.array([IS_ENGLISH * (word in ENGLISH) for word in words], np.uint8)
    keys = np.array([_key(word) for word in words], np.uint64)
    slots, pair_table, triple_table = _slots(keys), _table(pairs), _table(triples)
    return Vocabulary(
        keys=keys,
        starts=np.cumsum([0, *map(len, words)], dtype=np.int32),
        points=np.frombuffer("".join(words).encode("utf-32-le"), np.uint32).copy(),
        slots=slots,
        kinds=(english | (word_terms[:, LEVEL] != NO_TERM) << 1).astype(np.uint8),
        pairs=pair_table,
        triples=triple_table,
        word_terms=word_terms,
        pair_terms=_rows(pairs),
        triple_terms=_rows(triples),
        words=len(words),
        role_word=number[ROLE_WORD],
        word_shift=_shift(slots),
        pair_shift=_shift(pair_table),
        triple_shift=_shift(triple_table),
    )


def _rows(entries: Entries) -> Spans:
    return np.array([row for _, row in entries.values()], np.int32).reshape(-1, _ROW)


def _key(word: str) -> int:
    if word.isascii() and len(word) <= PACKED:
        return int.from_bytes(word.encode(), "big")
    value = FNV_BASIS
    for character in word:
        value = (value ^ ord(character)) * FNV_PRIME % 2**64
    return value | HASHED


def _size(entries: int) -> int:
    return 1 << max(4, (_SPARSE * entries).bit_length())


def _slots(keys_of: Hashes) -> Numbers:
    size = _size(len(keys_of))
    slots = np.full(size, UNKNOWN, np.int32)
    for word, value in enumerate(map(int, keys_of)):
        slot = _slot(value, size)
        while slots[slot] != UNKNOWN:
            slot = (slot + 1) % size
        slots[slot] = word
    return slots


def _table(entries: Entries) -> Hashes:
    size = _size(len(entries))
    if len(entries) > NUMBER or max(entries, default=0) >= 1 << 64 - NUMBER_BITS:
        raise ValueError("the model has more terms than the kernel's tables can hold")
    table = np.zeros(size, np.uint64)
    for key, (value, _) in entries.items():
        slot = _slot(key + 1, size)
        while table[slot]:
            slot = (slot + 1) % size
        table[slot] = key + 1 << NUMBER_BITS | value
    return table


def _slot(value: int, size: int) -> int:
    """Where a hash belongs in a table whose size is a power of two: the upper bits of a product."""
    return (value * GOLDEN % 2**64) >> (65 - size.bit_length())


def _shift(table: Hashes | Numbers) -> int:
    return 65 - len(table).bit_length()
