"""Outlines in cells, compiled: pieces of edges, cut at lines so that each piece lies in one cell.

A piece is (x, y, x, y), directed so that the inside lies to its left. What a polygon has in a cell is its pieces there and its
winding number just outside the south-western corner, west of the cell and a little north of its southern side. A cut gives
both sides the same point, exactly on the line, so that whatever is rounded, outlines stay closed: nothing has to be asked about
points that nearly lie on a line.
"""

from __future__ import annotations

import numpy as np

from geozone.overlay.compiled.compilation import step

_X, _Y = 0, 1  # axes
_WEST, _SOUTH, _EAST, _NORTH = range(4)


@step
def crossing_at(one, along, other, beyond, line):
    """Return where an edge crosses a line: its other coordinate, `along` and `beyond` being those of its ends."""
    found = along + (line - one) * ((beyond - along) / (other - one))
    if along < beyond:
        return min(max(found, along), beyond)
    return min(max(found, beyond), along)


@step
def cut_pieces(pieces, first, last, axis, line, upper, west, south, winding, top, reaches, row):
    """Write the pieces on one side of a line behind the others, and return their end and the winding number there.

    The box around them is written as well (`reach_of`).

    Parameters
    ----------
    pieces, first, last
        The table of pieces, and those of one polygon in it.
    axis, line
        The line: x or y, and its value.
    upper
        Whether the side with the larger values is wanted.
    west, south
        The western and southern side of the cell that is cut.
    winding
        The winding number of the polygon at that cell's corner.
    top
        Where to write.
    reaches, row
        The table of boxes, and the row for theirs.
    """
    least_x, least_y, most_x, most_y = np.inf, np.inf, -np.inf, -np.inf
    for number in range(first, last):
        xs, ys, xe, ye = pieces[number, 0], pieces[number, 1], pieces[number, 2], pieces[number, 3]
        if axis == _X:
            if upper:
                if xs < line or xe < line:
                    # the part west of the line: does it cross the southern side?
                    from_y, to_y = ys, ye
                    if xs > line:
                        from_y = crossing_at(xs, ys, xe, ye, line)
                    elif xe > line:
                        to_y = crossing_at(xs, ys, xe, ye, line)
                    if from_y != to_y:
                        if from_y == south:
                            winding -= 1
                        elif to_y == south:
                            winding += 1
                    if xs > line:
                        xe, ye = line, from_y
                    elif xe > line:
                        xs, ys = line, to_y
                    else:
                        continue
            else:
                if xs >= line and xe >= line:
                    continue
                if xs > line:
                    ys = crossing_at(xs, ys, xe, ye, line)
                    xs = line
                elif xe > line:
                    ye = crossing_at(xs, ys, xe, ye, line)
                    xe = line
        elif upper:
            if xs == west and south < ys <= line:
                winding += 1
            if xe == west and south < ye <= line:
                winding -= 1
            if ys <= line and ye <= line:
                continue
            if ys < line:
                xs = crossing_at(ys, xs, ye, xe, line)
                ys = line
            elif ye < line:
                xe = crossing_at(ys, xs, ye, xe, line)
                ye = line
        else:
            if ys >= line and ye >= line:
                continue
            if ys > line:
                xs = crossing_at(ys, xs, ye, xe, line)
                ys = line
            elif ye > line:
                xe = crossing_at(ys, xs, ye, xe, line)
                ye = line
        pieces[top, 0], pieces[top, 1], pieces[top, 2], pieces[top, 3] = xs, ys, xe, ye
        top += 1
        least_x, most_x = min(least_x, xs, xe), max(most_x, xs, xe)
        least_y, most_y = min(least_y, ys, ye), max(most_y, ys, ye)
    reaches[row, 0], reaches[row, 1], reaches[row, 2], reaches[row, 3] = least_x, least_y, most_x, most_y
    return top, winding


