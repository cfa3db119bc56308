"""A raster weighted by another, whose values are totals of its cells, evenly spread over each.

On the same lines, cells go with cells. Otherwise the cells of the coarser raster are cut with the zones, and the pieces,
brought to the coordinates of the finer one, are laid over its cells as zones are: exact for any two grids and CRS.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from geozone.overlay.cutting import cut_up
from geozone.overlay.guard import Guard
from geozone.overlay.plane import Geometries, Indices, Numbers
from geozone.overlay.zone_grid import make_sheets, polygons_of
from geozone.overlay.zones import Zones
from geozone.raster.grid import Grid
from geozone.raster.opening import Raster, Span
from geozone.raster.tiles import Tile
from geozone.raster.values import known_values
from geozone.raster.zonal import PIXELS, Window, read_ahead, windows

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

    def read(self, rows: Span, columns: Span) -> Numbers:
        """Return values, NaN where there is none."""
        return known_values(self.raster, rows, columns, self.left_out)

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
            result[part] = self.read(down, across)
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
    sums = Weighted.nothing(len(zones))
    with value.opened() as (raster, grid), weight.opened() as (other, its_grid):
        one, two = _Side(raster, grid, left_out[0]), _Side(other, its_grid, left_out[1])
        offset = grid.offset(its_grid)
        for sheet in make_sheets(zones.polygons):
            if offset is None:
                parts = _on_other_lines(one, two, sheet.polygons)
            else:
                parts = _on_same_lines(one, two, offset, sheet.polygons)
            for part in parts:
                sums.add(sheet.numbers, part)
    return sums


def _on_same_lines(
    value: _Side, weight: _Side, offset: tuple[int, int], polygons: Geometries
) -> Iterator[Weighted]:
    def read(rows: Span, columns: Span) -> tuple[Numbers, Numbers]:
        moved = ((span[0] + by, span[1] + by) for span, by in zip((rows, columns), offset, strict=True))
        return value.read(rows, columns), weight.read_around(*moved)

    wanted = windows(value.grid, value.raster.block, value.grid.outlines(polygons))
    for window, (values, weights) in read_ahead(wanted, read):
        cells = window.cut_rows, window.cut_columns
        yield _sum(window.label.ravel(), weights.ravel(), values.ravel(), len(polygons))
        yield _sum(window.cut_zones, weights[cells] * window.shares, values[cells], len(polygons))


def _on_other_lines(value: _Side, weight: _Side, polygons: Geometries) -> Iterator[Weighted]:
    coarse, fine = (value, weight) if value.grid.side >= weight.grid.side else (weight, value)
    side = int(np.clip(PIXELS**0.5 * fine.grid.side / coarse.grid.side, 1, _SQUARE))
    outlines = coarse.grid.outlines(polygons)
    cut, owners = cut_up(outlines, _PIECE)
    tree = shapely.STRtree(cut)
    wanted = windows(coarse.grid, (1, 1), outlines, most=(side, side))
    for window, read in read_ahead(wanted, coarse.read):
        pieces = _pieces(coarse.grid, window, read, (tree, owners), len(polygons))
        if len(pieces.zones):
            yield _laid_over(pieces, coarse, fine, len(polygons), weigh_fine=fine is weight)


def _pieces(
    grid: Grid, window: Window, values: Numbers, zones: tuple[shapely.STRtree, Indices], count: int
) -> _Pieces:
    """Return the cells of a window cut with the zones, which are given in pieces of their own."""
    rows, columns = np.nonzero(window.label < count)
    owners = window.label[rows, columns].astype(np.intp)
    shapes = grid.boxes(rows + window.rows[0], columns + window.columns[0])
    tree, zone_of = zones
    boxes = grid.boxes(window.cut_rows + window.rows[0], window.cut_columns + window.columns[0])
    box, piece = tree.query(boxes, predicate="intersects")
    own = zone_of[piece] == window.cut_zones[box]
    box, piece = box[own], piece[own]
    parts = polygons_of(Guard().intersection(boxes[box], tree.geometries[piece], box))
    rows = np.concatenate([rows, window.cut_rows[box]])
    columns = np.concatenate([columns, window.cut_columns[box]])
    areas = grid.areas(window.rows, window.columns)
    return _Pieces(
        np.concatenate([shapes, parts]),
        np.concatenate([owners, window.cut_zones[box]]),
        values[rows, columns],
        areas[rows, columns if areas.shape[1] > 1 else 0],
    )


def _laid_over(pieces: _Pieces, coarse: _Side, fine: _Side, count: int, *, weigh_fine: bool) -> Weighted:
    """Return the sums of pieces of the coarser raster with the cells of the finer one under them."""
    shapes = fine.grid.brought_from(pieces.shapes, coarse.grid)
    number = len(shapes)
    under = Weighted.nothing(number)  # of each piece: with a fine value, without, and times it
    for window, values in read_ahead(windows(fine.grid, fine.raster.block, shapes), fine.read):
        areas = np.ones((1, 1)) if weigh_fine else fine.grid.areas(window.rows, window.columns)
        amounts = np.broadcast_to(areas, values.shape)
        cells = window.cut_rows, window.cut_columns
        every = np.arange(number)
        under.add(every, _sum(window.label.ravel(), amounts.ravel(), values.ravel(), number))
        under.add(every, _sum(window.cut_zones, amounts[cells] * window.shares, values[cells], number))
    if weigh_fine:  # the finer values are weights, those of the pieces are weighted
        return _sum(pieces.zones, under.total, pieces.values, count)
    density = np.nan_to_num(pieces.values) / pieces.areas
    rows = (density * row for row in (under.known, under.void, under.total))
    return _by_owner(pieces.zones, rows, count)


def _sum(owners: npt.NDArray[Any], weights: Numbers, values: Numbers, zones: int) -> Weighted:
    """Return weights with a value, without one, and times it, by owner; a weight that is none counts for nothing."""
    weights, known = np.nan_to_num(weights), ~np.isnan(values)
    rows = (weights * known, weights * ~known, weights * np.nan_to_num(values))
    return _by_owner(owners, rows, zones)


def _by_owner(owners: npt.NDArray[Any], rows: Iterable[Numbers], zones: int) -> Weighted:
    """Return rows added up by owner; an owner beyond the last zone is none."""
    sums = Weighted.nothing(zones)
    for into, row in zip((sums.known, sums.void, sums.total), rows, strict=True):
        np.add(into, np.bincount(owners, weights=row, minlength=zones + 1)[:zones], out=into)
    return sums
