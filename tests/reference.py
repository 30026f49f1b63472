"""The verdict computed a second time, plainly, from a model's files: scikit-learn's vectorizers and numpy."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.feature_extraction.text import TfidfVectorizer

from postclass.features import MIN_LINE_WORDS, ROLE_WORD, TOKEN, Reading

Floats = npt.NDArray[np.float64]


def vectorizer(
    terms: Sequence[str], idf: Sequence[float] | Floats, *, longest: int, tf: str, norm: str | None = "l2"
) -> TfidfVectorizer:
    """A scikit-learn vectorizer that is given its vocabulary and idf."""
    made = TfidfVectorizer(
        ngram_range=(1, longest),
        token_pattern=TOKEN,
        vocabulary=list(terms),
        binary=tf == "binary",
        sublinear_tf=tf == "sublinear",
        norm=norm,
    )
    made.idf_ = np.asarray(idf, dtype=np.float64)
    return made


def normalised(made: TfidfVectorizer, texts: Sequence[str], *, power: float, scale: float) -> Any:  # noqa: ANN401 - sparse
    """The values of a vectorizer without a norm, each row divided by its L2 norm to a power, and scaled."""
    plain = made.transform(texts)
    norms = np.sqrt(np.asarray(plain.multiply(plain).sum(axis=1)).ravel())
    norms[norms == 0] = 1
    return plain.multiply((scale / norms**power)[:, None]).tocsr()


@dataclass(frozen=True, slots=True)
class Judged:
    """What the reference says of a posting."""

    log_odds: float
    p_in_scope: float
    traits: tuple[str, ...]
    line_scores: Floats  # scored line x head


class Reference:
    """A model read from its files with json and numpy alone."""

    def __init__(self, directory: Path) -> None:
        self.heads: dict[str, Any] = json.loads((directory / "heads.json").read_text(encoding="utf-8"))
        terms = json.loads((directory / "terms.json").read_text(encoding="utf-8"))
        with np.load(directory / "weights.npz", allow_pickle=False) as arrays:
            self.arrays = {name: arrays[name].astype(np.float64) for name in arrays.files}
        self.spaces = {
            name: vectorizer(
                terms[name], self.arrays[f"{name}.idf"], longest=shape["longest"], tf=shape["tf"], norm=None
            )
            for name, shape in self.heads["spaces"].items()
        }

    def judge(self, reading: Reading) -> Judged:
        """Judges a posting's masked lines."""
        heads, text = self.heads, "\n".join(reading.masked)
        level = self._linear("level", [text])[0, 0] + heads["level_bias"]
        scope_text = f"{text}\n{ROLE_WORD}" if reading.names_role else text
        scope = self._linear("scope", [scope_text])[0, 0] + heads["scope_bias"]
        lines = [
            line for line, words in zip(reading.masked, reading.words, strict=True) if len(words) >= MIN_LINE_WORDS
        ]
        scores = self._linear("line", lines) + np.array(heads["line_biases"])
        ranked = -np.sort(-scores, axis=0)
        pools = np.stack([ranked[0], ranked[:3].mean(axis=0), np.log(np.exp(scores).sum(axis=0))], axis=1)
        weights = [heads["weights"][key] for key in heads["traits"]] + [heads["director_lines"]]
        shares = ((pools - _column(weights, "means")) * _column(weights, "coefficients")).sum()
        slope, mean = heads["wording"]
        presence = [heads["presence"][key] for key in heads["traits"]]
        odds = (pools[:-1] * _column(presence, "coefficients")).sum(axis=1) + _column(presence, "bias")
        found = odds + _column(presence, "others") @ pools[:-1, 0] > 0
        return Judged(
            log_odds=float(heads["bias"] + slope * (level - mean) + shares),
            p_in_scope=float(1 / (1 + np.exp(-(heads["scope"][0] * scope + heads["scope"][1])))),
            traits=tuple(key for key, there in zip(heads["traits"], found, strict=True) if there),
            line_scores=scores,
        )

    def _linear(self, name: str, texts: Sequence[str]) -> Floats:
        weights = self.arrays[f"{name}.weights"].reshape(len(self.arrays[f"{name}.idf"]), -1)
        shape = self.heads["spaces"][name]
        values = normalised(self.spaces[name], texts, power=shape["power"], scale=shape["scale"])
        return np.asarray(values @ weights)


def _column(tables: Sequence[dict[str, Any]], name: str) -> Floats:
    return np.array([table[name] for table in tables])
