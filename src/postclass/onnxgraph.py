"""A model in, its ONNX graph in double precision out, from the terms of one posting to its verdict.

Texts stay outside: no tokenizer of ONNX splits words as the model does. `docs/export.md` describes inputs and outputs.
"""

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from postclass.features import MIN_LINE_WORDS, Space, read_posting, scope_words
from postclass.judge import Model
from postclass.opinion import Parts
from postclass.posting import Posting

LEVELS = ("director", "pm", "unclear", "out_of_scope")  # in the order of the output `level`
OPSET = 18  # the first whose ScatterND adds and whose reductions take their axes as inputs
IR_VERSION = 10  # what onnxruntime 1.18 and later read
_STRONGEST = 3

Wholes = npt.NDArray[np.int64]


class _Graph:
    """Nodes and constants, named as they come."""

    def __init__(self) -> None:
        self.nodes: list[Any] = []
        self.constants: list[Any] = []

    def constant(self, value: object, kind: Any = np.float64) -> str:  # noqa: ANN401 - a numpy type
        from onnx import numpy_helper

        name = f"c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.array(value, dtype=kind), name))
        return name

    def node(self, operator: str, *inputs: str, name: str | None = None, outputs: int = 1, **settings: Any) -> str:  # noqa: ANN401
        from onnx import helper

        names = [name or f"n{len(self.nodes)}", *(f"n{len(self.nodes)}_{at}" for at in range(1, outputs))]
        self.nodes.append(helper.make_node(operator, inputs, names, **settings))
        return names[0]


def onnx_graph(model: Model) -> bytes:
    """The model as a serialised and checked ONNX file."""
    import onnx
    from onnx import TensorProto, helper

    graph, parts = _Graph(), model.parts
    _verdict(graph, parts)
    inputs = [
        helper.make_tensor_value_info("level_terms", TensorProto.INT64, ["level_occurrences"]),
        helper.make_tensor_value_info("line_terms", TensorProto.INT64, ["line_occurrences", 2]),
        helper.make_tensor_value_info("lines", TensorProto.INT64, []),
        helper.make_tensor_value_info("scope_terms", TensorProto.INT64, ["scope_occurrences"]),
    ]
    outputs = [
        helper.make_tensor_value_info("p_director", TensorProto.DOUBLE, []),
        helper.make_tensor_value_info("p_in_scope", TensorProto.DOUBLE, []),
        helper.make_tensor_value_info("level", TensorProto.INT64, []),
        helper.make_tensor_value_info("traits", TensorProto.BOOL, [len(parts.traits)]),
    ]
    made = helper.make_model(
        helper.make_graph(graph.nodes, "postclass", inputs, outputs, graph.constants),
        opset_imports=[helper.make_opsetid("", OPSET)],
        ir_version=IR_VERSION,
        producer_name="postclass",
    )
    told = {
        "level_terms": parts.level_space.terms,
        "line_terms": parts.line_space.terms,
        "scope_terms": parts.scope_space.terms,
        "traits": parts.traits,
        "levels": LEVELS,
        "model": model.manifest.get("name"),
    }
    helper.set_model_props(made, {name: json.dumps(value, ensure_ascii=False) for name, value in told.items()})
    onnx.checker.check_model(made)
    return bytes(made.SerializeToString())


def term_inputs(model: Model, posting: Posting) -> dict[str, Wholes]:
    """A posting in, the inputs of the graph out."""
    parts, reading = model.parts, read_posting(posting)
    scored = [words for words in reading.words if len(words) >= MIN_LINE_WORDS]
    words = [word for line in reading.words for word in line]
    in_lines = [(at, term) for at, line in enumerate(scored) for term in _occurrences(parts.line_space, line)]
    scope = scope_words(reading.words, names_role=reading.names_role)
    return {
        "level_terms": np.array(_occurrences(parts.level_space, words), np.int64),
        "line_terms": np.array(in_lines, np.int64).reshape(-1, 2),
        "lines": np.array(len(scored), np.int64),
        "scope_terms": np.array(_occurrences(parts.scope_space, scope), np.int64),
    }


def _occurrences(space: Space, words: Sequence[str]) -> list[int]:
    grams = (
        " ".join(words[at : at + length])
        for length in range(1, space.longest + 1)
        for at in range(len(words) - length + 1)
    )
    return [term for gram in grams if (term := space.index.get(gram)) is not None]


def _verdict(g: _Graph, parts: Parts) -> None:
    level = _log_odds(g, "level_terms", parts.level_space, parts.level_head.weights, parts.level_head.bias)
    scope = _log_odds(g, "scope_terms", parts.scope_space, parts.scope_head.weights, parts.scope_head.bias)
    pools = _pools(g, _scores(g, parts))
    slope, mean = parts.wording
    joined = (*parts.weights, parts.director_lines)
    centred = g.node("Sub", pools, g.constant([weight.means for weight in joined]))
    shares = g.node("Mul", centred, g.constant([weight.coefficients for weight in joined]))
    of_lines = g.node("ReduceSum", shares, keepdims=0)
    wording = g.node("Mul", g.node("Sub", level, g.constant(mean)), g.constant(slope))
    log_odds = g.node("Add", g.node("Add", of_lines, wording), g.constant(parts.bias))
    p = _sigmoid(g, log_odds, "p_director")
    slope, bias = parts.scope
    in_scope = _sigmoid(g, g.node("Add", g.node("Mul", scope, g.constant(slope)), g.constant(bias)), "p_in_scope")
    _level(g, parts, p, in_scope)
    _traits(g, parts, pools)


