import geopandas as gpd
import numpy as np
import pytest
import shapely
from pyproj import Geod

from geozone.errors import DataError, UsageError
from geozone.overlay.plane import area_km2, from_plane, length_km, to_plane

CELL = 9549.52009396  # km², 1° cell 39-40N on the CGCS2000 ellipsoid
GEOD = Geod(a=6378137.0, rf=298.257222101)


def test_a_one_degree_cell():
    assert area_km2(shapely.box(116, 39, 117, 40), "EPSG:4490")[0] == pytest.approx(CELL, rel=1e-11)


@pytest.mark.parametrize("crs", ["EPSG:4490", "EPSG:4326", "OGC:CRS84"])
def test_wgs84_and_cgcs2000_are_treated_alike_whatever_axis_order_they_declare(crs):
    frame = gpd.GeoSeries([shapely.box(116, 39, 117, 40)], crs=crs)
    assert area_km2(frame)[0] == pytest.approx(CELL, rel=1e-11)


def test_an_area_without_crs_is_refused():
    with pytest.raises(UsageError) as caught:
        area_km2(shapely.box(0, 0, 1, 1))
    assert caught.value.message.key == "overlay.no_crs"


def test_metres_called_degrees_are_refused():
    with pytest.raises(DataError) as caught:
        area_km2(np.array([None, shapely.box(39_500_000, 4_300_000, 39_500_100, 4_300_100)]), "EPSG:4490")
    assert caught.value.message.params["feature"] == 1


def test_there_and_back():
    random = np.random.default_rng(1)
    degrees = np.column_stack([random.uniform(-180, 180, 1000), random.uniform(-89, 89, 1000)])
    back = shapely.get_coordinates(from_plane(to_plane(shapely.points(degrees), "EPSG:4490")))
    assert np.abs(back - degrees).max() < 1e-12


def test_length_is_geodesic():
    line = shapely.LineString([(116, 39), (117, 40), (119, 38.5)])
    assert length_km(line, "EPSG:4490")[0] == pytest.approx(GEOD.geometry_length(line) / 1e3, rel=1e-12)
