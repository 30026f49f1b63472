"""What the docs site shows beside this folder: the model card, the changelog, notebooks with their outputs, and so on.

A hook of mkdocs. Files keep the links that are right in the repository; where the site has the page that is linked, the
link is bent to it, and where it has not (a source file, say) the words stay.
"""

import posixpath
import re
from pathlib import Path
from typing import Any

import nbformat
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from nbconvert import MarkdownExporter

ROOT = Path(__file__).parents[1]
PAGES = {  # in the repository: on the site
    "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "contributing.md",
    "SECURITY.md": "security.md",
    "README.md": "index.md",
    "data/README.md": "data.md",
    "models/product-roles/CARD.md": "card.md",
}
PLOTS = "models/product-roles/plots"
_LINK = re.compile(r"(!?)\[([^\[\]]*)\]\(([^()\s]+)\)")
_ADDRESS = re.compile(r"[a-z]+:|#|/")


def on_files(files: Files, *, config: MkDocsConfig) -> Files:
    """Adds the pages that stand elsewhere in the repository."""
    for source, page in PAGES.items():
        if page != "index.md" and (ROOT / source).exists():
            files.append(File.generated(config, page, content=_bent((ROOT / source).read_text("utf-8"), source, page)))
    for plot in (ROOT / PLOTS).glob("*.svg"):
        files.append(File.generated(config, f"plots/{plot.name}", abs_src_path=str(plot)))
    for notebook in sorted((ROOT / "notebooks").glob("*.ipynb")):
        for file in _shown(notebook, config):
            files.append(file)
    return files


def on_page_markdown(markdown: str, *, page: Any, **_: object) -> str:  # noqa: ANN401 - mkdocs hands over more
    """A page of this folder, its links to the rest of the repository bent."""
    uri = page.file.src_uri
    return markdown if page.file.generated_by else _bent(markdown, f"docs/{uri}", uri)


def _shown(notebook: Path, config: MkDocsConfig) -> list[File]:
    """A notebook as a page, with its pictures."""
    exporter = MarkdownExporter()  # type: ignore[no-untyped-call]
    text, rest = exporter.from_notebook_node(
        nbformat.read(notebook, as_version=4),  # type: ignore[no-untyped-call]
        resources={"unique_key": notebook.stem, "output_files_dir": notebook.stem},
    )
    page = f"notebooks/{notebook.stem}.md"
    return [
        File.generated(config, page, content=_bent(text, f"notebooks/{notebook.name}", page)),
        *(
            File.generated(config, f"notebooks/{name}", content=picture)
            for name, picture in rest.get("outputs", {}).items()
        ),
    ]


def _bent(markdown: str, source: str, page: str) -> str:
    """Markdown with its links bent; `source` is where it stands in the repository, `page` where on the site."""

    def bend(link: re.Match[str]) -> str:
        mark, words, target = link.groups()
        if _ADDRESS.match(target):
            return link[0]
        path, _, anchor = target.partition("#")
        place = posixpath.normpath(posixpath.join(posixpath.dirname(source), path))
        known = _on_site(place)
        if known is None:
            return words if (ROOT / place).exists() else link[0]
        relative = posixpath.relpath(known, posixpath.dirname(page) or ".")
        return f"{mark}[{words}]({relative}{'#' if anchor else ''}{anchor})"

    return _LINK.sub(bend, markdown)


def _on_site(place: str) -> str | None:
    if place in PAGES:
        return PAGES[place] if (ROOT / place).exists() else None
    if place.startswith("docs/"):
        return place.removeprefix("docs/")
    if place.startswith("notebooks/") and place.endswith(".ipynb"):
        return place.removesuffix(".ipynb") + ".md"
    if place.startswith(f"{PLOTS}/"):
        return f"plots/{posixpath.basename(place)}"
    return None
