"""How fast postings are judged: contenders take turns within one run, and ratios are told with their spread.

    python benchmarks/resample.py 100000 postings.parquet
    python benchmarks/speed.py level postings.parquet        the level head alone, and peers
    python benchmarks/speed.py verdict postings.parquet      the whole verdict, from and to Arrow batches
    python benchmarks/speed.py command postings.parquet      the cold command, Parquet to Parquet
    python benchmarks/speed.py growth postings.parquet …     the command over files of several sizes, smallest first
    python benchmarks/speed.py workers postings.parquet      one process, two, and Dask

Times are CPU time of one thread on one core, but for `workers`, whose are wall-clock time. `pip install -e '.[bench]'`
brings the peers; what isn't installed is left out. A contender of ours whose numbers differ ends it with exit code 1.
"""

import argparse
import os
import sys
from pathlib import Path

from timing import ONE_THREAD

os.environ.update(ONE_THREAD)


def main() -> int:
    """One table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["level", "verdict", "command", "growth", "workers"])
    parser.add_argument("postings", type=Path, nargs="+")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--each", type=int, default=2000, help="postings in a round of `level` and `verdict`")
    given = parser.parse_args()
    if given.what in {"level", "verdict"}:
        import judging

        return judging.run(given.what, given.postings[0], rounds=given.rounds, each=given.each)
    import commands

    return commands.run(given.what, given.postings, rounds=given.rounds)


if __name__ == "__main__":
    sys.exit(main())
