"""Polygons of any CRS into the plane on their coordinate arrays, as `geozone.overlay.plane.to_plane` does it on geometries.

PROJ takes a third of a microsecond for each coordinate. Over a square of 20 km every projection in use is a polynomial to
about the last place of a coordinate, so that PROJ is asked for 64 places of a square, and for 25 more that tell whether the
polynomial holds. Where it does not, PROJ is asked for every coordinate.
"""

from __future__ import annotations

import threading
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pyproj

from geozone.errors import DataError
from geozone.model import CRS
from geozone.overlay.edges import across_180_of_rings
from geozone.overlay.plane import (
    EDGE_SHARE,
    MOST_EDGES,
    SHORTEST_EDGE,
    Numbers,
    degree_coordinates,
    is_alike,
    is_geographic,
    longest_edges,
    on_earth,
    parse_crs,
    plane_coordinates,
)
from geozone.overlay.wkb import Integers, Outlines, Room, alike

_SIDE, _SIDE_DEGREES = 20_000.0, 0.2  # of a square: metres, degrees
_DEGREE = 5  # of the polynomial
_HOLDS = 2e-8  # metres: what a polynomial may be off
_MOST_SQUARES = 100_000
# metres that an edge may lie off: a fifth of the last place that coordinates of a projection are written with
FARTHEST_OFF = 2e-5
_SPARE = 0.9  # of what edges may leave: the derivatives beyond the second have the rest
_POWERS = [(x, y) for y in range(_DEGREE + 1) for x in range(_DEGREE + 1 - y)]


def into_plane(outlines: Outlines, crs: Any, room: Room = np.empty) -> Outlines | None:
    """Return polygons in the plane, or None where one of them lies across 180° or nowhere on earth: `to_plane` sees to it.

    Parameters
    ----------
    room
        Where the coordinates go.
    """
    source = parse_crs(crs)
    squares = None if is_alike(source) else _squares(source.to_wkt())
    if is_geographic(source):
        cut = _copied(outlines, room)
    else:
        cut = (squares and squares.cut(outlines, room)) or _with_short_edges(outlines, room)
    points = cut.coordinates
    if squares is not None and squares.put_into_plane(points.reshape(-1)):
        return cut
    degrees = degree_coordinates(points, source)
    if not on_earth(degrees).all() or len(across_180_of_rings(degrees, cut.rings)):
        return None
    points[:] = plane_coordinates(degrees, CRS)
    return cut


def _copied(outlines: Outlines, room: Room) -> Outlines:
    points = room(outlines.coordinates.size).reshape(-1, 2)
    points[:] = outlines.coordinates
    return replace(outlines, coordinates=points)


def _with_short_edges(outlines: Outlines, room: Room) -> Outlines:
    """Cut edges as long ones of projected geometries are: by length alone, where no polynomial tells how they bend."""
    # numba takes half a second to load: only those who overlay something wait for it
    from geozone.overlay.compiled.edges import cut_edges, cut_ends, extents  # noqa: PLC0415

    points, rings, parts, features = alike(
        outlines.coordinates.reshape(-1), outlines.rings, outlines.parts, outlines.features
    )
    longest = longest_edges(*extents(points, rings, parts, features))
    ends = cut_ends(points, rings, parts[features], longest)
    result = room(2 * int(ends[-1]))
    cut_edges(points, rings, parts[features], longest, result)
    return Outlines(result.reshape(-1, 2), ends, parts, features)


@lru_cache(maxsize=16)
def _squares(wkt: str) -> _Squares:
    return _Squares(pyproj.CRS.from_wkt(wkt))


