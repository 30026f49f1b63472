"""The compiled masking finds in every line what `titles` finds there."""
# ruff: noqa: SLF001 - patterns and steps of `titles` are private: here they are what is compared with

import random
import re
from collections import Counter
from collections.abc import Iterable
from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from own import own_rows
from postclass import titles
from postclass.text import read_text

pytest.importorskip("numba")

from postclass.kernel import cleaning, masking, naming
from postclass.kernel.matcher import OVERFLOW, Machine, machine
from postclass.kernel.patterns import Alphabet, Compiler, Parser

Masked = tuple[list[tuple[int, int]], bool]

RARE = re.compile("[\u0130\u03a3]")  # texts that never reach the kernel
PIECES = (
    "Product Manager", "product manager", "PRODUCT OWNER", "product-owner", "Product Owners", " VP of Product",
    "V.P., Product", "Director, Digital Product Management", "Head of ", "Director", "the director ",
    "Manager, Product", "Lead of Product ", "lead product strategy", "Principal \u2013 Product Development",
    "chief digital product and tech officer", "CPO", "CPTO", "GPM", "APM", "PM", "3 PM", "PO", " pm ", "po",
    "product", "Product ", "products & design", "PRODUCTION manager", "produc", "unproduct manager",
    "reporting to the ", "reports directly into ", "dotted line to ", "line manager: ", "support the ",
    "with our fellow ", "managed by your company's ", "alongside ", "under the ", "between ", "hire a ", "led by",
    "We are hiring a ", "we're looking for a ", "the Director will ", "The Managing Director carries",
    "as an associate director, ", "looking for an executive vice president to ", "titled Manager",
    "designation of VP ", "grade: Lead ", "this role ", "our ", "Owner has ", "Manager should ", "senior ",
    "Senior ", "Sr. ", "Lead ", "lead ", "Group ", "Agile ", "AI & Data ", "Global/Regional ", "Staff\u2013",
    "Platform", "E-Commerce", "O'Reilly", " III", " L6", " II (m/f/d)", "(EMEA)", " [remote]", "(", ")", ", ",
    " - ", " \u2013 ", "\u2014", "/", " / ", " | ", "&", " & ", " of the ", " for ", " and ", "The ", "what ",
    "you'll ", "you\u2019ll ", ".", ". ", ": ", ":", "'", "_", "-", " ", "  ", "\t", "x", "5 ", "5", "\u00e9",
    "e\u0301", "\u017f", "\u0131", "\u212a", "\u01c5", "\u2164", "\u2028", "\u200b", "\u4e2d", "\U0001f389",
    "\U0001d40f", "\u00df", "\u00a0", "\ud800", "\x00", "a" * 50, "word " * 20, "Acme", "Acme Corp",
    "acme corp acme corp", "aba", "abaaba",
)  # fmt: skip
TITLES = (
    None, "", " ", "Product Manager", "Senior Product Manager, Payments (Remote)", "Director of Product - EMEA",
    "VP, Product", "Head of Product | Growth", "Product Marketing Manager", "Accountant", "sr.Product Manager",
    "V.P. Product", "product manager product manager", "Group PM\u2014Search", "Production Manager",
    "Production Product Owner", " Product\u00a0 Owner\n", "Associate\tPM : II", "APM", "AI PM, ",
    "Product Manager/Owner", "Manager,Product", "x/Product Manager", "Product -Manager",
    "Intern, Product Management", "-", ",", "\U0001f389 PM",
)  # fmt: skip
COMPANIES = (
    None, "", "A", "AB", "Acme", "Acme Inc", "ACME, Inc.", "Acme  Corp", "acme corp acme corp", "aba", "abaaba",
    "A Co", "Inc", "x Group", " The  Company GmbH ", ", Inc.", "Product", "Lead", "Owner Ltd", "\u00c9t\u00e9 SA",
    "\u017fun labs", "(EMEA)", ".", "..", "a.b", "Co Co",
)  # fmt: skip


