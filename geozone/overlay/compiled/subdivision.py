"""Ground divided into cells until each is simple, compiled: Warnock's subdivision, front to back.

A cell is halved along its longer side until it has few pieces of outlines. Of what covers a cell whole, only the first cover
counts, and nothing behind it goes on to the next cells; so the work does not grow with the number of covers on one spot. A cell
without pieces, or with those of one polygon, is an area in closed form; others are swept.
"""

from __future__ import annotations

import numpy as np

from geozone.overlay.compiled.compilation import compiled, longer, step
from geozone.overlay.compiled.pieces import (
    add_rings,
    area_in_cell,
    clip_pieces,
    cut_pieces,
    reach_of,
    same_pieces,
)
from geozone.overlay.compiled.strips import ANYWHERE, NOWHERE, combination, make_workspace, sweep_cell

_FEW = 16  # pieces of a cell that is swept
_MANY = 512  # pieces of a cell that is halved further although that serves little
_STUCK, _STUCK_LONGER = 3, 20  # halvings that leave most of the pieces, after which a cell is swept as it is
# columns of a polygon in a cell: owner (a row; of a zone -1 - zone), winding number, first piece, end, whether it is hidden
OWNER, WINDING, FIRST, LAST, HIDDEN = range(5)
# columns of a cell: zone, layers that cover it, first polygon and end, end of what was written, number of pieces, halvings that
# left most of them
_ZONE, _MASK, _BEGIN, _END, _TOP, _AMOUNT, _STUCK_FOR = range(7)
_FREE = -(1 << 62)
_NONE = 2  # an axis that cuts nothing


@compiled
def combinations(outlines, owners, polygons, pieces, tile, layers, straddling):
    """Return the combinations in a tile: zone and value, and the areas of each.

    Parameters
    ----------
    outlines, owners
        Small polygons as (points, rings, parts, features), and the row of each, ascending.
    polygons, pieces
        What zones and large polygons have in the tile (`geozone.overlay.compiled.ground_tiles`).
    tile
        The box of the tile.
    layers
        Layer of every row, for values to be sets of layers as bits; empty for values to be rows.
    straddling
        Rows of which the whole area in each zone is asked for, hidden or not, where values are rows.

    Returns
    -------
    keys
        Zone and value of each combination; the ground outside all zones, of which only whole areas are told, is `NOWHERE`.
    areas
        Area that counts, and whole area.
    rows, present
        The rows that have ground in the tile, and the area of each there.
    """
    points, rings, parts, features = outlines
    table = np.empty((2 * (len(points) + len(pieces)) + 64, 4))
    every = np.empty((2 * (len(owners) + len(polygons)) + 64, 5), np.int64)
    box = np.array([0.0, 0.0, tile[2] - tile[0], tile[3] - tile[1]])
    rows, present, found = (
        np.empty(len(owners) + len(polygons), np.int64),
        np.empty(len(owners) + len(polygons)),
        0,
    )
    reaches = np.empty((len(every), 4))
    count, top, small, given = 0, 0, 0, 0
    while small < len(owners) or given < len(polygons):
        if given < len(polygons) and (small == len(owners) or polygons[given, OWNER] < owners[small]):
            owner, winding = polygons[given, OWNER], polygons[given, WINDING]
            end = top + polygons[given, LAST] - polygons[given, FIRST]
            table = _room(table, end)
            for place in range(end - top):
                for column in range(4):
                    table[top + place, column] = pieces[polygons[given, FIRST] + place, column]
            given += 1
        else:
            owner, first, last = owners[small], features[small], features[small + 1]
            table = _room(table, top + 6 * (rings[parts[last]] - rings[parts[first]]))
            end = add_rings(points, rings, parts, first, last, tile[0], tile[1], table, top)
            end, winding = clip_pieces(table, top, end, box)
            small += 1
        if end == top and winding <= 0:
            continue
        if owner >= 0:
            rows[found], present[found] = owner, area_in_cell(table, top, end, winding, box)
            found += 1
        _note(every, count, owner, winding, top, end, 0)
        reach_of(table, top, end, reaches, count)
        count, top = count + 1, end
    keys, areas = _divide(table, every, reaches, count, top, box, layers, straddling)
    return keys, areas, rows[:found], present[:found]


