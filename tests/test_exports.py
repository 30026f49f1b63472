"""Exports of job boards and applicant tracking systems, in their documented shapes, are recognised without flags."""

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from postclass.posting import Posting, Rejection
from postclass.sources import open_source

EXPORTS = Path(__file__).parent / "exports"
MANAGER, DIRECTOR, FIRM = "Product Manager, Ledger", "Director of Product", "Quillfeather"
BACKLOG = "<p>Own the backlog.</p>"


def read(path: Path | str) -> list[Posting | Rejection]:
    """All that comes out of a source."""
    with open_source(path) as source:
        return list(source)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "greenhouse.json",
            [
                Posting("&lt;p&gt;Own the ledger&#39;s backlog &amp;amp; roadmap.&lt;/p&gt;", MANAGER, FIRM, "4001"),
                Posting("&lt;p&gt;Lead four product managers.&lt;/p&gt;", DIRECTOR, FIRM, "4002", 2),
            ],
        ),
        (
            "lever.json",
            [
                Posting(
                    "<div>About the ledger.</div>\n<h3>What you will do</h3>\n"
                    "<ul><li>Own the backlog</li><li>Talk to users</li></ul>\n<div>We are a small team.</div>",
                    MANAGER, None, "0a1b2c3d-0000-4000-8000-000000000001",
                ),
                Posting(
                    "Lead four<br>\nproduct managers.", DIRECTOR, None, "0a1b2c3d-0000-4000-8000-000000000002", 2
                ),
            ],
        ),
        (
            "lever_hire.json",
            [
                Posting(
                    "<div>About the ledger.</div>\n<h3>What you will do</h3>\n<ul><li>Own the backlog</li></ul>\n"
                    "<div>Apply!</div>",
                    MANAGER, None, "0a1b2c3d-0000-4000-8000-000000000003",
                )
            ],
        ),
        ("ashby.json", [Posting(BACKLOG, MANAGER, None, "1f1f1f1f-0000-4000-8000-000000000001")]),
        ("workable.json", [Posting(BACKLOG, MANAGER, None, "AB12CD34EF")]),
        (
            "jobspy.csv",
            [
                Posting('**Own** the backlog.\n\n* Say "no" kindly', MANAGER, FIRM, "in-1f2e"),
                Posting("Lead four product managers.", DIRECTOR, FIRM, "li-42", 2),
            ],
        ),
        ("graph.json", [Posting(BACKLOG, MANAGER, FIRM, "4001")]),
        ("documents.json", [Posting(BACKLOG, MANAGER, FIRM, "4001")]),
        ("page.html", [Posting(BACKLOG, MANAGER, FIRM, "4001")]),
    ],
)  # fmt: skip
def test_exports(name: str, expected: list[Posting]) -> None:
    """Titles, descriptions, employers and ids are found where each export has them."""
    assert expected == read(EXPORTS / name)


def test_lever_in_parquet(tmp_path: Path) -> None:
    """Where JSON became Parquet the lists of a Lever posting are still part of its description."""
    records = json.loads((EXPORTS / "lever.json").read_text("utf-8"))
    pq.write_table(pa.Table.from_pylist(records), tmp_path / "lever.parquet")

    assert read(EXPORTS / "lever.json") == read(tmp_path / "lever.parquet")


def test_pages_without_a_posting_among_others(tmp_path: Path) -> None:
    """A page without a posting is a rejection where it is one of many."""
    (tmp_path / "a.html").write_text("<p>About us")
    (tmp_path / "b.html").write_bytes((EXPORTS / "page.html").read_bytes())

    assert [
        Rejection(1, "holds no schema.org JobPosting (JSON-LD)", f"{tmp_path}/a.html, whole file"),
        Posting(BACKLOG, MANAGER, FIRM, "4001", 2),
    ] == read(tmp_path)
