"""Audits as files: CSV, Excel, JSON, SARIF and GitHub annotations; nothing in them acts or is lost."""

import csv
import io
import json
import re
import sys
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import openpyxl
import pytest

from auditing import finding, hand_made, own_audit
from payloads import PAYLOADS
from postclass.celltexts import FORMULA_STARTS
from postclass.errors import OutputError, StorageError
from postclass.finding import Audit, Change, Detail, Finding, Group, Proof
from postclass.posting import Rejection
from postclass.report.annotations import render_github, render_sarif
from postclass.report.auditfile import Target, render, target_of, write_audit
from postclass.report.auditsheet import COLUMNS, MAX_CELL, render_csv, render_xlsx
from postclass.traits import load_traits
from postclass.verdict import Flip

TRAITS = load_traits()
FIELDS = ("id", "title", "company", "department", "seniority")
SHEETS = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def audit_of(*findings: Finding, **changes: Any) -> Audit:  # noqa: ANN401 - any field
    """An audit of findings made by hand."""
    return replace(Audit("postings.csv", findings, ()), **changes)


def cells(data: bytes) -> list[list[str]]:
    """The rows of a CSV file."""
    return list(csv.reader(io.StringIO(data.decode())))


def test_csv_has_a_row_for_every_record() -> None:
    """Findings and rejections stand in the input's order, with the same columns."""
    head, *rows = cells(render_csv(own_audit(), TRAITS))

    assert list(COLUMNS) == head
    assert [str(row) for row in range(1, 76)] == [row[0] for row in rows]
    assert ["rejected", "Not read: the description holds bytes that are not text"] == [
        rows[-1][head.index("finding")],
        rows[-1][head.index("headline")],
    ]
    assert {f.kind for f in own_audit().findings} == {row[head.index("finding")] for row in rows[:-1]}


def as_text(data: bytes, kind: str) -> str:
    """A report as text: of a page what its script holds, of a workbook its cells and how they look."""
    if kind == "html":
        found = re.search(r'<script type="application/json"[^>]*>(.*?)</script>', data.decode(), re.DOTALL)
        return json.dumps(json.loads(found[1] if found else ""), indent=1, ensure_ascii=False) + "\n"
    if kind != "xlsx":
        return data.decode()
    lines = []
    for sheet in openpyxl.load_workbook(io.BytesIO(data)).worksheets:
        widths = {letter: column.width for letter, column in sheet.column_dimensions.items()}
        lines.append(f"== {sheet.title}, frozen {sheet.freeze_panes}, filter {sheet.auto_filter.ref}, widths {widths}")
        lines += [
            f"{cell.coordinate} {cell.value!r} {cell.number_format} bold {cell.font.b} wrap {cell.alignment.wrap_text}"
            f" {cell.alignment.vertical} {cell.fill.fgColor.rgb}"
            for row in sheet.iter_rows()
            for cell in row
            if cell.value is not None
        ]
        lines += [f"rule {area.sqref} {rule.formula}" for area in sheet.conditional_formatting for rule in area.rules]
    return "\n".join([*lines, ""])


@pytest.mark.parametrize("kind", ["csv", "html", "json", "sarif", "github", "xlsx"])
def test_whole_reports(kind: str) -> None:
    """An audit with something in every field, in each format, to the last character."""
    if kind == "xlsx":
        pytest.importorskip("xlsxwriter")
    kept = (Path(__file__).parent / "golden" / f"audit.{kind}.txt").read_bytes().decode()

    assert kept == as_text(render(hand_made(), TRAITS, kind), kind)


def test_csv_tells_what_to_do() -> None:
    """A mismatch's row holds its titles, its evidence and its advice."""
    head, *rows = cells(render_csv(own_audit(), TRAITS))
    row = dict(zip(head, rows[57], strict=True))

    assert ("inflated", "director", "pm") == (row["finding"], row["claimed"], row["level"])
    assert "Senior Product Manager, Rider App; Product Manager, Rider App" == row["fitting_titles"]
    assert "leading product managers" in row["missing"]
    assert row["evidence"].count("\n") >= 3
    assert "A title that fits the text" in row["advice"]
    assert 4 == len(row["nearest"].split("\n"))


