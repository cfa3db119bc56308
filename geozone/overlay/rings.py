"""Geometries and GEOS, which crashes at empty inner rings, and gives up on a whole array for one row of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

Geometries = npt.NDArray[np.object_]
_POLYGONS = (3, 6)  # type numbers of GEOS


def is_polygonal(geometries: Geometries) -> npt.NDArray[np.bool_]:
    """Tell which geometries are polygons, of one or several parts; those that are missing are none."""
    return np.isin(shapely.get_type_id(geometries), _POLYGONS)


def without_empty_rings(geometries: Geometries) -> Geometries:
    """Return geometries without inner rings that are empty; where there are none, the array itself."""
    kinds = shapely.get_type_id(geometries)
    plain = np.flatnonzero(kinds == 3)
    plain = plain[shapely.get_num_interior_rings(geometries[plain]) > 0]
    nested = np.flatnonzero((kinds == 6) | (kinds == 7))
    parts, owner = polygons_of(geometries[nested])
    with_holes = shapely.get_num_interior_rings(parts) > 0
    polygons = np.concatenate([geometries[plain], parts[with_holes]])
    if not len(polygons):
        return geometries
    rows = np.concatenate([plain, nested[owner[with_holes]]])
    rings, polygon = shapely.get_rings(polygons, return_index=True)
    hit = np.unique(rows[polygon[shapely.is_empty(rings)]])
    if not len(hit):
        return geometries
    result = geometries.copy()
    for row in hit:
        result[row] = _rebuilt(geometries[row])
    return result


def not_finite(geometries: Geometries) -> npt.NDArray[np.bool_]:
    """Tell which geometries have a coordinate that is no finite number."""
    present = ~shapely.is_missing(geometries) & ~shapely.is_empty(geometries)
    with np.errstate(all="ignore"):
        # a sum over all edges is finite where every coordinate is; one pass, and nothing is copied
        wild = ~np.isfinite(shapely.length(geometries))
        wild |= ~np.isfinite(shapely.bounds(geometries)).reshape(-1, 4).all(axis=1)
    several = np.flatnonzero(present & np.isin(shapely.get_type_id(geometries), (4, 7)))
    points, owner = shapely.get_coordinates(geometries[several], return_index=True)
    wild[several[owner[~np.isfinite(points).all(axis=1)]]] = True
    return np.asarray(present & wild)


def each(operation: Callable[..., Any], *arrays: Geometries) -> Geometries:
    """Return the results of an operation on the rows of arrays; where GEOS gives up on a row, it has none."""
    try:
        return np.asarray(operation(*arrays), dtype=object).reshape(-1)
    except shapely.GEOSException:
        count = len(arrays[0])
        if count == 1:
            return np.array([None], dtype=object)
        half = count // 2
        one = each(operation, *(array[:half] for array in arrays))
        other = each(operation, *(array[half:] for array in arrays))
        return np.concatenate([one, other])


def once_around(geometries: Geometries) -> Geometries:
    """Return polygons whose rings run the same course once.

    A ring that runs it many times encloses the same ground, and GEOS compares every edge with all its equals: a course of
    four edges that is run some thousand times would take an hour.
    """
    several = np.flatnonzero(is_polygonal(geometries))
    parts, owner = shapely.get_parts(geometries[several], return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    owner = owner[part]
    hit = [
        number
        for number in _back_at_start(rings)
        if _course(shapely.get_coordinates(rings[number])) is not None
    ]
    if not hit:
        return geometries
    result = geometries.copy()
    for row in np.unique(several[owner[hit]]).tolist():
        parts = [
            shapely.Polygon(_once(part.exterior), [_once(hole) for hole in part.interiors])
            for part in shapely.get_parts(geometries[row])
        ]
        result[row] = parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)
    return result


def _back_at_start(rings: Geometries) -> list[int]:
    """Return the numbers of the rings that come by their first vertex before they end."""
    points, ring = shapely.get_coordinates(rings, return_index=True)
    first = np.searchsorted(ring, np.arange(len(rings)))
    there = (points == points[first[ring]]).all(axis=1)
    return np.flatnonzero(np.bincount(ring[there], minlength=len(rings)) > 2).tolist()


def _once(ring: shapely.LinearRing) -> shapely.LinearRing:
    course = _course(shapely.get_coordinates(ring))
    return ring if course is None else shapely.LinearRing(course)


def _course(points: npt.NDArray[np.float64]) -> npt.NDArray[np.float64] | None:
    """Return the vertices of the course that a ring runs several times; None where it runs it once."""
    points = points[:-1]
    again = np.flatnonzero((points == points[:1]).all(axis=1))[1:]
    for length in again[len(points) % np.maximum(again, 1) == 0].tolist():
        if length > 2 and (points[length:] == points[:-length]).all():
            return points[:length]
    return None


def polygons_of(geometries: Geometries) -> tuple[Geometries, npt.NDArray[np.intp]]:
    """Return the polygons inside collections, however deep, and the number of the geometry of each."""
    parts, owner = shapely.get_parts(geometries, return_index=True)
    while (deep := np.isin(shapely.get_type_id(parts), (6, 7))).any():
        inner, number = shapely.get_parts(parts[deep], return_index=True)
        parts = np.concatenate([parts[~deep], inner])
        owner = np.concatenate([owner[~deep], owner[deep][number]])
    polygonal = shapely.get_type_id(parts) == 3
    return parts[polygonal], owner[polygonal]


def _rebuilt(geometry: shapely.Geometry) -> shapely.Geometry:
    if isinstance(geometry, shapely.Polygon):
        if geometry.exterior.is_empty:
            return shapely.Polygon()
        return shapely.Polygon(geometry.exterior, [ring for ring in geometry.interiors if not ring.is_empty])
    if isinstance(geometry, shapely.MultiPolygon | shapely.GeometryCollection):
        return type(geometry)([_rebuilt(part) for part in geometry.geoms])
    return geometry
