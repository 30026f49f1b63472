"""Batches of verdicts in, the bytes of a format out: CSV, JSON lines, a JSON array or Parquet, to a binary stream."""

from collections.abc import Callable, Iterable
from typing import IO, Any, Protocol, cast

import pyarrow as pa

from postclass.celltexts import cell_text, cell_texts, json_rows, one_line
from postclass.packing import Packed, Valve

# Rows of a Parquet row group: large enough to compress, small enough (some 30 MB with the full text) to hold.
_ROW_GROUP = 4096


class RowWriter(Protocol):
    """Writes rows to the stream it was made for, which it leaves open; ends with `close` or, on failure, `discard`."""

    def write(self, batch: pa.RecordBatch) -> None:
        """Write rows after those before."""

    def close(self) -> None:
        """Write the format's end."""

    def discard(self) -> None:
        """Forget the end; the stream is about to be thrown away."""


class JsonLines:
    """One JSON object a line."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream

    def write(self, batch: pa.RecordBatch) -> None:
        """Write rows after those before."""
        rows = json_rows(batch.schema.names, batch.columns)
        if rows:
            self._stream.write(one_line("\n".join(rows)).encode() + b"\n")

    def close(self) -> None:
        """JSON lines end with their last line."""

    discard = close


class JsonArray:
    """One JSON array of objects, an object a line."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._before = "[\n"

    def write(self, batch: pa.RecordBatch) -> None:
        """Write rows after those before."""
        rows = json_rows(batch.schema.names, batch.columns)
        if rows:
            self._stream.write(one_line(self._before + ",\n".join(rows)).encode())
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
        self._stream.write(",".join(cell_text(name, raw=raw) for name in names).encode() + b"\n")

    def write(self, batch: pa.RecordBatch) -> None:
        """Write rows after those before."""
        cells = [cell_texts(column, raw=self._raw) for column in batch.columns]
        self._stream.write("".join([f"{','.join(row)}\n" for row in zip(*cells, strict=True)]).encode())

    def close(self) -> None:
        """CSV ends with its last line."""

    discard = close


class ParquetTable:
    """Parquet of the contract's types, in row groups of a fixed size however the rows come."""

    def __init__(self, stream: IO[bytes], schema: Any) -> None:  # noqa: ANN401 - pyarrow ships no types
        import pyarrow.parquet as pq

        self._stream = Valve(stream)
        self._schema = schema
        self._writer = pq.ParquetWriter(pa.PythonFile(self._stream, mode="w"), schema)
        self._waiting: list[pa.RecordBatch] = []
        self._rows = 0

    def write(self, batch: pa.RecordBatch) -> None:
        """Write rows after those before."""
        at = 0
        while at < batch.num_rows:
            part = batch.slice(at, _ROW_GROUP - self._rows)
            self._waiting.append(part)
            self._rows += part.num_rows
            at += part.num_rows
            if self._rows == _ROW_GROUP:
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
        # In one piece, so that the pages and dictionaries too are the same however the rows came.
        table = pa.Table.from_batches(self._waiting, schema=self._schema).combine_chunks()
        self._writer.write_table(table, row_group_size=_ROW_GROUP)
        self._waiting.clear()
        self._rows = 0


class PackedRows:
    """Rows of another writer, packed as gzip or zstd."""

    def __init__(self, stream: IO[bytes], kind: str, make: Callable[[IO[bytes]], RowWriter]) -> None:
        self._packed = Packed(stream, kind)
        self._rows = make(cast("IO[bytes]", self._packed))

    def write(self, batch: pa.RecordBatch) -> None:
        """Write rows after those before."""
        self._rows.write(batch)

    def close(self) -> None:
        """Write the end of both formats."""
        self._rows.close()
        self._packed.finish()

    def discard(self) -> None:
        """Forget both ends."""
        self._rows.discard()
        self._packed.drop()
