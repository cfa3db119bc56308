"""Distances are metres on the ellipsoid, at any latitude and in any direction."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from geozone.overlay import distance
from geozone.overlay.distance import connected, within_reach

GEOD = Geod(a=6378137.0, rf=298.257222101)


def near(*shapes, reach):
    return list(zip(*within_reach(np.array(shapes, dtype=object), reach), strict=True))


@pytest.mark.parametrize("latitude", [3.0, 20.0, 31.0, 40.0, 53.5])
@pytest.mark.parametrize("azimuth", [0, 45, 90, 135, 200, 300])
def test_a_metre_more_or_less_decides_everywhere(latitude, azimuth):
    here = (117.0, latitude)
    x, y, _ = GEOD.fwd(*here, azimuth, 1000.0)
    one, other = shapely.Point(here), shapely.Point(x, y)
    assert near(one, other, reach=1000.001) == [(0, 1)]
    assert near(one, other, reach=999.999) == []


@pytest.mark.parametrize("side", [0.001, 0.1, 1.0])
def test_edges_of_areas_are_held_against_each_other(side):
    # the gap between two meridians narrows to the north, that between two parallels does not
    west = shapely.box(116, 39, 116 + side, 39 + side)
    gap = 0.01
    east = shapely.affinity.translate(west, side + gap, 0)
    narrowest = GEOD.inv(116, 39 + side, 116 + gap, 39 + side)[2]
    assert near(west, east, reach=narrowest + 0.001) == [(0, 1)]
    assert near(west, east, reach=narrowest - 0.001) == []
    north = shapely.affinity.translate(west, 0, side + gap)
    between = GEOD.inv(116, 39 + side, 116, 39 + side + gap)[2]
    assert near(west, north, reach=between + 0.001) == [(0, 1)]
    assert near(west, north, reach=between - 0.01) == []


corner = st.tuples(st.integers(0, 40), st.integers(0, 40))
shapes = st.one_of(
    st.tuples(corner, st.integers(1, 9), st.integers(1, 9)).map(
        lambda box: shapely.box(*(np.array(box[0]) / 40), *((np.array(box[0]) + box[1:]) / 40))
    ),
    st.tuples(corner, corner, corner).map(lambda points: shapely.Polygon(np.array(points) / 40)),
).filter(lambda shape: shape.is_valid and shape.area > 0)


def brute_force(one, other):
    if shapely.intersects(one, other):
        return 0.0
    outlines = shapely.boundary(
        [one, other]
    )  # GEOS mends an area while it cuts its edges, and may lose parts of it
    points, others = (shapely.get_coordinates(shapely.segmentize(line, 0.002)) for line in outlines)
    first, second = (grid.ravel() for grid in np.meshgrid(range(len(points)), range(len(others))))
    return GEOD.inv(*points[first].T, *others[second].T)[2].min()


@given(shapes, shapes, st.sampled_from([5.0, 28.0, 50.0]))
def test_the_nearest_place_is_found_wherever_it_is(one, other, south):
    one, other = (shapely.affinity.translate(shape, 116, south) for shape in (one, other))
    distance = brute_force(one, other)
    found = near(one, other, reach=distance + 1.0)
    assert found == [(0, 1)]
    if distance > 0:
        # points 220 m apart along both outlines come at most so much nearer than the true distance
        assert near(one, other, reach=distance - 240.0 if distance > 240.0 else distance / 1e6) == []


def test_a_polygon_without_width_keeps_its_whole_outline():
    thin = shapely.Polygon(
        np.array(((13, 31), (17, 33), (31, 40))) / 40
    )  # on one line, but for what is rounded
    one, other = (
        shapely.affinity.translate(shape, 116, 5) for shape in (shapely.box(0, 0, 0.025, 0.025), thin)
    )
    assert near(one, other, reach=brute_force(one, other) + 1.0) == [(0, 1)]


many = st.lists(
    st.one_of(
        shapes,
        st.tuples(shapes, shapes).map(lambda two: shapely.union(*two)),
        st.lists(corner, min_size=2, max_size=5, unique=True).map(lambda ends: shapely.LineString(np.array(ends) / 40)),
        st.lists(corner, min_size=1, max_size=3).map(lambda places: shapely.MultiPoint(np.array(places) / 40)),
        shapes.map(lambda shape: shapely.difference(shape, shapely.buffer(shape.centroid, 0.01))),
    ),
    min_size=2,
    max_size=6,
)  # fmt: skip


@given(many, st.sampled_from([1.0, 500.0, 3000.0]))
def test_long_outlines_in_pieces_are_as_far_off_as_whole_ones(shapes, reach):
    geometries = shapely.transform(np.array(shapes, dtype=object), lambda places: np.add(places, (116, 38)))
    whole = set(near(*geometries, reach=reach))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(distance, "LARGE", 30)
        patch.setattr(distance, "_EDGES", 5)
        assert set(near(*geometries, reach=reach)) == whole


@pytest.mark.parametrize("inner", [shapely.box(116.5, 39.5, 116.6, 39.6), shapely.Point(116.5, 39.5)])
def test_what_lies_deep_inside_a_long_outline_is_no_distance_off(inner):
    outer = shapely.segmentize(shapely.box(116, 39, 117, 40), 0.0005)
    assert near(outer, inner, reach=1.0) == near(inner, outer, reach=1.0) == [(0, 1)]
    hole = shapely.difference(outer, shapely.buffer(inner, 0.1))
    assert near(hole, inner, reach=1.0) == []


def test_parts_are_connected_through_their_neighbours():
    chain = [shapely.Point(116 + step * 0.01, 40) for step in range(6)]
    lonely = shapely.Point(118, 40)
    step = GEOD.inv(116, 40, 116.01, 40)[2]
    assert connected(np.array([*chain, lonely]), step + 0.01).tolist() == [0] * 6 + [1]
    assert len(set(connected(np.array([*chain, lonely]), step - 0.01).tolist())) == 7
