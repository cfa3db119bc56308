"""Ground divided into cells until each is simple, compiled: Warnock's subdivision, front to back.

A cell is halved along its longer side until it has few pieces of outlines. Of what covers a cell whole, only the first cover
counts, and nothing behind it goes on to the next cells; so the work does not grow with the number of covers on one spot. A cell
without pieces, or with those of one polygon, is an area in closed form; others are swept.
"""

from __future__ import annotations

import numpy as np

from geozone.overlay.compiled.area_table import add_area, make_area_table, with_room
from geozone.overlay.compiled.compilation import allocating_step, longer, step
from geozone.overlay.compiled.pieces import area_in_cell, cut_pieces, same_pieces
from geozone.overlay.compiled.simple_cells import (
    AMOUNT,
    BEGIN,
    CELLS,
    END,
    FIRST,
    FRESH,
    HIDDEN,
    KEYS,
    LACKING,
    LAST,
    LEAST,
    MASK,
    NOTHING,
    OWNER,
    PIECES,
    POLYGONS,
    ROW,
    STACK,
    STUCK_FOR,
    TOP,
    USED,
    WINDING,
    ZONE,
    add_closed,
    add_swept,
    add_whole,
    lacks,
)  # fmt: skip
from geozone.overlay.compiled.strips import ANYWHERE, NOWHERE, make_workspace

_FEW = 16  # pieces of a cell that is swept
_MANY = 512  # pieces of a cell that is halved further although that serves little
_STUCK, _STUCK_LONGER = 3, 20  # halvings that leave most of the pieces, after which a cell is swept as it is
_NONE = 2  # an axis that cuts nothing


@allocating_step
def make_tables():
    """Return the tables that cells are divided in, which grow as they are filled.

    They are pieces, polygons with the boxes around their pieces, cells with their boxes, combinations with their areas, and
    numbers and places of sweeps.
    """
    keys, areas = make_area_table()
    numbers, places = make_workspace()
    polygons, reaches = np.empty((64, 5), np.int64), np.empty((64, 4))
    boxes, cells = np.empty((64, 4)), np.empty((64, 7), np.int64)
    return np.empty((1024, 4)), polygons, reaches, boxes, cells, keys, areas, numbers, places


@allocating_step
def divide(tables, zone, count, top, box, layers, straddling, state):
    """Add the combinations of polygons in a cell to those that were found; return the tables, which may have grown.

    Parameters
    ----------
    tables
        As from `make_tables`.
    zone
        The zone of the cell, or `ANYWHERE` where the first polygons are those of zones.
    count, top
        The first so many polygons, which have the first so many pieces.
    box
        The cell.
    layers, straddling
        As for `geozone.overlay.compiled.tile_combinations.combinations`.
    state
        What the loop over cells stands at; the number of combinations found is read and written.
    """
    pieces, polygons, reaches, boxes, cells, keys, areas, numbers, places = tables
    # the ground is its own child: what covers it whole is found
    polygons, reaches = room_for(polygons, 4 * count), room_for(reaches, 4 * count)
    keys, areas = with_room(keys, areas, state[USED], 2 * count)
    cell, here = np.array([zone, 0, 0, count, top, top, 0]), box.copy()
    state[ROW], state[LACKING], state[LEAST] = FRESH, NOTHING, 0
    state[USED], state[STACK] = _push(
        pieces,
        polygons,
        reaches,
        cell,
        here,
        boxes,
        cells,
        0,
        (_NONE, 0.0, False),
        layers,
        straddling,
        keys,
        areas,
        state[USED],
    )
    # tables grow outside of the loop over cells, which would count references to a table that may change at every turn
    while True:
        tables = (pieces, polygons, reaches, boxes, cells, keys, areas, numbers, places)
        _divide_on(tables, cell, here, layers, straddling, state)
        lacking, least = state[LACKING], state[LEAST]
        if lacking == NOTHING:
            return tables
        if lacking == PIECES:
            pieces = room_for(pieces, least)
        elif lacking == POLYGONS:
            polygons, reaches = room_for(polygons, least), room_for(reaches, least)
        elif lacking == CELLS:
            boxes, cells = longer(boxes, 0), longer(cells, 0)
        elif lacking == KEYS:
            keys, areas = with_room(keys, areas, state[USED], least)
        else:
            numbers, places = longer(numbers, 0), longer(places, 0)


