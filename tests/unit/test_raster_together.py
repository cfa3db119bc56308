"""Several rasters of one grid are counted in one pass, with the results that each has alone."""

from collections import Counter

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import raster_samples
import shapely
from affine import Affine
from hypothesis import given, settings
from hypothesis import strategies as st
from raster_samples import CRS, GRID, METRES, PROJECTED, flower, saved
from samples import frame

from geozone.errors import UsageError
from geozone.overlay.cells import cover_rows, edges_of
from geozone.overlay.losses import decided, told
from geozone.raster import zonal
from geozone.raster.compiled import count_classes, sum_values
from geozone.raster.means import weighted_sums
from geozone.raster.opening import Raster
from geozone.raster.shares import class_areas
from geozone.raster.together import Classes, Sums, raster_tables

ZONES = frame(
    flower(115.6, 38.6, 1.3),
    shapely.box(116.003, 39.0071, 116.5, 39.333),
    shapely.box(117.0, 40.0, 119.0, 41.0),  # reaches beyond the rasters
    code=list("abc"),
)
PART = frame(flower(115.7, 38.7, 0.9), flower(116.1, 39.0, 0.8))


@pytest.fixture
def rasters(tmp_path):
    """Return two class rasters, one of values with no data, and one on another grid."""
    random = np.random.default_rng(7)
    classes = [random.integers(1, 6, (200, 260)).astype(np.uint8) for _ in range(2)]
    values = random.normal(10, 3, (200, 260)).astype(np.float32)
    values[random.random(values.shape) < 0.2] = -1
    named = {"one": classes[0], "two": classes[1], "values": values}
    paths = {
        name: saved(tmp_path / f"{name}.tif", array, nodata=-1 if name == "values" else 5)
        for name, array in named.items()
    }
    finer = Affine(0.0075, 0, 115.5, 0, -0.0075, 40.5)
    return paths | {"finer": saved(tmp_path / "finer.tif", classes[0], transform=finer)}


@pytest.fixture
def read(monkeypatch):
    """Return how many pixels of each raster have been read, and how often a cover has been worked out."""
    found = Counter()
    stored, cover = Raster.stored, zonal.cover_rows

    def counted(raster, rows, columns=None, shape=None):
        numbers, absent = stored(raster, rows, columns, shape)
        found[raster.path.stem] += numbers.size
        return numbers, absent

    def covered(*arguments):
        found["cover"] += 1
        return cover(*arguments)

    monkeypatch.setattr(Raster, "stored", counted)
    monkeypatch.setattr(zonal, "cover_rows", covered)
    return found


def same(found, expected):
    pd.testing.assert_frame_equal(found, expected, rtol=1e-12)
    assert told(found) == told(expected)
    assert decided(found) == decided(expected)


def test_rasters_of_one_grid_are_decoded_once_and_share_what_zones_cover(rasters, read, monkeypatch):
    monkeypatch.setattr(zonal, "PIXELS", 260 * 50)
    asked = [Classes(rasters["one"]), Classes(rasters["two"]), Sums(rasters["values"]), Sums(rasters["one"])]
    tables = raster_tables(asked, ZONES)
    assert {read[name] for name in ("one", "two", "values")} == {read["one"]}
    assert 0 < read["one"] <= 200 * 260
    covers = read["cover"]
    assert covers > 1  # one for every band of rows
    class_areas(rasters["one"], ZONES)
    assert read["cover"] == 2 * covers
    for one, table in zip(asked, tables, strict=True):
        alone = class_areas if isinstance(one, Classes) else weighted_sums
        same(table, alone(one.raster, ZONES))


def test_zones_cut_to_a_layer_are_counted_in_the_same_pass(rasters, read):
    asked = [Classes(rasters["one"]), Classes(rasters["one"], of=PART), Classes(rasters["two"], of=PART)]
    tables = raster_tables(asked, ZONES)
    assert read["one"] <= 200 * 260
    assert read["two"] <= read["one"]
    assert read["cover"] == 2  # of the zones, and of the zones cut
    for one, table in zip(asked, tables, strict=True):
        same(table, class_areas(one.raster, ZONES, of=one.of))


def test_rasters_of_other_grids_have_a_pass_of_their_own(rasters, read):
    tables = raster_tables([Classes(rasters["one"]), Classes(rasters["finer"])], ZONES)
    assert read["cover"] == 2
    for name, table in zip(("one", "finer"), tables, strict=True):
        same(table, class_areas(rasters[name], ZONES))


def test_files_side_by_side_are_counted_with_others_like_them(tmp_path, read):
    random = np.random.default_rng(8)
    halves = []
    for name in ("old", "new"):
        values = random.integers(1, 6, (200, 260)).astype(np.uint8)
        east = GRID @ Affine.translation(130, 0)
        west = saved(tmp_path / f"{name}_west.tif", values[:, :130])
        halves.append([west, saved(tmp_path / f"{name}_east.tif", values[:, 130:], transform=east)])
    tables = raster_tables([Classes(some) for some in halves], ZONES)
    assert read["cover"] == 2
    for some, table in zip(halves, tables, strict=True):
        same(table, class_areas(some, ZONES))


