"""The figures of an evaluation go in, the model card comes out: `CARD.md`. No figure in it is typed by hand."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from postclass import cardwords as words
from postclass.measures import BINS, Figure
from postclass.wholefile import write_together

# What the project set out to reach: the figure's name in the card, where it stands, the aim, and if less is better.
AIMS: tuple[tuple[str, str, float, bool], ...] = (
    ("macro-F1, all", "accuracy.all.macro_f1", 0.88, False),
    ("macro-F1, clear", "accuracy.clear.macro_f1", 0.94, False),
    ("AUC, all", "accuracy.all.auc", 0.965, False),
    ("average precision of director, all", "accuracy.all.average_precision", 0.85, False),
    ("traits, micro-F1", "traits.all.f1", 0.84, False),
    ("evidence right", "traits.all.evidence_right", 0.75, False),
    ("precision of `director`", "verdicts.director_precision", 0.90, False),
    ("precision of `pm`", "verdicts.pm_precision", 0.95, False),
    ("coverage", "verdicts.coverage", 0.80, False),
    ("gold directors called `director`", "verdicts.directors_called", 0.65, False),
    ("expected calibration error", "calibration.error", 0.04, True),
    ("other trades given no level", "scope.others_not_levelled", 0.97, False),
    ("product postings out of scope", "scope.product_out_of_scope", 0.03, True),
)


def write_card(figures: dict[str, Any], directory: Path) -> None:
    """Writes `CARD.md` into a directory; its plots are `plots.write_plots`'s."""
    directory.mkdir(parents=True, exist_ok=True)
    write_together({directory / "CARD.md": "\n".join(_sections(figures)).encode()})


def _sections(figures: dict[str, Any]) -> Iterator[str]:
    yield "# Model card: product-roles\n"
    yield words.PURPOSE
    yield from _making(figures)
    yield from _aims(figures)
    yield from _level(figures)
    yield from _verdicts(figures)
    yield from _traits(figures)
    yield from _peers(figures)
    yield from _where(figures)
    yield words.LIMITS.format(directors=figures["accuracy"]["all"]["directors"])


def _making(figures: dict[str, Any]) -> Iterator[str]:
    data, gold = figures["data"], figures["data"]["gold"]
    by_title = data["by_title"]
    titled = by_title.get("director", 0) + by_title.get("pm", 0)
    yield words.MAKING.format(traits=len(figures["traits"]["by_trait"]))
    yield _table(
        ["training text", "postings"],
        [
            [
                f"gold: full postings of {data['employers']} employers, {data['sources']} sources, read line by line",
                f"{gold.get('director', 0)} director, {gold.get('pm', 0)} PM, {gold.get('neither', 0)} neither",
            ],
            [
                "labelled in the same way, but short or written by the project",
                f"{data['labelled'].get('director', 0)} director, {data['labelled'].get('pm', 0)} PM",
            ],
            ["short, levelled by their titles alone", f"{titled:,}"],
            ["of other trades, for the scope", f"{by_title.get('other', 0):,}"],
        ],
    )
    yield words.EVIDENCE_LINES.format(lines=data["evidence_lines"], lost=data["evidence_lost"])
    part = figures["accuracy"]["all"]
    times = "once" if figures["seeds"] == 1 else f"{figures['seeds']} times"
    yield words.MEASURING.format(
        postings=part["postings"], directors=part["directors"], times=times, draws=figures["draws"]
    )


def _aims(figures: dict[str, Any]) -> Iterator[str]:
    yield words.AIMS
    rows = []
    for name, path, aim, less in AIMS:
        found = _find(figures, path)
        if found is not None and found[0] is not None:
            reached = found[0] <= aim if less else found[0] >= aim
            rows.append([name, f"{'≤' if less else '≥'} {aim}", _plain(found), "yes" if reached else "**no**"])
    yield _table(["figure", "aim", "measured", "reached"], rows)


def _find(figures: dict[str, Any], path: str) -> Figure | None:
    place: Any = figures
    for name in path.split("."):
        place = place.get(name) if isinstance(place, dict) else None
    found: Figure | None = place
    return found


def _level(figures: dict[str, Any]) -> Iterator[str]:
    yield words.LEVEL
    names = ("macro_f1", "auc", "average_precision")
    yield _table(
        ["postings", "number", "directors", "macro-F1", "AUC", "average precision of director"],
        [
            [name, part["postings"], part["directors"], *(_plain(part[measure]) for measure in names)]
            for name, part in figures["accuracy"].items()
        ],
    )
    by_seed = figures["accuracy"]["all"]["macro_f1_by_seed"]
    if len(by_seed) > 1:
        yield words.SEEDS.format(low=min(by_seed), high=max(by_seed))
    calibration = figures["calibration"]
    yield words.CALIBRATION.format(brier=_plain(calibration["brier"]), bins=BINS)
    yield _table(
        ["share of directors", "expected calibration error"],
        [
            ["as in the gold", _percent(calibration["error"])],
            *(
                [f"{share}, postings weighted and `--prior` set", _percent(error)]
                for share, error in calibration["error_at"].items()
            ),
        ],
    )
    yield "![Reliability: share of directors by probability said](plots/reliability.svg)\n"


