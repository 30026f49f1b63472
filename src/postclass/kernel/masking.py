"""A line's characters and a posting's names in, the spans to mask out: `titles.self_mentions`, compiled.

The patterns of `titles` decide; they are only tried where a cheap look at the first letters of a word, or at the
words before it, leaves a match possible. A line is a line of `text`: it holds no newline.
"""

import re
from typing import Annotated, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from postclass import titles as meaning
from postclass.kernel import naming
from postclass.kernel.arrays import Numbers, Points, Spans, Symbols
from postclass.kernel.compiled import compiled
from postclass.kernel.matcher import NO_MATCH, OVERFLOW, Machine, find, match, may_start
from postclass.kernel.naming import Names
from postclass.kernel.patterns import Alphabet, Compiler

Kinds = npt.NDArray[np.uint16]
Words = Annotated[npt.NDArray[np.uint32], 2]
Slots = npt.NDArray[np.int16]

# Patterns, by the numbers that they have in the program; they come after those of naming.
_FIRST = naming.FIRST + len(naming.PATTERNS)
PATTERNS = (
    meaning._CORE, meaning._BARE, meaning._KEEP, meaning._KEEP_NOT, meaning._LEVEL_MARK, meaning._BRACKET,
    meaning._SEPARATOR, meaning._JOINT, meaning._CAPITAL,
)  # fmt: skip
_CORE, _BARE, _KEEP, _KEEP_NOT, _LEVEL_MARK, _BRACKET, _SEPARATOR, _JOINT, _CAPITAL = range(_FIRST, _FIRST + 9)

_REACH = meaning.REACH
_SHORT = 2 * _REACH  # a line of fewer spaces is short
_KEPT_BACK = 60  # characters that `_is_someone_else` looks back
_TOKEN_BACK = 40  # and `_grown_left`
# The longest way from where a match of _BARE begins to its rank: "looking for an ", "associate " and "executive ".
_STARTER_BACK = 40

# What a character is: one of these letters or marks, in any case, or some other alphanumeric, or something else (0);
# and in bits what is true of it. Those of \w and the alphanumeric; of _TOKEN_LEFT those of its word, dashes and spaces.
_LETTERS = "acdeghilmnoprstuvwx. /:&'"
_CODE = _OTHER_ALNUM = 31
_MARKS = range(_LETTERS.index(".") + 1, len(_LETTERS) + 1)
_WORD, _ALNUM, _TOKEN, _DASH, _WHITE, _UPPER, _GOES_ON = (1 << bit for bit in range(5, 12))
_SETS = {_WORD: r"\w", _ALNUM: r"[^\W_]", _TOKEN: r"[\w&+.'\u2019/]", _DASH: r"[-\u2013/,&]", _WHITE: r"\s"}
_SPACE, _SLASH, _COLON, _AMPERSAND, _QUOTE = (_LETTERS.index(mark) + 1 for mark in " /:&'")
_PRODUCT = tuple(_LETTERS.index(letter) + 1 for letter in "product")

# What three letters make possible where the character before is not alphanumeric. After two, any third one will do.
_BY_PRODUCT, _BY_TITLE, _BY_CAPITAL_TITLE, _BY_CAPITALS, _BY_RANK = (1 << bit for bit in range(5))
_BEGINNINGS = {
    # Every match of _CORE begins with one of these:
    _BY_PRODUCT: "pro",  # in any case "product", a space or dash, and one of the words of its first branch
    _BY_TITLE: "svp evp avp vp v.p vic sen exe ass dir hea chi",  # in any case; and after it comes "product"
    _BY_CAPITAL_TITLE: "man lea pri",  # the same, but with a capital
    _BY_CAPITALS: "cpo cpt apm gpm tpm pm po",  # in capitals, at least the second
    # Every match of _BARE holds one of these in its rank, at the start of the line or after a space:
    _BY_RANK: "dir man svp evp avp vp v.p vic hea own lea",
}
_FIRST_BRANCH = "mdlpsgohe"  # what the first branch of _CORE goes on with after "product "

