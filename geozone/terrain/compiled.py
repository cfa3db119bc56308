"""The loops over the pixels of an elevation model, compiled."""

from __future__ import annotations

import numpy as np

from geozone.overlay.compiled.compilation import compiled, compiled_sums, step


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


@compiled_sums
def slopes(heights, across, down):
    """Return the slope, in degrees, of all rows but the first and the last by Horn's formula; NaN where there is no height.

    `across` and `down` give the width and the height of the pixels of each row, in metres. A neighbour without height, or
    beyond the first or the last column, is as high as the middle.
    """
    rows, width = heights.shape
    found = np.empty((rows - 2, width), np.float32)
    rises = np.empty(width)
    for row in range(1, rows - 1):
        north, here, south = heights[row - 1], heights[row], heights[row + 1]
        by_width, by_height = 1 / (8 * across[row - 1]), 1 / (8 * down[row - 1])
        holes = 0
        for column in range(width):
            holes += np.isnan(north[column]) or np.isnan(here[column]) or np.isnan(south[column])
        if holes == 0:
            # slices, so that no index has to be looked at twice and several pixels are worked on at a time
            north_east, east, south_east = north[2:], here[2:], south[2:]
            north_middle, south_middle, inner = north[1:], south[1:], rises[1:]
            for column in range(width - 2):
                to_east = north_east[column] + 2 * east[column] + south_east[column]
                to_east = (to_east - (north[column] + 2 * here[column] + south[column])) * by_width
                to_south = south[column] + 2 * south_middle[column] + south_east[column]
                to_south = (
                    to_south - (north[column] + 2 * north_middle[column] + north_east[column])
                ) * by_height
                inner[column] = np.sqrt(to_east * to_east + to_south * to_south)
            for column in (0, width - 1):
                rises[column] = _rise(north, here, south, column, by_width, by_height)
        else:
            for column in range(width):
                rises[column] = _rise(north, here, south, column, by_width, by_height)
        line = found[row - 1]
        for column in range(width):
            line[column] = _degrees(rises[column])
    return found


@step
def _rise(north, here, south, column, by_width, by_height):
    """Return the rise of one pixel, whatever its neighbours lack."""
    middle = here[column]
    if np.isnan(middle):
        return np.nan
    corners = (-1.0, 0.0, 1.0)
    to_east, to_south = 0.0, 0.0
    for beside in range(3):
        place = column + beside - 1
        weight = 2.0 if beside == 1 else 1.0
        above = north[place] if 0 <= place < len(here) else np.nan
        level = here[place] if 0 <= place < len(here) else np.nan
        below = south[place] if 0 <= place < len(here) else np.nan
        above = middle if np.isnan(above) else above
        level = middle if np.isnan(level) else level
        below = middle if np.isnan(below) else below
        to_east += corners[beside] * (above + 2 * level + below)
        to_south += weight * (below - above)
    return np.sqrt((to_east * by_width) ** 2 + (to_south * by_height) ** 2)


@step
def _degrees(rise):
    """Return the angle of a rise, to 2e-6 degrees (Abramowitz and Stegun 4.4.49), which takes a fifth of the time of arctan."""
    x = min(rise, 1 / rise)  # of a level pixel: 0, or infinite
    y = x * x
    series = -0.0752896400 + y * (0.0429096138 + y * (-0.0161657367 + y * 0.0028662257))
    series = -0.3333314528 + y * (0.1999355085 + y * (-0.1420889944 + y * (0.1065626393 + y * series)))
    angle = x * (1 + y * series)
    return (np.pi / 2 - angle if rise > 1 else angle) * (180 / np.pi)


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
