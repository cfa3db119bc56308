"""Shares of raster classes in zones, with exact fractions of pixels and their true areas on the ellipsoid.

The raster is read strip by strip, so that memory does not grow with it. A pixel that the outline of a zone passes counts
with the exact share inside; one wholly inside counts whole. In a raster of longitude and latitude the outlines are those
of the equal-area plane, where the rows of the raster are rectangles, so that pixels add up to the area of the zone. In a
projected raster outlines are densified to the size of a pixel, and every pixel has its own area.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyproj
import shapely
from scipy.interpolate import CubicSpline

from geozone.messages import message
from geozone.model import Finding, Severity
from geozone.overlay.cells import Edges, cell_areas, cell_areas_by_row, cover_rows, edges_of
from geozone.overlay.plane import Numbers, from_plane, is_geographic, parse_crs, plane_coordinates
from geozone.overlay.sheet import make_sheets
from geozone.overlay.zones import Zones, make_zones
from geozone.raster.classes import ClassAreas, Mask, class_rows
from geozone.raster.opening import Raster, open_raster
from geozone.read.notes import warn

_STRIP = 1 << 22  # pixels a strip
_CACHED = 1 << 17  # pixels a step
_LATTICE = 20_000.0  # metres between the places where a projected raster's pixel area is computed
_BARE = 0.01  # of a zone: as much without data is told
Strip = tuple[npt.NDArray[Any], Mask | None]


@dataclass(frozen=True)
class Grid:
    """Where the pixels lie: lines ascending, in the plane or in the CRS of the raster."""

    x_lines: Numbers
    y_lines: Numbers  # from south to north
    row_areas: Numbers | None  # m² of one pixel of each row, from north to south
    crs: Any


def zonal_shares(
    raster: Any,
    zones: Any,
    *,
    by: str | None = None,
    crs: Any = None,
    band: int | None = None,
    nodata: float | None = None,
) -> pd.DataFrame:
    """Return the share of every class of a raster in every zone.

    Parameters
    ----------
    raster
        Path, open rasterio dataset, or pair of array and affine transform (which needs `crs`). Classes are whole numbers,
        whatever type the raster keeps them in, after the scale and offset of the band. What a mask, an alpha band or the
        value for missing data hides is no data.
    zones
        A GeoDataFrame, GeoSeries or Layer, in any CRS. Zones may overlap each other.
    by
        Field of `zones` that holds the key, rows with the same key being one zone; without it, the index is the key.
    crs
        CRS of the raster, where it is an array or the file is silent or wrong.
    band
        Band to read; by default the first that is no alpha band.
    nodata
        Value that stands for no data, where the file is silent or wrong.

    Returns
    -------
    DataFrame
        Index: zone key. Columns: ``zone_km2``, ``data_km2`` (area of the zone with data), and one column per class, named
        by its value, with its share of ``data_km2``. Areas are true areas on the CGCS2000 ellipsoid. A zone that the data
        merely touches, by less than a shift of its outline by 0.1 m would make up, has none.

    Raises
    ------
    InputError
        If the file is missing or unreadable, or its place on earth is not certain.
    UsageError
        If an array has no CRS or is turned, or the raster holds fractions instead of classes, or too many classes.

    Warns
    -----
    GeozoneWarning
        If zones are partly without data, several bands could be meant, the CRS was inferred, or a class looks like an
        undeclared value for missing data.
    """
    prepared = make_zones(zones, by)
    with open_raster(raster, crs=crs, band=band, nodata=nodata, look=False) as source:
        parse_crs(source.crs)
        grid = _grid(source)
        counts = ClassAreas(len(prepared))
        for edges, numbers in _outlines(prepared, grid):
            _count(source, grid, edges, numbers, counts)
        table = counts.table(prepared)
        warn([*source.findings, *counts.findings(source), *_partly(table)])
        return table


def _partly(table: pd.DataFrame) -> Iterator[Finding]:
    """Yield the finding that zones are partly without data."""
    known = (table["data_km2"] / table["zone_km2"].where(table["zone_km2"] > 0)).fillna(1.0)
    bare = known[known < 1 - _BARE]
    if len(bare):
        params = {
            "count": len(bare),
            "zones": len(known),
            "zone": bare.idxmin(),
            "share": f"{bare.min():.1%}",
        }
        found = message("raster.zones_partly", **params)
        yield Finding(
            "zones_partly", Severity.WARNING, "zones", found, message("raster.zones_partly_remedy", **params)
        )


def _grid(source: Raster) -> Grid:
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
            # what the CRS of the raster has no place for lies outside it
            polygons[~np.isfinite(shapely.bounds(polygons)).all(axis=1)] = shapely.Polygon()
        yield edges_of(polygons), sheet.numbers


def _count(
    source: Raster, grid: Grid, edges: Edges, numbers: npt.NDArray[np.intp], counts: ClassAreas
) -> None:
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
        waiting = pool.submit(class_rows, source, strips[0], counts) if strips else None
        for number, (start, end) in enumerate(strips):
            assert waiting is not None
            strip = waiting.result()
            if number + 1 < len(strips):
                waiting = pool.submit(class_rows, source, strips[number + 1], counts)
            _count_strip(strip, start, end, source, grid, edges, numbers, counts)


def _count_strip(  # noqa: PLR0917 - the state of _count
    strip: Strip,
    start: int,
    end: int,
    source: Raster,
    grid: Grid,
    edges: Edges,
    numbers: npt.NDArray[np.intp],
    counts: ClassAreas,
) -> None:
    values, absent = strip
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
        codes = counts.codes(values[some], None if absent is None else absent[some])
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
    cut = part_rows, cover.columns
    part = cover.owners * classes + counts.codes(values[cut], None if absent is None else absent[cut])
    pixels = every[cut] if every is not None else _by_row(grid, start, part_rows)
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


def _pixel_areas(grid: Grid, source: Raster, start: int, end: int) -> Numbers:
    """Return the area of every pixel of a strip, in m²: a smooth function, computed on a lattice with cubic splines."""
    a, e = source.transform.a, source.transform.e
    wide = source.width
    columns = np.linspace(0, wide - 1, min(max(int(wide * a / _LATTICE), 3) + 1, wide))
    rows = np.linspace(start, end - 1, 4) if end - start > 3 else np.arange(float(start), end)
    x = source.transform.c + a * (columns + 0.5)
    y = source.transform.f + e * (rows + 0.5)
    known = cell_areas(np.tile(x, len(rows)), np.repeat(y, len(columns)), a, -e, grid.crs)
    known = known.reshape(len(rows), len(columns))
    along = CubicSpline(columns, known, axis=1)(np.arange(wide)) if wide > 1 else known
    if len(rows) < 4:
        return np.asarray(along)
    return np.asarray(CubicSpline(rows, along, axis=0)(np.arange(start, end)))
