"""Rules on geometries, each by itself and between features, to a tolerance in metres.

Overlaps and gaps are looked for in the coordinates of the file, where the edge between two vertices is straight and a vertex
that lies on it lies on it; what is found is measured on the ellipsoid.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import combinations, groupby
from typing import Any

import numpy as np
import numpy.typing as npt
import pyproj
import shapely

from geozone.checks.layer_findings import LayerFindings
from geozone.checks.shapes import check_shapes
from geozone.model import CRS
from geozone.overlay.plane import Geometries, Numbers, area_km2, length_km
from geozone.overlay.rings import each
from geozone.standards.delivery import Rows, moved
from geozone.standards.rule_check import Checking

_TYPES = {"geometry_type", "geometry_types_mixed", "lines_closed"}  # which the kind of a layer tells
_BLOCK = 20_000  # pairs whose overlaps are computed together
_POLYGON = 3
_MOST_METRES_PER_DEGREE = 111_700.0  # at a pole: what must not be taken for narrower than it is


def geometry(checking: Checking) -> None:
    """Find geometries that are missing, not valid, or spiked."""
    for _, table in checking.concerned:
        layer_findings = LayerFindings(table.layer)
        check_shapes(layer_findings)
        checking.take(one for one in layer_findings.findings if one.kind not in _TYPES)


def several_parts(checking: Checking) -> None:
    """Find features of several parts."""
    for _, table in checking.concerned:
        counts = shapely.get_num_geometries(table.geometries)
        rows = np.flatnonzero(counts > 1)
        checking.tell_rows("several_parts", table, [(int(row), {"count": int(counts[row])}) for row in rows])


def duplicate(checking: Checking) -> None:
    """Find features that are there twice."""
    for _, table in checking.concerned:
        first = table.first_alike
        rows = np.flatnonzero(first != np.arange(len(first)))
        checking.tell_rows(
            "duplicate", table, [(int(row), {"other": table.labels[first[row]]}) for row in rows]
        )


def overlap(checking: Checking) -> None:
    """Find features of one layer that overlap by more than the tolerance."""
    for _, table in checking.concerned:
        rows = table.areal
        shapes = table.in_system[rows]
        first = table.first_alike[rows]
        one, two = shapely.STRtree(shapes).query(shapes)
        fresh = (one < two) & (first[one] != first[two])
        told = [
            (int(rows[second]), params | {"other": table.labels[rows[start]]})
            for start, second, params in _shared(
                checking, (shapes, one[fresh]), (shapes, two[fresh]), table.system
            )
        ]
        checking.tell_rows("overlap", table, told)


def overlap_between(checking: Checking) -> None:
    """Find features of different layers that overlap by more than the tolerance."""
    for (_, table), (_, other) in combinations(checking.concerned, 2):
        rows, those, system = table.areal, other.areal, table.system
        shapes, others = table.in_system[rows], other.shapes_in(system)[those]
        one, two = shapely.STRtree(others).query(shapes)
        told = [
            (int(rows[start]), params | {"other": other.labels[those[second]], "layer": other.name})
            for start, second, params in _shared(checking, (shapes, one), (others, two), system)
        ]
        checking.tell_rows("overlap_between", table, told)


def uncovered(checking: Checking) -> None:
    """Find where a layer does not cover another, but for strips that are narrower than the tolerance."""
    other = checking.tables.get(checking.rule.options["of"])
    if other is None or not len(other.areal):
        return
    for _, table in checking.concerned:
        if len(table.areal):
            system = table.system
            rest = each(
                shapely.difference,
                np.array([other.ground_in(system)], dtype=object),
                np.array([table.ground_in(system)], dtype=object),
            )
            for strip in _strips(checking, rest, system):
                checking.tell("uncovered", table.name, layer=other.name, **strip.told)


def outside(checking: Checking) -> None:
    """Find features that reach out of another layer by more than the tolerance."""
    other = checking.tables.get(checking.rule.options["of"])
    if other is None or not len(other.areal):
        return
    for _, table in checking.concerned:
        rows, system = table.areal, table.system
        if not len(rows):
            continue
        ground = other.ground_in(system)
        shapely.prepare(ground)
        beyond = rows[~shapely.contains_properly(ground, table.in_system[rows])]
        grounds = np.full(len(beyond), ground, dtype=object)
        rest = each(shapely.difference, table.in_system[beyond], grounds)
        told = [
            (int(beyond[owner]), params | {"layer": other.name})
            for owner, params in _summed(_strips(checking, rest, system))
        ]
        checking.tell_rows("outside", table, told)


@dataclass(frozen=True, slots=True)
class _Strip:
    """A part of a shape that is wider than the tolerance."""

    owner: int  # number of the shape
    place: tuple[float, float]
    area_m2: float
    width_m: float

    @property
    def told(self) -> dict[str, Any]:
        return {"place": self.place, "area_m2": f"{self.area_m2:.3f}", "width_m": f"{self.width_m:.3g}"}


def _shared(
    checking: Checking,
    these: tuple[Geometries, Rows],
    those: tuple[Geometries, Rows],
    system: pyproj.CRS,
) -> Iterator[tuple[int, int, dict[str, Any]]]:
    """Yield the pairs of shapes that overlap by more than the tolerance, with where and how much."""
    (shapes, one), (others, two) = these, those
    near = _may_overlap(checking, shapely.bounds(shapes)[one], shapely.bounds(others)[two], system)
    one, two = one[near], two[near]
    for block in np.array_split(np.arange(len(one)), max(1, len(one) // _BLOCK)):
        shared = each(shapely.intersection, shapes[one[block]], others[two[block]])
        for number, params in _summed(_strips(checking, shared, system)):
            yield int(one[block[number]]), int(two[block[number]]), params


def _may_overlap(
    checking: Checking, boxes: Numbers, others: Numbers, system: pyproj.CRS
) -> npt.NDArray[np.bool_]:
    """Tell which boxes share more than a strip as wide as the tolerance: in a narrower one, nothing is wider."""
    wide = np.minimum(boxes[:, 2:], others[:, 2:]) - np.maximum(boxes[:, :2], others[:, :2])
    metres = system.axis_info[0].unit_conversion_factor if system.is_projected else _MOST_METRES_PER_DEGREE
    # half of it, since a plane is not true to scale
    return np.asarray(wide.min(axis=1) * metres > 0.5 * float(checking.rule.options["tolerance_m"]))


def _summed(strips: list[_Strip]) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield each shape once: the place and width of its largest strip, and the area of all."""
    for owner, several in groupby(strips, key=lambda strip: strip.owner):
        own = list(several)
        largest = max(own, key=lambda strip: strip.area_m2)
        yield owner, replace(largest, area_m2=sum(strip.area_m2 for strip in own)).told


def _strips(checking: Checking, shapes: Geometries, system: pyproj.CRS) -> list[_Strip]:
    """Return the parts of areas that are wider than the tolerance of the rule, by the number of the shape."""
    parts, owner = shapely.get_parts(shapes, return_index=True)
    areal = shapely.get_type_id(parts) == _POLYGON
    parts, owner = parts[areal], owner[areal]
    if not len(parts):
        return []
    areas, outlines = area_km2(parts, system) * 1e6, length_km(parts, system) * 1e3
    widths = 2.0 * areas / np.where(outlines > 0, outlines, np.inf)  # exact for a long thin strip
    wide = np.flatnonzero(widths > float(checking.rule.options["tolerance_m"]))
    points = moved(shapely.point_on_surface(parts[wide]), system, pyproj.CRS(CRS))
    return [
        _Strip(int(owner[index]), (float(point.x), float(point.y)), float(areas[index]), float(widths[index]))
        for index, point in zip(wide, points, strict=True)
    ]
