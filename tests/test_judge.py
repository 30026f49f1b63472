"""Verdicts of the shipped model: equal to a plain recomputation, blind to titles, and silent where there is no text."""

import math
import re
from collections.abc import Iterator
from dataclasses import replace

import pytest

from own import own_postings, posting, rows, shipped
from postclass.errors import InputError, RecordError
from postclass.features import read_posting
from postclass.judge import MIN_ENGLISH, MIN_KNOWN, MIN_LANGUAGE_WORDS, MIN_LINES, MIN_WORDS, JudgeSettings, fault
from postclass.modelfile import SHIPPED
from postclass.opinion import logistic, logit
from postclass.posting import Posting
from postclass.resources import resource
from postclass.text import MAX_CHARACTERS, read_text
from postclass.titles import claimed_level
from postclass.verdict import LEVELS, Verdict
from reference import Reference

NONE, FULL = JudgeSettings(explain="none"), JudgeSettings(explain="full")
DIRECTOR, PM = own_postings()[0], own_postings()[56]
# One title of each level and shape that a product posting may claim.
TITLES = (
    "Product Manager",
    "Senior Product Manager, Payments",
    "Group Product Manager",
    "Director of Product",
    "VP, Product Management (Platform)",
    "Chief Product Officer",
)


@pytest.fixture(scope="module")
def verdicts() -> tuple[Verdict, ...]:
    """The shipped model's verdicts on the project's own postings, told in full."""
    return tuple(shipped().judge(own_postings(), settings=FULL))


def usable(verdicts: tuple[Verdict, ...]) -> Iterator[tuple[Posting, Verdict, float]]:
    """The verdicts that hold a probability, with their postings."""
    for given, verdict in zip(own_postings(), verdicts, strict=True):
        if verdict.p_director is not None:
            yield given, verdict, verdict.p_director


def test_director_and_pm() -> None:
    """A director's posting and a PM's are told apart."""
    director, pm = shipped().judge([DIRECTOR, PM])

    assert ("director", "pm") == (director.level, pm.level)
    assert (1, 1) == (director.row, pm.row)
    assert ("own-001", "Harrowgate Lending") == (director.id, director.company)
    assert [DIRECTOR.title, PM.title] == [director.title, pm.title]


def test_equal_to_a_plain_recomputation(verdicts: tuple[Verdict, ...]) -> None:
    """Probabilities and traits are those that scikit-learn and numpy compute from the model's files, within 1e-9."""
    reference = Reference(resource(SHIPPED))
    told = list(usable(verdicts))
    expected = [reference.judge(read_posting(given)) for given, _, _ in told]

    assert len(told) > 70
    assert [logistic(e.log_odds) for e in expected] == pytest.approx([p for _, _, p in told], abs=1e-9)
    assert [e.log_odds for e in expected] == pytest.approx([logit(p) for _, _, p in told], abs=1e-9)
    assert [e.p_in_scope for e in expected] == pytest.approx([v.p_in_scope for _, v, _ in told], abs=1e-9)
    assert [e.traits for e in expected] == [v.traits for _, v, _ in told]


def test_shares_add_up(verdicts: tuple[Verdict, ...]) -> None:
    """The reasons add up to logit of p_director, within 1e-9; there is one for each trait, the wording and the bias."""
    for _, verdict, p_director in usable(verdicts):
        assert verdict.explanation is not None
        reasons = verdict.explanation.reasons

        assert logit(p_director) == pytest.approx(sum(reason.log_odds for reason in reasons), abs=1e-9)
        assert ["bias", "wording", *shipped().parts.traits] == [reason.key for reason in reasons]


def swapped(given: Posting, title: str) -> Posting:
    """The posting under another title: in its field, and wherever its text holds the old one, whole or in its head."""
    old = given.title or ""
    head = re.split(r"\s*[,(|:\u2013\u2014]|\s-\s", old, maxsplit=1)[0].strip()
    names = "|".join(re.escape(name) for name in (old, head) if " " in name)
    return replace(given, title=title, description=re.sub(rf"(?<!\w)(?:{names})(?!\w)", title, given.description))


@pytest.mark.parametrize("title", [*TITLES, None])
def test_the_claimed_title_never_matters(verdicts: tuple[Verdict, ...], title: str | None) -> None:
    """Under any other product title, or none, no verdict on a product posting changes and no probability by 0.02."""
    told = [(p, v, chance) for p, v, chance in usable(verdicts) if claimed_level(p.title or "") != "other"]
    others = [swapped(given, title) if title else replace(given, title=None) for given, _, _ in told]
    differences = {}
    for (given, verdict, p_director), again in zip(told, shipped().judge(others, settings=NONE), strict=True):
        if verdict.level != again.level or abs(p_director - (again.p_director or 0)) > 0.02:
            differences[given.id] = (verdict.level, again.level, p_director, again.p_director)

    assert len(told) > 55
    assert {} == differences


