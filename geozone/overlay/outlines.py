"""Results by zone with the shapes of the zones."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import pandas as pd

from geozone.model import CRS
from geozone.overlay.plane import from_plane
from geozone.overlay.zone_grid import polygons_of
from geozone.overlay.zones import make_zones


def with_outlines(table: pd.DataFrame, zones: Any, by: str | None = None) -> gpd.GeoDataFrame:
    """Return a table by zone with the polygons of the zones, in EPSG:4490.

    Parameters
    ----------
    table
        Index: zone key, in the order of the zones; zones without a row are left out.
    zones, by
        As for `geozone.overlay.coverage.coverage`, which made the table.

    Returns
    -------
    GeoDataFrame
        ``attrs`` are those of the table.
    """
    prepared = make_zones(zones, by)
    outlines = from_plane(polygons_of(prepared.polygons[prepared.keys.isin(table.index)]))
    mapped = gpd.GeoDataFrame(table, geometry=outlines, crs=CRS)
    mapped.attrs = dict(table.attrs)
    return mapped
