"""What the degrees of a geographic coordinate reference system are counted in and from."""

from __future__ import annotations

import math

import pyproj

_RADIAN = 1e-9


def is_of_greenwich(crs: pyproj.CRS) -> bool:
    """Tell whether a geographic CRS counts degrees from Greenwich, as nearly all do; others count grads, or from Paris."""
    plain = crs.source_crs if crs.is_bound and crs.source_crs is not None else crs
    degree = all(
        abs(axis.unit_conversion_factor - math.radians(1.0)) < _RADIAN for axis in plain.axis_info[:2]
    )
    return degree and (plain.prime_meridian is None or plain.prime_meridian.longitude == 0.0)
