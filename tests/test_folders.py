"""Folders, patterns and packed files: all files in order as one input, each named where a record can't be read."""

import gzip
import json
import os
from dataclasses import replace
from pathlib import Path

import fsspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from postclass import sources, streams
from postclass.errors import InputError
from postclass.posting import Posting, Rejection
from postclass.sources import SourceSettings, open_source

SAMPLES = Path(__file__).parents[1] / "data" / "samples"


def read(path: Path | str, settings: SourceSettings | None = None) -> list[Posting | Rejection]:
    """All that comes out of a source."""
    with open_source(path, settings=settings) as source:
        return list(source)


def texts(path: Path | str, settings: SourceSettings | None = None) -> list[tuple[int, str]]:
    """Row and description of postings, row and place of rejections."""
    return [(r.row, r.description if isinstance(r, Posting) else r.where) for r in read(path, settings)]


def line(text: str) -> str:
    """A posting as a line of JSON."""
    return json.dumps({"description": text}) + "\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Files of three formats in a tree, and what is none of the input."""
    root = tmp_path / "in"
    (root / "b").mkdir(parents=True)
    (root / "_old").mkdir()
    (root / "out.csv.checkpoint").mkdir()
    (root / "a.jsonl").write_text(line("one") + "bad\n" + line("two"))
    (root / "b" / "a.csv.gz").write_bytes(gzip.compress(b"description\nthree\n"))
    (root / "b.json").write_text("[]")
    (root / "c.parquet").write_bytes(_parquet(["four", "five"]))
    for name in (
        "README.md",
        "_SUCCESS",
        ".a.jsonl",
        "_old/a.jsonl",
        "a.csv.rejects.jsonl",
        "out.csv.checkpoint/a.csv",
    ):
        (root / name).write_text(line("no"))
    return root


def _parquet(descriptions: list[str]) -> bytes:
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table({"description": descriptions}), sink)
    return sink.getvalue().to_pybytes()  # type: ignore[no-any-return]


def test_a_folder(folder: Path) -> None:
    """Of a folder all files of known formats are read in the order of their names, and rows are numbered on."""
    assert [
        (1, "one"),
        (2, f"{folder}/a.jsonl, line 2"),
        (3, "two"),
        (4, "three"),
        (5, "four"),
        (6, "five"),
    ] == texts(folder)
    with open_source(folder) as source:
        assert str(folder) == source.name
        assert [str(folder / name) for name in ("a.jsonl", "b/a.csv.gz", "b.json", "c.parquet")] == list(source.paths)


def test_the_share_that_is_read_goes_by_bytes(tmp_path: Path) -> None:
    """Small files are read at once: the first is a quarter of the bytes, both are all of them."""
    for name, size in (("a.jsonl", 100), ("b.jsonl", 300)):
        (tmp_path / name).write_text('{"description":"x"}'.ljust(size - 1) + "\n", encoding="utf-8")
    with open_source(tmp_path) as source:
        shares = [source.fraction(), *(source.fraction() for _ in source)]

    assert [0.25, 0.25, 1.0] == shares


def test_chunks_of_a_folder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Chunks run on over files, go on anywhere, and the share that is read grows to one."""
    monkeypatch.setattr(sources, "CHUNK_ROWS", 2)
    with open_source(folder) as source:
        whole, shares = [], [0.0]
        for chunk in source.chunks():
            whole.append(chunk)
            shares.append(source.fraction() or 0.0)
        shares.append(source.fraction() or 0.0)

    assert [*sorted(shares[:-1]), 1.0] == shares
    assert [1, 3, 4, 5, 6] == [row for chunk in whole for row in chunk.postings["row"].to_pylist()]
    for n, skip in enumerate((2, 4, 6), 1):
        with open_source(folder) as source:
            assert whole[n:] == list(source.chunks(skip=skip))


def test_a_pattern(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A pattern stands for the files that fit, in any folder with `**`; a file of that very name comes first."""
    assert [(1, "four"), (2, "five")] == texts(f"{folder}/*.parquet")
    assert [(1, "three"), (2, "four"), (3, "five")] == texts(f"{folder}/**/*[tvz]")[:9]
    monkeypatch.chdir(folder)
    assert [(1, "three")] == texts("[b]/")
    Path("[b].jsonl").write_text(line("six"))
    assert [(1, "six")] == texts("[b].jsonl")


def test_one_format_for_all(folder: Path) -> None:
    """A format that is named is that of all files, whatever their names."""
    (folder / "b" / "a.csv.gz").rename(folder / "b" / "a.txt")

    assert [(1, "three")] == texts(folder / "b", SourceSettings(format="csv"))


def test_folders_without_files(folder: Path) -> None:
    """A folder or a pattern without a file to read is refused in one line, and so is one that can't be listed."""
    (folder / "empty").mkdir()
    (folder / "odd").mkdir()
    (folder / "odd" / "a.txt").write_text("x")
    with pytest.raises(InputError, match=r"empty: there is no file\."):
        read(folder / "empty")
    with pytest.raises(InputError, match=r"\*\.xml: there is no file\."):
        read(folder / "*.xml")
    with pytest.raises(InputError, match=r"odd: none of its files is of a known format; name it with --from"):
        read(folder / "odd")


