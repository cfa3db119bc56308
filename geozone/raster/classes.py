"""The classes of a raster and their areas; classes are whole numbers, in whatever type the raster keeps them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from geozone.errors import UsageError
from geozone.messages import message
from geozone.model import Finding, Severity
from geozone.overlay.plane import Numbers
from geozone.raster.bands import ABSURD, BYTE_FILL, FILLS, LAST_BYTE_VALUE
from geozone.raster.opening import Raster, Span
from geozone.raster.zonal import Window, closed

Codes = npt.NDArray[np.uint16]
Mask = npt.NDArray[np.bool_]
Classes = tuple[npt.NDArray[Any], Mask | None]

_MOST_CLASSES = 4096
_WIDEST = 1 << 20  # between the least and the greatest class that a table is made for
_WHOLE = 1e-6  # of one: values nearer than this to a whole number are one
_CACHED = 1 << 17  # pixels a step
_CLASSES_BESIDE_ZERO = 3  # a map of 0 and 1, or of 0, 1 and 2, uses 0 as a class


def read_classes(raster: Raster, rows: Span, columns: Span, counts: ClassAreas) -> Classes:
    """Return a window of a raster as whole numbers, and where there is no data (None: nowhere).

    Raises
    ------
    UsageError
        If there are fractions among them.
    """
    numbers, absent = raster.stored(rows, columns)
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
        self.whole = np.zeros((zones, 1))  # of cells wholly inside
        self.cut = np.zeros((zones, 1))  # of cells that an outline passes
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

    def count(self, window: Window, read: Classes, areas: Numbers, zones: npt.NDArray[np.intp]) -> None:
        """Add the cells of a window.

        Parameters
        ----------
        window
            What zones cover of it.
        read
            Its classes, and where there is no data.
        areas
            Area of its cells in m²: an array of rows and columns, or of one column that stands for all.
        zones
            The numbers here of the zones of the window.
        """
        values, absent = read
        tall, wide = window.label.shape
        step = max(_CACHED // wide, 1)
        for top in range(0, tall, step):  # a few rows at a time stay in the processor's cache
            some = slice(top, min(top + step, tall))
            codes = self.codes(values[some], None if absent is None else absent[some])
            sums = self._sums(window.label[some], codes, areas[some], len(zones))
            self.whole[zones] += sums
        codes = self.codes(*self._of_cut(window, values, absent))
        here = areas[window.cut_rows, window.cut_columns if areas.shape[1] > 1 else 0]
        classes = len(self.classes)
        marks = window.cut_zones * classes + codes
        cut = np.bincount(marks, weights=window.shares * here, minlength=len(zones) * classes)
        self.cut[zones] += cut.reshape(len(zones), classes)

    def areas(self, ground: Numbers, outline: Numbers) -> Numbers:
        """Return the area in m² of every class in every zone, cells adding up to the ground of the zone in the raster."""
        whole, cut = closed(self.whole.sum(axis=1), self.cut.sum(axis=1), ground, outline)
        return np.asarray(self.whole * whole[:, None] + self.cut * cut[:, None])

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
        met = self.classes[1:][(self.whole + self.cut)[:, 1:].sum(axis=0) > 0]
        for value in FILLS:
            if value in met:
                return int(value)
        others = met[met != BYTE_FILL]
        if len(others) < len(met) and others.max(initial=0) < LAST_BYTE_VALUE:
            return BYTE_FILL
        told = raster.band.nodata is not None or raster.band.masked or raster.band.alpha is not None
        beside = met[met != 0]
        if not told and 0 in met and len(beside) >= _CLASSES_BESIDE_ZERO and beside.min() > 0:
            return 0
        return None

    def _sums(self, label: npt.NDArray[Any], codes: Codes, areas: Numbers, zones: int) -> Numbers:
        """Return the area of every class in every zone, of cells that carry the number of the zone they lie in."""
        classes = len(self.classes)
        size = (zones + 1) * classes  # the last zone stands for none
        marks = label.copy() if size < 1 << 16 else label.astype(np.int32)
        marks *= classes
        marks += codes
        total = np.zeros(size)
        if areas.shape[1] > 1 or size > label.shape[1]:
            weights = np.broadcast_to(areas, label.shape)
            total += np.bincount(marks.ravel(), weights=weights.ravel(), minlength=size)
        else:
            for line, area in zip(marks, areas[:, 0], strict=True):
                total += np.bincount(line, minlength=size) * area
        return total.reshape(zones + 1, classes)[:zones]

    @staticmethod
    def _of_cut(window: Window, values: npt.NDArray[Any], absent: Mask | None) -> Classes:
        cells = window.cut_rows, window.cut_columns
        return values[cells], None if absent is None else absent[cells]

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
        more = ((0, 0), (0, len(found)))
        self.whole, self.cut = np.pad(self.whole, more), np.pad(self.cut, more)


def _finding(kind: str, raster: Raster, value: str, **params: str) -> Finding:
    return Finding(
        kind,
        Severity.WARNING,
        str(raster.path),
        message(f"raster.{kind}", path=raster.path, value=value, **params),
        message(f"raster.{kind}_remedy", value=value),
    )
