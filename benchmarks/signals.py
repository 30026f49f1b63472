"""Ends `postclass` at random moments by Ctrl-C, SIGTERM and a closed pipe, and looks at what it leaves and how soon.

    python benchmarks/signals.py --trials 50

The moment is a random one of the time that a whole run takes, from where the command begins. What is printed a command
and signal: how often it ended as promised (the signal's exit code, or its own where it had been done before; at most
three lines on stderr and no traceback; the output complete or absent; nothing else left but a checkpoint), and how
long it took to end.
"""

import argparse
import os
import random
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CODES = {"SIGINT": 130, "SIGTERM": 143, "pipe": 141}
COMMANDS = ("classify", "workers", "audit", "train", "print")
MOST_LINES = 3  # what is kept and how to go on; in the end the summary
POSTINGS = 150

# `postclass` that says when its command begins, and keeps a part after each piece, so that a short run has many.
RUNNER = """
import sys
import postclass.longrun
from postclass.cli import main
postclass.longrun.PART_SECONDS = 0.0
if __name__ == "__main__":
    open(sys.argv.pop(1), "w").close()
    main()
"""


@dataclass
class Trials:
    """What became of the trials of one command and signal."""

    done: int = 0
    good: int = 0
    interrupted: int = 0  # the others were done before
    seconds: list[float] = field(default_factory=list)  # from the signal to the end
    faults: list[str] = field(default_factory=list)


def arguments(command: str, work: Path, inputs: Path) -> list[str]:
    """The command line of a run in the folder `work`."""
    postings = str(inputs / "in.jsonl")
    if command == "train":
        corpus = [str(inputs / name) for name in ("postings.jsonl", "labels.jsonl", "others.jsonl")]
        return ["train", "--postings", corpus[0], "--labels", corpus[1], "--weak", corpus[2], "-o", str(work / "out")]
    if command == "audit":
        return ["audit", postings, "-o", str(work / "out.html")]
    if command == "print":
        return ["classify", postings, "-o", "-", "--rejects", str(work / "rejects.jsonl")]
    workers = "2" if command == "workers" else "1"
    return ["classify", postings, "-o", str(work / "out.jsonl"), "--workers", workers]


def left(work: Path) -> dict[str, bytes]:
    """The files of a run, without those of its checkpoint."""
    return {
        str(path.relative_to(work)): path.read_bytes()
        for path in sorted(work.rglob("*"))
        if path.is_file() and path.parent.suffix != ".checkpoint"
    }


def start(command: str, work: Path, inputs: Path) -> "subprocess.Popen[bytes]":
    """A run in a session of its own; returns when its command begins."""
    work.mkdir()
    marker = inputs / "begun"
    marker.unlink(missing_ok=True)
    process = subprocess.Popen(  # noqa: S603 - our own command
        [sys.executable, str(inputs / "runner.py"), str(marker), *arguments(command, work, inputs)],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip
    while not marker.exists():
        time.sleep(0.005)
    return process


def run_trials(command: str, how: str, trials: int, *, directory: Path, seed: int = 0) -> Iterator[Trials]:
    """Yields the trials so far after each."""
    dice, seen = random.Random(f"{command} {how} {seed}"), Trials()  # noqa: S311 - the same moments every time
    whole = start(command, directory / "whole", directory)
    begun = time.monotonic()
    whole.communicate()
    seconds, expected = time.monotonic() - begun, left(directory / "whole")
    own = whole.returncode
    for number in range(trials):
        work = directory / f"trial{number}"
        process = start(command, work, directory)
        time.sleep(dice.uniform(0, seconds))
        sent = time.monotonic()
        if how == "pipe":
            if process.stdout is not None:
                process.stdout.close()
                process.stdout = None
        elif process.poll() is None:
            os.killpg(process.pid, getattr(signal, how))  # as a terminal does
        _, said = process.communicate()
        seen.seconds.append(time.monotonic() - sent)
        seen.done += 1
        # What a shell shows; by the signal itself ends what had done its work and was on its way out.
        code = process.returncode if process.returncode >= 0 else 128 - process.returncode
        fault = _fault(code, said, left(work), (own, CODES[how]), expected)
        seen.interrupted += code == CODES[how]
        seen.good += fault is None
        seen.faults += [] if fault is None else [f"trial {number}: {fault}"]
        shutil.rmtree(work)
        yield seen
    shutil.rmtree(directory / "whole")


def _fault(
    code: int, said: bytes, files: dict[str, bytes], codes: tuple[int, int], expected: dict[str, bytes]
) -> str | None:
    """What is not as promised, if anything."""
    if code not in codes:
        return f"exit code {code}: {said.decode()[-300:]}"
    if b"Traceback" in said or len(said.splitlines()) > MOST_LINES:
        return said.decode()[-300:]
    if files not in ({}, expected):
        return f"left {', '.join(files)}"
    return None


def prepare(directory: Path) -> None:
    """Writes the inputs of all commands."""
    sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "benchmarks")]
    from kill_resume import make_input

    from smallcorpus import write_corpus

    make_input(directory / "in.jsonl", POSTINGS)
    write_corpus(directory)
    (directory / "runner.py").write_text(RUNNER)


def main() -> None:
    """Print a line a command and signal."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trials", type=int, default=50, help="a command and signal [50]")
    parser.add_argument("--commands", nargs="+", default=list(COMMANDS), choices=COMMANDS)
    asked = parser.parse_args()
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job ignores it, and hands that down
    for command in asked.commands:
        for how in ("pipe",) if command == "print" else ("SIGINT", "SIGTERM"):
            with tempfile.TemporaryDirectory() as name:
                prepare(Path(name))
                *_, seen = run_trials(command, how, asked.trials, directory=Path(name))
            print(
                f"{command}, {how}: {seen.good} of {seen.done} as promised, {seen.interrupted} of them interrupted; "
                f"ended after {statistics.median(seen.seconds):.2f} s, at most {max(seen.seconds):.2f} s",
                *seen.faults,
                sep="\n  ",
                flush=True,
            )


if __name__ == "__main__":
    main()
