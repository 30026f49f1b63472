"""The locked runtime goes in, its list of parts (a CycloneDX SBOM) comes out: versions, licences, who needs whom.

    python tools/sbom.py dist/postclass.cdx.json

It needs `pip install -e '.[release]'`. The lock is installed into an environment of its own, so that nothing else is
listed; the same lock gives the same bytes on one platform, with no path, host or time in them.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def main(output: Path) -> None:
    """Installs the locked runtime and writes what it consists of."""
    with tempfile.TemporaryDirectory() as place:
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", place], check=True)
        pip = [sys.executable, "-m", "pip", "--python", place, "install", "--quiet", "--no-deps", "--require-hashes"]
        subprocess.run([*pip, "-r", str(ROOT / "requirements/runtime.txt")], check=True)
        output.write_bytes(describe(Path(place)))


def describe(environment: Path) -> bytes:
    """The SBOM of what is installed in a virtual environment, checked against the schema of CycloneDX."""
    command = [sys.executable, "-m", "cyclonedx_py", "environment", str(environment), "--pyproject", "pyproject.toml"]
    command += "--mc-type library --output-reproducible --validate --spec-version 1.6 --output-format JSON".split()
    made = subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout
    bom = json.loads(made)
    bom["metadata"]["component"] |= {"version": _version(), "purl": f"pkg:pypi/postclass@{_version()}"}
    return (json.dumps(bom, indent=2, sort_keys=True) + "\n").encode()


def _version() -> str:
    """The version as the build reads it: what is installed here may be another one."""
    text = (ROOT / "src/postclass/__init__.py").read_text(encoding="utf-8")
    return next(line.split('"')[1] for line in text.splitlines() if line.startswith("__version__"))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
