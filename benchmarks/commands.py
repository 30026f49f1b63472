"""Files of postings in, the tables of whole commands out: each a process of its own, from its start to its end.

This process stays small: the peak memory that the system tells of a child counts its parent's at the child's start.
"""

import math
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from timing import Turn, interleave, pin, table

HERE = Path(__file__).parent
COMPILING = 5000  # postings enough for the command to compile by itself
PLAIN = "scikit-learn, one level head"
SMALL = 10_000  # postings from which the start of a command no longer counts for much
LIMIT = 600  # MB
READ = "import sys, pyarrow.parquet as p; [b for b in p.ParquetFile(sys.argv[1]).iter_batches()]"
TEXTS = """
import sys, pyarrow.parquet
with open(sys.argv[2], "w", encoding="utf-8") as file:
    for batch in pyarrow.parquet.ParquetFile(sys.argv[1]).iter_batches(columns=["description"]):
        file.writelines(f"{text}\\n" for text in batch[0].to_pylist())
"""


class Spent(NamedTuple):
    """What a process took: seconds of CPU and of the clock, and MB of memory at its peak."""

    cpu: float
    clock: float
    peak: float


def child(command: list[str], **environment: str) -> Spent:
    """Runs a command to its end, its own children included."""
    start = time.perf_counter()
    process = subprocess.Popen(  # noqa: S603 - our own commands
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=os.environ | environment
    )
    said = process.stderr.read() if process.stderr else b""
    _, status, usage = os.wait4(process.pid, 0)
    clock = time.perf_counter() - start
    if status:
        sys.exit(f"{' '.join(command)} ended with {os.waitstatus_to_exitcode(status)}: {said.decode()[-2000:]}")
    kilobytes = usage.ru_maxrss / 1024 if sys.platform == "darwin" else usage.ru_maxrss
    return Spent(usage.ru_utime + usage.ru_stime, clock, kilobytes / 1024)


def run(what: str, paths: list[Path], *, rounds: int) -> int:
    """Prints one table."""
    with tempfile.TemporaryDirectory() as folder:
        return {"command": _command, "growth": _growth, "workers": _workers}[what](paths, Path(folder), rounds)


def _classify(path: Path, folder: Path, *options: str) -> list[str]:
    output = str(folder / "verdicts.parquet")
    return [sys.executable, "-m", "postclass", "classify", str(path), "-o", output, "--force", *options]


def _python(*arguments: str) -> list[str]:
    return [sys.executable, *arguments]


def rows_of(path: Path) -> int:
    """How many postings a file holds; asked of a child, to stay small."""
    told = subprocess.run(  # noqa: S603 - as above
        _python("-c", "import sys, pyarrow.parquet as p; print(p.read_metadata(sys.argv[1]).num_rows)", str(path)),
        check=True,
        capture_output=True,
    )
    return int(told.stdout)


def _warm(folder: Path) -> Path:
    path = folder / "few.parquet"
    child(_python(str(HERE / "resample.py"), str(COMPILING), str(path)))
    return path


def _command(paths: list[Path], folder: Path, rounds: int) -> int:
    path, rows = paths[0], rows_of(paths[0])
    pin()
    warm, model = _warm(folder), folder / "level.joblib"
    child(_python(str(HERE / "plain_script.py"), "--make", str(model)))
    first = child(_classify(warm, folder, "--workers", "1"), NUMBA_CACHE_DIR=str(folder / "cache"))
    child(_classify(warm, folder, "--workers", "1"))
    texts = folder / "texts.txt"
    child(_python("-c", TEXTS, str(path), str(texts)))
    peaks: dict[str, float] = {}
    commands = {
        PLAIN: _python(str(HERE / "plain_script.py"), str(path), str(folder / "plain.parquet"), str(model)),
        "postclass classify": _classify(path, folder, "--workers", "1"),
        "postclass classify --explain none": _classify(path, folder, "--workers", "1", "--explain", "none"),
        "reading the Parquet file": _python("-c", READ, str(path)),
        "`wc -w` of the descriptions": ["wc", "-w", str(texts)],
    }
    times = interleave({name: _turn(name, command, rows, peaks) for name, command in commands.items()}, rounds)
    print(table(times, against=PLAIN))
    for name, peak in peaks.items():
        print(f"{name}: {peak:.0f} MB at the peak")
    print(f"first run ever, {COMPILING} postings, compiling: {first.cpu:.1f} s CPU")
    return int(peaks["postclass classify"] > LIMIT)


def _turn(name: str, command: list[str], rows: int, peaks: dict[str, float]) -> Turn:
    def take(_: int) -> float:
        spent = child(command)
        peaks[name] = max(peaks.get(name, 0), spent.peak)
        return spent.cpu / rows * 1e6

    return take


def _growth(paths: list[Path], folder: Path, rounds: int) -> int:
    pin()
    child(_classify(_warm(folder), folder, "--workers", "1"))
    peaks: dict[str, float] = {}
    sizes = {str(path): rows_of(path) for path in paths}
    times = interleave(
        {
            name: _turn(name, _classify(Path(name), folder, "--workers", "1"), size, peaks)
            for name, size in sizes.items()
        },
        rounds,
    )
    seconds = {name: statistics.median(own) * sizes[name] / 1e6 for name, own in times.items()}
    print("| postings | CPU s, median | least to most | µs a posting | MB at the peak |\n|---|---|---|---|---|")
    for name, size in sizes.items():
        own = [time_ * size / 1e6 for time_ in times[name]]
        print(f"| {size:,} | {seconds[name]:.2f} | {min(own):.2f} to {max(own):.2f} | {seconds[name] / size * 1e6:.1f} "
              f"| {peaks[name]:.0f} |")  # fmt: skip
    large = [(math.log(sizes[name]), math.log(spent)) for name, spent in seconds.items() if sizes[name] >= SMALL]
    if len(large) > 1:
        print(f"exponent from {SMALL:,} postings on: {_slope(large):.3f}")
    print(f"exponent over all: {_slope([(math.log(sizes[n]), math.log(s)) for n, s in seconds.items()]):.3f}")
    return int(max(peaks.values()) > LIMIT)


def _slope(points: list[tuple[float, float]]) -> float:
    """Of the line of least squares."""
    x, y = (statistics.mean(values) for values in zip(*points, strict=True))
    return sum((a - x) * (b - y) for a, b in points) / sum((a - x) ** 2 for a, _ in points)


def _workers(paths: list[Path], folder: Path, rounds: int) -> int:
    path, rows = paths[0], rows_of(paths[0])
    child(_classify(_warm(folder), folder, "--workers", "1"))

    def local(workers: int) -> Callable[[int], float]:
        return lambda _: child(_classify(path, folder, "--workers", str(workers))).clock / rows * 1e6

    def dask(workers: int) -> Callable[[int], float]:
        command = _python(str(HERE / "on_dask.py"), str(workers), *_classify(path, folder))

        def take(_: int) -> float:
            done = subprocess.run(command, check=True, stdout=subprocess.PIPE)  # noqa: S603 - as above
            return float(done.stdout) / rows * 1e6

        return take

    one = "one process"
    turns = {one: local(1), "two worker processes": local(2), "Dask, one worker": dask(1), "Dask, two workers": dask(2)}
    times = interleave(turns, rounds)
    print(table(times, against=one))
    ratios = [a / b for a, b in zip(times["Dask, one worker"], times["Dask, two workers"], strict=True)]
    print(f"Dask, two workers against one: {statistics.median(ratios):.2f}x ({min(ratios):.2f} to {max(ratios):.2f})")
    return 0
