"""The CRS is the user's, the file's or what the coordinates tell for certain; what nobody can know is refused."""

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geozone.checks import check
from geozone.errors import InputError
from geozone.model import CRS
from geozone.read import read_layer
from geozone.read.crs import Wanted, to_cgcs2000
from geozone.read.inference import Extent, candidates, meridian_crs, zone_crs, zone_meridian
from geozone.read.notes import Notes

BOX = shapely.box(117.1, 39.1, 117.6, 39.5)
# short edges: a straight edge in the plane is no parallel on the ground
CHENGDE = shapely.segmentize(BOX, 0.005)


def layer(geometries, crs):
    return gpd.GeoDataFrame(geometry=geometries, crs=crs)


def projected(code, geometry=CHENGDE):
    return np.asarray(gpd.GeoSeries([geometry], crs=CRS).to_crs(code).values)


def read(geometries, stated=None, given=None, *, default=None, refuse=False):
    notes = Notes("layer")
    data = to_cgcs2000(layer(geometries, stated), Wanted(given, refuse), default, "f.shp", notes)
    return data, {finding.kind for finding in notes.findings}, notes


def in_place(data, tolerance=1e-7):
    return (
        shapely.equals_exact(
            shapely.normalize(data.geometry.iloc[0]), shapely.normalize(CHENGDE), tolerance=tolerance
        )
        or shapely.hausdorff_distance(data.geometry.iloc[0], CHENGDE) < tolerance
    )


def swapped(geometries):
    return shapely.transform(np.asarray(geometries), lambda points: points[:, ::-1])


def shifted(geometries, east):
    return shapely.transform(np.asarray(geometries), lambda points: points + np.array([east, 0.0]))


def test_zone_numbers_and_their_codes():
    assert zone_crs(39) == "EPSG:4527"
    assert zone_crs(20) == "EPSG:4498"
    assert meridian_crs(117) == "EPSG:4548"
    assert zone_meridian(39) == zone_meridian(20) == 117


@pytest.mark.parametrize("stated", [4490, 4326, 4527, 4498, 4548, 3857, 32650, 4547])
def test_a_stated_crs_is_used(stated):
    data, kinds, _ = read(projected(stated), stated)
    assert in_place(data)
    assert data.crs == CRS
    assert kinds == set()


@pytest.mark.parametrize("code", [4527, 4498])
def test_the_zone_number_in_front_of_eastings_tells_the_zone(code):
    data, kinds, notes = read(projected(code))
    assert in_place(data)
    assert kinds == {"crs_inferred_zone"}
    assert notes.decisions[0].value == f"EPSG:{code}"


def test_web_mercator_is_told_where_no_zone_has_such_numbers():
    west = shapely.box(100.1, 30.0, 100.4, 30.2)
    data, kinds, _ = read(projected(3857, west))
    assert shapely.hausdorff_distance(data.geometry.iloc[0], west) < 1e-7
    assert kinds == {"crs_inferred_mercator"}


def test_web_mercator_of_eastern_china_could_be_zone_13_and_is_refused():
    with pytest.raises(InputError) as error:
        read(projected(3857, shapely.box(119.1, 30.0, 119.4, 30.2)))
    assert error.value.message.key == "read.crs_several"
    assert "EPSG:4491" in str(error.value)
    assert "EPSG:3857" in str(error.value)


def test_metres_without_a_zone_number_are_refused():
    with pytest.raises(InputError) as error:
        read(projected(4548))
    assert error.value.message.key == "read.crs_no_zone"
    assert "EPSG:4548" in str(error.value)


def test_features_of_two_zones_are_refused():
    with pytest.raises(InputError) as error:
        read([*projected(4527), *projected(4526, shapely.box(114.0, 38.0, 114.2, 38.1))])
    assert error.value.message.key == "read.crs_zones_mixed"


def test_degrees_are_taken_for_degrees_and_said():
    data, kinds, _ = read([CHENGDE])
    assert in_place(data)
    assert kinds == {"crs_inferred_degrees"}
    assert "outside_china" in read([shapely.box(8.5, 47.3, 8.6, 47.4)])[1]


def test_numbers_that_are_nothing_are_refused():
    with pytest.raises(InputError) as error:
        read([shapely.box(-3e6, -8e6, -2e6, -7e6)])
    assert error.value.message.key == "read.no_crs"


@pytest.mark.parametrize("stated", [4490, 4527, 4548, None])
def test_swapped_axes_are_put_right_and_said(stated):
    data, kinds, notes = read(swapped(projected(stated or 4490)), stated)
    assert in_place(data)
    assert "axes_swapped" in kinds
    assert "axis_order" in {decision.kind for decision in notes.decisions}


def test_swapped_eastings_with_a_zone_number_are_put_right():
    data, kinds, _ = read(swapped(projected(4527)))
    assert in_place(data)
    assert kinds == {"crs_inferred_zone", "axes_swapped"}


def test_axes_that_may_be_swapped_are_said():
    _, kinds, _ = read([shapely.box(40.0, 80.0, 41.0, 81.0)], 4490)
    assert kinds == {"axes_maybe_swapped"}


