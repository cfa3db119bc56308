"""Polygons that are certainly valid, and their boxes and areas, compiled.

A ring that turns one way around the middle of its box, and once, crosses itself nowhere. Most ponds, parcels and patches are
such rings. Of other rings with no more than two thousand vertices, edges are held against each other. A polygon is certainly
valid where its rings are, its holes lie inside and apart, and its parts apart. What is not seen to be valid here may be so all
the same.
"""

from __future__ import annotations

import numpy as np

from geozone.overlay.compiled.compilation import allocating_step, step
from geozone.overlay.compiled.squares import box_of

_ROUNDING = (
    1e-15  # of the box: more than rounding can add to the cross product of two vertices seen from its middle
)
_CLEARLY, _SLIGHTLY = 1 - 1e-6, 1e-9
_MOST_RINGS = 32  # of a polygon that is seen to be valid: each ring is held against each
_MOST_EDGES = 2048  # of a ring whose edges are held against each other
_STRETCH = 8  # edges that have a box of their own
_MOST_MEETINGS = (
    16  # of stretches with others, a stretch: rings that wind through each other are left to GEOS
)


@allocating_step
def make_sight():
    """Return room for the boxes of the rings of a polygon, and for those of the stretches of two rings."""
    stretches = _MOST_EDGES // _STRETCH
    return np.empty((_MOST_RINGS, 4)), np.empty((stretches, 4)), np.empty((stretches, 4))


@step
def measure_polygon(points, rings, parts, first, last, sight, found):
    """Write box and area of a polygon, and tell whether they hold: whether it is certainly valid.

    Parameters
    ----------
    points, rings, parts
        Coordinates, x behind y, offsets of rings in them, and of parts in the rings.
    first, last
        The first part of the polygon, and the end of its parts.
    sight
        As from `make_sight`.
    found
        Where to write west, south, east, north and area; the area must be 0.
    """
    before, boxes = parts[first], sight[0]
    if parts[last] - before > _MOST_RINGS:
        return False
    found[0], found[1], found[2], found[3] = np.inf, np.inf, -np.inf, -np.inf
    for part in range(first, last):
        shell = boxes[parts[part] - before]
        outer = points[2 * rings[parts[part]] : 2 * rings[parts[part] + 1]]
        free = 0.0
        for ring in range(parts[part], parts[part + 1]):
            here, box = points[2 * rings[ring] : 2 * rings[ring + 1]], boxes[ring - before]
            box[0], box[1], box[2], box[3] = box_of(here)
            area, around = _area_and_turn(here, box)
            if area <= 0 or not (around or _outlines_apart(here, here, box, box, True, sight)):
                return False
            if ring == parts[part]:
                for other in range(first, part):
                    beside = parts[other]
                    there = points[2 * rings[beside] : 2 * rings[beside + 1]]
                    if not _lie_apart(here, there, box, boxes[beside - before], sight):
                        return False
                if around and parts[part + 1] > ring + 1:
                    free = _free(here, shell)
                found[0], found[1] = min(found[0], box[0]), min(found[1], box[1])
                found[2], found[3] = max(found[2], box[2]), max(found[3], box[3])
                found[4] += area
                continue
            for other in range(parts[part] + 1, ring):
                there = points[2 * rings[other] : 2 * rings[other + 1]]
                if not _lie_apart(here, there, box, boxes[other - before], sight):
                    return False
            if not _reach(box, shell) < _CLEARLY * free and not _lies_in(here, outer, box, shell, sight):
                return False
            found[4] -= area
    return True


@step
def _area_and_turn(ring, box):
    """Return the area of a ring, and whether it turns one way around the middle of its box, once."""
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    limit = _ROUNDING * (box[2] - box[0]) * (box[3] - box[1])
    xs, ys = ring[0] - x, ring[1] - y
    twice, changes, onward, back, edges = 0.0, 0, 0, 0, len(ring) // 2 - 1
    for place in range(edges):
        xe, ye = ring[2 * place + 2] - x, ring[2 * place + 3] - y
        turn = xs * ye - ys * xe  # twice the triangle of the edge and the middle
        onward += turn > limit
        back += turn < -limit
        changes += (ys > 0) != (ye > 0)
        twice += turn
        xs, ys = xe, ye
    return abs(twice) / 2, changes == 2 and max(onward, back) == edges


@step
def _lie_apart(ring, other, box, beside, sight):
    """Tell whether two rings certainly lie apart, neither in the other."""
    if _apart(box, beside) or _parted(ring, other, box, beside):
        return True
    if not _outlines_apart(ring, other, box, beside, False, sight):
        return False
    return not (_holds(ring, other[0], other[1]) or _holds(other, ring[0], ring[1]))


@step
def _lies_in(ring, shell, box, around, sight):
    """Tell whether a ring certainly lies in another, touching it nowhere."""
    return _outlines_apart(ring, shell, box, around, False, sight) and _holds(shell, ring[0], ring[1])


@step
def _outlines_apart(ring, other, box, beside, same, sight):
    """Tell whether no edge of a ring comes near one of another, or, of the same ring, near one but its neighbours."""
    edges, others, limit = len(ring) // 2 - 1, len(other) // 2 - 1, _limit(box, beside)
    if edges > _MOST_EDGES or others > _MOST_EDGES:
        return False
    stretches, beyond, meetings = _find_stretches(ring, sight[1]), _find_stretches(other, sight[2]), 0
    for one in range(stretches):
        if meetings > _MOST_MEETINGS * stretches:
            return False
        for two in range(one if same else 0, beyond):
            if _apart(sight[1][one], sight[2][two]):
                continue
            meetings += 1
            for edge in range(_STRETCH * one, min(_STRETCH * (one + 1), edges)):
                if not _reaches(ring, edge, sight[2][two]):
                    continue
                first = max(_STRETCH * two, edge + 1 if same else 0)
                for across in range(first, min(_STRETCH * (two + 1), others)):
                    if same and across == edge + 1:
                        clear = _goes_on(ring, edge, across, limit)
                    elif same and edge == 0 and across == edges - 1:
                        clear = _goes_on(ring, across, edge, limit)
                    else:
                        clear = _edges_apart(ring, edge, other, across, limit)
                    if not clear:
                        return False
    return True


