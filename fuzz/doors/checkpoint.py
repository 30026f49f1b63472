"""What an interrupted run has left: its manifest, a part's metadata, or a part's bytes; and the note of a finished one."""

import json
from functools import cache
from typing import Any

import pyarrow as pa

from draw import Draw
from oracle import place, refusing
from postclass.batches import verdict_batch
from postclass.binding import Binding
from postclass.checkpoint import Checkpoint
from postclass.engines import Judged
from postclass.posting import Rejection
from postclass.receipt import Receipt
from postclass.verdict import Verdict
from values import bent

MAX_LEN = 4096
OF = Binding("input", "model", {"limit": 3})
PART, MANIFEST = "00000.arrow", "manifest.json"


def door(data: bytes) -> None:
    """Read it as a resumed run does: what counts is whole, and goes on where it ends."""
    draw, contents = Draw(data), dict(kept())
    way = draw.number(6)
    if way == 0:
        contents[MANIFEST] = draw.rest
    elif way == 1:
        contents[MANIFEST] = bent(contents[MANIFEST], draw)
    elif way == 2:
        contents[PART] = draw.rest
    elif way in {3, 4}:
        contents[PART] = retold(contents[PART], draw, raw=way == 3)
    else:
        part = bytearray(contents[PART])
        for _ in range(1 + draw.number(4)):
            part[draw.number(len(part))] = draw.number(256)
        contents[PART] = bytes(part)
    journal = Checkpoint(place() / "out.csv")
    journal.path.mkdir(exist_ok=True)
    for name, content in contents.items():
        (journal.path / name).write_bytes(content)
    (place() / "out.csv.receipt").write_bytes(contents[MANIFEST])
    (place() / "out.csv").touch()
    with refusing():
        OF.changes(Receipt(place() / "out.csv").binding() or OF)
        OF.changes(journal.binding() or OF)
        records = 0
        for judged in journal.replay():
            records += judged.records
            check(judged)
        assert records == journal.place.records
        assert 0 <= journal.place.chunk <= records


def check(judged: Judged) -> None:
    """What comes back is of the right kinds."""
    assert judged.verdicts.schema.names[0] == "row"
    for rejection in judged.rejections:
        assert isinstance(rejection.row, int)
        assert isinstance(rejection.reason, str)
        assert isinstance(rejection.where, str)


def retold(part: bytes, draw: Draw, *, raw: bool) -> bytes:
    """The part with other metadata."""
    with pa.ipc.open_file(pa.BufferReader(part)) as reader:
        table = reader.read_all()
    about = table.schema.metadata[b"postclass.part"]
    metadata = {**table.schema.metadata, b"postclass.part": draw.rest if raw else bent(about, draw)}
    sink = pa.BufferOutputStream()
    with pa.ipc.new_file(sink, table.schema.with_metadata(metadata)) as writer:
        writer.write_table(table)
    return sink.getvalue().to_pybytes()  # type: ignore[no-any-return]


@cache
def kept() -> dict[str, bytes]:
    """The files of a checkpoint of one part: a verdict and a rejection."""
    journal = Checkpoint(place() / "kept.csv")
    verdict: Any = Verdict(1, "7", "Lead", None, "pm", 0.25, 0.75, ("delivery",), (), ("close",))
    journal.begin(OF)
    journal.add([Judged(verdict_batch([verdict], explain="terms"), (Rejection(2, "torn", "line 2"),))])
    made = {name: (journal.path / name).read_bytes() for name in (PART, MANIFEST)}
    json.loads(made[MANIFEST])
    return made
