"""What an audit says in words: a finding in; its headline, its certainty and plain advice out."""

from collections.abc import Mapping, Sequence

from postclass.finding import FINDING_NOTES, KINDS, Audit, Finding, Kind
from postclass.report.words import LEVEL_WORDS, begun, listed, one_line, percent
from postclass.traits import Trait
from postclass.verdict import NOTES, Flip

# How sure, in words: the least probability for each, and what a person says.
CERTAINTY = ((0.97, "almost certain"), (0.9, "very likely"), (0.75, "likely"), (0.0, "more likely than not"))
KIND_WORDS: dict[Kind, str] = {
    "inflated": "title above text",
    "deflated": "title below text",
    "consistent": "the text does not contradict the title",
    "undecided": "undecided",
    "out_of_scope": "not product management",
}
LISTED = 3  # traits or lines in one sentence; the report lists them all
QUOTED = 120  # characters of a line within a sentence
TRUTH = "Write only what is true of the role: where the text is right, it is the title that should change."
LIMITS = (
    "It reads the text of a posting and nothing else: not the job, the company's grades, the pay or who does the work.",
    "It judges postings, never people: a finding is a reason to read the posting again, and no more than that.",
    "A posting can leave out what the job holds: “missing” means that the text does not say it.",
    "It knows English postings for product-management roles, and it is wrong at times: docs/audit.md says how often.",
)


def certain(probability: float) -> str:
    """A probability in words and as a number: `very likely (93 %)`."""
    return f"{next(words for least, words in CERTAINTY if probability >= least)} ({percent(probability)})"


def headline(finding: Finding) -> str:
    """The finding in one sentence."""
    text = _text_words(finding)
    sure = "" if finding.probability is None else f", {certain(finding.probability)}"
    if finding.kind == "undecided":
        return f"Undecided: {listed([_note(note) for note in finding.notes])}{_leaning(finding)}."
    if finding.kind == "out_of_scope":
        if "other_trade" in finding.notes:
            return f"{begun(FINDING_NOTES['other_trade'])}, so it claims no level; the text describes {text}."
        return "The text does not read like product management, so there is nothing to compare."
    if finding.claimed == "lead":
        return f"The title claims no level of its own; the text describes {text}{_lean_sure(finding)}."
    return {
        "inflated": f"The title claims more than the text shows: a director-level title over {text}{sure}.",
        "deflated": f"The text shows more than the title claims: a PM-level title over {text}{sure}.",
        "consistent": f"Title and text agree: {text}{sure}.",
    }[finding.kind]


def _text_words(finding: Finding) -> str:
    return f"{LEVEL_WORDS[finding.lean or 'pm']} work"


def _lean_sure(finding: Finding) -> str:
    p = finding.p_director
    return "" if p is None else f", {certain(max(p, 1 - p))}"


def _leaning(finding: Finding) -> str:
    return f"; the text leans towards {_text_words(finding)}{_lean_sure(finding)}" if finding.lean else ""


def _note(note: str) -> str:
    return FINDING_NOTES.get(note) or NOTES.get(note, note)


def advice(finding: Finding, traits: Mapping[str, Trait]) -> tuple[str, ...]:
    """What to do, in a few sentences; nothing where there is nothing to do."""
    detail = finding.detail
    told = finding.kind in {"inflated", "deflated"} or "weak" in finding.notes
    if not told or detail is None:
        return ()
    lines = []
    if detail.change is not None and detail.change.titles:
        lines.append(f"A title that fits the text: {_either([f'“{one_line(t)}”' for t in detail.change.titles])}.")
    if detail.missing:
        labels = [traits[key].label for key in detail.missing]
        more = f" and {len(labels) - LISTED} more" if len(labels) > LISTED else ""
        named = ", ".join(labels[:LISTED]) if more else listed(labels)
        lines.append(f"The text does not show what its title promises: {named}{more}.")
    if detail.change is not None:
        lines.append(_text_change(finding, detail.change.text, traits))
    return (*lines, TRUTH)


def _text_change(finding: Finding, flip: Flip | None, traits: Mapping[str, Trait]) -> str:
    if flip is None:
        level = LEVEL_WORDS[finding.claimed]
        return (
            f"No small change of the text would make it read as {level}: change the title, or write the posting anew."
        )
    steps = []
    if flip.add_traits:
        steps.append(f"show {listed([traits[key].label for key in flip.add_traits])}")
    if flip.drop_lines:
        steps.append(f"take out or reword {listed([f'“{_short(line)}”' for line in flip.drop_lines])}")
    change = "; ".join(steps)
    return f"The smallest change of the text that was found: {change}. It would then read as {LEVEL_WORDS[flip.to]}."


def _short(line: str) -> str:
    line = one_line(line)
    return line if len(line) <= QUOTED else f"{line[:QUOTED].rsplit(' ', 1)[0]}…"


def _either(words: Sequence[str]) -> str:
    return " or ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


def summary_words(audit: Audit) -> tuple[str, ...]:
    """The audit in a few sentences."""
    counts = counted(audit.findings)
    unclaimed = sum(finding.kind == "consistent" and finding.claimed == "lead" for finding in audit.findings)
    inflated, deflated, agreeing = counts["inflated"], counts["deflated"], counts["consistent"] - unclaimed
    more = f"; {unclaimed:,} of no level of their own" if unclaimed else ""
    lines = [
        f"{_many(len(audit.findings), 'posting')} audited.",
        f"{_many(inflated, 'title')} above the text, {deflated:,} below it, {agreeing:,} in line with it{more}.",
    ]
    ignored = sum(finding.ignored for finding in audit.findings)
    if counts["undecided"] or counts["out_of_scope"]:
        undecided, outside = f"{counts['undecided']:,}", f"{counts['out_of_scope']:,}"
        lines.append(f"{undecided} undecided and {outside} outside product management: of these nothing is said.")
    if ignored:
        lines.append(f"{_many(ignored, 'finding')} set aside by ignore comments or an ignore file.")
    if audit.rejections:
        lines.append(f"{_many(len(audit.rejections), 'record')} could not be read; they are listed with the reason.")
    return tuple(lines)


def counted(findings: Sequence[Finding]) -> dict[Kind, int]:
    """How many findings there are of each kind, all kinds named."""
    counts = dict.fromkeys(KINDS, 0)
    for finding in findings:
        counts[finding.kind] += 1
    return counts


def _many(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
