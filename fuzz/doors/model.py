"""A model directory whose hashes are sound: one of its files is made by the input, or it is the manifest."""

import hashlib
import io
import json
import math
import zipfile
from pathlib import Path

from doors.text import COMMON
from draw import Draw
from oracle import is_text, place, refusing
from postclass.judge import JudgeSettings
from postclass.modelfile import FILES, HEADS, MANIFEST, TERMS, WEIGHTS, load_model
from postclass.posting import Posting
from values import bent

MAX_LEN = 2048
SMALL = {path.name: path.read_bytes() for path in sorted(Path(__file__).parents[1].joinpath("small-model").iterdir())}
_PACKINGS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
ARRAYS = tuple(f"{space}.{kind}.npy" for space in ("level", "line", "scope") for kind in ("idf", "weights"))


def door(data: bytes) -> None:
    """What is taken for a model judges, and tells its terms, in numbers."""
    draw = Draw(data)
    contents = dict(SMALL)
    way = draw.number(8)
    if way in {0, 1, 2}:
        contents[(HEADS, TERMS, WEIGHTS)[way]] = draw.rest
    elif way in {3, 4}:
        name = (HEADS, TERMS)[way - 3]
        contents[name] = bent(contents[name], draw)
    elif way in {5, 6}:
        contents[WEIGHTS] = packed(draw)
    contents[MANIFEST] = manifest(contents) if way < 7 else draw.rest
    folder = place() / "model"
    folder.mkdir(exist_ok=True)
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    with refusing():
        model = load_model(folder)
        verdict = model.judge_one(Posting(COMMON * 3, title="Lead"), settings=JudgeSettings(explain="full"))
        for number in (verdict.p_director, verdict.p_in_scope, *(term.weight for term in verdict.top_terms or ())):
            assert number is None or math.isfinite(number)
        for trait in model.parts.traits:
            assert all(is_text(term.term) for term in model.trait_terms(trait, 5) or ())


def manifest(contents: dict[str, bytes]) -> bytes:
    """A manifest that names the files as they are."""
    files = {name: {"sha256": hashlib.sha256(contents[name]).hexdigest()} for name in FILES}
    return json.dumps({"format": 1, "files": files}).encode()


def packed(draw: Draw) -> bytes:
    """The arrays in an archive, packed in any way, with some bytes changed or cut off."""
    with zipfile.ZipFile(io.BytesIO(SMALL[WEIGHTS])) as archive:
        arrays = {name: bytearray(archive.read(name)) for name in archive.namelist()}
    name = draw.pick(ARRAYS)
    at = draw.number(len(arrays[name]))
    arrays[name][at : at + draw.number(8)] = draw.piece(64)
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", draw.pick(_PACKINGS)) as archive:
        for key, array in arrays.items():
            archive.writestr(zipfile.ZipInfo(key), bytes(array), archive.compression)
    made = bytearray(stream.getvalue())
    for _ in range(draw.number(4)):
        made[draw.number(len(made))] = draw.number(256)
    return bytes(made[: len(made) - draw.number(64)])
