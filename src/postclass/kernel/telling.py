"""A walk's numbers in, the batch of verdicts out: levels, notes, traits and top terms as Arrow columns."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from postclass.batches import verdict_schema
from postclass.judge import JudgeSettings
from postclass.kernel.arrays import FAULTS, JUDGED, NO_TERM, Verdicts
from postclass.opinion import Parts, logit
from postclass.verdict import LEVELS

_UNCLEAR, _OUT_OF_SCOPE, _DIRECTOR, _PM = (
    LEVELS.index(level) for level in ("unclear", "out_of_scope", "director", "pm")
)
_NOTES = (*FAULTS, "close", "truncated")
_CLOSE, _TRUNCATED = _NOTES.index("close"), _NOTES.index("truncated")


class Teller:
    """Tells a model's verdicts."""

    def __init__(self, parts: Parts, settings: JudgeSettings) -> None:
        self._decision, self._explain = parts.decision, settings.explain
        self._shift = 0.0 if settings.prior is None else logit(settings.prior) - logit(parts.decision.prior)
        self._schema = verdict_schema(settings.explain)
        self._traits, self._terms = pa.array(parts.traits), pa.array(parts.level_space.terms)
        self._levels, self._notes = pa.array(LEVELS), pa.array(_NOTES)

    def tell(self, postings: pa.RecordBatch, numbers: Verdicts) -> pa.RecordBatch:
        """The verdicts of a batch of `batches.POSTINGS`."""
        judged = numbers.status == JUDGED
        p_director = _logistic(numbers.log_odds + self._shift)
        level = self._level(p_director, numbers.p_in_scope, judged)
        told = self._explain != "none"
        columns = {name: postings.column(name) for name in ("row", "id", "title", "company")} | {
            "level": self._levels.take(pa.array(level)),
            "p_director": pa.array(p_director, mask=~judged),
            "p_in_scope": pa.array(numbers.p_in_scope, mask=~judged),
            "traits": self._lists(numbers.found, self._traits) if told else None,
            "top_terms": self._top_terms(numbers) if told else None,
            "notes": self._lists(_notes(numbers, judged & (level == _UNCLEAR)), self._notes),
        }
        arrays = [
            pa.nulls(postings.num_rows, field.type) if columns[field.name] is None else columns[field.name]
            for field in self._schema
        ]
        return pa.record_batch(arrays, schema=self._schema)

    def _level(
        self, p_director: npt.NDArray[np.float64], p_in_scope: npt.NDArray[np.float64], judged: npt.NDArray[np.bool_]
    ) -> npt.NDArray[np.int8]:
        decision = self._decision
        level = np.full(len(judged), _UNCLEAR, np.int8)
        level[judged & (p_director <= decision.pm)] = _PM
        level[judged & (p_director >= decision.director)] = _DIRECTOR
        level[judged & (p_in_scope < decision.scope)] = _OUT_OF_SCOPE
        return level

    def _top_terms(self, numbers: Verdicts) -> pa.Array:
        there = numbers.terms != NO_TERM
        terms = self._terms.take(pa.array(numbers.terms[there]))
        weights = pa.array(numbers.shares[there])
        structs = pa.StructArray.from_arrays(
            [terms, weights], fields=list(self._schema.field("top_terms").type.value_type)
        )
        return pa.ListArray.from_arrays(_offsets(there), structs)

    @staticmethod
    def _lists(chosen: npt.NDArray[np.bool_], values: pa.Array) -> pa.Array:
        """For each row the values of the columns that are chosen, in their order."""
        return pa.ListArray.from_arrays(_offsets(chosen), values.take(pa.array(np.nonzero(chosen)[1])))


def _notes(numbers: Verdicts, close: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    notes = np.zeros((len(close), len(_NOTES)), np.bool_)
    for fault in range(len(FAULTS)):
        notes[:, fault] = numbers.status == fault + 1
    notes[:, _CLOSE], notes[:, _TRUNCATED] = close, numbers.cut
    return notes


def _offsets(chosen: npt.NDArray[np.bool_]) -> pa.Array:
    return pa.array(np.concatenate([[0], np.cumsum(chosen.sum(axis=1))]), pa.int32())


def _logistic(log_odds: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    larger = 1.0 / (1.0 + np.exp(-np.abs(log_odds)))
    return np.where(log_odds >= 0, larger, 1.0 - larger)
