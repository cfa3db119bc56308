"""Polygons read, put into the plane and measured, compiled: one walk over the bytes of a batch.

A ring that turns one way around the middle of its box, and once, crosses itself nowhere. Most ponds, parcels and patches
are such rings. A polygon of them is certainly valid where its holes lie well inside and apart, and its parts apart. What
is not seen to be valid here may be so all the same.
"""

from __future__ import annotations

import numpy as np

from geozone.overlay.compiled.compilation import compiled, step

_Z_FLAG, _M_FLAG, _POLYGON, _MULTIPOLYGON = 0x80000000, 0x40000000, 3, 6
_RADIAN = np.pi / 180
_ROUNDING = (
    1e-15  # of the box: more than rounding can add to the cross product of two vertices seen from its middle
)
_CLEARLY, _SLIGHTLY = 1 - 1e-6, 1e-9
_MOST_RINGS = 32  # of a polygon that is seen to be valid: each ring is held against each


@compiled
def walk(words, numbers, offsets, points, degrees, series, scales, limits):
    """Read polygons from a buffer of well-known binary.

    Parameters
    ----------
    words, numbers
        The whole numbers of four bytes, and the floating ones of eight, that begin at each byte of the buffer.
    offsets
        Where each geometry begins, and where the last one ends.
    points
        Where to write coordinates, x behind y: room for an eighth of the bytes.
    degrees
        Whether coordinates are longitude and latitude, to be put into the plane.
    series, scales
        Seven terms of the plane's series, and its metres a degree of longitude and a unit of the series.
    limits
        The largest longitude and latitude, and the width beyond which a polygon may lie across 180°.

    Returns
    -------
    rings, parts, features
        Offsets of rings in the points, of parts in the rings, of features in the parts.
    measures, valid
        Of features in degrees, what `measure` tells.
    taken
        Which geometries were read: plain polygons, rings closed, coordinates finite and on earth.
    """
    room = len(points) // 8 + 2
    rings, parts, features = (
        np.zeros(room, np.int64),
        np.zeros(room, np.int64),
        np.zeros(len(offsets), np.int64),
    )
    taken, valid = np.zeros(len(offsets) - 1, np.bool_), np.zeros(len(offsets) - 1, np.bool_)
    measures, seen = np.zeros((len(offsets) - 1, 5)), np.empty((_MOST_RINGS, 4))
    ring, part, feature = 0, 0, 0
    for number in range(len(offsets) - 1):
        begin, end = offsets[number], offsets[number + 1]
        many, code, size = _kind(words, begin, end)
        if size == 0:
            continue
        new_ring, new_part, place = ring, part, begin
        if code != np.int64(words[begin + 1]):
            place += 9
        for _ in range(many):
            if place + 9 > end or words[place] & 0xFF != 1 or words[place + 1] != code:
                new_part = part
                break
            count, place, first_ring = np.int64(words[place + 5]), place + 9, new_ring
            for _ in range(count):
                place, rings[new_ring + 1] = _ring(words, numbers, place, end, size, points, rings[new_ring])
                if place < 0:
                    break
                new_ring += 1
            if place < 0:
                new_part = part
                break
            if new_ring > first_ring:
                new_part += 1
                parts[new_part] = new_ring
        if new_part > part and _put(points, rings, ring, new_ring, degrees, series, scales, limits):
            taken[number] = True
            if degrees:
                valid[feature] = _measure(points, rings, parts, part, new_part, seen, measures[feature])
            ring, part, feature = new_ring, new_part, feature + 1
            features[feature] = part
    return (
        rings[: ring + 1].copy(),
        parts[: part + 1].copy(),
        features[: feature + 1],
        measures[:feature],
        valid[:feature],
        taken,
    )


@compiled
def measure(points, rings, parts, features):
    """Measure polygons of the plane; rings must be closed and their coordinates, x behind y, finite.

    Returns
    -------
    measures
        West, south, east, north, and the area.
    valid
        Whether they hold: the polygon is certainly valid.
    """
    count = len(features) - 1
    measures, valid, seen = np.zeros((count, 5)), np.zeros(count, np.bool_), np.empty((_MOST_RINGS, 4))
    for number in range(count):
        valid[number] = _measure(
            points, rings, parts, features[number], features[number + 1], seen, measures[number]
        )
    return measures, valid


@compiled
def put(points, rings, parts, features, series, scales, limits):
    """Put polygons in longitude and latitude, rings closed, into the plane in their place, and measure them.

    Returns
    -------
    measures, valid
        As from `measure`.
    taken
        Which polygons are in the plane: those on earth that do not lie across 180°. The others stay as they are.
    """
    count = len(features) - 1
    measures, valid, seen = np.zeros((count, 5)), np.zeros(count, np.bool_), np.empty((_MOST_RINGS, 4))
    taken = np.zeros(count, np.bool_)
    for number in range(count):
        first, last = features[number], features[number + 1]
        if _put(points, rings, parts[first], parts[last], True, series, scales, limits):
            taken[number] = True
            valid[number] = _measure(points, rings, parts, first, last, seen, measures[number])
    return measures, valid, taken


