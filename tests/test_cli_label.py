"""`postclass label` as it is typed: queue, mark in a terminal of its own, check, convert."""

import json
import os
import sys
from pathlib import Path

import pexpect
import pytest
from click.testing import CliRunner, Result

from own import ROOT, own_rows
from postclass.cli import main

POSTINGS = str(ROOT / "data/labelled/postings.jsonl")
LABELS = str(ROOT / "data/labelled/labels.jsonl")


def run(*arguments: str) -> Result:
    """The command, in this process."""
    return CliRunner().invoke(main, ["label", *arguments])


def test_a_queue_is_json_lines_on_stdout() -> None:
    """And what became of the rest is on stderr."""
    result = run("queue", POSTINGS, "--n", "3")
    rows = [json.loads(line) for line in result.stdout.splitlines()]

    assert (0, 3) == (result.exit_code, len(rows))
    assert [row["id"] for row in rows] == [own_rows()[row["row"] - 1]["id"] for row in rows]
    assert result.stderr.endswith("74 records: 3 queued, 71 not (1 without text to judge, 4 of other trades)\n")


def test_terminal_commands_in_queued_titles(tmp_path: Path) -> None:
    """Bidi overrides and C1 characters of titles reach stdout as JSON escapes only; a file keeps them."""
    path, output = tmp_path / "in.jsonl", tmp_path / "queue.jsonl"
    title = "\x1b[31m\x9b31m\u202eA\x07\u2028é"
    path.write_text(json.dumps({**own_rows()[0], "title": title}), encoding="utf-8")
    shown = run("queue", str(path)).stdout
    kept = output.read_text("utf-8") if run("queue", str(path), "-o", str(output)).exit_code == 0 else ""

    assert not set("\x1b\x9b\u202e\x07\u2028") & set(shown)
    assert "é" in shown
    assert title == json.loads(shown)["title"] == json.loads(kept)["title"]
    assert "\u202e" in kept


def test_rejections_of_a_queue(tmp_path: Path) -> None:
    """They are told, counted and make the exit code 1; what is labelled is left out."""
    path = tmp_path / "in.jsonl"
    path.write_text(f"{json.dumps(own_rows()[0])}\n{{\n{json.dumps(own_rows()[2])}\n", encoding="utf-8")
    labels = tmp_path / "labels.jsonl"
    labels.write_text('{"id": "own-001", "level": "pm", "traits": {}}', encoding="utf-8")
    output = tmp_path / "queue.jsonl"
    result = run("queue", str(path), "--labels", str(labels), "-o", str(output))

    assert 1 == result.exit_code
    assert ["own-003"] == [json.loads(line)["id"] for line in output.read_text(encoding="utf-8").splitlines()]
    assert "3 records: 1 queued, 1 not (1 already labelled), 1 rejected" in result.stderr
    assert "Rejected: row 2" in result.stderr
    assert 2 == run("queue", str(path), "-o", str(output)).exit_code
    assert "--force" in run("queue", str(path), "-o", str(output)).stderr
    assert 2 == run("queue", str(path), "-o", str(path), "--force").exit_code
    assert 2 == run("queue", str(path), "-o", str(tmp_path)).exit_code
    assert 1 == run("queue", str(path), "-o", str(output), "--force").exit_code


@pytest.fixture
def environment() -> dict[str, str]:
    """Of a terminal."""
    return {**os.environ, "TERM": "xterm-256color", "COLUMNS": "120", "LINES": "45"}


def terminal(environment: dict[str, str], *arguments: str) -> pexpect.spawn:
    """The command in a terminal of its own."""
    return pexpect.spawn(
        sys.executable,
        ["-m", "postclass", "label", *arguments],
        dimensions=(45, 120),
        env=environment,
        encoding="utf-8",
        timeout=120,
    )


