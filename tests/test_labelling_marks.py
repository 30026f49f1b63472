"""Marking: what keys do, what is saved and when, undo, and going on where one stopped."""

from pathlib import Path

import pytest

from own import own_postings, shipped
from postclass.errors import InputError, OutputError
from postclass.labelling.desk import HELP, Desk
from postclass.labelling.marks import Marks
from postclass.labelling.sheet import sheet_of
from postclass.labelling.suggestion import Suggestion, suggest
from postclass.labels import read_labels
from postclass.traits import load_traits

SHEETS = [sheet_of(posting) for posting in own_postings()[:3]]
KEYS = [trait.key for trait in load_traits()]


def desk_at(path: Path) -> Desk:
    """A desk with three postings."""
    return Desk(Marks(path, SHEETS, keys=KEYS), load_traits(), suggest=lambda sheet: suggest(sheet, shipped()))


def pressed(desk: Desk, *keys: str) -> Desk:
    """The desk after some keys."""
    for key in keys:
        assert desk.press(key)
    return desk


def test_marking_a_posting(tmp_path: Path) -> None:
    """Traits at lines, then the level: the label is in the file at once."""
    path = tmp_path / "mine.jsonl"
    desk = pressed(desk_at(path), "down", "a", "7", "b", "a")

    assert not path.exists()
    assert "not saved yet" in desk.unsaved

    pressed(desk, "D", "C")

    assert "" == desk.unsaved
    label = read_labels(path).checked()[0]
    assert ("own-001", "director", "lean") == (label.id, label.level, label.conf)
    assert {"vision_strategy": (2, 7), "leads_product_managers": (7,)} == label.traits
    assert "ba" == desk.keys_at(7)


def test_one_goes_on_where_one_stopped(tmp_path: Path) -> None:
    """The first posting without a level is shown, what was said before is kept."""
    path = tmp_path / "mine.jsonl"
    path.write_text(
        '{"id": "other", "level": "pm", "conf": "clear", "traits": {}, "rung": "senior"}\n', encoding="utf-8"
    )
    pressed(desk_at(path), "D", "right", "a", "P")
    desk = desk_at(path)

    assert (2, 2) == (desk.look.place, desk.marks.done)
    assert "own-003" == desk.sheet.id
    assert ["other", "own-001", "own-002"] == [label.id for label in read_labels(path).checked()]
    assert {"rung": "senior"} == read_labels(path).labels[0].others


def test_undo_takes_back_each_step_in_the_file_too(tmp_path: Path) -> None:
    """Across postings, to the very first."""
    path = tmp_path / "mine.jsonl"
    desk = pressed(desk_at(path), "D", "a", "right", "N")
    states = []
    for _ in range(4):
        states.append([(label.id, label.level, dict(label.traits)) for label in read_labels(path).checked()])
        pressed(desk, "U")

    first = ("own-001", "director", {"vision_strategy": (1,)})
    assert [
        [first, ("own-002", "neither", {})],
        [first],
        [("own-001", "director", {})],
        [],
    ] == states
    assert "nothing left to undo" == desk.message
    assert 0 == desk.look.place


def test_a_level_can_be_changed(tmp_path: Path) -> None:
    """The last one counts."""
    path = tmp_path / "mine.jsonl"
    pressed(desk_at(path), "D", "P")

    assert ["pm"] == [label.level for label in read_labels(path).checked()]


def test_title_and_suggestions_are_hidden_until_asked_for(tmp_path: Path) -> None:
    """And hidden again at the next posting, so that they lead nobody."""
    asked = []
    marks = Marks(tmp_path / "mine.jsonl", SHEETS, keys=KEYS)

    def spying(sheet: object) -> Suggestion:
        asked.append(sheet)
        return Suggestion("pm", 0.2, {"delivery": (3,)})

    desk = Desk(marks, load_traits(), suggest=spying)

    assert (False, None, []) == (desk.look.title, desk.suggestion, asked)

    pressed(desk, "T", "S")

    assert (True, "pm") == (desk.look.title, desk.suggestion.level if desk.suggestion else None)

    pressed(desk, "right")

    assert (False, None) == (desk.look.title, desk.suggestion)


