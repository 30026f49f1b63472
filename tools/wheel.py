"""The built wheel goes into a fresh environment, with the oldest, the locked or the newest dependencies, and is tried.

    python tools/wheel.py oldest
    python tools/wheel.py newest --python python3.13 --tests

It is built, installed with pip, asked for the 200 golden verdicts in every way, and led through the commands; with
`--tests` the tests of what it does are run against it too. Nothing of `src` is on the path.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
EXTRAS = "dask,fast,serve,storage,xlsx"
VERSIONS = ("oldest", "locked", "newest")
# Tests of the repository and of what needs tools that have floors of their own are left to `pytest` in the repository.
_TOOLS = ("pytest", "hypothesis", "jsonschema", "selectolax")
_LEFT_OUT = (
    "browser", "test_quality.py", "test_package.py", "test_docs_cli.py", "test_docs_audit.py", "test_serve.py",
    "test_repository_checks.py", "test_evaluation.py", "test_card.py", "test_recipe_spark.py", "test_supply.py",
)  # fmt: skip
_SHOWN = ("numpy", "scipy", "scikit-learn", "pandas", "pyarrow", "numba")


def main() -> None:
    """Builds, installs, tries; the first step that fails ends it."""
    parser = argparse.ArgumentParser(description="Try the built wheel in a fresh environment.")
    parser.add_argument("versions", choices=VERSIONS, help="Which versions of its dependencies it gets.")
    parser.add_argument("--python", default=sys.executable, help="The Python of the environment.")
    parser.add_argument("--tests", action="store_true", help="Run the tests against it too.")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        environment = installed(arguments.versions, Path(place), base=arguments.python)
        try_out(environment, Path(place))
        if arguments.tests:
            _run(environment, "pip", "install", "--quiet", *_TOOLS, place=Path(place))
            run_tests(environment, Path(place))


def installed(versions: str, place: Path, *, base: str = sys.executable) -> Path:
    """The Python of a fresh environment in `place` that holds the wheel and those versions of its dependencies."""
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(place / "dist")]
    subprocess.run(build, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    (wheel,) = (place / "dist").iterdir()
    subprocess.run([base, "-m", "venv", str(place / "venv")], check=True)
    python = place / "venv/bin/python"
    given = [f"postclass[{EXTRAS}] @ {wheel.as_uri()}"]
    if versions == "oldest":
        given += ["-c", str(ROOT / "requirements/oldest.txt")]
    elif versions == "locked":
        lock = str(ROOT / "requirements/runtime.txt")
        _run(python, "pip", "install", "--quiet", "--require-hashes", "-r", lock, place=place)
        given += ["--no-deps"]
    _run(python, "pip", "install", "--quiet", *given, place=place)
    _run(python, "pip", "check", place=place)
    return python


def try_out(python: Path, place: Path, *, ways: tuple[str, ...] = ("plain", "numpy", "compiled")) -> None:
    """The golden verdicts in those ways, then a training run, a batch, an audit and a check with the model it made."""
    show = f"from importlib.metadata import version; print({{n: version(n) for n in {_SHOWN}}})"
    subprocess.run([str(python), "-c", show], check=True)
    options = [part for way in ways for part in ("--way", way)]
    subprocess.run([str(python), str(ROOT / "tests/goldens.py"), *options], cwd=place, env=_environment(), check=True)
    subprocess.run([str(python), str(ROOT / "tests/journey.py"), str(place)], cwd=place, env=_environment(), check=True)


def run_tests(python: Path, place: Path) -> None:
    """The tests of what the package does; an old library's warnings of its own future fail nothing."""
    left_out = [f"--ignore={ROOT / 'tests' / name}" for name in _LEFT_OUT]
    options = ["-q", "-m", "not slow", "-p", "no:cacheprovider", "-W", "default", "--rootdir", str(ROOT)]
    _run(python, "pytest", *options, *left_out, str(ROOT / "tests"), place=place)


def _run(python: Path, module: str, *arguments: str, place: Path) -> None:
    subprocess.run([str(python), "-m", module, *arguments], cwd=place, env=_environment(), check=True)


def _environment() -> dict[str, str]:
    """This process's, but that no path leads Python to `src`."""
    return {name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", "VIRTUAL_ENV"}}


if __name__ == "__main__":
    main()
