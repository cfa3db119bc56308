"""Lines across a belt of ground, and how much of each lies on which ground."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from geozone.barriers.metric_plane import MetricPlane
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

    Parameters
    ----------
    lines
        The ends of the lines, (n, 2, 2).
    ground
        Valid polygons in the plane of the lines.
    tree
        The tree of the polygons, where there is one already.
    """
    tree = tree or shapely.STRtree(ground)
    straight = shapely.linestrings(lines)
    line, polygon = tree.query(straight, predicate="intersects")
    pieces, owner = shapely.get_parts(
        shapely.intersection(straight[line], ground[polygon]), return_index=True
    )
    pieces, inner = shapely.get_parts(pieces, return_index=True)
    owner = owner[inner]
    real = shapely.get_type_id(pieces) == shapely.GeometryType.LINESTRING
    pieces, line = pieces[real], line[owner[real]]
    if not len(pieces):
        return _spans_of([])
    start, along = lines[line, 0], lines[line, 1] - lines[line, 0]
    size = (along**2).sum(axis=1)
    shares = [
        ((shapely.get_coordinates(shapely.get_point(pieces, end)) - start) * along).sum(axis=1) / size
        for end in (0, -1)
    ]
    low, high = np.clip(np.minimum(*shares), 0, 1), np.clip(np.maximum(*shares), 0, 1)
    order = np.lexsort([low, line])
    return _merged(line[order], low[order], high[order])


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
