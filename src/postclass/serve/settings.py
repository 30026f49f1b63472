"""What the server allows: who may ask, how large a body may be, how much work may wait."""

import os
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class ServeSettings:
    """The limits of a server."""

    model: Path | None = None  # a model directory instead of the shipped one
    hosts: frozenset[str] = frozenset({"127.0.0.1", "localhost", "[::1]"})  # that a request may be addressed to
    workers: int = field(default_factory=lambda: max(1, min(4, os.cpu_count() or 1)))  # processes that judge
    max_posting: int = 2 * 2**20  # bytes of a request about one posting: 1 MiB of text, as JSON
    max_upload: int = 64 * 2**20  # bytes of a file to audit
    max_stream: int = 2**30  # bytes of a stream to classify
    max_line: int = 8 * 2**20  # bytes of one record in it
    max_text: int = 256 * 2**20  # characters of all postings of a file together, once it is unpacked
    max_records: int = 20_000  # postings of a file to audit
    max_seconds: float = 600.0  # of work on one audit; the largest takes some 400 where numba is not installed
    waiting: int = 256  # requests about one posting that are worked on or wait
    audits: int = 3  # audits that are worked on or wait; they are done one at a time
    streams: int = 4  # streams that are worked on at a time
    patience: float = 30.0  # seconds without a byte of a body before its sender is given up
