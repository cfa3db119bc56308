"""A change between two vintages as a file for GIS: by zone, and by place."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
from pyogrio.errors import DataLayerError, DataSourceError

from geozone.errors import UsageError
from geozone.export.repaired import for_geopackage
from geozone.files import whole_file
from geozone.messages import Text, text

ENDINGS = (".gpkg", ".geojson")
BY_ZONE, BY_PLACE = "change_zones", "change_places"  # layers of the GeoPackage
_ZONE = "zone"  # beside gained and lost, in the one layer of a GeoJSON file


def write_change(by_zone: gpd.GeoDataFrame, by_place: gpd.GeoDataFrame, path: Path) -> list[Text]:
    """Write both tables of a change to a GeoPackage (a layer each) or a GeoJSON file (one layer).

    Parameters
    ----------
    by_zone, by_place
        What `geozone.api.mapped_change` returns, in EPSG:4490; the zone's name is a column of both.
    path
        The file; its ending says which. In GeoJSON the column ``change`` tells zones from ``gained`` and ``lost`` ground.

    Returns
    -------
    list of Text
        What had to be named otherwise: a GeoPackage has a ``fid`` of its own.

    Raises
    ------
    UsageError
        If the file cannot be written.
    """
    said: list[Text] = []
    with whole_file(path) as unfinished:
        try:
            if path.suffix.lower() == ENDINGS[0]:
                for name, table in ((BY_ZONE, by_zone), (BY_PLACE, by_place)):
                    data, renamed = for_geopackage(table)
                    said += [
                        text("cli.column_renamed", layer=name, old=old, new=new)
                        for old, new in renamed.items()
                    ]
                    _write(data, unfinished, "GPKG", layer=name, append=unfinished.exists())
            else:
                # the CRS is named in the file: RFC 7946 would silently make CGCS2000 into WGS 84
                both = pd.concat([by_zone.assign(change=_ZONE), by_place], ignore_index=True)
                _write(both, unfinished, "GeoJSON", RFC7946="NO")
        except (DataSourceError, DataLayerError) as error:
            raise UsageError("files.unwritable", path=path, reason=str(error)) from error
    return said


def _write(
    table: gpd.GeoDataFrame,
    path: Path,
    driver: str,
    *,
    layer: str | None = None,
    append: bool = False,
    **options: str,
) -> None:
    pyogrio.write_dataframe(
        table,
        path,
        layer=layer,
        driver=driver,
        append=append,
        geometry_type="MultiPolygon",
        promote_to_multi=True,
        layer_options=options,
    )
