"""Change between two vintages of a layer: gained, lost, kept, by zone and by place."""

from __future__ import annotations

from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geozone.model import CRS
from geozone.overlay.features import Progress
from geozone.overlay.losses import tell, told
from geozone.overlay.mosaic import mosaic, mosaic_geometry
from geozone.overlay.outlines import with_outlines
from geozone.overlay.plane import area_km2
from geozone.overlay.zones import refuse_taken

OLD, NEW = "old", "new"
GAINED, LOST = "gained", "lost"
COLUMNS = ("zone_km2", "old_km2", "new_km2", "gained_km2", "lost_km2", "unchanged_km2", "net_km2")


class Change(NamedTuple):
    """A change by zone and by place, both in EPSG:4490."""

    by_zone: gpd.GeoDataFrame  # the rows of `change`, with the polygon of the zone
    by_place: gpd.GeoDataFrame  # the rows of `changed_ground`


def change(
    old: Any,
    new: Any,
    zones: Any,
    *,
    by: str | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
) -> pd.DataFrame:
    """Return how a layer changed between two vintages, zone by zone, each piece of ground counted once.

    1. Both vintages are overlaid with the zones as one mosaic (`geozone.overlay.mosaic.mosaic`).
    2. Gained is the ground that only the new one holds, lost that which only the old one holds, unchanged what both hold.
       Gained less lost is the net change, and the new area less the old one, exactly.

    Parameters
    ----------
    old, new
        The vintages: a GeoDataFrame, GeoSeries or Layer each, in any CRS, or `Features`.
    zones, by, threads, progress
        As for `geozone.overlay.coverage.coverage`.

    Returns
    -------
    DataFrame
        Index: zone key. Columns ``zone_km2, old_km2, new_km2, gained_km2, lost_km2, unchanged_km2, net_km2``.
        ``attrs["findings"]`` has what of the layers counts for nothing (`geozone.overlay.losses.told`).

    Raises
    ------
    UsageError
        If a CRS or the field `by` is missing.
    ConservationError
        If parts do not add up to their whole.
    """
    pieces = mosaic({OLD: old, NEW: new}, zones, by=by, threads=threads, progress=progress)
    return tell(change_table(pieces), told(pieces))


def change_table(pieces: pd.DataFrame) -> pd.DataFrame:
    """Return the table of `change` from the mosaic of two vintages, columns ``old`` and ``new``.

    Raises
    ------
    UsageError
        If the field of the zones goes by the name of a column of the result.
    """
    key = next(name for name in pieces.columns if name not in {OLD, NEW, "area_km2", "geometry"})
    refuse_taken(key, [*COLUMNS, "change"])
    there, here = pieces[OLD].astype(bool), pieces[NEW].astype(bool)
    parts = {
        "zone_km2": there | True,
        "gained_km2": here & ~there,
        "lost_km2": there & ~here,
        "unchanged_km2": here & there,
    }
    areas = {name: pieces["area_km2"].where(chosen, 0.0) for name, chosen in parts.items()}
    table = pd.DataFrame(areas).groupby(pieces[key], sort=False, dropna=False).sum()
    table["old_km2"] = table["unchanged_km2"] + table["lost_km2"]
    table["new_km2"] = table["unchanged_km2"] + table["gained_km2"]
    table["net_km2"] = table["gained_km2"] - table["lost_km2"]
    return table[list(COLUMNS)]


def changed_ground(
    old: Any, new: Any, zones: Any, *, by: str | None = None, threads: int | None = None
) -> gpd.GeoDataFrame:
    """Return the ground that was gained and lost, place by place, the largest first.

    Returns
    -------
    GeoDataFrame
        EPSG:4490; the zone key, ``change`` (``gained`` or ``lost``), ``area_km2`` and one polygon a row.
    """
    return _places(mosaic_geometry({OLD: old, NEW: new}, zones, by=by, threads=threads))


def mapped_change(
    old: Any,
    new: Any,
    zones: Any,
    *,
    by: str | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
) -> Change:
    """Return the tables of `change` and `changed_ground` from one overlay, with their geometries.

    Parameters
    ----------
    old, new, zones, by, threads, progress
        As for `change`.

    Returns
    -------
    Change
        ``attrs`` of the first table as for `change`.
    """
    pieces = mosaic_geometry({OLD: old, NEW: new}, zones, by=by, threads=threads, progress=progress)
    by_zone = with_outlines(change_table(pd.DataFrame(pieces.drop(columns="geometry"))), zones, by)
    tell(by_zone, told(pieces))
    return Change(by_zone, _places(pieces))


def _places(pieces: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the gained and lost pieces of a mosaic, one polygon a row, the largest first."""
    changed = pieces[pieces[OLD] != pieces[NEW]].explode(index_parts=False)
    changed = changed[shapely.get_dimensions(changed.geometry.to_numpy()) == 2]
    table = changed.drop(columns=[OLD, NEW]).assign(
        change=np.where(changed[NEW], GAINED, LOST), area_km2=area_km2(changed.geometry.values, CRS)
    )
    return table.sort_values("area_km2", ascending=False, kind="stable").reset_index(drop=True)
