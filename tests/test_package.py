"""The package as it is shipped: the wheel and the sdist hold what is needed, from wherever they are built."""

import hashlib
import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from built import build

ROOT = Path(__file__).parents[1]
PROBE = """
from postclass.examples import labelled
from postclass.traits import load_traits
print(len(load_traits()), len(labelled()))
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel built from the repository."""
    return build(ROOT, tmp_path_factory.mktemp("wheel"), "wheel")


def test_a_wheel_works_by_itself(wheel: Path, tmp_path: Path) -> None:
    """Unpacked anywhere, with no repository around, the package finds its own files."""
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path)  # noqa: S202 - our own archive
    result = subprocess.run(
        [sys.executable, "-c", PROBE],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )

    assert result.stdout == "21 63\n"
    assert (tmp_path / "postclass/_resources/models/product-roles").is_dir()
    assert (tmp_path / "postclass/report/page.css").is_file()
    assert (tmp_path / "postclass/report/web/audit.js").is_file()
    assert (tmp_path / "postclass/py.typed").is_file()


def test_a_wheel_from_the_sdist_is_the_same(wheel: Path, tmp_path: Path) -> None:
    """The sdist holds all that a build needs, and two builds give the same bytes."""
    sdist = build(ROOT, tmp_path / "sdist", "sdist")
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path / "source", filter="data")
    (source,) = (tmp_path / "source").iterdir()
    again = build(source, tmp_path / "wheel", "wheel")

    assert (source / "tests").is_dir()
    assert hashlib.sha256(wheel.read_bytes()).digest() == hashlib.sha256(again.read_bytes()).digest()
