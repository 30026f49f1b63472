"""Ladders to adapt to, made of the gold, and models that have seen nothing of them: for `adapt.py` and the curves.

For each of five folds a model is trained without that fold's employers and without the employers in HELD; models are
kept in the directory `cache`, since each takes minutes.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits

from postclass.adaptation import Evidence, gather
from postclass.adapting import General, own_documents
from postclass.corpus import Document, read_corpus
from postclass.evaluation import FIRST_SEED, FOLDS
from postclass.fitting import fit
from postclass.folds import group_folds
from postclass.judge import Model
from postclass.modelfile import load_model, save_model

ROOT = Path(__file__).parents[1]
# Employers with most gold, or most labelled summaries, of both levels; 18F is where most errors are.
FEW = 10  # gold postings
HELD = ("snyk", "uber", "gsatts18f", "okta", "toast", "twilio")
Ladder = Callable[[Document], bool]
HEADS = {"leads_product_managers", "portfolio_scope"}
ORDERS = {"decision_authority", "organisational_alignment", "portfolio_scope"}
# Where an employer's director may begin: at the guide's own line, lower, higher, or elsewhere.
LADDERS: dict[str, Ladder] = {
    "the guide's own": lambda d: d.level == "director",
    "lower: whoever leads PMs or has a portfolio": lambda d: bool(HEADS & d.evidence.keys()),
    "lower: director, lead, group, principal by title": lambda d: d.claim in {"director", "lead"},
    "higher: director who orders or decides": lambda d: d.level == "director" and bool(ORDERS & d.evidence.keys()),
    "elsewhere: who works with executives": lambda d: "executive_stakeholders" in d.evidence,
}


@dataclass(frozen=True, slots=True)
class Base:
    """A model, and what it sees in postings that it has not learnt from."""

    model: Model
    general: General
    unseen: list[Document]  # gold of the fold's employers
    evidence: Evidence  # of them
    held: dict[str, tuple[list[Document], Evidence]]  # by employer


def bases(data: Path, cache: Path) -> Iterator[Base]:
    """The five models, trained where they are not kept yet."""
    own = ROOT / "data" / "labelled"
    labels = [data / "labels.jsonl", data / "labels_summaries.jsonl", own / "labels.jsonl"]
    weak = [data / "summaries.parquet", data / "other_roles.parquet", own / "postings.jsonl"]
    documents = read_corpus(data / "postings.parquet", labels, weak).documents
    director = np.array([d.gold and d.level == "director" for d in documents])
    fold_of = group_folds([d.employer for d in documents], director, seed=FIRST_SEED, folds=FOLDS)
    held = np.array([d.employer in HELD for d in documents])
    levelled = np.array([d.level in {"director", "pm"} for d in documents])
    gold = np.array([d.gold for d in documents])
    for fold in range(FOLDS):
        kept = cache / f"without-fold-{fold}"
        if not kept.exists():
            with threadpool_limits(1):
                parts, _ = fit([documents[i] for i in np.flatnonzero((fold_of != fold) & ~held)])
            save_model(parts, kept, about={"name": kept.name})
        model = load_model(kept)
        general = General.of(model, own_documents())
        unseen = [documents[i] for i in np.flatnonzero((fold_of == fold) & gold & levelled & ~held)]
        employers = {name: labelled(name, documents) for name in HELD}
        seen = {name: (ds, gather(model.parts, [d.words for d in ds], general.scale)) for name, ds in employers.items()}
        yield Base(model, general, unseen, gather(model.parts, [d.words for d in unseen], general.scale), seen)


def labelled(name: str, documents: Sequence[Document]) -> list[Document]:
    """An employer's gold; its labelled summaries where it has hardly any gold."""
    own = [d for d in documents if d.employer == name and d.level in {"director", "pm"}]
    gold = [d for d in own if d.gold]
    return gold if len(gold) >= FEW else own


def truth(documents: list[Document], ladder: Ladder) -> np.ndarray:
    """Which postings are directors on a ladder."""
    return np.array([ladder(document) for document in documents], dtype=bool)


def kept_rows(path: Path, make: Callable[[], Iterator[dict]]) -> list[dict]:
    """Rows made once and kept as JSONL, so that tables and plots are made again in a second."""
    if not path.exists():
        path.write_text("".join(json.dumps(row) + "\n" for row in make()), encoding="utf-8")
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
