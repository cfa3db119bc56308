"""Faces with their geometries, built by GEOS: pieces of ground, each with the combination of layers that lies on it.

A feature keeps what no earlier feature of any layer has, and that face is split by the later layers that reach into it. This is
for those who ask for the ground itself; areas come from the engine, which these faces also serve to check.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely

from geozone.overlay.faces import Faces, Layers
from geozone.overlay.features import Progress, in_threads
from geozone.overlay.guard import TOLERANCE, Guard
from geozone.overlay.overlap import Items, common_rows, left_over, meeting, without_rows
from geozone.overlay.plane import Geometries, Indices
from geozone.overlay.tiling import Tile, make_tiles, open_tile
from geozone.overlay.zone_grid import Sheet


def find_shapes(
    layers: Layers, sheets: Sequence[Sheet], threads: int, *, progress: Progress | None = None
) -> Faces:
    """Return the faces of several layers in every zone with their geometries, by GEOS: there may be many of a combination."""
    parts: list[Faces] = []
    for sheet in sheets:
        tiles = make_tiles(layers.features, sheet, threads)

        def work(tile: Tile, sheet: Sheet = sheet) -> Faces:
            return _on_tile(layers, sheet, tile)

        parts.extend(in_threads(work, tiles, threads, progress))
    return Faces.of(parts)


def _on_tile(layers: Layers, sheet: Sheet, tile: Tile) -> Faces:
    guard, features = Guard(), layers.features
    contents = open_tile(features, sheet, tile, layers.matters, guard)
    items, others = contents.items, contents.others
    own_layer, other_layer = layers.layer(items.features), layers.layer(others.features)
    item, other = meeting(
        items.geometries, others.geometries, lambda one, two: other_layer[two] > own_layer[one]
    )
    rest = left_over(items, others, guard)
    whole, extent = shapely.area(items.geometries), shapely.length(items.geometries)
    guard.check_within(shapely.area(rest), whole, extent, items.features)
    parts = _split(layers, Items(rest, items.features), (item, other), others, guard)
    alone = contents.alone
    return Faces(
        sheet.numbers[np.concatenate([contents.alone_zones, contents.item_zones[parts.zones]])],
        np.concatenate([np.int64(1) << layers.layer(features.features[alone]), parts.masks]),
        np.concatenate([features.areas[alone], parts.areas]),
        np.concatenate([features.take(alone), parts.shapes]),
    )


def _split(layers: Layers, faces: Items, met: tuple[Indices, Indices], others: Items, guard: Guard) -> Faces:
    """Split faces by the features of later layers that meet their items.

    `zones` of the result are positions of `faces`; `met` is sorted by them.
    """
    face, other = met
    hit = shapely.intersects(faces.geometries[face], others.geometries[other])
    face, other = face[hit], other[hit]
    own_layer, other_layer = layers.layer(faces.features), layers.layer(others.features)
    reached = other_layer[other]
    parts = Faces(
        np.arange(len(faces.geometries)),
        np.int64(1) << own_layer,
        np.asarray(shapely.area(faces.geometries)),
        faces.geometries,
    )
    for layer in np.unique(reached):
        some = reached == layer
        parts = _split_by(
            parts, int(layer), (face[some], others.geometries[other[some]]), faces.features, guard
        )
    kept = np.flatnonzero(parts.areas > 0)
    return Faces(parts.zones[kept], parts.masks[kept], parts.areas[kept], parts.shapes[kept])


def _split_by(
    parts: Faces,
    layer: int,
    reaching: tuple[Indices, Geometries],
    features: Indices,
    guard: Guard,
) -> Faces:
    """Split parts by one layer, given the faces that it reaches and its features in each; faces must be sorted."""
    face, covers = reaching
    # every part of a face meets every feature that reaches into the face
    begin = np.searchsorted(face, parts.zones)
    number = np.searchsorted(face, parts.zones, side="right") - begin
    part = np.repeat(np.arange(len(parts.zones)), number)
    pair = np.arange(len(part)) - np.repeat(np.cumsum(number) - number, number) + begin[part]
    cut, common = common_rows(part, parts.shapes[part], covers[pair], features[parts.zones[part]], guard)
    shared = np.asarray(shapely.area(common))
    owner, whole = parts.zones[cut], parts.areas[cut]
    extent = np.asarray(shapely.length(parts.shapes[cut]))
    guard.check_within(shared, whole, extent, features[owner])
    areas, shapes = parts.areas.copy(), parts.shapes.copy()
    areas[cut] = np.maximum(whole - shared, 0)
    left = areas[cut] > 0.1 * TOLERANCE * whole
    shapes[cut[~left]] = shapely.Polygon()
    kept = np.flatnonzero(left)
    wanted = np.zeros(len(shapes), dtype=bool)
    wanted[cut[kept]] = True
    pairs = wanted[part]
    shapes = without_rows(shapes, part[pairs], covers[pair[pairs]], features[parts.zones], guard)
    rest = shapely.area(shapes[cut[kept]])
    guard.check(rest + shared[kept], whole[kept], extent[kept], features[owner[kept]])
    return Faces(
        np.concatenate([parts.zones, owner]),
        np.concatenate([parts.masks, parts.masks[cut] | np.int64(1 << layer)]),
        np.concatenate([areas, shared]),
        np.concatenate([shapes, common]),
    )
