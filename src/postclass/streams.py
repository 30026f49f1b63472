"""A path or `-` in, a stream of bytes or text within its budgets out: files, stdin, gzip, zstd, BOMs."""

import codecs
import contextlib
import gzip
import io
import os
import shutil
import stat
import sys
import tempfile
import zlib
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Self

from postclass.columns import is_text
from postclass.errors import InputError, RecordError, StorageError
from postclass.remote import RemoteFile, is_url

# One record, in characters. Real postings stay under 100 KB; a 10 MB one must still get its verdict, and a
# record is held a few times over while it is read (up to 4 bytes a character), all within 500 MB.
MAX_RECORD = 32 * 2**20
TOO_LONG = f"the record is longer than {MAX_RECORD:,} characters"

# Compressed input may grow this much, or to this many bytes, whichever is more. Real postings shrink 3 to 20
# times, the same posting repeated about 200 times; bombs come near gzip's 1,032.
EXPANSION_RATIO = 400
EXPANSION_FLOOR = 256 * 2**20

# Lines read again after an unclosed quote, in characters over the whole file: enough to save what follows a few
# stray quotes, bounded so that a file of nothing else is still read in linear time.
REREAD_BUDGET = 2 * MAX_RECORD

_CHUNK = 2**20
_GZIP_MAGIC = b"\x1f\x8b"
_ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_MARKED = {  # encodings that need a byte-order mark to be read at all
    "utf-16": (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE),
    "utf-32": (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE),
}
_MARK_BAD_BYTES = "postclass-mark-bad-bytes"


