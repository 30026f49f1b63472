"""Lines of postings in, any number of made-up postings of about 3 KB out, as a Parquet file: distinct, and seeded.

    python benchmarks/resample.py ROWS OUT.parquet [--real POSTINGS.parquet]

Lines come from the project's own postings, and with `--real` from others; keep what is made of those out of the
repository. A posting has its title, company and four lines of five from one posting and the rest from another.
"""

import argparse
import json
import random
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

OWN = Path(__file__).parents[1] / "data" / "labelled" / "postings.jsonl"
SCHEMA = pa.schema([(name, pa.string()) for name in ("id", "title", "company", "description")])
SIZE = 3000  # characters of a description, near the mean of scraped ones
MOST = 3300  # with the last line
FEWEST = 8  # lines of a posting that is drawn from; fewer would give the same text again
SECOND = 0.2  # of the lines come from a second posting, so that the two together give enough texts
GROUP = 10_000  # rows in a row group

Source = tuple[str, str, list[str]]  # title, company, lines


def lines_of(real: Path | None) -> list[Source]:
    """What is drawn from."""
    columns = ["title", "company", "description"]
    rows = [json.loads(line) for line in OWN.read_text(encoding="utf-8").splitlines()]
    if real is not None:
        rows += pq.read_table(real, columns=columns).to_pylist()
    sources = []
    for row in rows:
        lines = [line for line in row["description"].split("\n") if line.strip()]
        if len(lines) > FEWEST:
            sources.append((row["title"] or "", row["company"] or "", lines))
    return sources


def postings(sources: list[Source], rows: int, *, seed: int = 7) -> Iterator[dict[str, str]]:
    """So many postings; the first ones are the same whatever their number."""
    draw = random.Random(seed)  # noqa: S311 - no secret
    for row in range(rows):
        title, company, lines = draw.choice(sources)
        _, _, others = draw.choice(sources)
        text: list[str] = []
        size = 0
        while size < SIZE:
            text.append(draw.choice(others if draw.random() < SECOND else lines))
            size += len(text[-1]) + 1
        yield {"id": f"r{row}", "title": title, "company": company, "description": "\n".join(text)[:MOST]}


def make(path: Path, rows: int, *, real: Path | None) -> None:
    """Writes the file."""
    buffer = []
    with pq.ParquetWriter(path, SCHEMA, compression="zstd") as writer:
        for posting in postings(lines_of(real), rows):
            buffer.append(posting)
            if len(buffer) == GROUP:
                writer.write_table(pa.Table.from_pylist(buffer, schema=SCHEMA))
                buffer = []
        if buffer:
            writer.write_table(pa.Table.from_pylist(buffer, schema=SCHEMA))


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rows", type=int)
    parser.add_argument("out", type=Path)
    parser.add_argument("--real", type=Path)
    given = parser.parse_args()
    make(given.out, given.rows, real=given.real)


if __name__ == "__main__":
    main()
