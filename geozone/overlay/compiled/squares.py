"""Polynomials over squares, compiled; coordinates are x behind y."""

from __future__ import annotations

import numpy as np

from geozone.overlay.compiled.compilation import compiled, step


@compiled
def bounds(points):
    """Return west, south, east and north of coordinates."""
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


@step
def _end(points, place, column, row, side):
    """Return where the coordinates that follow leave their square."""
    for end in range(place + 2, len(points), 2):
        if np.floor(points[end] / side) != column or np.floor(points[end + 1] / side) != row:
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
