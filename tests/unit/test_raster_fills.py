"""Numbers for missing data that a small type turns into others: what is left of -9999 in 16 bits, the last one of 4 bits."""

import warnings

import geopandas as gpd
import numpy as np
import pytest
import rasterio
from raster_samples import saved
from rasterio.transform import from_origin
from shapely.geometry import box

import geozone
from geozone.errors import GeozoneWarning, UsageError

ZONES = gpd.GeoDataFrame({"name": ["a"]}, geometry=[box(117.1, 40.1, 117.3, 40.3)], crs=4490)
PLACE = from_origin(117, 40.4, 0.01, 0.01)
COLUMNS = np.arange(40)  # the zone is columns 10 to 29


def written(path, row, dtype, **profile):
    values = np.tile(np.asarray(row).astype(dtype), (40, 1))
    place = {"crs": "EPSG:4490", "transform": PLACE}
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


def field(seed=0):
    return np.random.default_rng(seed).uniform(30, 40, (40, 40))


@pytest.mark.parametrize("fill", [0, -200, -3000, 1e10])
def test_a_number_far_from_all_others_that_stands_in_many_cells_is_told(tmp_path, fill):
    values = field()
    values[:, :20] = fill
    table, words = told(geozone.zonal_means, saved(tmp_path / "v.tif", values, transform=PLACE))
    assert f"holds the number {fill:g} many times" in words
    inside = values[10:30, 10:30].mean()
    assert table["mean"].iloc[0] == pytest.approx(inside, rel=0.01)  # it counts, as told


def test_true_values_at_an_end_are_not_told(tmp_path):
    lone = field()
    lone[15, 15] = 90  # a single hot spot
    outside = field()
    outside[:5] = 0  # where no zone is
    many = np.minimum(field() * 3, 110)  # the greatest value of an instrument
    sparse = np.maximum(field(1) - 35, 0) * 10  # rain: nothing, and all amounts above
    shares = np.where(field(2) < 35, 0, field(3) / 40)  # a threshold: nothing, or 0.75 to 1
    ranks = np.where(field(4) < 35, 9, np.rint(field(5) / 10))
    for number, values in enumerate((lone, outside, many, sparse, ranks)):
        _, words = told(geozone.zonal_means, saved(tmp_path / f"{number}.tif", values, transform=PLACE))
        assert "many times" not in words, number
    _, words = told(geozone.zonal_means, saved(tmp_path / "s.tif", shares, transform=PLACE))
    assert "many times" in words  # nobody can tell it from a fill


def test_numbers_beyond_the_range_that_the_metadata_call_valid_are_told(tmp_path):
    for tags, expected in (
        ({"valid_range": "0, 38"}, True),
        ({"valid_min": "0"}, False),
        ({"valid_max": "38"}, True),
    ):
        path = saved(tmp_path / "v.tif", field(), transform=PLACE)
        with rasterio.open(path, "r+") as to:
            to.update_tags(1, **tags)
        assert ("valid" in told(geozone.zonal_means, path)[1]) is expected


@pytest.mark.parametrize(
    ("profile", "expected"),
    [
        ({"compress": "JPEG"}, True),
        ({"compress": "LERC", "MAX_Z_ERROR": 3}, True),
        ({"compress": "LERC", "MAX_Z_ERROR": 0.1}, False),
        ({"compress": "DEFLATE"}, False),
        ({"driver": "JPEG"}, True),
        ({"driver": "PNG"}, False),
    ],
)
def test_classes_under_a_compression_with_losses_are_told(tmp_path, profile, expected):
    profile = {"driver": "GTiff", "width": 40, "height": 40, "count": 1, "dtype": "uint8", **profile}
    place = {"crs": "EPSG:4490", "transform": PLACE}
    with rasterio.open(tmp_path / "c.tif", "w", **profile, **place) as to:
        to.write(np.tile(np.where(COLUMNS < 20, 1, 2).astype("uint8"), (40, 1)), 1)
    assert ("with losses" in told(geozone.zonal_shares, tmp_path / "c.tif")[1]) is expected


