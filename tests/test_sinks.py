"""Sinks: the contract's rows in every format, whole or not at all, and never over something else."""

import csv
import errno
import io
import json
import os
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from postclass import rowwriters
from postclass.batches import verdict_batch
from postclass.celltexts import FORMULA_STARTS
from postclass.errors import OutputError, PostclassError, StorageError
from postclass.posting import Posting, Rejection
from postclass.sinks import SinkSettings, open_sink
from postclass.sources import SourceSettings, open_source
from postclass.verdict import Evidence, Flip, Reason, Term, Verdict, to_record

Make = Callable[..., Verdict]
NAMES = ["row", "id", "title", "company", "level", "p_director", "p_in_scope", "traits", "top_terms", "notes"]
PLAIN = Verdict(1, "007", 'Köchin, "x"\n', None, "pm", 0.25, 0.5, ("a", "b"), (Term("t é", -0.5),), ("close",))
BLANK = Verdict(2, None, "", "C", "unclear", None, None, (), (), ("empty", "too_short"))
BATCH = verdict_batch([PLAIN], explain="terms")
REJECTION = Rejection(3, "torn", "a.csv, line 4")


def write(path: Path | str, *verdicts: Verdict, rejections: tuple[Rejection, ...] = (), **settings: Any) -> None:  # noqa: ANN401
    """Write all of it to a sink."""
    with open_sink(path, settings=SinkSettings(**settings)) as sink:
        sink.write(verdict_batch(verdicts, explain=settings.get("explain", "terms")))
        for rejection in rejections:
            sink.reject(rejection)


def read(path: Path) -> list[dict[str, Any]]:
    """The rows of an output of any format."""
    if path.suffix == ".csv":
        with path.open(encoding="utf-8", newline="") as stream:
            return list(csv.DictReader(stream))
    if path.suffix == ".parquet":
        return pq.read_table(path).to_pylist()  # type: ignore[no-any-return]
    text = path.read_text("utf-8")
    lines = [text] if path.suffix == ".json" else text.splitlines()
    rows: list[Any] = [json.loads(line) for line in lines]
    return rows[0] if path.suffix == ".json" else rows


@pytest.mark.parametrize("suffix", [".jsonl", ".ndjson", ".json", ".parquet"])
def test_rows_with_lists(tmp_path: Path, suffix: str) -> None:
    """JSON and Parquet hold the contract's fields in order, with lists as lists."""
    path = tmp_path / f"out{suffix}"
    write(path, PLAIN, BLANK)

    assert [to_record(PLAIN), to_record(BLANK)] == read(path)
    assert NAMES == list(read(path)[0])
    assert [path] == list(tmp_path.iterdir())


def test_csv_rows(tmp_path: Path) -> None:
    """CSV holds lists as `a;b;c`, terms as JSON text and null as a blank cell."""
    path = tmp_path / "out.csv"
    write(path, PLAIN, BLANK)

    assert (
        "row,id,title,company,level,p_director,p_in_scope,traits,top_terms,notes\n"
        '1,007,"Köchin, ""x""\n",,pm,0.25,0.5,a;b,"[{""term"": ""t é"", ""weight"": -0.5}]",close\n'
        "2,,,C,unclear,,,,,empty;too_short\n"
    ) == path.read_text("utf-8")


@pytest.mark.parametrize("suffix", [".jsonl", ".json", ".csv", ".parquet"])
def test_no_rows(tmp_path: Path, suffix: str) -> None:
    """An output without rows is a file of its format all the same."""
    path = tmp_path / f"out{suffix}"
    write(path)

    assert [] == read(path)


@pytest.mark.parametrize("suffix", [".jsonl", ".csv", ".parquet"])
def test_explain_none(tmp_path: Path, suffix: str) -> None:
    """Without explanation the lists are null."""
    path = tmp_path / f"out{suffix}"
    write(path, PLAIN, explain="none")
    (row,) = read(path)

    assert not row["traits"]
    assert not row["top_terms"]
    assert row["notes"] in ("close", ["close"])


