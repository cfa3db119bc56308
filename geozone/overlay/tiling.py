"""Tiles of features that lie close together, made ready for GEOS: where geometries are asked for, and to check the engine by."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from geozone.overlay.cutting import LARGE, cut_up
from geozone.overlay.features import Features
from geozone.overlay.guard import Guard
from geozone.overlay.overlap import Items, near_pairs
from geozone.overlay.plane import Geometries, Indices, Numbers
from geozone.overlay.zone_grid import CROSSING, OUTSIDE, Sheet

Rule = Callable[[Indices, Indices], npt.NDArray[np.bool_]]  # feature, other feature -> does the other matter
_MOST, _LEAST = 8192, 256  # rows a tile


@dataclass(frozen=True)
class Tile:
    """Rows of a layer and where each lies on a sheet."""

    rows: Indices
    place: npt.NDArray[np.int32]


@dataclass(frozen=True)
class Contents:
    """A tile made ready: what lies alone inside a zone, and items that have to be overlaid."""

    alone: Indices  # rows
    alone_zones: Indices  # by place on the sheet
    items: Items
    item_zones: Indices
    others: Items  # features that matter to items, whole


def make_tiles(features: Features, sheet: Sheet, threads: int, own: Indices | None = None) -> list[Tile]:
    """Return the rows that may lie in a zone, in tiles; of `own` rows only, where these are given."""
    place = sheet.classify(features.boxes)
    asked = place != OUTSIDE
    if own is not None:
        wanted = np.zeros(len(features), dtype=bool)
        wanted[own] = True
        asked &= wanted
    rows = np.flatnonzero(asked)
    rows = rows[np.argsort(_along_curve(features.boxes[rows]), kind="stable")]
    size = int(np.clip(len(rows) / (4 * threads), _LEAST, _MOST))
    if (place[rows] == CROSSING).any():
        sheet.pieces  # noqa: B018 - computed once, before threads share it
    features.tree  # noqa: B018 - likewise
    return [
        Tile(rows[start : start + size], place[rows[start : start + size]])
        for start in range(0, len(rows), size)
    ]


def earlier(feature: Indices, other: Indices) -> npt.NDArray[np.bool_]:
    """Tell whether other features come earlier: the rule of a single layer."""
    return other < feature


def open_tile(features: Features, sheet: Sheet, tile: Tile, rule: Rule, guard: Guard) -> Contents:
    """Return the items of a tile, each inside one zone, and the features that matter to them by `rule`."""
    rows, place = tile.rows, tile.place
    met, others = _met(features, rows, rule)
    inside = place >= 0
    needed = np.flatnonzero(met | (place == CROSSING))
    geometries, numbers, origin = _small(features, rows[needed], guard)
    inside = inside[needed[origin]]
    whole, cross = np.flatnonzero(inside), np.flatnonzero(~inside)
    shapes, item_numbers = geometries[whole], numbers[whole]
    zones = place[needed[origin[whole]]].astype(np.intp)
    if len(cross):
        owner, parts, zone = sheet.split(
            geometries[cross], shapely.area(geometries[cross]), numbers[cross], guard
        )
        shapes = np.concatenate([shapes, parts])
        item_numbers = np.concatenate([item_numbers, numbers[cross[owner]]])
        zones = np.concatenate([zones, zone])
    alone = np.flatnonzero((place >= 0) & ~met)
    other_shapes, other_numbers, _ = _small(features, others, guard)
    return Contents(
        rows[alone],
        place[alone].astype(np.intp),
        Items(shapes, item_numbers),
        zones,
        Items(other_shapes, other_numbers),
    )


def _small(features: Features, rows: Indices, guard: Guard) -> tuple[Geometries, Indices, Indices]:
    """Return the geometries of rows, large ones cut into pieces, with the feature and the position of each."""
    geometries, numbers = features.take(rows), features.features[rows]
    large = np.flatnonzero(shapely.get_num_coordinates(geometries) > LARGE)
    if not len(large):
        return geometries, numbers, np.arange(len(rows))
    pieces, origin = cut_up(geometries[large])
    sums = np.bincount(origin, weights=shapely.area(pieces), minlength=len(large)).astype(np.float64)
    guard.check(sums, features.areas[rows[large]], shapely.length(geometries[large]), numbers[large])
    small = np.setdiff1d(np.arange(len(rows)), large)
    positions = np.concatenate([small, large[origin]])
    return np.concatenate([geometries[small], pieces]), numbers[positions], positions


def _met(features: Features, rows: Indices, rule: Rule) -> tuple[npt.NDArray[np.bool_], Indices]:
    """Tell which rows meet the box of a feature that matters, and return the rows of those features."""
    met = np.zeros(len(rows), dtype=bool)
    wanted = np.zeros(len(features), dtype=bool)
    diagonals = shapely.linestrings(features.boxes[rows].reshape(-1, 2, 2))
    for position, other in near_pairs(features.tree, diagonals):
        matters = np.flatnonzero(rule(features.features[rows[position]], features.features[other]))
        met[position[matters]] = True
        wanted[other[matters]] = True
    return met, np.flatnonzero(wanted)


def _along_curve(boxes: Numbers) -> npt.NDArray[np.uint64]:
    """Return the place of box centres along a Z-shaped curve that keeps neighbours together."""
    if not len(boxes):
        return np.zeros(0, dtype=np.uint64)
    centre = boxes[:, :2] + boxes[:, 2:]
    low, size = centre.min(axis=0), max(float(np.ptp(centre, axis=0).max()), 1e-9)
    code = np.zeros(len(boxes), dtype=np.uint64)
    steps = ((centre - low) / size * 0xFFFF).astype(np.uint64)
    for bit in range(16):
        for axis in range(2):
            code |= ((steps[:, axis] >> np.uint64(bit)) & np.uint64(1)) << np.uint64(2 * bit + axis)
    return code
