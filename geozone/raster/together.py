"""Several rasters counted in the same zones: those of one grid in one pass, in which each is decoded once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from geozone.overlay.mosaic import cut_to_layer
from geozone.overlay.zones import make_zones
from geozone.raster.means import AREA, SumTable, is_area
from geozone.raster.passes import count_together
from geozone.raster.shares import ClassTable
from geozone.raster.tiles import tiles_of


@dataclass(frozen=True, eq=False)
class Classes:
    """The areas of the classes of a raster; the fields are the parameters of `geozone.raster.shares.class_areas`."""

    raster: Any
    of: Any = None
    crs: Any = None
    band: int | None = None
    nodata: float | None = None


@dataclass(frozen=True, eq=False)
class Sums:
    """The weighted sum of a raster; the fields are the parameters of `geozone.raster.means.weighted_sums`."""

    raster: Any
    weight: Any = AREA
    weight_crs: Any = None
    crs: Any = None
    band: int | None = None
    nodata: float | None = None


def raster_tables(
    asked: Sequence[Classes | Sums], zones: Any, *, by: str | None = "code"
) -> list[pd.DataFrame]:
    """Return the areas of classes and the weighted sums of several rasters in the same zones.

    What zones cover of the cells is worked out once for all rasters of one grid (the same CRS, corner, size and number of
    cells), and each file is decoded once, however often it is asked for; only where weights come from a raster, it and
    what it weighs are decoded once more.

    Parameters
    ----------
    asked
        What is wanted of which raster.
    zones, by
        As for `geozone.raster.shares.class_areas`.

    Returns
    -------
    list of DataFrame
        What `geozone.raster.shares.class_areas` and `geozone.raster.means.weighted_sums` return for each, in the order asked
        for.

    Raises
    ------
    InputError, UsageError, DataError
        As for those functions.
    """
    prepared, key = make_zones(zones, by), by or "code"
    cut = {
        id(one.of): cut_to_layer(prepared, one.of, "of")
        for one in asked
        if isinstance(one, Classes) and one.of is not None
    }
    tables: list[ClassTable | SumTable] = []
    for one in asked:
        tiles = tiles_of(one.raster, crs=one.crs, band=one.band, nodata=one.nodata)
        if isinstance(one, Sums):
            weights = (
                None if is_area(one.weight) else tiles_of(one.weight, crs=one.weight_crs, arrays_crs=one.crs)
            )
            tables.append(SumTable(tiles, prepared, weights, key))
        else:
            some, lost = (prepared, []) if one.of is None else cut[id(one.of)]
            tables.append(ClassTable(some, tiles, key, [*prepared.findings, *lost]))
    count_together([scan for table in tables for scan in table.scans])
    return [table.table() for table in tables]
