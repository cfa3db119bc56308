"""A raster is opened when its place on earth is certain."""

import numpy as np
import pytest
import rasterio
from rasterio.enums import ColorInterp
from rasterio.transform import Affine, from_origin

from geozone.errors import InputError, UsageError
from geozone.raster.opening import open_raster


def raster(path, *, crs="EPSG:4490", transform=None, nodata=None, values=None):
    values = np.arange(12, dtype="int16").reshape(3, 4) if values is None else values
    with rasterio.open(
        path, "w", driver="GTiff", width=4, height=3, count=1, dtype="int16", crs=crs, nodata=nodata,
        transform=transform or from_origin(116.0, 40.0, 0.1, 0.1),
    ) as file:  # fmt: skip
        file.write(values, 1)
    return path


def refused(path, **options):
    with pytest.raises(InputError) as error, open_raster(path, **options):
        pass
    return error.value.message.key


def test_a_sound_raster_is_opened_without_a_finding(tmp_path):
    with open_raster(raster(tmp_path / "a.tif", nodata=-999)) as found:
        assert found.crs.to_epsg() == 4490
        assert found.nodata == -999
        assert found.findings == []
        assert found.dataset.read(1).tolist() == np.arange(12).reshape(3, 4).tolist()


def test_degrees_in_china_without_crs_are_taken_for_cgcs2000(tmp_path):
    with open_raster(raster(tmp_path / "a.tif", crs=None, nodata=-1)) as found:
        assert found.crs.to_epsg() == 4490
        assert found.dataset.crs.to_epsg() == 4490
        assert [finding.kind for finding in found.findings] == ["crs_inferred_degrees"]
        assert found.dataset.shape == (3, 4)


def test_the_crs_of_the_user_goes_first(tmp_path):
    with open_raster(raster(tmp_path / "a.tif", crs="EPSG:4326", nodata=-1), crs="EPSG:4490") as found:
        assert found.crs.to_epsg() == found.dataset.crs.to_epsg() == 4490


def test_what_is_not_certain_is_refused(tmp_path):
    metres = from_origin(500_000, 4_400_000, 30, 30)
    assert refused(raster(tmp_path / "a.tif", crs=None, transform=metres)) == "raster.no_crs"
    assert refused(raster(tmp_path / "b.tif", transform=metres)) == "raster.contradicts"
    assert refused(raster(tmp_path / "c.tif", crs="EPSG:4527")) == "raster.contradicts"
    turned = Affine(0.1, 0.02, 116.0, 0.02, -0.1, 40.0)
    assert refused(raster(tmp_path / "d.tif", transform=turned)) == "raster.rotated"
    assert refused(raster(tmp_path / "e.tif"), crs="nonsense") == "read.bad_crs"
    (tmp_path / "f.tif").write_text("no raster")
    assert refused(tmp_path / "f.tif") == "raster.unreadable"
    assert refused(tmp_path / "none.tif") == "read.missing"


def test_missing_values_that_are_not_declared_are_found(tmp_path):
    filled = np.full((3, 4), -9999, dtype="int16")
    with open_raster(raster(tmp_path / "a.tif", values=filled)) as found:
        assert [finding.kind for finding in found.findings] == ["raster_fill"]
    with open_raster(raster(tmp_path / "b.tif")) as found:
        assert [finding.kind for finding in found.findings] == ["raster_no_nodata"]


def test_a_raster_without_place_is_refused(tmp_path):
    with pytest.warns(rasterio.errors.NotGeoreferencedWarning):
        raster(tmp_path / "a.tif", crs=None, transform=Affine.identity())
    assert refused(tmp_path / "a.tif") == "raster.no_place"


def written(
    path, values, *, transform=None, crs="EPSG:4490", mask=None, scale=None, unit=None, colours=None, **more
):
    """Write bands (bands, rows, columns) and return the path."""
    count, height, width = values.shape
    with (
        rasterio.Env(GDAL_TIFF_INTERNAL_MASK=more.pop("internal", True)),
        rasterio.open(
            path, "w", driver="GTiff", width=width, height=height, count=count, dtype=values.dtype, crs=crs,
            transform=transform or from_origin(116.0, 40.0, 0.1, 0.1), **more,
        ) as file,
    ):  # fmt: skip
        if colours:
            file.colorinterp = colours
        if scale:
            file.scales, file.offsets = ([number] * count for number in scale)
        if unit:
            file.units = [unit] * count
        file.write(values)
        if mask is not None:
            file.write_mask(mask)
    return path


NUMBERS = np.arange(12, dtype="int16").reshape(1, 3, 4)
HIDDEN = np.array([[True, False, False, False], [False] * 4, [False, False, False, True]])
ALPHA = (ColorInterp.gray, ColorInterp.alpha)