def test_titles_are_swapped_in_text() -> None:
    """The postings that the last test reads do hold their titles, and hold the new ones after."""
    changed = [given for given in own_postings() if swapped(given, "X Y").description != given.description]

    assert len(changed) > 10
    assert all("X Y" in swapped(given, "X Y").description for given in changed)


@pytest.mark.parametrize("prior", [math.nan, 0.0, 1.0, 2.0, -math.inf])
def test_a_prior_that_is_no_share(prior: float) -> None:
    """It is refused by its name, before anything is judged."""
    with pytest.raises(InputError, match=rf"prior: {prior} is no share between 0 and 1"):
        JudgeSettings(prior=prior)


@pytest.mark.parametrize("prior", [0.05, 0.2, 0.6])
def test_prior(prior: float) -> None:
    """Another share of directors moves the log-odds of every posting by the same amount."""
    decision = shipped().parts.decision
    usual, moved = (
        shipped().judge_one(DIRECTOR, settings=JudgeSettings(explain="full", prior=share)) for share in (None, prior)
    )
    assert usual.p_director is not None
    assert moved.p_director is not None
    assert moved.explanation is not None
    shift = logit(prior) - logit(decision.prior)

    assert shift == pytest.approx(logit(moved.p_director) - logit(usual.p_director), abs=1e-9)
    assert logit(moved.p_director) == pytest.approx(sum(r.log_odds for r in moved.explanation.reasons), abs=1e-9)


@pytest.mark.parametrize("text", ["", " \n\t", "<p></p>", "---\n***", "…", "\ufeff", "<!-- hidden -->"])
def test_empty(text: str) -> None:
    """Without a word there is no verdict, and the note says so."""
    verdict = shipped().judge_one(Posting(text, title="Director of Product"))

    assert ("unclear", None, None, (), (), ("empty",)) == (
        verdict.level,
        verdict.p_director,
        verdict.p_in_scope,
        verdict.traits,
        verdict.top_terms,
        verdict.notes,
    )
    assert verdict.explanation is None


LINE = "You own the roadmap of our maps and work with the engineers on it"  # 14 words


@pytest.mark.parametrize(
    ("description", "notes"),
    [
        ("Lead product managers", ("too_short",)),
        ("Lead product managers in the team\nSet the vision for the portfolio", ("too_short",)),
        (f"{LINE}\n{LINE}", ("too_short",)),
        (f"{LINE}\n{LINE}\n" + "and " * 11, ("too_short",)),
        (" ".join([LINE] * 10), ("too_short",)),
    ],
)
def test_too_short(description: str, notes: tuple[str, ...]) -> None:
    """Texts of fewer than 40 words or 3 lines never get a level."""
    verdict = shipped().judge_one(Posting(description), settings=FULL)

    assert ("unclear", None, notes) == (verdict.level, verdict.p_director, verdict.notes)


def test_just_long_enough() -> None:
    """Forty words in three lines are judged."""
    description = f"{LINE}\n{LINE}\n" + " ".join(["and"] * 12)

    assert (40, 3) == (MIN_WORDS, MIN_LINES) == (len(description.split()), description.count("\n") + 1)
    assert shipped().judge_one(Posting(description)).p_director is not None


@pytest.mark.parametrize(
    ("words", "english", "known", "why"),
    [
        (40, 0, 0, "not_english"),
        (MIN_LANGUAGE_WORDS, 0, 0, "not_english"),
        (MIN_LANGUAGE_WORDS - 1, 0, 0, "too_short"),
        (1000, 1000 * MIN_ENGLISH, 0, None),
        (1000, 1000 * MIN_ENGLISH - 1, 1000 * MIN_KNOWN, None),
        (1000, 1000 * MIN_ENGLISH - 1, 1000 * MIN_KNOWN - 1, "not_english"),
    ],
)
def test_boundaries_of_a_language(words: int, english: float, known: float, why: str | None) -> None:
    """A text is foreign where too few words are the commonest English ones, and too few are known from postings."""
    text = read_text("Own and carry the whole long roadmap all year, then the next one too\n" * MIN_LINES)

    assert why == fault(text, words, round(english), round(known))


@pytest.mark.parametrize(("description", "why"), [("qq zz ww vv", "not_english"), ("qq zz ww v 5", "too_short")])
def test_words_have_two_letters(description: str, why: str) -> None:
    """A letter alone is no word, two letters are one."""
    assert (why,) == next(shipped().judge([description])).notes


