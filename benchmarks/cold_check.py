"""How much CPU a cold `postclass check` takes, beside starting Python and importing what it does without.

Run: python benchmarks/cold_check.py [ROUNDS]. Contenders are interleaved; figures are CPU seconds, median and range.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

SAMPLES = Path(__file__).parents[1] / "data" / "samples" / "postings.jsonl"


def cpu_seconds(command: list[str]) -> float:
    """CPU time, user and system, of one process."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)  # noqa: S603 - our own commands
    _, _, usage = os.wait4(process.pid, 0)
    return usage.ru_utime + usage.ru_stime


def main(rounds: int) -> None:
    """Print the table."""
    postings = [json.loads(line)["description"] for line in SAMPLES.read_text(encoding="utf-8").splitlines()]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "posting.txt"
        path.write_text(max(postings, key=len), encoding="utf-8")
        contenders = {
            "python -c pass": [sys.executable, "-c", "pass"],
            "postclass check": [sys.executable, "-m", "postclass", "check", str(path), "--format", "json"],
            "import numpy": [sys.executable, "-c", "import numpy"],
            "import sklearn.linear_model": [sys.executable, "-c", "import sklearn.linear_model"],
        }
        times: dict[str, list[float]] = {name: [] for name in contenders}
        for _ in range(rounds):
            for name, command in contenders.items():
                times[name].append(cpu_seconds(command))
    for name, values in times.items():
        print(f"{name:30} {statistics.median(values):.3f}  ({min(values):.3f} to {max(values):.3f})")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 15)
