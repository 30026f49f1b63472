"""The Arrow batches between sources, scorer and sinks: their schemas, and plain records to and from them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from postclass.posting import Posting, Rejection
from postclass.verdict import Evidence, Explain, Explanation, Flip, Reason, Term, Verdict, to_record

# The number of the output's schema: fields may be added under it, none change their meaning or go.
SCHEMA_VERSION = "1"

_TEXT, _REAL, _WHOLE = pa.string(), pa.float64(), pa.int64()
_TEXTS = pa.list_(_TEXT)

POSTINGS = pa.schema(
    [("row", _WHOLE), ("id", _TEXT), ("title", _TEXT), ("company", _TEXT), ("description", _TEXT)]
)  # descriptions are never null
_VERDICTS = (
    ("row", _WHOLE),
    ("id", _TEXT),
    ("title", _TEXT),
    ("company", _TEXT),
    ("level", _TEXT),
    ("p_director", _REAL),
    ("p_in_scope", _REAL),
    ("traits", _TEXTS),
    ("top_terms", pa.list_(pa.struct({"term": _TEXT, "weight": _REAL}))),
    ("notes", _TEXTS),
)
_EXPLANATIONS = (
    ("reasons", pa.list_(pa.struct({"kind": _TEXT, "key": _TEXT, "log_odds": _REAL}))),
    ("evidence", pa.map_(_TEXT, pa.struct({"text": _TEXT, "start": _WHOLE, "end": _WHOLE, "probability": _REAL}))),
    ("missing", _TEXTS),
    ("flip", pa.struct({"to": _TEXT, "drop_lines": _TEXTS, "add_traits": _TEXTS, "p_director": _REAL})),
    ("text", _TEXT),
)


@dataclass(frozen=True, slots=True)
class Chunk:
    """Neighbouring records of an input: postings (a batch of `POSTINGS`, rows ascending) and rejections."""

    postings: pa.RecordBatch
    rejections: tuple[Rejection, ...] = ()

    @property
    def records(self) -> int:
        """How many records of the input these are."""
        return int(self.postings.num_rows) + len(self.rejections)


def verdict_schema(explain: Explain) -> pa.Schema:
    """The columns of an output in their order, with the schema's version in the metadata."""
    fields = (*_VERDICTS, *_EXPLANATIONS) if explain == "full" else _VERDICTS
    return pa.schema(fields, metadata={"postclass.schema": SCHEMA_VERSION})


def to_batch(postings: Sequence[Posting]) -> pa.RecordBatch:
    """Postings in, their batch out."""
    columns = [[getattr(posting, name) for posting in postings] for name in POSTINGS.names]
    arrays = [pa.array(column, field.type) for column, field in zip(columns, POSTINGS, strict=True)]
    return pa.record_batch(arrays, schema=POSTINGS)


def from_batch(batch: pa.RecordBatch) -> Iterator[Posting]:
    """A batch of postings in, the postings out."""
    for record in batch.to_pylist():
        yield Posting(**record)


def verdict_batch(verdicts: Sequence[Verdict], *, explain: Explain) -> pa.RecordBatch:
    """Verdicts in, their batch out."""
    records = [to_record(verdict, explain=explain) for verdict in verdicts]
    for record in records:
        if isinstance(record.get("evidence"), dict):
            record["evidence"] = list(record["evidence"].items())  # type: ignore[attr-defined]
    return pa.RecordBatch.from_pylist(records, schema=verdict_schema(explain))


def verdicts_of(batch: pa.RecordBatch) -> Iterator[Verdict]:
    """A batch of verdicts in, the verdicts out."""
    for record in batch.to_pylist():
        yield _verdict(record)


def _verdict(record: dict[str, Any]) -> Verdict:
    terms = record["top_terms"]
    return Verdict(
        record["row"], record["id"], record["title"], record["company"], record["level"],
        record["p_director"], record["p_in_scope"],
        None if record["traits"] is None else tuple(record["traits"]),
        None if terms is None else tuple(Term(term["term"], term["weight"]) for term in terms),
        tuple(record["notes"]),
        _explanation(record) if record.get("text") is not None else None,
    )  # fmt: skip


def _explanation(record: dict[str, Any]) -> Explanation:
    flip = record["flip"]
    return Explanation(
        text=record["text"],
        reasons=tuple(Reason(**reason) for reason in record["reasons"]),
        evidence=tuple(
            Evidence(trait, told["text"], told["start"], told["end"], told["probability"])
            for trait, told in record["evidence"]  # a map comes as pairs
        ),
        missing=tuple(record["missing"]),
        flip=None
        if flip is None
        else Flip(flip["to"], tuple(flip["drop_lines"]), tuple(flip["add_traits"]), flip["p_director"]),
    )
