"""What is learnt from labelled documents: terms that give nobody away, folds that keep employers apart, a model."""

from dataclasses import replace

import numpy as np
import pytest

from own import ROOT
from postclass.corpus import Document, read_corpus
from postclass.errors import TrainingError
from postclass.features import ROLE_WORD, Tf, words_of
from postclass.fitting import OutOfFold, fit
from postclass.folds import FOLDS, group_folds
from postclass.judge import Model
from postclass.opinion import Parts, logit
from postclass.posting import Posting
from postclass.terms import MIN_EMPLOYERS, Names, count
from postclass.traits import load_traits
from reference import vectorizer
from smallcorpus import DIRECTORS, GOLD, write_corpus


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory) -> tuple[Document, ...]:
    """The small corpus's documents."""
    postings, labels, others = write_corpus(tmp_path_factory.mktemp("corpus"))
    return read_corpus(postings, [labels], [others]).documents


@pytest.fixture(scope="module")
def fitted(documents: tuple[Document, ...]) -> tuple[Parts, OutOfFold]:
    """What is fitted to them."""
    return fit(documents)


def document(name: str, text: str, *, employer: str = "", company: str | None = None) -> Document:
    """A document without labels."""
    words = tuple(words_of(line) for line in text.split("\n"))
    return Document(name, Posting(text, company=company), employer, "", gold=False, claim="other", words=words)


def test_tells_the_levels_apart(documents: tuple[Document, ...], fitted: tuple[Parts, OutOfFold]) -> None:
    """A model fitted to postings that are easy to tell apart tells them apart, out of fold too."""
    parts, out_of_fold = fitted
    gold = [d for d in documents if d.gold and d.level in {"director", "pm"}]
    verdicts = [Model(parts).judge_one(d.posting) for d in gold]
    right = np.mean([(v.p_director or 0) > 0.5 for v in verdicts] == np.array([d.level == "director" for d in gold]))

    assert GOLD == len(gold) == len(out_of_fold.director)
    assert DIRECTORS == out_of_fold.director.sum()
    assert right > 0.95
    assert np.mean((out_of_fold.log_odds > 0) == out_of_fold.director) > 0.85


def test_parts_fit_each_other(fitted: tuple[Parts, OutOfFold]) -> None:
    """The parts hold the traits in the guide's order, one weight for each term, and boundaries in order."""
    parts, _ = fitted
    decision = parts.decision

    assert tuple(trait.key for trait in load_traits()) == parts.traits
    assert len(parts.level_space.terms) == len(parts.level_head.weights)
    assert len(parts.line_space.terms) * (len(parts.traits) + 1) == len(parts.line_heads.weights)
    assert len(parts.scope_space.terms) == len(parts.scope_head.weights)
    assert decision.pm <= 0.5 <= decision.director
    assert DIRECTORS / GOLD == pytest.approx(decision.prior)


def test_weights_are_float32(fitted: tuple[Parts, OutOfFold]) -> None:
    """What is stored in float32 is used as float32, so that a loaded model is the fitted one."""
    parts, _ = fitted
    for numbers in (
        parts.level_space.idf,
        parts.level_head.weights,
        parts.line_heads.weights,
        parts.scope_head.weights,
    ):
        values = np.array(numbers)

        assert (values == values.astype(np.float32)).all()


def test_names_of_product_roles_serve_scope_alone(fitted: tuple[Parts, OutOfFold]) -> None:
    """The word that says that a text names a product role is a term of the scope space and of no other."""
    parts, _ = fitted

    assert ROLE_WORD not in parts.level_space.index
    assert ROLE_WORD not in parts.line_space.index


def test_deterministic(documents: tuple[Document, ...], fitted: tuple[Parts, OutOfFold]) -> None:
    """Fitting again gives exactly the same parts; progress is told step by step."""
    steps: list[str] = []
    again, out_of_fold = fit(documents, progress=steps.append)

    assert fitted[0] == again
    assert fitted[1].log_odds.tolist() == out_of_fold.log_odds.tolist()
    assert "terms" == steps[0]
    assert FOLDS == sum(f"of {FOLDS}" in step for step in steps)


def test_too_few_directors(documents: tuple[Document, ...]) -> None:
    """With fewer directors than folds nothing is learnt, and the counts are told."""
    directors = [d for d in documents if d.gold and d.level == "director"]
    few = [d for d in documents if d not in directors[FOLDS - 1 :]]

    with pytest.raises(TrainingError, match=rf"{FOLDS - 1} director-level and 32 PM-level gold postings: too few"):
        fit(few)


def test_a_trait_without_evidence(documents: tuple[Document, ...]) -> None:
    """Every trait needs evidence."""
    without = [replace(d, evidence={k: v for k, v in d.evidence.items() if k != "delivery"}) for d in documents]

    with pytest.raises(TrainingError, match="a trait has no evidence at all"):
        fit(without)


def test_terms_are_counted_over_employers() -> None:
    """A term of five employers is kept; one that a single employer writes in ten postings is not."""
    texts = ["roadmap canoe", "roadmap", "roadmap", "roadmap", "roadmap", *["canoe"] * 10]
    employers = ["a", "b", "c", "d", "e", *["a"] * 10]
    counts = count(texts, employers, longest=2, tf="binary", banned=Names([]))

    assert ("roadmap",) == counts.terms
    assert (15, 1) == counts.matrix.shape


