"""A raster weighted by another, whose values are totals of its cells, evenly spread over each.

On the same lines, cells go with cells. Otherwise the cells of the coarser raster are cut with the zones, and the pieces,
brought to the coordinates of the finer one, are laid over its cells as zones are: exact for any two grids and CRS.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from geozone.overlay.cutting import cut_up
from geozone.overlay.guard import Guard
from geozone.overlay.plane import Geometries, Indices, Numbers
from geozone.overlay.zone_grid import polygons_of
from geozone.overlay.zones import Zones
from geozone.raster.grid import Grid, grid_of
from geozone.raster.opening import Raster, Span
from geozone.raster.tiles import Tile
from geozone.raster.values import known_values
from geozone.raster.zonal import PIXELS, Part, Window, read_ahead, windows

_SQUARE = 256  # cells a side of a window of the coarser raster
_PIECE = 128  # vertices of a piece of a zone


@dataclass
class Weighted:
    """Weights and weighted sums in zones."""

    known: Numbers  # weight of the ground with a value
    void: Numbers  # weight of the ground without
    total: Numbers  # weight times value

    @classmethod
    def nothing(cls, zones: int) -> Weighted:
        """Return sums that are zero."""
        return cls(np.zeros(zones), np.zeros(zones), np.zeros(zones))

    def add(self, zones: Indices, other: Weighted) -> None:
        """Add the sums of some zones."""
        self.known[zones] += other.known
        self.void[zones] += other.void
        self.total[zones] += other.total


@dataclass(frozen=True, slots=True)
class _Side:
    """One of the two rasters."""

    raster: Raster
    grid: Grid
    left_out: tuple[float, ...]

    def read(self, window: Window) -> Numbers:
        """Return values, NaN where there is none."""
        return known_values(self.raster, window.rows, window.columns, self.left_out)

    def read_around(self, rows: Span, columns: Span) -> Numbers:
        """Return values of a window that may reach over the edges of the raster."""
        result = np.full((rows[1] - rows[0], columns[1] - columns[0]), np.nan)
        down, across = (
            (max(span[0], 0), min(span[1], length))
            for span, length in ((rows, self.grid.height), (columns, self.grid.width))
        )
        if down[0] < down[1] and across[0] < across[1]:
            part = (
                slice(down[0] - rows[0], down[1] - rows[0]),
                slice(across[0] - columns[0], across[1] - columns[0]),
            )
            result[part] = known_values(self.raster, down, across, self.left_out)
        return result


@dataclass(frozen=True, slots=True)
class _Pieces:
    """Cells of the coarser raster cut with zones."""

    shapes: Geometries  # in the coordinates of its grid
    zones: Indices
    values: Numbers
    areas: Numbers  # of the whole cell, in m²


def weigh(
    value: Tile, weight: Tile, zones: Zones, left_out: tuple[tuple[float, ...], tuple[float, ...]]
) -> Weighted:
    """Return the sums of one file weighted by another.

    Parameters
    ----------
    value, weight
        The files.
    zones
        Zones, which may overlap each other.
    left_out
        Of either file, the numbers that stand for no data without being declared.
    """
    with value.opened() as raster, weight.opened() as other:
        one, two = _Side(raster, grid_of(raster), left_out[0]), _Side(other, grid_of(other), left_out[1])
        offset = one.grid.offset(two.grid)
        if offset is None:
            return _on_other_lines(one, two, zones.polygons)
        return _on_same_lines(one, two, offset, zones.polygons)


def _on_same_lines(value: _Side, weight: _Side, offset: tuple[int, int], polygons: Geometries) -> Weighted:
    def read(window: Window) -> tuple[Numbers, Numbers]:
        spans = zip((window.rows, window.columns), offset, strict=True)
        return value.read(window), weight.read_around(*((span[0] + by, span[1] + by) for span, by in spans))

    sums = np.zeros((len(polygons), 3))
    wanted = windows(value.grid, value.raster.block, [value.grid.outlines(polygons)])
    for window, (values, weights) in read_ahead(wanted, read):
        _add_products(values, weights, window.parts[0], sums)
    return Weighted(*sums.T)


def _on_other_lines(value: _Side, weight: _Side, polygons: Geometries) -> Weighted:
    coarse, fine = (value, weight) if value.grid.side >= weight.grid.side else (weight, value)
    side = int(np.clip(PIXELS**0.5 * fine.grid.side / coarse.grid.side, 1, _SQUARE))
    outlines = coarse.grid.outlines(polygons)
    cut, owners = cut_up(outlines, _PIECE)
    tree = shapely.STRtree(cut)
    sums, every = Weighted.nothing(len(polygons)), np.arange(len(polygons))
    wanted = windows(coarse.grid, (1, 1), [outlines], most=(side, side))
    for window, read in read_ahead(wanted, coarse.read):
        pieces = _pieces(coarse.grid, window, read, (tree, owners))
        if len(pieces.zones):
            sums.add(every, _laid_over(pieces, coarse, fine, len(polygons), weigh_fine=fine is weight))
    return sums


def _pieces(grid: Grid, window: Window, values: Numbers, zones: tuple[shapely.STRtree, Indices]) -> _Pieces:
    """Return the cells of a window cut with the zones, which are given in pieces of their own."""
    (part,) = window.parts
    assert part is not None
    owners, rows, columns = part.whole_cells()
    shapes = grid.boxes(rows + window.rows[0], columns + window.columns[0])
    tree, zone_of = zones
    cut_zones, cut_rows, cut_columns = part.cut_cells()
    boxes = grid.boxes(cut_rows + window.rows[0], cut_columns + window.columns[0])
    box, piece = tree.query(boxes, predicate="intersects")
    own = zone_of[piece] == cut_zones[box]
    box, piece = box[own], piece[own]
    parts = polygons_of(Guard().intersection(boxes[box], tree.geometries[piece], box))
    rows, columns = np.concatenate([rows, cut_rows[box]]), np.concatenate([columns, cut_columns[box]])
    return _Pieces(
        np.concatenate([shapes, parts]),
        np.concatenate([owners, cut_zones[box]]),
        values[rows, columns],
        grid.areas(window.rows, window.columns).of(rows, columns),
    )


def _laid_over(pieces: _Pieces, coarse: _Side, fine: _Side, count: int, *, weigh_fine: bool) -> Weighted:
    """Return the sums of pieces of the coarser raster with the cells of the finer one under them."""
    shapes = fine.grid.brought_from(pieces.shapes, coarse.grid)
    sums = np.zeros((len(shapes), 3))
    for window, values in read_ahead(windows(fine.grid, fine.raster.block, [shapes]), fine.read):
        if weigh_fine:
            amounts = np.ones_like(values)
        else:
            areas = fine.grid.areas(window.rows, window.columns)
            amounts = np.ascontiguousarray(np.broadcast_to(areas.down @ areas.across, values.shape))
        _add_products(values, amounts, window.parts[0], sums)
    under = Weighted(*sums.T)  # of each piece: with a fine value, without, and times it
    if weigh_fine:  # the finer values are weights, those of the pieces are weighted
        return _sum(pieces.zones, under.total, pieces.values, count)
    density = np.nan_to_num(pieces.values) / pieces.areas
    rows = (density * row for row in (under.known, under.void, under.total))
    return _by_owner(pieces.zones, rows, count)


def _add_products(values: Numbers, weights: Numbers, part: Part | None, sums: Numbers) -> None:
    """Add weights with a value, without one, and times it, of every zone."""
    from geozone.raster.compiled import sum_products  # noqa: PLC0415 - numba takes half a second to load

    assert part is not None
    sum_products(np.ascontiguousarray(values), np.ascontiguousarray(weights), part.arrays, sums)


def _sum(owners: npt.NDArray[Any], weights: Numbers, values: Numbers, zones: int) -> Weighted:
    """Return weights with a value, without one, and times it, by owner."""
    known = ~np.isnan(values)
    return _by_owner(owners, (weights * known, weights * ~known, weights * np.nan_to_num(values)), zones)


def _by_owner(owners: npt.NDArray[Any], rows: Iterable[Numbers], zones: int) -> Weighted:
    """Return rows added up by owner."""
    sums = Weighted.nothing(zones)
    for into, row in zip((sums.known, sums.void, sums.total), rows, strict=True):
        np.add(into, np.bincount(owners, weights=row, minlength=zones), out=into)
    return sums
