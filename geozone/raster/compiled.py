"""The loops over the cells of a window, compiled; none passes over a cell that no zone covers.

A part is what zones cover of a window (`geozone.raster.zonal.Part`): `runs` of cells that lie wholly inside one, `cells` that an
outline passes with the `shares` of them inside, and the column that the window begins at. Areas of cells are the matrix product of `down` and `across`, which has
one column where all cells of a row are alike.
"""

from __future__ import annotations

import numpy as np

from geozone.overlay.compiled.compilation import compiled, compiled_sums
from geozone.raster.numbers import GROUND, KNOWN, NO_DATA, SUM

_LANES = 4  # sums side by side: the processor need not wait for one before it begins the next
_LONG = 32  # cells of a run from which on it is compared with whole classes
_SMALL = 1 << 14  # cells whose number fits into 16 bits


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
def count_classes(values, hidden, low, met, areas, part, whole, cut):
    """Add the area of every class in every zone to `whole` and `cut`.

    Class number 0 stands for hidden cells, number 1 for the value `low`, and so on; without any row of `hidden`, none is.

    Parameters
    ----------
    met
        How many classes were met so far, and them; it is filled here, as long as there are so few that a run is compared
        with one after the other faster than its cells are counted by class.
    """
    down, across = areas
    cells, shares, runs, left = part
    even, plain, classes = across.shape[1] == 1, len(hidden) == 0, whole.shape[1]
    counts, sums = np.zeros((_LANES, classes), np.int64), np.zeros((_LANES, classes))
    codes, ground = np.empty(values.shape[1], np.int64), np.empty(values.shape[1])
    nothing = np.zeros(0, np.uint8)
    for run in range(len(runs)):
        zone, row = runs[run, 0], runs[run, 1]
        first, last = max(runs[run, 2] - left, 0), min(runs[run, 3] - left, values.shape[1])
        if first >= last:
            continue
        line, length = values[row, first:last], last - first
        if even and length >= _LONG and met[0][0] <= len(met[1]):
            hides = nothing if plain else hidden[row, first:last]
            area = down[row, 0] * across[0, 0]
            _compare_line(line, hides, low, met, area, whole[zone])
            continue
        if even and length > classes:
            if plain:
                _count_line(line, low, counts)
            else:
                _count_shown(line, hidden[row, first:last], low, counts)
            area = down[row, 0] * across[0, 0]
            for number in range(classes):
                count = 0
                for lane in range(_LANES):
                    count += counts[lane, number]
                    counts[lane, number] = 0
                whole[zone, number] += count * area
            continue
        for place in range(length):
            shown = plain or hidden[row, first + place] == 0
            codes[place] = np.int64(line[place]) - low + 1 if shown else 0
        _areas_of_run(down, across, row, first, ground[:length])
        if length > classes:
            for place in range(length):
                sums[place % _LANES, codes[place]] += ground[place]
            for number in range(classes):
                for lane in range(_LANES):
                    whole[zone, number] += sums[lane, number]
                    sums[lane, number] = 0.0
            continue
        for place in range(length):
            whole[zone, codes[place]] += ground[place]
    for cell in range(len(cells)):
        zone, row, column = cells[cell, 0], cells[cell, 1], cells[cell, 2] - left
        if column < 0 or column >= values.shape[1]:
            continue
        number = np.int64(values[row, column]) - low + 1 if plain or hidden[row, column] == 0 else 0
        cut[zone, number] += shares[cell] * _area_of(down, across, row, column)


@compiled
def _compare_line(line, hides, low, met, area, whole):
    """Add the areas of the classes of a run, comparing it with one class after the other."""
    number_met, classes = met
    rest, shown = len(line), len(hides) == 0
    if not shown:
        count = _count_equal(hides, hides[:0], np.uint8(1))
        whole[0] += count * area
        rest -= count
    for number in range(min(number_met[0], len(classes))):
        if rest == 0:
            return
        count = _count_equal(line, hides, classes[number])
        if count > 0:
            whole[np.int64(classes[number]) - low + 1] += count * area
            rest -= count
    place = 0
    while rest > 0:  # classes that were not met before
        value, known = line[place], False
        for number in range(min(number_met[0], len(classes))):
            known = known or classes[number] == value
        if not known and (shown or hides[place] == 0):
            if number_met[0] < len(classes):
                classes[number_met[0]] = value
                count = _count_equal(line, hides, value)
            else:
                count = 1
            number_met[0] = min(number_met[0] + 1, len(classes) + 1)
            whole[np.int64(value) - low + 1] += count * area
            rest -= count
        place += 1


@compiled
def _count_equal(line, hides, value):
    """Return how many cells of a line that are not hidden have a value."""
    total = 0
    for first in range(0, len(line), _SMALL):
        last = min(first + _SMALL, len(line))
        if len(hides) == 0:
            total += _count_few(line[first:last], value)
        else:
            total += _count_few_shown(line[first:last], hides[first:last], value)
    return total


@compiled
def _count_few(line, value):
    count = np.int16(0)  # so small, and without a branch, many are compared at once
    for place in range(len(line)):
        count = np.int16(count + np.int16(line[place] == value))
    return count


@compiled
def _count_few_shown(line, hidden, value):
    count = np.int16(0)
    for place in range(len(line)):
        count = np.int16(count + np.int16((line[place] == value) & (hidden[place] == 0)))
    return count


@compiled
def _count_line(line, low, counts):
    for place in range(len(line)):
        counts[place % _LANES, np.uint64(np.int64(line[place]) - low + 1)] += 1


@compiled
def _count_shown(line, hidden, low, counts):
    for place in range(len(line)):  # without a branch, which a restless mask would make slow
        number = (np.int64(line[place]) - low + 1) * (1 - np.int64(hidden[place]))
        counts[place % _LANES, np.uint64(number)] += 1


