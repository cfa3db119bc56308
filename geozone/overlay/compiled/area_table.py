"""Areas added up by zone and value, compiled: a table with open addresses."""

from __future__ import annotations

import numpy as np

from geozone.overlay.compiled.compilation import allocating_step, step

_FREE = -(1 << 62)


@allocating_step
def make_area_table():
    """Return the keys, zone and value, and the areas of a table without any: what counts, and the whole."""
    return np.full((1024, 2), _FREE), np.zeros((1024, 2))


@allocating_step
def with_room(keys, areas, used, more):
    """Return a table of so many combinations with room for some more."""
    least = len(keys)
    while 2 * (used + more) >= least:
        least *= 4
    if least == len(keys):
        return keys, areas
    all_keys, all_areas = np.full((least, 2), _FREE), np.zeros((least, 2))
    for place in range(len(keys)):
        if keys[place, 0] != _FREE:
            new = _place(all_keys, keys[place, 0], keys[place, 1])
            for side in range(2):
                all_keys[new, side], all_areas[new, side] = keys[place, side], areas[place, side]
    return all_keys, all_areas


@step
def add_area(keys, areas, used, zone, value, column, area):
    """Add an area to a combination in the table of all; return how many there are."""
    place = _place(keys, zone, value)
    if keys[place, 0] == _FREE:
        keys[place, 0], keys[place, 1] = zone, value
        used += 1
    areas[place, column] += area
    return used


@allocating_step
def combinations_of(keys, areas, used):
    """Return the keys and areas of the combinations in a table."""
    result, amounts, number = np.empty((used, 2), np.int64), np.empty((used, 2)), 0
    for place in range(len(keys)):
        if keys[place, 0] != _FREE:
            for column in range(2):
                result[number, column], amounts[number, column] = keys[place, column], areas[place, column]
            number += 1
    return result, amounts


@step
def _place(keys, zone, value):
    """Return the place of a combination in the table, or the one where it belongs."""
    most = len(keys) - 1
    mixed = (zone * 1000003 + value) * 2654435761
    place = (mixed ^ (mixed >> 29)) & most
    while keys[place, 0] != _FREE and (keys[place, 0] != zone or keys[place, 1] != value):
        place = (place + 1) & most
    return place