# What words mean, in bits. Function words and ranks are those of `titles`.
_FUNCTION_WORD, _RANK, _LEAD, _KEEPER, _FILLER, _STARTER = (1 << bit for bit in range(6))
_MEANINGS = {
    _FUNCTION_WORD: meaning._FUNCTION_WORDS,
    _RANK: meaning._RANKS,
    _LEAD: frozenset({"lead"}),
    # What an alternative of _KEEP ends in, where it isn't a slash; and what may stand between that and the title.
    _KEEPER: frozenset(
        "to into manager supervisor by alongside with support supports supporting assist assists assisting mentor "
        "mentors mentoring coach coaches coaching manage manages managing supervise supervises supervising hire hires "
        "hiring lead leads leading under of from between fellow other".split()
    ),
    _FILLER: frozenset(
        "the our an a your its their one two more another junior fellow other company's respective direct".split()
    ),
    # What stands before a rank of _BARE: the end of what a match begins with, or a first part of the rank itself.
    _STARTER: frozenset(
        "the this our as an a of designation titled grade senior managing associate executive assistant".split()
    ),
}
_SLOTS = 1 << 10  # of the table of words: a few times their number
_S, _LONG_S, _I, _DOTLESS_I = map(ord, "s\u017fi\u0131")  # the same where case is ignored
_LONGEST_WORD = max(len(word) for words in _MEANINGS.values() for word in words)


class Tables(NamedTuple):
    """What masking knows of characters and words."""

    kinds: Kinds  # of each symbol, what it is
    starts: Symbols  # a character and two letters -> is there a word that makes something possible
    beginnings: Symbols  # three letters -> what they make possible
    slots: Slots  # hash -> word, -1 if none
    words: Words  # word -> its meaning, then its code points and a zero


def add_patterns(compiler: Compiler) -> None:
    """Adds the patterns and sets of `titles` that tell of lines, after those of naming."""
    _charsets(compiler)
    if [compiler.add(pattern) for pattern in PATTERNS] != list(range(_FIRST, _FIRST + len(PATTERNS))):
        raise ValueError("the patterns of masking come after those of naming")


def _charsets(compiler: Compiler) -> dict[int, int]:
    """The numbers of the sets of what a character is."""
    letters = {
        code: compiler.charset(re.escape(letter), re.IGNORECASE) for code, letter in enumerate(_LETTERS, start=1)
    }
    going_on = compiler.charset(f"[{_FIRST_BRANCH}]", re.IGNORECASE)
    others = {bit: compiler.charset(source) for bit, source in _SETS.items()}
    return letters | others | {_UPPER: compiler.method("isupper"), _GOES_ON: going_on}


def tables(compiler: Compiler, alphabet: Alphabet) -> Tables:
    """The tables of masking, once the alphabet of all patterns is known."""
    kinds = np.zeros(alphabet.sets.shape[1], np.uint16)
    for kind, charset in _charsets(compiler).items():
        kinds[alphabet.sets[charset]] |= kind
    kinds[(kinds & _ALNUM > 0) & (kinds & _CODE == 0)] |= _OTHER_ALNUM
    beginnings = np.zeros((_CODE + 1, _CODE + 1, _CODE + 1), np.uint8)
    for possible, starts in _BEGINNINGS.items():
        for start in starts.split():
            beginnings[tuple(_LETTERS.index(letter) + 1 for letter in start)] |= possible
    starting = np.zeros_like(beginnings)
    starting[[0, *_MARKS]] = beginnings.any(axis=2)
    meanings: dict[str, int] = {}
    for meant, some in _MEANINGS.items():
        meanings |= {word: meanings.get(word, 0) | meant for word in some}
    slots = np.full(_SLOTS, -1, np.int16)
    words = np.zeros((len(meanings), _LONGEST_WORD + 2), np.uint32)
    for number, (word, meant) in enumerate(sorted(meanings.items())):
        words[number, : len(word) + 1] = [meant, *map(ord, word)]
        slot = 0
        for character in word:
            slot = _hashed(slot, ord(character))
        while slots[slot % _SLOTS] >= 0:
            slot += 1
        slots[slot % _SLOTS] = number
    return Tables(kinds, starting.ravel(), beginnings.ravel(), slots, words)


def _hashed(before: int, point: int) -> int:
    return (before * 33 + point) & 0xFFFFFF


# Most of these functions take arrays one by one and call no other: numba counts references to all arrays that a
# function with calls gets, which costs more than what such a function does.


