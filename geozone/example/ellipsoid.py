"""Areas and lengths on the CGCS2000 ellipsoid in closed form: the truth that the product is held against.

Deliberately another path than `geozone.overlay.plane`, which has a series, and geodesics: here the authalic integral is
taken with its logarithm, and lengths are those of short arcs on the radii of curvature. Nothing of this reaches a rate.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

Numbers = npt.NDArray[np.float64]

_A = 6378137.0
_F = 1 / 298.257222101
_E2 = _F * (2 - _F)
_E = _E2**0.5
_B2 = (_A * (1 - _F)) ** 2
_PIECE = 0.002  # degrees: longest arc whose length is taken at its middle


def authalic(latitude: Any) -> Numbers:
    """Return the area between the equator and a parallel for a radian of longitude, in km².

    b²/2 · (s / (1 − e²s²) + artanh(e·s) / e), with s the sine of the latitude in degrees.
    """
    sine = np.sin(np.deg2rad(np.asarray(latitude, np.float64)))
    return np.asarray(_B2 / 2 * (sine / (1 - _E2 * sine**2) + np.arctanh(_E * sine) / _E) / 1e6)


def cell_km2(south: Any, north: Any, width: float) -> Numbers:
    """Return the area of cells between two parallels, `width` degrees wide, in km²."""
    return np.asarray(np.deg2rad(width) * (authalic(north) - authalic(south)))


def to_plane(geometry: shapely.Geometry) -> shapely.Geometry:
    """Return a geometry with its longitude in radians and the authalic integral of its latitude: plane areas are km²."""
    return shapely.transform(
        geometry, lambda points: np.column_stack([np.deg2rad(points[:, 0]), authalic(points[:, 1])])
    )


def polygon_km2(geometry: shapely.Geometry) -> float:
    """Return the area of polygons in degrees, in km²: edges are straight between longitude and authalic integral."""
    return plane_km2(to_plane(geometry))


def plane_km2(geometry: shapely.Geometry) -> float:
    """Return the area of polygons of `to_plane`, in km²."""
    return sum(
        abs(_ring_km2(part.exterior)) - sum(abs(_ring_km2(hole)) for hole in part.interiors)
        for part in parts_of(geometry)
    )


def parts_of(geometry: shapely.Geometry) -> Iterator[shapely.Polygon]:
    """Yield the polygons of a geometry that are not empty."""
    for part in shapely.get_parts(geometry):
        if isinstance(part, shapely.Polygon):
            yield from () if part.is_empty else (part,)
        elif isinstance(part, shapely.GeometryCollection | shapely.MultiPolygon):
            yield from parts_of(part)


def line_km(points: Numbers) -> float:
    """Return the length of a line of longitudes and latitudes, in km.

    Every edge is cut into arcs of at most 0.002°, whose lengths are taken with both radii of curvature at their middle;
    what that leaves is below 1e-9 of the length.
    """
    total = 0.0
    for start, end in pairwise(points):
        pieces = int(np.ceil(np.abs(end - start).max() / _PIECE)) or 1
        middle = np.deg2rad(start[1] + (end[1] - start[1]) * (np.arange(pieces) + 0.5) / pieces)
        east, north = np.deg2rad((end - start) / pieces)
        curved = 1 - _E2 * np.sin(middle) ** 2
        along = _A * (1 - _E2) / curved**1.5 * north
        across = _A / np.sqrt(curved) * np.cos(middle) * east
        total += float(np.hypot(along, across).sum())
    return total / 1000


def _ring_km2(ring: shapely.LinearRing) -> float:
    points = shapely.get_coordinates(ring)
    x, y = (points - points[0]).T
    return float((x[:-1] * y[1:] - x[1:] * y[:-1]).sum()) / 2
