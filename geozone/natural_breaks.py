"""Natural breaks: the classes of numbers whose members lie nearest to their mean (Fisher 1958, Jenks 1977)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]
_BLOCK = 1 << 20  # costs of classes that are held at a time


def natural_breaks(values: npt.ArrayLike, classes: int) -> Numbers:
    """Return the upper bounds of the classes with the least sum of squared distances from their means.

    Parameters
    ----------
    values
        Finite numbers, at least one, in any order.
    classes
        How many classes; of fewer distinct values each is a class.

    Returns
    -------
    array
        The greatest value of each class, ascending.
    """
    distinct, counts = np.unique(np.asarray(values, float), return_counts=True)
    size = len(distinct)
    if size <= classes:
        return distinct
    centred = distinct - np.average(distinct, weights=counts)  # else the squares drown what they differ by
    number, total, squares = (
        np.concatenate([[0.0], np.cumsum(counts * centred**power)]) for power in (0, 1, 2)
    )
    least = np.full((classes + 1, size), np.inf)  # of the values up to one, in so many classes
    first = np.zeros((classes + 1, size), int)  # where the last of these classes begins
    starts = np.arange(size)
    rows = max(1, _BLOCK // size)
    for begin in range(0, size, rows):
        ends = starts[begin : begin + rows, None]
        held = np.maximum(number[ends + 1] - number[starts], 1.0)
        cost = squares[ends + 1] - squares[starts] - (total[ends + 1] - total[starts]) ** 2 / held
        cost[starts > ends] = np.inf
        here = slice(begin, begin + rows)
        least[1, here] = cost[:, 0]
        for many in range(2, classes + 1):
            sums = least[many - 1, :-1] + cost[:, 1:]
            first[many, here] = np.argmin(sums, axis=1) + 1
            least[many, here] = np.min(sums, axis=1)
    bounds, last = [], size - 1
    for many in range(classes, 0, -1):
        bounds.append(distinct[last])
        last = first[many, last] - 1
    return np.array(bounds[::-1])