@pytest.mark.parametrize(("code", "stated"), [(4527, 4490), (4490, 4527), (4548, 4326), (4490, 3857)])
def test_a_crs_that_contradicts_the_coordinates_is_refused(code, stated):
    with pytest.raises(InputError) as error:
        read(projected(code), stated)
    assert error.value.message.key == "read.crs_contradicts"


def test_the_refusal_says_what_the_coordinates_look_like():
    with pytest.raises(InputError) as error:
        read(projected(4527), 4490)
    assert "EPSG:4527" in str(error.value)


def test_the_crs_of_the_user_goes_before_that_of_the_file():
    data, _, notes = read(projected(4527), 4490, "EPSG:4527")
    assert in_place(data)
    assert [decision.value for decision in notes.decisions if decision.kind == "crs"] == ["EPSG:4527"] * 2


def test_the_crs_of_the_user_is_held_against_the_coordinates_too():
    with pytest.raises(InputError):
        read([CHENGDE], None, "EPSG:4527")


@pytest.mark.parametrize("given", ["EPSG:999999", "no such thing", "EPSG:5773"])
def test_an_unknown_crs_is_refused(given):
    with pytest.raises(InputError) as error:
        read([CHENGDE], None, given)
    assert error.value.message.key == "read.bad_crs"


def test_a_zone_number_that_the_crs_has_not_is_taken_off():
    data, kinds, _ = read(shifted(projected(4548), 39e6), 4548)
    assert in_place(data)
    assert kinds == {"zone_number"}


def test_a_zone_number_that_the_coordinates_lack_is_added():
    data, kinds, _ = read(shifted(projected(4527), -39e6), 4527)
    assert in_place(data)
    assert kinds == {"zone_number"}


def test_the_number_of_another_zone_is_refused():
    with pytest.raises(InputError):
        read(shifted(projected(4548), 38e6), 4548)


@pytest.mark.parametrize("code", [2363, 2401 + 14, 4610, 4214])
def test_datums_without_parameters_are_taken_as_they_are_and_said(code):
    data, kinds, notes = read(projected(code), code)
    assert kinds == {"datum_unshifted"}
    assert "datum" in {decision.kind for decision in notes.decisions}
    assert shapely.hausdorff_distance(data.geometry.iloc[0], CHENGDE) < 0.002


@pytest.mark.parametrize("code", [2363, 4214])
def test_datums_without_parameters_are_refused_on_request(code):
    with pytest.raises(InputError) as error:
        read(projected(code), code, refuse=True)
    assert error.value.message.key == "read.datum_refused"


def test_parameters_of_the_user_are_applied():
    given = "+proj=longlat +ellps=krass +towgs84=31.4,-144.3,-74.8,0,0,0.814,-0.38 +no_defs"
    data, kinds, _ = read([CHENGDE], 4214, given)
    assert kinds == set()
    moved = shapely.hausdorff_distance(data.geometry.iloc[0], CHENGDE) * 111_195.0
    assert 10.0 < moved < 200.0


def test_heights_and_the_vertical_part_of_a_crs_are_left_out():
    data, kinds, notes = read([shapely.force_3d(CHENGDE, 12.0)], "EPSG:4490+5737")
    assert in_place(data)
    assert not shapely.has_z(data.geometry.values).any()
    assert kinds == set()
    assert [decision.kind for decision in notes.decisions].count("vertical") == 2


def test_long_edges_are_cut_where_they_are_straight():
    plane = [shapely.box(39_300_000, 4_300_000, 39_700_000, 4_600_000)]
    data, _, notes = read(plane, 4527)
    assert "edges" in {decision.kind for decision in notes.decisions}
    back = data.to_crs(4527).geometry.iloc[0]
    assert shapely.hausdorff_distance(back, plane[0]) < 0.02


def test_one_wild_feature_is_a_finding_and_not_a_wrong_crs():
    shapes = [*shapely.box(np.arange(116, 117, 0.1), 39, np.arange(116.05, 117.05, 0.1), 39.1)]
    data, kinds, _ = read([*shapes, shapely.Point(1e308, 5.0), shapely.Point(4e6, 40.0)], 4490)
    assert kinds == {"coordinate_lost", "coordinate_outside"}
    assert data.geometry.isna().sum() == 1


def test_a_layer_without_any_coordinate_needs_no_crs():
    data, kinds, _ = read([None, shapely.Polygon()])
    assert data.crs == CRS
    assert kinds == set()


def test_no_coordinates_no_candidates():
    assert candidates(Extent.of(np.array([None], dtype=object))) == []


def test_a_feature_that_is_as_wide_as_half_the_earth_has_no_ground_wherever_it_ends(tmp_path):
    path = tmp_path / "wide.geojson"
    shapes = [shapely.box(117, 40, 117.2, 40.2), shapely.box(117.3, 40, 317.6, 40.3)]
    gpd.GeoDataFrame({"name": ["a", "b"], "面积": [1.0, 2.0]}, geometry=shapes, crs=4326).to_file(path)
    layer = read_layer(path)
    assert [finding.feature for finding in layer.findings if finding.kind == "coordinate_outside"] == ["1"]
    assert layer.data.geometry.isna().tolist() == [False, True]
    check(layer)  # what is left of it has an area
