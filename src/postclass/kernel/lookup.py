"""Texts in, the numbers of their words, pairs and triples in the vocabulary out: numpy over whole batches."""

import re
import sys
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from postclass.features import TOKEN
from postclass.kernel.arrays import Hashes
from postclass.kernel.vocabulary import GOLDEN, NUMBER, NUMBER_BITS, UNKNOWN, Vocabulary

Indices = npt.NDArray[np.int64]
Bytes = npt.NDArray[np.uint8]

_LATIN = 0xFF
_WIDE = 1  # stands for a letter beyond Latin-1; no word holds this byte
_HALF, _KEY = 8, 16  # bytes in one of a word's two keys, and in both
_ROOM = 8  # slots for each word, at the least: so most words are found where they are looked for first
_MIX = np.uint64(0xC2B2AE3D27D4EB4F)  # odd; parts words whose first eight letters are the same
_NEVER = -1  # no pair and no triple
_MASKS = np.array([(1 << 8 * size) - 1 for size in range(_HALF + 1)], np.uint64)  # keep so many bytes


class Words(NamedTuple):
    """The words of some texts, in order."""

    numbers: Indices  # in the vocabulary, or UNKNOWN
    lengths: Indices  # in characters
    ends: Indices  # of each text


class Lookup:
    """A vocabulary's words and the tables that find them.

    A word is the sixteen bytes of its lower-case letters in Latin-1, so that to compare two numbers is to compare every
    letter; the few words that do not fit are looked up as text.
    """

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._v = vocabulary
        self._letters = _letters()
        points = vocabulary.points.tobytes().decode("utf-32-le")
        words = [points[a:b] for a, b in zip(vocabulary.starts[:-1], vocabulary.starts[1:], strict=True)]
        self._number = {word: number for number, word in enumerate(words)}
        size = 1 << (_ROOM * len(words) - 1).bit_length()
        self._shift, self._last = np.uint64(65 - size.bit_length()), size - 1
        self._slots, self._first, self._second = (
            np.full(size, UNKNOWN),
            np.zeros(size, np.uint64),
            np.zeros(size, np.uint64),
        )
        for word, number in self._number.items():
            if len(word) <= _KEY and all(ord(letter) <= _LATIN for letter in word):
                self._put(word.encode("latin-1"), number)

    def words(self, texts: Sequence[str]) -> Words:
        """The words of texts, as `features.words_of` finds them."""
        joined = "\n".join(["", *texts, ""])  # so neither the first character nor the last is a word's
        if "İ" in joined or "Σ" in joined:  # whose lower case is two characters, and one that depends on its neighbours
            texts = [text.lower() for text in texts]
            joined = "\n".join(["", *texts, ""])
        if "+" in joined:
            texts = [text.replace("+", " + ") for text in texts]
            joined = "\n".join(["", *texts, ""])
        points = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), np.uint32)
        letters = np.zeros(len(points) + _KEY, np.uint8)  # a key may be read beyond the end
        self._letters.take(points, out=letters[: len(points)], mode="clip")
        inside = letters != 0
        edges = np.flatnonzero(inside[1:] != inside[:-1]) + 1
        starts, ends = edges[::2].copy(), edges[1::2]
        lengths = ends - starts
        numbers = self._numbers(*_keys(letters, starts, lengths))
        odd = lengths > _KEY
        odd[np.searchsorted(starts, np.flatnonzero(letters == _WIDE), side="right") - 1] = True
        for word in np.flatnonzero(odd):
            numbers[word] = self._number.get(joined[starts[word] : ends[word]].lower(), UNKNOWN)
        text_ends = np.cumsum([len(text) + 1 for text in texts], dtype=np.int64)
        return Words(numbers, lengths, np.searchsorted(starts, text_ends))

    def grams(self, numbers: Indices, ends: Indices) -> Indices:
        """Word x length: the gram of one, two or three words that begins with a word and ends in its text."""
        grams = np.full((len(numbers), 3), UNKNOWN)
        grams[:, 0] = numbers
        if len(numbers) == 0:
            return grams
        pairs = numbers * self._v.words + 1
        pairs[:-1] += numbers[1:]
        unknown = np.flatnonzero(numbers == UNKNOWN)
        for broken in (unknown, unknown - 1, ends - 1):  # where that is before the first word, it is the last one
            pairs[broken] = _NEVER
        found = _found(self._v.pairs, self._v.pair_shift, pairs)
        begun = np.flatnonzero((found[:-1] != UNKNOWN) & (pairs[1:] != _NEVER))
        triples = found[begun] * self._v.words + numbers[begun + 2] + 1
        grams[:, 1] = found
        grams[begun, 2] = _found(self._v.triples, self._v.triple_shift, triples)
        return grams

    def _put(self, word: bytes, number: int) -> None:
        first, second = (np.array([int.from_bytes(part, "little")], np.uint64) for part in (word[:_HALF], word[_HALF:]))
        slot = int(self._slots_of(first, second)[0])
        while self._slots[slot] != UNKNOWN:
            slot = slot + 1 & self._last
        self._slots[slot], self._first[slot], self._second[slot] = number, first[0], second[0]

    def _slots_of(self, first: Hashes, second: Hashes) -> Indices:
        return ((first ^ second * _MIX) * np.uint64(GOLDEN) >> self._shift).view(np.int64)

    def _numbers(self, first: Hashes, second: Hashes) -> Indices:
        """The words' numbers by their keys."""
        slots = self._slots_of(first, second)
        numbers = self._slots[slots]
        wrong = (self._first[slots] != first) | (self._second[slots] != second)
        left = np.flatnonzero(wrong & (numbers != UNKNOWN))
        numbers[wrong] = UNKNOWN
        slots = slots[left]
        while len(left):
            slots = slots + 1 & self._last
            there = self._slots[slots]
            same = (self._first[slots] == first[left]) & (self._second[slots] == second[left])
            numbers[left[same]] = there[same]
            on = ~same & (there != UNKNOWN)
            left, slots = left[on], slots[on]
        return numbers


