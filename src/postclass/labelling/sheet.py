"""A file of postings in, a `Sheet` of each out: its lines as labels count them, and as they are shown: masked."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from postclass.errors import InputError
from postclass.features import read_posting
from postclass.labels import label_id
from postclass.posting import Posting, Rejection
from postclass.sources import SourceSettings, open_source
from postclass.titles import MASK, mask, self_mentions

HIDDEN = "[…]"  # stands where a title or the company stood


@dataclass(frozen=True, slots=True)
class Sheet:
    """A posting as it is labelled; line n of a label is `lines[n - 1]`, and `shown[n - 1]` to the person who marks."""

    id: str
    posting: Posting
    lines: tuple[str, ...]
    shown: tuple[str, ...]

    @property
    def text(self) -> str:
        """The lines as one text, in which other tools count characters."""
        return "\n".join(self.lines)


def read_sheets(
    path: str, *, settings: SourceSettings | None = None
) -> tuple[tuple[Sheet, ...], tuple[Rejection, ...]]:
    """The sheets of a file in its order, and the records that can't be read.

    Where the file (JSONL or Parquet) holds `lines`, these are what labels count. The same posting given twice has one
    sheet; raises `InputError` if two postings have one id.
    """
    sheets: list[Sheet] = []
    rejections: list[Rejection] = []
    given = _given_lines(path)
    kept: dict[str, Posting] = {}
    with open_source(path, settings=settings or SourceSettings()) as records:
        for record in records:
            if isinstance(record, Rejection):
                rejections.append(record)
                continue
            sheet = sheet_of(record, given.get(record.row))
            other = kept.setdefault(sheet.id, record)
            if other is record:
                sheets.append(sheet)
            elif other.description != record.description:
                raise InputError(
                    f"{path}: rows {other.row} and {record.row} have the id {sheet.id!r}; labels need one each"
                )
    return tuple(sheets), tuple(rejections)


def sheet_of(posting: Posting, given: Sequence[str] | None = None) -> Sheet:
    """One posting's sheet, by the lines that its file gives or by its own; its titles and company are shown masked.

    Given lines themselves stay as they are, since characters are counted in them elsewhere.
    """
    if given is not None:
        names = {"title": posting.title, "company": posting.company}
        shown = tuple(_hidden(line, mask(line, self_mentions(line, **names))) for line in given)
        return Sheet(label_id(posting), posting, tuple(given), shown)
    reading = read_posting(posting)
    pairs = zip(reading.text.lines, reading.masked, strict=True)
    made = tuple(_hidden(line.text, masked) for line, masked in pairs)
    return Sheet(label_id(posting), posting, made, made)


def _hidden(line: str, masked: str) -> str:
    """A masked line for people: what is hidden reads as such, unless the posting has such dots of its own."""
    return masked if MASK in line else masked.replace(MASK, HIDDEN)


def sizes(sheets: Iterable[Sheet]) -> dict[str, int]:
    """How many lines each posting has, by id."""
    return {sheet.id: len(sheet.lines) for sheet in sheets}


def _given_lines(path: str) -> Mapping[int, Sequence[str]]:
    """The `lines` that a file holds, by row; none where it holds none."""
    suffix = Path(path).suffix.casefold()
    if suffix == ".parquet" and Path(path).is_file():
        return dict(_of_parquet(Path(path)))
    if suffix in {".jsonl", ".ndjson"} and Path(path).is_file():
        return dict(_of_jsonl(Path(path)))
    return {}


def _of_parquet(path: Path) -> Iterator[tuple[int, Sequence[str]]]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        file = pq.ParquetFile(path)
        if "lines" in file.schema_arrow.names:
            column = file.read(columns=["lines"]).column("lines").to_pylist()
            yield from ((row, lines) for row, lines in enumerate(column, start=1) if _are_lines(lines))
    except (OSError, pa.ArrowException):
        return  # the source says what is wrong with it


def _of_jsonl(path: Path) -> Iterator[tuple[int, Sequence[str]]]:
    row = 0
    with path.open(encoding="utf-8-sig", errors="replace", newline="\n") as file:
        for line in file:
            if not line.strip():
                continue
            row += 1
            if '"lines"' not in line:
                continue
            try:
                record = json.loads(line)
            except (ValueError, RecursionError):
                continue  # the source rejects it
            if isinstance(record, dict) and _are_lines(record.get("lines")):
                yield row, record["lines"]


def _are_lines(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(line, str) for line in value)


def in_order(sheets: Sequence[Sheet], queue: Path) -> tuple[Sheet, ...]:
    """The sheets of the postings of a `label queue`, in its order; `InputError` if it is of another file."""
    by_row = {sheet.posting.row: sheet for sheet in sheets}
    chosen: list[Sheet] = []
    try:
        for number, line in enumerate(queue.read_text(encoding="utf-8").split("\n"), start=1):
            if line.strip():
                pick = json.loads(line)
                sheet = by_row.get(pick["row"])
                if sheet is None or sheet.posting.id != pick["id"] or sheet.posting.title != pick["title"]:
                    raise InputError(
                        f"{queue}, line {number}: row {pick['row']} is another posting in the file that is marked; "
                        "make the queue anew"
                    )
                chosen.append(sheet)
    except OSError as error:
        raise InputError(f"{queue}: {error.strerror}; give what `label queue` wrote") from error
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(f"{queue}: not what `label queue` writes ({error!r})") from error
    return tuple(chosen)
