"""Titles: which level a title claims, and where a posting names its own role or company, so that both can be masked.

The verdict must not depend on the claimed title. So a posting's self-mentions are found by one grammar of product
titles that does not look at the title field; the field, where there is one, only adds what the grammar can't know.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Literal

Claim = Literal["director", "lead", "pm", "other"]
Span = tuple[int, int]

# What the model reads where a title or company stood. It is no token of TF-IDF, so neither the number of words in a
# title nor the number of mentions leaves a trace.
MASK = "\N{MIDDLE DOT}"
# Characters of a title or company that are looked at: the longest of 10,842 real ones has 149, and what is longer is none.
MAX_NAME = 1000
# A title grows from its core by at most this many words on either side.
REACH = 7

# Characters of a word in a title: without an end to it, "head-&" a thousand times over is a thousand words to look
# through for each of its heads.
_LONGEST = 60

_VP = r"(?:[se]?vp|avp|v\.p\.|(?:senior |executive |assistant |associate )?vice[ -]president)"
_UNIT = r"products?(?: (?:management|development|strategy|innovation|ownership|& design|and design))?"
_CORE = re.compile(
    r"(?<![\w-])(?i:"
    # Product Manager, Product Development Lead, Product-Owner
    r"product[ -](?:(?:management|development|line|portfolio|strategy|delivery|platform|growth|operations)[ -])?"
    r"(?:manager|owner|director|lead|head|executive)"
    # Director of Digital Product Management, VP, Product, Head of Products
    rf"|(?:{_VP}|director|head)(?:\s?[,\u2013\u2014:/-]\s?|\s(?:of|for)\s(?:the\s)?|\s)"
    # "the director carries the product P&L" is no title
    rf"(?:(?!(?:an?|the|this|our|your|its|their|all|each|in|to|with|who|will|is|has)\s)[\w&+-]{{1,{_LONGEST}}},?\s){{0,4}}?{_UNIT}"
    r"|chief(?: [\w&]+){0,2}? product(?: (?:and|&) \w+)? officer"
    r")(?!\w)"
    # Manager, Product Management; Lead of Product: in capitals only, since "lead product strategy" is work
    r"|(?<![\w-])(?:Manager|Lead|Leader|Principal)(?:\s?[,\u2013\u2014-]\s?|\sof\s)(?:[A-Z]\w+\s){0,3}?Product(?: Management| Development)?(?!\w)"
    r"|(?<![\w-])CPT?O(?!\w)|(?<![\w-])(?<!\d )(?<!\d)(?:[AGT]?PM|PO)(?![\w-])"
)
_RANK = rf"((?i:(?:senior |managing |associate )?(?:director|manager|{_VP}|head|owner|lead)))"
_BARE = re.compile(
    rf"\b(?:[Tt]he|[Tt]his|[Oo]ur|[Aa]s(?: an?| the| our)?|(?:seeks?|seeking|hiring|appoint|recruit|looking for) an?) {_RANK}"
    r"(?=,| (?:will|is|must|should|shall|has|you|works|leads|owns|reports|role|position|of|for)\b| to\b(?! whom))"
    # "The Managing Director carries": any verb will do after a capital
    rf"|\b(?:[Tt]he|[Tt]his|[Oo]ur) (?=[A-Z]){_RANK}(?= [a-z]{{2,}}s\b)"
    rf"|^{_RANK}(?= (?:will|is|must|should|shall|has)\b)|\b(?i:designation(?: of)?|titled|grade:) {_RANK}\b"
)
# No core without one of the first, no bare rank without one of the second, so that most lines need no pattern. Letters
# that some other sign is a capital of (i, k, s) are left out.
_CORE_SIGNS, _CORE_CAPITALS = ("product",), ("PM", "PO", "CPTO")
_BARE_SIGNS = ("rector", "manager", "vp", "v.p", "dent", "head", "owner", "lead")
_RANKS = frozenset(
    "senior sr sr. snr junior jr jr. associate assistant principal staff group lead global regional technical tech tech. digital interim "
    "founding deputy executive managing agile enterprise corporate strategic vp svp evp avp director head vice president data ai software".split()
)
_FUNCTION_WORDS = frozenset(
    "a about additional after all an and are as at be become becoming being benefits but by company compensation department description duties "
    "each every experience experienced for from full have he hiring how i if in is it its job join key location mission must my no not now of on or "
    "other our overview position primary purpose qualifications remote report reporting reports requirements responsibilities role salary "
    "seeking she skills so summary team that the their there these they this title to type under us we what when where who why will with work working you "
    "your you'll you\u2019ll".split()
)
_KEEP = re.compile(
    r"(?:\b(?:report(?:s|ing)?(?: \w+){0,2} (?:in)?to:?|(?:dotted|solid|reporting) line to|(?:line manager|supervisor):|led by|alongside|(?:work|partner|collaborat|liais|meet|sync|align)(?:s|ing|e|es)?(?: \w+)? with|managed by"
    r"|support(?:s|ing)?|assist(?:s|ing)?|mentor(?:s|ing)?|coach(?:es|ing)?|manag(?:e|es|ing)|supervis(?:e|es|ing)|hir(?:e|es|ing)|lead(?:s|ing)?|under"
    r"|direction of|guidance (?:of|from)|between|fellow|other|with)|/)"
    r"(?: (?:the|our|an?|your|its|their|one|two|more|another|junior|fellow|other|company's|respective|direct))*[ ]?$",
    re.IGNORECASE,
)
# "We're hiring a Product Manager" names the role itself, "you will hire a Product Manager" does not.
_KEEP_NOT = re.compile(
    r"(?:we(?:'re|\u2019re| are)?|is|are|now|currently|team|role|position|experience|work(?:ing)?)\s(?:(?:currently|now|actively)\s)?"
    r"(?:hiring|looking for|seeking|as)\b[^.]*$",
    re.IGNORECASE,
)
_TOKEN_LEFT = re.compile(r"([\w&+.'\u2019/]+)(?:\s?[-\u2013/,&]\s?|\s)$")
_LEVEL_MARK = re.compile(r"\s(?:I{1,3}|IV|V|L\d|\d)(?!\w)")
_BRACKET = re.compile(r"\s?[(\[][^()\[\]\n]{1,60}[)\]]")
_SEPARATOR = re.compile(r"\s?[,\u2013\u2014|/]\s?|\s-\s?|-\s|\s&\s|\s")
_JOINT = re.compile(r"(?:&|and|of|for|the|to)\s")
_CAPITAL = re.compile(rf"[A-Z0-9][\w+'\u2019.&/-]{{0,{_LONGEST}}}\w(?!\w)|[A-Z0-9](?!\w)")
_LEGAL = re.compile(
    r"[,.]?\s+(?:inc|llc|ltd|limited|gmbh|plc|corp|corporation|co|company|ag|sa|bv|pty|group|holdings|technologies|labs)\.?$",
    re.IGNORECASE,
)


def self_mentions(line: str, *, title: str | None = None, company: str | None = None) -> list[Span]:
    """Finds where a line names its own role or company: sorted spans that do not overlap.

    Mentions of other people's roles stay: plurals ("mentor product managers"), and singulars after words that make
    them someone else ("reporting to the VP Product").
    """
    return merged([*role_mentions(line), *name_mentions(line, title=title, company=company)])


def role_mentions(line: str) -> list[Span]:
    """Where a line names a product role as its own, whatever the title field says."""
    return list(_grammar_spans(line))


def name_mentions(line: str, *, title: str | None, company: str | None) -> list[Span]:
    """Where a line holds the given title or company; titles of other trades stay, they say what the role is not."""
    short = _is_short(line)
    of_role = [
        span
        for span in _name_spans(line, _title_names((title or "")[:MAX_NAME]))
        if not _is_someone_else(line, _grown_left(line, span[0], short=short))
    ]
    return [*of_role, *_name_spans(line, _company_names((company or "")[:MAX_NAME]))]


def mask(line: str, spans: list[Span]) -> str:
    """Puts `MASK` where the spans are."""
    pieces, position = [], 0
    for start, end in spans:
        pieces += [line[position:start], MASK]
        position = end
    return "".join([*pieces, line[position:]])


def merged(spans: list[Span]) -> list[Span]:
    """Spans sorted, those that touch made one."""
    result: list[Span] = []
    for start, end in sorted(spans):
        if result and start <= result[-1][1]:
            result[-1] = (result[-1][0], max(end, result[-1][1]))
        else:
            result.append((start, end))
    return result


def _grammar_spans(line: str) -> Iterator[Span]:
    lowered = line.lower()
    if any(sign in lowered for sign in _CORE_SIGNS) or any(sign in line for sign in _CORE_CAPITALS):
        short = _is_short(line)
        for match in _CORE.finditer(line):
            start = _grown_left(line, match.start(), short=short)
            if not _is_someone_else(line, start):
                yield start, _grown_right(line, match.end())
    if any(sign in lowered for sign in _BARE_SIGNS):
        for match in _BARE.finditer(line):
            if not _is_someone_else(line, match.start()):
                yield match.span(match.lastindex or 0)


def _is_someone_else(line: str, start: int) -> bool:
    before = line[max(0, start - 60) : start]
    return bool(_KEEP.search(before)) and not _KEEP_NOT.search(before)


def _is_short(line: str) -> bool:
    """Whether a line may be a heading that is a title as a whole."""
    return line.count(" ") < 2 * REACH


def _grown_left(line: str, start: int, *, short: bool) -> int:
    for _ in range(REACH):
        match = _TOKEN_LEFT.search(line, max(0, start - 40), start)
        if match is None:
            break
        word = match[1].lower()
        capital = match[1][0].isupper() or match[1][0] == "&"
        if word in _FUNCTION_WORDS or not (word in _RANKS or (capital and (match.start() > 0 or short))):
            break
        if word == "lead" and match.start() == 0 and not short:
            break  # "Lead product owner meetings": work, not a rank
        start = match.start()
    return start


def _grown_right(line: str, end: int) -> int:
    if match := _LEVEL_MARK.match(line, end):
        end = match.end()
    if match := _BRACKET.match(line, end):
        end = match.end()
    for _ in range(REACH):
        separator = _SEPARATOR.match(line, end)
        if separator is None:
            break
        position = separator.end()
        if joint := _JOINT.match(line, position):
            position = joint.end()
        word = _CAPITAL.match(line, position)
        if word is None or word[0].lower() in _FUNCTION_WORDS:
            break
        end = word.end()
    if match := _BRACKET.match(line, end):
        end = match.end()
    return end


@lru_cache(maxsize=16)  # all lines of a posting ask for the same names
def _title_names(title: str) -> tuple[str, ...]:
    """The title whole and without what follows its first comma, dash or bracket, when that still is two words or more."""
    if claimed_level(title) == "other":
        return ()
    whole = " ".join(title.split())
    head = re.split(r"\s*[,(|:\u2013\u2014]|\s-\s", whole, maxsplit=1)[0].strip()
    return tuple(name for name in dict.fromkeys((whole, head)) if " " in name)


@lru_cache(maxsize=16)  # as above
def _company_names(company: str) -> tuple[str, ...]:
    if len(company.strip()) < 2:  # noqa: PLR2004 - one letter names nobody
        return ()
    whole = " ".join(company.split())
    return tuple(name for name in dict.fromkeys((whole, _LEGAL.sub("", whole))) if name)  # nothing is left of ", Inc."


def _lowered(text: str) -> str:
    """The text in lower case, character by character: letters that would become two (İ) stay."""
    lowered = text.lower()
    if len(lowered) == len(text):
        return lowered
    return "".join(low if len(low := character.lower()) == 1 else character for character in text)


def _name_spans(line: str, names: tuple[str, ...]) -> Iterator[Span]:
    lowered = _lowered(line)
    for name in names:
        needle = _lowered(name)
        position = lowered.find(needle)
        while position >= 0:
            end = position + len(needle)
            whole = not (position and line[position - 1].isalnum()) and not (end < len(line) and line[end].isalnum())
            if whole:
                yield position, end
            position = lowered.find(needle, end)


# What a title claims. First what it is not: somebody's assistant, a trainee, or a trade beside product management.
_OTHER_TRADE = re.compile(
    r"\b(?:intern|internship|trainee|apprentice|co-op|working student|fellow|chief of staff|assistant to|(?:executive|personal|administrative)"
    r" assistant|recruiter|coach|consultant to)\b|^student products?\b|\bstudent(?= (?:worker|assistant|employee|[mfwd])\b|$)|\bproducts? (?:marketing|design|designer|analyst|analytics manager|engineer|engineering"
    r"|support|specialist|security|quality|safety|compliance|sales|operations|ops|counsel|liability|photographer|tester|test|data scientist"
    r"|data science|copywriter|merchandis\w+|demonstrator|stylist|trainer|education|content|photography|development engineer)\b"
)
_PRODUCTION = re.compile(r"\bproduction\b")
_PRODUCT = re.compile(
    r"\b(?:products?|digital products?) (?:management|manager|owner|lead|leader|director|head|executive|strategy|development|portfolio|innovation)\b"
    r"|\b(?:head|director|vp|svp|evp|avp|president|lead|leader|chief|manager)\b(?: ?[,:/-]| of| for)?(?: the)?(?: [\w&]+){0,5}? products?\b"
    r"|\bproducts? (?:manager|owner|director|head|lead)\b|\bc?pt?o\b|\b[agt]?pm\b"
)
_DIRECTOR = re.compile(
    r"\b(?:director|[se]?vp|avp|vice president|head|chief product(?: \w+){0,3} officer|cpo|cpto|chief)\b"
)
# In banks a vice president is a grade: "VP Product Manager" claims a product manager's work.
_GRADE = re.compile(r"\b(?:[se]?vp|avp|vice president|associate director|director)\b")
_INDIVIDUAL = re.compile(r"\bproducts? (?:manager|owner)\b")
_LEAD = re.compile(r"\b(?:group|lead|leader|principal|staff|gpm)\b")
_MANAGER_OF = re.compile(r"\bmanager(?:,| of)? products?\b")


def claimed_level(title: str) -> Claim:
    """Which level a title claims: director and above, lead (group, lead, principal, staff), PM, or another trade."""
    title = title[:MAX_NAME].lower()
    plain = " ".join(re.sub(r"[^\w&,:/+-]+", " ", title.replace("v.p.", "vp").replace("sr.", "sr")).split())
    plain = re.sub(r"\s*[-:/,]\s+|\s+[-:/]\s*|[/:]", ", ", plain)
    bare = plain.replace(",", "")
    individual = _INDIVIDUAL.search(bare)
    if _OTHER_TRADE.search(plain) or not _PRODUCT.search(bare) or (_PRODUCTION.search(bare) and not individual):
        return "other"
    if individual:
        ranks = _DIRECTOR.sub("", _GRADE.sub("", bare)) if _GRADE.search(bare) else bare
        if re.search(r"\b(?:head|chief)\b", ranks):
            return "director"
        return "lead" if _LEAD.search(ranks) else "pm"
    if _DIRECTOR.search(bare):
        return "director"
    return "lead" if _LEAD.search(bare) or _MANAGER_OF.search(plain) else "pm"
