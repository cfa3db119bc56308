"""Areas of classes add up to their zone, whatever the raster is."""

import tracemalloc

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import shapely
from affine import Affine
from hypothesis import given
from hypothesis import strategies as st
from raster_samples import CRS, GRID, METRES, PROJECTED, cut_cells, flower, saved
from samples import frame

from geozone.errors import ConservationError, DataError, UsageError
from geozone.model import LayerSource
from geozone.overlay.losses import decided, told
from geozone.overlay.plane import area_km2, from_plane, to_plane
from geozone.raster import zonal
from geozone.raster.opening import Raster
from geozone.raster.shares import class_areas, zonal_shares

ZONES = frame(
    flower(115.6, 38.6, 1.3),
    shapely.box(116.003, 39.0071, 116.5, 39.333),  # level edges inside rows of cells
    shapely.box(115.0, 40.0, 116.0, 41.0),  # reaches beyond the raster
    shapely.box(116.7042, 39.4042, 116.7058, 39.4058),  # inside one cell
    shapely.box(130, 10, 131, 11),  # elsewhere
    code=list("abcde"),
)


def classes(low=1, high=5, seed=1):
    return np.random.default_rng(seed).integers(low, high, (200, 260)).astype(np.uint8)


def area_of(table, code, value):
    rows = table[(table.code == code) & (table.value.isna() if value is None else table.value == value)]
    return float(rows.area_km2.sum())


def test_rows_add_up_to_the_zone_and_equal_cells_cut_by_geos():
    values = classes()
    table = class_areas((values, GRID), ZONES, crs=CRS, nodata=2)
    assert table.columns.to_list() == ["code", "value", "area_km2"]
    sums = table.groupby("code").area_km2.sum()
    np.testing.assert_allclose(sums, area_km2(ZONES), rtol=1e-12)
    for code, zone in zip(ZONES.code, ZONES.geometry, strict=True):
        areas = cut_cells(values, zone)
        for value in (1, 3, 4):
            assert area_of(table, code, value) == pytest.approx(
                areas[values.ravel() == value].sum(), rel=1e-9
            )
    assert area_of(table, "c", None) > area_km2(ZONES)[2] / 2  # beyond the raster, and what it hides
    assert table[table.code == "e"].value.isna().all()
    assert (table.area_km2 > 0).all()


def test_one_class_has_the_area_of_its_box():
    # a class that fills whole degrees has the area of the trapezoids of 国土调查办发〔2008〕32号
    values = np.ones((10, 20), dtype=np.uint8)
    values[:, 10:] = 2
    table = class_areas(
        (values, Affine(0.1, 0, 116, 0, -0.1, 40)), frame(shapely.box(116, 39, 118, 40), code=["z"]), crs=CRS
    )
    assert table.value.to_list() == [1, 2]
    np.testing.assert_allclose(table.area_km2, [9549.52009396] * 2, rtol=1e-11)


@pytest.mark.parametrize("cell", [4000, 20_000])
def test_cells_of_a_projected_raster_add_up_to_the_zone(cell):
    size = 200_000 // cell
    values = np.random.default_rng(2).integers(1, 4, (size, size)).astype(np.uint8)
    zones = frame(flower(116.1, 38.5, 1.1), shapely.box(117.0, 38.2, 117.3, 38.5), code=["a", "b"])
    transform = Affine(cell, 0, METRES.c, 0, -cell, METRES.f)
    table = class_areas((values, transform), zones, crs=PROJECTED)
    assert table.value.notna().all()
    np.testing.assert_allclose(table.groupby("code").area_km2.sum(), area_km2(zones), rtol=1e-12)
    for code, zone in zip(zones.code, zones.geometry, strict=True):
        areas = cut_cells(values, zone, transform, PROJECTED)
        for value in (1, 2, 3):
            expected = areas[values.ravel() == value].sum()
            assert area_of(table, code, value) == pytest.approx(expected, rel=cell * 2e-8)


