"""Elevation and slope of cells of 1 km, from an elevation model of any size: read once, in bands, in bounded memory.

A model whose pixels are a quarter of a cell or finer is averaged: a cell has the mean of the pixels whose centres lie in it.
A coarser one is resampled (bilinear). Slopes are computed on the pixels, or on the means of so many of them that they have the
resolution asked for, before they are brought to the cells in the same way.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np
import numpy.typing as npt
import pyproj
from affine import Affine
from rasterio.enums import Resampling

from geozone.overlay.cells import cell_areas, cell_sides
from geozone.overlay.plane import Numbers, is_geographic
from geozone.raster.block_cache import small_cache
from geozone.raster.opening import Raster, Span
from geozone.raster.warping import Grid, Window, warped, window_under
from geozone.raster.zonal import read_ahead
from geozone.terrain.cells import CELL_M, CellGrid, Cells
from geozone.terrain.compiled import add_to_cells, coarsened, slopes
from geozone.terrain.elevation import Elevation

FINE = 4.0  # pixels along the side of a cell: from so many on, cells are means of pixels
_AT_ONCE = 1 << 22  # pixels that are read together, or one row of blocks
_WIDEST = 1 << 25  # pixels of a row of blocks; wider ones are read in stripes
_LATTICE_M = 4000.0  # between places whose cell is computed; between them it is linear, to some metres
_MARGIN = 4  # cells, or groups of pixels, around the grid
_LONGEST = 256  # pixels between them at most

Slopes = npt.NDArray[np.float32]


def sample(
    source: Elevation, grid: CellGrid, *, slope: bool = False, slope_at_m: float | None = None
) -> tuple[Cells, Cells | None]:
    """Return the mean elevation of cells in metres, and their mean slope in degrees; NaN where there is none.

    Parameters
    ----------
    source
        The elevation model.
    grid
        The cells.
    slope
        Whether slopes are wanted.
    slope_at_m
        The resolution at which slopes are computed: means of as many pixels as come nearest to it, one at least; the
        pixels themselves by default.

    Raises
    ------
    InputError
        If the file is damaged.
    """
    place = Grid(grid.transform, grid.crs, grid.shape)
    ratio = source.pixels_per_cell(place)
    if ratio is None:
        nowhere = np.full(grid.shape, np.nan)
        return nowhere, nowhere.copy() if slope else None
    times = max(round(slope_at_m * ratio / CELL_M), 1) if slope_at_m is not None else 1
    means = _Means(source.raster, place, 1) if ratio >= FINE else None
    inclines = None
    if slope:
        kind = _Means if ratio / times >= FINE else _Kept
        inclines = _Inclines(source.raster, times, kind(source.raster, place, times))
    if means is not None or inclines is not None:
        with small_cache():
            _stream(source, place, int(ratio), means, inclines)
    elevation = source.on_grid(*_parts(place)) if means is None else means.result()
    return elevation, None if inclines is None else inclines.sink.result()


def _stream(
    source: Elevation, grid: Grid, ratio: int, means: _Means | None, inclines: _Inclines | None
) -> None:
    """Read the pixels under a grid, each once, and give them to what counts them."""
    times = 1 if inclines is None else inclines.times
    window = window_under(source.raster, grid, _MARGIN * max(ratio, times))
    if window is None:
        return
    for own, read in _stripes(source.raster, window, times):
        wanted = _bands(source.raster, window[0], times)
        for rows, heights in read_ahead(wanted, partial(_read, source, read)):
            if means is not None:
                means.add(rows[0], own[0], heights[:, own[0] - read[0] : own[1] - read[0]])
            if inclines is not None:
                inclines.add(rows[0], own, read, heights)
        if inclines is not None:
            inclines.end()


def _read(source: Elevation, columns: Span, rows: Span) -> Slopes:
    return source.heights(rows, columns).astype(np.float32)


def _stripes(raster: Raster, window: Window, times: int) -> Iterator[tuple[Span, Span]]:
    """Yield the columns that are counted together, and those that are read with them for the slopes at their edges."""
    (first, last), block = window[1], raster.block
    first -= first % times
    wide = max(_WIDEST // max(block[0], 1) // (block[1] * times), 1) * block[1] * times
    for left in range(first, last, wide):
        right = min(left + wide, last)
        yield (left, right), (max(left - times, 0), min(right + times, raster.width))


def _bands(raster: Raster, rows: Span, times: int) -> Iterator[Span]:
    """Yield the rows that are read together: whole rows of blocks."""
    tall = max(_AT_ONCE // max(raster.width, 1) // raster.block[0], 1) * raster.block[0]
    first = rows[0] - rows[0] % times
    while first < rows[1]:
        last = min((first // tall + 1) * tall, rows[1])
        yield first, last
        first = last


class _Means:
    """Means of the values in every cell."""

    def __init__(self, raster: Raster, grid: Grid, times: int) -> None:
        self._raster, self._times, self._cells = raster, times, ~grid.transform
        self._sums, self._counts = np.zeros(grid.shape), np.zeros(grid.shape, np.int64)
        self._place = pyproj.Transformer.from_crs(raster.crs, grid.crs, always_xy=True)
        metres = _sides(raster, np.array([raster.height / 2]))
        longest = _LATTICE_M / (float(max(metres[0][0], metres[1][0])) * times)
        self._every = int(np.clip(longest, 1, _LONGEST))

    def add(self, row: int, column: int, values: Slopes) -> None:
        """Add values of pixels, or of groups of them, given the first row and column of pixels."""
        # the lattice begins with the raster, so that a pixel falls into the same cell in whatever band it is read
        rows, before = _lattice(row // self._times, values.shape[0], self._every)
        columns, left = _lattice(column // self._times, values.shape[1], self._every)
        x, y = np.meshgrid((columns + 0.5) * self._times, (rows + 0.5) * self._times)
        a, c, e, f = (getattr(self._raster.transform, name) for name in "acef")
        easting, northing = self._place.transform(c + a * x, f + e * y)
        across = self._cells.c + self._cells.a * easting
        down = self._cells.f + self._cells.e * northing
        add_to_cells(values, (before, left), down, across, self._every, self._sums, self._counts)

    def result(self) -> Cells:
        """Return the means; NaN where there is none."""
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray(self._sums / np.where(self._counts > 0, self._counts, np.nan))


class _Kept:
    """Values that are about as coarse as the cells, kept to be resampled (bilinear)."""

    def __init__(self, raster: Raster, grid: Grid, times: int) -> None:
        self._raster, self._grid, self._times = raster, grid, times
        self._parts: dict[Span, list[Slopes]] = {}

    def add(self, row: int, column: int, values: Slopes) -> None:
        """Add values of pixels, or of groups of them, given the first row and column of pixels."""
        self._parts.setdefault((row, column), []).append(values)

    def result(self) -> Cells:
        """Return the values in the cells; NaN where there is none."""
        if not self._parts:
            return np.full(self._grid.shape, np.nan)
        top, left = (min(place) for place in zip(*self._parts, strict=True))
        bottom = max(row + len(part[0]) * self._times for (row, _), part in self._parts.items())
        right = max(column + part[0].shape[1] * self._times for (_, column), part in self._parts.items())
        whole = np.full(((bottom - top) // self._times, (right - left) // self._times), np.nan)
        for (row, column), (part,) in self._parts.items():
            at = (row - top) // self._times, (column - left) // self._times
            whole[at[0] : at[0] + part.shape[0], at[1] : at[1] + part.shape[1]] = part
        return warped(self._raster, whole, ((top, bottom), (left, right)), self._grid, Resampling.bilinear)


class _Inclines:
    """Slopes of pixels, or of the means of groups of them, as rows of heights come in from north to south."""

    def __init__(self, raster: Raster, times: int, sink: _Means | _Kept) -> None:
        self.times, self.sink = times, sink
        self._raster = raster
        self._waiting: Slopes | None = None  # rows of a group that is not complete
        self._lines: Slopes | None = None  # rows of groups whose slopes need the rows below
        self._row = 0  # of pixels, where the second of these lines begins
        self._own: Span = (0, 0)
        self._read: Span = (0, 0)

    def add(self, row: int, own: Span, read: Span, heights: Slopes) -> None:
        """Add rows of heights of some columns, and of those of which slopes are wanted."""
        if self._waiting is None:
            self._row, self._own, self._read = row, own, read
            self._waiting = heights[:0]
            self._lines = np.full((1, -(-heights.shape[1] // self.times)), np.nan, np.float32)
        if self.times == 1:
            self._incline(heights)
            return
        waiting = np.concatenate([self._waiting, heights])
        whole = len(waiting) - len(waiting) % self.times
        self._waiting = waiting[whole:].copy()
        if whole:
            self._incline(coarsened(waiting[:whole], self.times))

    def end(self) -> None:
        """Give the slopes of the last rows."""
        if self._waiting is None or self._lines is None:
            return
        if len(self._waiting):
            self._incline(coarsened(self._waiting, self.times))
        self._incline(np.full((1, self._lines.shape[1]), np.nan, np.float32))
        self._waiting = self._lines = None

    def _incline(self, more: Slopes) -> None:
        assert self._lines is not None
        lines = np.concatenate([self._lines, more])
        count = len(lines) - 2
        if count > 0:
            middles: Numbers = self._row + (np.arange(count, dtype=np.float64) + 0.5) * self.times
            across, down = _sides(self._raster, middles)
            found = slopes(lines, across * self.times, down * self.times)
            first = (self._own[0] - self._read[0]) // self.times
            last = first + -(-(self._own[1] - self._own[0]) // self.times)
            self.sink.add(self._row, self._own[0], found[:, first:last])
            self._row += count * self.times
        self._lines = lines[-2:].copy()


def _lattice(first: int, count: int, every: int) -> tuple[Numbers, int]:
    """Return places at multiples of a number around some rows or columns, and how far the first lies before them."""
    start, end = first // every, -(-(first + count) // every)
    return np.arange(start, end + 1, dtype=float) * every, first - start * every


def _sides(raster: Raster, rows: Numbers) -> tuple[Numbers, Numbers]:
    """Return the width and the height of pixels in metres on the ground at some rows, in the middle of the raster."""
    if is_geographic(raster.crs):
        latitudes = raster.transform.f + rows * raster.transform.e
        return cell_sides(latitudes, raster.transform.a, -raster.transform.e)
    wide, high = raster.transform.a, -raster.transform.e
    x = np.full(len(rows), raster.transform.c + raster.width / 2 * wide)
    y = raster.transform.f - rows * high
    # by how much the projection stretches: the same in both directions where it is conformal
    some = np.unique(np.linspace(0, len(rows) - 1, min(len(rows), 8)).astype(int))
    areas = cell_areas(x[some], y[some], wide, high, raster.crs)
    ground = np.interp(np.arange(len(rows)), some, np.sqrt(areas / (wide * high)))
    return np.asarray(wide * ground), np.asarray(high * ground)


def _parts(grid: Grid) -> tuple[Affine, object, tuple[int, int]]:
    return grid.transform, grid.crs, (grid.shape[0], grid.shape[1])
