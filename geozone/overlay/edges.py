"""Edges of geometries, ring by ring on their coordinates: cut into pieces, and followed across 180°.

Nothing here builds a geometry by an operation that would also repair it: a polygon that crosses itself has the same
rings, the same area by sign and the same outline afterwards. GEOS's own way of cutting edges makes polygons valid, and
loses parts of them.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

Geometries = npt.NDArray[np.object_]
Numbers = npt.NDArray[np.float64]
Indices = npt.NDArray[np.intp]

_LINES, _POLYGONS, _COLLECTION = (1, 2, 5), (3, 6), 7  # type numbers of GEOS
_HALF_TURN = 180.0  # degrees
_TURN = 360.0 - 1e-6  # an edge all around the earth runs along a parallel, not across 180°


def densify(geometries: Geometries, longest: float | Numbers, *, fault: float = np.inf) -> Geometries:
    """Return geometries of which no edge is longer than `longest`; area by sign and outline stay the same.

    Parameters
    ----------
    geometries
        Two-dimensional geometries of any kind, valid or not. One with a coordinate that is not finite stays as it is.
    longest
        Length in the units of the coordinates, one or one a geometry.
    fault
        A geometry with an edge longer than this stays as it is: the edge is a fault, which cutting would only make large.
    """
    result = np.array(geometries, dtype=object)
    limits = np.broadcast_to(np.asarray(longest, dtype=np.float64), result.shape)
    longer = _with_long_edges(result, limits, fault)
    kinds = shapely.get_type_id(result[longer])
    lines, polygons = longer[np.isin(kinds, _LINES)], longer[np.isin(kinds, _POLYGONS)]
    if len(lines):
        result[lines] = shapely.segmentize(result[lines], limits[lines])
    if len(polygons):
        result[polygons] = _densify_polygons(result[polygons], limits[polygons])
    for position in longer[kinds == _COLLECTION]:
        members = np.array(result[position].geoms, dtype=object)
        cut = densify(members, float(limits[position]))
        result[position] = shapely.GeometryCollection(list(cut))
    return result


def outline_measures(geometries: Geometries) -> tuple[Numbers, Numbers]:
    """Return the area that the rings enclose by sign, holes taken off, and the length of lines and outlines.

    Both are planar, in the units of the coordinates: what a step that moves nothing has to leave as it was.
    """
    return np.asarray(shapely.area(geometries)), np.asarray(shapely.length(geometries))


def across_180(geometries: Geometries, boxes: Numbers | None = None) -> Indices:
    """Return the positions of the lines and polygons in degrees that have an edge from one side of 180° to the other.

    Such an edge is longer than half a turn, and nobody can know which way around is meant. `boxes` are the boxes of the
    geometries, where they are known.
    """
    boxes = np.asarray(shapely.bounds(geometries)).reshape(-1, 4) if boxes is None else boxes
    with np.errstate(invalid="ignore"):
        wide = np.flatnonzero(boxes[:, 2] - boxes[:, 0] > _HALF_TURN)
    if not len(wide):
        return wide
    lines, number = linework(geometries[wide])
    points, line = shapely.get_coordinates(lines, return_index=True)
    with np.errstate(invalid="ignore"):
        step = np.abs(np.diff(points[:, 0]))
    torn = (step > _HALF_TURN) & (step < _TURN) & (line[1:] == line[:-1])
    return np.unique(wide[number[line[1:][torn]]])


def across_180_of_rings(coordinates: Numbers, rings: npt.NDArray[np.int64]) -> Indices:
    """Return the coordinates that end an edge across 180°; `rings` are the offsets of the rings."""
    x = coordinates[:, 0]
    if not len(x) or not x.max() - x.min() > _HALF_TURN:
        return np.zeros(0, dtype=np.intp)
    step = np.abs(np.diff(x, prepend=x[:1]))
    step[rings[:-1]] = 0.0
    return np.flatnonzero((step > _HALF_TURN) & (step < _TURN))


def unwrapped(geometries: Geometries, positions: Indices) -> Geometries:
    """Return geometries in degrees, those at some positions without a step at 180°: 179°, -179° becomes 179°, 181°.

    For geometries whose edges are known to be short, as those of a projected source are.
    """
    result = np.array(geometries, dtype=object)
    lines, number = linework(result[positions])
    points, line = shapely.get_coordinates(lines, return_index=True)
    steps = np.diff(points[:, 0], prepend=points[:1, 0])
    turns = -np.round(steps / 360.0)
    first = np.flatnonzero(np.diff(line, prepend=-1))
    turns[first] = 0.0
    turns = np.cumsum(turns)
    turns -= np.repeat(turns[first], np.diff(np.append(first, len(line))))
    # the rings of one geometry stay together: all of them lie on the side of its first
    anchor = np.round((points[first, 0] - points[first, 0][np.searchsorted(number, number)]) / 360.0)
    points[:, 0] += 360.0 * (turns - np.repeat(anchor, np.diff(np.append(first, len(line)))))
    result[positions] = shapely.set_coordinates(result[positions], points)
    return result


def linework(geometries: Geometries) -> tuple[Geometries, Indices]:
    """Return the lines and rings of geometries, with the number of the geometry that each came from."""
    parts, owners = shapely.get_parts(geometries, return_index=True)
    while np.isin(shapely.get_type_id(parts), (4, 5, 6, 7)).any():  # collections inside collections
        parts, inner = shapely.get_parts(parts, return_index=True)
        owners = owners[inner]
    kind = shapely.get_type_id(parts)
    rings, inner = shapely.get_rings(parts[kind == 3], return_index=True)
    is_line = (kind == 1) | (kind == 2)
    return (
        np.concatenate([parts[is_line], rings]),
        np.concatenate([owners[is_line], owners[kind == 3][inner]]),
    )


def edges_of(geometries: Geometries) -> tuple[Numbers, Numbers, Indices]:
    """Return both ends of every edge of geometries, (n, 2) each, with the number of the geometry that each came from."""
    lines, owner = linework(geometries)
    coordinates, line = shapely.get_coordinates(lines, return_index=True)
    joined = line[1:] == line[:-1]
    return coordinates[:-1][joined], coordinates[1:][joined], owner[line[1:][joined]]


def _with_long_edges(geometries: Geometries, limits: Numbers, fault: float) -> Indices:
    """Return the positions of geometries that may have an edge over their limit, and none that is a fault."""
    points, owner = shapely.get_coordinates(geometries, return_index=True)
    if len(points) < 2:
        return np.zeros(0, dtype=np.intp)
    with np.errstate(invalid="ignore", over="ignore"):
        step = np.hypot(*np.diff(points, axis=0).T)
        inside = owner[1:] == owner[:-1]
        long = inside & (step > limits[owner[1:]])
        absurd = inside & ~(np.isfinite(step) & (step <= fault))
    return np.setdiff1d(owner[1:][long], owner[1:][absurd])


def _densify_polygons(polygons: Geometries, limits: Numbers) -> Any:
    parts, owner = shapely.get_parts(polygons, return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    full = shapely.get_num_coordinates(rings) > 0  # an empty ring is none
    rings, part = rings[full], part[full]
    dense = shapely.segmentize(rings, limits[owner[part]])  # of a ring by itself, nothing is repaired
    ends = np.concatenate([[0], np.cumsum(shapely.get_num_coordinates(dense))])
    members = np.searchsorted(part, np.arange(len(parts) + 1))
    points = shapely.get_coordinates(dense)
    made = shapely.from_ragged_array(shapely.GeometryType.POLYGON, points, (ends, members))
    result = np.empty(len(polygons), dtype=object)
    single = shapely.get_type_id(polygons) == 3
    result[single] = made[single[owner]]
    if not single.all():
        several = np.flatnonzero(~single)
        number = np.searchsorted(several, owner[~single[owner]])
        result[several] = shapely.multipolygons(made[~single[owner]], indices=number)
    return result
