"""The notebooks: they run from the first cell to the last, print what they show, and use public names alone."""

import ast
import re
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
API = (ROOT / "docs/api.md").read_text("utf-8")
SECONDS = 600


def read(path: Path) -> Any:  # noqa: ANN401 - nbformat has no types
    """A notebook with what is saved under its cells."""
    return nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]


def printed(notebook: Any) -> list[str]:  # noqa: ANN401 - nbformat has no types
    """What each cell prints and shows as text; pictures are left to the eye."""
    return [
        output.get("text") or output.get("data", {}).get("text/plain", "")
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if "image/png" not in output.get("data", {})
    ]


def test_there_are_notebooks() -> None:
    """All of them are numbered, and the folder's page names each."""
    page = (ROOT / "notebooks/README.md").read_text("utf-8")

    assert [f"{number:02}" for number in range(1, len(NOTEBOOKS) + 1)] == [path.name[:2] for path in NOTEBOOKS]
    assert [path.name for path in NOTEBOOKS] == re.findall(r"\((\d\d_\w+\.ipynb)\)", page)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_and_prints_what_it_shows(path: Path) -> None:
    """Run anew in its folder, each cell prints what is saved under it."""
    saved = read(path)
    fresh = read(path)
    NotebookClient(fresh, timeout=SECONDS, resources={"metadata": {"path": str(path.parent)}}).execute()

    assert printed(saved) == printed(fresh)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_uses_public_names_alone(path: Path) -> None:
    """Whatever a notebook imports of postclass stands on the page of the Python interface."""
    code = "\n".join(cell.source for cell in read(path).cells if cell.cell_type == "code")
    imported = {
        f"{node.module}.{name.name}"
        for node in ast.walk(ast.parse(code))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("postclass")
        for name in node.names
    }

    assert {name for name in imported if f"::: {name}\n" not in API} == set()
