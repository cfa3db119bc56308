"""Features of an example with what is true of them, and the Gauss-Krüger plane that some of them are kept in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from geozone.example.declared import Entry
from geozone.example.ellipsoid import line_km, polygon_km2
from geozone.example.patches import Star
from geozone.model import CRS
from geozone.projections import transformer

Numbers = npt.NDArray[np.float64]
_PIECE = 100.0  # metres: longest edge of a projected outline when it is taken to degrees


@dataclass(frozen=True, slots=True)
class Feature:
    """A feature, and what is true of it."""

    county: str  # code of the county that it lies in; empty where it lies in none or in several
    geometry: shapely.Geometry  # in degrees; as written where the layer is not projected
    fields: Mapping[str, Any]  # what columns are filled from, and the fields that filters look at
    size: float = 0.0  # km² or km, in closed form
    star: Star | None = None
    written: shapely.Geometry | None = None  # in the plane that the layer is kept in
    counts: bool = True  # not a repeated one, and not one outside the zone

    def with_fields(self, **more: Any) -> Feature:
        """Return the feature with further values."""
        return replace(self, fields={**self.fields, **more})


@dataclass(frozen=True, slots=True)
class MadeLayer:
    """A layer of an example."""

    entry: Entry
    features: tuple[Feature, ...]
    crs: str = CRS

    @property
    def counted(self) -> list[Feature]:
        """The features that a right result is made from."""
        return [feature for feature in self.features if feature.counts]


def area_feature(
    county: str, outline: shapely.Geometry, values: Mapping[str, Any], star: Star | None = None
) -> Feature:
    """Return an area in degrees with its size."""
    size = polygon_km2(outline)
    sizes = {"m2": round(size * 1e6, 2), "ha": round(size * 100, 4)}
    return Feature(county, outline, {**values, **sizes}, size, star)


def line_feature(county: str, points: Numbers, values: Mapping[str, Any]) -> Feature:
    """Return a line in degrees with its length."""
    return Feature(county, shapely.LineString(points), values, line_km(points))


def projected(feature: Feature, crs: str, points: Numbers | None = None) -> Feature:
    """Return an area as it is kept in a Gauss-Krüger plane, in whole metres.

    Its size is that of the outline in the plane, whose edges are straight there: they are cut into pieces of at most
    100 m before their ends are taken to degrees.

    Parameters
    ----------
    feature
        An area in degrees.
    crs
        The plane.
    points
        Its outline in the plane, where that is not the one in degrees.
    """
    if points is None:
        points = plane_points(shapely.get_coordinates(feature.geometry), crs)
    written = shapely.Polygon(points)
    fine = shapely.get_coordinates(shapely.segmentize(written.exterior, _PIECE))
    east, north = transformer(crs, CRS).transform(fine[:, 0], fine[:, 1])
    degrees = shapely.Polygon(np.column_stack([east, north]))
    made = area_feature(feature.county, degrees, feature.fields, feature.star)
    return replace(made, written=written)


def plane_points(points: Numbers, crs: str) -> Numbers:
    """Return longitudes and latitudes as eastings and northings in whole metres."""
    east, north = transformer(CRS, crs).transform(points[:, 0], points[:, 1])
    # whole metres: what processors round differently is far below
    return np.round(np.column_stack([east, north]))


def self_touching(points: Numbers) -> Numbers:
    """Return an outline that touches itself: at one corner it runs inward around a triangle and back.

    What the triangle encloses is no part of the area; the ring is not valid, and mending it changes no area.
    """
    corner = points[len(points) // 3]
    inward = points[:-1].mean(axis=0) - corner
    aside = np.array([-inward[1], inward[0]])
    loop = np.round([corner + 0.4 * inward + 0.12 * aside, corner + 0.4 * inward - 0.12 * aside, corner])
    place = len(points) // 3 + 1
    return np.vstack([points[:place], loop, points[place:]])


@dataclass(frozen=True, slots=True)
class MadeRaster:
    """A raster of an example: its cells, and which values stand for which class."""

    entry: Entry
    grid: Any  # geozone.example.cells.Grid
    cells: npt.NDArray[Any]
    classes: Mapping[str, list[int]] = field(default_factory=dict)

    def known(self) -> npt.NDArray[np.bool_]:
        """Tell which cells have a value."""
        return np.asarray(self.cells != self.entry["nodata"])