def test_unknown_employers_count_for_none() -> None:
    """Postings whose employer nobody knows do not make a term widespread."""
    texts = ["roadmap"] * 9
    employers = ["a", "b", "c", "d", *[f"(none) {i}" for i in range(5)]]

    assert () == count(texts, employers, longest=1, tf="binary", banned=Names([])).terms
    assert ("roadmap",) == count(texts, ["e", *employers][:9], longest=1, tf="binary", banned=Names([])).terms


def test_addresses_count_for_none() -> None:
    """A word that five employers write in addresses alone is no term, nor is what it is part of."""
    texts = ["roadmap canoe"] * 5
    addresses = [frozenset({"canoe"}), *[frozenset[str]()] * 4]
    counted = {}
    for number in (0, 1):
        given = addresses[number:] + addresses[:number]
        more = count(
            [*texts, "canoe"], [*"abcde", "ab"[number]], longest=2, tf="binary", banned=Names([]), addresses=given
        )
        counted[number] = more.terms

    assert {0: ("canoe", "roadmap"), 1: ("roadmap",)} == counted


@pytest.mark.parametrize("tf", ["binary", "sublinear"])
def test_values_are_scikit_learns(tf: Tf) -> None:
    """TF-IDF values of counted rows are those of a TfidfVectorizer with the same idf."""
    texts = ["own the map", "own own it", "the map the map", "lead it", "own the team", "map it", "nothing"] * 5
    employers = [str(i % 6) for i in range(35)]
    counts = count(texts, employers, longest=2, tf=tf, banned=Names([]))
    rows = np.arange(20)
    space = counts.space(rows)
    expected = vectorizer(counts.terms, list(space.idf), longest=2, tf=tf).transform([texts[i] for i in rows])

    assert np.abs((counts.values(rows, space) - expected).toarray()).max() <= 1e-12
    assert tuple(counts.terms) == space.terms
    present = sum("own" in texts[i].split() for i in rows)
    assert np.log(21 / (1 + present)) + 1 == pytest.approx(space.idf[space.index["own"]], abs=1e-6)


@pytest.mark.parametrize(
    "term",
    ["https", "visit www", "acme com", "jobs org", "gmail", "e-mail email", "call 555", "401k", "snake_case", "12345"],
)
def test_parts_of_addresses_are_banned(term: str) -> None:
    """Terms that look like a part of an address or a number are no terms."""
    assert Names([]).hits(term)


@pytest.mark.parametrize("term", ["communicate", "organise", "10", "5 years", "8 +", "internet"])
def test_harmless_terms_are_not(term: str) -> None:
    """Words that only hold such letters, and small figures, are."""
    assert not Names([]).hits(term)


def test_employers_names_are_banned() -> None:
    """An employer's name is banned as a part of any term, unless it is a common word."""
    given = [document("a", "we sail", company="Blue Canoe"), document("b", "we sail", company="Kayak")]
    common = [document(f"c{i}", "we shape kayak and canoe", company="Shape") for i in range(60)]
    names = Names([*given, *common])

    assert names.hits("at blue canoe")
    assert not names.hits("canoe")
    assert not names.hits("shape it")
    assert Names(given).hits("kayak")
    assert not Names([document("a", "x")]).hits("anything")


def test_folds_keep_employers_apart() -> None:
    """No employer is in two folds, directors are spread evenly, and the same seed gives the same folds."""
    luck = np.random.default_rng(1)
    employers = [str(n) for n in luck.integers(0, 120, 600)]
    positive = luck.random(600) < 0.15
    folds = group_folds(employers, positive, seed=3)
    directors = np.bincount(folds, weights=positive, minlength=FOLDS)

    assert all(len({f for f, e in zip(folds, employers, strict=True) if e == name}) == 1 for name in set(employers))
    assert set(range(FOLDS)) == set(folds.tolist())
    assert directors.max() - directors.min() <= 3
    assert folds.tolist() == group_folds(employers, positive, seed=3).tolist()
    assert folds.tolist() != group_folds(employers, positive, seed=4).tolist()


def test_five_employers() -> None:
    """The privacy promise is five employers."""
    assert 5 == MIN_EMPLOYERS


def test_own_postings_alone_are_enough_to_fit() -> None:
    """The project's own labelled postings train a model that leans the right way."""
    made = read_corpus(ROOT / "data/labelled/postings.jsonl", [ROOT / "data/labelled/labels.jsonl"], []).documents
    known = [replace(d, employer=d.id) for d in made]  # invented employers prove nothing, but here they must
    parts, out_of_fold = fit(known)

    assert (
        np.mean(out_of_fold.log_odds[out_of_fold.director]) > np.mean(out_of_fold.log_odds[~out_of_fold.director]) + 1
    )
    assert 0.2 < parts.decision.prior < 0.6
    assert logit(parts.decision.prior) < 0.5


def test_names_of_several_words_alone() -> None:
    """Employers whose names all have several words are kept from the terms like any other."""
    names = Names([document("a", "we fly", company="Big Red Kite")])

    assert names.hits("join big red kite")
    assert not names.hits("red kite")
