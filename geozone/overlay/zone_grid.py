"""Sheets of zones: zones that do not overlap each other, with a grid that tells at a glance what lies inside which.

Zones that overlap go to different sheets, so that on every sheet a piece of ground belongs to one zone at most.
"""

from __future__ import annotations

import threading
from functools import cached_property
from typing import cast

import numpy as np
import numpy.typing as npt
import shapely

from geozone.overlay.cutting import cut_up
from geozone.overlay.groups import regions_of
from geozone.overlay.guard import SLIVER, TOLERANCE, Guard
from geozone.overlay.plane import Geometries, Indices, Numbers
from geozone.overlay.wkb import Outlines, outlines_of

OUTSIDE, CROSSING = -1, -2


class Sheet:
    """Zones that do not overlap each other.

    Parameters
    ----------
    polygons
        Valid polygons of the plane.
    numbers
        Their numbers among all zones.
    cells
        Cells of the grid along its longer side.
    """

    def __init__(self, polygons: Geometries, numbers: Indices, cells: int = 2048) -> None:
        self.polygons, self.numbers, self.cells = polygons, numbers, cells
        self._thread = threading.local()

    def __getstate__(self) -> dict[str, object]:
        state = self.__dict__.copy()
        state.pop("_thread")
        return state

    def __setstate__(self, state: dict[str, object]) -> None:
        self.__dict__.update(state)
        self._thread = threading.local()

    @cached_property
    def pieces(self) -> tuple[Geometries, Indices]:
        """Zones cut into short pieces, and the zone of each piece."""
        return cut_up(self.polygons, 128)

    @cached_property
    def outlines(self) -> Outlines:
        """The zones as coordinate arrays."""
        return outlines_of(self.polygons)

    @cached_property
    def bounds(self) -> Numbers:
        """The box around all zones."""
        return np.asarray(shapely.total_bounds(self.polygons))

    def prepare(self) -> None:
        """Make what every overlay needs."""
        self.outlines  # noqa: B018 - computed on first use
        self._grid  # noqa: B018 - computed on first use

    @cached_property
    def _grid(self) -> tuple[float, float, float, npt.NDArray[np.signedinteger], npt.NDArray[np.int32]]:
        """West, south, size of a cell, zone of each cell, and the sums of boundary cells from the south-west corner."""
        west, south, east, north = shapely.total_bounds(self.polygons)
        size = max((east - west) / self.cells, (north - south) / self.cells, 1e-3)
        west, south = west - 3 * size, south - 3 * size
        width, height = int((east - west) / size) + 5, int((north - south) / size) + 5
        # samples every half cell: an edge leaves no 3 × 3 block of cells around its samples
        samples = shapely.get_coordinates(shapely.segmentize(shapely.boundary(self.polygons), size / 2))
        border = np.zeros((height, width), dtype=bool)
        border[
            ((samples[:, 1] - south) / size).astype(np.intp), ((samples[:, 0] - west) / size).astype(np.intp)
        ] = True
        border = _with_neighbours(border)
        # cells that no boundary touches hang together in regions, each of them inside one zone or outside of all
        regions, count = regions_of(~border)
        flat = regions.ravel()
        first = np.zeros(count + 1, dtype=np.intp)
        runs = np.flatnonzero(np.diff(flat, prepend=-1))
        first[flat[runs]] = runs  # any cell of a region
        first = first[1:]
        x, y = west + (first % width + 0.5) * size, south + (first // width + 0.5) * size
        zone, region = shapely.STRtree(shapely.points(x, y)).query(self.polygons, predicate="contains")
        zone_of_region = np.full(count + 1, OUTSIDE, dtype=np.int32)
        zone_of_region[region + 1] = zone
        labels: npt.NDArray[np.signedinteger] = zone_of_region[regions]
        if len(self.polygons) < 1 << 15:  # half the room, for millions of cells
            labels = labels.astype(np.int16)
        sums = np.zeros((height + 1, width + 1), dtype=np.int32)
        np.cumsum(border, axis=0, dtype=np.int32, out=sums[1:, 1:])
        np.cumsum(sums, axis=1, out=sums)
        return west, south, size, labels, sums

    def classify(self, boxes: Numbers) -> npt.NDArray[np.int32]:
        """Return the zone (by its place on the sheet) that each box lies in, `OUTSIDE` of all, or `CROSSING`."""
        west, south, size, zone, sums = self._grid
        height, width = zone.shape
        known = np.asarray(np.isfinite(boxes).all(axis=1))
        cells = np.floor((np.where(known[:, None], boxes, 0) - [west, south, west, south]) / size)
        left, right = np.clip(cells[:, 0], 0, width - 1), np.clip(cells[:, 2], 0, width - 1)
        low, high = np.clip(cells[:, 1], 0, height - 1), np.clip(cells[:, 3], 0, height - 1)
        left, right, low, high = (edge.astype(np.intp) for edge in (left, right, low, high))
        crossed = sums[high + 1, right + 1] - sums[low, right + 1] - sums[high + 1, left] + sums[low, left]
        result = np.where(crossed > 0, CROSSING, zone[low, left])
        # the outermost cells of the grid lie outside all zones, so boxes beyond it are clipped to those
        result[~known] = OUTSIDE
        return result.astype(np.int32)

    def split(
        self, geometries: Geometries, areas: Numbers, features: Indices, guard: Guard
    ) -> tuple[Indices, Geometries, Indices]:
        """Return the parts of geometries that lie in zones.

        Returns
        -------
        owners
            Position of the geometry of each part.
        parts
            The parts: the geometry itself where it lies wholly in a zone.
        zones
            Zone of each part, by its place on the sheet.
        """
        tree = shapely.STRtree(geometries)
        zones = self._own_zones()
        near = np.unique(shapely.STRtree(zones).query(shapely.box(*shapely.total_bounds(geometries))))
        zone, inside = tree.query(zones[near], predicate="contains_properly")
        rest = np.setdiff1d(np.arange(len(geometries)), inside)
        pieces, zone_of_piece = self._own_pieces()
        position, piece = self._thread.tree.query(geometries[rest], predicate="intersects")
        owners = rest[position]
        parts = polygons_of(guard.intersection(geometries[owners], pieces[piece], features[owners]))
        part_areas = shapely.area(parts)
        sums = np.bincount(owners, weights=part_areas, minlength=len(geometries)).astype(np.float64)[rest]
        outside = _outside(geometries, areas, (owners, parts, sums), rest, guard)
        guard.check(sums + outside, areas[rest], shapely.length(geometries[rest]), features[rest])
        real = part_areas > SLIVER * shapely.length(parts)
        return (
            np.concatenate([inside, owners[real]]),
            np.concatenate([geometries[inside], parts[real]]),
            np.concatenate([near[zone], zone_of_piece[piece][real]]),
        )

    def _own_zones(self) -> Geometries:
        """Return zones for this thread alone: prepared geometries must not be shared between threads."""
        if not hasattr(self._thread, "zones"):
            self._thread.zones = _copy(self.polygons)
            shapely.prepare(self._thread.zones)
            pieces, zone_of_piece = self.pieces
            self._thread.pieces = _copy(pieces), zone_of_piece
            self._thread.tree = shapely.STRtree(self._thread.pieces[0])
        return cast(Geometries, self._thread.zones)

    def _own_pieces(self) -> tuple[Geometries, Indices]:
        self._own_zones()
        return cast(tuple[Geometries, Indices], self._thread.pieces)


def make_sheets(polygons: Geometries, cells: int = 2048) -> list[Sheet]:
    """Return sheets for zones that may overlap each other; empty zones are on none."""
    wanted = np.flatnonzero(shapely.area(polygons) > 0)
    if shapely.coverage_is_valid(polygons[wanted]):  # the usual case, seen by their edges alone
        return [Sheet(polygons[wanted], wanted, cells)] if len(wanted) else []
    tree = shapely.STRtree(polygons[wanted])
    first, second = tree.query(polygons[wanted], predicate="intersects")
    later = first < second
    first, second = first[later], second[later]
    if len(first):
        overlapping = shapely.relate_pattern(polygons[wanted[first]], polygons[wanted[second]], "T********")
        first, second = first[overlapping], second[overlapping]
    sheet = np.zeros(len(wanted), dtype=np.intp)
    for number in range(len(wanted)):
        taken = set(sheet[first[second == number]].tolist())
        sheet[number] = next(free for free in range(len(wanted)) if free not in taken)
    return [
        Sheet(polygons[wanted[sheet == number]], wanted[sheet == number], cells)
        for number in range(sheet.max(initial=-1) + 1)
    ]


def _with_neighbours(cells: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Mark the eight neighbours of marked cells too."""
    rows = cells.copy()
    rows[1:] |= cells[:-1]
    rows[:-1] |= cells[1:]
    result = rows.copy()
    result[:, 1:] |= rows[:, :-1]
    result[:, :-1] |= rows[:, 1:]
    return result


def _outside(
    geometries: Geometries,
    areas: Numbers,
    found: tuple[Indices, Geometries, Numbers],
    asked: Indices,
    guard: Guard,
) -> Numbers:
    """Return the area of what lies outside of all zones, measured and not inferred from what lies inside."""
    owners, parts, sums = found
    result = np.zeros(len(asked))
    whole, extent = areas[asked], shapely.length(geometries[asked])
    short = np.flatnonzero(np.abs(whole - sums) > 0.1 * TOLERANCE * whole + 1e-8 * extent)
    if len(short):
        order = np.argsort(owners, kind="stable")
        begin = np.searchsorted(owners[order], asked[short])
        end = np.searchsorted(owners[order], asked[short], side="right")
        covers = np.array(
            [shapely.union_all(parts[order[a:b]]) for a, b in zip(begin, end, strict=True)], dtype=object
        )
        result[short] = shapely.area(guard.difference(geometries[asked[short]], covers, asked[short]))
    return result


def polygons_of(geometries: Geometries) -> Geometries:
    """Return overlay results without the lines and points in which polygons merely touch."""
    mixed = np.flatnonzero(shapely.get_type_id(geometries) == 7)
    for position in mixed:
        parts = [part for part in geometries[position].geoms if part.area > 0]
        geometries[position] = shapely.union_all(parts) if parts else shapely.Polygon()
    return geometries


def _copy(geometries: Geometries) -> Geometries:
    return np.asarray(shapely.from_wkb(shapely.to_wkb(geometries)))
