"""The second engine: GEOS in an equal-area conic laid out by PROJ."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import numpy as np
import shapely

from geozone.messages import Text, text
from geozone.rates.needs import Ground
from geozone.verify.rederived.delivered import Delivered
from geozone.verify.rederived.planes import Shapes, conic, in_plane, sound, with_short_edges

_POLYGONS = 2  # dimensions


class Engine(Protocol):
    """A way to compute areas from what was delivered, which shares no step with that of the build."""

    title: Text

    def unit_areas(self) -> Mapping[str, float]:
        """Return the area of every unit in km², by code."""

    def areas(self, grounds: frozenset[Ground]) -> Mapping[str, float]:
        """Return the area where all of some grounds are, in km², by finest unit.

        Raises
        ------
        AbsentError
            If a layer was not delivered.
        """


class Geos:
    """Areas by GEOS: union and intersection of plain shapes, unit by unit."""

    def __init__(self, delivered: Delivered) -> None:
        self.title = text("verify.engine_geos")
        self._delivered = delivered
        outlines = np.array(list(delivered.unit_shapes.values()), dtype=object)
        self.plane = conic(tuple(shapely.total_bounds(outlines)))
        laid = in_plane(with_short_edges(sound(outlines)), self.plane)
        self._units = dict(zip(delivered.unit_shapes, laid, strict=True))
        self._areas: dict[frozenset[Ground], dict[str, float]] = {}
        self._covers: dict[Ground, dict[str, shapely.Geometry]] = {}

    def unit_areas(self) -> Mapping[str, float]:
        """Return the area of every unit in km², by code."""
        return {code: float(shapely.area(shape)) / 1e6 for code, shape in self._units.items()}

    def areas(self, grounds: frozenset[Ground]) -> Mapping[str, float]:
        """Return the area where all of some grounds are, in km², by finest unit."""
        if grounds not in self._areas:
            first, *others = [self.cover(ground) for ground in sorted(grounds)]
            found = self._areas[grounds] = {}
            for code, shape in first.items():
                part = shape
                for other in others:
                    part = _polygonal(shapely.intersection(part, other.get(code, shapely.Polygon())))
                found[code] = float(shapely.area(part)) / 1e6
        return self._areas[grounds]

    def cover(self, ground: Ground) -> dict[str, shapely.Geometry]:
        """Return what a ground covers of every finest unit, in the plane."""
        if ground not in self._covers:
            table = self._delivered.layer(ground, _POLYGONS)
            shapes = table["geom"].to_numpy()
            laid = sound(in_plane(with_short_edges(sound(shapes)), self.plane)) if len(shapes) else shapes
            self._covers[ground] = _cut(laid, {code: self._units[code] for code in self._delivered.finest})
        return self._covers[ground]


def _cut(shapes: Shapes, units: Mapping[str, shapely.Geometry]) -> dict[str, shapely.Geometry]:
    """Return the union of shapes inside every unit that they meet."""
    tree = shapely.STRtree(shapes)
    found = {}
    for code, unit in units.items():
        near = np.sort(tree.query(unit))
        if len(near):
            # a box cuts in one pass, so that a unit is not overlaid with the far side of a large shape
            clipped = shapely.make_valid(shapely.clip_by_rect(shapes[near], *shapely.bounds(unit)))
            whole = shapely.union_all(np.array([_polygonal(shape) for shape in clipped], dtype=object))
            found[code] = _polygonal(shapely.intersection(whole, unit))
    return found


def _polygonal(shape: shapely.Geometry) -> shapely.Geometry:
    """Return the polygons of a shape, which a touch may have left lines and points beside."""
    if shapely.get_type_id(shape) != shapely.GeometryType.GEOMETRYCOLLECTION:
        return shape if shapely.get_dimensions(shape) == _POLYGONS else shapely.Polygon()
    parts = shapely.get_parts(shapely.get_parts(shape))
    return shapely.multipolygons(parts[shapely.get_dimensions(parts) == _POLYGONS])
