"""A model to a directory of inert files and back: JSON, and vectors of float32; never code.

`manifest.json` names the format, the versions, the training data, the metrics, and the SHA-256 of each other file.
A loader reads, then judges, then builds, in that order: a forged, cut, extra or missing file is refused before
anything is made of it.
"""

import hashlib
import json
import math
import re
import stat
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from itertools import pairwise
from pathlib import Path
from typing import Any

from postclass.errors import ModelError, OutputError
from postclass.features import Head, LineHeads, Space
from postclass.judge import Model
from postclass.npz import pack, unpack
from postclass.opinion import DIRECTOR_TRAITS, Decision, LineWeight, Parts, Presence
from postclass.resources import resource
from postclass.scale import RungScale
from postclass.traits import Trait, as_trait

FORMAT = 1
SHIPPED = "models/product-roles"
MANIFEST, HEADS, TERMS, WEIGHTS = "manifest.json", "heads.json", "terms.json", "weights.npz"
FILES = (HEADS, TERMS, WEIGHTS)
DOCUMENTS = ("CARD.md", "README.md", "plots")  # for people; never read
MAX_FILE = 64 << 20  # bytes; the shipped model's largest file has under 3 MB
FEWEST_RUNGS = 2
_LEFTOVER = re.compile(r"\..+\.postclass-[0-9a-f]{8}")  # of a training that was killed; the next takes it away
_LINES = "director-like lines"  # beside the traits' keys, which have no spaces
_SPACES = ("level", "line", "scope")


def load_model(path: Path | str | None = None, *, expect_sha256: str | None = None) -> Model:
    """Loads a model directory; without a path, the shipped model.

    `expect_sha256` is the SHA-256 of the manifest, for those who want to be sure of where a model comes from.
    Raises `ModelError` for everything that is not a sound model of this format.
    """
    directory = resource(SHIPPED) if path is None else Path(path)
    manifest_bytes = _read(directory, MANIFEST)
    if expect_sha256 is not None:
        expect_digest(directory, hashlib.sha256(manifest_bytes).hexdigest(), expect_sha256)
    manifest = _json(directory / MANIFEST, manifest_bytes)
    _check_format(directory, manifest)
    contents = _checked_files(directory, manifest)
    try:
        heads = _json(directory / HEADS, contents[HEADS])
        parts = _build(heads, _json(directory / TERMS, contents[TERMS]), contents[WEIGHTS])
        scale = None if "scale" not in heads else _rung_scale(heads["scale"], parts)
        own = tuple(as_trait(table, where=str(directory / HEADS)) for table in heads.get("own_traits", ()))
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise ModelError(
            f"{directory}: the model's parts do not fit each other: {error!r}; get the model anew"
        ) from error
    return Model(parts, manifest, scale, own)


def manifest_digest(path: Path | None = None) -> str:
    """The SHA-256 of a model's manifest, or of the shipped model's: it stands for all of the model's files."""
    return hashlib.sha256(_read(resource(SHIPPED) if path is None else path, MANIFEST)).hexdigest()


def expect_digest(directory: Path, digest: str, expected: str) -> None:
    """Raises `ModelError` where a manifest's SHA-256 is not the expected one."""
    if digest != expected.strip().lower():
        raise ModelError(
            f"{directory / MANIFEST}: its SHA-256 is {digest}, not the expected {expected}; get the model from where "
            "that hash was told"
        )


def check_target(directory: Path, *, force: bool) -> None:
    """Raises `OutputError` where no model should be written: over another one without `force`, or among other files.

    A model's directory holds nothing else, so that what it was given with it can't be mistaken for a part of it.
    """
    if not directory.exists():
        return
    if not directory.is_dir():
        raise OutputError(f"{directory}: a file stands there; give a directory for the model")
    if (directory / MANIFEST).exists() and not force:
        raise OutputError(f"{directory}: a model stands there; give another directory, or --force to replace it")
    strangers = sorted({path.name for path in directory.iterdir()} - {MANIFEST, *FILES, *DOCUMENTS})
    if strangers := [name for name in strangers if not _LEFTOVER.fullmatch(name)]:
        raise OutputError(f"{directory}: {strangers[0]!r} is not a model's file; give an empty or a new directory")


