"""Bytes in, gzip or zstd out to a stream that stays open; the same bytes however they come."""

import zlib
from typing import IO, Protocol

PACKED_SUFFIXES = {".gz": "gzip", ".zst": "zstd"}

# Compressors get pieces of this size, for what they make may depend on where their input is cut.
_PIECE = 2**20
_GZIP_WINDOW = 31  # zlib's way to ask for the longest window in a gzip wrapper, whose time stamp is then zero
_GZIP_LEVEL = 6


class Valve:
    """A stream for Arrow that lets bytes through until it is shut, and that Arrow can't close."""

    closed = False

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self.shut = False

    def write(self, data: bytes) -> int:
        """Write all of it, or nothing once it is shut."""
        if not self.shut:
            self._stream.write(data)
        return len(data)

    def flush(self) -> None:
        """The stream is flushed, and closed, by its owner."""

    close = flush


class _Compressor(Protocol):
    def write(self, data: bytes) -> None:
        """Take bytes."""

    def finish(self) -> None:
        """Write what is left and the format's end."""

    def drop(self) -> None:
        """Forget what is left."""


class _Gzip:
    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._zlib = zlib.compressobj(_GZIP_LEVEL, wbits=_GZIP_WINDOW)

    def write(self, data: bytes) -> None:
        self._stream.write(self._zlib.compress(data))

    def finish(self) -> None:
        self._stream.write(self._zlib.flush())

    def drop(self) -> None:
        """Nothing is held outside Python."""


class _Zstd:
    def __init__(self, stream: IO[bytes]) -> None:
        import pyarrow as pa

        self._valve = Valve(stream)
        self._arrow = pa.CompressedOutputStream(pa.PythonFile(self._valve, mode="w"), "zstd")

    def write(self, data: bytes) -> None:
        self._arrow.write(data)

    def finish(self) -> None:
        self._arrow.close()

    def drop(self) -> None:
        """Arrow writes the end in any case, at the latest when it is collected: let it write to nowhere."""
        self._valve.shut = True
        self._arrow.close()


class Packed:
    """A stream to write to; ends with `finish` or, on failure, `drop`."""

    def __init__(self, stream: IO[bytes], kind: str) -> None:
        self._compressor: _Compressor = _Gzip(stream) if kind == "gzip" else _Zstd(stream)
        self._held = bytearray()

    def write(self, data: bytes) -> int:
        """Take bytes, and hand on what is a whole piece."""
        self._held += data
        whole = len(self._held) // _PIECE * _PIECE
        for at in range(0, whole, _PIECE):
            self._compressor.write(bytes(self._held[at : at + _PIECE]))
        del self._held[:whole]
        return len(data)

    def flush(self) -> None:
        """What is held waits until it is a whole piece."""

    def finish(self) -> None:
        """Write what is held and the format's end."""
        self._compressor.write(bytes(self._held))
        self._compressor.finish()

    def drop(self) -> None:
        """Forget what is held."""
        self._held.clear()
        self._compressor.drop()
