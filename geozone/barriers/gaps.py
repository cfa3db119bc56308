"""The unprotected parts of a barrier, unit by unit, and what protecting each would gain."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from geozone.model import CRS
from geozone.overlay.cutting import polygons_in
from geozone.overlay.distance import within_reach
from geozone.overlay.groups import joined_groups
from geozone.overlay.plane import Geometries, Indices, Numbers, area_km2


@dataclass(frozen=True, slots=True)
class Gaps:
    """Unprotected parts of a barrier, and the connected parts of what is protected that each borders on."""

    shapes: Geometries  # EPSG:4490
    areas: Numbers  # km²
    units: Indices  # unit that each lies in
    small_km2: float  # in parts too small to be listed
    barrier_km2: float
    protected_km2: float
    parts: Numbers  # km² of every connected part of the protected ground
    borders: tuple[frozenset[int], ...]  # connected parts that each gap is within reach of
    neighbours: tuple[frozenset[int], ...]  # other gaps that it is within reach of
    part_shapes: Geometries  # a polygon of each connected part, its largest


def gaps(
    barrier: Geometries, protected: Geometries, units: Geometries, *, gap_km2: float, link_m: float
) -> Gaps:
    """Return the unprotected parts of a barrier.

    1. In every unit the ground of the barrier is parted into what the protected layers cover and what they do not.
    2. Connected parts of the rest with `gap_km2` or more are gaps; they end at the border of the unit, for that is who can
       close them. Smaller ones are added up.
    3. Protected parts within `link_m` of each other, on the ellipsoid, are connected, whatever unit they lie in; so are gaps
       with them and with each other, once they are closed.

    Parameters
    ----------
    barrier, protected, units
        Valid polygons in EPSG:4490; units do not overlap.
    gap_km2
        The smallest gap.
    link_m
        The distance that does not part.
    """
    safe, rest, owners = [], [], []
    barriers, tree = shapely.STRtree(barrier), shapely.STRtree(protected)
    for number, unit in enumerate(units):
        ground = _inside(unit, barrier, barriers)
        if ground.is_empty:
            continue
        cover = _inside(ground, protected, tree)
        safe.append(polygons_in(cover))
        open_ground = polygons_in(shapely.difference(ground, cover))
        rest.append(open_ground)
        owners.append(np.full(len(open_ground), number))
    held, left = _joined(safe), _joined(rest)
    areas, held_km2 = (area_km2(shapes, CRS) if len(shapes) else np.empty(0) for shapes in (left, held))
    listed = areas >= gap_km2
    order = np.flatnonzero(listed)[np.argsort(-areas[listed], kind="stable")]
    shapes = left[order]
    both = np.concatenate([held, shapes])
    one, two = within_reach(both, link_m)
    size = len(held)
    group = joined_groups(size, *((side[(one < size) & (two < size)]) for side in (one, two)))
    parts = np.bincount(group, weights=held_km2).astype(np.float64) if size else np.empty(0)
    borders: list[set[int]] = [set() for _ in shapes]
    neighbours: list[set[int]] = [set() for _ in shapes]
    for first, second in zip(one.tolist(), two.tolist(), strict=True):
        if first < size <= second:
            borders[second - size].add(int(group[first]))
        elif first >= size:
            neighbours[first - size].add(second - size)
            neighbours[second - size].add(first - size)
    largest = np.full(len(parts), None, dtype=object)
    for number in np.argsort(held_km2, kind="stable"):
        largest[group[number]] = held[number]
    return Gaps(
        shapes,
        areas[order],
        (np.concatenate(owners) if owners else np.empty(0, dtype=np.intp))[order],
        float(areas[~listed].sum()),
        float(areas.sum() + held_km2.sum()),
        float(held_km2.sum()),
        parts,
        tuple(map(frozenset, borders)),
        tuple(map(frozenset, neighbours)),
        largest,
    )


def _inside(ground: shapely.Geometry, layer: Geometries, tree: shapely.STRtree) -> shapely.Geometry:
    """Return the part of a layer, whose features may overlap, that lies on some ground."""
    shapely.prepare(ground)
    met = np.sort(tree.query(ground, predicate="intersects"))
    whole = shapely.covers(ground, layer[met])
    pieces = np.array(layer[met], dtype=object)
    pieces[~whole] = shapely.intersection(pieces[~whole], ground)
    return shapely.union_all(_joined([polygons_in(piece) for piece in pieces]))


def _joined(arrays: list[Geometries]) -> Geometries:
    return np.concatenate(arrays) if arrays else np.empty(0, dtype=object)
