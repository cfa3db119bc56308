"""The land-parcel coordinate text (界址点坐标 TXT): northing first, one line a boundary point."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import pandas as pd
import pyproj
import shapely

from geozone.errors import InputError
from geozone.model import Severity
from geozone.read.document import read_document
from geozone.read.notes import Notes
from geozone.read.safety import Limits
from geozone.read.salvage import report_broken
from geozone.read.source import Source

COLUMNS = ("points", "area_ha", "parcel", "name", "kind", "sheet", "use", "land_code")
_DATUMS = (
    (
        re.compile(r"2000"),
        (4513, 4491, 4534, 4502),
    ),  # CGCS2000: first 3° zone, 6° zone, 3° meridian, 6° meridian
    (re.compile(r"80"), (2349, 2327, 2370, 2338)),  # Xian 1980
    (re.compile(r"54"), (2401, 21413, 2422, 21453)),  # Beijing 1954
)


@dataclass
class _Parcel:
    attributes: list[str]
    line: int
    rings: dict[str, list[tuple[float, float]]] = field(default_factory=dict)
    broken: bool = False


def read_parcels(source: Source, encoding: str | None, limits: Limits, notes: Notes) -> gpd.GeoDataFrame:
    """Return the parcels of a coordinate text, as eastings and northings in the CRS of its header.

    A point line is ``name, ring, northing, easting``; ring 1 is the shell, others are holes or further shells.

    Raises
    ------
    InputError
        If there is no parcel in it.
    """
    words = read_document(source, encoding, notes, limits)
    header, parcels = _parse(words, notes)
    if not parcels:
        raise InputError("read.no_parcels", path=source.shown)
    geometries: list[Any] = []
    broken: list[str] = []
    for number, parcel in enumerate(parcels):
        geometry = None if parcel.broken else _polygon(parcel)
        geometries.append(geometry)
        if geometry is None:
            broken.append(str(number))
    keep = [geometry is not None for geometry in geometries]
    report_broken(broken, sum(keep), notes)
    rows = [dict(zip(COLUMNS, parcel.attributes + [""] * len(COLUMNS), strict=False)) for parcel in parcels]
    table = pd.DataFrame(rows)
    data = gpd.GeoDataFrame(table, geometry=gpd.GeoSeries(geometries))
    notes.decide("axis_order", "yx", "read.parcels_northing_first")
    crs = _crs(header, notes)
    data = data.set_crs(crs) if crs is not None else data
    return data[keep].copy()


def _parse(words: str, notes: Notes) -> tuple[dict[str, str], list[_Parcel]]:
    header: dict[str, str] = {}
    parcels: list[_Parcel] = []
    inside = False
    for number, raw in enumerate(words.splitlines(), 1):
        line = raw.strip().lstrip("\ufeff").replace("，", ",")
        if not line:
            continue
        if line.startswith("["):
            inside = "地块坐标" in line
        elif not inside:
            name, _, value = line.partition("=")
            header[name.strip()] = value.strip()
        elif line.endswith("@"):
            parcels.append(_Parcel([part.strip() for part in line.rstrip("@").split(",")], number))
        else:
            _point(line, number, parcels, notes)
    return header, parcels


def _point(line: str, number: int, parcels: list[_Parcel], notes: Notes) -> None:
    parts = [part.strip() for part in line.split(",")]
    try:
        ring, northing, easting = parts[1], float(parts[2]), float(parts[3])
    except (IndexError, ValueError):
        notes.find(
            "parcel_line", Severity.ERROR, feature=str(len(parcels) - 1), line=number, content=line[:40]
        )
        if parcels:
            parcels[-1].broken = True
        return
    if not parcels:
        parcels.append(_Parcel([], number))
    parcels[-1].rings.setdefault(ring, []).append((easting, northing))


def _polygon(parcel: _Parcel) -> Any:
    rings = [points if points[0] == points[-1] else [*points, points[0]] for points in parcel.rings.values()]
    rings = [points for points in rings if len(points) >= 4]
    if not rings:
        return None
    shells: list[tuple[shapely.Polygon, list[Any]]] = []
    for points in rings:
        one = shapely.Polygon(points)
        around = next(
            (entry for entry in shells if entry[0].is_valid and one.is_valid and entry[0].contains(one)), None
        )
        if around is None:
            shells.append((one, []))
        else:
            around[1].append(points)
    polygons = [shapely.Polygon(shell.exterior, holes) for shell, holes in shells]
    return polygons[0] if len(polygons) == 1 else shapely.MultiPolygon(polygons)


def _crs(header: dict[str, str], notes: Notes) -> pyproj.CRS | None:
    """Return the CRS that the header names: datum, belt width and zone number."""
    words = header.get("坐标系", "")
    codes = next((codes for pattern, codes in _DATUMS if pattern.search(words)), None)
    belt, zone = header.get("几度分带", ""), header.get("带号", "")
    if codes is None or not zone.isdigit() or belt.strip("度") not in {"3", "6"}:
        notes.find("parcel_header", Severity.WARNING, content=words[:40])
        return None
    number = int(zone)
    wide = belt.startswith("6")
    first, last = (13, 23) if wide else (25, 45)
    if not first <= number <= last:
        notes.find("parcel_header", Severity.WARNING, content=f"{words[:30]} {belt}/{zone}")
        return None
    return pyproj.CRS(codes[1 if wide else 0] + number - first)
