"""Edges cut into pieces, compiled: on coordinate arrays, ring by ring, as GEOS cuts those of a ring."""

from __future__ import annotations

import numpy as np

from geozone.overlay.compiled.compilation import compiled, step


@compiled
def extents(points, rings, parts, features):
    """Return the area that each polygon's rings enclose, holes taken off, and the length of its outline; coordinates are x behind y."""
    count = len(features) - 1
    areas, lengths = np.zeros(count), np.zeros(count)
    for number in range(count):
        for part in range(features[number], features[number + 1]):
            for ring in range(parts[part], parts[part + 1]):
                area, length = _extent(points[2 * rings[ring] : 2 * rings[ring + 1]])
                areas[number] += area if ring == parts[part] else -area
                lengths[number] += length
    return areas, lengths


@compiled
def cut_ends(points, rings, features, longest):
    """Return the offsets that rings will have once their edges are cut.

    Parameters
    ----------
    features
        Offsets of features in the rings.
    longest
        How long an edge of each feature may be.
    """
    ends, top = np.zeros(len(rings), np.int64), 0
    for number in range(len(features) - 1):
        for ring in range(features[number], features[number + 1]):
            some = points[2 * rings[ring] : 2 * rings[ring + 1]]
            top += 1
            for place in range(len(some) // 2 - 1):
                top += _pieces(some, place, longest[number])[0]
            ends[ring + 1] = top
    return ends


@compiled
def cut_edges(points, rings, features, longest, result):
    """Write rings with their edges cut, one behind the other."""
    top = 0
    for number in range(len(features) - 1):
        for ring in range(features[number], features[number + 1]):
            some = points[2 * rings[ring] : 2 * rings[ring + 1]]
            for place in range(len(some) // 2 - 1):
                result[top], result[top + 1] = some[2 * place], some[2 * place + 1]
                top += 2
                count, length = _pieces(some, place, longest[number])
                for piece in range(1, count):
                    share = (piece * (length / count)) / length
                    for axis in range(2):
                        begin, end = some[2 * place + axis], some[2 * place + 2 + axis]
                        result[top + axis] = begin + share * (end - begin)
                    top += 2
            result[top], result[top + 1] = some[len(some) - 2], some[len(some) - 1]
            top += 2


@step
def _extent(ring):
    x, y, twice, length = ring[0], ring[1], 0.0, 0.0
    for place in range(len(ring) // 2 - 1):
        xs, ys = ring[2 * place] - x, ring[2 * place + 1] - y
        xe, ye = ring[2 * place + 2] - x, ring[2 * place + 3] - y
        twice += xs * ye - ys * xe
        length += np.sqrt((xe - xs) ** 2 + (ye - ys) ** 2)
    return abs(twice) / 2, length


@step
def _pieces(ring, place, longest):
    across, up = ring[2 * place + 2] - ring[2 * place], ring[2 * place + 3] - ring[2 * place + 1]
    length = np.sqrt(across * across + up * up)
    share = length / longest
    if share > 1:  # neither a number without end nor none
        return np.int64(np.ceil(share)), length
    return np.int64(1), length
