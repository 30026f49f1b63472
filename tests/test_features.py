"""TF-IDF in plain Python against scikit-learn's, and the words that the model reads."""

import numpy as np
import pytest

from own import own_postings, shipped
from postclass.features import ROLE_WORD, Head, LineHeads, Space, read_posting, scope_words, words_of
from postclass.posting import Posting
from postclass.titles import MASK
from reference import normalised, vectorizer

SPACE = Space(("own", "team", "own the", "the team", "own the team"), {}, (1.0, 2.0, 3.0, 4.0, 5.0), 3, "sublinear")
SPACE.index.update({term: i for i, term in enumerate(SPACE.terms)})


def test_reading() -> None:
    """A posting's lines come out masked and in lower-case words."""
    reading = read_posting(Posting("<p>Acme seeks a Product Manager.</p><p>Lead 8+ people</p>", company="Acme"))

    assert ("Acme seeks a Product Manager.", "Lead 8+ people") == tuple(line.text for line in reading.text.lines)
    assert (f"{MASK} seeks a {MASK}.", "Lead 8+ people") == reading.masked
    assert (["seeks", "a"], ["lead", "8", "+", "people"]) == reading.words
    assert reading.names_role


def test_scope_reads_one_word_more_where_a_role_is_named() -> None:
    """Which product role a text names leaves no trace, only that it names one."""
    texts = ("We seek a Product Manager", "We seek a Chief Product Officer", "We seek a plumber")
    named = [read_posting(Posting(text)).names_role for text in texts]

    assert [True, True, False] == named
    assert ["a", "b", ROLE_WORD] == scope_words([["a"], ["b"]], names_role=True)
    assert ["a", "b"] == scope_words([["a"], ["b"]], names_role=False)


def test_values_by_hand() -> None:
    """Sublinear counts times idf, over their Euclidean norm."""
    terms, values = SPACE.values("own the own the team".split())
    raw = np.array([(1 + np.log(2)) * 1, 2, (1 + np.log(2)) * 3, 4, 5])
    by_term = dict(zip(terms, values, strict=True))

    assert list(raw / np.linalg.norm(raw)) == pytest.approx([by_term[i] for i in range(5)], abs=1e-12)


def test_no_known_term() -> None:
    """A text without a known term has no values."""
    assert ([], []) == SPACE.values("nothing here".split())
    assert ([], []) == SPACE.values([])


@pytest.mark.parametrize("name", ["level_space", "line_space", "scope_space"])
def test_equal_to_scikit_learn_on_own_postings(name: str) -> None:
    """On each of the project's own postings the values are a TfidfVectorizer's, normalised alike, within 1e-12."""
    space: Space = getattr(shipped().parts, name)
    reference = vectorizer(space.terms, list(space.idf), longest=space.longest, tf=space.tf, norm=None)
    texts = ["\n".join(read_posting(posting).masked) for posting in own_postings()]
    expected = normalised(reference, texts, power=space.power, scale=space.scale).toarray()
    got = np.zeros_like(expected)
    for row, text in enumerate(texts):
        terms, values = space.values(words_of(text))
        got[row, terms] = values

    assert expected.any(axis=1).all()
    assert np.abs(expected - got).max() <= 1e-12


def test_heads() -> None:
    """Shares are weight times value; a line's scores are the biases plus its shares."""
    heads = LineHeads((1.0, 2.0, 3.0, 4.0), (0.5, -0.5))

    assert [0.5, 6.0] == Head((1.0, 2.0, 3.0), 9.0).shares([0, 2], [0.5, 2.0])
    assert [0.5 + 1 + 6, -0.5 + 2 + 8] == heads.scores([0, 1], [1.0, 2.0])
    assert [2.0, 8.0] == heads.shares([0, 1], [1.0, 2.0], 1)
    assert [0.5, -0.5] == heads.scores([], [])