def test_explain_full(tmp_path: Path, make_verdict: Make) -> None:
    """With the full explanation reasons, evidence, missing traits, flip and text follow, typed in Parquet."""
    verdicts = [make_verdict(), replace(BLANK, row=2)]
    for suffix in (".jsonl", ".parquet", ".csv"):
        write(tmp_path / f"out{suffix}", *verdicts, explain="full")
    expected = [to_record(verdict, explain="full") for verdict in verdicts]
    table = read(tmp_path / "out.parquet")
    flat = read(tmp_path / "out.csv")[0]

    assert expected == read(tmp_path / "out.jsonl")
    assert expected == [{**row, "evidence": dict(row["evidence"])} for row in table]
    assert expected[0]["evidence"] == json.loads(flat["evidence"])
    assert expected[0]["flip"] == json.loads(flat["flip"])
    assert ";".join(expected[0]["missing"]) == flat["missing"]  # type: ignore[arg-type]


@pytest.mark.parametrize("start", FORMULA_STARTS)
def test_csv_formulas(tmp_path: Path, start: str) -> None:
    """Text cells that a spreadsheet would run get a quote in front, unless `raw_csv` keeps them; JSON has none."""
    text = f"{start}1+1"
    verdict = replace(PLAIN, id=text, title=text, company=text, traits=(text,), notes=(text,))
    write(tmp_path / "out.csv", verdict)
    write(tmp_path / "raw.csv", verdict, raw_csv=True)
    write(tmp_path / "out.jsonl", verdict)
    guarded, raw, lines = (read(tmp_path / name)[0] for name in ("out.csv", "raw.csv", "out.jsonl"))

    for name in ("id", "title", "company", "traits", "notes"):
        assert f"'{text}" == guarded[name]
        assert text == raw[name]
    assert text == lines["title"]


@pytest.mark.parametrize("start", FORMULA_STARTS)
def test_no_column_of_csv_holds_a_formula(tmp_path: Path, make_verdict: Make, start: str) -> None:
    """Whatever text any column of the longest output holds, keys and terms too, no cell of it begins a formula."""
    evil = f"{start}HYPERLINK(1)"
    told: dict[str, Any] = {
        "text": evil,
        "reasons": (Reason("trait", evil, 0.1),),
        "evidence": (Evidence(evil, evil, 0, len(evil), 0.9),),
        "missing": (evil, "b"),
        "flip": Flip("pm", (evil,), (evil,), 0.4),
    }
    fields: dict[str, Any] = dict.fromkeys(("id", "title", "company"), evil)
    fields |= {"traits": (evil,), "top_terms": (Term(evil, -0.1),), "notes": (evil,)}
    write(tmp_path / "out.csv", make_verdict(why=told, **fields), explain="full")
    with (tmp_path / "out.csv").open(encoding="utf-8", newline="") as stream:
        head, cells = csv.reader(stream)

    assert [*NAMES, "reasons", "evidence", "missing", "flip", "text"] == head
    assert not [cell for cell in [*head, *cells] if cell.startswith(FORMULA_STARTS)]
    assert 7 == sum(cell.startswith(f"'{start}") for cell in cells)


def test_csv_headers_are_guarded() -> None:
    """A header that a spreadsheet would run gets a quote in front too."""
    stream = io.BytesIO()
    rowwriters.CsvTable(stream, ["=a", "b"])

    assert b"'=a,b\n" == stream.getvalue()


def test_line_separators_are_escaped_in_json(tmp_path: Path) -> None:
    """A JSON line is one line for readers that split at U+2028, U+2029 or U+0085 as well."""
    title = "a\u2028b\u2029c\x85d\x1ee"
    write(tmp_path / "out.jsonl", replace(PLAIN, title=title))
    (line,) = (tmp_path / "out.jsonl").read_text("utf-8").splitlines()

    assert title == json.loads(line)["title"]