@compiled
def _meaning(slots: Slots, words: Words, lowered: Points, start: int, stop: int, folded: bool) -> int:
    """What a word means, in bits; `folded`: as `re` reads it where it ignores case."""
    if not 0 < stop - start <= _LONGEST_WORD:
        return 0
    slot: Any = 0
    for i in range(start, stop):
        point: Any = np.int64(lowered[i])
        if folded:
            point = _S if point == _LONG_S else _I if point == _DOTLESS_I else point
        slot = (slot * 33 + point) & 0xFFFFFF
    while slots[slot % _SLOTS] >= 0:
        word = slots[slot % _SLOTS]
        same = words[word, stop - start + 1] == 0
        for i in range(start, stop):
            point = np.int64(lowered[i])
            if folded:
                point = _S if point == _LONG_S else _I if point == _DOTLESS_I else point
            same &= np.int64(words[word, i - start + 1]) == point
        if same:
            return int(words[word, 0])
        slot += 1
    return 0


@compiled
def _added(spans: Spans, first: int, count: int, start: int, stop: int) -> int:
    """One more of a line's spans, in the order of their starts; the number of all spans, or OVERFLOW."""
    if count >= len(spans):
        return OVERFLOW
    place = count
    while place > first and spans[place - 1, 0] > start:
        spans[place, 0], spans[place, 1] = spans[place - 1, 0], spans[place - 1, 1]
        place -= 1
    spans[place, 0], spans[place, 1] = start, stop
    return count + 1


@compiled
def _merged(spans: Spans, first: int, count: int) -> int:
    """A line's spans from `first` on, those that touch made one; the number of all spans."""
    if count == first:
        return count
    last = first
    for i in range(first + 1, count):
        if spans[i, 0] <= spans[last, 1]:
            spans[last, 1] = max(spans[last, 1], spans[i, 1])
        else:
            last += 1
            spans[last, 0], spans[last, 1] = spans[i, 0], spans[i, 1]
    return last + 1


@compiled
def _is_product(kinds: Kinds, symbols: Symbols, position: int, end: int) -> bool:
    same = position + len(_PRODUCT) <= end
    for i in range(len(_PRODUCT) if same else 0):
        same &= kinds[symbols[position + i]] & _CODE == _PRODUCT[i]
    return same


@compiled
def _next_product(kinds: Kinds, symbols: Symbols, position: int, end: int) -> int:
    """Where the next "product" is, in any case; the end if there is none."""
    for i in range(position, end - len(_PRODUCT) + 1):
        if kinds[symbols[i]] & _CODE == _PRODUCT[0]:
            same = True
            for k in range(1, len(_PRODUCT)):
                same &= kinds[symbols[i + k]] & _CODE == _PRODUCT[k]
            if same:
                return i
    return end


@compiled
def _is_short(kinds: Kinds, symbols: Symbols, begin: int, end: int) -> bool:
    spaces = 0
    for i in range(begin, end):
        spaces += kinds[symbols[i]] & _CODE == _SPACE
    return spaces < _SHORT


@compiled
def _word_start(kinds: Kinds, symbols: Symbols, least: int, stop: int) -> int:
    while stop > least and kinds[symbols[stop - 1]] & _WORD:
        stop -= 1
    return stop


@compiled
def _may_keep(t: Tables, symbols: Symbols, lowered: Points, least: int, start: int) -> bool:
    """Whether _KEEP may match at the end of a text: the last word, but for those that may follow, is one of _KEEP's."""
    kinds = t.kinds
    stop = start - 1 if start > least and kinds[symbols[start - 1]] & _CODE == _SPACE else start
    while stop > least:
        last = kinds[symbols[stop - 1]] & _CODE
        if last == _SLASH:
            return True
        word_stop = stop - 1 if last == _COLON else stop
        word = _word_start(kinds, symbols, least, word_stop)
        meant = _meaning(t.slots, t.words, lowered, word, word_stop, True)
        if meant & _KEEPER:
            return True
        if last == _COLON:
            return False
        if word > least and kinds[symbols[word - 1]] & _CODE == _QUOTE:  # "company's"
            word = _word_start(kinds, symbols, least, word - 1)
            meant = _meaning(t.slots, t.words, lowered, word, stop, True)
        if not meant & _FILLER or word == least or kinds[symbols[word - 1]] & _CODE != _SPACE:
            return False
        stop = word - 1
    return False


