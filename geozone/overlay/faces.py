"""Faces: pieces of ground, each with the combination of layers that lies on it.

A feature keeps what no earlier feature of any layer has, and that face is split by the later layers that reach into it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from geozone.overlay.features import Features, in_threads
from geozone.overlay.guard import Guard
from geozone.overlay.overlap import Items, left_over, meeting, union_rows
from geozone.overlay.plane import Geometries, Indices, Numbers
from geozone.overlay.sheet import Sheet, polygons_of
from geozone.overlay.tiling import Tile, make_tiles, open_tile

Bits = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Faces:
    """Pieces of ground in zones (or of owners), with the layers on them as bits."""

    zones: Indices
    masks: Bits
    areas: Numbers  # m²
    geometries: Geometries | None = None

    @staticmethod
    def of(parts: Sequence[Faces], *, geometry: bool = False) -> Faces:
        """Return all faces of several."""
        nothing = np.zeros(0, dtype=np.int64)
        shapes = [part.geometries for part in parts if part.geometries is not None]
        return Faces(
            np.concatenate([nothing, *(part.zones for part in parts)]),
            np.concatenate([nothing, *(part.masks for part in parts)]),
            np.concatenate([np.zeros(0), *(part.areas for part in parts)]),
            np.concatenate([np.zeros(0, dtype=object), *shapes]) if geometry else None,
        )


@dataclass(frozen=True)
class Layers:
    """Several layers, their features one layer behind the other."""

    features: Features
    firsts: Indices  # number of the first feature of each layer

    def layer(self, features: Indices) -> Bits:
        """Return the layer of each feature."""
        return np.searchsorted(self.firsts, features, side="right").astype(np.int64) - 1

    def matters(self, feature: Indices, other: Indices) -> npt.NDArray[np.bool_]:
        """Tell whether other features come earlier, or belong to a later layer."""
        return np.asarray((other < feature) | (self.layer(other) > self.layer(feature)))


def find_faces(
    layers: Layers,
    sheets: Sequence[Sheet],
    threads: int,
    *,
    geometry: bool = False,
    own: Indices | None = None,
) -> Faces:
    """Return the faces of several layers in every zone.

    Parameters
    ----------
    geometry
        Keep the geometry of every face.
    own
        Rows to answer for; without it, all.
    """
    parts: list[Faces] = []
    for sheet in sheets:
        tiles = make_tiles(layers.features, sheet, threads, own)

        def work(tile: Tile, sheet: Sheet = sheet) -> Faces:
            return _on_tile(layers, sheet, tile, geometry=geometry)

        parts.extend(in_threads(work, tiles, threads))
    return Faces.of(parts, geometry=geometry)


def _on_tile(layers: Layers, sheet: Sheet, tile: Tile, *, geometry: bool) -> Faces:
    guard, features = Guard(), layers.features
    contents = open_tile(features, sheet, tile, layers.matters, guard)
    items, others = contents.items, contents.others
    rest = left_over(items, others, guard)
    areas = np.asarray(shapely.area(rest))
    guard.check_within(
        areas, shapely.area(items.geometries), shapely.length(items.geometries), items.features
    )
    real = np.flatnonzero(areas > 0)
    parts = _split(layers, Items(rest[real], items.features[real]), others, guard, geometry=geometry)
    alone = contents.alone
    zones = np.concatenate([contents.alone_zones, contents.item_zones[real[parts.zones]]])
    return Faces(
        sheet.numbers[zones],
        np.concatenate([np.int64(1) << layers.layer(features.features[alone]), parts.masks]),
        np.concatenate([features.areas[alone], parts.areas]),
        np.concatenate([features.take(alone), parts.geometries])
        if geometry and parts.geometries is not None
        else None,
    )


def _split(layers: Layers, faces: Items, others: Items, guard: Guard, *, geometry: bool) -> Faces:
    """Split faces by the later layers that reach into them; `zones` of the result are positions of `faces`."""
    own_layer, other_layer = layers.layer(faces.features), layers.layer(others.features)
    face, other = meeting(
        faces.geometries, others.geometries, lambda one, two: other_layer[two] > own_layer[one]
    )
    reached = other_layer[other]
    # after the last layer that reaches into a face, its rest needs no geometry
    last = np.full(len(faces.geometries), -1, dtype=np.int64)
    np.maximum.at(last, face, reached)
    parts = Faces(
        np.arange(len(faces.geometries)),
        np.int64(1) << own_layer,
        np.asarray(shapely.area(faces.geometries)),
        faces.geometries,
    )
    for layer in np.unique(reached):
        some = reached == layer
        touched, covers = union_rows(face[some], others.geometries[other[some]], guard)
        keep = np.ones(len(last), dtype=bool) if geometry else last > layer
        parts = _split_by(parts, int(layer), (touched, covers), keep, faces.features, guard)
    kept = np.flatnonzero(parts.areas > 0)
    shapes = parts.geometries[kept] if parts.geometries is not None else None
    return Faces(parts.zones[kept], parts.masks[kept], parts.areas[kept], shapes)


def _split_by(  # noqa: PLR0917 - one step of _split
    parts: Faces,
    layer: int,
    reaching: tuple[Indices, Geometries],
    keep: npt.NDArray[np.bool_],
    features: Indices,
    guard: Guard,
) -> Faces:
    """Split parts by the cover of one layer; where `keep` says so, what the cover leaves keeps its geometry."""
    assert parts.geometries is not None
    touched, covers = reaching
    place = np.full(len(keep), -1)
    place[touched] = np.arange(len(touched))
    cut = np.flatnonzero(place[parts.zones] >= 0)
    cover = covers[place[parts.zones[cut]]]
    common = polygons_of(guard.intersection(parts.geometries[cut], cover, features[parts.zones[cut]]))
    shared = np.asarray(shapely.area(common))
    hit = shared > 0
    cut, cover, common, shared = cut[hit], cover[hit], common[hit], shared[hit]
    owner, whole = parts.zones[cut], parts.areas[cut]
    extent = np.asarray(shapely.length(parts.geometries[cut]))
    guard.check_within(shared, whole, extent, features[owner])
    areas, shapes = parts.areas.copy(), parts.geometries.copy()
    areas[cut] = np.maximum(whole - shared, 0)
    kept = np.flatnonzero(keep[owner])
    rest = polygons_of(guard.difference(shapes[cut[kept]], cover[kept], features[owner[kept]]))
    guard.check(shapely.area(rest) + shared[kept], whole[kept], extent[kept], features[owner[kept]])
    shapes[cut[kept]] = rest
    return Faces(
        np.concatenate([parts.zones, owner]),
        np.concatenate([parts.masks, parts.masks[cut] | np.int64(1 << layer)]),
        np.concatenate([areas, shared]),
        np.concatenate([shapes, common]),
    )
