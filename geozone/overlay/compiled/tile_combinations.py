"""The combinations in a tile, compiled: what lies beside zones' borders group by group, the rest as a whole."""

from __future__ import annotations

import numpy as np

from geozone.overlay.compiled.area_table import add_area, combinations_of, with_room
from geozone.overlay.compiled.compilation import allocating_step, compiled
from geozone.overlay.compiled.meeting_boxes import make_groups
from geozone.overlay.compiled.pieces import add_rings, area_in_cell, clip_pieces, reach_of
from geozone.overlay.compiled.simple_cells import FIRST, LAST, OWNER, USED, WINDING
from geozone.overlay.compiled.strips import ANYWHERE
from geozone.overlay.compiled.subdivision import divide, make_tables, note, room_for


@compiled
def combinations(outlines, owners, boxes, known, places, polygons, pieces, tile, layers, straddling):
    """Return the combinations in a tile: zone and value, and the areas of each.

    1. Polygons are put in groups that share no ground with each other.
    2. Groups in which one may lie in several zones are divided with the zones, all together. So are all, where the tile has large
       polygons.
    3. A group in one zone shares ground nowhere but in a part of the tile, which is divided; outside of it every row is alone.

    Parameters
    ----------
    outlines, owners
        Small polygons as (points, rings, parts, features), and the row of each, ascending.
    boxes, known
        West, south, east and north of each, and its area where it lies inside the tile, else NaN.
    places
        The zone of every row that does not straddle zones.
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
    rows, present = np.empty(len(owners) + len(polygons), np.int64), np.empty(len(owners) + len(polygons))
    tables, state = make_tables(), np.zeros(5, np.int64)
    groups, shared, whole = _groups(outlines, owners, boxes, polygons, tile, straddling)
    given, met = (outlines, owners, tile, layers, straddling), (rows, present)
    tables, found = _divide_whole(given, whole[groups], polygons, pieces, tables, state, met)
    members, ends = _members(groups, len(shared))
    for group in range(len(shared)):
        if whole[group]:
            continue
        some = members[ends[group] : ends[group + 1]]
        tables, found = _divide_group(given, some, shared[group], known, places, tables, state, met, found)
    keys, areas = combinations_of(tables[5], tables[6], state[USED])
    return keys, areas, rows[:found], present[:found]


@allocating_step
def _groups(outlines, owners, boxes, polygons, tile, straddling):
    """Return the group of each polygon, the ground that polygons of each group share, and which groups lie in no one zone."""
    count, large = 0, False
    for owner in owners:
        count += straddling[owner]
    for number in range(len(polygons)):
        large = large or polygons[number, OWNER] >= 0  # it may reach anywhere
    if large or 2 * count > len(owners):  # hardly a group would be without one
        return np.zeros(len(owners), np.int64), np.zeros((1, 4)), np.ones(1, np.bool_)
    groups, shared = make_groups(outlines, boxes, tile)
    whole = np.zeros(len(shared), np.bool_)
    for number in range(len(owners)):
        if straddling[owners[number]]:
            whole[groups[number]] = True
    return groups, shared, whole


@allocating_step
def _members(groups, count):
    """Return the members of all groups, one group behind the other, and the offsets of the groups."""
    ends = np.zeros(count + 1, np.int64)
    for group in groups:
        ends[group + 1] += 1
    for group in range(count):
        ends[group + 1] += ends[group]
    members, free = np.empty(len(groups), np.int64), ends.copy()
    for number in range(len(groups)):
        members[free[groups[number]]] = number
        free[groups[number]] += 1
    return members, ends


@allocating_step
def _divide_whole(given, whole, polygons, pieces, tables, state, met):
    """Divide the tile with some of the polygons; return the tables and the number of rows that were met."""
    outlines, owners, tile, layers, straddling = given
    points, rings, parts, features = outlines
    rows, present = met
    table, every, reaches, boxes, cells, keys, areas, numbers, order = tables
    box = np.array([0.0, 0.0, tile[2] - tile[0], tile[3] - tile[1]])
    every = room_for(every, 2 * (len(owners) + len(polygons)) + 64)
    reaches = room_for(reaches, len(every))
    count, top, small, given, found = 0, 0, 0, 0, 0
    while small < len(owners) or given < len(polygons):
        if small < len(owners) and not whole[small]:
            small += 1
            continue
        if given < len(polygons) and (small == len(owners) or polygons[given, OWNER] < owners[small]):
            owner, winding = polygons[given, OWNER], polygons[given, WINDING]
            end = top + polygons[given, LAST] - polygons[given, FIRST]
            table = room_for(table, end)
            for place in range(end - top):
                for column in range(4):
                    table[top + place, column] = pieces[polygons[given, FIRST] + place, column]
            reach_of(table, top, end, reaches, count)
            given += 1
        else:
            owner, first, last = owners[small], features[small], features[small + 1]
            table = room_for(table, top + 6 * (rings[parts[last]] - rings[parts[first]]))
            end, _ = add_rings(points, rings, parts, first, last, tile[0], tile[1], table, top)
            end, winding = clip_pieces(table, top, end, box, reaches, count)
            small += 1
        if end == top and winding <= 0:
            continue
        if owner >= 0:
            rows[found], present[found] = owner, area_in_cell(table, top, end, winding, box)
            found += 1
        note(every, count, owner, winding, top, end, 0)
        count, top = count + 1, end
    tables = (table, every, reaches, boxes, cells, keys, areas, numbers, order)
    if found == 0:
        return tables, found
    return divide(tables, ANYWHERE, count, top, box, layers, straddling, state), found


@allocating_step
def _divide_group(given, members, shared, known, places, tables, state, met, found):
    """Add a group of rows in one zone; return the tables and the number of rows that were met."""
    outlines, owners, tile, layers, straddling = given
    points, rings, parts, features = outlines
    rows, present = met
    table, every, reaches, boxes, cells, keys, areas, numbers, order = tables
    whole = np.array([0.0, 0.0, tile[2] - tile[0], tile[3] - tile[1]])
    box = np.empty(4)
    for axis in range(2):
        box[axis] = max(shared[axis] - tile[axis], 0.0)
        box[axis + 2] = min(shared[axis + 2] - tile[axis], whole[axis + 2])
    every = room_for(every, len(members) + 1)
    reaches = room_for(reaches, len(every))
    keys, areas = with_room(keys, areas, state[USED], len(members))
    count, top, zone = 0, 0, np.int64(ANYWHERE)
    for number in members:
        owner, first, last = owners[number], features[number], features[number + 1]
        zone = places[owner]
        area = known[number]
        if len(members) > 1 or np.isnan(area):
            table = room_for(table, top + 6 * (rings[parts[last]] - rings[parts[first]]))
            outside = np.isnan(area)
            end, area = add_rings(points, rings, parts, first, last, tile[0], tile[1], table, top)
            if outside:
                end, winding = clip_pieces(table, top, end, whole, reaches, count)
                if end == top and winding <= 0:
                    continue
                area = area_in_cell(table, top, end, winding, whole)
                end, _ = add_rings(points, rings, parts, first, last, tile[0], tile[1], table, top)
        rows[found], present[found] = owner, area
        found += 1
        if box[0] < box[2] and box[1] < box[3]:
            end, winding = clip_pieces(table, top, end, box, reaches, count)
            if end > top or winding > 0:
                area -= area_in_cell(table, top, end, winding, box)
                note(every, count, owner, winding, top, end, 0)
                count, top = count + 1, end
        value = owner
        if len(layers) > 0:
            value = np.int64(1) << layers[owner]
        state[USED] = add_area(keys, areas, state[USED], zone, value, 0, area)
    tables = (table, every, reaches, boxes, cells, keys, areas, numbers, order)
    if count == 0:
        return tables, found
    return divide(tables, zone, count, top, box, layers, straddling, state), found
