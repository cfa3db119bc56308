"""The sweep over one cell, compiled.

All pieces of the cell are cut into horizontal strips in which none begins, ends or crosses another. In a strip, pieces have an
order from west to east, and between two neighbours lies a trapezoid of one combination of polygons; its area is its width half
way up times its height. The trapezoids of a cell add up to it. Nothing is built, and pieces that touch or coincide do no harm:
they leave trapezoids without width.
"""

from __future__ import annotations

import numpy as np

from geozone.overlay.compiled.compilation import longer, sort_by, step

NOWHERE, ANYWHERE = -2, -1  # zones of cells: outside all, and with the border of a zone inside
_BITS = 16  # layers
# columns of an edge: its low and high end, x and dx/dy at the low end, its reach in x
_LOW, _HIGH, _AT, _SLANT, _LEAST, _MOST = range(6)
# columns of a slot
_OWNER, _WINDING, _FIRST, _LAST = range(4)


@step
def sweep_cell(pieces, polygons, zones, covers, box, zone, base, layers, mask):
    """Return the combinations in a cell, their zone and value, and their areas.

    Parameters
    ----------
    pieces
        The table of pieces.
    polygons
        Owner, winding number, first piece and end of each polygon.
    zones, covers
        First polygon and end: of the zones, negative owners, and of what covers them, the first to count first.
    box
        The cell.
    zone
        The zone of the whole cell, where there is one; else that of the ground outside all: `NOWHERE` to count it, `ANYWHERE`
        to leave it out.
    base
        The cover of the whole cell, which counts after the others; -1 where there is none.
    layers
        Layer of each owner, for the values to be sets of layers as bits; empty for the values to be owners.
    mask
        Layers that cover the whole cell.
    """
    west, south, east, north = box[0], box[1], box[2], box[3]
    many = zones[1] - zones[0] + covers[1] - covers[0]
    divide = zones[1] - zones[0]  # slots of zones come first
    most = 0
    owners = np.empty(many, np.int64)
    start = np.empty(many, np.int64)
    for slot in range(many):
        row = zones[0] + slot if slot < divide else covers[0] + slot - divide
        most += polygons[row, _LAST] - polygons[row, _FIRST]
        owners[slot], start[slot] = polygons[row, _OWNER], polygons[row, _WINDING]
    edges, slots, turns = np.empty((most, 6)), np.empty(most, np.int64), np.empty(most, np.int64)
    levels, known = np.empty(4 * most + 16), 2
    levels[0], levels[1] = south, north
    # where an outline passes the western side
    passed, passes = np.empty((2 * most, 2)), 0
    count = 0
    for slot in range(many):
        row = zones[0] + slot if slot < divide else covers[0] + slot - divide
        for number in range(polygons[row, _FIRST], polygons[row, _LAST]):
            xs, ys, xe, ye = pieces[number, 0], pieces[number, 1], pieces[number, 2], pieces[number, 3]
            if xs == west and ys > south:
                passed[passes, 0], passed[passes, 1] = ys, slot + 1
                passes += 1
            if xe == west and ye > south:
                passed[passes, 0], passed[passes, 1] = ye, -slot - 1
                passes += 1
            if ys == ye:
                if west in (xs, xe):
                    levels[known] = ys
                    known += 1
                continue
            upward = ys < ye
            turns[count] = -1 if upward else 1
            slots[count] = slot
            edges[count, _LOW] = min(ys, ye)
            edges[count, _HIGH] = max(ys, ye)
            edges[count, _AT] = xs if upward else xe
            edges[count, _SLANT] = (xe - xs) / (ye - ys)
            edges[count, _LEAST], edges[count, _MOST] = min(xs, xe), max(xs, xe)
            count += 1
    order = np.empty(count, np.int64)
    for place in range(count):
        order[place] = place
    sort_by(order, edges[:, _LOW], count)
    levels, known = _levels(edges, slots, count, order, divide, levels, known, south, north)
    sequence = np.empty(known, np.int64)
    for place in range(known):
        sequence[place] = place
    sort_by(sequence, levels, known)
    turn_order = np.empty(passes, np.int64)
    for place in range(passes):
        turn_order[place] = place
    sort_by(turn_order, passed[:, 0], passes)
    active, at, inside = np.empty(count, np.int64), np.empty(count), np.empty(many, np.int64)
    counts = np.zeros(_BITS, np.int64)
    by_layer = len(layers) > 0
    codes, amounts, found = np.empty((8, 2), np.int64), np.empty(8), 0
    size, entered, turned = 0, 0, 0
    for strip in range(known - 1):
        bottom, top = levels[sequence[strip]], levels[sequence[strip + 1]]
        if top <= bottom:
            continue
        while turned < passes and passed[turn_order[turned], 0] <= bottom:
            change = int(passed[turn_order[turned], 1])
            if change > 0:
                start[change - 1] += 1
            else:
                start[-change - 1] -= 1
            turned += 1
        while entered < count and edges[order[entered], _LOW] <= bottom:
            active[size] = order[entered]
            size += 1
            entered += 1
        size = _arrange(edges, active, at, size, bottom, (bottom + top) / 2)
        there, value, present = zone, np.int64(-1), mask
        for slot in range(many):
            inside[slot] = start[slot]
        for slot in range(divide):
            if inside[slot] > 0:
                there = -1 - owners[slot]
        if by_layer:
            for bit in range(_BITS):
                counts[bit] = 0
            for slot in range(divide, many):
                if inside[slot] > 0:
                    counts[layers[owners[slot]]] += 1
                    present |= 1 << layers[owners[slot]]
            value = present
        else:
            front = divide
            while front < many and inside[front] <= 0:
                front += 1
            value = owners[front] if front < many else base
        before = west
        for place in range(size + 1):
            after = at[place] if place < size else east
            area = (after - before) * (top - bottom)
            if area > 0 and there != ANYWHERE and (value > 0 if by_layer else value >= 0):
                code = 0
                while code < found and (codes[code, 1] != value or codes[code, 0] != there):
                    code += 1
                if code == found:
                    if found == len(amounts):
                        codes = longer(codes, 0)
                        more = np.empty(len(codes))
                        for known_code in range(found):
                            more[known_code] = amounts[known_code]
                        amounts = more
                    codes[code, 0], codes[code, 1], amounts[code] = there, value, 0.0
                    found += 1
                amounts[code] += area
            if place == size:
                break
            before = after
            edge = active[place]
            slot = slots[edge]
            was = inside[slot] > 0
            inside[slot] += turns[edge]
            now = inside[slot] > 0
            if was == now:
                continue
            if slot < divide:
                there = zone
                for one in range(divide):
                    if inside[one] > 0:
                        there = -1 - owners[one]
            elif by_layer:
                bit = layers[owners[slot]]
                counts[bit] += 1 if now else -1
                if counts[bit] > 0:
                    present |= 1 << bit
                else:
                    present &= ~(1 << bit)
                    present |= mask
                value = present
            elif now:
                if slot < front:
                    front = slot
                    value = owners[front]
            elif slot == front:
                while front < many and inside[front] <= 0:
                    front += 1
                value = owners[front] if front < many else base
    return codes, amounts, found


