"""The kinds of arrays that the kernel works with, and the rows of numbers that come out; without numba."""

from typing import Annotated, NamedTuple

import numpy as np
import numpy.typing as npt

# Arrays have one dimension where their annotation does not say two.
Bytes = Annotated[npt.NDArray[np.uint8], 1, "read-only"]  # as Arrow's buffers are
Ends = Annotated[npt.NDArray[np.int32], 1, "read-only"]
Symbols = npt.NDArray[np.uint8]
Flags = npt.NDArray[np.uint8]
Points = npt.NDArray[np.uint32]
Numbers = npt.NDArray[np.int32]
Hashes = npt.NDArray[np.uint64]
Weights = npt.NDArray[np.float32]
Reals = npt.NDArray[np.float64]
Spans = Annotated[npt.NDArray[np.int32], 2]
Sets = Annotated[npt.NDArray[np.bool_], 2]
Matrix = Annotated[npt.NDArray[np.float64], 2]
WeightMatrix = Annotated[npt.NDArray[np.float32], 2]

NO_TERM = -1
TOP_TERMS = 5  # as in `explain`

# A posting's status: judged, or the note that says why there is nothing to judge; under 0 it is the plain path's.
JUDGED, EMPTY, TOO_SHORT, NOT_ENGLISH = range(4)
FAULTS = ("empty", "too_short", "not_english")  # by status, from 1


class Verdicts(NamedTuple):
    """What comes out of a batch, a row for each posting."""

    status: npt.NDArray[np.int8]
    cut: npt.NDArray[np.bool_]  # the text was too long
    log_odds: Reals  # of director-level against PM-level work
    p_in_scope: Reals
    found: Sets  # posting x trait
    terms: Spans  # posting x TOP_TERMS, of the level space; NO_TERM where there are fewer
    shares: Matrix  # of the wording's share, by these terms


def verdicts(rows: int, traits: int) -> Verdicts:
    """Empty rows to fill."""
    return Verdicts(
        status=np.zeros(rows, np.int8),
        cut=np.zeros(rows, np.bool_),
        log_odds=np.full(rows, np.nan),
        p_in_scope=np.full(rows, np.nan),
        found=np.zeros((rows, traits), np.bool_),
        terms=np.full((rows, TOP_TERMS), NO_TERM, np.int32),
        shares=np.zeros((rows, TOP_TERMS)),
    )
