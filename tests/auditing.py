"""Findings made by hand, and an audit of the project's own postings, for the tests of audits."""

from dataclasses import replace
from functools import cache
from typing import Any

from own import own_postings, shipped
from postclass.audit import audit
from postclass.finding import Audit, Finding
from postclass.posting import Rejection

FINDING = Finding(
    row=1,
    id="a-1",
    title="Director of Product",
    company="Orchard Freight",
    department="Product",
    seniority="Director",
    claimed="director",
    level="pm",
    kind="inflated",
    probability=0.93,
    mismatch=0.93,
    p_director=0.001,
    p_in_scope=0.99,
    lean="pm",
    traits=(),
    notes=(),
)


def finding(row: int = 1, **changes: Any) -> Finding:  # noqa: ANN401 - any field
    """An inflated title, with the fields changed that are named."""
    return replace(FINDING, row=row, **changes)


@cache
def own_audit() -> Audit:
    """The audit of the project's own postings, and of one that could not be read."""
    postings = [replace(posting, row=row) for row, posting in enumerate(own_postings(), start=1)]
    lost = Rejection(len(postings) + 1, "the description holds bytes that are not text", "own, line 75")
    return audit([*postings, lost], shipped(), source="data/labelled/postings.jsonl")
