"""Rules other than the relief, and what they see of an elevation model, on grounds that are known in closed form."""

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import shapely
from rasterio import Affine
from rasterio.env import get_gdal_config

from geozone.errors import UsageError
from geozone.model import CRS
from geozone.overlay.cells import cell_areas_by_row, cell_sides
from geozone.overlay.plane import area_km2
from geozone.raster.opening import Raster
from geozone.terrain import Kapos, Relief, Slope, sampling
from geozone.terrain.barrier import barrier
from geozone.terrain.cells import grid_over
from geozone.terrain.compiled import slopes
from geozone.terrain.elevation import open_elevation
from geozone.terrain.rules import Ground
from geozone.terrain.sampling import sample

WEST, NORTH = 116.0, 41.0
ZONE = gpd.GeoDataFrame(geometry=[shapely.box(116.4, 40.1, 117.0, 40.6)], crs=CRS)
MERCATOR = "EPSG:3857"


def tilted(pixels, degrees, towards="north"):
    """Return an array in degrees, of so many pixels a degree, that rises by so many degrees everywhere."""
    rows = np.arange(int(1.5 * pixels)) + 0.5
    columns = np.arange(int(1.5 * pixels)) + 0.5
    latitudes = NORTH - rows / pixels
    wide, high = cell_sides(latitudes, 1 / pixels, 1 / pixels)
    rise = np.tan(np.radians(degrees))
    if towards == "north":
        heights = np.cumsum(high)[::-1][:, None] * rise * np.ones(len(columns))
    else:
        heights = np.outer(wide * rise, columns)
    return heights % 8000.0, Affine(1 / pixels, 0, WEST, 0, -1 / pixels, NORTH)


def sampled(dem, *, crs=None, zone=ZONE, **options):
    grid = grid_over(zone, 0.0)
    with open_elevation(dem, crs) as source:
        return grid, sample(source, grid, **options)


def file_of(path, heights, transform, crs=CRS, **options):
    profile = {"driver": "GTiff", "dtype": "float32", "count": 1, "crs": crs, "transform": transform}
    with rasterio.open(
        path, "w", height=heights.shape[0], width=heights.shape[1], **profile, **options
    ) as file:
        file.write(heights.astype("float32"), 1)
    return path


def test_the_sides_of_a_cell_give_its_area():
    lines = np.linspace(41, 22, 200)
    wide, high = cell_sides((lines[1:] + lines[:-1]) / 2, 0.01, lines[0] - lines[1])
    assert wide * high == pytest.approx(cell_areas_by_row(lines, 0.01), rel=1e-6)


@pytest.mark.parametrize("pixels", [120, 1200])
@pytest.mark.parametrize("degrees", [1.0, 2.5])
def test_a_plane_has_its_slope_everywhere(pixels, degrees):
    heights, transform = tilted(pixels, degrees)
    _, (_, slopes) = sampled((heights, transform), slope=True)
    assert np.median(slopes) == pytest.approx(degrees, rel=1e-3)
    _, (_, coarse) = sampled((heights, transform), slope=True, slope_at_m=1000.0)
    assert np.median(coarse) == pytest.approx(degrees, rel=1e-3)


def test_a_plane_that_rises_to_the_east_has_the_same_slope_in_every_plane(tmp_path):
    heights, transform = tilted(240, 1.0, "east")
    _, (_, known) = sampled((heights, transform), slope=True)
    grid, _ = sampled((heights, transform))
    with rasterio.open(file_of(tmp_path / "degrees.tif", heights, transform)) as file:
        turned, size = np.full((500, 500), np.nan), 400.0
        west, north = 12_913_060.0 + 20_000, 5_012_000.0
        place = Affine(size, 0, west, 0, -size, north)
        rasterio.warp.reproject(
            rasterio.band(file, 1),
            turned,
            dst_transform=place,
            dst_crs=MERCATOR,
            resampling=1,
            dst_nodata=np.nan,
        )
    stretched = file_of(tmp_path / "mercator.tif", turned, place, MERCATOR)
    _, (_, found) = sampled(stretched, slope=True)
    inside = slice(5, -5), slice(5, -5)
    assert np.median(known[inside]) == pytest.approx(1.0, rel=2e-3)
    # by the stretch of the plane it would be less by a quarter
    assert np.nanmedian(found[inside]) == pytest.approx(1.0, rel=1e-2)
    assert grid.shape == known.shape


def test_a_cell_has_the_mean_of_the_pixels_in_it(tmp_path):
    grid = grid_over(ZONE, 0.0)
    generator = np.random.default_rng(5)
    fine = generator.uniform(0, 3000, (grid.shape[0] * 10, grid.shape[1] * 10))
    fine[:10, :10] = np.nan
    fine[10:20, 10:15] = np.nan
    path = file_of(tmp_path / "fine.tif", fine, grid.transform @ Affine.scale(0.1), grid.crs)
    _, (heights, slopes) = sampled(path)
    assert slopes is None
    blocks = fine.astype("float32").astype(float).reshape(grid.shape[0], 10, grid.shape[1], 10)
    sums, counts = np.nansum(blocks, axis=(1, 3)), np.isfinite(blocks).sum(axis=(1, 3))
    known = sums / np.where(counts > 0, counts, np.nan)
    assert heights == pytest.approx(known, rel=1e-9, nan_ok=True)
    assert np.isnan(heights[0, 0])


