"""Claims: what killed runs left beside an output goes, what a living run writes stays."""

from pathlib import Path

import pytest

from postclass.claim import claimed
from postclass.errors import OutputError
from postclass.wholefile import WholeFile


def test_what_killed_runs_left(tmp_path: Path) -> None:
    """Temporary files of the targets go; those of other files, and others' files, stay."""
    names = [".out.csv.postclass-0123abcd", ".other.csv.postclass-0123abcd", ".out.csv.postclass-mine", "out.csv"]
    for name in names:
        (tmp_path / name).touch()
    with claimed([tmp_path / "out.csv", tmp_path / "missing" / "out.csv"]):
        left = {path.name for path in tmp_path.iterdir()}

    assert set(names[1:]) == left


def test_a_living_run(tmp_path: Path) -> None:
    """Nobody takes a living run's file away: another run of the same output is refused until it has ended."""
    target = tmp_path / "out.csv"
    with claimed([target]) as claim:
        file = WholeFile(target)
        claim.hold()
        with pytest.raises(OutputError, match="another run is writing it"), claimed([target]):
            pass

        assert 1 == len(list(tmp_path.iterdir()))
    file.stream.close()
    with claimed([target]):
        assert [] == list(tmp_path.iterdir())