@compiled
def _is_someone_else(m: Machine, t: Tables, symbols: Symbols, lowered: Points, begin: int, start: int) -> int:
    """`titles._is_someone_else`: 1, 0 or OVERFLOW."""
    least = max(begin, start - _KEPT_BACK)
    if not _may_keep(t, symbols, lowered, least, start):
        return 0
    # A match of _KEEP begins at a word's start or with a slash; any will do, so the nearest is tried first.
    kept = NO_MATCH
    for i in range(start - 1, least - 1, -1):
        if t.kinds[symbols[i]] & _CODE != _SLASH and i > least and t.kinds[symbols[i - 1]] & _WORD:
            continue
        if may_start(m, _KEEP, symbols[i]):
            kept = match(m, _KEEP, symbols, least, start, i)
            if kept != NO_MATCH:
                break
    if kept < 0:
        return 0 if kept == NO_MATCH else OVERFLOW
    found, _ = find(m, _KEEP_NOT, symbols, least, start, least)
    if found == OVERFLOW:
        return OVERFLOW
    return 1 if found == NO_MATCH else 0


@compiled
def _grown_left(t: Tables, symbols: Symbols, lowered: Points, begin: int, end: int, start: int) -> int:
    """`titles._grown_left` for a title that begins at `start`, in the line `[begin, end)`.

    A match of its _TOKEN_LEFT ends where the title begins, so it is read from there to the left.
    """
    kinds, short = t.kinds, -1  # not known
    for _ in range(_REACH):
        least = max(begin, start - _TOKEN_BACK)
        word, stop = start, start
        # Between word and title: a dash or a space, a dash with a space on one side, a dash with spaces on both.
        for width in range(1, 4):
            last = start - width
            if last <= least:
                break
            kind = kinds[symbols[last]]
            if width == 1:
                separates = kind & (_WHITE | _DASH) != 0
            elif width == 2:  # noqa: PLR2004 - characters
                after = kinds[symbols[last + 1]]
                separates = ((kind & _WHITE and after & _DASH) or (kind & _DASH and after & _WHITE)) != 0
            else:
                after, second = kinds[symbols[last + 1]], kinds[symbols[last + 2]]
                separates = (kind & _WHITE and after & _DASH and second & _WHITE) != 0
            if not separates:
                continue
            first = last
            while first > least and kinds[symbols[first - 1]] & _TOKEN:
                first -= 1
            # `re` finds the match that begins first, and the longest word where several begin there.
            if first < last and first < word:
                word, stop = first, last
        if word == start:
            break
        meant = _meaning(t.slots, t.words, lowered, word, stop, False)
        if meant & _FUNCTION_WORD:
            break
        if word == begin and short < 0:
            short = _is_short(kinds, symbols, begin, end)
        if not meant & _RANK:
            kind = kinds[symbols[word]]
            capital = kind & _UPPER or kind & _CODE == _AMPERSAND
            if not capital or (word == begin and short == 0):
                break
        if word == begin and short == 0 and meant & _LEAD:
            break
        start = word
    return start


@compiled
def _grown_right(m: Machine, t: Tables, symbols: Symbols, lowered: Points, end: int, position: int) -> int:
    """`titles._grown_right`, or OVERFLOW. None of its patterns looks back, so the line may as well begin at them."""
    for pattern in (_LEVEL_MARK, _BRACKET):
        if position < end and may_start(m, pattern, symbols[position]):
            stop = match(m, pattern, symbols, position, end, position)
            if stop == OVERFLOW:
                return OVERFLOW
            position = max(position, stop)
    for _ in range(_REACH):
        if position >= end or not may_start(m, _SEPARATOR, symbols[position]):
            break
        start = match(m, _SEPARATOR, symbols, position, end, position)
        if start == OVERFLOW:
            return OVERFLOW
        if start == NO_MATCH:
            break
        if start < end and may_start(m, _JOINT, symbols[start]):
            stop = match(m, _JOINT, symbols, start, end, start)
            if stop == OVERFLOW:
                return OVERFLOW
            start = max(start, stop)
        if start >= end or not may_start(m, _CAPITAL, symbols[start]):
            break
        stop = match(m, _CAPITAL, symbols, start, end, start)
        if stop == OVERFLOW:
            return OVERFLOW
        if stop == NO_MATCH or _meaning(t.slots, t.words, lowered, start, stop, False) & _FUNCTION_WORD:
            break
        position = stop
    if position < end and may_start(m, _BRACKET, symbols[position]):
        stop = match(m, _BRACKET, symbols, position, end, position)
        if stop == OVERFLOW:
            return OVERFLOW
        position = max(position, stop)
    return position


