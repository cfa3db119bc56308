"""Faces: pieces of ground, each with the combination of layers that lies on it.

A feature keeps what no earlier feature of any layer has, and that face is split by the later layers that reach into it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from geozone.overlay.features import Features, Progress, in_threads
from geozone.overlay.guard import TOLERANCE, Guard
from geozone.overlay.overlap import Items, common_rows, covered_area, left_over, meeting, without_rows
from geozone.overlay.plane import Geometries, Indices, Numbers
from geozone.overlay.sweep import EARLIER, make_ready, sweep_tile
from geozone.overlay.tiling import Tile, make_tiles, open_tile
from geozone.overlay.zone_grid import Sheet

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

    def label(self, feature: Indices, other: Indices) -> Indices:
        """Return the bit of ground of other features: `EARLIER`, that of a later layer, or -1."""
        layer = self.layer(other)
        return np.where(other < feature, EARLIER, np.where(layer > self.layer(feature), layer, -1))


def find_faces(
    layers: Layers,
    sheets: Sequence[Sheet],
    threads: int,
    *,
    geometry: bool = False,
    own: Indices | None = None,
    progress: Progress | None = None,
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
        if not geometry:
            make_ready(layers.features, sheet)

        def work(tile: Tile, sheet: Sheet = sheet) -> Faces:
            return _on_tile(layers, sheet, tile, geometry=geometry)

        parts.extend(in_threads(work, tiles, threads, progress))
    return Faces.of(parts, geometry=geometry)


def _on_tile(layers: Layers, sheet: Sheet, tile: Tile, *, geometry: bool) -> Faces:
    guard, features = Guard(), layers.features
    if not geometry and (swept := sweep_tile(features, sheet, tile, layers.label, guard)) is not None:
        face = swept.masks >> EARLIER == 0
        own_bit = np.int64(1) << layers.layer(swept.features[face])
        return Faces(swept.zones[face], swept.masks[face] | own_bit, swept.areas[face])
    contents = open_tile(features, sheet, tile, layers.matters, guard)
    items, others = contents.items, contents.others
    own_layer, other_layer = layers.layer(items.features), layers.layer(others.features)
    item, other = meeting(
        items.geometries, others.geometries, lambda one, two: other_layer[two] > own_layer[one]
    )
    # only what a later layer reaches into, or what is asked for, needs the geometry of its face
    reached = np.full(len(items.geometries), geometry)
    reached[item] = True
    plain, cut = np.flatnonzero(~reached), np.flatnonzero(reached)
    areas = np.asarray(shapely.area(items.geometries))
    extent = np.asarray(shapely.length(items.geometries))
    taken = covered_area(_some(items, plain), others, guard)
    guard.check_within(taken, areas[plain], extent[plain], items.features[plain])
    rest = left_over(_some(items, cut), others, guard)
    guard.check_within(shapely.area(rest), areas[cut], extent[cut], items.features[cut])
    place = np.full(len(reached), -1)
    place[cut] = np.arange(len(cut))
    faces = Items(rest, items.features[cut])
    parts = _split(layers, faces, (place[item], other), others, guard, geometry=geometry)
    alone = contents.alone
    owner = np.concatenate([plain, cut[parts.zones]])
    owned = np.concatenate([features.features[alone], items.features[plain]])
    return Faces(
        sheet.numbers[np.concatenate([contents.alone_zones, contents.item_zones[owner]])],
        np.concatenate([np.int64(1) << layers.layer(owned), parts.masks]),
        np.concatenate([features.areas[alone], areas[plain] - taken, parts.areas]),
        np.concatenate([features.take(alone), parts.geometries])
        if geometry and parts.geometries is not None
        else None,
    )


def _some(items: Items, positions: Indices) -> Items:
    return Items(items.geometries[positions], items.features[positions])


def _split(
    layers: Layers, faces: Items, met: tuple[Indices, Indices], others: Items, guard: Guard, *, geometry: bool
) -> Faces:
    """Split faces by the features of later layers that meet their items.

    `zones` of the result are positions of `faces`; `met` is sorted by them.
    """
    face, other = met
    hit = shapely.intersects(faces.geometries[face], others.geometries[other])
    face, other = face[hit], other[hit]
    own_layer, other_layer = layers.layer(faces.features), layers.layer(others.features)
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
        keep = np.ones(len(last), dtype=bool) if geometry else last > layer
        parts = _split_by(
            parts, int(layer), (face[some], others.geometries[other[some]]), keep, faces.features, guard
        )
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
    """Split parts by one layer, given the faces that it reaches and its features in each; faces must be sorted.

    Where `keep` says so, what the layer leaves of a face keeps its geometry.
    """
    assert parts.geometries is not None
    face, covers = reaching
    # every part of a face meets every feature that reaches into the face
    begin = np.searchsorted(face, parts.zones)
    number = np.searchsorted(face, parts.zones, side="right") - begin
    part = np.repeat(np.arange(len(parts.zones)), number)
    pair = np.arange(len(part)) - np.repeat(np.cumsum(number) - number, number) + begin[part]
    cut, common = common_rows(part, parts.geometries[part], covers[pair], features[parts.zones[part]], guard)
    shared = np.asarray(shapely.area(common))
    owner, whole = parts.zones[cut], parts.areas[cut]
    extent = np.asarray(shapely.length(parts.geometries[cut]))
    guard.check_within(shared, whole, extent, features[owner])
    areas, shapes = parts.areas.copy(), parts.geometries.copy()
    areas[cut] = np.maximum(whole - shared, 0)
    left = areas[cut] > 0.1 * TOLERANCE * whole
    shapes[cut[~left]] = shapely.Polygon()
    kept = np.flatnonzero(keep[owner] & left)
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
