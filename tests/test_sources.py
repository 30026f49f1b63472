"""Sources: what goes in comes out unchanged and in order, and what can't be read is a rejection that says where."""

import contextlib
import csv
import gzip
import io
import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from postclass import csvrows, jsonrows, parquetrows, streams
from postclass.columns import Columns, Record
from postclass.errors import InputError
from postclass.posting import Posting, Rejection
from postclass.sources import SourceSettings, _skipped, open_source

HOSTILE = Path(__file__).parent / "hostile"
SAMPLES = Path(__file__).parents[1] / "data" / "samples"


def read(path: Path | str, **settings: Any) -> list[Posting | Rejection]:  # noqa: ANN401 - settings of any type
    """All that comes out of a source."""
    with open_source(path, settings=SourceSettings(**settings)) as source:
        return list(source)


def seen(path: Path | str, **settings: Any) -> list[tuple[int, str | None]]:  # noqa: ANN401 - settings of any type
    """Row and title of postings, row and None of rejections."""
    return [(r.row, r.title or "" if isinstance(r, Posting) else None) for r in read(path, **settings)]


def rejections(path: Path | str, **settings: Any) -> list[tuple[int, str, str]]:  # noqa: ANN401 - settings of any type
    """Row, place and reason of the rejections."""
    found = [r for r in read(path, **settings) if isinstance(r, Rejection)]
    return [(r.row, r.where.removeprefix(f"{path}, "), r.reason) for r in found]


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, str | bytes], Path]:
    """Writes a file of that name and content, and says where it is."""

    def write(name: str, content: str | bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write


Write = Callable[[str, str | bytes], Path]


@pytest.mark.parametrize("name", ["postings.csv", "postings.json", "postings.parquet"])
def test_every_format_gives_the_same_postings(name: str) -> None:
    """The samples of all formats hold the same three postings, found under the usual names of their columns."""
    assert [
        (1, "Director of Product, Carrier Platform", "Orchard Freight"),
        (2, "Product Manager, Checkout", "Lumen Parcel"),
        (3, "Product Manager", "Quillfeather"),
    ] == [(r.row, r.title, r.company) for r in read(SAMPLES / name) if isinstance(r, Posting)]


def test_json_ld_posting() -> None:
    """A JSON-LD posting gives its organisation's name and its identifier's value."""
    (posting,) = read(SAMPLES / "posting.jsonld")

    assert isinstance(posting, Posting)
    assert ("HVM-33", "Havenmark Bank") == (posting.id, posting.company)
    assert posting.description.startswith("<p>Havenmark is a mutual bank")


def test_ragged_rows() -> None:
    """A row with too few or too many fields is rejected with its line; the others keep their row numbers."""
    assert [
        (2, "line 3", "2 fields where the header has 3"),
        (4, "line 6", "4 fields where the header has 3"),
    ] == rejections(HOSTILE / "ragged.csv")
    assert [(1, "A"), (2, None), (3, "C\nstill C"), (4, None), (5, "E")] == seen(HOSTILE / "ragged.csv")


def test_single_field_rows(write: Write) -> None:
    """One field is said as one field."""
    path = write("a.csv", "a,description\nx\n")

    assert [(1, "line 2", "1 field where the header has 2")] == rejections(path)


def test_unclosed_quote() -> None:
    """An unclosed quote costs the row it stands in, not the rest of the file."""
    assert [(2, "line 3", "a quote is opened and never closed")] == rejections(HOSTILE / "unclosed_quote.csv")
    assert [(1, "A"), (2, None), (3, "C"), (4, "D")] == seen(HOSTILE / "unclosed_quote.csv")


def test_reading_again_has_a_budget(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the budget for reading again is used up, what an unclosed quote swallowed stays with its rejection."""
    monkeypatch.setattr(streams, "REREAD_BUDGET", 10)
    path = write("a.csv", 'title,description\nA,"x\nB,one\nC,two\n')

    assert [(1, None)] == seen(path)


def test_text_after_quote() -> None:
    """Text after a closing quote is a rejection, for nobody knows what was meant."""
    reason = "there is text between a closing quote and the next delimiter"

    assert [(1, "line 2", reason)] == rejections(HOSTILE / "text_after_quote.csv")
    assert [(1, None), (2, "B")] == seen(HOSTILE / "text_after_quote.csv")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("duplicate_header.csv", "two columns are named 'title'"),
        ("no_header.csv", "no description column; columns found: '1', 'A', 'fine'. Name one with --description-col."),
        ("utf16_without_bom.csv", "say --encoding utf-16-le"),
        ("null_byte_header.csv", "the header holds NUL characters"),
    ],
)
def test_bad_header(name: str, message: str) -> None:
    """A header that can't be used is refused before any work, with what to do."""
    with pytest.raises(InputError, match=r"\.csv: ") as error:
        open_source(HOSTILE / name)

    assert message in str(error.value)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the file is empty"),
        (b"\n\n", "the file is empty"),
        (b'title,"descr', "the header can't be read: a quote is opened and never closed"),
        (b"titl\xe9,description\n", "the header can't be read: byte 0xE9 is not utf-8 text"),
    ],
)
def test_unreadable_header(write: Write, content: bytes, message: str) -> None:
    """A header that can't be read is refused too."""
    with pytest.raises(InputError) as error:
        read(write("a.csv", content))

    assert message in str(error.value)


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("bom.csv", {}),
        ("utf16.csv", {}),
        ("utf16_without_bom.csv", {"encoding": "utf-16-le"}),
        ("utf16.csv", {"encoding": "utf-16-le"}),
        ("utf16be.jsonl", {}),
        ("bom.jsonl", {}),
        ("bom.json", {}),
        ("latin1.csv", {"encoding": "latin-1"}),
    ],
)
def test_byte_order_marks_and_encodings(name: str, settings: dict[str, str]) -> None:
    """A byte-order mark tells the encoding and is no part of the first column's name."""
    assert [Posting("café", title="A")] == read(HOSTILE / name, **settings)