@pytest.mark.parametrize("start", FORMULA_STARTS)
@pytest.mark.parametrize("field", FIELDS)
def test_no_cell_of_csv_is_a_formula(start: str, field: str) -> None:
    """Whatever a field holds, no cell begins as a formula, unless it is asked for raw."""
    fields: dict[str, Any] = {field: f"{start}HYPERLINK(1)"}
    hostile = audit_of(replace(finding(), **fields))
    (_, row) = cells(render_csv(hostile, TRAITS))
    (_, raw) = cells(render_csv(hostile, TRAITS, raw=True))

    assert not any(cell.startswith(FORMULA_STARTS) for cell in row)
    assert f"{start}HYPERLINK(1)" in raw


def hostile_detail(text: str) -> Detail:
    """A detail all of whose texts are the same."""
    proof = Proof("vision_strategy", text, 0, len(text), 0.5, 0.1)
    change = Change((text,), Flip("pm", (text,), (), 0.4))
    return Detail(text, (proof,), (), 0.0, 0.0, change, (), ())


@pytest.mark.parametrize("payload", PAYLOADS)
def test_nothing_acts_in_a_spreadsheet(payload: str) -> None:
    """In five fields and all other texts: no cell is a formula or link, and what looks like one is marked as text."""
    fields: dict[str, Any] = dict.fromkeys(FIELDS, payload)
    none = {"inflated": 1, "deflated": 0, "consistent": 0, "undecided": 0, "out_of_scope": 0}
    hostile = replace(
        audit_of(replace(finding(detail=hostile_detail(payload)), **fields)),
        companies=(Group(payload, 1, none),),  # type: ignore[arg-type] # mypy does not see that these are kinds
        rejections=(Rejection(2, payload, payload),),
    )
    book = zipfile.ZipFile(io.BytesIO(render_xlsx(hostile, TRAITS)))

    assert len(FIELDS) <= sum(_unescaped(text) == payload for text, _ in inert_cells(book))
    assert all(quoted for text, quoted in inert_cells(book) if _unescaped(text).startswith(FORMULA_STARTS))
    assert not any("hyperlink" in name.lower() or "external" in name.lower() for name in book.namelist())
    assert not any(cell.startswith(FORMULA_STARTS) for row in cells(render_csv(hostile, TRAITS)) for cell in row)


def inert_cells(book: zipfile.ZipFile) -> list[tuple[str, bool]]:
    """The texts in a workbook's cells, and whether each is marked as text; a cell that is a formula fails the test."""
    formats = ET.fromstring(book.read("xl/styles.xml")).findall(f"{SHEETS}cellXfs/{SHEETS}xf")  # noqa: S314 - our own file
    shared = ET.fromstring(book.read("xl/sharedStrings.xml"))  # noqa: S314
    texts = ["".join(t.text or "" for t in item.iter(f"{SHEETS}t")) for item in shared]
    found = []
    for name in (name for name in book.namelist() if name.startswith("xl/worksheets/sheet")):
        for cell in ET.fromstring(book.read(name)).iter(f"{SHEETS}c"):  # noqa: S314
            assert cell.find(f"{SHEETS}f") is None
            assert cell.get("t") in {None, "n", "s"}
            if cell.get("t") == "s":
                text = texts[int(cell.findtext(f"{SHEETS}v") or "")]
                found.append((text, formats[int(cell.get("s") or 0)].get("quotePrefix") == "1"))
    return found


def _unescaped(text: str) -> str:
    """A cell's text with the control characters that XML can't hold."""
    return re.sub(r"_x00([01][0-9A-F])_", lambda match: chr(int(match[1], 16)), text)


