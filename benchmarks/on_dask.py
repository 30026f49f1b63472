"""A Dask cluster of local processes is started, and a command runs through it: its seconds come out.

    python benchmarks/on_dask.py WORKERS COMMAND…

The cluster's own start is not among them.
"""

import subprocess
import sys
import time

from distributed import LocalCluster


def main() -> int:
    """Start, run, stop."""
    workers, command = int(sys.argv[1]), sys.argv[2:]
    with LocalCluster(n_workers=workers, threads_per_worker=1, processes=True, dashboard_address=None) as cluster:
        start = time.perf_counter()
        done = subprocess.run(  # noqa: S603 - our own command
            [*command, "--engine", "dask", "--scheduler", cluster.scheduler_address], check=False, capture_output=True
        )
        print(time.perf_counter() - start)
    sys.stderr.buffer.write(done.stderr)
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
