"""Regular expressions in, programs for the compiled matcher out: the patterns of `text` and `titles`, unchanged.

Python's own parser reads a pattern; what it found becomes a program for a backtracking machine (`matcher`), which
tries alternatives in the order that `re` does. Characters are told apart only as far as the patterns do: each code
point has a symbol, and code points with one symbol are in the same character sets of all patterns.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

Parser: Any = re._parser  # type: ignore[attr-defined]

# Instructions: an operation and up to three operands. `matcher.match` says what each of them does.
(
    OP_PRED, OP_SPLIT, OP_DISPATCH, OP_CHOICE, OP_JUMP, OP_SAVE, OP_REPEAT, OP_LAZY, OP_POSSESSIVE, OP_NEAR,
    OP_NOT_NEAR, OP_LOOK, OP_NOT_LOOK, OP_LOOK_END, OP_NOT_LOOK_END, OP_ATOM, OP_ATOM_END, OP_START, OP_START_LINE,
    OP_END, OP_END_LINE, OP_BOUNDARY, OP_MATCH,
) = range(23)  # fmt: skip
WIDTH = 4  # numbers an instruction takes, and a frame of the stack
_TABLES = {OP_DISPATCH: (1,), OP_CHOICE: (1,)}  # operands that are rows of a branch's table
_JUMPS = {OP_SPLIT: (1, 2), OP_JUMP: (1,), OP_LOOK: (3,), OP_NOT_LOOK: (3,)}  # operands that are instructions
NO_LIMIT = 1 << 30
NO_SET = -1
FAIL = -1  # in a branch's table: no alternative may begin so
UNIONS = 512  # unions of sets are numbered from here on
STACK = 1 << 12  # frames; real postings need some dozens

# A program's memory begins with these numbers; then come, of each pattern, its first instruction and its first set.
WORD, NEWLINE, END, REGISTERS, FRAMES, HEADER = range(6)

_LARGEST_RANGE = 4096  # code points that a set may name one by one
_CASE_PARTNERS = "\u0130\u0131\u017f\u212a"  # match ASCII letters where case is ignored
CODE_POINTS = 0x110000
_LETTERS_END = 0x20000  # from here on all that is of a word is alphabetic, and nothing upper case
Flags = int
Memory = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Alphabet:
    """What the matcher knows of characters."""

    symbols: npt.NDArray[np.uint8]  # of each code point
    sets: npt.NDArray[np.bool_]  # set x symbol: whether characters of that symbol are in the set
    lower: npt.NDArray[np.uint32]  # each code point in lower case; itself where that takes more than one
    word: int  # the set of \w


@dataclass(slots=True)
class Compiler:
    """Collects patterns and named sets, then tells their common alphabet and program."""

    _code: list[list[int]] = field(default_factory=list)
    _sets: dict[tuple[str, Flags], int] = field(default_factory=dict)
    _tests: list[Callable[[str], Any]] = field(default_factory=list)
    _named: set[int] = field(default_factory=lambda: set(range(256)) | set(map(ord, _CASE_PARTNERS)))
    _unions: dict[frozenset[int], int] = field(default_factory=dict)
    # Of each alternative of a branch, it and those after it: instruction, first sets, and if it may be empty.
    _rows: list[list[tuple[int, frozenset[int], bool]]] = field(default_factory=list)
    _starts: list[int] = field(default_factory=list)
    _firsts_of_patterns: list[tuple[frozenset[int], bool]] = field(default_factory=list)
    groups: int = 1  # of the pattern with the most of them, the whole match among them
    _registers: int = 0

    def add(self, pattern: "re.Pattern[str]") -> int:
        """Compile one more pattern; its number."""
        tree = Parser.parse(pattern.pattern, pattern.flags)
        self._starts.append(len(self._code))
        self._firsts_of_patterns.append(self._firsts(list(tree), pattern.flags))
        self.groups = max(self.groups, pattern.groups + 1)
        self._sequence(list(tree), pattern.flags)
        self._emit(OP_MATCH)
        return len(self._starts) - 1

    def charset(self, source: str, flags: Flags = 0) -> int:
        """The number of a set of characters, given as a pattern of one character."""
        if (source, flags) not in self._sets:
            for _, value in _members(list(Parser.parse(source, flags))[0]):  # noqa: RUF015 - of one item
                for code in value:
                    self._named |= {code, *(ord(c) for v in (chr(code).lower(), chr(code).upper()) for c in v)}
            self._sets[source, flags] = len(self._tests)
            self._tests.append(re.compile(source, flags).fullmatch)
        return self._sets[source, flags]

    def method(self, name: Literal["isalpha", "isupper"]) -> int:
        """The number of the set of characters for which a method of `str` holds."""
        if (name, 0) not in self._sets:
            self._sets[name, 0] = len(self._tests)
            self._tests.append(lambda character: getattr(character, name)() or None)
        return self._sets[name, 0]

    def alphabet(self) -> Alphabet:
        """The common alphabet of all sets."""
        word = self.charset(r"\w")
        kinds, characters = _kinds()
        named = np.array(sorted(self._named))
        unnamed = kinds.copy()
        unnamed[named] = 255
        values, places = np.unique(unnamed, return_index=True)
        samples = {int(v): int(p) for v, p in zip(values, places, strict=True) if v != 255}  # noqa: PLR2004 - named
        symbols = np.zeros(CODE_POINTS, np.uint8)
        columns: dict[tuple[bool, ...], int] = {}
        for kind, code in samples.items():
            symbols[kinds == kind] = self._symbol(columns, characters[code], kind)
        for code in map(int, named):
            symbols[code] = self._symbol(columns, characters[code], int(kinds[code]))
        if len(self._tests) > UNIONS:
            raise ValueError(f"the patterns have more than {UNIONS} sets of characters")
        if len(columns) > 255:  # noqa: PLR2004 - what a byte holds
            raise ValueError("the patterns tell more than 255 kinds of characters apart")
        firsts = [self._union(sets) for sets, empty in self._firsts_of_patterns if not empty]
        sets = np.zeros((UNIONS + len(firsts) + len(self._unions), len(columns)), np.bool_)
        for membership, symbol in columns.items():
            sets[: len(self._tests), symbol] = membership[: len(self._tests)]
        for union, number in self._unions.items():
            sets[UNIONS + number] = sets[sorted(union)].any(axis=0)
        return Alphabet(symbols, sets, _lower(characters), word)

    def _symbol(self, columns: dict[tuple[bool, ...], int], character: str, kind: int) -> int:
        membership = (*(test(character) is not None for test in self._tests), *(bool(kind >> i & 1) for i in range(5)))
        return columns.setdefault(membership, len(columns))

    def memory(self, alphabet: Alphabet) -> Memory:
        """The compiled patterns as one vector of numbers: a header, room to work in, and the instructions."""
        header = np.zeros(HEADER + 2 * len(self._starts), np.int32)
        width = alphabet.sets.shape[1] + 1
        stack = len(header) + 2 * self._registers
        rows = stack + STACK * WIDTH
        code = rows + width * len(self._rows)
        for number, (start, (firsts, empty)) in enumerate(zip(self._starts, self._firsts_of_patterns, strict=True)):
            header[HEADER + 2 * number] = code + WIDTH * start
            header[HEADER + 2 * number + 1] = NO_SET if empty else self._union(firsts)
        header[END] = alphabet.sets.shape[1]
        header[WORD], header[NEWLINE] = alphabet.word, alphabet.symbols[ord("\n")]
        header[REGISTERS], header[FRAMES] = len(header), stack
        instructions = np.zeros((len(self._code), WIDTH), np.int32)
        for number, instruction in enumerate(self._code):
            jumps, tables = _JUMPS.get(instruction[0], ()), _TABLES.get(instruction[0], ())
            instructions[number, : len(instruction)] = [
                code + WIDTH * value if place in jumps else rows + width * value if place in tables else value
                for place, value in enumerate(instruction)
            ]
        table = np.full((len(self._rows), width), FAIL, np.int32)
        for row, entries in zip(table, self._rows, strict=True):
            for start, sets, empty in reversed(entries):
                may_start = True if empty else alphabet.sets[sorted(sets)].any(axis=0)
                row[:-1][may_start] = code + WIDTH * start
                row[-1] = code + WIDTH * start if empty else row[-1]
        room = np.zeros(rows - len(header), np.int32)
        return np.concatenate([header, room, table.ravel(), instructions.ravel()])

    def _union(self, sets: frozenset[int]) -> int:
        """The number of the set of all characters that are in one of some sets; they come after all others."""
        return UNIONS + self._unions.setdefault(sets, len(self._unions))

    def _emit(self, *instruction: int) -> int:
        self._code.append(list(instruction))
        return len(self._code) - 1

    def _sequence(self, items: Sequence[Any], flags: Flags) -> None:
        for item in items:
            self._item(item, flags)

    def _item(self, item: Any, flags: Flags) -> None:  # noqa: ANN401 - a node of the parser's
        kind, value = str(item[0]), item[1]
        if (source := _one_character(item)) is not None:
            self._emit(OP_PRED, self.charset(source, flags & re.IGNORECASE))
        elif kind == "BRANCH":
            self._branch(value[1], flags)
        elif kind == "SUBPATTERN":
            group, added, removed, inner = value
            if group is not None:
                self._emit(OP_SAVE, 2 * group)
            self._sequence(list(inner), (flags | added) & ~removed)
            if group is not None:
                self._emit(OP_SAVE, 2 * group + 1)
        elif kind in {"MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"}:
            least, most, repeated = value
            self._repeat(kind, least, most, list(repeated), flags)
        elif kind in {"ASSERT", "ASSERT_NOT"}:
            direction, inner = value
            self._look(inner, flags, negative=kind == "ASSERT_NOT", behind=direction < 0)
        elif kind == "AT":
            self._emit(_position(str(value), flags))
        else:
            raise NotImplementedError(f"patterns with {kind}")

    def _branch(self, branches: Sequence[Any], flags: Flags) -> None:
        """Alternatives in order; a table tells by the next character which to try first, and which after each."""
        jumps, entries = [], []
        row = len(self._rows)
        self._rows += [[] for _ in branches]
        self._emit(OP_DISPATCH, row)
        for number, branch in enumerate(branches):
            last = number == len(branches) - 1
            entries.append((len(self._code), *self._firsts(list(branch), flags)))
            if not last:
                self._emit(OP_CHOICE, row + number + 1)
            self._sequence(list(branch), flags)
            if not last:
                jumps.append(self._emit(OP_JUMP))
        for number in range(len(branches)):
            self._rows[row + number] = entries[number:]
        for jump in jumps:
            self._code[jump].append(len(self._code))

    def _repeat(self, kind: str, least: int, most: Any, items: list[Any], flags: Flags) -> None:  # noqa: ANN401
        most = NO_LIMIT if most is Parser.MAXREPEAT else most
        if len(items) == 1 and (source := _one_character(items[0])) is not None:
            operation = {"MAX_REPEAT": OP_REPEAT, "MIN_REPEAT": OP_LAZY, "POSSESSIVE_REPEAT": OP_POSSESSIVE}[kind]
            self._emit(operation, self.charset(source, flags & re.IGNORECASE), least, most)
            return
        atom = self._emit(OP_ATOM, self._register()) if kind == "POSSESSIVE_REPEAT" else -1
        for _ in range(least):
            self._sequence(items, flags)
        if most == NO_LIMIT:
            split = self._emit(OP_SPLIT)
            self._sequence(items, flags)
            self._emit(OP_JUMP, split)
            self._split(split, kind, items, flags)
        else:
            splits = []
            for _ in range(most - least):
                splits.append(self._emit(OP_SPLIT))
                self._sequence(items, flags)
            for split in splits:
                self._split(split, kind, items, flags)
        if atom >= 0:
            self._emit(OP_ATOM_END, self._code[atom][1])

    def _split(self, split: int, kind: str, items: list[Any], flags: Flags) -> None:
        """Once more, or on: the greedy tries the first before the second."""
        sets, empty = self._firsts(items, flags)
        if kind == "MIN_REPEAT":
            self._code[split] += [len(self._code), split + 1, NO_SET]
        else:
            self._code[split] += [split + 1, len(self._code), NO_SET if empty else self._union(sets)]

    def _look(self, inner: Any, flags: Flags, *, negative: bool, behind: bool) -> None:  # noqa: ANN401 - of the parser
        items = list(inner)
        width = inner.getwidth()[0] if behind else 0
        if len(items) == 1 and (source := _one_character(items[0])) is not None:
            operation = OP_NOT_NEAR if negative else OP_NEAR
            self._emit(operation, self.charset(source, flags & re.IGNORECASE), -width)
            return
        register = self._register()
        look = self._emit(OP_NOT_LOOK if negative else OP_LOOK, register, width)
        self._sequence(items, flags)
        self._emit(OP_NOT_LOOK_END if negative else OP_LOOK_END, register)
        self._code[look].append(len(self._code))

    def _register(self) -> int:
        self._registers += 1
        return self._registers - 1

    def _firsts(self, items: Sequence[Any], flags: Flags) -> tuple[frozenset[int], bool]:
        """The sets that a match's first character is in, and whether it may be empty."""
        sets: frozenset[int] = frozenset()
        for item in items:
            more, empty = self._firsts_of(item, flags)
            sets |= more
            if not empty:
                return sets, False
        return sets, True

    def _firsts_of(self, item: Any, flags: Flags) -> tuple[frozenset[int], bool]:  # noqa: ANN401
        kind, value = str(item[0]), item[1]
        if (source := _one_character(item)) is not None:
            return frozenset({self.charset(source, flags & re.IGNORECASE)}), False
        if kind == "BRANCH":
            found = [self._firsts(list(branch), flags) for branch in value[1]]
            return frozenset().union(*(sets for sets, _ in found)), any(empty for _, empty in found)
        if kind == "SUBPATTERN":
            return self._firsts(list(value[3]), (flags | value[1]) & ~value[2])
        if kind in {"MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"}:
            sets, empty = self._firsts(list(value[2]), flags)
            return sets, empty or value[0] == 0
        return frozenset(), True


