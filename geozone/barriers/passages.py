"""Whether a corridor leads from one province to the next, where it is broken, and how wide its narrowest place is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import shapely

from geozone.barriers.metric_plane import MetricPlane
from geozone.overlay.cutting import polygons_in
from geozone.overlay.distance import connected
from geozone.overlay.groups import spanning
from geozone.overlay.plane import Geometries, Indices

_HALVINGS = 24  # of the width that is sought: a tenth of a millionth of it is left
_TOUCH_M = 1.0  # what rounding may part
_EDGE_M = 50.0  # ground so near to a border is taken for its beginning


@dataclass(frozen=True, slots=True)
class Passage:
    """The way through a corridor between two provinces, or through one of them."""

    units: tuple[str, ...]  # codes: two neighbours, or those before, of and behind a province
    open: bool
    width_km: float  # of the widest way's narrowest place; 0 where it is broken
    gap_km: float  # between the two sides; 0 where it is open
    place: tuple[float, float]  # longitude and latitude of the break or of the narrowest place


def passages(
    ground: Geometries, provinces: Geometries, codes: Sequence[str], *, link_m: float
) -> list[Passage]:
    """Return the passages of a corridor, province by province.

    1. Provinces that hold ground of the corridor are joined by the shortest gaps between their ground (a minimum spanning
       tree): each such pair is a passage over a border. A province with two of them or more has one through itself for each
       further pair.
    2. A passage is open where one connected part of the corridor (patches within `link_m`, on the ellipsoid) reaches both.
       A passage over a border leads from ground of the one to ground of the other; one through a province from border to border.
    3. The width of an open passage is that of the widest way's narrowest place: the largest width by whose half the ground can
       be worn away from its edges with both ends still connected.

    Parameters
    ----------
    ground
        Valid polygons in EPSG:4490.
    provinces, codes
        Outlines in EPSG:4490 and their codes.
    link_m
        The distance that does not part.
    """
    whole = shapely.union_all(ground)
    if whole.is_empty:
        return []
    plane = MetricPlane.about(np.array([whole]))
    inside = plane.to_plane(shapely.intersection(np.asarray(provinces, dtype=object), whole))
    flat = np.array([shapely.multipolygons(_wide(polygons_in(one))) for one in inside], dtype=object)
    held = np.flatnonzero(~shapely.is_empty(flat))
    if len(held) < 2:
        return []
    pairs = _tree(flat, held)
    patches = polygons_in(whole)
    part = connected(patches, link_m)
    joined = plane.to_plane(patches)
    found = [
        _passage((codes[one], codes[two]), [flat[one], flat[two]], joined, part, plane) for one, two in pairs
    ]
    outlines = plane.to_plane(np.asarray(provinces, dtype=object))
    for middle in held.tolist():
        beside = [two if one == middle else one for one, two in pairs if middle in (one, two)]
        for before, behind in pairwise(beside):
            ends = [_at_border(flat[middle], outlines[one]) for one in (before, behind)]
            names = codes[before], codes[middle], codes[behind]
            found.append(_passage(names, ends, joined, part, plane))
    return found


def _wide(parts: Geometries) -> Geometries:
    """Return the parts that are wider than what two drawings of one border may leave."""
    return np.asarray(parts[~shapely.is_empty(shapely.buffer(parts, -_TOUCH_M))], dtype=object)


def _tree(flat: Geometries, held: Indices) -> list[tuple[int, int]]:
    """Return the pairs of provinces by which all are joined over the shortest gaps."""
    one, two = np.triu_indices(len(held), k=1)
    chosen = spanning(len(held), one, two, shapely.distance(flat[held[one]], flat[held[two]]))
    return list(zip(held[one[chosen]].tolist(), held[two[chosen]].tolist(), strict=True))


def _at_border(ground: shapely.Geometry, other: shapely.Geometry) -> shapely.Geometry:
    """Return the ground of a province that lies at the border with another, or nearest to it."""
    near = float(shapely.distance(ground, other)) + _EDGE_M
    return shapely.intersection(ground, shapely.buffer(other, near))


def _passage(
    units: tuple[str, ...],
    ends: Sequence[shapely.Geometry],
    patches: Geometries,
    part: np.ndarray,
    plane: MetricPlane,
) -> Passage:
    reached = [set(part[shapely.dwithin(end, patches, _TOUCH_M)].tolist()) for end in ends]
    both = reached[0] & reached[1]
    if not both:
        line = shapely.shortest_line(*(
            shapely.union_all(patches[np.isin(part, sorted(side))]) for side in reached
        ))  # fmt: skip
        gap = float(plane.length_km(np.array([line]))[0])
        return Passage(units, open=False, width_km=0.0, gap_km=gap, place=_middle(line, plane))
    ways = [_widest(shapely.union_all(patches[part == one]), ends) for one in sorted(both)]
    width, line = max(ways, key=lambda way: way[0])
    place = _middle(line, plane) if line is not None else _middle(shapely.shortest_line(*ends), plane)
    return Passage(units, open=True, width_km=width / 1e3, gap_km=0.0, place=place)


def _widest(
    ground: shapely.Geometry, ends: Sequence[shapely.Geometry]
) -> tuple[float, shapely.Geometry | None]:
    """Return the largest width that passes from one end to the other, in metres, and where it is narrowest."""
    low, high = 0.0, _thickness(ground)
    narrow: shapely.Geometry | None = None
    for _ in range(_HALVINGS):
        width = (low + high) / 2
        sides = _worn(ground, ends, width)
        if sides is None:
            low = width
        else:
            high, narrow = width, sides
    return low, narrow


def _worn(
    ground: shapely.Geometry, ends: Sequence[shapely.Geometry], width: float
) -> shapely.Geometry | None:
    """Return None if ground worn away by half a width still connects both ends; else the line between its two sides."""
    parts = polygons_in(shapely.buffer(ground, -width / 2))
    # a distance far beyond the ground may leave artefacts of its outline
    parts = parts[shapely.distance(shapely.boundary(ground), shapely.point_on_surface(parts)) > 0.49 * width]
    if not len(parts):
        return shapely.shortest_line(*ends)
    grown = shapely.buffer(parts, width / 2)
    touched = [shapely.intersects(end, grown) for end in ends]
    if (touched[0] & touched[1]).any():
        return None
    if not touched[0].any() or not touched[1].any():
        missing = ends[0] if not touched[0].any() else ends[1]
        return shapely.shortest_line(missing, shapely.union_all(grown))
    return shapely.shortest_line(*(shapely.union_all(grown[side]) for side in touched))


def _thickness(ground: shapely.Geometry) -> float:
    """Return the diameter of the largest circle in some ground."""
    circles = shapely.maximum_inscribed_circle(polygons_in(ground))
    ends = shapely.get_coordinates(circles).reshape(-1, 2, 2)
    return 2.01 * float(np.hypot(*(ends[:, 1] - ends[:, 0]).T).max())


def _middle(line: shapely.Geometry, plane: MetricPlane) -> tuple[float, float]:
    middle = shapely.line_interpolate_point(line, 0.5, normalized=True)
    [(x, y)] = shapely.get_coordinates(plane.to_degrees(np.array([middle])))
    return float(x), float(y)
