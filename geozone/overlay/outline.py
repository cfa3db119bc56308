"""Polygons measured on their coordinate arrays: boxes, areas, and which are certainly valid.

A ring that turns one way around the middle of its box, and once, crosses itself nowhere. Most ponds, parcels and patches
are such rings, and to see it takes a tenth of the time that a search for crossings takes; the search is left for the others.
Of polygons with several rings, those with one hole well inside and those of two parts apart are told as well.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geozone.overlay.plane import Indices, Numbers
from geozone.overlay.wkb import Outlines

Flags = npt.NDArray[np.bool_]
_STEP = 1 << 15  # coordinates a step, so that the passes stay in the processor's cache
_ROUNDING = (
    1e-15  # of the box: more than rounding can add to the cross product of two vertices seen from its middle
)
_CLEARLY = 1 - 1e-6


@dataclass(frozen=True)
class Measures:
    """Boxes (west, south, east, north), areas, and whether they hold: the polygon is certainly valid."""

    boxes: Numbers
    areas: Numbers
    valid: Flags


def measure(outlines: Outlines) -> Measures:
    """Measure polygons and multipolygons; rings must be closed and their coordinates finite."""
    boxes, areas, simple = _measure_rings(outlines)
    first = outlines.parts[outlines.features[:-1]]
    rings = outlines.parts[outlines.features[1:]] - first
    parts = np.diff(outlines.features)
    found = Measures(boxes[first], areas[first], simple[first] & (rings == 1))
    both = simple[first] & np.append(simple[1:], False)[first]
    holed = np.flatnonzero((rings == 2) & (parts == 1) & both)
    one, other = first[holed], first[holed] + 1
    found.valid[holed] = _well_inside(outlines, boxes, one, other)
    found.areas[holed] -= areas[other]
    split = np.flatnonzero((rings == 2) & (parts == 2) & both)
    one, other = first[split], first[split] + 1
    low, high = boxes[one], boxes[other]
    found.valid[split] = ((low[:, :2] > high[:, 2:]) | (high[:, :2] > low[:, 2:])).any(axis=1)
    found.areas[split] += areas[other]
    found.boxes[split, :2] = np.minimum(low[:, :2], high[:, :2])
    found.boxes[split, 2:] = np.maximum(low[:, 2:], high[:, 2:])
    return found


def _well_inside(outlines: Outlines, boxes: Numbers, shells: Indices, holes: Indices) -> Flags:
    """Tell which holes lie nearer to the middle of their shell's box than any edge of the shell does."""
    if not len(shells):
        return np.zeros(0, dtype=bool)
    middle = (boxes[shells, :2] + boxes[shells, 2:]) / 2
    count = outlines.rings[shells + 1] - outlines.rings[shells]
    begin = np.cumsum(count) - count
    place = np.arange(count.sum()) + np.repeat(outlines.rings[shells] - begin, count)
    start = outlines.coordinates[place] - np.repeat(middle, count, axis=0)
    along = np.diff(start, axis=0, append=0)
    along[begin + count - 1] = 0  # the last vertex is no edge
    length = (along**2).sum(axis=1)
    share = -(start * along).sum(axis=1) / np.where(length > 0, length, 1)
    nearest = start + np.clip(share, 0, 1)[:, None] * along
    free = np.minimum.reduceat((nearest**2).sum(axis=1), begin)
    reach = np.maximum(np.abs(boxes[holes, :2] - middle), np.abs(boxes[holes, 2:] - middle))
    return np.asarray((reach**2).sum(axis=1) < _CLEARLY * free)


def _measure_rings(outlines: Outlines) -> tuple[Numbers, Numbers, Flags]:
    """Return the box and the area of every ring, and whether it certainly does not cross itself."""
    offsets = outlines.rings
    boxes, areas = np.empty((len(offsets) - 1, 4)), np.empty(len(offsets) - 1)
    simple = np.empty(len(offsets) - 1, dtype=bool)
    first = 0
    while first < len(areas):
        last = max(int(np.searchsorted(offsets, offsets[first] + _STEP, side="right")) - 1, first + 1)
        some, begin = slice(first, last), offsets[first : last + 1] - offsets[first]
        coordinates = outlines.coordinates[offsets[first] : offsets[last]]
        boxes[some], areas[some], simple[some] = _measure(coordinates, begin)
        first = last
    return boxes, areas, simple


def _measure(coordinates: Numbers, offsets: npt.NDArray[np.int64]) -> tuple[Numbers, Numbers, Flags]:
    begin, end, count = offsets[:-1], offsets[1:] - 1, np.diff(offsets)
    x, y = np.ascontiguousarray(coordinates[:, 0]), np.ascontiguousarray(coordinates[:, 1])
    west, east = np.minimum.reduceat(x, begin), np.maximum.reduceat(x, begin)
    south, north = np.minimum.reduceat(y, begin), np.maximum.reduceat(y, begin)
    x -= np.repeat((west + east) / 2, count)
    y -= np.repeat((south + north) / 2, count)
    # twice the triangle of every edge and the middle; at the last vertex of a ring, the first triangle once more
    turn = np.empty(len(x))
    np.multiply(x[:-1], y[1:], out=turn[:-1])
    turn[:-1] -= y[:-1] * x[1:]
    turn[end] = turn[begin]
    limit = _ROUNDING * (east - west) * (north - south)
    one_way = (np.minimum.reduceat(turn, begin) > limit) | (np.maximum.reduceat(turn, begin) < -limit)
    above = y > 0
    changes = np.zeros(len(x), dtype=np.int8)
    changes[:-1] = above[1:] != above[:-1]
    changes[end] = 0
    once = np.add.reduceat(changes, begin, dtype=np.int32) == 2
    area = np.abs(np.add.reduceat(turn, begin) - turn[begin]) / 2
    return np.column_stack([west, south, east, north]), area, one_way & once
