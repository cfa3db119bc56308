"""Change between two vintages of a layer: gained, lost, kept, by zone and by place."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geozone.model import CRS
from geozone.overlay.features import Progress
from geozone.overlay.mosaic import mosaic, mosaic_geometry
from geozone.overlay.plane import area_km2

OLD, NEW = "old", "new"
COLUMNS = ("zone_km2", "old_km2", "new_km2", "gained_km2", "lost_km2", "unchanged_km2", "net_km2")


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
        The vintages: a GeoDataFrame, GeoSeries or Layer each, in any CRS.
    zones, by, threads, progress
        As for `geozone.overlay.coverage.coverage`.

    Returns
    -------
    DataFrame
        Index: zone key. Columns ``zone_km2, old_km2, new_km2, gained_km2, lost_km2, unchanged_km2, net_km2``.

    Raises
    ------
    UsageError
        If a CRS or the field `by` is missing.
    ConservationError
        If parts do not add up to their whole.
    """
    pieces = mosaic({OLD: old, NEW: new}, zones, by=by, threads=threads, progress=progress)
    return change_table(pieces)


def change_table(pieces: pd.DataFrame) -> pd.DataFrame:
    """Return the table of `change` from the mosaic of two vintages, columns ``old`` and ``new``."""
    key = next(name for name in pieces.columns if name not in {OLD, NEW, "area_km2", "geometry"})
    there, here = pieces[OLD].astype(bool), pieces[NEW].astype(bool)
    parts = {
        "zone_km2": there | True,
        "gained_km2": here & ~there,
        "lost_km2": there & ~here,
        "unchanged_km2": here & there,
    }
    areas = {name: pieces["area_km2"].where(chosen, 0.0) for name, chosen in parts.items()}
    table = pd.DataFrame(areas).groupby(pieces[key], sort=False).sum()
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
    pieces = mosaic_geometry({OLD: old, NEW: new}, zones, by=by, threads=threads)
    changed = pieces[pieces[OLD] != pieces[NEW]].explode(index_parts=False)
    changed = changed[shapely.get_dimensions(changed.geometry.to_numpy()) == 2]
    table = changed.drop(columns=[OLD, NEW]).assign(
        change=np.where(changed[NEW], "gained", "lost"), area_km2=area_km2(changed.geometry.values, CRS)
    )
    return table.sort_values("area_km2", ascending=False, kind="stable").reset_index(drop=True)
