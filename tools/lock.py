"""The dependencies of `pyproject.toml` go in, `requirements/` comes out: the lock with its hashes, and the floors.

    python tools/lock.py            keeps what is locked where it still fits
    python tools/lock.py --upgrade  takes the newest of everything

It needs `pip install -e '.[release]'`. No address is written: the files hold names, versions and hashes alone, so that
they can be installed from any index, and the hashes say whether it handed over the same files.
"""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PLACE = ROOT / "requirements"
# What somebody may run, and what this project is tested, documented and released with. `evaluate` and `bench` measure
# against other libraries, PyTorch among them: gigabytes that nobody needs who installs, tests or releases.
RUNTIME = ("dask", "fast", "serve", "storage", "xlsx")
DEV = (*RUNTIME, "docs", "release", "test")
_COMMAND = "python tools/lock.py"
_FLOOR = re.compile(r"([A-Za-z0-9._-]+)(\[[a-z,]+\])?>=([0-9.]+)")


def main() -> None:
    """Writes `dev.txt`, then `runtime.txt` with the same versions, then `oldest.txt`."""
    PLACE.mkdir(exist_ok=True)
    upgrade = [argument for argument in sys.argv[1:] if argument == "--upgrade"]
    _compile("dev.txt", DEV, *upgrade)
    _compile("runtime.txt", RUNTIME, "--upgrade", "--constraint", "requirements/dev.txt")
    oldest = "".join(f"{name}=={version}\n" for name, version in sorted(floors().items()))
    head = f"# The oldest versions that pyproject.toml allows, as constraints. Made by `{_COMMAND}`.\n"
    (PLACE / "oldest.txt").write_text(head + oldest, encoding="utf-8")


def floors() -> dict[str, str]:
    """The lowest version of each dependency that a user may run with, by name."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    given = [*project["dependencies"], *(line for extra in RUNTIME for line in extras[extra])]
    return {found[1]: found[3] for line in given if (found := _FLOOR.fullmatch(line))}


def _compile(name: str, extras: tuple[str, ...], *options: str) -> None:
    command = "uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-config".split()
    command += ["--no-emit-index-url", "--no-emit-find-links", "--custom-compile-command", _COMMAND]
    command += [part for extra in extras for part in ("--extra", extra)]
    command += [*options, "pyproject.toml", "--output-file", f"requirements/{name}"]
    subprocess.run(command, cwd=ROOT, check=True)


if __name__ == "__main__":
    main()
