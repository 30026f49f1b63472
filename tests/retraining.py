"""Training data go in, the SHA-256 of models trained from it again and again come out: in processes of their own.

As a command it trains the shipped model anew, five times for each number of threads and each hash seed, each time from
rows in another order:

    python tests/retraining.py --times 5
"""

import argparse
import hashlib
import itertools
import os
import random
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import pandas as pd

from postclass.modelfile import FILES, SHIPPED

ROOT = Path(__file__).resolve().parents[1]
THREADS = (1, 8)
HASH_SEEDS = (0, 1)
# Each library of numbers has a name of its own for the size of its pool.
_POOLS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "LOKY_MAX_CPU_COUNT")


def documented_arguments() -> list[str]:
    """The arguments of the training command that the data's page documents."""
    page = (ROOT / "data/README.md").read_text(encoding="utf-8").replace("\\\n", " ")
    return next(shlex.split(line)[1:] for line in page.split("\n") if line.strip().startswith("postclass train"))


def digest(model: Path) -> str:
    """One SHA-256 of all that is learnt: the manifest also says from which files, and they are shuffled here."""
    return hashlib.sha256(b"".join((model / name).read_bytes() for name in FILES)).hexdigest()


def retrained(arguments: Sequence[str], *, times: int = 1) -> Iterator[tuple[str, str]]:
    """How each model was trained and its SHA-256; `arguments` are those of `postclass train`, without its output."""
    runs = itertools.product(range(times), THREADS, HASH_SEEDS)
    for luck, (time, threads, seed) in enumerate(runs):
        with tempfile.TemporaryDirectory() as place:
            given = [_shuffled(part, Path(place) / str(n), luck) for n, part in enumerate(arguments)]
            environment = os.environ | dict.fromkeys(_POOLS, str(threads)) | {"PYTHONHASHSEED": str(seed)}
            command = [sys.executable, "-m", "postclass", *given, "-o", str(Path(place) / "model")]
            subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True)
            yield f"run {time + 1}, threads {threads}, hash seed {seed}", digest(Path(place) / "model")


def _shuffled(argument: str, place: Path, luck: int) -> str:
    """A copy of a data file with its rows in another order; any other argument as it is."""
    path = ROOT / argument
    if path.suffix not in {".parquet", ".jsonl"}:
        return argument
    place.mkdir()
    copy = place / path.name
    if path.suffix == ".parquet":
        pd.read_parquet(path).sample(frac=1, random_state=luck).to_parquet(copy)
    else:
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        random.Random(luck).shuffle(lines)  # noqa: S311 - not for secrets
        copy.write_text("".join(lines), encoding="utf-8")
    return str(copy)


def main() -> None:
    """Trains the shipped model anew as often as is asked for; exits with 1 where any bytes differ."""
    parser = argparse.ArgumentParser(description="Train the shipped model again and again, and compare the bytes.")
    parser.add_argument("--times", type=int, default=5)
    times = parser.parse_args().times
    arguments = documented_arguments()
    place = arguments.index("-o")
    arguments = [a for n, a in enumerate(arguments) if n not in {place, place + 1} and a != "--force"]
    shipped = digest(ROOT / SHIPPED)
    different = 0
    for how, found in retrained(arguments, times=times):
        different += found != shipped
        print(f"{how}: {found[:16]} {'as shipped' if found == shipped else 'DIFFERENT'}", flush=True)  # noqa: T201 - a command
    sys.exit(bool(different))


if __name__ == "__main__":
    main()
