"""200 postings composed from the project's own, and the verdicts that the shipped model must give on every machine.

As a command it needs nothing but an installed postclass, so that a fresh environment with other versions can be asked:

    python tests/goldens.py                  judges all 200 in each way and says how far they are from what is kept
    python tests/goldens.py --way numpy      in one way alone: plain, numpy or compiled
    python tests/goldens.py --write          keeps the plain verdicts, after the model or the reading of texts changed
"""

import argparse
import hashlib
import html
import json
import random
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from postclass.batches import POSTINGS
from postclass.judge import JudgeSettings
from postclass.modelfile import load_model
from postclass.scorer import Scorer, Way

ROOT = Path(__file__).resolve().parents[1]
KEPT = Path(__file__).with_name("golden") / "verdicts.json"
SIZE = 200
CLOSE = 1e-9  # what two machines may differ by
WAYS: tuple[Way, ...] = ("plain", "numpy", "compiled")
_SEED = 20_01  # any number: it only has to stay
_FIELDS = ("level", "p_director", "p_in_scope", "traits", "notes")


def compose() -> list[dict[str, Any]]:
    """The 200 postings: lines of one to three of our own, shuffled or cut, as text, Markdown or HTML."""
    own = [json.loads(line) for line in (ROOT / "data/labelled/postings.jsonl").read_text("utf-8").splitlines()]
    luck = random.Random(_SEED)  # noqa: S311 - not for secrets
    return [_composed(number, own, luck) for number in range(1, SIZE + 1)]


def _composed(number: int, own: Sequence[dict[str, Any]], luck: random.Random) -> dict[str, Any]:
    parts = [own[_below(luck, len(own))] for _ in range(1 + number % 3)]
    lines = [line for part in parts for line in part["lines"][_below(luck, 4) :: 1 + _below(luck, 2)]]
    if number % 4:
        lines.sort(key=lambda _: luck.random())
    if number % 5 == 0:
        lines = lines[: 4 + _below(luck, 12)]
    described = (_plain, _markdown, _html, _escaped)[_below(luck, 4)](lines)
    return {"row": number, "title": parts[0]["title"], "company": parts[0]["company"], "description": described}


def _below(luck: random.Random, end: int) -> int:
    """A number under `end`, made of `random()` alone: Python promises that this one stays from version to version."""
    return int(luck.random() * end)


def _plain(lines: Iterable[str]) -> str:
    return "\n".join(lines)


def _markdown(lines: Iterable[str]) -> str:
    return "\n".join(f"* {line}" for line in lines)


def _html(lines: Iterable[str]) -> str:
    return "<ul>" + "".join(f"<li>{html.escape(line)}</li>" for line in lines) + "</ul>"


def _escaped(lines: Iterable[str]) -> str:
    return html.escape(_html(lines))


def texts_digest(postings: Sequence[dict[str, Any]]) -> str:
    """One SHA-256 of all texts: where it differs, the recipe or our own postings changed."""
    return hashlib.sha256(json.dumps(postings, sort_keys=True).encode()).hexdigest()


def judged(postings: Sequence[dict[str, Any]], way: Way) -> list[dict[str, Any]]:
    """The kept fields of the shipped model's verdicts, made in that way."""
    batch = pa.RecordBatch.from_pylist(list(postings), schema=POSTINGS)
    verdicts = Scorer(load_model(), JudgeSettings(), way=way).judge(batch).to_pylist()
    return [{name: verdict[name] for name in _FIELDS} for verdict in verdicts]


def kept() -> dict[str, Any]:
    """What is kept: the texts' SHA-256, and the verdicts in order."""
    table: dict[str, Any] = json.loads(KEPT.read_text(encoding="utf-8"))
    return table


def compare(expected: Sequence[dict[str, Any]], found: Sequence[dict[str, Any]]) -> tuple[list[int], float]:
    """The rows whose labels (level, traits, notes) differ, and the largest difference of a probability."""
    rows, worst = [], 0.0
    for row, (one, other) in enumerate(zip(expected, found, strict=True), start=1):
        numbers = [(one[name], other[name]) for name in ("p_director", "p_in_scope")]
        if any(one[name] != other[name] for name in ("level", "traits", "notes")) or any(
            (a is None) != (b is None) for a, b in numbers
        ):
            rows.append(row)
        worst = max([worst, *(abs(a - b) for a, b in numbers if a is not None and b is not None)])
    return rows, worst


def write() -> None:
    """Keeps the plain verdicts of the shipped model, a line a posting so that a change can be read."""
    postings = compose()
    lines = ",\n".join("  " + json.dumps(verdict) for verdict in judged(postings, "plain"))
    KEPT.write_text(f'{{"texts": "{texts_digest(postings)}",\n"verdicts": [\n{lines}\n]}}\n', encoding="utf-8")


def main() -> None:
    """Judges, compares and tells; exits with 1 where something differs."""
    parser = argparse.ArgumentParser(description="Compare this installation's verdicts with those that are kept.")
    parser.add_argument("--way", choices=WAYS, action="append", help="One way of judging; by itself all of them.")
    parser.add_argument("--write", action="store_true", help="Keep the verdicts that this installation gives.")
    arguments = parser.parse_args()
    if arguments.write:
        write()
    postings, table = compose(), kept()
    if texts_digest(postings) != table["texts"]:
        sys.exit("the composed texts are others than those that were judged: the recipe or data/labelled changed")
    failed = False
    for way in arguments.way or WAYS:
        rows, worst = compare(table["verdicts"], judged(postings, way))
        failed = failed or bool(rows) or worst > CLOSE
        same = SIZE - len(rows)
        print(f"{way}: labels {same}/{SIZE}, largest difference {worst:.1e}", *rows[:10])  # noqa: T201 - a command
    sys.exit(failed)


if __name__ == "__main__":
    main()
