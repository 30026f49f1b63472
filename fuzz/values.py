"""A JSON document and some choices in, the document with odd values in odd places out."""

import json
from typing import Any

from draw import Draw

ODD: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 2.0, 0.5, 1e308, -1e308, 5e-324, float("nan"), float("-inf"), 10**400, 2**63, "", "\ud800",
    "director", "İ\0\u2028", [], {}, [[]], [None], [0.0] * 3, {"": 0}, "x" * 300, [[[[[[]]]]]], ["director"] * 6, [1e308] * 6,
)  # fmt: skip


def places(value: Any) -> list[tuple[Any, Any]]:  # noqa: ANN401 - any JSON value
    """Each place of a value that can hold another one: its container and its key or index."""
    found: list[tuple[Any, Any]] = []
    waiting = [value]
    while waiting:
        holder = waiting.pop()
        keys = list(holder) if isinstance(holder, dict) else range(len(holder)) if isinstance(holder, list) else ()
        for key in keys:
            found.append((holder, key))
            waiting.append(holder[key])
    return found


def bent(document: bytes, draw: Draw) -> bytes:
    """The document with up to three of its values replaced, doubled or taken away."""
    root = json.loads(document)
    for _ in range(1 + draw.number(3)):
        known = places(root)
        if not known:
            break
        holder, key = known[draw.number(min(len(known), 65536))]
        what = draw.number(len(ODD) + 2)
        if what < len(ODD):
            holder[key] = json.loads(json.dumps(ODD[what]))
        elif what == len(ODD):
            del holder[key]
        elif isinstance(holder, list):
            holder.append(holder[key])
        else:
            holder[f"{key}2"] = holder[key]
    return json.dumps(root).encode()
