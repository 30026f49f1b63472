"""How many labels one needs: macro-F1 against their number, from the shipped weights and from nothing.

    python benchmarks/learning_curve.py SHARED_DATA --cache DIR [-o docs/images]

For each of five models (see `ladders.py`), employers it has not seen are split in two halves, five times: labels are
drawn from one half, the other is judged. *Adapted* begins with the model; *from nothing* is TF-IDF and logistic
regression trained on the labels alone.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from ladders import LADDERS, Base, bases, kept_rows, truth
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from threadpoolctl import threadpool_limits

from postclass.adapting import FEWEST, FEWEST_OF_EACH, choose
from postclass.corpus import Document
from postclass.features import TOKEN
from postclass.measures import macro_f1

SIZES = (0, 10, 20, 40, 60)
DRAWS = 5
NOTHING_C = 10.0  # a light penalty: values of terms are small, and labels few
WAYS = {"shipped": "as shipped", "adapted": "adapted", "nothing": "from nothing"}
FREE = 1.0  # no guard: the curve asks what labels are worth


def main() -> None:
    """Measure, or read what was measured; print the tables and draw the curves."""
    parser = argparse.ArgumentParser()
    parser.add_argument("data", type=Path)
    parser.add_argument("--cache", type=Path, required=True)
    parser.add_argument("-o", "--output", type=Path, default=Path("docs/images"))
    given = parser.parse_args()
    with threadpool_limits(1):
        rows = kept_rows(given.cache / "curve.jsonl", lambda: measured(given.data, given.cache))
    for name in LADDERS:
        print(f"\n**{name}**\n")
        print("| labels | as shipped | adapted | adapted, gain | from nothing |\n|---|---|---|---|---|")
        for size in SIZES:
            print(line(size, [row for row in rows if row["ladder"] == name and row["labels"] == size]))
    draw(rows, given.output / "learning-curves.svg")


def measured(data: Path, cache: Path) -> Iterator[dict]:
    """A row for each ladder, model, draw and number of labels."""
    for number, base in enumerate(bases(data, cache)):
        for name in LADDERS:
            for deal in range(DRAWS):
                yield from curve(base, name, (number, deal))


def curve(base: Base, name: str, seed: tuple[int, int]) -> Iterator[dict]:
    """One draw: growing sets of labels from one half of the employers, all judged on the other half."""
    luck = np.random.default_rng(seed)
    employers = np.unique([document.employer for document in base.unseen])
    teaching = set(luck.permutation(employers)[: int(len(employers) * 0.6)].tolist())
    order = luck.permutation(len(base.unseen))
    pool = np.array([i for i in order if base.unseen[i].employer in teaching])
    rest = np.array([i for i in order if base.unseen[i].employer not in teaching])
    director = truth(base.unseen, LADDERS[name])
    if min(director[rest].sum(), (~director[rest]).sum()) < FEWEST_OF_EACH:
        return
    shipped = score(director[rest], base.evidence.log_odds[rest])
    for size in SIZES:
        inside = pool[:size]
        row = {"ladder": name, "labels": size, "draw": list(seed), "shipped": shipped, "adapted": shipped}
        both = min(director[inside].sum(), (~director[inside]).sum()) if size else 0
        if size >= FEWEST and both >= FEWEST_OF_EACH:
            change, _, _ = choose(base.evidence.take(inside), director[inside], inside, base.general, max_drift=FREE)
            row["adapted"] = score(director[rest], change.log_odds(base.evidence.take(rest)))
        row["nothing"] = from_nothing(base.unseen, inside, rest, director) if size else None
        if len(inside) == size:
            yield row


def from_nothing(documents: list[Document], inside: np.ndarray, rest: np.ndarray, director: np.ndarray) -> float:
    """Macro-F1 of a model that knows the labels alone; with one level among them it says that level."""
    fewest = min(director[inside].sum(), (~director[inside]).sum())
    if fewest < FEWEST_OF_EACH:
        said = np.full(len(rest), 1.0 if 2 * director[inside].sum() > len(inside) else -1.0)
        return score(director[rest], said)
    model = make_pipeline(
        TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, token_pattern=TOKEN, min_df=2),
        LogisticRegression(C=NOTHING_C, class_weight="balanced", solver="liblinear"),
    )
    model.fit([documents[i].text for i in inside], director[inside])
    return score(director[rest], model.decision_function([documents[i].text for i in rest]))


def score(director: np.ndarray, log_odds: np.ndarray) -> float:
    """Macro-F1 at 0.5."""
    return float(macro_f1(director, log_odds, np.ones((1, len(log_odds))))[0])


def told(values: list[float], *, signed: bool = False) -> str:
    """A mean with the 95 % interval of means when whole draws are resampled."""
    if not values:
        return "–"
    mean, low, high = interval(values)
    form = "+.3f" if signed else ".3f"
    return f"{mean:{form}} ({low:{form}} to {high:{form}})"


def interval(values: list[float]) -> tuple[float, float, float]:
    """Mean and ends, by 2,000 bootstrap draws."""
    array = np.array(values)
    means = array[np.random.default_rng(0).integers(len(array), size=(2000, len(array)))].mean(axis=1)
    low, high = np.quantile(means, (0.025, 0.975))
    return float(array.mean()), float(low), float(high)


def line(size: int, rows: list[dict]) -> str:
    """A line of a table."""
    columns = {way: [row[way] for row in rows if row[way] is not None] for way in WAYS}
    gain = told([row["adapted"] - row["shipped"] for row in rows], signed=True) if size else "–"
    cells = [told(columns["shipped"]), told(columns["adapted"]), gain, told(columns["nothing"])]
    return f"| {size} | {' | '.join(cells)} |"


def draw(rows: list[dict], path: Path) -> None:
    """A panel for each ladder."""
    import matplotlib as mpl

    mpl.use("Agg")
    mpl.rcParams["svg.hashsalt"] = "postclass"
    from matplotlib import pyplot as plt

    figure, panels = plt.subplots(1, len(LADDERS), figsize=(3.2 * len(LADDERS), 3.4), sharey=True)
    for panel, name in zip(panels, LADDERS, strict=True):
        for way, color in zip(WAYS, ("#888888", "#1a5fb4", "#c64600"), strict=True):
            points = []
            for size in SIZES:
                values = [
                    row[way] for row in rows if row["ladder"] == name and row["labels"] == size and row[way] is not None
                ]
                if values:
                    points.append((size, *interval(values)))
            sizes, means, lows, highs = map(list, zip(*points, strict=True))
            panel.plot(sizes, means, color=color, marker="o", markersize=3, label=WAYS[way])
            panel.fill_between(sizes, lows, highs, color=color, alpha=0.15, linewidth=0)
        panel.set_title(name.replace(": ", ":\n"), fontsize=7)
        panel.set_xlabel("labels")
        panel.grid(alpha=0.3)
    panels[0].set_ylabel("macro-F1 on other employers")
    panels[0].legend(fontsize=7, loc="lower right")
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})


if __name__ == "__main__":
    main()
