"""A directory goes in; an installed postclass is led through its main commands there, by hand as it were.

As a command it needs nothing but an installed postclass: `python tests/journey.py DIRECTORY`.
"""

import json
import subprocess
import sys
from pathlib import Path

from smallcorpus import write_corpus

ROOT = Path(__file__).resolve().parents[1]
SAMPLES = ROOT / "data/samples"


def postclass(*arguments: object, place: Path, codes: tuple[int, ...] = (0,)) -> str:
    """What a command prints; where its exit code is none of those, what it complained of."""
    command = [str(Path(sys.executable).with_name("postclass")), *map(str, arguments)]
    result = subprocess.run(command, cwd=place, capture_output=True, text=True, check=False)
    if result.returncode not in codes or "Traceback" in result.stderr:
        sys.exit(f"{' '.join(command)}: exit code {result.returncode}\n{result.stderr}")
    return result.stdout


def main(place: Path) -> None:
    """Trains, classifies each kind of sample into each kind of output, audits and checks."""
    import postclass as package

    if Path(package.__file__).is_relative_to(ROOT / "src"):
        sys.exit("this is the source, not an installed postclass")
    postings, labels, others = write_corpus(place)
    postclass("train", "--postings", postings, "--labels", labels, "--weak", others, "-o", "model", place=place)
    for name in ("verdicts.parquet", "verdicts.csv", "verdicts.jsonl"):
        postclass("classify", SAMPLES / "postings.jsonl", "--model", "model", "-o", name, place=place)
    postclass("classify", "verdicts.parquet", "--description-col", "title", "-o", "again.jsonl", place=place)
    postclass("classify", postings, "--workers", "2", "-o", "many.parquet", place=place)
    for name in ("audit.html", "audit.xlsx", "audit.json"):
        postclass("audit", SAMPLES / "postings.jsonl", "-o", name, place=place)
    first = json.loads((SAMPLES / "postings.jsonl").read_text(encoding="utf-8").splitlines()[0])
    (place / "posting.txt").write_text(first["description"], encoding="utf-8")
    checked = json.loads(postclass("check", "--format", "json", "posting.txt", place=place))
    rows = len((place / "verdicts.jsonl").read_text(encoding="utf-8").splitlines())
    print(f"journey: a model trained, {rows} postings judged, {checked['level']} by check")  # noqa: T201 - a command


if __name__ == "__main__":
    main(Path(sys.argv[1]))
