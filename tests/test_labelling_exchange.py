"""Label Studio and doccano: what goes there comes back, and lines and characters agree to the last one."""

import json
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from own import own_rows, posting
from postclass.errors import RecordError
from postclass.labelling.doccano import from_doccano, to_doccano
from postclass.labelling.exchange import Task, tasks_of
from postclass.labelling.sheet import sheet_of
from postclass.labelling.spans import Span, from_utf16, lines_of, span_of
from postclass.labelling.studio import config, from_studio, to_studio
from postclass.labels import CONFIDENCES, GOLD, Label
from postclass.traits import load_traits

KEYS = [trait.key for trait in load_traits()]
LINES = ("Own the 🚀 roadmap.", "Lead PMs.", "Ship.")
LABEL = Label("7", "pm", "lean", {"roadmap_upkeep": (1,), "leads_product_managers": (2, 3)}, {"rung": "senior"})


@st.composite
def tasks(draw: st.DrawFn) -> Task:
    """Any lines without line breaks, and a label that names some of them."""
    lines = draw(st.lists(st.text(st.characters(exclude_characters="\n")), min_size=1, max_size=8))
    numbers = st.lists(st.integers(1, len(lines)), min_size=1, max_size=3, unique=True).map(tuple)
    name = draw(st.text(min_size=1))
    label = Label(
        name,
        draw(st.sampled_from(GOLD)),
        draw(st.sampled_from(CONFIDENCES)),
        draw(st.dictionaries(st.sampled_from(KEYS), numbers, max_size=5)),
        draw(st.dictionaries(st.sampled_from(["note", "rung"]), st.text() | st.integers())),
    )
    return Task(name, tuple(lines), label)


def test_a_label_goes_to_label_studio_and_back() -> None:
    """Marks are the lines' characters; level, conf and other keys come along."""
    data = to_studio([Task("7", LINES, LABEL)])
    task = json.loads(data)[0]
    marks = [one["value"] for one in task["annotations"][0]["result"] if one["type"] == "labels"]

    assert "\n".join(LINES) == task["data"]["text"]
    assert [(0, 18), (19, 28), (29, 34)] == [(mark["start"], mark["end"]) for mark in marks]
    assert ["Own the 🚀 roadmap.", "Lead PMs.", "Ship."] == [mark["text"] for mark in marks]
    assert [LABEL] == list(from_studio(data, keys=KEYS))


def test_a_label_goes_to_doccano_and_back() -> None:
    """As a project of intents and slots holds it, whatever number doccano gives its line."""
    line = json.loads(to_doccano([Task("7", LINES, LABEL)]))
    back = json.dumps({"id": 4711, "Comments": [], **line}).encode()

    assert [[0, 18, "roadmap_upkeep"], [19, 28, "leads_product_managers"], [29, 34, "leads_product_managers"]] == line[
        "entities"
    ]
    assert ["pm", "lean"] == line["cats"]
    assert [LABEL] == list(from_doccano(back, keys=KEYS))


@given(st.lists(tasks(), max_size=3))
def test_every_label_survives_both(made: list[Task]) -> None:
    """Any text, any lines, any order of them."""
    expected = [task.label for task in made]

    assert expected == list(from_studio(to_studio(made), keys=KEYS))
    assert expected == list(from_doccano(to_doccano(made), keys=KEYS))


