"""No command writes over what it reads, nor into a model's directory: files as they were, exit code 2, told why."""

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from faulty import contents
from own import ROOT
from postclass.cli import main
from postclass.errors import OutputError
from postclass.modelfile import FILES, MANIFEST
from postclass.overlap import check_model_output, check_outputs

SHIPPED = ROOT / "models" / "product-roles"
TRAITS = (ROOT / "data" / "traits.toml").read_text(encoding="utf-8")

COMMANDS = (
    "label queue p.jsonl --labels lab.jsonl -o lab.jsonl --force",
    "label queue p.jsonl --model m -o m/manifest.json --force",
    "label queue folder -o folder/p.jsonl --force",
    "label convert p.jsonl --labels lab.jsonl --to doccano -o lab.jsonl --force",
    "label convert p.jsonl --queue queue.jsonl --to doccano -o queue.jsonl --force",
    "label convert p.jsonl --traits traits.toml --to doccano -o traits.toml --force",
    "label convert p.jsonl --to label-studio --config p.jsonl -o x.json --force",
    "label convert p.jsonl --to label-studio --config y.json -o y.json",
    "label mark p.jsonl --queue queue.jsonl -o queue.jsonl",
    "label mark p.jsonl -o p.jsonl",
    "audit p.jsonl --ignore-file ignore -o ignore --to json --force",
    "audit p.jsonl -o .postclassignore --to json --force",
    "audit p.jsonl --model m -o m/heads.json --force",
    "audit p.jsonl -o m/new.json",
    "audit p.jsonl -o a.json -o ./a.json",
    "audit folder -o folder/p.md --to json --force",
    "drift p.jsonl lab.jsonl -o lab.jsonl --to json --force",
    "drift p.jsonl p.jsonl --model m -o soft.json --force",
    "classify p.jsonl --model m -o m/heads.json --force",
    "classify p.jsonl -o f.jsonl --rejects m/terms.json --force",
    "classify p.jsonl --model m -o hard.json --force",
    "export --to json --model m -o m/manifest.json --force",
    "export --to joblib --model m -o m/manifest.json --force",
    "export --to huggingface --model m -o m --force",
    "adapt --postings p.jsonl --labels lab.jsonl --model m -o m --force",
    "train --postings p.jsonl --labels m/heads.json -o m --force",
)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory with postings, a model, and all that an option can name."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "m").mkdir()
    for name in (MANIFEST, *FILES):
        shutil.copyfile(SHIPPED / name, tmp_path / "m" / name)
    shutil.copyfile(ROOT / "data" / "labelled" / "postings.jsonl", tmp_path / "p.jsonl")
    shutil.copyfile(ROOT / "data" / "labelled" / "labels.jsonl", tmp_path / "lab.jsonl")
    (tmp_path / "queue.jsonl").write_text('{"id": "own-001"}\n')
    (tmp_path / "traits.toml").write_text(TRAITS, encoding="utf-8")
    for name in ("ignore", ".postclassignore"):
        (tmp_path / name).write_text("own-001\n")
    (tmp_path / "folder").mkdir()
    shutil.copyfile(tmp_path / "p.jsonl", tmp_path / "folder" / "p.jsonl")
    (tmp_path / "folder" / "p.md").write_text("# Product Manager\n\nWrite stories.\n")
    (tmp_path / "soft.json").symlink_to(tmp_path / "m" / "terms.json")
    (tmp_path / "hard.json").hardlink_to(tmp_path / "m" / "heads.json")
    return tmp_path


@pytest.mark.parametrize("command", COMMANDS)
def test_what_is_read_is_not_written_over(command: str, place: Path) -> None:
    """Whichever option names it, and with --force too."""
    before = contents(place)
    result = CliRunner().invoke(main, command.split())

    assert 2 == result.exit_code, result.output
    assert any(words in result.stderr for words in ("is the input", "is within", "is named for two outputs"))
    assert before == contents(place)


def test_the_shipped_model_is_safe() -> None:
    """It is read where no model is named, and whoever names one can't write over another."""
    for model, message in ((None, "is the input"), (ROOT, "is within the model")):
        with pytest.raises(OutputError, match=message):
            check_outputs([SHIPPED / MANIFEST], reads=[], model=model)


def test_the_root_is_no_output() -> None:
    """It has no name that anything could be put beside."""
    result = CliRunner().invoke(main, ["classify", str(ROOT / "data/samples/postings.csv"), "-o", "/", "--force"])

    assert (2, "Error: /: is the root of the file system; name a file or folder in it.\n") == (
        result.exit_code, result.stderr,
    )  # fmt: skip


def test_inputs_by_any_spelling(tmp_path: Path) -> None:
    """A link, a detour and a pattern are the same file; a report that no reader takes may stand within the input."""
    there = tmp_path / "a.csv"
    there.write_text("x")
    (tmp_path / "soft.csv").symlink_to(there)
    (tmp_path / "hard.csv").hardlink_to(there)
    folder = tmp_path / "folder"
    folder.mkdir()
    for output, read, message in (
        (there, there, "is the input"),
        (tmp_path / "soft.csv", there, "is the input"),
        (tmp_path / "hard.csv", there, "is the input"),
        (folder / ".." / "a.csv", there, "is the input"),
        (there, tmp_path / "*.csv", "is the input"),
        (folder / "new.html", tmp_path, "is within the input"),
        (ROOT / "data" / "traits.toml", "none", "is the input"),
    ):
        with pytest.raises(OutputError, match=message):
            check_outputs([output], reads=[read])

    check_outputs([folder / "a.sarif"], reads=[str(tmp_path)])
    check_outputs(["-", None, "-", "/dev/null", "/dev/null", "s3://a/b"], reads=["-", None, "none"])


def test_manifests_of_others(tmp_path: Path) -> None:
    """Only a model's manifest makes a folder a model, and what is within one is too."""
    (tmp_path / "manifest.json").write_text('{"files": ["heads.json"]}')
    check_outputs([tmp_path / "a.json"], reads=[])
    check_model_output(tmp_path, reads=["none"])
    shutil.copyfile(SHIPPED / MANIFEST, tmp_path / MANIFEST)
    with pytest.raises(OutputError, match="is within the model"):
        check_outputs([tmp_path / "plots" / "figures.json"], reads=[])
