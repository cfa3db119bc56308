"""The exact share of every cell of a grid that polygons cover.

Every edge is cut at the lines of the grid. A piece of an edge inside one cell covers a trapezoid of that cell, and all of
the row beyond it; adding these up along each row, with their signs, gives the share of every cell that an outline passes,
and tells which runs of cells between them lie wholly inside.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import numpy as np
import numpy.typing as npt
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
    """What polygons cover of some rows of a grid."""

    owners: Indices  # polygon of each cell that is covered in part
    rows: Indices
    columns: Indices
    shares: Numbers
    run_owners: Indices  # polygon of each run of cells that lie wholly inside
    run_rows: Indices
    run_starts: Indices
    run_ends: Indices


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
    low = np.minimum(edges.start[:, 1], edges.end[:, 1])
    high = np.maximum(edges.start[:, 1], edges.end[:, 1])
    near = np.flatnonzero((high > y_lines[0]) & (low < y_lines[-1]))
    start, end, owners, rows = _cut_rows(edges, near, y_lines)
    width, wide = len(x_lines) - 1, (x_lines[-1] - x_lines[0]) / (len(x_lines) - 1)
    one, two = (start[:, 0] - x_lines[0]) / wide, (end[:, 0] - x_lines[0]) / wide
    rise = (start[:, 1] - end[:, 1]) / (y_lines[rows + 1] - y_lines[rows])  # going down, the inside lies east
    owners, rows, columns, beyond, within = _cut_columns(one, two, rise, owners, rows, width)
    return _add_up(owners, rows, columns, beyond, within, width)


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


def _cut_rows(edges: Edges, near: Indices, y_lines: Numbers) -> tuple[Numbers, Numbers, Indices, Indices]:
    """Cut edges at the row lines; return start, end, owner and row of every piece."""
    start, end = edges.start[near], edges.end[near]
    last = len(y_lines) - 2
    low, high = np.minimum(start[:, 1], end[:, 1]), np.maximum(start[:, 1], end[:, 1])
    first = np.clip(np.searchsorted(y_lines, low, side="right") - 1, 0, last)
    final = np.clip(np.searchsorted(y_lines, high, side="left") - 1, 0, last)
    edge, rows = _spread(first, final)
    slope = ((end[:, 0] - start[:, 0]) / (end[:, 1] - start[:, 1]))[edge]
    bottom = np.maximum(low[edge], y_lines[rows])
    top = np.minimum(high[edge], y_lines[rows + 1])
    upward = (end[:, 1] > start[:, 1])[edge]
    y0, y1 = np.where(upward, bottom, top), np.where(upward, top, bottom)
    x0 = start[edge, 0] + (y0 - start[edge, 1]) * slope
    x1 = start[edge, 0] + (y1 - start[edge, 1]) * slope
    # ends of edges keep their coordinates
    x0 = np.where(y0 == start[edge, 1], start[edge, 0], x0)
    x1 = np.where(y1 == end[edge, 1], end[edge, 0], x1)
    return np.column_stack([x0, y0]), np.column_stack([x1, y1]), edges.owners[near][edge], rows


def _cut_columns(  # noqa: PLR0917 - one step of cover_rows
    one: Numbers, two: Numbers, rise: Numbers, owners: Indices, rows: Indices, width: int
) -> tuple[Indices, Indices, Indices, Numbers, Numbers]:
    """Cut pieces at the column lines; return owner, row, column, share beyond and share within of every piece."""
    left, right = np.minimum(one, two), np.maximum(one, two)
    # what lies west of the grid is in column -1 and covers the whole row; what lies east of it covers nothing
    first = np.clip(np.floor(left), -1, width).astype(np.intp)
    final = np.maximum(np.clip(np.ceil(right) - 1, -1, width).astype(np.intp), first)
    piece, columns = _spread(first, final)
    west = np.where(columns < 0, left[piece], np.maximum(left[piece], columns))
    east = np.where(columns == width, right[piece], np.minimum(right[piece], columns + 1))
    span = (right - left)[piece]
    with np.errstate(invalid="ignore", divide="ignore"):
        part = np.where(span > 0, (east - west) / span, 1.0)
    beyond = rise[piece] * part
    within = beyond * (columns + 1 - (west + east) / 2)
    return owners[piece], rows[piece], columns, beyond, within


def _add_up(  # noqa: PLR0917 - one step of cover_rows
    owners: Indices, rows: Indices, columns: Indices, beyond: Numbers, within: Numbers, width: int
) -> Cover:
    height = int(rows.max(initial=0)) + 1
    # column -1 stands for everything west of the grid, column `width` for everything east
    key = (owners.astype(np.int64) * height + rows) * (width + 3) + columns + 1
    order = np.argsort(key, kind="stable")
    key = key[order]
    first = np.flatnonzero(np.diff(key, prepend=-1))
    key = key[first]
    if not len(key):
        nothing = np.zeros(0, dtype=np.intp)
        return Cover(nothing, nothing, nothing, np.zeros(0), nothing, nothing, nothing, nothing)
    beyond, within = np.add.reduceat(beyond[order], first), np.add.reduceat(within[order], first)
    line, column = key // (width + 3), key % (width + 3) - 1
    new = np.flatnonzero(np.diff(line, prepend=-1))
    total = np.cumsum(beyond)
    base = np.repeat(np.concatenate([[0.0], total[new[1:] - 1]]), np.diff(np.append(new, len(line))))
    after = total - base  # share of every cell further east, up to the next passed one
    shares = after - beyond + within
    follows = np.append(line[1:] == line[:-1], False)
    gap_start, gap_end = column + 1, np.where(follows, np.append(column[1:], 0), column + 1)
    gap_start = np.maximum(gap_start, 0)
    gap_end = np.minimum(gap_end, width)
    gap = gap_end > gap_start
    full = gap & (after > 1 - _LEVEL)
    # along a level edge cells are covered in part without being passed by an edge that rises
    level = np.flatnonzero(gap & (after > _LEVEL) & ~full)
    which, between = _spread(gap_start[level], gap_end[level] - 1)
    inside = (column >= 0) & (column < width)
    owner, row = line // height, line % height
    return Cover(
        np.concatenate([owner[inside], owner[level][which]]),
        np.concatenate([row[inside], row[level][which]]),
        np.concatenate([column[inside], between]),
        np.clip(np.concatenate([shares[inside], after[level][which]]), 0, 1),
        owner[full],
        row[full],
        gap_start[full],
        gap_end[full],
    )


def _spread(first: Indices, final: Indices) -> tuple[Indices, Indices]:
    """Return pairs (number, value) for every value from first to final of every number."""
    count = final - first + 1
    number = np.repeat(np.arange(len(count)), count)
    value = np.arange(len(number)) - np.repeat(np.cumsum(count) - count, count) + first[number]
    return number, cast(npt.NDArray[np.intp], value)
