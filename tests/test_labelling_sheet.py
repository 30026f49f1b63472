"""Sheets: what labels count, what the person who marks is shown, and that one does not move the other."""

from pathlib import Path

import pytest

from own import own_rows, posting
from postclass.labelling.exchange import tasks_of
from postclass.labelling.sheet import read_sheets, sheet_of
from postclass.posting import Posting

MINE = Posting("Unused.", title="Director of Product", company="Calloway Motor Systems", id="7")


def test_lines_of_a_file_are_shown_masked() -> None:
    """The company and the role's title are hidden in what is shown; what labels count in stays to the character."""
    given = ["Calloway Motor Systems supplies brakes.", "The Director of Product leads PMs.", "", "Ship it."]
    sheet = sheet_of(MINE, given)

    assert ("[…] supplies brakes.", "The […] leads PMs.", "", "Ship it.") == sheet.shown
    assert tuple(given) == sheet.lines
    assert "\n".join(given) == tasks_of([sheet], [])[0].text


def test_lines_made_here_are_shown_as_they_count() -> None:
    """Masked in both, as they always were."""
    sheet = sheet_of(Posting("Calloway Motor Systems supplies brakes.\n\nShip it.", company=MINE.company))

    assert ("[…] supplies brakes.", "Ship it.") == sheet.shown == sheet.lines


def test_dots_of_a_posting_are_no_masks() -> None:
    """A line with such a dot keeps it, and is masked by one more."""
    assert ("· brakes · for ·",) == sheet_of(MINE, ["· brakes · for Calloway Motor Systems"]).shown


def test_no_own_posting_shows_its_company() -> None:
    """Of all 74, by the lines that their file gives; 70 of them name it."""
    sheets = [sheet_of(posting(row), row["lines"]) for row in own_rows()]

    def naming(texts: list[tuple[str, ...]]) -> int:
        pairs = zip(sheets, texts, strict=True)
        return sum((sheet.posting.company or "-").casefold() in "\n".join(text).casefold() for sheet, text in pairs)

    assert (74, 70, 0) == (len(sheets), naming([s.lines for s in sheets]), naming([s.shown for s in sheets]))
    assert all(len(sheet.lines) == len(sheet.shown) for sheet in sheets)


@pytest.mark.parametrize("name", ["in.jsonl", "in.parquet"])
def test_files_with_lines(tmp_path: Path, name: str) -> None:
    """Read from either format that can hold them."""
    import pandas as pd

    path = tmp_path / name
    row = {
        "id": "7",
        "title": MINE.title,
        "company": MINE.company,
        "description": "A.",
        "lines": ["At Calloway Motor Systems."],
    }
    frame = pd.DataFrame([row])
    if name.endswith("parquet"):
        frame.to_parquet(path)
    else:
        frame.to_json(path, orient="records", lines=True)
    (sheet,), rejections = read_sheets(str(path))

    assert ((), ("At Calloway Motor Systems.",)) == (rejections, sheet.lines)
    assert ("At […].",) == sheet.shown
