"""Lengths of lines inside zones and inside layers, and points inside polygons."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geozone.model import CRS
from geozone.overlay.edges import linework
from geozone.overlay.plane import Geometries, Indices, Numbers, from_plane, length_km, to_plane
from geozone.overlay.sheet import make_sheets
from geozone.overlay.zones import frame_of, make_zones, polygonal


def line_lengths(lines: Any, zones: Any, *, by: str | None = None) -> pd.DataFrame:
    """Return the geodesic length of lines inside every zone, in km; a line drawn twice counts once.

    A line along the boundary between two zones counts half for each of them, so that zones add up to the whole.

    Parameters
    ----------
    lines
        A GeoDataFrame, GeoSeries or Layer of lines (or polygons, whose outlines are taken), in any CRS.
    zones, by
        As for `geozone.coverage`.

    Returns
    -------
    DataFrame
        Index: zone key. Columns: ``length_km``.
    """
    prepared = make_zones(zones, by)
    once = _once(_plane_lines(lines))
    inside = _clip(once, prepared.polygons)
    return pd.DataFrame({"length_km": inside}, index=prepared.keys)


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
        Index: zone key, or the index of `lines`. Columns: ``length_km``, ``inside_km``, ``share``.
    """
    cover = polygonal(to_plane(frame_of(layer)))
    cover = shapely.make_valid(cover, method="structure", keep_collapsed=False)
    if zones is None:
        frame = frame_of(lines)
        separate = to_plane(frame)
        whole = plane_length_km(separate)
        inside = _inside(separate, cover)
        index = frame.index
        covered = plane_length_km(inside)
    else:
        prepared = make_zones(zones, by)
        index = prepared.keys
        once = _once(_plane_lines(lines))
        whole = _clip(once, prepared.polygons)
        covered = _clip(shapely.get_parts(_inside(once, cover)), prepared.polygons)
    with np.errstate(invalid="ignore"):
        share = np.where(whole > 0, covered / whole, np.nan)
    return pd.DataFrame({"length_km": whole, "inside_km": covered, "share": share}, index=index)


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
        Index: zone key. Columns: ``points``.
    """
    prepared = make_zones(zones, by)
    places = to_plane(frame_of(points))
    kind = shapely.get_type_id(places)
    places[kind > 0] = shapely.point_on_surface(places[kind > 0])
    zone, _ = shapely.STRtree(places).query(prepared.polygons, predicate="intersects")
    return pd.DataFrame({"points": np.bincount(zone, minlength=len(prepared))}, index=prepared.keys)


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


def _plane_lines(lines: Any) -> Geometries:
    return linework(to_plane(frame_of(lines)))[0]


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


def _clip(lines: Geometries, polygons: Geometries) -> Numbers:
    """Return the length of lines in every polygon; a line between two neighbours is shared equally."""
    result = np.zeros(len(polygons))
    if not len(lines):
        return result
    tree = shapely.STRtree(lines)
    for sheet in make_sheets(polygons):
        zone, line = tree.query(sheet.polygons, predicate="intersects")
        inside = plane_length_km(shapely.intersection(lines[line], sheet.polygons[zone]))
        here = np.bincount(zone, weights=inside, minlength=len(sheet.numbers)).astype(np.float64)
        for one, other, shared in _between(lines, sheet.polygons, zone, line):
            here[one] -= shared / 2
            here[other] -= shared / 2
        result[sheet.numbers] = here
    return result


def _between(
    lines: Geometries, zones: Geometries, zone: Indices, line: Indices
) -> Iterator[tuple[int, int, float]]:
    """Yield two neighbouring zones and the length, in km, of the lines that run along the boundary between them."""
    several = np.bincount(line, minlength=len(lines))[line] > 1
    zone, line = zone[several], line[several]
    along = linear(shapely.intersection(lines[line], shapely.boundary(zones[zone])))
    real = shapely.length(along) > 0
    zone, line, along = zone[real], line[real], along[real]
    for number in np.unique(line):
        here = np.flatnonzero(line == number)
        for one, other in combinations(here, 2):
            shared = plane_length_km(np.array([shapely.intersection(along[one], along[other])], dtype=object))
            if shared[0] > 0:
                yield int(zone[one]), int(zone[other]), float(shared[0])