def test_the_models_suggestion_names_lines() -> None:
    """The shipped model finds the director of own-001, and a line for each trait."""
    made = suggest(SHEETS[0], shipped())

    assert "director" == made.level
    assert 5 < len(made.traits)
    assert all(1 <= line <= len(SHEETS[0].lines) for lines in made.traits.values() for line in lines)


def test_leaving_with_marks_but_no_level_is_asked_once(tmp_path: Path) -> None:
    """The first Q says what would be lost, the second leaves."""
    desk = pressed(desk_at(tmp_path / "mine.jsonl"), "a", "Q")

    assert "1 marked without a level" in desk.message
    assert not desk.press("Q")


@pytest.mark.parametrize(("key", "place"), [("right", 2), ("left", 0), ("O", 0)])
def test_marks_without_a_level_are_not_left_without_a_word(tmp_path: Path, key: str, place: int) -> None:
    """The first key that goes on says that they are not saved, the second goes; they stay until the program ends."""
    desk = pressed(desk_at(tmp_path / "mine.jsonl"), "right", "a", "b", key)

    assert 1 == desk.look.place
    assert "not saved yet" in desk.message
    assert "once more goes on" in desk.message

    pressed(desk, key)

    assert place == desk.look.place
    assert ("", "") == (desk.message, desk.unsaved)
    assert {2: "own-002"} == desk.marks.drafts()


def test_another_key_in_between_asks_anew(tmp_path: Path) -> None:
    """Only the same key at once is a yes; with a level, nothing is asked."""
    desk = pressed(desk_at(tmp_path / "mine.jsonl"), "a", "right", "down", "right")

    assert 0 == desk.look.place

    desk.go(3)
    pressed(desk, "right")

    assert (0, 3) == (desk.look.place, desk.look.line)

    pressed(desk, "Q", "right")

    assert 0 == desk.look.place

    pressed(desk, "P", "right")

    assert 1 == desk.look.place
    assert {} == desk.marks.drafts()


def test_help_says_which_keys_take_shift() -> None:
    """Every command is a capital, every trait a small letter."""
    shifted, plain = HELP.split("Without: ")

    assert shifted.startswith("With Shift: ")
    assert set("DPNCOUTSQ") == {word for word in shifted.split() if len(word) == 1}
    assert plain.startswith("a-u trait")


def test_keys_that_mean_nothing_do_nothing(tmp_path: Path) -> None:
    """Lines and postings end where they end; the file is not made by looking."""
    path = tmp_path / "mine.jsonl"
    desk = pressed(desk_at(path), "up", "left", "ß", "z", "Z", "pageup", "end", "down", "home", "9", "9", "9", "?")

    assert (0, len(SHEETS[0].lines)) == (desk.look.place, desk.look.line)
    assert "Q leave" in desk.message

    pressed(desk, "right", "right", "right")

    assert "last posting" in desk.message
    assert not path.exists()


def test_what_somebody_else_wrote_is_not_overwritten(tmp_path: Path) -> None:
    """The answer is refused, and the file is as it was."""
    path = tmp_path / "mine.jsonl"
    desk = pressed(desk_at(path), "D")
    path.write_text("", encoding="utf-8")

    with pytest.raises(OutputError, match="something else has written to it"):
        desk.press("P")

    assert "" == path.read_text(encoding="utf-8")
    assert "director" == desk.answer.level


@pytest.mark.parametrize("line", ["{}", '{"id": "own-001", "level": "pm", "traits": {"delivery": [999]}}'])
def test_a_file_that_holds_something_else_is_refused(tmp_path: Path, line: str) -> None:
    """Before anything is shown, with the line."""
    path = tmp_path / "mine.jsonl"
    path.write_text(line, encoding="utf-8")

    with pytest.raises(InputError, match=r"mine\.jsonl, line 1"):
        desk_at(path)
