import geopandas as gpd
import pytest
import samples
import shapely

from geozone.model import CRS
from geozone.overlay.plane import length_km
from geozone.overlay.shores import NOWHERE, shore_lengths
from geozone.overlay.units import finest_units


@pytest.fixture(scope="module")
def counties():
    return finest_units(samples.sample_units())


def frame(lines, **columns):
    return gpd.GeoDataFrame(columns, geometry=lines, crs=CRS)


def test_a_line_with_a_code_belongs_to_its_unit(counties):
    shore = shapely.LineString([(118.2, 38.0), (118.2, 38.9)])
    table = shore_lengths(frame([shore], code=["920102"]), counties)
    assert table.to_dict("records") == [
        {"code": "920102", "length_km": pytest.approx(length_km([shore], CRS)[0])}
    ]


def test_edges_go_to_the_nearest_unit_and_none_is_lost(counties):
    # the east edge of the sample zone, half a cell off the land: the southern half is nearer to 920102
    shore = shapely.LineString([(118.1, 38.0), (118.1, 38.25), (118.1, 38.5), (118.1, 38.75), (118.1, 39.0)])
    table = shore_lengths(frame([shore]), counties).set_index("code").length_km
    assert set(table.index) == {"920102", "920202"}
    assert table.sum() == pytest.approx(length_km([shore], CRS)[0], rel=1e-12)
    assert table["920102"] == pytest.approx(table["920202"], rel=0.01)


def test_a_shore_drawn_twice_counts_once(counties):
    shore = shapely.LineString([(118.1, 38.0), (118.1, 39.0)])
    once = shore_lengths(frame([shore]), counties).length_km.sum()
    assert shore_lengths(frame([shore, shore.reverse()]), counties).length_km.sum() == pytest.approx(
        once, rel=1e-12
    )


def test_island_shore_is_left_out(counties):
    shore = shapely.LineString([(118.1, 38.0), (118.1, 38.4)])
    table = shore_lengths(
        frame([shore, shore], code=["920102", "920102"], kind=["mainland", "island"]), counties
    )
    assert table.length_km.sum() == pytest.approx(length_km([shore], CRS)[0])


def test_a_long_edge_is_shared_by_the_units_along_it(counties):
    shore = shapely.LineString([(118.1, 38.0), (118.1, 39.0)])  # one edge along two counties
    table = shore_lengths(frame([shore]), counties).set_index("code").length_km
    assert table.sum() == pytest.approx(length_km([shore], CRS)[0], rel=1e-12)
    assert table["920102"] == pytest.approx(table["920202"], rel=0.02)


def test_the_nearest_unit_is_nearest_on_the_ground(counties):
    # in degrees the piece is nearer to the unit below, on the ground to the unit beside it
    place = shapely.LineString([(118.059, 39.048), (118.0591, 39.048)])
    below = gpd.GeoDataFrame(
        {"code": ["900001", "900002"]},
        geometry=[shapely.box(118.0, 38.5, 118.2, 39.0), shapely.box(117.5, 39.0, 118.0, 39.5)],
        crs=CRS,
    )
    assert list(shore_lengths(frame([place]), below).code) == ["900002"]
    farther = shapely.LineString([(118.065, 39.048), (118.0651, 39.048)])
    assert list(shore_lengths(frame([farther]), below).code) == ["900001"]


def test_a_shore_drawn_twice_with_other_vertices_counts_once(counties):
    few = shapely.LineString([(118.1, 38.0), (118.1003, 38.4), (118.2, 38.9)])
    places = [few.interpolate(share, normalized=True) for share in (0.1, 0.25, 0.6, 0.85)]
    vertices = sorted([*few.coords, *[(place.x, place.y) for place in places]], key=lambda place: place[1])
    many = shapely.LineString(vertices)
    once = shore_lengths(frame([few]), counties).length_km.sum()
    assert shore_lengths(frame([few, many]), counties).length_km.sum() == pytest.approx(once, rel=1e-6)
    coded = shore_lengths(frame([few, many], code=["920102", None]), counties)
    assert coded.to_dict("records") == [{"code": "920102", "length_km": pytest.approx(once, rel=1e-6)}]
    both = shore_lengths(frame([few, few.reverse()], code=["920102", "920202"]), counties)
    assert both.length_km.to_list() == pytest.approx([once / 2, once / 2])


@pytest.mark.parametrize("code", ["", " ", None, "920100", "920000"])
def test_a_shore_without_the_code_of_a_county_goes_to_the_nearest(counties, code):
    shore = shapely.LineString([(118.05, 38.1), (118.05, 38.4)])
    table = shore_lengths(frame([shore], code=[code]), counties)
    assert list(table.code) == ["920102"]
    assert table.length_km[0] == pytest.approx(length_km([shore], CRS)[0])


def test_shore_that_is_elsewhere_counts_nowhere(counties):
    shore = shapely.LineString([(118.05, 38.1), (118.05, 38.4)])
    assert len(shore_lengths(frame([shore], code=["130281"]), counties)) == 0
    far = shapely.LineString([(120.0, 38.1), (120.0, 38.4)])
    table = shore_lengths(frame([far]), counties)
    assert table.to_dict("records") == [
        {"code": NOWHERE, "length_km": pytest.approx(length_km([far], CRS)[0])}
    ]


def test_kinds_that_do_not_say_island_count(counties):
    shore = shapely.LineString([(118.05, 38.1), (118.05, 38.4)])
    kinds = ["砂质岸线", "海岛岸线"]
    table = shore_lengths(frame([shore, shapely.affinity.translate(shore, 0, 0.5)], kind=kinds), counties)
    assert table.length_km.sum() == pytest.approx(length_km([shore], CRS)[0])
