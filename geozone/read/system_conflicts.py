"""Files that state the coordinate reference system in two places: where these mean different ground, it is told."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pyproj

from geozone.model import Severity
from geozone.read.door.content import bytes_of
from geozone.read.door.database import opened_database
from geozone.read.geodetic import datum_of, without_parameters
from geozone.read.geopackage import UNREADABLE
from geozone.read.notes import Notes
from geozone.read.placing import crs_name
from geozone.read.source import companion
from geozone.read.stated import in_metadata, is_undefined, parse_crs, prj_text

_HEAD = 8  # bytes in front of a geometry in a GeoPackage
# what moves ground, and by how much of its unit; false origins do not count: coordinates show whether they carry a zone number
_SHAPING = ("longitude", "latitude", "parallel", "azimuth", "scale")
_ALIKE = 1e-6
_WKID = re.compile(rb'"(?:latestW|w)kid"\s*:\s*(\d{4,6})\b')


def mean_different_ground(one: pyproj.CRS, two: pyproj.CRS) -> bool:
    """Tell whether the same coordinates lie elsewhere under two systems of one kind; of degrees and metres, coordinates tell."""
    first, second = without_parameters(one), without_parameters(two)
    if first.is_projected != second.is_projected or not (second.is_projected or second.is_geographic):
        return False
    if datum_of(first) is not datum_of(second):
        return True
    return first.is_projected and _shape(first) != _shape(second)


def tell_other_systems(used: pyproj.CRS | None, others: Iterable[tuple[Any, str]], notes: Notes) -> None:
    """Say that a file also states a system under which its coordinates lie elsewhere.

    Parameters
    ----------
    used
        The system that is taken.
    others
        What else is stated, and where.
    """
    if used is None or is_undefined(used):
        return
    for stated, where in others:
        crs = parse_crs(stated)
        if crs is not None and not is_undefined(crs) and mean_different_ground(used, crs):
            said = crs_name(crs)
            notes.find("systems_differ", Severity.WARNING, crs=crs_name(used), other=said, where=where)
            return


def systems_beside(path: Path) -> list[tuple[Any, str]]:
    """Return the systems that files beside a shapefile state, other than its .prj, and in which."""
    written = companion(path, ".qpj")
    found: list[tuple[Any, str]] = [(prj_text(bytes_of(written)), written.name)] if written else []
    described = in_metadata(path)
    return found if described is None else [*found, described]


def systems_of_esri_json(path: Path) -> list[tuple[Any, str]]:
    """Return the numbers of all systems that Esri JSON states, of the whole or of single geometries."""
    numbers = dict.fromkeys(_WKID.findall(bytes_of(path)))
    return [(int(number), "spatialReference") for number in numbers]


def systems_of_geopackage(path: Path, layer: str) -> list[tuple[Any, str]]:
    """Return the systems that a GeoPackage states of a layer beside the one of its column, and where."""
    found: list[tuple[Any, str]] = []
    try:
        with opened_database(path) as database:
            row = database.execute(
                "SELECT g.srs_id, c.srs_id, s.organization, s.organization_coordsys_id, s.definition, g.column_name "
                "FROM gpkg_geometry_columns g JOIN gpkg_contents c ON c.table_name = g.table_name COLLATE NOCASE "
                "JOIN gpkg_spatial_ref_sys s ON s.srs_id = g.srs_id WHERE g.table_name = ? COLLATE NOCASE",
                (layer,),
            ).fetchone()
            if row is None:
                return []
            own, contents, organization, code, definition, column = row
            found.append((definition, "gpkg_spatial_ref_sys.definition"))
            if str(organization).upper() == "EPSG":
                found.append((code, "gpkg_spatial_ref_sys.organization_coordsys_id"))
            if contents != own and contents > 0:
                found.append((contents, "gpkg_contents.srs_id"))
            table, name = (f'"{words.replace(chr(34), chr(34) * 2)}"' for words in (layer, str(column)))
            query = f"SELECT substr({name}, 1, {_HEAD}) FROM {table} WHERE {name} IS NOT NULL LIMIT 1"  # noqa: S608 - quoted
            head = database.execute(query).fetchone()
            if head is not None and len(head[0]) == _HEAD and head[0][:2] == b"GP":
                number = int.from_bytes(head[0][4:8], "little" if head[0][3] & 1 else "big", signed=True)
                if number > 0 and number != own:
                    found.append((number, "srs_id of the geometries"))
    except UNREADABLE:
        return []
    return found


def _shape(crs: pyproj.CRS) -> tuple[Any, ...]:
    operation = crs.coordinate_operation
    if operation is None:
        return ()
    values = sorted(
        (one.name.lower(), round(float(one.value) / _ALIKE))
        for one in operation.params
        if any(word in one.name.lower() for word in _SHAPING)
    )
    return (operation.method_name, *values)
