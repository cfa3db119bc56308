"""The classes of a raster and their areas; classes are whole numbers, in whatever type the raster keeps them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from geozone.errors import UsageError
from geozone.messages import message
from geozone.model import Finding, Severity
from geozone.overlay.plane import Numbers
from geozone.overlay.zones import Zones
from geozone.raster.bands import ABSURD, FILLS
from geozone.raster.opening import Raster

Codes = npt.NDArray[np.uint16]
Mask = npt.NDArray[np.bool_]

_MOST_CLASSES = 4096
_WIDEST = 1 << 20  # between the least and the greatest class that a table is made for
_WHOLE = 1e-6  # of one: values nearer than this to a whole number are one
_SHIFT = 0.1  # metres: coordinates are rounded to as much
_ROUNDING = 1e-9  # of all ground counted: areas below are the rounding of sums
_BYTE_FILL, _LAST_BYTE_CLASS = 255, 230
_CLASSES_BESIDE_ZERO = 3  # a map of 0 and 1, or of 0, 1 and 2, uses 0 as a class


def class_rows(
    raster: Raster, rows: tuple[int, int], counts: ClassAreas
) -> tuple[npt.NDArray[Any], Mask | None]:
    """Return some rows of a raster as whole numbers, and where there is no data (None: nowhere).

    Raises
    ------
    UsageError
        If there are fractions among them.
    """
    numbers, absent = raster.stored(rows)
    if numbers.dtype == np.bool_:
        numbers = numbers.astype(np.uint8)
    if raster.band.scaled:
        numbers = numbers * raster.band.scale + raster.band.offset
    if not np.issubdtype(numbers.dtype, np.floating):
        return numbers, absent
    void = ~(np.abs(numbers) < ABSURD)  # NaN as well
    if absent is not None:
        void |= absent
    if void.any():
        beyond = numbers[np.isfinite(numbers) & void & (True if absent is None else ~absent)]
        if len(beyond):
            counts.void = float(beyond[0])
        numbers = np.where(void, 0, numbers)
    whole = np.rint(numbers)
    broken = np.abs(numbers - whole) > _WHOLE
    if broken.any():
        value = f"{numbers[broken][0]:g}"
        if raster.band.scaled:
            scale, offset = f"{raster.band.scale:g}", f"{raster.band.offset:g}"
            raise UsageError(
                "raster.fractions_scaled", path=raster.path, value=value, scale=scale, offset=offset
            )
        raise UsageError("raster.fractions", path=raster.path, value=value)
    return whole.astype(np.int64), void if void.any() else None


class ClassAreas:
    """Area of every class in every zone, in m²; classes are numbered as they turn up, no data being number 0."""

    def __init__(self, zones: int) -> None:
        self.classes = np.zeros(1, dtype=np.int64)
        self.areas = np.zeros((zones, 1))
        self.void: float | None = None  # a value that can be no class, and was taken for no data
        self._low = 0
        self._table = np.zeros(0, dtype=np.uint16)  # value - _low -> number of the class
        self._numbers: dict[int, int] = {}  # the same for values too far apart for a table

    def codes(self, values: npt.NDArray[Any], absent: Mask | None) -> Codes:
        """Return the number of the class of every pixel."""
        if absent is not None and not absent.any():
            absent = None
        if values.dtype == np.uint8:
            codes = self._of_bytes(values, absent)
        else:
            if absent is not None:
                real = values[~absent]
                values = np.where(absent, real[0] if len(real) else 0, values)
                if not len(real):
                    return np.zeros(values.shape, dtype=np.uint16)
            codes = self._looked_up(values)
        if absent is not None:
            codes[absent] = 0
        return codes

    def add(self, zones: npt.NDArray[np.intp], areas: Numbers) -> None:
        """Add areas of some zones, one column per class."""
        self.areas[zones] += areas

    def table(self, zones: Zones) -> pd.DataFrame:
        """Return the area with data of every zone, and the share of every class in it."""
        order = np.argsort(self.classes[1:]) + 1
        areas = self.areas[:, order].copy()
        # the outline of a zone, off by the rounding of its coordinates, can reach over so much of the data
        touch = np.minimum(zones.outline * _SHIFT, zones.area / 2)
        areas[areas.sum(axis=1) < touch] = 0
        real = areas.sum(axis=0) > _ROUNDING * areas.sum()
        areas, values = areas[:, real], self.classes[order][real]
        data = areas.sum(axis=1)
        with np.errstate(invalid="ignore", divide="ignore"):
            shares = np.where(data[:, None] > 0, areas / data[:, None], np.nan)
        table = pd.DataFrame({"zone_km2": zones.area / 1e6, "data_km2": data / 1e6}, index=zones.keys)
        classes = pd.DataFrame(shares, index=zones.keys, columns=[int(value) for value in values])
        return pd.concat([table, classes], axis=1)

    def findings(self, raster: Raster) -> Iterator[Finding]:
        """Yield what the classes tell about missing data that is not declared."""
        if self.void is not None:
            yield _finding("class_void", raster, f"{self.void:g}")
        if (fill := self._fill(raster)) is not None:
            yield _finding("class_fill", raster, str(fill))
        if raster.band.scaled:
            scale, offset = f"{raster.band.scale:g}", f"{raster.band.offset:g}"
            yield _finding("class_scaled", raster, "", scale=scale, offset=offset)

    def _fill(self, raster: Raster) -> int | None:
        """Return a class that looks like a value for missing data; with a mask or a declared value, 0 is a class."""
        met = self.classes[1:][self.areas[:, 1:].sum(axis=0) > 0]
        for value in FILLS:
            if value in met:
                return int(value)
        others = met[met != _BYTE_FILL]
        if len(others) < len(met) and others.max(initial=0) < _LAST_BYTE_CLASS:
            return _BYTE_FILL
        told = raster.band.nodata is not None or raster.band.masked or raster.band.alpha is not None
        beside = met[met != 0]
        if not told and 0 in met and len(beside) >= _CLASSES_BESIDE_ZERO and beside.min() > 0:
            return 0
        return None

    def _of_bytes(self, values: npt.NDArray[np.uint8], absent: Mask | None) -> Codes:
        """Small numbers are their own classes, which spares looking them up."""
        real = values if absent is None else values[~absent]
        if (more := int(real.max(initial=0)) + 2 - len(self.classes)) > 0:
            self._more(np.arange(more) + len(self.classes) - 1)
        codes = values.astype(np.uint16)
        codes += 1
        return codes

    def _looked_up(self, values: npt.NDArray[Any]) -> Codes:
        low, high = int(values.min(initial=0)), int(values.max(initial=0))
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

    def _searched(self, values: npt.NDArray[Any]) -> Codes:
        found, place = np.unique(values, return_inverse=True)
        if len(found) > _MOST_CLASSES:
            raise UsageError("raster.too_many_classes", most=_MOST_CLASSES)
        numbers = np.array([self._number(int(value)) for value in found], dtype=np.uint16)
        return np.asarray(numbers[place.reshape(values.shape)])

    def _number(self, value: int) -> int:
        if value not in self._numbers:
            self._more(np.array([value]))
            self._numbers[value] = len(self.classes) - 1
        return self._numbers[value]

    def _more(self, found: npt.NDArray[np.int64]) -> None:
        if len(self.classes) + len(found) > _MOST_CLASSES:
            raise UsageError("raster.too_many_classes", most=_MOST_CLASSES)
        self.classes = np.append(self.classes, found)
        self.areas = np.hstack([self.areas, np.zeros((len(self.areas), len(found)))])


def _finding(kind: str, raster: Raster, value: str, **params: str) -> Finding:
    return Finding(
        kind,
        Severity.WARNING,
        str(raster.path),
        message(f"raster.{kind}", path=raster.path, value=value, **params),
        message(f"raster.{kind}_remedy", value=value),
    )
