"""A model in, one plain JSON file out that a page of code in any language can judge prepared postings with.

What is prepared stays postclass's business: text from HTML, lines, its own title and company masked. `prepared`
makes it, and `docs/export.md` has the format and a reader in plain Python.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from postclass.features import MIN_LINE_WORDS, ROLE_WORD, TOKEN, Head, Space, read_posting
from postclass.judge import ENGLISH, MIN_ENGLISH, MIN_KNOWN, MIN_LANGUAGE_WORDS, MIN_LINES, MIN_WORDS, Model
from postclass.posting import Posting

FORMAT = "postclass-scoring/1"


def scoring_file(model: Model) -> bytes:
    """The model as JSON; numbers are written so that they come back bit for bit."""
    text = json.dumps(scoring_record(model), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return f"{text}\n".encode()


def scoring_record(model: Model) -> dict[str, Any]:
    """The model as plain values."""
    parts = model.parts
    return {
        "format": FORMAT,
        "model": model.manifest.get("name"),
        "token": TOKEN,
        "role_word": ROLE_WORD,
        "min_line_words": MIN_LINE_WORDS,
        "usable": {
            "words": MIN_WORDS,
            "lines": MIN_LINES,
            "language_words": MIN_LANGUAGE_WORDS,
            "english": MIN_ENGLISH,
            "known": MIN_KNOWN,
            "english_words": sorted(ENGLISH),
        },
        "traits": list(parts.traits),
        "level": _space(parts.level_space, parts.level_head),
        "scope": _space(parts.scope_space, parts.scope_head),
        "lines": _shape(parts.line_space)
        | {
            "biases": list(parts.line_heads.biases),
            "terms": {
                term: [idf, list(parts.line_heads.weights[at * size : (at + 1) * size])]
                for size in (len(parts.line_heads.biases),)
                for at, (term, idf) in enumerate(zip(parts.line_space.terms, parts.line_space.idf, strict=True))
            },
        },
        "wording": list(parts.wording),
        "weights": [
            {"coefficients": list(weight.coefficients), "means": list(weight.means)}
            for weight in (*parts.weights, parts.director_lines)
        ],
        "presence": [
            {"coefficients": list(one.coefficients), "others": list(one.others), "bias": one.bias}
            for one in parts.presence
        ],
        "bias": parts.bias,
        "scope_calibration": list(parts.scope),
        "decision": asdict(parts.decision),
    }


def prepared(posting: Posting) -> Mapping[str, Any]:
    """A posting as exported models read it: its masked lines, and how much text is shown."""
    reading = read_posting(posting)
    return {
        "lines": list(reading.masked),
        "names_role": reading.names_role,
        "shown_words": len(reading.text.text.split()),
        "truncated": reading.text.truncated,
    }


def _shape(space: Space) -> dict[str, Any]:
    return {"longest": space.longest, "tf": space.tf, "power": space.power, "scale": space.scale}


def _space(space: Space, head: Head) -> dict[str, Any]:
    rows = zip(space.terms, space.idf, head.weights, strict=True)
    return _shape(space) | {"bias": head.bias, "terms": {term: [idf, weight] for term, idf, weight in rows}}
