"""Checkpoints: what has been judged comes back as it was, and what is damaged is found out."""

import json
from pathlib import Path

import pyarrow as pa
import pytest

from postclass.batches import from_batch, verdict_batch, verdict_schema, verdicts_of
from postclass.binding import Binding
from postclass.checkpoint import MANIFEST, Checkpoint, Place
from postclass.engines import Judged
from postclass.errors import OutputError
from postclass.posting import Posting, Rejection
from scorers import Records, chunk, numbered, verdict

OF = Binding("input", "model", {"limit": 3})


def judged(records: Records, *, ends: bool = True) -> Judged:
    """Records, judged."""
    some = chunk(records)
    verdicts = verdict_batch([verdict(posting) for posting in from_batch(some.postings)], explain="terms")
    return Judged(verdicts, some.rejections, ends)


@pytest.fixture
def kept(tmp_path: Path) -> Checkpoint:
    """A checkpoint of two parts: five records of one chunk, then two of the next."""
    records = numbered(["a", None, "long text", "", None, "b", None])
    checkpoint = Checkpoint(tmp_path / "out.csv")
    checkpoint.begin(OF)
    checkpoint.add([judged(records[:3], ends=False), judged(records[3:5])])
    checkpoint.add([judged(records[5:], ends=False)])
    return checkpoint


def test_replay(kept: Checkpoint, tmp_path: Path) -> None:
    """What was kept comes back in its order, with the place where reading goes on."""
    again = Checkpoint(tmp_path / "out.csv")
    parts = list(again.replay())

    assert OF == again.binding()
    assert [[1, 3, 4], [6]] == [[v.row for v in verdicts_of(part.verdicts)] for part in parts]
    assert [[2, 5], [7]] == [[r.row for r in part.rejections] for part in parts]
    assert Rejection(2, "torn", "line 2") == parts[0].rejections[0]
    assert verdict(Posting("long text", id="n3", row=3)) == list(verdicts_of(parts[0].verdicts))[1]
    assert verdict_schema("terms").metadata == parts[0].verdicts.schema.metadata
    assert (2, Place(7, 5), Place(7, 5)) == (again.parts, again.place, kept.place)


def test_rejections_alone(tmp_path: Path) -> None:
    """A part may hold no verdicts, and texts of any kind."""
    checkpoint = Checkpoint(tmp_path / "out.csv")
    checkpoint.begin(OF)
    checkpoint.add([judged([Rejection(1, "\udce9\n", "x")])])
    (part,) = Checkpoint(tmp_path / "out.csv").replay()

    assert (Rejection(1, "\udce9\n", "x"),) == part.rejections
    assert 0 == part.verdicts.num_rows


def test_remove(kept: Checkpoint, tmp_path: Path) -> None:
    """Nothing of it is left, but for files that are no part of it."""
    (kept.path / ".00007.arrow.postclass-0123abcd").touch()
    other = kept.path / "notes.txt"
    other.touch()
    kept.remove()

    assert [other] == list(kept.path.iterdir())
    assert Checkpoint(tmp_path / "out.csv").binding() is None
    other.unlink()
    kept.remove()
    kept.remove()

    assert [] == list(tmp_path.iterdir())


def test_nothing_is_there(tmp_path: Path) -> None:
    """Without a checkpoint there is nothing to replay."""
    checkpoint = Checkpoint(tmp_path / "out.csv")

    assert (None, []) == (checkpoint.binding(), list(checkpoint.replay()))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b'{"format": 2}',
        b'{"format": 1}',
        b'{"format": 1, "input": "", "x": 1}',
        b"\xff",
        b"[" * 100_000,
        b'{"format": 1, "input": "", "model": "", "settings": 3}',
        b'{"format": 1, "input": 7, "model": "", "settings": {}}',
    ],
)
def test_damaged_manifests(kept: Checkpoint, content: bytes) -> None:
    """A manifest that is cut, of another format or of other fields is refused, and what to do is told."""
    (kept.path / MANIFEST).write_bytes(content)

    with pytest.raises(OutputError, match="--force starts afresh"):
        kept.binding()


def test_damaged_parts(kept: Checkpoint, tmp_path: Path) -> None:
    """A part that is cut anywhere, or follows none, is refused."""
    first, second = kept.path / "00000.arrow", kept.path / "00001.arrow"
    content = first.read_bytes()
    for length in range(0, len(content), 97):
        first.write_bytes(content[:length])
        with pytest.raises(OutputError, match=r"00000\.arrow: is damaged; --force starts afresh"):
            list(Checkpoint(tmp_path / "out.csv").replay())
    first.write_bytes(second.read_bytes())
    with pytest.raises(OutputError, match="does not follow"):
        list(Checkpoint(tmp_path / "out.csv").replay())


def test_manifest_is_json_for_people(kept: Checkpoint) -> None:
    """The manifest names the input, the model, the settings, the version, and the way of judging."""
    told = json.loads((kept.path / MANIFEST).read_text())

    assert {"format", "input", "model", "settings", "postclass", "way"} == set(told)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("rejections", [[2, 7, "line 2"], [5, "torn", "line 5"]]),
        ("rejections", [["2", "torn", "line 2"], [5, "torn", "line 5"]]),
        ("place", {"records": 5, "chunk": -1}),
        ("place", {"records": 5, "chunk": 6}),
        ("place", {"records": 5.0, "chunk": 5}),
        ("place", []),
    ],
)
def test_parts_that_tell_nonsense(kept: Checkpoint, tmp_path: Path, key: str, value: object) -> None:
    """What a part says of itself is looked at before a run goes on from it."""
    path = kept.path / "00000.arrow"
    with pa.ipc.open_file(path.read_bytes()) as reader:
        table = reader.read_all()
    about = {**json.loads(table.schema.metadata[b"postclass.part"]), key: value}
    told = {**table.schema.metadata, b"postclass.part": json.dumps(about).encode()}
    with pa.ipc.new_file(str(path), table.schema.with_metadata(told)) as writer:
        writer.write_table(table)

    with pytest.raises(OutputError, match=r"00000\.arrow: is damaged; --force starts afresh"):
        list(Checkpoint(tmp_path / "out.csv").replay())
