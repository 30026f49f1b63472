"""Descriptions in every format to the same lines, with offsets that hold and no shape that stops the reader."""

from itertools import pairwise

import pytest

from fourways import FORMATS, Block
from postclass.text import MAX_CHARACTERS, Line, read_text

POSTING = (
    Block("heading", ("Head of Routes & Tariffs",)),
    Block("paragraph", ("We move freight by river.", "You'll join 12 people in Gent, e.g. our planners.")),
    Block("heading", ("What you will do",)),
    Block(
        "bullets",
        (
            "Lead 3 product managers and their roadmaps",
            "Own the P&L of barges < 500 t",
            "Decide what we don't build",
        ),
    ),
    Block("paragraph", ("Pay is €90,000 a year!", "Write to us.")),
)


def lines(description: str) -> list[str]:
    """The lines of a description as plain strings."""
    return [line.text for line in read_text(description).lines]


@pytest.mark.parametrize("name", FORMATS)
def test_one_posting_five_renderings(name: str) -> None:
    """A posting gives the same lines in whichever format it is written."""
    expected = [piece for block in POSTING for piece in block.pieces]

    assert expected == lines(FORMATS[name](POSTING))


# What is written, and the lines that it gives.
RENDERINGS = {
    "bullet characters": ("• Own it\n● Ship it\n▪ Cut it\n◦ Try it", ["Own it", "Ship it", "Cut it", "Try it"]),
    "dashes and stars": (
        "- Own it\n* Ship it\n+ Cut it\n– Try it\n— Ask it",
        ["Own it", "Ship it", "Cut it", "Try it", "Ask it"],
    ),
    "numbers": ("1. Own it\n2) Ship it\n(3) Cut it", ["Own it", "Ship it", "Cut it"]),
    "bullets in one line": ("• Own it • Ship it • Cut it", ["Own it", "Ship it", "Cut it"]),
    "headings": ("# One\n### Two\n> Three", ["One", "Two", "Three"]),
    "emphasis": ("**Own** the *whole* `roadmap` and __ship__ _it_", ["Own the whole roadmap and ship it"]),
    "snake case is no emphasis": ("Know snake_case_names and 2 * 3 = 6", ["Know snake_case_names and 2 * 3 = 6"]),
    "links": ("See [our blog](https://example.com/a) and ![a logo](x.png)", ["See our blog and a logo"]),
    "escaped Markdown": (r"Work 9 \- 5, earn 10\+ and sign \*here\*", ["Work 9 - 5, earn 10+ and sign *here*"]),
    "line ends": ("One\r\nTwo\rThree\u2028Four\u2029Five\x85Six", ["One", "Two", "Three", "Four", "Five", "Six"]),
    "breaks": ("One<br>Two<br/>Three<BR />Four", ["One", "Two", "Three", "Four"]),
    "tables": ("<table><tr><td>One</td><td>Two</td></tr><tr><th>Three</th></tr></table>", ["One", "Two", "Three"]),
    "inline tags join": ("<p>road<b>map</b>s and <i>goals</i></p>", ["roadmaps and goals"]),
    "white space in HTML": ("<p>Own\n   the\troadmap</p>", ["Own the roadmap"]),
    "hidden elements": (
        "<style>p { color: red }</style><script>alert('<p>')</script><p>Shown</p><!-- gone -->",
        ["Shown"],
    ),
    "entities": ("<p>R&amp;D &lt; 5 &#8211; caf&eacute; &#x2764;</p>", ["R&D < 5 – café ❤"]),
    "entities without tags": ("R&amp;D and Q&amp;A", ["R&D and Q&A"]),
    "less-than is no tag": ("Teams < 10 people and > 3 products", ["Teams < 10 people and > 3 products"]),
    "spaces": ("Own\u00a0the \u2003 roadmap\t now", ["Own the roadmap now"]),
    "invisible characters": ("Ro\u00adad\u200bmap\ufeff", ["Roadmap"]),
    "pieces without a word": ("Own it\n---\n***\n…\nShip it", ["Own it", "Ship it"]),
    "emphasis by underscores alone": ("__Own__ _it_", ["Own it"]),
    "emphasis by backticks alone": ("Own `it`", ["Own it"]),
    "a list inside emphasis": ("**1. Own it**", ["Own it"]),
    "a dash after a bullet": ("\u2022 - Own it", ["Own it"]),
    "dots before a sentence": ("... Own it. Ship it.", ["Own it.", "Ship it."]),
    "tags that are written about": ("<p>Write &lt;p&gt; yourself</p>", ["Write <p> yourself"]),
    "an entity without its semicolon": ("Own R&D &copy us", ["Own R&D &copy us"]),
    "line ends as entities": ("One&#8232;Two", ["One", "Two"]),
    "hidden in capitals": ("<br><STYLE>gone</STYLE>Own it", ["Own it"]),
    "hidden twice": ("<br><script>a</script>Own it<script>b</script>, ship it", ["Own it, ship it"]),
    "hidden after letters that grow in lower case": (
        "<p>İİİİİİİİİİİİ</p><script>a</script><p>Own it</p>",
        ["İİİİİİİİİİİİ", "Own it"],
    ),
    "closed before it opens": ("<br></style>Own it<style>gone</style>, ship it", ["Own it, ship it"]),
    "never closed": ("<br><style>Own<style> it<script>gone</script>, ship it", ["Own it, ship it"]),
    "nothing": ("", []),
    "white space alone": (" \n\t \u00a0", []),
    "tags alone": ("<div><p></p></div>", []),
}


