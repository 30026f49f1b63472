"""The page of `postclass label mark --browser`: keys and clicks, what is saved, what is hidden, who may ask."""

import json
import re
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Dialog, Page, expect

from own import ROOT, own_rows
from payloads import PAYLOADS


@dataclass(frozen=True)
class Running:
    """A page that is served, and the file that its answers go to."""

    address: str
    file: Path

    def labels(self) -> list[dict[str, object]]:
        """What is saved."""
        return [json.loads(line) for line in self.file.read_text(encoding="utf-8").splitlines()]


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    """Two own postings, and one whose text and title try to be scripts."""
    path, mine = tmp_path / "in.jsonl", tmp_path / "mine.jsonl"
    keys = ("id", "title", "company", "description")
    rows = [{key: row[key] for key in keys} for row in own_rows()[:2]]
    rows.append({"id": "odd", "title": PAYLOADS[0], "company": "x", "description": "\n".join(PAYLOADS)})
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
    with served(path, mine) as (address, _):
        yield Running(address, mine)


def opened(page: Page, running: Running) -> None:
    """The page, once it shows a posting."""
    page.goto(running.address)
    expect(page.locator("#line-1")).to_be_visible()


@contextmanager
def served(path: Path, mine: Path) -> Iterator[tuple[str, list[str]]]:
    """The address of a page, and what is said at its end, once it has ended."""
    command = [sys.executable, "-m", "postclass", "label", "mark", str(path), "-o", str(mine), "--browser", "--no-open"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        said = process.stderr.readline()
        found = re.search(r"http://127\.0\.0\.1:\d+/", said)
        assert found, said
        last: list[str] = []
        yield found[0], last
        process.send_signal(signal.SIGINT)
        last += process.stderr.read().splitlines()
        code = process.wait(timeout=20)

    assert "postings have a level" in last[0]
    assert 0 == code


def test_marking_with_keys_alone(page: Page, running: Running) -> None:
    """Down to a line, a trait, the level: it is in the file; undo takes it out again."""
    opened(page, running)
    expect(page.get_by_text("Posting 1 of 3")).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("a")
    expect(page.get_by_role("status")).to_contain_text("not saved yet")
    page.keyboard.press("D")
    expect(page.get_by_role("status")).to_have_text("director, clear: saved")

    assert [
        {"id": "own-001", "level": "director", "conf": "clear", "traits": {"vision_strategy": [2]}}
    ] == running.labels()

    page.keyboard.press("ArrowRight")
    expect(page.get_by_text("Posting 2 of 3")).to_be_visible()
    page.keyboard.press("N")
    expect(page.get_by_text("2 of 3 done")).to_be_visible()
    page.keyboard.press("U")
    expect(page.get_by_text("1 of 3 done")).to_be_visible()

    assert ["own-001"] == [label["id"] for label in running.labels()]


def test_marking_with_the_mouse(page: Page, running: Running) -> None:
    """A line, a trait, a level and how sure; what was pressed says so."""
    opened(page, running)
    page.locator("#line-5").click()
    page.get_by_role("button", name="leading product managers").click()
    page.get_by_role("button", name="pm", exact=True).click()
    page.get_by_role("button", name="How sure: clear").click()
    expect(page.get_by_role("status")).to_have_text("pm, lean: saved")
    expect(page.locator("#trait-b")).to_have_attribute("aria-pressed", "true")

    assert [
        {"id": "own-001", "level": "pm", "conf": "lean", "traits": {"leads_product_managers": [5]}}
    ] == running.labels()


def test_the_end_tells_which_marks_are_lost(page: Page, tmp_path: Path) -> None:
    """Marks without a level are in no file: how many postings, and which."""
    with served(ROOT / "data/labelled/postings.jsonl", tmp_path / "mine.jsonl") as (address, last):
        page.goto(address)
        expect(page.locator("#line-1")).to_be_visible()
        for key in ("a", "b", "ArrowDown", "c", "d"):
            page.keyboard.press(key)
        expect(page.locator("#bar")).to_contain_text("0 of 74 done, 1 not saved")

    assert "0 of 74 postings have a level" in last[0]
    assert "1 marked without a level, and not saved: posting 1 (own-001)" == last[1]


def test_marks_without_a_level_are_told_before_they_are_left(
    context: BrowserContext, page: Page, running: Running
) -> None:
    """The first Next says so, the second goes; the browser asks before the page is closed, until there is a level."""
    opened(page, running)
    page.keyboard.press("a")
    page.get_by_role("button", name="Next", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("once more goes on all the same")
    expect(page.get_by_text("Posting 1 of 3")).to_be_visible()
    page.get_by_role("button", name="Next", exact=True).click()
    expect(page.get_by_text("Posting 2 of 3")).to_be_visible()

    asked: list[str] = []

    def answer(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    other = context.new_page()
    other.on("dialog", answer)
    opened(other, running)
    other.locator("#line-2").click()  # browsers ask only on pages that were used
    expect(other.locator("#bar")).to_contain_text("1 not saved")
    other.reload()
    expect(other.locator("#line-2")).to_have_attribute("aria-current", "true")

    assert ["beforeunload"] == asked

    other.keyboard.press("ArrowLeft")
    expect(other.get_by_role("status")).to_contain_text("not saved yet")
    other.keyboard.press("P")
    expect(other.get_by_role("status")).to_have_text("pm, clear: saved")
    other.reload()
    expect(other.get_by_text("Posting 1 of 3")).to_be_visible()

    assert ["beforeunload"] == asked


def test_capitals_are_drawn_with_shift(page: Page, running: Running) -> None:
    """What is drawn on a button is what does it, and the same letter without Shift is a trait's."""
    opened(page, running)
    drawn = page.locator("#bar kbd, .level kbd").all_text_contents()

    assert ["←", "→", "⇧O", "⇧U", "⇧T", "⇧S", "⇧D", "⇧P", "⇧N", "⇧C"] == drawn

    page.keyboard.press("Shift+T")
    expect(page.locator("main")).to_contain_text("Director of Product Management")
    expect(page.locator("#trait-t")).to_have_attribute("aria-pressed", "false")


def test_title_and_suggestions_come_when_asked_for(page: Page, running: Running) -> None:
    """And are gone at the next posting."""
    opened(page, running)
    expect(page.locator("#line-1")).to_be_visible()
    expect(page.locator("body")).not_to_contain_text("Director of Product Management")
    expect(page.locator("body")).not_to_contain_text("The model leans")
    page.keyboard.press("T")
    expect(page.locator("main")).to_contain_text("Director of Product Management")
    page.get_by_role("button", name="Suggestions").click()
    expect(page.locator("main")).to_contain_text("The model leans to director")
    expect(page.locator("main")).to_contain_text("suggested: leading product managers")
    page.get_by_role("button", name="Next", exact=True).click()
    expect(page.locator("body")).not_to_contain_text("The model leans")


def test_keys_can_be_turned_off(page: Page, running: Running) -> None:
    """For people whose software types for them (WCAG 2.1.4)."""
    opened(page, running)
    page.get_by_role("button", name="Keys").click()
    page.keyboard.press("D")
    page.locator("#line-2").click()
    expect(page.locator("#line-2")).to_have_attribute("aria-current", "true")

    assert not running.file.exists()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(page: Page, running: Running, scheme: str) -> None:
    """In either theme, with everything shown."""
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    opened(page, running)
    page.keyboard.press("a")
    page.keyboard.press("T")
    page.keyboard.press("S")
    expect(page.locator("main")).to_contain_text("The model leans")
    found = Axe().run(page).response["violations"]

    assert [] == [f"{one['id']}: {[node['html'][:150] for node in one['nodes'][:3]]}" for one in found]


def test_a_narrow_page_does_not_scroll_sideways(page: Page, running: Running) -> None:
    """A phone's width."""
    page.set_viewport_size({"width": 360, "height": 700})
    opened(page, running)
    expect(page.locator("#line-1")).to_be_visible()

    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def box(page: Page, selector: str) -> dict[str, float]:
    """Where an element stands on the screen."""
    found = page.locator(selector).bounding_box()
    assert found is not None
    return {"y": found["y"], "height": found["height"], "end": found["y"] + found["height"]}


def test_a_line_and_its_trait_are_on_one_narrow_screen(page: Page, running: Running) -> None:
    """Every line comes between the way on and the answer, which takes 40 % at most and scrolls by itself."""
    page.set_viewport_size({"width": 390, "height": 844})
    opened(page, running)
    for _ in range(12):
        page.keyboard.press("ArrowDown")
    expect(page.locator("#line-13")).to_have_attribute("aria-current", "true")
    go, sheet, line, trait = (box(page, name) for name in (".go", ".side", "#line-13", "#trait-a"))

    assert 0.4 * 844 + 1 >= sheet["height"]
    assert 844 == round(sheet["end"])
    assert 0 == go["y"]
    assert 70 >= go["height"]
    assert go["end"] <= line["y"] < line["end"] <= sheet["y"] <= trait["y"] < trait["end"] <= 844

    page.locator("#trait-u").scroll_into_view_if_needed()
    before = page.evaluate("document.querySelector('.side').scrollTop")
    page.locator("#trait-u").click()
    expect(page.locator("#trait-u")).to_have_attribute("aria-pressed", "true")

    assert 0 < before == page.evaluate("document.querySelector('.side').scrollTop")


def test_all_traits_are_on_a_wide_screen(page: Page, running: Running) -> None:
    """At 1280 by 900, from the top of the page as well as further down."""
    opened(page, running)
    expect(page.locator("#trait-u")).to_be_in_viewport(ratio=1)
    page.keyboard.press("a")
    page.keyboard.press("End")
    expect(page.locator("#trait-u")).to_be_in_viewport(ratio=1)
    expect(page.locator("#trait-a")).to_be_in_viewport(ratio=1)


def test_postings_are_shown_and_never_run(page: Page, running: Running) -> None:
    """Scripts in text and title are words."""
    opened(page, running)
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("T")
    expect(page.get_by_text("Posting 3 of 3")).to_be_visible()

    assert 0 == page.locator("main :is(script, img, iframe, svg, a, input, form)").count()


def test_what_somebody_else_wrote_is_not_overwritten(page: Page, running: Running) -> None:
    """The page says so."""
    opened(page, running)
    page.keyboard.press("D")
    expect(page.get_by_role("status")).to_have_text("director, clear: saved")
    running.file.write_text("", encoding="utf-8")
    request = urllib.request.Request(  # noqa: S310 - our own server
        f"{running.address}press", b'{"place": 0, "key": "P"}', {"content-type": "application/json"}
    )
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request)  # noqa: S310 - our own server

    assert 409 == refused.value.code
    assert "something else has written to it" in refused.value.read().decode()

    refused.value.close()

    assert "" == running.file.read_text(encoding="utf-8")


def test_pages_elsewhere_may_not_ask(running: Running) -> None:
    """Neither by another name nor from another origin; only keys are taken."""
    for headers, body, code in (
        ({"Host": "evil.example"}, b"{}", 421),
        ({"Origin": "http://evil.example"}, b"{}", 403),
        ({"Content-Type": "application/json"}, b'{"place": 0, "file": "/etc/passwd"}', 422),
        ({"Content-Type": "application/json"}, b"x" * 100_000, 413),
    ):
        request = urllib.request.Request(f"{running.address}press", body, headers)  # noqa: S310 - our own server
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(request)  # noqa: S310 - our own server

        assert code == refused.value.code
        refused.value.close()
    with urllib.request.urlopen(running.address) as answer:  # noqa: S310 - our own server
        policy = answer.headers["content-security-policy"]

    assert "default-src 'none'" in policy
