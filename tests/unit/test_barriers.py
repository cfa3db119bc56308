"""Barriers as belts: closed forms of ridges, whose widths, breaks and gaps are known."""

import itertools

import geopandas as gpd
import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geozone.barriers.analysis import analyse
from geozone.barriers.axis import axes
from geozone.barriers.breaks import ranked
from geozone.barriers.closing import best_closing, closed
from geozone.barriers.gaps import Gaps, gaps
from geozone.barriers.metric_plane import steps
from geozone.manifest.roles import get_role
from geozone.model import CRS
from geozone.overlay.plane import area_km2

RULE = get_role("barrier").belt
PLANE = pyproj.Transformer.from_crs(
    "+proj=laea +lat_0=39 +lon_0=116 +ellps=GRS80 +units=m", CRS, always_xy=True
)
GEOD = pyproj.Geod(ellps="GRS80")
RIDGE = shapely.box(-150e3, -20e3, 150e3, 20e3)  # metres about 116°E 39°N: 300 by 40 km
CUT_3, CUT_6 = shapely.box(-81.5e3, -30e3, -78.5e3, 30e3), shapely.box(50e3, -30e3, 56e3, 30e3)
NECK = [shapely.box(-5e3, 6e3, 5e3, 30e3), shapely.box(-5e3, -30e3, 5e3, -6e3)]  # 12 km wide, 10 km long


def on_earth(shape, turn=0.0, shift=(0.0, 0.0)):
    """Return the polygons of a shape in metres, turned and shifted, in longitude and latitude."""
    moved = shapely.affinity.translate(shapely.affinity.rotate(shape, turn, origin=(0, 0)), *shift)
    dense = shapely.segmentize(moved, 2000)
    return shapely.get_parts(shapely.transform(dense, PLANE.transform, interleaved=False))


def units(*shapes):
    """Return units with codes 1, 2, …, which tile the ground; one of everything by default."""
    shapes = shapes or (shapely.box(-400e3, -400e3, 400e3, 400e3),)
    whole = [
        shapely.transform(shapely.segmentize(one, 2000), PLANE.transform, interleaved=False) for one in shapes
    ]
    codes = [str(130000 + number) for number in range(1, len(whole) + 1)]
    return gpd.GeoDataFrame({"code": codes, "parent": "130000"}, geometry=whole, crs=CRS)


def broken_ridge():
    return shapely.difference(RIDGE, shapely.union_all([CUT_3, CUT_6, *NECK]))


def test_a_ridge_with_two_cuts_and_a_neck():
    found = analyse(on_earth(broken_ridge()), None, units(), RULE)
    breaks = found.breaks
    assert breaks.kind.to_list() == ["narrow", "cut", "cut"]
    assert breaks.width_km.to_list() == pytest.approx([12, 6, 3], rel=0.01)
    assert breaks.length_km.to_list() == pytest.approx([10, 6, 3], rel=0.01)
    assert breaks.along_km.to_list() == pytest.approx([150, 203, 70], abs=6)
    # what each parts of the joined ridge: west and east of it
    pieces = area_km2(on_earth(broken_ridge()), CRS)
    assert len(pieces) == 3
    assert breaks["rank"].to_list() == [1, 2, 3]
    assert breaks.lost_share.iloc[1] == pytest.approx(94 * 40 / pieces.sum(), rel=0.001)
    assert breaks.lost_share.iloc[2] == pytest.approx(68.5 * 40 / pieces.sum(), rel=0.001)
    assert breaks.lost_share.iloc[0] == pytest.approx(0.5, abs=0.02)
    sides = np.array([94 * 40, pieces.sum() - 94 * 40])
    assert breaks.lost_connected.iloc[1] == pytest.approx(1 - np.hypot(*sides) / sides.sum(), rel=0.001)
    assert found.length_km == pytest.approx(300, rel=0.001)
    assert found.narrowest.width_km == pytest.approx(12, rel=0.01)