@pytest.mark.parametrize("slope_at_m", [None, 300.0, 1000.0])
def test_bands_and_stripes_change_nothing(tmp_path, monkeypatch, slope_at_m):
    generator = np.random.default_rng(9)
    rough = np.kron(generator.uniform(0, 900, (100, 100)), np.ones((15, 15)))
    transform = Affine(1e-3, 0, WEST, 0, -1e-3, NORTH)
    path = file_of(
        tmp_path / "rough.tif", rough, transform, tiled=True, blockxsize=128, blockysize=128, nodata=-1
    )
    _, whole = sampled((rough, transform), slope=True, slope_at_m=slope_at_m)
    monkeypatch.setattr(sampling, "_AT_ONCE", 1)
    monkeypatch.setattr(sampling, "_WIDEST", 1)
    _, parts = sampled(path, slope=True, slope_at_m=slope_at_m)
    assert parts[0] == pytest.approx(whole[0], rel=1e-5)
    assert parts[1] == pytest.approx(whole[1], rel=1e-4)


def test_slopes_are_those_of_horn_with_neighbours_that_are_missing_as_high_as_the_middle():
    generator = np.random.default_rng(2)
    heights = generator.uniform(0, 400, (40, 30)).astype("float32")
    heights[8, 8] = heights[20:25, 3:9] = np.nan
    wide, high = np.linspace(20, 30, 38), np.full(38, 25.0)
    found = slopes(heights, wide, high)
    padded = np.pad(heights, ((0, 0), (1, 1)), constant_values=np.nan).astype(float)
    for row in range(38):
        for column in range(30):
            around = padded[row : row + 3, column : column + 3]
            around = np.where(np.isnan(around), around[1, 1], around)
            east = ((around[:, 2] - around[:, 0]) * (1, 2, 1)).sum() / 8 / wide[row]
            south = ((around[2] - around[0]) * (1, 2, 1)).sum() / 8 / high[row]
            known = np.degrees(np.arctan(np.hypot(east, south))) if np.isfinite(around[1, 1]) else np.nan
            assert found[row, column] == pytest.approx(known, abs=1e-5, nan_ok=True)


@pytest.mark.parametrize("rule", [Relief(), Slope()])
def test_no_pixel_of_a_fine_model_is_read_twice_and_few_at_a_time(tmp_path, monkeypatch, rule):
    heights = np.random.default_rng(1).uniform(0, 500, (1500, 1500))
    transform = Affine(1e-3, 0, WEST, 0, -1e-3, NORTH)
    path = file_of(tmp_path / "fine.tif", heights, transform, tiled=True, blockxsize=128, blockysize=128)
    read, stored = [], Raster.stored

    def noted(raster, rows, columns=None, shape=None):
        read.append((rows, columns))
        return stored(raster, rows, columns, shape)

    monkeypatch.setattr(Raster, "stored", noted)
    monkeypatch.setattr(sampling, "_AT_ONCE", 1)
    barrier(path, ZONE, rule=rule, patch_km2=1)
    times = np.zeros(heights.shape, int)
    for rows, columns in read:
        times[slice(*rows), slice(*columns)] += 1
        assert (rows[1] - rows[0]) * (columns[1] - columns[0]) <= 128 * heights.shape[1]
    assert times.max() == 1
    assert times[400:900, 400:1000].min() == 1


def test_gdal_keeps_as_many_blocks_afterwards_as_before():
    with rasterio.Env():
        before = get_gdal_config("GDAL_CACHEMAX")
        sampled((np.zeros((1500, 1500)), Affine(1e-3, 0, WEST, 0, -1e-3, NORTH)))
        assert get_gdal_config("GDAL_CACHEMAX") == before


def test_ground_beside_a_void_is_no_cliff():
    heights = np.full((180, 180), 1500.0)
    heights[80:100, 80:100] = np.nan
    _, (_, slopes) = sampled((heights, Affine(1 / 120, 0, WEST, 0, -1 / 120, NORTH)), slope=True)
    assert np.nanmax(slopes) == 0


def test_a_slope_makes_a_barrier_from_its_threshold_on():
    dem = tilted(120, 2.5)
    assert barrier(dem, ZONE, rule="slope", slope_deg=2.4).area_km2.sum() == pytest.approx(
        area_km2(ZONE.geometry, CRS)[0], rel=1e-3
    )
    assert barrier(dem, ZONE, rule=Slope(2.4)).area_km2.sum() > 0
    assert not len(barrier(dem, ZONE, rule="slope", slope_deg=2.6))


