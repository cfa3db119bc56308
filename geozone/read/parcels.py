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
from geozone.read.coordinates import read_coordinate
from geozone.read.document import read_document
from geozone.read.notes import Notes
from geozone.read.parcel_header import crs_of, hectares_of, metres_of
from geozone.read.placing import crs_name
from geozone.read.safety import Limits
from geozone.read.salvage import report_broken
from geozone.read.source import Source

COLUMNS = ("points", "area_ha", "parcel", "name", "kind", "sheet", "use", "land_code")
_LINE, _POINT = re.compile(r"线|line", re.IGNORECASE), re.compile(r"点|point", re.IGNORECASE)
_SECTION = re.compile(r"坐标(?!系)")  # of parcels
_REMARKS = ("//", "#")
_END = re.compile(r"[@＠][\s,，;；]*$")  # of the line that opens a parcel
Loop = list[tuple[float, float]]


@dataclass
class _Parcel:
    attributes: list[str]
    section: int = 0  # number of the header that it stands under
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
        If there is no parcel in it, or parcels stand under headers of different systems.
    """
    words = read_document(source, encoding, notes, limits)
    headers, parcels = _parse(words, notes)
    if not parcels:
        raise InputError("read.no_parcels", path=source.shown)
    crs = _one_crs(headers, source, notes)
    factors = [metres_of(header, notes) for header in headers]
    geometries: list[Any] = []
    broken: list[str] = []
    for number, parcel in enumerate(parcels):
        geometry = None if parcel.broken else _geometry(parcel, number, factors[parcel.section], notes)
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
        hectares = [hectares_of(header, notes) for header in headers]
        table["area_ha"] = areas * [hectares[parcel.section] for parcel in parcels]
    data = gpd.GeoDataFrame(table, geometry=gpd.GeoSeries(geometries))
    notes.decide("axis_order", "yx", "read.parcels_northing_first")
    data = data.set_crs(crs) if crs is not None else data
    return data[keep].copy()


def _one_crs(headers: list[dict[str, str]], source: Source, notes: Notes) -> pyproj.CRS | None:
    """Return the CRS of all headers; files that were put one after another may name different ones."""
    found = list(dict.fromkeys(crs_of(header, notes) for header in headers))
    if len(found) > 1:
        names = ", ".join(crs_name(crs) if crs is not None else "?" for crs in found)
        raise InputError("read.parcel_systems", path=source.shown, choices=names)
    return found[0]


def _parse(words: str, notes: Notes) -> tuple[list[dict[str, str]], list[_Parcel]]:
    """Return the headers and the parcels; a further header changes what it names and leaves the rest."""
    headers: list[dict[str, str]] = [{}]
    named: set[str] = set()  # by the header that is read
    parcels: list[_Parcel] = []
    inside = False
    for number, raw in enumerate(words.splitlines(), 1):
        line = raw.strip().strip("\ufeff\x1a").strip()
        if not line or line.startswith(_REMARKS):
            continue
        if line.startswith(("[", "【")):
            inside = _SECTION.search(line) is not None
            if not inside and parcels and parcels[-1].section == len(headers) - 1:
                headers.append(dict(headers[-1]))
                named = set()
        elif not inside:
            name, _, value = re.sub(r"[：:＝]", "=", line, count=1).partition("=")
            if name.strip() not in named:
                headers[-1][name.strip()] = value.strip()
            named.add(name.strip())
        elif _END.search(line):
            parcels.append(_Parcel(_fields(_END.sub("", line)), len(headers) - 1))
        else:
            _point(line, number, parcels, notes)
    return _used(headers, parcels)


def _used(
    headers: list[dict[str, str]], parcels: list[_Parcel]
) -> tuple[list[dict[str, str]], list[_Parcel]]:
    """Return the headers that have parcels, alike ones once."""
    kept: list[dict[str, str]] = []
    for parcel in parcels:
        header = headers[parcel.section]
        if header not in kept:
            kept.append(header)
        parcel.section = kept.index(header)
    return kept, parcels


def _fields(line: str) -> list[str]:
    """Return the fields of a line: between commas, else semicolons or tabs, else blanks."""
    line = line.replace("，", ",").replace("；", ";").replace("\u3000", " ")
    separator = next((one for one in (",", ";", "\t") if one in line), None)
    return [part.strip() for part in line.split(separator)]


def _point(line: str, number: int, parcels: list[_Parcel], notes: Notes) -> None:
    parts = _fields(line)
    try:
        ring, found = parts[1], [read_coordinate(part) for part in parts[2:4]]
    except IndexError:
        found = []
    if len(found) != 2 or found[0] is None or found[1] is None:
        notes.find(
            "parcel_line", Severity.ERROR, feature=str(len(parcels) - 1), line=number, content=line[:40]
        )
        if parcels:
            parcels[-1].broken = True
        return
    if not parcels:
        parcels.append(_Parcel([]))
    parcels[-1].add(ring, (found[1].value, found[0].value))


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
