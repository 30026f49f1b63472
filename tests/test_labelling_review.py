"""Looking at labels again: faults, likely errors, agreement of two readings."""

from dataclasses import replace

import pytest

from own import ROOT, own_rows, posting, shipped
from postclass.labelling.doubt import find_doubts, words_in
from postclass.labelling.readings import compare
from postclass.labelling.review import review, to_record, to_text
from postclass.labelling.sheet import sheet_of
from postclass.labels import Label, Labels, read_labels
from postclass.traits import load_traits

KEYS = [trait.key for trait in load_traits()]
NAMES = {trait.key: trait.label for trait in load_traits()}
OWN = read_labels(ROOT / "data/labelled/labels.jsonl")
SHEETS = [sheet_of(posting(row), row["lines"]) for row in own_rows()]


def with_errors(*ids: str) -> Labels:
    """The own labels, some of them with the other level."""
    other = {"director": "pm", "pm": "director", "neither": "pm"}
    return replace(
        OWN,
        labels=tuple(
            replace(label, level=other[label.level]) if label.id in ids else label  # type: ignore[arg-type]
            for label in OWN.labels
        ),
    )


def test_wrong_levels_are_found() -> None:
    """Four levels changed among 74; all stand in the first tenth, with the likelier level and their line."""
    wrong = {"own-001", "own-018", "own-020", "own-058"}
    made = review(with_errors(*wrong), SHEETS, model=shipped(), keys=KEYS)
    first = made.levels[:7]

    assert (74, 74, ()) == (made.labels, made.matched, made.faults)
    assert wrong <= {one.id for one in first}
    assert [("pm", "director")] == [(one.given, one.likelier) for one in first if one.id == "own-001"]
    assert [1] == [one.line for one in first if one.id == "own-001"]
    assert all(one.issue for one in first if one.id in wrong)
    assert set(KEYS) >= {one.about for one in made.traits}
    assert any("own-001: pm, likelier director" in line for line in to_text(made, NAMES, most=20))
    assert 3 == len(to_record(made, most=3)["levels"])  # type: ignore[arg-type]


def test_agreement_of_the_two_own_readings() -> None:
    """Every level the same, traits with micro-F1 0.99, as `data/labelled/SETTLED.md` says of the readings."""
    second = read_labels(ROOT / "data/labelled/labels_second.jsonl")
    made = review(OWN, second=second, keys=KEYS)

    assert made.readings is not None
    assert (74, 1.0, 74) == (made.readings.shared, made.readings.level_kappa, made.readings.level_same)
    assert 0.98 < (made.readings.trait_f1 or 0) < 1
    assert 1.0 == made.readings.lines_shared
    assert 1.0 == made.readings.trait_kappa["vision_strategy"]
    assert (0, ()) == (made.matched, made.levels)
    assert any("Cohen's kappa 1.00" in line for line in to_text(made, NAMES, most=20))


def test_kappa_counts_what_chance_would_agree_on() -> None:
    """Ten postings, eight the same: kappa by hand (0.8 - 0.52) / (1 - 0.52)."""
    first = [Label(str(i), "director" if i < 4 else "pm", traits={"delivery": (1,)}) for i in range(10)]
    second = [Label(str(i), "director" if i in {0, 1, 2, 9} else "pm", traits={"delivery": (2,)}) for i in range(10)]
    made = compare(first, second, keys=["delivery", "hands_on_craft"])

    assert pytest.approx((0.8 - 0.52) / (1 - 0.52)) == made.level_kappa
    assert (("3", "director", "pm"), ("9", "pm", "director")) == made.differ
    assert (1.0, 0.0) == (made.trait_f1, made.lines_shared)
    assert {"delivery": None, "hands_on_craft": None} == made.trait_kappa
    assert (10, 10, 10) == made.marked["delivery"]


def test_readings_of_different_postings() -> None:
    """Nothing is shared, and that is said."""
    made = review(
        Labels((Label("a", "pm"),), (1,), (), "x"), second=Labels((Label("b", "pm"),), (1,), (), "y"), keys=KEYS
    )

    assert made.readings is not None
    assert (0, None, None) == (made.readings.shared, made.readings.level_kappa, made.readings.trait_f1)
    assert any("no id stands in both files" in line for line in to_text(made, NAMES, most=20))


def test_lines_out_of_range_are_faults() -> None:
    """With the file and the line of the label."""
    label = Label("own-001", "pm", traits={"delivery": (999,)})
    made = review(Labels((label,), (7,), (), "mine.jsonl"), SHEETS, keys=KEYS)

    assert ["mine.jsonl, line 7: delivery names line 999, but posting 'own-001' has 28 lines"] == list(
        map(str, made.faults)
    )


def test_too_few_labels_give_no_doubts() -> None:
    """One class, one employer, or four of a kind: nothing can be told apart."""
    assert [] == find_doubts(words_in(["a b"] * 9), ["pm"] * 9, list("abcdefghi"))
    assert [] == find_doubts(words_in(["a b"] * 10), ["pm"] * 5 + ["director"] * 5, ["one"] * 10)
    assert [] == find_doubts(words_in(["a b"] * 9), ["pm"] * 5 + ["director"] * 4, list("abcdefghi"))
    assert (3, 1) == words_in(["a b", "c d", ""]).shape
    made = review(replace(OWN, labels=OWN.labels[:3], lines=OWN.lines[:3]), SHEETS, keys=KEYS)
    assert any("Too few labels" in line for line in to_text(made, NAMES, most=20))


def test_an_employers_labels_do_not_vouch_for_each_other() -> None:
    """A word that one employer alone uses for its wrong label does not make it right."""
    texts = ["lead people budget plan"] * 6 + ["write stories sprint test"] * 6 + ["lead people budget own"] * 5
    given = ["director"] * 6 + ["pm"] * 6 + ["pm"] * 5
    doubts = find_doubts(words_in(texts), given, [*map(str, range(12)), *["wrong"] * 5])

    assert {12, 13, 14, 15, 16} == {doubt.place for doubt in doubts[:5]}
