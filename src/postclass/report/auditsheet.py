"""An audit in; its postings as rows of a table out, and from these a CSV file or an Excel workbook."""

import io
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import chain
from typing import Any

from postclass.celltexts import FORMULA_STARTS, cell_text
from postclass.finding import Audit, Finding, Group
from postclass.posting import Rejection
from postclass.report.auditjson import finding_record
from postclass.report.auditwords import KIND_WORDS, LIMITS, advice, summary_words
from postclass.report.words import LEVEL_WORDS
from postclass.traits import Trait

Cell = str | int | float | None

# Each column of the table and its width in a workbook, in characters.
COLUMNS: Mapping[str, int] = {
    "row": 6, "id": 12, "title": 36, "company": 22, "department": 16, "seniority": 16, "claimed": 10, "level": 12,
    "finding": 14, "probability": 11, "certainty": 24, "mismatch": 10, "p_director": 11, "p_in_scope": 11, "lean": 9,
    "headline": 60, "advice": 80, "fitting_titles": 40, "evidence": 80, "missing": 40, "drop_lines": 60,
    "add_traits": 40, "nearest": 50, "notes": 20, "ignored": 8, "path": 30,
}  # fmt: skip
MAX_CELL = 32_767  # characters that Excel takes in a cell
_CREATED = datetime(2000, 1, 1, tzinfo=UTC)  # the same bytes from the same audit, whenever it is written
_BETWEEN = "\n"  # lines of one cell; items without line breaks of their own are joined by "; "


def rows(audit: Audit, traits: Sequence[Trait]) -> Iterator[list[Cell]]:
    """A row for every record of the input, in its order: findings, and rejections with their reason."""
    by_key = {trait.key: trait for trait in traits}
    records: list[Finding | Rejection] = sorted(chain(audit.findings, audit.rejections), key=lambda record: record.row)
    for record in records:
        yield _rejected(record) if isinstance(record, Rejection) else _row(record, by_key)


def _rejected(rejection: Rejection) -> list[Cell]:
    told: dict[str, Cell] = {
        "row": rejection.row,
        "finding": "rejected",
        "headline": f"Not read: {rejection.reason}",
        "path": rejection.where,
    }
    return [told.get(name) for name in COLUMNS]


def _row(finding: Finding, traits: Mapping[str, Trait]) -> list[Cell]:
    detail = finding.detail
    change = None if detail is None else detail.change
    flip = None if change is None else change.text
    labels = {key: trait.label for key, trait in traits.items()}
    proofs = () if detail is None else detail.proofs
    told: dict[str, Cell] = finding_record(finding, traits) | {
        "advice": _BETWEEN.join(advice(finding, traits)),
        "fitting_titles": "; ".join(() if change is None else change.titles),
        "evidence": _BETWEEN.join(f"{labels[p.trait]}: {' '.join(p.quote.split())}" for p in proofs),
        "missing": "; ".join(labels[key] for key in (() if detail is None else detail.missing)),
        "drop_lines": _BETWEEN.join(() if flip is None else flip.drop_lines),
        "add_traits": "; ".join(labels[key] for key in (() if flip is None else flip.add_traits)),
        "nearest": _BETWEEN.join(
            f"{LEVEL_WORDS[e.level]}: {e.title}, {e.company} ({e.id})"
            for e in (() if detail is None else detail.examples)
        ),
        "notes": ";".join(finding.notes),
        "ignored": "yes" if finding.ignored else "",
    }
    return [told[name] for name in COLUMNS]


def render_csv(audit: Audit, traits: Sequence[Trait], *, raw: bool = False) -> bytes:
    """CSV of RFC 4180 with line feeds, in UTF-8; cells that a spreadsheet would run are guarded unless `raw`."""
    lines = [",".join(COLUMNS)]
    lines += [
        ",".join("" if cell is None else cell_text(str(cell), raw=raw) for cell in row) for row in rows(audit, traits)
    ]
    return "".join(f"{line}\n" for line in lines).encode("utf-8", "backslashreplace")