def test_parquet_row_groups(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows go to the disk a row group at a time, with the types of the contract."""
    monkeypatch.setattr(rowwriters, "_ROW_GROUP", 2)
    with open_sink(tmp_path / "out.parquet") as sink:
        for row in range(5):
            sink.write(verdict_batch([replace(PLAIN, row=row)], explain="terms"))
    file = pq.ParquetFile(tmp_path / "out.parquet")

    assert 3 == file.metadata.num_row_groups
    assert list(range(5)) == file.read().column("row").to_pylist()
    assert ["int64", "string", "double"] == [
        str(file.schema_arrow.field(name).type) for name in ("row", "title", "p_director")
    ]


def test_rejects(tmp_path: Path) -> None:
    """Rejections go to a file beside the output, or to the one named."""
    write(tmp_path / "out.csv", PLAIN, rejections=(REJECTION, replace(REJECTION, row=4)))
    write(tmp_path / "b.csv", PLAIN, rejections=(REJECTION,), rejects=str(tmp_path / "bad"))
    first, second = (tmp_path / "out.csv.rejects.jsonl").read_text().splitlines()

    assert {"row": 3, "reason": "torn", "where": "a.csv, line 4"} == json.loads(first)
    assert 4 == json.loads(second)["row"]
    assert f"{first}\n" == (tmp_path / "bad").read_text()
    assert {"out.csv", "out.csv.rejects.jsonl", "b.csv", "bad"} == {path.name for path in tmp_path.iterdir()}


def test_rejects_of_an_earlier_run(tmp_path: Path) -> None:
    """A rejects file of an earlier run is an output: refused without force, gone when there are no rejections now."""
    stale = tmp_path / "out.csv.rejects.jsonl"
    stale.write_text("old")
    with pytest.raises(OutputError, match="exists already; --force overwrites it"):
        open_sink(tmp_path / "out.csv")
    write(tmp_path / "out.csv", PLAIN, force=True)

    assert not stale.exists()


def test_rejects_on_stderr(capsysbinary: pytest.CaptureFixture[bytes], tmp_path: Path) -> None:
    """With the output on stdout, or by `--rejects -`, rejections go to stderr in harmless ASCII."""
    write("-", PLAIN, rejections=(replace(REJECTION, where="\x1b[31m\udc80é"),))
    write(tmp_path / "out.csv", PLAIN, rejections=(REJECTION,), rejects="-")
    out, err = capsysbinary.readouterr()
    first, second = err.splitlines()

    assert to_record(PLAIN) == json.loads(out)
    assert b"\x1b" not in first
    assert first.isascii()
    assert 3 == json.loads(second)["row"]


@pytest.mark.parametrize("kind", ["csv", "jsonl", "json", "parquet"])
def test_stdout_that_is_a_pipe(kind: str) -> None:
    """Every format can go to a pipe, byte for byte what goes to a file."""
    code = (
        "from postclass.sinks import *; from postclass.verdict import Verdict\n"
        "from postclass.batches import verdict_batch\n"
        f"with open_sink('-', settings=SinkSettings(format={kind!r})) as sink:\n"
        "    sink.write(verdict_batch([Verdict(1, 'i', 't', None, 'pm', 0.5, 0.5, (), (), ())], explain='terms'))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, env=os.environ)
    if kind == "parquet":
        assert ["t"] == pq.read_table(io.BytesIO(done.stdout)).column("title").to_pylist()
    else:
        assert b'"t"' in done.stdout or b",t," in done.stdout


def test_existing_output(tmp_path: Path) -> None:
    """An output that exists is refused, and overwritten with force."""
    path = tmp_path / "out.jsonl"
    path.write_text("old")
    with pytest.raises(OutputError, match="exists already; --force overwrites it"):
        open_sink(path)

    assert "old" == path.read_text()
    write(path, PLAIN, force=True)
    assert [to_record(PLAIN)] == read(path)


def test_output_is_not_the_input(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The input is never written over: by its name, another path to it, a link, as rejects file, or read by stdin."""
    path = tmp_path / "in.jsonl"
    path.write_text("old")
    (tmp_path / "folder").mkdir()
    (tmp_path / "soft.jsonl").symlink_to(path)
    (tmp_path / "hard.jsonl").hardlink_to(path)
    write(tmp_path / "new.jsonl", PLAIN, source=str(path))
    write(tmp_path / "newer.jsonl", PLAIN, source=str(tmp_path / "missing"))
    for other in ("in.jsonl", "folder/../in.jsonl", "soft.jsonl", "hard.jsonl"):
        with pytest.raises(OutputError, match="is the input; name another output"):
            open_sink(tmp_path / other, settings=SinkSettings(source=str(path), force=True))
    with pytest.raises(OutputError, match="is the input"):
        open_sink("-", settings=SinkSettings(source=str(path), force=True, rejects=str(path)))
    with path.open() as stream:
        monkeypatch.setattr(sys, "stdin", stream)
        with pytest.raises(OutputError, match="is the input"):
            open_sink(path, settings=SinkSettings(source="-", force=True))

    assert "old" == path.read_text()


@pytest.mark.parametrize(
    ("path", "settings", "message"),
    [
        ("https://example.org/out.csv", {}, "only local files are written, or storage with --storage"),
        ("out.txt", {}, r"unknown format of suffix '.txt'; name it with --to \(csv"),
        ("out.csv", {"format": "xml"}, "unknown output format 'xml'; --to takes csv"),
        ("missing/out.csv", {}, "can't be written: No such file or directory"),
        ("folder", {"format": "csv"}, "is a directory"),
        ("a\0.csv", {}, "is no path"),
        ("out.csv", {"rejects": "{}/out.csv"}, "output and rejects can't be the same file"),
    ],
)
def test_outputs_that_can_not_be(tmp_path: Path, path: str, settings: dict[str, str], message: str) -> None:
    """Addresses, unknown formats, directories and the like are refused and leave nothing."""
    (tmp_path / "folder").mkdir()
    settings = {name: value.format(tmp_path) for name, value in settings.items()}
    with pytest.raises(OutputError, match=message):
        open_sink(path if "://" in path else tmp_path / path, settings=SinkSettings(**settings))  # type: ignore[arg-type]

    assert ["folder"] == [left.name for left in tmp_path.iterdir()]


def test_formats_by_flag(tmp_path: Path) -> None:
    """The flag names the format, whatever the suffix, in any case."""
    write(tmp_path / "out", PLAIN, format="NDJSON")

    assert [to_record(PLAIN)] == [json.loads((tmp_path / "out").read_text())]


def test_long_names_and_links(tmp_path: Path) -> None:
    """A name as long as the file system allows works, and a link stays a link to what is written."""
    write(tmp_path / f"{'n' * 249}.jsonl", PLAIN, rejects="-")
    (tmp_path / "link.jsonl").symlink_to(tmp_path / "real.jsonl")
    write(tmp_path / "link.jsonl", PLAIN)

    assert (tmp_path / "link.jsonl").is_symlink()
    assert [to_record(PLAIN)] == read(tmp_path / "real.jsonl")


def test_mode_of_new_files(tmp_path: Path) -> None:
    """A new file has the mode that the user's umask gives every other file."""
    write(tmp_path / "out.csv", PLAIN)
    (tmp_path / "other").touch()

    assert stat.S_IMODE((tmp_path / "other").stat().st_mode) == stat.S_IMODE((tmp_path / "out.csv").stat().st_mode)


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt, SystemExit])
def test_nothing_is_left_of_a_run_that_breaks_off(tmp_path: Path, error: type[BaseException]) -> None:
    """A run that breaks off leaves the old file as it was and no other."""
    path = tmp_path / "out.parquet"
    path.write_text("old")

    def run() -> None:
        with open_sink(path, settings=SinkSettings(force=True)) as sink:
            sink.write(BATCH)
            sink.reject(REJECTION)
            raise error

    with pytest.raises(error):
        run()
    assert [path] == list(tmp_path.iterdir())
    assert "old" == path.read_text()


