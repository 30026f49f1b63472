"""How many wrong labels `label check` finds: 5 % of the gold's levels are changed, and looked for in the top 10 %.

`pair`: director and PM change places; `any`: a level becomes one of the two others, by chance. `alone`: by the labels
and texts alone; `with a model`: with the opinion of a level head that has seen none of the gold and none of its
employers (labelled and titled summaries), as the shipped model has not seen a user's postings. Employers are disjoint
throughout. `traits`: 5 % of the marks "has the trait" or "has it not" are changed, alone, over all traits together.

    python benchmarks/label_check.py --data ../shared/data --repetitions 20 > label_check.json
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from postclass.corpus import Document, read_corpus
from postclass.fitting import _fit_level
from postclass.labelling.doubt import Matrix, find_doubts, words_in
from postclass.table import LABELLED, TITLED, tabulate
from postclass.traits import load_traits

WRONG, LOOKED_AT = 0.05, 0.10
LEVELS = ("director", "neither", "pm")
TRAIT_REPETITIONS = 3  # 21 traits take their time


def changed(levels: list[str], kind: str, seed: int) -> tuple[list[str], set[int]]:
    """Levels with 5 % of them wrong, and which."""
    rng = np.random.default_rng(seed)
    able = [i for i, level in enumerate(levels) if kind == "any" or level != "neither"]
    wrong = set(rng.choice(able, round(WRONG * len(able)), replace=False).tolist())
    now = list(levels)
    for i in sorted(wrong):
        others = [level for level in LEVELS if level != levels[i] and (kind == "any" or level != "neither")]
        now[i] = others[int(rng.integers(len(others)))]
    return now, wrong


def recall(ranked: list[int], wrong: set[int], total: int) -> float:
    """The share of what is wrong that stands in the first tenth of a ranking."""
    return len(wrong.intersection(ranked[: round(LOOKED_AT * total)])) / len(wrong)


def start_of(data: Path, gold: list[Document]) -> npt.NDArray[np.float64]:
    """The log-odds of a level head that has seen none of the gold's employers."""
    corpus = read_corpus(
        data / "postings.parquet",
        [data / "labels.jsonl", data / "labels_summaries.jsonl"],
        [data / "summaries.parquet"],
    )
    table = tabulate(corpus.documents, [trait.key for trait in load_traits()])
    employers, rows = np.array(table.employers), {d.id: i for i, d in enumerate(corpus.documents)}
    own = np.array([rows[d.id] for d in gold])
    weak = np.flatnonzero(np.isin(table.kind, (LABELLED, TITLED)) & ~np.isin(employers, employers[own]))
    space, head = _fit_level(table, weak)
    return np.asarray(table.level.values(own, space) @ np.array(head.weights) + head.bias)[:, None]


def trait_recall(gold: list[Document], values: Matrix, seed: int) -> float:
    """The share of changed marks found in the first tenth, all traits in one ranking."""
    employers = [d.employer for d in gold]
    rng = np.random.default_rng(seed)
    ranked: list[tuple[bool, float, int]] = []
    wrong: set[int] = set()
    keys = [trait.key for trait in load_traits()]
    for number, key in enumerate(keys):
        has = np.array([key in d.evidence for d in gold])
        flipped = rng.choice(len(gold), round(WRONG * len(gold)), replace=False)
        has[flipped] = ~has[flipped]
        wrong |= {number * len(gold) + int(i) for i in flipped}
        doubts = find_doubts(values, ["yes" if one else "no" for one in has], employers)
        ranked += [(not doubt.issue, doubt.quality, number * len(gold) + doubt.place) for doubt in doubts]
    return recall([place for _, _, place in sorted(ranked)], wrong, len(keys) * len(gold))


def told(values: list[float]) -> dict[str, Any]:
    """Mean, and where 95 % of the repetitions lie."""
    mean, spread = float(np.mean(values)), 1.96 * float(np.std(values, ddof=1)) / len(values) ** 0.5
    return {
        "mean": round(mean, 3),
        "interval of the mean": [round(mean - spread, 3), round(mean + spread, 3)],
        "95 % of repetitions": np.quantile(values, (0.025, 0.975)).round(3).tolist(),
        "lowest": round(min(values), 3),
    }


def main() -> None:
    """Run the repetitions, and print what they come to as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--repetitions", type=int, default=20)
    given = parser.parse_args()
    corpus = read_corpus(given.data / "postings.parquet", [given.data / "labels.jsonl"], [])
    gold = [d for d in corpus.documents if d.level is not None]
    values = words_in([d.text for d in gold])
    employers, levels = [d.employer for d in gold], [str(d.level) for d in gold]
    start = start_of(given.data, gold)
    results: dict[str, Any] = {"postings": len(gold), "repetitions": given.repetitions}
    for kind in ("pair", "any"):
        for name, opinion in (("alone", None), ("with a model", start)):
            found = []
            for seed in range(given.repetitions):
                now, wrong = changed(levels, kind, seed)
                doubts = find_doubts(values, now, employers, opinion=opinion)
                found.append(recall([doubt.place for doubt in doubts], wrong, len(gold)))
            results[f"{kind}, {name}"] = told(found)
            print(f"{kind}, {name}: {results[f'{kind}, {name}']}", file=sys.stderr, flush=True)
    results["traits, alone"] = told([trait_recall(gold, values, seed) for seed in range(TRAIT_REPETITIONS)])
    print(json.dumps(results, indent=1))


if __name__ == "__main__":
    main()
