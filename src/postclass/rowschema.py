"""How much is explained in, the JSON Schema of an output row out, from the Arrow schema that outputs have."""

from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from postclass.batches import SCHEMA_VERSION, verdict_schema
from postclass.verdict import LEVELS, Explain

_PROBABILITY = {"minimum": 0, "maximum": 1}
_NULLABLE = frozenset({"id", "title", "company", "p_director", "p_in_scope", "traits", "top_terms", "flip", "text"})

# What the types of Arrow can't say, by field.
_MORE: Mapping[str, Mapping[str, Any]] = {
    "row": {"description": "record number in the input, from 1", "minimum": 1},
    "id": {"description": "as given, always as text"},
    "title": {"description": "as given"},
    "company": {"description": "as given"},
    "level": {"description": "the level that the text describes", "enum": list(LEVELS)},
    "p_director": {"description": "probability that the text is director-level, given that it is a product role; "
                   "null where there is no usable text", **_PROBABILITY},
    "p_in_scope": {"description": "probability that it is a product-management posting", **_PROBABILITY},
    "traits": {"description": "keys of the traits found"},
    "top_terms": {"description": "the terms that moved the wording most, with their shares of the log-odds"},
    "notes": {"description": "codes of what is to be known about the verdict, such as empty, close, truncated"},
    "reasons": {"description": "shares of the log-odds of p_director: the bias, the wording, each trait"},
    "evidence": {"description": "for each trait found, the line that shows it best; spans index text"},
    "missing": {"description": "keys of the traits of the other level that were not found"},
    "flip": {"description": "the fewest changes found that cross the boundary"},
    "text": {"description": "the posting's text as shown"},
}  # fmt: skip


def row_schema(explain: Explain) -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of the rows of JSON outputs and of `check --format json`'s fields among them.

    Versions tell what may change: under one number fields may be added, none change their meaning or go.
    """
    schema = verdict_schema(explain)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:postclass:row:{SCHEMA_VERSION}:{explain}",
        "title": "A verdict of postclass",
        "description": f"Version {SCHEMA_VERSION}: fields may be added, none change their meaning or go.",
        **_object(schema, explain=explain),
    }


def _object(fields: Any, *, explain: Explain) -> dict[str, Any]:  # noqa: ANN401 - pyarrow ships no types
    properties = {field.name: _field(field, explain=explain) for field in fields}
    return {"type": "object", "required": list(properties), "properties": properties}


def _field(field: Any, *, explain: Explain) -> dict[str, Any]:  # noqa: ANN401
    made = _value(field.type)
    if explain == "none" and field.name in {"traits", "top_terms"}:
        made = {"type": "null"}
    elif field.name in _NULLABLE:
        made["type"] = [made["type"], "null"]
    return {**made, **_MORE[field.name]}


def _value(kind: Any) -> dict[str, Any]:  # noqa: ANN401
    if pa.types.is_list(kind):
        return {"type": "array", "items": _value(kind.value_type)}
    if pa.types.is_map(kind):
        return {"type": "object", "additionalProperties": _value(kind.item_type)}
    if pa.types.is_struct(kind):
        members = {field.name: _value(field.type) for field in kind}
        return {"type": "object", "required": list(members), "properties": members}
    return {"type": "string" if pa.types.is_string(kind) else "integer" if pa.types.is_integer(kind) else "number"}
