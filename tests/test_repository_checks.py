"""The pre-commit hook and the GitHub Action: what they run is run here, as it stands in their files."""

import os
import re
import shlex
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from own import own_rows

ROOT = Path(__file__).parents[1]


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with a posting whose title is inflated and one whose title is right."""
    (tmp_path / "jobs").mkdir()
    for row in own_rows():
        if row["id"] in {"own-058", "own-025"}:
            (tmp_path / "jobs" / f"{row['id']}.md").write_text(f"# {row['title']}\n\n{row['description']}", "utf-8")
    return tmp_path


def run(command: list[str], repository: Path, **variables: str) -> "subprocess.CompletedProcess[str]":
    """A command in that repository, with `postclass` on the path."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        command,
        cwd=repository,
        env=os.environ | {"PATH": path, **variables},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_hook_fails_on_a_mismatch(repository: Path) -> None:
    """pre-commit hands over the changed files; those that are right pass."""
    (entry,) = re.findall(r"^  entry: (.+)$", (ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"), re.MULTILINE)
    command = shlex.split(entry)
    wrong = run([*command, "jobs/own-058.md", "jobs/own-025.md"], repository)

    assert 1 == wrong.returncode
    assert "Product Director, Rider App" in wrong.stdout
    assert 0 == run([*command, "jobs/own-025.md"], repository).returncode


def script() -> str:
    """What the action runs."""
    text = (ROOT / "action.yml").read_text("utf-8")
    return textwrap.dedent(text.split("- run: |\n")[1].split("      shell:")[0])


@pytest.mark.parametrize(("fail_on", "code"), [("mismatch", 1), ("deflated undecided", 0), ("", 0)])
def test_the_action_annotates_and_fails(repository: Path, fail_on: str, code: int) -> None:
    """Annotations on stdout, SARIF where it is asked for, and the exit code that was asked for."""
    command = ["bash", "-euo", "pipefail", "-c", script()]
    result = run(command, repository, AUDIT_PATH="jobs", AUDIT_FAIL_ON=fail_on, AUDIT_SARIF="a.sarif")

    assert code == result.returncode, result.stderr
    assert result.stdout.startswith("::warning file=jobs/own-058.md,line=1,")
    assert (repository / "a.sarif").stat().st_size > 1000


def test_inputs_of_the_action_are_never_run(repository: Path) -> None:
    """A path that looks like a command is a path that is not there."""
    variables = {"AUDIT_PATH": "$(touch canary) ;touch canary", "AUDIT_FAIL_ON": "mismatch", "AUDIT_SARIF": ""}
    result = run(["bash", "-e", "-c", script()], repository, **variables)

    assert 2 == result.returncode
    assert not (repository / "canary").exists()


def test_inputs_stand_in_no_script() -> None:
    """GitHub's expressions are only used where variables are given their values."""
    assert "${{" not in script()
