"""The doors under fuzzing: what was kept is put through them again, and atheris looks for more for a few seconds."""

import importlib
import platform
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

FUZZ = Path(__file__).parents[1] / "fuzz"
sys.path.append(str(FUZZ))

from doors import DOORS  # noqa: E402 - found in that folder

# Of each door: all of them together then take about a minute, with what it takes to start them.
SECONDS = 3
MOST_KEPT = 500_000  # bytes of the whole corpus
# atheris has wheels for this platform alone; there it is in the `test` extra, and none is no excuse.
HAS_WHEELS = platform.system() == "Linux" and platform.machine() == "x86_64"


@pytest.mark.filterwarnings("ignore")  # libraries warn of what is odd in these inputs, which is all that they are for
@pytest.mark.parametrize("door", DOORS)
def test_what_was_kept(door: str) -> None:
    """Each input of the corpus is read, or refused, as is promised, without atheris."""
    put_through = importlib.import_module(f"doors.{door}").door
    inputs = sorted((FUZZ / "corpus" / door).iterdir())

    assert inputs
    for path in inputs:
        put_through(path.read_bytes())
    put_through(b"")


def test_the_corpus_is_small() -> None:
    """What is kept is what is needed."""
    assert MOST_KEPT > sum(path.stat().st_size for path in FUZZ.glob("corpus/*/*"))


@pytest.mark.skipif(find_spec("atheris") is None and not HAS_WHEELS, reason="atheris has no wheel for this platform")
@pytest.mark.parametrize("door", DOORS)
def test_a_few_seconds_more(door: str) -> None:
    """Nothing but what is promised comes out of a door for inputs that nobody has thought of."""
    command = [sys.executable, str(FUZZ / "run.py"), door, "--seconds", str(SECONDS)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert 0 == done.returncode, done.stdout
