"""Bombs: files that grow without end are refused by the whole command within memory that is bounded."""

import gzip
import io
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

MIB = 2**20
MOST = 500  # MB that the process may take at its peak
# Runs the command and says what it took at its peak: a process of its own, for a peak never goes down. VmHWM is of this
# process alone; `ru_maxrss` begins with what the parent took.
_RUN = """
import re, sys
from postclass.cli import main
try:
    main(sys.argv[1:], prog_name="postclass")
finally:
    peak = re.search(r"VmHWM:\\s+(\\d+) kB", open("/proc/self/status").read())[1]
    print("peak", int(peak) // 1024, file=sys.stderr)
"""


def one_long_line() -> bytes:
    """1 MB of gzip that is one line of 1 GB."""
    return gzip.compress(b"description\n") + gzip.compress(b"x" * (16 * MIB)) * 64


def many_lines() -> bytes:
    """1 MB of gzip that is a GB of postings, all of them the same."""
    line = json.dumps({"description": "own the roadmap " * 1000}).encode() + b"\n"
    return gzip.compress(line * 1024) * 64


def dictionary() -> bytes:
    """5 KB of Parquet that are 20 GB: one text, which each of 2,000 rows repeats."""
    texts = pa.DictionaryArray.from_arrays(pa.array([0] * 2000, pa.int32()), pa.array(["x" * (10 * MIB)]))
    stream = io.BytesIO()
    pq.write_table(
        pa.table({"description": texts}), stream, compression="zstd", write_statistics=False, store_schema=False
    )
    return stream.getvalue()


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="Linux alone tells what one process took")
@pytest.mark.parametrize(
    ("make", "name", "most"),
    [
        (one_long_line, "a.csv.gz", 2 * MIB),
        (one_long_line, "a.jsonl.gz", 2 * MIB),
        (many_lines, "b.jsonl.gz", 3 * MIB),
        (dictionary, "c.parquet", 10_000),
    ],
)
def test_bombs_are_refused(tmp_path: Path, make: Callable[[], bytes], name: str, most: int) -> None:
    """A small file of a GB or twenty ends the command with exit code 2 and one line, at under 500 MB, and no output."""
    path = tmp_path / name
    path.write_bytes(make())
    assert path.stat().st_size <= most

    done = subprocess.run(
        [sys.executable, "-c", _RUN, "classify", str(path), "-o", str(tmp_path / "out.jsonl"), "--workers", "1"],
        capture_output=True,
        text=True,
        check=False,
    )
    *said, peak = done.stderr.splitlines()

    assert 2 == done.returncode, done.stderr
    assert "as no real postings do; refused" in said[-1]
    assert int(peak.removeprefix("peak ")) <= MOST
    assert not (tmp_path / "out.jsonl").exists()
