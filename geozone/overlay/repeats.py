"""Rows that repeat another one, vertex by vertex: features that were exported twice, or copied."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from geozone.overlay.features import Features
from geozone.overlay.keys import mixed_keys
from geozone.overlay.plane import Indices


def first_alike(features: Features, rows: Indices, groups: npt.NDArray[np.int64]) -> Indices:
    """Return for each of some rows the position of the first one of its group with the same outline.

    Parameters
    ----------
    rows
        The rows, in their order.
    groups
        The group of each; only rows of one group are compared.
    """
    first = np.arange(len(rows))
    told = np.column_stack([features.boxes[rows], features.areas[rows], groups.astype(np.float64)])
    _, number, count = np.unique(mixed_keys(told), return_inverse=True, return_counts=True)
    likely = np.flatnonzero(count[number] > 1)
    if not len(likely):
        return first
    outlines = features.outlines(rows[likely])
    parts = outlines.parts[outlines.features]
    ends = outlines.rings[parts]
    known: dict[tuple[int, bytes, bytes], int] = {}
    for place, position in enumerate(likely.tolist()):
        rings = np.diff(outlines.rings[parts[place] : parts[place + 1] + 1])
        points = outlines.coordinates[ends[place] : ends[place + 1]]
        outline = int(number[position]), rings.tobytes(), points.tobytes()
        first[position] = known.setdefault(outline, position)
    return first