@pytest.mark.parametrize(
    "way", ["mask inside", "mask beside", "alpha", "alpha and nodata", "nodata", "nan", "infinite"]
)
def test_what_a_raster_hides_is_no_data(tmp_path, way):
    path, values = tmp_path / "a.tif", NUMBERS.copy()
    if way.startswith("mask"):
        mask = np.where(HIDDEN, 0, 255).astype("uint8")
        written(path, values, mask=mask, internal=way == "mask inside")
        assert (tmp_path / "a.tif.msk").exists() == (way == "mask beside")
    elif way == "alpha":
        written(path, np.stack([values[0], ~HIDDEN * 255]).astype("uint8"), colours=ALPHA)
    elif way == "alpha and nodata":
        half = HIDDEN.copy()
        half[0] = False
        values[0, 0, 0] = 99
        written(path, np.stack([values[0], ~half * 255]).astype("uint8"), colours=ALPHA, nodata=99)
    elif way == "nodata":
        values[:, HIDDEN] = -1
        written(path, values, nodata=-1)
    else:
        real = values.astype("float32")
        real[:, HIDDEN] = np.nan if way == "nan" else np.inf
        written(path, real)
    with open_raster(path) as found:
        numbers, absent = found.stored((0, 3))
        assert absent.tolist() == HIDDEN.tolist()
        assert numbers[~HIDDEN].tolist() == NUMBERS[0][~HIDDEN].tolist()
        assert np.isnan(found.values((0, 3))).tolist() == HIDDEN.tolist()
        assert np.isnan(found.values((2, 3), (3, 4))).all()


def test_scale_and_offset_make_the_values(tmp_path):
    path = written(tmp_path / "a.tif", NUMBERS, scale=(0.5, 100.0), nodata=3)
    with open_raster(path) as found:
        values = found.values((0, 3))
        assert np.isnan(values[0, 3])
        assert values[2].tolist() == [104.0, 104.5, 105.0, 105.5]
        assert "scale" in [decision.kind for decision in found.decisions]


def test_rows_from_the_south_are_turned(tmp_path):
    south_up = Affine(0.1, 0, 116.0, 0, 0.1, 39.7)
    mask = np.where(HIDDEN, 0, 255).astype("uint8")
    path = written(tmp_path / "a.tif", NUMBERS[:, ::-1], transform=south_up, mask=mask[::-1])
    with open_raster(path) as found:
        numbers, absent = found.stored((0, 3))
        assert numbers.tolist() == NUMBERS[0].tolist()
        assert absent.tolist() == HIDDEN.tolist()
        assert found.stored((0, 1))[0].tolist() == NUMBERS[0, :1].tolist()
        assert found.bounds == pytest.approx((116.0, 39.7, 116.4, 40.0))
        assert found.transform.e < 0


def test_several_bands_are_told(tmp_path):
    three = np.concatenate([NUMBERS, NUMBERS + 20, NUMBERS + 40])
    path = written(tmp_path / "a.tif", three, nodata=-1)
    with open_raster(path) as found:
        assert [finding.kind for finding in found.findings] == ["raster_bands"]
        assert found.stored((0, 1))[0].tolist() == [[0, 1, 2, 3]]
    with open_raster(path, band=3) as found:
        assert found.findings == []
        assert found.stored((0, 1))[0].tolist() == [[40, 41, 42, 43]]
    with pytest.raises(UsageError) as error, open_raster(path, band=4):
        pass
    assert error.value.message.key == "raster.no_such_band"
    picture = written(tmp_path / "b.tif", three.astype("uint8"))
    with open_raster(picture) as found:
        assert "raster_colours" in [finding.kind for finding in found.findings]


def test_arrays_are_rasters_as_well():
    transform = from_origin(116.0, 40.0, 0.1, 0.1)
    masked = np.ma.masked_array(NUMBERS[0], HIDDEN)
    for array, place in (
        (masked, transform),
        (masked[::-1], Affine(0.1, 0, 116.0, 0, 0.1, 39.7)),
        (masked[None], transform),
    ):
        with open_raster((array, place), crs="EPSG:4490") as found:
            numbers, absent = found.stored((0, 3))
            assert absent.tolist() == HIDDEN.tolist()
            assert numbers.tolist() == NUMBERS[0].tolist()
            assert found.stored((0, 3), (0, 4), (3, 2))[0].tolist() == [[0, 2], [4, 6], [8, 10]]
    for wrong in (np.zeros((2, 3, 4)), np.zeros(3), np.zeros((0, 4))):
        with pytest.raises(UsageError) as error, open_raster((wrong, transform), crs="EPSG:4490"):
            pass
        assert error.value.message.key == "raster.array_shape"


