"""Rivers whose lines run downstream: the parts of each in the order of its course, and its class."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import shapely

from geozone.maps.mercator import Geometries

UNRANKED = 0  # the class of a river whose field says none


def downstream(geometries: Geometries) -> Geometries:
    """Return lines with their parts in the order of the course: each next one begins nearest to where the last one ended.

    Parameters
    ----------
    geometries
        Lines whose parts run downstream each, in any order, as cutting to a zone leaves them.
    """
    return np.asarray([_in_order(line) for line in geometries], dtype=object)


def classes(values: pd.Series[Any]) -> list[int]:
    """Return the class of each river, `UNRANKED` where it is no number."""
    numbers = pd.to_numeric(values, errors="coerce").fillna(UNRANKED)
    return [int(number) for number in numbers]


def _in_order(line: shapely.Geometry) -> shapely.Geometry:
    parts = shapely.get_parts(line)
    if len(parts) < 2 or set(shapely.get_dimensions(parts)) != {1}:
        return line
    starts = shapely.get_coordinates(shapely.get_point(parts, 0))
    ends = shapely.get_coordinates(shapely.get_point(parts, -1))
    between = np.hypot(
        *(starts[:, None] - ends[None]).transpose(2, 0, 1)
    )  # from the end of one to the start of another
    np.fill_diagonal(between, np.inf)
    order = [int(between.min(axis=1).argmax())]  # no part ends near where the first begins
    left = set(range(len(parts))) - set(order)
    while left:
        order.append(min(left, key=lambda part: float(between[part, order[-1]])))
        left.remove(order[-1])
    return shapely.multilinestrings(parts[order])