@settings(max_examples=6)
@given(st.floats(-90, 90), st.floats(-1, 1), st.floats(-1, 1))
def test_turning_and_shifting_a_ridge_changes_no_width_and_no_rank(turn, east, north):
    there = analyse(on_earth(broken_ridge(), turn, (east * 50e3, north * 50e3)), None, units(), RULE)
    assert there.breaks.kind.to_list() == ["narrow", "cut", "cut"]
    assert there.breaks.width_km.to_list() == pytest.approx([12, 6, 3], rel=0.01)
    # 0.5 % is what the plane of the ridge makes of areas' sides so far off its middle
    assert there.length_km == pytest.approx(300, rel=0.005)
    middle = there.axis[(there.axis.along_km > 20) & (there.axis.along_km < 60)]
    assert middle.width_km.to_numpy() == pytest.approx(40, rel=0.005)


def test_cells_instead_of_smooth_outlines_change_widths_by_less_than_one():
    cells = [
        shapely.box(x, y, x + 1000, y + 1000)
        for x in range(-180_000, 180_000, 1000)
        for y in range(-120_000, 120_000, 1000)
    ]
    turned = shapely.affinity.rotate(broken_ridge(), 25, origin=(0, 0))
    shapely.prepare(turned)
    kept = [cell for cell in cells if turned.contains(cell.centroid)]
    found = analyse(on_earth(shapely.union_all(kept)), None, units(), RULE)
    assert found.breaks.kind.to_list() == ["narrow", "cut", "cut"]
    assert found.breaks.width_km.to_list() == pytest.approx([12, 6, 3], abs=1.0)


def test_the_width_can_be_measured_again_from_the_axis_and_the_ground():
    ground = on_earth(broken_ridge(), 20)
    found = analyse(ground, None, units(), RULE)
    whole = shapely.union_all(ground)
    for row in found.axis.iloc[20:70:10].itertuples():
        (x, y), (a, b) = np.array(row.geometry.coords)
        azimuth, _, _ = GEOD.inv(x, y, a, b)
        middle = (x + a) / 2, (y + b) / 2
        ends = [GEOD.fwd(*middle, azimuth + side, 60e3)[:2] for side in (-90, 90)]
        line = shapely.LineString([ends[0], *GEOD.npts(*ends[0], *ends[1], 40), ends[1]])
        width = sum(
            GEOD.geometry_length(part) for part in shapely.get_parts(shapely.intersection(line, whole))
        )
        assert row.width_km == pytest.approx(width / 1e3, rel=1e-3)


def test_a_place_stands_where_the_line_across_passes_it():
    found = analyse(on_earth(broken_ridge()), None, units(), RULE)
    places = np.column_stack(PLANE.transform([-100e3, 40e3, 40e3, 160e3], [15e3, -18e3, 36e3, 0.0]))
    steps_ = found.steps_at(places, np.array([1e3, 1e3, 10e3, 1e3]))
    assert steps_[2:] == [None, None]  # 16 km off the ridge, and beyond the end of it
    assert found.axis.along_km.iloc[steps_[:2]].to_list() == pytest.approx([50, 190], abs=3)
    assert found.steps_at(places[2:3], np.array([17e3]))[0] == pytest.approx(steps_[1], abs=2)
    nowhere = analyse(on_earth(broken_ridge())[:0], None, units(), RULE)
    assert nowhere.steps_at(places, np.full(4, 1e3)) == [None] * 4


def test_a_star_of_three_arms_has_an_axis_for_each():
    arm = shapely.box(0, -10e3, 150e3, 10e3)
    star = shapely.union_all([shapely.affinity.rotate(arm, turn, origin=(0, 0)) for turn in (0, 120, 240)])
    found = axes(star, arm_m=30e3)
    assert len(found) == 2  # two arms make one axis
    assert steps(found[0])[-1] == pytest.approx(300e3, rel=0.03)
    assert steps(found[1])[-1] == pytest.approx(150e3, rel=0.1)
    ends = np.array([found[0][0], found[0][-1], found[1][-1]])
    assert np.hypot(*ends.T) == pytest.approx(150e3, rel=0.03)


