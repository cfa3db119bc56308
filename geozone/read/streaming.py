"""Which files can be used as they are, feature by feature, without what the reader would decide, mend or say of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyproj
import shapely
from pyproj.exceptions import CRSError, ProjError

from geozone.errors import GeozoneError
from geozone.messages import message
from geozone.model import Decision
from geozone.overlay.degrees import is_of_greenwich
from geozone.projections import transformer
from geozone.read.bulk import BULK_ERRORS
from geozone.read.door import vector
from geozone.read.door.content import bytes_of
from geozone.read.fit import fit, in_other_zones
from geozone.read.formats import Format, detect
from geozone.read.geodetic import Datum, contradicting_datum, contradicting_meridian, datum_of, has_parameters
from geozone.read.geojson import DEFAULT_CRS
from geozone.read.inference import CHINA, Extent
from geozone.read.parquet import SUFFIXES, stated_place
from geozone.read.placing import crs_name
from geozone.read.source import companion
from geozone.read.stated import is_undefined, parse_crs, prj_text
from geozone.read.system_conflicts import mean_different_ground, systems_beside, systems_of_geopackage
from geozone.read.vector import list_layers

# formats that hold their extent, so that it can be held against their CRS
ENDINGS = {".gpkg", ".fgb", ".shp", ".gdb"} | SUFFIXES
_NO_SHIFT = (4490, 4326)  # CGCS2000 and WGS 84
_CRS84 = ("OGC", "CRS84")  # WGS 84 as GeoJSON and GeoParquet call it
_SIDES = 21  # points of each side of the extent that are looked at


def tells_its_place(path: str | Path, layer: str | None = None) -> bool:
    """Tell whether a layer of a file, the only one where none is named, has a CRS under which its extent lies in China.

    It is the test of the reader, applied to the extent that the file states; anything that the reader would have to
    decide, mend or say about the CRS makes it no. The extent may be untrue: whoever uses the file holds its features
    against `CHINA` as well.
    """
    return _place(Path(path), layer) is not None


def place_of_file(path: str | Path, layer: str | None = None) -> list[Decision] | None:
    """Return what the reader would say of a layer that `tells_its_place`, or None for any other."""
    crs = _place(Path(path), layer)
    if crs is None:
        return None
    name = crs_name(crs)
    return [Decision("crs", name, message("read.crs_of_file", crs=name))]


def may_be_walked(path: str | Path, layer: str | None = None) -> bool:
    """Tell whether a file is GeoJSON, whose extent is known when it has been streamed, and its layer the one asked for."""
    path = Path(path)
    if not path.is_file() or layer not in {None, path.stem}:
        return False
    try:
        return detect(path) is Format.GEOJSON
    except GeozoneError:  # told where it is read
        return False


def place_of_extent(stated: pyproj.CRS | None, box: tuple[float, ...]) -> list[Decision] | None:
    """Return what the reader would say of GeoJSON whose coordinates have an extent, or None where it would have to decide.

    Parameters
    ----------
    stated
        The CRS that the file states, if any.
    box
        West, south, east and north of all coordinates.
    """
    crs = pyproj.CRS(DEFAULT_CRS) if stated is None else stated
    try:
        if not np.isfinite(box).all() or not _fits(crs, Extent(*np.reshape(box, (4, 1)))):
            return None
    except ProjError:
        return None
    name, key = (DEFAULT_CRS, "read.crs_of_format") if stated is None else (crs_name(crs), "read.crs_of_file")
    return [Decision("crs", name, message(key, crs=name))]


def _place(path: Path, layer: str | None) -> pyproj.CRS | None:
    """Return the CRS of a layer, where its extent lies in China under it and nothing has to be decided."""
    if path.suffix.lower() not in ENDINGS or not path.exists():
        return None
    try:
        layers = list_layers(path)
        if layer not in layers if layer else len(layers) > 1:
            return None
        if _has_other_statement(path):
            return None
        stated, box = _stated(path, layer or layers[0])
        if not stated or box is None:
            return None
        crs = pyproj.CRS(stated)
        sound = _fits(crs, Extent(*np.reshape(box, (4, 1))))
        return crs if sound and not _is_contradicted(crs, path, layer or layers[0]) else None
    except (GeozoneError, *BULK_ERRORS, CRSError, ProjError):
        return None


def _stated(path: Path, layer: str) -> tuple[Any, Any]:
    """Return the CRS and the extent that a file states."""
    if path.suffix.lower() in SUFFIXES:
        return stated_place(path)
    info = vector.info(path, layer=layer)
    return info["crs"], info["total_bounds"]


def _has_other_statement(path: Path) -> bool:
    """Tell whether a .prj may say more than GDAL understands of it."""
    prj = companion(path, ".prj") if path.suffix.lower() == ".shp" else None
    if prj is None:
        return False
    raw = bytes_of(prj)
    return not raw.isascii() or parse_crs(prj_text(raw)) is None


def _is_contradicted(crs: pyproj.CRS, path: Path, layer: str) -> bool:
    """Tell whether a file, or one beside it, also states a system under which its coordinates lie elsewhere."""
    stated: list[tuple[Any, str]] = []
    if path.suffix.lower() == ".gpkg":
        stated = systems_of_geopackage(path, layer)
    elif path.suffix.lower() == ".shp":
        stated = systems_beside(path)
    others = (parse_crs(one) for one, _ in stated)
    return any(other is not None and mean_different_ground(crs, other) for other in others)


def _fits(crs: pyproj.CRS, extent: Extent) -> bool:
    base = crs.geodetic_crs
    if base is None or not (base.to_epsg(min_confidence=20) in _NO_SHIFT or base.to_authority() == _CRS84):
        return False
    if has_parameters(crs) or is_undefined(crs) or datum_of(crs) is not Datum.ALIKE:
        return False
    if contradicting_meridian(crs) is not None or not is_of_greenwich(base):
        return False
    if contradicting_datum(crs) is not None or not (crs.is_geographic or crs.is_projected):
        return False
    corners = shapely.points([extent.west[0], extent.east[0]], [extent.south[0], extent.north[0]])
    return fit(crs, extent).as_stated and not in_other_zones(crs, corners).any() and _in_china(crs, extent)


def _in_china(crs: pyproj.CRS, extent: Extent) -> bool:
    west, south, east, north = (
        float(side[0]) for side in (extent.west, extent.south, extent.east, extent.north)
    )
    if not crs.is_geographic:
        way = transformer(crs, crs.geodetic_crs)
        west, south, east, north = way.transform_bounds(west, south, east, north, densify_pts=_SIDES)
    return CHINA[0] <= west <= east <= CHINA[2] and CHINA[1] <= south <= north <= CHINA[3]
