"""A batch of postings in, the batch of their verdicts out, by the fastest exact path that is installed."""

from pathlib import Path
from typing import Self

import pyarrow as pa

from postclass.batches import from_batch, verdict_batch
from postclass.judge import JudgeSettings, Model


class Scorer:
    """Judges batches with one model and one set of settings; what repeats is judged once."""

    def __init__(self, model: Model, settings: JudgeSettings) -> None:
        self._model, self._settings = model, settings

    @classmethod
    def load(cls, model: Path | None, settings: JudgeSettings) -> Self:
        """The scorer of a model directory, or of the shipped model: what a worker process makes for itself."""
        from postclass.modelfile import load_model

        return cls(load_model(model), settings)

    def judge(self, postings: pa.RecordBatch) -> pa.RecordBatch:
        """A batch of `batches.POSTINGS` in, as many verdicts in the same order out (`batches.verdict_schema`)."""
        verdicts = list(self._model.judge(from_batch(postings), settings=self._settings))
        return verdict_batch(verdicts, explain=self._settings.explain)