def test_marking_in_a_terminal(tmp_path: Path, environment: dict[str, str]) -> None:
    """A file's name is enough; keys mark, every level is saved, what has none is told, and the next start goes on."""
    mine = tmp_path / "mine.jsonl"
    child = terminal(environment, POSTINGS, "-o", str(mine))
    child.expect("no level yet")

    assert "Director of Product Management" not in child.before

    child.send("\x1b[Ba5bT")
    child.expect("Director of Product Management")
    child.send("D")
    child.expect(r"director \(clear\)")  # what changes is drawn anew, and no more
    saved = json.loads(mine.read_text(encoding="utf-8"))
    child.send("S")
    child.expect("The model leans to director")
    child.send("\x1b[C")
    child.expect("no level yet")
    child.send("Q")
    child.expect("1 of 74 postings have a level")
    child.expect(pexpect.EOF)
    child.close()

    assert 0 == child.exitstatus
    assert {
        "id": "own-001",
        "level": "director",
        "conf": "clear",
        "traits": {"vision_strategy": [2], "leads_product_managers": [5]},
    } == saved

    child = terminal(environment, "mark", POSTINGS, "-o", str(mine))
    child.expect("2 of 74   1 done")
    child.send("a")
    child.expect("1 not saved")
    child.send("\x03")
    child.expect(r"1 marked without a level, and not saved: posting 2 \(own-002\)")
    child.expect(pexpect.EOF)
    child.close()

    assert 0 == child.exitstatus


def test_a_queue_is_marked_in_its_order(tmp_path: Path, environment: dict[str, str]) -> None:
    """Its postings alone; a queue of another file is refused."""
    queue = tmp_path / "queue.jsonl"
    rows = [{"row": n, "id": own_rows()[n - 1]["id"], "title": own_rows()[n - 1]["title"]} for n in (7, 2)]
    queue.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
    mine = tmp_path / "mine.jsonl"
    child = terminal(environment, POSTINGS, "--queue", str(queue), "-o", str(mine))
    child.expect("1 of 2   0 done")
    child.send("P")
    child.expect(r"pm \(clear\)")
    child.send("Q")
    child.expect(pexpect.EOF)

    assert "own-007" == json.loads(mine.read_text(encoding="utf-8"))["id"]

    queue.write_text(json.dumps(rows[0] | {"row": 3}), encoding="utf-8")
    result = run("mark", POSTINGS, "--queue", str(queue), "-o", str(mine))

    assert 2 == result.exit_code
    assert "row 3 is another posting" in result.stderr


def test_marking_needs_a_terminal(tmp_path: Path) -> None:
    """It says what else there is."""
    result = run(POSTINGS, "-o", str(tmp_path / "mine.jsonl"))

    assert 2 == result.exit_code
    assert "--browser shows a page instead" in result.stderr
    assert 2 == run("mark", "-", "--from", "jsonl").exit_code
    assert "No such command" in run("bark").stderr


def test_labels_are_checked() -> None:
    """Faults, likely errors and agreement, for people and as JSON."""
    second = str(ROOT / "data/labelled/labels_second.jsonl")
    shown = run("check", LABELS, "--second", second)
    told = json.loads(run("check", LABELS, "--second", second, "--format", "json").stdout)

    assert 0 == shown.exit_code
    assert shown.stdout.startswith("74 labels, 0 faults\n")
    assert "level: 74 the same, Cohen's kappa 1.00" in shown.stdout
    assert (74, 1.0) == (told["labels"], told["agreement"]["level_kappa"])


def test_likely_errors_are_listed() -> None:
    """With postings, alone or with the model."""
    told = json.loads(run("check", LABELS, "--postings", POSTINGS, "--alone", "--n", "2", "--format", "json").stdout)

    assert (74, 2, 2) == (told["matched"], len(told["levels"]), len(told["traits"]))
    assert {"id", "line", "about", "given", "likelier", "quality", "issue"} == set(told["levels"][0])


