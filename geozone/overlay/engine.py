"""The overlay engine: the area of every combination of zones and what covers them, each piece of ground counted once.

1. Rows whose box meets no border of a zone lie in one zone or outside all; their whole area is known.
2. The ground is divided into tiles (`geozone.overlay.compiled.ground_tiles`). A row of one zone that meets no other row gives its area,
   and none of its coordinates is looked at.
3. Rows that may share ground are groups (`geozone.overlay.compiled.meeting_boxes`). Only what rows of a group can share is divided
   where they lie in one zone; all groups that reach into several are divided with the zones
   (`geozone.overlay.compiled.tile_combinations`).
4. Ground is divided into cells, front to back, until each is simple (`geozone.overlay.compiled.subdivision`), and a simple cell is swept
   (`geozone.overlay.compiled.strips`).
5. What a row that straddles zones has in them and outside adds up to the row, which is checked in every tile.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import shapely

from geozone.model import CRS
from geozone.overlay.combinations import Combinations
from geozone.overlay.features import Features, Progress, block_of_outlines, in_threads
from geozone.overlay.guard import Guard
from geozone.overlay.plane import Indices, Numbers
from geozone.overlay.repeats import first_alike
from geozone.overlay.wkb import Outlines, outlines_of
from geozone.overlay.zone_grid import CROSSING, OUTSIDE, Sheet

_MOST = 131_072  # vertices of a tile
_LARGE = 8_192  # vertices of a polygon that is cut along the tiles once
_MARGIN = 1.0  # metres


@dataclass(frozen=True)
class _Tile:
    """A tile, and what zones and large rows have in it; rows by rank."""

    box: Numbers
    rows: npt.NDArray[np.int64]
    polygons: npt.NDArray[np.int64]
    pieces: Numbers


@dataclass(frozen=True)
class _Work:
    """What all tiles share. Rows are known by their rank, the place in the order of features."""

    features: Features
    order: Indices  # row of each rank
    numbers: Indices  # feature of each rank
    areas: Numbers
    extents: Numbers  # length of the outline of each box
    place: Indices
    boxes: Numbers
    straddling: npt.NDArray[np.bool_]
    layers: npt.NDArray[np.int64]


def combine(
    features: Features,
    sheet: Sheet,
    threads: int,
    guard: Guard,
    *,
    layers: npt.NDArray[np.int64] | None = None,
    ground: Numbers | None = None,
    progress: Progress | None = None,
) -> Combinations:
    """Return the combinations of features with the zones of a sheet.

    Parameters
    ----------
    layers
        Layer of every row, 0 to 15: covers are then the sets of layers on each piece of ground, and `whole` is nothing. Without
        it, covers are rows.
    ground
        Count only ground in this box of the plane: west, south, east, north.
    progress
        Called with the number of tiles that are done, and of all.

    Raises
    ------
    ConservationError
        If parts do not add up to their whole.
    """
    order = np.argsort(features.features, kind="stable")
    place = sheet.classify(features.boxes)[order].astype(np.intp)
    order, place = order[place != OUTSIDE], place[place != OUTSIDE]
    # a row that repeats another one gives nothing, and has in every zone what that has
    first = first_alike(
        features, order, np.zeros(len(order), dtype=np.int64) if layers is None else layers[order]
    )
    original = first == np.arange(len(order))
    every, number = order, np.cumsum(original) - 1
    order, place = order[original], place[original]
    boxes = np.ascontiguousarray(features.boxes[order])
    box = _ground(boxes, sheet.bounds, ground)
    if not len(order) or not (box[:2] < box[2:]).all():
        return Combinations.joined([])
    straddling = (place == CROSSING) | ~_within(boxes, box)
    given = np.zeros(0, dtype=np.int64) if layers is None else layers[order].astype(np.int64)
    extents = 2 * (boxes[:, 2:] - boxes[:, :2]).sum(axis=1)
    numbers, areas = features.features[order], features.areas[order]
    work = _Work(features, order, numbers, areas, extents, place, boxes, straddling, given)
    tiles = _tiles(work, sheet, box)
    found = in_threads(lambda tile: _on_tile(work, tile), tiles, threads, progress)
    for _, done in found:
        guard.add(done)
    joined = Combinations.joined([part for part, _ in found])
    del found, tiles  # before more room is needed
    if layers is not None:
        result = joined.each_once()
        return Combinations(sheet.numbers[result.zones], result.covers, result.counted, result.whole)
    result = _of_rows(work, joined)
    zones, rows = sheet.numbers[result.zones], order[result.covers]
    found_again, again = _repeated(result.covers, number[first[~original]])
    return Combinations(
        np.concatenate([zones, zones[found_again]]),
        np.concatenate([rows, every[~original][again]]),
        np.concatenate([result.counted, np.zeros(len(again))]),
        np.concatenate([result.whole, result.whole[found_again]]),
    )


def _of_rows(work: _Work, every: Combinations) -> Combinations:
    """Return the combinations of rows, each once: those that straddle zones, and the others with the areas they are known to have."""
    straddles = work.straddling[every.covers]
    several = every.where(straddles).each_once()
    inside = every.where(~straddles)
    counted = np.bincount(inside.covers, weights=inside.counted, minlength=len(work.order))
    rows = np.flatnonzero(~work.straddling)
    single = Combinations(work.place[rows], rows, counted[rows].astype(np.float64), work.areas[rows])
    return Combinations.joined([several, single])


def _repeated(covers: Indices, repeats: Indices) -> tuple[Indices, Indices]:
    """Return pairs of a combination and the number of a row that repeats its cover."""
    if not len(repeats):
        return repeats, repeats
    order = np.argsort(covers, kind="stable")
    begin = np.searchsorted(covers[order], repeats)
    count = np.searchsorted(covers[order], repeats, side="right") - begin
    again = np.repeat(np.arange(len(repeats)), count)
    within = np.arange(len(again)) - np.repeat(np.cumsum(count) - count, count)
    return order[begin[again] + within], again


def compile_all() -> None:
    """Compile the engine, unless that has been done: it takes some 20 seconds once."""
    square = np.array([shapely.box(0, 0, 2, 2)], dtype=object)
    one = np.zeros(1, dtype=np.intp)
    block, _ = block_of_outlines(outlines_of(square), one, CRS)
    sheet = Sheet(block.take(one), one, 1)
    combine(Features([block], 1), sheet, 1, Guard())


def _ground(boxes: Numbers, bounds: Numbers, ground: Numbers | None) -> Numbers:
    """Return the box in which there can be anything to count."""
    lows, highs = (
        [boxes[:, :2].min(axis=0, initial=np.inf), bounds[:2]],
        [boxes[:, 2:].max(axis=0, initial=-np.inf), bounds[2:]],
    )
    low, high = np.max(lows, axis=0) - _MARGIN, np.min(highs, axis=0) + _MARGIN
    if ground is not None:
        low, high = np.maximum(low, ground[:2]), np.minimum(high, ground[2:])
    return np.append(low, high)


def _within(boxes: Numbers, box: Numbers) -> npt.NDArray[np.bool_]:
    return np.asarray((boxes[:, :2] >= box[:2]).all(axis=1) & (boxes[:, 2:] <= box[2:]).all(axis=1))


def _tiles(work: _Work, sheet: Sheet, box: Numbers) -> list[_Tile]:
    # numba takes half a second to load: only those who overlay something wait for it
    from geozone.overlay.compiled.ground_tiles import make_ground_tiles  # noqa: PLC0415

    weights = work.features.vertices[work.order]
    large = np.flatnonzero(weights > _LARGE)
    weights[large] = 0
    boxes, ends, rows, polygons, pieces = make_ground_tiles(
        (*_arrays(sheet.outlines), -1 - np.arange(len(sheet.polygons))),
        (*_arrays(work.features.outlines(work.order[large])), large.astype(np.int64)),
        work.boxes,
        weights,
        box,
        _MOST,
    )
    return [
        _Tile(
            boxes[tile],
            *(table[first:last] for table, first, last in zip((rows, polygons, pieces), *pair, strict=True)),
        )
        for tile, pair in enumerate(pairwise(ends))
    ]


def _on_tile(work: _Work, tile: _Tile) -> tuple[Combinations, Guard]:
    from geozone.overlay.compiled.meeting_boxes import apart  # noqa: PLC0415 - as above
    from geozone.overlay.compiled.tile_combinations import combinations  # noqa: PLC0415

    rows, guard = tile.rows, Guard()
    boxes = work.boxes[rows]
    inside = _within(boxes, tile.box)
    alone = inside & ~work.straddling[rows]
    if (tile.polygons[:, 0] >= 0).any():  # a large polygon may reach anywhere
        alone[:] = False
    else:
        alone &= apart(boxes)
    single, rest = rows[alone], rows[~alone]
    covers = np.int64(1) << work.layers[single] if len(work.layers) else single
    parts = [Combinations(work.place[single], covers, work.areas[single], np.zeros(len(single)))]
    if len(rest) or len(tile.polygons):
        keys, areas, present, amounts = combinations(
            _arrays(work.features.outlines(work.order[rest])),
            rest,
            boxes[~alone],
            np.where(inside[~alone], work.areas[rest], np.nan),
            work.place,
            tile.polygons,
            tile.pieces,
            tile.box,
            work.layers,
            work.straddling,
        )
        _check(work, (keys, areas), (present, amounts), rest[inside[~alone]], guard)
        zones = keys[:, 0] >= 0
        parts.append(Combinations(keys[zones, 0], keys[zones, 1], areas[zones, 0], areas[zones, 1]))
    return Combinations.joined(parts), guard


def _check(
    work: _Work,
    found: tuple[npt.NDArray[np.int64], Numbers],
    present: tuple[npt.NDArray[np.int64], Numbers],
    inside: npt.NDArray[np.int64],
    guard: Guard,
) -> None:
    """Check that rows have in a tile what they are known to have, and that combinations add up to them."""
    keys, areas = found
    order = np.argsort(present[0])
    rows, amounts = present[0][order], present[1][order]
    place = np.searchsorted(rows, inside)
    here = np.append(amounts, 0.0)[place]
    guard.check(here, work.areas[inside], work.extents[inside], work.numbers[inside])
    if len(work.layers):
        return
    place = np.searchsorted(rows, keys[:, 1])
    counted, whole = (
        np.bincount(place, weights=areas[:, column], minlength=len(rows)).astype(np.float64)
        for column in (0, 1)
    )
    guard.check_within(counted, amounts, work.extents[rows], work.numbers[rows])
    asked = work.straddling[rows]
    guard.check(whole[asked], amounts[asked], work.extents[rows[asked]], work.numbers[rows[asked]])


def _arrays(outlines: Outlines) -> tuple[Numbers, Indices, Indices, Indices]:
    # arrays that came from another process may be read-only, for which everything would be compiled once more
    coordinates = np.require(outlines.coordinates, requirements=["C", "W"])
    rings, parts, features = (
        np.require(offsets, requirements=["C", "W"])
        for offsets in (outlines.rings, outlines.parts, outlines.features)
    )
    return coordinates, rings, parts, features
