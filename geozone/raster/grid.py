"""Where the cells of a raster lie on the ellipsoid, and how much ground each of them has.

The rows of a raster of longitude and latitude are rectangles of the equal-area plane, so that outlines are taken as they
are there. Outlines for a projected raster are cut up and brought into its CRS, where every cell has its own area.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

import numpy as np
import pyproj
import shapely
from scipy.interpolate import CubicSpline

from geozone.model import CRS
from geozone.overlay.cells import cell_areas, cell_areas_by_row
from geozone.overlay.plane import (
    Geometries,
    Indices,
    Numbers,
    from_plane,
    is_alike,
    is_geographic,
    parse_crs,
    plane_coordinates,
    to_plane,
)
from geozone.raster.opening import Raster, Span

_LATTICE = 20_000.0  # metres between the places where the area of a projected cell is computed
_SHORTEST, _LONGEST = 50.0, 2000.0  # metres: pieces that outlines are cut into before they change their CRS
_SAME = 1e-6  # of a cell: lines nearer than this are the same


@dataclass(frozen=True, slots=True)
class Areas:
    """Area of every cell of some rows and columns, in m²: the matrix product of two arrays."""

    down: Numbers  # (rows, n)
    across: Numbers  # (n, columns), or (n, 1) where all cells of a row are alike

    def of(self, rows: Indices, columns: Indices) -> Numbers:
        """Return the area of each of some cells."""
        columns = columns if self.across.shape[1] > 1 else np.zeros_like(columns)
        return np.asarray((self.down[rows] * self.across[:, columns].T).sum(axis=1))


@dataclass(frozen=True)
class Grid:
    """The cells of a raster; rows are counted from the north, lines are ascending."""

    x_lines: Numbers  # in the plane for a raster in degrees, else in the CRS of the raster
    y_lines: Numbers  # from south to north
    row_areas: Numbers | None  # m² of one cell of each row, for a raster in degrees
    crs: pyproj.CRS
    west: float
    north: float
    wide: float  # of a cell, in the units of the CRS
    high: float
    metres: float  # a unit of the CRS, if it is projected
    box: shapely.Geometry  # the ground of the raster in the plane

    @property
    def height(self) -> int:
        """Number of rows."""
        return len(self.y_lines) - 1

    @property
    def width(self) -> int:
        """Number of columns."""
        return len(self.x_lines) - 1

    @property
    def key(self) -> Hashable:
        """What grids of the same cells have in common."""
        crs = None if is_alike(self.crs) else self.crs.to_wkt()
        return crs, self.west, self.north, self.wide, self.high, self.height, self.width

    @property
    def side(self) -> float:
        """Side in metres of a square as large as the first cell."""
        return float(np.sqrt(self.areas((0, 1), (0, 1)).of(np.zeros(1, np.intp), np.zeros(1, np.intp))[0]))

    def lines(self, rows: Span) -> Numbers:
        """Return the lines of some rows, from south to north."""
        return self.y_lines[self.height - rows[1] : self.height - rows[0] + 1]

    def areas(self, rows: Span, columns: Span) -> Areas:
        """Return the areas of cells."""
        if self.row_areas is not None:
            return Areas(self.row_areas[rows[0] : rows[1], None], np.ones((1, 1)))
        # a smooth function of the place: computed on a lattice, with cubic splines between
        across, down = (
            _lattice(*span, side * self.metres) for span, side in ((columns, self.wide), (rows, self.high))
        )
        x, y = self.west + self.wide * (across + 0.5), self.north - self.high * (down + 0.5)
        known = cell_areas(np.tile(x, len(y)), np.repeat(y, len(x)), self.wide, self.high, self.crs)
        known = known.reshape(len(y), len(x))
        return Areas(_spline(down, rows), known @ _spline(across, columns).T)

    def boxes(self, rows: Indices, columns: Indices) -> Geometries:
        """Return cells as rectangles, in the coordinates of the lines."""
        south = self.height - 1 - rows
        x, y = self.x_lines, self.y_lines
        return np.asarray(shapely.box(x[columns], y[south], x[columns + 1], y[south + 1]))

    def outlines(self, polygons: Geometries) -> Geometries:
        """Return polygons of the plane in the coordinates of the lines; empty where the CRS has no place for them."""
        if self.row_areas is not None:
            return polygons
        longest = float(np.clip(min(self.wide, self.high) * self.metres, _SHORTEST, _LONGEST))
        return _transformed(from_plane(shapely.segmentize(polygons, longest)), CRS, self.crs)

    def brought_from(self, polygons: Geometries, other: Grid) -> Geometries:
        """Return polygons in the coordinates of the lines of another grid in those of this one."""
        in_plane = self.row_areas is not None, other.row_areas is not None
        if all(in_plane) or (not any(in_plane) and self.crs == other.crs):
            return polygons
        longest = float(np.clip(other.side / 8, _SHORTEST, _LONGEST / 2))
        pieces = shapely.segmentize(polygons, longest / other.metres)
        degrees = from_plane(pieces) if in_plane[1] else _transformed(pieces, other.crs, CRS)
        return to_plane(degrees, CRS) if in_plane[0] else _transformed(degrees, CRS, self.crs)

    def offset(self, other: Grid) -> tuple[int, int] | None:
        """Return by how many rows and columns this grid begins after another of the same lines; None for others."""
        alike = is_alike(self.crs) and is_alike(other.crs)
        if not (alike or self.crs == other.crs):
            return None
        down, across = (other.north - self.north) / self.high, (self.west - other.west) / self.wide
        drift = max(
            abs(self.wide - other.wide) / self.wide * max(self.width, other.width),
            abs(self.high - other.high) / self.high * max(self.height, other.height),
            abs(down - round(down)),
            abs(across - round(across)),
        )
        return (round(down), round(across)) if drift < _SAME else None


def grid_of(raster: Raster) -> Grid:
    """Return the cells of an open raster.

    Raises
    ------
    UsageError
        If its CRS is one in which areas cannot be computed.
    """
    crs, transform = parse_crs(raster.crs), raster.transform
    across: Numbers = transform.c + transform.a * np.arange(raster.width + 1.0)
    down: Numbers = transform.f + transform.e * np.arange(raster.height + 1.0)
    place = (transform.c, transform.f, transform.a, -transform.e)
    if not is_geographic(crs):
        metres = float(crs.axis_info[0].unit_conversion_factor) if crs.axis_info else 1.0
        box = to_plane(shapely.box(across[0], down[-1], across[-1], down[0]), crs)[0]
        return Grid(across, down[::-1], None, crs, *place, metres, box)
    # another datum lies off by some metres, which are nearly the same all over a raster: those of its middle
    middle = (across[0] + across[-1]) / 2, (down[0] + down[-1]) / 2
    ends = plane_coordinates(np.column_stack([across[[0, -1]], np.full(2, middle[1])]), crs)[:, 0]
    x_lines = np.linspace(ends[0], ends[1], raster.width + 1)
    y_lines = plane_coordinates(np.column_stack([np.full(len(down), middle[0]), down]), crs)[::-1, 1]
    areas = cell_areas_by_row(down, transform.a)
    box = shapely.box(ends[0], y_lines[0], ends[1], y_lines[-1])
    return Grid(x_lines, y_lines, areas, crs, *place, 1.0, box)


def _lattice(first: int, last: int, metres: float) -> Numbers:
    count = max(int((last - first) * metres / _LATTICE), 3) + 1
    return np.linspace(first, last - 1, min(count, last - first))


def _spline(known: Numbers, wanted: Span) -> Numbers:
    """Return what each known place weighs in a cubic spline at every wanted one."""
    count = len(known)
    weights = (
        CubicSpline(known, np.eye(count))(np.arange(*wanted))
        if count < wanted[1] - wanted[0]
        else np.eye(count)
    )
    return np.asarray(weights)


def _transformed(polygons: Geometries, source: object, target: object) -> Geometries:
    transformer = pyproj.Transformer.from_crs(source, target, always_xy=True)
    placed = np.asarray(shapely.transform(polygons, transformer.transform, interleaved=False))
    placed[~np.isfinite(shapely.bounds(placed)).all(axis=1)] = shapely.Polygon()
    return placed
