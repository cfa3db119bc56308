"""GeoJSON: in bulk where it is sound, feature by feature where it is not."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterator
from typing import Any

import geopandas as gpd
import pandas as pd
import pyproj
import shapely

from geozone.errors import InputError
from geozone.messages import Text, text
from geozone.model import Severity
from geozone.read.bulk import BULK_ERRORS, is_missing, read_bulk
from geozone.read.declared import outer_members, tell_paging
from geozone.read.door.content import bytes_of
from geozone.read.door.whole_numbers import as_whole, may_be_rounded
from geozone.read.encoding import decode_document
from geozone.read.named_maps import tell_named, words_of
from geozone.read.notes import Notes
from geozone.read.recode import given_codec
from geozone.read.safety import Limits, small_enough
from geozone.read.salvage import NAMED, closed_polygon
from geozone.read.source import Source
from geozone.read.stated import crs_objects, crs_of_objects

DEFAULT_CRS = "EPSG:4326"  # RFC 7946
CHECKED_WHOLE = 8 << 20  # bytes: smaller files are always parsed here as well, which tells every fault
_GEOMETRIES = {
    "Point": 1, "MultiPoint": 2, "LineString": 2, "MultiLineString": 3, "Polygon": 3, "MultiPolygon": 4,
}  # fmt: skip  # depth of the coordinates
_FEATURE = re.compile(r'\{\s*"(?:type"\s*:\s*"Feature"|id"|properties"|geometry")')
_NUMBER = re.compile(r"(-?\d+(?:\.\d+)?[eE][+-]?\d+)\.\d+")  # as some software writes 1e-14
_REPEATED = "\0"  # no name of a member
_REFUSALS = (ValueError, TypeError, IndexError, KeyError, OverflowError, shapely.errors.ShapelyError)
_IN_A_ROW = 1000  # broken features one after another after which a file is given up


def read_geojson(source: Source, encoding: str | None, limits: Limits, notes: Notes) -> gpd.GeoDataFrame:
    """Return a GeoJSON file, with the CRS it names or none; broken features are named and left out.

    Raises
    ------
    InputError
        If there is nothing in it that is GeoJSON.
    """
    given = given_codec(encoding, source.shown)
    if source.layer is not None and source.layer != source.path.stem:
        raise InputError(
            "read.no_such_layer", path=source.shown, layer=source.layer, choices=source.path.stem
        )
    if given is None and source.path.stat().st_size > CHECKED_WHOLE:
        try:
            data = read_bulk(source.path, None)
        except (*BULK_ERRORS, UnicodeDecodeError):
            data = None
        if data is not None and len(data) and not is_missing(data).any():
            members = outer_members(source.path)
            tell_paging(members, len(data), notes)
            tell_named(words_of(members), notes)
            stated = [members["crs"]] if members.get("crs") else crs_objects(source.path)
            return data.set_crs(crs_of_objects(stated, source.shown, notes), allow_override=True)
    small_enough(source.path, source.shown, limits)
    return _read_tolerantly(source, given, notes)


def plain_geometry(geometry: Any) -> Any:
    """Return a geometry object as geometry, or None where anything is wrong with it."""
    if _fault(geometry) is not None:
        return None
    try:
        return _build(geometry)
    except _REFUSALS:
        return None


def attribute(value: Any) -> Any:
    """Return an attribute value; lists and objects stay as the JSON they are."""
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict) else value


def _read_tolerantly(source: Source, given: str | None, notes: Notes) -> gpd.GeoDataFrame:
    try:
        words, found = decode_document(bytes_of(source.path), given)
    except UnicodeDecodeError as error:
        raise InputError("read.unreadable", path=source.shown, reason=str(error)) from error
    if found.encoding not in {"utf-8", "utf-8-sig"}:
        notes.decide("encoding", found.encoding, "read.encoding_guessed", encoding=found.encoding, sample="")
    try:
        document = json.loads(words, object_pairs_hook=_joined if words.count('"features"') > 1 else None)
    except (json.JSONDecodeError, RecursionError) as error:
        if (sequence := _sequence(words)) is None:
            return _salvage(words, error, source, notes)
        document = sequence
    features = _features(document, source, notes)
    if isinstance(document, dict) and document.pop(_REPEATED, None):
        notes.find("features_repeated", Severity.WARNING, count=len(features))
    tell_paging(document, len(features), notes)
    tell_named(words_of(document), notes)
    return _frame(list(enumerate(features)), _crs_of(document, features, source, notes), source, notes)


def _sequence(words: str) -> list[Any] | None:
    """Return the features of a GeoJSON text sequence, one a line or behind a record separator (RFC 8142); None where it is none."""
    lines = [line for line in re.split("[\x1e\r\n]+", words) if line.strip()]
    try:
        features = [json.loads(line) for line in lines]
    except (json.JSONDecodeError, RecursionError):
        return None
    return (
        features if all(isinstance(one, dict) and one.get("type") == "Feature" for one in features) else None
    )


def _joined(members: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object with all its features, where it names them twice: of one name the last would count."""
    lists = [value for name, value in members if name == "features" and isinstance(value, list)]
    found = dict(members)
    if len(lists) > 1:
        found |= {"features": [feature for one in lists for feature in one], _REPEATED: True}
    return found