def save_model(
    parts: Parts,
    directory: Path,
    *,
    about: Mapping[str, Any],
    scale: RungScale | None = None,
    own_traits: Sequence[Trait] = (),
) -> None:
    """Writes a model's files and its manifest, which says what `about` says and the hashes of the files.

    The directory then holds the whole model or, if the disk fails, what it held before. Raises `StorageError`.
    """
    from postclass.wholefile import storage, write_together  # here, for a check only loads

    heads = _heads(parts) | ({} if scale is None else {"scale": _scale_table(scale, parts)})
    if own_traits:
        heads["own_traits"] = list(map(asdict, own_traits))
    contents = {HEADS: _dump(heads), TERMS: _dump(_terms(parts)), WEIGHTS: pack(_vectors(parts))}
    files = {name: {"bytes": len(c), "sha256": hashlib.sha256(c).hexdigest()} for name, c in contents.items()}
    contents[MANIFEST] = _dump({"format": FORMAT, **about, "files": files}, indent=2)
    with storage(str(directory)):
        directory.mkdir(parents=True, exist_ok=True)
    write_together({directory / name: content for name, content in contents.items()})


def _read(directory: Path, name: str) -> bytes:
    path = directory / name
    try:
        about = path.stat()
        if not stat.S_ISREG(about.st_mode):  # a pipe may never end, or never begin
            raise ModelError(f"{path}: not a plain file; give the directory of a model, as `postclass train` makes it")
        if about.st_size > MAX_FILE:
            raise ModelError(f"{path}: larger than any model's file")
        return path.read_bytes()
    except OSError as error:
        reason = error.strerror or error
        raise ModelError(f"{path}: {reason}; give the directory of a model, as `postclass train` makes it") from error


def _json(path: Path, content: bytes) -> dict[str, Any]:
    try:
        value = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise ModelError(f"{path}: not JSON ({error}); get the model anew") from error
    if not isinstance(value, dict):
        raise ModelError(f"{path}: not a JSON object; get the model anew")
    return value


def _check_format(directory: Path, manifest: Mapping[str, Any]) -> None:
    if manifest.get("format") != FORMAT or isinstance(manifest.get("format"), bool):
        raise ModelError(
            f"{directory / MANIFEST}: model format {manifest.get('format')!r}, and this version of postclass reads "
            f"format {FORMAT}; run `pip install --upgrade postclass`"
        )


def _checked_files(directory: Path, manifest: Mapping[str, Any]) -> dict[str, bytes]:
    files = manifest.get("files")
    if not isinstance(files, dict) or set(files) != set(FILES):
        raise ModelError(f"{directory / MANIFEST}: it must name exactly the files {', '.join(FILES)}")
    extra = sorted({path.name for path in directory.iterdir()} - {MANIFEST, *FILES, *DOCUMENTS})
    if extra:
        raise ModelError(f"{directory}: {extra[0]!r} is not a model's file; take it away or get the model anew")
    contents = {name: _read(directory, name) for name in FILES}
    for name, content in contents.items():
        expected = files[name].get("sha256") if isinstance(files[name], dict) else None
        if hashlib.sha256(content).hexdigest() != expected:
            raise ModelError(
                f"{directory / name}: it is not the file that the manifest names (SHA-256); get the model anew"
            )
    return contents


