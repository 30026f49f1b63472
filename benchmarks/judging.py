"""A file of postings in, the tables of the level head alone and of the whole verdict out, with what they check."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, get_args

import contenders
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from timing import Turn, interleave, pin, table

from postclass import load_model
from postclass.batches import POSTINGS, from_batch
from postclass.features import read_posting
from postclass.judge import JudgeSettings
from postclass.scorer import Scorer, Way
from reference import Reference

CLOSE = 1e-9  # the most that a probability of ours may differ
FEW = 10  # postings a round for MiniLM, which takes a second for each
PLAIN_VERDICT = "scikit-learn, the same verdict"
READING = "of which reading postings, in Python"
WAYS = {"compiled": "postclass, compiled", "numpy": "postclass, numpy", "plain": "postclass, plain Python"}


def run(what: str, path: Path, *, rounds: int, each: int) -> int:
    """Prints a table, and says whether ours gave the right numbers."""
    pin()
    slices = list(_slices(path, each, rounds + 1))  # and one to warm up with
    return (_level if what == "level" else _verdict)(slices, rounds)


def _slices(path: Path, each: int, count: int) -> Iterator[pa.RecordBatch]:
    """Disjoint batches of postings: what a scorer has seen it need not judge again."""
    file = pq.ParquetFile(path)
    for number, batch in enumerate(file.iter_batches(each, columns=["id", "title", "company", "description"])):
        if number == count:
            return
        rows = pa.array(range(number * each + 1, number * each + 1 + batch.num_rows))
        yield pa.record_batch([rows, *batch.columns], schema=POSTINGS)


def _timed(work: Callable[[], Any], count: int) -> tuple[float, Any]:
    start = time.process_time()
    answer = work()
    return (time.process_time() - start) / count * 1e6, answer


def _level(slices: list[pa.RecordBatch], rounds: int) -> int:
    arrays = [batch.column("description") for batch in slices]
    there, absent = contenders.available(load_model().parts, arrays.pop()[:FEW])
    lists = [array.to_pylist() for array in arrays]
    answers: dict[str, list[Any]] = {name: [] for name in there}

    def turn(name: str) -> Turn:
        def take(number: int) -> float:
            texts, array = lists[number], arrays[number]
            if name == contenders.MINILM:
                texts, array = texts[:FEW], array[:FEW]
            spent, answer = _timed(lambda: there[name](texts, array), len(texts))
            answers[name].append(answer)
            return spent

        return take

    times = interleave({name: turn(name) for name in there}, rounds)
    print(table(times, against=contenders.PLAIN))
    for line in absent:
        print(f"left out: {line}")
    right = True
    expected = np.concatenate(answers[contenders.PLAIN])
    for name, answer in answers.items():
        if name.startswith("postclass") or name == "ONNX runtime":
            ours = np.concatenate(answer)
            told = ~np.isnan(ours)
            same = bool(((ours > 0.5) == (expected > 0.5))[told].all())  # noqa: PLR2004 - the boundary
            most = float(abs(ours - expected)[told].max())
            print(f"{name}: labels {'equal' if same else 'differ'}, |difference| <= {most:.1g}, "
                  f"{(~told).sum()} of {len(ours)} left to the plain path")  # fmt: skip
            right &= not name.startswith("postclass") or (same and most <= CLOSE)
    return int(not right)


def _verdict(slices: list[pa.RecordBatch], rounds: int) -> int:
    model, settings = load_model(), JudgeSettings()
    reference = Reference(model)
    postings = [list(from_batch(batch)) for batch in slices]
    scorers: dict[str, Scorer] = {}
    for way in get_args(Way):
        if way in WAYS:
            scorers[WAYS[way]] = Scorer(model, settings, way=way)
            scorers[WAYS[way]].judge(slices[rounds])
    expected: list[Any] = [None] * rounds
    got: dict[str, list[Any]] = {name: [None] * rounds for name in scorers}

    def plainly(number: int) -> float:
        spent, expected[number] = _timed(lambda: reference.judge(postings[number]), len(postings[number]))
        return spent

    def ours(name: str) -> Turn:
        def take(number: int) -> float:
            batch = slices[number]
            spent, got[name][number] = _timed(lambda: scorers[name].judge(batch), batch.num_rows)
            return spent

        return take

    def reading(number: int) -> float:
        return _timed(lambda: [read_posting(posting) for posting in postings[number]], len(postings[number]))[0]

    reference.judge(postings[rounds])
    times = interleave({PLAIN_VERDICT: plainly, READING: reading, **{name: ours(name) for name in scorers}}, rounds)
    print(table(times, against=PLAIN_VERDICT))
    right = True
    for name, batches in got.items():
        differ, most = _compared(expected, batches)
        print(f"{name}: {differ} verdicts differ in level, traits or top terms, |difference| <= {most:.1g}")
        right &= differ == 0 and most <= CLOSE
    return int(not right)


def _compared(expected: list[Any], batches: list[pa.RecordBatch]) -> tuple[int, float]:
    """How many verdicts differ in what is told, and the most that a probability differs."""
    differ, most = 0, 0.0
    for verdicts, batch in zip(expected, batches, strict=True):
        for verdict, row in zip(verdicts, batch.to_pylist(), strict=True):
            terms = [term["term"] for term in row["top_terms"]]
            told = (row["level"], row["traits"], terms, row["p_director"] is None)
            differ += told != (
                verdict.level, verdict.traits, [term for term, _ in verdict.top_terms], verdict.p_director is None
            )  # fmt: skip
            if verdict.p_director is not None and row["p_director"] is not None:
                most = max(
                    most, abs(verdict.p_director - row["p_director"]), abs(verdict.p_in_scope - row["p_in_scope"])
                )
    return differ, most
