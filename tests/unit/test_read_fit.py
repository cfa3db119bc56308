"""A stated CRS is tested against China: in what order, zone, unit and projection coordinates are written is found."""

import geopandas as gpd
import numpy as np
import pyproj
import pytest
import shapely
from told import kinds

from geozone.errors import InputError
from geozone.model import CRS
from geozone.read.crs import Wanted, to_cgcs2000
from geozone.read.fit import Fit, fit
from geozone.read.inference import Extent
from geozone.read.notes import Notes

CHENGDE = (117.1, 39.1, 117.6, 39.5)
GUANGDONG = (117.1, 23.1, 117.2, 23.2)
HAINAN = (109.5, 18.3, 109.9, 18.6)
GUANGXI = (105.2, 22.5, 105.4, 22.7)
TIBET = (92.5, 28.0, 93.0, 28.3)
NANSHA = (113.5, 8.5, 114.0, 9.0)
FRANCE = (2.0, 47.0, 3.0, 48.0)
KILOMETRES = "+proj=tmerc +lat_0=0 +lon_0=117 +k=1 +x_0=500000 +y_0=0 +ellps=GRS80 +units=km"
LOCAL = "+proj=tmerc +lat_0=0 +lon_0=117 +k=1 +x_0=60000 +y_0=-4000000 +ellps=GRS80"
ALBERS = "+proj=aea +lat_1=25 +lat_2=47 +lat_0=0 +lon_0=105 +ellps=GRS80"


def squares(box, crs, change=lambda points: points):
    outline = shapely.segmentize(shapely.box(*box), 0.01)
    plane = gpd.GeoSeries([outline], crs=CRS).to_crs(crs).to_numpy()
    return np.asarray(shapely.transform(plane, change))


def swapped(points):
    return points[:, ::-1]


def east(metres):
    return lambda points: points + np.array([metres, 0.0])


def scaled(factor):
    return lambda points: points * factor


def fitted(box, crs, change=lambda points: points, stated=None):
    extent = Extent.of(squares(box, crs, change))
    return fit(pyproj.CRS(stated if stated is not None else crs), extent)


@pytest.mark.parametrize(
    ("box", "crs"),
    [
        *((CHENGDE, crs) for crs in (4490, 4326, 4527, 4498, 4548, 3857, 32650, 4547, KILOMETRES, LOCAL, ALBERS)),
        (NANSHA, 4547),
        (FRANCE, 2154),
        (FRANCE, 32631),
        (FRANCE, 3857),
        (FRANCE, 4326),
    ],
)  # fmt: skip
def test_what_is_stated_truly_is_taken_as_it_stands(box, crs):
    assert fitted(box, crs).as_stated


@pytest.mark.parametrize(
    ("box", "crs"),
    [(CHENGDE, 4548), (GUANGDONG, 4548), (HAINAN, 4545), (GUANGXI, 4544), (TIBET, 4540), (CHENGDE, 4527),
     (GUANGDONG, 4527), (CHENGDE, ALBERS), (CHENGDE, 32650), ((14, 52, 15, 53), 32633)],
)  # fmt: skip
def test_northings_in_the_place_of_eastings_are_found_at_any_latitude(box, crs):
    assert fitted(box, crs, swapped) == Fit(swapped=True)


@pytest.mark.parametrize(
    ("crs", "change", "stated", "found"),
    [
        (4548, east(39e6), 4548, Fit(move=-39e6)),
        (4548, east(20e6), 4548, Fit(move=-20e6)),
        (4498, east(0.0), 4527, Fit(move=19e6)),
        (4527, east(0.0), 4498, Fit(move=-19e6)),
        (4548, east(0.0), 4527, Fit(move=39e6)),
        (4548, lambda points: swapped(east(39e6)(points)), 4548, Fit(swapped=True, move=-39e6)),
        (4548, scaled(0.001), 4548, Fit(factor=1000.0)),
        (4527, scaled(0.001), 4527, Fit(factor=1000.0)),
        (4548, lambda points: swapped(points) * 0.001, 4548, Fit(swapped=True, factor=1000.0)),
        (4548, east(0.0), KILOMETRES, Fit(factor=0.001)),
        (3857, scaled(0.001), 3857, Fit(factor=1000.0)),
        (ALBERS, scaled(0.001), ALBERS, Fit(factor=1000.0)),
    ],
)
def test_zone_numbers_and_units_that_are_not_those_of_the_crs_are_found(crs, change, stated, found):
    assert fitted(CHENGDE, crs, change, stated) == found


