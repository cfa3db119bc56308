"""Numbers for missing data that a small type turns into others: what is left of -9999 in 16 bits, the last one of 4 bits."""

import warnings

import geopandas as gpd
import numpy as np
import pytest
import rasterio
from rasterio.transform import from_origin
from shapely.geometry import box

import geozone
from geozone.errors import GeozoneWarning

ZONES = gpd.GeoDataFrame({"name": ["a"]}, geometry=[box(117.1, 40.1, 117.3, 40.3)], crs=4490)
COLUMNS = np.arange(40)  # the zone is columns 10 to 29


def written(path, row, dtype, **profile):
    values = np.tile(np.asarray(row).astype(dtype), (40, 1))
    place = {"crs": "EPSG:4490", "transform": from_origin(117, 40.4, 0.01, 0.01)}
    with rasterio.open(
        path, "w", driver="GTiff", width=40, height=40, count=1, dtype=dtype, **place, **profile
    ) as to:
        to.write(values, 1)
    return path


def told(function, path):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        table = function(path, ZONES, by="name")
    return table, " ".join(str(one.message) for one in caught if issubclass(one.category, GeozoneWarning))


@pytest.mark.parametrize(
    ("fill", "dtype", "profile"),
    [
        (55537, "uint16", {}),
        (64537, "uint16", {}),
        (241, "uint8", {}),
        (-128, "int8", {}),
        (-99, "float32", {}),
        (63, "uint8", {"nbits": 6}),
    ],
)
def test_a_number_that_a_type_makes_of_no_data_is_no_value_and_told(tmp_path, fill, dtype, profile):
    row = np.where(COLUMNS < 20, fill, np.minimum(COLUMNS, 30))
    table, words = told(geozone.zonal_means, written(tmp_path / "v.tif", row, dtype, **profile))
    assert table["mean"].iloc[0] == pytest.approx(24.5)  # columns 20 to 29
    assert str(fill) in words


@pytest.mark.parametrize(
    ("fill", "dtype", "profile"), [(15, "uint8", {"nbits": 4}), (55537, "uint16", {}), (-1, "int16", {})]
)
def test_a_class_that_is_like_one_counts_and_is_told(tmp_path, fill, dtype, profile):
    row = np.where(COLUMNS < 20, fill, 2)
    table, words = told(geozone.zonal_shares, written(tmp_path / "c.tif", row, dtype, **profile))
    assert table[fill].iloc[0] == pytest.approx(0.5)
    assert f"nodata={fill}" in words


def test_classes_and_values_that_lie_among_others_are_told_nothing_of(tmp_path):
    row = np.where(COLUMNS < 20, 157, 130)
    assert "157" not in told(geozone.zonal_shares, written(tmp_path / "c.tif", row, "uint8"))[1]
    table, _ = told(geozone.zonal_means, written(tmp_path / "v.tif", -99 + COLUMNS, "float32"))
    assert table["mean"].iloc[0] == pytest.approx(-79.5)
