"""What lies within a distance of what, in metres on the CGCS2000 ellipsoid.

The Mercator plane is conformal: a shortest line there is stretched by ``a / (N cos φ)`` and by nothing else. It tells most
pairs at once. Where the stretching leaves it open, edges are held against each other on the ellipsoid.
"""

from __future__ import annotations

import numpy as np
import pyproj
import shapely

from geozone.model import CRS
from geozone.overlay.cutting import LARGE
from geozone.overlay.edges import densify, edges_of, linework
from geozone.overlay.groups import joined_groups
from geozone.overlay.plane import FLATTENING, SEMI_MAJOR_AXIS, Geometries, Indices, Numbers
from geozone.projections import transformer

_ELLIPSOID = pyproj.Geod(a=SEMI_MAJOR_AXIS, f=FLATTENING)
_MERCATOR = "+proj=merc +ellps=GRS80 +units=m +no_defs"
_ECCENTRICITY_2 = FLATTENING * (2 - FLATTENING)
_LONGEST = 0.01  # degrees: edges are cut to it, so that they are straight in every plane
_EDGES = 64  # of a piece of a long outline
_ARC = 32  # edges of a quarter of a circle, which lie within 0.03 % of its radius
_FARTHEST = 80.0  # degrees of latitude; the Mercator plane has no poles


