"""Engines: the same rows come out of every one of them, whatever dies on the way."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postclass import scorer as scorer_module
from postclass.batch import Summary, classify
from postclass.batches import Chunk, verdicts_of
from postclass.engines import InProcess, Pace, choice, cut
from postclass.engines import task as task_module
from postclass.engines.choice import EngineSettings, cores, open_engine
from postclass.engines.flow import DIED, Flow
from postclass.engines.task import Task, choose_way, judge_packed, packed, unpacked
from postclass.engines.workers import Workers
from postclass.errors import EngineError, ModelError
from postclass.judge import JudgeSettings
from postclass.kernel import cache
from postclass.modelfile import manifest_digest
from postclass.posting import Posting, Rejection
from scorers import Given, Kept, Lengths, Mask, Records, chunk, numbered, verdict

TASK = Task(None, JudgeSettings(), load=Lengths.load)


@contextmanager
def pool(count: int = 2) -> Iterator[Flow]:
    """Workers whose pieces have two postings."""
    with Workers(count, task=TASK) as processes:
        yield Flow(processes, TASK, "given", Pace(0.0, 2))


def run(records: Records, engine: Flow | InProcess, rows: int = 7) -> tuple[Kept, Summary]:
    """Classify records and keep what comes out."""
    sink = Kept()
    return sink, classify(Given(records, rows), sink, engine)


def test_workers() -> None:
    """Two processes give the same rows in the same order as one."""
    records = numbered(["", "ab", None, "long text", None] * 20)
    with pool() as flow:
        sink, summary = run(records, flow)
    alone, expected = run(records, InProcess(Lengths()))

    assert (alone, expected) == (sink, summary)
    assert 100 == summary.rows


def test_a_worker_that_dies_once(tmp_path: Path) -> None:
    """A worker that is killed costs nothing: its piece and its neighbours are judged by others."""
    records = numbered([f"text {n}" for n in range(30)] + [f"once {tmp_path / 'mark'}"] + [None, "end"])
    with pool() as flow:
        sink, summary = run(records, flow)

    assert (tmp_path / "mark").exists()
    assert [record.row for record in records if isinstance(record, Posting)] == [v.row for v in sink.verdicts]
    assert {"torn": 1} == summary.rejections


@pytest.mark.parametrize("killer", ["poison", "memory"])
def test_a_posting_that_kills(killer: str) -> None:
    """The one posting that kills its workers is found and rejected, in its place among the rejections."""
    texts = ["a", "b", None, "c", "d", killer, None, "e", "f", "g"]
    with pool() as flow:
        sink, summary = run(numbered(texts), flow, rows=20)

    assert [1, 2, 4, 5, 8, 9, 10] == [v.row for v in sink.verdicts]
    assert [(3, "torn"), (6, DIED), (7, "torn")] == [(r.row, r.reason) for r in sink.rejections]
    assert "given, record 6" == sink.rejections[1].where
    assert 10 == summary.rows


def test_nothing_but_killers() -> None:
    """A chunk of nothing but such postings is rejected whole."""
    with pool() as flow:
        sink, summary = run(numbered(["poison"] * 3), flow)

    assert ([], {DIED: 3}) == (sink.verdicts, summary.rejections)


class NoStart(Lengths):
    """Dies when it is loaded."""

    @classmethod
    def load(cls, model: Path | None, settings: object, way: str = "auto") -> "NoStart":
        """Die."""
        raise MemoryError


def test_workers_that_can_not_start() -> None:
    """Where workers die before they have judged anything, no posting is blamed; the run ends."""
    task = Task(None, JudgeSettings(), load=NoStart.load)
    with Workers(2, task=task) as processes, pytest.raises(EngineError, match="die as soon as they start"):
        run(numbered(["x"]), Flow(processes, task, "given"))


def test_an_error_in_a_worker() -> None:
    """What a worker raises is raised here, once, as it was."""
    task = Task(None, JudgeSettings(), digest="0", load=Lengths.load)
    with Workers(2, task=task) as processes, pytest.raises(ModelError, match="a worker's model"):
        run(numbered(["x"]), Flow(processes, task, "given"))


def test_read_ahead_is_bounded() -> None:
    """No more pieces are read than two for each worker, and one."""
    read: list[int] = []

    def chunks() -> Iterator[object]:
        for row in range(1, 50):
            read.append(row)
            yield chunk([Posting("x", row=row)])

    with pool() as flow:
        coming = flow.judged(chunks())  # type: ignore[arg-type]
        next(coming)

        assert 5 == len(read)


def test_ctrl_c_is_not_for_workers() -> None:
    """Ctrl-C is held back from each worker from its start, and comes through here."""
    task = Task(None, JudgeSettings(), load=Mask.load)
    with Workers(2, task=task) as processes:
        sink, _ = run(numbered(["x"] * 20), Flow(processes, task, "given", Pace(0.0, 1)))

    assert {"director"} == {v.level for v in sink.verdicts}
    assert signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, ())


def test_choice(monkeypatch: pytest.MonkeyPatch) -> None:
    """One worker is this process, several are several, and by itself a run begins in this process."""
    monkeypatch.setattr(choice, "cores", lambda: 4)
    kinds = []
    for asked in (1, 3, None):
        with open_engine(EngineSettings(workers=asked), TASK, name="given") as engine:
            kinds.append(type(engine))
    monkeypatch.setattr(choice, "cores", lambda: 1)
    with open_engine(EngineSettings(), TASK, name="given") as engine:
        kinds.append(type(engine))

    assert [InProcess, Flow, choice.Growing, InProcess] == kinds
    assert cores() >= 1


@pytest.mark.parametrize("patience", [0.0, 1000.0])
def test_growing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, patience: float) -> None:
    """A run that takes long goes over to workers in the midst of it, and loses nothing."""
    monkeypatch.setattr(choice, "PATIENCE", patience)
    monkeypatch.setattr(choice, "cores", lambda: 2)
    starts = tmp_path / "starts"
    task = Task(starts, JudgeSettings(), load=Lengths.load)
    records = numbered(["ab", None, "long text"] * 30)
    sink = Kept()
    with open_engine(EngineSettings(), task, name="given") as engine:
        classify(Given(records, 50), sink, engine)

    assert [verdict(r) for r in records if isinstance(r, Posting)] == sink.verdicts
    assert (1 if patience else 2) <= len(set(starts.read_text().split())) <= (1 if patience else 3)


def test_pace() -> None:
    """Pieces grow at most fourfold, shrink at once, and have one posting at least."""
    pace = Pace(1.0, 10)
    sizes = []
    for rows, seconds in [(10, 0.0), (40, 0.4), (100, 10.0), (1, 100.0), (0, 0.0)]:
        pace.learn(rows, seconds)
        sizes.append(pace.rows)

    assert [40, 100, 10, 1, 1] == sizes


@given(st.lists(st.booleans(), min_size=1, max_size=20), st.integers(1, 6))
def test_cut(kinds: list[bool], rows: int) -> None:
    """Pieces hold all records of a chunk once, in order, with the rejections before the next posting."""
    rest: Chunk | None = chunk(numbered(["x" if kind else None for kind in kinds]))
    found: list[int] = []
    while rest is not None:
        piece, rest = cut(rest, rows)
        found += sorted([*piece.postings.column("row").to_pylist(), *(r.row for r in piece.rejections)])

        assert piece.postings.num_rows <= rows

    assert list(range(1, len(kinds) + 1)) == found


def test_packed() -> None:
    """A slice is packed without its neighbours, and comes back as it was."""
    batch = chunk(numbered(["x" * 10_000, "y", "z" * 10_000])).postings.slice(1, 1)
    data = packed(batch)

    assert batch == unpacked(data)
    assert len(data) < 2000


def test_judge_packed() -> None:
    """What a worker does: packed postings in, packed verdicts and their seconds out."""
    data, seconds = judge_packed(TASK, packed(chunk(numbered(["long text"])).postings))

    assert ["director"] == [v.level for v in verdicts_of(unpacked(data))]
    assert seconds > 0


def test_other_versions_and_models() -> None:
    """A worker of another version, or with another model, refuses."""
    empty = packed(chunk([]).postings)
    with pytest.raises(ModelError, match="a worker runs postclass"):
        judge_packed(Task(None, JudgeSettings(), version="0", load=Lengths.load), empty)
    with pytest.raises(ModelError, match="give the directory of a model"):
        manifest_digest(Path("missing"))
    right = Task(None, JudgeSettings(), digest=manifest_digest(None), load=Lengths.load)

    assert 0 == unpacked(judge_packed(right, empty)[0]).num_rows


def test_choose_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """One way for a run: compiled for large inputs, larger ones where it can't be kept, else numpy; plain for few."""
    monkeypatch.setattr(scorer_module, "find_spec", lambda name: name)
    monkeypatch.setattr(cache, "is_compiled", lambda: False)
    monkeypatch.setattr(cache, "is_kept", lambda: True)
    terms, full = JudgeSettings(), JudgeSettings(explain="full")
    ways = [choose_way(rows, terms) for rows in (10, 300, 2100)] + [choose_way(4096, full)]
    monkeypatch.setattr(cache, "is_kept", lambda: False)
    ways += [choose_way(rows, terms) for rows in (2100, 4096)]
    monkeypatch.setattr(cache, "is_compiled", lambda: True)
    ways += [choose_way(rows, terms) for rows in (10, 300)]
    for module in (scorer_module, task_module):
        monkeypatch.setattr(module, "find_spec", lambda name: None)
    ways.append(choose_way(4096, terms))
    with pytest.raises(ModelError, match="lacks numba"):
        judge_packed(Task(None, terms, way="compiled", load=Lengths.load), packed(chunk([]).postings))

    assert ["plain", "numpy", "compiled", "plain", "numpy", "compiled", "plain", "compiled", "numpy"] == ways


def test_rejections_alone() -> None:
    """A chunk without postings needs no scorer's work to come through."""
    records = [Rejection(1, "torn", ""), Rejection(2, "torn", "")]
    with pool() as flow:
        sink, _ = run(records, flow)

    assert records == sink.rejections


@pytest.mark.parametrize("moment", ["", "time.sleep(0.3)", "time.sleep(1)", "pool.revive()"])
def test_workers_end_with_their_parent(moment: str) -> None:
    """Workers whose parent is killed end by themselves: as they start, and also where one of them waits for it."""
    code = (
        "import os, signal, time\nfrom postclass.batches import to_batch\n"
        "from postclass.engines.workers import Workers\nfrom postclass.engines.task import Task, packed\n"
        "from postclass.judge import JudgeSettings\ntask = Task(None, JudgeSettings())\n"
        "pool = Workers(2, task=task)\npool.submit(task, packed(to_batch([])))\n"
        f"{moment}\nprint(len(pool._executor._processes), flush=True)\nos.kill(os.getpid(), signal.SIGKILL)"
    )
    # The workers hold its stdout too: that ends with the last of them.
    parent = subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, check=False, timeout=60)

    assert (-signal.SIGKILL, "2\n") == (parent.returncode, parent.stdout)
