"""A real Chromium for the tests of pages: Debian's, found at its usual place; nothing is downloaded."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Dialog, Page, sync_playwright

from auditing import own_audit
from postclass.report.auditpage import render_audit
from postclass.traits import load_traits

CHROMIUM = Path(os.environ.get("POSTCLASS_CHROMIUM", "/usr/bin/chromium"))
FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
WAIT = 10_000  # ms for what should come at once
OWN = ("file:", "http://127.0.0.1:", "blob:http://127.0.0.1:")  # all that a page may ask for


@pytest.fixture(
    scope="module"
)  # the loop of Playwright runs until it ends, and tests elsewhere have loops of their own
def chromium() -> Iterator[Browser]:
    """The browser. CI sets POSTCLASS_NEEDS_BROWSER: there a missing one is a failure."""
    if not CHROMIUM.is_file() and not os.environ.get("POSTCLASS_NEEDS_BROWSER"):
        pytest.skip(f"no Chromium at {CHROMIUM}: apt-get install chromium")
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    """A profile of its own."""
    made = chromium.new_context(viewport={"width": 1280, "height": 900}, accept_downloads=True)
    made.set_default_timeout(WAIT)
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A tab; its test fails if the console shows an error, a script fails, a dialog opens, or the network is asked."""
    seen: list[str] = []

    def refuse(dialog: Dialog) -> None:
        seen.append(f"dialog {dialog.message}")
        dialog.dismiss()

    made = context.new_page()
    made.on("console", lambda message: seen.extend([message.text] if message.type in {"error", "warning"} else []))
    made.on("pageerror", lambda error: seen.append(str(error)))
    made.on("dialog", refuse)
    made.on("request", lambda request: seen.extend([] if request.url.startswith(OWN) else [request.url]))
    yield made

    assert [] == seen


@pytest.fixture(scope="session")
def report(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of a report of the project's own postings."""
    path = tmp_path_factory.mktemp("report") / "audit.html"
    path.write_text(render_audit(own_audit(), load_traits()), encoding="utf-8")
    return path.as_uri()


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """The address of a running `postclass serve`."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}/"
    command = [sys.executable, "-m", "postclass", "serve", "--port", str(port), "--workers", "1"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as running:
        try:
            _wait(address, running)
            yield address
        finally:
            running.terminate()


def _wait(address: str, running: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until and running.poll() is None:
        try:
            with urllib.request.urlopen(f"{address}healthz", timeout=5):  # noqa: S310 - our own address
                return
        except OSError:
            time.sleep(0.1)
    pytest.fail("the server did not start")
