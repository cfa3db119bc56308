"""The ends of the numbers of a raster in zones: whether one stands there again and again, far from all others.

It is looked for in a part of the cells that zones cover: numbers for missing data fill whole areas.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from geozone.overlay.plane import Indices, Numbers
from geozone.raster.numbers import Hidden
from geozone.raster.zonal import Part

_KEPT = 4  # numbers, two at either end
_LOOKED_AT = 1 << 14  # cells of a window
_IN_RUN = 8  # places in a run of cells
_OTHERS = 16  # different numbers beside it, at least: fewer are classes or ranks
_OFTEN = 1e-3  # of the cells looked at: what is rarer is a true extreme
_FAR = 0.5  # of the range of all others


@dataclass(frozen=True, slots=True)
class Apart:
    """A number that stands far from all others, and the range of those."""

    number: float
    low: float
    high: float


class Ends:
    """The two least and the two greatest different numbers, and how often each was met."""

    def __init__(self) -> None:
        self._numbers: Numbers = np.zeros(0)
        self._counts: Numbers = np.zeros(0)
        self._different = self._all = 0

    def look(self, numbers: npt.NDArray[Any], kinds: Hidden, part: Part) -> None:
        """Look at the numbers of a window in a part of zones; cells of another kind than 0 are none."""
        rows, columns = _places(part)
        some = numbers[rows, columns]
        if len(kinds):
            some = some[kinds[rows, columns] == 0]
        found, counts = np.unique(some.astype(np.float64), return_counts=True)
        times = counts.astype(np.float64)
        self._different, self._all = max(self._different, len(found)), self._all + len(some)
        numbers, place = np.unique(np.concatenate([self._numbers, _both(found)]), return_inverse=True)
        every = np.bincount(place, weights=np.concatenate([self._counts, _both(times)])).astype(np.float64)
        self._numbers, self._counts = _both(numbers), _both(every)

    @property
    def numbers(self) -> list[float]:
        """The two least and the two greatest numbers, ascending."""
        return [float(number) for number in self._numbers]

    def apart(self) -> Apart | None:
        """Return the number at an end that was met often, farther from the next one than half of what all others span."""
        if len(self._numbers) < _KEPT or self._different <= _OTHERS:
            return None
        (least, low), (high, most) = self._numbers[:2], self._numbers[-2:]
        often = self._counts > max(_OFTEN * self._all, 1)
        if often[0] and low - least > _FAR * (most - low):
            return Apart(float(least), float(low), float(most))
        if often[-1] and most - high > _FAR * (high - least):
            return Apart(float(most), float(least), float(high))
        return None


def _both(row: Numbers) -> Numbers:
    """Return the first two and the last two of a row."""
    return row if len(row) <= _KEPT else np.concatenate([row[:2], row[-2:]])


def _places(part: Part) -> tuple[Indices, Indices]:
    """Return rows and columns of some cells of a window that zones cover: of those cut, and spread over the runs of whole ones."""
    _, rows, columns = part.cut_cells()
    runs = part.cover.runs
    first, last = (np.clip(ends - part.left, 0, part.width) for ends in (runs[:, 2], runs[:, 3]))
    reached = first < last
    first, length, of = first[reached], (last - first)[reached], runs[reached, 1]
    spread = first[:, None] + (length[:, None] * (np.arange(_IN_RUN) + 0.5) / _IN_RUN).astype(np.intp)
    rows = np.concatenate([rows, np.repeat(of, _IN_RUN)])
    columns = np.concatenate([columns, spread.ravel()])
    step = len(rows) // _LOOKED_AT + 1
    return rows[::step], columns[::step]
