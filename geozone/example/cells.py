"""Cells of a raster in degrees, and how much of each lies in an outline."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from geozone.example.ellipsoid import authalic, cell_km2, plane_km2, to_plane

Numbers = npt.NDArray[np.float64]

_CORNERS = 5  # of a rectangle, the first one twice


@dataclass(frozen=True, slots=True)
class Grid:
    """Cells of 1/`per_degree` degrees; `west` and `north` count cells from 0° E and 0° N."""

    per_degree: int
    west: int
    north: int
    rows: int
    columns: int

    @classmethod
    def around(cls, bounds: tuple[float, float, float, float], per_degree: int) -> Grid:
        """Return the grid that covers a box in degrees, with a rim of at least a cell, in tenths of a degree."""
        west, south = (int(np.floor(side * 10 - 0.5)) * per_degree // 10 for side in bounds[:2])
        east, north = (int(np.ceil(side * 10 + 0.5)) * per_degree // 10 for side in bounds[2:])
        return cls(per_degree, west, north, north - south, east - west)

    @property
    def longitudes(self) -> Numbers:
        """The sides of the columns, in degrees, from west to east."""
        return (self.west + np.arange(self.columns + 1)) / self.per_degree

    @property
    def latitudes(self) -> Numbers:
        """The sides of the rows, in degrees, from north to south."""
        return (self.north - np.arange(self.rows + 1)) / self.per_degree

    def row_km2(self) -> Numbers:
        """Return the area of a whole cell in every row."""
        return cell_km2(self.latitudes[1:], self.latitudes[:-1], 1 / self.per_degree)


def cell_areas(outline: shapely.Geometry, grid: Grid) -> Numbers:
    """Return the area of every cell inside an outline in degrees, in km².

    In the plane of longitude and authalic integral, where cells are rectangles, the outline is halved again and again,
    down to the single cell: a part that is a whole rectangle has the closed form of its cells, any other cell the area of
    what was cut out of it.
    """
    areas = np.zeros((grid.rows, grid.columns))
    whole = grid.row_km2()
    x, y = np.deg2rad(grid.longitudes), authalic(grid.latitudes)
    todo = [(to_plane(outline), 0, grid.rows, 0, grid.columns)]
    while todo:
        part, top, bottom, left, right = todo.pop()
        sides = x[left], y[bottom], x[right], y[top]
        part = shapely.clip_by_rect(part, *sides)
        if part.is_empty:
            continue
        if shapely.get_num_coordinates(part) == _CORNERS and _is_rectangle(part, sides):
            areas[top:bottom, left:right] = whole[top:bottom, None]
        elif bottom - top == right - left == 1:
            areas[top, left] = plane_km2(part)
        elif bottom - top >= right - left:
            middle = (top + bottom) // 2
            todo += [(part, top, middle, left, right), (part, middle, bottom, left, right)]
        else:
            middle = (left + right) // 2
            todo += [(part, top, bottom, left, middle), (part, top, bottom, middle, right)]
    return areas


def _is_rectangle(part: shapely.Geometry, sides: tuple[float, float, float, float]) -> bool:
    """Tell whether a part of four corners is the whole rectangle between some sides."""
    if not isinstance(part, shapely.Polygon):
        return False
    west, south, east, north = sides
    corners = {(west, south), (east, south), (east, north), (west, north)}
    return set(map(tuple, shapely.get_coordinates(part).tolist())) == corners
