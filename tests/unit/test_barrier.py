"""The relief rule on grounds whose barrier is known in closed form."""

import warnings

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import shapely
from pyproj import Geod
from rasterio import Affine

from geozone.errors import GeozoneWarning, InputError, UsageError
from geozone.model import CRS
from geozone.overlay.plane import area_km2
from geozone.terrain import elevation
from geozone.terrain.barrier import barrier
from geozone.terrain.continuity import connected_area, continuity

CELL = 1 / 120
WEST, NORTH = 116.0, 41.0
TRANSFORM = Affine(CELL, 0, WEST, 0, -CELL, NORTH)
SHAPE = (180, 180)
KM_NORTH = 111.04  # a degree of latitude at 40° N
KM_EAST = 85.39  # a degree of longitude at 40° N
ZONE = gpd.GeoDataFrame(geometry=[shapely.box(116.2, 39.7, 117.3, 40.8)], crs=CRS)


def ground():
    """Return easting and northing in km of every cell centre, from the middle of the zone."""
    columns, rows = np.meshgrid(np.arange(SHAPE[1]) + 0.5, np.arange(SHAPE[0]) + 0.5)
    longitude, latitude = WEST + columns * CELL, NORTH - rows * CELL
    return (longitude - 116.75) * np.cos(np.radians(latitude)) * 111.32, (latitude - 40.25) * KM_NORTH


def plateau_with(east, north, half):
    """A table mountain of 500 m whose half side is given in km."""
    return 500.0 * ((np.abs(east) <= half) & (np.abs(north) <= half))


def patch(*bounds):
    return shapely.box(*bounds)


def layer(*geometries, crs=CRS):
    return gpd.GeoDataFrame(geometry=list(geometries), crs=crs)


def test_flat_ground_has_no_barrier_however_high():
    for height in (0.0, 4000.0):
        found = barrier((np.full(SHAPE, height), TRANSFORM), ZONE)
        assert len(found) == 0
        assert continuity(found) == 0


def test_a_step_gives_a_band_of_twice_the_radius():
    east, _ = ground()
    found = barrier((np.where(east > 0, 300.0, 0.0), TRANSFORM), ZONE, patch_km2=1, hole_km2=1)
    assert len(found) == 1
    band = shapely.bounds(found.geometry.iloc[0])
    length = 1.1 * KM_NORTH
    width = found.area_km2.iloc[0] / length
    # within 3 km on either side, to one cell of 1 km at each edge
    assert 6 <= width <= 8
    assert (band[0] + band[2]) / 2 == pytest.approx(116.75, abs=0.01)


def test_a_table_mountain_is_a_ring_whose_large_inside_stays_open():
    east, north = ground()
    dem = (plateau_with(east, north, 20), TRANSFORM)
    ring = barrier(dem, ZONE, hole_km2=10).geometry.iloc[0]
    assert len(ring.interiors) == 1
    hole = area_km2([shapely.Polygon(ring.interiors[0])], CRS)[0]
    assert hole == pytest.approx((40 - 2 * 3) ** 2, rel=0.08)
    filled = barrier(dem, ZONE, hole_km2=2000).geometry.iloc[0]
    assert len(filled.interiors) == 0
    assert area_km2([filled], CRS)[0] == pytest.approx((40 + 2 * 3) ** 2, rel=0.05)


def test_a_cone_too_gentle_for_the_threshold_is_no_barrier():
    east, north = ground()
    distance = np.hypot(east, north)
    # the relief within 3 km of a cone is 6 km times its slope
    for slope, rugged in ((10.0, False), (25.0, True)):
        found = barrier((np.maximum(0, (25 - distance) * slope), TRANSFORM), ZONE)
        assert (len(found) == 1) is rugged
    assert found.area_km2.iloc[0] == pytest.approx(np.pi * 25**2, rel=0.2)