class _Squares:
    """The way from a CRS into the plane as polynomials, square by square, made as squares are met.

    What a straight edge of a projection leaves between itself and the straight edge of the plane is told by the first and second
    derivatives there: a twelfth of the determinant of both for its steps.
    """

    def __init__(self, source: pyproj.CRS) -> None:
        unit = float(source.axis_info[0].unit_conversion_factor)
        self._source = source
        self._side = _SIDE_DEGREES if is_geographic(source) else _SIDE / unit
        self._lock = threading.Lock()
        self._numbers: dict[tuple[int, int], int] = {}
        self._terms = np.zeros((0, 2, len(_POWERS)))
        self._bends = np.zeros((0, 5))

    def put_into_plane(self, points: Numbers) -> bool:
        """Put coordinates, x behind y, into the plane, or tell that a polynomial does not hold and leave them."""
        from geozone.overlay.compiled.squares import apply  # noqa: PLC0415 - numba, as above

        if not len(points):
            return True
        found = self._met(points)
        if found is None:
            return False
        first, numbers, terms, _ = found
        apply(points, first, self._side, numbers, terms)
        return True

    def cut(self, outlines: Outlines, room: Room) -> Outlines | None:
        """Return polygons of a projection with edges that are as straight in the plane, or None where no polynomial holds."""
        from geozone.overlay.compiled.squares import cut, cuts  # noqa: PLC0415 - numba, as above

        points, rings, parts, features = alike(
            outlines.coordinates.reshape(-1), outlines.rings, outlines.parts, outlines.features
        )
        found = self._met(points) if len(points) else None
        if found is None:
            return None
        first, numbers, _, bends = found
        pieces = np.empty(len(points) // 2, dtype=np.int32)
        limits = np.array([FARTHEST_OFF, _SPARE * EDGE_SHARE, SHORTEST_EDGE, MOST_EDGES])
        ends = cuts(points, rings, parts, features, first, self._side, numbers, bends, limits, pieces)
        result = room(2 * int(ends[-1]))
        cut(points, rings, pieces, result)
        return Outlines(result.reshape(-1, 2), ends, parts, features)

    def _met(self, points: Numbers) -> tuple[Numbers, Integers, Numbers, Numbers] | None:
        """Return the squares in which coordinates lie, polynomials made: the first, their numbers, terms and bends; None where one fails."""
        from geozone.overlay.compiled.squares import bounds, mark  # noqa: PLC0415 - numba, as above

        box = np.floor(np.array(bounds(points)) / self._side)
        first, count = box[:2], box[2:] - box[:2] + 1
        if not count.prod() <= _MOST_SQUARES:
            return None
        seen = np.zeros(count.astype(int), dtype=bool)
        mark(points, first, self._side, seen)
        squares = [(int(x), int(y)) for x, y in np.argwhere(seen) + first.astype(int)]
        with self._lock:
            if not self._learn([square for square in squares if square not in self._numbers]):
                return None
            numbers = np.zeros(seen.shape, dtype=np.int64)
            numbers[seen] = [self._numbers[square] for square in squares]
            return first, numbers, self._terms, self._bends

    def _learn(self, squares: list[tuple[int, int]]) -> bool:
        """Make polynomials for squares, and tell whether they hold."""
        if not squares:
            return True
        nodes, tests, solver, powers = _nodes()
        places = np.concatenate([nodes, tests])
        middles = (np.array(squares) + 0.5) * self._side
        asked = (middles[:, None] + self._side / 2 * places).reshape(-1, 2)
        try:
            found = plane_coordinates(degree_coordinates(asked, self._source), CRS)
        except DataError:
            return False
        found = found.reshape(len(squares), len(places), 2).transpose(0, 2, 1)
        centre = found.mean(axis=2, keepdims=True)  # its size would be the rounding of the terms
        terms = (found - centre)[:, :, : len(nodes)] @ solver.T
        off = np.abs(terms @ powers.T - (found - centre)[:, :, len(nodes) :]).max()
        if not off <= _HOLDS:
            return False
        terms[:, :, 0] += centre[:, :, 0]
        start = len(self._terms)
        self._numbers.update({square: start + number for number, square in enumerate(squares)})
        self._terms = np.concatenate([self._terms, terms])
        self._bends = np.concatenate([self._bends, _bends(terms, self._side / 2)])
        return True


def _bends(terms: Numbers, half: float) -> Numbers:
    """Return what the edges in squares leave, from the terms of their polynomials, and the metres on the ground of a unit."""

    def derived(x: int, y: int) -> Numbers:
        number = _POWERS.index((x, y))
        return np.asarray(terms[:, :, number].T * (1 + (max(x, y) == 2)) / half ** (x + y))

    (east, north), (across, up) = (
        derived(1, 0),
        derived(0, 1),
    )  # metres of the plane for a step along x, along y
    (a, d), (b, e), (c, f) = derived(2, 0), derived(1, 1), derived(0, 2)
    cubic = (
        east * d - north * a,
        across * d + 2 * east * e - up * a - 2 * north * b,
        2 * across * e + east * f - 2 * up * b - north * c,
        across * f - up * c,
    )
    return np.column_stack([*(one / 12 for one in cubic), np.sqrt(np.abs(east * up - north * across))])


@lru_cache(maxsize=1)
def _nodes() -> tuple[Numbers, Numbers, Numbers, Numbers]:
    """Return places in a square from -1 to 1 that its polynomial is made of, places to test it, and matrices for both."""
    chebyshev, even = np.cos(np.pi * (np.arange(8) + 0.5) / 8), np.linspace(-1, 1, 5)
    nodes, tests = (
        np.asarray(np.stack(np.meshgrid(one, one), axis=-1).reshape(-1, 2)) for one in (chebyshev, even)
    )
    return nodes, tests, np.asarray(np.linalg.pinv(_powers(nodes)), dtype=np.float64), _powers(tests)


def _powers(places: Numbers) -> Numbers:
    columns: list[npt.NDArray[np.float64]] = [places[:, 0] ** x * places[:, 1] ** y for x, y in _POWERS]
    return np.stack(columns, axis=1)
