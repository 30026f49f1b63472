"""What the page says when something is wrong: these show an error in the console, as browsers do of any such answer."""

from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, expect


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("jobs.csv", b"a,b\n1,2\n", "no description column; columns found: 'a', 'b'"),
        ("jobs.pdf", b"%PDF", "of no known format"),
        ("jobs.xlsx", b"PK", "can't be read as an Excel workbook"),
        ("jobs.csv", "description\nCafé\n".encode("utf-16-le"), "jobs.csv"),
        ("jobs.csv", bytes(64 * 2**20 + 1), "too large for this page"),
    ],
)
def test_a_bad_file_is_told(  # noqa: PLR0913, PLR0917 - fixtures and what is varied
    context: BrowserContext, server: str, tmp_path: Path, name: str, content: bytes, message: str
) -> None:
    """In words, with the file's name; the page goes on."""
    path = tmp_path / name
    path.write_bytes(content)
    page = context.new_page()
    page.goto(server)
    page.get_by_role("button", name="A file of postings").click()
    page.set_input_files("#file", path)

    expect(page.get_by_role("alert")).to_contain_text(message)
    page.get_by_role("button", name="One posting").click()
    expect(page.get_by_label("Posting", exact=True)).to_be_visible()


def test_a_server_that_is_gone_is_told(context: BrowserContext, server: str) -> None:
    """With what to do."""
    page = context.new_page()
    page.goto(server)
    page.route("**/page/**", lambda route: route.abort())
    page.get_by_label("Posting", exact=True).fill("Some text.")

    expect(page.get_by_role("alert")).to_contain_text("Is `postclass serve` still running?")