def test_blocks_of_one_grid_may_differ(tmp_path, monkeypatch):
    monkeypatch.setattr(zonal, "PIXELS", 1 << 12)
    values = np.random.default_rng(9).integers(1, 6, (200, 260)).astype(np.uint8)
    strips, tiles = saved(tmp_path / "strips.tif", values), tmp_path / "tiles.tif"
    with raster_samples.rasterio.open(strips) as file:
        profile = file.profile | {"tiled": True, "blockxsize": 64, "blockysize": 32}
    with raster_samples.rasterio.open(tiles, "w", **profile) as file:
        file.write(values, 1)
    one, two = raster_tables([Classes(strips), Classes(tiles)], ZONES)
    pd.testing.assert_frame_equal(one, two, rtol=1e-12)
    same(two, class_areas(tiles, ZONES))


def test_weights_may_come_from_another_raster(rasters):
    asked = [Sums(rasters["values"], rasters["finer"]), Sums(rasters["values"]), Classes(rasters["finer"])]
    found, area, classes = raster_tables(asked, ZONES)
    same(found, weighted_sums(rasters["values"], ZONES, weight=rasters["finer"]))
    same(area, weighted_sums(rasters["values"], ZONES))
    same(classes, class_areas(rasters["finer"], ZONES))


def test_arrays_and_projected_rasters_go_together_as_well():
    random = np.random.default_rng(10)
    arrays = [random.integers(1, 6, (200, 260)) for _ in range(2)]
    tables = raster_tables([Classes((array, METRES), crs=PROJECTED) for array in arrays], ZONES)
    for array, table in zip(arrays, tables, strict=True):
        same(table, class_areas((array, METRES), ZONES, crs=PROJECTED))


def test_what_one_raster_lacks_is_refused(rasters):
    with pytest.raises(UsageError) as caught:
        raster_tables([Classes(rasters["one"]), Classes(rasters["values"])], ZONES)
    assert caught.value.message.key == "raster.fractions"
    assert raster_tables([], ZONES) == []


def test_a_raster_that_no_zone_reaches_has_no_data(rasters):
    far = gpd.GeoDataFrame({"code": ["z"]}, geometry=[shapely.box(100, 30, 101, 31)], crs=CRS)
    areas, sums = raster_tables([Classes(rasters["one"]), Sums(rasters["values"])], far)
    assert areas["value"].isna().all()
    assert sums["weight"].sum() == 0


@settings(deadline=None, max_examples=40)
@given(
    st.integers(0, 2**32 - 1),
    st.sampled_from(["uint8", "int16", "int32", "float32", "float64"]),
    st.booleans(),
    st.booleans(),
    st.booleans(),
)
def test_loops_add_up_what_every_cell_has_in_every_zone(seed, dtype, uneven, hidden, per_cell):
    """Held against arrays of zone × row × column; zones overlap, runs are long and short, the window is a part."""
    random = np.random.default_rng(seed)
    tall, wide, left, zones = 12, 90, 7, 3
    shapes = np.array([flower(-10 + 30 * n, -3, random.uniform(4, 60)) for n in range(zones)])
    lines = np.arange(-20.0, 101.0), np.arange(0.0, tall + 1)
    cover = cover_rows(edges_of(shapes), *lines)
    part = zonal.Part(cover, left, wide)
    whole, cut = np.zeros((zones, tall, wide)), np.zeros((zones, tall, wide))
    whole[part.whole_cells()] = 1
    inside = cover.cells[:, 2] - left
    np.add.at(cut, part.cut_cells(), cover.shares[(inside >= 0) & (inside < wide)])
    numbers = random.integers(1, 6, (tall, wide)).astype(dtype)
    kinds = random.choice(np.array([0, 1, 2], np.uint8), (tall, wide), p=[0.8, 0.1, 0.1])
    areas = random.uniform(1, 2, (tall, 3)), random.uniform(1, 2, (3, wide))
    areas = areas if uneven else (areas[0][:, :1], np.ones((1, 1)))
    ground = np.broadcast_to(areas[0] @ areas[1], (tall, wide))
    shown = kinds if hidden else np.zeros((0, 0), np.uint8)
    kinds = kinds if hidden else np.zeros((tall, wide), np.uint8)

    sums = np.zeros((2, 3, zones, 3))
    sum_values(numbers, shown, (0.5, 3.0, per_cell), areas, part.arrays, *sums)
    values = numbers.astype(float) * 0.5 + 3
    for share, found in ((whole, sums[0]), (cut, sums[1])):
        every = (share * ground).sum(axis=(1, 2))
        np.testing.assert_allclose(found[0, :, 0], every, rtol=1e-12)
        for kind in (0, 2):
            those = share * (kinds == kind)
            np.testing.assert_allclose(found[kind, :, 1], (those * ground).sum(axis=(1, 2)), rtol=1e-12)
            weights = those * values * (1.0 if per_cell else ground)
            np.testing.assert_allclose(found[kind, :, 2], weights.sum(axis=(1, 2)), rtol=1e-12)

    if dtype.startswith("float"):
        return
    codes = np.where(kinds > 0, 0, numbers)
    for compared in (0, 3, 9):  # classes that a run may be compared with
        met = np.zeros(1, np.int64), np.zeros(compared, dtype)
        classes = np.zeros((2, zones, 6))
        for _ in range(2):  # the classes of the first time are met before the second
            count_classes(numbers, (shown > 0).view(np.uint8), 1, met, areas, part.arrays, *classes)
        for share, found in ((whole, classes[0]), (cut, classes[1])):
            for number in range(6):
                expected = 2 * (share * ground * (codes == number)).sum(axis=(1, 2))
                np.testing.assert_allclose(found[:, number], expected, rtol=1e-12)
