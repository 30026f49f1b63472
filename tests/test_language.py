"""Postings in twelve other languages never get a level; English that is hard to tell does."""

import random

import pytest

from own import posting, rows, shipped
from postclass.judge import JudgeSettings
from postclass.posting import Posting

NONE = JudgeSettings(explain="none")
FOREIGN = rows("tests/foreign/foreign.jsonl")
ENGLISH = rows("tests/foreign/english_edge.jsonl")
LANGUAGES = sorted({row["language"] for row in FOREIGN})


def test_twelve_languages() -> None:
    """There are five postings in each of twelve languages."""
    assert dict.fromkeys(LANGUAGES, 5) == {
        language: sum(row["language"] == language for row in FOREIGN) for language in LANGUAGES
    }
    assert 12 == len(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_foreign_postings_get_no_level(language: str) -> None:
    """Each posting, and fifteen more made of a language's paragraphs in other orders: none gets a level."""
    texts = [row["description"] for row in FOREIGN if row["language"] == language]
    paragraphs = [paragraph for text in texts for paragraph in text.split("\n") if paragraph.strip()]
    luck = random.Random(language)  # noqa: S311 - not for secrets
    longer = ["\n".join(luck.sample(paragraphs, len(paragraphs) * 2 // 3)) for _ in range(15)]
    verdicts = list(shipped().judge([*texts, *longer], settings=NONE))

    assert 20 == len(verdicts)
    assert {("unclear", None, None)} == {(v.level, v.p_director, v.p_in_scope) for v in verdicts}
    assert {("not_english",)} == {v.notes for v in verdicts}


@pytest.mark.parametrize("language", LANGUAGES)
def test_english_frames_do_not_help(language: str) -> None:
    """An English title, company line and closing formula leave a foreign posting foreign."""
    given = [posting(row) for row in FOREIGN if row["language"] == language]
    framed = [
        Posting(f"Director of Product\n{p.description}\nApply now. Equal opportunity employer.", title=p.title)
        for p in given
    ]
    verdicts = list(shipped().judge(framed, settings=NONE))

    assert {("not_english",)} == {verdict.notes for verdict in verdicts}


@pytest.mark.parametrize("row", ENGLISH, ids=[row["id"] for row in ENGLISH])
def test_hard_english_is_judged(row: dict[str, str]) -> None:
    """English among foreign names, in telegram style or with bits of other languages is judged."""
    verdict = shipped().judge_one(posting(row), settings=NONE)

    assert verdict.p_director is not None
    assert "not_english" not in verdict.notes


@pytest.mark.parametrize("language", LANGUAGES)
def test_two_foreign_lines(language: str) -> None:
    """Two lines of a foreign posting get no level either."""
    row = next(row for row in FOREIGN if row["language"] == language)
    lines = [line for line in row["description"].split("\n") if line.strip()][:2]

    assert "unclear" == shipped().judge_one(Posting("\n".join(lines))).level
