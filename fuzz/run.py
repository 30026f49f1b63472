"""Fuzzes doors: `python fuzz/run.py DOOR|all --seconds N`. Exits 1 where a promise was broken.

New inputs go to a folder that is thrown away, unless `--keep` merges those into fuzz/corpus that reach something new.
"""

import argparse
import importlib
import re
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from doors import DOORS  # noqa: E402 - found beside this file

CORPUS, DICTIONARIES, FOUND = HERE / "corpus", HERE / "dictionaries", HERE / "found"
TIMEOUT = 30  # seconds for one input: what takes a second on an idle machine ends on a busy one, too
INSIDE = "--inside"  # before the options of libFuzzer, in the process that fuzzes
MEMORY = 2048  # MB of a process
# What is written in Python and decides what becomes of an input.
SEEN = ["postclass", "html", "zipfile", "openpyxl", "json"]


def main() -> int:
    """Run the doors that are named, one after the other, each in a process of its own."""
    if INSIDE in sys.argv:
        fuzz(sys.argv[1], sys.argv[sys.argv.index(INSIDE) + 1 :])
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("door", choices=[*DOORS, "all"])
    parser.add_argument("--seconds", type=int, default=60, help="for each door; default 60")
    parser.add_argument("--keep", action="store_true", help="merge what is new into the corpus")
    asked = parser.parse_args()
    failed = [door for door in (DOORS if asked.door == "all" else [asked.door]) if not run(door, asked)]
    if failed:
        sys.stdout.write(f"broken: {', '.join(failed)}; the inputs lie in {FOUND}\n")
    return 1 if failed else 0


def run(door: str, asked: argparse.Namespace) -> bool:
    """Fuzz one door, and say in a line how it went."""
    FOUND.mkdir(exist_ok=True)
    corpus = CORPUS / door
    with tempfile.TemporaryDirectory() as new:
        done = child(door, [new, str(corpus), f"-max_total_time={asked.seconds}", "-print_final_stats=1"])
        sys.stdout.write(f"{door:12} {summary(done.stderr)}\n")
        if done.returncode != 0:
            sys.stdout.write(done.stdout[-3000:] + done.stderr[-3000:])
        sys.stdout.flush()
        if asked.keep:
            child(door, ["-merge=1", str(corpus), new])
    return done.returncode == 0


def child(door: str, flags: list[str]) -> "subprocess.CompletedProcess[str]":
    """A process that fuzzes one door."""
    command = [sys.executable, str(Path(__file__).resolve()), door, INSIDE, *flags]
    return subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)  # noqa: S603 - this file


def summary(log: str) -> str:
    """A log of libFuzzer in, what it came to out."""
    runs = re.findall(r"stat::number_of_executed_units:\s+(\d+)", log)
    seen = re.findall(r"cov: (\d+) ft: (\d+) corp: (\d+)", log)
    coverage = "cov {} ft {} corpus {}".format(*seen[-1]) if seen else "no coverage"
    return f"{int(runs[-1]) if runs else 0:,} executions, {coverage}"


def fuzz(door: str, flags: list[str]) -> None:
    """Hand a door over to atheris, which never comes back."""
    import atheris

    with atheris.instrument_imports(include=SEEN):
        module = importlib.import_module(f"doors.{door}")
    dictionary = DICTIONARIES / f"{door}.dict"
    limits = [f"-timeout={TIMEOUT}", f"-rss_limit_mb={MEMORY}", f"-max_len={module.MAX_LEN}", "-detect_leaks=0"]
    words = [f"-dict={dictionary}"] if dictionary.exists() else []
    again = f"{sys.executable} {' '.join(sys.argv[:3])}"  # how a merge starts processes of its own
    atheris.Setup([again, *flags, *limits, *words, f"-artifact_prefix={FOUND}/{door}-"], module.door)
    atheris.Fuzz()


if __name__ == "__main__":
    sys.exit(main())
