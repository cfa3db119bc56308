"""Compiling the loops over edges: plain loops over plain arrays, compiled by Numba at their first use and kept.

What numpy would say shorter takes seconds to compile, so these functions are loops.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numba
import numpy as np

from geozone.overlay.compiled.kept import kept_in

_OPTIONS: dict[str, Any] = {"nogil": True, "error_model": "numpy"}
# sums may be added up in any order, which lets the processor add several numbers at a time; NaN stays what it is
_ANY_ORDER = {"reassoc", "contract", "nsz"}
_SETTINGS: Any = numba.config  # its names come about at run time


def compiled(function: Any) -> Any:
    """Compile a function that Python calls; the code is kept beside the package, or else in the user's cache folder."""
    return _compiled(function, _OPTIONS)


def compiled_sums(function: Any) -> Any:
    """Compile a function whose sums may be added up in any order."""
    return _compiled(function, _OPTIONS | {"fastmath": _ANY_ORDER})


def step(function: Any) -> Any:
    """Compile a function that only compiled ones call, and that neither makes nor returns arrays.

    It is kept with them, needs no way in from Python, and does not count who refers to the arrays that it is given: to count
    them, atomically, took a quarter of the time of a subdivision.
    """
    return _step(function, counts=False)


def allocating_step(function: Any) -> Any:
    """Compile a step that makes arrays or returns them."""
    return _step(function, counts=True)


def _step(function: Any, *, counts: bool) -> Any:
    # Numba's annotations leave out its options for code generation; a step without an option of its own has that of its caller
    made: Any = numba.njit
    return made(no_cpython_wrapper=True, no_cfunc_wrapper=True, _nrt=counts, **_OPTIONS)(function)


def _compiled(function: Any, options: dict[str, Any]) -> Any:
    with _kept(kept_in(Path(function.__code__.co_filename))):
        try:
            return numba.njit(cache=True, **options)(function)
        except RuntimeError:  # no folder to keep compiled code in: it is compiled anew in every process
            return numba.njit(**options)(function)


@contextmanager
def _kept(folder: Path) -> Iterator[None]:
    given = _SETTINGS.CACHE_DIR
    _SETTINGS.CACHE_DIR = str(folder)
    try:
        yield
    finally:
        _SETTINGS.CACHE_DIR = given


@allocating_step
def longer(table, least):
    """Return a table with the same first rows and room for at least so many."""
    result = np.empty((max(least, 2 * len(table)), table.shape[1]), table.dtype)
    for row in range(len(table)):
        for column in range(table.shape[1]):
            result[row, column] = table[row, column]
    return result


@step
def sort_column(table, column, count):
    """Sort the first numbers of a column: Shell's method, for the some tens that a cell has."""
    gap = _first_gap(count)
    while gap > 0:
        for place in range(gap, count):
            key, free = table[place, column], place
            while free >= gap and table[free - gap, column] > key:
                table[free, column] = table[free - gap, column]
                free -= gap
            table[free, column] = key
        gap //= 3


@step
def sort_pairs(table, column, beside, other, count):
    """Sort the first numbers of a column, and a column of another table with them."""
    gap = _first_gap(count)
    while gap > 0:
        for place in range(gap, count):
            key, moved, free = table[place, column], beside[place, other], place
            while free >= gap and table[free - gap, column] > key:
                table[free, column], beside[free, other] = (
                    table[free - gap, column],
                    beside[free - gap, other],
                )
                free -= gap
            table[free, column], beside[free, other] = key, moved
        gap //= 3


@step
def _first_gap(count):
    gap = 1
    while gap < count // 3:
        gap = 3 * gap + 1
    return gap
