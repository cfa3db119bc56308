"""The exact share of every cell of a grid that polygons cover.

Every edge is cut at the lines of the grid. A piece of an edge inside one cell covers a trapezoid of that cell, and all of
the row beyond it; adding these up along each row, with their signs, gives the share of every cell that an outline passes,
and tells which runs of cells between them lie wholly inside.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from geozone.overlay.plane import (
    FLATTENING,
    SEMI_MAJOR_AXIS,
    Geometries,
    Indices,
    Numbers,
    plane_coordinates,
    to_plane,
)

Span = tuple[int, int]  # first, and one past the last

_LEVEL = 1e-9  # shares below are the rounding of sums


@dataclass(frozen=True)
class Edges:
    """Edges of polygons, their inside to the left; those of a polygon follow each other."""

    start: Numbers  # (n, 2)
    end: Numbers
    owners: Indices  # the polygon of each
    low: Numbers  # the lower and the higher y of each
    high: Numbers


@dataclass(frozen=True)
class Cover:
    """What polygons cover of some rows of a grid, which are counted from the northernmost."""

    cells: Indices  # (n, 3): polygon, row and column of each cell that is covered in part
    shares: Numbers  # of those cells
    runs: Indices  # (n, 4): polygon, row, first column and one past the last of cells that lie wholly inside

    def reach(self, left: int, right: int) -> Span:
        """Return the first and one past the last of the columns from one up to another that polygons reach."""
        from geozone.overlay.compiled.grid_cover import columns_reached  # noqa: PLC0415 - as in `cover_rows`

        first, last = columns_reached(self.cells, self.runs, left, right)
        return first, last


def edges_of(polygons: Geometries) -> Edges:
    """Return the edges of valid polygons that are not level."""
    oriented = shapely.orient_polygons(polygons, exterior_cw=False)
    parts, owner = shapely.get_parts(oriented, return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    coordinates, ring = shapely.get_coordinates(rings, return_index=True)
    real = (ring[1:] == ring[:-1]) & (coordinates[1:, 1] != coordinates[:-1, 1])
    start, end = coordinates[:-1][real], coordinates[1:][real]
    low, high = np.minimum(start[:, 1], end[:, 1]), np.maximum(start[:, 1], end[:, 1])
    return Edges(start, end, owner[part[ring[1:][real]]], low, high)


def cover_rows(edges: Edges, x_lines: Numbers, y_lines: Numbers) -> Cover:
    """Return what polygons cover of the rows of a grid.

    Parameters
    ----------
    edges
        Edges of polygons, in the same coordinates as the lines.
    x_lines, y_lines
        The lines of the grid, ascending; columns are evenly wide.
    """
    # numba takes half a second to load, which only rasters pay for
    from geozone.overlay.compiled.grid_cover import cover_edges  # noqa: PLC0415

    near = np.flatnonzero((edges.high > y_lines[0]) & (edges.low < y_lines[-1]))
    last, width = len(y_lines) - 2, len(x_lines) - 1
    first = np.clip(np.searchsorted(y_lines, edges.low[near], side="right") - 1, 0, last)
    columns = x_lines[0], (x_lines[-1] - x_lines[0]) / width, width
    some = edges.start[near], edges.end[near], edges.owners[near]
    return Cover(*cover_edges(*some, first, np.ascontiguousarray(y_lines), columns, _LEVEL))


def cell_areas_by_row(degrees_y: Numbers, degree_width: float) -> Numbers:
    """Return the area, in m², of one cell of each row of a grid of longitude and latitude, given its row lines."""
    corners = np.column_stack([np.zeros(len(degrees_y)), degrees_y])
    lines = plane_coordinates(corners, "EPSG:4490")[:, 1]
    unit = plane_coordinates(np.array([[degree_width, 0.0]]), "EPSG:4490")[0, 0]
    return np.asarray(np.abs(np.diff(lines)) * unit)


def cell_areas(x: Numbers, y: Numbers, wide: float, high: float, crs: object) -> Numbers:
    """Return the area, in m², of cells of a projected grid, given by their centres."""
    boxes = shapely.box(x - wide / 2, y - high / 2, x + wide / 2, y + high / 2)
    return np.asarray(shapely.area(to_plane(boxes, crs)))


def cell_sides(degrees_y: Numbers, wide: float, high: float) -> tuple[Numbers, Numbers]:
    """Return how wide and how high, in m, cells of a grid of longitude and latitude are at latitudes, given their degrees."""
    squared = FLATTENING * (2 - FLATTENING)
    latitude = np.radians(degrees_y)
    root = 1 - squared * np.sin(latitude) ** 2
    across = SEMI_MAJOR_AXIS / np.sqrt(root) * np.cos(latitude)
    along = SEMI_MAJOR_AXIS * (1 - squared) / root**1.5
    return np.asarray(across * np.radians(wide)), np.asarray(along * np.radians(high))
