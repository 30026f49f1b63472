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
_SPARSE = 2  # slots for each entry, at the least: chains stay short


FNV_BASIS, FNV_PRIME = 14695981039346656037, 1099511628211  # FNV-1a, over code points instead of bytes
PACKED, NOT_ASCII, HASHED = 8, 0x80, 1 << 63  # characters in a key; keys of other words have the highest bit
NUMBER_BITS, NUMBER = 24, (1 << 24) - 1  # of an entry of pairs or triples: its own number
GOLDEN = 0x9E3779B97F4A7C15  # Fibonacci hashing: the upper bits of a product are the slot


class Vocabulary(NamedTuple):
    """Words, pairs and triples of words: grams, numbered in this order, and each kind by how common its grams are.

    So what is asked for often lies close together.
    """

    keys: Hashes  # of each word: itself where it is short and ASCII, else a hash
    starts: Numbers  # of each word in `points`, and the end of the last
    points: Points
    slots: Numbers  # hash -> word, or UNKNOWN
    kinds: Flags  # of each word: IS_ENGLISH, and twice that where the level space knows it
    pairs: Hashes  # hash -> two words as one number, plus one, and the pair's own number; 0 where there is none
    triples: Hashes  # hash -> pair and word as one number, plus one, and the triple's own number
    terms: Spans  # gram x space -> the model's term, or NO_TERM
    words: int
    role_word: int
    word_shift: int  # of hashes to slots
    pair_shift: int
    triple_shift: int


def vocabulary(spaces: Sequence[Space], *, sparse: int = _SPARSE) -> Vocabulary:
    """The tables of a model's level, line and scope spaces, with `sparse` slots for each entry at the least."""
    grams: dict[tuple[str, ...], list[int]] = {}
    found = [
        (space.idf[term], number, term, tuple(words.split(" ")))
        for number, space in enumerate(spaces)
        for term, words in enumerate(space.terms)
    ]
    for _, space, term, gram in sorted(found):
        for length in range(1, len(gram)):
            grams.setdefault(gram[:length], [NO_TERM] * len(spaces))  # a pair's first word, a triple's first two
            grams.setdefault(gram[length : length + 1], [NO_TERM] * len(spaces))
        grams.setdefault(gram, [NO_TERM] * len(spaces))[space] = term
    for word in (*sorted(ENGLISH), ROLE_WORD):
        grams.setdefault((word,), [NO_TERM] * len(spaces))
    ordered = sorted(grams, key=len)  # and as they were found, among those of one length
    number = {gram: i for i, gram in enumerate(ordered)}
    words = [gram[0] for gram in ordered if len(gram) == 1]
    entries = [
        {number[gram[:-1]] * len(words) + number[gram[-1:]]: number[gram] for gram in ordered if len(gram) == n}
        for n in (2, 3)
    ]
    pairs, triples = (_table(of_length, sparse) for of_length in entries)
    terms = np.array([grams[gram] for gram in ordered], np.int32)
    english = np.array([IS_ENGLISH * (word in ENGLISH) for word in words], np.uint8)
    keys = np.array([_key(word) for word in words], np.uint64)
    slots = _slots(keys, sparse)
    return Vocabulary(
        keys=keys,
        starts=np.cumsum([0, *map(len, words)], dtype=np.int32),
        points=np.frombuffer("".join(words).encode("utf-32-le"), np.uint32).copy(),
        slots=slots,
        kinds=(english | (terms[: len(words), LEVEL] != NO_TERM) << 1).astype(np.uint8),
        pairs=pairs,
        triples=triples,
        terms=terms,
        words=len(words),
        role_word=number[(ROLE_WORD,)],
        word_shift=_shift(slots),
        pair_shift=_shift(pairs),
        triple_shift=_shift(triples),
    )


def _key(word: str) -> int:
    if word.isascii() and len(word) <= PACKED:
        return int.from_bytes(word.encode(), "big")
    value = FNV_BASIS
    for character in word:
        value = (value ^ ord(character)) * FNV_PRIME % 2**64
    return value | HASHED


def _size(entries: int, sparse: int) -> int:
    return 1 << max(4, (sparse * entries).bit_length())


def _slots(keys_of: Hashes, sparse: int) -> Numbers:
    size = _size(len(keys_of), sparse)
    slots = np.full(size, UNKNOWN, np.int32)
    for word, value in enumerate(map(int, keys_of)):
        slot = _slot(value, size)
        while slots[slot] != UNKNOWN:
            slot = (slot + 1) % size
        slots[slot] = word
    return slots


def _table(entries: Mapping[int, int], sparse: int) -> Hashes:
    size = _size(len(entries), sparse)
    if max(entries.values(), default=0) > NUMBER or max(entries, default=0) + 1 >= 1 << 64 - NUMBER_BITS:
        raise ValueError("the model has more terms than the kernel's tables can hold")
    table = np.zeros(size, np.uint64)
    for key, value in entries.items():
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
