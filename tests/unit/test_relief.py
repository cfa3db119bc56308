"""The picture of the relief is drawn from any elevation model that can be opened, in bounded memory."""

import base64
import io
import pickle
from dataclasses import replace

import numpy as np
import pytest
import rasterio
from PIL import Image
from rasterio.transform import from_origin
from samples import sample_result

import geozone.run.jobs  # noqa: F401 - by which declarations go from process to process
from geozone.errors import InputError
from geozone.maps import page
from geozone.maps.page import render_page
from geozone.maps.pictures import Subject, draw
from geozone.maps.relief import relief_image
from geozone.model import LayerSource
from geozone.reuse.reuse import Reuse
from geozone.terrain import elevation
from geozone.terrain.elevation import survey

BOX = (116.0, 39.0, 117.0, 40.0)


def ridge(size=200):
    return np.tile(np.abs(np.linspace(-1500, 1500, size)), (size, 1)).astype("float32")


def dem(path, cells, *, crs="EPSG:4490", west=116.0, **more):
    height, width = cells.shape
    place = {"transform": from_origin(west, 40.0, 1 / width, 1 / height)} | more
    with rasterio.open(
        path, "w", driver="GTiff", count=1, height=height, width=width, dtype=cells.dtype, crs=crs, **place
    ) as file:
        file.write(cells, 1)
    return LayerSource(path)


def grey(picture):
    data = base64.b64decode(picture["url"].split(",")[1])
    return np.asarray(Image.open(io.BytesIO(data)).convert("L"), dtype=float)


def test_an_undeclared_fill_is_no_ravine(tmp_path):
    cells = ridge()
    declared = grey(relief_image([dem(tmp_path / "a.tif", np.where(cells > 1400, np.nan, cells))], BOX))
    filled = grey(
        relief_image([dem(tmp_path / "b.tif", np.where(cells > 1400, np.float32(-9999), cells))], BOX)
    )
    np.testing.assert_array_equal(filled, declared)


def test_a_finer_model_gives_the_same_picture(tmp_path, monkeypatch):
    fine = ridge(3000)
    coarse = grey(relief_image([dem(tmp_path / "a.tif", ridge())], BOX))
    monkeypatch.setattr(elevation, "_AT_ONCE", 1000 * 1000)
    found = grey(relief_image([dem(tmp_path / "b.tif", fine, tiled=True)], BOX))
    assert np.abs(found - coarse).mean() < 2


def test_tiles_fill_each_other(tmp_path):
    west, east = dem(tmp_path / "a.tif", ridge()), dem(tmp_path / "b.tif", ridge(), west=117.0)
    both = grey(relief_image([west, east], (116.0, 39.0, 118.0, 40.0)))
    one = grey(relief_image([west], (116.0, 39.0, 118.0, 40.0)))
    middle = both.shape[1] // 2
    assert one[:, middle + 20 :].min() == 255  # level: there is nothing
    assert both[:, middle + 20 :].mean() == pytest.approx(both[:, : middle - 20].mean(), abs=4)


def test_nothing_is_drawn_where_no_model_reaches(tmp_path):
    far = dem(tmp_path / "a.tif", ridge(), west=100.0)
    assert relief_image([far], BOX) is None
    found = survey([far], BOX)
    assert found.useful == ()
    assert [finding.kind for finding in found.findings] == ["dem_elsewhere"]


def test_the_survey_tells_what_the_picture_rests_on(tmp_path, monkeypatch):
    sound = dem(tmp_path / "a.tif", ridge(), nodata=-9999)
    found = survey([sound], BOX)
    assert (found.useful, found.findings) == ((sound,), [])
    assert [decision.kind for decision in found.decisions[0]] == ["crs"]
    silent = dem(tmp_path / "b.tif", np.where(ridge() > 1400, np.float32(-9999), ridge()), crs=None)
    found = survey([silent], BOX)
    assert found.useful == (silent,)
    assert [finding.kind for finding in found.findings] == ["crs_inferred_degrees", "dem_void"]
    monkeypatch.setattr(elevation, "_DRAWABLE", 1000)
    found = survey([sound], BOX)
    assert found.useful == ()
    assert [finding.kind for finding in found.findings] == ["dem_large"]


def test_the_crs_of_the_project_is_used(tmp_path):
    silent = dem(tmp_path / "a.tif", ridge(), crs=None, transform=from_origin(500_000, 4_400_000, 450, 450))
    with pytest.raises(InputError):
        survey([silent], BOX)
    told = LayerSource(silent.path, crs="EPSG:4548")
    assert survey([told], (117.0, 39.0, 118.0, 39.7)).useful == (told,)
    assert relief_image([told], (117.0, 39.0, 118.0, 39.7)) is not None


def test_the_edge_of_an_elevation_model_is_no_cliff(tmp_path):
    plateau = np.full((200, 200), 4000, dtype="float32")
    plateau[:, 100:] = np.nan
    shades = grey(relief_image([dem(tmp_path / "a.tif", plateau)], BOX))
    assert shades.min() > 250


def test_pictures_drawn_ahead_are_those_of_the_page_as_long_as_they_are_of_the_same(tmp_path, monkeypatch):
    below = dem(tmp_path / "a.tif", ridge(), transform=from_origin(116.0, 39.0, 1 / 200, 1 / 200))
    result = replace(sample_result(), relief=(below,))
    expected = render_page(result)
    ahead = draw(Subject.of(result.units, result.relief, result.rasters, result.indicators), Reuse())
    assert ahead.relief is not None
    asked = []
    monkeypatch.setattr(page, "draw", lambda subject, reuse: asked.append(subject) or draw(subject, reuse))
    assert render_page(result, pictures=pickle.loads(pickle.dumps(ahead))) == expected
    assert asked == []
    other = replace(ahead.subject, bounds=(116.0, 39.0, 117.0, 40.0))
    assert render_page(result, pictures=replace(ahead, subject=other, relief=None)) == expected
    assert asked == [ahead.subject]
