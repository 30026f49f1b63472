"""A model directory in, its model card with Hugging Face's metadata out, and in it what was measured."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from postclass.errors import ModelError
from postclass.judge import Model

CARD, FIGURES = "CARD.md", "plots/figures.json"
TASK, METRICS = "text-classification", {"macro_f1": "f1", "auc": "roc_auc", "average_precision": "average_precision"}
NAMES = {"macro_f1": "macro-F1", "auc": "AUC", "average_precision": "average precision of director"}
PARTS = {"all": "all gold postings", "clear": "gold postings whose level the reader called clear"}
TAGS = ("job-postings", "product-management", "seniority", "tf-idf", "logistic-regression", "explainable")

_USE = """
## How to use

```python
import postclass

model = postclass.load_model("{name}")  # this directory
print(next(model.judge(["..."])).level)
```
"""


def model_card(model: Model, directory: Path) -> str:
    """The model's `CARD.md` under a front matter of licence, language, tags and measured figures.

    Raises `ModelError` where the model has no card: nobody should hand on a model of which nothing is said.
    """
    from huggingface_hub import ModelCardData

    try:
        body = (directory / CARD).read_text(encoding="utf-8")
    except OSError as error:
        raise ModelError(f"{directory / CARD}: {error.strerror}; `postclass evaluate` writes the card") from error
    name = str(model.manifest.get("name") or directory.name)
    results = list(_results(_figures(directory)))
    data = ModelCardData(
        language="en",
        license="apache-2.0",
        library_name="postclass",
        pipeline_tag=TASK,
        tags=list(TAGS),
        model_name=name,
        eval_results=results or None,
        metrics=sorted({result.metric_type for result in results}) or None,
    )
    return f"---\n{data.to_yaml()}\n---\n\n{body.rstrip()}\n{_USE.format(name=name)}"


def _figures(directory: Path) -> Mapping[str, Any]:
    try:
        figures = json.loads((directory / FIGURES).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise ModelError(f"{directory / FIGURES}: can't be read; `postclass evaluate` writes it anew") from error
    return figures if isinstance(figures, dict) else {}


def _results(figures: Mapping[str, Any]) -> Iterator[Any]:
    """The measured figures as Hugging Face's results."""
    from huggingface_hub import EvalResult

    for part, said in PARTS.items():
        measured = figures.get("accuracy", {}).get(part, {})
        for key, metric in METRICS.items():
            if measured.get(key) and measured[key][0] is not None:
                value, low, high = measured[key]
                yield EvalResult(
                    task_type=TASK,
                    dataset_type="postclass-gold",
                    dataset_name=f"{said}, employers disjoint",
                    dataset_config=part,
                    metric_type=metric,
                    metric_name=f"{NAMES[key]} (95 % interval {low:.3f} to {high:.3f})",
                    metric_value=round(value, 4),
                )