def test_a_bent_ridge_has_a_bent_axis_of_its_length():
    turns = np.radians(np.linspace(0, 180, 181))
    path = shapely.LineString(np.column_stack([100e3 * np.cos(turns), 100e3 * np.sin(turns)]))
    found = axes(shapely.buffer(path, 15e3, cap_style="flat"), arm_m=30e3)
    assert len(found) == 1
    assert steps(found[0])[-1] == pytest.approx(np.pi * 100e3, rel=0.02)
    assert np.hypot(*found[0].T)[15:-15] == pytest.approx(100e3, rel=0.005)  # its ends run on straight
    assert np.hypot(*found[0].T) == pytest.approx(100e3, rel=0.05)


def test_a_line_beside_a_sharp_bend_or_an_arm_does_not_run_along_the_belt():
    bent = shapely.union_all([shapely.box(-150e3, -20e3, 20e3, 20e3), shapely.box(-20e3, -200e3, 20e3, 20e3)])
    found = analyse(on_earth(bent), None, units(), RULE).axis
    assert (
        found["width_km"].max() < 2**0.5 * 40 * 1.3
    )  # the diagonal of the bend, and what smoothing makes of it
    assert found["width_km"].median() == pytest.approx(40, rel=0.01)
    forked = shapely.union_all([RIDGE, shapely.box(-10e3, 20e3, 10e3, 110e3)])
    found = analyse(on_earth(forked), None, units(), RULE).axis
    assert set(found["axis"]) == {1, 2}
    main, arm = (found.loc[found["axis"] == number, "width_km"] for number in (1, 2))
    assert main.max() < 40 + 25  # at the arm a line ends where the axis of the arm begins, not 90 km off
    assert arm.max() < 2 * 20 + 5
    assert arm.median() == pytest.approx(20, rel=0.01)


def test_what_no_layer_protects_is_a_gap_of_its_county():
    west, east = shapely.box(-400e3, -400e3, 0, 400e3), shapely.box(0, -400e3, 400e3, 400e3)
    safe = [shapely.box(-200e3, -30e3, -60e3, 30e3), shapely.box(40e3, -30e3, 200e3, 30e3)]
    found = analyse(on_earth(RIDGE), np.concatenate([on_earth(one) for one in safe]), units(west, east), RULE)
    assert found.gaps.county_code.to_list() == ["130001", "130002"]
    assert found.gaps.area_km2.to_list() == pytest.approx([60 * 40, 40 * 40], rel=1e-4)
    assert found.gaps.gain_share.to_list() == pytest.approx([0.2, 40 / 300], rel=1e-4)
    assert found.gaps.gain_width_km.to_list() == pytest.approx(
        [40, 0], abs=0.1
    )  # at the middle of the stretch
    [stretch] = found.breaks.itertuples()
    assert (stretch.kind, stretch.width_km) == ("unprotected", 0)
    assert stretch.length_km == pytest.approx(100, abs=1)
    assert found.closing.gaps == (0, 1)
    assert found.closing.connected_km2 == pytest.approx(area_km2(on_earth(RIDGE), CRS)[0], rel=1e-6)
    assert len(found.closing.joined) == 2
    # closing one gap gives exactly the rise that was told
    for number, gap in enumerate(found.gaps.geometry):
        closed_too = np.concatenate([*(on_earth(one) for one in safe), [gap]])
        after = gaps(
            on_earth(RIDGE), closed_too, units(west, east).geometry.to_numpy(), gap_km2=10, link_m=1000
        )
        before = found.open_ground.protected_km2 / found.open_ground.barrier_km2
        rise = after.protected_km2 / after.barrier_km2 - before
        assert rise == pytest.approx(found.gaps.gain_share.iloc[number], rel=1e-6)
        assert after.parts.max() == pytest.approx(closed(found.open_ground, [number])[0], rel=1e-6)


