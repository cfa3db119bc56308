"""The land-parcel coordinate text (界址点坐标 TXT): northing first, one line a boundary point."""

from __future__ import annotations

import math
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
        4490,
    ),  # CGCS2000: 3° and 6° by zone, 3° and 6° by meridian, degrees
    (re.compile(r"80"), (2349, 2327, 2370, 2338), 4610),  # Xian 1980
    (re.compile(r"54"), (2401, 21413, 2422, 21453), 4214),  # Beijing 1954
)
_LINE, _POINT = re.compile(r"线|line", re.IGNORECASE), re.compile(r"点|point", re.IGNORECASE)
_METRES = {"米": 1.0, "m": 1.0, "metre": 1.0, "meter": 1.0, "公尺": 1.0, "千米": 1e3, "公里": 1e3, "km": 1e3}
_METRES |= {"分米": 0.1, "dm": 0.1, "厘米": 0.01, "cm": 0.01, "毫米": 1e-3, "mm": 1e-3}
_DEGREES = {"度", "°", "degree", "deg", "十进制度"}
_HECTARES = {"公顷": 1.0, "ha": 1.0, "亩": 1 / 15, "平方米": 1e-4, "m2": 1e-4, "㎡": 1e-4, "平方千米": 100.0}
_HECTARES |= {"平方公里": 100.0, "km2": 100.0}
_BELTS = {"3": 3, "三": 3, "6": 6, "六": 6}
Loop = list[tuple[float, float]]


@dataclass
class _Parcel:
    attributes: list[str]
    loops: list[tuple[str, Loop]] = field(
        default_factory=list
    )  # ring number and points, in the order of the file
    points: int = 0
    broken: bool = False

    def add(self, ring: str, place: tuple[float, float]) -> None:
        """Add a point; one that closes its ring lets another ring of the same number begin."""
        self.points += 1
        if not self.loops or self.loops[-1][0] != ring or _is_closed(self.loops[-1][1]):
            self.loops.append((ring, []))
        self.loops[-1][1].append(place)


def read_parcels(source: Source, encoding: str | None, limits: Limits, notes: Notes) -> gpd.GeoDataFrame:
    """Return the parcels of a coordinate text, as eastings and northings in the CRS of its header.

    A point line is ``name, ring, northing, easting``. What a parcel states of itself is held against its points: their
    number, and whether it is an area, a line or points. A ring inside another is a hole.

    Raises
    ------
    InputError
        If there is no parcel in it.
    """
    words = read_document(source, encoding, notes, limits)
    header, parcels = _parse(words, notes)
    if not parcels:
        raise InputError("read.no_parcels", path=source.shown)
    factor = _unit(header, notes)
    geometries: list[Any] = []
    broken: list[str] = []
    for number, parcel in enumerate(parcels):
        geometry = None if parcel.broken else _geometry(parcel, number, factor, notes)
        geometries.append(geometry)
        if geometry is None:
            broken.append(str(number))
        else:
            _hold_count(parcel, number, notes)
    keep = [geometry is not None for geometry in geometries]
    report_broken(broken, sum(keep), notes)
    rows = [dict(zip(COLUMNS, parcel.attributes + [""] * len(COLUMNS), strict=False)) for parcel in parcels]
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    areas = pd.to_numeric(table["area_ha"], errors="coerce")
    if areas.notna().any() or not table["area_ha"].str.strip().any():  # else with units of their own, as text
        table["area_ha"] = areas * _area_unit(header, notes)
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
        line = raw.strip().strip("\ufeff\x1a").strip()
        if not line:
            continue
        if line.startswith(("[", "【")):
            inside = "地块坐标" in line
        elif not inside:
            name, _, value = re.sub(r"[：:＝]", "=", line, count=1).partition("=")
            header.setdefault(name.strip(), value.strip())
        elif line.endswith("@"):
            parcels.append(_Parcel(_fields(line.rstrip("@"))))
        else:
            _point(line, number, parcels, notes)
    return header, parcels


def _fields(line: str) -> list[str]:
    """Return the fields of a line: between commas, else semicolons or tabs, else blanks."""
    line = line.replace("，", ",").replace("；", ";").replace("\u3000", " ")
    separator = next((one for one in (",", ";", "\t") if one in line), None)
    return [part.strip() for part in line.split(separator)]


def _point(line: str, number: int, parcels: list[_Parcel], notes: Notes) -> None:
    parts = _fields(line)
    try:
        ring, northing, easting = parts[1], float(parts[2]), float(parts[3])
        finite = math.isfinite(northing) and math.isfinite(easting)
    except (IndexError, ValueError):
        finite = False
    if not finite:
        notes.find(
            "parcel_line", Severity.ERROR, feature=str(len(parcels) - 1), line=number, content=line[:40]
        )
        if parcels:
            parcels[-1].broken = True
        return
    if not parcels:
        parcels.append(_Parcel([]))
    parcels[-1].add(ring, (easting, northing))


def _is_closed(loop: Loop) -> bool:
    return len(loop) > 3 and loop[0] == loop[-1]