def test_excel_has_a_sheet_for_all_that_was_found() -> None:
    """A summary, the postings and the rest, empty sheets left out; long cells are cut."""
    data = render_xlsx(audit_of(finding(title="x" * (MAX_CELL + 5))), TRAITS)
    names = re.findall(r'<sheet name="([^"]+)"', zipfile.ZipFile(io.BytesIO(data)).read("xl/workbook.xml").decode())
    own = render_xlsx(own_audit(), TRAITS)
    own_names = re.findall(r'<sheet name="([^"]+)"', zipfile.ZipFile(io.BytesIO(own)).read("xl/workbook.xml").decode())

    assert ["Summary", "Postings"] == names
    assert ["Summary", "Postings", "Companies", "Same title", "Not read"] == own_names


def test_json_has_the_agreed_shape() -> None:
    """The issue's keys come first; every posting is one line of the file."""
    data = render(own_audit(), TRAITS, "json").decode()
    record = json.loads(data)

    assert ["schema", "summary", "postings"] == list(record)[:3]
    assert "postclass.audit/1" == record["schema"]
    assert {"row", "id", "title", "claimed", "level", "finding", "probability"} <= set(record["postings"][0])
    assert 74 == sum(line.startswith('{"row": ') and '"finding"' in line for line in data.split("\n"))
    assert [(75, "own, line 75")] == [(r["row"], r["where"]) for r in record["rejections"]]
    assert record["summary"]["postings"] == sum(record["summary"]["findings"].values()) == 74


def test_json_spans_quote_the_text() -> None:
    """Evidence and lines to change stand in the text where they are said to stand."""
    for posting in json.loads(render(own_audit(), TRAITS, "json"))["postings"]:
        if (detail := posting["detail"]) is not None:
            for evidence in detail["evidence"]:
                assert evidence["quote"] == detail["text"][evidence["start"] : evidence["end"]]
            for rewrite in detail["rewrite"].values():
                for line in rewrite["lines"]:
                    assert line["line"] == detail["text"][line["start"] : line["end"]]


def test_json_of_nothing() -> None:
    """An audit without postings is valid JSON too."""
    assert [] == json.loads(render(audit_of(), TRAITS, "json"))["postings"]


