"""What the folds said goes in; all figures of the card come out as plain data, with 95 % intervals.

A figure is a list of three: the mean over repetitions, and the ends of its interval over resampled employers.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import asdict
from functools import partial
from typing import Any

import numpy as np

from postclass.bench import Bench, Measure, Sample
from postclass.corpus import Corpus
from postclass.measures import (
    DIGITS,
    DRAWS,
    Bools,
    Figure,
    Floats,
    auc,
    average_precision,
    brier,
    calibration_error,
    coverage_at,
    draw,
    figure,
    macro_f1,
    ratio,
    reliability,
    reweighted,
    risk_coverage,
)
from postclass.traits import load_traits
from postclass.trial import Run

SHARES = (0.05, 0.11, 0.20)  # of directors: in the wild, in the gold, among senior roles
MIN_SOURCE = 15  # postings, for a source to have a line of its own
MIN_EMPLOYERS = 5  # of a source, for its figures to have an interval: resampling fewer tells nothing
WORST = 5  # employers that are listed
POINTS = 100  # of a risk-coverage curve
LEVELS = ("director", "pm", "unclear", "out_of_scope")
CLAIMS = ("director", "lead", "pm", "other")


def summarise(bench: Bench, runs: Sequence[Run], absent: Sequence[str] = ()) -> dict[str, Any]:
    """All figures of the card."""
    sample = Sample.of(bench, runs)
    clear = np.array([document.clear for document in sample.documents])
    return {
        "seeds": len(runs),
        "draws": DRAWS,
        "data": _data(bench.corpus),
        "accuracy": {"all": _accuracy(sample, None), "clear": _accuracy(sample, clear)},
        "calibration": _calibration(sample),
        "coverage_at": {
            f"{precision:.0%}": figure(sample.mean(partial(coverage_at, precision=precision)))
            for precision in (0.95, 0.97)
        },
        "verdicts": _verdicts(sample),
        "scope": _scope(bench, sample),
        "traits": _traits(sample),
        "faithfulness": _faithfulness(sample),
        "sources": _sources(sample),
        "worst_employers": _worst(sample),
        "titles": _titles(sample),
        "peers": {name: _peer(sample, [run.peers[name] for run in runs]) for name in runs[0].peers},
        "absent": list(absent),
        "curves": {"reliability": _reliability(sample), "risk": _risk(sample)},
    }


def _data(corpus: Corpus) -> dict[str, Any]:
    gold = [d for d in corpus.documents if d.gold and d.level]
    weak = [d for d in corpus.documents if not d.gold]
    return {
        "gold": {str(level): n for level, n in sorted(Counter(d.level for d in gold).items(), key=str)},
        "employers": len({d.employer for d in gold}),
        "sources": len({d.source for d in gold}),
        "labelled": {str(level): n for level, n in sorted(Counter(d.level for d in weak if d.level).items(), key=str)},
        "by_title": dict(sorted(Counter(d.claim for d in weak if not d.level).items())),
        "evidence_lines": corpus.evidence_lines,
        "evidence_lost": corpus.evidence_lost,
    }


def _accuracy(sample: Sample, where: Bools | None) -> dict[str, Any]:
    rows = np.ones(len(sample.truth), dtype=bool) if where is None else where
    measures: dict[str, Measure] = {"macro_f1": macro_f1, "auc": auc, "average_precision": average_precision}
    once = rows[None, :].astype(np.float64)
    return {
        "postings": int(rows.sum()),
        "directors": int(sample.truth[rows].sum()),
        **{name: figure(sample.mean(measure, where=where)) for name, measure in measures.items()},
        "macro_f1_by_seed": [round(float(macro_f1(sample.truth, s, once)[0]), DIGITS) for s in sample.scores],
    }


def _calibration(sample: Sample) -> dict[str, Any]:
    priors = [np.array([judged.prior for judged in run.judged]) for run in sample.runs]

    def at(share: float) -> Figure:
        wanted = float(np.log(share / (1 - share)))
        shifted = [scores - prior + wanted for scores, prior in zip(sample.scores, priors, strict=True)]
        return figure(sample.mean(lambda t, s, w: calibration_error(t, s, reweighted(t, w, share)), scores=shifted))

    return {
        "brier": figure(sample.mean(brier)),
        "error": figure(sample.mean(calibration_error)),
        "error_at": {f"{share:.0%}": at(share) for share in SHARES},
    }


def _given(run: Run, *levels: str) -> Bools:
    return np.array([judged.level in levels for judged in run.judged])


def _verdicts(sample: Sample) -> dict[str, Figure]:
    truth = sample.truth
    return {
        "director_precision": sample.share(
            lambda run: truth & _given(run, "director"), lambda run: _given(run, "director")
        ),
        "pm_precision": sample.share(lambda run: ~truth & _given(run, "pm"), lambda run: _given(run, "pm")),
        "coverage": sample.share(lambda run: _given(run, "director", "pm"), lambda _: np.ones(len(truth))),
        "directors_called": sample.share(lambda run: truth & _given(run, "director"), lambda _: truth),
        "pms_called": sample.share(lambda run: ~truth & _given(run, "pm"), lambda _: ~truth),
        "unclear": sample.share(lambda run: _given(run, "unclear"), lambda _: np.ones(len(truth))),
    }


def _scope(bench: Bench, sample: Sample) -> dict[str, Any]:
    result: dict[str, Any] = {
        "product_out_of_scope": sample.share(
            lambda run: _given(run, "out_of_scope"), lambda _: np.ones(len(sample.truth))
        )
    }
    for name, rows in (("others", bench.others), ("neither", bench.neither)):
        result[f"{name}_postings"] = len(rows)
        if rows:
            weights = draw([document.employer for document in bench.pick(rows)])
            free = [np.array([level not in {"director", "pm"} for level in getattr(run, name)]) for run in sample.runs]
            result[f"{name}_not_levelled"] = figure(np.mean([ratio(f, np.ones(len(f)), weights) for f in free], axis=0))
    return result


def _traits(sample: Sample) -> dict[str, Any]:
    keys = [trait.key for trait in load_traits()]
    has = np.array([[key in document.evidence for key in keys] for document in sample.documents])
    found = [np.array([[key in judged.found for key in keys] for judged in run.judged]) for run in sample.runs]
    right = [np.array([[key in judged.right for key in keys] for judged in run.judged]) for run in sample.runs]

    def row(columns: Sequence[int]) -> dict[str, Any]:
        gold = has[:, columns].sum(axis=1)
        hits = [(has & f)[:, columns].sum(axis=1) for f in found]
        said = [f[:, columns].sum(axis=1) for f in found]
        shown = [r[:, columns].sum(axis=1) for r in right]
        pairs = list(zip(hits, said, strict=True))
        return {
            "gold": int(gold.sum()),
            "f1": _mean([ratio(2 * h, s + gold, sample.weights) for h, s in pairs]),
            "precision": _mean([ratio(h, s, sample.weights) for h, s in pairs]),
            "recall": _mean([ratio(h, gold, sample.weights) for h in hits]),
            "evidence_right": _mean([ratio(r, gold, sample.weights) for r in shown]),
        }

    return {"all": row(range(len(keys))), "by_trait": {key: row([column]) for column, key in enumerate(keys)}}


def _mean(values: Sequence[Floats]) -> Figure:
    return figure(np.mean(values, axis=0))


def _faithfulness(sample: Sample) -> dict[str, dict[str, Figure]]:
    losses = [[asdict(judged.faithfulness) for judged in run.judged] for run in sample.runs]
    verdicts: dict[str, list[Bools]] = {
        "all": [np.ones(len(sample.truth), dtype=bool)] * len(losses),
        "read as director": [scores > 0 for scores in sample.scores],
        "read as pm": [scores <= 0 for scores in sample.scores],
    }
    return {
        verdict: {
            name: _mean(
                [
                    ratio(np.array([loss[name] for loss in run]) * chosen, chosen, sample.weights)
                    for run, chosen in zip(losses, rows, strict=True)
                ]
            )
            for name in losses[0][0]
        }
        for verdict, rows in verdicts.items()
    }


def _sources(sample: Sample) -> list[dict[str, Any]]:
    sizes = Counter(document.source for document in sample.documents)
    names = [d.source if sizes[d.source] >= MIN_SOURCE else "all others" for d in sample.documents]
    measures: dict[str, Measure] = {
        "right": lambda t, s, w: ratio((s > 0) == t, np.ones(len(t)), w),
        "directors_right": lambda t, s, w: ratio((s > 0) & t, t, w),
        "auc": auc,
    }
    result = []
    for name, size in sorted(Counter(names).items(), key=lambda item: (item[0] == "all others", -item[1], item[0])):
        here = np.array([own == name for own in names])
        employers = len({d.employer for d, own in zip(sample.documents, names, strict=True) if own == name})
        figures = {measure: figure(sample.mean(of, where=here)) for measure, of in measures.items()}
        if employers < MIN_EMPLOYERS:
            figures = {measure: [value, None, None] for measure, (value, *_) in figures.items()}
        counts = {"postings": size, "employers": employers, "directors": int(sample.truth[here].sum())}
        result.append({"source": name, **counts, **figures})
    return result


def _worst(sample: Sample) -> list[dict[str, Any]]:
    """The employers with most errors at p > 0.5; those with one posting stay unnamed."""
    wrong = np.mean([(scores > 0) != sample.truth for scores in sample.scores], axis=0)
    errors: dict[str, list[float]] = defaultdict(list)
    for document, error in zip(sample.documents, wrong, strict=True):
        errors[document.employer].append(float(error))
    ranked = sorted(errors.items(), key=lambda item: (-sum(item[1]), len(item[1]), item[0]))[:WORST]
    return [
        {
            "employer": name if len(e) > 1 else "an employer with one posting",
            "errors": round(sum(e), 1),
            "postings": len(e),
        }
        for name, e in ranked
    ]


def _titles(sample: Sample) -> dict[str, dict[str, dict[str, float]]]:
    """For each level that titles claim: how many postings have which gold level, and which verdict."""
    gold: Counter[tuple[str, str]] = Counter((document.claim, str(document.level)) for document in sample.documents)
    verdicts: Counter[tuple[str, str]] = Counter()
    for run in sample.runs:
        verdicts.update((d.claim, judged.level) for d, judged in zip(sample.documents, run.judged, strict=True))
    return {
        claim: {
            "gold": {level: gold[claim, level] for level in LEVELS[:2]},
            "verdict": {level: round(verdicts[claim, level] / len(sample.runs), 1) for level in LEVELS},
        }
        for claim in CLAIMS
    }


def _peer(sample: Sample, scores: Sequence[Floats]) -> dict[str, Any]:
    """A peer's own figures, and how far postclass is ahead of it in the same draws."""
    result: dict[str, Any] = {}
    measures: dict[str, Measure] = {"macro_f1": macro_f1, "auc": auc, "average_precision": average_precision}
    for name, measure in measures.items():
        own, theirs = sample.mean(measure), sample.mean(measure, scores=scores)
        lead = figure(own - theirs)
        result[name] = {"figure": figure(theirs), "lead": lead, "outcome": _outcome(lead)}
    return result


def _outcome(lead: Figure) -> str:
    _, low, high = lead
    if low is None or high is None:
        return "tie"
    return "ahead" if low > 0 else "behind" if high < 0 else "tie"


def _reliability(sample: Sample) -> list[list[float]]:
    return reliability(np.tile(sample.truth, len(sample.scores)), np.concatenate(sample.scores))


def _risk(sample: Sample) -> list[list[float]]:
    once = np.ones((1, len(sample.truth)))
    curves = [risk_coverage(sample.truth, scores, once) for scores in sample.scores]
    coverage, risk = curves[0][0][0], np.mean([risk[0] for _, risk in curves], axis=0)
    places = np.unique(np.linspace(0, len(risk) - 1, POINTS).astype(int))
    return [[round(float(coverage[i]), DIGITS), round(float(risk[i]), DIGITS)] for i in places]
