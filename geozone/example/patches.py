"""Outlines of chance inside a county: as far from a point in every direction as the county lets, and less by chance.

Every patch lies wholly in one county, so that its area in every unit is its own area. Two patches of one county that
are made alike but for a factor lie one inside the other.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from geozone.example.chance import fraction
from geozone.example.ground import County

Numbers = npt.NDArray[np.float64]

_DIRECTIONS = 96
_KNOTS = (8, 24)  # of the two waves that an outline is made uneven by
_DECIMALS = 6  # degrees: coordinates are kept to 0.1 m
# rounded, so that no processor's sine decides a coordinate
_ANGLES = 2 * np.pi * np.arange(_DIRECTIONS) / _DIRECTIONS
_EAST, _NORTH = np.round(np.cos(_ANGLES), 9), np.round(np.sin(_ANGLES), 9)


@dataclass(frozen=True, slots=True)
class Star:
    """A patch as distances from a point, in degrees, one for every direction."""

    centre: tuple[float, float]
    reach: Numbers

    def outline(self, factor: float = 1.0) -> shapely.Polygon:
        """Return the outline, larger or smaller by a factor."""
        return shapely.Polygon(self.points(factor))

    def points(self, factor: float = 1.0) -> Numbers:
        """Return the corners of the outline as longitudes and latitudes."""
        x = self.centre[0] + self.reach * factor * _EAST
        y = self.centre[1] + self.reach * factor * _NORTH
        return np.asarray(np.round(np.column_stack([x, y]), _DECIMALS), np.float64)


def star(
    county: County, low: float, high: float, *key: object, farthest: float = np.inf, aside: bool = False
) -> Star:
    """Return a patch in a county.

    Parameters
    ----------
    county
        Where it lies.
    low, high
        How much of the way to the border it takes up, at least and at most; below 1.
    key
        What chance goes by.
    farthest
        Degrees that it reaches at most.
    aside
        Whether it lies around some point rather than around the middle of the county.
    """
    centre = county.middle
    if aside:
        roomy = county.spots[county.spots[:, 2] >= county.spots[0, 2] * 0.45]
        place = roomy[int(fraction("aside", county.code, *key) * len(roomy))]
        centre = float(place[0]), float(place[1])
    room = _smooth(_to_border(county.outline, centre))
    reach = np.minimum(room, farthest) * (low + (high - low) * _uneven(county.code, *key))
    found = Star(centre, reach)
    while not shapely.contains_properly(county.outline, found.outline()):
        reach = reach * 0.9
        found = Star(centre, reach)
    return found


def blob(centre: tuple[float, float], radius: float, *key: object) -> Star:
    """Return a patch of about a radius in degrees around any point."""
    return Star(centre, radius * (0.7 + 0.3 * _uneven(*key)))


def _to_border(outline: shapely.Polygon, centre: tuple[float, float]) -> Numbers:
    """Return the distance to the first edge in every direction, in degrees."""
    points = shapely.get_coordinates(outline.exterior) - np.asarray(centre)
    start, edge = points[:-1], np.diff(points, axis=0)
    # centre + t·direction = start + u·edge
    turned = _EAST[:, None] * edge[:, 1] - _NORTH[:, None] * edge[:, 0]
    with np.errstate(divide="ignore", invalid="ignore"):
        t = (start[:, 0] * edge[:, 1] - start[:, 1] * edge[:, 0]) / turned
        u = (start[:, 0] * _NORTH[:, None] - start[:, 1] * _EAST[:, None]) / turned
    return np.asarray(np.where((t > 0) & (u >= 0) & (u <= 1), t, np.inf).min(axis=1))


def _smooth(reach: Numbers) -> Numbers:
    """Return distances that change little from one direction to the next, none above what it was."""
    around = [np.roll(reach, turn) for turn in (-2, -1, 0, 1, 2)]
    least = np.min(around, axis=0)
    return np.asarray(np.mean([np.roll(least, turn) for turn in (-2, -1, 0, 1, 2)], axis=0))


def _uneven(*key: object) -> Numbers:
    """Return a wave around the circle, from 0 to 1."""
    total = np.zeros(_DIRECTIONS)
    for knots, weight in zip(_KNOTS, (0.65, 0.35), strict=True):
        heights = np.array([fraction("uneven", knots, place, *key) for place in range(knots)])
        steps = _DIRECTIONS // knots
        share = np.arange(steps) / steps
        total += weight * (heights[:, None] * (1 - share) + np.roll(heights, -1)[:, None] * share).ravel()
    return total
