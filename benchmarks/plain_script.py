"""What the command is measured against: a script that scores one level head with scikit-learn, Parquet to Parquet.

    python benchmarks/plain_script.py --make MODEL.joblib      once: the pipeline, saved as people save them
    python benchmarks/plain_script.py IN.parquet OUT.parquet MODEL.joblib

It tells a probability of each posting and nothing else: no traits, no terms, no scope, and no bound on memory.
"""

import sys

import joblib
import pandas as pd


def score(source: str, target: str, model: str) -> None:
    """As one would write it."""
    pipeline = joblib.load(model)
    frame = pd.read_parquet(source, columns=["id", "title", "company", "description"])
    frame["p_director"] = pipeline.predict_proba(frame["description"].tolist())[:, 1]
    frame["level"] = ["director" if p > 0.5 else "pm" for p in frame["p_director"]]  # noqa: PLR2004 - the boundary
    frame.drop(columns="description").to_parquet(target)


def make(model: str) -> None:
    """Saves the shipped model's level head as a scikit-learn pipeline."""
    from postclass import load_model
    from reference import level_pipeline

    joblib.dump(level_pipeline(load_model().parts), model)


if __name__ == "__main__":
    if sys.argv[1] == "--make":
        make(sys.argv[2])
    else:
        score(*sys.argv[1:])