def test_bad_bytes_reject_their_row() -> None:
    """Bytes that are not UTF-8 reject their row, with the flag that mends it, and are never replaced."""
    hint = "if the file has another encoding, try --encoding cp1252 or --encoding latin-1"

    assert [
        (1, "line 2", f"byte 0xE9 is not utf-8 text; {hint}"),
        (3, "line 4", f"byte 0x93 is not utf-8 text; {hint}"),
    ] == rejections(HOSTILE / "cp1252.csv")
    assert [Posting("café", title="A"), Posting("plain", title="B", row=2), Posting("“quoted”", title="C", row=3)] == (
        read(HOSTILE / "cp1252.csv", encoding="cp1252")
    )


def test_bytes_that_no_utf_8_holds() -> None:
    """A cut character, an overlong one and an encoded surrogate each reject their line, and their line alone."""
    assert [(1, "A"), (2, None), (3, None), (4, None), (5, "E")] == seen(HOSTILE / "bad_utf8.jsonl")
    assert ["line 2", "line 3", "line 4"] == [where for _, where, _ in rejections(HOSTILE / "bad_utf8.jsonl")]


def test_line_breaks_in_quotes() -> None:
    """Line breaks of every kind stay in their cell, and the lines after them are counted all the same."""
    assert [
        Posting("one\ntwo\rthree\r\n", title="A\r\nstill A"),
        Posting("", title="B", row=2),
        Rejection(3, "3 fields where the header has 2", f"{HOSTILE / 'newlines_in_quotes.csv'}, line 8"),
        Posting('"quoted", and\n\n\nmore', title="D", row=4),
    ] == read(HOSTILE / "newlines_in_quotes.csv")


def test_null_bytes_in_json_lines() -> None:
    """NUL as an escape is a character like any other; raw it is no JSON, and rejects its line."""
    assert [(1, "A"), (2, None), (3, "C")] == seen(HOSTILE / "null_byte.jsonl")
    assert "one\0two" == next(r.description for r in read(HOSTILE / "null_byte.jsonl") if isinstance(r, Posting))


def test_bad_bytes_in_another_encoding(write: Write) -> None:
    """Bytes that the encoding asked for does not know reject their row as well."""
    path = write("a.csv", b"title,description\nA,x\x81\nB,y\n")

    assert [(1, "line 2", "byte 0x81 is not cp1252 text; if the file has another encoding, try --encoding utf-8")] == (
        rejections(path, encoding="cp1252")
    )


@pytest.mark.parametrize("encoding", ["klingon", "base64"])
def test_unknown_encoding(encoding: str) -> None:
    """An encoding that is none is refused with some that are."""
    with pytest.raises(InputError, match=r"unknown encoding .*; try --encoding cp1252"):
        read(HOSTILE / "bom.csv", encoding=encoding)


def test_the_marker_of_bad_bytes_is_for_decoding() -> None:
    """Encoding with the marker of bad bytes fails as usual."""
    with pytest.raises(UnicodeEncodeError):
        "é".encode("ascii", "postclass-mark-bad-bytes")


def test_records_are_split_only_where_the_format_says() -> None:
    """NUL, U+2028, U+2029, U+0085, VT, FF and RS split nothing; carriage returns alone end CSV rows."""
    separators = "one\u2028two\u2029three\x85four"

    assert [Posting("one\0two", title="A"), Posting("fine", title="B", row=2)] == read(HOSTILE / "null_byte.csv")
    assert [Posting(f"{separators}\x0bfive\x0csix\x1eseven", title="A")] == read(HOSTILE / "line_separators.csv")
    assert [Posting(separators, title="A"), Posting("x", title="B", row=2)] == read(HOSTILE / "line_separators.jsonl")
    assert [(1, "A"), (2, "B")] == seen(HOSTILE / "cr_only.csv")


def test_values_come_out_as_they_went_in() -> None:
    """`007`, `None`, `NA`, blank cells and numbers are text and stay what they are."""
    assert [
        Posting("text", title="None", company="NA", id="007", row=1),
        Posting("", title="", company="", id="", row=2),
        Posting("1e5", title="NaN", company="-0", id="null", row=3),
    ] == read(HOSTILE / "blank_values.csv")


def test_delimiters(write: Write) -> None:
    """Semicolons and tabs are told by the header line; any other delimiter by flag."""
    assert [Posting("one, two", title="a;b")] == read(HOSTILE / "semicolons.csv")
    assert [Posting("one, two; three", title="A")] == read(HOSTILE / "tabs.csv")
    assert [Posting("x", title="A")] == read(write("a.csv", "title|description\nA|x\n"), delimiter="|")
    assert [Posting("x", title="A")] == read(write("b.csv", "title\tdescription\nA\tx\n"), delimiter="tab")
    assert [Posting("x", title="a,b,c")] == read(write("c.tsv", "title\tdescription\na,b,c\tx\n"))
    assert [Posting("x", title="a,b,c")] == read(write("d", "title\tdescription\na,b,c\tx\n"), format="tsv")


