"""The built wheel in an environment of its own, with nothing but what it asks for: what users set out to do with it."""

import csv
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from built import build
from own import ROOT, own_rows
from postclass import __version__
from smallcorpus import write_corpus

COMMANDS = "check classify schema audit serve traits model train evaluate".split()
# Nothing of these is asked for by the wheel itself: extras, and what only the project's developers have.
ABSENT = "numba dask distributed fsspec openpyxl fastapi uvicorn matplotlib pytest hypothesis ruff mypy".split()


@dataclass(frozen=True)
class Installed:
    """An environment with the wheel in it, and a folder to work in, far from the sources."""

    scripts: Path
    work: Path

    def environment(self) -> dict[str, str]:
        """A user's: nothing in it leads to the sources or to the environment of the tests."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV"))}
        return kept | {"PATH": f"{self.scripts}{os.pathsep}{os.defpath}"}

    def run(self, *arguments: str | Path, code: int = 0, stdin: str | None = None) -> tuple[str, str]:
        """Stdout and stderr of `postclass` with these arguments, after its exit code was looked at."""
        done = subprocess.run(
            ["postclass", *map(str, arguments)], cwd=self.work, env=self.environment(), input=stdin,
            capture_output=True, text=True, check=False, encoding="utf-8",
        )  # fmt: skip

        assert code == done.returncode, done.stderr
        assert "Traceback" not in done.stderr
        return done.stdout, done.stderr

    def refused(self, *arguments: str | Path) -> str:
        """The one line with which the command is refused."""
        _, said = self.run(*arguments, code=2)

        assert 1 == len(said.splitlines()), said
        return said


@pytest.fixture(scope="session")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The scripts of a fresh environment into which the wheel was installed as users do."""
    place = tmp_path_factory.mktemp("installed")
    wheel = build(ROOT, place / "wheel", "wheel")
    subprocess.run([sys.executable, "-m", "venv", str(place / "venv")], check=True)
    scripts = place / "venv" / "bin"
    subprocess.run([scripts / "pip", "install", "--quiet", "--disable-pip-version-check", str(wheel)], check=True)
    return scripts


@pytest.fixture
def there(environment: Path, tmp_path: Path) -> Installed:
    """The environment, and an empty folder."""
    return Installed(environment, tmp_path)


def write_postings(path: Path, rows: list[dict[str, Any]], *, broken: str = "") -> Path:
    """Writes postings as JSON lines, and a line that is none."""
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows) + broken, encoding="utf-8")
    return path


def test_it_is_the_wheel_and_nothing_else(there: Installed) -> None:
    """The command tells its version and its commands, and works without what developers have."""
    probe = f"import postclass, importlib.util as u; print(postclass.__file__, *filter(u.find_spec, {ABSENT}))"
    python = subprocess.run(
        ["python", "-c", probe], cwd=there.work, env=there.environment(), capture_output=True, text=True, check=True
    )

    assert (f"postclass, version {__version__}\n", "") == there.run("--version")
    assert [str(there.scripts.parent)] == [line.partition("/lib/")[0] for line in python.stdout.split()]
    for command in COMMANDS:
        assert command in there.run("--help")[0]
        assert there.run(command, "--help")[0].startswith(f"Usage: postclass {command}")


def test_one_posting(there: Installed) -> None:
    """A posting is checked as text, as data and as a page, from a file or from stdin."""
    posting = there.work / "posting.txt"
    posting.write_text(own_rows()[0]["description"], encoding="utf-8")
    text, _ = there.run("check", posting, "--title", "Product Manager")
    told = json.loads(there.run("check", "--format", "json", stdin=posting.read_text(encoding="utf-8"))[0])
    page, _ = there.run("check", posting, "--format", "html")

    assert "director" in text.casefold()
    assert ("director", 5) == (told["level"], len(told["top_terms"]))
    assert page.startswith("<!DOCTYPE html>")


@pytest.mark.parametrize("kind", ["jsonl", "csv", "parquet"])
def test_many_postings(there: Installed, kind: str) -> None:
    """A verdict for each posting, a reason for each line that is none, in every format; exit code 1 tells of them."""
    source = write_postings(there.work / "in.jsonl", list(own_rows()), broken="{")
    output = there.work / f"out.{kind}"
    _, said = there.run("classify", source, "-o", output, code=1)
    if kind == "jsonl":
        verdicts = [json.loads(line) for line in output.read_text(encoding="utf-8").splitlines()]
    elif kind == "csv":
        with output.open(encoding="utf-8", newline="") as stream:
            verdicts = list(csv.DictReader(stream))
    else:
        verdicts = pq.read_table(output).to_pylist()
    rejects = [json.loads(line) for line in Path(f"{output}.rejects.jsonl").read_text(encoding="utf-8").splitlines()]

    assert [row["id"] for row in own_rows()] == [row["id"] for row in verdicts]
    assert [len(own_rows()) + 1] == [reject["row"] for reject in rejects]
    assert f"{len(own_rows()) + 1} records" in said
    assert "exists already; --force overwrites it" in there.refused("classify", source, "-o", output)


