"""Frames with the accessor `postclass`."""

import pandas as pd
import pytest

import postclass.pandas  # noqa: F401 - gives frames the accessor
from auditing import own_audit
from own import own_rows, shipped
from postclass.errors import InputError


@pytest.fixture
def frame() -> pd.DataFrame:
    """The project's own postings under an index of their own, backwards."""
    rows = pd.DataFrame(list(own_rows()))[["id", "title", "company", "description"]]
    return rows.set_index("id").iloc[::-1]


def test_a_frame_is_classified(frame: pd.DataFrame) -> None:
    """The columns of the verdicts are added, the same as `classify_frame` gives; index and columns stay."""
    made = frame.postclass.classify()
    expected = shipped().classify_frame(frame)

    assert list(frame.index) == list(made.index)
    assert list(expected.columns) == list(made.columns)
    assert list(expected["level"]) == list(made["level"])
    assert max(abs(expected["p_director"] - made["p_director"]).dropna()) <= 1e-9


def test_a_frame_is_audited(frame: pd.DataFrame) -> None:
    """Each row gets what an audit finds of it, whatever the order of rows."""
    made = frame.postclass.audit()
    findings = {finding.id: finding.kind for finding in own_audit().findings}

    assert findings == made["finding"].to_dict()
    assert isinstance(made["traits"].iloc[0], list)
    assert set(frame.columns) < set(made.columns)


def test_columns_by_other_names() -> None:
    """Columns can be named; missing values are no text."""
    frame = pd.DataFrame({"job": ["Director of Product", None], "text": [own_rows()[0]["description"], None]}, [7, 7])
    made = frame.postclass.classify(description="text", title="job", explain="none")

    assert [7, 7] == list(made.index)
    assert ["empty"] == made["notes"].iloc[1]


def test_a_frame_without_texts_or_titles() -> None:
    """The column that lacks is named."""
    frame = pd.DataFrame({"description": ["…"]})
    with pytest.raises(InputError, match="titles"):
        frame.postclass.audit()
    with pytest.raises(InputError, match="'text'"):
        frame.postclass.classify(description="text")


def test_an_empty_frame() -> None:
    """No rows give no verdicts, but their columns."""
    made = pd.DataFrame({"description": [], "title": []}).postclass.classify()

    assert 0 == len(made)
    assert "level" in made.columns
