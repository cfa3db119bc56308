"""Polygons read, put into the plane and measured, compiled: one walk over the bytes of a batch.

Whether they are valid is seen on the way, wherever that is quickly told (`geozone.overlay.compiled.validity`).
"""

from __future__ import annotations

import numpy as np

from geozone.overlay.compiled.compilation import compiled, step
from geozone.overlay.compiled.validity import make_sight, measure_polygon

_Z_FLAG, _M_FLAG, _POLYGON, _MULTIPOLYGON = 0x80000000, 0x40000000, 3, 6
_RADIAN = np.pi / 180


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
    measures, sight = np.zeros((len(offsets) - 1, 5)), make_sight()
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
                valid[feature] = measure_polygon(
                    points, rings, parts, part, new_part, sight, measures[feature]
                )
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
    measures, valid, sight = np.zeros((count, 5)), np.zeros(count, np.bool_), make_sight()
    for number in range(count):
        first, last = features[number], features[number + 1]
        valid[number] = measure_polygon(points, rings, parts, first, last, sight, measures[number])
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
    measures, valid, sight = np.zeros((count, 5)), np.zeros(count, np.bool_), make_sight()
    taken = np.zeros(count, np.bool_)
    for number in range(count):
        first, last = features[number], features[number + 1]
        if _put(points, rings, parts[first], parts[last], True, series, scales, limits):
            taken[number] = True
            valid[number] = measure_polygon(points, rings, parts, first, last, sight, measures[number])
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