def test_gaps_and_protected_ground_add_up_to_the_barrier():
    spots = [
        shapely.Point(x, y).buffer(9e3) for x in range(-140_000, 150_000, 40_000) for y in (-12_000, 9_000)
    ]
    safe = np.concatenate([on_earth(one) for one in spots])
    strips = [shapely.box(-400e3 + 50e3 * n, -400e3, -350e3 + 50e3 * n, 400e3) for n in range(16)]
    found = gaps(on_earth(broken_ridge()), safe, units(*strips).geometry.to_numpy(), gap_km2=25, link_m=1000)
    whole = area_km2(on_earth(broken_ridge()), CRS).sum()
    assert found.barrier_km2 == pytest.approx(
        whole, rel=1e-6
    )  # the plane of the strips' borders bends by metres
    assert found.areas.sum() + found.small_km2 + found.protected_km2 == pytest.approx(
        found.barrier_km2, rel=1e-12
    )
    assert found.parts.sum() == pytest.approx(found.protected_km2, rel=1e-12)
    assert (found.areas >= 25).all()
    assert (np.diff(found.areas) <= 0).all()
    inside = shapely.union_all(np.concatenate([found.shapes, found.part_shapes]))
    assert area_km2([shapely.intersection(inside, shapely.union_all(safe))], CRS)[
        0
    ] <= found.protected_km2 * (1 + 1e-9)


AREA = st.integers(1, 60).map(float)


@st.composite
def graphs(draw):
    """Gaps and protected parts of whole areas, with any of them beside each other."""
    size, parts = draw(st.integers(1, 8)), draw(st.integers(0, 6))
    pairs = list(itertools.combinations(range(size), 2))
    beside = [set() for _ in range(size)]
    for one, two in draw(st.lists(st.sampled_from(pairs), max_size=6)) if pairs else []:
        beside[one].add(two)
        beside[two].add(one)
    borders = [
        frozenset(draw(st.sets(st.integers(0, parts - 1), max_size=3))) if parts else frozenset()
        for _ in range(size)
    ]
    areas, held = (np.array(draw(st.lists(AREA, min_size=n, max_size=n))) for n in (size, parts))
    none = np.empty(size, dtype=object)
    return Gaps(
        none, areas, np.zeros(size, dtype=int), 0.0, 1000.0, held.sum(), held, tuple(borders),
        tuple(map(frozenset, beside)), np.empty(parts, dtype=object),
    )  # fmt: skip


@given(graphs(), st.integers(0, 4))
def test_no_choice_of_gaps_joins_more_than_the_best(graph, number):
    best = best_closing(graph, number)
    size = len(graph.areas)
    tries = itertools.chain.from_iterable(
        itertools.combinations(range(size), n) for n in range(min(number, size) + 1)
    )
    assert best.connected_km2 == pytest.approx(max(closed(graph, one)[0] for one in tries))
    assert best.is_best
    assert len(best.gaps) <= number
    assert best.protected_km2 == graph.protected_km2 + graph.areas[list(best.gaps)].sum()
    assert closed(graph, best.gaps)[0] == best.connected_km2


def test_a_barrier_that_nothing_protects_and_no_barrier():
    nothing = analyse(on_earth(RIDGE), np.empty(0, dtype=object), units(), RULE)
    assert nothing.gaps.gain_share.to_list() == pytest.approx([1.0])
    assert (nothing.axis.protected_width_km == 0).all()
    unknown = analyse(on_earth(RIDGE), None, units(), RULE)
    assert unknown.open_ground is None
    assert unknown.axis.protected_width_km.isna().all()
    assert len(unknown.axis)
    assert unknown.closing is None
    assert unknown.gaps.empty
    assert unknown.breaks.empty  # a ridge without protection layer has none, and is not called unprotected
    none = analyse(np.empty(0, dtype=object), None, units(), RULE)
    assert (len(none.axis), len(none.breaks), len(none.gaps), none.length_km) == (0, 0, 0, 0.0)


def test_breaks_are_ranked_by_what_they_cut_off():
    found = analyse(on_earth(broken_ridge()), None, units(), RULE)
    assert found.breaks.lost_share.is_monotonic_decreasing
    assert ranked([]) == []
