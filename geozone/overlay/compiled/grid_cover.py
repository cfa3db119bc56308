"""The cutting of edges at the lines of a grid, compiled: see `geozone.overlay.cells`."""

from __future__ import annotations

import numpy as np

from geozone.overlay.compiled.compilation import compiled

_BEYOND, _WITHIN = range(2)  # what a piece of an edge covers of every cell further east, and of its own
_COLUMNS = 32  # bits of a key that the column has
_COLUMN = (1 << _COLUMNS) - 1


@compiled
def cover_edges(start, end, owners, first, y_lines, columns, level):
    """Return what polygons cover of the rows of a grid.

    Parameters
    ----------
    start, end, owners
        Edges, and the polygon of each; those of a polygon follow each other.
    first
        The first row that each edge reaches, counted from the south.
    y_lines, columns
        Lines between rows; west of the first column, width of a column, and number of columns.
    level
        Shares below are the rounding of sums.

    Returns
    -------
    cells, shares, runs
        As `geozone.overlay.cells.Cover` has them.
    """
    room = 4 * len(owners) + 16
    cells, shares, runs = np.empty((room, 3), np.int32), np.empty(room), np.empty((room, 4), np.int32)
    found = (cells, shares, runs, 0, 0)
    pieces = np.empty(room, np.int64), np.empty((room, 2))  # of a polygon, and the same by row and column
    ordered = np.empty(room, np.int64), np.empty((room, 2))
    edge = 0
    while edge < len(owners):
        last = edge + 1
        while last < len(owners) and owners[last] == owners[edge]:
            last += 1
        pieces, count = _cut_edges(
            start[edge:last], end[edge:last], first[edge:last], y_lines, columns, pieces
        )
        if count > 0:
            if len(ordered[0]) < count:
                ordered = np.empty(len(pieces[0]), np.int64), np.empty((len(pieces[0]), 2))
            _put_in_order(pieces, count, len(y_lines) - 1, ordered)
            shape = len(y_lines) - 1, columns[2]
            found = _add_up(owners[edge], ordered, count, shape, level, found)
        edge = last
    cells, shares, runs, count, number = found
    return cells[:count].copy(), shares[:count].copy(), runs[:number].copy()  # without the room to spare


@compiled
def _cut_edges(start, end, first, y_lines, columns, pieces):
    """Write the key and the amounts of every piece of the edges of a polygon between lines; return them and how many there are.

    A key is the row and, below it, the column and one: 0 stands for everything west of the grid, one past the last column
    for everything east of it.
    """
    west, wide, width = columns
    keys, amounts = pieces
    count, height, east = 0, len(y_lines) - 1, np.float64(width)
    for edge in range(len(first)):
        x0, y0, x1, y1 = start[edge, 0], start[edge, 1], end[edge, 0], end[edge, 1]
        falls, slope = y1 < y0, (x1 - x0) / (y1 - y0)
        low, high, sign = (y1, y0, 1.0) if falls else (y0, y1, -1.0)  # going down, the inside lies east
        lowest, highest = (x1, x0) if falls else (x0, x1)  # ends of edges keep their coordinates
        row = first[edge]
        bottom = max(low, y_lines[row])
        one = ((lowest if bottom == low else x0 + (bottom - y0) * slope) - west) / wide
        while row < height and y_lines[row] < high:
            top = min(high, y_lines[row + 1])
            two = ((highest if top == high else x0 + (top - y0) * slope) - west) / wide
            rise = sign * (top - bottom) / (y_lines[row + 1] - y_lines[row])
            left, right = min(one, two), max(one, two)
            column = np.int64(min(max(np.floor(left), -1.0), east))
            final = max(np.int64(min(max(np.ceil(right) - 1, -1.0), east)), column)
            while count + final - column >= len(keys):
                keys, amounts = np.concatenate((keys, keys)), _with_room(amounts)
            begin, span, key = left, right - left, row << _COLUMNS
            while column < final:
                stop = np.float64(column + 1)
                beyond = rise * (stop - begin) / span
                keys[count] = key + column + 1
                amounts[count, _BEYOND], amounts[count, _WITHIN] = beyond, beyond * (stop - begin) / 2
                begin, count, column = stop, count + 1, column + 1
            beyond = rise * (right - begin) / span if begin > left else rise
            keys[count] = key + column + 1
            amounts[count, _BEYOND] = beyond
            amounts[count, _WITHIN] = beyond * (column + 1 - (begin + right) / 2)
            count += 1
            row += 1
            one, bottom = two, top
    return (keys, amounts), count


