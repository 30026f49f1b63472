"""Verdicts as columns of a pandas frame."""

import numpy as np
import pandas as pd
import pytest

from own import own_postings, shipped
from postclass.errors import InputError
from postclass.judge import JudgeSettings
from postclass.posting import Posting
from postclass.verdict import to_record

SOME = own_postings()[:3]
COLUMNS = ["level", "p_director", "p_in_scope", "traits", "top_terms", "notes"]


@pytest.fixture
def frame() -> pd.DataFrame:
    """Three postings with an odd index and a column of their own."""
    return pd.DataFrame(
        {
            "description": [posting.description for posting in SOME],
            "title": [posting.title for posting in SOME],
            "company": [posting.company for posting in SOME],
            "pay": [1, 2, 3],
        },
        index=["c", "a", "a"],
    )


def test_columns_are_added(frame: pd.DataFrame) -> None:
    """Index and columns stay as they are, and each row has the verdict of its posting."""
    before = frame.copy()
    judged = shipped().classify_frame(frame)
    expected = [to_record(verdict) for verdict in shipped().judge(SOME)]

    assert [*frame.columns, *COLUMNS] == list(judged.columns)
    pd.testing.assert_frame_equal(before, judged[list(frame.columns)])
    pd.testing.assert_frame_equal(before, frame)
    assert [{name: record[name] for name in COLUMNS} for record in expected] == judged[COLUMNS].to_dict("records")


def test_the_title_column_is_masked(frame: pd.DataFrame) -> None:
    """The column `title` holds what is masked in the text, as a posting's title does."""
    title = "Product Manager in backlog refinement"
    lines = "\n".join([SOME[0].description, *[f"{title} and backlog"] * 9])
    judged = shipped().classify_frame(pd.DataFrame({"title": [title, None], "description": [lines, lines]}))
    expected = [shipped().judge_one(Posting(lines, title=given)).p_director for given in (title, None)]

    assert expected[0] != expected[1]
    assert expected == list(judged["p_director"])


def test_named_columns(frame: pd.DataFrame) -> None:
    """Columns of other names are named; without title and company columns there are none."""
    renamed = frame.rename(columns={"description": "text", "title": "role", "company": "firm"})
    judged = shipped().classify_frame(renamed, description="text", title="role", company="firm")
    bare = shipped().classify_frame(frame[["description"]])

    assert list(shipped().classify_frame(frame)["p_director"]) == list(judged["p_director"])
    assert list(bare["level"]) == list(judged["level"])


@pytest.mark.parametrize("missing", [None, np.nan, pd.NA, pd.NaT])
def test_missing_values(missing: object) -> None:
    """A missing description is no text; a missing title or company is none."""
    text = SOME[0].description
    frame = pd.DataFrame({"description": [text, missing], "title": [missing, "PM"], "company": [missing, missing]})
    judged = shipped().classify_frame(frame)

    assert next(shipped().judge([text])).p_director == judged["p_director"][0]
    assert ["empty"] == judged["notes"][1]
    assert pd.isna(judged["p_director"][1])


def test_verdicts_of_an_earlier_run_are_replaced(frame: pd.DataFrame) -> None:
    """A frame that is judged again keeps its columns, with new verdicts."""
    once = shipped().classify_frame(frame)
    again = shipped().classify_frame(once, settings=JudgeSettings(prior=0.5))

    assert list(once.columns) == list(again.columns)
    assert not once["p_director"].equals(again["p_director"])


def test_how_much_is_told(frame: pd.DataFrame) -> None:
    """`none` leaves the lists empty, `full` adds the explanation's columns."""
    none = shipped().classify_frame(frame, settings=JudgeSettings(explain="none"))
    full = shipped().classify_frame(frame, settings=JudgeSettings(explain="full"))

    assert [None, None, None] == none["traits"].tolist()
    assert {"reasons", "evidence", "missing", "flip", "text"} == set(full.columns) - set(none.columns)


def test_no_rows() -> None:
    """A frame without rows comes back with the columns and no rows."""
    judged = shipped().classify_frame(pd.DataFrame({"description": []}))

    assert ["description", *COLUMNS] == list(judged.columns)
    assert 0 == len(judged)


def test_no_description_column(frame: pd.DataFrame) -> None:
    """Without the description column the error names the columns that are there and what to do."""
    with pytest.raises(InputError, match=r"no column 'text', only description, title, company, pay; name one with"):
        shipped().classify_frame(frame, description="text")
