"""Polygons cut: large ones into small pieces, so that no later step has to walk a long outline; layers at an outline."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from geozone.overlay.guard import TOLERANCE
from geozone.overlay.plane import Geometries, Indices

LARGE = 2048  # vertices: polygons above are cut
_DEEPEST = 30  # halvings: by then all vertices lie on one spot, and cutting does not serve
_SINGLE = np.array([0, 1, 2, 3, 0, 1, 3, 7])  # by the kind of a geometry, the kind of its parts
SMALL = 256  # vertices: pieces have fewer, where cutting serves


def cut_up(polygons: Geometries, most: int = SMALL) -> tuple[Geometries, Indices]:
    """Return pieces of polygons with at most `most` vertices each, and the number of the polygon of each piece.

    Boxes are halved along their longer side until their piece is small. Pieces do not overlap and add up to their polygon.
    """
    pieces: list[shapely.Geometry] = []
    owners: list[int] = []
    for number, polygon in enumerate(polygons):
        cut = _halve(polygon, most)
        pieces.extend(cut)
        owners.extend([number] * len(cut))
    result = np.empty(len(pieces), dtype=object)
    result[:] = pieces
    return result, np.array(owners, dtype=np.intp)


def cut_to(data: gpd.GeoDataFrame, outline: shapely.Geometry) -> gpd.GeoDataFrame:
    """Return the part of a layer that lies inside an outline in the same CRS; what merely touches it is left out."""
    shapely.prepare(outline)
    shapes = data.geometry.to_numpy()
    met = np.flatnonzero(shapely.intersects(outline, shapes))
    shapes = np.asarray(shapes[met], dtype=object)
    kinds = shapely.get_type_id(shapes)
    crossing = ~shapely.contains_properly(outline, shapes)
    shapes[crossing] = shapely.intersection(shapes[crossing], outline)
    parts, owner = shapely.get_parts(shapes, return_index=True)
    alike = shapely.get_type_id(parts) == _SINGLE[kinds][owner]  # a touch leaves points and lines
    parts, owner = parts[alike], owner[alike]
    kept, first = np.unique(owner, return_index=True)
    name = data.geometry.name
    cut = data.iloc[met[kept]][[name, *(column for column in data.columns if column != name)]]
    wholes = np.empty(len(kept), dtype=object)
    wholes[:] = [shapely.union_all(group) for group in np.split(parts, first[1:])[: len(kept)]]
    return cut.set_geometry(gpd.GeoSeries(wholes, index=cut.index, crs=data.crs)).sort_index()


def polygons_in(geometries: Any) -> Geometries:
    """Return every polygon in some geometries, whatever they are collected in; an empty one is none."""
    parts = shapely.get_parts(shapely.get_parts(np.asarray(geometries, dtype=object)))
    polygons = (shapely.get_type_id(parts) == shapely.GeometryType.POLYGON) & ~shapely.is_empty(parts)
    return np.asarray(parts[polygons], dtype=object)


def _halve(polygon: shapely.Geometry, most: int) -> list[shapely.Geometry]:
    done: list[shapely.Geometry] = []
    waiting = [(polygon, 0)]
    while waiting:
        piece, depth = waiting.pop()
        if piece.is_empty:
            continue
        count = int(shapely.get_num_coordinates(piece))
        if count <= most or depth == _DEEPEST:
            done.append(piece)
            continue
        west, south, east, north = piece.bounds
        if east - west > north - south:
            middle = (west + east) / 2
            boxes = ((west, south, middle, north), (middle, south, east, north))
        else:
            middle = (south + north) / 2
            boxes = ((west, south, east, middle), (west, middle, east, north))
        halves = [_clip(piece, box) for box in boxes]
        if abs(sum(half.area for half in halves) - piece.area) > 0.01 * TOLERANCE * piece.area:
            halves = [shapely.intersection(piece, shapely.box(*box)) for box in boxes]
        waiting.extend((half, depth + 1) for half in halves)
    return done


def _clip(piece: shapely.Geometry, box: tuple[float, float, float, float]) -> shapely.Geometry:
    west, south, east, north = box
    # the outer sides lie outside the piece, so that only the middle one cuts
    margin = 1.0 + (east - west) + (north - south)
    whole = piece.bounds
    west = west - margin if west == whole[0] else west
    south = south - margin if south == whole[1] else south
    east = east + margin if east == whole[2] else east
    north = north + margin if north == whole[3] else north
    try:
        return shapely.clip_by_rect(piece, west, south, east, north)
    except shapely.GEOSException:
        return shapely.intersection(piece, shapely.box(west, south, east, north))
