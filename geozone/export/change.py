"""A change between two vintages as a file for GIS: by zone, and by place."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd

from geozone.choices import MAP_ENDINGS
from geozone.export.zone_layers import write_change_package, write_geojson
from geozone.messages import Language, Text

_ZONE = "zone"  # beside gained and lost, in the one layer of a GeoJSON file


def write_change(
    by_zone: gpd.GeoDataFrame, by_place: gpd.GeoDataFrame, path: Path, lang: Language
) -> list[Text]:
    """Write both tables of a change to a GeoPackage (a layer each) or a GeoJSON file (one layer).

    Parameters
    ----------
    by_zone, by_place
        What `geozone.api.mapped_change` returns, in EPSG:4490; the zone's name is a column of both.
    path
        The file; its ending says which. In GeoJSON the column ``change`` tells zones from ``gained`` and ``lost`` ground.
    lang
        Language of titles and legends.

    Returns
    -------
    list of Text
        What had to be named otherwise: a GeoPackage has a ``fid`` of its own.

    Raises
    ------
    UsageError
        If the file cannot be written.
    """
    if path.suffix.lower() == MAP_ENDINGS[0]:
        return write_change_package(by_zone, by_place, path, lang)
    write_geojson(pd.concat([by_zone.assign(change=_ZONE), by_place], ignore_index=True), path)
    return []