def test_a_class_that_the_palette_leaves_transparent_is_told(tmp_path):
    for alpha in (0, 255):
        with rasterio.open(
            tmp_path / "c.img",
            "w",
            driver="HFA",
            width=40,
            height=40,
            count=1,
            dtype="uint8",
            crs=4490,
            transform=PLACE,
        ) as to:
            to.write(np.tile(np.where(COLUMNS < 20, 0, 2).astype("uint8"), (40, 1)), 1)
            to.write_colormap(1, {0: (0, 0, 0, alpha), 1: (255, 0, 0, 255), 2: (0, 255, 0, 255)})
        assert ("nodata=0" in told(geozone.zonal_shares, tmp_path / "c.img")[1]) is (alpha == 0)


def test_numbers_that_no_class_can_have_are_no_data():
    values = np.full((40, 40), 2, dtype=np.uint64)
    values[:, :20] = np.iinfo(np.uint64).max
    with pytest.warns(GeozoneWarning, match="no class"):
        table = geozone.zonal_shares((values, PLACE), ZONES, by="name", crs=4490)
    assert table[2].iloc[0] == 1
    with pytest.warns(GeozoneWarning, match="far from all"):
        assert geozone.zonal_means((values, PLACE), ZONES, by="name", crs=4490)["mean"].iloc[0] == 2


@pytest.mark.parametrize(
    "values", [np.full((4, 4), "1"), np.full((4, 4), "x", object), np.zeros((4, 4), "M8[s]")]
)
def test_an_array_without_numbers_is_refused(values):
    with pytest.raises(UsageError, match="no numbers"):
        geozone.zonal_shares((values, PLACE), ZONES, by="name", crs=4490)


def side_by_side(folder, west, east, **options):
    """Two files that share the ground of the zone."""
    paths = []
    for name, values, place in (("west", west, 117), ("east", east, 117.2)):
        transform = from_origin(place, 40.4, 0.01, 0.01)
        more = {key: value[name] for key, value in options.items() if name in value}
        paths.append(saved(folder / f"{name}.tif", values[:, :20], transform=transform, **more))
    return paths


@pytest.mark.parametrize(
    ("east", "options", "expected"),
    [
        (field(1), {}, False),
        (field(1) + 6, {}, False),
        (field(1) / 1000, {}, True),  # mg/m3 beside ug/m3
        (field(1) + 273, {}, True),
        (field(1) * 10, {"scale": {"east": (0.1, 0)}}, False),  # the same values
        (np.full((40, 40), 300.0), {}, False),  # a sea, or a fill: no range of values
    ],
)
def test_files_of_one_raster_whose_values_lie_far_apart_are_told(tmp_path, east, options, expected):
    words = told(geozone.zonal_means, side_by_side(tmp_path, field(), east, **options))[1]
    assert ("far from each other" in words) is expected


@pytest.mark.parametrize("nodata", [{"west": 0, "east": 0}, {"west": 0, "east": 255}, {"east": 0}])
def test_files_of_one_raster_that_differ_in_what_no_data_is_are_told(tmp_path, nodata):
    values = np.random.default_rng(6).integers(0, 2, (40, 40)).astype("uint8")
    words = told(geozone.zonal_shares, side_by_side(tmp_path, values, values, nodata=nodata))[1]
    assert ("differ in what no data is" in words) is (set(nodata.values()) != {0} or len(nodata) == 1)


@pytest.mark.parametrize("source", [3, None, (np.ones((4, 4)), (117, 0.01, 0, 40.4, 0, -0.01))])
def test_what_is_no_raster_is_refused(source):
    with pytest.raises(UsageError, match="raster is wanted"):
        geozone.zonal_shares(source, ZONES, by="name", crs=4490)
