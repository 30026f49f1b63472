"""A description in UTF-8 in, the code points of its text as shown and its lines out, as `text.read_text` has them.

Markup is left to the plain path: `read_lines` answers MARKUP, and is called again with what `text` made of it.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from postclass import text
from postclass.kernel import patterns as ops
from postclass.kernel.arrays import Bytes, Points, Spans, Symbols
from postclass.kernel.compiled import compiled, inlined
from postclass.kernel.matcher import NO_MATCH, OVERFLOW, Machine, match, may_start
from postclass.kernel.patterns import Alphabet, Compiler

# Patterns and sets of characters, by the numbers that they have in the program.
PATTERNS = (
    text._KNOWN_TAG, text._ESCAPED_TAG, text._ENTITY, text._LINK, text._MARK, text._EMPHASIS, text._ESCAPE,
    text._GLUE, text._LOST_NEWLINE, text._SENTENCE,
)  # fmt: skip
_KNOWN_TAG, _ESCAPED_TAG, _ENTITY, _LINK, _MARK, _EMPHASIS, _ESCAPE, _GLUE, _LOST_NEWLINE, _SENTENCE = range(10)
_BULLETS = text._INLINE_BULLET.pattern.removeprefix(r"[ \t]*").removesuffix(r"[ \t]*")
_NEWLINES = text._NEWLINE.pattern.removeprefix("\r\n?|")
SETS = (
    r"\w", r"[^\S\n]", "isalpha", _BULLETS, "[A-Z]", "[a-z.!?:;]", "[.!?]",
    "<", "&", text._INVISIBLE.pattern, r"\]", "[*_`]", r"\\", "[\u0130\u03a3]", _NEWLINES,
)  # fmt: skip
WORD, _BLANK, _LETTER, _BULLET, _CAPITAL, _SMALL, _STOP, FIRST_HELD = range(8)


# What `read_lines` answers: the number of lines, or one of these (and OVERFLOW): who else must take this text.
MARKUP = -3  # HTML or entities: `text` takes them off
RARE = -4  # characters whose lower case depends on what is around them: the plain path takes the posting

_NEWLINE, _RETURN, _SPACE, _SEMICOLON, _FULL_STOP, _BRACKET, _TAG_START, _ENTITY_START = map(ord, "\n\r ;.(<&")
_MAX_CHARACTERS, _LONG_SENTENCE = text.MAX_CHARACTERS, text.LONG_SENTENCE
_ABBREVIATION_WINDOW = 12  # characters, as in `text`
_PACKED = 8  # characters of an abbreviation that fit a 64-bit number; the longest has six
_NOT_ASCII = 128  # no abbreviation has it
_TWO_BYTES, _THREE_BYTES, _FOUR_BYTES, _LAST_POINT = 0x80, 0xE0, 0xF0, 0x10FFFF  # of UTF-8

Packed = npt.NDArray[np.uint64]  # short ASCII words, a byte a character

# Bits of what a text holds.
_HAS_TAG, _HAS_ENTITY, _HAS_INVISIBLE, _HAS_LINK, _HAS_EMPHASIS, _HAS_ESCAPE, HAS_RARE, _HAS_NEWLINE = (
    1 << i for i in range(8)
)


# Bits of what a character is.
_IS_SPACE, _IS_NEWLINE, _IS_CAPITAL, _IS_SMALL, _IS_STOP = (1 << i for i in range(5))


class Tables(NamedTuple):
    """What cleaning knows of characters."""

    symbols: Symbols  # of each code point
    lower: Points  # of each code point
    holds: npt.NDArray[np.uint8]  # symbol -> bits of what a text with it holds
    abbreviations: Packed
    kinds: Symbols  # symbol -> bits of what is looked for in each character


class Room(NamedTuple):
    """Buffers for the longest text of a chunk: its code points, their symbols and lower case, and its lines."""

    points: Points
    symbols: Symbols
    lowered: Points
    other_points: Points  # while Markdown is taken off
    other_symbols: Symbols
    lines: Spans  # line x (start, end)


def room(size: int) -> Room:
    """Buffers for texts of up to `size` code points."""
    length = size + 16
    points, lowered, other_points = (np.zeros(length, np.uint32) for _ in range(3))
    symbols, other_symbols = (np.zeros(length, np.uint8) for _ in range(2))
    return Room(points, symbols, lowered, other_points, other_symbols, np.zeros((length, 2), np.int32))


def add_patterns(compiler: Compiler) -> None:
    """Adds the patterns and sets of `text` to a new compiler, so that their numbers are the constants above."""
    sets = [compiler.method("isalpha") if source == "isalpha" else compiler.charset(source) for source in SETS]
    patterns = [compiler.add(pattern) for pattern in PATTERNS]
    if sets != list(range(len(SETS))) or patterns != list(range(len(PATTERNS))):
        raise ValueError("the patterns of cleaning come first")


def tables(alphabet: Alphabet) -> Tables:
    """The tables of cleaning, once the alphabet of all patterns is known."""
    holds = np.zeros(alphabet.sets.shape[1], np.uint8)
    for bit, charset in enumerate(range(FIRST_HELD, len(SETS))):
        holds |= alphabet.sets[charset].astype(np.uint8) << np.uint8(bit)
    kinds = np.zeros(alphabet.sets.shape[1], np.uint8)
    for bit, charset in ((_IS_CAPITAL, _CAPITAL), (_IS_SMALL, _SMALL), (_IS_STOP, _STOP)):
        kinds[alphabet.sets[charset]] |= bit
    kinds[alphabet.symbols[_SPACE]] |= _IS_SPACE
    kinds[alphabet.symbols[_NEWLINE]] |= _IS_NEWLINE
    packed = [_packed(word) for word in text._ABBREVIATIONS]
    return Tables(alphabet.symbols, alphabet.lower, holds, np.array(packed, np.uint64), kinds)


def _packed(word: str) -> int:
    return int.from_bytes(word.encode("ascii"), "big")


@compiled
def decode(
    symbol_of: Symbols, holds_of: Symbols, points: Points, symbols: Symbols, data: Bytes, start: int, stop: int
) -> tuple[int, int, bool]:
    """Valid UTF-8 to code points, line ends made one newline each; their number, what they hold, and if cut."""
    size, holds, count, position, after_return = 0, 0, 0, start, False
    while position < stop and count < _MAX_CHARACTERS:
        byte = np.uint32(data[position])
        position += 1
        count += 1
        point = byte
        if byte >= _TWO_BYTES:
            more = 1 if byte < _THREE_BYTES else 2 if byte < _FOUR_BYTES else 3
            point = byte & np.uint32(0x3F >> more)
            for _ in range(min(more, stop - position)):
                point = (point << np.uint32(6)) | (np.uint32(data[position]) & np.uint32(0x3F))
                position += 1
            point = min(point, np.uint32(_LAST_POINT))
        if point == _NEWLINE and after_return:
            after_return = False
            continue
        after_return = point == _RETURN
        symbol = symbol_of[point]
        found = holds_of[symbol]
        if after_return or found & _HAS_NEWLINE:
            point, symbol = np.uint32(_NEWLINE), symbol_of[_NEWLINE]
        points[size] = point
        symbols[size] = symbol
        holds |= found
        size += 1
    return size, holds, position < stop


@compiled
def _markup(m: Machine, symbols: Symbols, size: int, tag: int, entity: int) -> int:
    """MARKUP if `text` would take off tags or entities, OVERFLOW if the machine can't tell, else 0."""
    for position in range(size):
        symbol = symbols[position]
        if symbol != tag and symbol != entity:
            continue
        for pattern in range(_KNOWN_TAG, _ENTITY + 1):
            answer = match(m, pattern, symbols, 0, size, position)
            if answer != NO_MATCH:
                return MARKUP if answer >= 0 else answer
    return 0


