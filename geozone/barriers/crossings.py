"""Lines across a belt of ground, and how much of each lies on which ground."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from geozone.barriers.metric_plane import MetricPlane
from geozone.overlay.edges import edges_of
from geozone.overlay.plane import Geometries, Indices, Numbers

_TOUCH = 1e-9  # of a line: parts no farther apart are one
_STRAY_M = 1.0  # so far may a place lie beside the outline by rounding


@dataclass(frozen=True, slots=True)
class Spans:
    """Parts of straight lines, as shares of their lines; those of a line do not overlap and are in order."""

    line: Indices
    low: Numbers
    high: Numbers

    def on(self, lines: Numbers) -> Geometries:
        """Return the parts as lines; ``lines`` are the ends of all lines, as an array of (n, 2, 2)."""
        start, along = lines[self.line, 0], lines[self.line, 1] - lines[self.line, 0]
        ends = np.stack([start + self.low[:, None] * along, start + self.high[:, None] * along], axis=1)
        return np.asarray(shapely.linestrings(ends)) if len(ends) else np.empty(0, dtype=object)

    def lengths_km(self, lines: Numbers, plane: MetricPlane) -> Numbers:
        """Return the length of the parts of every line, on the ellipsoid."""
        parts = self.on(lines)
        lengths = plane.length_km(parts) if len(parts) else np.empty(0)
        return np.bincount(self.line, weights=lengths, minlength=len(lines)).astype(np.float64)

    def inside(self, other: Spans) -> Spans:
        """Return what lies in both."""
        order = np.searchsorted(other.line, self.line)
        found: list[tuple[int, float, float]] = []
        for line, low, high, first in zip(self.line, self.low, self.high, order, strict=True):
            place = int(first)
            while place < len(other.line) and other.line[place] == line:
                one, two = max(low, other.low[place]), min(high, other.high[place])
                if two > one:
                    found.append((int(line), one, two))
                place += 1
        return _spans_of(found)


def spans(lines: Numbers, ground: Geometries, tree: shapely.STRtree | None = None) -> Spans:
    """Return the parts of straight lines that lie on the ground of some polygons, which may overlap.

    1. A line is held against the polygons whose boxes it meets.
    2. It is inside a polygon between the first and the second place where it crosses an edge, between the third and the fourth,
       and so on. An edge is crossed where one of its ends lies to the left of the line, or on it, and the other to its right: so
       many at once at a corner that their number stays even.
    3. Parts of one line on several polygons that overlap or touch are one part.

    Parameters
    ----------
    lines
        The ends of the lines, (n, 2, 2).
    ground
        Valid polygons, of one part or many, in the plane of the lines; of collections the polygons count.
    tree
        The tree of the polygons, where there is one already.
    """
    tree = tree or shapely.STRtree(ground)
    line, polygon = _met(lines, ground, tree)
    parts, owner = shapely.get_parts(ground[polygon], return_index=True)
    areal = (
        shapely.get_dimensions(parts) == 2
    )  # a polygon that was cut may leave lines where it touches the cut
    starts, ends, part = edges_of(parts[areal])
    owner = owner[areal][part]
    origin, along = lines[line[owner], 0], (lines[:, 1] - lines[:, 0])[line[owner]]
    from_start, from_end = starts - origin, ends - origin
    left, right = _cross(along, from_start), _cross(along, from_end)
    crossed = np.flatnonzero((left >= 0) != (right >= 0))
    flipped = left[crossed] < 0  # from the left whichever way it runs: neighbours have the same edge
    left, right = (
        np.where(flipped, right[crossed], left[crossed]),
        np.where(flipped, left[crossed], right[crossed]),
    )
    first, last = (
        np.where(flipped[:, None], from_end[crossed], from_start[crossed]),
        np.where(flipped[:, None], from_start[crossed], from_end[crossed]),
    )
    owner, along = owner[crossed], along[crossed]
    places = first + (left / (left - right))[:, None] * (last - first)
    share = (places * along).sum(axis=1) / (along**2).sum(axis=1)
    order = np.lexsort([share, owner])
    low, high = np.clip(share[order].reshape(-1, 2).T, 0, 1)
    of_line = line[owner[order][::2]]
    real = high > low
    low, high, of_line = low[real], high[real], of_line[real]
    order = np.lexsort([low, of_line])
    return _merged(of_line[order], low[order], high[order])


def _met(lines: Numbers, ground: Geometries, tree: shapely.STRtree) -> tuple[Indices, Indices]:
    """Return the pairs of a line and a polygon whose box it meets, of which there are far fewer than of boxes that overlap."""
    line, polygon = tree.query(shapely.linestrings(lines))
    west, south, east, north = shapely.bounds(ground[polygon]).T
    start, along = lines[line, 0], (lines[:, 1] - lines[:, 0])[line]
    middle = np.column_stack([west + east, south + north]) / 2 - start
    reach = (np.abs(along[:, 0]) * (north - south) + np.abs(along[:, 1]) * (east - west)) / 2
    near = np.abs(_cross(along, middle)) <= reach * (1 + _TOUCH)
    return line[near], polygon[near]


def _cross(one: Numbers, other: Numbers) -> Numbers:
    return np.asarray(one[:, 0] * other[:, 1] - one[:, 1] * other[:, 0])


def across(
    places: Numbers, directions: Numbers, outline: Geometries, reach_m: float | None = None
) -> Numbers:
    """Return straight lines through places, from one side of a belt to the other, as their ends (n, 2, 2).

    A line ends where it leaves the ground for the first time on either side of its place; both ends are the place where that
    lies outside.

    Parameters
    ----------
    places, directions
        Places, (n, 2), and the direction of the line through each.
    outline
        The ground of the belt, or the pieces that it has been cut into.
    reach_m
        How far from its place a line may end; as far as the ground goes by default.
    """
    west, south, east, north = shapely.total_bounds(outline)
    unit = directions / np.hypot(*directions.T)[:, None] * (reach_m or np.hypot(east - west, north - south))
    lines = np.stack([places - unit, places + unit], axis=1)
    inside = spans(lines, outline)
    stray = _STRAY_M / np.hypot(*(2 * unit).T)
    here = (inside.low <= 0.5 + stray[inside.line]) & (inside.high >= 0.5 - stray[inside.line])
    ends = np.repeat(places[:, None], 2, axis=1)
    line = inside.line[here]
    start, along = lines[line, 0], lines[line, 1] - lines[line, 0]
    ends[line, 0] = start + inside.low[here][:, None] * along
    ends[line, 1] = start + inside.high[here][:, None] * along
    return ends


def _merged(line: Indices, low: Numbers, high: Numbers) -> Spans:
    found: list[tuple[int, float, float]] = []
    for one, first, last in zip(line.tolist(), low.tolist(), high.tolist(), strict=True):
        if found and found[-1][0] == one and first <= found[-1][2] + _TOUCH:
            found[-1] = one, found[-1][1], max(found[-1][2], last)
        else:
            found.append((one, first, last))
    return _spans_of(found)


def _spans_of(found: list[tuple[int, float, float]]) -> Spans:
    table = np.array(found, dtype=np.float64).reshape(-1, 3)
    return Spans(table[:, 0].astype(np.intp), table[:, 1], table[:, 2])
