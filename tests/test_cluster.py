"""Dask: the same rows as here, whatever its workers do."""

import os
import signal
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from postclass.batch import Summary, classify
from postclass.cli import main
from postclass.engines import InProcess, Pace
from postclass.engines.choice import EngineSettings, open_engine
from postclass.engines.flow import DIED, Flow
from postclass.engines.task import Task
from postclass.errors import EngineError, InputError
from postclass.judge import JudgeSettings
from scorers import Given, Kept, Lengths, Records, numbered

distributed = pytest.importorskip("distributed")
cluster = pytest.importorskip("postclass.engines.cluster")

TASK = Task(None, JudgeSettings(), load=Lengths.load)


@pytest.fixture(scope="module")
def local() -> Iterator[Any]:
    """A cluster of two processes on this machine."""
    import dask

    quiet = {"distributed.admin.system-monitor.gil.enabled": False, "distributed.scheduler.allowed-failures": 1}
    with (
        dask.config.set(quiet),
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, host="127.0.0.1", dashboard_address="127.0.0.1:0",
            silence_logs=50, memory_limit=0,
        ) as running,
    ):  # fmt: skip
        yield running


def run(records: Records, scheduler: str, *, piece: int = 2) -> tuple[Kept, Summary]:
    """Classify records on the cluster and keep what comes out."""
    sink = Kept()
    with cluster.Cluster(scheduler) as pool:
        summary = classify(Given(records), sink, Flow(pool, TASK, "given", Pace(0.0, piece)))
    return sink, summary


def test_cluster(local: Any) -> None:  # noqa: ANN401
    """Rows are those of a run in this process, one for one."""
    records = numbered(["", "ab", None, "long text", None] * 20)
    alone = Kept()
    expected = classify(Given(records), alone, InProcess(Lengths()))

    assert (alone, expected) == run(records, local.scheduler_address)


def test_workers_killed_in_a_run(local: Any) -> None:  # noqa: ANN401
    """Workers that are killed in the midst of a run cost no row, and double none."""
    records = numbered(["wait 0.02"] * 60 + [None])
    pids = [worker.pid for worker in local.workers.values()]
    killer = threading.Timer(0.3, lambda: os.kill(pids[0], signal.SIGKILL))
    killer.start()
    sink, summary = run(records, local.scheduler_address)
    killer.join()

    assert list(range(1, 61)) == [v.row for v in sink.verdicts]
    assert {"torn": 1} == summary.rejections


def test_a_posting_that_kills(local: Any) -> None:  # noqa: ANN401
    """The one posting that kills its workers is found and rejected."""
    sink, summary = run(numbered(["a", "b", "poison", None, "c"]), local.scheduler_address, piece=5)

    assert [1, 2, 5] == [v.row for v in sink.verdicts]
    assert [(3, DIED), (4, "torn")] == [(r.row, r.reason) for r in sink.rejections]
    assert 5 == summary.rows


def test_the_command(local: Any, tmp_path: Path) -> None:  # noqa: ANN401
    """`--engine dask --scheduler ADDRESS` writes the file that a run here writes."""
    source = Path(__file__).parents[1] / "data" / "samples" / "postings.jsonl"
    here, there = tmp_path / "here.jsonl", tmp_path / "there.jsonl"
    results = [
        CliRunner().invoke(main, ["classify", str(source), "-o", str(output), *options])
        for output, options in [
            (here, ["--workers", "1"]),
            (there, ["--engine", "dask", "--scheduler", local.scheduler_address]),
        ]
    ]

    assert [0, 0] == [result.exit_code for result in results], results[1].output
    assert here.read_bytes() == there.read_bytes()


def test_no_scheduler(monkeypatch: pytest.MonkeyPatch) -> None:
    """An address where nobody answers is an error that names it."""
    monkeypatch.setattr(cluster, "CONNECT_SECONDS", 0.2)
    with pytest.raises(EngineError, match=r"tcp://127\.0\.0\.1:9: no Dask scheduler answers"):
        cluster.Cluster("tcp://127.0.0.1:9")
    with pytest.raises(EngineError, match="no Dask scheduler answers"):
        cluster.Cluster("no address")


def test_no_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    """A run on a scheduler without workers waits for a while, and ends with what is wrong."""
    monkeypatch.setattr(cluster, "ALONE_SECONDS", 0.2)
    monkeypatch.setattr(cluster, "_POLL", 0.1)
    with (
        distributed.LocalCluster(
            n_workers=0, processes=True, host="127.0.0.1", dashboard_address="127.0.0.1:0"
        ) as empty,
        pytest.raises(EngineError, match="has no workers"),
    ):
        run(numbered(["x"]), empty.scheduler_address)


def test_a_scheduler_that_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    """A scheduler that is lost in the midst of a run ends it with what is wrong."""
    monkeypatch.setattr(cluster, "_POLL", 0.1)
    with distributed.LocalCluster(
        n_workers=0, processes=True, host="127.0.0.1", dashboard_address="127.0.0.1:0"
    ) as gone:
        address = gone.scheduler_address
        closing = threading.Timer(0.5, gone.close)
        closing.start()
        with pytest.raises(EngineError, match="Dask"):
            run(numbered(["x"]), address)
        closing.join()


def test_without_dask(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where Dask is not installed, what to install is told."""
    monkeypatch.setitem(sys.modules, "distributed", None)
    settings = EngineSettings("dask", scheduler="tcp://127.0.0.1:9")
    with pytest.raises(InputError, match=r"pip install 'postclass\[dask\]'"), open_engine(settings, TASK, name=""):
        pass
