"""A verdict as an output record."""

from typing import TYPE_CHECKING

from postclass.verdict import to_record

if TYPE_CHECKING:
    from standins import Make

FIELDS = ["row", "id", "title", "company", "level", "p_director", "p_in_scope", "traits", "top_terms", "notes"]


def test_a_record_has_the_fields_of_the_contract_in_order(make_verdict: "Make") -> None:
    """By default: ids, level, probabilities, traits, terms and notes."""
    record = to_record(make_verdict(notes=("truncated",)))

    assert list(record) == FIELDS
    assert record["id"] == "007"
    assert record["top_terms"] == [
        {"term": "product managers", "weight": 0.4},
        {"term": "headcount", "weight": 0.25},
        {"term": "dashboards", "weight": -0.1},
    ]
    assert record["notes"] == ["truncated"]


def test_without_explanation_lists_are_null(make_verdict: "Make") -> None:
    """`explain="none"` gives level and probabilities; the fields stay."""
    record = to_record(make_verdict(), explain="none")

    assert list(record) == FIELDS
    assert record["traits"] is None
    assert record["top_terms"] is None
    assert record["p_director"] == 0.8787


def test_a_verdict_made_without_lists_has_none(make_verdict: "Make") -> None:
    """A verdict that was judged without terms tells none, whatever is asked of the record."""
    record = to_record(make_verdict(traits=None, top_terms=None))

    assert record["traits"] is None
    assert record["top_terms"] is None


def test_full_adds_the_explanation(make_verdict: "Make") -> None:
    """`explain="full"` adds reasons, evidence with spans into the text, what is missing, the flip and the text."""
    record = to_record(make_verdict(), explain="full")

    assert list(record)[len(FIELDS) :] == ["reasons", "evidence", "missing", "flip", "text"]
    evidence, text = record["evidence"], record["text"]
    assert isinstance(evidence, dict)
    assert isinstance(text, str)
    for shown in evidence.values():
        assert text[shown["start"] : shown["end"]] == shown["text"]
    assert record["flip"] == {
        "to": "pm",
        "drop_lines": [text.split("\n")[1], text.split("\n")[2]],
        "add_traits": [],
        "p_director": 0.41,
    }


def test_full_of_an_unusable_text_is_empty(make_verdict: "Make") -> None:
    """A verdict without an explanation has the same fields, empty."""
    record = to_record(make_verdict(explanation=None), explain="full")

    assert [record[f] for f in ("reasons", "evidence", "missing", "flip", "text")] == [[], {}, [], None, None]


def test_no_flip_is_null(make_verdict: "Make") -> None:
    """Where no small change moves the verdict, the flip is null."""
    record = to_record(make_verdict(why={"flip": None}), explain="full")

    assert record["flip"] is None
