"""Several inputs as one, and what an audit is told of their columns."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from postclass.errors import InputError
from postclass.inputs import Inputs
from postclass.posting import About, Posting, Rejection
from postclass.sources import SourceSettings

AUDIT = SourceSettings(about=True)


def read(*paths: Path, settings: SourceSettings = AUDIT) -> tuple[list[Posting | Rejection], tuple[str, ...]]:
    """The records of some inputs, and the hints."""
    with Inputs([*map(str, paths)], settings=settings) as inputs:
        return list(inputs), inputs.hints()


def lines(path: Path, *records: dict[str, object]) -> Path:
    """A JSONL file of these records."""
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    return path


def test_rows_are_numbered_through(tmp_path: Path) -> None:
    """Tables and texts follow each other, each record with a row of its own, rejections too."""
    table = lines(tmp_path / "a.jsonl", {"title": "A", "description": "x"}, {"title": "B", "description": {}})
    text = tmp_path / "c.md"
    text.write_text("# C")
    records, _ = read(table, text, table)

    assert [1, 2, 3, 4, 5] == [record.row for record in records]
    assert [False, True, False, False, True] == [isinstance(record, Rejection) for record in records]


@pytest.mark.parametrize(
    ("record", "about"),
    [
        ({"department": "Growth", "job_level": "director"}, About("Growth", "director")),
        ({"departments": [{"id": 1, "name": "Product"}]}, About("Product")),
        ({"categories": {"team": "Apps", "commitment": "x"}}, About("Apps")),
        ({"Seniority Level": "Mid-Senior level"}, About(None, "Mid-Senior level")),
        ({"department": [], "seniority": {"x": 1}}, About()),
        ({"department": None, "seniority": 7}, About(None, "7")),
    ],
)
def test_departments_and_seniority(tmp_path: Path, record: dict[str, object], about: About) -> None:
    """They are found by the names that job boards give them, and are nothing where they are no text."""
    (posting,), _ = read(lines(tmp_path / "a.jsonl", {"title": "A", "description": "x", **record}))

    assert isinstance(posting, Posting)
    assert replace(about, path=str(tmp_path / "a.jsonl")) == posting.about


def test_columns_that_are_named(tmp_path: Path) -> None:
    """A named column is taken; one that is not there is a mistake."""
    path = lines(tmp_path / "a.jsonl", {"title": "A", "description": "x", "org": "P", "rank": "senior"})
    named = SourceSettings(about=True, department_col="org", seniority_col="rank")
    (posting,), _ = read(path, settings=named)

    assert isinstance(posting, Posting)
    assert About("P", "senior", str(path)) == posting.about
    (tmp_path / "b.csv").write_text("title,description\na,b\n")
    with pytest.raises(InputError, match=r"no column 'org'; columns found: .* Name one with --department-col"):
        read(tmp_path / "b.csv", settings=named)


def test_two_columns_that_could_be_the_title(tmp_path: Path) -> None:
    """It is said which was taken and how to choose; a title that was named is no question."""
    path = lines(tmp_path / "a.jsonl", {"title": "A", "position": "B", "description": "x"})
    several = "titles were taken from column 'title'; 'position' could hold them too: choose with --title-col"

    assert (several,) == read(path)[1]
    assert () == read(path, settings=SourceSettings(about=True, title_col="position"))[1]


def test_no_column_of_titles(tmp_path: Path) -> None:
    """It is said, with the columns there are."""
    path = lines(tmp_path / "a.jsonl", {"name": "A", "description": "x"})

    assert ("no column of titles was found among 'name', 'description'; name it with --title-col",) == read(path)[1]


def test_parquet_tells_about_too(tmp_path: Path) -> None:
    """The fast way knows no departments, so an audit reads records."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.table({"title": ["A", "B"], "description": ["x", "y"], "department": ["P", None]})
    pq.write_table(table, tmp_path / "a.parquet")
    records, _ = read(tmp_path / "a.parquet")

    assert ["P", None] == [record.about.department for record in records if isinstance(record, Posting)]


def test_a_mistake_in_any_input_comes_first(tmp_path: Path) -> None:
    """Nothing is read where one of the inputs can't be."""
    with pytest.raises(InputError, match=r"none\.csv"):
        read(lines(tmp_path / "a.jsonl", {"description": "x"}), tmp_path / "none.csv")
    with pytest.raises(InputError, match=r"none\.md"):
        read(tmp_path / "a.jsonl", tmp_path / "none.md")


def test_how_much_is_read(tmp_path: Path) -> None:
    """Of one table the share is known, of several inputs or a text it is not."""
    table = lines(tmp_path / "a.jsonl", {"description": "x"})
    with Inputs([str(table)], settings=AUDIT) as one, Inputs([str(table), str(table)], settings=AUDIT) as two:
        list(one)

        assert one.fraction() == 1
        assert two.fraction() is None