@compiled
def _core_span(
    m: Machine, t: Tables, symbols: Symbols, lowered: Points, begin: int, end: int, start: int, stop: int,
    spans: Spans, first: int, count: int,
) -> int:  # fmt: skip
    """The span of a title around a core, unless it is someone else's; the number of spans, or OVERFLOW."""
    start = _grown_left(t, symbols, lowered, begin, end, start)
    other = _is_someone_else(m, t, symbols, lowered, begin, start)
    if other != 0:
        return count if other > 0 else OVERFLOW
    stop = _grown_right(m, t, symbols, lowered, end, stop)
    return OVERFLOW if stop == OVERFLOW else _added(spans, first, count, start, stop)


@compiled
def _bare_spans(
    m: Machine, t: Tables, symbols: Symbols, lowered: Points, begin: int, end: int, start: int, rank: int,
    spans: Spans, first: int, count: int,
) -> tuple[int, int]:  # fmt: skip
    """The spans of _BARE's matches that begin from `start` on up to a rank; the number of spans, and where to go on."""
    done = start
    for i in range(max(start, rank - _STARTER_BACK), rank + 1):
        if i < done or (i > begin and t.kinds[symbols[i - 1]] & _WORD) or not may_start(m, _BARE, symbols[i]):
            continue
        stop = match(m, _BARE, symbols, begin, end, i)
        if stop == NO_MATCH:
            continue
        if stop == OVERFLOW:
            return OVERFLOW, done
        done, group = stop, 2
        while group + 2 < len(m.groups) and m.groups[group] < 0:
            group += 2
        named, named_end = m.groups[group], m.groups[group + 1]
        other = _is_someone_else(m, t, symbols, lowered, begin, i)
        if other == 0:
            count = _added(spans, first, count, named, named_end)
        if other < 0 or count < 0:
            return OVERFLOW, done
    return count, max(done, rank + 1)


@compiled
def _name_span(
    m: Machine, t: Tables, symbols: Symbols, lowered: Points, begin: int, end: int, start: int, stop: int,
    of_role: bool, spans: Spans, first: int, count: int,
) -> int:  # fmt: skip
    """The span of a name, if it is not a title of someone else's; the number of spans, or OVERFLOW."""
    if of_role:
        left = _grown_left(t, symbols, lowered, begin, end, start)
        other = _is_someone_else(m, t, symbols, lowered, begin, left)
        if other != 0:
            return count if other > 0 else OVERFLOW
    return _added(spans, first, count, start, stop)


@compiled
def _name_spans(
    m: Machine, t: Tables, symbols: Symbols, lowered: Points, begin: int, end: int,
    names: Names, name: int, spans: Spans, first: int, count: int,
) -> int:  # fmt: skip
    """All spans of a name; the number of spans, or OVERFLOW.

    As `titles` does, it looks for the name from the end of the last place on where it stood, in a word or not.
    """
    start = names.starts[name]
    length = names.starts[name + 1] - start
    i = begin
    while i + length <= end:
        stop = i + length
        k = 0
        while k < length and names.points[start + k] == lowered[i + k]:
            k += 1
        if k < length:
            i += 1
            continue
        before = i > begin and t.kinds[symbols[i - 1]] & _ALNUM
        after = stop < end and t.kinds[symbols[stop]] & _ALNUM
        if not before and not after:
            count = _name_span(m, t, symbols, lowered, begin, end, i, stop, names.of_role[name], spans, first, count)
            if count < 0:
                break
        i = stop
    return count


