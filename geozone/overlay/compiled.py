"""The sweep over an item and what lies on it, compiled: see `geozone.overlay.sweep`.

All edges are cut into horizontal strips in which no edge begins, ends or crosses another. In a strip, edges have an order
from west to east, and between two neighbours lies a trapezoid of one combination of polygons; its area is its width half way
up times its height. Combinations of an item add up to it. Nothing is built, and edges that touch or coincide do no harm:
they leave trapezoids without width. Polygons must be valid.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

# Plain loops over plain arrays: what numpy would say shorter takes seconds to compile. Polygons are (points, rings, first
# ring of each polygon and the end of the last).
_BITS = 17  # layers and earlier features
_ITEM = -1  # the label of the item itself
_ZONE = -2  # the label of pieces of the first zone; later zones go on downwards
_WEST = -1.0  # where edges to the west of the item are put, its own western end being 0
# columns of an edge: its low and high end, x and dx/dy at the low end, its reach in x
_LOW, _HIGH, _X, _SLANT, _LEAST, _MOST = range(6)


def _compiled(function: Any) -> Any:
    try:
        return njit(cache=True, nogil=True, error_model="numpy")(function)
    except RuntimeError:  # no folder to keep compiled code in: it is compiled anew in every process
        return njit(nogil=True, error_model="numpy")(function)


@_compiled
def sweep_items(items, others, pieces, near, cut, zones):
    """Return the combinations of all items: item, zone and bits of each, and its area in m².

    Parameters
    ----------
    items, others, pieces
        Polygons: items, other features, pieces of zones.
    near, cut
        Others and pieces whose boxes meet that of each item: offsets by item, numbers, labels (bits; zones of pieces).
    zones
        The zone that each item lies in wholly; -1 where pieces tell.
    """
    edges, slots = np.empty((256, 6)), np.empty(256, np.int64)
    found, areas = np.empty((1024, 3), np.int64), np.empty(1024)
    codes, amounts = np.empty((16, 2), np.int64), np.empty(16)
    count = 0
    points, rings, ring_of = items
    box = np.empty(4)
    for item in range(len(zones)):
        _box_of(points, rings[ring_of[item]], rings[ring_of[item + 1]], box)
        first, final = near[0][item], near[0][item + 1]
        first_cut, final_cut = cut[0][item], cut[0][item + 1]
        labels = np.empty(1 + final - first + final_cut - first_cut, np.int64)
        labels[0] = _ITEM
        slot, number = np.int64(0), np.int64(0)
        edges, slots, number = _add(items, item, box, slot, edges, slots, number)
        slot += 1
        for entry in range(first, final):
            labels[slot] = near[2][entry]
            edges, slots, number = _add(others, near[1][entry], box, slot, edges, slots, number)
            slot += 1
        for entry in range(first_cut, final_cut):
            labels[slot] = _ZONE - cut[2][entry]
            edges, slots, number = _add(pieces, cut[1][entry], box, slot, edges, slots, number)
            slot += 1
        known, codes, amounts = _sweep_one(edges, slots, number, labels, box[3], zones[item], codes, amounts)
        for code in range(known):
            if count == len(areas):
                found, areas = _twice(found), _doubled(areas)
            found[count, 0], found[count, 1], found[count, 2] = item, codes[code, 0], codes[code, 1]
            areas[count] = amounts[code]
            count += 1
    return found[:count], areas[:count]


@_compiled
def _box_of(points, first, final, box):
    """Write west, south, width and height of some points."""
    west, south, east, north = np.inf, np.inf, -np.inf, -np.inf
    for place in range(first, final):
        west, east = min(west, points[place, 0]), max(east, points[place, 0])
        south, north = min(south, points[place, 1]), max(north, points[place, 1])
    box[0], box[1], box[2], box[3] = west, south, east - west, north - south


@_compiled
def _add(polygons, number, box, slot, edges, slots, count):
    """Add the edges of a polygon that matter in a box, relative to its south-western corner.

    Of a run of edges to the west of the box only its ends matter: what they leave of the outline is one upright edge.
    """
    points, rings, ring_of = polygons
    west, south, width, height = box[0], box[1], box[2], box[3]
    for ring in range(ring_of[number], ring_of[number + 1]):
        running, began = False, 0.0
        x1, y1 = points[rings[ring], 0] - west, points[rings[ring], 1] - south
        for place in range(rings[ring] + 1, rings[ring + 1]):
            x0, y0 = x1, y1
            x1, y1 = points[place, 0] - west, points[place, 1] - south
            if x0 < 0 and x1 < 0:
                if not running:
                    running, began = True, y0
                continue
            if running:
                running = False
                edges, slots, count = _put(edges, slots, count, slot, _WEST, began, _WEST, y0, height)
            if min(x0, x1) <= width:
                edges, slots, count = _put(edges, slots, count, slot, x0, y0, x1, y1, height)
        if running:
            edges, slots, count = _put(edges, slots, count, slot, _WEST, began, _WEST, y1, height)
    return edges, slots, count


@_compiled
def _put(edges, slots, count, slot, x0, y0, x1, y1, height):
    """Add an edge that runs through some of the height from 0."""
    low, high = min(y0, y1), max(y0, y1)
    if low == high or high <= 0 or low >= height:
        return edges, slots, count
    if count == len(slots):
        edges, slots = _twice(edges), _doubled(slots)
    edges[count, _LOW], edges[count, _HIGH], slots[count] = low, high, slot
    edges[count, _X] = x0 if y0 < y1 else x1
    edges[count, _SLANT] = (x1 - x0) / (y1 - y0)
    edges[count, _LEAST], edges[count, _MOST] = min(x0, x1), max(x0, x1)
    return edges, slots, count + 1


@_compiled
def _twice(table):
    """Return a table with room for as many rows more."""
    result = np.empty((2 * table.shape[0], table.shape[1]), table.dtype)
    for row in range(table.shape[0]):
        for column in range(table.shape[1]):
            result[row, column] = table[row, column]
    return result


@_compiled
def _doubled(values):
    """Return values with room for as many more."""
    result = np.empty(2 * len(values), values.dtype)
    for place in range(len(values)):
        result[place] = values[place]
    return result


@_compiled
def _sort(order, keys, count):
    """Sort places by their keys: Shell's method, for the some hundreds that an item has."""
    gap = 1
    while gap < count // 3:
        gap = 3 * gap + 1
    while gap > 0:
        for place in range(gap, count):
            moved = order[place]
            key, free = keys[moved], place
            while free >= gap and keys[order[free - gap]] > key:
                order[free] = order[free - gap]
                free -= gap
            order[free] = moved
        gap //= 3