@given(tasks(), st.data())
def test_lines_and_characters_agree(task: Task, data: st.DataObject) -> None:
    """A line's span holds its text and names that line alone; a part of it does too, and UTF-16 comes out the same."""
    number = data.draw(st.integers(1, len(task.lines)))
    span, line = span_of(task.lines, number), task.lines[number - 1]

    assert line == task.text[span.start : span.end]
    assert (number,) == lines_of(task.lines, span)
    if line:
        start = data.draw(st.integers(span.start, span.end - 1))
        end = data.draw(st.integers(start + 1, span.end))
        units = [len(task.text[:place].encode("utf-16-le", "surrogatepass")) // 2 for place in (start, end)]
        assert (number,) == lines_of(task.lines, Span(start, end))
        assert Span(start, end) == from_utf16(task.text, Span(*units))


def test_a_mark_over_several_lines_is_one_on_each() -> None:
    """From the middle of the first to the middle of the second, and nothing where there is no line."""
    assert (1, 2) == lines_of(LINES, Span(5, 22))
    with pytest.raises(RecordError, match="99 to 100 are no line"):
        lines_of(LINES, Span(99, 100))


def test_all_own_postings_go_there_and_back() -> None:
    """With labels and without, by the lines that their file gives."""
    rows = own_rows()
    sheets = [sheet_of(posting(row), row["lines"]) for row in rows]
    made = tasks_of(sheets, [Label(rows[0]["id"], "pm", "clear", {"delivery": (1, len(rows[0]["lines"]))})])

    for back in (from_studio(to_studio(made), keys=KEYS), from_doccano(to_doccano(made), keys=KEYS)):
        found = list(back)
        assert 74 == len(found)
        assert [made[0].label] == [label for label in found if label is not None]


def test_predictions_are_no_labels() -> None:
    """A task that nobody has looked at yet has none, whatever was predicted."""
    data = to_studio([Task("7", LINES, LABEL)], kind="predictions")

    assert "annotations" not in json.loads(data)[0]
    assert [None] == list(from_studio(data, keys=KEYS))


def studio_task(**changes: object) -> bytes:
    """A task as Label Studio writes it, changed."""
    task = json.loads(to_studio([Task("7", LINES, LABEL)]))[0]
    return json.dumps([task | changes]).encode()


def test_the_last_annotation_that_stands_counts() -> None:
    """Cancelled ones do not."""
    first = json.loads(studio_task())[0]["annotations"][0]
    other = {"result": [{"type": "choices", "from_name": "level", "value": {"choices": ["director"]}}]}
    found = list(from_studio(studio_task(annotations=[first, other, {**first, "was_cancelled": True}]), keys=KEYS))

    assert ["director"] == [label.level for label in found if label]


def test_characters_counted_as_javascript_counts_are_understood() -> None:
    """After a rocket every place is one too far: the region's own text tells."""
    task = json.loads(studio_task())[0]
    for one in task["annotations"][0]["result"]:
        if one["type"] == "labels" and one["value"]["start"]:
            one["value"]["start"] += 1
            one["value"]["end"] += 1

    assert [LABEL] == list(from_studio(json.dumps([task]).encode(), keys=KEYS))


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"x", "not JSON"),
        (b"{}", "not a list"),
        (b"[1]", "task 1: not as Label Studio"),
        (b'[{"text": "a", "level": "pm"}]', "task 1: not as Label Studio"),
        (studio_task(data={"text": "Another text, of another posting", "posting_id": "7"}), "characters 0"),
        (studio_task(data={"text": "\n".join(LINES)}), "task 1: there is no 'id'"),
        (studio_task(annotations=[{"result": []}]), "task 1: it needs one level"),
        (studio_task(annotations=[{"result": [{"type": "choices", "value": {"choices": ["ceo"]}}]}]), "'ceo'"),
    ],
)  # fmt: skip
def test_exports_that_cant_be_read(data: bytes, told: str) -> None:
    """Which task, and what is wrong."""
    with pytest.raises(RecordError, match=told.replace("(", r"\(")):
        list(from_studio(data, keys=KEYS))


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("x", "not as doccano"),
        ("[]", "not as doccano"),
        ('{"text": "a", "entities": [[0, 1, "delivery"]], "cats": []}', "needs one level"),
        ('{"text": "a", "entities": [[0, 1]], "cats": ["pm"]}', "not as doccano"),
        ('{"text": "a", "posting_id": "7", "entities": [[0, 1, "bravery"]], "cats": ["pm"]}', "no trait"),
        ('{"text": "a", "posting_id": "7", "entities": [[8, 9, "delivery"]], "cats": ["pm"]}', "8 to 9 are no line"),
        ('{"text": "a", "posting_id": "7", "cats": ["pm", "director"]}', "needs one level"),
    ],
)  # fmt: skip
def test_lines_of_doccano_that_cant_be_read(line: str, told: str) -> None:
    """Which line, and what is wrong; blank lines are none."""
    with pytest.raises(RecordError, match=f"line 2: .*{told}"):
        list(from_doccano(b"\n" + line.encode(), keys=KEYS))
    with pytest.raises(RecordError, match="not UTF-8"):
        list(from_doccano(b"\xff", keys=KEYS))


def test_other_projects_of_doccano_are_read_where_they_say_enough() -> None:
    """Marks as objects, levels as `label`."""
    entity = {"id": 1, "label": "delivery", "start_offset": 0, "end_offset": 1}
    lines = [
        {"text": "a", "posting_id": "7", "label": ["neither"]},
        {"text": "a", "posting_id": "8", "entities": [entity], "label": ["pm", [0, 1, "launch_execution"]]},
    ]
    found = list(from_doccano("\n".join(map(json.dumps, lines)).encode(), keys=KEYS))

    assert [Label("7", "neither"), Label("8", "pm", "clear", {"delivery": (1,), "launch_execution": (1,)})] == found


def test_the_set_up_names_all_traits_and_choices() -> None:
    """Well-formed, on the names that the tasks use."""
    view = ET.fromstring(config(load_traits()))  # noqa: S314 - our own

    assert KEYS == [one.get("value") for one in view.iter("Label")]
    assert ["director", "pm", "neither", "clear", "lean"] == [one.get("value") for one in view.iter("Choice")]
    assert ["traits", "text", "level", "conf"] == [one.get("name") for one in view]
    assert "$text" == view.find("Text").get("value")  # type: ignore[union-attr]


def test_a_line_break_within_a_given_line_becomes_a_space() -> None:
    """So that characters stay where they are and no line is two elsewhere."""
    sheet = sheet_of(posting(own_rows()[0]), ["a\nb", "c"])

    assert "a b\nc" == tasks_of([sheet], [])[0].text