@compiled
def _may_hold(lowered: Points, begin: int, end: int, length: int, one: int, other: int, last: int) -> bool:
    """Whether the first, the middle and the last character of a name stand anywhere as they would in it.

    Written so that many places are looked at at once: without an early end, and with indices that cannot be negative.
    """
    found = np.uint32(0)
    if end - begin >= length:
        middle, final = np.uint64(length // 2), np.uint64(length - 1)
        for i in range(np.uint64(begin), np.uint64(end - length + 1)):
            found |= (
                np.uint32(lowered[i] == np.uint32(one))
                & np.uint32(lowered[i + middle] == np.uint32(other))
                & np.uint32(lowered[i + final] == np.uint32(last))
            )
    return bool(found)


@compiled
def _next_start(kinds: Kinds, starts: Symbols, symbols: Symbols, begin: int, end: int, position: int) -> int:
    """The next place from `position` on where a word begins with two letters that make something possible, or the end.

    This looks at every character: at two letters and what is before them, three codes in one number.
    """
    if position + 1 >= end:
        return end
    key = np.uint32(kinds[symbols[position]]) & np.uint32(_CODE)
    if position > begin:
        key |= (np.uint32(kinds[symbols[position - 1]]) & np.uint32(_CODE)) << np.uint32(5)
    for i in range(np.uint64(position + 1), np.uint64(end)):
        key = ((key << np.uint32(5)) | (np.uint32(kinds[symbols[i]]) & np.uint32(_CODE))) & np.uint32(0x7FFF)
        if starts[key]:
            return int(i) - 1
    return end


@compiled
def mask_lines(
    m: Machine, t: Tables, symbols: Symbols, lowered: Points, lines: Spans, count: int,
    names: Names, posting: int, spans: Spans, ends: Numbers,
) -> tuple[int, bool]:  # fmt: skip
    """The number of `spans` to mask in a posting's first `count` lines, and whether a line names a product role.

    The spans of a line are sorted and apart; `ends` tells the number of spans up to its end. The number of spans is
    OVERFLOW where there are more than there is room for, or where the matcher gives up.
    """
    kinds, names_role, found = t.kinds, False, 0
    first_name, last_name = names.first[posting], names.first[posting + 1]
    for line in range(count):
        begin, end, first = lines[line, 0], lines[line, 1], found
        name = first_name
        while name < last_name:
            # Of a title and its head, as of a company and itself without its legal form, the second begins the first.
            following = name + 1
            if following < last_name and names.of_role[following] == names.of_role[name]:
                following += 1
            start = names.starts[following - 1]
            length = names.starts[following] - start
            last = names.points[start + length - 1]
            if _may_hold(lowered, begin, end, length, names.points[start], names.points[start + length // 2], last):
                for held in range(name, following):
                    found = _name_spans(m, t, symbols, lowered, begin, end, names, held, spans, first, found)
                    if found < 0:
                        return OVERFLOW, False
            name = following
        core_from, bare_from = begin, begin  # no match begins before
        product = begin - 1  # the next one from where it was asked for last
        i = begin - 1
        while True:
            i = _next_start(kinds, t.starts, symbols, begin, end, i + 1)
            if i >= end:
                break
            kind, second = kinds[symbols[i]], kinds[symbols[i + 1]]
            third = kinds[symbols[i + 2]] & _CODE if i + 2 < end else 0
            possible = t.beginnings[(kind & _CODE) << 10 | (second & _CODE) << 5 | third]
            tried = False
            if i < core_from:
                pass
            elif possible & _BY_PRODUCT:
                tried = i + 8 < end and kinds[symbols[i + 8]] & _GOES_ON != 0 and _is_product(kinds, symbols, i, end)
            elif possible & _BY_CAPITALS:
                tried = second & _UPPER != 0
            elif possible & _BY_TITLE or (possible & _BY_CAPITAL_TITLE and kind & _UPPER):
                if product < i:
                    product = _next_product(kinds, symbols, i, end)
                tried = product < end
            if tried:
                stop = match(m, _CORE, symbols, begin, end, i)
                if stop >= 0:
                    core_from, before = stop, found
                    found = _core_span(m, t, symbols, lowered, begin, end, i, stop, spans, first, found)
                    names_role |= found > before
                if stop == OVERFLOW or found < 0:
                    return OVERFLOW, False
            if not possible & _BY_RANK:
                continue
            # A rank of _BARE stands first in the line, or after a space and a word that leads to it.
            if i > begin:
                if kinds[symbols[i - 1]] & _CODE != _SPACE:
                    continue
                stop = i - 2 if i - 2 >= begin and kinds[symbols[i - 2]] & _CODE == _COLON else i - 1
                start = _word_start(kinds, symbols, begin, stop)
                if not _meaning(t.slots, t.words, lowered, start, stop, True) & _STARTER:
                    continue
            before = found
            found, bare_from = _bare_spans(m, t, symbols, lowered, begin, end, bare_from, i, spans, first, found)
            if found < 0:
                return OVERFLOW, False
            names_role |= found > before
        found = _merged(spans, first, found)
        ends[line] = found
    return found, names_role