@step
def _divide(pieces, polygons, reaches, count, top, box, layers, straddling):
    """Return the combinations of some polygons in a cell."""
    by_layer = len(layers) > 0
    boxes, cells = np.empty((64, 4)), np.empty((64, 7), np.int64)
    keys, areas, used = np.full((256, 2), _FREE), np.zeros((256, 2)), 0
    numbers, places = make_workspace()
    # the ground is its own child: what covers it whole is found
    polygons, reaches = _room(polygons, 2 * count), _room(reaches, 2 * count)
    keys, areas = _with_room(keys, areas, used, 2 * count)
    ground, stack = np.array([ANYWHERE, 0, 0, count, top, top, 0]), np.int64(0)
    used, stack = _push(
        pieces,
        polygons,
        reaches,
        ground,
        box,
        boxes,
        cells,
        stack,
        (np.int64(_NONE), 0.0, stack > 0),
        layers,
        straddling,
        keys,
        areas,
        used,
    )
    while stack > 0:
        stack -= 1
        # once a cell, not where areas are added: a table that may change is counted as referenced at every turn of a loop
        rows = cells[stack, _END] - cells[stack, _BEGIN] + 2
        keys, areas = _with_room(keys, areas, used, 3 * rows)
        cell, here = cells[stack].copy(), boxes[stack].copy()
        first, last = cell[_BEGIN], cell[_END]
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
        few = few or cell[_STUCK_FOR] >= (_STUCK if total <= _MANY else _STUCK_LONGER)
        if cover == first and shown <= 1:
            used = _closed(pieces, polygons, cover, shown, cell, here, base, layers, keys, areas, used)
        elif few or (shown == 0 and hidden_pieces == 0):
            # a straddling row that lies alone is swept once for both its areas
            alone = not by_layer and cover > first and last == cover + 1 and shown == 1
            alone = alone and straddling[polygons[cover, OWNER]]
            rows = (first, cover, cover + shown)
            keys, areas, used, numbers, places = _swept(
                pieces, polygons, rows, cell, here, base, layers, alone, keys, areas, used, numbers, places
            )
            if not by_layer and cover > first and not alone:
                rows = (first, cover, last)
                keys, areas, used, numbers, places = _whole(
                    pieces, polygons, rows, here, straddling, keys, areas, used, numbers, places
                )
        else:
            axis = 0 if here[2] - here[0] > here[3] - here[1] else 1
            line = (here[axis] + here[axis + 2]) / 2
            pieces = _room(pieces, cell[_TOP] + 2 * cell[_AMOUNT])
            polygons, reaches = _room(polygons, 3 * last), _room(reaches, 3 * last)
            if stack + 2 > len(cells):
                boxes, cells = longer(boxes, 0), longer(cells, 0)
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
                    (np.int64(axis), line, half == 1),
                    layers,
                    straddling,
                    keys,
                    areas,
                    used,
                )
    result, amounts, number = np.empty((used, 2), np.int64), np.empty((used, 2)), 0
    for place in range(len(keys)):
        if keys[place, 0] != _FREE:
            for column in range(2):
                result[number, column], amounts[number, column] = keys[place, column], areas[place, column]
            number += 1
    return result, amounts


@step
def _room(table, least):
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
    end, winding = cut_pieces(pieces, first, last, axis, line, upper, outer[0], outer[1], winding, top)
    reach_of(pieces, top, end, reaches, number)
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
    begin, top = parent[_END], parent[_TOP]
    if stack > 0 and cells[stack - 1, _BEGIN] == begin:  # the other side has been pushed
        begin, top = cells[stack - 1, _END], cells[stack - 1, _TOP]
    number, bottom, zone = begin, top, parent[_ZONE]
    row = parent[_BEGIN]
    while row < parent[_END] and polygons[row, OWNER] < 0:
        first, last, winding, end = _cut(pieces, polygons, reaches, row, side, outer, top, number)
        if first == last and winding > 0:
            zone = -1 - polygons[row, OWNER]
        elif last > first:
            _note(polygons, number, polygons[row, OWNER], winding, first, last, 0)
            number, top = number + 1, end
        row += 1
    if zone != ANYWHERE:
        number, top = begin, bottom
    elif number == begin:
        zone = np.int64(NOWHERE)
    covers, asked_here = number, parent[_ZONE] == ANYWHERE and not by_layer
    mask, layer, layer_number, layer_top, covered = parent[_MASK], -1, number, top, False
    repeated = parent[_STUCK_FOR] > 0
    while row < parent[_END]:
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
            used = _add(keys, areas, used, zone, owner, 1, area)
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
        _note(polygons, number, owner, winding, first, last, 1 if hidden else 0)
        number, top = number + 1, end
    if zone == NOWHERE or (number == covers and mask == 0):
        return used, stack
    _hidden_last(polygons, reaches, covers, number)
    amount = 0
    for place in range(begin, number):
        amount += polygons[place, LAST] - polygons[place, FIRST]
    cells[stack, _ZONE], cells[stack, _MASK], cells[stack, _BEGIN] = zone, mask, begin
    cells[stack, _END], cells[stack, _TOP], cells[stack, _AMOUNT] = number, top, amount
    cells[stack, _STUCK_FOR] = parent[_STUCK_FOR] + 1 if 4 * amount > 3 * parent[_AMOUNT] else 0
    return used, stack + 1