def _verdicts(figures: dict[str, Any]) -> Iterator[str]:
    verdicts, scope = figures["verdicts"], figures["scope"]
    rows: list[list[object]] = [
        ["precision of `director`", _percent(verdicts["director_precision"])],
        ["precision of `pm`", _percent(verdicts["pm_precision"])],
        ["coverage: product postings given a level", _percent(verdicts["coverage"])],
        ["`unclear`", _percent(verdicts["unclear"])],
        ["gold directors called `director`", _percent(verdicts["directors_called"])],
        ["gold PMs called `pm`", _percent(verdicts["pms_called"])],
        ["product postings called `out_of_scope`", _percent(scope["product_out_of_scope"])],
    ]
    for name, what in (("others", "postings of other trades"), ("neither", "gold postings read as neither level")):
        if scope[f"{name}_postings"]:
            rows.append(
                [f"{what} given no level, of {scope[f'{name}_postings']:,}", _percent(scope[f"{name}_not_levelled"])]
            )
    yield words.VERDICTS
    yield _table(["what", "share"], rows)
    yield words.RANKING
    yield _table(
        ["right, of the surest verdicts", "coverage"],
        [[precision, _percent(value)] for precision, value in figures["coverage_at"].items()],
    )
    yield "![Risk and coverage: errors among the surest verdicts](plots/risk.svg)\n"


def _traits(figures: dict[str, Any]) -> Iterator[str]:
    every = figures["traits"]["all"]
    yield words.TRAITS.format(f1=_plain(every["f1"]), right=_percent(every["evidence_right"]))
    rows = [
        [
            f"`{key}`",
            t["gold"],
            *(_plain(t[name]) for name in ("f1", "precision", "recall")),
            _percent(t["evidence_right"]),
        ]
        for key, t in figures["traits"]["by_trait"].items()
    ]
    yield _table(["trait", "postings", "F1", "precision", "recall", "evidence right"], rows)
    yield "![F1 of each trait](plots/traits.svg)\n"
    yield words.FAITHFULNESS
    names = ("comprehensiveness", "random_comprehensiveness", "sufficiency", "random_sufficiency")
    yield _table(
        ["postings", "comprehensiveness", "random lines", "sufficiency", "random lines"],
        [[verdict, *(_plain(losses[name]) for name in names)] for verdict, losses in figures["faithfulness"].items()],
    )


def _peers(figures: dict[str, Any]) -> Iterator[str]:
    peers, absent = figures["peers"], figures["absent"]
    if not peers and not absent:
        return
    yield words.PEERS
    measures = ("macro_f1", "auc", "average_precision")
    own = ["**postclass**", *(_plain(figures["accuracy"]["all"][measure]) for measure in measures)]
    yield _table(
        ["method", "macro-F1", "AUC", "average precision"],
        [own, *([name, *(_plain(peer[m]["figure"]) for m in measures)] for name, peer in peers.items())],
    )
    yield words.LEADS
    yield _table(
        ["against", "macro-F1", "AUC"],
        [[name, *(_lead(peer[measure]) for measure in measures[:2])] for name, peer in peers.items()],
    )
    yield "![Macro-F1 of all methods](plots/peers.svg)\n"
    yield from (f"Not measured: {line}.\n" for line in absent)


def _where(figures: dict[str, Any]) -> Iterator[str]:
    yield words.SOURCES
    yield _table(
        ["source", "postings", "employers", "directors", "right at p > 0.5", "directors right", "AUC"],
        [
            [
                s["source"],
                s["postings"],
                s["employers"],
                s["directors"],
                _percent(s["right"]),
                _percent(s["directors_right"]),
                _plain(s["auc"]),
            ]
            for s in figures["sources"]
        ],
    )
    yield words.EMPLOYERS
    yield _table(
        ["employer", "errors", "postings"],
        [[worst["employer"], worst["errors"], worst["postings"]] for worst in figures["worst_employers"]],
    )
    yield words.TITLES
    yield _table(
        ["title claims", "gold: director", "gold: PM", "`director`", "`pm`", "`unclear`", "`out_of_scope`"],
        [
            [claim, *table["gold"].values(), *(f"{n:g}" for n in table["verdict"].values())]
            for claim, table in figures["titles"].items()
        ],
    )


def _plain(values: Figure) -> str:
    return _spelled(values, "{:.3f}")


def _percent(values: Figure) -> str:
    return _spelled(values, "{:.1%}")


def _spelled(values: Figure, form: str) -> str:
    value, *ends = (None if v is None else form.format(v) for v in values)
    if value is None:
        return "–"
    return value if None in ends else f"{value} ({ends[0]} to {ends[1]})"


def _lead(measured: dict[str, Any]) -> str:
    return f"{measured['outcome']}: {_spelled(measured['lead'], '{:+.3f}')}"


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines) + "\n"