def _geometry(parcel: _Parcel, number: int, factor: float, notes: Notes) -> Any:
    """Return the geometry of a parcel, of the kind that it states; None where it has too few points."""
    loops = [[(x * factor, y * factor) for x, y in loop] for _, loop in parcel.loops]
    kind = parcel.attributes[4] if len(parcel.attributes) > 4 else ""
    label = _label(parcel, number)
    if _LINE.search(kind):
        lines = [loop for loop in loops if len(loop) > 1]
        notes.find("parcel_is_line", Severity.WARNING, feature=str(number), label=label, kind=kind)
        return (
            shapely.MultiLineString(lines)
            if len(lines) > 1
            else shapely.LineString(lines[0])
            if lines
            else None
        )
    if _POINT.search(kind):
        places = [place for loop in loops for place in loop]
        notes.find("parcel_is_point", Severity.WARNING, feature=str(number), label=label, kind=kind)
        return shapely.MultiPoint(places) if places else None
    rings = [loop if loop[0] == loop[-1] else [*loop, loop[0]] for loop in loops]
    whole = [ring for ring in rings if len(set(ring)) > 2]
    if whole and len(whole) < len(rings):
        notes.find(
            "parcel_ring", Severity.WARNING, feature=str(number), label=label, count=len(rings) - len(whole)
        )
    return _polygon(whole) if whole else None


def _polygon(rings: list[Loop]) -> Any:
    """Return the polygons of some rings: one inside a shell is a hole of it, one inside a hole a shell again."""

    def extent(shape: shapely.Polygon) -> float:
        west, south, east, north = shape.bounds
        return float((east - west) * (north - south))

    shells: list[tuple[shapely.Polygon, list[Loop]]] = []
    holes: list[shapely.Polygon] = []
    for one in sorted((shapely.Polygon(ring) for ring in rings), key=extent, reverse=True):
        around = [entry for entry in shells if _holds(entry[0], one)]
        depth = len(around) + sum(_holds(hole, one) for hole in holes)
        if depth % 2:
            around[-1][1].append(list(one.exterior.coords))
            holes.append(one)
        else:
            shells.append((one, []))
    polygons = [shapely.Polygon(shell.exterior, own) for shell, own in shells]
    return polygons[0] if len(polygons) == 1 else shapely.MultiPolygon(polygons)


def _holds(outer: shapely.Polygon, one: shapely.Polygon) -> bool:
    return bool(outer.is_valid and one.is_valid and outer.contains(one))


def _hold_count(parcel: _Parcel, number: int, notes: Notes) -> None:
    """Hold the stated number of points against those that follow, closing points counted or not."""
    stated = re.match(r"\d+", parcel.attributes[0]) if parcel.attributes else None
    if stated is None or int(stated[0]) == 0:
        return
    count, closings = int(stated[0]), sum(_is_closed(loop) for _, loop in parcel.loops)
    first = len(parcel.loops[0][1])
    if count in {parcel.points, parcel.points - closings, first, first - 1}:
        return
    notes.find(
        "parcel_count",
        Severity.ERROR if count > parcel.points + len(parcel.loops) - closings else Severity.WARNING,
        feature=str(number),
        label=_label(parcel, number),
        stated=count,
        found=parcel.points,
    )


def _label(parcel: _Parcel, number: int) -> str:
    name = next((name for name in parcel.attributes[3:1:-1] if name), "")
    return f"{number} ({name})" if name else str(number)


def _unit(header: dict[str, str], notes: Notes) -> float:
    """Return by what coordinates are multiplied to be metres, or degrees where the header says so."""
    words = header.get("计量单位", "").strip().lower()
    if not words or words in _DEGREES:
        return 1.0
    factor = _METRES.get(words)
    if factor is None:
        notes.find("parcel_unit", Severity.WARNING, unit=words[:20])
        return 1.0
    if factor != 1.0:
        notes.decide("unit", words, "read.parcel_unit_given", unit=words)
    return factor


def _area_unit(header: dict[str, str], notes: Notes) -> float:
    """Return how many hectares the unit of the stated areas has; the format prescribes hectares."""
    words = header.get("面积单位", "").strip().lower().replace("²", "2")
    factor = _HECTARES.get(words) if words else 1.0
    if factor is None:
        notes.find("parcel_unit", Severity.WARNING, unit=words[:20])
    return factor or 1.0


def _crs(header: dict[str, str], notes: Notes) -> pyproj.CRS | None:
    """Return the CRS that the header names: datum, belt width, and zone number or central meridian."""
    words = header.get("坐标系", "")
    found = next(((codes, degrees) for pattern, codes, degrees in _DATUMS if pattern.search(words)), None)
    if found is not None and header.get("计量单位", "").strip().lower() in _DEGREES:
        return pyproj.CRS(found[1])
    belt = _BELTS.get(header.get("几度分带", "").strip()[:1])
    zone = header.get("带号", "").strip().removesuffix("带")
    meridian = re.match(r"\d+", header.get("中央经线", header.get("中央子午线", "")).strip())
    code = None
    if found is not None and belt is not None:
        wide = belt == 6
        first, last = (13, 23) if wide else (25, 45)
        if zone.isdecimal():
            number = int(zone)
            code = found[0][wide] + number - first if first <= number <= last else None
        elif meridian is not None and 75 <= int(meridian[0]) <= 135 and (int(meridian[0]) - 75) % belt == 0:
            code = found[0][2 + wide] + (int(meridian[0]) - 75) // belt
    if code is None:
        notes.find("parcel_header", Severity.WARNING, content=f"{words[:30]} {belt or ''}/{zone}".strip(" /"))
        return None
    return pyproj.CRS(code)
