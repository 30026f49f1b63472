"""The project's own postings and the shipped model, which many tests read."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from postclass.judge import Model
from postclass.modelfile import load_model
from postclass.posting import Posting

ROOT = Path(__file__).resolve().parents[1]


def rows(name: str) -> list[dict[str, Any]]:
    """The objects of a JSONL file of the repository."""
    return [json.loads(line) for line in (ROOT / name).read_text(encoding="utf-8").split("\n") if line]


def posting(row: dict[str, Any]) -> Posting:
    """A row as a posting."""
    return Posting(row["description"], title=row["title"], company=row["company"], id=row["id"])


@cache
def own_rows() -> tuple[dict[str, Any], ...]:
    """The project's own postings as they stand in their file."""
    return tuple(rows("data/labelled/postings.jsonl"))


@cache
def own_postings() -> tuple[Posting, ...]:
    """The project's own postings."""
    return tuple(map(posting, own_rows()))


@cache
def shipped() -> Model:
    """The shipped model."""
    return load_model()
