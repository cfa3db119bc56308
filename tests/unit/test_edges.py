"""Edges are cut ring by ring: whatever a polygon is worth, its area by sign and its outline stay."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geozone.errors import DataError
from geozone.overlay.coverage import coverage
from geozone.overlay.edges import across_180, densify, outline_measures, unwrapped
from geozone.overlay.plane import area_km2

BOW_TIE = shapely.Polygon([(0, 0), (8000, 8000), (8000, 0), (0, 4000)])
HOLED = shapely.Polygon(
    [(0, 0), (9000, 0), (9000, 9000), (0, 9000)], [[(1000, 1000), (5000, 1000), (5000, 5000)]]
)
OUTSIDE = shapely.Polygon([(0, 0), (3000, 0), (3000, 3000)], [[(9000, 9000), (9500, 9000), (9500, 9500)]])
TORN = shapely.Polygon([(179, -1), (-179, -1), (-179, 1), (179, 1)])
PLACE = st.tuples(st.floats(-2e4, 2e4), st.floats(-2e4, 2e4))


def array(*geometries):
    result = np.empty(len(geometries), dtype=object)
    result[:] = geometries
    return result


@pytest.mark.parametrize(
    "geometry",
    [
        BOW_TIE,
        HOLED,
        OUTSIDE,
        shapely.MultiPolygon([BOW_TIE, shapely.Polygon(), HOLED]),
        shapely.GeometryCollection(
            [shapely.MultiPolygon([BOW_TIE]), shapely.LineString([(0, 0), (9000, 1)])]
        ),
        shapely.MultiLineString([[(0, 0), (9000, 1)], [(0, 0), (1, 1)]]),
        shapely.Point(1, 1),
        shapely.Polygon(),
    ],
    ids=lambda geometry: geometry.geom_type,
)
def test_area_and_outline_stay_and_edges_are_short(geometry):
    before = array(geometry, None)
    after = densify(before, 700.0)
    assert after[1] is None
    assert after[0].geom_type == geometry.geom_type
    for one, two in zip(outline_measures(before), outline_measures(after), strict=True):
        assert one == pytest.approx(two, rel=1e-12, abs=1e-6, nan_ok=True)
    if not geometry.is_empty and geometry.geom_type != "Point":
        lines = shapely.get_parts(shapely.get_parts(after[0]))
        longest = max(
            np.hypot(*np.diff(shapely.get_coordinates(ring), axis=0).T).max()
            for part in lines
            for ring in ([part] if "Line" in part.geom_type else shapely.get_rings(part))
            if not ring.is_empty
        )
        assert longest <= 700.0 * (1 + 1e-12)


@given(st.lists(PLACE, min_size=3, max_size=9), st.floats(50.0, 5000.0))
def test_random_rings_that_cross_themselves_keep_their_area(corners, longest):
    before = array(shapely.Polygon(corners))
    after = densify(before, longest)
    area, length = outline_measures(before)
    new_area, new_length = outline_measures(after)
    assert new_area == pytest.approx(area, rel=1e-9, abs=1e-3)
    assert new_length == pytest.approx(length, rel=1e-12)


def test_vertices_stay_to_the_last_bit_and_absurd_geometries_as_they_are():
    absurd = shapely.Polygon([(0, 0), (np.inf, 0), (9000, 9000)])
    after = densify(array(BOW_TIE, absurd), 700.0)
    kept = {tuple(point) for point in shapely.get_coordinates(after[0])}
    assert {tuple(point) for point in shapely.get_coordinates(BOW_TIE)} <= kept
    assert after[1] is absurd


def test_a_limit_for_each_geometry():
    first, second = densify(array(HOLED, HOLED), np.array([1000.0, 1e6]))
    assert shapely.get_num_coordinates(first) > shapely.get_num_coordinates(HOLED)
    assert second is HOLED


def test_edges_across_180_are_found():
    split = shapely.MultiPolygon([shapely.box(179, 0, 180, 1), shapely.box(-180, 0, -179, 1)])
    beyond = shapely.box(179, 0, 181, 1)
    world = shapely.box(-180, -90, 180, 90)
    line = shapely.LineString([(179, 0), (-179, 1)])
    points = shapely.MultiPoint([(179, 0), (-179, 1)])
    assert across_180(array(split, TORN, beyond, None, world, line, points)).tolist() == [1, 5]


def test_a_ring_across_180_has_no_area_that_anyone_can_know():
    with pytest.raises(DataError) as caught:
        area_km2(array(shapely.box(0, 0, 1, 1), TORN), 4490)
    assert caught.value.message.key == "overlay.across_180"
    assert caught.value.message.params["feature"] == 1
    beyond, same = area_km2(array(shapely.box(179, -1, 181, 1), shapely.box(100, -1, 102, 1)), 4490)
    assert beyond == pytest.approx(same, rel=1e-12)


def test_a_projected_source_across_180_is_whole():
    halves = gpd.GeoSeries([shapely.box(179, -1, 180, 1), shapely.box(-180, -1, -179, 1)], crs=4490)
    plane = halves.to_crs("+proj=eqc +lon_0=180 +ellps=GRS80")
    whole = shapely.union_all(plane.values)
    assert area_km2(whole, plane.crs)[0] == pytest.approx(area_km2(halves).sum(), rel=1e-6)


def test_unwrapped_geometries_keep_their_rings_together():
    holed = shapely.MultiPolygon(
        [
            shapely.Polygon(TORN.exterior, [[(179.5, 0), (-179.5, 0), (-179.5, 0.5)]]),
            shapely.box(-178.9, 0, -178, 1),
        ]
    )
    whole = unwrapped(array(None, holed), np.array([1]))
    assert whole[0] is None
    assert whole[1].bounds == (179.0, -1.0, 182.0, 1.0)
    assert whole[1].is_valid


def test_coverage_of_a_layer_across_180_is_refused_with_the_feature():
    zones = gpd.GeoDataFrame({"name": ["a"]}, geometry=[shapely.box(178, -2, 180, 2)], crs=4490)
    layer = gpd.GeoDataFrame(geometry=[shapely.box(179, 0, 180, 1), TORN], crs=4490)
    with pytest.raises(DataError) as caught:
        coverage(layer, zones)
    assert caught.value.message.params["feature"] == 1
