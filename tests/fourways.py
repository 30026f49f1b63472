"""One posting written in the four formats that descriptions come in, plus the escaped ones, from one structure."""

import html
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Block:
    """A block of a posting: a heading, a paragraph of sentences, or a list of bullets."""

    kind: str  # "heading", "paragraph" or "bullets"
    pieces: tuple[str, ...]  # the lines that it should give

    @property
    def prose(self) -> str:
        """The pieces as one paragraph."""
        return " ".join(self.pieces)


def plain(blocks: tuple[Block, ...]) -> str:
    """Plain text with bullets."""
    return "\n\n".join(
        "\n".join(f"• {piece}" for piece in block.pieces) if block.kind == "bullets" else block.prose
        for block in blocks
    )


def hypertext(blocks: tuple[Block, ...]) -> str:
    """HTML with inline tags, attributes and white space that means nothing."""
    out = []
    for block in blocks:
        pieces = [html.escape(piece) for piece in block.pieces]
        if block.kind == "heading":
            out.append(f'<h2 class="title"><strong>{" ".join(pieces)}</strong></h2>')
        elif block.kind == "paragraph":
            out.append(f"<p>{' '.join(pieces)}&nbsp;</p>")
        else:
            out.append("<ul>\n" + "\n".join(f"  <li><span>{piece}</span></li>" for piece in pieces) + "\n</ul>")
    body = "\n".join(out)
    return f"<div data-x='a > b'>\n{body}<br/>\n</div><!-- <p>never shown</p> -->"


def escaped(blocks: tuple[Block, ...]) -> str:
    """HTML with its markup escaped, as some feeds send it."""
    return html.escape(hypertext(blocks), quote=False)


def escaped_twice(blocks: tuple[Block, ...]) -> str:
    """HTML escaped two times, as Greenhouse sends it."""
    return html.escape(escaped(blocks), quote=False)


def markdown(blocks: tuple[Block, ...]) -> str:
    """Markdown with headings, emphasis and starred lists."""
    out = []
    for block in blocks:
        if block.kind == "heading":
            out.append(f"## **{block.prose}**")
        elif block.kind == "paragraph":
            out.append(block.prose)
        else:
            out.append("\n".join(f"* {piece}" for piece in block.pieces))
    return "\n\n".join(out)


FORMATS: dict[str, Callable[[tuple[Block, ...]], str]] = {
    "plain": plain,
    "HTML": hypertext,
    "escaped HTML": escaped,
    "HTML escaped twice": escaped_twice,
    "Markdown": markdown,
}