@pytest.mark.parametrize("relief", [50.0, 100.0, 200.0])
def test_a_higher_threshold_never_adds_ground(relief):
    generator = np.random.default_rng(7)
    coarse = generator.uniform(0, 600, (19, 19))
    dem = (np.kron(coarse, np.ones((10, 10)))[: SHAPE[0], : SHAPE[1]], TRANSFORM)
    lower = barrier(dem, ZONE, relief_m=relief, patch_km2=1, hole_km2=1)
    higher = barrier(dem, ZONE, relief_m=relief + 100, patch_km2=1, hole_km2=1)
    assert higher.area_km2.sum() <= lower.area_km2.sum() + 1e-6
    outside = shapely.difference(shapely.union_all(lower.geometry.array), ZONE.geometry.iloc[0])
    assert outside.area < 1e-9


def test_a_high_wide_plateau_is_taken_out_only_where_the_caller_says():
    east, north = ground()
    rough = 1500 + 150.0 * ((np.round(east / 4) + np.round(north / 4)) % 2)
    dem = (rough, TRANSFORM)
    whole = barrier(dem, ZONE)
    west = layer(patch(116.2, 39.7, 116.75, 40.8))
    east_half = barrier(dem, ZONE, plateau=west)
    assert whole.area_km2.sum() == pytest.approx(area_km2(ZONE.geometry, CRS)[0], rel=0.01)
    assert east_half.area_km2.sum() == pytest.approx(whole.area_km2.sum() / 2, rel=0.05)
    assert barrier(dem, ZONE, plateau=west, plateau_m=1700).area_km2.sum() == whole.area_km2.sum()


def test_a_file_and_an_array_give_the_same(tmp_path):
    east, north = ground()
    cells = plateau_with(east, north, 10).astype("int16")
    path = tmp_path / "dem.tif"
    profile = {"driver": "GTiff", "dtype": "int16", "count": 1, "height": SHAPE[0], "width": SHAPE[1]}
    with rasterio.open(path, "w", **profile, crs=CRS, transform=TRANSFORM, nodata=-999) as target:
        target.write(cells, 1)
    from_file = barrier(path, ZONE)
    with rasterio.open(path) as opened:
        from_dataset = barrier(opened, ZONE)
    from_array = barrier((cells, TRANSFORM), ZONE)
    assert from_file.area_km2.tolist() == from_array.area_km2.tolist() == from_dataset.area_km2.tolist()


def test_missing_elevation_counts_as_sea_level(tmp_path):
    east, _ = ground()
    cells = np.where(east > 0, 300, -999).astype("int16")
    path = tmp_path / "coast.tif"
    profile = {"driver": "GTiff", "dtype": "int16", "count": 1, "height": SHAPE[0], "width": SHAPE[1]}
    with rasterio.open(path, "w", **profile, crs=CRS, transform=TRANSFORM, nodata=-999) as target:
        target.write(cells, 1)
    known = barrier((np.where(east > 0, 300.0, 0.0), TRANSFORM), ZONE)
    assert barrier(path, ZONE).area_km2.sum() == pytest.approx(known.area_km2.sum(), rel=0.1)


def test_what_cannot_be_computed_is_told(tmp_path):
    dem = (np.zeros(SHAPE), TRANSFORM)
    with pytest.raises(InputError) as missing:
        barrier(tmp_path / "none.tif", ZONE)
    assert missing.value.message.key == "terrain.dem_unreadable"
    with pytest.raises(InputError) as elsewhere:
        barrier(dem, layer(patch(100, 20, 101, 21)))
    assert elsewhere.value.message.key == "terrain.dem_misses_zones"
    with pytest.raises(UsageError) as unknown:
        barrier(dem, layer(patch(116, 40, 117, 41), crs=None))
    assert unknown.value.message.key == "terrain.zones_without_crs"
    with pytest.raises(UsageError) as negative:
        barrier(dem, ZONE, radius_m=-1)
    assert negative.value.message.key == "terrain.not_positive"
    with pytest.raises(UsageError):
        continuity(layer(patch(116, 40, 117, 41)), reach_m=0)


