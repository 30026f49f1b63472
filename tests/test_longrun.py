"""Long runs: an interrupted one goes on where it was, a finished one does nothing, another one is refused."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from postclass import longrun
from postclass.batch import Summary, classify
from postclass.binding import Binding
from postclass.engines import InProcess, Pace
from postclass.errors import InputError, OutputError
from postclass.longrun import LongRun, open_run
from postclass.posting import Posting, Rejection
from scorers import Given, Kept, Lengths, numbered, verdict

OF = Binding("input", "model", {"limit": None})
RECORDS = numbered(["a", None, "long text", "", None, "b", "c", "long text"] * 5)


class Stop(Exception):  # noqa: N818 - no error
    """The run is interrupted."""


class Stopping(Lengths):
    """A scorer that stops the run after so many postings."""

    def __init__(self, after: int) -> None:
        super().__init__()
        self._left = after

    def judge(self, postings: object) -> object:
        """Judge, or stop."""
        verdicts = super().judge(postings)
        self._left -= verdicts.num_rows
        if self._left < 0:
            raise Stop
        return verdicts


Run = Callable[..., tuple[Kept, Summary]]


@pytest.fixture
def output(tmp_path: Path) -> Path:
    """The path of an output."""
    return tmp_path / "out.csv"


@pytest.fixture
def run(output: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs with a part for each piece."""
    monkeypatch.setattr(longrun, "PART_SECONDS", 0.0)

    def begin(
        *, of: Binding = OF, after: int = 1000, rows: int = 7, piece: int = 16, **how: bool
    ) -> tuple[Kept, Summary]:
        sink, engine = Kept(), InProcess(Stopping(after), Pace(0.0, piece))
        with LongRun(output, lambda: of, **how) as long:
            summary = classify(Given(RECORDS, rows), sink, engine, run=long)
            output.write_text("finished")
        return sink, summary

    return begin


def files(path: Path) -> set[str]:
    """The names of what is there."""
    return {file.name for file in path.iterdir()}


@pytest.mark.parametrize("after", range(0, 26, 3))
def test_resume(run: Run, output: Path, after: int) -> None:
    """Wherever a run was interrupted, with the next one all records have come once and in order."""
    with pytest.raises(Stop):
        run(after=after)
    if after < 5:  # nothing had been kept
        assert set() == files(output.parent)
    sink, summary = run(resume=True)

    assert [verdict(r) for r in RECORDS if isinstance(r, Posting)] == sink.verdicts
    assert [r for r in RECORDS if isinstance(r, Rejection)] == sink.rejections
    assert len(RECORDS) == summary.rows
    assert (after >= 5) is (summary.resumed > 0)
    assert {"out.csv", "out.csv.receipt"} == files(output.parent)


@pytest.mark.parametrize("rows", [1, 3, 17, 100])
def test_resume_within_a_chunk(run: Run, rows: int) -> None:
    """A part may end within a chunk; the rest of it is read again and judged alone."""
    for _ in range(2):
        with pytest.raises(Stop):
            run(after=9, rows=rows, piece=3, resume=True)
    sink, summary = run(rows=rows, piece=2, resume=True)

    assert [verdict(r) for r in RECORDS if isinstance(r, Posting)] == sink.verdicts
    assert [r for r in RECORDS if isinstance(r, Rejection)] == sink.rejections
    assert len(RECORDS) == summary.rows


