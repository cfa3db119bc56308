"""Ground divided into tiles of about as many vertices each, compiled.

Zones and large polygons are cut along the tiles once, so that no tile has to walk a long outline; of small polygons a tile only
learns which may reach into it.
"""

from __future__ import annotations

import numpy as np

from geozone.overlay.compiled.compilation import allocating_step, compiled, longer, step
from geozone.overlay.compiled.pieces import add_rings, clip_pieces, cut_pieces

_STUCK = 3  # halvings that leave most of the vertices, after which a tile stays large
_OWNER, _WINDING, _FIRST, _LAST = range(4)
# columns of a node: first polygon and end, end of its pieces, first row and end, halvings that left most vertices
_BEGIN, _END, _TOP, _ROW, _ROW_END, _STUCK_FOR = range(6)


@compiled
def make_ground_tiles(zones, large, boxes, weights, box, most):
    """Return tiles of some ground.

    Parameters
    ----------
    zones, large
        Polygons as (points, rings, parts, features, owners): zones, whose owners are negative, and large covers.
    boxes, weights
        West, south, east, north and vertices of every row; a row of weight 0 is none of the small polygons.
    box
        The ground.
    most
        Vertices of a tile, about.

    Returns
    -------
    tiles
        The box of each tile.
    ends
        Its first row, polygon and piece, and behind the last tile their ends.
    rows
        Rows that may reach into each tile, ascending.
    polygons
        What zones and large polygons have in each tile: owner, winding number, first piece and end (counted from the first
        piece of the tile). One without pieces covers the tile.
    pieces
        Their pieces, relative to the south-western corner of the tile.
    """
    reach = np.empty((1, 4))
    polygons, pieces, count, top = _on_ground(zones, large, box, reach)
    rows, row_end = np.empty(len(boxes), np.int64), 0
    for row in range(len(boxes)):
        if weights[row] > 0 and _meets(boxes[row], box):
            rows[row_end] = row
            row_end += 1
    nodes, node_boxes, stack = np.zeros((64, 6), np.int64), np.empty((64, 4)), 1
    nodes[0, _END], nodes[0, _TOP], nodes[0, _ROW_END] = count, top, row_end
    for side in range(4):
        node_boxes[0, side] = box[side]
    tiles, ends, tile = np.empty((64, 4)), np.zeros((64, 3), np.int64), 0
    out_rows, out_polygons, out_pieces = (
        np.empty((1024, 1), np.int64),
        np.empty((64, 4), np.int64),
        np.empty((1024, 4)),
    )
    while stack > 0:
        stack -= 1
        node, here = nodes[stack].copy(), node_boxes[stack].copy()
        total = _weight(node, polygons, rows, weights)
        if total <= most or node[_STUCK_FOR] >= _STUCK:
            if tile + 2 > len(tiles):
                tiles, ends = longer(tiles, 0), longer(ends, 0)
            out_rows, out_polygons, out_pieces = _write(
                node, here, polygons, pieces, rows, ends, tile, out_rows, out_polygons, out_pieces
            )
            for side in range(4):
                tiles[tile, side] = here[side]
            tile += 1
            continue
        axis = 0 if here[2] - here[0] > here[3] - here[1] else 1
        line = (here[axis] + here[axis + 2]) / 2
        amount = node[_TOP] - (polygons[node[_BEGIN], _FIRST] if node[_END] > node[_BEGIN] else node[_TOP])
        if node[_TOP] + 2 * amount > len(pieces):
            pieces = longer(pieces, node[_TOP] + 2 * amount)
        if 3 * node[_END] > len(polygons):
            polygons = longer(polygons, 3 * node[_END])
        if 3 * node[_ROW_END] > len(rows):
            rows = _longer_row(rows, 3 * node[_ROW_END])
        if stack + 2 > len(nodes):
            nodes, node_boxes = longer(nodes, 0), longer(node_boxes, 0)
        begin, top, row_begin = node[_END], node[_TOP], node[_ROW_END]
        for upper in (False, True):
            for side in range(4):
                node_boxes[stack, side] = here[side]
            node_boxes[stack, axis if upper else axis + 2] = line
            number, end, zone_seen = begin, top, False
            for place in range(node[_BEGIN], node[_END]):
                done, winding = cut_pieces(
                    pieces,
                    polygons[place, _FIRST],
                    polygons[place, _LAST],
                    axis,
                    line,
                    upper,
                    here[0],
                    here[1],
                    polygons[place, _WINDING],
                    end,
                    reach,
                    0,
                )
                if done == end and winding <= 0:
                    continue
                zone_seen = zone_seen or polygons[place, _OWNER] < 0
                polygons[number, _OWNER], polygons[number, _WINDING] = polygons[place, _OWNER], winding
                polygons[number, _FIRST], polygons[number, _LAST] = end, done
                number, end = number + 1, done
            if not zone_seen:
                continue
            row_end = row_begin
            for place in range(node[_ROW], node[_ROW_END]):
                if _meets(boxes[rows[place]], node_boxes[stack]):
                    rows[row_end] = rows[place]
                    row_end += 1
            if row_end == row_begin and polygons[number - 1, _OWNER] < 0:
                continue  # nothing but zones
            nodes[stack, _BEGIN], nodes[stack, _END], nodes[stack, _TOP] = begin, number, end
            nodes[stack, _ROW], nodes[stack, _ROW_END] = row_begin, row_end
            stuck = 4 * _weight(nodes[stack], polygons, rows, weights) > 3 * total
            nodes[stack, _STUCK_FOR] = node[_STUCK_FOR] + 1 if stuck else 0
            begin, top, row_begin = number, end, row_end
            stack += 1
    return (
        tiles[:tile],
        ends[: tile + 1],
        out_rows[: ends[tile, 0], 0],
        out_polygons[: ends[tile, 1]],
        out_pieces[: ends[tile, 2]],
    )