@pytest.mark.parametrize(
    ("box", "crs", "stated"),
    [(CHENGDE, 4527, 4490), (CHENGDE, 4490, 4527), (CHENGDE, 4490, ALBERS), (CHENGDE, 4527, 3857),
     (CHENGDE, 4527, ALBERS), ((112, 38, 113, 39), 4497, 4526)],
)  # fmt: skip
def test_coordinates_of_another_system_contradict(box, crs, stated):
    assert fitted(box, crs, stated=stated).contradicts


def test_a_layer_of_the_whole_country_in_one_zone_fits():
    boxes = [shapely.box(x, y, x + 1, y + 1) for x in range(75, 134, 3) for y in range(20, 52, 3)]
    plane = gpd.GeoSeries(boxes, crs=CRS).to_crs(4544)
    assert fit(pyproj.CRS(4544), Extent.of(np.asarray(plane.values))).as_stated


def test_a_missing_false_easting_is_noticed_by_the_distance_from_the_meridian():
    assert 5.0 < fitted(CHENGDE, 4548, east(-5e5)).off < 6.0
    assert 5.0 < fitted((117.2, 39.0, 117.3, 39.1), 4548, east(-5e5), 4527).off < 6.0


def test_a_place_abroad_that_the_crs_serves_is_not_moved_to_china():
    assert fitted(CHENGDE, 3857, swapped).instead == Fit(swapped=True)
    assert fitted((80.0, 40.0, 81.0, 41.0), 4490, swapped).instead == Fit(swapped=True)


def read(geometries, stated=None, given=None, default=None):
    notes = Notes("layer")
    data = gpd.GeoDataFrame(geometry=list(geometries), crs=stated)
    return to_cgcs2000(data, Wanted(given), default, "f.shp", notes), notes


@pytest.mark.parametrize(
    ("box", "crs", "stated", "told"),
    [
        (CHENGDE, 4548, 3857, True),  # metres of Gauss-Krüger lie in the Sahara as Web Mercator
        (FRANCE, 2154, 2154, True),
        (FRANCE, 3857, 3857, True),
        (CHENGDE, 3857, 3857, False),
        (CHENGDE, ALBERS, ALBERS, False),
        (NANSHA, 4547, 4547, False),
    ],
)
def test_a_projected_layer_that_lies_outside_china_says_so(box, crs, stated, told):
    _, notes = read(squares(box, crs), stated=stated)
    assert ("outside_china" in kinds(notes)) is told


@pytest.mark.parametrize(
    ("crs", "change", "stated", "kind"),
    [
        (4548, swapped, 4548, "axes_swapped"),
        (4498, east(0.0), 4527, "zone_number"),
        (4548, scaled(0.001), 4548, "units_scaled"),
        (4548, lambda points: swapped(points) * 0.001, 4548, "axes_swapped"),
    ],
)
@pytest.mark.parametrize("by_user", [False, True])
def test_what_was_found_is_put_right_and_said(crs, change, stated, kind, by_user):
    shapes = squares(GUANGDONG, crs, change)
    data, notes = read(shapes, None if by_user else stated, stated if by_user else None)
    assert (
        shapely.hausdorff_distance(data.geometry.iloc[0], shapely.segmentize(shapely.box(*GUANGDONG), 0.01))
        < 1e-7
    )
    assert kind in kinds(notes)
    assert notes.changed == []


def test_a_layer_far_from_its_meridian_is_said():
    _, notes = read(squares(CHENGDE, 4548, east(-5e5)), 4548)
    assert kinds(notes) == {"far_from_meridian"}