def test_a_projected_raster_whose_border_runs_through_a_zone_leaves_the_rest_without_data():
    values, transform = np.ones((20, 20), dtype=np.uint8), METRES @ Affine.scale(2)
    zone = frame(flower(115.2, 38.9, 1.3), code=["a"])
    table = class_areas((values, transform), zone, crs=PROJECTED)
    areas = cut_cells(values, zone.geometry[0], transform, PROJECTED)
    assert area_of(table, "a", 1) == pytest.approx(areas.sum(), rel=1e-8)
    assert table.area_km2.sum() == pytest.approx(area_km2(zone)[0], rel=1e-12)


@given(
    corner=st.tuples(st.floats(115.0, 118.0), st.floats(38.0, 40.4)),
    size=st.floats(1e-4, 1.5),
    hidden=st.integers(0, 4),
)
def test_rows_add_up_wherever_a_zone_lies(corner, size, hidden):
    zone = frame(flower(*corner, size), code=["z"])
    table = class_areas((classes(), GRID), zone, crs=CRS, nodata=hidden)
    assert table.area_km2.sum() == pytest.approx(area_km2(zone)[0], rel=1e-11)
    assert (table.area_km2 > 0).all()


def test_zones_are_cut_to_a_layer_whose_areas_overlap():
    values = classes()
    water = gpd.GeoSeries(
        [
            shapely.box(116, 39, 116.4, 39.5),
            shapely.box(116.2, 39.2, 116.6, 39.8),
            shapely.box(90, 30, 91, 31),
        ],
        crs=CRS,
    )
    table = class_areas((values, GRID), ZONES, crs=CRS, of=water)
    ground = shapely.union_all(to_plane(water))
    inside = from_plane(shapely.intersection(to_plane(ZONES.geometry[:2]), ground))
    assert set(table.code) == {"a", "b"}
    for code, part in zip("ab", inside, strict=True):
        rows = table[table.code == code]
        assert rows.area_km2.sum() == pytest.approx(area_km2([part], CRS)[0], rel=1e-9)
        areas = cut_cells(values, part)
        assert area_of(table, code, 3) == pytest.approx(areas[values.ravel() == 3].sum(), rel=1e-9)


def test_what_of_that_layer_counts_for_nothing_is_told():
    lines = gpd.GeoSeries([shapely.LineString([(116, 39), (117, 40)])], crs=CRS)
    table = class_areas((classes(), GRID), ZONES, crs=CRS, of=lines)
    assert table.empty
    assert [finding.kind for finding in told(table)][:1] == ["no_areas"]


def test_decisions_and_findings_of_the_raster_are_told(tmp_path):
    path = saved(
        tmp_path / "地类.tif", classes(0, 5)[::-1], transform=GRID @ Affine(1, 0, 0, 0, -1, 200), crs=None
    )
    table = class_areas(path, ZONES)
    assert {"rows", "crs"} <= {decision.kind for _, decision in decided(table)}
    assert {name for name, _ in decided(table)} == {"地类"}
    assert {"crs_inferred_degrees", "class_fill"} <= {finding.kind for finding in told(table)}
    np.testing.assert_allclose(
        table.area_km2, class_areas((classes(0, 5), GRID), ZONES, crs=CRS).area_km2, rtol=1e-12
    )


def halves(tmp_path, values, overlap=0, **options):
    left = saved(tmp_path / "left.tif", values[:, : 130 + overlap], **options)
    right = saved(
        tmp_path / "right.tif", values[:, 130:], transform=GRID @ Affine.translation(130, 0), **options
    )
    return [left, right]


@pytest.mark.parametrize("as_sources", [False, True])
def test_files_side_by_side_count_as_one(tmp_path, as_sources):
    values = classes()
    files = halves(tmp_path, values, nodata=2)
    given_files = [LayerSource(path) for path in files] if as_sources else files
    table = class_areas(given_files, ZONES)
    whole = class_areas((values, GRID), ZONES, crs=CRS, nodata=2)
    assert table.drop(columns="area_km2").equals(whole.drop(columns="area_km2"))
    np.testing.assert_allclose(table.area_km2, whole.area_km2, rtol=1e-9)
    assert not told(table)
    shares = zonal_shares(files, ZONES.iloc[[0, 1]], by="code")
    np.testing.assert_allclose(
        shares, zonal_shares((values, GRID), ZONES.iloc[[0, 1]], by="code", crs=CRS, nodata=2), rtol=1e-9
    )