def within_reach(geometries: Geometries, reach_m: float) -> tuple[Indices, Indices]:
    """Return the pairs of geometries whose geodesic distance is at most so many metres, each pair once.

    Parameters
    ----------
    geometries
        Valid geometries in EPSG:4490, not empty. An edge is straight in longitude and latitude.
    reach_m
        The distance, in metres.
    """
    if len(geometries) < 2:
        return np.zeros(0, dtype=np.intp), np.zeros(0, dtype=np.intp)
    plane, back = transformer(CRS, _MERCATOR), transformer(_MERCATOR, CRS)
    cut = densify(geometries, _LONGEST)  # thin as it may be, a polygon keeps its outline
    flat = shapely.transform(cut, plane.transform, interleaved=False)
    south, north = shapely.bounds(geometries)[:, [1, 3]].T
    margin = reach_m / 110_000  # degrees of latitude, and a little more
    widest = reach_m * _stretch(np.maximum(np.abs(south), np.abs(north)) + margin)
    large = _large(flat)
    pieces, owner = _pieces(flat, large)
    one, two = shapely.STRtree(pieces).query(pieces, predicate="dwithin", distance=widest[owner])
    apart = owner[one] < owner[two]
    one, two = one[apart], two[apart]
    lines = shapely.transform(
        shapely.shortest_line(pieces[one], pieces[two]), back.transform, interleaved=False
    )
    close = _metres(shapely.get_coordinates(lines).reshape(-1, 4)) <= reach_m
    pairs = owner[one] * len(flat) + owner[two]
    near = _inside(flat, large)
    near = np.union1d(near, pairs[close])
    # what is too far at its nearest place of the plane may be near enough where the plane is stretched more
    for pair in np.setdiff1d(pairs, near):
        first, second = flat[pair // len(flat)], flat[pair % len(flat)]
        if _nearest(first, second, reach_m, back) <= reach_m:
            near = np.append(near, pair)
    one, two = np.divmod(np.sort(near), len(flat))
    return one, two


def _pieces(flat: Geometries, large: Indices) -> tuple[Geometries, Indices]:
    """Return geometries with the number of each; of large ones short pieces of their outlines, which are quickly told apart."""
    lines, owner = linework(flat[large])
    coordinates, line = shapely.get_coordinates(lines, return_index=True)
    size = np.bincount(line, minlength=len(lines))
    count = -(-(size - 1) // _EDGES)  # pieces of each line, which share their ends
    begin = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    of_line = np.repeat(np.arange(len(lines)), count)
    edges = np.minimum(_EDGES, size[of_line] - 1 - begin * _EDGES)
    first = (np.cumsum(size) - size)[of_line] + begin * _EDGES
    place = np.arange((edges + 1).sum()) + np.repeat(first - np.cumsum(edges + 1) + edges + 1, edges + 1)
    short = shapely.linestrings(coordinates[place], indices=np.repeat(np.arange(len(edges)), edges + 1))
    small = np.setdiff1d(np.arange(len(flat)), large)
    return np.concatenate([flat[small], short]), np.concatenate([small, large[owner[of_line]]])


def _inside(flat: Geometries, large: Indices) -> Indices:
    """Return the pairs of which one is large and a part of either lies in the other, as their first number times all and their second."""
    if not len(large):
        return np.zeros(0, dtype=np.intp)
    parts, owner = shapely.get_parts(flat, return_index=True)
    coordinates, part = shapely.get_coordinates(parts, return_index=True)
    there, first = np.unique(part, return_index=True)
    points, owner = shapely.points(coordinates[first]), owner[there]
    found = []
    for grounds, some in (
        (large, np.arange(len(points))),
        (np.arange(len(flat)), np.flatnonzero(np.isin(owner, large))),
    ):
        areas = grounds[shapely.get_dimensions(flat[grounds]) == 2]
        ground, point = shapely.STRtree(points[some]).query(flat[areas], predicate="intersects")
        one, two = areas[ground], owner[some[point]]
        found.append((np.minimum(one, two) * len(flat) + np.maximum(one, two))[one != two])
    return np.unique(np.concatenate(found))


def _large(flat: Geometries) -> Indices:
    lines_or_areas = np.isin(shapely.get_type_id(flat), (1, 3, 5, 6))
    return np.flatnonzero(lines_or_areas & (shapely.get_num_coordinates(flat) > LARGE))


def connected(geometries: Geometries, reach_m: float) -> Indices:
    """Return the number of the connected part that each geometry belongs to; neighbours lie within so many metres."""
    one, two = within_reach(geometries, reach_m)
    return joined_groups(len(geometries), one, two)


def around(lines: Geometries, width_m: float) -> Geometries:
    """Return the ground within so many metres of short pieces of lines, as polygons that overlap.

    A piece is no longer than 0.0125° of latitude and 0.05° of longitude; each is widened in the Mercator plane by the stretching at
    its middle, which is true to ``tan φ · width / a`` on either side: 1.3e-4 for a kilometre at 40°.

    Parameters
    ----------
    lines
        Lines in EPSG:4490.
    width_m
        How far the ground reaches on each side, in metres.
    """
    if not len(lines):
        return np.empty(0, dtype=object)
    plane, back = transformer(CRS, _MERCATOR), transformer(_MERCATOR, CRS)
    coordinates, line = shapely.get_coordinates(shapely.segmentize(lines, _LONGEST), return_index=True)
    cell = np.floor(coordinates / (5 * _LONGEST, 1.25 * _LONGEST))
    new = np.append(True, (line[1:] != line[:-1]) | (cell[1:] != cell[:-1]).any(axis=1))
    first = np.flatnonzero(new)
    # a piece ends where the next of its line begins
    last = np.append(first[1:], len(line) - 1)
    last = np.where(line[last] == line[first], last, last - 1)
    longer = last > first
    first, last = first[longer], last[longer]
    size = last - first + 1
    place = np.repeat(first - np.append(0, np.cumsum(size)[:-1]), size) + np.arange(size.sum())
    flat = np.column_stack(plane.transform(*coordinates[place].T))
    pieces = shapely.linestrings(flat, indices=np.repeat(np.arange(len(first)), size))
    middle = (coordinates[first, 1] + coordinates[last, 1]) / 2
    round_ = shapely.buffer(pieces, width_m * _stretch(np.abs(middle)), quad_segs=_ARC)
    return np.asarray(shapely.transform(round_, back.transform, interleaved=False), dtype=object)


def _nearest(one: shapely.Geometry, two: shapely.Geometry, reach_m: float, back: pyproj.Transformer) -> float:
    """Return the least geodesic distance between edges that lie about within reach; infinite where none do."""
    edges, others = _edges(one), _edges(two)
    latitude = np.abs(_degrees(edges, back)[:, [1, 3]]).max(axis=1)
    reach = reach_m * _stretch(latitude + reach_m / 110_000)
    place, other = shapely.STRtree(others).query(edges, predicate="dwithin", distance=reach)
    if not len(place):
        return np.inf
    # two edges that do not cross are nearest at an end of one of them
    first, last = _ends(edges[place])
    start, end = _ends(others[other])
    tries = [(first, others[other]), (last, others[other]), (start, edges[place]), (end, edges[place])]
    return float(
        min(_metres(_degrees(shapely.shortest_line(point, edge), back)).min() for point, edge in tries)
    )


def _edges(geometry: shapely.Geometry) -> Geometries:
    """Return the edges of a geometry in the plane; its points as edges without length."""
    starts, ends, _ = edges_of(np.array([geometry], dtype=object))
    points = shapely.get_parts(geometry)
    points = shapely.get_coordinates(points[shapely.get_dimensions(points) == 0])
    pairs = [np.stack([starts, ends], axis=1), np.stack([points, points], axis=1)]
    return np.asarray(shapely.linestrings(np.concatenate(pairs)))


def _ends(edges: Geometries) -> tuple[Geometries, Geometries]:
    return shapely.get_point(edges, 0), shapely.get_point(edges, 1)


def _degrees(lines: Geometries, back: pyproj.Transformer) -> Numbers:
    """Return longitude and latitude of both ends of lines with two vertices."""
    ends = shapely.get_coordinates(lines)
    return np.column_stack(back.transform(*ends.T)).reshape(-1, 4)


def _metres(ends: Numbers) -> Numbers:
    x, y, other_x, other_y = ends.T
    return np.asarray(_ELLIPSOID.inv(x, y, other_x, other_y, return_back_azimuth=False)[2])


def _stretch(latitude: Numbers) -> Numbers:
    """Return by how much the Mercator plane stretches the ground at a latitude."""
    angle = np.radians(np.minimum(latitude, _FARTHEST))
    return np.asarray(np.sqrt(1 - _ECCENTRICITY_2 * np.sin(angle) ** 2) / np.cos(angle))
