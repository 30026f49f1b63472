"""A model in, a file or folder that other tools read out: scikit-learn's pickle, plain JSON, ONNX, or Hugging Face's.

What was written judges the project's own postings before it is kept; what does not judge as postclass does is refused.
"""

import io
import json
import shutil
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from postclass.errors import ModelError, OutputError, PostclassError
from postclass.judge import Model
from postclass.modelfile import FILES, MANIFEST, SHIPPED, load_model
from postclass.overlap import check_model_output, check_outputs, model_files
from postclass.posting import Posting
from postclass.resources import resource
from postclass.verdict import Verdict
from postclass.wholefile import is_device, open_file, storage, write_together, write_whole

KINDS = ("joblib", "onnx", "json", "huggingface")
OWN = "data/labelled/postings.jsonl"
MOST_APART = 1e-6  # of probabilities, from postclass's own
_README = "README.md"

Judged = tuple[str, float | None, tuple[str, ...] | None]  # level, p_director, and traits where they are told
Judge = Callable[[Sequence[Posting]], Iterable[Judged]]


def export(kind: str, output: str, *, model: Path | None = None, force: bool = False) -> None:
    """Writes a model in one of KINDS to a path, a file whole or not at all.

    Raises `OutputError` for a path that must not be written, `ModelError` for an export that does not judge as the
    model does, `PostclassError` where a library is missing.
    """
    path = None if output == "-" else Path(output)
    if path is not None and (path.exists() or path.is_symlink()) and not (force or is_device(path)):
        raise OutputError(f"{output}: exists; --force writes over it.")
    if path is not None and path.is_dir() and kind != "huggingface":
        raise OutputError(f"{output}: is a directory; name a file in it.")
    if kind != "huggingface":
        check_outputs([path], reads=[resource(OWN)], model=model)
    elif path is not None:
        check_model_output(path, reads=[resource(OWN), *model_files(model)])
    try:
        if kind == "huggingface":
            _folder(path, model)
            return
        data = {"joblib": _joblib, "onnx": _onnx, "json": _json}[kind](model)
    except ModuleNotFoundError as error:
        raise PostclassError(f"{error.name} is not installed; run `pip install 'postclass[export]'`") from error
    write_whole(open_file(path), data, name="stdout" if path is None else output)


def check(model: Model, judge: Judge, *, kind: str) -> None:
    """Raises `ModelError` if something exported judges the project's own postings otherwise than the model."""
    postings = _own_postings()
    for verdict, judged in zip(model.judge(postings), judge(postings), strict=True):
        if (why := _differs(verdict, judged)) is not None:
            raise ModelError(f"this model can't be exported to {kind}: of {postings[verdict.row - 1].id}, {why}")


def _differs(verdict: Verdict, judged: Judged) -> str | None:
    level, p, traits = judged
    if level != verdict.level:
        return f"the level would be {level}, not {verdict.level}"
    if (p is None) != (verdict.p_director is None):
        return "there would be a probability on one side only"
    if p is not None and verdict.p_director is not None and not abs(p - verdict.p_director) <= MOST_APART:
        return f"p_director would be {p:.8f}, not {verdict.p_director:.8f}"
    return "other traits would be found" if traits is not None and traits != verdict.traits else None


def _own_postings() -> list[Posting]:
    rows = [json.loads(line) for line in resource(OWN).read_text(encoding="utf-8").split("\n") if line]
    return [Posting(r["description"], r["title"], r["company"], r["id"], at) for at, r in enumerate(rows, start=1)]


def _joblib(directory: Path | None) -> bytes:
    import joblib

    from postclass.estimators import verdict_pipeline

    model, written = load_model(directory), io.BytesIO()
    joblib.dump(verdict_pipeline(directory), written, compress=3)
    pipeline = joblib.load(io.BytesIO(written.getvalue()))

    def judge(postings: Sequence[Posting]) -> Iterable[Judged]:
        profiles = pipeline[0].transform(postings)
        levels, chances = pipeline[1].predict(profiles), pipeline[1].predict_proba(profiles)[:, 0]
        for level, chance, usable in zip(levels, chances, profiles[:, -1], strict=True):
            yield str(level), float(chance) if usable else None, None

    check(model, judge, kind="joblib")
    return written.getvalue()


def _onnx(directory: Path | None) -> bytes:
    import onnxruntime

    from postclass.onnxgraph import LEVELS, onnx_graph, term_inputs

    model = load_model(directory)
    data = onnx_graph(model)
    session = onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"])

    def judge(postings: Sequence[Posting]) -> Iterable[Judged]:
        for verdict in model.judge(postings):
            if verdict.p_director is None:  # decided before the graph
                yield verdict.level, None, None
            else:
                p, _, level, traits = session.run(None, term_inputs(model, postings[verdict.row - 1]))
                found = tuple(key for key, there in zip(model.parts.traits, traits, strict=True) if there)
                yield LEVELS[int(level)], float(p), found

    check(model, judge, kind="onnx")
    return data


def _json(directory: Path | None) -> bytes:
    from postclass.scoringfile import scoring_file, scoring_record

    model = load_model(directory)
    data = scoring_file(model)
    if json.loads(data) != scoring_record(model):  # the same numbers in, the same verdict out
        raise ModelError("this model can't be exported to json: its numbers do not come back from it")
    return data


def _folder(path: Path | None, directory: Path | None) -> None:
    """The model's own files, its card as Hugging Face reads it, and its plots; `load_model` reads the folder."""
    from postclass.hub import CARD, model_card

    if path is None:
        raise OutputError("Hugging Face's layout is a folder; name one with -o")
    if path.exists() and not path.is_dir():
        raise OutputError(f"{path}: is a file; name a folder")
    model, origin = load_model(directory), resource(SHIPPED) if directory is None else directory
    card = model_card(model, origin)
    if path.exists() and any(one.name not in {MANIFEST, *FILES, _README, CARD, "plots"} for one in path.iterdir()):
        raise OutputError(f"{path}: holds other files than a model's; name a new folder")
    plots = [str(file.relative_to(origin)) for file in sorted((origin / "plots").rglob("*")) if file.is_file()]
    is_new = not path.exists()
    try:
        with storage(str(path)):
            contents = {path / name: (origin / name).read_bytes() for name in (MANIFEST, *FILES, *plots)}
            for folder in {file.parent for file in contents}:
                folder.mkdir(parents=True, exist_ok=True)
        write_together(contents | {path / _README: card.encode()})
    except BaseException:
        if is_new:
            shutil.rmtree(path, ignore_errors=True)
        raise
    load_model(path)