def test_finer_pixels_are_steeper_than_a_stated_resolution():
    heights = 20.0 * (np.indices((1500, 1500)).sum(axis=0) // 3 % 2)
    dem = heights, Affine(1e-3, 0, WEST, 0, -1e-3, NORTH)
    _, (_, fine) = sampled(dem, slope=True)
    _, (_, coarse) = sampled(dem, slope=True, slope_at_m=1000.0)
    assert np.median(fine) > 3
    assert np.median(coarse) < 0.3
    assert not len(barrier(dem, ZONE, rule="slope", slope_at_m=1000.0))
    assert len(barrier(dem, ZONE, rule="slope"))


@pytest.mark.parametrize(
    ("elevation", "slope", "rise", "expected"),
    [
        (4500, 0, 0, 1), (4499, 0, 0, 2), (3500, 0, 0, 2), (3499, 0, 0, 3), (2500, 0, 0, 3),
        (2499, 2.0, 0, 4), (2499, 1.9, 0, 0), (1500, 2.0, 0, 4), (1500, 1.9, 301, 0),
        (1499, 5.0, 0, 5), (1499, 4.9, 300, 0), (1499, 4.9, 301, 5), (1000, 0, 301, 5),
        (999, 0, 301, 6), (999, 9.0, 300, 0), (300, 0, 301, 6), (299, 9.0, 301, 0),
    ],
)  # fmt: skip
def test_the_classes_of_kapos_begin_where_the_definition_says(elevation, slope, rise, expected):
    heights = np.full((41, 41), float(elevation))
    heights[20, 27] = elevation - rise  # 7 cells off
    steep = np.zeros_like(heights)
    steep[20, 20] = slope
    assert Kapos().classes(Ground(heights, steep))[20, 20] == expected
    beyond = np.full_like(heights, float(elevation))
    beyond[20, 28] = elevation - rise  # 8 cells off: too far to count
    assert Kapos().classes(Ground(beyond, np.zeros_like(steep)))[20, 20] in {
        0,
        expected if elevation >= 2500 else 0,
    }


@pytest.mark.parametrize(("side", "expected"), [(4, 7), (5, 0)])
def test_small_basins_that_mountains_enclose_are_the_seventh_class(side, expected):
    heights, steep = np.full((40, 40), 1600.0), np.full((40, 40), 3.0)
    steep[10 : 10 + side, 10 : 10 + side] = 0.0
    steep[0:2, 0:2] = 0.0  # at the edge, not enclosed
    found = Kapos().classes(Ground(heights, steep))
    assert found[12, 12] == expected
    assert found[0, 0] == 0
    assert (Kapos().mountains(Ground(heights, steep))[12, 12]) == (expected == 7)


def test_kapos_gives_the_whole_of_a_high_tilted_ground_and_nothing_of_a_high_flat_one():
    heights = np.full((180, 180), 1700.0)
    flat = heights, Affine(1 / 120, 0, WEST, 0, -1 / 120, NORTH)
    assert not len(barrier(flat, ZONE, rule="kapos"))
    assert len(barrier(flat, ZONE, rule=Kapos(high_m=1200.0, top_m=1650.0))) == 1
    saw = 1600.0 + 60.0 * np.abs(np.arange(180) % 20 - 10)[:, None] * np.ones(180)
    assert len(barrier((saw, flat[1]), ZONE, rule="kapos")) == 1


def test_the_relief_is_what_is_used_unless_another_rule_is_asked_for():
    generator = np.random.default_rng(7)
    dem = (
        np.kron(generator.uniform(0, 600, (18, 18)), np.ones((10, 10))),
        Affine(1 / 120, 0, WEST, 0, -1 / 120, NORTH),
    )
    known = barrier(dem, ZONE)
    for options in ({"rule": "relief"}, {"rule": Relief()}, {"relief_m": 100.0, "radius_m": 3000.0}):
        assert barrier(dem, ZONE, **options).geometry.geom_equals(known.geometry).all()


def test_a_rule_that_is_not_there_and_a_number_that_it_has_not_are_refused():
    dem = np.zeros((180, 180)), Affine(1 / 120, 0, WEST, 0, -1 / 120, NORTH)
    for options, key in (
        ({"rule": "height"}, "no_such_rule"),
        ({"rule": "kapos", "relief_m": 50.0}, "no_such_number"),
        ({"slope_deg": 3.0}, "no_such_number"),
        ({"rule": Kapos(), "slope_deg": 3.0}, "no_such_number"),
        ({"rule": "slope", "slope_deg": 0.0}, "not_positive"),
        ({"rule": Kapos(range_m=-1.0)}, "not_positive"),
    ):
        with pytest.raises(UsageError) as refused:
            barrier(dem, ZONE, **options)
        assert refused.value.message.key == f"terrain.{key}"
