"""Peak memory of reading and of writing: 1 GB of made-up postings in each format, through a scorer that does nothing.

    python benchmarks/memory.py [--gigabytes 1] [--formats parquet csv …]

Each run is a process of its own; its peak is the kernel's (`VmHWM`), its time CPU time. Ends with exit code 1 if a
peak is over 600 MB. The files are made in a temporary folder, which takes twice the size.
"""

import argparse
import json
import random
import re
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from postclass.batches import verdict_schema
from postclass.sinks import SinkSettings, open_sink
from postclass.sources import open_source

LIMIT = 600  # MB, for the whole process
TEXT = 3000  # bytes of a description, as real ones have
ROWS = 1000  # rows made at a time
INPUTS = ("parquet", "csv", "jsonl", "json", "db", "jsonl.gz", "jsonl.zst", "folder")
OUTPUTS = ("parquet", "csv", "jsonl", "json", "db", "jsonl.gz", "jsonl.zst", "parts/")
WORDS = (
    "own the roadmap of payments with engineers – and designers; lead, coach and hire product managers who decide what "
    "customers need “next” across markets, measure it in weekly tests, write stories, report to the board, plan budgets"
).split()


def batches(size: int) -> Iterator[pa.RecordBatch]:
    """Batches of postings, `size` bytes of descriptions together."""
    random.seed(1)
    lines = [" ".join(random.choices(WORDS, k=12)) for _ in range(5000)]  # noqa: S311 - no secret
    row = 0
    while row * TEXT < size:
        texts = ["\n".join(random.choices(lines, k=TEXT // 75)) for _ in range(ROWS)]  # noqa: S311 - as above
        ids = [f"{row + n:09}" for n in range(ROWS)]
        columns = [ids, ["Product Manager"] * ROWS, [f"Firm {n % 97}" for n in range(ROWS)], texts]
        yield pa.record_batch(columns, names=["id", "title", "company", "description"])
        row += ROWS


def make(folder: Path, kind: str, size: int) -> Path:
    """A file, or a folder, of postings."""
    path = folder / ("in" if kind == "folder" else f"in.{kind}")
    if kind == "folder":
        path.mkdir()
        for number, batch in enumerate(batches(size)):
            pq.write_table(pa.Table.from_batches([batch]), path / f"part-{number:05}.parquet")
    elif kind == "parquet":
        with pq.ParquetWriter(path, next(batches(1)).schema) as writer:
            group: list[pa.RecordBatch] = []
            for batch in batches(size):
                group.append(batch)
                if len(group) == 100:  # noqa: PLR2004 - 100,000 rows, a large row group
                    writer.write_table(pa.Table.from_batches(group))
                    group = []
            if group:
                writer.write_table(pa.Table.from_batches(group))
    elif kind == "db":
        with sqlite3.connect(path) as database:
            database.execute("CREATE TABLE postings (id TEXT, title TEXT, company TEXT, description TEXT)")
            for batch in batches(size):
                rows = zip(*(column.to_pylist() for column in batch.columns), strict=True)
                database.executemany("INSERT INTO postings VALUES (?, ?, ?, ?)", rows)
        database.close()
    else:
        _make_text(path, kind, size)
    return path


def _make_text(path: Path, kind: str, size: int) -> None:
    import csv
    import io

    packing = {"gz": "gzip", "zst": "zstd"}.get(kind.rpartition(".")[2])
    with pa.output_stream(path, compression=packing) as stream:
        first = True
        if kind == "json":
            stream.write(b"[")
        for batch in batches(size):
            records = batch.to_pylist()
            if kind == "csv":
                text = io.StringIO()
                table = csv.DictWriter(text, list(records[0]))
                if first:
                    table.writeheader()
                table.writerows(records)
                stream.write(text.getvalue().encode())
            elif kind == "json":
                stream.write((("" if first else ",\n") + json.dumps(records)[1:-1]).encode())
            else:
                stream.write("".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records).encode())
            first = False
        if kind == "json":
            stream.write(b"]")


def read(path: str) -> int:
    """All chunks of a source, and nothing done with them."""
    with open_source(path) as source:
        return sum(chunk.records for chunk in source.chunks())


def write(path: str, size: int) -> int:
    """Verdicts with the full text and every field, as many as make up the size."""
    rows = 0
    with open_sink(path, settings=SinkSettings(explain="full")) as sink:
        for batch in batches(size):
            sink.write(verdicts(batch, rows))
            rows += batch.num_rows
    return rows


def verdicts(batch: pa.RecordBatch, row: int) -> pa.RecordBatch:
    """A verdict for each posting, its text among its fields."""
    terms = [{"term": word, "weight": 0.123456789} for word in WORDS[:5]]
    span = {"text": " ".join(WORDS[:12]), "start": 0, "end": 80, "probability": 0.5}
    same: dict[str, Any] = {
        "level": "pm",
        "p_director": 0.123456789,
        "p_in_scope": 0.987654321,
        "traits": ["backlog", "tests"],
        "top_terms": terms,
        "notes": [],
        "reasons": [{"kind": "bias", "key": "bias", "log_odds": -1.23456789}] * 23,
        "evidence": [("backlog", span), ("tests", span)],
        "missing": ["budget"],
        "flip": None,
    }
    schema, count = verdict_schema("full"), batch.num_rows
    columns = []
    for field in schema:
        if field.name == "row":
            columns.append(pa.array(range(row + 1, row + 1 + count), field.type))
        elif field.name in same:
            columns.append(pa.array([same[field.name]] * count, field.type))
        else:
            columns.append(batch.column("description" if field.name == "text" else field.name))
    return pa.record_batch(columns, schema=schema)


def peak_megabytes() -> int:
    """The peak of this process; `ru_maxrss` would count its parent's too, up to where the child's program began."""
    status = Path("/proc/self/status")
    if status.exists():
        return int(re.search(r"VmHWM:\s+(\d+)", status.read_text())[1]) // 1024  # type: ignore[index]
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def measure(*arguments: str) -> tuple[int, float, int]:
    """Rows, CPU seconds and peak MB of this script run with those arguments."""
    done = subprocess.run(  # noqa: S603 - this script itself
        [sys.executable, __file__, *arguments], check=True, capture_output=True, text=True
    )
    rows, seconds, peak = done.stdout.split()
    return int(rows), float(seconds), int(peak)


def main() -> int:
    """Run all, print a line each, and say whether one was over the limit."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gigabytes", type=float, default=1)
    parser.add_argument("--formats", nargs="*", help="of INPUT and OUTPUT; none: all")
    parser.add_argument("--one", nargs=2, help=argparse.SUPPRESS)
    given = parser.parse_args()
    size = int(given.gigabytes * 1e9)
    if given.one:
        what, path = given.one
        start = time.process_time()
        rows = read(path) if what == "read" else write(path, size)
        print(rows, time.process_time() - start, peak_megabytes())
        return 0
    over = False
    print(f"{'':5} {'format':10} {'rows':>9} {'µs/row':>7} {'MB peak':>8}")
    for what, kinds in (("read", INPUTS), ("write", OUTPUTS)):
        for kind in kinds:
            if given.formats and kind.rstrip("/") not in given.formats:
                continue
            with tempfile.TemporaryDirectory() as folder:
                path = str(make(Path(folder), kind, size)) if what == "read" else f"{folder}/out.{kind}"
                rows, seconds, peak = measure("--gigabytes", str(given.gigabytes), "--one", what, path)
            over |= peak > LIMIT
            print(f"{what:5} {kind:10} {rows:9,} {seconds / rows * 1e6:7.1f} {peak:8}", flush=True)
    return int(over)


if __name__ == "__main__":
    sys.exit(main())