def _mark_bad_bytes(error: UnicodeError) -> tuple[str, int]:
    """Bytes that are not text become lone surrogates (PEP 383, for any encoding), which no valid text decodes to."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return "".join(chr(0xDC00 + byte) for byte in error.object[error.start : error.end]), error.end


codecs.register_error(_MARK_BAD_BYTES, _mark_bad_bytes)


def text_encoding(name: str) -> str:
    """An encoding's name in, the name that Python knows it by out; raises `InputError` if texts of it can't be read."""
    try:
        known = codecs.lookup(name).name
        "".encode(known)  # refuses codecs that are not of text, such as base64
        if known not in _MARKED:
            b"x".decode(known, _MARK_BAD_BYTES)  # refuses those that know no bad bytes, such as idna
    except (LookupError, ValueError) as error:  # a NUL in the name is a ValueError
        raise InputError(f"unknown encoding {name!r}; try --encoding cp1252 or --encoding utf-16.") from error
    return known


def check_expansion(decoded: int, stored: int, *, source: str) -> None:
    """Raise `InputError` if `decoded` bytes are more than `stored` compressed bytes may become."""
    if decoded > max(EXPANSION_FLOOR, EXPANSION_RATIO * stored):
        raise InputError(
            f"{source}: {stored:,} bytes grow to more than {decoded:,}, as no real postings do; refused. "
            "If it is genuine, decompress it or split it first."
        )


@dataclass(slots=True)
class Skip:
    """How many records are still to be passed over; formats that can do so quickly count them down."""

    left: int = 0


class _Metered(io.RawIOBase):
    """A raw stream over `read(n)` that counts its bytes and turns read errors into `InputError`."""

    def __init__(self, read: Callable[[int], bytes], *, name: str, check: Callable[[int], None] | None = None) -> None:
        super().__init__()
        self._read, self._name, self._check = read, name, check
        self.count = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "memoryview[int]") -> int:  # type: ignore[override]
        try:
            data = self._read(len(buffer))
        except (OSError, EOFError, zlib.error) as error:
            raise InputError(f"{self._name}: can't be read: {_why(error)}.") from error
        self.count += len(data)
        if self._check is not None:
            self._check(self.count)
        buffer[: len(data)] = data
        return len(data)


class Input:
    """The bytes of a file or of stdin, decompressed if they are gzip or zstd; `close()` leaves stdin open.

    With `storage` the path may be an address, opened through fsspec. `keys` are values that all records share.
    """

    def __init__(self, path: str, *, storage: bool = False, keys: Mapping[str, str | None] | None = None) -> None:
        self.path, self.keys = path, keys or {}
        self.name = "stdin" if path == "-" else path
        self._file = None if path == "-" else RemoteFile(path) if storage and is_url(path) else _open_file(path)
        self.size, is_regular = _measure(self._file)
        raw = _Metered(_stdin_reader() if self._file is None else self._file.read, name=self.name)
        self._stored = raw
        self.stream: io.BufferedReader = io.BufferedReader(raw, _CHUNK)
        try:
            start = self.stream.peek(4)[:4]
        except InputError:
            self.close()
            raise
        self.is_compressed = start[:2] == _GZIP_MAGIC or start == _ZSTD_MAGIC
        if self.is_compressed:
            unpack = _unzipped if start[:2] == _GZIP_MAGIC else _unzstd
            unpacked = _Metered(unpack(self.stream), name=self.name, check=self._check_expansion)
            self.stream = io.BufferedReader(unpacked, _CHUNK)
        self.is_plain_file = is_regular and not self.is_compressed
        self.is_one_of_many = False
        self.rows_share: float | None = None  # set by formats that know how many rows there are

    def _check_expansion(self, decoded: int) -> None:
        check_expansion(decoded, self._stored.count, source=self.name)

    def seekable(self) -> IO[bytes]:
        """The same bytes once more, for readers that go to and fro: the file, or a copy of it on disk."""
        if self.is_plain_file:
            return Path(self.path).open("rb")
        if isinstance(self._file, RemoteFile) and not self.is_compressed:
            return self._file.again()
        with contextlib.ExitStack() as undone:
            try:
                copy = tempfile.TemporaryFile()  # noqa: SIM115 - it lives as long as the reader
                undone.callback(_close, copy)
                shutil.copyfileobj(self.stream, copy)
                copy.seek(0)
            except OSError as error:
                raise StorageError(
                    f"{self.name}: has to be copied to disk to be read, and can't be: {_why(error)}; TMPDIR names "
                    "another place for the copy."
                ) from error
            undone.pop_all()
            return copy

    def fraction(self) -> float | None:
        """The share of the input that has been read, or None if its size is not known."""
        if self.rows_share is not None or self.size is None:
            return self.rows_share
        return min(1.0, self._stored.count / self.size)

    def text(self, encoding: str, *, newline: str) -> IO[str]:
        """The decoded text; a byte-order mark wins over UTF-8, bytes that are not text become lone surrogates."""
        name = text_encoding(encoding)
        start = self.stream.peek(4)
        if name == "utf-8":
            name = next((wins for bom, wins in _BOMS if start.startswith(bom)), name)
        if name in _MARKED and start and not start.startswith(_MARKED[name]):
            raise InputError(
                f"{self.name}: has no byte-order mark, which {name} begins with; try --encoding {name}-le or {name}-be."
            )
        # The built-in handler does the same as ours for UTF-8, at the speed of C.
        errors = "surrogateescape" if name.startswith("utf-8") else _MARK_BAD_BYTES
        return io.TextIOWrapper(self.stream, encoding=name, errors=errors, newline=newline)

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()


class Lines:
    """Iterates over the lines of a text within the record budget, and can go back to a record's second line.

    `number` is the number of lines taken so far. Raises `RecordError` when the lines since `begin` are longer than a
    record may be; iteration can go on after it.
    """

    def __init__(self, stream: IO[str]) -> None:
        self._readline, self._limit = stream.readline, MAX_RECORD
        self._waiting: deque[str] = deque()
        self._taken: list[str] = []
        self._before = self._size = self._reread = 0
        self._at_start = True

    @property
    def number(self) -> int:
        """How many lines have been taken."""
        return self._before + len(self._taken)

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        # A posting has some forty lines: what is done here is done forty times as often as anything else.
        if self._waiting:
            line = self._waiting.popleft()
        else:
            line = self._readline(self._limit + 1)
            if self._at_start or len(line) > self._limit:
                line = self._mended(line)
        if not line:
            raise StopIteration
        self._taken.append(line)
        self._size += len(line)
        if self._size > self._limit:
            raise RecordError(TOO_LONG)
        return line

    def peek(self) -> str:
        """The first line, or nothing at the end, without taking it."""
        self._waiting.append(self._mended(self._readline(self._limit + 1)))
        return self._waiting[-1]

    def begin(self) -> Self:
        """A new record begins with the next line."""
        self._before += len(self._taken)
        self._taken.clear()
        self._size = 0
        return self

    def rewind(self) -> None:
        """Give back all lines of the record but its first, as long as the budget for reading again lasts."""
        again = self._taken[1:]
        self._reread += sum(map(len, again))
        if self._reread <= REREAD_BUDGET:
            self._waiting.extendleft(reversed(again))
            del self._taken[1:]

    def _mended(self, line: str) -> str:
        """The first line without a byte-order mark, which some encodings leave; of a line too long its start."""
        if len(line) > self._limit and not line.endswith(("\n", "\r")):
            while (rest := self._readline(_CHUNK)) and not rest.endswith(("\n", "\r")):
                pass
        if self._at_start:
            line, self._at_start = line.removeprefix("\ufeff"), False
        return line


def read_whole(stream: IO[str], *, source: str) -> str:
    """All of a text that must be held in one piece; raises `InputError` if it is longer than a record may be."""
    text = stream.read(MAX_RECORD + 1)
    if len(text) > MAX_RECORD:
        raise InputError(f"{source}: longer than {MAX_RECORD:,} characters; split it, or bring it as JSONL.")
    return text.removeprefix("\ufeff")


def check_bytes(text: str, *, encoding: str) -> None:
    """Raise `RecordError` naming the first byte that is not text in `encoding`."""
    if not is_text(text):
        byte = next(ord(c) for c in text if "\ud800" <= c <= "\udfff") & 0xFF
        hint = "--encoding cp1252 or --encoding latin-1" if encoding.startswith("utf-8") else "--encoding utf-8"
        raise RecordError(f"byte 0x{byte:02X} is not {encoding} text; if the file has another encoding, try {hint}")


def _open_file(path: str) -> io.FileIO:
    if is_url(path):
        raise InputError(f"{path}: only local files are read; download it first, or read it there with --storage.")
    try:
        return io.FileIO(path)
    except (OSError, ValueError) as error:  # a NUL in the path is a ValueError
        raise InputError(f"{path}: can't be opened: {_why(error)}.") from error


def _close(file: IO[bytes]) -> None:
    with contextlib.suppress(OSError):  # what could not be written can't be now
        file.close()


def _measure(file: "io.FileIO | RemoteFile | None") -> tuple[int | None, bool]:
    """The size of a file if it has one, and whether it is a plain file of this machine."""
    if not isinstance(file, io.FileIO):
        return None if file is None else file.size or None, False
    status = os.fstat(file.fileno())
    return status.st_size or None, stat.S_ISREG(status.st_mode)


def _unzipped(stream: IO[bytes]) -> Callable[[int], bytes]:
    return gzip.GzipFile(fileobj=stream).read1


def _unzstd(stream: IO[bytes]) -> Callable[[int], bytes]:
    import pyarrow as pa

    return pa.CompressedInputStream(pa.PythonFile(stream, mode="r"), "zstd").read  # type: ignore[no-any-return]


def _stdin_reader() -> Callable[[int], bytes]:
    stdin = getattr(sys.stdin, "buffer", None)
    if stdin is None:
        raise InputError("stdin is closed; name an input file.")
    with contextlib.suppress(AttributeError):
        return stdin.read1  # type: ignore[no-any-return]
    return stdin.read  # type: ignore[no-any-return]


def _why(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error) or type(error).__name__