@step
def _divide_on(tables, cell, here, layers, straddling, state):
    """Go through the cells, up to the last or to one for which a table lacks room; the state tells which."""
    pieces, polygons, reaches, boxes, cells, keys, areas, _, _ = tables
    by_layer = len(layers) > 0
    state[LACKING] = NOTHING
    while state[STACK] > 0 and state[LACKING] == NOTHING:
        stack, used = state[STACK] - 1, state[USED]
        for column in range(len(cell)):
            cell[column] = cells[stack, column]
        for edge in range(4):
            here[edge] = boxes[stack, edge]
        first, last = cell[BEGIN], cell[END]
        if lacks(state, KEYS, 3 * (last - first + 2), 2 * used, len(keys)):
            break
        cover, zone_pieces = first, 0
        while cover < last and polygons[cover, OWNER] < 0:
            zone_pieces += polygons[cover, LAST] - polygons[cover, FIRST]
            cover += 1
        shown, shown_pieces, base, row = 0, 0, np.int64(-1), cover
        while row < last and polygons[row, HIDDEN] == 0:
            amount = polygons[row, LAST] - polygons[row, FIRST]
            if amount == 0:
                base = polygons[row, OWNER]
            else:
                shown += 1
                shown_pieces += amount
            row += 1
        hidden_pieces = 0
        while row < last:
            hidden_pieces = max(hidden_pieces, polygons[row, LAST] - polygons[row, FIRST])
            row += 1
        total = zone_pieces + shown_pieces
        few = total <= _FEW and hidden_pieces <= 4 * _FEW
        few = few or cell[STUCK_FOR] >= (_STUCK if total <= _MANY else _STUCK_LONGER)
        if cover == first and shown <= 1:
            state[USED] = add_closed(
                pieces, polygons, cover, shown, cell, here, base, layers, keys, areas, used
            )
            state[STACK] = stack
        elif few or (shown == 0 and hidden_pieces == 0):
            # a straddling row that lies alone is swept once for both its areas
            alone = not by_layer and cover > first and last == cover + 1 and shown == 1
            alone = alone and straddling[polygons[cover, OWNER]]
            if state[ROW] == FRESH:
                rows = (first, cover, cover + shown)
                add_swept(tables, rows, cell, here, base, layers, alone, state)
            if state[LACKING] == NOTHING and not by_layer and cover > first and not alone:
                add_whole(tables, (first, cover, last), here, layers, straddling, state)
            if state[LACKING] == NOTHING:
                state[STACK], state[ROW] = stack, FRESH
        else:
            axis = 0 if here[2] - here[0] > here[3] - here[1] else 1
            line = (here[axis] + here[axis + 2]) / 2
            if (
                lacks(state, PIECES, cell[TOP] + 2 * cell[AMOUNT], 0, len(pieces))
                or lacks(state, POLYGONS, 4 * last, 0, len(polygons))
                or lacks(state, CELLS, stack + 2, 0, len(cells))
            ):
                break
            for half in range(2):
                used, stack = _push(
                    pieces,
                    polygons,
                    reaches,
                    cell,
                    here,
                    boxes,
                    cells,
                    stack,
                    (axis, line, half == 1),
                    layers,
                    straddling,
                    keys,
                    areas,
                    used,
                )
            state[USED], state[STACK] = used, stack


@allocating_step
def room_for(table, least):
    """Return a table with room for so many rows, and the same first rows."""
    return longer(table, least) if least > len(table) else table


@step
def _cut(pieces, polygons, reaches, row, side, outer, top, number):
    """Return first piece, end and winding number of a polygon on one side of a cell, and the end of what was written.

    What lies wholly on the side stays where it is, what is cut is written; its reach is noted for a polygon of that number.
    """
    first, last, winding = polygons[row, FIRST], polygons[row, LAST], polygons[row, WINDING]
    axis, line, upper = side
    if axis == _NONE or first == last:
        here, away = True, False
    elif upper:
        # pieces on the line itself belong to the upper side; to know the winding number there, nothing may touch the
        # western or southern side of the cell
        here = reaches[row, axis] >= line if axis == 0 else reaches[row, axis] > line
        away = reaches[row, axis + 2] < line and reaches[row, 1 - axis] > outer[1 - axis]
    else:
        here, away = reaches[row, axis + 2] < line, reaches[row, axis] >= line
    if away:
        return top, top, winding, top
    if here:
        for edge in range(4):
            reaches[number, edge] = reaches[row, edge]
        return first, last, winding, top
    end, winding = cut_pieces(
        pieces, first, last, axis, line, upper, outer[0], outer[1], winding, top, reaches, number
    )
    return top, end, winding, end


