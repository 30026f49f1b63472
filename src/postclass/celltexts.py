"""A column of a batch in, the text of each of its cells out: as JSON, or as a cell of a table."""

import json
import re
from itertools import pairwise
from json.encoder import encode_basestring
from typing import Any

import pyarrow as pa

# A cell that begins with one of these is a formula, or becomes one, when a spreadsheet opens the file (OWASP).
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")

_QUOTED = re.compile('[",\r\n]')

# Some readers take these for line ends; inside JSON strings they may stand as escapes.
_LINE_ENDS = {mark: f"\\u{ord(mark):04x}" for mark in "\x85\u2028\u2029"}


def one_line(text: str) -> str:
    """JSON in, the same on one line out, in the widest sense of a line."""
    if not text.isascii():
        for mark, escape in _LINE_ENDS.items():
            text = text.replace(mark, escape)
    return text


def to_json(value: object) -> str:
    """A plain value in, its JSON on one line out."""
    return one_line(json.dumps(value, ensure_ascii=False, allow_nan=False))


def json_texts(column: Any) -> list[str]:  # noqa: ANN401 - pyarrow ships no types
    """A column in, the JSON of each cell out, as `json.dumps` spells it but for `one_line`.

    Columns are taken apart down to their leaves, for a `json.dumps` a row costs five times as much. Raises `ValueError`
    at infinity and NaN.
    """
    kind = column.type
    if pa.types.is_list(kind):
        start, runs = _runs(column)
        items = json_texts(column.values.slice(*start))
        return _nulled(column, [f"[{', '.join(items[a:b])}]" for a, b in runs])
    if pa.types.is_map(kind):
        start, runs = _runs(column)
        keys, values = json_texts(column.keys.slice(*start)), json_texts(column.items.slice(*start))
        items = [f"{key}: {value}" for key, value in zip(keys, values, strict=True)]
        return _nulled(column, [f"{{{', '.join(items[a:b])}}}" for a, b in runs])
    if pa.types.is_struct(kind):
        return _nulled(column, json_rows([field.name for field in kind], column.flatten()))
    return _scalars(column)


def json_rows(names: list[str], columns: list[Any]) -> list[str]:
    """The names of columns and the columns in, each row as a JSON object out."""
    pattern = ", ".join(f"{json.dumps(name)}: %s".replace("%", "%%").replace("%%s", "%s") for name in names)
    return [f"{{{pattern % row}}}" for row in zip(*map(json_texts, columns), strict=True)]


def cell_texts(column: Any, *, raw: bool) -> list[str]:  # noqa: ANN401
    """A column in, each of its values as a cell of CSV out.

    Lists of text become `a;b;c`, other structures JSON, null and empty lists a blank. Text is quoted where it must be,
    and guarded against spreadsheets unless `raw`.
    """
    kind = column.type
    if pa.types.is_integer(kind) or pa.types.is_floating(kind):
        return ["" if value is None else str(value) for value in column.to_pylist()]
    if pa.types.is_string(kind):
        texts = column.to_pylist()
    elif pa.types.is_list(kind) and pa.types.is_string(kind.value_type):
        start, runs = _runs(column)
        items = column.values.slice(*start).to_pylist()
        texts = _nulled(column, [";".join(items[a:b]) for a, b in runs], null=None)
    else:
        texts = _nulled(column, [one_line(text) if text != "[]" else "" for text in json_texts(column)], null=None)
    return [cell_text(text, raw=raw) if text else "" for text in texts]


def cell_text(text: str, *, raw: bool) -> str:
    """A text in, the cell of CSV out."""
    if not raw and text.startswith(FORMULA_STARTS):
        text = f"'{text}"
    return '"' + text.replace('"', '""') + '"' if _QUOTED.search(text) else text


def _scalars(column: Any) -> list[str]:  # noqa: ANN401
    kind, values = column.type, column.to_pylist()
    if pa.types.is_string(kind):
        return ["null" if value is None else encode_basestring(value) for value in values]
    texts = ["null" if value is None else repr(value) for value in values]
    if pa.types.is_floating(kind) and not {"nan", "inf", "-inf"}.isdisjoint(texts):
        raise ValueError("a number that is infinite or none can't be written as JSON")
    return texts


def _runs(column: Any) -> tuple[tuple[int, int], list[tuple[int, int]]]:  # noqa: ANN401
    """A column of lists in: where their items begin and how many there are, and where in these each list stands."""
    offsets = column.offsets.to_pylist()
    first = offsets[0] if offsets else 0
    return (first, offsets[-1] - first if offsets else 0), [(a - first, b - first) for a, b in pairwise(offsets)]


def _nulled(column: Any, texts: list[Any], *, null: str | None = "null") -> list[Any]:  # noqa: ANN401
    if column.null_count == 0:
        return texts
    return [text if valid else null for text, valid in zip(texts, column.is_valid().to_pylist(), strict=True)]
