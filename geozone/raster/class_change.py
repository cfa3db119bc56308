"""Some classes of a raster at two dates: how much ground they gained and lost, cell by cell."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from geozone.overlay.zones import Zones, make_zones
from geozone.raster.opening import Raster, Span, Stored
from geozone.raster.passes import count_together
from geozone.raster.shares import ClassCount, Classes
from geozone.raster.tiles import Tile, Tiles, tiles_of

_NEITHER, _GAINED, _LOST, _KEPT = 1, 2, 3, 4  # what a cell of two dates is


@dataclass(frozen=True, slots=True)
class ClassChange:
    """Ground of some classes at two dates, in km²."""

    ground_km2: float
    unknown_km2: float  # without data at a date
    old_km2: float
    new_km2: float
    gained_km2: float | None  # None where the dates have different cells
    lost_km2: float | None


@dataclass(frozen=True, slots=True)
class _Pair(Tile):
    """A file of the later date, read together with that of the earlier date in the same cells."""

    older: Tile | None = None
    values: tuple[tuple[float, ...], tuple[float, ...]] = ((), ())  # that count, later and earlier

    @property
    def reading(self) -> Hashable:
        """What two tiles that read the same numbers have in common."""
        return Tile.reading.__get__(self), self.older and self.older.reading, self.values

    @contextmanager
    def opened(self) -> Iterator[Raster]:
        """Yield the open raster of what happened in each cell."""
        assert self.older is not None
        with Tile.opened(self) as later, self.older.opened() as earlier:

            def fetch(rows: Span, columns: Span, shape: tuple[int, int] | None) -> Stored:
                sides = [one.values(rows, columns, shape) for one in (later, earlier)]
                now, then = (
                    np.isin(np.rint(side), some) for side, some in zip(sides, self.values, strict=True)
                )
                absent = np.isnan(sides[0]) | np.isnan(sides[1])
                numbers = np.select([now & then, then, now], [_KEPT, _LOST, _GAINED], _NEITHER)
                return numbers.astype(np.uint8), absent if absent.any() else None

            band = replace(
                later.band, dtype="uint8", nodata=None, scale=1.0, offset=0.0, alpha=None, masked=True
            )
            yield replace(later, band=band, fetch=fetch)


def class_change(
    old: Any,
    new: Any,
    ground: Any,
    *,
    old_values: Collection[float],
    new_values: Collection[float],
) -> ClassChange:
    """Return how much ground some classes of a raster gained and lost between two dates.

    1. Where every file of the later date has one of the earlier date in the same cells, the two are compared cell by cell. Only
       ground with data at both dates counts; the rest is unknown.
    2. Elsewhere each date is counted by itself on its own cells, and what was gained and lost is not known apart: the edges
       of cells that differ would look like changes.

    Parameters
    ----------
    old, new
        The raster at either date, as for `geozone.raster.tiles.tiles_of`.
    ground
        A GeoDataFrame of areas, which are taken as one.
    old_values, new_values
        The values that stand for the classes at either date.

    Raises
    ------
    InputError, UsageError, DataError
        As for `geozone.raster.shares.class_areas`.
    """
    zones = make_zones(ground.assign(ground="ground"), "ground")
    later, earlier = tiles_of(new), tiles_of(old)
    whole = float(zones.area.sum()) / 1e6
    pairs = _pairs(later, earlier, (tuple(map(float, new_values)), tuple(map(float, old_values))))
    if pairs is not None:
        found = _counted(pairs, zones)
        kept, lost, gained = (_area(found, [kind]) for kind in (_KEPT, _LOST, _GAINED))
        unknown = max(whole - float(found.areas.sum()) / 1e6, 0.0)
        return ClassChange(whole, unknown, kept + lost, kept + gained, gained, lost)
    sides = [_counted(tiles, zones) for tiles in (earlier, later)]
    areas = [_area(side, some) for side, some in zip(sides, (old_values, new_values), strict=True)]
    unknown = max(whole - min(float(side.areas.sum()) for side in sides) / 1e6, 0.0)
    return ClassChange(whole, unknown, areas[0], areas[1], None, None)


def _pairs(later: Tiles, earlier: Tiles, values: tuple[tuple[float, ...], tuple[float, ...]]) -> Tiles | None:
    """Return the files of the later date with those of the earlier; None where one has none in the same cells."""
    by_cells = {tile.cells: tile for tile in earlier.tiles}
    if {tile.cells for tile in later.tiles} != set(by_cells):
        return None
    tiles = tuple(
        _Pair(
            one.number, one.source, one.crs, one.band, one.nodata, one.cells, by_cells[one.cells], values
        )
        for one in later.tiles
    )  # fmt: skip
    return replace(later, tiles=tiles)


def _counted(tiles: Tiles, zones: Zones) -> Classes:
    count = ClassCount(tiles, zones)
    count_together(count.scans)
    return count.result()


def _area(found: Classes, values: Collection[float]) -> float:
    return float(found.areas[:, np.isin(found.classes, list(values))].sum()) / 1e6
