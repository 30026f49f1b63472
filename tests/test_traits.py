"""The shipped traits, and what is said of a file that is not one."""

from pathlib import Path

import pytest

import postclass.resources
from postclass.errors import ModelError
from postclass.resources import resource
from postclass.traits import PARTS, Trait, load_traits, read_traits

GUIDE = {
    "director": "vision_strategy leads_product_managers portfolio_scope business_alignment executive_stakeholders "
    "decision_authority organisational_alignment success_metrics market_direction seasoned_leader",
    "pm": "day_to_day_ownership backlog_prioritisation requirements_with_engineering roadmap_upkeep delivery "
    "user_and_market_research performance_analysis cross_functional_work launch_execution hands_on_craft "
    "influence_without_authority",
}

ONE = """[[trait]]
key = "delivery"
side = "pm"
part = "skills"
label = "delivery on time"
sentence = "Delivers."
examples = ["Deliver"]
near_misses = ["We deliver"]
"""


def test_traits_are_the_guides_in_its_order() -> None:
    """Ten director traits, then eleven of a PM, in the order of the labelling guide."""
    keys = {side: " ".join(t.key for t in load_traits() if t.side == side) for side in GUIDE}

    assert keys == GUIDE
    assert " ".join(GUIDE.values()).split() == [t.key for t in load_traits()]


@pytest.mark.parametrize("trait", load_traits(), ids=lambda trait: trait.key)
def test_each_trait_can_be_read_by_people(trait: Trait) -> None:
    """A label fits into a sentence, a sentence is one, and there are examples of what counts and what does not."""
    words = trait.label.split()

    assert 2 <= len(words) <= 4
    assert trait.label == trait.label.lower()
    assert trait.sentence.endswith(".")
    assert ". " not in trait.sentence
    assert 4 <= len(trait.examples) <= 6
    assert 2 <= len(trait.near_misses) <= 4


def test_no_line_stands_twice() -> None:
    """Examples and near-misses are all different, so none can both count and not count."""
    lines = [line for t in load_traits() for line in (*t.examples, *t.near_misses)]

    assert len(lines) == len(set(lines))


def test_every_part_of_a_role_is_covered() -> None:
    """Responsibilities, influence, skills and career each have a trait."""
    assert set(PARTS) == {t.part for t in load_traits()}


def test_a_file_of_one_trait_is_read(tmp_path: Path) -> None:
    """A well-formed file gives its traits."""
    file = tmp_path / "traits.toml"
    file.write_text(ONE)

    assert [Trait("delivery", "pm", "skills", "delivery on time", "Delivers.", ("Deliver",), ("We deliver",))] == [
        *read_traits(file)
    ]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("trait = [", "can't be read"),
        ("", "no [[trait]]"),
        ("trait = 7", "no [[trait]]"),
        ("trait = [7]", "trait 1 is not a table"),
        (ONE + ONE, "'delivery' stands there twice"),
        (ONE + 'colour = "red"', "unknown field 'colour'"),
        (ONE.replace('"pm"', '"boss"'), "'side' is 'boss'; it must be one of director, pm"),
        (ONE.replace('"Delivers."', '" "'), "'sentence' must be a text"),
        (ONE.replace('"Delivers."', "7"), "'sentence' must be a text"),
        (ONE.replace('["Deliver"]', "[]"), "'examples' must be a list of texts"),
        (ONE.replace('["Deliver"]', "[7]"), "'examples' must be a list of texts"),
        (ONE.replace('["Deliver"]', '"Deliver"'), "'examples' must be a list of texts"),
    ],
)
def test_a_damaged_file_is_refused(tmp_path: Path, text: str, fault: str) -> None:
    """The refusal names the file and the fault."""
    file = tmp_path / "traits.toml"
    file.write_text(text)

    with pytest.raises(ModelError) as caught:
        read_traits(file)

    assert str(caught.value).startswith(str(file))
    assert fault in str(caught.value)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    """A file that is not there is a `ModelError` too."""
    with pytest.raises(ModelError, match="can't be read"):
        read_traits(tmp_path / "traits.toml")


def test_a_wheels_resources_stand_in_the_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the package holds its resources itself, they are taken from there alone."""
    monkeypatch.setattr(postclass.resources, "_PACKED", tmp_path)
    (tmp_path / "here.txt").touch()

    assert tmp_path / "here.txt" == resource("here.txt")
    with pytest.raises(ModelError, match="install postclass anew"):
        resource("data/traits.toml")