def test_output_is_read_again(there: Installed) -> None:
    """What one format holds is the same in the next: CSV and Parquet are inputs too."""
    rows = [{name: row[name] for name in ("id", "title", "company", "description")} for row in own_rows()[:20]]
    write_postings(there.work / "a.jsonl", rows)
    with (there.work / "b.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    outputs = [there.run("classify", name, "-o", "-")[0] for name in ("a.jsonl", "b.csv")]

    assert outputs[0] == outputs[1]
    assert 20 == len(outputs[0].splitlines())


def test_an_audit(there: Installed) -> None:
    """Titles are audited into a page and a table at once; `--fail-on` makes a finding an exit code."""
    source = write_postings(there.work / "in.jsonl", list(own_rows()))
    said, _ = there.run("audit", source, "-o", "audit.html", "-o", "audit.xlsx", "--fail-on", "inflated", code=1)

    assert (there.work / "audit.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert (there.work / "audit.xlsx").read_bytes().startswith(b"PK")
    assert f"{len(own_rows())} postings audited." in said
    assert "titles above the text" in said


def distinct_postings(count: int) -> Iterator[dict[str, Any]]:
    """Postings of the project's own, each with a line of its own, for what repeats is judged once."""
    for number in range(count):
        row = own_rows()[number % len(own_rows())]
        yield {"id": str(number), "description": f"{row['description']}\nThis is opening number {number} of this year"}


def test_a_run_that_is_killed_goes_on(there: Installed) -> None:
    """Killed once it has kept a part, a run is done by `--resume`, each posting once and in order."""
    source = write_postings(there.work / "in.jsonl", list(distinct_postings(5000)))
    line = ["postclass", "classify", str(source), "-o", "out.jsonl", "--resume"]
    with subprocess.Popen(
        [*line, "--workers", "1"], cwd=there.work, env=there.environment(), stderr=subprocess.PIPE
    ) as running:
        until = time.monotonic() + 120
        while not (there.work / "out.jsonl.checkpoint" / "00000.arrow").exists() and time.monotonic() < until:
            time.sleep(0.05)
        running.kill()
    _, said = there.run(*line[1:])
    told = [json.loads(one) for one in (there.work / "out.jsonl").read_text(encoding="utf-8").splitlines()]

    assert -signal.SIGKILL == running.returncode
    assert "were done by an earlier run" in said
    assert [str(number) for number in range(5000)] == [row["id"] for row in told]
    assert {"in.jsonl", "out.jsonl", "out.jsonl.receipt"} == {path.name for path in there.work.iterdir()}
    assert "is finished; nothing is left to do" in there.run(*line[1:])[1]


def test_a_model_of_ones_own(there: Installed) -> None:
    """Trained on one's own postings and labels, a model can be shown, and judges in place of the shipped one."""
    postings, labels, others = write_corpus(there.work)
    there.run("train", "--postings", postings, "--labels", labels, "--weak", others, "-o", "mine")
    shown = json.loads(there.run("model", "show", "mine", "--format", "json")[0])
    posting = json.loads(postings.read_text(encoding="utf-8").splitlines()[0])
    verdicts = [
        json.loads(there.run("check", "--format", "json", *more, stdin=posting["description"])[0])
        for more in ([], ["--model", "mine"])
    ]

    assert __version__ == shown["versions"]["postclass"]
    assert 1 == len({len(verdict) for verdict in verdicts})
    assert verdicts[0]["p_director"] != verdicts[1]["p_director"]
    assert "a model stands there" in there.refused("train", "--postings", postings, "--labels", labels, "-o", "mine")


def test_what_it_tells_of_itself(there: Installed) -> None:
    """The schema of its rows, its traits and the shipped model are in the wheel."""
    assert "p_director" in json.loads(there.run("schema")[0])["properties"]
    assert 21 == len(json.loads(there.run("traits", "--format", "json")[0]))
    assert there.run("model", "show")[0].startswith("format: 1")


@pytest.mark.parametrize(
    ("arguments", "extra"),
    [
        (["serve"], "serve"),
        (["classify", "in.xlsx"], "xlsx"),
        (["classify", "in.jsonl", "--engine", "dask", "--scheduler", "tcp://127.0.0.1:9"], "dask"),
        (["classify", "s3://bucket/in.jsonl", "--storage"], "storage"),
        (["classify", "in.jsonl", "--storage", "-o", "s3://bucket/out.jsonl"], "storage"),
    ],
    ids=["serve", "xlsx", "dask", "storage", "storage-out"],
)
def test_an_extra_that_is_not_there(there: Installed, arguments: list[str], extra: str) -> None:
    """What needs a package that was not asked for says in one line how to get it."""
    write_postings(there.work / "in.jsonl", list(own_rows()[:3]))
    (there.work / "in.xlsx").write_bytes(b"PK\x03\x04")

    assert f"pip install 'postclass[{extra}]'" in there.refused(*arguments)