def _error(run: Callable[[], None]) -> str | None:
    try:
        run()
    except StorageError as error:
        return str(error)
    return None


class Failing:
    """Counts calls that reach the disk and fails the Nth of them with the disk full."""

    def __init__(self, nth: int) -> None:
        self.left = nth

    def __call__(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function, which now fails when its time has come."""

        def call(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - any function of the disk
            self.left -= 1
            if self.left == 0:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return function(*args, **kwargs)

        return call


@pytest.mark.parametrize("suffix", [".csv", ".jsonl", ".json", ".parquet"])
@pytest.mark.parametrize("old", [None, "old"])
def test_every_failure_of_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str, old: str | None
) -> None:
    """Whichever write, sync or rename fails, the output is the old file or the new one, and nothing else is left."""
    path = tmp_path / f"out{suffix}"
    rejects = tmp_path / f"out{suffix}.rejects.jsonl"
    nth, failing = 0, Failing(0)
    while failing.left <= 0:
        nth, failing = nth + 1, Failing(nth + 1)
        for left in tmp_path.iterdir():
            left.unlink()
        if old:
            path.write_text(old)
        with monkeypatch.context() as patch:
            patch.setattr(os, "fsync", failing(os.fsync))
            patch.setattr(Path, "replace", failing(Path.replace))

            class Stream(io.FileIO):
                write = failing(io.FileIO.write)

            patch.setattr(Path, "open", lambda self, mode, stream=Stream: io.BufferedWriter(stream(self, mode), 16))
            message = _error(partial(write, path, PLAIN, BLANK, rejections=(REJECTION,), force=True))
        if message is None:
            break
        assert message.endswith(f"{suffix}: can't be written: No space left on device.") or "rejects.jsonl" in message
        if path.exists() and path.read_bytes() != (old or "").encode():
            assert 2 == len(read(path))
        assert {path.name, rejects.name} >= {left.name for left in tmp_path.iterdir()}
    assert nth > 6


def test_directories_that_can_not_be_synced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file system that can't sync a directory is no error."""
    sync = os.fsync

    def fsync(descriptor: int) -> None:
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "Invalid argument")
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    write(tmp_path / "out.csv", PLAIN)

    assert (tmp_path / "out.csv").exists()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs the device that is always full")
