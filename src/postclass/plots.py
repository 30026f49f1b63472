"""The figures of an evaluation go in; they come out as JSON and as SVG plots, the same bytes from the same figures."""

import io
import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from postclass.errors import InputError
from postclass.wholefile import write_together

BLUE, GREY, ORANGE = "#2b6cb0", "#a0aec0", "#c05621"
STYLE: Any = {
    "svg.hashsalt": "postclass",  # ids in an SVG are random without it
    "svg.fonttype": "none",  # text stays text: small files, and readable to screen readers
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
}


def write_plots(figures: dict[str, Any], directory: Path) -> None:
    """Writes `figures.json` and a plot each for reliability, risk and coverage, traits and (if any) peers.

    Raises `InputError` where matplotlib is not installed, after the figures are safe.
    """
    directory.mkdir(parents=True, exist_ok=True)
    write_together({directory / "figures.json": (json.dumps(figures, indent=1, allow_nan=False) + "\n").encode()})
    try:
        from matplotlib import rc_context
        from matplotlib.figure import Figure as Canvas
    except ImportError as error:
        raise InputError("the plots need matplotlib; install postclass[evaluate]") from error
    plots: dict[str, tuple[Callable[[Any, dict[str, Any]], None], tuple[float, float]]] = {
        "reliability": (_reliability, (4.5, 3.4)),
        "risk": (_risk, (4.5, 3.4)),
        "traits": (_traits, (6.5, 5.0)),
    }
    if figures["peers"]:
        plots["peers"] = (_peers, (6.5, 3.0))
    drawn: dict[Path, bytes] = {}
    for name, (draw, size) in plots.items():
        with rc_context(STYLE):
            canvas = Canvas(figsize=size, layout="constrained")
            draw(canvas.subplots(), figures)
            stream = io.BytesIO()
            canvas.savefig(stream, format="svg", metadata={"Date": None, "Creator": None})
        drawn[directory / f"{name}.svg"] = stream.getvalue()
    write_together(drawn)


def _reliability(axes: Any, figures: dict[str, Any]) -> None:  # noqa: ANN401 - matplotlib ships no types we rely on
    said, true, size = zip(*figures["curves"]["reliability"], strict=True)
    axes.plot([0, 1], [0, 1], color=GREY, linewidth=1)
    axes.plot(said, true, color=BLUE, linewidth=1)
    axes.scatter(said, true, s=[12 + 300 * share for share in size], color=BLUE)
    axes.set(xlabel="probability of director that was said", ylabel="share of directors", title="Reliability")


def _risk(axes: Any, figures: dict[str, Any]) -> None:  # noqa: ANN401 - as above
    coverage, risk = zip(*figures["curves"]["risk"], strict=True)
    axes.plot(coverage, risk, color=BLUE)
    axes.set(xlabel="coverage, surest verdicts first", ylabel="share of wrong verdicts", title="Risk and coverage")
    axes.set(xlim=(0, 1), ylim=(0, None))


def _traits(axes: Any, figures: dict[str, Any]) -> None:  # noqa: ANN401 - as above
    traits = figures["traits"]["by_trait"]
    _bars(axes, [(key, trait["f1"]) for key, trait in traits.items()], colour=lambda _: BLUE)
    axes.set(xlabel="F1 at posting level, 95 % interval", title="Traits")


def _peers(axes: Any, figures: dict[str, Any]) -> None:  # noqa: ANN401 - as above
    rows = [("postclass", figures["accuracy"]["all"]["macro_f1"])]
    rows += [(name, peer["macro_f1"]["figure"]) for name, peer in figures["peers"].items()]
    _bars(axes, rows, colour=lambda name: ORANGE if name == "postclass" else BLUE)
    axes.set(xlabel="macro-F1, 95 % interval", title="Other methods in the same folds")


def _bars(axes: Any, rows: Iterable[tuple[str, list[float | None]]], *, colour: Callable[[str], str]) -> None:  # noqa: ANN401 - as above
    """Horizontal bars with the intervals as whiskers, first row on top; what is not defined has no bar."""
    names = []
    for place, (name, (value, low, high)) in enumerate(rows):
        names.append(name)
        axes.barh(place, value or 0.0, color=colour(name), height=0.7)
        if value is not None and low is not None and high is not None:
            axes.plot([low, high], [place, place], color="black", linewidth=1)
    axes.set_yticks(range(len(names)), names)
    axes.invert_yaxis()
    axes.set_xlim(0, 1)