def _letters() -> Bytes:
    """Of each code point its lower case in Latin-1, if it is a word's; else _WIDE, or 0 if it is none of a word's."""
    points = np.arange(sys.maxunicode + 1, dtype="<u4")
    text = points.tobytes().decode("utf-32-le", "surrogatepass").replace("İ", "i").replace("Σ", "σ").lower()
    lowered = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    letters = np.zeros(len(points), np.uint8)
    for run in re.finditer(TOKEN, text):
        of_run = lowered[run.start() : run.end()]
        letters[run.start() : run.end()] = np.where(of_run <= _LATIN, of_run, _WIDE)
    return letters


def _keys(letters: Bytes, starts: Indices, lengths: Indices) -> tuple[Hashes, Hashes]:
    """The first and the second eight letters of words."""
    eight = np.ndarray(len(letters) - _HALF + 1, "<u8", letters, strides=(1,))  # that begin with each letter
    first, second = eight[starts] & _MASKS[np.minimum(lengths, _HALF)], np.zeros(len(starts), np.uint64)
    long = np.flatnonzero(lengths > _HALF)
    second[long] = eight[starts[long] + _HALF] & _MASKS[np.minimum(lengths[long] - _HALF, _HALF)]
    return first, second


def _found(table: Hashes, shift: int, wanted: Indices) -> Indices:
    """The numbers of pairs or triples by their keys."""
    keys, last = wanted.view(np.uint64), len(table) - 1
    slots = (keys * np.uint64(GOLDEN) >> np.uint64(shift)).view(np.int64)
    entries = table[slots]
    wrong = entries >> np.uint64(NUMBER_BITS) != keys
    found = (entries & np.uint64(NUMBER)).view(np.int64)
    found[wrong] = UNKNOWN
    left = np.flatnonzero(wrong & (entries != 0))
    slots = slots[left]
    while len(left):
        slots = slots + 1 & last
        entries = table[slots]
        same = entries >> np.uint64(NUMBER_BITS) == keys[left]
        found[left[same]] = (entries[same] & np.uint64(NUMBER)).view(np.int64)
        on = ~same & (entries != 0)
        left, slots = left[on], slots[on]
    return found