def test_the_full_device(capfd: pytest.CaptureFixture[str]) -> None:
    """A device is written to as it stands; when it is full that is one line and nothing more."""
    with pytest.raises(StorageError, match="/dev/full: can't be written: No space left on device"):
        write("/dev/full", PLAIN)
    with pytest.raises(StorageError, match="No space left"):
        write("/dev/full", PLAIN, format="csv")
    write("/dev/null", PLAIN, rejections=(REJECTION,), format="parquet")
    with pytest.raises(StorageError, match="/dev/full: can't be written"):
        write("/dev/null", PLAIN, rejections=(REJECTION,), rejects="/dev/full")

    assert '{"row": 3' in capfd.readouterr().err


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs the device that is always full")
def test_stdout_that_is_full() -> None:
    """Stdout on a full disk is a StorageError, and Python's own flush at the end does not fail once more."""
    code = (
        "import sys; from postclass.sinks import *; from postclass.errors import StorageError\n"
        "from postclass.verdict import Verdict; from postclass.batches import verdict_batch\n"
        "try:\n"
        "    with open_sink('-') as sink:\n"
        "        sink.write(verdict_batch([Verdict(1, 'i', 't', None, 'pm', 0.5, 0.5, (), (), ())], explain='terms'))\n"
        "except StorageError as error: sys.exit(error.exit_code)"
    )
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-c", code], stdout=full, stderr=subprocess.PIPE, check=False, env=os.environ
        )

    assert (5, b"") == (done.returncode, done.stderr)


def test_a_closed_pipe_is_not_the_disks_fault(tmp_path: Path) -> None:
    """A reader that has gone is left to the command line, which ends quietly."""
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    reader = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
    sink = open_sink(fifo)
    os.close(reader)
    with pytest.raises(BrokenPipeError), sink:
        sink.write(BATCH)


def test_parquet_to_a_pipe(tmp_path: Path) -> None:
    """Parquet, whose writer must know where it stands, goes to a pipe all the same, and not at all on failure."""
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    with ThreadPoolExecutor() as pool:
        data = pool.submit(fifo.read_bytes)
        write(fifo, PLAIN, format="parquet")

        assert ["007"] == pq.read_table(io.BytesIO(data.result())).column("id").to_pylist()

        data = pool.submit(fifo.read_bytes)
        with pytest.raises(RuntimeError), open_sink(fifo, settings=SinkSettings(format="parquet")):
            raise RuntimeError

        assert b"PAR1" == data.result()  # how every Parquet file begins, and none is complete


