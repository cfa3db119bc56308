"""The exact share of every cell of a grid that polygons cover.

Every edge is cut at the lines of the grid. A piece of an edge inside one cell covers a trapezoid of that cell, and all of
the row beyond it; adding these up along each row, with their signs, gives the share of every cell that an outline passes,
and tells which runs of cells between them lie wholly inside.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from geozone.overlay.plane import Geometries, Indices, Numbers, plane_coordinates, to_plane

_LEVEL = 1e-9  # shares below are the rounding of sums


@dataclass(frozen=True)
class Edges:
    """Edges of polygons, their inside to the left: from and to, and the polygon of each."""

    start: Numbers  # (n, 2)
    end: Numbers
    owners: Indices


@dataclass(frozen=True)
class Cover:
    """What polygons cover of some rows and columns of a grid, counted from the north-west."""

    cells: Indices  # (n, 3): polygon, row and column of each cell that is covered in part
    shares: Numbers  # of those cells
    runs: Indices  # (n, 4): polygon, row, first column and one past the last of cells that lie wholly inside

    @property
    def is_empty(self) -> bool:
        """Whether no polygon reaches these rows and columns."""
        return not (len(self.cells) or len(self.runs))

    @property
    def arrays(self) -> tuple[Indices, Numbers, Indices]:
        """The arrays, as compiled loops take them."""
        return self.cells, self.shares, self.runs

    def between(self, left: int, right: int) -> Cover:
        """Return the cover of the columns from one up to another."""
        from geozone.overlay.compiled_cells import between_columns  # noqa: PLC0415 - as in `cover_rows`

        return Cover(*between_columns(self.cells, self.shares, self.runs, left, right))

    def whole_cells(self) -> tuple[Indices, Indices, Indices]:
        """Return polygon, row and column of every cell that lies wholly inside."""
        length = self.runs[:, 3] - self.runs[:, 2]
        run = np.repeat(np.arange(len(length)), length)
        columns = np.arange(len(run)) - np.repeat(np.cumsum(length) - length, length) + self.runs[run, 2]
        return self.runs[run, 0], self.runs[run, 1], columns


def edges_of(polygons: Geometries) -> Edges:
    """Return the edges of valid polygons that are not level."""
    oriented = shapely.orient_polygons(polygons, exterior_cw=False)
    parts, owner = shapely.get_parts(oriented, return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    coordinates, ring = shapely.get_coordinates(rings, return_index=True)
    real = (ring[1:] == ring[:-1]) & (coordinates[1:, 1] != coordinates[:-1, 1])
    return Edges(coordinates[:-1][real], coordinates[1:][real], owner[part[ring[1:][real]]])


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
    from geozone.overlay.compiled_cells import add_up, cut_edges  # noqa: PLC0415

    low = np.minimum(edges.start[:, 1], edges.end[:, 1])
    high = np.maximum(edges.start[:, 1], edges.end[:, 1])
    near = np.flatnonzero((high > y_lines[0]) & (low < y_lines[-1]))
    height, width = len(y_lines) - 1, len(x_lines) - 1
    first = np.clip(np.searchsorted(y_lines, low[near], side="right") - 1, 0, height - 1)
    keys, amounts = cut_edges(
        edges.start[near],
        edges.end[near],
        edges.owners[near],
        first,
        y_lines,
        x_lines[0],
        (x_lines[-1] - x_lines[0]) / width,
        width,
    )
    return Cover(*add_up(keys, amounts, np.argsort(keys), height, width, _LEVEL))


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
