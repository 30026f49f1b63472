"""The numpy path against the plain one: words, grams, the level head alone and whole verdicts; without numba."""

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import soup
from postclass import Posting, load_model
from postclass.explain import top_terms
from postclass.features import Space, read_posting, words_of
from postclass.judge import JudgeSettings
from postclass.kernel import vectors as module
from postclass.kernel.arrays import FAULTS, JUDGED, NO_TERM
from postclass.kernel.lookup import Lookup
from postclass.kernel.vectors import Vectors
from postclass.kernel.vocabulary import UNKNOWN, vocabulary
from postclass.opinion import form_opinion, found

MODEL = load_model()
PARTS = MODEL.parts
VECTORS = Vectors(PARTS)
# Words that do not fit a key, or fill it, or share its beginning.
TERMS = (
    "a", "b", "+", "a b", "a b a", "b +", "straße", "данные", "данные a", "i", "ς", "k", "internationalize",
    "internationaliz", "internationalizes", "internationalization", "cross_functional", "cross_functiona1",
)  # fmt: skip


def _lookup(terms: tuple[str, ...]) -> tuple[Lookup, dict[str, int]]:
    space = Space(terms, {}, [1.0] * len(terms), 3, "binary")
    v = vocabulary((space, space, space), sparse=1)
    grams = np.flatnonzero(v.terms[:, 0] != NO_TERM)
    return Lookup(v), {terms[v.terms[gram, 0]]: int(gram) for gram in grams}


LOOKUP, GRAMS = _lookup(TERMS)


def _plainly(texts: list[str]) -> list[list[set[int]]]:
    """For each word of each text the grams that begin with it, by the text of their words."""
    every = []
    for text in texts:
        words = words_of(text)
        named = [[" ".join(words[i : i + n]) for n in (1, 2, 3) if i + n <= len(words)] for i in range(len(words))]
        every.append([{GRAMS[gram] for gram in grams if gram in GRAMS} for grams in named])
    return every


def _by_lookup(texts: list[str]) -> list[list[set[int]]]:
    words = LOOKUP.words(texts)
    grams = [set(row) & set(GRAMS.values()) for row in LOOKUP.grams(words.numbers, words.ends).tolist()]
    starts = [0, *words.ends[:-1].tolist()]
    return [grams[start:end] for start, end in zip(starts, words.ends.tolist(), strict=True)]


def test_grams_are_those_of_the_words() -> None:
    """Words, pairs and triples are found in their own text alone, whatever their letters and lengths."""
    texts = [
        "A b a",
        "",
        "a+b ++",
        "a",
        "b",
        "a b\nSTRASSE Straße",
        "ДАННЫЕ a",
        "\u212a K İ ΑΣ Σ",
        *TERMS,
        " ".join(TERMS),
    ]

    assert _plainly(texts) == _by_lookup(texts)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.text(max_size=60) | st.lists(st.sampled_from(TERMS)).map(" ".join), min_size=1, max_size=5))
@example(["\ud800 a", "a"])
@example(["Σ", "ΑΣ a b", "İ"])
def test_words_of_any_texts(texts: list[str]) -> None:
    """Any texts have the words that `words_of` finds, as long as there, and their grams."""
    words = LOOKUP.words(texts)
    each = [words_of(text) for text in texts]

    assert np.cumsum([len(words) for words in each]).tolist() == words.ends.tolist()
    assert [len(word) for words in each for word in words] == words.lengths.tolist()
    assert _plainly(texts) == _by_lookup(texts)


def test_every_letter_is_as_in_a_text() -> None:
    """Every code point, alone and within a word, makes the words that it makes in a text."""
    for start in range(0, sys.maxunicode + 1, 1 << 14):
        texts = [f"a{chr(point)}b {chr(point)}" for point in range(start, min(start + (1 << 14), sys.maxunicode + 1))]
        words, each = LOOKUP.words(texts), [words_of(text) for text in texts]

        assert np.cumsum([len(words) for words in each]).tolist() == words.ends.tolist()
        assert [GRAMS.get(word, UNKNOWN) for words in each for word in words] == words.numbers.tolist()