@step
def _note(polygons, number, owner, winding, first, last, hidden):
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
    """Put hidden polygons behind the others, both in their order."""
    place, moved = first, False
    for row in range(first, last):
        moved = moved or polygons[row, HIDDEN] == 1
    if not moved:
        return
    rows, room = polygons[first:last].copy(), reaches[first:last].copy()
    for hidden in range(2):
        for row in range(last - first):
            if rows[row, HIDDEN] == hidden:
                polygons[place], reaches[place] = rows[row], room[row]
                place += 1


@step
def _closed(pieces, polygons, row, shown, cell, box, base, layers, keys, areas, used):
    """Add a cell of one zone that one polygon at most has pieces in."""
    zone, by_layer = cell[_ZONE], len(layers) > 0
    area, behind = (box[2] - box[0]) * (box[3] - box[1]), np.int64(base)
    if by_layer:
        behind = cell[_MASK]
    if shown == 1:
        part = area_in_cell(pieces, polygons[row, FIRST], polygons[row, LAST], polygons[row, WINDING], box)
        value = polygons[row, OWNER]
        if by_layer:
            value = behind | (1 << layers[value])
        used = _add(keys, areas, used, zone, value, 0, part)
        area -= part
    if (behind > 0) if by_layer else (behind >= 0):
        used = _add(keys, areas, used, zone, behind, 0, area)
    return used


@step
def _swept(pieces, polygons, rows, cell, box, base, layers, alone, keys, areas, used, numbers, places):
    """Add what counts in a cell, and for a row that lies alone there its whole area."""
    first, cover, last = rows
    zone = np.int64(NOWHERE) if alone and cell[_ZONE] == ANYWHERE else cell[_ZONE]
    found, numbers, places = sweep_cell(
        pieces, polygons, (first, cover), (cover, last), box, zone, base, layers, cell[_MASK], numbers, places
    )
    keys, areas = _with_room(keys, areas, used, found)
    for code in range(found):
        there, value, area = combination(numbers, places, code)
        if there != NOWHERE:
            used = _add(keys, areas, used, there, value, 0, area)
        if alone:
            used = _add(keys, areas, used, there, value, 1, area)
    return keys, areas, used, numbers, places


@step
def _whole(pieces, polygons, rows, box, straddling, keys, areas, used, numbers, places):
    """Add the whole area of the rows that it is asked for, zone by zone."""
    first, cover, last = rows
    nobody = np.empty(0, np.int64)
    keys, areas = _with_room(keys, areas, used, (cover - first + 2) * (last - cover))
    for row in range(cover, last):
        owner = polygons[row, OWNER]
        if not straddling[owner]:
            continue
        if polygons[row, FIRST] == polygons[row, LAST]:
            outside = (box[2] - box[0]) * (box[3] - box[1])
            for zone in range(first, cover):
                area = area_in_cell(
                    pieces, polygons[zone, FIRST], polygons[zone, LAST], polygons[zone, WINDING], box
                )
                outside -= area
                used = _add(keys, areas, used, -1 - polygons[zone, OWNER], owner, 1, area)
            used = _add(keys, areas, used, np.int64(NOWHERE), owner, 1, outside)
            continue
        found, numbers, places = sweep_cell(
            pieces,
            polygons,
            (first, cover),
            (row, row + 1),
            box,
            np.int64(NOWHERE),
            np.int64(-1),
            nobody,
            np.int64(0),
            numbers,
            places,
        )
        for code in range(found):
            there, _, area = combination(numbers, places, code)
            used = _add(keys, areas, used, there, owner, 1, area)
    return keys, areas, used, numbers, places


@step
def _with_room(keys, areas, used, more):
    """Return the table of all combinations with room for some more."""
    least = len(keys)
    while 2 * (used + more) >= least:
        least *= 4
    if least == len(keys):
        return keys, areas
    all_keys, all_areas = np.full((least, 2), _FREE), np.zeros((least, 2))
    for place in range(len(keys)):
        if keys[place, 0] != _FREE:
            new = _place(all_keys, keys[place, 0], keys[place, 1])
            for side in range(2):
                all_keys[new, side], all_areas[new, side] = keys[place, side], areas[place, side]
    return all_keys, all_areas


@step
def _add(keys, areas, used, zone, value, column, area):
    """Add an area to a combination in the table of all; return how many there are."""
    place = _place(keys, zone, value)
    if keys[place, 0] == _FREE:
        keys[place, 0], keys[place, 1] = zone, value
        used += 1
    areas[place, column] += area
    return used


@step
def _place(keys, zone, value):
    """Return the place of a combination in the table, or the one where it belongs."""
    most = len(keys) - 1
    mixed = (zone * 1000003 + value) * 2654435761
    place = (mixed ^ (mixed >> 29)) & most
    while keys[place, 0] != _FREE and (keys[place, 0] != zone or keys[place, 1] != value):
        place = (place + 1) & most
    return place
