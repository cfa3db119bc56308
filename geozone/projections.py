"""The way of coordinates from one reference system to another, found once: the search among all that are known takes a hundredth of a second."""

from __future__ import annotations

from functools import lru_cache

import pyproj


@lru_cache(maxsize=64)
def transformer(source: pyproj.CRS | str, target: pyproj.CRS | str) -> pyproj.Transformer:
    """Return the transformation between two coordinate reference systems, longitude or easting first on either side.

    The Chinese codes declare latitude first; data hold longitude first.

    Raises
    ------
    pyproj.exceptions.ProjError
        If there is none.
    """
    return pyproj.Transformer.from_crs(source, target, always_xy=True)
