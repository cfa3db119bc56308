"""Shares of raster classes in zones, with exact fractions of pixels and their true areas on the ellipsoid.

The raster is read strip by strip, so that memory does not grow with it. A pixel that the outline of a zone passes counts
with the exact share inside; one wholly inside counts whole. In a raster of longitude and latitude the outlines are those
of the equal-area plane, where the rows of the raster are rectangles, so that pixels add up to the area of the zone. In a
projected raster outlines are densified to the size of a pixel, and every pixel has its own area.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyproj
import rasterio
import shapely
from affine import Affine
from rasterio.errors import RasterioIOError
from rasterio.windows import Window
from scipy.interpolate import CubicSpline

from geozone.errors import InputError, UsageError
from geozone.overlay.cells import Edges, cell_areas, cell_areas_by_row, cover_rows, edges_of
from geozone.overlay.plane import Numbers, from_plane, is_geographic, parse_crs, plane_coordinates
from geozone.overlay.sheet import make_sheets
from geozone.overlay.zones import Zones, make_zones

_STRIP = 1 << 22  # pixels a strip
_CACHED = 1 << 17  # pixels a step
_LATTICE = 20_000.0  # metres between the places where a projected raster's pixel area is computed
_MOST_CLASSES = 4096
_WIDEST = 1 << 20  # between the least and the greatest class


@dataclass(frozen=True)
class Grid:
    """Where the pixels lie: lines ascending, in the plane or in the CRS of the raster."""

    x_lines: Numbers
    y_lines: Numbers  # from south to north
    row_areas: Numbers | None  # m² of one pixel of each row, from north to south
    crs: Any


@dataclass(frozen=True)
class Source:
    """A raster that can be read by rows."""

    read: Any  # (first row, last row) -> array
    height: int
    width: int
    transform: Affine
    crs: Any
    nodata: float | None
    dtype: Any
    block: int


def zonal_shares(
    raster: Any,
    zones: Any,
    *,
    by: str | None = None,
    crs: Any = None,
    band: int = 1,
    nodata: float | None = None,
) -> pd.DataFrame:
    """Return the share of every class of a raster in every zone.

    Parameters
    ----------
    raster
        Path, open rasterio dataset, or pair of array and affine transform (which needs `crs`). Whole numbers, north up.
    zones
        A GeoDataFrame, GeoSeries or Layer, in any CRS. Zones may overlap each other.
    by
        Field of `zones` that holds the key, rows with the same key being one zone; without it, the index is the key.
    crs
        CRS of the raster, where it is an array or the file is silent or wrong.
    band
        Band to read.
    nodata
        Value that stands for no data, where the file is silent.

    Returns
    -------
    DataFrame
        Index: zone key. Columns: ``zone_km2``, ``data_km2`` (area of the zone with data), and one column per class, named
        by its value, with its share of ``data_km2``. Areas are true areas on the CGCS2000 ellipsoid.

    Raises
    ------
    InputError
        If the file is missing or unreadable.
    UsageError
        If the raster has no CRS, is turned, or holds fractions instead of classes.
    """
    prepared = make_zones(zones, by)
    with _opened(raster, crs, band, nodata) as source:
        grid = _grid(source)
        counts = _Counts(len(prepared), source.nodata)
        for edges, numbers in _outlines(prepared, grid):
            _count(source, grid, edges, numbers, counts)
        return counts.table(prepared)


class _Counts:
    """Area of every class in every zone, in m²; classes are numbered as they turn up, no data being number 0."""

    def __init__(self, zones: int, missing: float | None) -> None:
        self.missing = int(missing) if missing is not None and float(missing).is_integer() else None
        self.classes = np.array([self.missing or 0], dtype=np.int64)
        self.areas = np.zeros((zones, 1))
        self._low = 0
        self._table = np.zeros(0, dtype=np.uint16)  # value - _low -> number of the class

    def codes(self, values: npt.NDArray[Any]) -> npt.NDArray[np.uint16]:
        """Return the number of the class of every pixel."""
        absent = values == self.missing if self.missing is not None else None
        if absent is not None and not absent.any():
            absent = None
        codes = self._of_bytes(values, absent) if values.dtype == np.uint8 else self._looked_up(values)
        if absent is not None:
            codes[absent] = 0
        return codes

    def add(self, zones: npt.NDArray[np.intp], areas: Numbers) -> None:
        """Add areas of some zones, one column per class."""
        self.areas[zones] += areas

    def table(self, zones: Zones) -> pd.DataFrame:
        """Return shares."""
        order = np.argsort(self.classes[1:]) + 1
        order = order[self.areas[:, order].sum(axis=0) > 0]
        areas, values = self.areas[:, order], self.classes[order]
        data = areas.sum(axis=1)
        with np.errstate(invalid="ignore", divide="ignore"):
            shares = np.where(data[:, None] > 0, areas / data[:, None], np.nan)
        table = pd.DataFrame({"zone_km2": zones.area / 1e6, "data_km2": data / 1e6}, index=zones.keys)
        classes = pd.DataFrame(shares, index=zones.keys, columns=[int(value) for value in values])
        return pd.concat([table, classes], axis=1)

    def _of_bytes(
        self, values: npt.NDArray[np.uint8], absent: npt.NDArray[np.bool_] | None
    ) -> npt.NDArray[np.uint16]:
        """Small numbers are their own classes, which spares looking them up."""
        real = values if absent is None else values[~absent]
        if (more := int(real.max(initial=0)) + 2 - len(self.classes)) > 0:
            self._more(np.arange(more) + len(self.classes) - 1)
        codes = values.astype(np.uint16)
        codes += 1
        return codes

    def _looked_up(self, values: npt.NDArray[Any]) -> npt.NDArray[np.uint16]:
        low, high = int(values.min(initial=0)), int(values.max(initial=0))
        if low < self._low or high >= self._low + len(self._table):
            low, high = min(low, self._low), max(high, self._low + len(self._table) - 1)
            if high - low >= _WIDEST:
                raise UsageError("overlay.no_classes", most=_MOST_CLASSES)
            table = np.zeros(high - low + 1, dtype=np.uint16)
            table[self._low - low : self._low - low + len(self._table)] = self._table
            self._low, self._table = low, table
        place = values.astype(np.int64) - self._low
        codes = self._table[place]
        known = codes > 0 if self.missing is None else (codes > 0) | (values == self.missing)
        if not known.all():
            found = np.unique(place[~known])
            self._table[found] = np.arange(len(found)) + len(self.classes)
            self._more(found + self._low)
            codes = self._table[place]
        return codes

    def _more(self, found: npt.NDArray[np.int64]) -> None:
        if len(self.classes) + len(found) > _MOST_CLASSES:
            raise UsageError("overlay.no_classes", most=_MOST_CLASSES)
        self.classes = np.append(self.classes, found)
        self.areas = np.hstack([self.areas, np.zeros((len(self.areas), len(found)))])


@contextmanager
def _opened(raster: Any, crs: Any, band: int, nodata: float | None) -> Iterator[Source]:
    if isinstance(raster, tuple):
        array, transform = raster
        array = np.asarray(array)
        yield _source(lambda a, b: array[a:b], array.shape, transform, crs, nodata, array.dtype, 1)
        return
    if isinstance(raster, str | Path):
        try:
            dataset = rasterio.open(raster)
        except RasterioIOError as error:
            raise InputError("overlay.unreadable", path=raster, reason=str(error)) from error
        with dataset:
            yield _of_dataset(dataset, crs, band, nodata)
        return
    yield _of_dataset(raster, crs, band, nodata)


def _of_dataset(dataset: Any, crs: Any, band: int, nodata: float | None) -> Source:
    def read(first: int, last: int) -> npt.NDArray[Any]:
        return np.asarray(dataset.read(band, window=Window(0, first, dataset.width, last - first)))

    known = crs if crs is not None else dataset.crs.to_wkt() if dataset.crs else None
    missing = nodata if nodata is not None else dataset.nodatavals[band - 1]
    block = dataset.block_shapes[band - 1][0]
    return _source(
        read, dataset.shape, dataset.transform, known, missing, np.dtype(dataset.dtypes[band - 1]), block
    )


def _source(  # noqa: PLR0917 - gathers what two kinds of raster have in common
    read: Any, shape: tuple[int, int], transform: Affine, crs: Any, nodata: Any, dtype: Any, block: int
) -> Source:
    if transform.b or transform.d or transform.a <= 0 or transform.e >= 0:
        raise UsageError("overlay.turned_raster")
    if not np.issubdtype(dtype, np.integer):
        raise UsageError("overlay.no_classes", most=_MOST_CLASSES)
    return Source(read, *shape, transform, parse_crs(crs), nodata, dtype, block)


def _grid(source: Source) -> Grid:
    across: Numbers = source.transform.c + source.transform.a * np.arange(source.width + 1.0)
    down: Numbers = source.transform.f + source.transform.e * np.arange(source.height + 1.0)
    if not is_geographic(source.crs):
        return Grid(across, down[::-1], None, source.crs)
    x_lines = plane_coordinates(np.column_stack([across[[0, -1]], np.zeros(2)]), source.crs)[:, 0]
    y_lines = plane_coordinates(np.column_stack([np.full(len(down), across[0]), down]), source.crs)[:, 1]
    areas = cell_areas_by_row(down, source.transform.a)
    return Grid(np.linspace(x_lines[0], x_lines[1], source.width + 1), y_lines[::-1], areas, source.crs)


def _outlines(zones: Zones, grid: Grid) -> Iterator[tuple[Edges, npt.NDArray[np.intp]]]:
    """Yield the edges of zones that do not overlap, in the coordinates of the grid, and the numbers of those zones."""
    for sheet in make_sheets(zones.polygons):
        polygons = sheet.polygons
        if grid.row_areas is None:
            pixel = grid.x_lines[1] - grid.x_lines[0]
            degrees = from_plane(shapely.segmentize(polygons, pixel))
            transformer = pyproj.Transformer.from_crs("EPSG:4490", grid.crs, always_xy=True)
            polygons = shapely.transform(degrees, transformer.transform, interleaved=False)
        yield edges_of(polygons), sheet.numbers


def _count(source: Source, grid: Grid, edges: Edges, numbers: npt.NDArray[np.intp], counts: _Counts) -> None:
    """Add up the classes of all strips; while one is counted, the next is read."""
    low = min(edges.start[:, 1].min(initial=np.inf), edges.end[:, 1].min(initial=np.inf))
    high = max(edges.start[:, 1].max(initial=-np.inf), edges.end[:, 1].max(initial=-np.inf))
    north_to_south = -grid.y_lines[::-1]
    first = max(int(np.searchsorted(north_to_south, -high, side="right")) - 1, 0)
    last = min(int(np.searchsorted(north_to_south, -low, side="left")), source.height)
    rows = max(_STRIP // source.width // source.block, 1) * source.block
    first -= first % source.block
    strips = [(start, min(start + rows, last)) for start in range(first, last, rows)]
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(source.read, *strips[0]) if strips else None
        for number, (start, end) in enumerate(strips):
            assert waiting is not None
            values = waiting.result()
            if number + 1 < len(strips):
                waiting = pool.submit(source.read, *strips[number + 1])
            _count_strip(values, start, end, source, grid, edges, numbers, counts)


def _count_strip(  # noqa: PLR0917 - the state of _count
    values: npt.NDArray[Any],
    start: int,
    end: int,
    source: Source,
    grid: Grid,
    edges: Edges,
    numbers: npt.NDArray[np.intp],
    counts: _Counts,
) -> None:
    height = source.height
    lines = grid.y_lines[height - end : height - start + 1]
    cover = cover_rows(edges, grid.x_lines, lines)
    tall = end - start
    run_rows, part_rows = tall - 1 - cover.run_rows, tall - 1 - cover.rows
    zones = len(numbers)
    label = np.full((tall, source.width), zones, dtype=np.uint16 if zones < 1 << 15 else np.int32)
    _paint(label, run_rows, cover.run_starts, cover.run_ends, cover.run_owners)
    every = None if grid.row_areas is not None else _pixel_areas(grid, source, start, end)
    step = max(_CACHED // source.width, 1)
    for top in range(0, tall, step):  # a few rows at a time stay in the processor's cache
        some = slice(top, min(top + step, tall))
        codes = counts.codes(values[some])
        classes = len(counts.classes)
        size = (zones + 1) * classes
        # number of the zone (the last stands for none) times classes, plus number of the class
        marks = label[some] if size < 1 << 16 else label[some].astype(np.int32)
        marks *= classes
        marks += codes
        total = np.zeros(size)
        if every is not None:
            total += np.bincount(marks.ravel(), weights=every[some].ravel(), minlength=size)
        else:
            assert grid.row_areas is not None
            for row, line in enumerate(marks, start + top):
                total += np.bincount(line, minlength=size) * grid.row_areas[row]
        counts.add(numbers, total.reshape(zones + 1, classes)[:zones])
    classes = len(counts.classes)
    part = cover.owners * classes + counts.codes(values[part_rows, cover.columns])
    pixels = every[part_rows, cover.columns] if every is not None else _by_row(grid, start, part_rows)
    total = np.zeros(zones * classes)
    total += np.bincount(part, weights=cover.shares * pixels, minlength=zones * classes)
    counts.add(numbers, total.reshape(zones, classes))


def _by_row(grid: Grid, start: int, rows: npt.NDArray[np.intp]) -> Numbers:
    assert grid.row_areas is not None
    return grid.row_areas[start + rows]


def _paint(
    label: npt.NDArray[Any],
    rows: npt.NDArray[np.intp],
    starts: npt.NDArray[np.intp],
    ends: npt.NDArray[np.intp],
    owners: npt.NDArray[np.intp],
) -> None:
    """Write runs of owners; runs do not overlap."""
    width = label.shape[1]
    begin, end = rows * width + starts, rows * width + ends
    order = np.argsort(begin)
    begin, end, owners = begin[order], end[order], owners[order]
    # run, gap, run, gap ...: one repeat writes them all
    lengths = np.empty(2 * len(begin) + 1, dtype=np.intp)
    lengths[0] = begin[0] if len(begin) else label.size
    lengths[1::2] = end - begin
    lengths[2::2] = np.append(begin[1:], label.size) - end if len(begin) else []
    marks = np.full(len(lengths), label.flat[0], dtype=label.dtype)
    marks[1::2] = owners
    label.ravel()[:] = np.repeat(marks, lengths)


def _pixel_areas(grid: Grid, source: Source, start: int, end: int) -> Numbers:
    """Return the area of every pixel of a strip, in m²: a smooth function, computed on a lattice with cubic splines."""
    a, e = source.transform.a, source.transform.e
    columns = np.linspace(0, source.width - 1, max(int(source.width * a / _LATTICE), 3) + 1)
    rows = np.linspace(start, end - 1, 4) if end - start > 3 else np.arange(float(start), end)
    x = source.transform.c + a * (columns + 0.5)
    y = source.transform.f + e * (rows + 0.5)
    known = cell_areas(np.tile(x, len(rows)), np.repeat(y, len(columns)), a, -e, grid.crs)
    known = known.reshape(len(rows), len(columns))
    along = CubicSpline(columns, known, axis=1)(np.arange(source.width))
    if len(rows) < 4:
        return np.asarray(along)
    return np.asarray(CubicSpline(rows, along, axis=0)(np.arange(start, end)))
