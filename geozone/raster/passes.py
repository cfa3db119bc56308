"""Rasters counted in one pass: those of one grid share what zones cover of its cells, and each is decoded once."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from operator import is_
from typing import Any, Generic, Protocol, TypeVar

from geozone.overlay.plane import Indices, Numbers
from geozone.overlay.zones import Zones
from geozone.raster.block_cache import small_cache
from geozone.raster.grid import Areas, Grid, grid_of
from geozone.raster.opening import Raster, Stored
from geozone.raster.tiles import Tile, Tiles
from geozone.raster.zonal import Part, Window, read_ahead, windows


class Counter(Protocol):
    """What is counted of a raster in zones."""

    def count(self, stored: Stored, areas: Areas, part: Part) -> None:
        """Add the cells of a window, given as stored, with their areas and what zones cover of them."""


Counted = TypeVar("Counted", bound=Counter)


@dataclass
class Scan(Generic[Counted]):
    """One file of a raster that is to be counted in zones."""

    tile: Tile
    zones: Zones  # those that the file reaches
    numbers: Indices  # of them among all zones
    start: Callable[[Raster, int], Counted]  # makes the counter of an open raster and so many zones
    # known when the scan is done
    counter: Counted = field(init=False)
    ground: Numbers = field(init=False)  # area of every zone inside the raster, in m²


def scans_of(tiles: Tiles, zones: Zones, start: Callable[[Raster, int], Counted]) -> list[Scan[Counted]]:
    """Return the scans of all files of a raster."""
    return [Scan(tile, some, numbers, start) for tile, some, numbers in tiles.each(zones)]


def count_together(scans: Iterable[Scan[Any]]) -> None:
    """Count files of rasters in zones: one pass for all files of one grid, in which each is read once.

    Parameters
    ----------
    scans
        Files with the zones that each is to be counted in. A file may be in several scans.
    """
    passes: dict[Hashable, list[Scan[Any]]] = {}
    for scan in scans:
        passes.setdefault(scan.tile.cells, []).append(scan)
    for those in passes.values():
        _count_grid(those)


def _count_grid(scans: Sequence[Scan[Any]]) -> None:
    """Count files of one grid."""
    with small_cache(), ExitStack() as stack:
        rasters: dict[Hashable, Raster] = {}
        for scan in scans:
            if scan.tile.reading not in rasters:
                rasters[scan.tile.reading] = stack.enter_context(scan.tile.opened())
            raster = rasters[scan.tile.reading]
            scan.counter = scan.start(raster, len(scan.zones))
        grid = grid_of(raster)
        sets = _sets_of(scans, grid)
        outlines = [grid.outlines(some[0].zones.polygons) for some in sets]
        block = max(one.block[0] for one in rasters.values()), max(one.block[1] for one in rasters.values())
        wanted = (
            (window, raster, counted)
            for window in windows(grid, block, outlines)
            for key, raster in rasters.items()
            if (counted := _reached(window, sets, key))
        )
        areas: tuple[Window, Areas] | None = None
        for (window, _, counted), stored in read_ahead(wanted, _read):
            if areas is None or areas[0] is not window:
                areas = window, grid.areas(window.rows, window.columns)
            for counter, part in counted:
                counter.count(stored, areas[1], part)


def _reached(
    window: Window, sets: Sequence[Sequence[Scan[Any]]], key: Hashable
) -> list[tuple[Counter, Part]]:
    """Return what counts a raster in a window, and in which part of it."""
    return [
        (scan.counter, part)
        for part, some in zip(window.parts, sets, strict=True)
        for scan in some
        if part is not None and scan.tile.reading == key
    ]


def _read(wanted: tuple[Window, Raster, Any]) -> Stored:
    window, raster, _ = wanted
    return raster.stored(window.rows, window.columns)


def _sets_of(scans: Sequence[Scan[Any]], grid: Grid) -> list[list[Scan[Any]]]:
    """Return scans by their zones, and note how much of the zones lies inside the grid."""
    sets: list[list[Scan[Any]]] = []
    for scan in scans:
        for some in sets:
            if _same(some[0].zones, scan.zones):
                some.append(scan)
                scan.ground = some[0].ground
                break
        else:
            sets.append([scan])
            scan.ground = scan.zones.area_inside(grid.box)
    return sets


def _same(one: Zones, other: Zones) -> bool:
    return len(one) == len(other) and all(map(is_, one.polygons, other.polygons))
