"""Six of the project's own postings in, their audit out: `docs/audit-example.json` (run me with Python)."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from postclass.audit import audit
from postclass.modelfile import load_model
from postclass.posting import Posting, Rejection
from postclass.report.auditjson import audit_record
from postclass.traits import load_traits

ROOT = Path(__file__).parents[1]
TARGET = Path(__file__).with_name("audit-example.json")
SHOWN = ("own-008", "own-010", "own-022", "own-025", "own-044", "own-070")
DIGITS = 4  # of a number: more differ between machines


def example() -> dict[str, Any]:
    """The audit as it is written."""
    lines = (ROOT / "data" / "labelled" / "postings.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [row for line in lines if (row := json.loads(line))["id"] in SHOWN]
    postings = [
        Posting(row["description"], title=row["title"], company=row["company"], id=row["id"], row=number)
        for number, row in enumerate(rows, start=1)
    ]
    lost = Rejection(len(rows) + 1, "the description holds bytes that are not text", "postings.jsonl, line 7")
    made = audit([*postings, lost], load_model(), source="postings.jsonl")
    made = replace(made, made={"postclass": "0", "model": "product-roles", "prior": None})
    record: dict[str, Any] = _rounded(audit_record(made, load_traits()))
    return record


def _rounded(value: Any) -> Any:  # noqa: ANN401 - JSON
    if isinstance(value, float):
        return round(value, DIGITS)
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    return [_rounded(item) for item in value] if isinstance(value, list) else value


if __name__ == "__main__":
    TARGET.write_text(json.dumps(example(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
