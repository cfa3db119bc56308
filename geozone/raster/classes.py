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
from geozone.raster.codes import MOST_CLASSES, Codes
from geozone.raster.grid import Areas
from geozone.raster.numbers import extremes, hidden, whole
from geozone.raster.opening import Raster, Stored
from geozone.raster.unlike import Held
from geozone.raster.zonal import Part, closed

_COMPARED = 16  # classes that whole runs are compared with, at most
_WHOLE = 1e-6  # of one: values nearer than this to a whole number are one
_MOST = np.uint64(np.iinfo(np.int64).max)  # the greatest class
_CLASSES_BESIDE_ZERO = 3  # a map of 0 and 1, or of 0, 1 and 2, uses 0 as a class


class ClassAreas:
    """Area of every class in every zone, in m².

    Classes that lie close together have a number by their distance to the lowest, others one as they turn up. Number 0 is
    ground without data.
    """

    def __init__(self, raster: Raster, zones: int) -> None:
        self.raster = raster
        self.void: float | None = None  # a value that can be no class, and was taken for no data
        self._low: int | None = None  # the lowest of the classes that lie close together
        self._near = np.zeros(
            (2, zones, 1)
        )  # area of cells wholly inside, and of those that an outline passes
        self._far = np.zeros((2, zones, 1))
        self._codes = Codes()
        # classes met first, and how many, of those that lie close together and of the others
        self._met: dict[bool, tuple[npt.NDArray[np.int64], npt.NDArray[Any]]] = {}

    def count(self, stored: Stored, areas: Areas, part: Part) -> None:
        """Add the cells of a window.

        Raises
        ------
        UsageError
            If there are fractions among them, or too many classes.
        """
        from geozone.raster.compiled import count_classes  # noqa: PLC0415 - numba takes half a second to load

        numbers, absent = self._whole(stored)
        values = whole(numbers)
        hides = hidden(absent)
        found = extremes(values, hides)
        near = self._makes_room(found)
        if near:
            low, sums = self._low or 0, self._near
        else:
            values, hides, low = self._codes.of(values, absent), hidden(None), 1
            more = len(self._codes.classes) - self._far.shape[2]
            self._far = sums = np.pad(self._far, ((0, 0), (0, 0), (0, more)))
        if near not in self._met:
            self._met[near] = np.zeros(1, dtype=np.int64), np.zeros(_COMPARED, values.dtype)
        factors = areas.down, areas.across
        count_classes(values, hides, low, self._met[near], factors, part.arrays, sums[0], sums[1])

    def areas(self, ground: Numbers, outline: Numbers) -> tuple[npt.NDArray[np.int64], Numbers]:
        """Return the classes, and the area in m² of each in every zone; with no data, cells add up to the ground of the zone.

        Parameters
        ----------
        ground
            Area of every zone inside the raster, in m².
        outline
            Length of its outline, in m.
        """
        classes, areas = self._added_up()
        whole, cut = closed(areas[0].sum(axis=1), areas[1].sum(axis=1), ground, outline)
        return classes[1:], (areas[0] * whole[:, None] + areas[1] * cut[:, None])[:, 1:]

    def findings(self) -> Iterator[Finding]:
        """Yield what the classes tell about missing data that is not declared."""
        if self.void is not None:
            yield self._finding("class_void", f"{self.void:g}")
        if (fill := self._fill()) is not None:
            yield self._finding("class_fill", str(fill))
        if self.raster.band.lossy is not None:
            yield self._finding("class_lossy", "", compression=self.raster.band.lossy)
        if self.raster.band.scaled:
            scale, offset = f"{self.raster.band.scale:g}", f"{self.raster.band.offset:g}"
            yield self._finding("class_scaled", "", scale=scale, offset=offset)

    def held(self) -> Held:
        """Return what was met in the zones."""
        band = self.raster.band
        classes = map(float, self._added_up()[0][1:].tolist())
        return Held(self.raster.path, band, frozenset((one - band.offset) / band.scale for one in classes))

    def _fill(self) -> int | None:
        """Return a class that looks like a value for missing data; with a mask or a declared value, 0 is a class."""
        met = self._added_up()[0][1:]
        for value in FILLS:
            if value in met:
                return int(value)
        others = met[met != BYTE_FILL]
        if len(others) < len(met) and others.max(initial=0) < LAST_BYTE_VALUE:
            return BYTE_FILL
        band = self.raster.band
        beyond = [fill for fill in band.fills if fill in met and fill not in {*FILLS, BYTE_FILL}]
        for (
            value
        ) in beyond:  # what a small type can hold is a class as well, unless it lies far from all others
            others = met[met != value]
            if others.max(initial=0) < abs(value) / 2 and others.min(initial=0) >= 0:
                return int(value)
        if len(met) > 1 and met.min() < 0 <= np.sort(met)[1]:
            return int(met.min())  # the only one below zero
        told = band.nodata is not None or band.masked or band.alpha is not None
        beside = met[met != 0]
        background = not told and 0 in met and len(beside) >= _CLASSES_BESIDE_ZERO and beside.min() > 0
        unseen = band.transparent.intersection(met.tolist())
        return min((*(unseen if len(unseen) < len(met) else ()), *((0,) if background else ())), default=None)

    def _added_up(self) -> tuple[npt.NDArray[np.int64], Numbers]:
        """Return the classes that zones have, after no data, and their areas; those of whole cells come first."""
        low = self._low or 0
        near = np.arange(low, low + self._near.shape[2] - 1)
        met, place = np.unique(np.concatenate([near, self._codes.classes[1:]]), return_inverse=True)
        areas = np.zeros((*self._near.shape[:2], 1 + len(met)))
        areas[:, :, 0] = self._near[:, :, 0] + self._far[:, :, 0]
        areas[:, :, 1 + place[: len(near)]] = self._near[:, :, 1:]
        areas[:, :, 1 + place[len(near) :]] += self._far[:, :, 1:]
        real = np.append(True, areas[:, :, 1:].sum(axis=(0, 1)) > 0)
        if real.sum() > MOST_CLASSES:
            raise UsageError("raster.too_many_classes", most=MOST_CLASSES)
        return np.append(0, met)[real], areas[:, :, real]

    def _makes_room(self, found: tuple[Any, Any] | None) -> bool:
        """Tell whether the classes of a window lie close to all before, given the lowest and the highest; make room for them."""
        if found is None:
            return True
        low, high = int(found[0]), int(found[1])
        before = self._near.shape[2] - 1
        first = low if self._low is None else self._low
        low, high = min(low, first), max(high, first + before - 1)
        count = high - low + 1
        if count >= MOST_CLASSES:
            return False
        if count > before:
            wider = np.zeros((*self._near.shape[:2], 1 + count))
            wider[:, :, 0] = self._near[:, :, 0]
            wider[:, :, 1 + first - low : 1 + first - low + before] = self._near[:, :, 1:]
            self._low, self._near = low, wider
        return True

    def _whole(self, stored: Stored) -> Stored:
        """Return numbers as whole ones, and where there is no data."""
        numbers, absent = stored
        band = self.raster.band
        if numbers.dtype == np.uint64 and (beyond := numbers > _MOST).any():
            self.void = float(numbers[beyond][0])
            numbers, absent = np.where(beyond, 0, numbers), beyond if absent is None else absent | beyond
        if band.scaled:
            numbers = numbers * band.scale + band.offset
        if not np.issubdtype(numbers.dtype, np.floating):
            return numbers, absent
        void = ~(np.abs(numbers) < ABSURD)  # NaN as well
        if absent is not None:
            void |= absent
        if void.any():
            beyond = numbers[np.isfinite(numbers) & void & (True if absent is None else ~absent)]
            if len(beyond):
                self.void = float(beyond[0])
            numbers = np.where(void, 0, numbers)
        near = np.rint(numbers)
        broken = np.abs(numbers - near) > _WHOLE
        if broken.any():
            value = f"{numbers[broken][0]:g}"
            if band.scaled:
                scale, offset = f"{band.scale:g}", f"{band.offset:g}"
                raise UsageError(
                    "raster.fractions_scaled", path=self.raster.path, value=value, scale=scale, offset=offset
                )
            raise UsageError("raster.fractions", path=self.raster.path, value=value)
        return near.astype(np.int64), void if void.any() else None

    def _finding(self, kind: str, value: str, **params: str) -> Finding:
        path = self.raster.path
        return Finding(
            kind,
            Severity.WARNING,
            str(path),
            message(f"raster.{kind}", path=path, value=value, **params),
            message(f"raster.{kind}_remedy", value=value),
        )
