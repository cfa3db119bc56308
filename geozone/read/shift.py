"""Notice layers in GCJ-02 or BD-09 by comparing their outlines with the embedded boundaries."""

from __future__ import annotations

import geopandas as gpd

from geozone.read.notes import Notes


def find_shift(data: gpd.GeoDataFrame, notes: Notes) -> None:
    """Find out."""
