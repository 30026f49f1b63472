"""Models to files and back; every forged, cut, extra or missing file is refused before anything is made of it."""

import hashlib
import io
import json
import os
import pickle
import zipfile
from array import array
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from flipping import STEP, copied, flipped
from own import own_postings
from postclass import modelfile
from postclass.errors import ModelError, OutputError
from postclass.features import Head, LineHeads, Space
from postclass.judge import JudgeSettings, Model
from postclass.modelfile import (
    FILES,
    FORMAT,
    HEADS,
    MANIFEST,
    TERMS,
    WEIGHTS,
    check_target,
    load_model,
    manifest_digest,
    save_model,
)
from postclass.npz import pack, unpack
from postclass.opinion import DIRECTOR_TRAITS, Decision, LineWeight, Parts, Presence
from postclass.verdict import Verdict

KEYS = (*DIRECTOR_TRAITS, "delivery")


def small_parts() -> Parts:
    """The parts of a model of a handful of terms."""
    space = Space(("lead", "ship", "we"), {"lead": 0, "ship": 1, "we": 2}, array("f", [1.0, 2.0, 3.5]), 2, "sublinear")
    weight = LineWeight((0.5, 0.25, 0.125), (1.0, 2.0, 3.0), (4.0, 5.0, 6.0))
    return Parts(
        traits=KEYS,
        sides=("director",) * 5 + ("pm",),
        level_space=space,
        level_head=Head(array("f", [1.0, -1.0, 0.1]), 0.1),
        line_space=space,
        line_heads=LineHeads(array("f", [i / 7 for i in range(21)]), tuple(i / 3 for i in range(7))),
        scope_space=space,
        scope_head=Head(array("f", [0.5, 0.5, 0.5]), -0.2),
        wording=(0.3, 0.7),
        weights=(weight,) * 6,
        director_lines=weight,
        presence=(Presence((0.1, 0.2, 0.3), (0.0, 0.1, 0.0, 0.0, -0.1, 0.0), -0.4),) * 6,
        bias=-1 / 3,
        scope=(2.0, 0.5),
        decision=Decision(director=0.6, pm=0.4, scope=0.3, prior=0.11),
    )


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """The directory of a small model."""
    save_model(small_parts(), tmp_path / "model", about={"name": "small", "seeds": [1, 2]})
    return tmp_path / "model"


