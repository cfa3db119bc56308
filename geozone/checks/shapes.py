"""Faults of single geometries: empty, not valid, spiked, thin, of the wrong type."""

from __future__ import annotations

import re
from itertools import pairwise

import numpy as np
import shapely

from geozone.checks.layer_findings import LISTED, LayerFindings, place_of
from geozone.model import METRES_PER_DEGREE, Severity
from geozone.overlay.rings import is_polygonal

_REASONS = {
    "self-intersection": "ring_self_intersection",
    "ring self-intersection": "ring_self_intersection",
    "hole lies outside shell": "hole_outside",
    "holes are nested": "holes_nested",
    "interior is disconnected": "interior_disconnected",
    "nested shells": "shells_nested",
    "duplicate rings": "rings_duplicate",
    "too few points in geometry component": "too_few_points",
    "invalid coordinate": "coordinate_invalid",
}
_LINES, _ALL_DIMENSIONS = 1, 3
_AT_ONCE = 100_000  # edges that are noded at once: two crossings of each cost 160 MB
SPIKE_DEGREES = 1.0  # a vertex whose two edges fold back closer than this is a spike
SPIKE_METRES = 5.0  # the shorter of the two edges is at least this long


def check_shapes(layer_findings: LayerFindings) -> None:
    """Find what is wrong with single geometries."""
    stored = np.asarray(layer_findings.layer.data.geometry.values)
    geometries = layer_findings.geometries
    missing = shapely.is_missing(stored)
    empty = ~missing & shapely.is_empty(stored)
    for kind, rows in (("geometry_null", missing), ("geometry_empty", empty)):
        for row in np.flatnonzero(rows)[:LISTED]:
            layer_findings.add(kind, Severity.WARNING, row=int(row))
        layer_findings.rest(kind, LISTED, int(rows.sum()))
    _types(layer_findings, stored, missing | empty)
    _range(layer_findings, stored)
    found = 0
    for row in np.flatnonzero(~shapely.is_missing(geometries) & ~shapely.is_valid(geometries)):
        for kind, place in faults(geometries[row]):
            found += 1
            if found <= LISTED:
                layer_findings.add(kind, Severity.ERROR, row=int(row), place=place)
    layer_findings.rest("invalid", LISTED, found)
    _spikes(layer_findings, geometries)


def faults(geometry: shapely.Geometry) -> list[tuple[str, tuple[float, float] | None]]:
    """Return every fault of a geometry that is not valid, with its place."""
    found: list[tuple[str, tuple[float, float] | None]] = []
    parts = shapely.get_parts(geometry)
    for part in parts[~shapely.is_valid(parts)]:
        own = _ring_faults(part) if part.geom_type == "Polygon" else []
        found += own or [_first_fault(part)]
    return found or [_first_fault(geometry)]


def _first_fault(geometry: shapely.Geometry) -> tuple[str, tuple[float, float] | None]:
    reason = str(shapely.is_valid_reason(geometry))
    match = re.fullmatch(r"(.*?)\[(\S+) (\S+)\]", reason)
    words, place = (match[1], (float(match[2]), float(match[3]))) if match else (reason, place_of(geometry))
    return _REASONS.get(words.strip().lower(), "geometry_invalid"), place


def _ring_faults(polygon: shapely.Polygon) -> list[tuple[str, tuple[float, float] | None]]:
    """Return all self-intersections of all rings, and the holes that are not inside the shell."""
    found: list[tuple[str, tuple[float, float] | None]] = []
    rings = shapely.get_rings(polygon)
    points, ring = shapely.get_coordinates(rings, return_index=True)
    vertices, _ = _distinct(np.column_stack([ring, points]))
    few = np.bincount(vertices[:, 0].astype(np.intp), minlength=len(rings)) < 3
    wrong = few.copy()
    wrong[~few] = ~shapely.is_simple(rings[~few])
    for number in np.flatnonzero(wrong):
        if few[number]:
            found.append(("too_few_points", place_of(rings[number])))
        else:
            found += [("ring_self_intersection", place) for place in _crossings(rings[number])]
    if found:
        return found
    shell = shapely.Polygon(rings[0])
    shapely.prepare(shell)
    return [("hole_outside", place_of(hole)) for hole in rings[1:][~shapely.covers(shell, rings[1:])]]