def test_folders_linked_into_themselves(folder: Path) -> None:
    """Linked folders are read, and one that holds itself ends."""
    (folder / "b" / "again").symlink_to(folder)
    (folder / "b" / "a.csv.gz").unlink()
    (folder / "b" / "broken.csv").symlink_to(folder / "missing")

    with pytest.raises(InputError, match=r"b/broken\.csv: can't be opened"):
        read(folder)
    (folder / "b" / "broken.csv").unlink()
    with open_source(folder) as source:
        assert ["a.jsonl", "b.json", "c.parquet"] == [os.path.relpath(path, folder) for path in source.paths]


def test_keys_in_the_names_of_folders(tmp_path: Path) -> None:
    """What Hive and Spark write into the names of folders is a column, unless the file has it."""
    for name in ("company=Lumen%20Parcel/id=7", "company=__HIVE_DEFAULT_PARTITION__", "company=A"):
        (tmp_path / "x=1" / name).mkdir(parents=True)
    (tmp_path / "x=1/company=A/part-0.parquet").write_bytes(_parquet(["one"]))
    (tmp_path / "x=1/company=Lumen%20Parcel/id=7/part-0.parquet").write_bytes(_parquet(["two"]))
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table({"description": ["three"], "id": ["3"]}), sink)
    (tmp_path / "x=1/company=__HIVE_DEFAULT_PARTITION__/part-0.parquet").write_bytes(sink.getvalue().to_pybytes())
    expected = [
        Posting("one", company="A"),
        Posting("two", company="Lumen Parcel", id="7", row=2),
        Posting("three", id="3", row=3),
    ]

    assert expected == read(tmp_path)
    assert expected == read(f"{tmp_path}/x=1/company=*/")


def test_zstd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Zstd is unpacked whatever the name says, several frames too; a cut or growing one is refused."""
    data = pa.compress(line("one").encode(), codec="zstd", asbytes=True)
    (tmp_path / "a.jsonl.zst").write_bytes(data + data)
    (tmp_path / "a.jsonl").write_bytes(data)
    (tmp_path / "b.jsonl").write_bytes(data[:-3])
    (tmp_path / "c.parquet.zst").write_bytes(pa.compress(_parquet(["x"]), codec="zstd", asbytes=True))
    (tmp_path / "d.jsonl.zst").write_bytes(pa.compress(line("one").encode() * 100_000, codec="zstd", asbytes=True))

    assert [(1, "one"), (2, "one")] == texts(tmp_path / "a.jsonl.zst")
    assert [(1, "one")] == texts(tmp_path / "a.jsonl")
    assert [(1, "x")] == texts(tmp_path / "c.parquet.zst")
    with pytest.raises(InputError, match=r"b\.jsonl: can't be read: Truncated"):
        read(tmp_path / "b.jsonl")
    monkeypatch.setattr(streams, "EXPANSION_FLOOR", 2**20)
    with pytest.raises(InputError, match="bytes grow to more than"):
        read(tmp_path / "d.jsonl.zst")


def without_places(records: list[Posting | Rejection]) -> list[Posting | Rejection]:
    """The same records, rejections without the name of the file."""
    return [replace(r, where=r.where.rpartition(",")[2]) if isinstance(r, Rejection) else r for r in records]


STORED = SourceSettings(storage=True)


@pytest.fixture
def memory() -> str:
    """An address in memory that holds the samples."""
    system = fsspec.filesystem("memory")
    system.store.clear()
    for path in SAMPLES.iterdir():
        system.pipe(f"/samples/{path.name}", path.read_bytes())
    return "memory://samples"


@pytest.mark.parametrize("name", ["postings.csv", "postings.jsonl", "postings.json", "postings.parquet"])
def test_addresses(memory: str, name: str) -> None:
    """With `storage` an address is read like a file."""
    with open_source(f"{memory}/{name}", settings=STORED) as source:
        assert without_places(read(SAMPLES / name)) == without_places(list(source))
        assert 1.0 == source.fraction()


def test_addresses_of_folders(memory: str) -> None:
    """An address may be that of a folder, or a pattern, and rejections name their file."""
    fsspec.filesystem("memory").pipe("/samples/x=1/bad.jsonl", b"bad\n")

    assert 3 == len(read(f"{memory}/*.csv", STORED))
    assert 6 == len(read(f"{memory}/*.[cp][sa]*", STORED))
    assert len(read(SAMPLES)) + 1 == len(read(memory, STORED))
    assert [(1, "memory:///samples/x=1/bad.jsonl, line 1")] == texts(f"{memory}/x=1", STORED)
    with pytest.raises(InputError, match="there is no file"):
        read(f"{memory}/*.xml", STORED)


def test_addresses_that_can_not_be_read(memory: str, tmp_path: Path) -> None:
    """Addresses that are unknown, missing or not asked for are refused in one line."""
    for address, message in (
        (f"{memory}/missing.csv", "there is no file"),
        ("quark://a/b.csv", "can't be listed: Protocol not known: quark"),
        (f"file://{tmp_path}/missing.csv", "there is no file"),
    ):
        with pytest.raises(InputError, match=message) as error:
            read(address, STORED)

        assert "\n" not in str(error.value)
    with pytest.raises(InputError, match="or read it there with --storage"):
        read("memory://samples/postings.csv")