def _one_character(item: Any) -> str | None:  # noqa: ANN401
    """A node that matches one character, as the pattern of a set; None for other nodes."""
    kind, value = str(item[0]), item[1]
    if kind == "LITERAL":
        return re.escape(chr(value))
    if kind == "NOT_LITERAL":
        return f"[^{re.escape(chr(value))}]"
    return f"[{''.join(map(_part, value))}]" if kind == "IN" else None


_CATEGORIES = {
    "CATEGORY_WORD": r"\w", "CATEGORY_NOT_WORD": r"\W", "CATEGORY_SPACE": r"\s", "CATEGORY_NOT_SPACE": r"\S",
    "CATEGORY_DIGIT": r"\d", "CATEGORY_NOT_DIGIT": r"\D",
}  # fmt: skip


def _part(part: Any) -> str:  # noqa: ANN401
    kind, value = str(part[0]), part[1]
    if kind == "NEGATE":
        return "^"
    if kind == "LITERAL":
        return re.escape(chr(value))
    if kind == "RANGE":
        return f"{re.escape(chr(value[0]))}-{re.escape(chr(value[1]))}"
    return _CATEGORIES[str(value)]


def _members(item: Any) -> list[tuple[str, range]]:  # noqa: ANN401
    """The code points that a node of one character names."""
    kind, value = str(item[0]), item[1]
    if kind in {"LITERAL", "NOT_LITERAL"}:
        return [(kind, range(value, value + 1))]
    members = []
    for part, inner in value:
        if str(part) == "LITERAL":
            members.append((str(part), range(inner, inner + 1)))
        elif str(part) == "RANGE":
            if inner[1] - inner[0] > _LARGEST_RANGE:
                raise NotImplementedError("patterns with large ranges")
            members.append((str(part), range(inner[0], inner[1] + 1)))
    return members


