"""Contenders in, their times out: rounds in which each has its turn, CPU time, and a table of ratios with their spread.

What else runs on a machine slows a whole round down, so ratios are taken within rounds.
"""

import os
import statistics
from collections.abc import Callable, Mapping

# To be set before numpy and its like are imported: one thread each.
ONE_THREAD = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS", "ARROW_NUM_THREADS"), "1"
)

Times = dict[str, list[float]]
Turn = Callable[[int], float]  # a round's number in, microseconds a posting out


def pin() -> None:
    """This process and its children on one core, where the system can do so."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


def interleave(contenders: Mapping[str, Turn], rounds: int) -> Times:
    """Each contender's time in each round; who begins changes from round to round."""
    names = list(contenders)
    times: Times = {name: [] for name in names}
    for number in range(rounds):
        first = number % len(names)
        for name in names[first:] + names[:first]:
            times[name].append(contenders[name](number))
    return times


def table(times: Times, *, against: str, unit: str = "µs") -> str:
    """Best and median of each, and how many times as fast as one of them: median of the rounds, least and most."""
    lines = [f"| | best {unit} | median {unit} | ratio | least to most |", "|---|---|---|---|---|"]
    for name, own in times.items():
        ratios = [base / time for base, time in zip(times[against], own, strict=True)]
        lines.append(
            f"| {name} | {_figure(min(own))} | {_figure(statistics.median(own))} | "
            f"{_figure(statistics.median(ratios))}x | {_figure(min(ratios))} to {_figure(max(ratios))} |"
        )
    return "\n".join(lines)


def _figure(value: float) -> str:
    """Three figures, and no exponent."""
    if value >= 100:  # noqa: PLR2004 - three figures before the point
        return f"{value:,.0f}"
    return f"{value:.3g}"