@compiled
def _drop_invisible(holds_of: Symbols, points: Points, symbols: Symbols, size: int) -> int:
    kept = 0
    for position in range(size):
        if not holds_of[symbols[position]] & _HAS_INVISIBLE:
            points[kept] = points[position]
            symbols[kept] = symbols[position]
            kept += 1
    return kept


@compiled
def _unmarked(m: Machine, points: Points, symbols: Symbols, size: int) -> int:
    """Takes list marks and the like off the starts of lines. What a match looks at is not yet written over."""
    newline, kept, position = m.memory[ops.NEWLINE], 0, 0
    while position < size:
        if may_start(m, _MARK, symbols[position]):
            stop = match(m, _MARK, symbols, position, size, position)
            if stop == OVERFLOW:
                return OVERFLOW
            position = max(position, stop)
        end = position
        while end < size and symbols[end] != newline:
            end += 1
        end = min(end + 1, size)
        if kept == position:
            kept = end
        else:
            for i in range(position, end):
                points[kept] = points[i]
                symbols[kept] = symbols[i]
                kept += 1
        position = end
    return kept


@compiled
def _replaced(
    m: Machine, pattern: int, points: Points, symbols: Symbols, new_points: Points, new_symbols: Symbols, size: int
) -> int:
    """Replaces each match by its first group, or by nothing; the new length, or OVERFLOW."""
    sets, groups, first = m.sets, m.groups, m.memory[ops.HEADER + 2 * pattern + 1]
    kept = position = 0
    while position < size:
        stop = NO_MATCH
        if sets[first, symbols[position]]:
            stop = match(m, pattern, symbols, 0, size, position)
        if stop == OVERFLOW:
            return OVERFLOW
        begin, end = position, position + 1
        if stop > position:
            begin, end = (groups[2], groups[3]) if pattern != _EMPHASIS else (0, 0)
        for i in range(begin, end):
            new_points[kept] = points[i]
            new_symbols[kept] = symbols[i]
            kept += 1
        position = max(stop, position + 1)
    for i in range(kept):
        points[i] = new_points[i]
        symbols[i] = new_symbols[i]
    return kept