def _build(heads: dict[str, Any], terms: dict[str, Any], weights: bytes) -> Parts:
    vectors = unpack(weights)
    expected = {"level.idf", "level.weights", "line.idf", "line.weights", "scope.idf", "scope.weights"}
    if set(vectors) != expected:
        raise ValueError(f"arrays {sorted(set(vectors) ^ expected)}")
    for name, vector in vectors.items():
        # one pass in C: a sum is finite where every number is, and float32 can't overflow a double
        if not math.isfinite(sum(map(abs, vector))):
            raise ValueError(f"{name} is not finite")
    spaces = {name: _space(terms[name], vectors[f"{name}.idf"], heads["spaces"][name]) for name in _SPACES}
    traits = _traits(heads["traits"])
    _check_sizes(spaces, vectors, traits)
    biases = _numbers(heads["line_biases"], len(traits) + 1)
    return Parts(
        traits=traits,
        sides=_sides(heads["sides"], len(traits)),
        level_space=spaces["level"],
        level_head=Head(vectors["level.weights"], _number(heads["level_bias"])),
        line_space=spaces["line"],
        line_heads=LineHeads(vectors["line.weights"], biases),
        scope_space=spaces["scope"],
        scope_head=Head(vectors["scope.weights"], _number(heads["scope_bias"])),
        wording=_pair(heads["wording"]),
        weights=tuple(_line_weight(heads["weights"][key]) for key in traits),
        director_lines=_line_weight(heads["director_lines"]),
        presence=tuple(_presence(heads["presence"][key], len(traits)) for key in traits),
        bias=_number(heads["bias"]),
        scope=_pair(heads["scope"]),
        decision=_decision(heads["decision"]),
    )


def _space(terms: Any, idf: "array[float]", shape: dict[str, Any]) -> Space:  # noqa: ANN401 - JSON, to be judged
    index = dict(zip(terms, range(len(terms)), strict=True))
    if not isinstance(terms, list) or len(index) != len(terms) or set(map(type, terms)) - {str}:
        raise ValueError("terms are not distinct texts")
    "".join(terms).encode()  # a lone surrogate is a ValueError: no text holds it, and nothing can print it
    if type(shape["longest"]) is not int:  # 2.0 is among the lengths, but can't count words
        raise ValueError(f"a space of an unknown shape {shape}")
    if shape["tf"] not in {"binary", "sublinear"} or shape["longest"] not in {1, 2, 3}:
        raise ValueError(f"a space of an unknown shape {shape}")
    power, scale = _number(shape["power"]), _number(shape["scale"])
    if not (0 <= power <= 1 and scale > 0):
        raise ValueError(f"a space of an unknown shape {shape}")
    return Space(tuple(terms), index, idf, shape["longest"], shape["tf"], power, scale)


def _check_sizes(spaces: Mapping[str, Space], vectors: Mapping[str, Sequence[float]], traits: tuple[str, ...]) -> None:
    for name, space in spaces.items():
        width = len(traits) + 1 if name == "line" else 1
        if len(space.idf) != len(space.terms) or len(vectors[f"{name}.weights"]) != width * len(space.terms):
            raise ValueError(f"the arrays of {name} have other sizes than its terms")


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(f"{value!r} is not a finite number")
    return float(value)


def _numbers(values: Sequence[object], size: int) -> tuple[float, ...]:
    if len(values) != size:
        raise ValueError(f"{len(values)} numbers where {size} belong")
    return tuple(map(_number, values))


def _pair(values: Sequence[object]) -> tuple[float, float]:
    first, second = _numbers(values, 2)
    return first, second


def _pools(values: Sequence[object]) -> tuple[float, float, float]:
    best, three, count = _numbers(values, 3)
    return best, three, count


def _traits(values: Sequence[object]) -> tuple[str, ...]:
    keys = tuple(map(str, values))
    "".join(keys).encode()
    if len(set(keys)) != len(keys) or not set(DIRECTOR_TRAITS) <= set(keys):
        raise ValueError(f"traits are distinct, with {', '.join(DIRECTOR_TRAITS)} among them")
    return keys


def _sides(values: Sequence[object], size: int) -> tuple[str, ...]:
    if len(values) != size or not set(values) <= {"director", "pm"}:
        raise ValueError("sides are director or pm, one a trait")
    return tuple(map(str, values))


