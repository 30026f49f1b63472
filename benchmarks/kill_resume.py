"""Kills `postclass classify` at random moments, resumes it, and compares every output with an uninterrupted run's.

    python benchmarks/kill_resume.py --kills 200

Half of the kills (SIGKILL) come after a random time, half at a random one of the run's own steps on the disk (opening,
renaming and removing of files), so that they land in every phase: before there is a checkpoint, between and within
parts, while output and rejects are put in their places, and while the checkpoint is removed. A run that is resumed may
be killed again. What is printed a format: how many trials ended with the bytes of an uninterrupted run.
"""

import argparse
import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FORMATS = ("jsonl", "csv", "parquet")
KILLED = -signal.SIGKILL
MOST_KILLS = 3  # of one trial, before it may end

# `postclass` with parts, pieces and chunks so small that a short run has many; dies at a step of its own if told so.
RUNNER = """
import os, signal, sys
import postclass.engines, postclass.longrun, postclass.sources
from postclass.cli import main
postclass.engines.PIECE_SECONDS = postclass.longrun.PART_SECONDS = 0.0
postclass.engines.Pace.learn = lambda self, rows, seconds: setattr(self, "rows", 5)
postclass.sources.CHUNK_ROWS = 13
steps, last = 0, int(os.environ.get("KILL_AT_STEP", 0))
STEPS = {"os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.scandir", "os.listdir"}
def count(event, arguments):
    global steps
    if event in STEPS or event == "open" and "postclass-" in str(arguments[0]):
        steps += 1
        if steps == last:
            os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(count)
try:
    main()
finally:
    if "STEPS_FILE" in os.environ:
        open(os.environ["STEPS_FILE"], "w").write(str(steps))
"""


@dataclass
class Trials:
    """What became of the trials of one format."""

    done: int = 0
    equal: int = 0
    kills: int = 0
    phases: Counter[str] = field(default_factory=Counter)  # what a kill left
    faults: list[str] = field(default_factory=list)


def postings(count: int) -> list[dict[str, str]]:
    """The project's own postings, again and again, with lines left out so that they differ."""
    own = [json.loads(line) for line in (ROOT / "data/labelled/postings.jsonl").read_text("utf-8").split("\n") if line]
    dice = random.Random(5)  # noqa: S311 - the same postings every time
    rows = []
    for number in range(count):
        row = dice.choice(own)
        lines = [line for line in row["description"].split("\n") if dice.random() < 1 / 2]
        rows.append({"id": f"{number:05}", "title": row["title"], "description": "\n".join(lines)})
    return rows


def make_input(path: Path, count: int) -> None:
    """Writes postings in the format of the suffix, some of them broken."""
    rows = postings(count)
    if path.suffix == ".jsonl":
        lines = [json.dumps(row) if number % 17 else "{" for number, row in enumerate(rows, 1)]
        path.write_text("\n".join(lines), "utf-8")
    elif path.suffix == ".csv":
        import csv

        with path.open("w", newline="", encoding="utf-8") as stream:
            writer = csv.writer(stream)
            writer.writerow(rows[0])
            writer.writerows(row.values() if number % 17 else ("ragged",) for number, row in enumerate(rows, 1))
    else:
        import pyarrow as pa
        import pyarrow.parquet as pq

        cells = [row["description"].encode() if n % 17 else b"\xff" for n, row in enumerate(rows, 1)]
        texts = pa.array(cells, pa.binary()).view(pa.string())
        columns = {"id": [row["id"] for row in rows], "title": [row["title"] for row in rows], "description": texts}
        pq.write_table(pa.table(columns), path, row_group_size=29)


def command(source: Path, output: Path, *more: str) -> list[str]:
    """The command line of a run."""
    return [sys.executable, "-c", RUNNER, "classify", str(source), "-o", str(output), "--workers", "1", *more]