def test_faults_of_labels_are_findings(tmp_path: Path) -> None:
    """Each with file and line, and the exit code 1; a wrong file of postings is a mistake."""
    path = tmp_path / "mine.jsonl"
    path.write_text('{"id": "own-001", "level": "pm", "traits": {"delivery": [999]}}\n{}\n', encoding="utf-8")
    result = run("check", str(path), "--postings", POSTINGS)

    assert 1 == result.exit_code
    assert f"{path}, line 2: there is no 'id'" in result.stdout
    assert f"{path}, line 1: delivery names line 999" in result.stdout

    path.write_text('{"id": "x", "level": "pm", "traits": {}}\n', encoding="utf-8")

    assert "none of its postings has a label" in run("check", str(path), "--postings", POSTINGS).stderr


@pytest.mark.parametrize(("tool", "name"), [("label-studio", "tasks.json"), ("doccano", "tasks.jsonl")])
def test_labels_go_to_a_tool_and_back(tmp_path: Path, tool: str, name: str) -> None:
    """The project's own labels come back as they went, key for key."""
    tasks, back = tmp_path / name, tmp_path / "back.jsonl"
    gone = run("convert", POSTINGS, "--to", tool, "--labels", LABELS, "-o", str(tasks))
    come = run("convert", str(tasks), "--to", "labels", "-o", str(back))

    assert (0, "74 tasks\n") == (gone.exit_code, gone.stderr)
    assert (0, "74 tasks: 74 labels, 0 without one\n") == (come.exit_code, come.stderr)
    assert [json.loads(line) for line in Path(LABELS).read_text(encoding="utf-8").splitlines()] == [
        json.loads(line) for line in back.read_text(encoding="utf-8").splitlines()
    ]


def test_records_that_cant_be_read_are_told_everywhere(tmp_path: Path) -> None:
    """One of two lines: the other becomes a task or is checked, and the exit code is 1."""
    path, labels = tmp_path / "in.jsonl", tmp_path / "labels.jsonl"
    path.write_text(f"{{\n{json.dumps(own_rows()[0])}\n", encoding="utf-8")
    labels.write_text('{"id": "own-001", "level": "director"}\n', encoding="utf-8")
    converted = run("convert", str(path), "--to", "doccano")
    checked = run("check", str(labels), "--postings", str(path), "--alone")

    assert (1, 1) == (converted.exit_code, checked.exit_code)
    assert converted.stderr.startswith("1 tasks, 1 records rejected\nRejected: row 1")
    assert "own-001" == json.loads(converted.stdout)["posting_id"]
    assert "1 labels, 0 faults, 1 with their posting" in checked.stdout
    assert checked.stderr.startswith("Rejected: row 1")


def test_more_traits_than_letters(tmp_path: Path) -> None:
    """Can't be marked, and that is said."""
    many = tmp_path / "traits.toml"
    table = (
        '[[trait]]\nkey = "t{}"\nside = "pm"\npart = "skills"\nlabel = "a"\nsentence = "b"\n'
        'examples = ["c"]\nnear_misses = ["d"]\n'
    )
    many.write_text("".join(table.format(n) for n in range(27)), encoding="utf-8")

    assert "27 traits; marking has a letter" in run("mark", POSTINGS, "--traits", str(many)).stderr


def test_conversions_that_cant_be(tmp_path: Path) -> None:
    """Each says what is wrong, with the file."""
    tasks, config = tmp_path / "tasks.json", tmp_path / "config.xml"
    run("convert", POSTINGS, "--to", "label-studio", "--labels", LABELS, "-o", str(tasks), "--config", str(config))
    twice = json.loads(tasks.read_text(encoding="utf-8"))
    tasks.write_text(json.dumps([twice[0], twice[0]]), encoding="utf-8")
    missing = run("convert", str(tmp_path / "no.json"), "--to", "labels")
    unread = run("convert", LABELS, "--to", "labels", "--from", "label-studio")

    assert config.read_text(encoding="utf-8").startswith("<View>")
    assert "the posting 'own-001' was labelled twice" in run("convert", str(tasks), "--to", "labels").stderr
    assert (2, True) == (missing.exit_code, "no.json: No such file" in missing.stderr)
    assert (2, True) == (unread.exit_code, "not JSON" in unread.stderr)
