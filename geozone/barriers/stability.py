"""A barrier at two dates: what was gained and lost, which breaks opened and closed, and in which direction that points."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import geopandas as gpd
import numpy as np
import shapely

from geozone.barriers.analysis import Analysis
from geozone.model import CRS
from geozone.overlay.distance import within_reach
from geozone.overlay.plane import Geometries, area_km2

SAME_PLACE_M = 10_000.0  # breaks of one kind so near to each other are one
_LEAST = 1e-6  # of the barrier: a smaller change is rounding


class Direction(StrEnum):
    """Where the changes of a barrier point."""

    MORE = "more_stable"  # something is better, nothing worse
    LESS = "less_stable"
    SAME = "unchanged"
    MIXED = "mixed"


@dataclass(frozen=True, slots=True)
class Stability:
    """A barrier at two dates; areas in km², widths in km."""

    area: tuple[float, float]
    gained_km2: float
    lost_km2: float
    protected_share: tuple[float, float] | None  # None where a date has no protected layer
    mean_width: tuple[float, float]
    opened: gpd.GeoDataFrame  # breaks of the later date that the earlier has not
    closed: gpd.GeoDataFrame  # and the other way around

    @property
    def direction(self) -> Direction:
        """What the signs of the changes say together: area, protected share, breaks."""
        signs = {_sign(*self.area), int(np.sign(len(self.closed) - len(self.opened)))}
        if len(self.closed) and len(self.opened):
            signs |= {1, -1}
        if self.protected_share is not None:
            signs.add(_sign(*self.protected_share))
        better, worse = 1 in signs, -1 in signs
        if better and worse:
            return Direction.MIXED
        return Direction.MORE if better else Direction.LESS if worse else Direction.SAME


def compare(old: Analysis, new: Analysis, old_ground: Geometries, new_ground: Geometries) -> Stability:
    """Return what changed between two dates of a barrier.

    1. Area, and what was gained and lost, by the union of each date: ground that only the later one holds was gained.
    2. The width of each date is the mean over all steps of its axes.
    3. A break was there before if one of its kind lay within 10 km.
    4. The direction is `Stability.direction`; whether a clause is met by it is not said.

    Parameters
    ----------
    old, new
        What `geozone.barriers.analysis.analyse` returns of each date.
    old_ground, new_ground
        The polygons that it was given.
    """
    before, after = (shapely.union_all(ground) for ground in (old_ground, new_ground))
    areas = [float(area_km2([one], CRS)[0]) for one in (before, after)]
    gained, lost = (
        float(area_km2([shapely.difference(one, other)], CRS)[0])
        for one, other in ((after, before), (before, after))
    )
    shares = [_protected_share(one) for one in (old, new)]
    widths = [float(one.axis["width_km"].mean()) if len(one.axis) else 0.0 for one in (old, new)]
    return Stability(
        (areas[0], areas[1]),
        gained,
        lost,
        None if shares[0] is None or shares[1] is None else (shares[0], shares[1]),
        (widths[0], widths[1]),
        _unmatched(new.breaks, old.breaks),
        _unmatched(old.breaks, new.breaks),
    )


def _protected_share(analysis: Analysis) -> float | None:
    ground = analysis.open_ground
    return None if ground is None or not ground.barrier_km2 else ground.protected_km2 / ground.barrier_km2


def _unmatched(breaks: gpd.GeoDataFrame, others: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the breaks near which there is none of their kind among others."""
    if not len(breaks) or not len(others):
        return breaks
    one, two = within_reach(np.concatenate([breaks.geometry, others.geometry]), SAME_PLACE_M)
    size = len(breaks)
    pairs = (one < size) & (two >= size)
    first, second = one[pairs], two[pairs] - size
    alike = breaks["kind"].to_numpy()[first] == others["kind"].to_numpy()[second]
    return breaks[~np.isin(np.arange(size), first[alike])]


def _sign(old: float, new: float) -> int:
    return 0 if abs(new - old) <= _LEAST * max(abs(old), abs(new)) else int(np.sign(new - old))