def _position(value: str, flags: Flags) -> int:
    if value == "AT_BEGINNING":
        return OP_START_LINE if flags & re.MULTILINE else OP_START
    if value == "AT_END":
        return OP_END_LINE if flags & re.MULTILINE else OP_END
    if value == "AT_BOUNDARY":
        return OP_BOUNDARY
    raise NotImplementedError(f"patterns with {value}")


def _kinds() -> tuple[npt.NDArray[np.uint8], str]:
    """Of each code point, in bits: is it of a word, a space, a digit, alphabetic, upper case; and all code points."""
    characters = np.arange(CODE_POINTS, dtype="<u4").tobytes().decode("utf-32-le", "surrogatepass")
    kinds = np.zeros(CODE_POINTS, np.uint8)
    for bit, category in enumerate((r"\w+", r"\s+", r"\d+")):
        for match in re.finditer(category, characters):
            kinds[match.start() : match.end()] |= 1 << bit
    near = characters[:_LETTERS_END]
    kinds[:_LETTERS_END] |= np.fromiter(map(str.isalpha, near), np.uint8, _LETTERS_END) << 3
    kinds[:_LETTERS_END] |= np.fromiter(map(str.isupper, near), np.uint8, _LETTERS_END) << 4
    kinds[_LETTERS_END:] |= (kinds[_LETTERS_END:] & 1) << 3
    return kinds, characters


def _lower(characters: str) -> npt.NDArray[np.uint32]:
    lowered = characters.replace("\u0130", "i").lower()
    table = np.frombuffer(lowered.encode("utf-32-le", "surrogatepass"), "<u4").astype(np.uint32)
    table[0x130] = 0x130
    return table