@step
def _kind(words, begin, end):
    """Return the number of polygons of a geometry, their code, and the bytes of a coordinate; 0 of other geometries."""
    if end - begin < 9 or words[begin] & 0xFF != 1:
        return 0, 0, 0
    code = np.int64(words[begin + 1])
    flagged = (code & _Z_FLAG > 0) + (code & _M_FLAG > 0)
    kind = code & ~(_Z_FLAG | _M_FLAG)
    family = kind // 1000  # 1: with height, 2: with a measure, 3: with both
    if family > 3 or (family > 0 and flagged > 0):
        return 0, 0, 0
    size = 8 * (2 + flagged + (family > 0) + (family == 3))
    if kind % 1000 == _POLYGON:
        return 1, code, size
    if kind % 1000 == _MULTIPOLYGON:
        return np.int64(words[begin + 5]), code - _MULTIPOLYGON + _POLYGON, size
    return 0, 0, 0


@step
def _ring(words, numbers, place, end, size, points, top):
    """Copy a closed ring behind the others; return where the next one begins (-1: there is no such ring), and its end."""
    if place + 4 > end:
        return -1, top
    count = np.int64(words[place])
    place += 4
    if count < 4 or place + count * size > end:
        return -1, top
    last = place + (count - 1) * size
    if numbers[place] != numbers[last] or numbers[place + 8] != numbers[last + 8]:
        return -1, top
    some = points[2 * top : 2 * (top + count)]
    for number in range(count):
        some[2 * number] = numbers[place + number * size]
        some[2 * number + 1] = numbers[place + number * size + 8]
    return place + count * size, top + count


@step
def _put(points, rings, first, last, degrees, series, scales, limits):
    """Put rings into the plane, and tell whether they are on earth; or tell whether they are finite."""
    some, wrong = points[2 * rings[first] : 2 * rings[last]], 0
    if not degrees:
        for place in range(len(some)):
            wrong += not np.isfinite(some[place])
        return wrong == 0
    for place in range(len(some) // 2):
        x, y = some[2 * place], some[2 * place + 1]
        wrong += not (abs(x) <= limits[0] and abs(y) <= limits[1] and abs(x - some[0]) <= limits[2])
    if wrong > 0:
        return False
    _project(some, series, scales)
    return True


@step
def _project(points, series, scales):
    a, b, c, d, e, f, g = series[0], series[1], series[2], series[3], series[4], series[5], series[6]
    across, up = scales[0], scales[1]
    for place in range(len(points) // 2):
        points[2 * place] *= across
        angle = points[2 * place + 1] * _RADIAN
        square = angle * angle
        # the sine by its series: up to a right angle, eleven terms leave 1e-18
        value = square * (1 / 51090942171709440000.0)
        value = (value - 1 / 121645100408832000.0) * square
        value = (value + 1 / 355687428096000.0) * square
        value = (value - 1 / 1307674368000.0) * square
        value = (value + 1 / 6227020800.0) * square
        value = (value - 1 / 39916800.0) * square
        value = (value + 1 / 362880.0) * square
        value = (value - 1 / 5040.0) * square
        value = (value + 1 / 120.0) * square
        value = (value - 1 / 6.0) * square
        sine = angle + angle * value
        square = sine * sine
        value = g * square + f
        value = value * square + e
        value = value * square + d
        value = value * square + c
        value = value * square + b
        value = value * square + a
        points[2 * place + 1] = value * sine * up


@step
def _box(ring):
    west, south, east, north = np.inf, np.inf, -np.inf, -np.inf
    for place in range(len(ring) // 2):
        west, east = min(west, ring[2 * place]), max(east, ring[2 * place])
        south, north = min(south, ring[2 * place + 1]), max(north, ring[2 * place + 1])
    return west, south, east, north


@step
def _measure(points, rings, parts, first, last, seen, found):
    """Write box and area of a polygon, and tell whether they hold: whether it is certainly valid."""
    before, free = parts[first], 0.0
    if parts[last] - before > _MOST_RINGS:
        return False
    found[0], found[1], found[2], found[3] = np.inf, np.inf, -np.inf, -np.inf
    for part in range(first, last):
        shell = seen[parts[part] - before]
        for ring in range(parts[part], parts[part + 1]):
            here, box = points[2 * rings[ring] : 2 * rings[ring + 1]], seen[ring - before]
            box[0], box[1], box[2], box[3] = _box(here)
            area = _area_of_simple(here, box)
            if area <= 0:
                return False
            if ring == parts[part]:
                for other in range(first, part):
                    beside = parts[other]
                    if not _apart(box, seen[beside - before]) and not _parted(
                        here, points[2 * rings[beside] : 2 * rings[beside + 1]], box, seen[beside - before]
                    ):
                        return False
                found[0], found[1] = min(found[0], box[0]), min(found[1], box[1])
                found[2], found[3] = max(found[2], box[2]), max(found[3], box[3])
                found[4] += area
                continue
            if ring == parts[part] + 1:
                free = _free(points[2 * rings[ring - 1] : 2 * rings[ring]], shell)
            for other in range(parts[part] + 1, ring):
                if not _apart(box, seen[other - before]):
                    return False
            if not _reach(box, shell) < _CLEARLY * free:
                return False
            found[4] -= area
    return True


@step
def _area_of_simple(ring, box):
    """Return the area of a ring, or 0 where it is not certain that it does not cross itself."""
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
    if changes != 2 or max(onward, back) != edges:
        return 0.0
    return abs(twice) / 2


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
