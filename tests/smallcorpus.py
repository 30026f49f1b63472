"""A small corpus made of the traits' own example lines: enough for a fit in a second or two, and easy to tell apart."""

import json
import random
from pathlib import Path
from typing import Any

from postclass.traits import load_traits

GOLD, DIRECTORS, NEITHER, OTHERS, EMPLOYERS = 48, 16, 3, 24, 24
FILLER = (
    "We look forward to hearing from you and answer every letter that we receive",
    "The office is close to the station and the canteen cooks fresh every day",
    "Thirty days of holiday and a pension scheme come with the contract",
    "Our company builds software that people in workshops use all day long",
)
TRADE = (
    "Write tests and ship services in Go with a team of engineers",
    "Keep the build servers running and the backups restorable",
    "You know Linux, networks and at least one scripting language",
    "Review code and help junior engineers to grow",
    "Design database schemas and tune slow queries",
)


def write_corpus(directory: Path) -> tuple[Path, Path, Path]:
    """Writes postings, their labels and weak postings of another trade as JSONL files."""
    luck = random.Random(0)  # noqa: S311 - not for secrets
    gold = [_posting(number, luck) for number in range(GOLD)]
    gold += [_other(f"n{number}", luck) for number in range(NEITHER)]
    others = [_other(f"o{number}", luck) for number in range(OTHERS)]
    labels = [posting.pop("label", {"level": "neither", "conf": "clear", "traits": {}}) for posting in gold]
    for posting, label in zip(gold, labels, strict=True):
        label["id"] = posting["id"]
    files = directory / "postings.jsonl", directory / "labels.jsonl", directory / "others.jsonl"
    for path, rows in zip(files, (gold, labels, others), strict=True):
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return files


def _posting(number: int, luck: random.Random) -> dict[str, Any]:
    level = "director" if number < DIRECTORS else "pm"
    own = [trait for trait in load_traits() if trait.side == level]
    foreign = [trait for trait in load_traits() if trait.side != level]
    shown = luck.sample(own, 6) + luck.sample(foreign, 2)
    lines = [(trait.key, luck.choice(trait.examples)) for trait in shown]
    lines += [("", line) for line in luck.sample(FILLER, 2)]
    luck.shuffle(lines)
    lying = number % 8 == 0
    return {
        **_frame(f"g{number}", "Director of Product" if (level == "director") != lying else "Product Manager", number),
        "description": "\n".join(line for _, line in lines),
        "lines": [line for _, line in lines],
        "source_repo": "one/large" if number % 3 else f"small/{number}",
        "label": {
            "level": level,
            "conf": "lean" if number % 5 == 0 else "clear",
            "traits": {key: [place] for place, (key, _) in enumerate(lines, start=1) if key},
        },
    }


def _other(name: str, luck: random.Random) -> dict[str, Any]:
    lines = [*luck.sample(TRADE, 4), *luck.sample(FILLER, 2)]
    return {
        **_frame(name, "Software Engineer", int(name[1:])),
        "description": "\n".join(lines),
        "lines": lines,
        "source_repo": "one/large",
    }


def _frame(name: str, title: str, number: int) -> dict[str, Any]:
    employer = f"Firm{number % EMPLOYERS}"
    return {"id": name, "title": title, "company": employer, "employer": employer.lower()}
