"""The README's and the docs' code blocks, run page by page in a folder that holds the files they name.

`python` blocks share a page's names; of `console` and `bash` blocks each command runs, and what is shown under it must
come out (`…` stands for anything). Two things are not run: `pip install`, since the package under test is there, and
what a comment `<!-- skip: next, "the reason" -->` sets aside.
"""

import csv
import json
import re
import shlex
import shutil
import signal
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import Any
from unittest import SkipTest

import pandas as pd
import pytest
from sybil import Example, Sybil
from sybil.parsers.markdown import CodeBlockParser, PythonCodeBlockParser, SkipParser

import smallcorpus

ROOT = Path(__file__).parents[1]
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])
# These are the setting up of the repository itself, which the tests of the package and CI do.
SET_UP = {"README.md": 2}
SECONDS = 600
_COMMANDS = re.compile(r"^\$ ((?:\\\n|[^\n])*)\n?((?:(?!\$ ).*\n?)*)", re.MULTILINE)


def _run_console(example: Example) -> None:
    for command, shown in _COMMANDS.findall(example.parsed):
        _run(command, shown, example)


def _run_bash(example: Example) -> None:
    _run(example.parsed, "", example)


def _run(command: str, shown: str, example: Example) -> None:
    lines = [line for line in command.split("\n") if not line.startswith("pip install")]
    lines = [re.sub(r"^pip install \S+ && ", "", line) for line in lines]
    if not any(lines):
        return
    if lines[0].startswith("postclass serve"):
        _serve(lines[0], example)
        return
    done = subprocess.run(  # noqa: S602 - the project's own commands, as a reader's shell runs them
        "\n".join(lines),
        shell=True,
        executable="/bin/bash",
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    told = f"{command}\n{done.stdout}"

    assert done.returncode in ({0, 1} if shown.strip() else {0}), told
    if shown.strip():
        pattern = ".*?".join(re.escape(part.strip()) for part in shown.strip().split("…"))
        assert re.match(rf"\s*{pattern}\s*\Z", done.stdout, re.DOTALL), f"{told}\nis not\n{shown}"


def _serve(command: str, example: Example) -> None:
    """A server goes on beside the page, until the page ends."""
    server = subprocess.Popen(shlex.split(command), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    example.namespace.setdefault("servers", []).append(server)
    assert server.stdout is not None
    while (line := server.stdout.readline()) and "ready" not in line:
        pass

    assert "is ready at http://127.0.0.1:8642/" in line


SYBIL = Sybil(
    parsers=[
        SkipParser(),
        PythonCodeBlockParser(),
        CodeBlockParser(language="console", evaluator=_run_console),
        CodeBlockParser(language="bash", evaluator=_run_bash),
    ],
    path=str(ROOT),
    encoding="utf-8",
)


def _own() -> list[dict[str, Any]]:
    lines = (ROOT / "data/labelled/postings.jsonl").read_text("utf-8").split("\n")
    return [json.loads(line) for line in lines if line]


@pytest.fixture
def workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the project's data and model, and postings of the project's own under the names the pages use."""
    for name in ("data", "models"):
        shutil.copytree(ROOT / name, tmp_path / name)
    own = _own()
    fields = ("id", "title", "company", "description")
    with (tmp_path / "postings.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([fields, *([posting[name] for name in fields] for posting in own)])
    (tmp_path / "postings.jsonl").write_text("".join(json.dumps(posting) + "\n" for posting in own), "utf-8")
    pd.DataFrame(own)[list(fields)].to_excel(tmp_path / "jobs.xlsx", index=False)
    shutil.copy(ROOT / "data/samples/posting.txt", tmp_path)
    (tmp_path / "corpus").mkdir()
    postings, labels, others = smallcorpus.write_corpus(tmp_path / "corpus")
    pd.read_json(postings, lines=True).to_parquet(tmp_path / "postings.parquet")
    pd.read_json(others, lines=True).to_parquet(tmp_path / "more.parquet")
    shutil.copy(labels, tmp_path / "labels.jsonl")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BROWSER", "true")  # the program of that name, which does nothing
    monkeypatch.setenv("COLUMNS", "100")
    return tmp_path


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_code_blocks_do_what_the_page_says(page: Path, workplace: Path) -> None:
    """Every block of a page runs, in its order, and prints what is shown."""
    examples = list(SYBIL.parse(page))[SET_UP.get(page.name, 0) :]
    try:
        for example in examples:
            with suppress(SkipTest):  # what a comment on the page sets aside
                example.evaluate()
    finally:
        for server in examples[0].namespace.get("servers", []) if examples else []:
            server.send_signal(signal.SIGTERM)
            server.communicate(timeout=60)