@pytest.mark.parametrize("characters", [1, 1 << 20])
def test_wordings_are_those_of_the_level_head(characters: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The level head alone has the same log-odds and top terms, whatever the texts and how many at a time."""
    monkeypatch.setattr(module, "_CHARACTERS", characters)
    texts = [p["description"] for p in soup.own_postings()] + list(soup.texts(300, seed=4)) + ["", "++ a", "x" * 70_000]
    expected = [form_opinion(PARTS, [words_of(text)]) for text in texts]
    terms = [top_terms(opinion, PARTS.level_space) for opinion in expected]
    got = VECTORS.wordings(texts, tell=True)
    named = [[PARTS.level_space.terms[term] for term in row if term != NO_TERM] for row in got.terms]

    slope, mean = PARTS.wording
    assert [opinion.wording for opinion in expected] == pytest.approx(
        (slope * (got.log_odds - mean)).tolist(), abs=1e-12
    )
    assert [[term.term for term in row] for row in terms] == named
    weights = [term.weight for row in terms for term in row]
    assert weights == pytest.approx(got.shares[got.terms != NO_TERM].tolist(), abs=1e-12)


def test_wordings_of_an_arrow_array() -> None:
    """An Arrow array, or a slice of one, has the numbers of its texts."""
    texts = ["Leads a team of product managers.", "", "Writes the backlog."]
    expected = VECTORS.wordings(texts[1:], tell=False)

    assert expected.log_odds.tolist() == VECTORS.wordings(pa.array(texts).slice(1), tell=False).log_odds.tolist()
    assert 0 == len(VECTORS.wordings([], tell=True).log_odds)


@pytest.mark.parametrize("texts", [1, 7, 128])
def test_numbers_are_those_of_the_plain_path(texts: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Faults, log-odds, scope, traits and terms are those of the plain path, however many are read at a time."""
    monkeypatch.setattr(module, "_TEXTS", texts)
    postings = soup.postings()
    readings = [read_posting(posting) for posting in postings]
    got = Vectors(PARTS).judge(readings, tell=True)
    verdicts = list(MODEL.judge(postings, settings=JudgeSettings()))

    assert [v.p_director is not None for v in verdicts] == (got.status == JUDGED).tolist()
    for row, (reading, verdict) in enumerate(zip(readings, verdicts, strict=True)):
        assert ("truncated" in verdict.notes) == got.cut[row]
        if got.status[row] != JUDGED:
            assert FAULTS[got.status[row] - 1] == verdict.notes[0]
            assert np.isnan(got.log_odds[row])
            continue
        opinion = form_opinion(PARTS, reading.words)

        assert opinion.log_odds == pytest.approx(got.log_odds[row], abs=1e-9)
        assert verdict.p_in_scope == pytest.approx(got.p_in_scope[row], abs=1e-9)
        assert found(PARTS, opinion) == tuple(np.array(PARTS.traits)[got.found[row]].tolist())


@pytest.mark.parametrize("description", ["", " \n", "+", "Σ"])
def test_one_posting_of_nothing(description: str) -> None:
    """A posting without words, alone in its batch, is not judged."""
    numbers = VECTORS.judge([read_posting(Posting(description))], tell=True)

    assert JUDGED != numbers.status[0]
    assert not numbers.found.any()


def test_other_line_spaces() -> None:
    """Line terms that count once, and norms of other powers, have their meaning here too."""
    parts = replace(PARTS, line_space=replace(PARTS.line_space, tf="binary", power=1.0, scale=1.0))
    readings = [read_posting(posting) for posting in soup.postings()[:5]]
    expected = [form_opinion(parts, reading.words).log_odds for reading in readings]

    assert expected == pytest.approx(Vectors(parts).judge(readings, tell=False).log_odds.tolist(), abs=1e-9)


def test_level_terms_that_count_several_times_are_refused() -> None:
    """A model whose level space is sublinear is refused, not judged in some other way."""
    with pytest.raises(ValueError, match="a term counts once"):
        Vectors(replace(PARTS, level_space=replace(PARTS.level_space, tf="sublinear")))


def test_numba_is_not_needed() -> None:
    """Where numba cannot be imported, numpy judges."""
    code = (
        "import sys; sys.modules['numba'] = None\n"
        "import soup\n"
        "from postclass.batches import to_batch\n"
        "from postclass.judge import JudgeSettings\n"
        "from postclass.scorer import Scorer\n"
        "from postclass import load_model\n"
        "print(Scorer(load_model(), JudgeSettings(), way='numpy').judge(to_batch(soup.postings()[:3])).num_rows)"
    )
    path = [*filter(None, sys.path)]
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path[:0] = {path!r}\n{code}"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert "3\n" == done.stdout, done.stderr
