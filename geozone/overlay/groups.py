"""What hangs together: the groups of things of which some pairs are joined, and the regions of a grid of cells."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from geozone.overlay.plane import Indices, Numbers


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


def spanning(size: int, one: Indices, two: Indices, lengths: Numbers) -> Indices:
    """Return the pairs by which things are joined over the shortest lengths: a minimum spanning forest (Kruskal).

    The pairs are in the order of their lengths, those of one length as given. A length may be nought.
    """
    group = np.arange(size)
    chosen = []
    for number in np.argsort(lengths, kind="stable"):
        first, second = group[one[number]], group[two[number]]
        if first != second:
            chosen.append(int(number))
            group[group == second] = first
    return np.array(chosen, dtype=np.intp)


def regions_of(cells: npt.NDArray[np.bool_]) -> tuple[npt.NDArray[np.int32], int]:
    """Return the number of the region of each cell, and how many there are; neighbours share a side.

    The regions are numbered from 1 by their first cells, row by row; 0 is every cell that is in none.
    """
    # a row of cells without a break is a thing; they are joined where they begin to lie beside each other
    runs = np.cumsum(_beginnings(cells).ravel(), dtype=np.int32)
    joined = np.flatnonzero(_beginnings(cells[1:] & cells[:-1]))
    one, two = (runs[place].astype(np.intp) - 1 for place in (joined, joined + cells.shape[1]))
    group = joined_groups(int(runs[-1]) if len(runs) else 0, one, two)
    regions = np.append(0, group + 1).astype(np.int32)[runs].reshape(cells.shape)
    regions[~cells] = 0
    return regions, int(group.max(initial=-1)) + 1


def _beginnings(cells: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Return the first cell of every stretch in a row."""
    result = cells.copy()
    result[:, 1:] &= ~cells[:, :-1]
    return result
