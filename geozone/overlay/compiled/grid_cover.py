"""The cutting of edges at the lines of a grid, compiled: see `geozone.overlay.cells`."""

from __future__ import annotations

import numpy as np

from geozone.overlay.compiled.compilation import compiled

_BEYOND, _WITHIN = range(2)  # what a piece of an edge covers of every cell further east, and of its own


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
    edge = 0
    while edge < len(owners):
        last = edge + 1
        while last < len(owners) and owners[last] == owners[edge]:
            last += 1
        places, amounts = _cut_edges(start[edge:last], end[edge:last], first[edge:last], y_lines, columns)
        if len(places) > 0:
            shape = len(y_lines) - 1, columns[2]
            found = _add_up(owners[edge], places, amounts, _order_of(places), shape, level, found)
        edge = last
    cells, shares, runs, count, number = found
    return cells[:count].copy(), shares[:count].copy(), runs[:number].copy()  # without the room to spare


@compiled
def _cut_edges(start, end, first, y_lines, columns):
    """Return row, column and amounts of every piece of the edges of a polygon between lines.

    Column -1 stands for everything west of the grid, one past the last column for everything east of it.
    """
    west, wide, width = columns
    places, amounts = np.empty((4 * len(first) + 16, 2), np.int64), np.empty((4 * len(first) + 16, 2))
    count, height = 0, len(y_lines) - 1
    for edge in range(len(first)):
        x0, y0, x1, y1 = start[edge, 0], start[edge, 1], end[edge, 0], end[edge, 1]
        low, high, slope = min(y0, y1), max(y0, y1), (x1 - x0) / (y1 - y0)
        sign = 1.0 if y1 < y0 else -1.0  # going down, the inside lies east
        row = first[edge]
        while row < height and y_lines[row] < high:
            bottom, top = max(low, y_lines[row]), min(high, y_lines[row + 1])
            # ends of edges keep their coordinates
            one = x0 if bottom == y0 else x1 if bottom == y1 else x0 + (bottom - y0) * slope
            two = x0 if top == y0 else x1 if top == y1 else x0 + (top - y0) * slope
            one, two = (one - west) / wide, (two - west) / wide
            rise = sign * (top - bottom) / (y_lines[row + 1] - y_lines[row])
            left, right = min(one, two), max(one, two)
            column = np.int64(min(max(np.floor(left), -1), width))
            final = max(np.int64(min(max(np.ceil(right) - 1, -1), width)), column)
            while count + final - column >= len(places):
                places, amounts = _with_room(places), _with_room(amounts)
            begin, span = left, right - left
            while column < final:
                stop = np.float64(column + 1)
                beyond = rise * (stop - begin) / span
                places[count, 0], places[count, 1] = row, column
                amounts[count, _BEYOND], amounts[count, _WITHIN] = beyond, beyond * (stop - begin) / 2
                begin, count, column = stop, count + 1, column + 1
            beyond = rise * (right - begin) / span if begin > left else rise
            places[count, 0], places[count, 1] = row, column
            amounts[count, _BEYOND] = beyond
            amounts[count, _WITHIN] = beyond * (column + 1 - (begin + right) / 2)
            count += 1
            row += 1
    return places[:count], amounts[:count]


@compiled
def _order_of(places):
    """Return the order of places by row and column."""
    low, high = places[0, 0], places[0, 0]
    for place in range(len(places)):
        low, high = min(low, places[place, 0]), max(high, places[place, 0])
    ends = np.zeros(high - low + 2, np.int64)  # of every row, when all places are put
    for place in range(len(places)):
        ends[places[place, 0] - low + 1] += 1
    for row in range(1, len(ends)):
        ends[row] += ends[row - 1]
    order = np.empty(len(places), np.int64)
    for place in range(len(places)):
        row = places[place, 0] - low
        order[ends[row]] = place
        ends[row] += 1
    first = 0
    for row in range(len(ends) - 1):
        _sort_columns(order, places, first, ends[row])
        first = ends[row]
    return order


@compiled
def _sort_columns(order, places, first, last):
    """Sort a part of the order by column: Shell's method, for the few that a row has mostly."""
    gap = 1
    while gap < (last - first) // 3:
        gap = 3 * gap + 1
    while gap > 0:
        for place in range(first + gap, last):
            moved = order[place]
            column, free = places[moved, 1], place
            while free >= first + gap and places[order[free - gap], 1] > column:
                order[free] = order[free - gap]
                free -= gap
            order[free] = moved
        gap //= 3


@compiled
def _add_up(owner, places, amounts, order, shape, level, found):
    """Add pieces of edges up along every row; return what was found before with the cells and runs of a polygon."""
    cells, shares, runs, cell, run = found
    height, width = shape
    place, before, after = 0, -1, 0.0
    while place < len(order):
        line, column = places[order[place], 0], places[order[place], 1]
        if line != before:
            before, after = line, 0.0
        beyond, within, next_column = 0.0, 0.0, column
        follows = True
        while follows and next_column == column:
            beyond += amounts[order[place], _BEYOND]
            within += amounts[order[place], _WITHIN]
            place += 1
            follows = place < len(order) and places[order[place], 0] == line
            next_column = places[order[place], 1] if follows else column
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