def digests(output: Path) -> list[str | None]:
    """The SHA-256 of output and rejects, None where there is no file."""
    rejects = output.with_name(f"{output.name}.rejects.jsonl")
    return [hashlib.sha256(p.read_bytes()).hexdigest() if p.exists() else None for p in (output, rejects)]


def phase(output: Path) -> str:
    """What a killed run left, in words."""
    checkpoint = output.with_name(f"{output.name}.checkpoint")
    if output.exists():
        return "output in its place"
    if output.with_name(f"{output.name}.rejects.jsonl").exists():
        return "rejects in their place"
    return "parts kept" if any(checkpoint.glob("*.arrow")) else "nothing kept"


def run_trials(suffix: str, kills: int, *, count: int, directory: Path, seed: int = 0) -> Iterator[Trials]:
    """Yields the trials so far after each; there are `kills` of them, each with one kill at least."""
    source, whole = directory / f"in.{suffix}", directory / f"whole.{suffix}"
    make_input(source, count)
    start = time.monotonic()
    steps_file = directory / "steps"
    subprocess.run(  # noqa: S603 - our own command
        command(source, whole, "--resume"), check=False, capture_output=True,
        env={**os.environ, "STEPS_FILE": str(steps_file)},
    )  # fmt: skip
    seconds, steps, expected = time.monotonic() - start, int(steps_file.read_text()), digests(whole)
    dice, trials = random.Random(f"{suffix} {seed}"), Trials()  # noqa: S311 - the same kills every time
    for number in range(kills):
        output = directory / f"trial{number}.{suffix}"
        _trial(output, command(source, output, "--resume"), trials, dice, (seconds, steps))
        left = {path.name for path in directory.iterdir() if output.name in path.name}
        untidy = left - {output.name, f"{output.name}.rejects.jsonl", f"{output.name}.receipt"}
        trials.done += 1
        if digests(output) == expected and not untidy:
            trials.equal += 1
        else:
            trials.faults.append(f"trial {number}: {', '.join(sorted(untidy)) or 'other bytes'}")
        for name in left:
            path = directory / name
            if path.is_file():
                path.unlink()
        yield trials


def _trial(output: Path, line: list[str], trials: Trials, dice: random.Random, whole: tuple[float, int]) -> None:
    """Runs until it is done; is killed on the way, the first time for certain."""
    (seconds, steps), killed = whole, 0
    while True:
        kill = killed == 0 or (killed < MOST_KILLS and dice.random() < 1 / 2)
        at_step = kill and dice.random() < 1 / 2
        env = {**os.environ, "KILL_AT_STEP": str(dice.randint(1, steps))} if at_step else dict(os.environ)
        process = subprocess.Popen(  # noqa: S603 - our own command
            line, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            process.wait(dice.uniform(0, seconds) if kill and not at_step else 600)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.returncode == KILLED:
            killed += 1
            trials.kills += 1
            trials.phases[phase(output)] += 1
        elif not kill or process.returncode not in {0, 1}:
            return
        elif killed == 0:  # it was done before it could be killed: once more
            for path in output.parent.glob(f"{output.name}*"):
                path.unlink()


def main() -> None:
    """Print a line a format."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=200, help="trials a format [200]")
    parser.add_argument("--postings", type=int, default=150, help="postings of the input [150]")
    parser.add_argument("--formats", nargs="+", default=list(FORMATS), choices=FORMATS)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    for suffix in asked.formats:
        with tempfile.TemporaryDirectory() as directory:
            trials = Trials()
            for trials in run_trials(
                suffix, asked.kills, count=asked.postings, directory=Path(directory), seed=asked.seed
            ):
                print(f"\r{suffix}: {trials.equal} of {trials.done} equal", end="", flush=True)
            phases = ", ".join(f"{count} with {phase}" for phase, count in trials.phases.most_common())
            print(f"\r{suffix}: {trials.equal} of {trials.done} equal; {trials.kills} kills: {phases}")
            print(*trials.faults, sep="\n", end="\n" if trials.faults else "")


if __name__ == "__main__":
    main()