@pytest.mark.parametrize("name", RENDERINGS)
def test_renderings(name: str) -> None:
    """Each kind of markup gives its lines."""
    description, expected = RENDERINGS[name]

    assert expected == lines(description)


SENTENCES = {
    "full stops": ("Own it. Ship it! Why? Because.", ["Own it.", "Ship it!", "Why?", "Because."]),
    "before a digit": ("We grew. 40 people joined.", ["We grew.", "40 people joined."]),
    "before a quote": ("We grew. \u201cFast,\u201d they say.", ["We grew.", "\u201cFast,\u201d they say."]),
    "after a bracket": ("We grew (a lot.) You join.", ["We grew (a lot.)", "You join."]),
    "before lower case": ("We use node.js. it works", ["We use node.js. it works"]),
    "decimals": ("Grow it by 3.5 Million", ["Grow it by 3.5 Million"]),
    "i.e. and e.g.": ("Own tools, e.g. Jira, i.e. All of it", ["Own tools, e.g. Jira, i.e. All of it"]),
    "et cetera": ("Jira, Figma etc. You decide", ["Jira, Figma etc. You decide"]),
    "companies": ("Acme Inc. Sells to Foo Ltd. Europe", ["Acme Inc. Sells to Foo Ltd. Europe"]),
    "versus": ("Build vs. Buy", ["Build vs. Buy"]),
    "degrees": ("A B.S. Degree or Ph.D. Required", ["A B.S. Degree or Ph.D. Required"]),
    "countries": ("In the U.S. Market and the U.K. Market", ["In the U.S. Market and the U.K. Market"]),
    "initials": ("Founded by J. Smith in 2001", ["Founded by J. Smith in 2001"]),
    "titles of people": ("Ask Dr. Jones or Ms. Lee", ["Ask Dr. Jones or Ms. Lee"]),
    "years": ("Min. Five yrs. Experience", ["Min. Five yrs. Experience"]),
    "in brackets": ("Own tools (e.g. Jira) now. Ship", ["Own tools (e.g. Jira) now.", "Ship"]),
    "a sentence after one": ("Ask Dr. Jones. Own it.", ["Ask Dr. Jones.", "Own it."]),
    "a word that ends like one": ("We ship weekly. Fig trees grow", ["We ship weekly.", "Fig trees grow"]),
}


@pytest.mark.parametrize("name", SENTENCES)
def test_sentences(name: str) -> None:
    """Sentences end at full stops, but not at those of abbreviations."""
    description, expected = SENTENCES[name]

    assert expected == lines(description)


def test_lists_in_prose_are_cut_at_semicolons() -> None:
    """A sentence of more than 240 characters is cut at its semicolons, a shorter one is not."""
    items = [
        f"own the {word} roadmap of the northern depots and all that it needs" for word in "rail road river".split()
    ]
    long = "; ".join([*items, *items])

    assert [item + ";" for item in [*items, *items]][:-1] == lines(long)[:-1]
    assert 6 == len(lines(long))
    assert ["own it; ship it; cut it"] == lines("own it; ship it; cut it")


def test_only_the_long_sentence_is_cut_at_semicolons() -> None:
    """Semicolons of a short sentence cut nothing, whatever stands before it in the block."""
    items = [f"own the {word} roadmap of the northern depots and all that it needs" for word in ("rail", "road")]
    long = "; ".join([*items, *items, "and so on"]) + "."
    short = "Groom it; ship it."

    assert ["and so on.", short] == lines(f"{long} {short}")[-2:]
    assert [item + ";" for item in [*items, *items]] == lines(f"{long} {short}")[:-2]
    assert [f"{'a ' * 99}bb.", short] == lines(f"{'a ' * 99}bb. {short}")


def test_a_sentence_is_long_from_241_characters() -> None:
    """At 240 characters a sentence is whole, at 241 its semicolon cuts it."""
    whole = f"{'a' * 200}; {'b' * 38}"

    assert [whole] == lines(whole)
    assert [f"{'a' * 200};", "b" * 39] == lines(whole + "b")


def test_offsets_of_later_blocks() -> None:
    """Offsets count all blocks before, not the last one alone."""
    text = read_text("One\nTwo\nThree\nFour")

    assert [(0, 3), (4, 7), (8, 13), (14, 18)] == [(line.start, line.end) for line in text.lines]


