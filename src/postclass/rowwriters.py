"""Output rows in, the bytes of a format out: CSV, JSON lines, a JSON array or Parquet, written to a binary stream."""

import json
from collections.abc import Iterable, Mapping
from typing import IO, Any, Protocol

Row = Mapping[str, object]

# A cell that begins with one of these is a formula, or becomes one, when a spreadsheet opens the file (OWASP).
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")

# Rows of a Parquet row group: large enough to compress, small enough (some 30 MB with the full text) to hold.
_ROW_GROUP = 4096

# Some readers take these for line ends; inside JSON strings they may stand as escapes.
_LINE_ENDS = {ord(mark): f"\\u{ord(mark):04x}" for mark in "\x85\u2028\u2029"}


class RowWriter(Protocol):
    """Writes rows to the stream it was made for, which it leaves open; ends with `close` or, on failure, `discard`."""

    def write(self, rows: Iterable[Row]) -> None:
        """Write rows after those before."""

    def close(self) -> None:
        """Write the format's end."""

    def discard(self) -> None:
        """Forget the end; the stream is about to be thrown away."""


def to_json(value: object) -> str:
    """A plain value in, its JSON on one line out, in the widest sense of a line."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False).translate(_LINE_ENDS)


class JsonLines:
    """One JSON object a line."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream

    def write(self, rows: Iterable[Row]) -> None:
        """Write rows after those before."""
        self._stream.write("".join(f"{to_json(row)}\n" for row in rows).encode())

    def close(self) -> None:
        """JSON lines end with their last line."""

    discard = close


class JsonArray:
    """One JSON array of objects, an object a line."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._before = "[\n"

    def write(self, rows: Iterable[Row]) -> None:
        """Write rows after those before."""
        for row in rows:
            self._stream.write(f"{self._before}{to_json(row)}".encode())
            self._before = ",\n"

    def close(self) -> None:
        """Close the array."""
        self._stream.write(b"[]\n" if self._before == "[\n" else b"\n]\n")

    def discard(self) -> None:
        """Nothing is held."""


class CsvTable:
    """CSV of RFC 4180 with line feeds; lists as `a;b;c`, other structures as JSON, formulas guarded unless `raw`."""

    def __init__(self, stream: IO[bytes], names: Iterable[str], *, raw: bool = False) -> None:
        self._stream, self._raw = stream, raw
        self.write([{name: name for name in names}])

    def write(self, rows: Iterable[Row]) -> None:
        """Write rows after those before."""
        self._stream.write("".join(f"{','.join(map(self._cell, row.values()))}\n" for row in rows).encode())

    def close(self) -> None:
        """CSV ends with its last line."""

    discard = close

    def _cell(self, value: object) -> str:
        if value is None:
            return ""
        if isinstance(value, int | float):
            return str(value)
        text = value if isinstance(value, str) else _flat(value)
        if not self._raw and text.startswith(FORMULA_STARTS):
            text = f"'{text}"
        quoted = any(mark in text for mark in '",\r\n')
        return '"' + text.replace('"', '""') + '"' if quoted else text


def _flat(value: object) -> str:
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return ";".join(value)
    return to_json(value)


class _Valve:
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


class ParquetTable:
    """Parquet of the contract's types, for the columns named."""

    def __init__(self, stream: IO[bytes], names: Iterable[str]) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        self._stream = _Valve(stream)
        self._schema = _schema(names)
        self._writer = pq.ParquetWriter(pa.PythonFile(self._stream, mode="w"), self._schema)
        self._rows: list[dict[str, object]] = []

    def write(self, rows: Iterable[Row]) -> None:
        """Write rows after those before."""
        self._rows += [
            {
                key: list(value.items()) if key == "evidence" and isinstance(value, dict) else value
                for key, value in r.items()
            }
            for r in rows
        ]
        if len(self._rows) >= _ROW_GROUP:
            self._flush()

    def close(self) -> None:
        """Write the footer."""
        if self._rows:
            self._flush()
        self._writer.close()

    def discard(self) -> None:
        """Arrow writes its footer in any case, at the latest when it is collected: let it write to nowhere."""
        self._stream.shut = True
        self._writer.close()

    def _flush(self) -> None:
        import pyarrow as pa

        self._writer.write_table(pa.Table.from_pylist(self._rows, schema=self._schema))
        self._rows.clear()


def _schema(names: Iterable[str]) -> Any:  # noqa: ANN401 - pyarrow ships no types
    import pyarrow as pa

    text, real, whole = pa.string(), pa.float64(), pa.int64()
    texts = pa.list_(text)
    types = {
        "row": whole,
        "p_director": real,
        "p_in_scope": real,
        "traits": texts,
        "top_terms": pa.list_(pa.struct({"term": text, "weight": real})),
        "notes": texts,
        "reasons": pa.list_(pa.struct({"kind": text, "key": text, "log_odds": real})),
        "evidence": pa.map_(text, pa.struct({"text": text, "start": whole, "end": whole, "probability": real})),
        "missing": texts,
        "flip": pa.struct({"to": text, "drop_lines": texts, "add_traits": texts, "p_director": real}),
    }
    return pa.schema([(name, types.get(name, text)) for name in names])