def reseal(directory: Path) -> None:
    """Writes the manifest's hashes anew, as a forger would."""
    manifest = json.loads((directory / MANIFEST).read_text(encoding="utf-8"))
    for name in FILES:
        content = (directory / name).read_bytes()
        manifest["files"][name] = {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    (directory / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")


def change_json(directory: Path, name: str, change: Callable[[Any], Any]) -> None:
    """Changes a JSON file of a model in place."""
    value = json.loads((directory / name).read_text(encoding="utf-8"))
    changed = change(value)
    (directory / name).write_text(json.dumps(value if changed is None else changed), encoding="utf-8")


def change_vectors(directory: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Changes a model's vectors in place."""
    vectors = unpack((directory / WEIGHTS).read_bytes())
    change(vectors)
    (directory / WEIGHTS).write_bytes(pack(vectors))


def test_round_trip(model: Path) -> None:
    """A model that was saved loads with the same parts and with what its manifest says."""
    loaded, parts = load_model(model), small_parts()

    assert parts == loaded.parts
    assert (FORMAT, "small", [1, 2]) == tuple(loaded.manifest[name] for name in ("format", "name", "seeds"))
    assert set(FILES) == set(loaded.manifest["files"])


def test_same_parts_same_bytes(model: Path, tmp_path: Path) -> None:
    """Saving twice, or what was loaded, makes the same bytes."""
    save_model(load_model(model).parts, tmp_path / "again", about={"name": "small", "seeds": [1, 2]})

    assert [(model / name).read_bytes() for name in (MANIFEST, *FILES)] == [
        (tmp_path / "again" / name).read_bytes() for name in (MANIFEST, *FILES)
    ]


def test_the_shipped_model_round_trips(tmp_path: Path) -> None:
    """The shipped model, saved and loaded, gives the same verdicts."""
    shipped = load_model()
    save_model(shipped.parts, tmp_path, about={})

    def verdicts(model: Model) -> list[Verdict]:
        return list(model.judge(own_postings()[:5], settings=JudgeSettings(explain="full")))

    assert verdicts(shipped) == verdicts(load_model(str(tmp_path)))


def test_documents_may_stand_beside(model: Path) -> None:
    """A model's card and plots are no strangers."""
    (model / "CARD.md").write_text("# Card", encoding="utf-8")
    (model / "plots").mkdir()

    assert "small" == load_model(model).manifest["name"]


def test_expected_hash(model: Path) -> None:
    """The manifest's SHA-256, in any case, may be asked for; another one is refused."""
    digest = hashlib.sha256((model / MANIFEST).read_bytes()).hexdigest()

    assert "small" == load_model(model, expect_sha256=digest.upper()).manifest["name"]
    with pytest.raises(ModelError, match=rf"its SHA-256 is {digest}, not the expected 00ff"):
        load_model(model, expect_sha256="00ff")


@pytest.mark.parametrize("name", [MANIFEST, *FILES])
def test_missing_file(model: Path, name: str) -> None:
    """Each file must be there; the message names it and says what to do."""
    (model / name).unlink()

    with pytest.raises(ModelError, match=rf"{name}: No such file or directory; give the directory of a model"):
        load_model(model)


@pytest.mark.parametrize("name", ["extra.pkl", "weights.npy", ".hidden", "__init__.py"])
def test_extra_file(model: Path, name: str) -> None:
    """A file that is none of a model's is refused by name."""
    (model / name).write_bytes(b"")

    with pytest.raises(ModelError, match=rf"'{name}' is not a model's file"):
        load_model(model)


def test_no_model(tmp_path: Path) -> None:
    """A path that is missing, or a file, is no model."""
    (tmp_path / "file").write_text("x", encoding="utf-8")

    with pytest.raises(ModelError, match="No such file"):
        load_model(tmp_path / "none")
    with pytest.raises(ModelError, match="Not a directory"):
        load_model(tmp_path / "file")


@pytest.mark.parametrize("number", [2, 0, "1", None, True, 1.5, [1]])
def test_unknown_format(model: Path, number: object) -> None:
    """A format that this version does not know is refused with the command that upgrades."""
    change_json(model, MANIFEST, lambda manifest: {**manifest, "format": number})

    with pytest.raises(ModelError, match=r"run `pip install --upgrade postclass`"):
        load_model(model)


def test_too_large(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file larger than any model's is not read."""
    monkeypatch.setattr(modelfile, "MAX_FILE", 100)

    with pytest.raises(ModelError, match="larger than any model's file"):
        load_model(model)


def test_every_97th_byte(model: Path) -> None:
    """With any 97th byte of any file flipped, the model is refused."""
    refused = 0
    for name in (*FILES, MANIFEST):
        content = (model / name).read_bytes()
        for place in range(0, len(content), 97):
            flipped = bytearray(content)
            flipped[place] ^= 0xFF
            (model / name).write_bytes(bytes(flipped))
            with pytest.raises(ModelError):
                load_model(model)
            refused += 1
        (model / name).write_bytes(content)

    assert refused > 40
    assert "small" == load_model(model).manifest["name"]


def test_every_97th_byte_of_the_shipped_model(tmp_path: Path) -> None:
    """The same for the shipped model: all of its manifest and heads, and a hundred places of the large files.

    `python tests/flipping.py` does it for every 97th byte of all of them.
    """
    directory = copied(tmp_path)
    for name in (MANIFEST, *FILES):
        step = max(1, (directory / name).stat().st_size // STEP // 100) * STEP
        assert all(flipped(directory, name, mask=0xFF, step=step))
    for name in FILES:
        step = max(1, (directory / name).stat().st_size // STEP // 100) * STEP
        assert all(flipped(directory, name, mask=0x01, step=step))

    assert load_model().parts == load_model(directory).parts


def test_a_bit_of_the_manifest(tmp_path: Path) -> None:
    """A manifest of which one bit is flipped is refused, or says something else of the making and judges as before.

    The hash that is expected tells in any case.
    """
    directory = copied(tmp_path)
    digest = manifest_digest(directory)
    content = (directory / MANIFEST).read_bytes()
    for place in range(0, len(content), STEP):
        (directory / MANIFEST).write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
        with suppress(ModelError):
            assert load_model().parts == load_model(directory).parts
        with pytest.raises(ModelError, match="not the expected"):
            load_model(directory, expect_sha256=digest)


class Canary:
    """What makes a file where its pickle is loaded."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Callable[[Path], None], tuple[Path]]:
        """Pickled as the call that makes the file."""
        return Path.touch, (self.path,)


def canary(path: Path) -> bytes:
    """A pickle that makes a file when it is loaded."""
    return pickle.dumps(Canary(path))


def object_npz(content: bytes) -> bytes:
    """An `.npz` whose array of objects is a pickle."""
    stream = io.BytesIO()
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, {"descr": "|O", "fortran_order": False, "shape": (1,)})
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("level.idf.npy", header.getvalue() + content)
    return stream.getvalue()


def test_the_canary_sings(tmp_path: Path) -> None:
    """The planted pickle does make its file where someone loads it, so that its absence proves something."""
    pickle.loads(canary(tmp_path / "canary"))  # noqa: S301 - the point of it

    assert (tmp_path / "canary").exists()


def _set(name: str, *keys: str | int, value: object) -> Callable[[Path, Path], None]:
    """A forgery that sets one value of a JSON file."""

    def forge(directory: Path, _: Path) -> None:
        def change(table: Any) -> None:  # noqa: ANN401 - JSON
            for key in keys[:-1]:
                table = table[key]
            table[keys[-1]] = value

        change_json(directory, name, change)
        reseal(directory)

    return forge


def _vectors(change: Callable[[dict[str, Any]], object]) -> Callable[[Path, Path], None]:
    """A forgery that changes the vectors."""

    def forge(directory: Path, _: Path) -> None:
        change_vectors(directory, change)
        reseal(directory)

    return forge


def _bytes(name: str, make: Callable[[Path], bytes]) -> Callable[[Path, Path], None]:
    """A forgery that puts other bytes in place of a file, with the hash that fits."""

    def forge(directory: Path, planted: Path) -> None:
        (directory / name).write_bytes(make(planted))
        reseal(directory)

    return forge


FORGERIES: dict[str, Callable[[Path, Path], None]] = {
    "pickle as weights": _bytes(WEIGHTS, canary),
    "pickle as heads": _bytes(HEADS, canary),
    "pickle as terms": _bytes(TERMS, canary),
    "object array": _bytes(WEIGHTS, lambda planted: object_npz(canary(planted))),
    "pickle as manifest": lambda directory, planted: _write(directory / MANIFEST, canary(planted)),
    "deep JSON": _bytes(HEADS, lambda _: b"[" * 100_000),
    "JSON list": _bytes(HEADS, lambda _: b"[]"),
    "text that is not UTF-8": _bytes(TERMS, lambda _: b'{"level": ["\xff"]}'),
    "NaN weight": _vectors(lambda v: v.__setitem__("level.weights", array("f", [float("nan"), 0, 0]))),
    "infinite idf": _vectors(lambda v: v.__setitem__("scope.idf", array("f", [float("inf"), 0, 0]))),
    "vector too short": _vectors(lambda v: v["line.weights"].pop()),
    "vector missing": _vectors(lambda v: v.pop("level.idf")),
    "vector extra": _vectors(lambda v: v.__setitem__("more", array("f", [1]))),
    "doubled term": _set(TERMS, "level", value=["lead", "lead", "we"]),
    "term that is a number": _set(TERMS, "level", 0, value=7),
    "terms are a text": _set(TERMS, "level", value="abc"),
    "too few terms": _set(TERMS, "line", value=["lead"]),
    "no terms": _set(TERMS, "scope", value=None),
    "bias is text": _set(HEADS, "bias", value="0.5"),
    "bias is true": _set(HEADS, "level_bias", value=True),
    "bias is NaN": _set(HEADS, "bias", value=float("nan")),
    "bias is huge": _set(HEADS, "bias", value=10**400),
    "too few line biases": _set(HEADS, "line_biases", value=[0.0]),
    "wording of three": _set(HEADS, "wording", value=[1, 2, 3]),
    "side unknown": _set(HEADS, "sides", 0, value="left"),
    "too few sides": _set(HEADS, "sides", value=["pm"]),
    "trait without weights": _set(HEADS, "traits", 0, value="unheard_of"),
    "traits doubled": _set(HEADS, "traits", value=["delivery"] * 6),
    "a director's core trait missing": lambda directory, _: _renamed(directory),
    "pools of two": _set(HEADS, "weights", "delivery", "means", value=[1, 2]),
    "presence is a list": _set(HEADS, "presence", value=[]),
    "boundaries crossed": _set(HEADS, "decision", "pm", value=0.9),
    "boundary beyond one": _set(HEADS, "decision", "director", value=1.5),
    "prior of zero": _set(HEADS, "decision", "prior", value=0),
    "four-word terms": _set(HEADS, "spaces", "level", "longest", value=4),
    "longest is huge": _set(HEADS, "spaces", "level", "longest", value=10**9),
    "tf unknown": _set(HEADS, "spaces", "level", "tf", value="log"),
    "tf is a list": _set(HEADS, "spaces", "level", "tf", value=[]),
    "idf to a power beyond one": _set(HEADS, "spaces", "line", "power", value=1.5),
    "scale of zero": _set(HEADS, "spaces", "line", "scale", value=0),
    "space missing": _set(HEADS, "spaces", value={}),
    "format of the future": _set(MANIFEST, "format", value=99),
}


def _write(path: Path, content: bytes) -> None:
    path.write_bytes(content)


def _renamed(directory: Path) -> None:
    def change(heads: dict[str, Any]) -> None:
        heads["traits"][0] = "renamed"
        for table in ("weights", "presence"):
            heads[table]["renamed"] = heads[table].pop(KEYS[0])

    change_json(directory, HEADS, change)
    reseal(directory)


@pytest.mark.parametrize("name", FORGERIES)
def test_forged_models_are_refused(model: Path, tmp_path: Path, name: str) -> None:
    """A forged model whose hashes fit is refused with one line, and what was planted in it never runs."""
    planted = tmp_path / "canary"
    FORGERIES[name](model, planted)

    with pytest.raises(ModelError) as caught:
        load_model(model)

    assert len(FORGERIES) >= 20
    assert not planted.exists()
    assert "\n" not in str(caught.value)
    assert str(model) in str(caught.value)


MANIFESTS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "no files": lambda m: m.pop("files") and None,
    "files are a list": lambda m: {**m, "files": list(FILES)},
    "a file too few": lambda m: m["files"].pop(TERMS) and None,
    "a file too many": lambda m: m["files"].__setitem__("../../x", {}),
    "no hash": lambda m: m["files"][TERMS].pop("sha256") and None,
    "hash is null": lambda m: m["files"].__setitem__(TERMS, {"sha256": None}),
    "entry is text": lambda m: m["files"].__setitem__(TERMS, "abc"),
    "manifest is a list": lambda m: [m],
    "manifest is text": lambda _: "text",
}


@pytest.mark.parametrize("name", [MANIFEST, *FILES])
def test_a_pipe_is_no_file_of_a_model(model: Path, name: str) -> None:
    """What may never end, or never begin, is not read."""
    (model / name).unlink()
    os.mkfifo(model / name)

    with pytest.raises(ModelError, match=f"{name}: not a plain file"):
        load_model(model)


def test_where_a_model_may_be_written(model: Path, tmp_path: Path) -> None:
    """In a new or empty directory, over a model with force, and never beside files of others."""
    check_target(tmp_path / "new", force=False)
    (tmp_path / "empty").mkdir()
    check_target(tmp_path / "empty", force=False)
    (model / f".{MANIFEST}.postclass-0123abcd").touch()  # a run that was killed
    (model / "CARD.md").touch()
    check_target(model, force=True)
    with pytest.raises(OutputError, match="a model stands there"):
        check_target(model, force=False)
    with pytest.raises(OutputError, match="a file stands there; give a directory for the model"):
        check_target(model / "CARD.md", force=True)
    (model / "notes.txt").touch()
    with pytest.raises(OutputError, match=r"'notes.txt' is not a model's file; give an empty or a new directory"):
        check_target(model, force=True)


@pytest.mark.parametrize("name", MANIFESTS)
def test_forged_manifests_are_refused(model: Path, name: str) -> None:
    """A manifest that does not name exactly the model's files with their hashes is refused."""
    change_json(model, MANIFEST, MANIFESTS[name])

    with pytest.raises(ModelError, match=r"get the model anew|must name exactly"):
        load_model(model)


def test_the_hash_decides(model: Path) -> None:
    """A file that was changed without its hash is refused by name, whatever it holds."""
    change_json(model, HEADS, lambda heads: {**heads, "bias": 0.0})

    with pytest.raises(ModelError, match=rf"{HEADS}: it is not the file that the manifest names"):
        load_model(model)


def test_small_models_judge(model: Path) -> None:
    """A loaded model judges, and explains itself."""
    posting = "We lead it all and you will ship it with us and our friends\n" * 4
    verdict = next(load_model(model).judge([posting], settings=JudgeSettings(explain="full")))

    assert verdict.p_director is not None
    assert verdict.explanation is not None


@pytest.mark.parametrize(
    ("name", "change"),
    [
        (HEADS, lambda value: value["spaces"]["level"].update(longest=2.0)),
        (HEADS, lambda value: value["spaces"]["line"].update(longest=True)),
        (TERMS, lambda value: value["level"].__setitem__(0, "\ud800")),
    ],
    ids=["length that can't count", "length that is no number", "term that is no text"],
)
def test_values_that_break_only_when_used(model: Path, name: str, change: Callable[[Any], Any]) -> None:
    """A value that would pass for a sound one until a posting is judged, or a term printed, is refused at once."""
    change_json(model, name, change)
    reseal(model)

    with pytest.raises(ModelError, match="do not fit each other"):
        load_model(model)
