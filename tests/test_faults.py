"""Faults of the machine: kills, full disks and signals leave the old output or the new one, and a way to go on."""

import errno
import json
import os
import random
import runpy
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner, Result

from postclass import longrun
from postclass.cli import main
from postclass.engines.flow import DIED

if TYPE_CHECKING:
    from collections.abc import Callable

    from standins import FakeModel

ROOT = Path(__file__).parents[1]

# A command line whose postings take their time, and which keeps a part after each piece of them.
SLOW = """
import os, resource, time
import postclass.engines.flow, postclass.engines.task, postclass.longrun
from postclass.cli import main
from scorers import Lengths

class Slow(Lengths):
    def judge(self, postings):
        time.sleep(0.01 * postings.num_rows)
        return super().judge(postings)

postclass.longrun.PART_SECONDS = 0.0
postclass.engines.flow.WORKER_SECONDS = float(os.environ.get("PIECE", 1.0))
postclass.engines.task.load_scorer = Slow.load
if "LARGEST" in os.environ:
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(os.environ["LARGEST"]),) * 2)
main()
"""


@pytest.fixture
def many(tmp_path: Path) -> Path:
    """A file of a hundred and fifty postings and a line that is none."""
    path = tmp_path / "many.jsonl"
    lines = [json.dumps({"id": n, "description": "x" * (n % 7)}) for n in range(150)]
    path.write_text("\n".join([*lines[:100], "{", *lines[100:]]))
    return path


def run(*arguments: str | Path) -> Result:
    """`postclass classify` with these arguments."""
    return CliRunner().invoke(main, ["classify", *map(str, arguments)])


def start(*arguments: str | Path, **environment: str) -> "subprocess.Popen[bytes]":
    """`postclass classify` in a process of its own that takes its time, and keeps parts."""
    line = [sys.executable, "-c", SLOW, "classify", *map(str, arguments)]
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parent), **environment}
    return subprocess.Popen(line, env=env, stderr=subprocess.PIPE, start_new_session=True)


def wait_for(path: Path) -> None:
    """Wait until a file is there."""
    for _ in range(6000):
        if path.exists():
            return
        time.sleep(0.01)
    raise TimeoutError(path)


@pytest.mark.parametrize(("suffix", "kills"), [("jsonl", 4), ("csv", 3), ("parquet", 3)])
def test_kills(suffix: str, kills: int, tmp_path: Path) -> None:
    """Killed at random moments and resumed, a run ends with the bytes of an uninterrupted one, and leaves no litter."""
    run_trials: Callable[..., Any] = runpy.run_path(str(ROOT / "benchmarks" / "kill_resume.py"))["run_trials"]
    *_, trials = run_trials(suffix, kills, count=40, directory=tmp_path)

    assert (kills, kills, []) == (trials.done, trials.equal, trials.faults)
    assert trials.kills >= kills


@pytest.mark.parametrize(
    ("command", "how"),
    [
        ("classify", "SIGTERM"), ("workers", "SIGINT"), ("audit", "SIGINT"), ("audit", "SIGTERM"), ("train", "SIGINT"),
        ("train", "SIGTERM"), ("print", "pipe"),
    ],
)  # fmt: skip
def test_ends_at_random_moments(command: str, how: str, tmp_path: Path) -> None:
    """Signals and closed pipes at any moment: the promised exit code, no traceback, the output complete or absent."""
    script = runpy.run_path(str(ROOT / "benchmarks" / "signals.py"))
    script["prepare"](tmp_path)
    *_, seen = script["run_trials"](command, how, 2, directory=tmp_path)

    assert (2, []) == (seen.good, seen.faults)


@pytest.mark.parametrize("workers", ["1", "2"])
@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_signals(many: Path, tmp_path: Path, number: signal.Signals, code: int, workers: str) -> None:
    """Ctrl-C and SIGTERM keep the checkpoint, say how to go on, and leave no output; the rest is done by `--resume`."""
    output = tmp_path / "out.csv"
    process = start(many, "-o", output, "--workers", workers)
    wait_for(tmp_path / "out.csv.checkpoint" / "00001.arrow")
    os.killpg(process.pid, number)  # as a terminal does
    _, err = process.communicate(timeout=60)

    assert code == process.returncode
    assert 1 == len(err.splitlines()), err
    assert b"records are kept in" in err
    assert b"--resume goes on" in err
    assert {"many.jsonl", "out.csv.checkpoint"} == {path.name for path in tmp_path.iterdir()}

    process = start(many, "-o", output, "--workers", workers, "--resume")
    _, err = process.communicate(timeout=60)

    assert 1 == process.returncode  # a line is none
    assert b"were done by an earlier run" in err
    assert 151 == len(output.read_text().splitlines())


