"""What hangs together: the groups of things of which some pairs are joined, and the regions of a grid of cells."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from geozone.overlay.plane import Indices


def joined_groups(size: int, one: Indices, two: Indices) -> Indices:
    """Return the number of the group that each of `size` things is in, from pairs that are joined.

    The groups are numbered from 0 by their first members.
    """
    lowest = np.arange(size)
    while len(one):
        first, second = lowest[one], lowest[two]
        apart = first != second
        one, two = one[apart], two[apart]
        np.minimum.at(lowest, np.maximum(first, second), np.minimum(first, second))
        while not np.array_equal(shorter := lowest[lowest], lowest):
            lowest = shorter
    return np.asarray(np.unique(lowest, return_inverse=True)[1], dtype=np.intp)


def regions_of(cells: npt.NDArray[np.bool_]) -> tuple[npt.NDArray[np.int32], int]:
    """Return the number of the region of each cell, and how many there are; neighbours share a side.

    The regions are numbered from 1 by their first cells, row by row; 0 is every cell that is in none.
    """
    starts = cells.copy()
    starts[:, 1:] &= ~cells[:, :-1]
    run = np.cumsum(starts.ravel()).reshape(cells.shape) - 1  # a row of cells without a break is a thing
    below, above = np.nonzero(cells[1:] & cells[:-1])
    one, two = run[:-1][below, above], run[1:][below, above]
    new = np.ones(len(one), dtype=bool)
    new[1:] = (one[1:] != one[:-1]) | (two[1:] != two[:-1])
    group = joined_groups(int(starts.sum()), one[new], two[new])
    count = int(group.max(initial=-1)) + 1
    regions = np.zeros(cells.shape, dtype=np.int32)
    regions[cells] = group[run[cells]] + 1
    return regions, count
