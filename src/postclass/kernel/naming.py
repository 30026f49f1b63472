"""Titles and companies of a chunk in, the names that `titles.name_mentions` would look for in each posting out.

All in lower case, as code points. Titles of other trades have none, as `titles.claimed_level` tells them.
"""

from collections.abc import Sequence
from typing import Annotated, NamedTuple

import numpy as np
import numpy.typing as npt

from postclass import titles as meaning
from postclass.kernel import cleaning
from postclass.kernel.arrays import Points, Symbols
from postclass.kernel.compiled import compiled
from postclass.kernel.matcher import NO_MATCH, OVERFLOW, Machine, find
from postclass.kernel.patterns import Alphabet, Compiler

Given = Annotated[npt.NDArray[np.uint32], 1, "read-only"]
Offsets = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

# Patterns, by the numbers that they have in the program; they come after those of cleaning.
FIRST = len(cleaning.PATTERNS)
PATTERNS = (meaning._LEGAL, meaning._OTHER_TRADE, meaning._PRODUCT, meaning._PRODUCTION, meaning._INDIVIDUAL)
_LEGAL, _OTHER_TRADE, _PRODUCT, _PRODUCTION, _INDIVIDUAL = range(FIRST, FIRST + 5)
# What a character is, in bits: white space, what `claimed_level` keeps of a title, what ends a title's head.
_SETS = (r"\s", r"[\w&,:/+-]", "[,(|:\u2013\u2014]")
_IS_SPACE, _IS_KEPT, _IS_CUT = (1 << bit for bit in range(3))

_SPACE, _HYPHEN, _COMMA, _COLON, _SLASH, _FULL_STOP, _V, _P, _S, _R = map(ord, " -,:/.vpsr")
# Their lower case takes two characters or depends on what is around them: the plain path takes such postings.
_RARE_I, _RARE_S = 0x130, 0x3A3
_NAMES = 4  # of a posting at most: a title and a company, both whole and cut

_OTHER, _UNTOLD = 1, 2  # what `_trade` answers, beside 0


class Names(NamedTuple):
    """The names to look for in each posting."""

    points: Points  # of all names, in lower case
    starts: Offsets  # name -> its first code point; one more at the end
    first: Offsets  # posting -> its first name; one more at the end
    of_role: Flags  # name -> is it a title's
    plain: Flags  # posting -> must the plain path take it


class Tables(NamedTuple):
    """What naming knows of characters."""

    symbols: Symbols  # of each code point
    lower: Points  # of each code point
    kinds: npt.NDArray[np.uint8]  # of each symbol, in bits


def add_patterns(compiler: Compiler) -> None:
    """Adds the patterns and sets of `titles` that tell of titles and companies, after those of cleaning."""
    for source in _SETS:
        compiler.charset(source)
    if [compiler.add(pattern) for pattern in PATTERNS] != list(range(FIRST, FIRST + len(PATTERNS))):
        raise ValueError("the patterns of naming come after those of cleaning")


def tables(compiler: Compiler, alphabet: Alphabet) -> Tables:
    """The tables of naming, once the alphabet of all patterns is known."""
    kinds = np.zeros(alphabet.sets.shape[1], np.uint8)
    for bit, source in enumerate(_SETS):
        kinds[alphabet.sets[compiler.charset(source)]] |= 1 << bit
    return Tables(alphabet.symbols, alphabet.lower, kinds)


def names_of(m: Machine, n: Tables, titles: Sequence[str | None], companies: Sequence[str | None]) -> Names:
    """The names to look for in each posting, given its title and company; None where a posting has none."""
    title_points, title_ends = _joined(titles)
    company_points, company_ends = _joined(companies)
    longest = max(int(np.diff(ends).max(initial=0)) for ends in (title_ends, company_ends))
    return Names(*_collected(m, n, title_points, title_ends, company_points, company_ends, longest))


def _joined(texts: Sequence[str | None]) -> tuple[Points, Offsets]:
    """The code points of all texts, as far as they are looked at, and where each begins; one more offset at the end."""
    texts = [text and text[: meaning.MAX_NAME] for text in texts]
    ends = np.zeros(len(texts) + 1, np.int64)
    np.cumsum(np.fromiter((len(text) if text else 0 for text in texts), np.int64, len(texts)), out=ends[1:])
    return np.frombuffer("".join(filter(None, texts)).encode("utf-32-le", "surrogatepass"), np.uint32), ends


@compiled
def _squeezed(n: Tables, texts: Given, begin: int, end: int, whole: Points) -> int:
    """`" ".join(text.split())` into `whole`; its length, or -1 for texts with characters of rare case."""
    size, space = 0, False
    for i in range(begin, end):
        point = texts[i]
        if point in (_RARE_I, _RARE_S):
            return -1
        if n.kinds[n.symbols[point]] & _IS_SPACE:
            space = size > 0
            continue
        if space:
            whole[size] = _SPACE
            size += 1
            space = False
        whole[size] = point
        size += 1
    return size


@compiled
def _head(n: Tables, whole: Points, size: int) -> int:
    """How long a title is without what follows its first comma, dash or bracket."""
    stop = size
    for i in range(size):
        dash = i + 2 < size and whole[i] == _SPACE and whole[i + 1] == _HYPHEN and whole[i + 2] == _SPACE
        if dash or n.kinds[n.symbols[whole[i]]] & _IS_CUT:
            stop = i
            break
    return stop - 1 if stop > 0 and whole[stop - 1] == _SPACE else stop


@compiled
def _has_space(whole: Points, size: int) -> bool:
    for i in range(size):  # noqa: SIM110 - compiled
        if whole[i] == _SPACE:
            return True
    return False


