"""The loops over the pixels of an elevation model, compiled."""

from __future__ import annotations

import numpy as np

from geozone.overlay.compiled.compilation import compiled


@compiled
def add_to_cells(values, offsets, down, across, every, sums, counts):
    """Add values to the cells that they lie in; those that are no number, and those beyond the cells, are left out.

    `down` and `across` give the row and the column of the cells, counted from their corner, at places of a lattice of so many
    rows and columns of values, whose first place lies by the `offsets` before the first value; between them they are linear.
    """
    height, width = values.shape
    rows, columns = sums.shape
    for row in range(height):
        above = (row + offsets[0]) // every
        low = (row + offsets[0] - above * every) / every
        for part in range(down.shape[1] - 1):
            start = part * every - offsets[1]
            first, last = max(start, 0), min(start + every, width)
            y = down[above, part] * (1 - low) + down[above + 1, part] * low
            x = across[above, part] * (1 - low) + across[above + 1, part] * low
            to_y = down[above, part + 1] * (1 - low) + down[above + 1, part + 1] * low
            to_x = across[above, part + 1] * (1 - low) + across[above + 1, part + 1] * low
            step_y, step_x = (to_y - y) / every, (to_x - x) / every
            # a run of pixels in one cell is added up before the cell is looked up
            at_row, at_column, total, count = np.int64(-1), np.int64(-1), 0.0, 0
            for column in range(first, last):
                in_row = np.int64(np.floor(y + step_y * (column - start)))
                in_column = np.int64(np.floor(x + step_x * (column - start)))
                if in_row != at_row or in_column != at_column:
                    if count > 0 and 0 <= at_row < rows and 0 <= at_column < columns:
                        sums[at_row, at_column] += total
                        counts[at_row, at_column] += count
                    at_row, at_column, total, count = in_row, in_column, 0.0, 0
                value = values[row, column]
                if not np.isnan(value):
                    total += value
                    count += 1
            if count > 0 and 0 <= at_row < rows and 0 <= at_column < columns:
                sums[at_row, at_column] += total
                counts[at_row, at_column] += count


@compiled
def slopes(heights, across, down):
    """Return the slope, in degrees, of all rows but the first and the last by Horn's formula; NaN where there is no height.

    `across` and `down` give the width and the height of the pixels of each row, in metres. A neighbour without height, or
    beyond the first or the last column, is as high as the middle.
    """
    rows, width = heights.shape
    found = np.empty((rows - 2, width), np.float32)
    degrees = 180 / np.pi
    for row in range(1, rows - 1):
        wide, high = 8 * across[row - 1], 8 * down[row - 1]
        for column in range(width):
            middle = heights[row, column]
            left, right = max(column - 1, 0), min(column + 1, width - 1)
            north_west, north, north_east = (
                heights[row - 1, left],
                heights[row - 1, column],
                heights[row - 1, right],
            )
            west, east = heights[row, left], heights[row, right]
            south_west, south, south_east = (
                heights[row + 1, left],
                heights[row + 1, column],
                heights[row + 1, right],
            )
            if column == 0:
                north_west = west = south_west = middle
            if column == width - 1:
                north_east = east = south_east = middle
            north_west = middle if np.isnan(north_west) else north_west
            north = middle if np.isnan(north) else north
            north_east = middle if np.isnan(north_east) else north_east
            west = middle if np.isnan(west) else west
            east = middle if np.isnan(east) else east
            south_west = middle if np.isnan(south_west) else south_west
            south = middle if np.isnan(south) else south
            south_east = middle if np.isnan(south_east) else south_east
            to_east = ((north_east + 2 * east + south_east) - (north_west + 2 * west + south_west)) / wide
            to_south = ((south_west + 2 * south + south_east) - (north_west + 2 * north + north_east)) / high
            found[row - 1, column] = np.arctan(np.sqrt(to_east * to_east + to_south * to_south)) * degrees
    return found


@compiled
def coarsened(heights, times):
    """Return the mean of every so many rows and columns, the last ones of what is left; NaN where there is no height."""
    rows, columns = -(-heights.shape[0] // times), -(-heights.shape[1] // times)
    sums, counts = np.zeros((rows, columns)), np.zeros((rows, columns), np.int64)
    for row in range(heights.shape[0]):
        into = row // times
        for group in range(columns):
            total, count = 0.0, 0
            for column in range(group * times, min((group + 1) * times, heights.shape[1])):
                height = heights[row, column]
                if not np.isnan(height):
                    total += height
                    count += 1
            sums[into, group] += total
            counts[into, group] += count
    found = np.empty((rows, columns), np.float32)
    for row in range(rows):
        for column in range(columns):
            found[row, column] = (
                sums[row, column] / counts[row, column] if counts[row, column] > 0 else np.nan
            )
    return found
