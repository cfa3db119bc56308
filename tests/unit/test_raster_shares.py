import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
import shapely
from affine import Affine
from exactextract import exact_extract
from exactextract.raster import NumPyRasterSource
from raster_samples import CRS, GRID, cut_cells, flower
from rasterio.enums import ColorInterp
from samples import frame, sample_units

from geozone.errors import GeozoneWarning, InputError, UsageError
from geozone.overlay.plane import area_km2
from geozone.raster.shares import zonal_shares

ZONES = frame(
    flower(115.6, 38.6, 1.3),
    shapely.box(116.003, 39.0071, 116.5, 39.333),  # level edges inside rows of pixels
    shapely.Polygon(shapely.box(115.8, 38.9, 117.9, 40.1).exterior, [flower(116.5, 39.1, 0.7).exterior]),
    shapely.box(115.0, 40.0, 116.0, 41.0),  # reaches beyond the raster
    shapely.box(116.7042, 39.4042, 116.7058, 39.4058),  # inside one pixel
    shapely.box(130, 10, 131, 11),
    key=list("abcdef"),
)


def raster(dtype=np.uint8, low=1, high=7):
    return np.random.default_rng(1).integers(low, high, (200, 260)).astype(dtype)


def brute_force(values, zones, transform=GRID, crs=CRS):
    for zone in zones.geometry:
        yield cut_cells(values, zone, transform, crs)


def test_shares_equal_those_of_every_pixel_cut_by_geos():
    values = raster()
    table = zonal_shares((values, GRID), ZONES, by="key", crs=CRS)
    assert table.columns.to_list() == ["zone_km2", "data_km2", 1, 2, 3, 4, 5, 6]
    for (_, row), areas in zip(table.iterrows(), brute_force(values, ZONES), strict=True):
        assert row.data_km2 == pytest.approx(areas.sum(), rel=1e-9)
        if areas.sum():
            expected = np.bincount(values.ravel(), weights=areas)[1:] / areas.sum()
            np.testing.assert_allclose(row.iloc[2:].to_numpy(float), expected, atol=1e-9)
        else:
            assert row.iloc[2:].isna().all()


def test_pixels_add_up_to_the_area_of_the_zone():
    table = zonal_shares((raster(), GRID), ZONES, by="key", crs=CRS)
    inside = table.loc[["a", "b", "c", "e"]]
    np.testing.assert_allclose(inside.data_km2, area_km2(ZONES)[[0, 1, 2, 4]], rtol=1e-11)
    np.testing.assert_allclose(table.loc[:, 1:].sum(axis=1).iloc[:5], 1, rtol=1e-12)


def test_fractions_equal_those_of_exactextract():
    # an upright box has the same fractions in degrees and in the plane along x, and rows of nearly equal height
    values, zones = raster(), ZONES.iloc[[0, 1, 2]]
    table = zonal_shares((values, GRID), zones, crs=CRS)
    source = NumPyRasterSource(values.astype(float), 115.5, 38.5, 118.1, 40.5)
    for row, found in zip(
        table.itertuples(index=False), exact_extract(source, zones, ["unique", "frac"]), strict=True
    ):
        classes = np.array(found["properties"]["unique"], dtype=int)
        shares = dict(zip(classes.tolist(), found["properties"]["frac"], strict=True))
        for number, share in enumerate(row[2:], 1):
            assert share == pytest.approx(shares[number], abs=3e-3)  # it weighs all rows alike


@pytest.mark.parametrize(
    ("dtype", "low", "high"), [(np.int16, -3, 4), (np.uint16, 300, 305), (np.int32, 0, 3)]
)
def test_other_whole_numbers_and_no_data(dtype, low, high):
    values = raster(dtype, low, high)
    table = zonal_shares((values, GRID), ZONES, crs=CRS, nodata=low)
    assert table.columns.to_list() == ["zone_km2", "data_km2", *range(low + 1, high)]
    areas = next(brute_force(values, ZONES))
    known = values.ravel() != low
    assert table.data_km2[0] == pytest.approx(areas[known].sum(), rel=1e-9)
    assert table[high - 1][0] == pytest.approx(
        areas[values.ravel() == high - 1].sum() / areas[known].sum(), rel=1e-9
    )


def test_a_great_value_that_stands_for_no_data():
    values = raster()
    values[::3] = 255
    table = zonal_shares((values, GRID), ZONES, crs=CRS, nodata=255)
    assert table.columns.to_list() == ["zone_km2", "data_km2", 1, 2, 3, 4, 5, 6]
    with pytest.warns(GeozoneWarning, match="class 255"):
        told = zonal_shares((values, GRID), ZONES, crs=CRS)
    assert told[255][0] == pytest.approx(1 / 3, abs=0.01)


