"""Drawings: lines that close are the outlines of areas, paper space is no map, and what GDAL passes over is counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely

from geozone.errors import InputError
from geozone.model import Severity
from geozone.read.door.content import opened, opened_text
from geozone.read.notes import Notes

BINARY = b"AutoCAD Binary DXF"
# each gives one feature at least
_SIMPLE = {
    "POINT", "LINE", "POLYLINE", "LWPOLYLINE", "CIRCLE", "ELLIPSE", "ARC", "SPLINE", "HATCH", "SOLID", "TRACE", "3DFACE",
}  # fmt: skip
# read in some way, part of another entity, or nothing that a map would show
_KNOWN = _SIMPLE | {
    "TEXT", "MTEXT", "ATTDEF", "ATTRIB", "INSERT", "DIMENSION", "LEADER", "MLEADER", "MULTILEADER", "HELIX", "VERTEX",
    "SEQEND", "VIEWPORT", "IMAGE", "OLEFRAME", "OLE2FRAME", "XLINE", "RAY", "TOLERANCE", "ACAD_TABLE", "LIGHT", "SHAPE",
    "ARC_DIMENSION", "LARGE_RADIAL_DIMENSION", "PDFUNDERLAY", "DWFUNDERLAY", "DGNUNDERLAY", "GEOPOSITIONMARKER",
}  # fmt: skip
_TOLD = {2, 8, 60, 62, 70}  # name, layer, hidden, colour (negative: off), flags
_ELSEWHERE = 4 | 8 | 32  # flags of a block that is another file
_GAP = 1e-6  # of its length: a line whose ends are as close as this is closed
_AJAR = 0.002  # of its outline: a line that ends this near to where it begins may be an outline with a gap


@dataclass
class Drawing:
    """What a drawing holds by its own account."""

    entities: Counter[str] = field(default_factory=Counter)
    fault: int = 0  # line at which it breaks off, 0 where it does not
    hidden: Counter[str] = field(default_factory=Counter)  # entities that the drawing does not show, by layer
    missing: Counter[str] = field(
        default_factory=Counter
    )  # inserts of blocks that lie in other files, or nowhere


class _Survey:
    """Walks through the codes of a drawing in text form."""

    def __init__(self) -> None:
        self.drawing = Drawing()
        self._section = self._kind = ""
        self._codes: dict[int, str] = {}  # the first of each, of what is being read
        self._off: set[str] = set()  # layers
        self._blocks: set[str] = set()

    def take(self, number: int, value: str) -> None:
        """Take one code with its value."""
        if number == 0:
            self._close()
            self._kind, self._codes = value, {}
            if self._section == "ENTITIES" and value not in {"ENDSEC", "SECTION", "EOF"}:
                self.drawing.entities[value] += 1
        elif number == 2 and self._kind == "SECTION":
            self._section, self._kind = value, ""
        elif number in _TOLD:
            self._codes.setdefault(number, value)

    def _close(self) -> None:
        codes, name = self._codes, self._codes.get(2, "").upper()
        if self._section == "TABLES" and self._kind == "LAYER":
            is_frozen = whole(codes.get(70)) & 1
            if is_frozen or codes.get(62, "").startswith("-"):
                self._off.add(name)
        elif self._section == "BLOCKS" and self._kind == "BLOCK":
            is_elsewhere = max(whole(codes.get(70)), 0) & _ELSEWHERE
            self._blocks |= set() if is_elsewhere else {name}
        elif self._section == "ENTITIES" and self._kind in _SIMPLE | {"INSERT"}:
            if codes.get(8, "").upper() in self._off or codes.get(60) == "1":
                self.drawing.hidden[_name(codes.get(8, ""))] += 1
            if self._kind == "INSERT" and name not in self._blocks:
                self.drawing.missing[_name(codes.get(2, ""))] += 1


def _name(words: str) -> str:
    """Return a name that was read byte by byte."""
    raw = words.encode("latin-1", "replace")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("gb18030", "replace")


def survey_drawing(path: Path) -> Drawing:
    """Count the entities of a drawing in text form."""
    survey, line = _Survey(), 0
    drawing = survey.drawing
    with opened(path) as stream:
        if stream.read(len(BINARY)) == BINARY:
            return drawing
    with opened_text(path, "latin-1") as lines:
        for code, value in pairs(lines):
            line += 2
            if not code.lstrip("-").isdecimal():
                drawing.fault = line - 1
                return drawing
            survey.take(int(code), value)
            if value == "EOF" and int(code) == 0:
                return drawing
    drawing.fault = line + 1
    return drawing


def refuse_without_entities(drawing: Drawing, shown: Path) -> None:
    """Refuse a drawing that breaks off or is broken before its first entity: GDAL may look for the rest for ever.

    Raises
    ------
    InputError
        If it is such a drawing.
    """
    if drawing.fault and not drawing.entities:
        raise InputError("read.drawing_broken", path=shown, line=drawing.fault)


def tell_drawing(drawing: Drawing, read: int, notes: Notes) -> None:
    """Say what of a drawing was not read; `read` is the number of features that it gave."""
    if drawing.fault:
        notes.find("drawing_cut", Severity.ERROR, line=drawing.fault, read=read)
    unknown = {name: count for name, count in sorted(drawing.entities.items()) if name not in _KNOWN}
    if unknown:
        names = ", ".join(f"{name} ({count})" for name, count in list(unknown.items())[:10])
        notes.find("entities_not_read", Severity.WARNING, count=sum(unknown.values()), names=names)
    for kind, counted in (("drawing_hidden", drawing.hidden), ("blocks_missing", drawing.missing)):
        if counted:
            names = ", ".join(f"{name} ({count})" for name, count in sorted(counted.items())[:10])
            notes.find(kind, Severity.WARNING, count=counted.total(), names=names)
    stated = sum(count for name, count in drawing.entities.items() if name in _SIMPLE)
    if read < stated:
        notes.find("file_damaged", Severity.ERROR, stated=stated, read=read)


def map_of_drawing(data: gpd.GeoDataFrame, notes: Notes) -> gpd.GeoDataFrame:
    """Return what lies in model space, closed lines as areas."""
    if "PaperSpace" in data.columns:
        paper = data["PaperSpace"].fillna(0).astype(bool).to_numpy()
        if paper.any() and not paper.all():
            notes.find("paper_space", Severity.NOTE, count=int(paper.sum()))
            data = data[~paper]
    before = np.asarray(data.geometry.values)
    geometries = np.array(before, dtype=object)
    for row in np.flatnonzero(np.isin(shapely.get_type_id(geometries), (1, 2, 5, 7))):
        geometries[row] = _closed(geometries[row])
    closed = (shapely.get_dimensions(geometries) == 2) & (shapely.get_dimensions(before) == 1)
    notes.decide("geometry", "polygon", "read.closed_lines", count=int(closed.sum()))
    if ajar := sum(map(_is_ajar, geometries)):
        notes.find("outlines_ajar", Severity.WARNING, count=ajar)
    if inside := _inside_others(geometries[shapely.get_type_id(geometries) == 3]):
        notes.find("outlines_nested", Severity.WARNING, count=inside)
    return data.set_geometry(gpd.GeoSeries(geometries, index=data.index, crs=data.crs))


def _inside_others(areas: np.ndarray) -> int:
    """Return how many areas lie wholly inside another: closed lines of a drawing may be meant as holes."""
    sound = areas[shapely.is_valid(areas)]
    outer, inner = shapely.STRtree(sound).query(sound, predicate="contains_properly")
    return len(np.unique(inner[outer != inner]))


def _closed(geometry: shapely.Geometry) -> shapely.Geometry:
    """Return a geometry with its closed lines as polygons."""
    if isinstance(geometry, shapely.LineString):
        points = shapely.get_coordinates(geometry)
        if not _ends_where_it_begins(points):
            return geometry
        return shapely.Polygon(np.vstack([points[:-1], points[:1]]))
    if not isinstance(geometry, shapely.MultiLineString | shapely.GeometryCollection):
        return geometry
    parts = [_closed(part) for part in geometry.geoms]
    if not any(shapely.get_dimensions(part) == 2 for part in parts):
        return geometry
    if all(isinstance(part, shapely.Polygon) for part in parts):
        areas = shapely.MultiPolygon(parts)
        if shapely.is_valid(areas):
            return areas
    return shapely.GeometryCollection(parts)


def _is_ajar(geometry: shapely.Geometry) -> bool:
    """Tell whether a line that was not closed ends so near to where it begins that an outline may be meant."""
    points = shapely.get_coordinates(geometry)
    return isinstance(geometry, shapely.LineString) and _ends_where_it_begins(points, _AJAR)


def _ends_where_it_begins(points: np.ndarray, gap: float = _GAP) -> bool:
    if len(points) < 4 or not np.isfinite(points).all():
        return False
    outline = float(np.hypot(*np.diff(points, axis=0).T).sum())
    near = bool(np.hypot(*(points[-1] - points[0])) <= gap * outline)
    return near and len(np.unique(points[:-1], axis=0)) >= 3


def whole(value: str | None, otherwise: int = 0) -> int:
    """Return the whole number of a code or its value; something else where it is none."""
    words = (value or "").strip()
    return int(words) if words.lstrip("-").isdecimal() and len(words) < 12 else otherwise


def pairs(lines: Iterator[str]) -> Iterator[tuple[str, str]]:
    """Yield the codes of a drawing in text form with their values."""
    for code in lines:
        value = next(lines, None)
        if value is None:
            return
        yield code.strip(), value.strip()