def _features(document: Any, source: Source, notes: Notes) -> list[Any]:
    """Return the features of a document: a collection, one feature, a bare geometry, or a list of these."""
    if isinstance(document, list):
        return document
    kind = document.get("type") if isinstance(document, dict) else None
    if kind in {*_GEOMETRIES, "GeometryCollection"}:
        return [{"type": "Feature", "properties": {}, "geometry": document}]
    if kind == "Feature":
        return [document]
    features = document.get("features") if isinstance(document, dict) else None
    if isinstance(features, list) and (kind is None or str(kind).lower() == "featurecollection"):
        if kind != "FeatureCollection":
            notes.find("geojson_type", Severity.WARNING, type=str(kind))
        return features
    if isinstance(features, list):
        raise InputError("read.not_geojson", path=source.shown, type=str(kind)[:40])
    if isinstance(document, dict) and isinstance(document.get("geometry"), dict):
        return [document]
    raise InputError("read.not_geojson", path=source.shown, type=str(kind)[:40])


def _crs_of(document: Any, features: list[Any], source: Source, notes: Notes) -> pyproj.CRS | None:
    """Return the CRS of a document: that of the whole, else the one that its features or geometries state."""
    stated = [document.get("crs")] if isinstance(document, dict) else []
    if not any(stated):
        for feature in features:
            if isinstance(feature, dict):
                geometry = feature.get("geometry")
                stated += [feature.get("crs"), geometry.get("crs") if isinstance(geometry, dict) else None]
    return crs_of_objects(stated, source.shown, notes)


def _frame(
    features: list[tuple[int, Any]], crs: pyproj.CRS | None, source: Source, notes: Notes, *, lost: int = 0
) -> gpd.GeoDataFrame:
    geometries: list[Any] = []
    rows: list[dict[str, Any]] = []
    numbers: list[int] = []
    broken: list[Text] = []
    for number, feature in features:
        try:
            geometry = _geometry(feature, number, notes)
        except _BrokenFeatureError as error:
            broken.append(error.reason)
            if len(broken) <= NAMED:
                notes.find(
                    "feature_broken", Severity.ERROR, feature=str(number), row=number, reason=error.reason
                )
            continue
        properties = feature.get("properties")
        if properties is not None and not isinstance(properties, dict):
            notes.find("properties_broken", Severity.WARNING, feature=str(number), row=number)
            properties = None
        numbers.append(number)
        geometries.append(geometry)
        rows.append({name: attribute(value) for name, value in (properties or {}).items()})
    if broken or lost:
        notes.find("records_broken", Severity.ERROR, count=len(broken) + lost, kept=len(numbers))
        notes.decide(
            "salvage", str(len(numbers)), "read.salvaged", kept=len(numbers), lost=len(broken) + lost
        )
    if not numbers and (broken or lost):
        raise InputError(
            "read.all_broken", path=source.shown, count=len(broken) + lost, reason=broken[0] if broken else ""
        )
    table = pd.DataFrame(rows, index=pd.Index(numbers, dtype="int64", name="fid"))
    for column in [name for name in table.columns if may_be_rounded(table[name])]:
        exact = as_whole([row.get(column) for row in rows], table.index)
        table[column] = table[column] if exact is None else exact
    name = "geometry" if "geometry" not in table.columns else "geometry_"
    series = gpd.GeoSeries(geometries, index=table.index)
    return gpd.GeoDataFrame(table.assign(**{name: series}), geometry=name, crs=crs)


class _BrokenFeatureError(Exception):
    """Why a feature cannot be read."""

    def __init__(self, reason: Text) -> None:
        self.reason = reason
        super().__init__(reason.en)


def _geometry(feature: Any, number: int, notes: Notes) -> Any:
    if not isinstance(feature, dict):
        raise _BrokenFeatureError(text("read.fault_not_object"))
    if feature.get("type") in {*_GEOMETRIES, "GeometryCollection"}:
        feature = {"geometry": feature}  # a bare geometry where a feature should be
        notes.find("geometry_bare", Severity.WARNING, feature=str(number), row=number)
    elif "geometry" not in feature:
        raise _BrokenFeatureError(text("read.fault_no_geometry"))
    geometry = feature["geometry"]
    if geometry is None:
        return None
    fault = _fault(geometry)
    if fault is not None:
        raise _BrokenFeatureError(fault)
    try:
        return _build(geometry)
    except _REFUSALS as error:
        mended = closed_polygon(geometry)
        if mended is None:
            words = " ".join(str(error).split())[:120]
            raise _BrokenFeatureError(text("read.fault_refused", reason=words)) from error
        notes.find("ring_closed", Severity.WARNING, feature=str(number), row=str(number))
        notes.change(str(number), "ring_closed")
        return mended


