"""The width of a belt along its axis, and of the part of it that lies in other layers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from geozone.barriers.crossings import Spans, across, spans
from geozone.barriers.metric_plane import MetricPlane, steps
from geozone.overlay.cutting import cut_up, polygons_in
from geozone.overlay.plane import Geometries, Indices, Numbers

_SIDES = (2, 10)  # steps on either side that the direction of an axis is taken over
_NEAR_M = 100_000.0  # most belts end so near to their axis; a line that does not is drawn again
_ASIDE = (
    0.5  # of the way along a line: where another stretch of an axis is nearer, the line runs along the belt
)
_SAMPLES = 64  # of either side of a line, and halvings of the stretch between two of them
_HALVINGS = 16
_ROUNDING = 1e-9
PIECES = 48  # vertices of the pieces that long outlines are cut into


@dataclass(frozen=True, slots=True)
class Ground:
    """The ground of a barrier in a plane in metres, and the part of the map that is protected."""

    plane: MetricPlane
    barrier: Geometries
    protected: Geometries
    barrier_tree: shapely.STRtree
    protected_tree: shapely.STRtree

    @classmethod
    def of(cls, plane: MetricPlane, barrier: Geometries, protected: Geometries) -> Ground:
        """Return the ground of polygons of the plane, cut up so that no line walks a long outline."""
        pieces = cut_up(barrier, PIECES)[0], cut_up(protected, PIECES)[0]
        return cls(plane, *pieces, *(shapely.STRtree(piece) for piece in pieces))

    def on_barrier(self, lines: Numbers) -> Spans:
        """Return what of straight lines lies on the barrier."""
        return spans(lines, self.barrier, self.barrier_tree)

    def on_protected(self, lines: Numbers) -> Spans:
        """Return what of straight lines lies on protected ground, of the barrier or not."""
        return spans(lines, self.protected, self.protected_tree)


@dataclass(frozen=True, slots=True)
class Profile:
    """The width of a belt in the middle of every step of its axis."""

    places: Numbers  # ends of the steps, (n + 1, 2)
    along_km: Numbers  # of the ends of the steps, on the ellipsoid
    middles: Numbers  # (n, 2)
    directions: Numbers  # of the axis there
    crossings: Numbers  # the lines across the belt, (n, 2, 2)
    measured: Numbers  # what of each is measured, (n, 2, 2)
    width_km: Numbers
    protected_width_km: Numbers

    @property
    def middle_km(self) -> Numbers:
        """How far along the axis the middles lie."""
        return (self.along_km[1:] + self.along_km[:-1]) / 2


def profile(
    axis: Numbers, outline: shapely.Polygon, pieces: Geometries, ground: Ground, axes: Sequence[Numbers] = ()
) -> Profile:
    """Return the width along an axis.

    1. A line is drawn across the belt in the middle of every step, at a right angle to the axis. That is taken as it runs over half
       of the belt's half width there, two to ten steps on either side, for a wide belt does not turn as fast as its axis.
    2. It ends at the outline, the joined ground without holes.
    3. Width is measured as far along it as no other stretch of an axis of the belt is less than half as far off as its own place:
       beside a sharp bend, or an arm, a line would run along the belt.
    4. Its length on the ground of the barrier is the width there, its length on protected ground of the barrier the protected
       width; both on the ellipsoid.

    Parameters
    ----------
    axis
        The ends of the steps, (n + 1, 2), in the plane of the ground.
    outline, pieces
        The joined ground that the axis belongs to, without holes, and the pieces that it has been cut into.
    ground
        What is measured.
    axes
        All axes of the belt; this one alone by default.
    """
    edges = shapely.linestrings(np.stack([axis[:-1], axis[1:]], axis=1))
    along_km = np.append(0.0, np.cumsum(ground.plane.length_km(edges)))
    middles = (axis[1:] + axis[:-1]) / 2
    half = shapely.distance(outline.exterior, shapely.points(middles))
    directions = _directions(axis, half)
    normals = directions @ np.array([[0.0, 1.0], [-1.0, 0.0]])
    lines = across(middles, normals, pieces, _NEAR_M)
    ends = np.abs(lines - middles[:, None]).max(axis=(1, 2))
    far = ends > 0.7 * _NEAR_M  # perhaps cut off before the outline
    lines[far] = across(middles[far], normals[far], pieces)
    short = _across_alone(middles, lines, axes or [axis])
    here = ground.on_barrier(short)
    safe = here.inside(ground.on_protected(short))
    widths = (spans_.lengths_km(short, ground.plane) for spans_ in (here, safe))
    return Profile(axis, along_km, middles, directions, lines, short, *widths)


def strips(one: Profile, ground: Ground) -> Geometries:
    """Return the ground of the barrier on every step of an axis: as far to either side of its line across as the step is long."""
    along = np.hypot(*(one.places[1:] - one.places[:-1]).T)
    wide = shapely.buffer(shapely.linestrings(one.measured), along / 2, cap_style="flat")
    found = np.array([shapely.MultiPolygon()] * len(wide), dtype=object)
    step, piece = ground.barrier_tree.query(wide, predicate="intersects")
    parts = shapely.intersection(wide[step], ground.barrier[piece])
    for number in np.unique(step):
        found[number] = shapely.multipolygons(polygons_in(shapely.union_all(parts[step == number])))
    return found


def _across_alone(middles: Numbers, lines: Numbers, axes: Sequence[Numbers]) -> Numbers:
    """Return lines cut off where another stretch of an axis is less than half as far off as their own place."""
    steps_ = np.concatenate([np.stack([axis[:-1], axis[1:]], axis=1) for axis in axes])
    tree = shapely.STRtree(shapely.linestrings(steps_))
    start = np.repeat(middles, 2, axis=0)
    along = lines.reshape(-1, 2) - start
    size = np.hypot(*along.T)

    def apart_at(ray: Indices, share: Numbers) -> Numbers:
        points = shapely.points(start[ray] + share[:, None] * along[ray])
        return np.asarray(tree.query_nearest(points, return_distance=True, all_matches=False)[1])

    def runs_along(ray: Indices, share: Numbers) -> npt.NDArray[np.bool_]:
        return np.asarray(apart_at(ray, share) < _ASIDE * share * size[ray])

    ray, high = _first_of_samples(size, apart_at)
    low = high - 1 / _SAMPLES
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        beyond = runs_along(ray, middle)
        low, high = np.where(beyond, low, middle), np.where(beyond, middle, high)
    ends = lines.reshape(-1, 2).copy()
    ends[ray] = start[ray] + low[:, None] * along[ray]
    return ends.reshape(-1, 2, 2)


def _first_of_samples(
    size: Numbers, apart_at: Callable[[Indices, Numbers], Numbers]
) -> tuple[Indices, Numbers]:
    """Return the lines that have a sample where another stretch of an axis is nearer than half its own place, and the first such share.

    Where an axis is so far off, it is at least as far off less the way at the next sample: those at which it cannot be near
    enough are left out.
    """
    first = np.zeros(len(size), dtype=np.intp)  # the sample at which it is near enough; none yet
    ray, sample = np.arange(len(size)), np.ones(len(size), dtype=np.intp)
    while len(ray):
        share = sample / _SAMPLES
        own = share * size[ray]
        apart = apart_at(ray, share)
        near = apart < _ASIDE * own
        first[ray[near]] = sample[near]
        farthest = (apart + own) / (1 + _ASIDE) * (1 - _ROUNDING)  # as far along nothing can be near enough
        with np.errstate(divide="ignore", invalid="ignore"):
            following = np.ceil(farthest / size[ray] * _SAMPLES)
        following = np.where(size[ray] > 0, following, _SAMPLES + 1)
        sample = np.maximum(sample + 1, following).astype(np.intp)
        left = ~near & (sample <= _SAMPLES)
        ray, sample = ray[left], sample[left]
    found = np.flatnonzero(first)
    return found, first[found] / _SAMPLES


def _directions(axis: Numbers, half: Numbers) -> Numbers:
    """Return the direction of an axis in the middle of every step, for the half width of the belt there."""
    size = len(axis) - 1
    step = float(np.hypot(*(axis[1] - axis[0])))
    sides: Indices = np.clip(np.round(half / 2 / step), *_SIDES).astype(np.intp)
    first = np.maximum(np.arange(size) - sides, 0)
    last = np.minimum(np.arange(size) + sides + 1, size)
    found = axis[last] - axis[first]
    still = np.hypot(*found.T) == 0
    found[still] = (1.0, 0.0)
    return np.asarray(found)


def nearest_on(axis: Numbers, place: Numbers) -> tuple[float, float]:
    """Return how far along an axis the place nearest to another lies, and how far apart they are, in the plane."""
    line = shapely.LineString(axis)
    point = shapely.Point(place)
    along = float(shapely.line_locate_point(line, point))
    total = steps(axis)[-1]
    return min(along / total, 1.0) if total else 0.0, float(shapely.distance(line, point))