@compiled
def _punctuated(n: Tables, title: Points, size: int, plain: Symbols, bare: Symbols) -> tuple[int, int]:
    """Dashes, colons and slashes made commas, as in `claimed_level`; and the same without commas. Their lengths."""
    comma, space = n.symbols[_COMMA], n.symbols[_SPACE]
    length, bare_length, i = 0, 0, 0
    while i < size:
        point = title[i]
        before = point == _SPACE and i + 1 < size
        mark = title[i + 1] if before else point
        after = i + 1 + before < size and title[i + 1 + before] == _SPACE
        breaks = mark in (_HYPHEN, _COLON, _SLASH)
        if ((breaks or mark == _COMMA) and after) or (before and breaks) or point in (_COLON, _SLASH):
            plain[length], plain[length + 1] = comma, space
            bare[bare_length] = space
            length += 2
            bare_length += 1
            i += 1 + before + after
        else:
            plain[length] = n.symbols[point]
            length += 1
            if point != _COMMA:
                bare[bare_length] = n.symbols[point]
                bare_length += 1
            i += 1
    return length, bare_length


@compiled
def _trade(
    m: Machine, n: Tables, titles: Given, begin: int, end: int, room: Points, plain: Symbols, bare: Symbols
) -> int:
    """Whether `claimed_level` is "other": _OTHER, 0 or _UNTOLD. `room` holds a title, `plain` and `bare` two."""
    size, space, i = 0, False, begin
    while i < end:
        point = n.lower[titles[i]]
        second = n.lower[titles[i + 1]] if i + 1 < end else np.uint32(0)
        third = n.lower[titles[i + 2]] if i + 2 < end else np.uint32(0)
        fourth = n.lower[titles[i + 3]] if i + 3 < end else np.uint32(0)
        i += 1
        if not n.kinds[n.symbols[point]] & _IS_KEPT:
            space = size > 0
            continue
        if space:
            room[size] = _SPACE
            size += 1
            space = False
        room[size] = point
        size += 1
        if point == _V and second == _FULL_STOP and third == _P and fourth == _FULL_STOP:
            room[size] = _P
            size += 1
            i += 3
        elif point == _S and second == _R and third == _FULL_STOP:
            room[size] = _R
            size += 1
            i += 2
    length, bare_length = _punctuated(n, room, size, plain, bare)
    found, _ = find(m, _PRODUCT, bare, 0, bare_length, 0)
    if found < 0:
        return _OTHER if found == NO_MATCH else _UNTOLD
    found, _ = find(m, _OTHER_TRADE, plain, 0, length, 0)
    if found != NO_MATCH:
        return _OTHER if found >= 0 else _UNTOLD
    found, _ = find(m, _PRODUCTION, bare, 0, bare_length, 0)
    if found == NO_MATCH:
        return 0
    individual, _ = find(m, _INDIVIDUAL, bare, 0, bare_length, 0)
    if found == OVERFLOW or individual == OVERFLOW:
        return _UNTOLD
    return _OTHER if individual == NO_MATCH else 0


@compiled
def _add(lower: Points, whole: Points, size: int, points: Points, starts: Offsets, names: int) -> int:
    """One more name: the first `size` code points of `whole`; the number of names with it."""
    start = starts[names]
    for i in range(size):
        points[start + i] = lower[whole[i]]
    starts[names + 1] = start + size
    return names + 1


@compiled
def _collected(
    m: Machine, n: Tables, titles: Given, title_ends: Offsets, companies: Given, company_ends: Offsets, longest: int
) -> tuple[Points, Offsets, Offsets, Flags, Flags]:
    count = len(title_ends) - 1
    # A name is its title or company with runs of white space made one, or the beginning of that.
    points = np.zeros(2 * (len(titles) + len(companies)), np.uint32)
    starts = np.zeros(_NAMES * count + 1, np.int64)
    of_role = np.zeros(_NAMES * count, np.bool_)
    first = np.zeros(count + 1, np.int64)
    plain = np.zeros(count, np.bool_)
    whole = np.zeros(longest, np.uint32)
    symbols = np.zeros(2 * longest, np.uint8)
    bare = np.zeros(2 * longest, np.uint8)
    names = 0
    for posting in range(count):
        first[posting] = names
        begin, end = title_ends[posting], title_ends[posting + 1]
        size = _squeezed(n, titles, begin, end, whole)
        plain[posting] = size < 0
        if size > 0:
            head = _head(n, whole, size)
            # The whole is two words if the head is; where neither is there is nothing to ask of the trade.
            if _has_space(whole, size):
                trade = _trade(m, n, titles, begin, end, whole, symbols, bare)
                plain[posting] = trade == _UNTOLD
                if trade == 0:
                    size = _squeezed(n, titles, begin, end, whole)
                    names = _add(n.lower, whole, size, points, starts, names)
                    of_role[names - 1] = True
                    if head < size and _has_space(whole, head):
                        names = _add(n.lower, whole, head, points, starts, names)
                        of_role[names - 1] = True
        size = _squeezed(n, companies, company_ends[posting], company_ends[posting + 1], whole)
        if size < 0:
            plain[posting] = True
        elif size > 1:
            names = _add(n.lower, whole, size, points, starts, names)
            for i in range(size):
                symbols[i] = n.symbols[whole[i]]
            legal, _ = find(m, _LEGAL, symbols, 0, size, 0)
            if legal == OVERFLOW:
                plain[posting] = True
            elif legal > 0:
                names = _add(n.lower, whole, legal, points, starts, names)
    first[count] = names
    return points[: starts[names]], starts[: names + 1], first, of_role[:names], plain
