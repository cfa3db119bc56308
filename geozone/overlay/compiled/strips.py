"""The sweep over one cell.

All pieces of the cell are cut into horizontal strips in which none begins, ends or crosses another. In a strip, pieces have an
order from west to east, and between two neighbours lies a trapezoid of one combination of polygons; its area is its width half
way up times its height. The trapezoids of a cell add up to it. Nothing is built, and pieces that touch or coincide do no harm:
they leave trapezoids without width.
"""

from __future__ import annotations

import numpy as np

from geozone.overlay.compiled.compilation import allocating_step, sort_column, sort_pairs, step

NOWHERE, ANYWHERE = -2, -1  # zones of cells: outside all, and with the border of a zone inside
_BITS = 16  # layers
# columns of a polygon
_OWNER, _WINDING, _FIRST, _LAST = range(4)
# columns of the table of numbers: low and high end of an edge, x and dx/dy at the low end, its reach in x; x of what is active;
# heights between strips; heights at which outlines pass the western side; areas found
_LOW, _HIGH, _X, _SLANT, _LEAST, _MOST, _AT, _LEVEL, _PASSED, _AREA, _KEY = range(11)
# columns of the table of places: polygon (slot) of an edge and what it does to the winding number there, edges by their low
# end, active edges, heights in order, slots of passages and their order; owner of a slot and its winding number at the western
# side and further east; zone and value of what is found; polygons of each layer
_SLOT, _TURN, _ORDER, _ACTIVE, _PASSES, _OWNED, _START, _INSIDE, _ZONE, _VALUE, _COUNT = range(11)


@allocating_step
def make_workspace():
    """Return the tables that a sweep works in: numbers and places."""
    return np.empty((256, 11)), np.empty((256, 11), np.int64)


@step
def sweep_cell(pieces, polygons, zones, covers, box, zone, base, layers, mask, numbers, places):
    """Return how many combinations there are in a cell; -1 where the workspace is too small for it.

    Their zone and value, and their areas, stand in the last columns of the workspace (`combination`).

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
    numbers, places
        The workspace (`make_workspace`).
    """
    west, south, north = box[0], box[1], box[3]
    divide = zones[1] - zones[0]  # slots of zones come first
    many = divide + covers[1] - covers[0]
    most = many
    for slot in range(many):
        row = zones[0] + slot if slot < divide else covers[0] + slot - divide
        most += polygons[row, _LAST] - polygons[row, _FIRST]
    if 2 * most + 16 > len(numbers):
        return -1
    numbers[0, _LEVEL], numbers[1, _LEVEL] = south, north
    known, passes, count = 2, 0, 0
    for slot in range(many):
        row = zones[0] + slot if slot < divide else covers[0] + slot - divide
        places[slot, _OWNED], places[slot, _START] = polygons[row, _OWNER], polygons[row, _WINDING]
        last_y = np.nan
        for number in range(polygons[row, _FIRST], polygons[row, _LAST]):
            xs, ys, xe, ye = pieces[number, 0], pieces[number, 1], pieces[number, 2], pieces[number, 3]
            if xs == west and ys > south:
                numbers[passes, _PASSED], places[passes, _PASSES] = ys, slot + 1
                passes += 1
            if xe == west and ye > south:
                numbers[passes, _PASSED], places[passes, _PASSES] = ye, -slot - 1
                passes += 1
            # where one piece ends the next mostly begins
            if ys != last_y and south < ys < north:
                numbers[known, _LEVEL] = ys
                known += 1
            if ye != ys and south < ye < north:
                numbers[known, _LEVEL] = ye
                known += 1
            last_y = ye
            if ys == ye:
                continue
            upward = ys < ye
            places[count, _SLOT], places[count, _TURN] = slot, -1 if upward else 1
            numbers[count, _LOW], numbers[count, _HIGH] = min(ys, ye), max(ys, ye)
            numbers[count, _KEY] = numbers[count, _LOW]
            numbers[count, _X] = xs if upward else xe
            numbers[count, _SLANT] = (xe - xs) / (ye - ys)
            numbers[count, _LEAST], numbers[count, _MOST] = min(xs, xe), max(xs, xe)
            places[count, _ORDER] = count
            count += 1
    sort_pairs(numbers, _KEY, places, _ORDER, count)
    known = _add_crossings(numbers, places, count, divide, known, south, north)
    if known < 0:
        return -1
    sort_column(numbers, _LEVEL, known)
    sort_pairs(numbers, _PASSED, places, _PASSES, passes)
    slots, sizes = (divide, many), (known, passes, count)
    return _sweep_strips(numbers, places, box, slots, sizes, zone, base, layers, mask)


