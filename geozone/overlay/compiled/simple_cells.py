"""What a simple cell adds to the areas of all combinations, compiled: an area in closed form, or what a sweep finds."""

from __future__ import annotations

import numpy as np

from geozone.overlay.compiled.area_table import add_area
from geozone.overlay.compiled.compilation import step
from geozone.overlay.compiled.pieces import area_in_cell
from geozone.overlay.compiled.strips import ANYWHERE, NOWHERE, combination, sweep_cell

# columns of a polygon in a cell: owner (a row; of a zone -1 - zone), winding number, first piece, end, whether it is hidden
OWNER, WINDING, FIRST, LAST, HIDDEN = range(5)
# columns of a cell: zone, layers that cover it, first polygon and end, end of what was written, number of pieces, halvings that
# left most of them
ZONE, MASK, BEGIN, END, TOP, AMOUNT, STUCK_FOR = range(7)
# what the loop over cells stands at: combinations found, cells to be done, the row of a cell that is next (`FRESH` where none
# has been begun), which table lacks room, and for how much
USED, STACK, ROW, LACKING, LEAST = range(5)
FRESH = -1
NOTHING, PIECES, POLYGONS, CELLS, KEYS, WORKSPACE = range(6)


@step
def lacks(state, table, more, taken, room):
    """Tell whether a table lacks room; what it needs is noted."""
    if taken + more <= room:
        return False
    state[LACKING], state[LEAST] = table, more
    return True


@step
def add_closed(pieces, polygons, row, shown, cell, box, base, layers, keys, areas, used):
    """Add a cell of one zone that one polygon at most has pieces in."""
    zone, by_layer = cell[ZONE], len(layers) > 0
    area, behind = (box[2] - box[0]) * (box[3] - box[1]), np.int64(base)
    if by_layer:
        behind = cell[MASK]
    if shown == 1:
        part = area_in_cell(pieces, polygons[row, FIRST], polygons[row, LAST], polygons[row, WINDING], box)
        value = polygons[row, OWNER]
        if by_layer:
            value = behind | (1 << layers[value])
        used = add_area(keys, areas, used, zone, value, 0, part)
        area -= part
    if (behind > 0) if by_layer else (behind >= 0):
        used = add_area(keys, areas, used, zone, behind, 0, area)
    return used


@step
def add_swept(tables, rows, cell, box, base, layers, alone, state):
    """Add what counts in a cell, and for a row that lies alone there its whole area; nothing where a table lacks room."""
    pieces, polygons, _, _, _, keys, areas, numbers, places = tables
    first, cover, last = rows
    zone = np.int64(NOWHERE) if alone and cell[ZONE] == ANYWHERE else cell[ZONE]
    found = sweep_cell(
        pieces, polygons, (first, cover), (cover, last), box, zone, base, layers, cell[MASK], numbers, places
    )
    if _lacks_for(state, found, len(keys)):
        return
    for code in range(found):
        there, value, area = combination(numbers, places, code)
        if there != NOWHERE:
            state[USED] = add_area(keys, areas, state[USED], there, value, 0, area)
        if alone:
            state[USED] = add_area(keys, areas, state[USED], there, value, 1, area)
    state[ROW] = cover


@step
def add_whole(tables, rows, box, layers, straddling, state):
    """Add the whole area of the rows that it is asked for, zone by zone, up to one for which a table lacks room."""
    pieces, polygons, _, _, _, keys, areas, numbers, places = tables
    first, cover, last = rows
    for row in range(state[ROW], last):
        state[ROW] = row
        owner = polygons[row, OWNER]
        if not straddling[owner]:
            continue
        if polygons[row, FIRST] == polygons[row, LAST]:
            outside = (box[2] - box[0]) * (box[3] - box[1])
            if _lacks_for(state, cover - first + 1, len(keys)):
                return
            for zone in range(first, cover):
                area = area_in_cell(
                    pieces, polygons[zone, FIRST], polygons[zone, LAST], polygons[zone, WINDING], box
                )
                outside -= area
                state[USED] = add_area(keys, areas, state[USED], -1 - polygons[zone, OWNER], owner, 1, area)
            state[USED] = add_area(keys, areas, state[USED], np.int64(NOWHERE), owner, 1, outside)
            continue
        found = sweep_cell(
            pieces,
            polygons,
            (first, cover),
            (row, row + 1),
            box,
            np.int64(NOWHERE),
            np.int64(-1),
            layers,
            np.int64(0),
            numbers,
            places,
        )
        if _lacks_for(state, found, len(keys)):
            return
        for code in range(found):
            there, _, area = combination(numbers, places, code)
            state[USED] = add_area(keys, areas, state[USED], there, owner, 1, area)


@step
def _lacks_for(state, found, room):
    """Tell whether a sweep lacked room, or the table of all combinations lacks it for what was found."""
    if found < 0:
        return lacks(state, WORKSPACE, 1, 0, 0)
    return lacks(state, KEYS, 2 * found, 2 * state[USED], room)
