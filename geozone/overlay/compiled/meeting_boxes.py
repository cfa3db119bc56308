"""Rows that may share ground, by boxes around them, compiled."""

from __future__ import annotations

import numpy as np

from geozone.overlay.compiled.compilation import allocating_step, compiled, step

_SLIGHTLY = 1e-6  # metres: more than rounding can add to a slanting coordinate


@compiled
def apart(boxes):
    """Tell which boxes (west, south, east, north) meet no other of them."""
    count = len(boxes)
    order = np.argsort(boxes[:, 0])
    result = np.ones(count, np.bool_)
    for place in range(count):
        later = _next_meeting(boxes, order, place, place)
        while later < count:
            result[order[place]] = result[order[later]] = False
            later = _next_meeting(boxes, order, place, later)
    return result


@allocating_step
def make_groups(outlines, boxes, corner):
    """Return groups of polygons; those of different groups share no ground.

    Two polygons are of one group if neither their boxes nor their boxes along the diagonals lie apart. Where boxes meet at a
    corner only, compact polygons are told apart by the latter.

    Parameters
    ----------
    outlines
        Polygons as (points, rings, parts, features).
    boxes
        West, south, east, north of each.
    corner
        A place near all of them.

    Returns
    -------
    groups
        The group of each, numbered by their first polygons.
    shared
        Of every group the box that holds all ground of more than one polygon; without ground for one that is alone.
    """
    count = len(boxes)
    order, above = np.argsort(boxes[:, 0]), np.arange(count)
    slanting, grounds = _slanting_boxes(outlines, corner), np.empty((count, 4))
    for row in range(count):
        _hold_nothing(grounds, row)
    for place in range(count):
        later = _next_meeting(boxes, order, place, place)
        while later < count:
            one, other = order[place], order[later]
            later = _next_meeting(boxes, order, place, later)
            if _clearly_apart(slanting, one, other) or _clearly_apart(slanting, other, one):
                continue
            west, south = max(boxes[one, 0], boxes[other, 0]), max(boxes[one, 1], boxes[other, 1])
            east, north = min(boxes[one, 2], boxes[other, 2]), min(boxes[one, 3], boxes[other, 3])
            _enclose(grounds, one, west, south, east, north)
            first, second = _first_of(above, one), _first_of(above, other)
            above[max(first, second)] = min(first, second)
    groups, shared, found = np.empty(count, np.int64), np.empty((count, 4)), 0
    for row in range(count):
        first = _first_of(above, row)
        if first == row:
            groups[row] = found
            _hold_nothing(shared, found)
            found += 1
        groups[row] = groups[first]
        _enclose(shared, groups[row], grounds[row, 0], grounds[row, 1], grounds[row, 2], grounds[row, 3])
    return groups, shared[:found]


@step
def _next_meeting(boxes, order, place, last):
    """Return the next place behind another, in the order of their western sides, whose box meets that of the first; or the end."""
    one = order[place]
    for later in range(last + 1, len(order)):
        other = order[later]
        if boxes[other, 0] > boxes[one, 2]:
            break
        if boxes[other, 1] <= boxes[one, 3] and boxes[one, 1] <= boxes[other, 3]:
            return later
    return len(order)


@allocating_step
def _slanting_boxes(outlines, corner):
    """Return the least x + y and x - y of each polygon, and the largest."""
    points, rings, parts, features = outlines
    result = np.empty((len(features) - 1, 4))
    for number in range(len(result)):
        least_sum, least_difference, most_sum, most_difference = np.inf, np.inf, -np.inf, -np.inf
        for place in range(rings[parts[features[number]]], rings[parts[features[number + 1]]]):
            x, y = points[place, 0] - corner[0], points[place, 1] - corner[1]
            least_sum, most_sum = min(least_sum, x + y), max(most_sum, x + y)
            least_difference, most_difference = min(least_difference, x - y), max(most_difference, x - y)
        result[number, 0], result[number, 1] = least_sum, least_difference
        result[number, 2], result[number, 3] = most_sum, most_difference
    return result


@step
def _clearly_apart(slanting, one, other):
    beyond = slanting[one, 0] - slanting[other, 2], slanting[one, 1] - slanting[other, 3]
    return max(beyond[0], beyond[1]) > _SLIGHTLY


@step
def _first_of(above, row):
    """Return the first polygon of the group of another; the way there is made shorter."""
    while above[row] != row:
        above[row] = above[above[row]]
        row = above[row]
    return row


@step
def _hold_nothing(boxes, row):
    boxes[row, 0], boxes[row, 1], boxes[row, 2], boxes[row, 3] = np.inf, np.inf, -np.inf, -np.inf


@step
def _enclose(boxes, row, west, south, east, north):
    boxes[row, 0], boxes[row, 1] = min(boxes[row, 0], west), min(boxes[row, 1], south)
    boxes[row, 2], boxes[row, 3] = max(boxes[row, 2], east), max(boxes[row, 3], north)
