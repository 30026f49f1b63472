"""The page of `postclass serve` in a browser: live typing, files, downloads, mistakes."""

import json
import socket
import urllib.request
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from own import ROOT, own_rows
from payloads import PAYLOADS

RIDER = next(row for row in own_rows() if row["id"] == "own-058")
LEADS = (
    "\nYou lead a team of five product managers and answer for the portfolio of mobility products."
    " You decide on the budget."
)


def violations(page: Page) -> list[str]:
    """What axe-core finds."""
    found = Axe().run(page).response["violations"]
    return [f"{one['id']}: {[node['html'][:150] for node in one['nodes'][:3]]}" for one in found]


def choose(page: Page, path: Path) -> None:
    """Give the page a file."""
    page.get_by_role("button", name="A file of postings").click()
    page.set_input_files("#file", path)


def test_the_level_moves_as_one_types(page: Page, server: str) -> None:
    """A PM's text under a director's title; with a few words more it is a director's."""
    page.goto(server)
    page.get_by_label("Title", exact=True).fill(RIDER["title"])
    page.get_by_label("Posting", exact=True).fill(RIDER["description"])
    answer = page.locator("#answer")
    expect(answer.locator(".verdict")).to_have_class("card verdict inflated")
    expect(answer.locator("mark").first).to_be_visible()
    expect(answer).to_contain_text("Rewrite help")  # after a second of rest
    box = page.get_by_label("Posting", exact=True)
    box.focus()
    page.keyboard.press("Control+End")
    page.keyboard.type(LEADS[1:], delay=1)
    expect(answer.locator(".verdict")).to_have_class("card verdict consistent")
    expect(page.locator("#moved")).to_contain_text("at the start")
    page.get_by_role("button", name="Start from here").click()
    expect(page.locator("#moved")).not_to_contain_text("at the start")
    page.get_by_role("button", name="Clear").click()
    expect(answer).to_contain_text("The verdict stands here")


def test_a_text_that_cant_be_judged(page: Page, server: str) -> None:
    """It says why, and nothing else."""
    page.goto(server)
    page.get_by_label("Posting", exact=True).fill("Too short.")

    expect(page.locator("#answer")).to_contain_text("Can't be judged yet")
    expect(page.locator("#answer")).to_contain_text("too little text")


def test_a_file_is_audited_and_downloaded(page: Page, server: str, tmp_path: Path) -> None:
    """Chosen, shown, opened, and taken home as a workbook and as a report."""
    path = tmp_path / "jobs.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in own_rows()[55:65]), encoding="utf-8")
    page.goto(server)
    choose(page, path)
    expect(page.locator("#postings tbody tr")).to_have_count(10)
    for kind, start in (("xlsx", b"PK"), ("html", b"<!DOCTYPE html>")):
        with page.expect_download() as download:
            page.locator(f"button[data-format={kind}]").click()
        assert f"jobs-audit.{kind}" == download.value.suggested_filename
        assert Path(download.value.path()).read_bytes().startswith(start)
    page.get_by_role("link", name=RIDER["title"]).first.click()
    expect(page.locator("article h1")).to_have_text(RIDER["title"])
    expect(page.locator("article mark").first).to_be_visible()
    assert [] == violations(page)
    page.locator("#back").click()
    expect(page.locator("#postings")).to_be_visible()


def test_two_columns_that_could_be_the_title(page: Page, server: str, tmp_path: Path) -> None:
    """The page says which was taken, and another can be chosen."""
    path = tmp_path / "jobs.csv"
    text = RIDER["description"].replace('"', "")
    path.write_text(
        f'title,position,description\nProduct Manager,{RIDER["title"].split(",")[0]},"{text}"\n', encoding="utf-8"
    )
    page.goto(server)
    choose(page, path)
    expect(page.locator("#result")).to_contain_text("“Title column” under Options")
    expect(page.locator("#postings .badge")).to_have_text("Consistent")
    page.get_by_text("Options", exact=True).click()
    page.get_by_label("Title column").fill("position")
    page.set_input_files("#file", path)
    expect(page.locator("#postings .badge")).to_have_text("Inflated")


def test_slow_senders_block_nobody(server: str) -> None:
    """A hundred connections that send half a request; others are answered."""
    port = int(server.rsplit(":", 1)[1].strip("/"))
    slow = [socket.create_connection(("127.0.0.1", port)) for _ in range(100)]
    try:
        for one in slow:
            one.sendall(b"POST /v1/check HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 999\r\n")
        with urllib.request.urlopen(f"{server}healthz", timeout=5) as answer:  # noqa: S310 - our own address
            assert 200 == answer.status
    finally:
        for one in slow:
            one.close()


def test_a_file_is_dropped(page: Page, server: str) -> None:
    """As people do it."""
    text = "title,description\n" + f'"{RIDER["title"]}","{RIDER["description"].replace(chr(34), "")}"\n'
    page.goto(server)
    page.get_by_role("button", name="A file of postings").click()
    data = page.evaluate_handle(
        "text => { const d = new DataTransfer(); d.items.add(new File([text], 'jobs.csv')); return d; }", text
    )
    page.dispatch_event(".drop", "drop", {"dataTransfer": data})

    expect(page.locator("#postings tbody tr")).to_have_count(1)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(page: Page, server: str, scheme: str) -> None:
    """On the empty page, on a verdict, and on an audit."""
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.goto(server)
    assert [] == violations(page)
    page.get_by_label("Title", exact=True).fill(RIDER["title"])
    page.get_by_label("Posting", exact=True).fill(RIDER["description"])
    expect(page.locator("#answer")).to_contain_text("Rewrite help")
    assert [] == violations(page)
    page.get_by_role("button", name="A file of postings").click()
    assert [] == violations(page)


def test_payloads_do_nothing_live(page: Page, server: str) -> None:
    """Typed in as a title, a company and a text that is shown with highlights."""
    page.goto(server)
    hostile = "\n".join(payload.replace("alert(1)", "window.hit=alert(1)") for payload in PAYLOADS)
    page.get_by_label("Title", exact=True).fill(PAYLOADS[0])
    page.locator("input[name=company]").fill(PAYLOADS[3])
    page.get_by_label("Posting", exact=True).fill(f"{RIDER['description']}\n{hostile}")
    expect(page.locator("#answer .posting")).to_be_visible()

    assert 0 == page.locator("#answer :is(script,img,iframe,object,embed,form,base,meta,link,style,video)").count()
    assert page.evaluate("window.hit") is None


def test_the_page_looks_the_same_in_the_docs() -> None:
    """The screenshots are there and small."""
    for path in (ROOT / "docs" / "images").glob("*.png"):
        assert path.stat().st_size < 200_000
