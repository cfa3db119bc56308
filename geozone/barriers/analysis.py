"""A barrier as a whole: its axis and width, its breaks and gaps, and which gaps to close first."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geozone.barriers.axis import axes
from geozone.barriers.breaks import (
    Break,
    Sides,
    built_places,
    cuts,
    narrow_places,
    ranked,
    unprotected_places,
)
from geozone.barriers.closing import Closing, best_closing, closed
from geozone.barriers.gaps import Gaps, gaps
from geozone.barriers.metric_plane import MetricPlane
from geozone.barriers.width import Ground, Profile, nearest_on, profile, strips
from geozone.manifest.roles import Belt
from geozone.model import CRS, BreakKind
from geozone.overlay.cutting import polygons_in
from geozone.overlay.plane import Geometries, Numbers, area_km2

Built = Callable[[Geometries], Numbers]  # the share of each area that is built up
AXIS = ("axis", "along_km", "length_km", "width_km", "protected_width_km", "county_code")
BREAKS = (
    "rank", "kind", "width_km", "length_km", "axis", "along_km", "county_code", "lost_share", "lost_connected",
)  # fmt: skip
GAPS = (
    "rank", "area_km2", "gain_share", "gain_width_km", "gain_connected_km2", "county_code", "city_code", "chosen",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Analysis:
    """What is known of a barrier; tables in EPSG:4490."""

    axis: gpd.GeoDataFrame  # one row for every step of an axis: `AXIS`
    breaks: gpd.GeoDataFrame  # points: `BREAKS`
    gaps: gpd.GeoDataFrame  # areas: `GAPS`
    ends: Numbers  # ends of the line across the belt at every break, (n, 2, 2), in degrees
    across: Numbers  # ends of the line across the belt in the middle of every step of an axis, (n, 2, 2), in degrees
    open_ground: Gaps | None  # None where no layer protects anything
    closing: Closing | None

    @property
    def length_km(self) -> float:
        """Length of the axes."""
        return float(self.axis["length_km"].sum())

    @property
    def narrowest(self) -> pd.Series | None:
        """The narrow place where the barrier is least wide, if any is narrower than stated."""
        narrow = self.breaks[self.breaks["kind"] == BreakKind.NARROW]
        return None if narrow.empty else narrow.loc[narrow["width_km"].idxmin()]

    def steps_at(self, places: Numbers, within_m: Numbers) -> list[int | None]:
        """Return the row of the axis that each of some places stands at, None where it stands at none.

        1. A place can stand at a step whose line across the belt comes as near to it as is asked.
        2. Of these it stands at the one whose middle is nearest to it.

        Parameters
        ----------
        places
            Longitude and latitude, (n, 2).
        within_m
            How far each may be from the line, in metres.
        """
        if not len(self.axis):
            return [None] * len(places)
        plane = MetricPlane.about(self.axis.geometry.to_numpy())
        lines = plane.to_plane(shapely.linestrings(self.across))
        steps = plane.to_plane(self.axis.geometry.to_numpy())
        points = plane.to_plane(shapely.points(places))
        found: list[int | None] = []
        for point, within in zip(points, within_m, strict=True):
            near = np.flatnonzero(shapely.dwithin(lines, point, within))
            found.append(int(near[shapely.distance(steps[near], point).argmin()]) if len(near) else None)
        return found


RECORDS = (Analysis, Gaps, Closing, BreakKind)  # what an analysis holds, for who keeps one


def analyse(
    barrier: Geometries,
    protected: Geometries | None,
    units: gpd.GeoDataFrame,
    rule: Belt,
    *,
    choose: bool = True,
    built: Built | None = None,
) -> Analysis:
    """Return the axis, the width, the breaks and the gaps of a barrier.

    1. Patches are joined over cuts up to `rule.reach_m` wide, and every joined belt of `rule.side_km2` or more has an axis
       (`geozone.barriers.axis`) with its profile (`geozone.barriers.width`), and breaks (`geozone.barriers.breaks`).
    2. What no protected layer covers is gaps (`geozone.barriers.gaps`), of which the best few to close are chosen
       (`geozone.barriers.closing`).

    Parameters
    ----------
    barrier
        Valid polygons in EPSG:4490.
    protected
        Valid polygons in EPSG:4490 that may overlap, or None where there is no layer of them.
    units
        Finest units with ``code`` and ``geometry``.
    rule
        Distances and sizes, as declared of the role.
    choose
        Choose the gaps to close; nobody asks for those of an older date.
    built
        Returns what share of each of some areas in EPSG:4490 is built up, not a number where nobody knows; None where no land
        cover is there. Breaks by what is built are sought where the rule asks for them.
    """
    shapes = units.geometry.to_numpy()
    codes = units["code"].to_numpy()
    open_ground = None
    if protected is not None and len(barrier):
        open_ground = gaps(barrier, protected, shapes, gap_km2=rule.gap_km2, link_m=rule.link_m)
    plane = MetricPlane.about(barrier) if len(barrier) else None
    found: list[Break] = []
    profiles: list[Profile] = []
    if plane is not None:
        whole = shapely.union_all(plane.to_plane(barrier))
        patches = polygons_in(whole)
        safe = (
            np.empty(0, dtype=object) if protected is None else shapely.make_valid(plane.to_plane(protected))
        )
        safe = _met(safe, whole)
        ground = Ground.of(plane, patches, safe)
        inside = polygons_in(shapely.intersection(whole, shapely.union_all(safe)))
        found += cuts(patches, plane, reach_m=rule.reach_m, link_m=rule.link_m)
        for outline in _belts(whole, rule, plane):
            sides = Sides(outline, patches, plane, rule.side_km2)
            safe_sides = Sides(outline, inside, plane, rule.side_km2)
            every = axes(outline, arm_m=rule.arm_m)
            for axis in every:
                one = profile(axis, outline, sides.pieces, ground, every)
                profiles.append(one)
                number = len(profiles)
                found += narrow_places(one, number, sides, ground, narrow_km=rule.narrow_m / 1e3)
                if built is not None and rule.built:
                    shares = built(plane.to_degrees(strips(one, ground)))
                    limits = {"least_share": rule.built_share, "narrow_km": rule.narrow_m / 1e3}
                    found += built_places(one, number, sides, shares, **limits)
                if protected is not None:
                    found += unprotected_places(one, number, safe_sides, narrow_km=rule.protected_m / 1e3)
    breaks, ends = _break_table(ranked(found), profiles, plane, shapes, codes)
    table = _gap_table(open_ground, breaks, ends, units)
    closing = (
        best_closing(open_ground, rule.close) if choose and open_ground is not None and len(table) else None
    )
    if closing is not None:
        table.loc[list(closing.gaps), "chosen"] = True
    axis = _axis_table(profiles, plane, shapes, codes)
    if protected is None:
        axis["protected_width_km"] = np.nan  # nobody knows; nought would say that nothing is protected
    return Analysis(axis, breaks, table, ends, _across(profiles, plane), open_ground, closing)


def _belts(whole: shapely.Geometry, rule: Belt, plane: MetricPlane) -> Iterator[shapely.Polygon]:
    """Yield the outlines of the joined belts that are large enough, the largest first."""
    joined = shapely.buffer(shapely.buffer(whole, rule.reach_m / 2), -rule.reach_m / 2)
    parts = np.array([shapely.Polygon(part.exterior) for part in polygons_in(joined)], dtype=object)
    areas = area_km2(plane.to_degrees(parts), CRS) if len(parts) else np.empty(0)
    for number in np.argsort(-areas, kind="stable"):
        if areas[number] >= rule.side_km2:
            yield parts[number]


def _axis_table(
    profiles: list[Profile], plane: MetricPlane | None, units: Geometries, codes: npt.NDArray[np.object_]
) -> gpd.GeoDataFrame:
    rows = []
    for number, one in enumerate(profiles, start=1):
        assert plane is not None  # there is no profile without ground
        steps = shapely.linestrings(np.stack([one.places[:-1], one.places[1:]], axis=1))
        middles = plane.to_degrees(shapely.points(one.middles))
        rows.append(
            gpd.GeoDataFrame(
                {
                    "axis": number,
                    "along_km": one.middle_km,
                    "length_km": np.diff(one.along_km),
                    "width_km": one.width_km,
                    "protected_width_km": one.protected_width_km,
                    "county_code": _codes_at(middles, units, codes),
                },
                geometry=plane.to_degrees(steps),
                crs=CRS,
            )
        )
    if not rows:
        return gpd.GeoDataFrame({name: [] for name in AXIS}, geometry=[], crs=CRS)
    return gpd.GeoDataFrame(pd.concat(rows, ignore_index=True), crs=CRS)


def _break_table(
    breaks: list[Break],
    profiles: list[Profile],
    plane: MetricPlane | None,
    units: Geometries,
    codes: npt.NDArray[np.object_],
) -> tuple[gpd.GeoDataFrame, Numbers]:
    if plane is None or not breaks:
        empty = gpd.GeoDataFrame({name: [] for name in BREAKS}, geometry=[], crs=CRS)
        return empty, np.zeros((0, 2, 2))
    ends = _in_degrees(np.stack([one.line for one in breaks]), plane)
    places = plane.to_degrees(shapely.points(np.stack([one.place for one in breaks])))
    on_axis = [
        (one.axis, one.along_km) if one.axis else _nearest_axis(one, profiles)  # a cut lies on the nearest
        for one in breaks
    ]
    table = gpd.GeoDataFrame(
        {
            "rank": np.arange(1, len(breaks) + 1),
            "kind": [one.kind for one in breaks],
            "width_km": [one.width_km for one in breaks],
            "length_km": [one.length_km for one in breaks],
            "axis": [axis for axis, _ in on_axis],
            "along_km": [along for _, along in on_axis],
            "county_code": _codes_at(places, units, codes),
            "lost_share": [one.lost_share for one in breaks],
            "lost_connected": [one.lost_connected for one in breaks],
        },
        geometry=places,
        crs=CRS,
    )
    return table, ends


def _across(profiles: list[Profile], plane: MetricPlane | None) -> Numbers:
    if plane is None or not profiles:
        return np.zeros((0, 2, 2))
    return _in_degrees(np.concatenate([one.measured for one in profiles]), plane)


def _in_degrees(lines: Numbers, plane: MetricPlane) -> Numbers:
    ends = plane.to_degrees(shapely.points(lines.reshape(-1, 2)))
    return np.asarray(shapely.get_coordinates(ends).reshape(-1, 2, 2))


def _nearest_axis(one: Break, profiles: list[Profile]) -> tuple[int, float]:
    best = (np.inf, 0, 0.0)
    for number, each in enumerate(profiles, start=1):
        share, apart = nearest_on(each.places, one.place)
        best = min(best, (apart, number, share * float(each.along_km[-1])))
    return best[1], best[2]


def _gap_table(
    open_ground: Gaps | None, breaks: gpd.GeoDataFrame, ends: Numbers, units: gpd.GeoDataFrame
) -> gpd.GeoDataFrame:
    if open_ground is None or not len(open_ground.shapes):
        return gpd.GeoDataFrame({name: [] for name in GAPS}, geometry=[], crs=CRS)
    unit = units.iloc[open_ground.units]
    now = closed(open_ground, ())[0]
    return gpd.GeoDataFrame(
        {
            "rank": np.arange(1, len(open_ground.shapes) + 1),
            "area_km2": open_ground.areas,
            "gain_share": open_ground.areas / open_ground.barrier_km2,
            "gain_width_km": _gained_width(open_ground.shapes, breaks, ends),
            "gain_connected_km2": [
                closed(open_ground, (gap,))[0] - now for gap in range(len(open_ground.shapes))
            ],
            "county_code": unit["code"].to_numpy(),
            "city_code": unit["parent"].to_numpy(),
            "chosen": False,
        },
        geometry=open_ground.shapes,
        crs=CRS,
    )


def _gained_width(gaps: Geometries, breaks: gpd.GeoDataFrame, ends: Numbers) -> Numbers:
    """Return by how many km each gap would widen the protected ground at the unprotected breaks, all of them together."""
    wanted = (breaks["kind"] == BreakKind.UNPROTECTED).to_numpy()
    result = np.zeros(len(gaps))
    if not wanted.any():
        return result
    plane = MetricPlane.about(gaps)
    lines = shapely.linestrings(ends[wanted])
    gap, line = shapely.STRtree(lines).query(gaps, predicate="intersects")
    parts = plane.to_plane(shapely.intersection(gaps[gap], lines[line]))
    np.add.at(result, gap, plane.length_km(parts))
    return result


def _codes_at(
    places: Geometries, units: Geometries, codes: npt.NDArray[np.object_]
) -> npt.NDArray[np.object_]:
    """Return the code of the unit that each place lies in, the nearest where it lies in none."""
    near, unit = shapely.STRtree(units).query_nearest(places, all_matches=False)
    result = np.full(len(places), None, dtype=object)
    result[near] = codes[unit]
    return result


def _met(layer: Geometries, ground: shapely.Geometry) -> Geometries:
    """Return the polygons of a layer that meet some ground."""
    shapely.prepare(ground)
    return np.asarray(layer[shapely.intersects(ground, layer)], dtype=object)
