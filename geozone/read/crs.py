"""From the coordinate reference system of a file to CGCS2000 longitude and latitude."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import pyproj
from pyproj.exceptions import CRSError

from geozone.errors import InputError
from geozone.model import CRS
from geozone.read.notes import Notes

_TARGET = pyproj.CRS.from_user_input(CRS)
_SAME = {"EPSG:4490", "EPSG:4326", "OGC:CRS84", "EPSG:4979"}  # equal within a decimetre in China


def to_cgcs2000(data: gpd.GeoDataFrame, given: Any, path: Path, notes: Notes) -> gpd.GeoDataFrame:
    """Return the layer in EPSG:4490; the CRS is the user's, else the file's."""
    source = _given(given, path) if given is not None else data.crs
    if source is None:
        raise InputError("read.no_crs", path=path)
    source = pyproj.CRS(source)
    name = _name(source)
    notes.decide("crs", name, "read.crs_given" if given is not None else "read.crs_of_file", crs=name)
    if source.equals(_TARGET, ignore_axis_order=True) or name in _SAME:
        return data.set_crs(CRS, allow_override=True)
    return data.set_crs(source, allow_override=True).to_crs(CRS)


def _given(given: Any, path: Path) -> pyproj.CRS:
    try:
        return pyproj.CRS.from_user_input(given)
    except CRSError as error:
        raise InputError("read.bad_crs", path=path, crs=given) from error


def _name(crs: pyproj.CRS) -> str:
    authority = crs.to_authority(min_confidence=70)
    return ":".join(authority) if authority else str(crs.name)
