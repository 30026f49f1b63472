"""What hostile texts cost: how time grows with their size, and what a posting of 10 MB takes.

    python benchmarks/hostile.py [--rounds 3]

CPU time of this process, the best of the rounds. Cleaning is measured with its cap of 1 MiB lifted, for with it 4 MB
cost what 1 MiB does; the cap is measured beside it. Ends with exit code 1 if a time grows more than 2.6 times as its
text doubles, or if the cleaning of 4 MB, capped as it always is, takes more than a second.
"""

import argparse
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MB = 2**20
SIZES = (1, 2, 4)  # MB
MOST, SLOWEST = 2.6, 1.0  # times a doubling, seconds
# What cleaning looks for, again and again and never whole: tags, comments, scripts, entities, Markdown, sentences.
SEEDS = {
    "unclosed tags": "<p",
    "nested elements": "<div><p>",
    "comments": "<!--",
    "scripts": "<script>",
    "quotes in tags": '<a href="',
    "less-than signs": "<",
    "entities escaped twice": "&amp;lt;p&amp;gt;",
    "half entities": "&amp",
    "links": "[a](",
    "emphasis": "_a",
    "white space": " ",
    "list in prose": "a; ",
}
Read = Callable[[str], object]


def doors() -> list[tuple[str, Read, str]]:
    """Other places that read text with patterns, each with the shape that is worst for it."""
    from postclass.jsonld import find_scripts
    from postclass.renaming import fitting_titles
    from postclass.textfiles import _posting
    from postclass.titles import claimed_level

    def heading(text: str) -> object:
        return _posting(f"# Product Manager{text}b", "a.md", 1)

    def front_matter(text: str) -> object:
        return _posting(f"---\n{text}---\n{text}", "a.md", 1)

    return [
        ("page, script's type", lambda text: find_scripts(f"<script type={text}"), " "),
        ("page, scripts", find_scripts, "<script type="),
        ("file, heading of spaces", heading, " "),
        ("file, heading of hashes", heading, "#"),
        ("file, front matter", front_matter, "\n"),
        ("title, claimed level", claimed_level, "head of product, "),
        ("title, new titles", lambda text: fitting_titles(text, level="pm"), "Art, "),
    ]


def best(act: Callable[[], object], rounds: int) -> float:
    """Seconds of CPU, the best of some rounds."""
    times = []
    for _ in range(rounds):
        start = time.process_time()
        act()
        times.append(time.process_time() - start)
    return min(times)


def row(name: str, read: Read, shape: str, rounds: int) -> tuple[str, float]:
    """A line of the table, and the greatest growth in it."""
    texts = [shape * (size * MB // len(shape)) for size in SIZES]
    times = [best(lambda text=text: read(text), rounds) for text in texts]  # type: ignore[misc] # bound at once
    # Below 10 ms what is measured is the clock.
    growth = [max(b, 0.01) / max(a, 0.01) for a, b in pairwise(times)]
    cells = [*(f"{seconds:.2f}" for seconds in times), *(f"{ratio:.2f}" for ratio in growth)]
    return f"| {name} | {' | '.join(cells)} |", max(growth)


def cleaning(rounds: int) -> bool:
    """The table of seeds and doors; whether all keep to their bounds."""
    from postclass import text

    capped = text.MAX_CHARACTERS
    print("| | 1 MB, s | 2 MB | 4 MB | growth | growth | 4 MB, capped, s |\n|---|---|---|---|---|---|---|")
    good = True
    for name, shape in SEEDS.items():
        text.MAX_CHARACTERS = SIZES[-1] * MB  # type: ignore[misc]
        line, growth = row(name, text.read_text, shape, rounds)
        text.MAX_CHARACTERS = capped  # type: ignore[misc]
        body = shape * (SIZES[-1] * MB // len(shape))
        slowest = best(lambda body=body: text.read_text(body), rounds)  # type: ignore[misc]
        good = good and growth <= MOST and slowest <= SLOWEST
        print(f"{line} {slowest:.2f} |", flush=True)
    for name, read, shape in doors():
        line, growth = row(name, read, shape, rounds)
        good = good and growth <= MOST
        print(f"{line} |", flush=True)
    return good


# A process of its own judges a posting of some bytes and says what that took.
_JUDGE = """
import json, resource, sys, time
from pathlib import Path
from postclass import Posting, load_model
from postclass.judge import JudgeSettings
model = load_model()
own = [json.loads(line)["description"] for line in Path(sys.argv[1]).read_text("utf-8").splitlines()]
text = "\\n".join(own)
settings = JudgeSettings(explain=sys.argv[3])
model.judge_one(Posting(own[0]), settings=settings)
posting = Posting((text * (int(sys.argv[2]) // len(text) + 1))[: int(sys.argv[2])])
before, start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
verdict = model.judge_one(posting, settings=settings)
taken = time.process_time() - start
print(taken, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before, *verdict.notes)
"""


def long_postings(rounds: int) -> None:
    """What postings of 10 MB of ordinary text take, beyond the text itself."""
    postings = ROOT / "data" / "labelled" / "postings.jsonl"
    for explain in ("none", "terms", "full"):
        asked = [sys.executable, "-c", _JUDGE, str(postings), str(10 * MB), explain]
        done = [subprocess.run(asked, capture_output=True, check=True, text=True).stdout.split() for _ in range(rounds)]  # noqa: S603
        seconds, kib = min(float(run[0]) for run in done), max(int(run[1]) for run in done)
        print(f"a posting of 10 MB, explained {explain}: {seconds:.2f} s, {kib / 1024:.0f} MB more; {done[0][2:]}")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args().rounds
    good = cleaning(rounds)
    print()
    long_postings(rounds)
    print(f"peak of this process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")
    sys.exit(not good)


if __name__ == "__main__":
    main()