class Kernel:
    """The compiled functions, called as the plain ones are."""

    def __init__(self) -> None:
        compiler = Compiler()
        for module in (cleaning, naming, masking):
            module.add_patterns(compiler)
        self.alphabet: Alphabet = compiler.alphabet()
        self.machine: Machine = machine(compiler, self.alphabet)
        self.masking = masking.tables(compiler, self.alphabet)
        self.naming = naming.tables(compiler, self.alphabet)

    def names(self, some_titles: Iterable[str | None], companies: Iterable[str | None]) -> naming.Names:
        """The names of postings."""
        return naming.names_of(self.machine, self.naming, list(some_titles), list(companies))

    def mask(self, text: str, lines: list[tuple[int, int]], names: naming.Names, posting: int, room: int = 999) -> Any:  # noqa: ANN401
        """The masked spans of each line, relative to it, and whether a line names a role; None for an overflow."""
        points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
        spans, ends = np.zeros((room, 2), np.int32), np.zeros(len(lines), np.int32)
        found, names_role = masking.mask_lines(
            self.machine, self.masking, self.alphabet.symbols[points], self.alphabet.lower[points],
            np.array(lines, np.int32).reshape(-1, 2), len(lines), names, posting, spans, ends,
        )  # fmt: skip
        if found == OVERFLOW:
            return None
        pieces = np.split(spans[:found], ends[:-1]) if lines else []
        return [
            [(start - begin, stop - begin) for start, stop in piece.tolist()]
            for piece, (begin, _) in zip(pieces, lines, strict=True)
        ], names_role


@cache
def kernel() -> Kernel:
    """One kernel for all tests: its tables take a moment."""
    return Kernel()


def plain(line: str, title: str | None = None, company: str | None = None) -> Masked:
    """What `titles` finds in a line."""
    roles = titles.role_mentions(line)
    return titles.merged([*roles, *titles.name_mentions(line, title=title, company=company)]), bool(roles)


def compiled(line: str, title: str | None = None, company: str | None = None) -> Masked:
    """What the kernel finds in a line, amid others so that a look beyond its ends would show."""
    text = f"VP of {line}Product Manager"
    spans, names_role = kernel().mask(text, [(6, 6 + len(line))], kernel().names([title], [company]), 0)
    return spans[0], names_role