@step
def _sweep_strips(numbers, places, box, slots, sizes, zone, base, layers, mask):
    """Sweep all strips; return how many combinations are found, -1 where there is no room for them."""
    divide, many = slots
    known, passes, count = sizes
    size, entered, turned, found = 0, 0, 0, 0
    by_layer = len(layers) > 0
    for strip in range(known - 1):
        if found + count + 1 > len(numbers):
            return -1
        bottom, top = numbers[strip, _LEVEL], numbers[strip + 1, _LEVEL]
        if top <= bottom:
            continue
        while turned < passes and numbers[turned, _PASSED] <= bottom:
            change = places[turned, _PASSES]
            if change > 0:
                places[change - 1, _START] += 1
            else:
                places[-change - 1, _START] -= 1
            turned += 1
        while entered < count and numbers[places[entered, _ORDER], _LOW] <= bottom:
            places[size, _ACTIVE] = places[entered, _ORDER]
            size += 1
            entered += 1
        size = _arrange(numbers, places, size, bottom, (bottom + top) / 2)
        there, value, present, front = zone, np.int64(-1), mask, many
        for slot in range(many):
            places[slot, _INSIDE] = places[slot, _START]
        for slot in range(divide):
            if places[slot, _INSIDE] > 0:
                there = -1 - places[slot, _OWNED]
        if by_layer:
            for bit in range(_BITS):
                places[bit, _COUNT] = 0
            for slot in range(divide, many):
                if places[slot, _INSIDE] > 0:
                    places[layers[places[slot, _OWNED]], _COUNT] += 1
                    present |= 1 << layers[places[slot, _OWNED]]
            value = present
        else:
            front = divide
            while front < many and places[front, _INSIDE] <= 0:
                front += 1
            value = places[front, _OWNED] if front < many else base
        found = _add_strip(
            numbers,
            places,
            size,
            (box[0], box[2], top - bottom),
            slots,
            zone,
            base,
            layers,
            mask,
            (there, value, present, front),
            found,
        )
    return found


@step
def _add_strip(numbers, places, size, strip, slots, zone, base, layers, mask, state, found):
    """Add the trapezoids of a strip to the combinations found; return how many these are now."""
    west, east, height = strip
    divide, many = slots
    there, value, present, front = state
    by_layer = len(layers) > 0
    before = west
    for place in range(size + 1):
        after = numbers[place, _AT] if place < size else east
        area = (after - before) * height
        if area > 0 and there != ANYWHERE and (value > 0 if by_layer else value >= 0):
            code = 0
            while code < found and (places[code, _VALUE] != value or places[code, _ZONE] != there):
                code += 1
            if code == found:
                places[code, _ZONE], places[code, _VALUE], numbers[code, _AREA] = there, value, 0.0
                found += 1
            numbers[code, _AREA] += area
        if place == size:
            break
        before = after
        edge = places[place, _ACTIVE]
        slot = places[edge, _SLOT]
        was = places[slot, _INSIDE] > 0
        places[slot, _INSIDE] += places[edge, _TURN]
        now = places[slot, _INSIDE] > 0
        if was == now:
            continue
        if slot < divide:
            there = zone
            for one in range(divide):
                if places[one, _INSIDE] > 0:
                    there = -1 - places[one, _OWNED]
        elif by_layer:
            bit = layers[places[slot, _OWNED]]
            places[bit, _COUNT] += 1 if now else -1
            present = (present | 1 << bit) if places[bit, _COUNT] > 0 else (present & ~(1 << bit)) | mask
            value = present
        else:
            if now:
                front = min(front, slot)
            while front < many and places[front, _INSIDE] <= 0:
                front += 1
            value = places[front, _OWNED] if front < many else base
    return found


@step
def combination(numbers, places, number):
    """Return zone, value and area of a combination that a sweep has found."""
    return places[number, _ZONE], places[number, _VALUE], numbers[number, _AREA]


@step
def _add_crossings(numbers, places, count, divide, known, south, north):
    """Add the heights at which edges cross; return how many heights there are, -1 where there is no room for them."""
    for place in range(count):
        if known + count > len(numbers):
            return -1
        one = places[place, _ORDER]
        low, high, x, slant = numbers[one, _LOW], numbers[one, _HIGH], numbers[one, _X], numbers[one, _SLANT]
        least, most, slot = numbers[one, _LEAST], numbers[one, _MOST], places[one, _SLOT]
        for later in range(place + 1, count):
            other = places[later, _ORDER]
            bottom = numbers[other, _LOW]
            if bottom >= high:
                break
            if numbers[other, _LEAST] > most or numbers[other, _MOST] < least:
                continue
            if places[other, _SLOT] == slot or (slot < divide and places[other, _SLOT] < divide):
                continue  # polygons are valid, and zones do not overlap
            top = min(high, numbers[other, _HIGH])
            before = x + (bottom - low) * slant - numbers[other, _X]
            after = x + (top - low) * slant - numbers[other, _X] - (top - bottom) * numbers[other, _SLANT]
            if before * after >= 0:
                continue
            level = bottom + (top - bottom) * before / (before - after)
            if south < level < north:
                numbers[known, _LEVEL] = level
                known += 1
    return known


@step
def _arrange(numbers, places, size, bottom, middle):
    """Drop edges that have ended, and order the others from west to east, which they nearly are from the strip before."""
    kept = 0
    for place in range(size):
        one = places[place, _ACTIVE]
        if numbers[one, _HIGH] <= bottom:
            continue
        x = numbers[one, _X] + (middle - numbers[one, _LOW]) * numbers[one, _SLANT]
        x = min(max(x, numbers[one, _LEAST]), numbers[one, _MOST])
        free = kept
        while free > 0 and numbers[free - 1, _AT] > x:
            places[free, _ACTIVE], numbers[free, _AT] = places[free - 1, _ACTIVE], numbers[free - 1, _AT]
            free -= 1
        places[free, _ACTIVE], numbers[free, _AT] = one, x
        kept += 1
    return kept
