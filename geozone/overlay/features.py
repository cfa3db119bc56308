"""The features of a layer as the overlay needs them: boxes and areas of all, geometries of those asked for.

A row is a feature with area. The order of the features is their priority: a piece of ground belongs to the first feature that covers it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cached_property
from itertools import pairwise
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import shapely

from geozone.errors import DataError
from geozone.model import CRS, Finding
from geozone.overlay.guard import Repair, repaired
from geozone.overlay.plane import (
    Geometries,
    Indices,
    Numbers,
    degree_coordinates,
    is_alike,
    on_earth,
    plane_coordinates,
    to_plane,
    with_crs,
)
from geozone.overlay.projected import into_plane
from geozone.overlay.rings import each, not_finite, without_empty_rings
from geozone.overlay.wkb import Measures, Outlines, OutlineStore, Room, measure, outlines_of
from geozone.overlay.zones import polygonal

Mask = npt.NDArray[np.bool_]
Result = TypeVar("Result")
Progress = Callable[[int, int], None]  # how much is done, of how much
_STEP = 4096  # features a step
# why a feature counts for nothing: no geometry, a line or point, bytes that are no geometry, coordinates that are none
LOST = ("without_geometry", "not_areas", "geometry_unreadable", "not_finite", "off_earth")


class Block:
    """Some rows of a layer in the plane: the first as coordinate arrays, those that were repaired as geometries.

    Parameters
    ----------
    features, anchors, boxes, areas
        Number of the feature, first vertex of the feature, box and area of each row.
    outlines, places
        Coordinate arrays, and the place of each of the first rows in them.
    geometries
        The other rows.
    lost
        Numbers of features that have no row, by why (`LOST`).
    """

    def __init__(
        self,
        rows: tuple[Indices, Numbers, Numbers, Numbers],
        outlines: Outlines | None,
        places: Indices,
        geometries: Geometries,
        *,
        lost: Mapping[str, Indices] | None = None,
    ) -> None:
        self.features, self.anchors, self.boxes, self.areas = rows
        self._outlines, self._places, self._geometries = outlines, places, geometries
        self.lost = lost or {}

    def __len__(self) -> int:
        return len(self.features)

    def moved(self, room: Room) -> Block:
        """Put the coordinates elsewhere; return the block."""
        if self._outlines is not None:
            points = room(self._outlines.coordinates.size).reshape(-1, 2)
            points[:] = self._outlines.coordinates
            self._outlines = replace(self._outlines, coordinates=points)
        return self

    def numbered_from(self, first: int) -> Block:
        """Return the same rows with other numbers of features."""
        rows = self.features + first, self.anchors, self.boxes, self.areas
        lost = {why: numbers + first for why, numbers in self.lost.items()}
        return Block(rows, self._outlines, self._places, self._geometries, lost=lost)

    def take(self, rows: Indices) -> Geometries:
        """Return the geometries of some rows."""
        result = np.empty(len(rows), dtype=object)
        stored = rows < len(self._places)
        if self._outlines is not None and stored.any():
            result[stored] = self._outlines.take(self._places[rows[stored]]).geometries()
        result[~stored] = self._geometries[rows[~stored] - len(self._places)]
        return result

    def all_outlines(self) -> tuple[list[Outlines], Indices]:
        """Return the coordinate arrays of all rows, and the place of each row in them."""
        rest = outlines_of(self._geometries)
        if self._outlines is None:
            return [rest], np.arange(len(self._geometries))
        return [self._outlines, rest], np.append(
            self._places, len(self._outlines) + np.arange(len(self._geometries))
        )


class Features:
    """All rows of a layer, block behind block."""

    def __init__(self, blocks: Sequence[Block], count: int, repairs: Sequence[Repair] = ()) -> None:
        self.blocks = list(blocks)
        self.count = count  # features, empty ones included
        self.repairs = list(repairs)
        self.findings: list[Finding] = []  # of the reader, where it had to save the layer
        self.labels: Sequence[object] | None = None  # how its features are called, where not by their row
        self.document: Any = None  # what else a GeoJSON file holds that was walked over
        nothing = np.zeros(0)
        self.features = np.concatenate([block.features for block in self.blocks] or [nothing.astype(np.intp)])
        self.boxes = np.concatenate([block.boxes for block in self.blocks] or [np.zeros((0, 4))])
        self.areas = np.concatenate([block.areas for block in self.blocks] or [nothing])
        self.anchors = np.concatenate([block.anchors for block in self.blocks] or [np.zeros((0, 2))])
        self._starts = np.cumsum([0, *(len(block) for block in self.blocks)])
        for block, (first, last) in zip(self.blocks, pairwise(self._starts), strict=True):
            # the same numbers, kept once
            block.features, block.boxes = self.features[first:last], self.boxes[first:last]
            block.areas, block.anchors = self.areas[first:last], self.anchors[first:last]

    def __len__(self) -> int:
        return len(self.features)

    def lie_within(self, box: tuple[float, float, float, float]) -> bool:
        """Tell whether all rows lie in a box of longitude and latitude: west, south, east, north."""
        corners = plane_coordinates(np.array(box).reshape(2, 2), CRS)
        low, high = self.boxes[:, :2] < corners[0], self.boxes[:, 2:] > corners[1]
        return not (low.any() or high.any())

    @cached_property
    def lost(self) -> dict[str, Indices]:
        """Numbers of the features that count for nothing, by why, in the order of `LOST`."""
        found = {
            why: np.concatenate([block.lost[why] for block in self.blocks if why in block.lost])
            for why in LOST
            if any(why in block.lost for block in self.blocks)
        }
        return {why: np.sort(numbers) for why, numbers in found.items() if len(numbers)}

    def check_places(self) -> Features:
        """Refuse a layer most of whose features lie nowhere on earth: its CRS is wrong, not its features.

        Raises
        ------
        DataError
            If it is such a layer.
        """
        astray = self.lost.get("off_earth", np.zeros(0, dtype=np.intp))
        if 2 * len(astray) > self.count - len(self.lost.get("without_geometry", ())):
            raise DataError(
                "overlay.all_off_earth", count=len(astray), all=self.count, feature=int(astray[0])
            )
        return self

    @cached_property
    def tree(self) -> shapely.STRtree:
        """A tree of the boxes of all rows."""
        # the diagonal of a box has the box for its envelope, and is the least geometry that has
        tree = shapely.STRtree(shapely.linestrings(self.boxes.reshape(-1, 2, 2)) if len(self.boxes) else [])
        tree.query(shapely.Point(0, 0))  # builds it, before threads share it
        return tree

    @property
    def vertices(self) -> Indices:
        """The number of vertices of every row."""
        store, places = self._store
        return store.vertices[places]

    @cached_property
    def _store(self) -> tuple[OutlineStore, Indices]:
        arrays: list[Outlines] = []
        places, first = [np.zeros(0, dtype=np.intp)], 0
        for block in self.blocks:
            outlines, place = block.all_outlines()
            arrays.extend(outlines)
            places.append(place + first)
            first += sum(len(one) for one in outlines)
        return OutlineStore(arrays), np.concatenate(places)

    def outlines(self, rows: Indices) -> Outlines:
        """Return some rows as coordinate arrays, in the order asked for."""
        store, places = self._store
        return store.take(places[rows])

    def take(self, rows: Indices) -> Geometries:
        """Return the geometries of some rows, in the order asked for."""
        result = np.empty(len(rows), dtype=object)
        place = np.searchsorted(self._starts, rows, side="right") - 1
        for number in np.unique(place):
            here = place == number
            result[here] = self.blocks[number].take(rows[here] - self._starts[number])
        return result


def no_rows(lost: Mapping[str, Indices]) -> Block:
    """Return a block of features that all count for nothing."""
    nothing = np.zeros(0, dtype=np.intp)
    rows = nothing, np.zeros((0, 2)), np.zeros((0, 4)), np.zeros(0)
    return Block(rows, None, nothing, np.zeros(0, dtype=object), lost=lost)


def features_of(layer: Any, crs: Any = None, *, threads: int = 1) -> Features:
    """Return the features of a layer in memory: a GeoDataFrame, GeoSeries or array of geometries."""
    array, source = with_crs(layer, crs)
    steps = [array[start : start + _STEP] for start in range(0, len(array), _STEP)]
    starts = range(0, len(array), _STEP)

    def prepare(step: tuple[int, Geometries]) -> list[tuple[Block, list[Repair]]]:
        start, geometries = step
        numbers = np.arange(start, start + len(geometries), dtype=np.intp)
        return _blocks_of(geometries, numbers, source)

    steps_done = in_threads(prepare, list(zip(starts, steps, strict=True)), threads)
    found = [one for some in steps_done for one in some]
    repairs = [repair for _, some in found for repair in some]
    return Features([block for block, _ in found], len(array), repairs).check_places()


def _blocks_of(geometries: Geometries, numbers: Indices, source: Any) -> list[tuple[Block, list[Repair]]]:
    """Return blocks of geometries; polygons of a projection go the way that those of a file go, whose edges are cut elsewhere."""
    plain = np.isin(shapely.get_type_id(geometries), (3, 6)) & ~shapely.is_empty(geometries)
    if is_alike(source) or not plain.any():
        return [block_of_geometries(geometries, numbers, source)]
    plain &= ~not_finite(geometries)
    outlines = outlines_of(without_empty_rings(geometries[plain]))
    if not np.diff(outlines.parts).all():  # an empty part
        return [block_of_geometries(geometries, numbers, source)]
    blocks = [block_of_outlines(outlines, numbers[plain], source)]
    if not plain.all():
        blocks.append(block_of_geometries(geometries[~plain], numbers[~plain], source))
    return blocks


def join(layers: Sequence[Features]) -> tuple[Features, Indices]:
    """Return the features of several layers as one, numbered on, and the number of the first of each layer."""
    firsts = np.cumsum([0, *(layer.count for layer in layers)])
    blocks = [
        block.numbered_from(int(first))
        for layer, first in zip(layers, firsts[:-1], strict=True)
        for block in layer.blocks
    ]
    repairs = [repair for layer in layers for repair in layer.repairs]
    return Features(blocks, int(firsts[-1]), repairs), firsts[:-1].astype(np.intp)


def block_of_outlines(
    outlines: Outlines, features: Indices, crs: Any, room: Room = np.empty
) -> tuple[Block, list[Repair]]:
    """Return a block of polygons of any CRS, given as coordinate arrays; `features` are their numbers.

    Parameters
    ----------
    room
        Where the coordinates go.
    """
    plane = into_plane(outlines, crs, room)
    if plane is None:
        block, repairs = block_of_geometries(outlines.geometries(), features, crs)
        return block.moved(room), repairs
    return block_in_plane(plane, measure(plane), features)


def block_of_geometries(geometries: Geometries, features: Indices, crs: Any) -> tuple[Block, list[Repair]]:
    """Return a block of geometries of any kind and CRS; `features` are their numbers."""
    plane, lost = _to_plane(geometries, crs)
    kinds = shapely.get_dimensions(plane)
    plane = polygonal(plane)
    lost["without_geometry"] |= shapely.is_missing(geometries) | shapely.is_empty(geometries)
    lost["not_areas"] = (kinds >= 0) & (kinds < 2) & ~lost["without_geometry"]
    repairs = [Repair(int(number), "dropped", 0.0, 0.0) for number in features[lost["not_finite"]]]
    numbers = {why: features[those] for why, those in lost.items() if those.any()}
    full = np.flatnonzero(~shapely.is_empty(plane))
    outlines = outlines_of(plane[full])
    block, more = block_in_plane(outlines, measure(outlines), features[full], numbers)
    return block, repairs + more


def block_in_plane(
    plane: Outlines, found: Measures, features: Indices, lost: Mapping[str, Indices] | None = None
) -> tuple[Block, list[Repair]]:
    """Return a block of polygons of the plane: those that are certainly valid as they are, others as GEOS sees them."""
    begin = plane.rings[plane.parts[plane.features]]
    known, unknown = np.flatnonzero(found.valid), np.flatnonzero(~found.valid)
    shapes = plane.take(unknown).geometries()
    areas, sound = shapely.area(shapes), shapely.is_valid(shapes)
    plain, broken = np.flatnonzero(sound & (areas > 0)), np.flatnonzero(~sound)
    mended = each(repaired, shapes[broken])
    after = shapely.area(mended)
    repairs = [
        Repair(int(feature), "structure", float(one) / 1e6, float(other) / 1e6)
        if np.isfinite(other)
        else Repair(int(feature), "failed", float(one) / 1e6, 0.0)
        for feature, one, other in zip(features[unknown[broken]], areas[broken], after, strict=True)
    ]
    real = after > 0
    places = np.concatenate([known, unknown[plain]])
    owner = np.concatenate([places, unknown[broken[real]]])
    shapes = np.concatenate([shapes[plain], mended[real]])
    rows = (
        features[owner],
        plane.coordinates[begin[owner]],
        np.concatenate([found.boxes[known], shapely.bounds(shapes).reshape(-1, 4)]),
        np.concatenate([found.areas[known], shapely.area(shapes)]),
    )
    return Block(rows, plane, places, mended[real], lost=lost), repairs


def in_threads(
    function: Callable[[Any], Result], items: Sequence[Any], threads: int, progress: Progress | None = None
) -> list[Result]:
    """Return the results for all items, in their order.

    Raises
    ------
    DataError
        If GEOS gives up on a geometry that it was not seen to give up on before.
    """
    results: list[Result] = []
    try:
        with ThreadPoolExecutor(max(threads, 1)) as pool:
            for result in (pool.map if threads > 1 and len(items) > 1 else map)(function, items):
                results.append(result)
                if progress:
                    progress(len(results), len(items))
    except shapely.GEOSException as error:
        raise DataError("overlay.broken_geometry", reason=" ".join(str(error).split())[:200]) from error
    return results


def _to_plane(geometries: Geometries, source: Any) -> tuple[Geometries, dict[str, Mask]]:
    """Project geometries; those that lie nowhere become missing, and are told."""
    lost = {
        why: np.zeros(len(geometries), dtype=bool) for why in ("without_geometry", "not_finite", "off_earth")
    }
    if (wild := not_finite(geometries)).any():
        geometries = geometries.copy()
        geometries[wild] = None
        lost["not_finite"] = wild
    try:
        return to_plane(geometries, source), lost
    except DataError:
        coordinates, owner = shapely.get_coordinates(geometries, return_index=True)
        astray = np.zeros(len(geometries), dtype=bool)
        astray[owner[~on_earth(degree_coordinates(coordinates, source))]] = True
        geometries = geometries.copy()
        geometries[astray] = None
        lost["off_earth"] = astray
        return to_plane(geometries, source), lost
