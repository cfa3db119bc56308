"""Polygons whose edges lie over one another so often that GEOS, which compares every such pair, would take hours.

How many pairs there are is estimated from a sample, since counting them is what takes long.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import shapely

from geozone.overlay.rings import Geometries, polygons_of

EACH = 200  # pairs for every edge; outlines, tilings and holes have fewer than ten
PAIRS = 50_000_000  # in all geometries together: with fewer, GEOS is done in seconds
_LEAST = 2 * EACH  # edges from which on there can be so many for each
_SAMPLE = 4096  # pairs that are looked at, and a quarter of the edges where that is more: a hundred of them meet at `EACH`


def crowded(geometries: Geometries) -> npt.NDArray[np.int64]:
    """Return for each geometry the number of pairs of its edges whose boxes meet, where that is far too many, else 0.

    Parameters
    ----------
    geometries
        Geometries of any kind, missing ones included; of those that are no polygons nothing is said.

    Returns
    -------
    ndarray of int64
        Estimates. All are 0 where all geometries together have `PAIRS` at most; one that has `EACH` for every edge at
        most is 0.
    """
    counts = shapely.get_num_coordinates(geometries).astype(np.int64)
    found = np.zeros(len(geometries), dtype=np.int64)
    counts[(counts < _LEAST) | (shapely.get_dimensions(geometries) != 2)] = 0
    if (counts.astype(np.float64) ** 2).sum() / 2 <= PAIRS:
        return found
    for row in np.flatnonzero(counts):
        found[row] = _pairs(geometries[row : row + 1])
    if found.sum() <= PAIRS:
        return np.zeros_like(found)
    found[found <= EACH * counts] = 0
    return found


def _pairs(geometry: Geometries) -> int:
    """Return about how many pairs of the edges of a geometry have boxes that meet."""
    rings = shapely.get_rings(polygons_of(geometry)[0])
    points, ring = shapely.get_coordinates(rings, return_index=True)
    edges = np.flatnonzero(ring[1:] == ring[:-1])
    if not len(edges):
        return 0
    chance = np.random.default_rng(len(edges))
    one, two = edges[chance.integers(len(edges), size=(2, max(_SAMPLE, len(edges) // 4)))]
    meet = np.ones(len(one), dtype=bool)
    for axis in points.T:
        low, high = np.minimum(axis[:-1], axis[1:]), np.maximum(axis[:-1], axis[1:])
        meet &= (low[one] <= high[two]) & (low[two] <= high[one])
    return int(meet.mean() * (len(edges) / 2) * len(edges))