def test_a_short_run_has_no_checkpoint(run: Run, output: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run of less than a part's seconds and bytes leaves nothing when it is interrupted."""
    monkeypatch.setattr(longrun, "PART_SECONDS", 1000.0)
    with pytest.raises(Stop):
        run(after=20)

    assert set() == files(output.parent)


def test_what_is_held_is_kept_at_an_interrupt(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once there is a checkpoint, an interrupted run keeps all that it has judged."""
    monkeypatch.setattr(longrun, "PART_BYTES", 1000)
    monkeypatch.setattr(longrun, "PART_SECONDS", 1000.0)
    with pytest.raises(Stop):
        run(after=15)
    _, summary = run(resume=True)

    assert 21 == summary.resumed


def test_finished(run: Run, output: Path) -> None:
    """After completion there is nothing to do, with or without a note; a note of another run is refused."""
    run(resume=True)
    other = replace(OF, model="other")

    assert LongRun(output, lambda: OF, resume=True).finished
    assert LongRun(output, lambda: OF, resume=True, force=True).finished
    with pytest.raises(OutputError, match=r"out\.csv: is of another run: the model is another one\. --force starts"):
        LongRun(output, lambda: other, resume=True)
    assert not LongRun(output, lambda: other, resume=True, force=True).finished
    output.write_text("by somebody else")  # the note is not of this

    assert LongRun(output, lambda: other, resume=True).finished
    assert not LongRun(output, lambda: other, resume=True, force=True).finished
    run(of=other, force=True)

    assert {"out.csv"} == files(output.parent)
    assert LongRun(output, lambda: OF, resume=True).finished


def test_another_run(run: Run, output: Path) -> None:
    """A checkpoint of another input, model or setting is refused, but for `--force`, which starts afresh."""
    with pytest.raises(Stop):
        run(after=20)
    for other, told in [
        (replace(OF, input="other"), "the input has changed"),
        (replace(OF, model="other"), "the model is another one"),
        (replace(OF, settings={"limit": 7}), "--limit was not given, is now 7"),
        (replace(OF, postclass="0"), "postclass was"),
    ]:
        with pytest.raises(OutputError, match=f"out.csv.checkpoint: is of another run: {told}"):
            LongRun(output, partial(replace, other), resume=True)
    _, summary = run(of=other, resume=True, force=True)

    assert (0, len(RECORDS)) == (summary.resumed, summary.rows)


def test_without_resume(run: Run, output: Path) -> None:
    """What an interrupted run has done is not thrown away without a word."""
    with pytest.raises(Stop):
        run(after=20)
    with pytest.raises(OutputError, match="--resume goes on with it, --force starts afresh"):
        run()
    _, summary = run(force=True)

    assert 0 == summary.resumed
    assert {"out.csv"} == files(output.parent)


def test_a_damaged_checkpoint(run: Run, output: Path) -> None:
    """A damaged checkpoint is refused, but for `--force`."""
    with pytest.raises(Stop):
        run(after=20)
    (output.parent / "out.csv.checkpoint" / "manifest.json").write_text("{")
    with pytest.raises(OutputError, match="--force starts afresh"):
        run(resume=True)
    _, summary = run(resume=True, force=True)

    assert 0 == summary.resumed


def test_killed_while_the_checkpoint_was_removed(run: Run, output: Path) -> None:
    """Parts without a manifest are what a finished run left; the next run takes them away."""
    with pytest.raises(Stop):
        run(after=20)
    (output.parent / "out.csv.checkpoint" / "manifest.json").unlink()
    _, summary = run(resume=True)

    assert 0 == summary.resumed
    assert {"out.csv", "out.csv.receipt"} == files(output.parent)


def test_damaged_notes(run: Run, output: Path) -> None:
    """A note that can't be read counts as none."""
    run(resume=True)
    for content in ("", "{}", "[]", '{"format": 1, "output": 3}'):
        (output.parent / "out.csv.receipt").write_text(content)

        assert LongRun(output, lambda: replace(OF, model="other"), resume=True).finished


def test_the_way_is_kept(run: Run, output: Path) -> None:
    """A run that goes on judges in the way that it began with, whatever would be chosen now."""
    first = LongRun(output, lambda: OF)
    first.way = "compiled"
    first.add(next(InProcess(Lengths()).judged(Given(RECORDS).chunks())))
    again = LongRun(output, lambda: OF, resume=True)

    assert (True, "compiled") == (again.goes_on, again.way)


def test_open_run(tmp_path: Path) -> None:
    """Only a run from a file into a file can be resumed."""
    source = str(tmp_path / "in.csv")
    for output, given, told in [
        (None, source, "needs a local file as output"),
        ("-", source, "needs a local file as output"),
        ("/dev/null", source, "needs a local file as output"),
        ("s3://bucket/out.csv", source, "needs a local file as output"),
        (str(tmp_path / "out.csv"), "-", "needs a file as input"),
        (str(tmp_path / "out.csv"), "/dev/null", "needs a file as input"),
    ]:
        assert open_run(output, [given], model="m", settings={}, resume=False, force=False) is None
        with pytest.raises(InputError, match=told):
            open_run(output, [given], model="m", settings={}, resume=True, force=False)
    found = open_run(str(tmp_path / "out.csv"), [source], model="m", settings={}, resume=True, force=False)

    assert isinstance(found, LongRun)