def test_features_of_several_zones_under_one_crs_are_refused_with_the_reason():
    shapes = [*squares(CHENGDE, 4527), *squares((114.0, 38.0, 114.2, 38.1), 4526)]
    with pytest.raises(InputError) as error:
        read(shapes, 4490)
    assert error.value.message.params["hint"].en.startswith("The features carry different zone numbers")


GRID = [shapely.box(x, 39.0, x + 0.05, 39.1) for x in np.arange(116.0, 120.0, 0.1)]


def test_rows_at_zero_are_left_out_and_told():
    data, notes = read([*map(shapely.centroid, GRID), shapely.Point(0, 0)], 4490)
    assert kinds(notes) == {"at_zero"}
    assert data.geometry.isna().sum() == 1
    assert [(feature, method) for feature, method, _ in notes.changed] == [("40", "at_zero")]


def test_a_vertex_at_zero_and_a_feature_abroad_are_told():
    torn = shapely.Polygon([(117, 39), (117.1, 39), (0, 0)])
    abroad = shapely.box(17.0, 39.0, 17.1, 39.1)
    data, notes = read([*GRID, torn, abroad], 4490)
    assert {finding.kind: finding.feature for finding in notes.findings} == {
        "vertex_at_zero": "40",
        "feature_abroad": "41",
    }
    assert not data.geometry.isna().any()


def test_a_layer_abroad_and_points_at_zero_in_it_are_left_as_they_are():
    data, notes = read([shapely.Point(0, 0), shapely.Point(2, 47)], 4326)
    assert notes.findings == []
    assert not data.geometry.isna().any()


def test_an_edge_across_180_costs_its_feature_only():
    torn = shapely.Polygon([(179, 39), (-179, 39), (-179, 40), (179, 40)])
    data, notes = read([*GRID, torn], 4490)
    assert kinds(notes) == {"across_180"}
    assert data.geometry.isna().tolist() == [False] * len(GRID) + [True]


def test_more_than_a_hundred_features_of_one_fault_are_counted():
    _, notes = read([*GRID, *[shapely.Point(0, 0)] * 130], 4490)
    assert [finding.kind for finding in notes.findings].count("at_zero") == 100
    rest = notes.findings[-1]
    assert rest.kind == "more_features"
    assert rest.message.params["count"] == 30


@pytest.mark.parametrize(("default", "named"), [("GCJ-02", "GCJ-02"), ("BD-09", "BD-09")])
def test_a_shifted_system_that_headings_state_is_converted_and_said(default, named):
    data, notes = read([shapely.Point(116.403963, 39.915119)], default=default)
    assert kinds(notes) == {"datum_headed"}
    assert notes.findings[0].message.params["datum"] == named
    assert (
        200.0
        < 111_195.0 * shapely.distance(data.geometry.iloc[0], shapely.Point(116.403963, 39.915119))
        < 2500.0
    )


def test_points_at_zero_do_not_hide_what_the_others_tell():
    shapes = [shapely.Point(39_517_000 + 100 * number, 4_333_000) for number in range(3)]
    data, notes = read([*shapes, shapely.Point(0, 0)])
    assert kinds(notes) == {"crs_inferred_zone", "at_zero"}
    assert data.geometry.isna().tolist() == [False, False, False, True]


def test_one_feature_of_a_few_that_is_wrong_is_a_finding_and_not_a_refusal():
    data, notes = read([*map(shapely.centroid, GRID[:5]), shapely.Point(1172.0, 39.0)])
    assert kinds(notes) == {"crs_inferred_degrees", "coordinate_outside"}
    assert len(data) == 6


def test_one_feature_of_another_zone_among_thousands_is_named():
    shapes = [shapely.Point(39_500_000 + 10.0 * number, 4_333_000) for number in range(2500)]
    _, notes = read([*shapes, shapely.Point(40_500_000, 4_333_000)], 4527)
    assert [(finding.kind, finding.feature) for finding in notes.findings] == [("zone_differs", "2500")]