def test_continuity_is_the_share_of_the_largest_connected_part():
    large, small = patch(116, 40, 116.6, 40.5), patch(117, 40, 117.3, 40.5)
    assert continuity(layer(large, small)) == pytest.approx(2 / 3, rel=1e-9)
    assert connected_area(layer(large, small)) == pytest.approx(
        (area_km2([large], CRS)[0], area_km2([large, small], CRS).sum())
    )
    assert continuity(layer(large)) == 1
    assert continuity(layer(large, large)) == 1
    # 0.4° lie between them, 34 km
    assert continuity(layer(large, small), reach_m=36_000) == 1
    chain = [patch(116 + 0.1 * step, 40, 116.095 + 0.1 * step, 40.1) for step in range(8)]
    assert continuity(layer(*chain)) == pytest.approx(1)
    assert continuity(layer(*chain), reach_m=100) == pytest.approx(1 / 8, rel=1e-6)


def written(path, cells, *, bands=None, scale=None, unit=None, mask=None, **more):
    bands = [cells] if bands is None else bands
    profile = {"driver": "GTiff", "count": len(bands), "height": cells.shape[0], "width": cells.shape[1]}
    profile |= {"crs": CRS, "transform": TRANSFORM, "dtype": cells.dtype.name} | more
    with rasterio.open(path, "w", **profile) as target:
        if scale:
            target.scales, target.offsets = ([number] for number in scale)
        if unit:
            target.units = [unit]
        target.write(np.stack(bands))
        if mask is not None:
            target.write_mask(mask)
    return path


@pytest.mark.parametrize(
    "way",
    ["-9999", "-32768", "65535", "-3.4e38", "nan", "mask", "scaled", "feet", "south up", "masked array"],
)
def test_the_barrier_is_the_same_however_the_file_keeps_the_elevation(tmp_path, way):
    east, north = ground()
    cells = plateau_with(east, north, 12).astype("float32")
    void = east > 30  # beyond the zone's relief, so that only a fill could make a difference
    known = barrier((np.where(void, np.nan, cells), TRANSFORM), ZONE).area_km2.tolist()
    assert known
    path, filled = tmp_path / "dem.tif", np.where(void, 0, cells)
    told = None
    match way:
        case "-9999" | "-32768" | "65535" | "-3.4e38":
            kind = {"65535": "uint16", "-3.4e38": "float32"}.get(way, "int16")
            written(path, np.where(void, float(way), cells).astype(kind))
            told = "nodata"
        case "nan":
            written(path, np.where(void, np.nan, cells).astype("float32"))
        case "mask":
            written(path, np.where(void, 7000, cells).astype("float32"), mask=~void)
        case "scaled":
            written(path, (filled / 2 + 50).astype("int16"), scale=(2.0, -100.0))
        case "feet":
            written(path, (filled / np.float32(0.3048)), unit="ft")
            told = "are in ft"
        case "south up":
            turned = TRANSFORM @ Affine(1, 0, 0, 0, -1, SHAPE[0])
            written(path, filled[::-1].astype("float32"), transform=turned)
        case "masked array":
            path = (np.ma.masked_array(filled, void), TRANSFORM)
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        found = barrier(path, ZONE).area_km2.tolist()
    assert found == pytest.approx(known, rel=1e-3)
    words = [str(item.message) for item in said if item.category is GeozoneWarning]
    assert [told in word for word in words if "have no elevation" not in word] == ([True] if told else [])


def test_a_fine_elevation_model_is_read_part_by_part(tmp_path, monkeypatch):
    east, north = ground()
    cells = plateau_with(east, north, 12).astype("int16")
    fine = np.kron(cells, np.ones((4, 4), dtype="int16"))
    path = written(
        tmp_path / "fine.tif", fine, transform=TRANSFORM @ Affine.scale(0.25), nodata=-1, tiled=True
    )
    whole = barrier(path, ZONE)
    monkeypatch.setattr(elevation, "_AT_ONCE", 200 * 200)
    parts = barrier(path, ZONE)
    assert parts.area_km2.sum() == pytest.approx(whole.area_km2.sum(), rel=0.01)
    assert whole.area_km2.sum() > 0


