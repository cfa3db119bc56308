"""Compiling the loops over edges: plain loops over plain arrays, compiled by Numba at their first use and kept.

What numpy would say shorter takes seconds to compile, so these functions are loops.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit


def compiled(function: Any) -> Any:
    """Compile a function that Python calls; the code is kept beside the package or in the user's cache folder."""
    try:
        return njit(cache=True, nogil=True, error_model="numpy")(function)
    except RuntimeError:  # no folder to keep compiled code in: it is compiled anew in every process
        return njit(nogil=True, error_model="numpy")(function)


def step(function: Any) -> Any:
    """Compile a function that only compiled ones call: it is kept with them, and needs no way in from Python."""
    return njit(  # type: ignore[call-overload]  # Numba's own annotations leave out its options for code generation
        nogil=True, error_model="numpy", no_cpython_wrapper=True, no_cfunc_wrapper=True
    )(function)


@step
def longer(table, least):
    """Return a table with the same first rows and room for at least so many."""
    result = np.empty((max(least, 2 * len(table)), table.shape[1]), table.dtype)
    for row in range(len(table)):
        for column in range(table.shape[1]):
            result[row, column] = table[row, column]
    return result


@step
def sort_by(order, keys, count):
    """Sort places by their keys: Shell's method, for the some tens that a cell has."""
    gap = 1
    while gap < count // 3:
        gap = 3 * gap + 1
    while gap > 0:
        for place in range(gap, count):
            moved = order[place]
            key, free = keys[moved], place
            while free >= gap and keys[order[free - gap]] > key:
                order[free] = order[free - gap]
                free -= gap
            order[free] = moved
        gap //= 3
