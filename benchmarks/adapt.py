"""What `postclass adapt` is worth: labels of one ladder in, accuracy before and after on the rest of it out.

    python benchmarks/adapt.py SHARED_DATA --cache DIR

The models have seen nothing of the employer, nor of the general gold that the drift is measured on. Real employers:
eight ninths of their postings are labels, the rest is judged, in turn, twice over, with each of five models. Ladders:
40 postings of other employers are labels, drawn eight times for each model, relabelled by a rule.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from ladders import HELD, LADDERS, Base, bases, kept_rows, truth
from threadpoolctl import threadpool_limits

from postclass.adaptation import STRENGTHS, Change, Evidence, chosen, fit, out_of_fold
from postclass.adapting import FEWEST_OF_EACH, MAX_DRIFT, compare
from postclass.measures import macro_f1

LABELS = 40
PARTS = 9  # of an employer's postings, of which one is judged
REPEATS, DRAWS = 2, 8
DRIFTS = {"guarded": MAX_DRIFT, "free": 1.0}


def main() -> None:
    """Measure, or read what was measured, and print the tables."""
    parser = argparse.ArgumentParser()
    parser.add_argument("data", type=Path)
    parser.add_argument("--cache", type=Path, required=True)
    given = parser.parse_args()
    with threadpool_limits(1):
        rows = kept_rows(given.cache / "adapt.jsonl", lambda: measured(given.data, given.cache))
    for drift in DRIFTS:
        print(f"\n{drift}:\n")
        employers([row for row in rows if row["drift"] == drift and row["kind"] == "employer"])
        print()
        ladders([row for row in rows if row["drift"] == drift and row["kind"] == "ladder"])


def measured(data: Path, cache: Path) -> Iterator[dict]:
    """One row for each employer, model, repeat and part, and for each ladder, model and draw; and for each drift."""
    for number, base in enumerate(bases(data, cache)):
        for name in HELD:
            yield from of_employer(base, name, {"kind": "employer", "name": name, "base": number})
        for name in LADDERS:
            yield from of_ladder(base, name, {"kind": "ladder", "name": name, "base": number})


def choices(evidence: Evidence, director: np.ndarray, base: Base) -> Iterator[tuple[dict, Change]]:
    """What `postclass adapt` would choose for some labels, guarded and free."""
    if min(director.sum(), (~director).sum()) < FEWEST_OF_EACH:
        return
    changes = fit(evidence, director, STRENGTHS)
    said = out_of_fold(evidence, director, np.arange(len(director)))
    for drift, limit in DRIFTS.items():
        place = chosen(said, director, base.general.allows(changes, max_drift=limit))
        yield {"drift": drift, "place": place, "labels": len(director)}, changes[place]


def of_employer(base: Base, name: str, row: dict) -> Iterator[dict]:
    """Adapts to parts of an employer's postings and judges the rest, and the general gold."""
    documents, evidence = base.held[name]
    director = np.array([document.level == "director" for document in documents])
    general = truth(base.unseen, LADDERS["the guide's own"])
    for repeat in range(REPEATS):
        part = np.random.default_rng(repeat).permutation(len(documents)) % PARTS
        for out in range(PARTS):
            inside, outside = np.flatnonzero(part != out), np.flatnonzero(part == out)
            for choice, change in choices(evidence.take(inside), director[inside], base):
                yield {
                    **row,
                    **choice,
                    "repeat": repeat,
                    "part": out,
                    "postings": outside.tolist(),
                    "director": director[outside].tolist(),
                    "before": evidence.log_odds[outside].tolist(),
                    "after": change.log_odds(evidence.take(outside)).tolist(),
                    "general": general.tolist(),
                    "general_before": base.evidence.log_odds.round(4).tolist(),
                    "general_after": change.log_odds(base.evidence).round(4).tolist(),
                }