@compiled
def _strip_markdown(m: Machine, r: Room, size: int, holds: int) -> int:
    """As `text` does; the new length, or OVERFLOW."""
    for pattern, held in ((_LINK, _HAS_LINK), (_MARK, 0), (_EMPHASIS, _HAS_EMPHASIS), (_ESCAPE, _HAS_ESCAPE)):
        if size >= 0 and pattern == _MARK:
            size = _unmarked(m, r.points, r.symbols, size)
        elif size >= 0 and holds & held:
            size = _replaced(m, pattern, r.points, r.symbols, r.other_points, r.other_symbols, size)
            if size >= 0 and pattern == _EMPHASIS:
                size = _unmarked(m, r.points, r.symbols, size)
    return size


@compiled
def _spaced(m: Machine, points: Points, symbols: Symbols, size: int, space: int) -> int:
    """White space but newlines is one space; inline bullets and the spaces around them are newlines."""
    sets, newline = m.sets, m.memory[ops.NEWLINE]
    kept = 0
    after_space = after_bullet = False
    for position in range(size):
        point, symbol = points[position], symbols[position]
        if sets[_BLANK, symbol]:
            if not after_space and not after_bullet:
                points[kept] = _SPACE
                symbols[kept] = space
                kept += 1
            after_space = True
            continue
        bullet = sets[_BULLET, symbol]
        if bullet:
            if after_space and not after_bullet:
                kept -= 1
            point, symbol = np.uint32(_NEWLINE), np.uint8(newline)
        after_bullet, after_space = bullet, False
        if kept != position or bullet:
            points[kept] = point
            symbols[kept] = symbol
        kept += 1
    return kept


@inlined
def _has_word(m: Machine, symbols: Symbols, start: int, stop: int) -> bool:
    for position in range(start, stop):  # noqa: SIM110 - compiled, a loop is the quickest
        if m.sets[WORD, symbols[position]]:
            return True
    return False


@inlined
def _line(m: Machine, points: Points, symbols: Symbols, spans: Spans, start: int, stop: int, lines: int) -> int:
    """Adds a line, if it holds a word, without the spaces around it; the number of lines."""
    while start < stop and points[start] == _SPACE:
        start += 1
    while stop > start and points[stop - 1] == _SPACE:
        stop -= 1
    if not _has_word(m, symbols, start, stop):
        return lines
    spans[lines, 0] = start
    spans[lines, 1] = stop
    return lines + 1


@inlined
def _sentence(m: Machine, points: Points, symbols: Symbols, spans: Spans, start: int, stop: int, lines: int) -> int:
    """Adds a sentence's line, or the lines of its parts where it is a list in prose; the number of lines."""
    last = start
    if stop - start > _LONG_SENTENCE:
        for position in range(start, stop - 1):
            if points[position] == _SEMICOLON and points[position + 1] == _SPACE:
                lines = _line(m, points, symbols, spans, last, position + 2, lines)
                last = position + 2
    return _line(m, points, symbols, spans, last, stop, lines)


@inlined
def _is_abbreviation(t: Tables, m: Machine, points: Points, symbols: Symbols, begin: int, stop: int) -> bool:
    start = max(begin, stop - _ABBREVIATION_WINDOW)
    for position in range(start, stop):
        if points[position] == _SPACE:
            start = position + 1
    while start < stop and points[start] == _BRACKET:
        start += 1
    if stop - start == 1 and m.sets[_LETTER, symbols[start]]:
        return True
    packed = np.uint64(0)
    for position in range(start, stop):
        packed = (packed << np.uint64(8)) | np.uint64(min(t.lower[points[position]], np.uint32(_NOT_ASCII)))
    for abbreviation in t.abbreviations:
        if packed == abbreviation:
            return stop - start <= _PACKED
    return False


