"""Tasks in, the JSON lines of doccano out (project "intent detection and slot filling"); and its export back.

That project holds marks in a text and choices on the whole of it, as a label does. Exports of "sequence labelling"
(`label` as marks) and "text classification" (`label` as choices) are read too, where nothing is missing in them.
"""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from postclass.errors import RecordError
from postclass.labelling.exchange import Return, Task, label_of
from postclass.labelling.spans import Span
from postclass.labels import Label


def to_doccano(tasks: Sequence[Task]) -> bytes:
    """Tasks for doccano's import as JSONL: `text`, `entities` and `cats`; other columns come back as they are."""
    return "".join(f"{json.dumps(_line(task), ensure_ascii=False)}\n" for task in tasks).encode(
        "utf-8", "backslashreplace"
    )


def _line(task: Task) -> dict[str, object]:
    line: dict[str, object] = {
        "posting_id": task.id,
        "text": task.text,
        "entities": [[span.start, span.end, key] for key, _, span in task.marks()],
        "cats": [] if task.label is None else [task.label.level, task.label.conf],
    }
    if task.label is not None and task.label.others:
        line["others"] = json.dumps(task.label.others, ensure_ascii=False)  # doccano keeps texts, not objects
    return line


def from_doccano(data: bytes, *, keys: Sequence[str]) -> Iterator[Label | None]:
    """The label of each line of an export; None where nothing was said. Raises `RecordError` with the line's number."""
    try:
        lines = data.decode("utf-8-sig").split("\n")
    except UnicodeDecodeError as error:
        raise RecordError("not UTF-8; export as JSONL") from error
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            yield _label(json.loads(line), keys)
        except RecordError as error:
            raise RecordError(f"line {number}: {error}") from error
        except (KeyError, TypeError, ValueError, AttributeError, IndexError, RecursionError) as error:
            raise RecordError(f"line {number}: not as doccano writes it ({error!r}); export as JSONL") from error


def _label(line: dict[str, Any], keys: Sequence[str]) -> Label | None:
    either = line.get("label", [])
    entities = [*line.get("entities", []), *(one for one in either if not isinstance(one, str))]
    cats = [*line.get("cats", []), *(one for one in either if isinstance(one, str))]
    if not entities and not cats:
        return None
    marks = [_mark(entity) for entity in entities]
    return label_of(Return(line.get("posting_id"), line["text"], cats, marks, line.get("others")), keys)


def _mark(entity: Any) -> tuple[str, Span]:  # noqa: ANN401 - a list, or an object in newer exports
    if isinstance(entity, dict):
        return entity["label"], Span(int(entity["start_offset"]), int(entity["end_offset"]))
    start, end, key = entity
    return key, Span(int(start), int(end))
