"""Lengths of lines inside zones and inside layers, and points inside polygons."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geozone.model import CRS, Finding
from geozone.overlay.borders import node_with, shared_lengths
from geozone.overlay.edges import linework
from geozone.overlay.losses import tell
from geozone.overlay.noding import share_vertices
from geozone.overlay.plane import (
    Geometries,
    Numbers,
    from_plane,
    is_alike,
    is_geographic,
    length_km,
    to_plane,
    with_crs,
)
from geozone.overlay.zone_overlaps import zones_apart
from geozone.overlay.zones import Zones, frame_of, polygonal


def line_lengths(lines: Any, zones: Any, *, by: str | None = None) -> pd.DataFrame:
    """Return the geodesic length of lines inside every zone, in km; a line drawn twice counts once.

    A line along the border between two zones counts half for each of them, so that zones add up to the whole. Along the
    border is what lies within 1 m of both; a border may have other vertices on its two sides, and the line others again.

    Parameters
    ----------
    lines
        A GeoDataFrame, GeoSeries or Layer of lines (or polygons, whose outlines are taken), in any CRS.
    zones, by
        As for `geozone.coverage`.

    Returns
    -------
    DataFrame
        Index: zone key. Columns: ``length_km``. ``attrs`` hold what was found in the zones, such as that they overlap
        (`geozone.overlay.losses.told`).
    """
    prepared = zones_apart(zones, by)
    return tell(lengths_in(lines, prepared), prepared.findings)


def lengths_in(lines: Any, zones: Zones) -> pd.DataFrame:
    """Return what `line_lengths` does, of zones in the plane about which nothing is to be told."""
    inside = shared_lengths(*_prepared(lines, zones))
    return pd.DataFrame({"length_km": inside}, index=zones.keys)


def lines_in_layer(
    lines: Any, layer: Any, zones: Any = None, *, by: str | None = None
) -> pd.DataFrame | gpd.GeoDataFrame:
    """Return the geodesic length of lines inside a polygon layer: for every line, or for every zone.

    Parameters
    ----------
    lines
        A GeoDataFrame, GeoSeries or Layer of lines, in any CRS.
    layer
        A GeoDataFrame, GeoSeries or Layer of polygons, in any CRS; overlapping ones count once.
    zones, by
        As for `geozone.coverage`. Without zones, there is one row for every line.

    Returns
    -------
    DataFrame
        Index: zone key, or the index of `lines`. Columns: ``length_km``, ``inside_km``, ``share``. ``attrs`` as for
        `line_lengths`.
    """
    cover = polygonal(to_plane(frame_of(layer)))
    cover = shapely.make_valid(cover, method="structure", keep_collapsed=False)
    findings: tuple[Finding, ...] = ()
    if zones is None:
        frame = frame_of(lines)
        separate = to_plane(frame)
        whole = plane_length_km(separate)
        inside = _inside(separate, cover)
        index = frame.index
        covered = plane_length_km(inside)
    else:
        prepared = zones_apart(zones, by)
        index, findings = prepared.keys, prepared.findings
        once, polygons = _prepared(lines, prepared)
        whole = shared_lengths(once, polygons)
        covered = shared_lengths(shapely.get_parts(linear(_inside(once, cover))), polygons)
    with np.errstate(invalid="ignore"):
        share = np.where(whole > 0, covered / whole, np.nan)
    table = pd.DataFrame({"length_km": whole, "inside_km": covered, "share": share}, index=index)
    return tell(table, findings)


def lines_within(lines: gpd.GeoDataFrame, layer: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the parts of lines that lie in the polygons of a layer, with the fields of their line, in EPSG:4490."""
    cover = polygonal(to_plane(layer.geometry.to_numpy(), layer.crs))
    cover = shapely.make_valid(cover, method="structure", keep_collapsed=False)
    parts = from_plane(linear(_inside(to_plane(lines.geometry.to_numpy(), lines.crs), cover)))
    inside = lines.set_geometry(gpd.GeoSeries(parts, index=lines.index, crs=CRS))
    return inside[~inside.geometry.is_empty]


def points_in_zones(points: Any, zones: Any, *, by: str | None = None) -> pd.DataFrame:
    """Return how many points lie in every zone; a point on a boundary lies in every zone that it touches.

    Parameters
    ----------
    points
        A GeoDataFrame, GeoSeries or Layer of points, in any CRS; of other geometries, a point inside them is taken.
    zones, by
        As for `geozone.coverage`.

    Returns
    -------
    DataFrame
        Index: zone key. Columns: ``points``. ``attrs`` as for `line_lengths`.
    """
    prepared = zones_apart(zones, by)
    places = to_plane(frame_of(points))
    kind = shapely.get_type_id(places)
    places[kind > 0] = shapely.point_on_surface(places[kind > 0])
    zone, _ = shapely.STRtree(places).query(prepared.polygons, predicate="intersects")
    table = pd.DataFrame({"points": np.bincount(zone, minlength=len(prepared))}, index=prepared.keys)
    return tell(table, prepared.findings)


def plane_length_km(lines: Geometries) -> Numbers:
    """Return the geodesic length of lines of the plane, in km."""
    return length_km(from_plane(lines), CRS)


def linear(geometries: Geometries) -> Geometries:
    """Return the lines of each geometry as one multiline, without the points in which lines merely touch."""
    parts, owners = linework(geometries)
    result = np.full(len(geometries), shapely.MultiLineString(), dtype=object)
    for owner in np.unique(owners):
        result[owner] = shapely.multilinestrings(parts[owners == owner])
    return result


def _prepared(lines: Any, zones: Zones) -> tuple[Geometries, Geometries]:
    """Return the lines of a layer once each, and zones, in the plane; they share vertices along common borders."""
    array, crs = with_crs(frame_of(lines))
    if not is_geographic(crs):
        return _once(linework(to_plane(array, crs))[0]), zones.polygons
    degrees = array if is_alike(crs) else from_plane(to_plane(array, crs))
    plane, polygons = node_with(share_vertices(linework(degrees)[0]), zones.polygons)
    return _once(plane), polygons


def _once(lines: Geometries) -> Geometries:
    """Return pieces of lines none of which lies on another."""
    if not len(lines):
        return lines
    return np.asarray(shapely.get_parts(shapely.union_all(lines)))


def _inside(lines: Geometries, cover: Geometries) -> Geometries:
    tree = shapely.STRtree(cover)
    owner, part = tree.query(lines, predicate="intersects")
    result = np.full(len(lines), shapely.LineString(), dtype=object)
    for position in np.unique(owner):
        result[position] = shapely.intersection(
            lines[position], shapely.union_all(cover[part[owner == position]])
        )
    return result