@step
def _levels(edges, slots, count, order, divide, levels, known, south, north):
    """Return the heights between strips: those of ends and of crossings."""
    for place in range(count):
        one = order[place]
        low, high, x, slant = edges[one, _LOW], edges[one, _HIGH], edges[one, _AT], edges[one, _SLANT]
        if known + 2 > len(levels):
            levels = _twice(levels)
        if low > south:
            levels[known] = low
            known += 1
        if high < north:
            levels[known] = high
            known += 1
        slot = slots[one]
        for later in range(place + 1, count):
            other = order[later]
            bottom = edges[other, _LOW]
            if bottom >= high:
                break
            if edges[other, _LEAST] > edges[one, _MOST] or edges[other, _MOST] < edges[one, _LEAST]:
                continue
            if slots[other] == slot or (slot < divide and slots[other] < divide):
                continue  # polygons are valid, and zones do not overlap
            top = min(high, edges[other, _HIGH])
            before = x + (bottom - low) * slant - edges[other, _AT]
            after = x + (top - low) * slant - edges[other, _AT] - (top - bottom) * edges[other, _SLANT]
            if before * after >= 0:
                continue
            level = bottom + (top - bottom) * before / (before - after)
            if south < level < north:
                if known == len(levels):
                    levels = _twice(levels)
                levels[known] = level
                known += 1
    return levels, known


@step
def _twice(values):
    """Return values with room for as many more."""
    result = np.empty(2 * len(values))
    for place in range(len(values)):
        result[place] = values[place]
    return result


@step
def _arrange(edges, active, at, size, bottom, middle):
    """Drop edges that have ended, and order the others from west to east, which they nearly are from the strip before."""
    kept = 0
    for place in range(size):
        one = active[place]
        if edges[one, _HIGH] <= bottom:
            continue
        x = edges[one, _AT] + (middle - edges[one, _LOW]) * edges[one, _SLANT]
        x = min(max(x, edges[one, _LEAST]), edges[one, _MOST])
        free = kept
        while free > 0 and at[free - 1] > x:
            active[free], at[free] = active[free - 1], at[free - 1]
            free -= 1
        active[free], at[free] = one, x
        kept += 1
    return kept