def test_a_projected_raster_has_the_true_area_of_every_pixel():
    transform = Affine(2000, 0, 39_380_000, 0, -2000, 4_440_000)
    values = np.random.default_rng(2).integers(1, 4, (85, 95)).astype(np.uint8)
    zones = ZONES.iloc[[0, 1]]
    table = zonal_shares((values, transform), zones, crs="EPSG:4527")
    np.testing.assert_allclose(table.data_km2, area_km2(zones), rtol=1e-8)
    for (_, row), areas in zip(
        table.iterrows(), brute_force(values, zones, transform, "EPSG:4527"), strict=True
    ):
        expected = np.bincount(values.ravel(), weights=areas)[1:] / areas.sum()
        np.testing.assert_allclose(row.iloc[2:].to_numpy(float), expected, atol=1e-6, rtol=1e-6)


def test_a_file_is_read_strip_by_strip(tmp_path, monkeypatch):
    from geozone.raster import zonal

    values, path = raster(), tmp_path / "classes.tif"
    profile = {"driver": "GTiff", "width": 260, "height": 200, "count": 1, "dtype": "uint8", "crs": CRS}
    with rasterio.open(
        path, "w", transform=GRID, tiled=True, blockxsize=16, blockysize=16, **profile
    ) as file:
        file.write(values, 1)
    expected = zonal_shares((values, GRID), ZONES, by="key", crs=CRS)
    for strip in (1, 16 * 260, 1 << 22):
        monkeypatch.setattr(zonal, "PIXELS", strip)
        monkeypatch.setattr(zonal, "_WIDE", 64)
        found = zonal_shares(path, ZONES, by="key")
        np.testing.assert_allclose(found, expected, rtol=1e-12)
    with rasterio.open(path) as dataset:
        np.testing.assert_allclose(zonal_shares(dataset, ZONES), expected, rtol=1e-12)


def test_zones_that_are_neighbours_share_every_pixel():
    units = sample_units().query("level == 'county'")
    transform = Affine(0.0173, 0, 115.9, 0, -0.0131, 39.1)
    values = np.ones((100, 140), dtype=np.uint8)
    table = zonal_shares((values, transform), units, by="code", crs=CRS)
    np.testing.assert_allclose(table.data_km2, table.zone_km2, rtol=1e-11)


def test_what_is_no_class_raster_is_refused(tmp_path):
    with pytest.raises(UsageError) as caught:
        zonal_shares((raster() + 0.5, GRID), ZONES, crs=CRS)
    assert caught.value.message.key == "raster.fractions"
    with pytest.raises(UsageError) as caught:
        zonal_shares((np.arange(52_000).reshape(200, 260), GRID), ZONES, crs=CRS)
    assert caught.value.message.key == "raster.too_many_classes"
    with pytest.raises(UsageError) as caught:
        zonal_shares((raster(), GRID @ Affine.rotation(10)), ZONES, crs=CRS)
    assert caught.value.message.key == "raster.array_turned"
    with pytest.raises(UsageError) as caught:
        zonal_shares((raster(), GRID), ZONES)
    assert caught.value.message.key == "overlay.no_crs"
    with pytest.raises(InputError):
        zonal_shares(tmp_path / "none.tif", ZONES)


INSIDE = ZONES.iloc[[0, 1, 4]]


def saved(path, values, **more):
    profile = {"driver": "GTiff", "count": 1, "height": values.shape[0], "width": values.shape[1], "crs": CRS}
    bands = more.pop("bands", [values])
    scale, mask = more.pop("scale", None), more.pop("mask", None)
    profile |= {"transform": GRID, "dtype": values.dtype.name, "count": len(bands)} | more
    with rasterio.open(path, "w", **profile) as file:
        if len(bands) == 2:
            file.colorinterp = (ColorInterp.gray, ColorInterp.alpha)
        file.write(np.stack(bands))
        if scale:
            file.scales, file.offsets = ([number] for number in scale)
        if mask is not None:
            file.write_mask(mask)
    return path


@pytest.mark.parametrize(
    "way", ["alpha", "mask", "float", "nan", "scaled", "south up", "masked array", "far nodata"]
)
def test_classes_are_the_same_however_the_raster_keeps_them(tmp_path, way):
    values = raster()
    void = np.zeros(values.shape, dtype=bool)
    void[:, 130:] = True
    expected = zonal_shares((np.where(void, 0, values), GRID), INSIDE, crs=CRS, nodata=0)
    path = tmp_path / "a.tif"
    match way:
        case "alpha":
            found = zonal_shares(saved(path, values, bands=[values, ~void * np.uint8(255)]), INSIDE)
        case "mask":
            found = zonal_shares(saved(path, values, mask=~void), INSIDE)
        case "float":
            floats = np.where(void, -3.4e38, values).astype("float32")
            found = zonal_shares(saved(path, floats, nodata=float(np.float32(-3.4e38))), INSIDE)
        case "nan":
            found = zonal_shares((np.where(void, np.nan, values), GRID), INSIDE, crs=CRS)
        case "scaled":
            stored = np.where(void, 0, values * 10).astype("uint8")
            found = zonal_shares(saved(path, stored, scale=(0.1, 0.0), nodata=0), INSIDE)
        case "south up":
            turned = GRID @ Affine(1, 0, 0, 0, -1, 200)
            found = zonal_shares((np.where(void, 0, values)[::-1], turned), INSIDE, crs=CRS, nodata=0)
        case "masked array":
            found = zonal_shares((np.ma.masked_array(values, void), GRID), INSIDE, crs=CRS)
        case "far nodata":
            far = np.where(void, -(2**31), values.astype("int32"))
            found = zonal_shares((far, GRID), INSIDE, crs=CRS, nodata=-(2**31))
    pd.testing.assert_frame_equal(found, expected, rtol=1e-12)