def test_an_open_dataset_is_left_open(tmp_path):
    with rasterio.open(raster(tmp_path / "a.tif", nodata=-1)) as dataset:
        with open_raster(dataset) as found:
            assert found.stored((0, 1))[0].tolist() == [[0, 1, 2, 3]]
        assert not dataset.closed


def test_pixels_that_are_not_square_keep_their_size_under_a_told_crs(tmp_path):
    oblong = from_origin(116.0, 40.0, 0.1, 0.03)
    with open_raster(raster(tmp_path / "a.tif", crs=None, transform=oblong, nodata=-1)) as found:
        assert found.dataset.shape == (3, 4)
        assert found.dataset.read(1).tolist() == NUMBERS[0].tolist()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.vrt", "<VRTDataset rasterXSize='4' rasterYSize='3'></VRTDataset>"),
        ("a.xml", "<GDAL_WMS><Service name='TMS'></Service></GDAL_WMS>"),
        ("a.json", '{"type": "FeatureCollection", "stac_version": "1.0.0", "features": []}'),
    ],
)
def test_what_leads_elsewhere_is_not_opened(tmp_path, name, content):
    (tmp_path / name).write_text(content)
    assert refused(tmp_path / name) in {"read.reaching", "raster.driver"}


def test_nor_is_a_file_beside_that_leads_elsewhere(tmp_path):
    path = raster(tmp_path / "a.tif")
    (tmp_path / "a.tif.ovr").write_text("<VRTDataset rasterXSize='2' rasterYSize='2'></VRTDataset>")
    assert refused(path) == "read.reaching"


def test_a_damaged_file_never_reads_short(tmp_path):
    values = np.random.default_rng(1).integers(0, 9, (1, 400, 400)).astype("int16")
    path = written(
        tmp_path / "a.tif", values, transform=from_origin(116, 40, 0.001, 0.001), compress="deflate"
    )
    path.write_bytes(path.read_bytes()[:-20_000])
    with pytest.raises(InputError) as error, open_raster(path, look=False) as found:
        found.stored((0, 400))
    assert error.value.message.key == "raster.unreadable"


def test_fills_in_a_part_of_a_large_raster_are_found(tmp_path):
    values = np.ones((1, 3000, 2000), dtype="float32")
    values[:, 2500:] = np.float32(-3.4e38)
    path = written(tmp_path / "a.tif", values, transform=from_origin(116, 40, 0.001, 0.001))
    with open_raster(path) as found:
        assert [finding.kind for finding in found.findings] == ["raster_fill"]


def test_rows_at_uneven_places_are_refused(tmp_path):
    scipy_io = pytest.importorskip("scipy.io")
    for name, bend, refuses in (("even", 0.0, False), ("gaussian", 1e-5, False), ("uneven", 0.003, True)):
        with scipy_io.netcdf_file(tmp_path / f"{name}.nc", "w") as file:
            steps = 0.01 + bend * np.linspace(-1, 1, 40)
            for axis, places, unit in (
                ("lat", 41 - np.cumsum(steps), "degrees_north"),
                ("lon", 117 + 0.01 * np.arange(40), "degrees_east"),
            ):
                file.createDimension(axis, 40)
                line = file.createVariable(axis, "f8", (axis,))
                line[:], line.units = places, unit
            file.createVariable("pm25", "f4", ("lat", "lon"))[:] = np.ones((40, 40))
        path = tmp_path / f"{name}.nc"
        if refuses:
            assert refused(path) == "raster.uneven"
        else:
            with open_raster(path) as opened:
                assert opened.height == 40


def test_a_closed_dataset_is_refused(tmp_path):
    with rasterio.open(raster(tmp_path / "a.tif")) as dataset:
        pass
    with pytest.raises(UsageError, match="closed"), open_raster(dataset):
        pass


@pytest.mark.parametrize(
    ("values", "sound"),
    [
        ("1 2 3\n4 5 6\n", True),
        (" 1 2\r\n 3 4 5 nan", True),
        ("1 2 3\n4 5\n", False),
        ("1 2 3\n4 5 6\n7 8 9\n", False),
    ],
)
def test_a_grid_in_text_has_as_many_values_as_it_says(tmp_path, values, sound):
    path = tmp_path / "a.asc"
    head = "ncols 3\nnrows 2\nxllcorner 116\nyllcorner 39\ncellsize 0.5\nNODATA_value -9999\n"
    path.write_text(head + values)
    if not sound:
        assert refused(path) == "raster.values_count"
        return
    with open_raster(path) as found:
        assert (found.height, found.width) == (2, 3)