@compiled
def _put_in_order(pieces, count, height, ordered):
    """Write pieces in the order of their rows and columns."""
    keys, amounts = pieces
    ordered_keys, ordered_amounts = ordered
    ends = np.zeros(height + 1, np.int64)  # of every row, when all pieces are put
    for piece in range(count):
        ends[(keys[piece] >> _COLUMNS) + 1] += 1
    for row in range(1, height + 1):
        ends[row] += ends[row - 1]
    for piece in range(count):
        row = keys[piece] >> _COLUMNS
        place = ends[row]
        ordered_keys[place] = keys[piece]
        ordered_amounts[place, 0], ordered_amounts[place, 1] = amounts[piece, 0], amounts[piece, 1]
        ends[row] = place + 1
    first = 0
    for row in range(height):
        _sort_keys(ordered_keys, ordered_amounts, first, ends[row])
        first = ends[row]


@compiled
def _sort_keys(keys, amounts, first, last):
    """Sort some pieces by their keys: Shell's method, for the few that a row has mostly."""
    gap = 1
    while gap < (last - first) // 3:
        gap = 3 * gap + 1
    while gap > 0:
        for place in range(first + gap, last):
            key, free = keys[place], place
            if keys[free - gap] <= key:
                continue
            beyond, within = amounts[place, 0], amounts[place, 1]
            while free >= first + gap and keys[free - gap] > key:
                keys[free] = keys[free - gap]
                amounts[free, 0], amounts[free, 1] = amounts[free - gap, 0], amounts[free - gap, 1]
                free -= gap
            keys[free] = key
            amounts[free, 0], amounts[free, 1] = beyond, within
        gap //= 3


@compiled
def _add_up(owner, ordered, count, shape, level, found):
    """Add pieces of edges up along every row; return what was found before with the cells and runs of a polygon."""
    cells, shares, runs, cell, run = found
    keys, amounts = ordered
    height, width = shape
    place, before, after = 0, -1, 0.0
    while place < count:
        key = keys[place]
        line, column = key >> _COLUMNS, (key & _COLUMN) - 1
        if line != before:
            before, after = line, 0.0
        beyond, within = 0.0, 0.0
        while place < count and keys[place] == key:
            beyond += amounts[place, _BEYOND]
            within += amounts[place, _WITHIN]
            place += 1
        follows = place < count and keys[place] >> _COLUMNS == line
        next_column = (keys[place] & _COLUMN) - 1 if follows else column
        first, last = max(column + 1, 0), min(next_column, width)
        needed = cell + 1 + max(last - first, 0)
        while needed > len(cells):
            cells, shares = _with_room(cells), _with_room(shares)
        row = height - 1 - line
        if 0 <= column < width:
            cells[cell, 0], cells[cell, 1], cells[cell, 2] = owner, row, column
            shares[cell] = min(max(after + within, 0.0), 1.0)
            cell += 1
        after += beyond
        if last <= first or after <= level:
            continue
        if after > 1 - level:
            if run == len(runs):
                runs = _with_room(runs)
            runs[run, 0], runs[run, 1], runs[run, 2], runs[run, 3] = owner, row, first, last
            run += 1
            continue
        # along a level edge cells are covered in part without being passed by an edge that rises
        for between in range(first, last):
            cells[cell, 0], cells[cell, 1], cells[cell, 2] = owner, row, between
            shares[cell] = min(after, 1.0)
            cell += 1
    return cells, shares, runs, cell, run


@compiled
def columns_reached(cells, runs, left, right):
    """Return the first and one past the last of the columns from one up to another that cells and runs reach."""
    first, last = right, left
    for cell in range(len(cells)):
        column = cells[cell, 2]
        if left <= column < right:
            first, last = min(first, column), max(last, column + 1)
    for run in range(len(runs)):
        begin, end = max(runs[run, 2], left), min(runs[run, 3], right)
        if begin < end:
            first, last = min(first, begin), max(last, end)
    return first, last


@compiled
def _with_room(table):
    """Return a table with room for as many rows more."""
    return np.concatenate((table, table))
