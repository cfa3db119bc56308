"""GCJ-02 and BD-09: the shifts of Chinese web maps, their inverse, and how they are noticed.

The shift of GCJ-02 is a published sum of sines of longitude and latitude on the Krasovsky ellipsoid; that of BD-09
turns GCJ-02 a little further. Both are inverted by fixed-point iteration.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

Numbers = npt.NDArray[np.float64]

_AXIS = 6378245.0  # Krasovsky, metres
_ECCENTRICITY = 0.00669342162296594323  # squared
_SHIFTED = {"gcj02": "GCJ-02", "bd09": "BD-09"}
_INSIDE = (72.004, 0.8293, 137.8347, 55.8271)  # where the shift is applied, degrees
_TURN = np.pi * 3000.0 / 180.0
_ROUNDS = 8  # each shortens what is left by more than a hundred times


def is_shifted(crs: Any) -> bool:
    """Tell whether what the user gave as CRS is GCJ-02 or BD-09."""
    return isinstance(crs, str) and _key(crs) in _SHIFTED


def name_of(crs: str) -> str:
    """Return the name of a shifted system as it is written."""
    return _SHIFTED[_key(crs)]


def _key(crs: str) -> str:
    return crs.lower().replace("-", "").replace("_", "").replace(" ", "").replace(":", "")


def to_wgs84(geometries: Any, system: str) -> Any:
    """Return geometries in WGS 84 longitude and latitude.

    Parameters
    ----------
    geometries
        Geometries in GCJ-02 or BD-09 degrees.
    system
        ``"GCJ-02"`` or ``"BD-09"``.
    """
    return shapely.transform(geometries, lambda points: points_to_wgs84(points, system))


def points_to_wgs84(points: Numbers, system: str) -> Numbers:
    """Return points (n, 2) in WGS 84 degrees; within a millimetre of the exact inverse inside China."""
    forward = from_wgs84 if system == "GCJ-02" else _wgs84_to_bd09
    found = points.copy()
    for _ in range(_ROUNDS):
        found += points - forward(found)
    return found


def from_wgs84(points: Numbers) -> Numbers:
    """Return points (n, 2) of WGS 84 in GCJ-02."""
    x, y = points[:, 0] - 105.0, points[:, 1] - 35.0
    root = np.sqrt(np.abs(x))
    common = 20.0 * np.sin(6.0 * np.pi * x) + 20.0 * np.sin(2.0 * np.pi * x)
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root
    east += (common + 20.0 * np.sin(np.pi * x) + 40.0 * np.sin(np.pi / 3.0 * x)) * 2.0 / 3.0
    east += (150.0 * np.sin(np.pi / 12.0 * x) + 300.0 * np.sin(np.pi / 30.0 * x)) * 2.0 / 3.0
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root
    north += (common + 20.0 * np.sin(np.pi * y) + 40.0 * np.sin(np.pi / 3.0 * y)) * 2.0 / 3.0
    north += (160.0 * np.sin(np.pi / 12.0 * y) + 320.0 * np.sin(np.pi / 30.0 * y)) * 2.0 / 3.0
    latitude = np.radians(points[:, 1])
    square = 1.0 - _ECCENTRICITY * np.sin(latitude) ** 2
    with np.errstate(divide="ignore", invalid="ignore"):
        longitude_step = np.degrees(east * np.sqrt(square) / (_AXIS * np.cos(latitude)))
        latitude_step = np.degrees(north * square * np.sqrt(square) / (_AXIS * (1.0 - _ECCENTRICITY)))
    west, south, far_east, far_north = _INSIDE
    inside = (points[:, 0] >= west) & (points[:, 0] <= far_east)
    inside &= (points[:, 1] >= south) & (points[:, 1] <= far_north)
    return np.where(inside[:, None], points + np.column_stack([longitude_step, latitude_step]), points)


def _wgs84_to_bd09(points: Numbers) -> Numbers:
    return gcj02_to_bd09(from_wgs84(points))


def gcj02_to_bd09(points: Numbers) -> Numbers:
    """Return points (n, 2) of GCJ-02 in BD-09."""
    x, y = points.T
    radius = np.hypot(x, y) + 0.00002 * np.sin(y * _TURN)
    angle = np.arctan2(y, x) + 0.000003 * np.cos(x * _TURN)
    return np.column_stack([radius * np.cos(angle) + 0.0065, radius * np.sin(angle) + 0.006])