@inlined
def _block(t: Tables, m: Machine, r: Room, start: int, stop: int, lines: int, said: int) -> tuple[int, int]:
    """Cuts a block that holds a word into sentences; the number of lines, and of words between spaces up to here."""
    points, symbols, kinds = r.points, r.symbols, t.kinds
    if not _has_word(m, symbols, start, stop):
        return lines, said
    said += 1
    last = after = start
    for position in range(start, stop):
        kind = kinds[symbols[position]]
        if not kind & (_IS_STOP | _IS_SPACE):
            continue
        if kind & _IS_SPACE:
            said += 1
        elif position >= after:
            end = match(m, _SENTENCE, symbols, start, stop, position)
            if end < 0:
                continue
            after = end
            if points[position] != _FULL_STOP or not _is_abbreviation(t, m, points, symbols, start, position):
                lines = _sentence(m, points, symbols, r.lines, last, after, lines)
                last = after
    return _sentence(m, points, symbols, r.lines, last, stop, lines), said


@compiled
def _blocks(t: Tables, m: Machine, r: Room, size: int) -> tuple[int, int]:
    """Cuts a text into blocks and these into lines; the number of lines, or OVERFLOW, and of words between spaces."""
    points, symbols, lowered, lower, kinds = r.points, r.symbols, r.lowered, t.lower, t.kinds
    lines = said = end = 0
    while end < size:
        begin = stop = end
        glued = False
        while stop < size:
            kind = kinds[symbols[stop]]
            if kind & (_IS_NEWLINE | _IS_CAPITAL):
                if kind & _IS_NEWLINE:
                    break
                # words of two lines that were glued together
                if stop > begin and kinds[symbols[stop - 1]] & _IS_SMALL:
                    after = match(m, _GLUE, symbols, 0, size, stop)
                    if after == OVERFLOW:
                        return OVERFLOW, 0
                    if after >= 0:
                        glued = True
                        break
            lowered[stop] = lower[points[stop]]
            stop += 1
        end = stop if glued else stop + 1
        if begin < stop and may_start(m, _MARK, symbols[begin]):
            begin = max(begin, match(m, _MARK, symbols, begin, stop, begin))
        while begin < stop and points[begin] == _SPACE:
            begin += 1
        while stop > begin and points[stop - 1] == _SPACE:
            stop -= 1
        part = begin
        if stop - begin > _LONG_SENTENCE:
            for position in range(begin, stop - 1):
                if kinds[symbols[position]] & _IS_SPACE and kinds[symbols[position + 1]] & _IS_CAPITAL:
                    after = match(m, _LOST_NEWLINE, symbols, begin, stop, position)
                    if after >= 0:
                        lines, said = _block(t, m, r, part, position, lines, said)
                        part = after
        lines, said = _block(t, m, r, part, stop, lines, said)
    points[size] = lowered[size] = _NEWLINE
    symbols[size] = m.memory[ops.NEWLINE]
    return lines, said


@compiled
def read_lines(t: Tables, m: Machine, r: Room, data: Bytes, start: int, stop: int, clean: int) -> tuple[int, int, bool]:
    """The number of lines, or why there are none; of words between spaces in the text as shown; whether it was cut.

    `clean` says that markup has been taken off. The lines are `r.lines`, spans of `r.points`.
    """
    size, holds, cut = decode(t.symbols, t.holds, r.points, r.symbols, data, start, stop)
    if holds & HAS_RARE:
        return RARE, 0, cut
    if not clean:
        if holds & (_HAS_TAG | _HAS_ENTITY):
            answer = _markup(m, r.symbols, size, t.symbols[_TAG_START], t.symbols[_ENTITY_START])
            if answer < 0:
                return answer, 0, cut
        if holds & _HAS_INVISIBLE:
            size = _drop_invisible(t.holds, r.points, r.symbols, size)
        size = _strip_markdown(m, r, size, holds)
    if size >= 0:
        size = _spaced(m, r.points, r.symbols, size, t.symbols[_SPACE])
    if size < 0:
        return size, 0, cut
    lines, said = _blocks(t, m, r, size)
    return lines, said, cut
