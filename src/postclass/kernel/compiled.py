"""A Python function of arrays in, the same compiled by numba out, and kept for other processes where it can be."""

from collections.abc import Callable
from typing import Annotated, Any, TypeVar, get_args, get_origin, get_type_hints

import numba.core.config
import numpy as np

from postclass.kernel.cache import folder

# numba has types of its own, but not for all that is asked of it here.
_njit: Any = numba.njit
_types: Any = numba.types
_config: Any = numba.core.config

F = TypeVar("F", bound=Callable[..., Any])


def compiled(function: F) -> F:
    """The function compiled for the types of its annotations, to run without the interpreter's lock; and cached.

    One signature, made now: numba by itself would compile once more for every constant that it sees among arguments.
    """
    hints = get_type_hints(function, include_extras=True)
    hints.pop("return")
    types = tuple(map(_numba_type, hints.values()))
    before = _config.CACHE_DIR
    _config.CACHE_DIR = folder()
    try:
        return _njit([types], nogil=True, cache=True, no_cfunc_wrapper=True)(function)
    except RuntimeError as error:
        if "cannot cache" not in str(error):
            raise
        return _njit([types], nogil=True, no_cfunc_wrapper=True)(function)
    finally:
        _config.CACHE_DIR = before


def inlined(function: F) -> F:
    """The function as a part of those compiled functions that call it.

    A compiled function that calls another counts references to all the arrays it was handed, which takes longer than
    what small functions do.
    """
    return _njit(inline="always")(function)


_SCALARS = {int: numba.int64, bool: numba.boolean, float: numba.float64, np.int32: numba.int32, np.uint64: numba.uint64}


def _numba_type(hint: Any) -> Any:  # noqa: ANN401 - an annotation to a type of numba's, which has no types itself
    dimensions, marks = 1, list[str]()
    if get_origin(hint) is Annotated:
        hint, dimensions, *marks = get_args(hint)
    if hint in _SCALARS:
        return _SCALARS[hint]
    if get_origin(hint) is np.ndarray:
        scalar = get_args(get_args(hint)[1])[0]
        return _types.Array(numba.from_dtype(np.dtype(scalar)), dimensions, "C", readonly=bool(marks))
    fields = get_type_hints(hint, include_extras=True)
    return _types.NamedTuple(tuple(map(_numba_type, fields.values())), hint)
