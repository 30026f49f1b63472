"""Float32 vectors to `.npz` bytes and back, and nothing else."""

import io
import zipfile
from array import array
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from postclass import npz
from postclass.npz import pack, unpack

VECTORS = {"a.weights": array("f", [1.5, -2.0, 1e-30]), "b": array("f"), "ö": array("f", range(100))}


def saved(**arrays: Any) -> bytes:  # noqa: ANN401 - whatever numpy takes
    """The bytes that numpy makes."""
    stream = io.BytesIO()
    np.savez(stream, **arrays)
    return stream.getvalue()


def zipped(*members: tuple[str, bytes]) -> bytes:
    """A zip file of members."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in members:
            archive.writestr(name, content)
    return stream.getvalue()


def test_round_trip() -> None:
    """What was packed comes out again, in order, and the same vectors make the same bytes."""
    assert VECTORS == unpack(pack(VECTORS))
    assert list(VECTORS) == list(unpack(pack(VECTORS)))
    assert pack(VECTORS) == pack(dict(VECTORS))


@given(st.dictionaries(st.text("abc.", min_size=1, max_size=5), st.lists(st.floats(width=32, allow_nan=False))))
def test_round_trip_of_any_vectors(values: dict[str, list[float]]) -> None:
    """Every dictionary of float32 vectors comes out as it went in."""
    vectors = {name: array("f", vector) for name, vector in values.items()}

    assert vectors == unpack(pack(vectors))


def test_numpy_reads_it() -> None:
    """`numpy.load` reads what is packed, without pickles."""
    with np.load(io.BytesIO(pack(VECTORS)), allow_pickle=False) as arrays:
        assert list(VECTORS) == arrays.files
        for name, vector in VECTORS.items():
            assert np.dtype("<f4") == arrays[name].dtype
            assert list(vector) == arrays[name].tolist()


def test_numpy_writes_it() -> None:
    """What `numpy.savez` writes of float32 vectors is read, compressed or not."""
    compressed = io.BytesIO()
    np.savez_compressed(compressed, a=np.arange(5, dtype="<f4"))

    assert {"a": array("f", range(5))} == unpack(compressed.getvalue())
    assert {"a": array("f", [0.5]), "b": array("f")} == unpack(saved(a=np.array([0.5], "<f4"), b=np.array([], "<f4")))


def test_headers_are_numpys() -> None:
    """Each array's bytes are those that numpy writes."""
    ours = zipfile.ZipFile(io.BytesIO(pack({"a": array("f", range(9))})))
    theirs = zipfile.ZipFile(io.BytesIO(saved(a=np.arange(9, dtype="<f4"))))

    assert theirs.read("a.npy") == ours.read("a.npy")


FOREIGN: dict[str, Any] = {
    "objects": np.array([{"a": 1}], dtype=object),
    "float64": np.zeros(3),
    "big endian": np.zeros(3, ">f4"),
    "integers": np.zeros(3, "<i4"),
    "text": np.array(["a"]),
    "matrix": np.zeros((2, 2), "<f4"),
    "scalar": np.float32(1),
    "Fortran matrix": np.asfortranarray(np.zeros((2, 3), "<f4")),
    "record": np.zeros(2, [("a", "<f4")]),
}


@pytest.mark.parametrize("name", FOREIGN)
def test_other_arrays_are_refused(name: str) -> None:
    """Arrays of objects, other types and other shapes are not read."""
    with pytest.raises(ValueError, match="not a vector of float32"):
        unpack(saved(a=FOREIGN[name]))


GOOD = zipfile.ZipFile(io.BytesIO(pack({"a": array("f", range(9))}))).read("a.npy")
CUT = {
    "no zip": b"not a zip",
    "nothing": b"",
    "half a zip": pack(VECTORS)[: len(pack(VECTORS)) // 2],
    "no array": zipped(("a.npy", b"")),
    "magic alone": zipped(("a.npy", GOOD[:8])),
    "header cut": zipped(("a.npy", GOOD[:40])),
    "data cut": zipped(("a.npy", GOOD[:-1])),
    "data cut by a number": zipped(("a.npy", GOOD[:-4])),
    "data too long": zipped(("a.npy", GOOD + b"\0\0\0\0")),
    "another magic": zipped(("a.npy", b"\x94" + GOOD[1:])),
    "a pickle": zipped(("a.npy", b"cos\nsystem\n(S'true'\ntR.")),
}


@pytest.mark.parametrize("name", CUT)
def test_cut_files_are_refused(name: str) -> None:
    """Files that are cut, padded or something else are a `ValueError`."""
    with pytest.raises(ValueError, match=r"not an \.npz file|not a vector of float32|is cut"):
        unpack(CUT[name])


def test_bombs_are_refused() -> None:
    """An archive that says it unpacks to more than any model's arrays is refused before it is unpacked."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("a.npy", b"\0" * (npz.MAX_BYTES + 1))

    assert len(stream.getvalue()) < npz.MAX_BYTES // 50
    with pytest.raises(ValueError, match="larger than any model's"):
        unpack(stream.getvalue())


def test_big_endian_machines(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a machine of the other byte order the numbers are swapped on their way in and out."""
    usual = pack({"a": array("f", [1.0, 2.0])})
    swapped = array("f", [1.0, 2.0])
    swapped.byteswap()
    monkeypatch.setattr("postclass.npz.sys.byteorder", "big")

    assert usual == pack({"a": swapped})
    assert {"a": swapped} == unpack(usual)


def test_damaged_packing_is_refused() -> None:
    """A byte that zlib can't make sense of, and packings that numpy does not know, are no more than a refusal."""
    for packing in (zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w", packing) as archive:
            archive.writestr("a.npy", bytes(500))
        content = bytearray(stream.getvalue())
        content[35] = 0xFF  # the first byte of what is packed

        with pytest.raises(ValueError, match=r"not an \.npz file|packed as numpy packs none"):
            unpack(bytes(content))