def test_ground_without_elevation_is_told():
    east, _ = ground()
    with pytest.warns(GeozoneWarning, match=r"have no elevation.*没有高程"):
        barrier((np.where(east > 0, 0.0, np.nan), TRANSFORM), ZONE)


def test_elevations_in_an_unknown_unit_are_told(tmp_path):
    with pytest.warns(GeozoneWarning, match="furlong"):
        barrier(written(tmp_path / "dem.tif", np.zeros(SHAPE, dtype="int16"), unit="furlong"), ZONE)


def test_bands_beside_the_first_are_told(tmp_path):
    flat = np.zeros(SHAPE, dtype="int16")
    with pytest.warns(GeozoneWarning, match="2 bands"):
        barrier(written(tmp_path / "dem.tif", flat, bands=[flat, flat + 1]), ZONE)


@pytest.mark.parametrize("south", [22.0, 31.0, 41.0])
def test_continuity_does_not_depend_on_where_the_cells_of_a_plane_fell(south):
    # one cell of 1 km lies between the patches, which the plane of the rule shows a little short or long
    gap = Geod(ellps="GRS80").fwd(116.0, south, 90, 1000.05)[0] - 116.0
    west = patch(115, south - 0.1, 116, south)
    for far, share in ((gap, 0.5), (gap - 2e-6, 1.0)):
        east = patch(116 + far, south - 0.1, 117 + far, south)
        assert continuity(layer(west, east)) == pytest.approx(share, rel=1e-3)


def test_what_the_file_leaves_open_can_be_told(tmp_path):
    east, north = ground()
    cells = plateau_with(east, north, 12).astype("int16")
    known = barrier((cells, TRANSFORM), ZONE).area_km2.tolist()
    void = np.where(east > 30, 1234, cells).astype("int16")
    silent = written(tmp_path / "dem.tif", void, bands=[void * 0, void], crs=None)
    assert barrier(silent, ZONE, crs=CRS, band=2, nodata=1234).area_km2.tolist() == pytest.approx(
        known, rel=1e-3
    )


@pytest.mark.parametrize(("fill", "kind"), [(-99, "int16"), (255, "uint8"), (-1, "int16"), (6000, "int16")])
def test_a_value_apart_from_all_others_is_told(tmp_path, fill, kind):
    east, north = ground()
    slope = np.clip(100 + east + north / 3, 60, 200)
    cells = np.where(east < -40, fill, slope).astype(kind)
    with pytest.warns(GeozoneWarning, match=f"hold {fill} .*nodata"):
        barrier(written(tmp_path / "dem.tif", cells), ZONE)


@pytest.mark.filterwarnings("error::geozone.errors.GeozoneWarning")
def test_sound_elevation_is_not_suspected():
    east, north = ground()
    coast = np.clip(east * 20, 0, 1500)  # half of it sea
    barrier((coast, TRANSFORM), ZONE)
    barrier((plateau_with(east, north, 20), TRANSFORM), ZONE)


@pytest.mark.parametrize(
    ("kind", "more", "told"),
    [
        ("uint8", {}, True),
        ("uint8", {"unit": "m"}, False),
        ("uint8", {"scale": (20, 0)}, False),
        ("int16", {}, False),
    ],
)
def test_bytes_without_a_unit_are_told_since_a_hillshade_is_of_such(tmp_path, kind, more, told):
    east, north = ground()
    cells = np.clip(100 + east + north / 3, 0, 255).astype(kind)
    with elevation.open_elevation(written(tmp_path / "dem.tif", cells, **more)) as found:
        assert ("dem_bytes" in {one.kind for one in found.findings}) is told
