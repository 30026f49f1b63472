"""The report of a drift in a browser: it opens, and it is read on a narrow screen."""

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from drifting import by_level, compared
from postclass.report.driftpage import render_drift
from postclass.traits import load_traits


@pytest.fixture
def drift_page(page: Page, tmp_path: Path) -> Page:
    """The report from twenty PM-level postings to as many director-level ones."""
    path = tmp_path / "drift.html"
    made = compared(by_level()["pm"][:20], by_level()["director"][:20])
    path.write_text(render_drift(made, load_traits()), encoding="utf-8")
    page.goto(path.as_uri())
    return page


def test_the_report_opens(drift_page: Page) -> None:
    """What moved, the bars of both scores, and the table of each kind."""
    expect(drift_page.get_by_role("heading", level=1)).to_have_text("What has moved")
    expect(drift_page.locator("svg.tenths")).to_have_count(2)
    expect(drift_page.locator("table.moves")).to_have_count(4)


@pytest.mark.parametrize("width", [360, 390, 640])
def test_it_is_read_on_a_narrow_screen(drift_page: Page, width: int) -> None:
    """Nothing scrolls sideways, and a label stands in full on a row of its own, over its figures."""
    drift_page.set_viewport_size({"width": width, "height": 800})
    row = drift_page.locator("table.moves tbody tr").filter(has_text="Director-level").first
    name, number = row.locator("th").bounding_box(), row.locator("td").first.bounding_box()

    assert drift_page.evaluate("document.documentElement.scrollWidth") <= width
    assert drift_page.evaluate("[...document.querySelectorAll('.scroll')].every(e => e.scrollWidth <= e.clientWidth)")
    assert drift_page.evaluate("[...document.querySelectorAll('.moves td')].every(e => e.scrollWidth <= e.clientWidth)")
    assert name is not None
    assert number is not None
    assert name["y"] + name["height"] <= number["y"] + 1
    assert name["height"] < 45


@pytest.mark.parametrize("width", [390, 1280])
def test_it_is_accessible(drift_page: Page, width: int) -> None:
    """axe-core finds nothing, on a wide screen and on a narrow one."""
    drift_page.set_viewport_size({"width": width, "height": 800})

    assert [] == [one["id"] for one in Axe().run(drift_page).response["violations"]]