def render_xlsx(audit: Audit, traits: Sequence[Trait]) -> bytes:
    """An Excel workbook: a summary, a filterable table of all postings, and a sheet for what holds across them."""
    import xlsxwriter

    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as workbook:
        workbook.set_properties({"created": _CREATED})
        book = _Workbook(workbook)
        summary = [["The title audit of", audit.source], *([line] for line in summary_words(audit)), []]
        book.sheet(
            "Summary",
            ["What was found", ""],
            [*summary, ["What it can't know"], *([line] for line in LIMITS)],
            [80, 40],
        )
        book.sheet("Postings", list(COLUMNS), rows(audit, traits), list(COLUMNS.values()))
        for name, groups in (("Companies", audit.companies), ("Departments", audit.departments)):
            book.sheet(name, ["name", "postings", *KIND_WORDS.values()], map(_group, groups), [32, 10, *[18] * 5])
        titles = {finding.row: finding.title for finding in audit.findings}
        book.sheet(
            "Inversions",
            ["company", "row", "lower title, higher text", "row", "higher title, lower text", "gap in log-odds"],
            (
                [i.company, i.lower, titles.get(i.lower), i.higher, titles.get(i.higher), i.gap]
                for i in audit.inversions
            ),
            [28, 6, 40, 6, 40, 16],
        )
        book.sheet(
            "Same title",
            ["title", "rows that read as director-level", "rows that read as PM-level"],
            ([s.title, _listed(s.director), _listed(s.pm)] for s in audit.same_titles),
            [40, 40, 40],
        )
        book.sheet(
            "Same text",
            ["rows", "titles", "similarity"],
            ([_listed(t.rows), _BETWEEN.join(t.titles), t.similarity] for t in audit.twins),
            [30, 60, 12],
        )
        book.sheet(
            "Seniority field",
            ["given", "stands for", "director-level texts", "PM-level texts", "rows that disagree"],
            (
                [s.given, s.claims, s.levels.get("director", 0), s.levels.get("pm", 0), _listed(s.rows)]
                for s in audit.seniority
            ),
            [30, 12, 20, 16, 60],
        )
        book.sheet(
            "Not read", ["row", "reason", "where"], ([r.row, r.reason, r.where] for r in audit.rejections), [6, 80, 50]
        )
    return stream.getvalue()


def _group(group: Group) -> list[Cell]:
    return [group.name, group.postings, *group.findings.values()]


def _listed(numbers: Sequence[int]) -> str:
    return ", ".join(map(str, numbers))


class _Workbook:
    """Sheets of text and numbers; no cell is ever a formula, a link or anything else that acts."""

    def __init__(self, workbook: Any) -> None:  # noqa: ANN401 - XlsxWriter ships no types
        self._workbook = workbook
        self._head = workbook.add_format({"bold": True, "bottom": 1})
        self._text = workbook.add_format({"text_wrap": True, "valign": "top"})
        # As if typed with an apostrophe before it: stays text when it is edited, or saved as CSV and opened again.
        self._guarded = workbook.add_format({"text_wrap": True, "valign": "top", "quote_prefix": True})
        self._number = workbook.add_format({"num_format": "0.00", "valign": "top"})

    def sheet(self, name: str, head: Sequence[str], rows: Any, widths: Sequence[int]) -> None:  # noqa: ANN401 - any rows of cells
        """Add a sheet; an empty one says nothing and is left out."""
        table = list(rows)
        if not table:
            return
        sheet = self._workbook.add_worksheet(name)
        for column, (title, width) in enumerate(zip(head, widths, strict=True)):
            sheet.set_column(column, column, width)
            sheet.write_string(0, column, title, self._head)
        for number, row in enumerate(table, start=1):
            for column, cell in enumerate(row):
                self._write(sheet, number, column, cell)
        sheet.freeze_panes(1, 0)
        if len(head) > 2:  # noqa: PLR2004 - the summary is no table
            sheet.autofilter(0, 0, len(table), len(head) - 1)

    def _write(self, sheet: Any, row: int, column: int, cell: Cell) -> None:  # noqa: ANN401
        if cell is None or cell == "":
            return
        if isinstance(cell, int | float):
            sheet.write_number(row, column, cell, None if isinstance(cell, int) else self._number)
            return
        text = cell.encode("utf-8", "backslashreplace").decode()
        text = text if len(text) <= MAX_CELL else f"{text[: MAX_CELL - 1]}…"
        sheet.write_string(row, column, text, self._guarded if text.startswith(FORMULA_STARTS) else self._text)
