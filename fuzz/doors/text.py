"""A description, plain or marked up: cleaned, cut into lines, masked and judged, by each path that there is."""

import math
from functools import cache

from oracle import is_text, within_budget
from postclass.batches import to_batch, verdicts_of
from postclass.features import read_posting
from postclass.judge import JudgeSettings
from postclass.kernel.cache import is_compiled
from postclass.modelfile import load_model
from postclass.posting import Posting
from postclass.scorer import Scorer, Way
from postclass.text import read_text

MAX_LEN = 2048
LONG = 2**16  # characters
CLOSE = 1e-9


def door(data: bytes) -> None:
    """Clean and judge it; one input in eight is repeated until it is long, which finds steps that are not linear."""
    text = data[1:].decode("utf-8", "replace")
    check_lines(text)
    if not text:
        return
    if data[0] % 8 == 0:
        long = text * (LONG // len(text))
        within_budget(lambda: read_posting(Posting(long)), what=f"{len(long):,} characters of {text[:80]!r}")
    else:
        check_verdicts(text)


def check_lines(description: str) -> None:
    """Spans quote the text, lines hold a word and stand in order."""
    text, end = read_text(description), 0
    for line in text.lines:
        assert text.text[line.start : line.end] == line.text == line.text.strip()
        assert any(character.isalnum() or character == "_" for character in line.text)
        assert end <= line.start < line.end
        end = line.end
    assert is_text(text.text)


def check_verdicts(description: str) -> None:
    """The plain path, the numpy one and, where this machine has compiled it, the compiled one agree."""
    postings = to_batch([Posting(f"{description}\n{COMMON}", title=description[:40], company=description[-9:] or None)])
    verdicts = {way: next(verdicts_of(scorer.judge(postings))) for way, scorer in scorers().items()}
    plain = verdicts.pop("plain")
    assert plain.p_director is None or 0 <= plain.p_director <= 1
    for way, other in verdicts.items():
        assert (way, plain.level, plain.traits, plain.notes) == (way, other.level, other.traits, other.notes)
        pairs = ((plain.p_director, other.p_director), (plain.p_in_scope, other.p_in_scope))
        for mine, its in pairs:
            assert (mine is None) == (its is None)
            assert mine is None or its is None or math.isclose(mine, its, rel_tol=0, abs_tol=CLOSE)


@cache
def scorers() -> dict[Way, Scorer]:
    """The shipped model by each path."""
    ways: list[Way] = ["plain", "numpy", *(["compiled"] if is_compiled() else [])]  # type: ignore[list-item]
    model = load_model()
    return {way: Scorer(model, JudgeSettings(), way=way) for way in ways}


# Enough English about product work that a text put before it is judged at all.
COMMON = """You own the roadmap of our billing product and say what is built next, and why.
- Work with designers and engineers every day to bring features to the people who use them.
- Lead four product managers, hire more of them, and answer for what the whole portfolio earns.
- Talk to customers each week and write down what they need."""
