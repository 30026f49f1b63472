"""A posting's description goes in, in any of its formats; its lines with character offsets come out.

Plain text, HTML, entity-escaped HTML (once or twice) and Markdown of one posting give the same lines. Every step
is linear in the length of the text: no pattern here can backtrack over more than a bounded window.
"""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass

# 1 MiB of text is 200 times a usual posting; beyond it nothing about the role is left to be said.
MAX_CHARACTERS = 1 << 20
# A sentence longer than this that holds semicolons is a list in prose.
LONG_SENTENCE = 240

# Tags that end a line; every other tag leaves the line it stands in as it is.
_BLOCK_TAGS = frozenset(
    "address article aside blockquote body br dd div dl dt fieldset figure footer form h1 h2 h3 h4 h5 h6 header hr html li "
    "main nav ol option p pre section select table tbody td tfoot th thead title tr ul".split()
)
_INLINE_TAGS = "a abbr b big code em font i img mark s small span strike strong sub sup u".split()
_KNOWN_TAG = re.compile(
    # The letter is asked for first, for fifty names are tried at every "<" otherwise.
    rf"</?(?=[a-z])(?:{'|'.join(sorted({*_BLOCK_TAGS, *_INLINE_TAGS}, key=len, reverse=True))})(?=[\s/>])|<!--",
    re.IGNORECASE,
)
# A tag never reaches past the next "<", so that each character is looked at a bounded number of times.
_TAG = re.compile(
    r"""</?([a-z][a-z0-9:-]{0,30})(?:\s(?:"[^"<]*+"|'[^'<]*+'|[^<>"'])*+)?>|</?([a-z][a-z0-9:-]{0,30})[^<>]*+>|<![^<>]*+>""",
    re.IGNORECASE,
)
_HIDDEN = re.compile(r"<(script|style|template|noscript|head|svg|iframe|object)(?=[\s>])|<!--", re.IGNORECASE)
_ESCAPED_TAG = re.compile(r"&(?:amp;)?lt;/?(?:p|br|li|ul|ol|div|span|strong|b|em|h[1-6])\b", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z][a-z0-9]{1,30});", re.IGNORECASE)
# Longer numbers are no characters, and Python refuses to read one of more than 4,300 digits.
_HUGE_ENTITY = re.compile(r"&#[0-9]{1000,};?")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\x00-\x08\x0e-\x1b\x7f]")
_NEWLINE = re.compile("\r\n?|[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_SPACES = re.compile(r"[^\S\n]+")
_INLINE_BULLET = re.compile(r"[ \t]*[\u2022\u25cf\u25aa\u25e6\u2023\u2043\u25a0\u25cb\u27a2\u2756\uf0b7][ \t]*")
_MARK = re.compile(
    r"^[ \t]*(?:#{1,6}(?=\s|$)|>{1,3}(?=\s|$)|[-*+\u2013\u2014\u00b7](?=\s|$)|\(?\d{1,2}[.)](?=\s))[ \t]*", re.MULTILINE
)
_EMPHASIS = re.compile(
    r"(?<!\\)(?:\*{2,3}|__+|`+)|(?<![\w*\\])\*(?=[^\s*])|(?<=[^\s*\\])\*(?![\w*])|(?<![\w\\])_(?=\w)|(?<=[^\W_])_(?!\w)"
)
_LINK = re.compile(r"!?\[([^\[\]\n]{0,300})\]\((?:[^()\s]{0,2000})\)")
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")

# Sentences end at . ! ? before a capital, a digit or an opening quote; words after which a full stop ends nothing:
_ABBREVIATIONS = frozenset(
    "e.g i.e eg ie etc vs inc ltd co corp no approx dept est incl u.s u.k u.s.a ph.d b.s m.s b.a m.b.a st dr mr ms mrs sr jr "
    "min max yrs yr ext fig".split()
)
_SENTENCE = re.compile(
    r"[.!?][\"'\u2019\u201d)\]]?(?: (?=[\"'\u201c\u2018(\[]?[A-Z0-9])|(?<=[a-z)\]\"'.!?][.!?])(?=[A-Z][a-z]))"
)
_GLUE = re.compile(r"(?<=[a-z]{3}[.!?:;])(?=[A-Z][a-z'\u2019 ])|(?<=[a-z]{4})(?=[A-Z][a-z]+ )")
# Where newlines were lost, a bullet starts at a capitalised verb (or heading) right after a lower-case word.
_BULLET_STARTS = (
    "Act|Advocate|Align|Analy[sz]e|Articulate|Assess|Assist|Balance|Be|Build|Champion|Coach|Collaborate|Communicate|Conduct"
    "|Contribute|Coordinate|Craft|Create|Cultivate|Define|Deliver|Demonstrate|Demonstrated|Design|Determine|Develop|Direct|Drive"
    "|Enable|Engage|Ensure|Establish|Evaluate|Evangelize|Execute|Experience|Facilitate|Familiarity|Foster|Gather|Groom|Guide|Help|Hire"
    "|Identify|Influence|Inspire|Interface|Knowledge|Lead|Leverage|Maintain|Manage|Measure|Mentor|Monitor|Navigate|Negotiate|Oversee"
    "|Own|Participate|Partner|Perform|Plan|Present|Prioritize|Prioritise|Proactively|Produce|Proven|Provide|Recruit|Represent|Research"
    "|Serve|Set|Shape|Spearhead|Strong|Support|Synthesize|Track|Translate|Understand|Use|Validate|Work|Write"
)
_HEADINGS = (
    "About the (?:Role|Team|Job|Company|Position)|About (?:You|Us)|Basic Qualifications|Job Description|Key Responsibilities|Minimum Qualifications"
    "|Nice[- ][Tt]o[- ][Hh]aves?|Preferred Qualifications|Primary Responsibilities|Qualifications|Requirements|Responsibilities|The Role"
    "|What [Yy]ou(?:['\u2019]ll| [Ww]ill)(?: [Bb]e)? (?:[Dd]o(?:ing)?|[Bb]ring|[Nn]eed|[Hh]ave|[Oo]wn)|What (?:We|we)(?:['\u2019]re| are) [Ll]ooking [Ff]or"
    "|Who [Yy]ou [Aa]re|Your (?:Role|Responsibilities|Profile|Impact)"
)
_LOST_NEWLINE = re.compile(
    rf"(?<=[a-z0-9)\]:;.]) (?=(?:{_BULLET_STARTS}) [a-z])|(?<=[\w)\].!?:;\u2019]) (?=(?:{_HEADINGS})\b)"
)
_WORD = re.compile(r"\w")


@dataclass(frozen=True, slots=True)
class Line:
    """One bullet or sentence: `text == shown[start:end]` of the text as shown."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Text:
    """A description as shown: clean text, one block a line, and its lines in order."""

    text: str
    lines: tuple[Line, ...]
    truncated: bool = False


def read_text(description: str) -> Text:
    """Reads a description (plain, HTML, escaped HTML or Markdown) into its text as shown and its lines."""
    truncated = len(description) > MAX_CHARACTERS
    blocks = _blocks(without_markup(description))
    lines: list[Line] = []
    offset = 0
    for block in blocks:
        start = 0
        for cut in (*_cuts(block), len(block)):
            piece = block[start:cut]
            begin = start + len(piece) - len(piece.lstrip())
            end = start + len(piece.rstrip())
            if _WORD.search(block, begin, end):
                lines.append(Line(block[begin:end], offset + begin, offset + end))
            start = cut
        offset += len(block) + 1
    return Text("\n".join(blocks), tuple(lines), truncated)


def without_markup(description: str) -> str:
    """What `read_text` makes lines of: the description with entities, tags and Markdown taken off."""
    return _plain(description[:MAX_CHARACTERS])


def _plain(raw: str) -> str:
    """Takes markup off: entities, tags and Markdown go, newlines stand where blocks end."""
    raw = _NEWLINE.sub("\n", raw)
    for _ in range(2):  # Greenhouse escapes twice
        if _KNOWN_TAG.search(raw) or not _ESCAPED_TAG.search(raw):
            break
        raw = _unescaped(raw)
    if "<" in raw and _KNOWN_TAG.search(raw):
        raw = _strip_html(raw)
    if "&" in raw and _ENTITY.search(raw):
        raw = _unescaped(raw)
    return _strip_markdown(_INVISIBLE.sub("", _NEWLINE.sub("\n", raw)))


def _unescaped(raw: str) -> str:
    return html.unescape(_HUGE_ENTITY.sub("\N{REPLACEMENT CHARACTER}", raw))


def _strip_html(raw: str) -> str:
    """Replaces block tags by newlines and takes the others out; white space in HTML is one space, but for `pre`."""
    raw = _drop_hidden(raw).replace("\n", " ")
    return _TAG.sub(lambda m: "\n" if (m[1] or m[2] or "").lower() in _BLOCK_TAGS else "", raw)


def _drop_hidden(raw: str) -> str:
    """Takes out comments and elements whose content is never shown; an unclosed one hides nothing."""
    kept: list[str] = []
    lowered = raw.lower() if len(raw.lower()) == len(raw) else raw
    position, unclosed = 0, set[str]()
    while match := _HIDDEN.search(raw, position):
        name = (match[1] or "--").lower()
        close = "-->" if name == "--" else f"</{name}"
        end = -1 if close in unclosed else lowered.find(close, match.end())
        if end < 0:
            unclosed.add(close)
            kept.append(raw[position : match.end()])
            position = match.end()
            continue
        kept.append(raw[position : match.start()])
        position = raw.find(">", end) + 1 or len(raw)
    kept.append(raw[position:])
    return "".join(kept)


def _strip_markdown(raw: str) -> str:
    if "](" in raw:
        raw = _LINK.sub(r"\1", raw)
    raw = _MARK.sub("", raw)
    if "*" in raw or "_" in raw or "`" in raw:
        raw = _MARK.sub("", "\n".join(map(_without_emphasis, raw.split("\n"))))
    return _ESCAPE.sub(r"\1", raw) if "\\" in raw else raw


def _without_emphasis(line: str) -> str:
    return _EMPHASIS.sub("", line) if "*" in line or "_" in line or "`" in line else line


def _blocks(plain: str) -> list[str]:
    """Splits clean text at newlines, inline bullets and lost newlines; pieces without a word are dropped."""
    plain = _GLUE.sub("\n", _INLINE_BULLET.sub("\n", _SPACES.sub(" ", plain)))
    blocks: list[str] = []
    for piece in plain.split("\n"):
        block = _MARK.sub("", piece).strip()
        if len(block) > LONG_SENTENCE:
            blocks.extend(part for part in _LOST_NEWLINE.sub("\n", block).split("\n") if _WORD.search(part))
        elif _WORD.search(block):
            blocks.append(block)
    return blocks


def _cuts(block: str) -> Iterator[int]:
    """Yields the offsets at which a block's next sentence starts; semicolons cut sentences that are lists."""
    last = 0
    for match in _SENTENCE.finditer(block):
        if match[0][0] == "." and _is_abbreviation(block, match.start()):
            continue
        yield from _list_cuts(block, last, match.end())
        yield match.end()
        last = match.end()
    yield from _list_cuts(block, last, len(block))


def _list_cuts(block: str, start: int, end: int) -> Iterator[int]:
    if end - start > LONG_SENTENCE:
        while (start := block.find("; ", start, end) + 2) > 1:
            yield start


def _is_abbreviation(block: str, stop: int) -> bool:
    word = block[max(block.rfind(" ", max(0, stop - 12), stop) + 1, stop - 12) : stop].lstrip("(").lower()
    return word in _ABBREVIATIONS or (len(word) == 1 and word.isalpha())