def test_an_edge_that_two_files_share_counts_once_and_is_told(tmp_path):
    table = class_areas(halves(tmp_path, classes(), overlap=1, nodata=2), ZONES)
    assert [finding.kind for finding in told(table)] == ["tiles_edge"]
    whole = class_areas((classes(), GRID), ZONES, crs=CRS, nodata=2)
    np.testing.assert_allclose(table.area_km2, whole.area_km2, rtol=1e-9)


def test_files_that_overlap_are_refused_by_name(tmp_path):
    with pytest.raises(DataError) as caught:
        class_areas(halves(tmp_path, classes(), overlap=20, nodata=2), ZONES)
    assert caught.value.message.key == "raster.tiles_overlap"
    assert "left.tif" in str(caught.value)
    assert "right.tif" in str(caught.value)
    with pytest.raises(UsageError):
        class_areas([], ZONES)


def test_cells_that_do_not_make_up_their_ground_are_an_error():
    ground = np.array([1e6, 1e6])
    factors = zonal.closed(np.array([9e5, 1e6]), np.array([1.001e5, 0]), ground, np.array([4e3, 4e3]))
    np.testing.assert_allclose(9e5 * factors[0][0] + 1.001e5 * factors[1][0], 1e6, rtol=1e-15)
    with pytest.raises(ConservationError):
        zonal.closed(np.array([9e5, 9e5]), np.array([1e5, 0]), ground, np.array([4e3, 4e3]))


def written(path, side):
    """Write a tiled raster of `side` squared cells over one degree."""
    transform = rasterio.transform.from_bounds(116, 39, 117, 40, side, side)
    with rasterio.open(
        path, "w", driver="GTiff", count=1, height=side, width=side, dtype="uint8", crs=CRS, nodata=0,
        transform=transform, tiled=True, blockxsize=128, blockysize=128, compress="deflate",
    ) as file:  # fmt: skip
        file.write(np.tile(np.array([[1, 2], [3, 1]], dtype=np.uint8), (side // 2, side // 2)), 1)
    return path


def test_memory_does_not_grow_with_the_raster(tmp_path, monkeypatch):
    monkeypatch.setattr(zonal, "PIXELS", 1 << 16)
    monkeypatch.setattr(zonal, "_WIDE", 256)
    zone = frame(shapely.box(116.001, 39.001, 116.999, 39.999), code=["z"])
    peaks = []
    for side in (512, 3072):
        path = written(tmp_path / f"{side}.tif", side)
        class_areas(path, zone)  # what is loaded and compiled once is no matter of size
        tracemalloc.start()
        table = class_areas(path, zone)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert table.area_km2.sum() == pytest.approx(area_km2(zone)[0], rel=1e-12)
        assert area_of(table, "z", 1) == pytest.approx(area_km2(zone)[0] / 2, rel=1e-2)
    assert peaks[1] - peaks[0] < 3072**2 / 10  # bytes; the second raster has nine million


def test_only_windows_that_zones_reach_are_read(tmp_path, monkeypatch):
    read = []
    whole = Raster.stored

    def counted(raster, rows, columns):
        read.append((rows[1] - rows[0], columns[1] - columns[0]))
        return whole(raster, rows, columns)

    monkeypatch.setattr(zonal, "PIXELS", 1 << 14)
    monkeypatch.setattr(zonal, "_WIDE", 128)
    monkeypatch.setattr(Raster, "stored", counted)
    zones = frame(
        shapely.box(116.01, 39.95, 116.02, 39.96), shapely.box(116.9, 39.01, 116.91, 39.02), code=["a", "b"]
    )
    class_areas(written(tmp_path / "a.tif", 1024), zones)
    assert 2 <= len(read) <= 4
    assert max(tall * wide for tall, wide in read) <= 1 << 14