def test_sarif_tells_mismatches_and_what_is_undecided() -> None:
    """A rule a kind, a place a result, ignored findings suppressed and rejections notified, as SARIF 2.1.0 has it."""
    here = finding(2, path="jobs/a b%.md", line=3, kind="deflated")
    audit = replace(own_audit(), findings=(*own_audit().findings, here, finding(3, ignored=True)))
    log = json.loads(render_sarif(audit, TRAITS))
    (run,) = log["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    results = run["results"]
    place = next(r for r in results if r["properties"]["row"] == 2)["locations"][0]["physicalLocation"]

    assert "2.1.0" == log["version"]
    assert ["inflated", "deflated", "undecided"] == rules
    assert all(rules[r["ruleIndex"]] == r["ruleId"] for r in results)
    assert {"uri": "jobs/a%20b%25.md", "uriBaseId": "%SRCROOT%"} == place["artifactLocation"]
    assert {"startLine": 3} == place["region"]
    assert 1 == sum("suppressions" in r for r in results)
    assert ["error"] == [n["level"] for n in run["invocations"][0]["toolExecutionNotifications"]]
    assert len(results) == len({r["partialFingerprints"]["posting/v1"] for r in results})


def test_places_are_told_from_the_working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files below it are named from there however they were given, for reviewers' tools know no others; else whole."""
    monkeypatch.chdir(tmp_path)
    given = [str(tmp_path / "jobs" / "ä.md"), "./jobs/../jobs/ä.md", "stdin", "../x.md"]
    outside = (tmp_path.parent / "x.md").as_posix()
    made = [render_sarif(audit_of(finding(path=path)), TRAITS) for path in given]
    results = [json.loads(log)["runs"][0]["results"][0] for log in made]
    uris = [result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for result in results]
    lines = [render_github(audit_of(finding(path=path)), TRAITS).decode() for path in given]

    assert ["jobs/%C3%A4.md", "jobs/%C3%A4.md", "stdin", Path(outside).as_uri()] == uris
    assert results[0]["partialFingerprints"] == results[1]["partialFingerprints"]
    assert ["jobs/ä.md", "jobs/ä.md", "stdin", outside] == [line.split("file=")[1].split(",")[0] for line in lines]


def test_github_commands_are_one_line_each() -> None:
    """Whatever a title, path or reason holds, it can't end a command or begin one; ignored findings are left out."""
    evil = "a%\r\n::error::b, c: d"
    audit = audit_of(finding(title=evil, path=evil), finding(2, ignored=True), rejections=(Rejection(3, evil, evil),))
    first, second, end = render_github(replace(audit, source=evil), TRAITS).decode().split("\n")

    assert "" == end
    assert first.startswith("::warning file=a%25%0D%0A%3A%3Aerror%3A%3Ab%2C c%3A d,line=1,title=")
    assert "::“a% ::error::b, c: d”" not in first
    assert second.startswith("::error file=a%25%0D%0A%3A%3Aerror%3A%3Ab%2C c%3A d,title=Not read::Record 3")
    assert 2 == len(re.findall(r"::(?:warning|error) ", f"{first}\n{second}"))


def test_html_is_the_page() -> None:
    """The page comes out whole, with the postings in it."""
    page = render(audit_of(), TRAITS, "html").decode()

    assert page.startswith("<!DOCTYPE html>")
    assert page.rstrip().endswith("</html>")
    assert "postings.csv" in page


@pytest.mark.parametrize(
    ("output", "to", "kind"),
    [
        ("a.CSV", None, "csv"),
        ("a.xlsx", None, "xlsx"),
        ("a.json", None, "json"),
        ("a.sarif", None, "sarif"),
        ("a.txt", "csv", "csv"),
        ("-", None, "json"),
        ("-", "sarif", "sarif"),
        ("/dev/stdout", "json", "json"),
        ("github", None, "github"),
        ("github", "csv", "github"),
        ("a.csv", "json", "csv"),
    ],
)
def test_formats_by_name(output: str, to: str | None, kind: str) -> None:
    """The suffix tells the format, or it is named."""
    target = target_of(output, to=to)

    assert kind == target.format
    assert (target.path is None) is (output in {"-", "github", "/dev/stdout"})


def test_targets_that_must_not_be_written(tmp_path: Path) -> None:
    """Unknown formats, directories and files that are there are refused before any work."""
    there = tmp_path / "a.csv"
    there.write_text("x")
    for output, options, message in (
        ("a.doc", {}, r"unknown format of suffix '\.doc'; name it with --to"),
        ("-", {"to": "doc"}, "unknown report format 'doc'"),
        (str(tmp_path), {"to": "csv"}, "is a directory"),
        (str(there), {}, "exists; --force writes over it"),
        (str(tmp_path / "none" / "a.csv"), {}, "there is no folder"),
        ("http://example.org/a.html", {}, "is no local file"),
        ("file:///tmp/a.html", {"force": True}, "is no local file"),
        ("a\0.html", {}, "is no local file"),
    ):
        with pytest.raises(OutputError, match=message):
            target_of(output, **options)

    assert Target(there, "csv") == target_of(str(there), force=True)


def test_a_report_is_written_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that fails leaves what was there."""
    path = tmp_path / "a.csv"
    path.write_text("old")
    monkeypatch.setattr("os.fsync", lambda _: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    with pytest.raises(StorageError, match="No space left"):
        write_audit(own_audit(), TRAITS, Target(path, "csv"))

    assert ("old", [path]) == (path.read_text(), list(tmp_path.iterdir()))


def test_a_report_on_stdout(capfdbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a path the bytes go out as they are."""
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(io.FileIO(1, "wb", closefd=False)))
    write_audit(audit_of(), TRAITS, Target(None, "csv"))

    assert ",".join(COLUMNS).encode() + b"\n" == capfdbinary.readouterr().out
