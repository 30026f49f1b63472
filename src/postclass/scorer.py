"""A batch of postings in, the batch of their verdicts out, by the fastest exact path that is installed."""

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Self

import numpy as np
import pyarrow as pa

from postclass.batches import from_batch, verdict_batch
from postclass.judge import JudgeSettings, Model
from postclass.memory import Memory, contents

if TYPE_CHECKING:
    from postclass.kernel.telling import Teller
    from postclass.kernel.walk import Kernel

Way = Literal["auto", "plain", "compiled"]

# The compiled path takes a second to load and, the first time on a machine, half a minute to compile; the plain path
# judges 120 postings a second.
_WORTH_LOADING = 256  # postings in one batch
_WORTH_COMPILING = 2048


class Scorer:
    """Judges batches with one model and one set of settings; what repeats is judged once. One for each thread.

    `way` is for tests and comparisons: by itself, the compiled path judges large batches where numba is installed.
    """

    def __init__(self, model: Model, settings: JudgeSettings, *, way: Way = "auto") -> None:
        self._model, self._settings, self._way = model, settings, way
        self._memory = Memory()
        self._loaded: tuple[Kernel, Teller] | None = None

    @classmethod
    def load(cls, model: Path | None, settings: JudgeSettings) -> Self:
        """The scorer of a model directory, or of the shipped model: what a worker process makes for itself."""
        from postclass.modelfile import load_model

        return cls(load_model(model), settings)

    def judge(self, postings: pa.RecordBatch) -> pa.RecordBatch:
        """A batch of `batches.POSTINGS` in, as many verdicts in the same order out (`batches.verdict_schema`)."""
        asked = contents(postings)
        new = self._memory.unknown(asked)
        if new:
            fresh = postings.take(pa.array(new)) if len(new) < len(asked) else postings
            self._memory.keep([asked[place] for place in new], self._judge(fresh))
        verdicts = self._memory.recall(asked) if asked else self._judge_plainly(postings)
        self._memory.forget()
        own = {name: postings.column(name) for name in ("row", "id", "title", "company")}
        return pa.record_batch(
            [own.get(name, verdicts.column(name)) for name in verdicts.schema.names], verdicts.schema
        )

    def _judge(self, postings: pa.RecordBatch) -> pa.RecordBatch:
        if not self._is_worth_it(postings.num_rows):
            return self._judge_plainly(postings)
        kernel, teller = self._load()
        numbers = kernel.walk(postings, tell=self._settings.explain != "none")
        verdicts = teller.tell(postings, numbers)
        left = np.flatnonzero(numbers.status < 0)
        if len(left) == 0:
            return verdicts
        order = np.arange(postings.num_rows)
        order[left] = postings.num_rows + np.arange(len(left))
        plain = self._judge_plainly(postings.take(pa.array(left)))
        return pa.concat_batches([verdicts, plain]).take(pa.array(order))

    def _judge_plainly(self, postings: pa.RecordBatch) -> pa.RecordBatch:
        verdicts = list(self._model.judge(from_batch(postings), settings=self._settings))
        return verdict_batch(verdicts, explain=self._settings.explain)

    def _is_worth_it(self, rows: int) -> bool:
        """Whether the compiled path is there for these settings, and quicker all in all."""
        if self._loaded is not None or self._way != "auto":
            return self._way != "plain"
        if self._settings.explain == "full" or find_spec("numba") is None:
            return False
        from postclass.kernel.cache import is_compiled

        return rows >= (_WORTH_LOADING if is_compiled() else _WORTH_COMPILING)

    def _load(self) -> "tuple[Kernel, Teller]":
        if self._loaded is None:
            from postclass.kernel.telling import Teller
            from postclass.kernel.walk import Kernel

            parts = self._model.parts
            self._loaded = Kernel(parts), Teller(parts, self._settings)
        return self._loaded