@step
def _push(
    pieces, polygons, reaches, parent, outer, boxes, cells, stack, side, layers, straddling, keys, areas, used
):
    """Push one side of a cell, unless nothing is to be found there."""
    axis, line, upper = side
    box, by_layer = boxes[stack], len(layers) > 0
    for edge in range(4):
        box[edge] = outer[edge]
    if axis < _NONE:
        box[axis if upper else axis + 2] = line
    begin, top = parent[END], parent[TOP]
    if stack > 0 and cells[stack - 1, BEGIN] == begin:  # the other side has been pushed
        begin, top = cells[stack - 1, END], cells[stack - 1, TOP]
    number, bottom, zone = begin, top, parent[ZONE]
    row = parent[BEGIN]
    while row < parent[END] and polygons[row, OWNER] < 0:
        first, last, winding, end = _cut(pieces, polygons, reaches, row, side, outer, top, number)
        if first == last and winding > 0:
            zone = -1 - polygons[row, OWNER]
        elif last > first:
            note(polygons, number, polygons[row, OWNER], winding, first, last, 0)
            number, top = number + 1, end
        row += 1
    if zone != ANYWHERE:
        number, top = begin, bottom
    elif number == begin:
        zone = np.int64(NOWHERE)
    covers, asked_here = number, parent[ZONE] == ANYWHERE and not by_layer
    mask, layer, layer_number, layer_top, covered = parent[MASK], -1, number, top, False
    repeated = parent[STUCK_FOR] > 0
    while row < parent[END]:
        owner, hidden = polygons[row, OWNER], polygons[row, HIDDEN] == 1
        asked = False
        if by_layer:
            if layers[owner] != layer:
                layer, layer_number, layer_top = layers[owner], number, top
                covered = (mask >> layer) & 1 == 1
        else:
            asked = asked_here and straddling[owner]
        row += 1
        if (covered or zone == NOWHERE) and not asked:
            continue
        first, last, winding, end = _cut(pieces, polygons, reaches, row - 1, side, outer, top, number)
        if first == last and winding <= 0:
            continue
        if asked and zone != ANYWHERE:
            area = (box[2] - box[0]) * (box[3] - box[1])
            if last > first:
                area = area_in_cell(pieces, first, last, winding, box)
            used = add_area(keys, areas, used, zone, owner, 1, area)
            asked = False
        hidden = hidden or covered
        if not hidden and repeated and last > first:
            hidden = _seen(pieces, polygons, layer_number, number, first, last, winding)
        if hidden and not asked:
            continue
        if first == last and not hidden:
            covered = True
            if by_layer:
                mask |= 1 << layer
                number, top = layer_number, layer_top
                continue
        note(polygons, number, owner, winding, first, last, 1 if hidden else 0)
        number, top = number + 1, end
    if zone == NOWHERE or (number == covers and mask == 0):
        return used, stack
    _hidden_last(polygons, reaches, covers, number)
    amount = 0
    for place in range(begin, number):
        amount += polygons[place, LAST] - polygons[place, FIRST]
    cells[stack, ZONE], cells[stack, MASK], cells[stack, BEGIN] = zone, mask, begin
    cells[stack, END], cells[stack, TOP], cells[stack, AMOUNT] = number, top, amount
    cells[stack, STUCK_FOR] = parent[STUCK_FOR] + 1 if 4 * amount > 3 * parent[AMOUNT] else 0
    return used, stack + 1


@step
def note(polygons, number, owner, winding, first, last, hidden):
    """Write what a polygon has in a cell."""
    polygons[number, OWNER], polygons[number, WINDING], polygons[number, HIDDEN] = owner, winding, hidden
    polygons[number, FIRST], polygons[number, LAST] = first, last


@step
def _seen(pieces, polygons, first, last, begin, end, winding):
    """Tell whether one of the last polygons before has the same pieces: what follows it then gives nothing."""
    count = end - begin
    for row in range(max(first, last - 64), last):
        alike = polygons[row, OWNER] >= 0 and polygons[row, WINDING] == winding and polygons[row, HIDDEN] == 0
        alike = alike and polygons[row, LAST] - polygons[row, FIRST] == count
        if alike and same_pieces(pieces, polygons[row, FIRST], begin, count):
            return True
    return False


@step
def _hidden_last(polygons, reaches, first, last):
    """Put hidden polygons behind the others, both in their order; what is moved waits behind the last."""
    place, waiting = first, last
    for row in range(first, last):
        if polygons[row, HIDDEN] == 1:
            _move(polygons, reaches, row, waiting)
            waiting += 1
        else:
            if place < row:
                _move(polygons, reaches, row, place)
            place += 1
    for row in range(last, waiting):
        _move(polygons, reaches, row, place + row - last)


@step
def _move(polygons, reaches, row, place):
    for column in range(5):
        polygons[place, column] = polygons[row, column]
    for edge in range(4):
        reaches[place, edge] = reaches[row, edge]
