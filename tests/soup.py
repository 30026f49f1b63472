"""Texts put together from pieces that cleaning, masking and matching are about, by a seed: the same ones each time."""

import json
import random
from collections.abc import Iterator
from pathlib import Path

from postclass import Posting

OWN = Path(__file__).parents[1] / "data" / "labelled" / "postings.jsonl"
PIECES = [
    "<p>", "</p>", "<br/>", "&amp;", "R&D ", "&lt;p&gt;", "<script>", "-->", "<!--", "**bold**", "_it_", "`", "\\-",
    "\\*",
    "[a](b)", "![x](y)", "[", "](", ")", "*", "_", "\n- ", "\r\n", "\r", "\n", "• ", " •", "●", "1) ", "# ", "> ", "- ",
    "+ ", "* ", "> - ", "## - ", "Product Manager", " VP of Product", "Director, Digital Product Management", "ſ", "K",
    "\u2028", "\u200b", "\xad", "é", "e\u0301", "中文", "🎉", "👩\u200d💻", " ", "\t", "\xa0", "\x0b", "\x85", "\x1f",
    "e.g. ", "U.S. ", "Sr. ", "(i.e. ", "A. ", "é. ", "².", "ß", "ŉ", "ǅ", ". ", "! ", "? ", '."', ".” ", "; ", '" ',
    "ownerReporting", "endHere is", "worksWe are", "done.Next", "done.next", "item:Work", "long " * 70, "x" * 241,
    "Lead the ", "Responsibilities ", "What You’ll Do ", "About the Role ", "Manage a ", ";", "a;b",
    "reporting to the ",
    "lead ", "the Director will ", "CPO", "GPM", "Head of ", "The Managing Director carries", "titled Manager",
    " (EMEA)",
    " III", "product-owner", "alongside ", "We are hiring a ", "8+ years ", "C++ ", "Acme Corp", "İ", "Σ", "ΑΣ ",
]  # fmt: skip


def own_postings() -> list[dict[str, str]]:
    """The project's own postings."""
    return [json.loads(line) for line in OWN.read_text(encoding="utf-8").splitlines()]


def texts(count: int, *, seed: int) -> Iterator[str]:
    """Pieces and words of the project's own postings, mixed."""
    draw = random.Random(seed)  # noqa: S311 - a fixed seed is what is wanted
    words = " ".join(posting["description"] for posting in own_postings()).split()
    for _ in range(count):
        length = draw.randrange(1, 40)
        yield "".join(draw.choice(PIECES) if draw.random() < 0.5 else f"{draw.choice(words)} " for _ in range(length))


def postings() -> list[Posting]:
    """The project's own postings, these with mixed pieces in them, and some that cannot be judged."""
    own = own_postings()
    cases = [Posting(p["description"], p.get("title"), p.get("company"), p.get("id")) for p in own]
    for number, mixed in enumerate(texts(120, seed=3)):
        source = own[number % len(own)]
        description = f"{source['description'][: 600 + 10 * number]}\n{mixed}"
        cases.append(Posting(description, source.get("title") if number % 3 else mixed[:60], source.get("company")))
    marked_up = f"<p>{own[0]['description']}</p>"
    cases += [Posting(""), Posting(" \n"), Posting("Zu kurz."), Posting("Σ" * 50), Posting(marked_up, "", "")]
    cases += [Posting("el producto y la empresa para los clientes de una " * 30), Posting("x" * 3_000)]
    name = "Head of Product, Acme " + "own the roadmap " * 61  # as much of a title or company as is looked at
    told = f"{own[1]['description']}\n{name[:1000]}\nAt {name[:1000]}, all is well."
    cases += [Posting(told, f"{name}{rest}", f"{name}{rest}") for rest in ("", " and the rest", "İ" * 9)]
    return [Posting(p.description, p.title, p.company, p.id, row) for row, p in enumerate(cases, 1)]


def mutations(count: int, *, seed: int) -> Iterator[Posting]:
    """The project's own postings with lines lost, moved and taken from each other, and mixed pieces in between."""
    draw = random.Random(seed)  # noqa: S311 - as above
    own = own_postings()
    mixed = texts(count, seed=seed)
    lines = [line for posting in own for line in posting["description"].split("\n") if line.strip()]
    for row in range(1, count + 1):
        source = draw.choice(own)
        kept = [line for line in source["description"].split("\n") if draw.random() < 0.8]
        kept += draw.sample(lines, draw.randrange(4))
        if draw.random() < 0.3:
            draw.shuffle(kept)
        kept.insert(draw.randrange(len(kept) + 1), next(mixed))
        title = draw.choice((source["title"], draw.choice(own)["title"], None, ""))
        yield Posting("\n".join(kept), title, draw.choice((source["company"], None)), f"n{row}", row)
