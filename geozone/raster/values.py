"""Values of a raster summed over zones; what stands for missing data without being declared is found on the way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from geozone.messages import message
from geozone.model import Finding, Severity
from geozone.overlay.plane import Indices, Numbers
from geozone.raster.bands import ABSURD, BYTE_FILL, FILLS, LAST_BYTE_VALUE
from geozone.raster.opening import Raster, Span, Values
from geozone.raster.zonal import Window, closed

Mask = npt.NDArray[np.bool_]
_CACHED = 1 << 17  # pixels a step
_GROUND, _KNOWN, _SUM = range(3)


@dataclass(frozen=True)
class Sums:
    """What the cells of a raster make in zones; areas in m²."""

    known: Numbers  # area with a value
    total: Numbers  # area times value, or value alone where it is a total of the cell


class ValueSums:
    """Sums of a raster in zones.

    Parameters
    ----------
    raster
        The open raster.
    zones
        How many there are.
    per_cell
        A value is the total of its cell, such as people, and not the same all over it, such as a concentration.
    """

    def __init__(self, raster: Raster, zones: int, *, per_cell: bool = False) -> None:
        self.raster, self.per_cell = raster, per_cell
        self.low, self.high = np.inf, -np.inf  # of the numbers stored, those in `fills` apart
        self.void: float | None = None  # a number that can be no value, and was taken for no data
        self._whole, self._cut = np.zeros((zones, 3)), np.zeros((zones, 3))
        # the same for each number that is like a fill, which may turn out to be a value
        self._fills: dict[float, tuple[Numbers, Numbers]] = {}

    def read(self, rows: Span, columns: Span) -> tuple[Values, Mask]:
        """Return a window as stored, and where there are values."""
        numbers, absent = self.raster.stored(rows, columns)
        present = np.ones(numbers.shape, dtype=bool) if absent is None else ~absent
        if np.issubdtype(numbers.dtype, np.floating):
            beyond = present & ~(np.abs(numbers) < ABSURD)
            if beyond.any():
                self.void = float(numbers[beyond][0])
                present &= ~beyond
        return numbers, present

    def count(self, window: Window, read: tuple[Values, Mask], areas: Numbers, zones: Indices) -> None:
        """Add the cells of a window; the parameters are those of `geozone.raster.classes.ClassAreas.count`."""
        numbers, present = read
        parts = [(self._whole, self._cut, present)]
        for fill, like in self._likely(numbers, present):
            empty = np.zeros_like(self._whole), np.zeros_like(self._cut)
            parts.append((*self._fills.setdefault(fill, empty), like))
        step = max(_CACHED // numbers.shape[1], 1)
        for top in range(0, len(numbers), step):  # a few rows at a time stay in the processor's cache
            some = slice(top, top + step)
            ground = np.broadcast_to(areas[some], numbers[some].shape)
            amounts = np.ones_like(ground) if self.per_cell else ground
            for whole, _, those in parts:
                whole[zones] += self._sums(
                    window.label[some], numbers[some], those[some], (ground, amounts), len(zones)
                )
        cells = window.cut_rows, window.cut_columns
        ground = window.shares * areas[window.cut_rows, window.cut_columns if areas.shape[1] > 1 else 0]
        amounts = window.shares if self.per_cell else ground
        for _, cut, those in parts:
            cut[zones] += self._sums(
                window.cut_zones, numbers[cells], those[cells], (ground, amounts), len(zones)
            )

    @property
    def left_out(self) -> tuple[float, ...]:
        """Numbers that lie so far from all others that they stand for no data."""
        return tuple(fill for fill in self._fills if self._far(fill))

    def sums(self, ground: Numbers, outline: Numbers) -> Sums:
        """Return the sums, cells adding up to the ground of the zone in the raster (m²)."""
        whole, cut = closed(self._whole[:, _GROUND], self._cut[:, _GROUND], ground, outline)
        parts = [(self._whole, self._cut), *(self._fills[fill] for fill in self._kept)]
        sums = sum(every * whole[:, None] + part * cut[:, None] for every, part in parts)
        assert isinstance(sums, np.ndarray)
        return Sums(sums[:, _KNOWN], sums[:, _SUM])

    @property
    def least(self) -> float:
        """The least of the values."""
        ends = (number for number in (self.low, self.high, *self._kept) if np.isfinite(number))
        return min((self._value(number) for number in ends), default=0.0)

    def findings(self) -> Iterator[Finding]:
        """Yield what the numbers tell about missing data that is not declared."""
        if self.void is not None:
            yield self._finding("value_void", self.void)
        for fill in self._fills:
            if fill in self.left_out:
                yield self._finding("value_left_out", fill)
            elif fill < self.low or fill > self.high:
                yield self._finding("value_fill", fill)

    @property
    def _kept(self) -> list[float]:
        return [fill for fill in self._fills if not self._far(fill)]

    def _value(self, number: float) -> float:
        return number * self.raster.band.scale + self.raster.band.offset

    def _likely(self, numbers: Values, present: Mask) -> Iterator[tuple[float, Mask]]:
        """Take numbers like fills at either end of a window out of its values; yield each with its cells."""
        likely = (*FILLS, float(BYTE_FILL)) if numbers.dtype == np.uint8 else FILLS
        while True:
            real = numbers if present.all() else numbers[present]
            if not real.size:
                return
            low, high = float(real.min()), float(real.max())
            fill = next((number for number in (low, high) if number in likely), None)
            if fill is None:
                self.low, self.high = min(self.low, low), max(self.high, high)
                return
            like = present & (numbers == fill)
            present &= ~like
            yield fill, like

    def _far(self, fill: float) -> bool:
        if fill == BYTE_FILL:
            return self.high < LAST_BYTE_VALUE
        return self.low > fill / 2 if fill < 0 else self.high < fill / 2

    def _sums(
        self,
        owner: npt.NDArray[Any],
        numbers: Values,
        those: Mask,
        amounts: tuple[Numbers, Numbers],
        zones: int,
    ) -> Numbers:
        """Return ground, known ground and sum of some cells in every zone; an owner that is no zone counts for none."""
        values = np.where(those, numbers, 0).astype(np.float64)
        if self.raster.band.scaled:
            values = np.where(those, values * self.raster.band.scale + self.raster.band.offset, 0.0)
        ground, amount = amounts
        return np.column_stack(
            [
                np.bincount(owner.ravel(), weights=weights.ravel(), minlength=zones + 1)[:zones]
                for weights in (ground, ground * those, amount * values)
            ]
        )

    def _finding(self, kind: str, number: float) -> Finding:
        params = {"path": self.raster.path, "value": f"{number:g}"}
        said, remedy = message(f"raster.{kind}", **params), message(f"raster.{kind}_remedy", **params)
        return Finding(kind, Severity.WARNING, str(self.raster.path), said, remedy)


def known_values(
    raster: Raster, rows: Span, columns: Span, left_out: tuple[float, ...]
) -> npt.NDArray[np.float64]:
    """Return the values of a window; NaN where there are none, as `ValueSums` has it."""
    numbers, absent = raster.stored(rows, columns)
    values = numbers.astype(np.float64)
    with np.errstate(invalid="ignore"):
        void = ~(np.abs(values) < ABSURD)
    if absent is not None:
        void |= absent
    for fill in left_out:
        void |= numbers == fill
    if raster.band.scaled:
        values = values * raster.band.scale + raster.band.offset
    values[void] = np.nan
    return values