def test_delimiter_of_two_characters() -> None:
    """A delimiter must be one character."""
    with pytest.raises(InputError, match="must be one character"):
        read(HOSTILE / "bom.csv", delimiter="||")


def test_columns_without_a_name_may_repeat(write: Write) -> None:
    """Trailing delimiters and the index of a data frame make columns without a name, which are never used."""
    assert [Posting("x", title="A")] == read(write("a.csv", ",title,description,\n0,A,x,\n"))


def test_odd_json_lines() -> None:
    """Each line that can't be read is rejected with its line number; blank lines are no records."""
    bad = rejections(HOSTILE / "odd_lines.jsonl")

    assert [
        (2, "line 4", "not valid JSON: Unterminated string starting at (character 17)"),
        (3, "line 5", "the JSON is nested too deeply"),
        (4, "line 6", "a number has more than 4300 digits"),
        (5, "line 7", "NaN is not JSON"),
        (6, "line 8", "a \\u escape is half of a surrogate pair"),
        (7, "line 9", "the key 'title' stands twice in one object"),
        (9, "line 11", "not valid JSON: Invalid control character at (character 13)"),
        (10, "line 12", "the record is not a JSON object"),
        (11, "line 13", "the description is an object, not text"),
        (12, "line 14", "not valid JSON: there is more after the value (character 21)"),
    ] == [b for b in bad if b[0] != 8]
    assert "byte 0xE9 is not utf-8 text" in next(b[2] for b in bad if b[0] == 8)


@pytest.mark.parametrize("calls", [0, 700])
@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("[" * 199 + "1" + "]" * 199, None),
        ("[" * 200 + "1" + "]" * 200, "the JSON is nested too deeply"),
        ('{"a":' * 900 + "1" + "}" * 900, "the JSON is nested too deeply"),
        ("[" * 900 + "NaN" + "]" * 900, "the JSON is nested too deeply"),
        ("[" * 900 + "x", "the JSON is nested too deeply"),
        ("[" * 199 + "NaN" + "]" * 199, "NaN is not JSON"),
        ("x" + "[" * 900, "not valid JSON: Expecting value (character 27)"),
        ('"' + "[" * 900 + '"', None),
    ],
)
def test_json_nests_as_deeply_whoever_calls(write: Write, calls: int, value: str, reason: str | None) -> None:
    """How deep a line may nest depends neither on the caller's own calls nor on what else is wrong in it."""
    path = write("a.jsonl", f'{{"description":"x","more":{value}}}\n')

    def called(depth: int) -> list[Posting | Rejection]:
        return called(depth - 1) if depth else read(path)

    (found,) = called(calls)
    assert reason == (found.reason if isinstance(found, Rejection) else None)


def test_json_values_as_text() -> None:
    """JSON numbers keep their digits, null stays null, a missing or null description is an empty text."""
    assert [
        Posting("fine", title=None, id="7", row=1),
        Posting("", title="true", id="7.10", row=13),
        Posting("one\ntwo", title="\N{ROCKET}", row=14),
        Posting("", title="no description", row=15),
    ] == [r for r in read(HOSTILE / "odd_lines.jsonl") if isinstance(r, Posting)]


def test_odd_json_elements() -> None:
    """Each element of an array that can't be read is rejected, and so is the cut at the end."""
    assert [
        (2, "line 3", "Infinity is not JSON"),
        (3, "line 4", "not valid JSON: Expecting ',' delimiter (character 21)"),
        (4, "line 5", "not valid JSON: Expecting property name enclosed in double quotes (character 2)"),
        (6, "line 7", "the JSON is nested too deeply"),
        (8, "line 9", "the array is never closed; the file may have been cut"),
    ] == rejections(HOSTILE / "odd_elements.json")
    postings = [r for r in read(HOSTILE / "odd_elements.json") if isinstance(r, Posting)]
    assert ["1", "2", "3"] == [p.id for p in postings]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("[]", []),
        (' [ {"title":"A","description":"x"} ] ', [(1, "A")]),
        ('[{"title":"A","description":"x"} {"description":"y"}]', [(1, None)]),
        ('[{"title":"A","description":"x"}] more', [(1, "A"), (2, None)]),
        ('[{"title":"A","description":"x"},]', [(1, "A"), (2, None)]),
        ('[{"title":"A","description":"x"}}', [(1, None), (2, None)]),
        ('[{"title":"A","description":"x"', [(1, None), (2, None)]),
        ('[{"title":"A","description":"x\\', [(1, None), (2, None)]),
        ('[{"title":"A","description":"x"}, 7, "s"]', [(1, "A"), (2, None), (3, None)]),
        ('{"jobs":[]}', []),
        ('{"meta":{"n":1},"jobs":[{"title":"A","description":"x"}],"more":1}', [(1, "A")]),
        ('{"vacancies":[{"title":"A","description":"x"}]}', [(1, "A")]),
        ('{"description":"our jobs","jobs":[{"title":"A","description":"x"}]}', [(1, "A")]),
        ('{"title":"A","description":"x","tags":[{"n":1}]}', [(1, "A")]),
        ('{"title":"A","description":"x"}', [(1, "A")]),
        ('{"title":"A","description":"x"', [(1, None)]),
        ('{"title":"A","description":NaN}', [(1, None)]),
        ("{bad}", [(1, None)]),
        ('{"a\\ud8', [(1, None)]),
        (
            '{"@graph":[{"@type":"WebSite"},{"@type":"JobPosting","title":"A","description":"x"},{"@type":7}]}',
            [(1, "A")],
        ),
    ],
)
def test_json_documents(write: Write, content: str, expected: list[tuple[int, str | None]]) -> None:
    """An array, an object that holds one, or one object; what is wrong with them is rejected where it stands."""
    assert expected == seen(write("a.json", content))