def samples(pattern: "re.Pattern[str]", number: int, seed: int) -> list[str]:
    """Texts that a pattern matches, but for what its lookarounds ask; all of its alternatives, one after the other."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    turns: Counter[int] = Counter()
    tree = Parser.parse(pattern.pattern, pattern.flags)
    return ["".join(_sample(tree, chance, turns)) for _ in range(number)]


def _sample(items: Any, chance: random.Random, turns: Counter[int]) -> Iterable[str]:  # noqa: ANN401 - of re's parser
    for item in items:
        kind, value = str(item[0]), item[1]
        turns[id(item)] += 1
        if kind == "LITERAL":
            yield _variant(chr(value), chance)
        elif kind == "IN":
            yield chance.choice("aZ5 &_.'\u2019") if "NEGATE" in str(value) else _member(value, chance)
        elif kind == "BRANCH":
            yield from _sample(value[1][turns[id(item)] % len(value[1])], chance, turns)
        elif kind == "SUBPATTERN":
            yield from _sample(value[3], chance, turns)
        elif kind.endswith("REPEAT"):
            most = min(value[1], value[0] + 3)
            for _ in range(value[0] + chance.randrange(most - value[0] + 1)):
                yield from _sample(value[2], chance, turns)
        elif kind == "ASSERT":
            yield from _sample(value[1], chance, turns)


def _variant(letter: str, chance: random.Random) -> str:
    """Now and then the other case, or what only matches where case is ignored."""
    return (
        letter
        if chance.random() < 0.93
        else chance.choice([letter.swapcase(), {"s": "\u017f", "i": "\u0131"}.get(letter, letter)])
    )


def _member(members: Any, chance: random.Random) -> str:  # noqa: ANN401 - of re's parser
    kind, value = chance.choice(members)
    if str(kind) == "CATEGORY":
        return chance.choice(
            {"CATEGORY_WORD": "kZ5_", "CATEGORY_DIGIT": "3", "CATEGORY_SPACE": " "}.get(str(value), "-")
        )
    return chr(value) if str(kind) == "LITERAL" else chr(chance.randint(*value))


def test_a_line_is_masked_as_titles_does() -> None:
    """The role's own titles and the company are found, other people's titles stay."""
    line = "Acme seeks a Senior Product Manager (Growth) who reports to the VP of Product; the Director will lead."

    spans, names_role = compiled(line, "Senior Product Manager", "Acme Inc.")

    assert ["Acme", "Senior Product Manager (Growth)", "Director"] == [line[start:stop] for start, stop in spans]
    assert names_role
    assert plain(line, "Senior Product Manager", "Acme Inc.") == (spans, names_role)


def test_own_postings_are_masked_as_titles_does() -> None:
    """All lines of the project's own postings, with their own names, with another posting's, and with none."""
    rows = own_rows()
    others = [*rows[7:], *rows[:7]]
    names = [
        (row["title"], row["company"]) for row in (*rows, *others)
    ] + [(None, None)] * len(rows)  # fmt: skip
    prepared = kernel().names(*zip(*names, strict=True))
    for posting, (row, (title, company)) in enumerate(zip(rows * 3, names, strict=True)):
        text = read_text(row["description"])
        if RARE.search(text.text) or prepared.plain[posting]:
            continue
        lines = [(line.start, line.end) for line in text.lines]

        expected = [plain(line.text, title, company) for line in text.lines]

        assert ([spans for spans, _ in expected], any(role for _, role in expected)) == kernel().mask(
            text.text, lines, prepared, posting
        )


@pytest.mark.parametrize("pattern", masking.PATTERNS, ids=lambda pattern: pattern.pattern[:20])
def test_every_alternative_of_every_pattern_is_seen(pattern: "re.Pattern[str]") -> None:
    """No cheap look before a pattern is tried says no where the pattern would match."""
    chance = random.Random(11)  # noqa: S311 - no secret
    for sample in samples(pattern, 150, 5):
        for line in (
            sample,
            f"{sample}Product Manager",
            f"the Director{sample}",
            f"{chance.choice(PIECES)}{sample} VP Product",
        ):
            if not RARE.search(line) and "\n" not in line:
                assert plain(line) == compiled(line), line


def test_words_before_a_title_are_seen() -> None:
    """Whatever _KEEP may end in, with what may follow, is read from the right as `re` reads it from the left."""
    for keep, core in zip(samples(titles._KEEP, 300, 1), samples(titles._CORE, 300, 2), strict=True):
        for line in (f"{keep}{core}", f"x {keep} {core} x", f"we are hiring, {keep}{core}", f"As {keep}Our {core}"):
            if not RARE.search(line) and "\n" not in line:
                assert plain(line) == compiled(line), line


@pytest.mark.parametrize("length", range(25, 75, 1))
def test_looks_back_are_as_long_as_those_of_titles(length: int) -> None:
    """Words as long as what is looked at, before a title and before what makes it someone else's."""
    word, words = "A" * length, "our " * (length // 4) + " " * (length % 4)
    for line in (
        f"x {word} Product Manager",
        f"{word} & {word}, PM",
        f"reporting {word} to the PM",
        f"reports {words}to {words}the PM",
        f"with {words}PM",
        f"{'Lead ' * (length // 5)}Product Manager{' Growth' * (length // 7)} ({word})",
        f"lead product owner{' x' * (length - 60)}",
    ):
        assert plain(line) == compiled(line), line


@settings(max_examples=400, deadline=None)
@given(
    pieces=st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=3)), max_size=14),
    title=st.one_of(st.sampled_from(TITLES), st.lists(st.sampled_from(PIECES), max_size=4).map("".join)),
    company=st.one_of(st.sampled_from(COMPANIES), st.lists(st.sampled_from(PIECES), max_size=2).map("".join)),
    quoted=st.sampled_from(["", " {} ", "{}", "The {0}, {0}", "reports to the {}", "{0}{0}"]),
)
def test_any_line_is_masked_as_titles_does(
    pieces: list[str], title: str | None, company: str | None, quoted: str
) -> None:
    """Soups of titles, what stands around them and arbitrary characters, with names that occur and that do not."""
    middle = len(pieces) // 2
    quotes = [quoted.format(name) for name in (title, company) if name]
    line = "".join([*pieces[:middle], *quotes, *pieces[middle:]]).replace("\n", " ")
    if RARE.search(line + (title or "") + (company or "")) or "" in titles._company_names(company or ""):
        return

    assert plain(line, title, company) == compiled(line, title, company)


