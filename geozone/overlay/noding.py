"""Give outlines that run along one line the same vertices along it.

A border may have two vertices on one side and fifty on the other, all on one line of longitude and latitude. In the
equal-area plane that line is curved, and an edge is straight: without the vertices of the other side, the two sides would
part by ``R · tan φ · Δφ² / 8``, which is 1.5 m for a tenth of a degree and 150 m for a degree.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from geozone.overlay.keys import mixed_keys
from geozone.overlay.plane import SEMI_MAJOR_AXIS, Geometries, Indices, Numbers

# how near to an edge a vertex lies on it: a share of its length, for the longer the edge, the more it parts; and at most
# a metre, the fifth decimal of a degree, to which coordinates are commonly rounded
NEAR_SHARE = 1e-4
NEAR_DEGREES = 1e-5
BOW_M = 0.25
_BATCH = 1 << 22  # pairs of points and edges that are looked at together


@dataclass(frozen=True, slots=True)
class _Paths:
    """Rings and lines of geometries, one behind the other."""

    coordinates: Numbers
    path: Indices  # of every coordinate
    owner: Indices  # geometry of every path
    ring: npt.NDArray[np.bool_]  # which paths are outlines of polygons

    @property
    def edges(self) -> Indices:
        """The places of the coordinates that an edge begins at; an edge to or from nowhere is none."""
        finite = np.asarray(np.isfinite(self.coordinates).all(axis=1))
        return np.flatnonzero((self.path[1:] == self.path[:-1]) & finite[1:] & finite[:-1])


def share_vertices(geometries: Geometries) -> Geometries:
    """Return geometries in whose edges the vertices of their neighbours have been inserted.

    An edge that is the border of two polygons is not looked at, so that a clean coverage costs little and stays as it is;
    their vertices are, for they may lie along a third. A polygon that would become invalid stays as it is.

    Parameters
    ----------
    geometries
        Polygons or lines in longitude and latitude.
    """
    if not len(geometries):
        return geometries
    paths = _paths_of(geometries)
    begin = paths.edges
    begin = begin[
        ~_bordered(paths.coordinates[begin], paths.coordinates[begin + 1], paths.ring[paths.path[begin]])
    ]
    finite = np.isfinite(paths.coordinates).all(axis=1)
    return _inserted(geometries, paths, begin, paths.coordinates[finite], paths.owner[paths.path[finite]])


def insert_vertices(geometries: Geometries, others: Geometries) -> Geometries:
    """Return geometries in whose long edges the vertices of others have been inserted where these lie on them.

    Long are edges that part from the line of longitude and latitude by more than `BOW_M` in the plane.
    """
    if not len(geometries) or not len(others):
        return geometries
    paths = _paths_of(geometries)
    begin = paths.edges
    begin = begin[_bow(paths.coordinates[begin], paths.coordinates[begin + 1]) > BOW_M]
    if not len(begin):
        return geometries
    points = np.unique(shapely.get_coordinates(others), axis=0)
    points = points[np.isfinite(points).all(axis=1)]
    nobody = np.full(len(points), -1)
    return _inserted(geometries, paths, begin, points, nobody)


def _inserted(
    geometries: Geometries, paths: _Paths, begin: Indices, points: Numbers, owners: Indices
) -> Geometries:
    """Insert points in edges of paths, but not in a polygon's those that it has itself."""
    if not len(begin) or not len(points):
        return geometries
    start, end = paths.coordinates[begin], paths.coordinates[begin + 1]
    point, edge = _in_boxes(points, np.minimum(start, end), np.maximum(start, end))
    path = paths.path[begin[edge]]
    foreign = (owners[point] != paths.owner[path]) | ~paths.ring[path]  # a line may run back along itself
    point, edge = point[foreign], edge[foreign]
    along, offset = end[edge] - start[edge], points[point] - start[edge]
    length = np.hypot(*along.T)
    near = np.minimum(NEAR_SHARE * length, NEAR_DEGREES)
    with np.errstate(invalid="ignore", divide="ignore"):
        place = (offset * along).sum(axis=1) / length
        aside = np.abs(offset[:, 0] * along[:, 1] - offset[:, 1] * along[:, 0]) / length
    inside = (aside <= near) & (place > near) & (place < length - near)
    point, edge, place = point[inside], edge[inside], place[inside]
    if not len(point):
        return geometries
    order = np.lexsort([place, edge])
    point, edge = point[order], edge[order]
    new = np.append(True, (edge[1:] != edge[:-1]) | (points[point[1:]] != points[point[:-1]]).any(axis=1))
    point, edge = point[new], edge[new]
    coordinates = np.insert(paths.coordinates, begin[edge] + 1, points[point], axis=0)
    path = np.insert(paths.path, begin[edge] + 1, paths.path[begin[edge]])
    return _rebuilt(
        geometries, _Paths(coordinates, path, paths.owner, paths.ring), paths.owner[paths.path[begin[edge]]]
    )


