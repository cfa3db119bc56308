"""KML whose polygons and placemarks hold more than their format allows, rewritten so that all of it is read."""

from __future__ import annotations

import contextlib
from pathlib import Path
from xml.etree import ElementTree as ET

import shapely

_BOUNDARIES = ("outerBoundaryIs", "innerBoundaryIs")
_GEOMETRIES = {"Point", "LineString", "LinearRing", "Polygon", "MultiGeometry"}


def mend_kml(path: Path, place: Path) -> Path:
    """Write a KML file anew, every ring in a boundary of its own, and return where it lies.

    A polygon with several outer rings becomes one polygon for each, with the inner rings that lie inside; several
    geometries of a placemark become one collection; a ring that stands alone becomes a line; pictures are left out.
    """
    tree = ET.parse(path)  # noqa: S314 - entities were refused
    root = tree.getroot()
    ET.register_namespace("", root.tag.rpartition("}")[0].lstrip("{"))
    for parent in list(root.iter()):
        for position, child in enumerate(list(parent)):
            if _local(child) == "Polygon":
                parent[position] = _separated(child)
            elif _local(child) == "LinearRing" and _local(parent) in {"Placemark", "MultiGeometry"}:
                child.tag = _named(child, "LineString")
    for parent in list(root.iter()):
        for picture in [child for child in parent if _local(child) == "GroundOverlay"]:
            parent.remove(picture)  # the driver would draw its frame as an area
    for placemark in [item for item in root.iter() if _local(item) == "Placemark"]:
        _collect(placemark)
    tree.write(place, encoding="UTF-8", xml_declaration=True)
    return place


def _separated(polygon: ET.Element) -> ET.Element:
    """Return a polygon, or a collection of polygons, with one ring in each boundary."""
    outer, inner = (_rings(polygon, name) for name in _BOUNDARIES)
    boundaries = [item for item in polygon if _local(item) in _BOUNDARIES]
    if len(outer) + len(inner) == len(boundaries) and len(outer) <= 1:
        return polygon
    rest = [item for item in polygon if _local(item) not in _BOUNDARIES]
    shells = [_shape(ring) for ring in outer]
    holes: list[list[ET.Element]] = [[] for _ in outer]
    for ring in inner:
        hole = _shape(ring)
        around = [number for number, shell in enumerate(shells) if hole is not None and _holds(shell, hole)]
        if outer:
            holes[around[0] if around else 0].append(ring)
    polygons = []
    for ring, own in zip(outer, holes, strict=True):
        one = ET.Element(polygon.tag, polygon.attrib)
        one.extend(rest)
        for name, member in (("outerBoundaryIs", ring), *(("innerBoundaryIs", hole) for hole in own)):
            ET.SubElement(one, _named(polygon, name)).append(member)
        polygons.append(one)
    if len(polygons) == 1:
        return polygons[0]
    collection = ET.Element(_named(polygon, "MultiGeometry"))
    collection.extend(polygons)
    return collection


def _collect(placemark: ET.Element) -> None:
    """Put several geometries of a placemark into one collection; collections inside it are opened."""
    geometries = [item for item in placemark if _local(item) in _GEOMETRIES]
    nested = any(_local(part) == "MultiGeometry" for item in geometries for part in item)
    if len(geometries) < 2 and not nested:
        return
    collection = ET.Element(_named(placemark, "MultiGeometry"))
    for item in geometries:
        placemark.remove(item)
        collection.extend(_leaves(item))
    placemark.append(collection)


def _leaves(geometry: ET.Element) -> list[ET.Element]:
    if _local(geometry) != "MultiGeometry":
        return [geometry]
    return [leaf for part in geometry for leaf in _leaves(part)]


def _rings(polygon: ET.Element, name: str) -> list[ET.Element]:
    return [
        ring
        for boundary in polygon
        if _local(boundary) == name
        for ring in boundary
        if _local(ring) == "LinearRing"
    ]


def _shape(ring: ET.Element) -> shapely.Polygon | None:
    words = " ".join(item.text or "" for item in ring if _local(item) == "coordinates")
    with contextlib.suppress(ValueError, IndexError, shapely.errors.ShapelyError):
        places = [place.split(",") for place in words.split()]
        return shapely.Polygon([(float(place[0]), float(place[1])) for place in places])
    return None


def _holds(shell: shapely.Polygon | None, hole: shapely.Polygon) -> bool:
    if shell is None:
        return False
    try:
        return bool(shapely.covers(shell, shapely.Point(hole.exterior.coords[0])))
    except (IndexError, shapely.errors.ShapelyError):
        return False


def _local(element: ET.Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _named(like: ET.Element, name: str) -> str:
    """Return a name in the namespace of another element."""
    return f"{str(like.tag).rpartition('}')[0]}}}{name}" if "}" in str(like.tag) else name
