"""Where a barrier is cut, narrow, or without protection across its whole width, and how much each such place cuts off."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely
from numpy.lib.stride_tricks import sliding_window_view

from geozone.barriers.crossings import across
from geozone.barriers.metric_plane import MetricPlane
from geozone.barriers.width import PIECES, Ground, Profile
from geozone.model import CRS, BreakKind
from geozone.overlay.cutting import cut_up
from geozone.overlay.distance import connected
from geozone.overlay.groups import joined_groups, spanning
from geozone.overlay.plane import Geometries, Numbers, area_km2

Mask = npt.NDArray[np.bool_]

CUT, NARROW, UNPROTECTED, BUILT = (kind.value for kind in BreakKind)
_TURNS = np.radians(np.arange(-60, 61, 5))  # directions in which the shortest line across is sought
_SHIFTS_M = np.arange(-2500.0, 2501, 250)  # and places along the axis
_ABREAST = 5  # lines whose mean counts: over one kilometre, so that no single cell of a grid tells the width
_FINE_TURNS = np.radians(np.arange(-5, 5.1, 1))
_FINE_SHIFTS_M = np.arange(-500.0, 501, 100)
_HAIR_M = 0.5  # half the width of the line that parts the ground


@dataclass(frozen=True, slots=True)
class Break:
    """A place where a barrier does not hold."""

    kind: str
    line: Numbers  # its ends, (2, 2): between the two parts of a cut; else across the belt
    width_km: float  # of the cut; of the barrier there; of its protected part there; of its part that is not built up
    length_km: float  # along the axis, as far as the barrier is as narrow
    axis: int  # the axis that it lies on
    along_km: float
    lost_share: float  # of the joined barrier (its protected part), that the place parts from the larger side
    lost_connected: float  # loss of equivalent connected area, as a share

    @property
    def place(self) -> Numbers:
        """The middle of the line."""
        return np.asarray(self.line.mean(axis=0))


class Sides:
    """The ground on a belt, and what a line across the belt parts of it.

    Parameters
    ----------
    outline
        The joined ground of the belt, without holes, in the plane.
    ground
        Polygons in the plane that do not overlap; those elsewhere count as further parts.
    plane
        The plane.
    side_km2
        A side with less ground is the end of a belt.
    """

    def __init__(
        self, outline: shapely.Polygon, ground: Geometries, plane: MetricPlane, side_km2: float
    ) -> None:
        shapely.prepare(outline)
        on = shapely.intersects(outline, ground)
        areas = area_km2(plane.to_degrees(ground), CRS) if len(ground) else np.empty(0)
        self.outline, self.plane, self.side_km2 = outline, plane, side_km2
        self.pieces = cut_up(np.array([outline], dtype=object), PIECES)[0]
        self.ground, self.areas = ground[on], areas[on]
        self.elsewhere = areas[~on]

    def lost(self, line: Numbers) -> tuple[float, float] | None:
        """Return the share of all ground that a line parts from the larger side, and the loss of connected area.

        None where one side has next to nothing.
        """
        along = (line[1] - line[0]) / max(float(np.hypot(*(line[1] - line[0]))), 1e-9)
        longer = shapely.LineString([line[0] - along, line[1] + along])  # rounding must not leave a bridge
        rest = shapely.difference(self.outline, shapely.buffer(longer, _HAIR_M, cap_style="flat"))
        sides = shapely.get_parts(rest)
        shapely.prepare(sides)
        held = np.zeros(len(sides))
        crossing = shapely.intersects(longer, self.ground)
        inside = shapely.point_on_surface(self.ground[~crossing])
        side, whole = shapely.STRtree(inside).query(sides, predicate="intersects")
        np.add.at(held, side, self.areas[~crossing][whole])
        for number, one in enumerate(sides):
            parts = shapely.intersection(self.ground[crossing], one)
            parts = parts[shapely.get_dimensions(parts) == 2]
            held[number] += area_km2(self.plane.to_degrees(parts), CRS).sum() if len(parts) else 0.0
        held = np.sort(held)[::-1]
        if len(held) < 2 or held[1] < self.side_km2:
            return None
        return _loss([float(held[0]), float(held[1:].sum())], self.elsewhere)


def cuts(patches: Geometries, plane: MetricPlane, *, reach_m: float, link_m: float) -> Iterator[Break]:
    """Yield the cuts between neighbouring parts of a barrier.

    1. Patches within `link_m` of each other are one part. Parts within `reach_m` are neighbours; of all ways to join them, the
       shortest cuts that join all of them are taken (a minimum spanning tree).
    2. The width of a cut is the shortest distance between the two parts, on the ellipsoid.
    3. What it cuts off is the smaller of the two sides of the tree without it.

    Parameters
    ----------
    patches
        Polygons of the barrier in the plane, which do not overlap.
    plane
        The plane.
    reach_m, link_m
        The widest cut, and the distance that does not count as one.
    """
    degrees = plane.to_degrees(patches)
    areas = area_km2(degrees, CRS)
    part = connected(degrees, link_m)
    one, two = shapely.STRtree(patches).query(patches, predicate="dwithin", distance=1.01 * reach_m)
    apart = part[one] < part[two]
    one, two = one[apart], two[apart]
    if not len(one):
        return
    lines = shapely.shortest_line(patches[one], patches[two])
    lengths = plane.length_km(lines)
    near = lengths <= reach_m / 1e3
    one, two, lines, lengths = part[one[near]], part[two[near]], lines[near], lengths[near]
    size = int(part.max()) + 1
    weights = np.bincount(part, weights=areas, minlength=size)
    chosen = spanning(size, one, two, lengths)
    for number in chosen:
        others = chosen[chosen != number]
        group = joined_groups(size, one[others], two[others])
        whole = joined_groups(size, one[chosen], two[chosen])
        sides = [float(weights[group == group[end]].sum()) for end in (one[number], two[number])]
        rest = np.bincount(whole, weights=weights)
        lost, connected_loss = _loss(sides, np.delete(rest, whole[one[number]]))
        ends = shapely.get_coordinates(lines[number])
        yield Break(CUT, ends, float(lengths[number]), float(lengths[number]), 0, 0.0, lost, connected_loss)


def narrow_places(
    profile: Profile, axis: int, sides: Sides, ground: Ground, *, narrow_km: float
) -> Iterator[Break]:
    """Yield the places along an axis where the barrier is narrower than so many km but not cut.

    1. Stretches of the axis with less width are taken, but not those at its ends; what is no farther apart than that width is
       one. Stretches without any width are cuts.
    2. In each the shortest line across is sought, up to 60° aside and 2 km along: its length on the barrier is the width, the
       mean of parallel lines over one kilometre.
    3. What a place cuts off is the smaller of the two sides of the line; where that is next to nothing, it is an end.
    """
    width = profile.width_km
    for first, last in _stretches(width < narrow_km, profile, narrow_km):
        if width[first:last].min() <= 0:
            continue
        at = first + int(width[first:last].argmin())
        line, narrowest = _narrowest(profile, at, sides.pieces, ground)
        lost = sides.lost(line)
        if lost is not None:
            length = float(profile.along_km[last] - profile.along_km[first])
            yield Break(NARROW, line, narrowest, length, axis, float(profile.middle_km[at]), *lost)


def unprotected_places(profile: Profile, axis: int, sides: Sides, *, narrow_km: float) -> Iterator[Break]:
    """Yield the stretches of an axis where less than so many km of the barrier's width are protected.

    The width told is the least protected width along the stretch. ``sides`` are those of the protected part of the barrier.
    """
    safe = profile.protected_width_km
    for first, last in _stretches((safe < narrow_km) & (profile.width_km > 0), profile, narrow_km):
        least = float(safe[first:last].min())
        worst = np.flatnonzero(safe[first:last] <= least)
        at = first + int(worst[len(worst) // 2])
        line = profile.crossings[at]
        lost = sides.lost(line)
        if lost is not None:
            length = float(profile.along_km[last] - profile.along_km[first])
            yield Break(UNPROTECTED, line, least, length, axis, float(profile.middle_km[at]), *lost)


def built_places(
    profile: Profile, axis: int, sides: Sides, built: Numbers, *, least_share: float, narrow_km: float
) -> Iterator[Break]:
    """Yield the stretches of an axis where so much of the ground of the barrier is built up: ports, settlements.

    The width told is the least that is left along the stretch. ``built`` is the share of the ground on every step of the axis
    (`geozone.barriers.width.strips`), not a number where nobody knows; ``sides`` are those of the barrier.
    """
    left = profile.width_km * (1 - built)
    for first, last in _stretches((built >= least_share) & (profile.width_km > 0), profile, narrow_km):
        at = first + int(np.nanargmin(left[first:last]))
        line = profile.crossings[at]
        lost = sides.lost(line)
        if lost is not None:
            length = float(profile.along_km[last] - profile.along_km[first])
            yield Break(BUILT, line, float(left[at]), length, axis, float(profile.middle_km[at]), *lost)


def ranked(breaks: Sequence[Break]) -> list[Break]:
    """Return breaks in the order of what they cut off, then of their width."""
    order: Callable[[Break], tuple[float, float, float, str, float, float]] = lambda one: (  # noqa: E731
        -round(one.lost_share, 9),
        -round(one.lost_connected, 9),
        one.width_km,
        one.kind,
        one.axis,
        one.along_km,
    )
    return sorted(breaks, key=order)


def _stretches(low: Mask, profile: Profile, apart_km: float) -> Iterator[tuple[int, int]]:
    """Yield the beginning and the end of every run of true values but those at either end of the axis.

    Runs less than so many km apart are one.
    """
    change = np.diff(np.concatenate([[0], low.astype(np.int8), [0]]))
    runs = zip(np.flatnonzero(change == 1).tolist(), np.flatnonzero(change == -1).tolist(), strict=True)
    pending: tuple[int, int] | None = None
    for first, last in runs:
        if first == 0 or last == len(low):
            continue
        if pending is not None and profile.along_km[first] - profile.along_km[pending[1]] <= apart_km:
            pending = pending[0], last
            continue
        if pending is not None:
            yield pending
        pending = first, last
    if pending is not None:
        yield pending


def _narrowest(profile: Profile, at: int, outline: Geometries, ground: Ground) -> tuple[Numbers, float]:
    """Return the shortest line across a belt near a place of its axis, and its length on the barrier.

    The length is the mean of parallel lines over one kilometre along the axis.
    """
    place, direction = profile.middles[at], profile.directions[at]
    along = direction / np.hypot(*direction)
    line = profile.crossings[at]
    reach = 1.5 * float(np.hypot(*(line[1] - line[0])))  # a line that is still on the ground there is longer

    def widths(turns: Numbers, shifts: Numbers) -> tuple[Numbers, Numbers]:
        angle, shift = (grid.ravel() for grid in np.meshgrid(turns, shifts, indexing="ij"))
        normal = np.column_stack([
            -along[1] * np.cos(angle) - along[0] * np.sin(angle),
            along[0] * np.cos(angle) - along[1] * np.sin(angle),
        ])  # fmt: skip
        lines = across(place + shift[:, None] * along, normal, outline, reach)
        lengths = ground.on_barrier(lines).lengths_km(lines, ground.plane)
        sizes = np.hypot(*(lines[:, 1] - lines[:, 0]).T)
        lengths[(lengths <= 0) | (sizes > 1.99 * reach)] = (
            np.inf
        )  # beside the ground, in a cut, or not at its end
        return lines.reshape(len(turns), -1, 2, 2), lengths.reshape(len(turns), -1)

    _, lengths = widths(_TURNS, _SHIFTS_M)
    means = sliding_window_view(lengths, _ABREAST, axis=1).mean(axis=2)
    turn, first = np.unravel_index(int(means.argmin()), means.shape)
    if not np.isfinite(means[turn, first]):
        return line, float(profile.width_km[at])
    lines, lengths = widths(_TURNS[turn] + _FINE_TURNS, _SHIFTS_M[first + _ABREAST // 2] + _FINE_SHIFTS_M)
    means = lengths.mean(axis=1)
    best = int(means.argmin())
    return lines[best, len(_FINE_SHIFTS_M) // 2], float(means[best])


def _loss(sides: Sequence[float], others: Numbers) -> tuple[float, float]:
    """Return the share of the smaller side in all ground, and the loss of equivalent connected area, as a share.

    The equivalent connected area of parts is the root of the sum of their squares: the size of the single patch in which two
    places taken at random are as likely connected (Saura and others 2011, with links of certainty 1 or 0).
    """
    total = sum(sides) + float(others.sum())
    if total <= 0:
        return 0.0, 0.0
    before = np.sqrt(sum(sides) ** 2 + float((others**2).sum()))
    after = np.sqrt(sum(side**2 for side in sides) + float((others**2).sum()))
    return min(sides) / total, float(1 - after / before)