def _fault(geometry: Any) -> Text | None:
    """Return what is wrong with the form of a geometry object, or None."""
    if not isinstance(geometry, dict) or "type" not in geometry:
        return text("read.fault_no_type")
    kind = geometry["type"]
    if kind == "GeometryCollection":
        members = geometry.get("geometries")
        if not isinstance(members, list):
            return text("read.fault_no_coordinates", kind=kind)
        return next((fault for fault in map(_fault, members) if fault), None)
    if kind not in _GEOMETRIES:
        return text("read.fault_type", kind=str(kind)[:40])
    if "coordinates" not in geometry:
        return text("read.fault_no_coordinates", kind=kind)
    return _depth_fault(kind, geometry["coordinates"], _GEOMETRIES[kind])


def _depth_fault(kind: str, coordinates: Any, depth: int) -> Text | None:
    if not isinstance(coordinates, list):
        return text("read.fault_depth", kind=kind)
    if depth > 1:
        return next((fault for item in coordinates if (fault := _depth_fault(kind, item, depth - 1))), None)
    if not coordinates and kind == "Point":
        return None
    if len(coordinates) < 2:
        return text("read.fault_position", kind=kind)
    if any(isinstance(value, bool) or not isinstance(value, int | float) for value in coordinates[:2]):
        return text(
            "read.fault_depth" if isinstance(coordinates[0], list) else "read.fault_position", kind=kind
        )
    try:
        finite = all(math.isfinite(value) for value in coordinates[:2])
    except OverflowError:
        finite = False
    return None if finite else text("read.fault_not_finite", kind=kind)


def _build(geometry: dict[str, Any]) -> Any:
    kind = geometry["type"]
    if kind == "GeometryCollection":
        return shapely.GeometryCollection([_build(member) for member in geometry["geometries"]])
    return _BUILDERS[kind](geometry["coordinates"])


def _line(positions: list[Any]) -> shapely.LineString:
    return shapely.LineString([position[:2] for position in positions])


def _polygon(rings: list[Any]) -> shapely.Polygon:
    if not rings:
        return shapely.Polygon()
    for ring in rings:
        if ring and ring[0][:2] != ring[-1][:2]:
            raise ValueError("ring is not closed")
    shell, *holes = ([position[:2] for position in ring] for ring in rings)
    return shapely.Polygon(shell, holes)


_BUILDERS: dict[str, Callable[[list[Any]], Any]] = {
    "Point": lambda position: shapely.Point(position[:2]) if position else shapely.Point(),
    "MultiPoint": lambda positions: shapely.MultiPoint([position[:2] for position in positions]),
    "LineString": _line,
    "MultiLineString": lambda lines: shapely.MultiLineString([_line(line) for line in lines]),
    "Polygon": _polygon,
    "MultiPolygon": lambda polygons: shapely.MultiPolygon([_polygon(rings) for rings in polygons]),
}


def _salvage(words: str, error: Exception, source: Source, notes: Notes) -> gpd.GeoDataFrame:
    """Return the features of a document that is not JSON as a whole."""
    kept: list[tuple[int, Any]] = []
    lost = 0
    words = _NUMBER.sub(r"\1", words)
    for number, feature in _scan(words):
        if feature is None:
            lost += 1
            notes.find("record_broken", Severity.ERROR, feature=str(number), row=number)
        else:
            kept.append((number, feature))
    reason = " ".join(str(error).split())[:120]
    if not kept:
        raise InputError("read.not_json", path=source.shown, reason=reason) from error
    notes.find("json_broken", Severity.ERROR, reason=reason, kept=len(kept))
    tell_paging(outer_members(source.path), len(kept) + lost, notes)
    crs = crs_of_objects(crs_objects(source.path), source.shown, notes)
    return _frame(kept, crs, source, notes, lost=lost)


def _scan(words: str) -> Iterator[tuple[int, Any]]:
    """Yield every feature that is sound JSON by itself, with its number; None for one that is not."""
    decoder = json.JSONDecoder()
    start = words.find('"features"')
    at, number, failures = max(start, 0), 0, 0
    while failures < _IN_A_ROW and (match := _FEATURE.search(words, at)) is not None:
        try:
            feature, end = decoder.raw_decode(words, match.start())
        except (json.JSONDecodeError, RecursionError):
            feature, end, failures = None, match.start() + 1, failures + 1
            following = re.compile(r'\{\s*"type"\s*:\s*"Feature"').search(words, end)
            at = following.start() if following else len(words)
        else:
            at, failures = end, 0
        if feature is None or "geometry" in feature or feature.get("type") == "Feature":
            yield number, feature
            number += 1
