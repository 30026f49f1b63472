"""Tasks in, JSON and the labelling set-up of Label Studio out; and its JSON export back into labels."""

import json
from collections.abc import Iterator, Sequence
from typing import Any, Literal
from xml.etree import ElementTree as ET

from postclass.errors import RecordError
from postclass.labelling.exchange import Return, Task, label_of
from postclass.labelling.spans import Span, from_utf16
from postclass.labels import CONFIDENCES, GOLD, Label
from postclass.traits import Trait

As = Literal["annotations", "predictions"]
_COLOURS = {"director": "#8250df", "pm": "#1a7f64"}
_NAME = "postclass"  # of the predictions' model


def to_studio(tasks: Sequence[Task], *, kind: As = "annotations") -> bytes:
    """Tasks for Label Studio's import, those with a label annotated (or predicted, for people to correct)."""
    return (json.dumps([_task(task, kind) for task in tasks], ensure_ascii=False, indent=1) + "\n").encode(
        "utf-8", "backslashreplace"
    )


def _task(task: Task, kind: As) -> dict[str, object]:
    data: dict[str, object] = {"posting_id": task.id, "text": task.text}
    if task.label is None:
        return {"data": data}
    if task.label.others:
        data["others"] = dict(task.label.others)
    result: dict[str, object] = {"result": _result(task, task.label)}
    return {"data": data, kind: [result | {"model_version": _NAME} if kind == "predictions" else result]}


def _result(task: Task, label: Label) -> list[dict[str, object]]:
    marks: list[dict[str, object]] = [
        {
            "id": f"{key}-{line}", "from_name": "traits", "to_name": "text", "type": "labels",
            "value": {"start": span.start, "end": span.end, "text": task.text[span.start : span.end], "labels": [key]},
        }
        for key, line, span in task.marks()
    ]  # fmt: skip
    choices: list[dict[str, object]] = [
        {"id": name, "from_name": name, "to_name": "text", "type": "choices", "value": {"choices": [choice]}}
        for name, choice in (("level", label.level), ("conf", label.conf))
    ]
    return [*marks, *choices]


def config(traits: Sequence[Trait]) -> bytes:
    """The labelling set-up: the traits as labels, level and conf as choices."""
    view = ET.Element("View")
    labels = ET.SubElement(view, "Labels", name="traits", toName="text", showInline="true")
    for trait in traits:
        ET.SubElement(labels, "Label", value=trait.key, hint=trait.sentence, background=_COLOURS[trait.side])
    ET.SubElement(view, "Text", name="text", value="$text", granularity="paragraph")
    for name, words in (("level", GOLD), ("conf", CONFIDENCES)):
        choices = ET.SubElement(
            view, "Choices", name=name, toName="text", choice="single", required="true", showInline="true"
        )
        for word in words:
            ET.SubElement(choices, "Choice", value=word)
    ET.indent(view)
    return f"{ET.tostring(view, encoding='unicode')}\n".encode()


def from_studio(data: bytes, *, keys: Sequence[str]) -> Iterator[Label | None]:
    """The label of each task of a JSON export: its last annotation that was not cancelled; None where there is none.

    Raises `RecordError` with the task's number.
    """
    try:
        tasks = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise RecordError(f"not JSON ({error}); export as JSON, not as JSON-MIN, CSV or TSV") from error
    if not isinstance(tasks, list):
        raise RecordError("not a list of tasks; export as JSON")
    for number, task in enumerate(tasks, start=1):
        try:
            yield _label(task, keys)
        except RecordError as error:
            raise RecordError(f"task {number}: {error}") from error
        except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
            raise RecordError(f"task {number}: not as Label Studio writes it ({error!r}); export as JSON") from error


def _label(task: dict[str, Any], keys: Sequence[str]) -> Label | None:
    text, done = task["data"]["text"], [one for one in task.get("annotations", []) if not one.get("was_cancelled")]
    if not done:
        return None
    results = done[-1]["result"]
    choices = [choice for one in results if one["type"] == "choices" for choice in one["value"]["choices"]]
    marks = [
        (key, _span(text, one["value"])) for one in results if one["type"] == "labels" for key in one["value"]["labels"]
    ]
    data = task["data"]
    return label_of(Return(data.get("posting_id"), text, choices, marks, data.get("others")), keys)


def _span(text: str, value: dict[str, Any]) -> Span:
    """Where a region stands. Older versions count as JavaScript does (issue 1347 there): its own text tells which."""
    span = Span(int(value["start"]), int(value["end"]))
    own = value.get("text")
    if own is None or text[span.start : span.end] == own:
        return span
    other = from_utf16(text, span)
    if text[other.start : other.end] != own:
        raise RecordError(f"characters {span.start} to {span.end} are not the text that its region holds")
    return other
