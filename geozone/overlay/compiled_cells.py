"""The cutting of edges at the lines of a grid, compiled: see `geozone.overlay.cells`."""

from __future__ import annotations

import numpy as np

from geozone.overlay.compiling import compiled

_BEYOND, _WITHIN = range(2)


@compiled
def cut_edges(start, end, owners, first, y_lines, west, wide, width):
    """Cut edges at the lines of a grid.

    Parameters
    ----------
    start, end, owners
        Edges, and the polygon of each.
    first
        The first row that each edge reaches, counted from the south.
    y_lines, west, wide, width
        Lines between rows, the first line between columns, the width of a column, and how many there are.

    Returns
    -------
    keys
        Of every piece of an edge: polygon, row and column in one number. Column -1 stands for everything west of the grid,
        column `width` for everything east of it.
    amounts
        What it covers of every cell further east, and of its own.
    """
    height = len(y_lines) - 1
    keys, amounts = np.empty(4 * len(owners) + 16, np.int64), np.empty((4 * len(owners) + 16, 2))
    count = 0
    for edge in range(len(owners)):
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
            line = (owners[edge] * height + row) * (width + 3) + 1
            while column <= final:
                begin = left if column < 0 else max(left, column)
                stop = right if column == width else min(right, column + 1)
                beyond = rise * (stop - begin) / (right - left) if right > left else rise
                if count == len(keys):
                    keys, amounts = _with_room(keys), _with_room(amounts)
                keys[count] = line + column
                amounts[count, _BEYOND] = beyond
                amounts[count, _WITHIN] = beyond * (column + 1 - (begin + stop) / 2)
                count += 1
                column += 1
            row += 1
    return keys[:count], amounts[:count]


@compiled
def add_up(keys, amounts, order, height, width, level):
    """Add up pieces of edges along every row.

    Parameters
    ----------
    keys, amounts
        As `cut_edges` returns them.
    order
        The order of the keys.
    height, width
        Rows and columns of the grid.
    level
        Shares below are the rounding of sums.

    Returns
    -------
    cells
        Polygon, row and column of every cell covered in part; rows are counted from the north.
    shares
        Of those cells.
    runs
        Polygon, row, first column and one past the last of cells that lie wholly inside.
    """
    cells, shares = np.empty((len(keys) + 16, 3), np.int64), np.empty(len(keys) + 16)
    runs = np.empty((len(keys) + 16, 4), np.int64)
    cell, run, place, before, after = 0, 0, 0, -1, 0.0
    while place < len(keys):
        key = keys[order[place]]
        line, column = key // (width + 3), key % (width + 3) - 1
        owner, row = line // height, height - 1 - line % height
        if line != before:
            before, after = line, 0.0
        beyond, within = 0.0, 0.0
        while place < len(keys) and keys[order[place]] == key:
            beyond += amounts[order[place], _BEYOND]
            within += amounts[order[place], _WITHIN]
            place += 1
        if cell == len(cells):
            cells, shares = _with_room(cells), _with_room(shares)
        if 0 <= column < width:
            cells[cell, 0], cells[cell, 1], cells[cell, 2] = owner, row, column
            shares[cell] = min(max(after + within, 0.0), 1.0)
            cell += 1
        after += beyond
        follows = place < len(keys) and keys[order[place]] // (width + 3) == line
        first = max(column + 1, 0)
        last = min(keys[order[place]] % (width + 3) - 1, width) if follows else first
        if last <= first or after <= level:
            continue
        if after > 1 - level:
            runs[run, 0], runs[run, 1], runs[run, 2], runs[run, 3] = owner, row, first, last
            run += 1
            continue
        # along a level edge cells are covered in part without being passed by an edge that rises
        for between in range(first, last):
            if cell == len(cells):
                cells, shares = _with_room(cells), _with_room(shares)
            cells[cell, 0], cells[cell, 1], cells[cell, 2] = owner, row, between
            shares[cell] = min(after, 1.0)
            cell += 1
    return cells[:cell], shares[:cell], runs[:run]


@compiled
def between_columns(cells, shares, runs, left, right):
    """Return the cells, their shares and the runs from a column up to another, counted from the first."""
    some, some_shares = np.empty_like(cells), np.empty_like(shares)
    count = 0
    for cell in range(len(cells)):
        if left <= cells[cell, 2] < right:
            some[count, 0], some[count, 1], some[count, 2] = (
                cells[cell, 0],
                cells[cell, 1],
                cells[cell, 2] - left,
            )
            some_shares[count] = shares[cell]
            count += 1
    some_runs = np.empty_like(runs)
    number = 0
    for run in range(len(runs)):
        first, last = max(runs[run, 2], left), min(runs[run, 3], right)
        if first < last:
            some_runs[number, 0], some_runs[number, 1] = runs[run, 0], runs[run, 1]
            some_runs[number, 2], some_runs[number, 3] = first - left, last - left
            number += 1
    return some[:count], some_shares[:count], some_runs[:number]


@compiled
def _with_room(table):
    """Return a table with room for as many rows more."""
    return np.concatenate((table, np.empty_like(table)))
