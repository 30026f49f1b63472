"""Named float32 vectors to `.npz` bytes and back, without numpy: the single check must not pay for its import.

The files are what `numpy.savez` would write, but for their fixed timestamps, and nothing but vectors of little-endian
float32 is read: no pickles, no object arrays, no other shapes.
"""

import io
import re
import sys
import zipfile
import zlib
from array import array
from collections.abc import Mapping

_MAGIC = b"\x93NUMPY\x01\x00"
_HEADER = re.compile(rb"\{'descr': '<f4', 'fortran_order': False, 'shape': \((\d{1,9}),\), \} *\n")
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the same bytes on every day
_ALIGNMENT = 64  # numpy pads headers to this
_PACKINGS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
MAX_BYTES = 64 << 20  # no model comes near; a bomb is refused before it unpacks


def pack(vectors: Mapping[str, "array[float]"]) -> bytes:
    """Float32 vectors by name to the bytes of an uncompressed `.npz`."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
        for name, vector in vectors.items():
            header = f"{{'descr': '<f4', 'fortran_order': False, 'shape': ({len(vector)},), }}".encode()
            padding = -(len(_MAGIC) + 2 + len(header) + 1) % _ALIGNMENT
            header += b" " * padding + b"\n"
            data = _little(vector).tobytes()
            info = zipfile.ZipInfo(f"{name}.npy", _EPOCH)
            archive.writestr(info, _MAGIC + len(header).to_bytes(2, "little") + header + data)
    return stream.getvalue()


def unpack(data: bytes) -> dict[str, "array[float]"]:
    """The bytes of an `.npz` to its float32 vectors; `ValueError` for anything that is not exactly that."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(info.file_size for info in archive.infolist()) > MAX_BYTES:
                raise ValueError("the arrays are larger than any model's")
            if not {info.compress_type for info in archive.infolist()} <= _PACKINGS:
                raise ValueError("the arrays are packed as numpy packs none")
            return {info.filename.removesuffix(".npy"): _vector(archive.read(info)) for info in archive.infolist()}
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, zlib.error) as error:
        raise ValueError(f"not an .npz file: {error}") from error


def _vector(raw: bytes) -> "array[float]":
    start = len(_MAGIC) + 2
    end = start + int.from_bytes(raw[len(_MAGIC) : start], "little")
    header = _HEADER.fullmatch(raw[start:end])
    if not raw.startswith(_MAGIC) or header is None:
        raise ValueError("an array that is not a vector of float32")
    vector = array("f")
    if len(raw) - end != int(header[1]) * vector.itemsize:
        raise ValueError("an array that is cut")
    vector.frombytes(raw[end:])
    return _little(vector)


def _little(vector: "array[float]") -> "array[float]":
    """The vector in little-endian order, or back; a no-op on most machines."""
    if sys.byteorder == "little":
        return vector
    swapped = vector[:]
    swapped.byteswap()
    return swapped
