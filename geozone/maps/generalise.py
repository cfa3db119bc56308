"""Geometry as the page draws it: shared borders stay shared, and big layers are simplified until they fit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from geozone.maps.mercator import Geometries, to_drawing
from geozone.model import Level

UNIT_POINTS = 250_000  # points of all units together that are drawn as they are
FIRST_TOLERANCE = 64.0  # drawing units, about 30 m
LABEL_TOLERANCE = 500.0  # drawing units; the place of a label needs no more


@dataclass
class DrawnUnits:
    """Units as the page draws them, in drawing units."""

    geometries: Geometries
    labels: list[list[float]]  # where the name stands, and the room around it
    tolerance: float  # of the simplification, drawing units; 0: as given


def units_for_drawing(units: gpd.GeoDataFrame) -> DrawnUnits:
    """Return the units in drawing units, simplified with their shared borders only where they are too big.

    The finest units are simplified as one coverage and the upper levels are made of them, so that every border
    is the same line on every level.
    """
    whole = to_drawing(units.geometry.to_numpy())
    geometries, tolerance = whole, 0.0
    step = FIRST_TOLERANCE
    while shapely.get_num_coordinates(geometries).sum() > UNIT_POINTS and step < 1 << 16:
        geometries, tolerance = _simplified(units, whole, step), step
        step *= 2
    return DrawnUnits(geometries, label_places(geometries), tolerance)


def label_places(geometries: Geometries) -> list[list[float]]:
    """Return for each geometry the centre and radius of a circle inside its largest part."""
    places = []
    for geometry in geometries:
        if geometry.is_empty:
            places.append([0.0, 0.0, 0.0])
            continue
        parts = shapely.get_parts(geometry)
        boxes = shapely.bounds(parts)
        part = parts[int(np.argmax((boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])))]
        rough = shapely.simplify(part, min(LABEL_TOLERANCE, float(np.ptp(boxes)) / 50))
        west, south, east, north = shapely.bounds(rough)
        circle = shapely.maximum_inscribed_circle(rough, max(east - west, north - south) / 60)
        (x, y), edge = shapely.get_coordinates(circle)[0], shapely.get_coordinates(circle)[-1]
        places.append([round(float(x)), round(float(y)), round(float(np.hypot(*(edge - (x, y)))))])
    return places


def _simplified(units: gpd.GeoDataFrame, whole: Geometries, tolerance: float) -> Geometries:
    codes = units["code"].astype(str).to_numpy()
    parents = units["parent"].astype(str).to_numpy()
    levels = units["level"].astype(str).to_numpy()
    leaves = ~np.isin(codes, parents)
    drawn: dict[str, Any] = dict(
        zip(codes[leaves], shapely.coverage_simplify(whole[leaves], tolerance), strict=True)
    )
    for level in (Level.CITY, Level.PROVINCE, Level.ZONE):
        for code in codes[(levels == level.value) & ~leaves]:
            children = [drawn[child] for child in codes[parents == code] if child in drawn]
            drawn[code] = shapely.union_all(children)
    return np.asarray([drawn[code] for code in codes], dtype=object)