@_compiled
def _levels(edges, slots, count, order, labels, height):
    """Return the heights between strips: those of vertices and of crossings, and their order."""
    levels = np.empty(4 * count + 2)
    levels[0], levels[1] = 0.0, height
    known = 2
    for place in range(count):
        one = order[place]
        low, high, x, slant = edges[one, _LOW], edges[one, _HIGH], edges[one, _X], edges[one, _SLANT]
        if known + 2 > len(levels):
            levels = _doubled(levels)
        if low > 0:
            levels[known] = low
            known += 1
        if high < height:
            levels[known] = high
            known += 1
        slot, piece = slots[one], labels[slots[one]] <= _ZONE
        for later in range(place + 1, count):
            other = order[later]
            bottom = edges[other, _LOW]
            if bottom >= high:
                break
            if edges[other, _LEAST] > edges[one, _MOST] or edges[other, _MOST] < edges[one, _LEAST]:
                continue
            if slots[other] == slot or (piece and labels[slots[other]] <= _ZONE):
                continue  # polygons are valid, and zones do not overlap
            top = min(high, edges[other, _HIGH])
            before = x + (bottom - low) * slant - edges[other, _X]
            after = x + (top - low) * slant - edges[other, _X] - (top - bottom) * edges[other, _SLANT]
            if before * after >= 0:
                continue
            level = bottom + (top - bottom) * before / (before - after)
            if 0 < level < height:
                if known == len(levels):
                    levels = _doubled(levels)
                levels[known] = level
                known += 1
    sequence = np.empty(known, np.int64)
    for place in range(known):
        sequence[place] = place
    _sort(sequence, levels, known)
    return levels, sequence


@_compiled
def _sweep_one(edges, slots, count, labels, height, zone, codes, amounts):
    """Return how many combinations an item has, their zones and bits, and their areas."""
    order, lows = np.empty(count, np.int64), np.empty(count)
    for place in range(count):
        order[place], lows[place] = place, edges[place, _LOW]
    _sort(order, lows, count)
    levels, sequence = _levels(edges, slots, count, order, labels, height)
    active, at = np.empty(count, np.int64), np.empty(count)
    inside, counts = np.zeros(len(labels), np.int64), np.zeros(_BITS, np.int64)
    size, entered, known = 0, 0, 0
    for strip in range(len(sequence) - 1):
        bottom, top = levels[sequence[strip]], levels[sequence[strip + 1]]
        if top <= bottom:
            continue
        while entered < count and lows[order[entered]] <= bottom:
            active[size] = order[entered]
            size += 1
            entered += 1
        size = _arrange(edges, active, at, size, bottom, (bottom + top) / 2)
        for slot in range(len(inside)):
            inside[slot] = 0
        for bit in range(len(counts)):
            counts[bit] = 0
        mask, there = 0, zone
        for place in range(size - 1):
            slot = slots[active[place]]
            inside[slot] = 1 - inside[slot]
            label = labels[slot]
            if label >= 0:
                counts[label] += 2 * inside[slot] - 1
                if counts[label] > 0:
                    mask |= 1 << label
                else:
                    mask &= ~(1 << label)
            elif label <= _ZONE:
                there = _zone_of(labels, inside, zone)
            area = (at[place + 1] - at[place]) * (top - bottom)
            if inside[0] == 0 or area <= 0:
                continue
            code = 0
            while code < known and (codes[code, 0] != there or codes[code, 1] != mask):
                code += 1
            if code == known:
                if known == len(amounts):
                    codes, amounts = _twice(codes), _doubled(amounts)
                codes[code, 0], codes[code, 1], amounts[code] = there, mask, 0.0
                known += 1
            amounts[code] += area
    return known, codes, amounts


@_compiled
def _arrange(edges, active, at, size, bottom, middle):
    """Drop edges that have ended, and order the others from west to east, which they nearly are from the strip before."""
    kept = 0
    for place in range(size):
        one = active[place]
        if edges[one, _HIGH] <= bottom:
            continue
        x = edges[one, _X] + (middle - edges[one, _LOW]) * edges[one, _SLANT]
        x = min(max(x, edges[one, _LEAST]), edges[one, _MOST])
        free = kept
        while free > 0 and at[free - 1] > x:
            active[free], at[free] = active[free - 1], at[free - 1]
            free -= 1
        active[free], at[free] = one, x
        kept += 1
    return kept


@_compiled
def _zone_of(labels, inside, zone):
    """Return the zone whose piece a place lies in, or else the one given."""
    for slot in range(len(labels)):
        if labels[slot] <= _ZONE and inside[slot] == 1:
            return _ZONE - labels[slot]
    return zone