def test_symbols_are_too_short() -> None:
    """Text of single letters and figures has no words to judge, in any language."""
    assert ("too_short",) == shipped().judge_one(Posting("1 2 3\na b c\n4 5 6")).notes


def test_truncated_is_noted() -> None:
    """A description of more than a mebibyte is judged by its start, and noted."""
    text = (PM.description + "\n") * (MAX_CHARACTERS // len(PM.description) + 1)
    whole, cut = (shipped().judge_one(Posting(t), settings=NONE) for t in (text[:MAX_CHARACTERS], text))

    assert ((), ("truncated",)) == (whole.notes, cut.notes)
    assert whole.p_director == cut.p_director
    assert ("empty", "truncated") == shipped().judge_one(Posting(" " * (MAX_CHARACTERS + 1))).notes


def test_how_much_is_told() -> None:
    """None tells level and probabilities, terms adds lists, full adds the explanation; the numbers are the same."""
    nothing = shipped().judge_one(Posting(""), settings=NONE)
    none, terms, full = (
        shipped().judge_one(PM, settings=JudgeSettings(explain=explain)) for explain in ("none", "terms", "full")
    )

    assert (None, None, None) == (none.traits, none.top_terms, none.explanation)
    assert terms == replace(full, explanation=None)
    assert full.explanation is not None
    assert (none.p_director, none.p_in_scope, none.level) == (terms.p_director, terms.p_in_scope, terms.level)
    assert (None, None) == (nothing.traits, nothing.top_terms)


def test_levels() -> None:
    """Scope comes first, then the boundaries on either side of `unclear`."""
    model, decision = shipped(), shipped().parts.decision

    assert "out_of_scope" == model.level(1.0, decision.scope - 1e-9)
    assert "director" == model.level(decision.director, decision.scope)
    assert "pm" == model.level(decision.pm, 1.0)
    assert decision.pm <= 0.5 <= decision.director
    assert {"director", "pm"} <= set(LEVELS)
    if decision.pm < decision.director:
        assert "unclear" == model.level((decision.pm + decision.director) / 2, 1.0)


def test_close_is_noted_where_it_is_unclear(verdicts: tuple[Verdict, ...]) -> None:
    """The note `close` stands at exactly those judged postings that are unclear."""
    told = [verdict for _, verdict, _ in usable(verdicts)]

    assert [verdict.level == "unclear" for verdict in told] == ["close" in verdict.notes for verdict in told]


def test_postings_mappings_and_texts() -> None:
    """Postings, mappings and bare texts are judged alike, and rows are counted from one."""
    mapping: dict[str, object] = {
        "description": PM.description,
        "title": PM.title,
        "company": PM.company,
        "id": 7,
        "more": [],
    }
    a, b, c, d = shipped().judge([PM, mapping, PM.description, {"description": None}])

    assert a.p_director == b.p_director
    assert (2, "7", 3, None) == (b.row, b.id, c.row, c.id)
    assert (PM.title, PM.company) == (b.title, b.company)
    assert c.p_director is not None
    assert ("empty",) == d.notes


def test_a_mapping_without_description() -> None:
    """A mapping without a description is refused with its row and the fields that it has."""
    with pytest.raises(RecordError, match=r"posting 2: no 'description' among title, text"):
        list(shipped().judge([PM, {"title": "A", "text": "B"}]))
    with pytest.raises(RecordError, match=r"posting 1: no 'description' among no fields$"):
        list(shipped().judge([{}]))


def test_judging_is_lazy() -> None:
    """Verdicts come one by one, before the next posting is asked for."""

    def endless() -> Iterator[str]:
        while True:
            yield "Own it"

    assert "unclear" == next(shipped().judge(endless())).level


def test_trait_terms() -> None:
    """The terms that speak for a trait most, strongest first."""
    terms, space = shipped().trait_terms("leads_product_managers", 30), shipped().parts.line_space
    effects = [term.weight * space.idf[space.index[term.term]] for term in terms]

    assert 30 == len(terms)
    assert sorted(effects, reverse=True) == effects
    assert effects[-1] > 0
    assert any("product managers" in term.term for term in terms)
    assert terms[:5] == shipped().trait_terms("leads_product_managers", 5)


def test_rows_of_own_postings_are_judged_alone() -> None:
    """A posting's verdict does not depend on those before it."""
    row = posting(rows("data/labelled/postings.jsonl")[5])
    alone, last = next(shipped().judge([row])), list(shipped().judge([DIRECTOR, PM, row]))[-1]

    assert alone == last