@allocating_step
def _on_ground(zones, large, box, reach):
    """Return what zones and large polygons have on the ground."""
    most = 2 * (len(zones[0]) + len(large[0])) + 16
    polygons, pieces = np.empty((3 * (len(zones[4]) + len(large[4])) + 16, 4), np.int64), np.empty((most, 4))
    count, top = 0, 0
    for several in (zones, large):
        points, rings, parts, features, owners = several
        for number in range(len(owners)):
            first, last = features[number], features[number + 1]
            amount = rings[parts[last]] - rings[parts[first]]
            if top + 6 * amount > len(pieces):
                pieces = longer(pieces, top + 6 * amount)
            end, _ = add_rings(points, rings, parts, first, last, 0.0, 0.0, pieces, top)
            end, winding = clip_pieces(pieces, top, end, box, reach, 0)
            if end == top and winding <= 0:
                continue
            polygons[count, _OWNER], polygons[count, _WINDING] = owners[number], winding
            polygons[count, _FIRST], polygons[count, _LAST] = top, end
            count, top = count + 1, end
    return polygons, pieces, count, top


@step
def _meets(one, other):
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


@step
def _weight(node, polygons, rows, weights):
    total = 0
    for place in range(node[_BEGIN], node[_END]):
        total += polygons[place, _LAST] - polygons[place, _FIRST]
    for place in range(node[_ROW], node[_ROW_END]):
        total += weights[rows[place]]
    return total


@allocating_step
def _write(node, box, polygons, pieces, rows, ends, tile, out_rows, out_polygons, out_pieces):
    """Write a node as a tile behind the others."""
    row, number, top = ends[tile, 0], ends[tile, 1], ends[tile, 2]
    begin = top
    if row + node[_ROW_END] - node[_ROW] > len(out_rows):
        out_rows = longer(out_rows, row + node[_ROW_END] - node[_ROW])
    if number + node[_END] - node[_BEGIN] > len(out_polygons):
        out_polygons = longer(out_polygons, number + node[_END] - node[_BEGIN])
    if node[_END] > node[_BEGIN]:
        amount = node[_TOP] - polygons[node[_BEGIN], _FIRST]
        if top + amount > len(out_pieces):
            out_pieces = longer(out_pieces, top + amount)
    for place in range(node[_ROW], node[_ROW_END]):
        out_rows[row, 0] = rows[place]
        row += 1
    for place in range(node[_BEGIN], node[_END]):
        out_polygons[number, _OWNER], out_polygons[number, _WINDING] = (
            polygons[place, _OWNER],
            polygons[place, _WINDING],
        )
        out_polygons[number, _FIRST] = top - begin
        for piece in range(polygons[place, _FIRST], polygons[place, _LAST]):
            for column in range(4):
                out_pieces[top, column] = pieces[piece, column] - box[column % 2]
            top += 1
        out_polygons[number, _LAST] = top - begin
        number += 1
    ends[tile + 1, 0], ends[tile + 1, 1], ends[tile + 1, 2] = row, number, top
    return out_rows, out_polygons, out_pieces


@allocating_step
def _longer_row(values, least):
    result = np.empty(max(least, 2 * len(values)), np.int64)
    for place in range(len(values)):
        result[place] = values[place]
    return result