def test_soups_are_masked_as_titles_does() -> None:
    """The same with more and longer lines: up to hundreds of pieces, and nothing but titles."""
    chance = random.Random(3)  # noqa: S311 - no secret
    for number in range(1500):
        words = PIECES[:26] if number % 9 == 0 else PIECES
        pieces = chance.choices(words, k=chance.choice((1, 2, 3, 5, 8, 8, 8, 13, 21, 300 if number % 50 == 0 else 4)))
        title, company = chance.choice(TITLES), chance.choice(COMPANIES)
        line = chance.choice(("", " ", ", ")).join(
            [*pieces, *filter(None, chance.choices((title, company, "", ""), k=3))]
        )
        line = line.replace("\n", " ")

        assert plain(line, title, company) == compiled(line, title, company), line


def test_names_are_those_of_titles() -> None:
    """Titles and companies of the own postings and odd ones: the same names in lower case, in the same order."""
    some = [
        *(row["title"] for row in own_rows()),
        *TITLES,
        *samples(titles._PRODUCT, 150, 3),
        *samples(titles._OTHER_TRADE, 150, 4),
    ]
    some += [
        f"{one}{mark}{other}"
        for one, other, mark in zip(some, some[9:], "/:-, | \u2013 (." * 99, strict=False)
        if one and other
    ]
    companies = [
        *(row["company"] for row in own_rows()),
        *COMPANIES,
        *(f"Foo{legal}" for legal in samples(titles._LEGAL, 200, 6)),
    ]
    companies = [company for company in companies if "" not in titles._company_names(company or "")]
    some = [title for title in some if not RARE.search(title or "")]
    names = kernel().names(some, companies * (len(some) // len(companies)) + companies[: len(some) % len(companies)])

    assert not names.plain.any()
    for posting, title in enumerate(some):
        of_title = titles._title_names(title or "")
        expected = [*of_title, *titles._company_names(companies[posting % len(companies)] or "")]
        got = [
            "".join(map(chr, names.points[names.starts[name] : names.starts[name + 1]]))
            for name in range(names.first[posting], names.first[posting + 1])
        ]

        assert [titles._lowered(name) for name in expected] == got, title
        assert len(of_title) == names.of_role[names.first[posting] : names.first[posting + 1]].sum()


def test_names_of_rare_characters_are_for_the_plain_path() -> None:
    """A title or company whose lower case takes two characters or depends on what is around marks its posting."""
    names = kernel().names(["\u0130 PM", "Product Manager", None, ""], [None, "\u03a3 Corp", "Acme", "A"])

    assert [True, True, False, False] == names.plain.tolist()


def test_no_postings_have_no_names() -> None:
    """An empty chunk is a chunk."""
    assert [0] == kernel().names([], []).first.tolist()


def test_lines_are_kept_apart() -> None:
    """Spans of several lines follow each other, and a posting without lines has none."""
    text, names = "Product Manager\nThe Product Owner, a PM\n\nAcme Acme", kernel().names([None], ["Acme"])
    lines = [(0, 15), (16, 39), (40, 40), (41, 50)]

    assert ([[(0, 15)], [(4, 17), (21, 23)], [], [(0, 4), (5, 9)]], True) == kernel().mask(text, lines, names, 0)
    assert ([], False) == kernel().mask(text, [], names, 0)


@pytest.mark.parametrize("line", ["PM; " * 20, "Acme; " * 20, "the Director will. " * 20, "aba aba; " * 20])
def test_too_many_spans_overflow(line: str) -> None:
    """Where there is no room for a span nothing is written beyond it, and the plain path must take the posting."""
    names = kernel().names(["aba aba PM"], ["Acme"]) if "aba" not in line else kernel().names([None], ["aba aba"])

    assert kernel().mask(line, [(0, len(line))], names, 0, room=7) is None
    assert kernel().mask(line, [(0, len(line))], names, 0, room=0) is None
    assert ([plain(line, company="aba aba" if "aba" in line else "Acme")[0]]) == kernel().mask(
        line, [(0, len(line))], names, 0, room=80
    )[0]
