"""The report of an audit in a browser: sort, filter, highlight, dark mode, keyboard, and that nothing in it acts."""

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page, expect

from auditing import finding, own_audit
from payloads import PAYLOADS
from postclass.finding import Audit, Detail, Finding, Proof
from postclass.report.auditpage import render_audit
from postclass.traits import load_traits

ROWS = "table.list tbody tr"
DARK, LIGHT = "rgb(16, 18, 22)", "rgb(246, 247, 249)"


def violations(page: Page) -> list[str]:
    """What axe-core finds."""
    found = Axe().run(page).response["violations"]
    return [f"{one['id']}: {[node['html'][:150] for node in one['nodes'][:3]]}" for one in found]


def background(page: Page) -> str:
    """The colour of the page's ground."""
    colour: str = page.evaluate("getComputedStyle(document.body).backgroundColor")
    return colour


def _is_dotted(one: Finding) -> bool:
    """Whether a posting is a dot of the strip plot."""
    return one.p_director is not None and one.claimed != "other" and one.kind != "out_of_scope"


def test_the_report_opens(page: Page, report: str) -> None:
    """With counts, both charts, the table's first page, and what could not be read."""
    page.goto(report)

    expect(page.locator("button.stat b")).to_have_text(["5", "1", "11", "49", "8"])
    expect(page.locator("svg.strip circle")).to_have_count(sum(_is_dotted(one) for one in own_audit().findings))
    expect(page.locator("table.bars tbody tr")).to_have_count(10)
    expect(page.locator(f"#postings {ROWS}")).to_have_count(50)
    expect(page.get_by_text("the description holds bytes that are not text")).to_be_visible()


def test_the_table_sorts_and_pages(page: Page, report: str) -> None:
    """A head sorts, once more the other way round; the pager goes on."""
    page.goto(report)
    head = page.locator("th[data-key=row]")
    head.locator("button").click()
    first = page.locator(f"#postings {ROWS}").first

    expect(head).to_have_attribute("aria-sort", "ascending")
    expect(first.locator("td").last).to_have_text("1")
    head.locator("button").click()
    expect(head).to_have_attribute("aria-sort", "descending")
    expect(first.locator("td").last).to_have_text("74")
    page.get_by_role("button", name="Next →").click()
    expect(page.locator(f"#postings {ROWS}")).to_have_count(24)


def test_the_table_filters(page: Page, report: str) -> None:
    """By finding, claimed level, company and words; all at once, and cleared."""
    page.goto(report)
    rows = page.locator(f"#postings {ROWS}")
    page.locator("button.stat.inflated").click()
    expect(rows).to_have_count(5)
    expect(page.locator("button.stat.inflated")).to_have_attribute("aria-pressed", "true")
    page.locator("select[name=finding]").select_option("mismatch")
    expect(rows).to_have_count(6)
    page.get_by_label("Title claims").select_option("pm")
    expect(rows).to_have_count(1)
    page.get_by_role("button", name="Clear").click()
    page.get_by_label("Search").fill("rider tuktok")
    expect(rows).to_have_count(1)
    page.get_by_label("Search").fill("no such posting")
    expect(page.get_by_text("No posting fits")).to_be_visible()
    page.get_by_role("button", name="Clear").click()
    page.get_by_role("button", name="Pip & Drupe").click()
    expect(rows).to_have_count(1)


def test_a_posting_shows_its_lines_by_trait(page: Page, report: str) -> None:
    """Hover and focus tell the trait and its share; a trait goes to its line; Escape hides what is told."""
    page.goto(report)
    page.get_by_role("link", name="Senior Product Manager", exact=True).first.click()
    expect(page.locator("article h1")).to_be_focused()
    mark = page.locator("mark").first
    mark.hover()
    tip = page.get_by_role("tooltip")
    expect(tip).to_contain_text("a sign of director-level work")
    expect(tip).to_contain_text("log-odds")
    page.keyboard.press("Escape")
    expect(tip).to_be_hidden()
    page.get_by_role("button", name="Leading product managers").click()
    expect(page.locator("mark.lit")).to_be_focused()
    expect(tip).to_contain_text("Leading product managers")
    expect(page.locator("aside")).to_contain_text("Nearest labelled examples")
    expect(page.locator("aside")).to_contain_text("Expected of a PM-level title")