@step
def area_in_cell(pieces, first, last, winding, box):
    """Return the area of a polygon in a cell: what is inside at its western side, and what its pieces change of that."""
    west, south, east, north = box[0], box[1], box[2], box[3]
    along = winding * (north - south)
    changed = 0.0
    for number in range(first, last):
        xs, ys, xe, ye = pieces[number, 0], pieces[number, 1], pieces[number, 2], pieces[number, 3]
        if xs == west and ys > south:
            along += north - ys
        if xe == west and ye > south:
            along -= north - ye
        changed += (ys - ye) * (east - (xs + xe) / 2)
    return along * (east - west) + changed


@step
def add_rings(points, rings, parts, first_part, last_part, left, bottom, pieces, top):
    """Write the edges of a polygon, holes included, relative to a corner; return their end, and the area of the polygon.

    The first ring of each part is its shell.
    """
    whole = 0.0
    for part in range(first_part, last_part):
        for ring in range(parts[part], parts[part + 1]):
            begin, end = rings[ring], rings[ring + 1] - 1
            if end - begin < 3:
                continue
            twice = 0.0
            x0, y0 = points[begin, 0], points[begin, 1]
            for place in range(begin + 1, end):
                twice += (points[place, 0] - x0) * (points[place + 1, 1] - y0)
                twice -= (points[place + 1, 0] - x0) * (points[place, 1] - y0)
            whole += abs(twice) if ring == parts[part] else -abs(twice)
            # a shell runs counter-clockwise, a hole clockwise
            forward = (twice >= 0) == (ring == parts[part])
            xe, ye = x0 - left, y0 - bottom
            for place in range(begin, end):
                xs, ys = xe, ye
                xe, ye = points[place + 1, 0] - left, points[place + 1, 1] - bottom
                if xs == xe and ys == ye:
                    continue
                if forward:
                    pieces[top, 0], pieces[top, 1], pieces[top, 2], pieces[top, 3] = xs, ys, xe, ye
                else:
                    pieces[top, 0], pieces[top, 1], pieces[top, 2], pieces[top, 3] = xe, ye, xs, ys
                top += 1
    return top, whole / 2


@step
def same_pieces(pieces, one, other, count):
    """Tell whether so many pieces from one place on are those from another."""
    for place in range(count):
        for column in range(4):
            if pieces[one + place, column] != pieces[other + place, column]:
                return False
    return True


@step
def clip_pieces(pieces, first, last, box, reaches, row):
    """Keep what the pieces of a whole polygon have in a cell, in their place; return their end and the winding number there.

    The box around them is written into a row of the table of boxes. The table of pieces must have room for three times as
    many behind them.
    """
    reach_of(pieces, first, last, reaches, row)
    west, south, east, north = reaches[row, 0], reaches[row, 1], reaches[row, 2], reaches[row, 3]
    begin, end, winding = first, last, np.int64(0)
    corner_x, corner_y = west - 1, south - 1
    for side in (_WEST, _EAST, _SOUTH, _NORTH):
        upper = side < 2
        reach = (west, south, east, north)[side]
        if (reach <= box[side]) if upper else (reach > box[side]):
            top, winding = cut_pieces(
                pieces, begin, end, side % 2, box[side], upper, corner_x, corner_y, winding, end, reaches, row
            )
            begin, end = end, top
        if side == _WEST:
            corner_x = box[side]
        elif side == _SOUTH:
            corner_y = box[side]
    if begin > first:
        for number in range(begin, end):
            for column in range(4):
                pieces[first + number - begin, column] = pieces[number, column]
    return first + end - begin, winding


@step
def reach_of(pieces, first, last, reaches, row):
    """Write the box around some pieces into a row of the table of boxes."""
    west, south, east, north = np.inf, np.inf, -np.inf, -np.inf
    for number in range(first, last):
        for end in (0, 2):
            x, y = pieces[number, end], pieces[number, end + 1]
            west, east = min(west, x), max(east, x)
            south, north = min(south, y), max(north, y)
    reaches[row, 0], reaches[row, 1], reaches[row, 2], reaches[row, 3] = west, south, east, north
