"""The built wheel in fresh environments, with the oldest and the newest dependencies that it allows."""

import importlib.util
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.mark.slow
@pytest.mark.parametrize("versions", ["oldest", "newest"])
def test_the_wheel_does_its_work(versions: str, tmp_path: Path) -> None:
    """Installed by pip alone it gives the golden verdicts plainly and with numpy, trains, classifies and audits.

    `python tools/wheel.py VERSIONS` asks for the compiled way too, and with `--tests` runs the tests against it.
    """
    spec = importlib.util.spec_from_file_location("wheel", ROOT / "tools/wheel.py")
    assert spec is not None
    assert spec.loader is not None
    wheel = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(wheel)
    python = wheel.installed(versions, tmp_path)

    wheel.try_out(python, tmp_path, ways=("plain", "numpy"))