@step
def _limit(box, beside):
    """Return more than rounding can add to a cross product of vertices of two rings, seen from one of them."""
    across = max(box[2], beside[2]) - min(box[0], beside[0])
    up = max(box[3], beside[3]) - min(box[1], beside[1])
    return 4 * _ROUNDING * across * up


@step
def _find_stretches(ring, stretches):
    """Write the boxes of stretches of a ring; return how many there are."""
    edges, count = len(ring) // 2 - 1, 0
    for begin in range(0, edges, _STRETCH):
        end = min(begin + _STRETCH, edges)
        stretch = stretches[count]
        stretch[0], stretch[1], stretch[2], stretch[3] = box_of(ring[2 * begin : 2 * end + 2])
        count += 1
    return count


@step
def _reaches(ring, edge, box):
    """Tell whether the box of an edge meets another."""
    xs, ys, xe, ye = ring[2 * edge], ring[2 * edge + 1], ring[2 * edge + 2], ring[2 * edge + 3]
    return min(xs, xe) <= box[2] and max(xs, xe) >= box[0] and min(ys, ye) <= box[3] and max(ys, ye) >= box[1]


@step
def _goes_on(ring, edge, later, limit):
    """Tell whether an edge that begins where another ends certainly does not lead back along it."""
    x, y = ring[2 * later], ring[2 * later + 1]
    xs, ys = x - ring[2 * edge], y - ring[2 * edge + 1]
    xe, ye = ring[2 * later + 2] - x, ring[2 * later + 3] - y
    return abs(xs * ye - ys * xe) > limit or xs * xe + ys * ye > limit


@step
def _edges_apart(ring, edge, other, across, limit):
    """Tell whether two edges certainly share no point: both ends of one clearly lie on one side of the other."""
    xs, ys, xe, ye = ring[2 * edge], ring[2 * edge + 1], ring[2 * edge + 2], ring[2 * edge + 3]
    us, vs = other[2 * across], other[2 * across + 1]
    ue, ve = other[2 * across + 2], other[2 * across + 3]
    if max(xs, xe) < min(us, ue) or max(us, ue) < min(xs, xe):
        return True
    if max(ys, ye) < min(vs, ve) or max(vs, ve) < min(ys, ye):
        return True
    begin = (xe - xs) * (vs - ys) - (ye - ys) * (us - xs)
    end = (xe - xs) * (ve - ys) - (ye - ys) * (ue - xs)
    if (begin > limit and end > limit) or (begin < -limit and end < -limit):
        return True
    begin = (ue - us) * (ys - vs) - (ve - vs) * (xs - us)
    end = (ue - us) * (ye - vs) - (ve - vs) * (xe - us)
    return (begin > limit and end > limit) or (begin < -limit and end < -limit)


@step
def _holds(ring, x, y):
    """Tell whether a point that lies near no edge of a ring lies in it."""
    inside = False
    for place in range(len(ring) // 2 - 1):
        xs, ys = ring[2 * place] - x, ring[2 * place + 1] - y
        xe, ye = ring[2 * place + 2] - x, ring[2 * place + 3] - y
        if (ys > 0) != (ye > 0) and (xs * ye - ys * xe > 0) == (ye > ys):
            inside = not inside
    return inside


@step
def _apart(one, other):
    return one[0] > other[2] or other[0] > one[2] or one[1] > other[3] or other[1] > one[3]


@step
def _parted(ring, other, box, beside):
    """Tell whether two rings clearly lie on two sides of a line across the way from the middle of one box to that of the other."""
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    across, up = (beside[0] + beside[2]) / 2 - x, (beside[1] + beside[3]) / 2 - y
    farthest, nearest = -np.inf, np.inf
    for place in range(len(ring) // 2):
        farthest = max(farthest, (ring[2 * place] - x) * across + (ring[2 * place + 1] - y) * up)
    for place in range(len(other) // 2):
        nearest = min(nearest, (other[2 * place] - x) * across + (other[2 * place + 1] - y) * up)
    return nearest - farthest > _SLIGHTLY * (across * across + up * up)


@step
def _free(ring, box):
    """Return the square of the distance from the middle of a box to the nearest edge of its ring."""
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    result = np.inf
    for place in range(len(ring) // 2 - 1):
        xs, ys = ring[2 * place] - x, ring[2 * place + 1] - y
        across, up = ring[2 * place + 2] - x - xs, ring[2 * place + 3] - y - ys
        share = -(xs * across + ys * up) / (across * across + up * up)  # no edge is without length
        share = min(max(share, 0.0), 1.0)
        xs, ys = xs + share * across, ys + share * up
        result = min(result, xs * xs + ys * ys)
    return result


@step
def _reach(box, shell):
    """Return the square of the distance from the middle of a shell's box to the farthest corner of another."""
    x, y = (shell[0] + shell[2]) / 2, (shell[1] + shell[3]) / 2
    across = max(abs(box[0] - x), abs(box[2] - x))
    up = max(abs(box[1] - y), abs(box[3] - y))
    return across * across + up * up