def _line_weight(table: Mapping[str, Any]) -> LineWeight:
    return LineWeight(_pools(table["coefficients"]), _pools(table["means"]), _pools(table["usual"]))


def _presence(table: Mapping[str, Any], size: int) -> Presence:
    return Presence(_pools(table["coefficients"]), _numbers(table["others"], size), _number(table["bias"]))


def _decision(table: Mapping[str, Any]) -> Decision:
    decision = Decision(*(_number(table[name]) for name in ("director", "pm", "scope", "prior")))
    if not (0 <= decision.pm <= decision.director <= 1 and 0 <= decision.scope <= 1 and 0 < decision.prior < 1):
        raise ValueError("the boundaries of the levels are out of order")
    return decision


def _rung_scale(table: Mapping[str, Any], parts: Parts) -> RungScale:
    rungs = tuple(table["rungs"])
    thresholds = _numbers(table["thresholds"], len(rungs) - 1)
    if len(rungs) < FEWEST_RUNGS or len(set(rungs)) < len(rungs) or set(map(type, rungs)) != {str}:
        raise ValueError("rungs are distinct names, two at the least")
    if any(low >= high for low, high in pairwise(thresholds)):
        raise ValueError("the thresholds of the rungs are out of order")
    index = parts.level_space.index
    return RungScale(
        rungs=rungs,
        thresholds=thresholds,
        verdict=_number(table["verdict"]),
        pools=tuple(_pools(table["pools"][key]) for key in (*parts.traits, _LINES)),
        terms={index[term]: _number(weight) for term, weight in table["terms"].items()},
    )


def _scale_table(scale: RungScale, parts: Parts) -> dict[str, Any]:
    return {
        "rungs": list(scale.rungs),
        "thresholds": list(scale.thresholds),
        "verdict": scale.verdict,
        "pools": dict(zip((*parts.traits, _LINES), map(list, scale.pools), strict=True)),
        "terms": {parts.level_space.terms[term]: weight for term, weight in sorted(scale.terms.items())},
    }


def _heads(parts: Parts) -> dict[str, Any]:
    spaces = {"level": parts.level_space, "line": parts.line_space, "scope": parts.scope_space}
    return {
        "spaces": {
            name: {"longest": space.longest, "tf": space.tf, "power": space.power, "scale": space.scale}
            for name, space in spaces.items()
        },
        "traits": list(parts.traits),
        "sides": list(parts.sides),
        "level_bias": parts.level_head.bias,
        "line_biases": list(parts.line_heads.biases),
        "scope_bias": parts.scope_head.bias,
        "wording": list(parts.wording),
        "weights": {key: asdict(weight) for key, weight in zip(parts.traits, parts.weights, strict=True)},
        "director_lines": asdict(parts.director_lines),
        "presence": {key: asdict(presence) for key, presence in zip(parts.traits, parts.presence, strict=True)},
        "bias": parts.bias,
        "scope": list(parts.scope),
        "decision": asdict(parts.decision),
    }


def _terms(parts: Parts) -> dict[str, list[str]]:
    spaces = (parts.level_space, parts.line_space, parts.scope_space)
    return {name: list(space.terms) for name, space in zip(_SPACES, spaces, strict=True)}


def _vectors(parts: Parts) -> dict[str, "array[float]"]:
    return {
        "level.idf": array("f", parts.level_space.idf),
        "level.weights": array("f", parts.level_head.weights),
        "line.idf": array("f", parts.line_space.idf),
        "line.weights": array("f", parts.line_heads.weights),
        "scope.idf": array("f", parts.scope_space.idf),
        "scope.weights": array("f", parts.scope_head.weights),
    }


def _dump(value: object, *, indent: int | None = None) -> bytes:
    separators = (",", ":") if indent is None else None
    return (json.dumps(value, ensure_ascii=False, indent=indent, separators=separators) + "\n").encode()
