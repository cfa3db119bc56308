"""Zones as the overlay sees them: one polygon in the plane and one key each."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geozone.errors import DataError, UsageError
from geozone.messages import message
from geozone.model import Finding, Layer, Severity
from geozone.overlay.guard import repaired
from geozone.overlay.noding import share_vertices
from geozone.overlay.plane import Geometries, Indices, Numbers, is_geographic, to_plane, with_crs
from geozone.overlay.zone_keys import keys_alike, keys_of_several
from geozone.read.door.whole_numbers import plain_numbers

_NAMED = 10  # rows that are named
_SAME_AREA = 1.0  # m²: a ring that touches itself is mended without changing more
_ADDED = frozenset({"complete", "zones_overlap"})  # columns that the command line adds to a result


@dataclass(frozen=True)
class Zones:
    """Polygons of the plane, with the index of the result."""

    keys: pd.Index
    polygons: Geometries
    findings: tuple[Finding, ...] = ()

    @property
    def area(self) -> Numbers:
        """Area of every zone, in m²."""
        return np.asarray(shapely.area(self.polygons))

    @property
    def outline(self) -> Numbers:
        """Length of the outline of every zone in the plane, in m: true to a third or so, to tell slivers by."""
        return np.asarray(shapely.length(self.polygons))

    def __len__(self) -> int:
        return len(self.keys)

    def area_inside(self, ground: shapely.Geometry) -> Numbers:
        """Return the area of every zone, in m², that lies inside a polygon of the plane."""
        shapely.prepare(ground)
        areas = self.area
        across = ~shapely.contains(ground, self.polygons)
        areas[across] = shapely.area(shapely.intersection(self.polygons[across], ground))
        return areas

    def without(self, ground: shapely.Geometry) -> Zones:
        """Return what a polygon of the plane leaves of the zones."""
        left = polygonal(np.asarray(shapely.difference(self.polygons, ground)))
        return Zones(self.keys, left, self.findings)


def frame_of(layer: Any) -> gpd.GeoDataFrame:
    """Return the features of a Layer, GeoDataFrame or GeoSeries.

    Raises
    ------
    UsageError
        If it is none of them, has no geometry, or has a field twice.
    """
    if isinstance(layer, Layer):
        return layer.data
    if isinstance(layer, gpd.GeoSeries):
        return gpd.GeoDataFrame(geometry=layer)
    if isinstance(layer, gpd.GeoDataFrame):
        if layer.active_geometry_name not in layer.columns:
            raise UsageError("overlay.no_geometry_column")
        if not layer.columns.is_unique:
            twice = str(layer.columns[layer.columns.duplicated()][0])
            raise UsageError("overlay.field_twice", field=twice)
        return layer
    raise UsageError("overlay.not_a_layer", kind=type(layer).__name__)


def refuse_taken(key: Any, columns: Iterable[str], layers: Iterable[str] = ()) -> None:
    """Refuse a key of zones, and layers, that go by the name of a column of the result, or of one that is added to it.

    Raises
    ------
    UsageError
        If one is.
    """
    taken = {*columns, *_ADDED}
    for name in layers:
        if name in taken:
            raise UsageError("overlay.name_taken", name=name)
    if key in {*taken, *layers}:
        raise UsageError("overlay.key_taken", field=key)


def make_zones(zones: Any, by: str | None = None) -> Zones:
    """Return zones in the plane; rows with the same key in `by` are one zone, and so are those without a key.

    A border with different vertices on its two sides is one border, on which both sides get the vertices of both.

    Raises
    ------
    UsageError
        If the field `by` is missing, or the CRS is.
    DataError
        If a zone has coordinates that are none, or cannot be repaired.
    """
    frame = frame_of(zones)
    if by is not None and by not in frame.columns:
        fields = ", ".join(str(name) for name in frame.columns if name != frame.geometry.name)
        raise UsageError("overlay.no_field", field=by, fields=fields)
    array, crs = with_crs(frame)
    if is_geographic(crs):  # a projected source has its long edges cut up on the way into the plane
        array = share_vertices(array)
    polygons = polygonal(to_plane(array, crs))
    try:
        broken = np.flatnonzero(~shapely.is_valid(polygons))
        drawn = shapely.area(polygons[broken])
        polygons[broken] = repaired(polygons[broken])
    except shapely.GEOSException as error:
        raise DataError("overlay.broken_geometry", reason=" ".join(str(error).split())[:200]) from error
    keys = _keys(frame[by]) if by is not None else frame.index
    read = tuple(zones.findings) if isinstance(zones, Layer) else ()
    mended = _mended(frame, broken, drawn, shapely.area(polygons[broken]))
    findings = (*read, *_findings(frame, keys, polygons, by), *mended, *keys_alike(keys, by))
    if keys.has_duplicates:
        findings = (*findings, *keys_of_several(frame, keys, polygons, by))
        numbers, keys = pd.factorize(keys, use_na_sentinel=False)
        order = np.argsort(numbers, kind="stable")
        groups = np.split(polygons[order], np.flatnonzero(np.diff(numbers[order])) + 1)
        unions = np.empty(len(groups), dtype=object)
        unions[:] = [shapely.union_all(group) for group in groups]
        polygons = unions
        keys = pd.Index(keys, name=by if by is not None else frame.index.name)
    return Zones(keys, polygons, findings)


def _keys(values: pd.Series) -> pd.Index:
    """Return keys; those that are missing or blank are "", or missing in a field of numbers."""
    values = plain_numbers(values)
    if not all(isinstance(value, Hashable) for value in values):  # lists make no index
        values = values.astype(str)
    keys: pd.Index = pd.Index(values, name=values.name)
    if pd.api.types.is_numeric_dtype(values) or pd.api.types.is_datetime64_any_dtype(values):
        return keys
    blank = [bool(pd.isna(value)) or not str(value).strip() for value in keys]
    return keys.where(~np.array(blank, dtype=bool), "") if any(blank) else keys


def _findings(
    frame: gpd.GeoDataFrame, keys: pd.Index, polygons: Geometries, by: str | None
) -> tuple[Finding, ...]:
    empty = np.asarray(keys.isna()) | np.asarray(keys == "") if by is not None else np.zeros(len(keys), bool)
    without = shapely.is_empty(polygons)
    return tuple(
        Finding(
            kind,
            Severity.WARNING,
            "zones",
            message(f"overlay.{kind}", count=int(rows.sum()), field=by, first=_first(frame.index[rows])),
            message(f"overlay.{kind}_remedy", field=by),
        )
        for kind, rows in (("zone_key_empty", empty), ("zone_without_area", without))
        if rows.any()
    )


def _mended(frame: gpd.GeoDataFrame, rows: Indices, before: Numbers, after: Numbers) -> tuple[Finding, ...]:
    """Return the finding that zones cross or overlap themselves, so that what they hold was to be guessed; areas in m²."""
    other = np.abs(after - before) > _SAME_AREA
    if not other.any():
        return ()
    areas = {name: f"{some[other].sum() / 1e6:.4f}" for name, some in (("before", before), ("after", after))}
    said = message(
        "overlay.zone_repaired", count=int(other.sum()), first=_first(frame.index[rows[other]]), **areas
    )
    remedy = message("overlay.zone_repaired_remedy")
    return (Finding("zone_repaired", Severity.WARNING, "zones", said, remedy),)


def _first(rows: pd.Index) -> str:
    return ", ".join(str(row) for row in rows[:_NAMED]) + (" …" if len(rows) > _NAMED else "")


class Overlaps(NamedTuple):
    """Pairs of polygons that overlap; a strip along a border and a patch beside it are told by the wider of them."""

    first: Indices
    second: Indices
    areas: Numbers  # m²
    widths: Numbers  # m: the mean width of the widest part


def overlaps(polygons: Geometries) -> Overlaps:
    """Return the pairs of polygons of the plane that overlap."""
    first, second = shapely.STRtree(polygons).query(polygons, predicate="intersects")
    first, second = first[first < second], second[first < second]
    common = shapely.intersection(polygons[first], polygons[second])
    parts, owner = shapely.get_parts(common, return_index=True)
    own = shapely.area(parts)
    parts, owner, own = parts[own > 0], owner[own > 0], own[own > 0]
    widths = np.zeros(len(common))
    np.maximum.at(widths, owner, 2 * own / shapely.length(parts))
    areas = np.bincount(owner, weights=own, minlength=len(common)).astype(np.float64)
    real = areas > 0
    return Overlaps(first[real], second[real], areas[real], widths[real])


def polygonal(geometries: Geometries) -> Geometries:
    """Return what is polygon of each geometry; the rest of it is empty."""
    kind = shapely.get_type_id(geometries)
    result = geometries.copy()
    result[(kind >= 0) & ~np.isin(kind, (3, 6, 7))] = None
    for position in np.flatnonzero(kind == 7):
        parts = [part for part in _leaves(geometries[position]) if part.geom_type == "Polygon"]
        result[position] = shapely.MultiPolygon(parts) if len(parts) != 1 else parts[0]
    result[shapely.is_missing(result)] = shapely.Polygon()
    return result


def _leaves(geometry: shapely.Geometry) -> list[shapely.Geometry]:
    if hasattr(geometry, "geoms"):
        return [leaf for part in geometry.geoms for leaf in _leaves(part)]
    return [geometry]