def _sigmoid(g: _Graph, log_odds: str, name: str) -> str:
    """Not ONNX's Sigmoid, which runtimes compute in single precision or have for floats alone."""
    return g.node("Reciprocal", g.node("Add", g.constant(1.0), g.node("Exp", g.node("Neg", log_odds))), name=name)


def _level(g: _Graph, parts: Parts, p: str, in_scope: str) -> None:
    decision = parts.decision
    director, pm, unclear, out = (g.constant(at, np.int64) for at in range(len(LEVELS)))
    is_pm = g.node("LessOrEqual", p, g.constant(decision.pm))
    is_director = g.node("GreaterOrEqual", p, g.constant(decision.director))
    of_text = g.node("Where", is_director, director, g.node("Where", is_pm, pm, unclear))
    g.node("Where", g.node("Less", in_scope, g.constant(decision.scope)), out, of_text, name="level")


def _traits(g: _Graph, parts: Parts, pools: str) -> None:
    size = len(parts.traits)
    of_traits = g.node("Slice", pools, *(g.constant([at], np.int64) for at in (0, size, 0)))
    own = g.node("Mul", of_traits, g.constant([presence.coefficients for presence in parts.presence]))
    own = g.node("ReduceSum", own, g.constant([1], np.int64), keepdims=0)
    best = g.node("Gather", of_traits, g.constant(0, np.int64), axis=1)
    others = g.node("MatMul", g.constant([presence.others for presence in parts.presence]), best)
    total = g.node("Add", g.node("Add", own, others), g.constant([presence.bias for presence in parts.presence]))
    g.node("Greater", total, g.constant(0.0), name="traits")


def _counts(g: _Graph, places: str, shape: str) -> str:
    """How often each place is named, as doubles of a shape."""
    zeros = g.node("Expand", g.constant(0.0), shape)
    occurrences = g.node("Slice", g.node("Shape", places), *(g.constant([at], np.int64) for at in (0, 1, 0)))
    return g.node("ScatterND", zeros, places, g.node("Expand", g.constant(1.0), occurrences), reduction="add")


def _values(g: _Graph, counts: str, space: Space) -> str:
    """TF-IDF values of each row of counts."""
    there = g.node("Greater", counts, g.constant(0.0))
    if space.tf == "binary":
        tf = g.node("Where", there, g.constant(1.0), g.constant(0.0))
    else:
        logs = g.node("Log", g.node("Where", there, counts, g.constant(1.0)))
        tf = g.node("Where", there, g.node("Add", logs, g.constant(1.0)), g.constant(0.0))
    raw = g.node("Mul", tf, g.constant(np.array(space.idf, np.float64)))
    squares = g.node("ReduceSum", g.node("Mul", raw, raw), g.constant([1], np.int64), keepdims=1)
    norm = g.node("Sqrt", squares)
    norm = g.node("Where", g.node("Greater", norm, g.constant(0.0)), norm, g.constant(1.0))
    divisor = g.node("Div", g.node("Pow", norm, g.constant(space.power)), g.constant(space.scale))
    return g.node("Div", raw, divisor)


def _log_odds(g: _Graph, terms: str, space: Space, weights: Sequence[float], bias: float) -> str:
    places = g.node("Unsqueeze", terms, g.constant([1], np.int64))
    counts = _counts(g, places, g.constant([len(space.terms)], np.int64))
    values = _values(g, g.node("Unsqueeze", counts, g.constant([0], np.int64)), space)
    summed = g.node("MatMul", values, g.constant(np.array(weights, np.float64)))
    return g.node("Add", g.node("Squeeze", summed), g.constant(bias))


def _scores(g: _Graph, parts: Parts) -> str:
    """Line x head: log-odds."""
    space, heads = parts.line_space, parts.line_heads
    at_least_one = g.node("Max", "lines", g.constant(1, np.int64))
    lines = g.node("Unsqueeze", at_least_one, g.constant([0], np.int64))
    shape = g.node("Concat", lines, g.constant([len(space.terms)], np.int64), axis=0)
    values = _values(g, _counts(g, "line_terms", shape), space)
    weights = np.array(heads.weights, np.float64).reshape(len(space.terms), -1)
    return g.node("Add", g.node("MatMul", values, g.constant(weights)), g.constant(heads.biases))


def _pools(g: _Graph, scores: str) -> str:
    """Head x (strongest, mean of three, soft count)."""
    first = g.constant([0], np.int64)
    lines = g.node("Slice", g.node("Shape", scores), *(g.constant([at], np.int64) for at in (0, 1, 0)))
    size = g.node("Min", lines, g.constant([_STRONGEST], np.int64))
    strongest = g.node("TopK", scores, size, axis=0, outputs=2)
    best = g.node("ReduceMax", scores, first, keepdims=1)
    three = g.node("ReduceMean", strongest, first, keepdims=1)
    odds = g.node("ReduceSum", g.node("Exp", g.node("Sub", scores, best)), first, keepdims=1)
    count = g.node("Add", best, g.node("Log", odds))
    pools = g.node("Transpose", g.node("Concat", best, three, count, axis=0), perm=[1, 0])
    return g.node("Where", g.node("Greater", "lines", g.constant(0, np.int64)), pools, g.constant(0.0))