def of_ladder(base: Base, name: str, row: dict) -> Iterator[dict]:
    """Adapts to 40 postings on a ladder and judges the other ones of the fold."""
    director = truth(base.unseen, LADDERS[name])
    guide = truth(base.unseen, LADDERS["the guide's own"])
    for draw in range(DRAWS):
        order = np.random.default_rng((draw, row["base"])).permutation(len(director))
        inside, outside = order[:LABELS], order[LABELS:]
        for choice, change in choices(base.evidence.take(inside), director[inside], base):
            before, after = base.evidence.log_odds[outside], change.log_odds(base.evidence.take(outside))
            yield {
                **row,
                **choice,
                "share": float(director.mean()),
                "before": score(director[outside], before),
                "after": score(director[outside], after),
                "general": score(guide[outside], after) - score(guide[outside], before),
            }


def score(director: np.ndarray, log_odds: np.ndarray) -> float:
    """Macro-F1 at 0.5."""
    return float(macro_f1(director, log_odds, np.ones((1, len(log_odds))))[0])


def employers(rows: list[dict]) -> None:
    """A line for each employer."""
    print("| employer | labels | macro-F1 before | after | difference | log-loss difference | left as it was "
          "| general gold: mean difference | worst |")  # fmt: skip
    print("|---|---|---|---|---|---|---|---|---|")
    for name in HELD:
        own = [row for row in rows if row["name"] == name]
        postings = np.concatenate([row["postings"] for row in own])
        director = np.concatenate([row["director"] for row in own])
        before, after = (np.concatenate([row[column] for row in own]) for column in ("before", "after"))
        table = compare(before, after, director, postings)
        cells = [interval(table["macro_f1"][column], column) for column in ("before", "after", "difference")]
        cells.append(interval(table["log_loss"]["difference"], "difference"))
        drifts = pooled_drifts(own)
        cells.append(f"{np.mean([row['place'] == 0 for row in own]):.0%}")
        cells += [f"{np.mean(drifts):+.3f}", f"{min(drifts):+.3f}"]
        print(f"| {name} | {own[0]['labels']} | {' | '.join(cells)} |")


def pooled_drifts(rows: list[dict]) -> list[float]:
    """The difference of macro-F1 on the whole general gold, for each set of labels: the five folds put together."""
    sets: dict[tuple[int, int], list[dict]] = {}
    for row in rows:
        sets.setdefault((row["repeat"], row["part"]), []).append(row)
    result = []
    for same in sets.values():
        general = np.concatenate([row["general"] for row in same])
        before, after = (np.concatenate([row[f"general_{when}"] for row in same]) for when in ("before", "after"))
        result.append(score(general, after) - score(general, before))
    return result


def ladders(rows: list[dict]) -> None:
    """A line for each ladder."""
    print("| ladder | share of directors | macro-F1 before | after | difference (95 % of draws) | better, worse "
          "| left as it was | the guide's gold |")  # fmt: skip
    print("|---|---|---|---|---|---|---|---|")
    for name in LADDERS:
        own = [row for row in rows if row["name"] == name]
        gain = np.array([row["after"] - row["before"] for row in own])
        low, high = np.quantile(gain, (0.025, 0.975))
        mean = {key: np.mean([row[key] for row in own]) for key in ("share", "before", "after", "general")}
        print(
            f"| {name} | {mean['share']:.0%} | {mean['before']:.3f} | {mean['after']:.3f} "
            f"| {gain.mean():+.3f} ({low:+.3f} to {high:+.3f}) | {(gain > 0).mean():.0%}, {(gain < 0).mean():.0%} "
            f"| {np.mean([row['place'] == 0 for row in own]):.0%} | {mean['general']:+.3f} |"
        )


def interval(figure: list, column: str) -> str:
    """A figure with its interval."""
    form = "+.3f" if column == "difference" else ".3f"
    return f"{figure[0]:{form}} ({figure[1]:{form}} to {figure[2]:{form}})"


if __name__ == "__main__":
    main()