def test_stdout_of_a_run_that_breaks_off(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    """What has gone to stdout stays there, and stdout stays open."""

    def run() -> None:
        with open_sink("-") as sink:
            assert "stdout" == sink.name
            sink.write(BATCH)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        run()
    print("more")  # noqa: T201 - that it can be printed is what is tested

    assert 2 == len(capsysbinary.readouterr().out.splitlines())


texts = st.none() | st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@given(st.lists(st.tuples(texts, texts, texts), max_size=6))
def test_round_trip(tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str | None, ...]]) -> None:
    """Whatever id, title and company hold, a source reads from a sink's file what was written."""
    folder = tmp_path_factory.mktemp("round")
    verdicts = [replace(PLAIN, row=n, id=i, title=t, company=c) for n, (i, t, c) in enumerate(rows, 1)]
    given_as = SourceSettings(description_col="level")
    for suffix in (".csv", ".jsonl", ".json", ".parquet"):
        write(folder / f"out{suffix}", *verdicts, raw_csv=True)
        blank = "" if suffix == ".csv" else None
        expected = [
            Posting("pm", id=blank if i is None else i, title=blank if t is None else t,
                    company=blank if c is None else c, row=n)
            for n, (i, t, c) in enumerate(rows, 1)
        ]  # fmt: skip
        with open_source(folder / f"out{suffix}", settings=given_as) as source:
            assert expected == list(source)


# What readers and spreadsheets like to take for numbers, dates, nothing or formulas; one of them stands twice.
IDS = (
    *"007 007 None NA N/A n/a NaN nan null NULL nil - 0 -0 +1 00 1e5 1E400 1.0 1.10 0x1F 1_000".split(),
    *"1,000 TRUE true False inf -inf #N/A \\N 2024-01-01 12:30 1/2 9007199254740993 =1 @x 'x \"x\" a;b İ".split(),
    "e\u0301", "\ufeffx", "", " ", "\t", "\tx", "a\tb", "a\nb", "\r", "\xa0",
)  # fmt: skip


@pytest.mark.parametrize("given_as", [".csv", ".jsonl", ".parquet"])
def test_ids_come_out_as_they_went_in(tmp_path: Path, given_as: str) -> None:
    """Of fifty odd ids none changes from input to output, but for cells of CSV that would be formulas."""
    source = tmp_path / f"in{given_as}"
    if given_as == ".csv":
        with source.open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows([("id", "description"), *((key, "x") for key in IDS)])
    elif given_as == ".jsonl":
        source.write_text("".join(json.dumps({"id": key, "description": "x"}) + "\n" for key in IDS), "utf-8")
    else:
        pq.write_table(pa.table({"id": IDS, "description": ["x"] * len(IDS)}), source)
    with open_source(source) as records:
        ids = [record.id for record in records if isinstance(record, Posting)]
    verdicts = [replace(PLAIN, row=row, id=key) for row, key in enumerate(ids, 1)]
    for name in ("a.csv", "a.jsonl", "a.json", "a.parquet", "a.db"):
        write(tmp_path / name, *verdicts)
    write(tmp_path / "raw.csv", *verdicts, raw_csv=True)
    with closing(sqlite3.connect(tmp_path / "a.db")) as database:
        (table,) = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchone()
        kept = [key for (key,) in database.execute(f'SELECT id FROM "{table}" ORDER BY row')]  # noqa: S608 - our own

    assert 50 == len(IDS)
    for name in ("a.jsonl", "a.json", "a.parquet", "raw.csv"):
        assert list(IDS) == [row["id"] for row in read(tmp_path / name)], name
    assert list(IDS) == kept
    assert [f"'{key}" if key.startswith(FORMULA_STARTS) else key for key in IDS] == [
        row["id"] for row in read(tmp_path / "a.csv")
    ]


def test_only_errors_of_the_project_leave() -> None:
    """The errors of a sink share one base class."""
    assert issubclass(OutputError, PostclassError)
    assert issubclass(StorageError, PostclassError)


def test_rejects_to_a_pipe_that_nothing_went_to(tmp_path: Path) -> None:
    """Without a rejection, rejects of an earlier run are removed, but a pipe or a device stays where it is."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with open_sink(tmp_path / "out.jsonl", settings=SinkSettings(rejects=str(pipe))):
        pass

    assert pipe.is_fifo()
