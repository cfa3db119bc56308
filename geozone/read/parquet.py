"""GeoParquet, and Parquet with a WKB column that nobody declared."""

from __future__ import annotations

import json
from typing import Any

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import shapely
from pyproj.exceptions import CRSError

from geozone.errors import InputError
from geozone.read.bulk import quiet
from geozone.read.notes import Notes
from geozone.read.salvage import report_broken
from geozone.read.source import Source

_NAMES = ("geometry", "geom", "wkb_geometry", "the_geom", "shape")
_ERRORS = (OSError, ValueError, KeyError, TypeError, CRSError, pa.ArrowException)


def read_parquet(source: Source, notes: Notes) -> gpd.GeoDataFrame:
    """Return a Parquet file with geometry, with the CRS that it declares or none.

    Raises
    ------
    InputError
        If it is damaged or has no geometry.
    """
    if source.layer is not None and source.layer != source.path.stem:
        raise InputError(
            "read.no_such_layer", path=source.shown, layer=source.layer, choices=source.path.stem
        )
    try:
        metadata = pq.read_schema(source.path).metadata or {}
        with quiet():
            try:
                if b"geo" in metadata:
                    return gpd.read_parquet(source.path)
            except shapely.errors.ShapelyError:
                pass  # a geometry that cannot be parsed: row by row, then
            return _mended(source, json.loads(metadata.get(b"geo", b"{}")), notes)
    except _ERRORS as error:
        raise InputError("read.unreadable", path=source.shown, reason=str(error)[:200]) from error


def _mended(source: Source, declared: dict[str, Any], notes: Notes) -> gpd.GeoDataFrame:
    """Return the table with the geometries that can be parsed; the rows of the others are named and left out."""
    table: pd.DataFrame = pq.read_table(source.path).to_pandas()
    names = [declared.get("primary_column"), *_NAMES]
    name = next((name for name in names if name in table.columns), None)
    if name is None:
        raise InputError("read.no_geometry", path=source.shown)
    geometries = shapely.from_wkb(table[name].to_numpy(dtype=object), on_invalid="ignore")
    broken = table[name].notna().to_numpy() & shapely.is_missing(geometries)
    report_broken([str(row) for row in broken.nonzero()[0]], int((~broken).sum()), notes)
    table = table.drop(columns=[name]).reset_index(drop=True)
    crs = declared.get("columns", {}).get(name, {}).get("crs", "OGC:CRS84" if declared else None)
    return gpd.GeoDataFrame(table, geometry=geometries, crs=crs)[~broken]