@pytest.mark.parametrize(
    ("glued", "expected"),
    [
        ("We build maps.You will own them", ["We build maps.", "You will own them"]),
        ("ResponsibilitiesOwn the roadmap", ["Responsibilities", "Own the roadmap"]),
        ("What you own:Lead the team", ["What you own:", "Lead the team"]),
        ("Know JavaScript and GitHub", ["Know JavaScript and GitHub"]),
        ("We use iPhones and eBay", ["We use iPhones and eBay"]),
    ],
)
def test_glued_joins(glued: str, expected: list[str]) -> None:
    """Where a line end was lost between two words, they are parted; names in camel case are not."""
    assert expected == lines(glued)


def test_lost_newlines_in_long_blocks() -> None:
    """A long block whose newlines became spaces is cut before the verbs and headings that start bullets."""
    description = (
        "The Role You join a small group in the harbour that keeps barges moving Responsibilities Define the roadmap "
        "for the lock planner with the harbour masters Develop cases for new berths with the finance group Manage the "
        "backlog with two squads of engineers in Gent"
    )

    assert [
        "The Role You join a small group in the harbour that keeps barges moving",
        "Responsibilities",
        "Define the roadmap for the lock planner with the harbour masters",
        "Develop cases for new berths with the finance group",
        "Manage the backlog with two squads of engineers in Gent",
    ] == lines(description)


@pytest.mark.parametrize(
    "description",
    [
        "İstanbul'da büyük. İİİ Own it. Ship İt",
        "Straße und Maß. Own the ẞ line",
        "Own it 🚀🚀. 👩‍👩‍👧 Lead families",
        "Cafe\u0301 owners. E\u0301lan is re\u0301al",
        "<p>İ &amp; ß</p><p>🚢 ﬁ ligature. Ǆ too</p>",
        "ﷺ. \U0001f1e7\U0001f1ea Belgium. 東京。大阪",
        "\u202eevil\u202c text. Plain",
        "A\x00B\x1bC. D\x07E",
    ],
)
def test_offsets(description: str) -> None:
    """Every line quotes the text as shown at its offsets, and lines stand in order."""
    text = read_text(description)

    assert [line.text for line in text.lines] == [text.text[line.start : line.end] for line in text.lines]
    assert text.lines
    assert all(a.end <= b.start for a, b in pairwise(text.lines))


def test_lines_and_blocks() -> None:
    """A block of two sentences is one line of the text as shown and two lines to judge."""
    text = read_text("<p>Own it. Ship it.</p><p>Rest.</p>")

    assert "Own it. Ship it.\nRest." == text.text
    assert (Line("Own it.", 0, 7), Line("Ship it.", 8, 16), Line("Rest.", 17, 22)) == text.lines


MIB = 1 << 20
HOSTILE = {
    "unclosed tags": "<p",
    "open divs": "<div>",
    "nested divs": "<div><p>",
    "comments": "<!--",
    "half comments": "<!-- --",
    "scripts": "<script>",
    "quotes in tags": '<a href="',
    "attributes": "<p a=b ",
    "links": "[a](",
    "brackets": "[[",
    "entities": "&amp;",
    "half entities": "&amp",
    "escaped tags": "&lt;p&gt;",
    "escaped twice": "&amp;lt;p&amp;gt;",
    "stars": "*",
    "underscores": "_a",
    "backticks": "`",
    "backslashes": "\\",
    "hashes": "# ",
    "spaces": " ",
    "newlines": "\n",
    "full stops": ". A",
    "semicolons": "a; ",
    "bullets": "• ",
    "capitals": "aaaA",
    "less-than": "<",
    "headings": "Requirements ",
    "verbs": "Own the ",
    "one word": "a",
    "dotless": "İ",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_shapes_run_to_the_end(name: str) -> None:
    """A mebibyte of any shape is read to its end: a word after it is still a part of the text."""
    shape = HOSTILE[name]
    body = shape * ((MIB - 20) // len(shape))
    text = read_text(f"{body}\nLast lockkeeper")

    assert text.text.endswith("lockkeeper")
    assert not text.truncated
    assert all(line.text == text.text[line.start : line.end] for line in text.lines)


def test_truncation() -> None:
    """Text up to a mebibyte is read whole; what is longer is cut there, and said so."""
    whole = read_text("a" * MAX_CHARACTERS)
    longer = read_text("a" * MAX_CHARACTERS + " tail")

    assert (MIB, False) == (len(whole.text), whole.truncated)
    assert ("a" * MIB, True) == (longer.text, longer.truncated)


def test_an_entity_of_thousands_of_digits() -> None:
    """It is no character; Python would refuse to read its number."""
    assert "R&D \ufffd and more" == read_text("R&amp;D &#" + "9" * 5_000 + "; and more").text
