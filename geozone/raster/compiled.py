"""The loops over the cells of a window, compiled; none passes over a cell that no zone covers.

`runs` are cells that lie wholly inside a zone (zone, row, first column, one past the last), `cells` and `shares` those that an
outline passes (zone, row, column, the share inside). Areas of cells are the matrix product of `down` and `across`, which has
one column where all cells of a row are alike.
"""

from __future__ import annotations

import numpy as np

from geozone.overlay.compiling import compiled, compiled_sums
from geozone.raster.numbers import GROUND, KNOWN, NO_DATA, SUM

_LANES = 4  # sums side by side: the processor need not wait for one before it begins the next


@compiled_sums
def extremes(numbers, hidden, most, least):
    """Return the lowest and the highest of the numbers that are not hidden, or else `most` and `least`."""
    low, high = most, least
    for row in range(len(numbers)):
        line, hides = numbers[row], hidden[row]
        for column in range(len(line)):
            number = line[column]
            shown = hides[column] == 0
            one, two = number if shown else most, number if shown else least
            low, high = min(low, one), max(high, two)
    return low, high


@compiled
def count_classes(values, hidden, low, areas, cover, whole, cut):
    """Add the area of every class in every zone to `whole` and `cut`.

    Class number 0 stands for hidden cells, number 1 for the value `low`, and so on.
    """
    down, across = areas
    cells, shares, runs = cover
    even, classes = across.shape[1] == 1, whole.shape[1]
    counts, sums = np.zeros((_LANES, classes), np.int64), np.zeros((_LANES, classes))
    ground = np.empty(values.shape[1])
    for run in range(len(runs)):
        zone, row, first, last = runs[run, 0], runs[run, 1], runs[run, 2], runs[run, 3]
        line, hides = values[row, first:last], hidden[row, first:last]
        if even and last - first > classes:
            for place in range(len(line)):
                counts[place % _LANES, _number_of(line, hides, place, low)] += 1
            area = down[row, 0] * across[0, 0]
            for number in range(classes):
                for lane in range(_LANES):
                    whole[zone, number] += counts[lane, number] * area
                    counts[lane, number] = 0
            continue
        _areas_of_run(down, across, row, first, ground[: last - first])
        if last - first > classes:
            for place in range(len(line)):
                sums[place % _LANES, _number_of(line, hides, place, low)] += ground[place]
            for number in range(classes):
                for lane in range(_LANES):
                    whole[zone, number] += sums[lane, number]
                    sums[lane, number] = 0.0
            continue
        for place in range(len(line)):
            whole[zone, _number_of(line, hides, place, low)] += ground[place]
    for cell in range(len(cells)):
        zone, row, column = cells[cell, 0], cells[cell, 1], cells[cell, 2]
        _areas_of_run(down, across, row, column, ground[:1])
        number = _number_of(values[row], hidden[row], column, low)
        cut[zone, number] += shares[cell] * ground[0]


@compiled
def _number_of(line, hides, place, low):
    return np.uint64((np.int64(line[place]) - low + 1) * (1 - np.int64(hides[place])))


@compiled
def _areas_of_run(down, across, row, first, ground):
    """Write the areas of cells of a row from the first on."""
    even = across.shape[1] == 1
    ground[:] = 0.0
    for part in range(len(across)):
        factor = down[row, part]
        for place in range(len(ground)):
            ground[place] += factor * across[part, 0 if even else first + place]


@compiled_sums
def sum_values(numbers, kinds, band, areas, cover, whole, cut):
    """Add ground, known ground and sum of values of every kind in every zone to `whole` and `cut`; of ground kind 0 has all.

    Parameters
    ----------
    kinds
        The kind of every cell; without any row, every cell has a value.
    band
        What makes values of numbers, scale and offset, and whether a value is the total of its cell.
    """
    down, across = areas
    cells, shares, runs = cover
    scale, offset, per_cell = band
    even, plain = across.shape[1] == 1, len(kinds) == 0
    ground = np.empty(numbers.shape[1])
    for run in range(len(runs)):
        zone, row, first, last = runs[run, 0], runs[run, 1], runs[run, 2], runs[run, 3]
        line = numbers[row, first:last]
        if plain and even:
            area, total = down[row, 0] * across[0, 0], 0.0
            for place in range(len(line)):
                total += line[place]
            total = total * scale + len(line) * offset
            whole[0, zone, GROUND] += len(line) * area
            whole[0, zone, KNOWN] += len(line) * area
            whole[0, zone, SUM] += total if per_cell else total * area
            continue
        _areas_of_run(down, across, row, first, ground[: last - first])
        for kind in range(len(whole)):
            if kind == NO_DATA:
                continue
            here, known, total, summed = 0.0, 0.0, 0.0, 0.0
            for place in range(len(line)):
                amount = ground[place]
                shown = plain or kinds[row, first + place] == kind
                here += amount
                amount = amount if shown else 0.0
                number = np.float64(line[place]) if shown else 0.0
                known += amount
                total += number if per_cell else number * amount
                summed += np.float64(shown) if per_cell else amount
            whole[0, zone, GROUND] += here if kind == 0 else 0.0
            whole[kind, zone, KNOWN] += known
            whole[kind, zone, SUM] += total * scale + summed * offset
    for cell in range(len(cells)):
        zone, row, column = cells[cell, 0], cells[cell, 1], cells[cell, 2]
        _areas_of_run(down, across, row, column, ground[:1])
        kind = 0 if plain else int(kinds[row, column])
        amount = shares[cell] * ground[0]
        cut[0, zone, GROUND] += amount
        if kind != NO_DATA:
            value = numbers[row, column] * scale + offset
            cut[kind, zone, KNOWN] += amount
            cut[kind, zone, SUM] += value * (shares[cell] if per_cell else amount)


@compiled
def sum_products(values, weights, cover, sums):
    """Add weights with a value, weights without, and weights times values of every zone to `sums`.

    A value that is none is NaN, and so is a weight that counts for nothing.
    """
    cells, shares, runs = cover
    for run in range(len(runs)):
        zone, row, first, last = runs[run, 0], runs[run, 1], runs[run, 2], runs[run, 3]
        for column in range(first, last):
            _add_product(values[row, column], weights[row, column], sums[zone])
    for cell in range(len(cells)):
        row, column = cells[cell, 1], cells[cell, 2]
        _add_product(values[row, column], weights[row, column] * shares[cell], sums[cells[cell, 0]])


@compiled
def _add_product(value, weight, sums):
    if not np.isnan(weight):
        sums[0 if not np.isnan(value) else 1] += weight
        sums[2] += weight * value if not np.isnan(value) else 0.0