def test_it_works_with_the_keyboard_alone(page: Page, report: str) -> None:
    """Open a posting, go on to the next, and come back to where one was."""
    page.goto(report)
    link = page.locator(f"#postings {ROWS} a").first
    link.focus()
    page.keyboard.press("Enter")
    expect(page.locator("article h1")).to_have_text("Product Director, Rider App")
    page.keyboard.press("Shift+Tab")
    expect(page.get_by_role("button", name="Next")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("article h1")).to_have_text("Head of Product")
    page.go_back()
    page.locator("#back").focus()
    page.keyboard.press("Enter")
    expect(link).to_be_focused()


def test_dark_and_light(page: Page, report: str) -> None:
    """By the system, and by the switch, which is remembered."""
    page.emulate_media(color_scheme="dark")
    page.goto(report)
    assert DARK == background(page)
    page.emulate_media(color_scheme="light")
    assert LIGHT == background(page)
    page.get_by_role("button", name="Theme: system").click()
    assert DARK == background(page)
    page.reload()
    assert DARK == background(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(page: Page, report: str, scheme: str) -> None:
    """On the overview and on a posting's page."""
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.goto(report)
    assert [] == violations(page)
    page.locator(f"#postings {ROWS} a").first.click()
    page.locator("mark").first.focus()

    assert [] == violations(page)


def test_paper(page: Page, report: str) -> None:
    """On paper there are no controls, and the ground is white."""
    page.goto(report)
    page.emulate_media(media="print", color_scheme="dark")

    expect(page.locator(".tools")).to_be_hidden()
    expect(page.locator("header.bar")).to_be_hidden()
    assert "rgb(255, 255, 255)" == background(page)


def test_a_phone(context: BrowserContext, page: Page, report: str) -> None:
    """Nothing sticks out at 360 pixels."""
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(report)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.locator(f"#postings {ROWS} a").first.click()

    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_without_javascript_the_summary_is_told(context: BrowserContext, report: str) -> None:
    """And that the rest needs it."""
    browser = context.browser
    assert browser is not None
    plain = browser.new_context(java_script_enabled=False)
    page = plain.new_page()
    page.goto(report)

    expect(page.locator("main")).to_contain_text("5 titles above the text")
    expect(page.locator("main")).to_contain_text("JavaScript")
    plain.close()


def test_payloads_do_nothing(page: Page, tmp_path: Path) -> None:
    """Sixty of them in a title, a company, an id, a department and inside highlights: shown as text, none alive."""
    findings = []
    for row, payload in enumerate(PAYLOADS, 1):
        text = payload.replace("alert(1)", "window.hit=alert(1)")
        proof = Proof("vision_strategy", text, 0, len(text), 0.9, 1.0)
        detail = Detail(text, (proof,), (), 0.1, -1.0, None, (), ())
        findings.append(finding(row, title=text, company=text, id=text, department=text, detail=detail))
    path = tmp_path / "audit.html"
    path.write_text(render_audit(Audit("<b>x", tuple(findings), (), hints=(PAYLOADS[0],)), load_traits()), "utf-8")
    page.goto(path.as_uri())
    for row in range(1, len(PAYLOADS) + 1):
        page.evaluate(f"location.hash = 'row-{row}'")
        expect(page.locator("article")).to_have_attribute("data-row", str(row))
        assert page.locator("mark").first.text_content()

    alive = "main :is(script,img,iframe,object,embed,form,base,meta,link,style,video,audio,animate,math)"
    assert 0 == page.locator(alive).count()
    names = "[...document.querySelectorAll('main *')].flatMap(e => e.getAttributeNames())"
    assert [] == [name for name in page.evaluate(names) if name.startswith("on")]
    assert page.evaluate("window.hit") is None


def test_the_audit_that_is_shown_is_ours() -> None:
    """The figures above are those of the project's own postings."""
    assert 74 == len(own_audit().findings)
