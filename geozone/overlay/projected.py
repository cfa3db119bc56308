"""Polygons of any CRS into the plane on their coordinate arrays, as `geozone.overlay.plane.to_plane` does it on geometries."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from geozone.model import CRS
from geozone.overlay.edges import across_180_of_rings
from geozone.overlay.plane import (
    degree_coordinates,
    is_geographic,
    longest_edges,
    on_earth,
    parse_crs,
    plane_coordinates,
)
from geozone.overlay.wkb import Outlines, alike


def into_plane(outlines: Outlines, crs: Any) -> Outlines | None:
    """Return polygons in the plane, or None where one of them lies across 180° or nowhere on earth: `to_plane` sees to it."""
    source = parse_crs(crs)
    if not is_geographic(source):
        outlines = _with_short_edges(outlines)
    degrees = degree_coordinates(outlines.coordinates, source)
    if not on_earth(degrees).all() or len(across_180_of_rings(degrees, outlines.rings)):
        return None
    return replace(outlines, coordinates=plane_coordinates(degrees, CRS))


def _with_short_edges(outlines: Outlines) -> Outlines:
    """Cut edges as long ones of projected geometries are."""
    # numba takes half a second to load: only those who overlay something wait for it
    from geozone.overlay.compiled.edges import cut_edges, extents  # noqa: PLC0415

    points, rings, parts, features = alike(
        outlines.coordinates.reshape(-1), outlines.rings, outlines.parts, outlines.features
    )
    areas, lengths = extents(points, rings, parts, features)
    points, rings = cut_edges(points, rings, parts[features], longest_edges(areas, lengths))
    return Outlines(points.reshape(-1, 2), rings, parts, features)