@compiled
def _areas_of_run(down, across, row, first, ground):
    """Write the areas of cells of a row from the first on."""
    if across.shape[1] == 1:
        ground[:] = down[row, 0] * across[0, 0]
        return
    ground[:] = 0.0
    for part in range(len(across)):
        factor, along = down[row, part], across[part, first : first + len(ground)]
        for place in range(len(ground)):
            ground[place] += factor * along[place]


@compiled
def _area_of(down, across, row, column):
    area, along = 0.0, column if across.shape[1] > 1 else 0
    for part in range(len(across)):
        area += down[row, part] * across[part, along]
    return area


@compiled
def sum_values(numbers, kinds, band, areas, part, whole, cut):
    """Add ground, known ground and sum of values of every kind in every zone to `whole` and `cut`; of ground kind 0 has all.

    Parameters
    ----------
    kinds
        The kind of every cell; without any row, every cell has a value.
    band
        What makes values of numbers, scale and offset, and whether a value is the total of its cell.
    """
    down, across = areas
    cells, shares, runs, left = part
    scale, offset, per_cell = band
    even, plain = across.shape[1] == 1, len(kinds) == 0
    ground, same = np.empty(numbers.shape[1]), np.zeros(0 if even else numbers.shape[1], np.uint8)
    for run in range(len(runs)):
        zone, row = runs[run, 0], runs[run, 1]
        first, last = max(runs[run, 2] - left, 0), min(runs[run, 3] - left, numbers.shape[1])
        if first >= last:
            continue
        line, length = numbers[row, first:last], last - first
        area = down[row, 0] * across[0, 0] if even else 0.0
        if even and plain:
            total = _total(line) * scale + length * offset
            whole[0, zone, GROUND] += length * area
            whole[0, zone, KNOWN] += length * area
            whole[0, zone, SUM] += total if per_cell else total * area
            continue
        if even:
            whole[0, zone, GROUND] += length * area
        else:
            _areas_of_run(down, across, row, first, ground[:length])
            whole[0, zone, GROUND] += _total(ground[:length])
        here = same[:length] if plain else kinds[row, first:last]
        for kind in range(len(whole)):
            if kind == NO_DATA:
                continue
            if even or per_cell:
                count, total = _total_shown(line, here, kind)
                total = total * scale + count * offset
                known = count * area if even else _total_shown(ground[:length], here, kind)[1]
                whole[kind, zone, KNOWN] += known
                whole[kind, zone, SUM] += total if per_cell else total * area
            else:
                known, total = _products_shown(line, ground[:length], here, kind)
                whole[kind, zone, KNOWN] += known
                whole[kind, zone, SUM] += total * scale + known * offset
    for cell in range(len(cells)):
        zone, row, column = cells[cell, 0], cells[cell, 1], cells[cell, 2] - left
        if column < 0 or column >= numbers.shape[1]:
            continue
        kind = 0 if plain else int(kinds[row, column])
        amount = shares[cell] * _area_of(down, across, row, column)
        cut[0, zone, GROUND] += amount
        if kind != NO_DATA:
            value = numbers[row, column] * scale + offset
            cut[kind, zone, KNOWN] += amount
            cut[kind, zone, SUM] += value * (shares[cell] if per_cell else amount)


@compiled_sums
def _total(line):
    total = 0.0
    if line.itemsize > 2:
        for place in range(len(line)):
            total += line[place]
        return total
    for first in range(0, len(line), _SMALL):
        total += _total_of_few(line[first : min(first + _SMALL, len(line))])
    return total


@compiled
def _total_of_few(line):
    total = np.int32(
        0
    )  # numbers of 16 bits, so few that their sum fits; smaller sums are added up more at once
    for place in range(len(line)):
        total = np.int32(total + np.int32(line[place]))
    return total


@compiled_sums
def _total_shown(line, kinds, kind):
    """Return how many numbers are of a kind, and their sum; a branch on the kind would keep them from being added at once."""
    count, total = 0.0, 0.0
    for place in range(len(line)):
        number = np.float64(line[place])
        shown = kinds[place] == kind
        total += number if shown else 0.0
        count += np.float64(shown)
    return count, total


@compiled_sums
def _products_shown(line, ground, kinds, kind):
    """Return the ground of the numbers of a kind, and the sum of ground times number."""
    known, total = 0.0, 0.0
    for place in range(len(line)):
        number, amount = np.float64(line[place]), ground[place]
        shown = kinds[place] == kind
        total += number * amount if shown else 0.0
        known += amount if shown else 0.0
    return known, total


@compiled
def sum_products(values, weights, part, sums):
    """Add weights with a value, weights without, and weights times values of every zone to `sums`.

    A value that is none is NaN, and so is a weight that counts for nothing.
    """
    cells, shares, runs, left = part
    for run in range(len(runs)):
        zone, row = runs[run, 0], runs[run, 1]
        first, last = max(runs[run, 2] - left, 0), min(runs[run, 3] - left, values.shape[1])
        if first >= last:
            continue
        for column in range(first, last):
            _add_product(values[row, column], weights[row, column], sums[zone])
    for cell in range(len(cells)):
        row, column = cells[cell, 1], cells[cell, 2] - left
        if column < 0 or column >= values.shape[1]:
            continue
        _add_product(values[row, column], weights[row, column] * shares[cell], sums[cells[cell, 0]])


@compiled
def _add_product(value, weight, sums):
    if not np.isnan(weight):
        sums[0 if not np.isnan(value) else 1] += weight
        sums[2] += weight * value if not np.isnan(value) else 0.0
