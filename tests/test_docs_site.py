"""The docs site: it builds without a warning, and holds what stands elsewhere in the repository too."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built strictly: a link that leads nowhere, or a page that nobody links, ends the build."""
    place = tmp_path_factory.mktemp("site")
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(place)],
        cwd=ROOT,
        env=os.environ | {"NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return place


def test_pages_are_there(site: Path) -> None:
    """The tutorial, the interface made from docstrings, the card with its plots, and notebooks with their pictures."""
    assert "Judges postings one by one, in order" in (site / "api.html").read_text("utf-8")
    assert "plots/reliability.svg" in (site / "card.html").read_text("utf-8")
    assert (site / "plots/reliability.svg").is_file()
    assert (site / "index.html").is_file()
    assert list((site / "notebooks/01_the_traits").glob("*.png"))


def test_reading_it_asks_the_network_for_nothing(site: Path) -> None:
    """No page loads a font, script or picture from another host."""
    pages = list(site.rglob("*.html"))
    loaded = [
        (page.name, piece[:80])
        for page in pages
        for piece in page.read_text("utf-8").split("<")
        if piece.startswith(("script", 'link rel="stylesheet', "img", "iframe"))
        and ('src="http' in piece or 'href="http' in piece)
    ]

    assert len(pages) > 15
    assert loaded == []
