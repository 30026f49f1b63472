"""What has been judged so far in, parts on the disk beside the output out, from which a later run goes on.

`OUTPUT.checkpoint/` holds `manifest.json`, which names what the run is of, and parts `00000.arrow`, … : Arrow files
with the verdicts of consecutive records, and their rejections in the metadata. Each file appears whole or not at all.
"""

import json
import os
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from postclass.binding import Binding, read_binding
from postclass.engines import Judged
from postclass.errors import OutputError
from postclass.posting import Rejection
from postclass.wholefile import WholeFile, storage, write_whole

FORMAT = 1
SUFFIX = ".checkpoint"
MANIFEST = "manifest.json"

_PART = re.compile(r"[0-9]{5,}\.arrow")
_OURS = re.compile(rf"{_PART.pattern}|{re.escape(MANIFEST)}|\.({_PART.pattern}|{re.escape(MANIFEST)})\.postclass-.*")
_ABOUT = b"postclass.part"


@dataclass(frozen=True, slots=True)
class Place:
    """How far a run has come: `records` are done; reading goes on at `chunk`, the start of a chunk not after them."""

    records: int = 0
    chunk: int = 0

    def after(self, judged: Judged) -> "Place":
        """The place after some more records."""
        records = self.records + judged.records
        return Place(records, records if judged.ends_chunk else self.chunk)


class Checkpoint:
    """The journal's directory of an output; nothing is made before there is something to keep."""

    def __init__(self, output: Path) -> None:
        target = Path(os.path.realpath(output))
        self.path = target.with_name(target.name + SUFFIX)
        self.parts = 0
        self.place = Place()

    def binding(self) -> Binding | None:
        """What the journal that is there is of; None if there is none, or only what a finished run left to remove."""
        try:
            told = json.loads((self.path / MANIFEST).read_bytes())
        except FileNotFoundError:
            return None
        except (OSError, ValueError, RecursionError) as error:
            raise OutputError(f"{self.path}: can't be read ({error}); --force starts afresh.") from error
        if not isinstance(told, dict) or told.pop("format", None) != FORMAT:
            raise OutputError(f"{self.path}: is of another version of postclass; --force starts afresh.")
        try:
            return read_binding(told)
        except (TypeError, ValueError) as error:
            raise OutputError(f"{self.path / MANIFEST}: is damaged; --force starts afresh.") from error

    def begin(self, binding: Binding) -> None:
        """Make the directory, and say what it is of."""
        with storage(str(self.path)):
            self.path.mkdir(exist_ok=True)
        about = {"format": FORMAT, **asdict(binding)}
        self._keep(MANIFEST, json.dumps(about, indent=2).encode())

    def add(self, judged: list[Judged]) -> None:
        """Keep what has been judged, as the next part."""
        place = self.place
        for some in judged:
            place = place.after(some)
        about = {
            "place": asdict(place),
            "rejections": [[r.row, r.reason, r.where] for some in judged for r in some.rejections],
        }
        self._keep(f"{self.parts:05}.arrow", _packed([some.verdicts for some in judged], about))
        self.parts, self.place = self.parts + 1, place

    def replay(self) -> Iterator[Judged]:
        """What has been kept, part by part; `place` is then where it ends."""
        while (path := self.path / f"{self.parts:05}.arrow").exists():
            try:
                judged, place = _part(path)
            except (pa.ArrowException, OSError, ValueError, LookupError, TypeError, RecursionError) as error:
                raise OutputError(f"{path}: is damaged; --force starts afresh.") from error
            if self.place.records + judged.records != place.records:
                raise OutputError(f"{path}: does not follow the part before it; --force starts afresh.")
            self.parts, self.place = self.parts + 1, place
            yield judged

    def remove(self) -> None:
        """Take the journal away, its manifest first: what a crash leaves of it then counts as none."""
        if not self.path.is_dir():
            return
        with storage(str(self.path)):
            (self.path / MANIFEST).unlink(missing_ok=True)
            for file in self.path.iterdir():
                if _OURS.fullmatch(file.name):
                    file.unlink(missing_ok=True)
        with suppress(OSError):  # somebody keeps files of their own there
            self.path.rmdir()

    def _keep(self, name: str, data: bytes) -> None:
        write_whole(WholeFile(self.path / name), data, name=str(self.path / name))


def _packed(batches: list[pa.RecordBatch], about: dict[str, Any]) -> bytes:
    schema = batches[0].schema
    sink = pa.BufferOutputStream()
    told = {**(schema.metadata or {}), _ABOUT: json.dumps(about).encode()}
    options = pa.ipc.IpcWriteOptions(compression="zstd")
    with pa.ipc.new_file(sink, schema.with_metadata(told), options=options) as writer:
        writer.write_table(pa.Table.from_batches(batches).combine_chunks())
    return sink.getvalue()  # type: ignore[no-any-return]


def _part(path: Path) -> tuple[Judged, Place]:
    with pa.OSFile(str(path)) as file, pa.ipc.open_file(file) as reader:
        metadata = dict(reader.schema.metadata)
        table = reader.read_all()
    about = json.loads(metadata.pop(_ABOUT))
    table = table.replace_schema_metadata(metadata).combine_chunks()
    batches = table.to_batches()
    verdicts = batches[0] if batches else pa.RecordBatch.from_pylist([], schema=table.schema)
    verdicts.validate(full=True)
    if verdicts.schema.field(0).name != "row":
        raise ValueError("the verdicts are none")
    return Judged(verdicts, tuple(_rejection(*told) for told in about["rejections"])), _place(**about["place"])


def _rejection(row: object, reason: object, where: object) -> Rejection:
    if type(row) is not int or not isinstance(reason, str) or not isinstance(where, str):
        raise TypeError("a rejection is a number and two texts")
    return Rejection(row, reason, where)


def _place(records: object, chunk: object) -> Place:
    if type(records) is not int or type(chunk) is not int or not 0 <= chunk <= records:
        raise TypeError("a place is two numbers of records")
    return Place(records, chunk)
