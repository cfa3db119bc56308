"""A raster is opened when its place on earth is certain."""

import numpy as np
import pytest
import rasterio
from rasterio.transform import Affine, from_origin

from geozone.errors import InputError
from geozone.read import open_raster


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


def test_a_sound_raster(tmp_path):
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
    assert refused(raster(tmp_path / "a.tif", crs=None, transform=metres)) == "read.raster_no_crs"
    assert refused(raster(tmp_path / "b.tif", transform=metres)) == "read.raster_contradicts"
    assert refused(raster(tmp_path / "c.tif", crs="EPSG:4527")) == "read.raster_contradicts"
    turned = Affine(0.1, 0.02, 116.0, 0.02, -0.1, 40.0)
    assert refused(raster(tmp_path / "d.tif", transform=turned)) == "read.raster_rotated"
    assert refused(raster(tmp_path / "e.tif"), crs="nonsense") == "read.bad_crs"
    (tmp_path / "f.tif").write_text("no raster")
    assert refused(tmp_path / "f.tif") == "read.raster_unreadable"
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
    assert refused(tmp_path / "a.tif") == "read.raster_no_place"
