"""Belts along lines: the ground within a stated distance of a coast, a river or a greenway."""

from __future__ import annotations

import numpy as np
import shapely

from geozone.overlay.distance import around
from geozone.overlay.edges import linework
from geozone.overlay.plane import Geometries


def belt_along(lines: Geometries, width_m: float, land: shapely.Geometry) -> shapely.Geometry:
    """Return the ground within so many metres of lines, on the land given.

    Of a river that is a corridor of twice the width; of a coast the landward side is left, whose width is the one stated.

    Parameters
    ----------
    lines
        Lines, or polygons whose outlines are taken, in EPSG:4490.
    width_m
        Width on each side, in metres on the ellipsoid (`geozone.overlay.distance.around`).
    land
        The ground that the belt is cut to, in EPSG:4490: the units of the zone, say.
    """
    pieces = around(linework(np.asarray(lines, dtype=object))[0], width_m)
    shapely.prepare(land)
    pieces = pieces[shapely.intersects(land, pieces)]
    return shapely.intersection(shapely.union_all(pieces), land)