def test_long_json_documents(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    """Elements are found whole wherever the window of text ends."""
    titles = [f'é"{n}\\' for n in range(30)]
    records = [{"title": title, "description": "{[\n" * 9} for title in titles]
    path = write("a.json", json.dumps({"meta": {"a": [1]}, "jobs": records}, indent=1))
    for chunk in (1, 2, 7, 64):
        monkeypatch.setattr(jsonrows, "_FIRST_CHUNK", chunk)

        assert titles == [title for _, title in seen(path)]


@pytest.mark.parametrize("content", ['"text"', "7", "", "  "])
def test_json_of_no_records(write: Write, content: str) -> None:
    """A JSON text that can't hold records is refused."""
    with pytest.raises(InputError, match="holds neither a JSON array nor an object"):
        read(write("a.json", content))


def test_json_lines_that_are_called_json(write: Write) -> None:
    """JSON lines under the wrong suffix are refused with the flag that mends it."""
    with pytest.raises(InputError, match="say --from jsonl"):
        read(write("a.json", '{"description":"x"}\n{"description":"y"}\n'))


def test_bad_bytes_in_json(write: Write) -> None:
    """Bytes that are not text reject the element, or the one object."""
    assert [(1, None), (2, "B")] == seen(
        write("a.json", b'[{"title":"\xe9","description":"x"},{"title":"B","description":"y"}]')
    )
    assert [(1, None)] == seen(write("b.json", b'{"title":"\xe9","description":"x"}'))


def test_one_object_larger_than_the_window(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    """A single object is read whole."""
    monkeypatch.setattr(jsonrows, "_FIRST_CHUNK", 10)
    monkeypatch.setattr(jsonrows, "_HEAD", 30)
    path = write("a.json", json.dumps({"title": "A", "description": "x" * 1000}))

    assert [Posting("x" * 1000, title="A")] == read(path)


def test_too_long_records(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    """A record over the budget is rejected without holding it, and reading goes on after it."""
    for module in (streams, jsonrows, csvrows, parquetrows):
        monkeypatch.setattr(module, "MAX_RECORD", 2000)
    monkeypatch.setattr(streams, "_CHUNK", 1000)
    monkeypatch.setattr(jsonrows, "_FIRST_CHUNK", 100)
    long = {"title": "B", "description": 'x{"]\\\\' * 5000}
    records = [{"title": "A", "description": "x"}, long, {"title": "C", "description": "y"}]
    lines = [json.dumps(record) for record in records]
    table = "\n".join(["title,description", "A,x", f"B,{'x' * 5000}", "C,y", 'D,"x', *["x"] * 2000, "E,z", ""])
    parquet = write("a.parquet", _parquet([*records, {}]))

    assert [(1, "A"), (2, None), (3, "C")] == seen(write("a.jsonl", "\n".join(lines)))
    assert [(1, "A"), (2, None), (3, "C")] == seen(write("a.json", f"[{','.join(lines)}]"))
    assert [(1, "A"), (2, None)] == seen(write("b.json", f"[{lines[0]},{lines[1][:-2]}"))[:2]
    assert [(1, None), (2, None)] == seen(write("d.json", f"[{lines[1][:-2]}"))
    assert [(1, None)] == seen(write("c.json", lines[1]))
    assert [(1, "A"), (2, None), (3, "C"), (4, "")] == seen(parquet)
    assert ["A", None, "C"] == [title for _, title in seen(write("a.csv", table))][:3]
    assert seen(write("a.csv", table))[-1][1] == "E"
    with pytest.raises(InputError, match="the header can't be read: the record is longer than"):
        read(write("b.csv", "description" * 500))
    with pytest.raises(InputError, match="split it, or bring it as JSONL"):
        read(write("a.jsonld", lines[1]))


def _parquet(records: list[dict[str, Any]]) -> bytes:
    stream = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(records), stream)
    return stream.getvalue()


@pytest.mark.parametrize(
    "record",
    [
        {"Title": "A", "DESCRIPTION": "x", "Company": "C", "ID": "1"},
        {"Job Title": "A", "Job Description": "x", "Company Name": "C", "job_id": "1"},
        {"title": "A", "description": "x", "hiringOrganization": {"name": "C"}, "identifier": {"value": "1"}},
        {"title": "A", "description": "x", "hiringOrganization.name": "C", "identifier.value": "1"},
        {"title": "A", "content": "x", "company_name": "C", "id": 1},
        {"text": "A", "descriptionPlain": "x", "company": "C", "id": "1", "hostedUrl": "u"},
        {"title": "A", "descriptionHtml": "x", "descriptionPlain": "y", "company": "C", "id": "1"},
        {"title": "A", "description": " ", "descriptionPlain": "x", "company": "C", "id": "1"},
    ],
)
def test_usual_names(record: dict[str, Any]) -> None:
    """The names of schema.org, JobSpy, Greenhouse, Lever, Ashby and common data sets are known."""
    assert Posting("x", title="A", company="C", id="1", row=3) == Columns().posting(Record(record, "line 1"), row=3)


def test_lever_lists() -> None:
    """Of a Lever posting the introduction, the lists and the closing make one description."""
    record = {
        "text": "A",
        "descriptionPlain": "One\n& two",
        "lists": [{"text": "You <will>", "content": "<li>x</li>"}, "odd", {}],
        "additional": "<p>end</p>",
    }
    expected = "One<br>\n&amp; two\n<h3>You &lt;will&gt;</h3>\n<ul><li>x</li></ul>\n<h3></h3>\n<ul></ul>\n<p>end</p>"

    assert Posting(expected, title="A") == Columns().posting(Record(record, "line 1"), row=1)


def test_values_of_other_types() -> None:
    """What is no text becomes JSON text, an organisation without a name too."""
    record = {"title": ["a"], "description": b"x", "company": {"legalName": "C"}, "id": True}

    assert Posting("x", title='["a"]', company='{"legalName": "C"}', id="true") == (
        Columns().posting(Record(record, "line 1"), row=1)
    )


def test_named_columns(write: Write) -> None:
    """Columns named by the user are taken, in any case, instead of the usual ones."""
    path = write("a.csv", "title,Role,description,Body,key,Firm\nA,B,x,y,7,C\n")

    assert [Posting("y", title="B", company="C", id="7")] == (
        read(path, title_col="role", description_col="Body", id_col="key", company_col="FIRM")
    )


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl", "a.json", "a.parquet", "a.db"])
def test_missing_columns(tmp_path: Path, name: str) -> None:
    """A missing column is told with the columns found and the flag to name it, in every format."""
    columns = {f"c{n}": "x" for n in range(25)}
    path = tmp_path / name
    if name == "a.db":
        with sqlite3.connect(path) as database:
            database.execute(f"CREATE TABLE t ({', '.join(columns)})")
        database.close()
    elif name == "a.parquet":
        path.write_bytes(_parquet([columns]))
    elif name == "a.csv":
        path.write_text(f"{','.join(columns)}\n")
    else:
        path.write_text(json.dumps(columns))

    with pytest.raises(InputError, match=r"no description column; columns found: 'c0', .*'c19' and 5 more. Name .*--d"):
        open_source(path)
    with pytest.raises(InputError, match=r"no column 'C99'; columns found: .*--id-col"):
        open_source(path, settings=SourceSettings(description_col="c0", id_col="C99"))


def test_columns_are_looked_for_in_the_first_records(write: Write) -> None:
    """JSON lines may begin with records that lack a column, up to a bound; lines that can't be read show none."""
    late = ['{"title": "A"}'] * (jsonrows.PEEKED_RECORDS - 1) + ['{"description": "x"}', '{"id": 1}']
    too_late = ['{"title": "A"}', *late]

    assert jsonrows.PEEKED_RECORDS + 1 == len(read(write("a.jsonl", "\n".join(late))))
    assert [(1, None), (2, None)] == seen(write("b.jsonl", "bad\nworse"))
    with pytest.raises(InputError, match=r"no description column; columns found: 'title'\. Name"):
        read(write("c.jsonl", "\n".join(too_late)))


def test_columns_known_are_bounded() -> None:
    """Records whose keys all differ are read in bounded memory."""
    columns = Columns()
    for n in range(2500):
        columns.posting(Record({"description": "x", f"k{n}": 1}, "line 1"), row=1)

    assert len(columns._known) <= 1000  # noqa: SLF001 - the bound is what is tested


def test_web_page() -> None:
    """The postings of a page's JSON-LD scripts are read, line breaks in their strings too."""
    first, second = read(HOSTILE / "page.html")

    assert Posting("<p>one\ntwo</p>", title="Product Lead", company="Lumen Parcel") == first
    assert isinstance(second, Rejection)
    assert second.where.endswith("page.html, script 3")


def test_json_ld_without_postings(write: Write) -> None:
    """A page or document without postings is refused, one whose bytes are not text as well."""
    for path in (write("a.html", "<p>none"), write("a.jsonld", '[{"@type": "Person"}, 1]')):
        with pytest.raises(InputError, match=r"holds no schema\.org JobPosting"):
            read(path)
    with pytest.raises(InputError, match="byte 0xE9 is not utf-8 text"):
        read(write("b.html", b"\xe9"))


@pytest.mark.parametrize(
    "shape",
    [
        "<script type=",
        " ",
        "<script type",
        "<script ",
        "type = ",
        "</script",
        "<",
    ],
)
def test_hostile_pages_run_to_the_end(write: Write, shape: str) -> None:
    """A mebibyte of any shape, alone or within a script's tag, is walked once to the posting behind it."""
    posting = '<script type=" application/ld+json">{"@type": "JobPosting", "description": "x"}</script>'
    shapes = shape * (2**20 // len(shape))

    assert [Posting("x")] == read(write("a.html", f"{shapes}</script>{posting}"))
    assert [Posting("x")] == read(write("b.html", f"<script type={shapes}></script>{posting}"))


def test_gzip(write: Write) -> None:
    """Gzip is unpacked whatever the name says; a cut or damaged one is refused."""
    data = gzip.compress((HOSTILE / "bom.csv").read_bytes())

    assert [Posting("café", title="A")] == read(write("a.csv.gz", data))
    assert [Posting("café", title="A")] == read(write("a.csv", data))
    for bad in (data[:-10], data[:12] + b"\0\0\0" + data[15:], data[:-8] + b"12345678"):
        with pytest.raises(InputError, match="can't be read"):
            read(write("b.csv.gz", bad))


def test_gzip_bomb(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    """A small file that grows without end is refused."""
    monkeypatch.setattr(streams, "EXPANSION_FLOOR", 2**20)
    path = write("a.jsonl.gz", gzip.compress(b'{"description":"x"}\n' * 500_000))

    with pytest.raises(InputError, match="bytes grow to more than"):
        read(path)


def test_parquet_bombs(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    """A Parquet file that grows without end is refused, whether its metadata says so or not."""
    monkeypatch.setattr(streams, "EXPANSION_FLOOR", 2**20)
    spread = pa.DictionaryArray.from_arrays(pa.array([0] * 20_000, pa.int32()), pa.array(["x" * 10_000]))
    stream = io.BytesIO()
    pq.write_table(pa.table({"description": spread}), stream)
    said = io.BytesIO()
    pq.write_table(pa.table({"description": ["x" * 2**22]}), said, use_dictionary=False, compression="zstd")

    for data in (stream.getvalue(), said.getvalue()):
        with pytest.raises(InputError, match="bytes grow to more than"):
            read(write("a.parquet", data))


def test_parquet_dictionaries_are_spread_out_a_piece_at_a_time(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    """However long the texts of a dictionary are, and however often they come, little of them is held at once."""
    monkeypatch.setattr(parquetrows, "_SPREAD_BYTES", 2**16)
    rows = [0] * 1500 + [1] * 20
    for longest, texts in ((10_000, ["x" * 10_000, "y"]), (100_000, ["x" * 100_000, "y"]), (9, ["x" * 9, "y"])):
        spread = pa.DictionaryArray.from_arrays(pa.array(rows, pa.int32()), pa.array(texts))
        stream = io.BytesIO()
        pq.write_table(pa.table({"description": spread}), stream, store_schema=False, compression="zstd")
        file = parquetrows._File(stream, ["description"], pq.read_schema(stream))  # noqa: SLF001 - what it holds
        sizes = [batch.num_rows for batch in file.batches(0)]

        assert len(rows) == sum(sizes)
        assert max(sizes) <= max(1, 2**16 // longest)
        assert len(rows) == len(read(write("a.parquet", stream.getvalue())))


def test_parquet_of_one_text(write: Write) -> None:
    """A column that holds but one text, or none, is read like any other."""
    texts = [f"text {n}" for n in range(3000)]
    columns = {"description": texts, "company": ["C"] * 3000, "id": pa.nulls(3000, pa.string())}
    stream = io.BytesIO()
    pq.write_table(pa.table(columns), stream, row_group_size=1000)
    found = read(write("a.parquet", stream.getvalue()))

    assert Posting("text 2999", company="C", row=3000) == found[-1]


def test_parquet_values(write: Write) -> None:
    """Numbers, nulls and nested names of Parquet come out as text; bytes that are not UTF-8 reject their row."""
    bad = pa.array([b"x", b"\xff", None], pa.binary())
    table = pa.table(
        {
            "id": [7, None, 9],
            "title": pa.Array.from_buffers(pa.string(), 3, pa.array([b"A", b"\xff", None], pa.binary()).buffers()),
            "hiringOrganization": [{"name": "C"}, None, None],
            "description": bad,
            "unused": [b"\xff"] * 3,
        }
    )
    stream = io.BytesIO()
    pq.write_table(table, stream)
    path = write("a.parquet", stream.getvalue())
    with open_source(path) as source:
        assert 0.0 == source.fraction()

        found = list(source)

        assert 1.0 == source.fraction()
    assert [
        Posting("x", title="A", company="C", id="7"),
        Rejection(2, "the title holds bytes that are not text", f"{path}, row 2"),
        Posting("", id="9", row=3),
    ] == found


def test_parquet_that_is_none(write: Write) -> None:
    """A damaged Parquet file, or one whose columns share a name, is refused."""
    with pytest.raises(InputError, match="can't be read as Parquet"):
        read(write("a.parquet", b"PAR1 no PAR1"))
    stream = io.BytesIO()
    pq.write_table(pa.table([["x"], ["y"]], names=["description", "description"]), stream)
    with pytest.raises(InputError, match="two columns are named 'description'"):
        read(write("b.parquet", stream.getvalue()))


def test_parquet_without_rows(write: Write) -> None:
    """No rows are no records."""
    empty = pa.table({"description": pa.array([], pa.string())})
    stream = io.BytesIO()
    pq.write_table(empty, stream)

    assert [] == read(write("a.parquet", stream.getvalue()))
    assert [] == read(write("a.parquet.gz", gzip.compress(stream.getvalue())), format="parquet")


def database(path: Path, *statements: str) -> Path:
    """A SQLite database made by these statements."""
    connection = sqlite3.connect(path)
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()
    return path


def test_sqlite(tmp_path: Path) -> None:
    """The table that has a description is read, as text; bytes that are not UTF-8 reject their row."""
    path = database(
        tmp_path / "a b.sqlite",
        "CREATE TABLE other (x)",
        'CREATE TABLE "job""s" (id INTEGER, title TEXT, description)',
        """INSERT INTO "job""s" VALUES (7, NULL, 'x'), (8, 'é', NULL), (9, CAST(x'ff' AS TEXT), 'y')""",
    )

    assert [
        Posting("x", id="7"),
        Posting("", title="é", id="8", row=2),
        Rejection(3, "the title holds bytes that are not text", f"{path}, row 3 of table 'job\"s'"),
    ] == read(path)


def test_sqlite_tables(tmp_path: Path) -> None:
    """With several tables that fit, or none, the user is asked to name one."""
    two = database(tmp_path / "two.db", "CREATE TABLE a (description)", "CREATE VIEW b AS SELECT 'x' AS description")
    none = database(tmp_path / "none.db", "CREATE TABLE a (x)", "CREATE TABLE b (x)")

    assert [Posting("x")] == read(two, table="b")
    with pytest.raises(InputError, match="2 tables have the columns of postings; tables found: 'a', 'b'"):
        read(two)
    with pytest.raises(InputError, match="no table has the columns of postings"):
        read(none)
    with pytest.raises(InputError, match="no table 'c'; tables found: 'a', 'b'"):
        read(two, table="c")
    with pytest.raises(InputError, match="table 'a': no description column; columns found: 'x'"):
        read(none, table="a")
    with pytest.raises(InputError, match="tables found: none"):
        read(database(tmp_path / "empty.db", "VACUUM"))


def test_a_rejection_from_stdin_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """What could not be read there is told with its line."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b'{"description":"x"}\n{\n')))
    _, torn = read("-", format="jsonl")

    assert isinstance(torn, Rejection)
    assert "stdin, line 2" == torn.where


def test_sqlite_of_odd_sizes() -> None:
    """A header whose sizes make SQLite ask for all memory is refused like any other that is broken."""
    with pytest.raises(InputError, match="can't be read as a SQLite database: it asks for more memory than there is"):
        read(HOSTILE / "odd_header.sqlite")


def test_sqlite_that_is_none(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    """A database is a plain file."""
    with pytest.raises(InputError, match="can't be read as a SQLite database"):
        read(write("a.db", "x" * 5000))
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"x")))
    with pytest.raises(InputError, match="from a plain file, not from stdin or gzip"):
        read("-", format="sqlite")


@pytest.mark.parametrize("name", ["postings.csv", "postings.jsonl", "postings.json", "postings.parquet"])
def test_stdin(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What comes from stdin is read like the file, once its format is named."""
    data = (SAMPLES / name).read_bytes()
    for content in (data, gzip.compress(data)):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))
        with open_source("-", settings=SourceSettings(format=name.split(".")[1])) as source:
            assert "stdin" == source.name
            assert source.fraction() in {None, 0.0}
            assert read(SAMPLES / name) == list(source)


def test_stdin_that_is_a_pipe() -> None:
    """A real pipe is read as it comes, in all formats."""
    code = (
        "from postclass.sources import *; print(len(list(open_source('-', settings=SourceSettings(format='parquet')))))"
    )
    data = (SAMPLES / "postings.parquet").read_bytes()
    done = subprocess.run([sys.executable, "-c", code], input=data, capture_output=True, check=True, env=os.environ)

    assert b"3" == done.stdout.strip()


def test_stdin_needs_a_format(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stdin has no suffix, and may be closed, or have no more than a plain `read`."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"")))
    with pytest.raises(InputError, match=r"stdin: unknown format of stdin; name it with --from \(csv, jsonl"):
        read("-")
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(InputError, match="stdin is closed"):
        read("-", format="csv")

    class Plain:
        def __init__(self) -> None:
            self.read = io.BytesIO(b"description\nx\n").read

    class Stdin:
        buffer = Plain()

    monkeypatch.setattr(sys, "stdin", Stdin())

    assert [Posting("x")] == read("-", format="CSV")


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("https://example.org/jobs.csv", "only local files are read; download it first"),
        ("file:///etc/jobs.csv", "only local files are read"),
        ("missing.csv", "can't be opened: No such file"),
        ("", "can't be opened"),
        ("a\0b.csv", "can't be opened"),
    ],
)
def test_paths_that_can_not_be_read(path: str, message: str) -> None:
    """Addresses, missing files and directories are refused in one line."""
    with pytest.raises(InputError) as error:
        read(path)

    assert message in str(error.value)
    assert "\n" not in str(error.value)


def test_unknown_formats(write: Write) -> None:
    """An unknown suffix or format is refused with those that are known."""
    with pytest.raises(InputError, match=r"unknown format of suffix '.txt'; name it with --from"):
        read(write("a.txt", "x"))
    with pytest.raises(InputError, match="unknown input format 'xml'; --from takes csv, jsonl"):
        read(write("a.txt", "x"), format="xml")


def test_read_errors(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that fails while it is read is one line, too."""

    class Broken(io.FileIO):
        def read(self, size: int | None = -1, /) -> bytes:
            raise OSError(5, "Input/output error")

    monkeypatch.setattr(io, "FileIO", Broken)
    with pytest.raises(InputError, match="can't be read: Input/output error"):
        read(write("a.csv", "x"))


def test_limit() -> None:
    """A limit counts records, rejected ones among them, and the share read is told."""
    assert [(1, "A"), (2, None)] == seen(HOSTILE / "ragged.csv", limit=2)
    with open_source(HOSTILE / "ragged.csv") as source:
        assert 1.0 == source.fraction()


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
postings = st.lists(st.tuples(texts, texts.filter(lambda t: bool(t) and not t.isspace()), texts), max_size=8)


@given(postings)
def test_round_trip(tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str, str]]) -> None:
    """Any text written as CSV, JSON lines, JSON or Parquet comes out unchanged, record by record."""
    folder = tmp_path_factory.mktemp("round")
    names = ("title", "description", "id")
    records = [dict(zip(names, row, strict=True)) for row in rows]
    with (folder / "a.csv").open("w", encoding="utf-8", newline="") as stream:
        table = csv.writer(stream, quoting=csv.QUOTE_ALL)
        table.writerows([names, *rows])
    (folder / "a.jsonl").write_bytes("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in records).encode())
    (folder / "a.json").write_bytes(json.dumps(records).encode())
    schema = pa.schema([(name, pa.string()) for name in names])
    pq.write_table(pa.Table.from_pylist(records, schema=schema), folder / "a.parquet")
    expected = [Posting(d, title=t, id=i, row=n) for n, (t, d, i) in enumerate(rows, 1)]

    for path in folder.iterdir():
        assert expected == read(path), path.suffix


@given(
    st.lists(st.sampled_from([b'"', b",", b"\n", b"\r", b"a", b"\xff", b"\0", b"{", b"[", b"\\", b" "]), max_size=60)
)
def test_every_input_ends_in_rows(tmp_path_factory: pytest.TempPathFactory, pieces: list[bytes]) -> None:
    """Whatever the bytes, a source gives rows numbered from 1 without a gap, or refuses the input."""
    folder = tmp_path_factory.mktemp("any")
    bodies = {"a.csv": b"description,title\n", "a.jsonl": b'{"description":"x"}\n', "a.json": b'[{"description":"x"},'}
    for name, start in bodies.items():
        (folder / name).write_bytes(start + b"".join(pieces))
        rows = [record.row for record in read(folder / name)]

        assert list(range(1, len(rows) + 1)) == rows


def test_chunks_from_the_end_of_a_batch() -> None:
    """Records to be passed over may end where a batch of Arrow ends: nothing empty follows."""
    batches = [pa.RecordBatch.from_pydict({"n": numbers}) for numbers in ([1, 2, 3], [4, 5])]
    skip = streams.Skip()
    skip.left = 3

    left = list(_skipped(iter(batches), skip))

    assert [batches[1]] == left


@pytest.mark.parametrize("encoding", ["undefined", "idna", "punycode", "a\0b", "\ud800"])
def test_encodings_that_read_nothing(write: Write, encoding: str) -> None:
    """Encodings that Python knows but can't read a file in, and names that are none, are refused like unknown ones."""
    path = write("a.csv", b"title,description\nx,y\xff\n")

    with pytest.raises(InputError, match="unknown encoding"):
        read(path, encoding=encoding)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32"])
def test_encodings_without_their_mark(write: Write, encoding: str) -> None:
    """Where the order of bytes is not known the message says what to try."""
    with pytest.raises(InputError, match=f"has no byte-order mark.*try --encoding {encoding}-le or {encoding}-be"):
        read(write("a.jsonl", b'{"description": "x"}\n'), encoding=encoding)


def test_a_decoder_that_gives_up() -> None:
    """Python's decoder of Japanese stops at too many bad bytes; that is told, too."""
    with pytest.raises(InputError, match=r"japanese\.csv: can't be read as iso2022_jp text: .*; try another"):
        read(HOSTILE / "japanese.csv", encoding="iso2022_jp")


@pytest.mark.parametrize("key", ["x", "title", "description", "department"])
def test_json_nested_to_every_depth(write: Write, key: str) -> None:
    """What Python can just read but not write again is rejected by its line, whichever field it stands in."""
    deep = ["[" * depth + '"\\ud83d\\ude00"' + "]" * depth for depth in range(600, 1000)]
    first = "" if key == "description" else '"description": "x", '
    lines = [f'{{{first}"{key}": {value}}}' for value in deep]
    path = write("a.jsonl", "\n".join(lines))

    assert len(lines) == len(read(path, about=True))


def test_many_mistakes_in_one_array(write: Write) -> None:
    """Each is rejected by itself, and none of them costs a walk through what stands before it."""
    path = write("a.json", '[{"description": "' + "a" * 2_000_000 + '"}' + ",x" * 20_000 + "]")

    assert 20_001 == len(read(path))


@pytest.mark.parametrize(
    "ids",
    [
        pa.array([2**31 - 1], pa.int32()).cast(pa.date32()),
        pa.array([2**62], pa.int64()).view(pa.timestamp("us")),
        pa.array([2**62], pa.int64()).view(pa.duration("s")),
    ],
    ids=["date", "timestamp", "duration"],
)
def test_times_that_python_does_not_know(write: Write, ids: Any) -> None:  # noqa: ANN401 - pyarrow ships no types
    """Days beyond the year 9999 and the like come out as numbers, and lose no row."""
    stream = io.BytesIO()
    pq.write_table(pa.table({"description": ["x"], "id": ids}), stream)
    (record,) = read(write("a.parquet", stream.getvalue()))

    assert isinstance(record, Posting)
    assert record.id


def test_a_view_without_an_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A database whose view never gives a row is given up."""
    monkeypatch.setattr("postclass.sqliterows._PATIENCE", 3)
    monkeypatch.setattr("postclass.sqliterows._Patience.left", 3)
    path = tmp_path / "a.db"
    endless = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT count(*) AS description FROM c"
    with contextlib.closing(sqlite3.connect(path)) as database:
        database.execute(f"CREATE VIEW jobs AS {endless}")

    with pytest.raises(InputError, match="interrupted"):
        read(path)


def test_a_column_whose_name_is_no_text(tmp_path: Path) -> None:
    """A name that is not UTF-8 makes the database unreadable, and no more than that."""
    path = tmp_path / "a.db"
    with contextlib.closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE jobs (description TEXT, cxxx TEXT)")
    path.write_bytes(path.read_bytes().replace(b"cxxx", b'"\xff"'))

    with pytest.raises(InputError, match="can't be read as a SQLite database"):
        read(path)


def test_column_metadata_that_makes_no_sense() -> None:
    """What would end the process inside Arrow is a refusal."""
    with pytest.raises(InputError, match="can't be read as Parquet: Repetition level histogram size mismatch"):
        read(HOSTILE / "histogram.parquet")