def test_classes_may_lie_far_apart():
    values = np.where(raster() > 3, 659_004_000_000, 11)
    table = zonal_shares((values, GRID), INSIDE, crs=CRS)
    assert table.columns.to_list() == ["zone_km2", "data_km2", 11, 659_004_000_000]
    assert table[11][0] == pytest.approx(1 / 2, abs=0.02)


@pytest.mark.parametrize("fill", [-9999, -32768, 65535, 32767, 255, -3.4e38, 0])
def test_undeclared_fills_are_told(fill):
    values = raster().astype(np.float64)
    values[:, 130:] = fill
    kept = values.astype(np.uint8) if fill in {0, 255} else values
    with pytest.warns(GeozoneWarning, match=r"nodata.*无数据值"):
        zonal_shares((kept, GRID), INSIDE, crs=CRS)


@pytest.mark.parametrize("classes", [[0, 1], [0, 1, 2], [1, 2, 3, 4], [10, 20, 100], [1, 120, 240, 255]])
@pytest.mark.filterwarnings("error::geozone.errors.GeozoneWarning")
def test_sound_classes_are_not_suspected(classes):
    values = np.array(classes, dtype=np.uint8)[raster(low=0, high=len(classes))]
    table = zonal_shares((values, GRID), INSIDE, crs=CRS)
    assert table.columns.to_list()[2:] == classes


def test_zones_without_data_are_told():
    with pytest.warns(GeozoneWarning, match=r"2 of 6 zones.*f, with data on 0\.0%"):
        zonal_shares((raster(), GRID), ZONES, by="key", crs=CRS)


@pytest.mark.parametrize(("height", "width"), [(1, 1), (20, 1), (1, 20), (3, 2), (2, 3)])
def test_a_projected_raster_may_be_one_pixel_wide_or_high(height, width):
    transform = Affine(40_000, 0, 39_380_000, 0, -40_000, 4_440_000)
    values = np.arange(1, height * width + 1).reshape(height, width) % 7 + 1
    west, south, east, north = rasterio.transform.array_bounds(height, width, transform)
    corners = shapely.segmentize(shapely.box(west, south, east, north), 500)
    zone = gpd.GeoSeries([corners], crs="EPSG:4527").to_crs(CRS).to_frame("geometry")
    table = zonal_shares((values, transform), zone, crs="EPSG:4527")
    areas = next(brute_force(values, zone, transform, "EPSG:4527"))
    assert table.data_km2[0] == pytest.approx(areas.sum(), rel=1e-6)
    for number in np.unique(values):
        assert table[number][0] == pytest.approx(
            areas[values.ravel() == number].sum() / areas.sum(), rel=1e-4
        )


def test_a_zone_that_merely_touches_the_data_has_no_share():
    edge = 115.5 + 2.6
    beside = frame(
        shapely.box(edge - 1e-9, 39.0, edge + 1, 40.0), shapely.box(edge - 0.01, 39.0, edge + 1, 40.0)
    )
    with pytest.warns(GeozoneWarning, match="2 of 2 zones"):
        table = zonal_shares((raster(), GRID), beside, crs=CRS)
    assert table.data_km2[0] == 0
    assert table.iloc[0, 2:].isna().all()
    assert table.iloc[1, 2:].sum() == pytest.approx(1)


def test_a_raster_whose_crs_has_no_place_for_the_zones_covers_none():
    transform = Affine(1000, 0, 500_000, 0, -1000, 4_440_000)
    with pytest.warns(GeozoneWarning, match="3 of 3 zones"):
        table = zonal_shares((raster(), transform), INSIDE, crs="EPSG:32610")
    assert (table.data_km2 == 0).all()


def test_a_file_without_crs_is_inferred_and_told_or_refused(tmp_path):
    with pytest.warns(GeozoneWarning, match="EPSG:4490"):
        zonal_shares(saved(tmp_path / "a.tif", raster(), crs=None, nodata=0), INSIDE)
    metres = Affine(1000, 0, 500_000, 0, -1000, 4_440_000)
    with pytest.raises(InputError) as caught:
        zonal_shares(saved(tmp_path / "b.tif", raster(), crs=None, transform=metres), INSIDE)
    assert caught.value.message.key == "raster.no_crs"


def test_scaled_classes_are_told(tmp_path):
    with pytest.warns(GeozoneWarning, match=r"× 2 \+ 10"):
        table = zonal_shares(saved(tmp_path / "a.tif", raster(), scale=(2.0, 10.0)), INSIDE)
    assert table.columns.to_list()[2:] == [12, 14, 16, 18, 20, 22]
    with pytest.raises(UsageError) as caught:
        zonal_shares(saved(tmp_path / "b.tif", raster(), scale=(0.3, 0.0)), INSIDE)
    assert caught.value.message.key == "raster.fractions_scaled"
