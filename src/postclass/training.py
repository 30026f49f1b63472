"""Labelled postings go in, a model directory comes out: the same bytes from the same data, on one platform."""

import hashlib
import platform
from collections import Counter
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from postclass import __version__
from postclass.claim import claimed
from postclass.corpus import Corpus, read_corpus
from postclass.fitting import OutOfFold, fit
from postclass.modelfile import FILES, MANIFEST, check_target, save_model

STEPS = 10  # calls of `progress` in a training run


def train(  # noqa: PLR0913 - one for each option of the command
    *,
    postings: Path,
    labels: Sequence[Path],
    weak: Sequence[Path] = (),
    output: Path,
    force: bool = False,
    progress: Callable[[str], None] = lambda _: None,
) -> None:
    """Trains a model and writes it to the directory `output`.

    `postings` are full postings; those that `labels` name are the gold that is learnt from and calibrated on.
    `weak` postings count less: by their labels where they have some, otherwise by the level their titles claim, and
    those of other trades teach the scope. Raises `PostclassError`s for inputs that can't be used.
    """
    check_target(output, force=force)
    progress("postings")
    corpus = read_corpus(postings, labels, weak)
    with threadpool_limits(1):  # sums in another order would end in other bytes
        parts, out_of_fold = fit(corpus.documents, progress=progress)
    about = _about(corpus, out_of_fold, (postings, *labels, *weak))
    with claimed([output / name for name in (*FILES, MANIFEST)]):  # a training that was killed may have left some
        save_model(parts, output, about=about)


def _about(corpus: Corpus, out_of_fold: OutOfFold, files: Sequence[Path]) -> dict[str, Any]:
    """What the manifest says of a model's making."""
    documents = corpus.documents
    return {
        "name": "product-roles",
        "versions": {
            "postclass": __version__,
            **{name: version(name) for name in ("scikit-learn", "numpy", "scipy")},
            "python": platform.python_version(),
        },
        "platform": f"{platform.system()}-{platform.machine()}",
        "training": {
            "files": _files(files),
            "gold": dict(sorted(Counter(d.level for d in documents if d.gold and d.level).items())),
            "labelled": dict(sorted(Counter(d.level for d in documents if not d.gold and d.level).items())),
            "by_title": dict(sorted(Counter(d.claim for d in documents if not d.gold and not d.level).items())),
            "employers": len({d.employer for d in documents}),
            "evidence_lines": corpus.evidence_lines,
            "evidence_lines_without_partner": corpus.evidence_lost,
        },
        "metrics": _metrics(out_of_fold),
    }


def _files(files: Sequence[Path]) -> dict[str, str]:
    """The SHA-256 of each file by its name; no path, and the second file of a name is `labels.jsonl (2)`."""
    digests: dict[str, str] = {}
    seen: Counter[str] = Counter()
    for path in files:
        seen[path.name] += 1
        name = path.name if seen[path.name] == 1 else f"{path.name} ({seen[path.name]})"
        digests[name] = hashlib.sha256(path.read_bytes()).hexdigest()
    return digests


def _metrics(out_of_fold: OutOfFold) -> dict[str, Any]:
    """Figures out of fold, rounded so that they do not depend on the last bits."""
    from sklearn.metrics import average_precision_score, f1_score, roc_auc_score

    truth, scores = out_of_fold.director, out_of_fold.log_odds
    return {
        "note": "inner cross-validation of one seed, employers disjoint; CARD.md has the full evaluation",
        "macro_f1": round(float(f1_score(truth, scores > 0, average="macro")), 4),
        "auc": round(float(roc_auc_score(truth, scores)), 4),
        "average_precision_director": round(float(average_precision_score(truth, scores)), 4),
        "postings": int(np.size(truth)),
    }
