"""An XML file walked through to its end: whether it is whole, and how many features it holds by its own account.

GDAL reads what stands before a fault and says nothing of the rest; of a polygon with several rings in one boundary it
keeps one. Here the elements are counted, none of them is kept.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.parsers import expat

from geozone.errors import InputError
from geozone.read.door.content import opened

_MEMBERS = {"featureMember", "featureMembers", "member"}
_FEATURES = {"Placemark", "wpt", "trk", "rte"}
_POLYGONS = {"Polygon", "PolygonPatch"}
_BOUNDARIES = {"outerBoundaryIs", "innerBoundaryIs", "exterior", "interior"}
_SHELLS = {"outerBoundaryIs", "exterior"}
_RINGS = {"LinearRing", "Ring"}
_GEOMETRIES = {
    "Point",
    "LineString",
    "LinearRing",
    "Polygon",
    "MultiGeometry",
    "Track",
    "MultiTrack",
    "Model",
}
_LISTED = {"LinearRing", "LineString"}
# what a KML file can hold beside its features, and geozone does not read
_BESIDE = {"NetworkLink", "GroundOverlay", "ScreenOverlay", "PhotoOverlay", "Model", "Tour"}
_STOPPED = {"truncatedResponse", "ExceptionReport", "ServiceExceptionReport"}  # in the answer of a service
# what holds the features of one layer, and what names a field of it
_LAYERS = {"kml", "Document", "Folder", "Schema"}
_FIELDS = {"Data", "SimpleData", "SimpleField"}
_UNKNOWN_ENCODING = 18  # expat's number of the error


@dataclass
class Markup:
    """What was counted."""

    fault: str = ""  # what the parser says is wrong, empty where the file is well-formed
    line: int = 0  # where
    root: dict[str, str] = field(default_factory=dict)  # attributes of the outermost element
    features: Counter[str] = field(default_factory=Counter)  # of each class, by its local name
    beside: Counter[str] = field(default_factory=Counter)  # elements that are not features
    several_rings: int = 0  # polygons with more rings in a boundary, or more outer ones, than one
    several_geometries: int = 0  # placemarks with more than one geometry
    lost_lists: int = 0  # further lists of coordinates in one line or ring, of which the driver takes one
    bare_rings: int = 0  # rings that stand where a geometry should
    only_holes: int = 0  # polygons that have inner boundaries and no outer one
    columns: int = 0  # of the layer with the most fields
    whole_until: int = 0  # byte at which the last whole feature ends, but for its end tag
    ends: str = ""  # the end tags that are due there
    cut_short: str = ""  # the element by which a service says that it stopped


def survey(path: Path, shown: Path) -> Markup:
    """Count the elements of a KML, GML or GPX file.

    Raises
    ------
    InputError
        If it declares a document type or entities.
    """
    parser = expat.ParserCreate()
    walk = _Walk(shown, parser)
    parser.StartElementHandler = walk.start
    parser.EndElementHandler = walk.end
    parser.StartDoctypeDeclHandler = walk.refuse
    parser.EntityDeclHandler = walk.refuse
    with opened(path) as stream:
        try:
            parser.ParseFile(stream)
        except expat.ExpatError as error:
            if error.code != _UNKNOWN_ENCODING:
                walk.found.fault = expat.ErrorString(error.code) or str(error)
                walk.found.line = error.lineno
    return walk.found


def cut_to_whole(path: Path, markup: Markup, place: Path) -> Path:
    """Write what stands before the fault of a file, up to its last whole feature, and return where it lies."""
    with opened(path) as stream, place.open("wb") as out:
        left = markup.whole_until
        while left and (block := stream.read(min(left, 1 << 20))):
            out.write(block)
            left -= len(block)
        out.write(markup.ends.encode("utf-8"))
    return place


@dataclass
class _Polygon:
    shells: int = 0
    holes: int = 0
    rings: int = 0  # in the boundary that is open
    several: bool = False


class _Walk:
    """Follows the elements from the outermost inwards."""

    def __init__(self, shown: Path, parser: expat.XMLParserType) -> None:
        self.shown = shown
        self.parser = parser
        self.found = Markup()
        self._open: list[str] = []
        self._names: list[str] = []  # with their prefixes
        self._polygons: list[_Polygon] = []
        self._geometries = 0  # of the placemark that is open
        self._fields: list[set[str]] = []  # of the layers that are open
        self._lists = 0  # of coordinates in the line or ring that is open

    def refuse(self, *_: Any) -> None:
        raise InputError("read.entities", path=self.shown)

    def start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(":")[2]
        parent = self._open[-1] if self._open else ""
        if not self._open:
            self.found.root = attributes
        elif parent in _MEMBERS:
            self.found.features[local] += 1
        elif local in _STOPPED:
            self.found.cut_short = local
        elif local in _BESIDE:
            self.found.beside[local] += 1
        if local in _LAYERS:
            self._fields.append(set())
        elif local in _FIELDS and self._fields:
            self._fields[-1].add(attributes.get("name", ""))
            self.found.columns = max(self.found.columns, len(self._fields[-1]))
        if local == "Placemark":
            self._geometries = 0
        elif parent == "Placemark" and local in _GEOMETRIES:
            self._geometries += 1
        self._shape(local, parent)
        self._open.append(local)
        self._names.append(name)

    def end(self, _: str) -> None:
        local = self._open.pop()
        if local in _FEATURES or (self._open and self._open[-1] in _MEMBERS):
            self.found.whole_until = self.parser.CurrentByteIndex
            self.found.ends = "".join(f"</{name}>" for name in reversed(self._names))
        self._names.pop()
        if local in _LAYERS:
            self._fields.pop()
        if local == "Placemark" and "Update" not in self._open:
            self.found.features["Placemark"] += int(self._geometries > 0)
            self.found.several_geometries += int(self._geometries > 1)
        elif local in _POLYGONS and self._polygons:
            polygon = self._polygons.pop()
            self.found.several_rings += int(polygon.several)
            self.found.only_holes += int(polygon.holes > 0 and not polygon.shells)

    def _shape(self, local: str, parent: str) -> None:
        if local in _POLYGONS:
            self._polygons.append(_Polygon())
        elif local in _BOUNDARIES and parent in _POLYGONS and self._polygons:
            polygon = self._polygons[-1]
            polygon.rings = 0
            polygon.shells += int(local in _SHELLS)
            polygon.holes += int(local not in _SHELLS)
            polygon.several |= polygon.shells > 1
        elif local in _RINGS and parent in _BOUNDARIES and self._polygons:
            polygon = self._polygons[-1]
            polygon.rings += 1
            polygon.several |= polygon.rings > 1
        elif local == "LinearRing" and parent in {"Placemark", "MultiGeometry"}:
            self.found.bare_rings += 1
        if local in _LISTED:
            self._lists = 0
        elif local == "coordinates" and parent in _LISTED:
            self._lists += 1
            self.found.lost_lists += int(self._lists > 1)
