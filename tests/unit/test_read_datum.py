"""GCJ-02 and BD-09: the inverse is good to far better than a metre, and shifted layers are noticed."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import affinity

from geozone.model import CRS
from geozone.read import datum, list_layers, read_layer, shift
from geozone.read.notes import Notes

LONGITUDE, LATITUDE = st.floats(73.0, 135.0), st.floats(4.0, 54.0)
SYSTEMS = {"GCJ-02": datum.from_wgs84, "BD-09": lambda points: datum.gcj02_to_bd09(datum.from_wgs84(points))}


def metres(one, two):
    scale = np.array([np.cos(np.radians(one[:, 1].mean())), 1.0]) * 111_195.0
    return np.hypot(*((one - two) * scale).T)


@pytest.mark.parametrize("system", SYSTEMS)
@given(longitude=LONGITUDE, latitude=LATITUDE)
def test_the_inverse_brings_back_the_place(system, longitude, latitude):
    here = np.array([[longitude, latitude]])
    back = datum.points_to_wgs84(SYSTEMS[system](here), system)
    assert metres(back, here).max() < 0.01


@given(longitude=LONGITUDE, latitude=LATITUDE)
def test_the_shift_is_of_hundreds_of_metres(longitude, latitude):
    here = np.array([[longitude, latitude]])
    assert 5.0 < metres(datum.from_wgs84(here), here).max() < 1500.0


def test_a_known_place_moves_as_the_web_maps_publish_it():
    # Tian'anmen, to five digits as the web maps publish it
    moved = datum.from_wgs84(np.array([[116.39131, 39.90711]]))
    np.testing.assert_allclose(moved, [[116.39755, 39.90851]], atol=2e-4)
    # nothing is shifted outside the box of the formula
    np.testing.assert_array_equal(datum.from_wgs84(np.array([[2.35, 48.85]])), [[2.35, 48.85]])


@pytest.mark.parametrize(
    ("said", "name"), [("GCJ-02", "GCJ-02"), ("gcj02", "GCJ-02"), ("BD_09", "BD-09"), ("bd:09", "BD-09")]
)
def test_names_of_the_shifted_systems(said, name):
    assert datum.is_shifted(said)
    assert datum.name_of(said) == name


def test_other_systems_are_not_shifted():
    assert not datum.is_shifted("EPSG:4490")
    assert not datum.is_shifted(4490)


@pytest.fixture(scope="module")
def counties():
    sources = shift._reference_sources()
    if not sources:
        pytest.skip("no embedded boundary")
    path, layer = sources[0]
    data = read_layer(path, layer=layer or list_layers(path)[0]).data
    # a different drawing of the same ground: other vertices, and ends that are not there
    inside = data[data.geometry.representative_point().within(shapely.box(114, 37, 118, 41))]
    return inside.set_geometry(shapely.simplify(np.asarray(inside.geometry.values), 0.001))


def noticed(data):
    notes = Notes("layer")
    shift.find_shift(data.geometry.to_numpy(), notes)
    return [finding.message.params["datum"] for finding in notes.findings]


def test_a_layer_in_place_is_not_noticed(counties):
    assert noticed(counties) == []


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_shifted_layer_is_noticed_and_not_changed(counties, system):
    shifted = counties.set_geometry(shapely.transform(np.asarray(counties.geometry.values), SYSTEMS[system]))
    before = shifted.geometry.to_wkb().tolist()
    assert noticed(shifted) == [system]
    assert shifted.geometry.to_wkb().tolist() == before


def test_a_shift_to_another_side_is_not_taken_for_gcj02(counties):
    moved = counties.set_geometry(
        shapely.transform(
            np.asarray(counties.geometry.values), lambda points: points - np.array([0.006, 0.002])
        )
    )
    assert noticed(moved) == []


def test_a_layer_that_has_nothing_to_do_with_boundaries_is_not_noticed():
    random = np.random.default_rng(5)
    centres = random.uniform((114, 37), (118, 41), (400, 2))
    circles = shapely.buffer(shapely.points(centres), 0.01)
    data = gpd.GeoDataFrame(geometry=circles, crs=CRS)
    assert noticed(data) == []


def test_a_few_square_kilometres_are_not_noticed_however_many_vertices_agree_by_chance():
    """Of 64 fields beside a border 13 % of the vertices agree as they are, and 23 % once 1.4 km away."""
    west, south, side = 118.2153, 40.5729, 0.0025
    fields = [
        shapely.box(west + column * side, south + row * side, west + (column + 1) * side, south + (row + 1) * side)
        for column in range(8)
        for row in range(8)
    ]  # fmt: skip
    turned = [affinity.rotate(field, 0.49, origin=(west, south), use_radians=True) for field in fields]
    data = gpd.GeoDataFrame(geometry=list(shapely.segmentize(turned, side / 20)), crs=CRS)
    assert noticed(data) == []


def test_conversion_is_done_on_request_only(tmp_path):
    here = np.array([[116.0, 40.0], [116.5, 40.0], [116.5, 40.4]])
    file = tmp_path / "shifted.geojson"
    gpd.GeoDataFrame(geometry=[shapely.Polygon(datum.from_wgs84(here))], crs=4326).to_file(file)
    asked = read_layer(file, crs="GCJ-02")
    unasked = read_layer(file)
    found = shapely.get_coordinates(asked.data.geometry.iloc[0])[:3]
    assert metres(found, here[:3]).max() < 1.0
    assert metres(shapely.get_coordinates(unasked.data.geometry.iloc[0])[:3], here[:3]).min() > 100.0
    assert [decision.value for decision in asked.decisions if decision.kind == "datum"] == ["GCJ-02"]
