"""Regular expressions in, programs for the compiled matcher out: the patterns of `text` and `titles`, unchanged.

Python's own parser reads a pattern; what it found becomes a program for a backtracking machine (`matcher`), which
tries alternatives in the order that `re` does. Characters are told apart only as far as the patterns do: each code
point has a symbol, and code points with one symbol are in the same character sets of all patterns.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

Parser: Any = re._parser  # type: ignore[attr-defined] # noqa: SLF001 - no public module tells how re reads a pattern

# Instructions: an operation and up to three operands. `matcher.match` says what each of them does.
(OP_PRED, OP_SPLIT, OP_JUMP, OP_SAVE, OP_REPEAT, OP_LAZY, OP_POSSESSIVE, OP_NEAR, OP_NOT_NEAR, OP_LOOK, OP_NOT_LOOK,
 OP_LOOK_END, OP_NOT_LOOK_END, OP_ATOM, OP_ATOM_END, OP_START, OP_START_LINE, OP_END, OP_END_LINE, OP_BOUNDARY,
 OP_MATCH) = range(21)  # fmt: skip
WIDTH = 4  # numbers an instruction takes
NO_LIMIT = 1 << 30
NO_SET = -1

_LARGEST_RANGE = 4096  # code points that a set may name one by one
_CASE_PARTNERS = "\u0130\u0131\u017f\u212a"  # match ASCII letters where case is ignored
CODE_POINTS = 0x110000
_UPPER_END = 0x20000  # no upper-case letters from here on
Flags = int


@dataclass(frozen=True, slots=True)
class Alphabet:
    """What the matcher knows of characters."""

    symbols: npt.NDArray[np.uint8]  # of each code point
    sets: npt.NDArray[np.bool_]  # set x symbol: whether characters of that symbol are in the set
    lower: npt.NDArray[np.uint32]  # each code point in lower case; itself where that takes more than one
    word: int  # the set of \w


@dataclass(frozen=True, slots=True)
class Program:
    """All patterns, compiled: one table of instructions, and where each pattern begins in it."""

    code: npt.NDArray[np.int32]  # instruction x (operation, operands)
    starts: npt.NDArray[np.int32]  # of each pattern, in the order they were added
    firsts: npt.NDArray[np.bool_]  # pattern x symbol: whether a match may begin with it
    groups: int
    registers: int


@dataclass(slots=True)
class Compiler:
    """Collects patterns and named sets, then tells their common alphabet and program."""

    _code: list[list[int]] = field(default_factory=list)
    _sets: dict[tuple[str, Flags], int] = field(default_factory=dict)
    _tests: list[Callable[[str], Any]] = field(default_factory=list)
    _named: set[int] = field(default_factory=lambda: set(range(256)) | set(map(ord, _CASE_PARTNERS)))
    _unions: dict[frozenset[int], int] = field(default_factory=dict)
    _starts: list[int] = field(default_factory=list)
    _firsts_of_patterns: list[tuple[frozenset[int], bool]] = field(default_factory=list)
    _groups: int = 1
    _registers: int = 0

    def add(self, pattern: "re.Pattern[str]") -> None:
        """Compile one more pattern."""
        tree = Parser.parse(pattern.pattern, pattern.flags)
        self._starts.append(len(self._code))
        self._firsts_of_patterns.append(self._firsts(list(tree), pattern.flags))
        self._groups = max(self._groups, pattern.groups + 1)
        self._sequence(list(tree), pattern.flags)
        self._emit(OP_MATCH)

    def charset(self, source: str, flags: Flags = 0) -> int:
        """The number of a set of characters, given as a pattern of one character."""
        if (source, flags) not in self._sets:
            for _, value in _members(list(Parser.parse(source, flags))[0]):  # noqa: RUF015 - of one item
                for code in value:
                    self._named |= {code, *(ord(c) for v in (chr(code).lower(), chr(code).upper()) for c in v)}
            self._sets[source, flags] = len(self._tests)
            self._tests.append(re.compile(source, flags).fullmatch)
        return self._sets[source, flags]

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
        if len(columns) > 255:  # noqa: PLR2004 - what a byte holds
            raise ValueError("the patterns tell more than 255 kinds of characters apart")
        sets = np.zeros((len(self._tests) + len(self._unions), len(columns)), np.bool_)
        for membership, symbol in columns.items():
            sets[: len(self._tests), symbol] = membership[: len(self._tests)]
        for union, number in self._unions.items():
            sets[len(self._tests) + number] = sets[sorted(union)].any(axis=0)
        return Alphabet(symbols, sets, _lower(characters), word)

    def _symbol(self, columns: dict[tuple[bool, ...], int], character: str, kind: int) -> int:
        membership = (*(test(character) is not None for test in self._tests), *(bool(kind >> i & 1) for i in range(3)))
        return columns.setdefault(membership, len(columns))

    def program(self, alphabet: Alphabet) -> Program:
        """The compiled patterns."""
        code = np.zeros((len(self._code), WIDTH), np.int32)
        for number, instruction in enumerate(self._code):
            code[number, : len(instruction)] = instruction
            if instruction[0] == OP_SPLIT and instruction[3] < NO_SET:
                code[number, 3] = len(self._tests) + NO_SET - 1 - instruction[3]
        firsts = np.ones((len(self._starts), alphabet.sets.shape[1]), np.bool_)
        for number, (sets, empty) in enumerate(self._firsts_of_patterns):
            if not empty:
                firsts[number] = alphabet.sets[sorted(sets)].any(axis=0)
        return Program(code, np.array(self._starts, np.int32), firsts, self._groups, self._registers)

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
        jumps = []
        for number, branch in enumerate(branches):
            last = number == len(branches) - 1
            split = -1 if last else self._emit(OP_SPLIT)
            self._sequence(list(branch), flags)
            if not last:
                jumps.append(self._emit(OP_JUMP))
                sets, empty = self._firsts(list(branch), flags)
                first = NO_SET if empty else NO_SET - 1 - self._unions.setdefault(sets, len(self._unions))
                self._code[split] += [split + 1, len(self._code), first]
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
            self._split(split, kind)
        else:
            splits = []
            for _ in range(most - least):
                splits.append(self._emit(OP_SPLIT))
                self._sequence(items, flags)
            for split in splits:
                self._split(split, kind)
        if atom >= 0:
            self._emit(OP_ATOM_END, self._code[atom][1])

    def _split(self, split: int, kind: str) -> None:
        """Once more, or on: the greedy tries the first before the second."""
        ways = [split + 1, len(self._code)]
        self._code[split] += [*(reversed(ways) if kind == "MIN_REPEAT" else ways), NO_SET]

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
    """Of each code point, what categories can tell of it (bits for words, spaces, digits); and all code points."""
    characters = np.arange(CODE_POINTS, dtype="<u4").tobytes().decode("utf-32-le", "surrogatepass")
    kinds = np.zeros(CODE_POINTS, np.uint8)
    for bit, category in enumerate((r"\w+", r"\s+", r"\d+")):
        for match in re.finditer(category, characters):
            kinds[match.start() : match.end()] |= 1 << bit
    return kinds, characters


def _lower(characters: str) -> npt.NDArray[np.uint32]:
    lowered = characters.replace("\u0130", "i").lower()
    table = np.frombuffer(lowered.encode("utf-32-le", "surrogatepass"), "<u4").astype(np.uint32)
    table[0x130] = 0x130
    return table
