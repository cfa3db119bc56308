import geopandas as gpd
import pytest
import samples
import shapely

from geozone.model import CRS
from geozone.overlay.plane import length_km
from geozone.overlay.shores import shore_lengths
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
