"""The plane of the second engine: another projection than that of the first, by another library."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyproj
import shapely

# the ellipsoid of CGCS2000 is that of GRS 80
DEGREES = "+proj=longlat +ellps=GRS80 +no_defs"
_CYLINDER = "+proj=cea +lat_ts=0 +ellps=GRS80 +units=m +no_defs"  # where edges are straight (docs/overlay.md)
LONGEST_M = 60.0  # edges are cut before they are laid into another plane, in which they are not straight

Shapes = npt.NDArray[np.object_]


def conic(bounds: tuple[float, float, float, float]) -> str:
    """Return an equal-area conic (Albers) for some ground, with its standard parallels a sixth inside the box."""
    west, south, east, north = bounds
    sixth = (north - south) / 6
    return (
        f"+proj=aea +lat_1={south + sixth:.4f} +lat_2={north - sixth:.4f} +lat_0={(south + north) / 2:.4f} "
        f"+lon_0={(west + east) / 2:.4f} +ellps=GRS80 +units=m +no_defs"
    )


def azimuthal(bounds: tuple[float, float, float, float]) -> str:
    """Return an azimuthal equal-area plane (Lambert) about the middle of some ground."""
    west, south, east, north = bounds
    return (
        f"+proj=laea +lat_0={(south + north) / 2:.4f} +lon_0={(west + east) / 2:.4f} "
        "+ellps=GRS80 +units=m +no_defs"
    )


def sound(shapes: Any) -> Shapes:
    """Return polygons in longitude and latitude without faults, by GEOS."""
    array = shapely.force_2d(np.asarray(shapes, dtype=object))
    wrong = ~shapely.is_valid(array)
    array[wrong] = shapely.make_valid(array[wrong], method="structure", keep_collapsed=False)
    return np.asarray(array, dtype=object)


def with_short_edges(shapes: Shapes) -> Shapes:
    """Return shapes in longitude and latitude whose edges are short, on the curves that edges stand for.

    An edge between two vertices is straight in the cylindrical equal-area plane; here PROJ lays it there.
    """
    there = _moved(shapes, DEGREES, _CYLINDER)
    return _moved(shapely.segmentize(there, LONGEST_M), _CYLINDER, DEGREES)


def on_cylinder(shapes: Shapes) -> Shapes:
    """Return shapes in longitude and latitude in the plane in which their edges are straight."""
    return _moved(shapes, DEGREES, _CYLINDER)


def from_cylinder(shapes: Shapes) -> Shapes:
    """Return shapes of that plane in longitude and latitude."""
    return _moved(shapes, _CYLINDER, DEGREES)


def in_plane(shapes: Shapes, plane: str) -> Shapes:
    """Return shapes in longitude and latitude in a plane."""
    return _moved(shapes, DEGREES, plane)


def geodesic_km(lines: Shapes) -> npt.NDArray[np.float64]:
    """Return the length of lines in longitude and latitude, edge by edge, by GeographicLib."""
    ellipsoid = pyproj.Geod(ellps="GRS80")
    return np.array([ellipsoid.geometry_length(line) / 1e3 for line in lines], dtype=float)


def _moved(shapes: Shapes, source: str, target: str) -> Shapes:
    change = pyproj.Transformer.from_crs(pyproj.CRS(source), pyproj.CRS(target), always_xy=True)

    def moved(points: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        return np.column_stack(change.transform(points[:, 0], points[:, 1]))

    return np.asarray(shapely.transform(shapes, moved), dtype=object)
