"""Polynomials over squares, compiled; coordinates are x behind y."""

from __future__ import annotations

import numpy as np

from geozone.overlay.compiled.compilation import compiled, step


@compiled
def bounds(points):
    """Return west, south, east and north of coordinates."""
    return box_of(points)


@step
def box_of(points):
    """Return the same to a compiled function."""
    west, south, east, north = np.inf, np.inf, -np.inf, -np.inf
    for place in range(len(points) // 2):
        west, east = min(west, points[2 * place]), max(east, points[2 * place])
        south, north = min(south, points[2 * place + 1]), max(north, points[2 * place + 1])
    return west, south, east, north


@compiled
def mark(points, first, side, seen):
    """Mark the squares in which coordinates lie; `first` are the numbers of the westernmost and southernmost one."""
    place = 0
    while place < len(points):
        column, row = np.floor(points[place] / side), np.floor(points[place + 1] / side)
        seen[np.int64(column - first[0]), np.int64(row - first[1])] = True
        place = _end(points, place, column, row, side)


@compiled
def apply(points, first, side, numbers, terms):
    """Put the polynomials of all coordinates in their place: terms by rising powers of x, for each power of y."""
    place = 0
    while place < len(points):
        column, row = np.floor(points[place] / side), np.floor(points[place + 1] / side)
        end = _end(points, place, column, row, side)
        number = numbers[np.int64(column - first[0]), np.int64(row - first[1])]
        middle = (column + 0.5) * side, (row + 0.5) * side
        _apply(points[place:end], middle, side / 2, terms[number, 0], terms[number, 1])
        place = end


@compiled
def cuts(points, rings, parts, features, first, side, numbers, bends, limits, pieces):
    """Find into how many pieces edges have to be cut, so that straight before and straight in the plane is the same.

    Parameters
    ----------
    points, rings, parts, features
        Polygons, coordinates x behind y.
    first, side, numbers
        The squares, as for `apply`.
    bends
        For each square, what an edge leaves between the two curves (m² in the plane, by its steps cubed, squared times the
        other, and so on), and the metres on the ground of a unit.
    limits
        How far an edge may be off (m), the share of a feature's area that its edges together may leave, the shortest piece (m),
        and the most pieces of an outline.
    pieces
        Takes the number of pieces of the edge that begins at each coordinate.

    Returns
    -------
    ends
        The offsets that rings will have once their edges are cut.
    """
    ends = np.zeros(len(rings), np.int64)
    for number in range(len(features) - 1):
        area, outline, left, scale = 0.0, 0.0, 0.0, 1.0
        for part in range(features[number], features[number + 1]):
            for ring in range(parts[part], parts[part + 1]):
                enclosed, length, more, scale = _bent(
                    points, rings[ring], rings[ring + 1], first, side, numbers, bends, limits[0], pieces
                )
                area += abs(enclosed) if ring == parts[part] else -abs(enclosed)
                outline, left = outline + length, left + abs(more)
        # all into as many times more pieces, so that what they leave goes on to cancel out as it does
        times = np.ceil(np.sqrt(left / (limits[1] * area * scale * scale))) if area > 0 else 1.0
        shortest = max(limits[2] / scale, outline / limits[3])
        for ring in range(parts[features[number]], parts[features[number + 1]]):
            ends[ring + 1] = _more(points, rings[ring], rings[ring + 1], max(times, 1.0), shortest, pieces)
    for ring in range(len(rings) - 1):
        ends[ring + 1] += ends[ring]
    return ends


@step
def _bent(points, begin, end, first, side, numbers, bends, limit, pieces):
    """Return what a ring encloses, its length, what is left between the curves of its edges as they are cut, and the scale."""
    x, y = points[2 * begin], points[2 * begin + 1]
    area, length, left = 0.0, 0.0, 0.0
    west, south, scale, farthest = np.inf, np.inf, 1.0, 0.0
    a, b, c, d, longest = 0.0, 0.0, 0.0, 0.0, (side / 4) ** 2
    for place in range(begin, end - 1):
        xs, ys = points[2 * place], points[2 * place + 1]
        across, up = points[2 * place + 2] - xs, points[2 * place + 3] - ys
        if not (west <= xs < west + side and south <= ys < south + side):
            west, south = np.floor(xs / side) * side, np.floor(ys / side) * side
            number = _number(xs, ys, first, side, numbers)
            a, b, c, d = bends[number, 0], bends[number, 1], bends[number, 2], bends[number, 3]
            scale = bends[number, 4]
            farthest = (limit * scale / 1.5) ** 2
        bend = _cubic(a, b, c, d, across, up)
        square = across * across + up * up
        if square > longest:  # it may bend otherwise where it ends
            number = _number(points[2 * place + 2], points[2 * place + 3], first, side, numbers)
            other = _cubic(bends[number, 0], bends[number, 1], bends[number, 2], bends[number, 3], across, up)
            bend = other if abs(other) > abs(bend) else bend
        count = np.int64(1)
        if bend * bend > farthest * square:  # the curve is off by three halves of the area over the length
            count = np.int64(np.ceil(np.sqrt(np.sqrt(bend * bend / (farthest * square)))))
        pieces[place] = count
        left += bend / (count * count)
        length += np.sqrt(square)
        area += (xs - x) * up - (ys - y) * across
    return area / 2, length, left, scale


@step
def _cubic(a, b, c, d, across, up):
    return ((a * across + b * up) * across + c * up * up) * across + d * up * up * up


@step
def _number(x, y, first, side, numbers):
    """Return the number of the square in which a coordinate lies."""
    return numbers[np.int64(np.floor(x / side) - first[0]), np.int64(np.floor(y / side) - first[1])]


@step
def _more(points, begin, end, times, shortest, pieces):
    """Cut the edges of a ring into so many times more pieces, none below the shortest; return the coordinates that there are then."""
    total = 1
    for place in range(begin, end - 1):
        if pieces[place] > 1 or times > 1:
            across = points[2 * place + 2] - points[2 * place]
            up = points[2 * place + 3] - points[2 * place + 1]
            most = np.ceil(np.sqrt(across * across + up * up) / shortest)
            pieces[place] = np.int64(max(min(pieces[place] * times, most), 1.0))
        total += pieces[place]
    return total


@compiled
def cut(points, rings, pieces, result):
    """Write rings with their edges cut into so many pieces, one behind the other."""
    top = 0
    for ring in range(len(rings) - 1):
        for place in range(rings[ring], rings[ring + 1] - 1):
            x, y = points[2 * place], points[2 * place + 1]
            result[top], result[top + 1] = x, y
            top += 2
            count = pieces[place]
            if count > 1:
                across, up = points[2 * place + 2] - x, points[2 * place + 3] - y
                for piece in range(1, count):
                    share = piece / count
                    result[top], result[top + 1] = x + share * across, y + share * up
                    top += 2
        last = rings[ring + 1] - 1
        result[top], result[top + 1] = points[2 * last], points[2 * last + 1]
        top += 2


@step
def _end(points, place, column, row, side):
    """Return where the coordinates that follow leave their square."""
    west, south = column * side, row * side
    east, north = west + side, south + side
    for end in range(place + 2, len(points), 2):
        if not (west <= points[end] < east and south <= points[end + 1] < north):
            return end
    return len(points)


@step
def _apply(points, middle, half, t, u):
    for place in range(len(points) // 2):
        x, y = (points[2 * place] - middle[0]) / half, (points[2 * place + 1] - middle[1]) / half
        points[2 * place] = _value(x, y, t)
        points[2 * place + 1] = _value(x, y, u)


@step
def _value(x, y, t):
    """Return the value of a polynomial of degree 5."""
    value = t[20] * y + (t[19] * x + t[18])
    value = value * y + ((t[17] * x + t[16]) * x + t[15])
    value = value * y + (((t[14] * x + t[13]) * x + t[12]) * x + t[11])
    value = value * y + ((((t[10] * x + t[9]) * x + t[8]) * x + t[7]) * x + t[6])
    return value * y + (((((t[5] * x + t[4]) * x + t[3]) * x + t[2]) * x + t[1]) * x + t[0])
