"""Numbers of classes that lie too far apart to be numbered by their distance."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from geozone.errors import UsageError
from geozone.raster.opening import Mask

Numbered = npt.NDArray[np.uint16]

MOST_CLASSES = 4096  # no data counted as one
_WIDEST = 1 << 20  # between the least and the greatest class that a table is made for


class Codes:
    """Numbers of classes as they turn up, no data being number 0."""

    def __init__(self) -> None:
        self.classes = np.zeros(1, dtype=np.int64)
        self._low = 0
        self._table = np.zeros(0, dtype=np.uint16)  # value - _low -> number of the class
        self._numbers: dict[int, int] = {}  # the same for values too far apart for a table

    def of(self, values: npt.NDArray[Any], absent: Mask | None) -> Numbered:
        """Return the number of the class of every cell.

        Raises
        ------
        UsageError
            If there are too many classes.
        """
        if absent is None:
            return self._looked_up(values)
        real = values[~absent]
        codes = self._looked_up(np.where(absent, real[0], values))
        codes[absent] = 0
        return codes

    def _looked_up(self, values: npt.NDArray[Any]) -> Numbered:
        low, high = int(values.min()), int(values.max())
        if low < self._low or high >= self._low + len(self._table):
            low, high = min(low, self._low), max(high, self._low + len(self._table) - 1)
            if high - low >= _WIDEST:
                return self._searched(values)
            table = np.zeros(high - low + 1, dtype=np.uint16)
            table[self._low - low : self._low - low + len(self._table)] = self._table
            self._low, self._table = low, table
        place = values.astype(np.int64) - self._low
        codes = self._table[place]
        known = codes > 0
        if not known.all():
            for value in np.unique(values[~known]).tolist():
                self._table[value - self._low] = self._number(int(value))
            codes = self._table[place]
        return codes

    def _searched(self, values: npt.NDArray[Any]) -> Numbered:
        found, place = np.unique(values, return_inverse=True)
        if len(found) > MOST_CLASSES:
            raise UsageError("raster.too_many_classes", most=MOST_CLASSES)
        numbers = np.array([self._number(int(value)) for value in found], dtype=np.uint16)
        return np.asarray(numbers[place.reshape(values.shape)])

    def _number(self, value: int) -> int:
        if value not in self._numbers:
            if len(self.classes) == MOST_CLASSES:
                raise UsageError("raster.too_many_classes", most=MOST_CLASSES)
            self.classes = np.append(self.classes, value)
            self._numbers[value] = len(self.classes) - 1
        return self._numbers[value]