def _crossings(ring: shapely.LinearRing) -> list[tuple[float, float]]:
    """Return the places where a ring crosses, touches or retraces itself."""
    points = shapely.get_coordinates(ring)
    edges = np.stack([points[:-1], points[1:]], axis=1)
    directed = np.where(_is_turned(edges)[:, None, None], edges[:, ::-1], edges)
    once, _ = _distinct(directed.reshape(-1, 4))
    if 2 * len(once) < len(edges):  # noding compares every edge with all its equals
        return _retraced(once.reshape(-1, 2, 2))
    if len(once) > _AT_ONCE:
        return _crossings_by_strips(once.reshape(-1, 2, 2))
    places, degree = _distinct(_ends(shapely.node(ring)))
    crossing = (degree > 2) | ~(places == points[0]).all(axis=1)
    return [(x, y) for x, y in places[crossing].tolist()]


def _crossings_by_strips(edges: np.ndarray) -> list[tuple[float, float]]:
    """Return the places where edges of a long ring cross, fork or end, found in strips that hold few of them each."""
    low, high = edges.min(axis=1), edges.max(axis=1)
    extent = np.maximum(high.max(axis=0) - low.min(axis=0), np.finfo(float).tiny)
    axis = int(np.argmin((high - low).sum(axis=0) / extent))  # few edges reach over several strips
    shares = np.linspace(0.0, 1.0, -(-len(edges) // _AT_ONCE) + 1)[1:-1]
    found = []
    for begin, end in pairwise([-np.inf, *np.unique(np.quantile(low[:, axis], shares)).tolist(), np.inf]):
        within = edges[(low[:, axis] < end) & (high[:, axis] >= begin)]
        places, degree = _distinct(_noded(within))
        own = (places[:, axis] >= begin) & (places[:, axis] < end)
        found.append(places[own & (degree != 2)])
    return [(x, y) for x, y in np.concatenate(found).tolist()]


def _is_turned(edges: np.ndarray) -> np.ndarray:
    """Tell which edges run from the later end to the earlier one, by x and then by y."""
    (x0, y0), (x1, y1) = edges[:, 0].T, edges[:, 1].T
    return np.asarray((x0 > x1) | ((x0 == x1) & (y0 > y1)))


def _retraced(edges: np.ndarray) -> list[tuple[float, float]]:
    """Return where edges that a ring runs several times cross or fork; without such a place, where they begin."""
    places, degree = _distinct(_noded(edges))
    forks = places[degree > 2] if (degree > 2).any() else places[:1]
    return [(x, y) for x, y in forks.tolist()]


def _noded(edges: np.ndarray) -> np.ndarray:
    """Return the ends of edges cut where they meet, each piece of them once."""
    return np.asarray(shapely.get_coordinates(shapely.node(shapely.multilinestrings(edges))))


def _ends(lines: shapely.MultiLineString) -> np.ndarray:
    """Return the first and last vertices of lines."""
    points, line = shapely.get_coordinates(shapely.get_parts(lines), return_index=True)
    last = np.flatnonzero(np.r_[line[1:] != line[:-1], True])
    return np.concatenate([points[np.r_[0, last[:-1] + 1]], points[last]])


def _distinct(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the rows that differ, in the order of their columns, and how often each is there."""
    rows = rows[np.lexsort(rows.T[::-1])]
    first = np.flatnonzero(np.r_[True, (rows[1:] != rows[:-1]).any(axis=1)])
    return rows[first], np.diff(np.r_[first, len(rows)])


def _types(layer_findings: LayerFindings, geometries: np.ndarray, without: np.ndarray) -> None:
    dimensions = shapely.get_dimensions(geometries)
    present = ~without
    mixed = present & (shapely.get_type_id(geometries) == 7)
    for row in np.flatnonzero(mixed):
        layer_findings.add(
            "geometry_collection", Severity.WARNING, row=int(row), place=place_of(geometries[row])
        )
    role = layer_findings.role
    taken = (0, 1, 2) if role is None else role.dimensions
    if len(taken) < _ALL_DIMENSIONS:
        wrong = np.flatnonzero(present & ~mixed & ~np.isin(dimensions, taken))
        for row in wrong[:LISTED]:
            layer_findings.add("geometry_type", Severity.ERROR, row=int(row), place=place_of(geometries[row]))
        layer_findings.rest("geometry_type", LISTED, len(wrong))
    named = (
        layer_findings.role is not None and layer_findings.role.nominal
    )  # an area, a course or a point: all of them places
    if not named and len(taken) > 1 and len(set(dimensions[present & ~mixed].tolist())) > 1:
        layer_findings.add("geometry_types_mixed", Severity.WARNING)
    _several_points(layer_findings, geometries, present & (dimensions == 0))
    if taken != (_LINES,):
        _outlines(layer_findings, geometries[present & (dimensions == 1)])


def _several_points(layer_findings: LayerFindings, geometries: np.ndarray, points: np.ndarray) -> None:
    """Say that a feature is several points, and counts as one."""
    rows = np.flatnonzero(points & (shapely.get_num_geometries(geometries) > 1))
    counts = [len(np.unique(shapely.get_coordinates(one), axis=0)) for one in geometries[rows]]
    several = [(row, count) for row, count in zip(rows.tolist(), counts, strict=True) if count > 1]
    for row, count in several[:LISTED]:
        place = place_of(geometries[row])
        layer_findings.add("points_several", Severity.WARNING, row=row, place=place, count=count)
    layer_findings.rest("points_several", LISTED, len(several))


def _outlines(layer_findings: LayerFindings, lines: np.ndarray) -> None:
    """Say that lines close for the most part: they look like outlines of areas, and have none."""
    parts, owner = shapely.get_parts(lines, return_index=True)
    closed = np.bincount(owner[shapely.is_closed(parts)], minlength=len(lines)) == np.bincount(
        owner, minlength=len(lines)
    )
    if 2 * int(closed.sum()) > len(lines):
        layer_findings.add("lines_closed", Severity.WARNING, closed=int(closed.sum()), count=len(lines))


def _range(layer_findings: LayerFindings, geometries: np.ndarray) -> None:
    west, south, east, north = np.asarray(shapely.bounds(geometries)).reshape(-1, 4).T
    with np.errstate(invalid="ignore"):
        outside = (west < -180.0) | (east > 180.0) | (south < -90.0) | (north > 90.0)
    outside = (outside | layer_findings.off_earth) & ~layer_findings.not_finite
    for kind, rows in (
        ("coordinate_invalid", layer_findings.not_finite),
        ("coordinate_out_of_range", outside),
    ):
        for row in np.flatnonzero(rows)[:LISTED]:
            layer_findings.add(kind, Severity.ERROR, row=int(row), place=place_of(geometries[row]))
        layer_findings.rest(kind, LISTED, int(rows.sum()))


def _spikes(layer_findings: LayerFindings, geometries: np.ndarray) -> None:
    """Find vertices whose edges fold back onto each other."""
    polygonal = np.flatnonzero(is_polygonal(geometries))
    found = 0
    for rows in np.array_split(polygonal, max(1, len(polygonal) // 20_000)):
        rings, owner = shapely.get_rings(geometries[rows], return_index=True)
        if not len(rings):
            continue
        points, ring = shapely.get_coordinates(rings, return_index=True)
        vertex = _spike_vertices(points, ring)
        for index in vertex:
            found += 1
            if found <= LISTED:
                row = int(rows[owner[ring[index]]])
                place = (float(points[index, 0]), float(points[index, 1]))
                layer_findings.add("spike", Severity.WARNING, row=row, place=place)
    layer_findings.rest("spike", LISTED, found)


def _spike_vertices(points: np.ndarray, ring: np.ndarray) -> np.ndarray:
    """Return the vertices at which the angle between the two edges is below `SPIKE_DEGREES`."""
    first = np.flatnonzero(np.r_[True, ring[1:] != ring[:-1]])
    last = np.r_[first[1:], len(ring)] - 1
    metres = np.column_stack([np.cos(np.radians(points[:, 1])), np.ones(len(points))]) * METRES_PER_DEGREE
    before = np.arange(len(points)) - 1
    before[first] = last - 1  # the last vertex of a ring repeats the first
    after = np.arange(len(points)) + 1
    after[last] = first + 1
    after = np.minimum(after, len(points) - 1)
    with np.errstate(all="ignore"):  # coordinates that are none are found elsewhere
        incoming = (points[before] - points) * metres
        outgoing = (points[after] - points) * metres
        one, two = np.hypot(*incoming.T), np.hypot(*outgoing.T)
        cosine = (incoming * outgoing).sum(axis=1) / (one * two)
        spiked = (cosine > np.cos(np.radians(SPIKE_DEGREES))) & (np.minimum(one, two) >= SPIKE_METRES)
    spiked[last] = False  # the same vertex as the first
    return np.flatnonzero(spiked)
