"""How often the audit is right: the open gold in, precision and recall of `inflated` and `deflated` out.

    python benchmarks/audit_gold.py SHARED_DATA [--seeds 5] [--cache DIR]

Employers are kept apart: each posting is judged by a model, and held against its title by shares of titles, that have
seen nothing of its employer. A title is inflated where it claims director and the gold says PM, deflated where it
claims PM and the gold says director; a finding on a posting whose gold is neither counts as wrong. Judging takes some
three minutes a seed; `--cache` keeps what was judged, so that the table is made again in a second.
"""

import argparse
import json
from collections.abc import Iterator
from math import log, sqrt
from pathlib import Path
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from postclass import agreement
from postclass.bench import Bench
from postclass.corpus import Document, read_corpus
from postclass.evaluation import FIRST_SEED, FOLDS
from postclass.fitting import fit
from postclass.folds import group_folds
from postclass.judge import Model
from postclass.opinion import form_opinion, logistic
from postclass.titles import Claim
from postclass.verdict import Verdict

ROOT = Path(__file__).parents[1]
CASES = {("director", "pm"): "inflated", ("pm", "director"): "deflated"}  # claim, gold: what should be found
KINDS = tuple(CASES.values())


def main() -> None:
    """Judge, or read what was judged, and print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("data", type=Path)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--cache", type=Path)
    arguments = parser.parse_args()
    runs = [judged(arguments.data, seed, arguments.cache) for seed in range(arguments.seeds)]
    counts = [count(run) for run in runs]
    print("| seed | inflated: right, wrong | deflated: right, wrong | precision | recall |")
    print("|---|---|---|---|---|")
    for seed, one in enumerate(counts):
        print(row(str(seed), [one]))
    print(row("all", counts))
    for kind in KINDS:
        right, wrong, cases = (sum(one[kind][i] for one in counts) / len(counts) for i in range(3))
        print(
            f"{kind}: precision {interval(right, right + wrong)}, recall {interval(right, cases)} of {cases:.0f} cases"
        )
    right, wrong, cases = (sum(one[kind][i] for one in counts for kind in KINDS) / len(counts) for i in range(3))
    print(f"together: precision {interval(right, right + wrong)}, recall {interval(right, cases)} of {cases:.0f} cases")


def judged(data: Path, seed: int, cache: Path | None) -> list[dict[str, Any]]:
    """Every posting of the gold, judged by a model that has seen nothing of its employer."""
    kept = None if cache is None else cache / f"audit_gold_{seed}.jsonl"
    if kept is None or not kept.exists():
        rows = list(cross_validated(data, seed))
        if kept is None:
            return rows
        kept.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return [json.loads(line) for line in kept.read_text(encoding="utf-8").splitlines()]


def cross_validated(data: Path, seed: int) -> Iterator[dict[str, Any]]:
    """The folds of `postclass evaluate` with that seed."""
    own = ROOT / "data" / "labelled"
    labels = [data / "labels.jsonl", data / "labels_summaries.jsonl", own / "labels.jsonl"]
    weak = [data / "summaries.parquet", data / "other_roles.parquet", own / "postings.jsonl"]
    documents = Bench.of(read_corpus(data / "postings.parquet", labels, weak)).corpus.documents
    director = np.array([document.gold and document.level == "director" for document in documents])
    fold_of = group_folds([d.employer for d in documents], director, seed=FIRST_SEED + seed, folds=FOLDS)
    for fold in range(FOLDS):
        with threadpool_limits(1):  # as in training, so that the sums are the same ones
            model = Model(fit([documents[i] for i in np.flatnonzero(fold_of != fold)])[0])
        for i in np.flatnonzero(fold_of == fold):
            if documents[i].gold and documents[i].level:
                yield {"fold": fold, **told(model, documents[i])}


def told(model: Model, document: Document) -> dict[str, Any]:
    """What a model says of a posting, and what the gold says; none of its text."""
    opinion = form_opinion(model.parts, document.words)
    p = logistic(opinion.log_odds)
    in_scope = model.in_scope(document.words, names_role=document.names_role)
    return {
        "gold": document.level,
        "clear": document.clear,
        "claim": document.claim,
        "level": model.level(p, in_scope),
        "p_director": p,
        "p_in_scope": in_scope,
    }


def count(rows: list[dict[str, Any]]) -> dict[str, tuple[int, int, int]]:
    """For each kind: findings that are right, that are wrong, and cases."""
    counts = {kind: [0, 0, 0] for kind in KINDS}
    for fold in range(FOLDS):
        claims = shares([row for row in rows if row["fold"] != fold])
        for row in (row for row in rows if row["fold"] == fold):
            should = CASES.get((row["claim"], row["gold"]))
            if should is not None:
                counts[should][2] += 1
            kind = finding(row, claims)
            if kind in counts:
                counts[kind][0 if kind == should else 1] += 1
    return {kind: (right, wrong, cases) for kind, (right, wrong, cases) in counts.items()}


def finding(row: dict[str, Any], claims: dict[Claim, float]) -> str:
    """The audit's own finding, with the shares of titles of other employers in place of the shipped ones."""
    verdict = Verdict(1, None, None, None, row["level"], row["p_director"], row["p_in_scope"], (), (), ())
    title = {"director": "Director of Product", "pm": "Product Manager", "lead": "Lead Product Manager"}
    shipped = dict(agreement.CLAIMS)
    agreement.CLAIMS.update(claims)
    try:
        return agreement.agreement(title.get(row["claim"], "Teacher"), verdict).kind
    finally:
        agreement.CLAIMS.update(shipped)


def shares(rows: list[dict[str, Any]]) -> dict[Claim, float]:
    """What each claim is worth in log-odds."""
    size = {level: sum(row["gold"] == level for row in rows) for level in ("director", "pm")}

    def share(claim: Claim, level: str) -> float:
        return sum(row["claim"] == claim and row["gold"] == level for row in rows) / size[level]

    claims: tuple[Claim, ...] = ("director", "pm")
    return {claim: log(share(claim, "director") / share(claim, "pm")) for claim in claims}


def row(name: str, counts: list[dict[str, tuple[int, int, int]]]) -> str:
    """A row of the table."""
    cells = [tuple(sum(one[kind][i] for one in counts) for i in range(3)) for kind in KINDS]
    right, wrong, cases = (sum(cell[i] for cell in cells) for i in range(3))
    by_kind = " | ".join(f"{cell[0]}, {cell[1]}" for cell in cells)
    return f"| {name} | {by_kind} | {right / max(right + wrong, 1):.1%} | {right / cases:.1%} |"


def interval(part: float, whole: float) -> str:
    """A share with its 95 % interval (Wilson 1927), of means over seeds."""
    z, share = 1.96, part / whole
    middle = (share + z * z / (2 * whole)) / (1 + z * z / whole)
    half = z * sqrt(share * (1 - share) / whole + z * z / (4 * whole * whole)) / (1 + z * z / whole)
    return f"{share:.1%} ({middle - half:.1%} to {middle + half:.1%}; {part:.1f} of {whole:.1f})"


if __name__ == "__main__":
    main()
