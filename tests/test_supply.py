"""What postclass is made of and runs on: locked with hashes, listed, and built twice alike."""

import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, distribution, version
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[1]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
PYTHONS = ("3.11", "3.12", "3.13")


def tool(name: str) -> ModuleType:
    """A command of `tools/`, imported."""
    spec = importlib.util.spec_from_file_location(name, ROOT / "tools" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


LOCK = tool("lock")


def entries(name: str) -> list[tuple[Requirement, list[str]]]:
    """A lock's requirements and their hashes."""
    text = (ROOT / "requirements" / name).read_text(encoding="utf-8").replace("\\\n", " ")
    found = []
    for line in text.splitlines():
        if line and not line.lstrip().startswith("#"):
            requirement, *hashes = line.split("--hash=")
            found.append((Requirement(requirement.strip()), [part.strip() for part in hashes]))
    return found


def locked(name: str, python: str) -> dict[str, str]:
    """The versions that a lock gives to a Python on Linux, by name; each name once."""
    environment = {
        "python_version": python,
        "python_full_version": f"{python}.5",
        "sys_platform": "linux",
        "platform_machine": "x86_64",
        "platform_python_implementation": "CPython",
    }
    versions: dict[str, list[str]] = defaultdict(list)
    for requirement, _ in entries(name):
        if requirement.marker is None or requirement.marker.evaluate(environment):
            (pin,) = requirement.specifier
            versions[canonicalize_name(requirement.name)].append(pin.version)
    assert {name: found for name, found in versions.items() if len(found) > 1} == {}
    return {name: found[0] for name, found in versions.items()}


def asked_for(extras: tuple[str, ...]) -> Iterator[Requirement]:
    """What `pyproject.toml` asks for with those extras, and with the extras that those hold."""
    for line in [*PROJECT["dependencies"], *(line for e in extras for line in PROJECT["optional-dependencies"][e])]:
        requirement = Requirement(line)
        if requirement.name == PROJECT["name"]:
            yield from asked_for(tuple(requirement.extras))
        else:
            yield requirement


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize(("name", "extras"), [("runtime.txt", LOCK.RUNTIME), ("dev.txt", LOCK.DEV)])
def test_the_lock_satisfies_the_project(name: str, extras: tuple[str, ...], python: str) -> None:
    """Each dependency is locked, for each Python, within what `pyproject.toml` allows."""
    versions = locked(name, python)
    missing = [str(r) for r in asked_for(extras) if canonicalize_name(r.name) not in versions]
    outside = [str(r) for r in asked_for(extras) if not r.specifier.contains(versions[canonicalize_name(r.name)])]

    assert [] == missing
    assert [] == outside


@pytest.mark.parametrize("name", ["runtime.txt", "dev.txt"])
def test_every_entry_is_hashed_and_none_has_an_address(name: str) -> None:
    """Each entry is one version with a SHA-256 or more; the file names no index, host or path."""
    text = (ROOT / "requirements" / name).read_text(encoding="utf-8")
    found = entries(name)

    assert len(found) > 40
    assert [] == [str(r) for r, _ in found if [p.operator for p in r.specifier] != ["=="] or r.url]
    assert [] == [str(r) for r, hashes in found if not hashes]
    assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", digest) for _, hashes in found for digest in hashes)
    assert [] == re.findall(r"\w+://|--(?:extra-)?index|--find-links|(?<=\s)/\w+|file:", text)


@pytest.mark.parametrize("python", PYTHONS)
def test_what_is_tested_is_what_is_run(python: str) -> None:
    """The runtime's lock is a part of the development's: nobody tests with one version and ships another."""
    assert locked("runtime.txt", python).items() <= locked("dev.txt", python).items()


def test_the_oldest_are_the_floors() -> None:
    """`oldest.txt` pins each runtime dependency to the floor of `pyproject.toml`, and every one has a floor."""
    lines = (ROOT / "requirements/oldest.txt").read_text(encoding="utf-8").splitlines()
    oldest = {r.name: pin.version for r in map(Requirement, lines[1:]) for pin in r.specifier}
    floors = {r.name: p.version for r in asked_for(LOCK.RUNTIME) for p in r.specifier if p.operator == ">="}

    assert floors == oldest
    assert {r.name for r in asked_for(LOCK.RUNTIME)} == set(oldest)


def test_known_bad_versions_are_excluded() -> None:
    """Before 14.0.1 pyarrow ran code that stood in a file (CVE-2023-47248): the floor is above it."""
    (pyarrow,) = (r for r in asked_for(()) if r.name == "pyarrow")

    assert not pyarrow.specifier.contains("14.0.0")
    assert min(Version(p.version) for p in pyarrow.specifier) > Version("14.0.1")


def test_every_floor_has_its_reason() -> None:
    """Behind each runtime dependency of `pyproject.toml` stands why it is there, or why this version."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    told = set(re.findall(r'^  "([\w-]+)(?:\[\w+\])?>=[\d.]+", +# \S', text, re.MULTILINE))

    assert set() == {r.name for r in asked_for(LOCK.RUNTIME)} - told


@pytest.fixture
def parts(tmp_path: Path) -> Path:
    """An environment that holds what this one says of the runtime's parts, as if they were installed there."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(tmp_path / "parts")], check=True)
    (site,) = (tmp_path / "parts").glob("lib/python*/site-packages")
    for name in locked("runtime.txt", f"{sys.version_info.major}.{sys.version_info.minor}"):
        with suppress(PackageNotFoundError):
            metadata = Path(str(distribution(name).locate_file(""))).glob(f"{name.replace('-', '[-_]')}-*.dist-info")
            for directory in metadata:
                shutil.copytree(directory, site / directory.name)
    return tmp_path / "parts"


def test_the_list_of_parts(parts: Path, tmp_path: Path) -> None:
    """The SBOM is valid CycloneDX, has each part with its version and who needs it, and no path, host or time."""
    made = tool("sbom").describe(parts)
    bom = json.loads(made)
    root = bom["metadata"]["component"]
    (needed,) = (node["dependsOn"] for node in bom["dependencies"] if node["ref"] == root["bom-ref"])

    assert made == tool("sbom").describe(parts)
    assert ("CycloneDX", "1.6") == (bom["bomFormat"], bom["specVersion"])
    assert f"pkg:pypi/postclass@{version('postclass')}" == root["purl"]
    assert {r.name for r in asked_for(())} <= {ref.split("==")[0] for ref in needed}
    assert [] == [part for part in bom["components"] if not part["purl"].startswith("pkg:pypi/")]
    assert len(bom["components"]) == len(list(parts.glob("lib/python*/site-packages/*.dist-info"))) > 30
    assert sum("licenses" in part for part in bom["components"]) >= 0.9 * len(bom["components"])
    assert "timestamp" not in bom["metadata"]
    assert [] == [word for word in (str(tmp_path), str(ROOT), str(Path.home()), "file:") if word in made.decode()]


def test_builds_are_identical(tmp_path: Path) -> None:
    """Wheel and sdist have the same bytes from another directory, umask, time zone, hash seed and file times."""
    digests: dict[str, set[str]] = defaultdict(set)
    for number, (umask, zone) in enumerate([(0o022, "UTC"), (0o077, "Asia/Tokyo")]):
        source, target = tmp_path / f"{number}{'x' * number}" / "source", tmp_path / f"dist{number}"
        shutil.copytree(ROOT, source, ignore=shutil.ignore_patterns(".git", ".venv", "venv", ".*_cache", "__pycache__"))
        for path in source.rglob("*"):
            path.chmod((0o777 if path.is_dir() or path.stat().st_mode & 0o100 else 0o666) & ~umask)
            os.utime(path, (1e9 + number, 1e9 + number))
        environment = os.environ | {"SOURCE_DATE_EPOCH": "1700000000", "TZ": zone, "PYTHONHASHSEED": str(number)}
        command = [sys.executable, "-m", "hatchling", "build", "-d", str(target)]
        subprocess.run(command, cwd=source, env=environment, umask=umask, check=True, capture_output=True)
        for built in target.iterdir():
            digests[built.name].add(sha256(built.read_bytes()).hexdigest())

    assert {".whl", ".gz"} == {Path(name).suffix for name in digests}
    assert [1, 1] == [len(found) for found in digests.values()]


def test_an_audit_that_skips_fails() -> None:
    """The documented audit is strict, asks for hashes, and looks at all that is locked."""
    page = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    (command,) = re.findall(r"^pip-audit .*$", page, re.MULTILINE)

    assert {"--strict", "--require-hashes", "requirements/dev.txt"} <= set(command.split())
    assert not {"--skip-editable", "--ignore-vuln"} & set(command.split())
