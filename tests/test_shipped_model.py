"""The shipped model: small, sound, without anybody's address, and made by the documented command."""

import hashlib
import json
import platform
import re
import shlex
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from own import ROOT, own_postings, shipped
from postclass.cli import main
from postclass.judge import JudgeSettings
from postclass.modelfile import DOCUMENTS, FILES, MANIFEST, SHIPPED, load_model
from postclass.posting import Posting
from postclass.resources import resource
from postclass.traits import load_traits

MODEL = resource(SHIPPED)
MANIFEST_OF_MODEL: dict[str, Any] = json.loads((MODEL / MANIFEST).read_text(encoding="utf-8"))
TERMS = sorted(
    {
        term
        for parts in (shipped().parts,)
        for s in (parts.level_space, parts.line_space, parts.scope_space)
        for term in s.terms
    }
)
SHARED = ROOT.parent / "shared" / "data"
NONE = JudgeSettings(explain="none")


def test_size() -> None:
    """All that is loaded is 3 MB at the most."""
    assert sum((MODEL / name).stat().st_size for name in (MANIFEST, *FILES)) <= 3_000_000


def test_files_are_those_of_the_manifest() -> None:
    """Each file has the size and the hash that the manifest names, and nothing else stands beside them."""
    named = {name: (entry["bytes"], entry["sha256"]) for name, entry in MANIFEST_OF_MODEL["files"].items()}
    contents = {name: (MODEL / name).read_bytes() for name in FILES}

    assert named == {name: (len(c), hashlib.sha256(c).hexdigest()) for name, c in contents.items()}
    assert {path.name for path in MODEL.iterdir()} <= {MANIFEST, *FILES, *DOCUMENTS}


def test_traits_are_the_guides() -> None:
    """The model's traits and their sides are those of the trait table, in its order."""
    assert [(trait.key, trait.side) for trait in load_traits()] == list(
        zip(shipped().parts.traits, shipped().parts.sides, strict=True)
    )


@pytest.mark.parametrize("pattern", [r"\d{3}", r"@", r"\b(?:https?|www|com|gmail|html?)\b", r"_", r"[^\w +]"])
def test_no_term_is_part_of_an_address_or_number(pattern: str) -> None:
    """No term holds three figures in a row, parts of an address, or anything but words and plus signs."""
    assert [] == [term for term in TERMS if re.search(pattern, term)]


def test_no_invented_employer_is_a_term() -> None:
    """The names of the companies that the project invented are no terms."""
    names = {(posting.company or "").lower() for posting in own_postings()}

    assert len(names) > 60
    assert set() == names & set(TERMS)


def test_manifest_says_what_it_was_made_of() -> None:
    """The manifest names versions, platform, training files by hash, counts and metrics."""
    training = MANIFEST_OF_MODEL["training"]

    assert {"postclass", "scikit-learn", "numpy", "scipy", "python"} == set(MANIFEST_OF_MODEL["versions"])
    assert all(re.fullmatch(r"[0-9a-f]{64}", digest) for digest in training["files"].values())
    assert training["gold"]["director"] + training["gold"]["pm"] == MANIFEST_OF_MODEL["metrics"]["postings"]
    assert str(ROOT) not in json.dumps(MANIFEST_OF_MODEL)


def documented_command() -> list[str]:
    """The arguments of the training command that the data's page documents."""
    page = (ROOT / "data/README.md").read_text(encoding="utf-8").replace("\\\n", " ")
    return next(shlex.split(line)[1:] for line in page.split("\n") if line.strip().startswith("postclass train"))


def test_the_command_is_documented() -> None:
    """The documented command trains into the shipped model's directory."""
    assert "train" == documented_command()[0]
    assert SHIPPED == documented_command()[documented_command().index("-o") + 1]


def same_platform() -> bool:
    """Whether the model was made on a machine and with libraries like these."""
    made = MANIFEST_OF_MODEL["versions"]
    here = {name: version(name) for name in ("scikit-learn", "numpy", "scipy")}
    return MANIFEST_OF_MODEL["platform"] == f"{platform.system()}-{platform.machine()}" and here == {
        name: made[name] for name in here
    }


@pytest.mark.slow
@pytest.mark.skipif(not SHARED.is_dir(), reason="the real postings are not here")
def test_the_documented_command_makes_the_shipped_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Training anew makes the same bytes on the model's platform, and elsewhere equal verdicts within 1e-9."""
    monkeypatch.chdir(ROOT)
    arguments = documented_command()
    arguments[arguments.index("-o") + 1] = str(tmp_path / "model")
    result = CliRunner().invoke(main, arguments)

    assert 0 == result.exit_code, result.output
    if same_platform():
        assert MANIFEST_OF_MODEL["files"] == json.loads((tmp_path / "model" / MANIFEST).read_text("utf-8"))["files"]
    else:
        again = load_model(tmp_path / "model")
        assert_same_verdicts(list(own_postings()), again)


def assert_same_verdicts(postings: list[Posting], again: Any) -> None:  # noqa: ANN401 - a model
    """Labels are equal, and probabilities within 1e-9."""
    for old, new in zip(shipped().judge(postings, settings=NONE), again.judge(postings, settings=NONE), strict=True):
        assert old.level == new.level
        assert old.p_director == pytest.approx(new.p_director, abs=1e-9)
        assert old.p_in_scope == pytest.approx(new.p_in_scope, abs=1e-9)