def _in_boxes(points: Numbers, low: Numbers, high: Numbers) -> tuple[Indices, Indices]:
    """Return the pairs of points and boxes of edges in which, or near to which, they lie."""
    low, high = low - NEAR_DEGREES, high + NEAR_DEGREES
    orders = [np.argsort(points[:, axis]) for axis in (0, 1)]
    slabs = [
        (
            np.searchsorted(points[order, axis], low[:, axis]),
            np.searchsorted(points[order, axis], high[:, axis], "right"),
        )
        for axis, order in enumerate(orders)
    ]
    axis = int(np.argmin([(last - first).sum() for first, last in slabs]))
    (first, last), order, other = slabs[axis], orders[axis], 1 - axis
    pairs: list[tuple[Indices, Indices]] = []
    ends = np.cumsum(last - first)
    # in batches, for long edges among many points have many in their slab
    for batch in np.split(np.arange(len(first)), np.flatnonzero(np.diff(ends // _BATCH)) + 1):
        size = (last - first)[batch]
        edge = np.repeat(batch, size)
        place = np.arange(size.sum()) - np.repeat(np.cumsum(size) - size, size) + first[edge]
        point = order[place]
        value = points[point, other]
        inside = (value >= low[edge, other]) & (value <= high[edge, other])
        pairs.append((point[inside], edge[inside]))
    point, edge = (np.concatenate(column) for column in zip(*pairs, strict=True))
    return point, edge


def _paths_of(geometries: Geometries) -> _Paths:
    parts, owner = shapely.get_parts(geometries, return_index=True)
    polygons = shapely.get_type_id(parts) == 3
    rings, ring_of = shapely.get_rings(parts[polygons], return_index=True)
    lines = np.isin(shapely.get_type_id(parts), (1, 2))
    paths = np.concatenate([rings, parts[lines]])
    owners = np.concatenate([owner[polygons][ring_of], owner[lines]])
    coordinates, path = shapely.get_coordinates(paths, return_index=True)
    ring = np.arange(len(paths)) < len(rings)
    return _Paths(coordinates, path.astype(np.intp), owners.astype(np.intp), ring)


def _bow(start: Numbers, end: Numbers) -> Numbers:
    """Return by how many metres edges part from their line of longitude and latitude in the plane."""
    change = np.radians(end - start)
    slope = np.abs(np.tan(np.radians((start[:, 1] + end[:, 1]) / 2)))
    # meridians and parallels are straight in both
    return np.asarray(np.where(change[:, 0] == 0, 0.0, SEMI_MAJOR_AXIS * slope * change[:, 1] ** 2 / 8))


def _bordered(start: Numbers, end: Numbers, ring: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Tell which edges are the border of two polygons: two outlines have them, one this way and one that way."""
    swapped = (start[:, 0] > end[:, 0]) | ((start[:, 0] == end[:, 0]) & (start[:, 1] > end[:, 1]))
    low = np.where(swapped[:, None], end, start)
    high = np.where(swapped[:, None], start, end)
    keys = mixed_keys(np.column_stack([low, high]))
    _, number, count = np.unique(keys, return_inverse=True, return_counts=True)
    back = np.bincount(number, weights=swapped)
    rings = np.bincount(number, weights=ring)
    return np.asarray(((count == 2) & (back == 1) & (rings == 2))[number])


def _rebuilt(geometries: Geometries, paths: _Paths, changed: Indices) -> Geometries:
    result = geometries.copy()
    starts = np.searchsorted(paths.path, np.arange(len(paths.owner) + 1))
    for owner in np.unique(changed):
        numbers = np.flatnonzero(paths.owner == owner)
        lines = iter([paths.coordinates[starts[number] : starts[number + 1]] for number in numbers])
        made = _remade(geometries[owner], lines)
        if (
            made.geom_type not in {"Polygon", "MultiPolygon"}
            or made.is_valid
            or not geometries[owner].is_valid
        ):
            result[owner] = made
    return result


def _remade(geometry: shapely.Geometry, paths: Iterator[Numbers]) -> shapely.Geometry:
    """Return a geometry with other coordinates, ring by ring in its own order."""
    if isinstance(geometry, shapely.Polygon):
        if geometry.is_empty:
            return geometry
        return shapely.Polygon(next(paths), [next(paths) for _ in geometry.interiors])
    if isinstance(geometry, shapely.LineString):
        return type(geometry)(next(paths))
    return type(geometry)([_remade(part, paths) for part in geometry.geoms])
