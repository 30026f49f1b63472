"""A batch of postings in, the batch of their verdicts out, by the fastest exact path that is installed."""

from collections.abc import Callable
from functools import cached_property, partial
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Self

import numpy as np
import pyarrow as pa

from postclass.batches import from_batch, verdict_batch
from postclass.features import read_posting
from postclass.judge import JudgeSettings, Model
from postclass.memory import Memory, contents

if TYPE_CHECKING:
    from postclass.kernel.arrays import Verdicts
    from postclass.kernel.telling import Teller

Numbers = Callable[[pa.RecordBatch], "Verdicts"]
Way = Literal["auto", "plain", "numpy", "compiled"]

# The compiled path takes a second to load and, the first time on a machine, half a minute to compile; the plain path
# judges 120 postings a second.
WORTH_LOADING = 256  # postings in one batch
_WORTH_COMPILING = 2048
# Where it can't be kept, every run compiles anew; that is worth it from some 8,000 postings on, and whoever begins with
# all but a full chunk may well have as many.
_WORTH_COMPILING_EACH_TIME = 4000
# numpy's tables take 0.4 s to make; then it saves half of the 10 ms that a posting takes plainly (measured: quicker all
# in all from 96 postings on, slower at 64).
_WORTH_VECTORS = 96


def is_worth_compiled(rows: int) -> bool:
    """Whether numba is installed, and so many postings are judged quicker by compiled code, all in all."""
    if find_spec("numba") is None:
        return False
    from postclass.kernel import cache

    if cache.is_compiled():
        return rows >= WORTH_LOADING
    return rows >= (_WORTH_COMPILING if cache.is_kept() else _WORTH_COMPILING_EACH_TIME)


class Scorer:
    """Judges batches with one model and one set of settings; what repeats is judged once. One for each thread.

    `way` is for tests and comparisons: by itself, the compiled path judges large batches where numba is installed, and
    numpy over whole batches where it is not.
    """

    def __init__(self, model: Model, settings: JudgeSettings, *, way: Way = "auto") -> None:
        self._model, self._settings, self._way = model, settings, way
        self._memory = Memory()
        self._loaded: dict[Way, Numbers] = {}

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
        way = self._way_for(postings.num_rows)
        if way == "plain":
            return self._judge_plainly(postings)
        numbers = self._numbers(way)(postings)
        verdicts = self._teller.tell(postings, numbers)
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

    def _way_for(self, rows: int) -> Way:
        """The quickest way all in all for these settings and so many postings, of those that are installed."""
        if self._settings.explain == "full":
            return "plain"
        if self._way != "auto":
            return self._way
        if "compiled" in self._loaded or is_worth_compiled(rows):
            return "compiled"
        return "numpy" if "numpy" in self._loaded or rows >= _WORTH_VECTORS else "plain"

    def _numbers(self, way: Way) -> Numbers:
        """What gives the numbers of a batch's postings, loaded when it is first asked for."""
        if way not in self._loaded:
            parts, tell = self._model.parts, self._settings.explain != "none"
            if way == "compiled":
                from postclass.kernel.walk import Kernel

                self._loaded[way] = partial(Kernel(parts).walk, tell=tell)
            else:
                from postclass.kernel.vectors import Vectors

                vectors = Vectors(parts)
                self._loaded[way] = lambda batch: vectors.judge(list(map(read_posting, from_batch(batch))), tell=tell)
        return self._loaded[way]

    @cached_property
    def _teller(self) -> "Teller":
        from postclass.kernel.telling import Teller

        return Teller(self._model.parts, self._settings)
