"""Values of a raster summed over zones; what stands for missing data without being declared is found on the way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geozone.messages import message
from geozone.model import Finding, Severity
from geozone.overlay.plane import Numbers
from geozone.raster.bands import ABSURD, BYTE_FILL, LAST_BYTE_VALUE, LONE_NEGATIVE
from geozone.raster.ends import Ends
from geozone.raster.grid import Areas
from geozone.raster.numbers import GROUND, KNOWN, NO_DATA, SUM, Hidden, extremes, hidden, plain
from geozone.raster.opening import Mask, Raster, Span, Stored, Values
from geozone.raster.unlike import Held
from geozone.raster.zonal import Part, closed


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
        self._ends = Ends()  # of numbers in the zones, those like a fill apart
        self.void: float | None = None  # a number that can be no value, and was taken for no data
        # numbers that are like a fill, and may turn out to be values
        self._fills: list[float] = []
        # of cells wholly inside and of those that an outline passes, by kind of cell: values, no data, each fill
        self._sums = np.zeros((2, NO_DATA + 1, zones, 3))

    def count(self, stored: Stored, areas: Areas, part: Part) -> None:
        """Add the cells of a window."""
        from geozone.raster.compiled import sum_values  # noqa: PLC0415 - numba takes half a second to load

        numbers, kinds = self._kinds(*stored)
        self._ends.look(numbers, kinds, part)
        band = float(self.raster.band.scale), float(self.raster.band.offset), self.per_cell
        factors = areas.down, areas.across
        sum_values(numbers, kinds, band, factors, part.arrays, self._sums[0], self._sums[1])

    @property
    def left_out(self) -> tuple[float, ...]:
        """Numbers that lie so far from all others that they stand for no data."""
        return tuple(fill for fill in self._fills if self._far(fill))

    def sums(self, ground: Numbers, outline: Numbers) -> Sums:
        """Return the sums, cells adding up to the ground of the zone in the raster (m²)."""
        whole, cut = closed(self._sums[0, 0, :, GROUND], self._sums[1, 0, :, GROUND], ground, outline)
        kinds = [0, *(self._kind(fill) for fill in self._kept)]
        every, part = self._sums[:, kinds].sum(axis=1)
        sums = every * whole[:, None] + part * cut[:, None]
        return Sums(sums[:, KNOWN], sums[:, SUM])

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
            elif (fill < self.low or fill > self.high) and not self._is_value(fill):
                yield self._finding("value_fill", fill)
        apart = None if self.per_cell else self._ends.apart()
        if apart is not None:
            yield self._finding("value_apart", apart.number, low=f"{apart.low:g}", high=f"{apart.high:g}")
        valid = self.raster.band.valid
        beyond = (
            [] if valid is None else [one for one in self._ends.numbers if not valid[0] <= one <= valid[1]]
        )
        if valid is not None and beyond:
            number = beyond[0]
            low, high = (f"{end:g}".replace("inf", "∞") for end in valid)
            yield self._finding("value_invalid", number, low=low, high=high)

    def held(self) -> Held:
        """Return what was met in the zones."""
        numbers = frozenset(self._ends.numbers)
        values = sorted(map(self._value, numbers))
        return Held(self.raster.path, self.raster.band, numbers, (values[0], values[-1]) if values else None)

    @property
    def _kept(self) -> list[float]:
        return [fill for fill in self._fills if not self._far(fill)]

    def _value(self, number: float) -> float:
        return number * self.raster.band.scale + self.raster.band.offset

    def _kinds(self, numbers: Values, absent: Mask | None) -> tuple[Values, Hidden]:
        """Return numbers, and the kind of each cell: 0 for values, `NO_DATA`, or that of a number like a fill."""
        fills = self.raster.band.fills
        numbers = plain(numbers)
        kinds = hidden(absent)
        found = extremes(numbers, kinds)
        if found is not None and not -ABSURD < found[0] <= found[1] < ABSURD:
            with np.errstate(invalid="ignore"):
                beyond = ~(np.abs(numbers) < ABSURD)
            if absent is not None:
                beyond &= ~absent
            self.void = float(numbers[beyond][0])
            kinds = hidden(beyond if absent is None else beyond | absent)
            found = extremes(numbers, kinds)
        while found is not None:
            low, high = float(found[0]), float(found[1])
            fill = next((number for number in (low, high) if number in fills), None)
            if fill is None:
                self.low, self.high = min(self.low, low), max(self.high, high)
                break
            like = numbers == fill
            if not len(kinds):
                kinds = np.zeros(numbers.shape, dtype=np.uint8)
            kinds = np.where(like & (kinds == 0), np.uint8(self._kind(fill)), kinds)
            found = extremes(numbers, kinds)
        return numbers, kinds

    def _kind(self, fill: float) -> int:
        """Return the kind of cells with a number like a fill."""
        if fill not in self._fills:
            self._fills.append(fill)
            self._sums = np.concatenate([self._sums, np.zeros_like(self._sums[:, :1])], axis=1)
        return NO_DATA + 1 + self._fills.index(fill)

    def _far(self, fill: float) -> bool:
        if fill == LONE_NEGATIVE:
            return False
        if fill == BYTE_FILL and self.raster.band.dtype == "uint8":
            return self.high < LAST_BYTE_VALUE
        return self.low > fill / 2 if fill < 0 else self.high < fill / 2

    def _is_value(self, fill: float) -> bool:
        """Tell whether a number like a fill is nothing remarkable beside the values that there are."""
        return fill in self.raster.band.far_fills or (fill == LONE_NEGATIVE and self.low < 0)

    def _finding(self, kind: str, number: float, **more: str) -> Finding:
        params = {"path": self.raster.path, "value": f"{number:g}", **more}
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