def workers_of(process: int) -> list[int]:
    """The worker processes of a run, without the one that keeps track of their resources."""
    found = []
    with suppress(OSError):
        for child in Path(f"/proc/{process}/task/{process}/children").read_text().split():
            with suppress(OSError):
                if b"popen_loky" in Path(f"/proc/{child}/cmdline").read_bytes():
                    found.append(int(child))
    return found


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="asks Linux for the children of a process")
def test_workers_killed_at_random(many: Path, tmp_path: Path) -> None:
    """However many workers die on the way, each record comes out once: judged, or rejected with the reason."""
    dice = random.Random(0)  # noqa: S311 - the same moments every time
    process = start(many, "-o", tmp_path / "out.jsonl", "--workers", "2", PIECE="0.05")
    killed, parts_before = set[int](), 1
    while process.poll() is None:
        parts = len(list((tmp_path / "out.jsonl.checkpoint").glob("[0-9]*.arrow")))
        alive = [worker for worker in workers_of(process.pid) if worker not in killed]
        if alive and parts >= parts_before and len(killed) < 3:
            killed.add(victim := dice.choice(alive))
            with suppress(ProcessLookupError):
                os.kill(victim, signal.SIGKILL)
            parts_before = parts + dice.randint(1, 4)  # workers that are killed while they begin are another matter
        time.sleep(dice.uniform(0, 0.05))
    err = process.communicate()[1].decode()

    assert 1 == process.returncode, err
    assert len(killed) > 1

    rejects = [json.loads(line) for line in (tmp_path / "out.jsonl.rejects.jsonl").read_text().splitlines()]
    rows = [json.loads(line)["row"] for line in (tmp_path / "out.jsonl").read_text().splitlines()]

    assert "Traceback" not in err
    assert list(range(1, 152)) == sorted(rows + [reject["row"] for reject in rejects])
    assert rows == sorted(rows)
    assert {reject["reason"] for reject in rejects if reject["row"] != 101} <= {DIED}


@pytest.fixture
def parts(monkeypatch: pytest.MonkeyPatch, fake_model: "FakeModel") -> None:
    """Runs that keep a part after each piece."""
    monkeypatch.setattr(longrun, "PART_SECONDS", 0.0)


@pytest.mark.parametrize("call", ["fsync", "replace", "unlink", "mkdir"])
def test_a_full_disk(many: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, parts: None, call: str) -> None:
    """Whichever call to the disk fails, the run ends with one line and code 5, and goes on when there is room again."""
    output = tmp_path / "out.csv"
    run(many, "-o", output, "--workers", "1")
    expected = output.read_bytes()
    real = getattr(os, call)
    failed = 0
    for nth in range(200):
        output.unlink(missing_ok=True)
        calls = iter(range(1000))

        def failing(*arguments: Any, calls: Any = calls, nth: int = nth, **more: Any) -> Any:  # noqa: ANN401
            if next(calls) == nth:
                raise OSError(errno.ENOSPC, "No space left on device")
            return real(*arguments, **more)

        with monkeypatch.context() as patch:
            patch.setattr(os, call, failing)
            result = run(many, "-o", output, "--workers", "1", "--resume", "--force")
        if result.exit_code == 1:
            break
        failed += 1

        assert 5 == result.exit_code, result.output
        assert "No space left on device" in result.stderr
        assert "Traceback" not in result.output
        assert 1 == run(many, "-o", output, "--workers", "1", "--resume", "--force").exit_code or output.exists()
        assert expected == output.read_bytes()

    assert expected == output.read_bytes()
    assert failed < 199


@pytest.mark.parametrize("largest", [0, 300, 3000])
def test_no_room_for_another_byte(many: Path, tmp_path: Path, largest: int) -> None:
    """Where a write fails, be it of a part or of the output, the run ends with one line and code 5, and no output."""
    process = start(many, "-o", tmp_path / "out.csv", "--workers", "1", LARGEST=str(largest))
    _, err = process.communicate(timeout=60)

    assert 5 == process.returncode, err
    assert b"can't be written: File too large." in err
    assert b"Traceback" not in err
    assert not (tmp_path / "out.csv").exists()
    assert not list(tmp_path.glob(".*"))

    process = start(many, "-o", tmp_path / "out.csv", "--workers", "1", "--resume")
    process.communicate(timeout=60)

    assert 151 == len((tmp_path / "out.csv").read_text().splitlines())
