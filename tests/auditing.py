"""Findings made by hand, and an audit of the project's own postings, for the tests of audits."""

from dataclasses import replace
from functools import cache
from typing import Any

from own import own_postings, shipped
from postclass.audit import audit
from postclass.finding import (
    Addition,
    Audit,
    Change,
    Cut,
    Detail,
    Example,
    Finding,
    Group,
    Inversion,
    Kind,
    Proof,
    Rewrite,
    SameTitle,
    Seniority,
    Twins,
)
from postclass.posting import Rejection
from postclass.verdict import Flip

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


_TEXT = "Lead the roadmap of the app\nWrite user stories with the team"
_DETAIL = Detail(
    text=_TEXT,
    proofs=(
        Proof("roadmap_upkeep", "Lead the roadmap of the app", 0, 27, 0.875, -0.5),
        Proof("vision_strategy", "roadmap", 9, 16, 0.625, 0.25),
    ),
    missing=("leads_product_managers", "portfolio_scope", "vision_strategy", "decision_authority"),
    wording=-0.75,
    bias=-3.5,
    change=Change(
        ("Senior Product Manager, App", "Product Manager, App"),
        Flip("director", ("Write user stories with the team",), ("leads_product_managers", "portfolio_scope"), 0.75),
    ),
    rewrites=(
        Rewrite(
            "director",
            reached=False,
            cuts=(Cut("Write user stories with the team", 28, 60, 0.125, ("requirements_with_engineering",)),),
            additions=(Addition("leads_product_managers", 1.5, ("Lead and coach five product managers",)),),
        ),
        Rewrite("pm", reached=True, cuts=(), additions=()),
    ),
    examples=(
        Example(
            "own-001", "Head of Product", "Pip & Drupe", "director", 0.25, (("vision_strategy", "Set the vision"),)
        ),
    ),
)


def hand_made() -> Audit:
    """An audit with something in every field, and round numbers."""
    inflated = finding(
        title='Director of Product, "App"', traits=("roadmap_upkeep",), path="jobs/app.md", line=3, detail=_DETAIL
    )
    deflated = finding(
        2,
        id=None,
        title="Product Manager",
        claimed="pm",
        level="director",
        kind="deflated",
        lean="director",
        p_director=0.96875,
        company=None,
        detail=replace(_DETAIL, change=None, examples=()),
    )
    close = finding(3, level="unclear", kind="undecided", probability=None, mismatch=None, notes=("close", "weak"))
    nothing = finding(
        4,
        title=None,
        claimed="other",
        level="unclear",
        kind="undecided",
        probability=None,
        mismatch=None,
        p_director=None,
        p_in_scope=None,
        lean=None,
        notes=("too_short", "no_title"),
    )
    lead = finding(5, title="Group Product Manager", claimed="lead", kind="consistent", mismatch=None)
    other = finding(6, level="out_of_scope", kind="out_of_scope", probability=None, mismatch=None, p_in_scope=0.03125)
    ignored = finding(7, title="=1+1", ignored=True)
    counts: dict[Kind, int] = {"inflated": 2, "deflated": 0, "consistent": 1, "undecided": 2, "out_of_scope": 1}
    return Audit(
        source="postings.csv",
        findings=(inflated, deflated, close, nothing, lead, other, ignored),
        rejections=(Rejection(8, "torn", "postings.csv, line 9"),),
        companies=(Group("Orchard Freight", 6, counts),),
        departments=(Group("Product", 6, counts),),
        inversions=(Inversion("Orchard Freight", 2, 1, 2.5), Inversion(None, 2, 7, 1.25)),
        same_titles=(SameTitle("Product Manager", (2,), (5, 6)),),
        twins=(Twins((1, 5), ("Director of Product", "Group Product Manager"), ("director", "lead"), 0.875),),
        seniority=(
            Seniority("Director", "director", {"pm": 2, "director": 1}, (1, 7)),
            Seniority("Mid", None, {"pm": 1}, ()),
        ),
        hints=("two columns of titles",),
        made={"postclass": "0.1.0", "model": "product-roles", "fuzzy": False},
    )
