"""Means by area and by another raster are sums over exact parts of cells."""

import geopandas as gpd
import numpy as np
import pytest
import raster_samples
import rasterio
import shapely
from affine import Affine
from hypothesis import example, given, settings
from hypothesis import strategies as st
from raster_samples import CRS, PROJECTED, cells, flower
from samples import frame

import geozone
from geozone.errors import DataError, GeozoneWarning
from geozone.overlay.losses import decided, told
from geozone.overlay.plane import area_km2, to_plane
from geozone.raster.means import weighted_sums, zonal_means

GRID = Affine(0.03, 0, 115.5, 0, -0.03, 40.5)
SHAPE = (67, 87)  # to 118.11E, 38.49N
METRES = raster_samples.METRES @ Affine.scale(3)
ZONES = frame(
    flower(115.6, 38.6, 1.3),
    shapely.box(116.003, 39.0071, 116.5, 39.333),
    shapely.box(117.0, 40.0, 119.0, 41.0),  # reaches beyond the raster
    shapely.box(116.7042, 39.4042, 116.7058, 39.4058),  # inside one cell
    code=list("abcd"),
)


def values(seed=1, shape=SHAPE):
    return np.random.default_rng(seed).random(shape) * 50 + 1


def saved(path, x, transform=GRID, **options):
    return raster_samples.saved(path, x, transform=transform, **options)


def cut_cells(x, zone, transform=GRID, crs=CRS):
    return raster_samples.cut_cells(x, zone, transform, crs)


def both(value, weight, zone, *, crs=(CRS, CRS)):
    """Return sum, weight and missing of a zone from both rasters cut by GEOS."""
    polygon = to_plane(np.array([zone], dtype=object), CRS)[0]
    over, under = cells(*value, crs[0]), cells(*weight, crs[1])
    inside = shapely.intersection(under, polygon)
    some = np.flatnonzero(shapely.area(inside) > 0)
    people = weight[0].ravel()[some] / shapely.area(under)[some]
    one, two = shapely.STRtree(over).query(inside[some], predicate="intersects")
    parts = shapely.area(shapely.intersection(inside[some][one], over[two])) * people[one]
    x = value[0].ravel()[two]
    known = ~np.isnan(x) & ~np.isnan(people[one])
    total = np.nansum(shapely.area(inside)[some] * people)
    return (parts[known] * x[known]).sum(), parts[known].sum(), total - parts[known].sum()


def test_sums_by_area_equal_those_of_every_cell_cut_by_geos():
    x = values()
    x[20:27, 30:40] = np.nan
    table = weighted_sums((x, GRID), ZONES, crs=CRS)
    assert table.columns.to_list() == ["code", "sum", "weight", "missing"]
    np.testing.assert_allclose(table.weight + table.missing, area_km2(ZONES), rtol=1e-12)
    for row, zone in zip(table.itertuples(), ZONES.geometry, strict=True):
        areas, known = cut_cells(x, zone), ~np.isnan(x.ravel())
        assert row.sum == pytest.approx((areas * np.nan_to_num(x.ravel())).sum(), rel=1e-9)
        assert row.weight == pytest.approx(areas[known].sum(), rel=1e-9)
    assert table.missing[0] > 0
    assert table.missing[3] == 0


def test_a_plane_that_rises_by_the_column_has_the_mean_of_its_middle():
    # cells of one row have one area, so that the mean of 0, 1, ..., 9 is 4.5, and of the left half 2
    x = np.tile(np.arange(10.0), (10, 1))
    zones = frame(shapely.box(116, 39, 117, 40), shapely.box(116, 39, 116.5, 40), code=["all", "half"])
    means = zonal_means((x, Affine(0.1, 0, 116, 0, -0.1, 40)), zones, by="code", crs=CRS)
    assert means.columns.to_list() == ["zone_km2", "data_km2", "mean"]
    np.testing.assert_allclose(means["mean"], [4.5, 2.0], rtol=1e-12)
    np.testing.assert_allclose(means.data_km2, means.zone_km2, rtol=1e-12)


def test_people_of_a_cell_are_shared_out_by_area():
    # two concentrations side by side; 100 people in a cell that lies over both, a quarter of it over the second
    concentration = np.array([[10.0, 30.0]]), Affine(1, 0, 116, 0, -1, 40)
    people = np.array([[100.0]]), Affine(1, 0, 116.25, 0, -1, 40)
    zones = frame(shapely.box(116, 39, 118, 40), shapely.box(116, 39, 116.5, 40), code=["all", "west"])
    table = weighted_sums(concentration, zones, weight=people, crs=CRS)
    np.testing.assert_allclose(table["sum"], [75 * 10 + 25 * 30, 25 * 10], rtol=1e-12)
    np.testing.assert_allclose(table.weight, [100, 25], rtol=1e-12)
    np.testing.assert_allclose(table.missing, 0, atol=1e-9)
    means = zonal_means(concentration, zones, by="code", weight=people, crs=CRS)
    np.testing.assert_allclose(means["mean"], [15, 10], rtol=1e-12)


def test_the_weight_of_ground_without_a_value_is_missing():
    concentration = np.array([[10.0, np.nan]]), Affine(1, 0, 116, 0, -1, 40)
    people = np.array([[100.0, 50.0, 7.0]]), Affine(1, 0, 116, 0, -1, 40)
    zone = frame(shapely.box(116, 39, 119, 40), code=["z"])
    row = weighted_sums(concentration, zone, weight=people, crs=CRS).iloc[0]
    assert [row["sum"], row.weight, row.missing] == pytest.approx([1000, 100, 57], rel=1e-12)


FINER = Affine(0.0111, 0, 115.43, 0, -0.0087, 40.51)
COARSER = Affine(0.083, 0, 115.4, 0, -0.071, 40.6)


@pytest.mark.parametrize(
    ("transform", "shape"), [(FINER, (235, 250)), (COARSER, (32, 34)), (GRID, SHAPE)], ids=str
)
def test_weights_on_other_lines_equal_both_rasters_cut_by_geos(transform, shape):
    value, weight = (values(), GRID), (values(2, shape) * 100, transform)
    value[0][20:27, 30:40] = np.nan
    weight[0][: shape[0] // 3, : shape[1] // 3] = np.nan
    zones = ZONES.iloc[[0, 1, 3]]
    table = weighted_sums(value, zones, weight=weight, crs=CRS)
    for row, zone in zip(table.itertuples(), zones.geometry, strict=True):
        expected = both(value, weight, zone)
        assert [row.sum, row.weight] == pytest.approx(expected[:2], rel=1e-9)
        assert row.missing == pytest.approx(expected[2], rel=1e-6, abs=1e-9 * row.weight)


@pytest.mark.parametrize("swapped", [False, True])
@pytest.mark.parametrize("cell", [7300, 1900])
def test_weights_may_lie_in_another_crs(tmp_path, cell, swapped):
    size = 120_000 // cell
    zone = frame(flower(116.1, 38.9, 0.8), code=["z"])
    metric = values(2, (size, size)), Affine(cell, 0, METRES.c, 0, -cell, METRES.f)
    degrees = values(), GRID
    paths = [
        saved(tmp_path / "degrees.tif", degrees[0]),
        saved(tmp_path / "metric.tif", metric[0], crs=PROJECTED, transform=metric[1]),
    ]
    one, two = reversed(paths) if swapped else paths
    row = weighted_sums(one, zone, weight=two).iloc[0]
    rasters = (metric, degrees), (PROJECTED, CRS)
    expected = both(
        *(rasters[0] if swapped else rasters[0][::-1]),
        zone.geometry[0],
        crs=rasters[1] if swapped else rasters[1][::-1],
    )
    assert [row["sum"], row.weight] == pytest.approx(expected[:2], rel=1e-6)
    assert row.missing == 0


@settings(max_examples=15)
@given(
    corner=st.tuples(st.floats(115.0, 117.5), st.floats(38.2, 40.2)),
    size=st.floats(1e-3, 0.8),
    shift=st.tuples(st.floats(-1, 1), st.floats(-1, 1)),
)
@example(corner=(116.0, 38.25), size=0.5, shift=(0.0, -6.6e-7))
def test_a_constant_has_its_own_mean_and_no_weight_is_lost(corner, size, shift):
    zone = frame(flower(*corner, size), code=["z"])
    constant = np.full(SHAPE, 7.0), GRID
    weight = values(3), GRID @ Affine.translation(*shift)
    row = weighted_sums(constant, zone, weight=weight, crs=CRS).iloc[0]
    if row.weight > 0:
        assert row["sum"] / row.weight == pytest.approx(7, rel=1e-12)
    people = weighted_sums(weight, zone, crs=CRS)
    # lines that lie within a millionth of a cell of those of the other raster are the same lines
    held = weight[0], GRID if max(map(abs, shift)) < 1e-6 else weight[1]
    parts = cut_cells(held[0], zone.geometry[0], held[1]) / (shapely.area(cells(*held)) / 1e6)
    assert row.weight + row.missing == pytest.approx((parts * weight[0].ravel()).sum(), rel=1e-8, abs=1e-9)
    assert people.weight[0] + people.missing[0] == pytest.approx(area_km2(zone)[0], rel=1e-11)


def test_a_projected_raster_has_the_true_area_of_its_cells():
    x = values(4, (50, 50))
    zone = frame(flower(116.1, 38.7, 1.1), code=["z"])
    row = weighted_sums((x, METRES), zone, crs=PROJECTED).iloc[0]
    areas = cut_cells(x, zone.geometry[0], METRES, PROJECTED)
    assert row["sum"] == pytest.approx((areas * x.ravel()).sum(), rel=1e-7)
    assert row.weight == pytest.approx(area_km2(zone)[0], rel=1e-12)
    assert row.missing == 0


@pytest.mark.parametrize("way", ["scaled", "masked", "south up", "tiles"])
def test_means_are_the_same_however_the_raster_keeps_its_values(tmp_path, way):
    stored = np.random.default_rng(5).integers(1, 1000, SHAPE).astype(np.int16)
    expected = weighted_sums((stored * 0.1 - 5, GRID), ZONES, crs=CRS)
    options = {"scale": (0.1, -5.0), "nodata": -1}
    match way:
        case "scaled":
            found = weighted_sums(saved(tmp_path / "a.tif", stored, **options), ZONES)
            assert "scale" in {decision.kind for _, decision in decided(found)}
        case "masked":
            hidden = np.zeros(SHAPE, dtype=bool)
            hidden[:, :33] = True
            x = np.where(hidden, np.nan, stored * 0.1 - 5)
            expected = weighted_sums((x, GRID), ZONES, crs=CRS)
            found = weighted_sums(saved(tmp_path / "a.tif", stored, mask=~hidden, scale=(0.1, -5.0)), ZONES)
        case "south up":
            turned = GRID @ Affine(1, 0, 0, 0, -1, SHAPE[0])
            found = weighted_sums(saved(tmp_path / "a.tif", stored[::-1], transform=turned, **options), ZONES)
        case "tiles":
            parts = [
                saved(
                    tmp_path / f"{left}.tif",
                    stored[:, left : left + 29],
                    transform=GRID @ Affine.translation(left, 0),
                    **options,
                )
                for left in (0, 29, 58)
            ]
            found = weighted_sums(parts, ZONES)
            people = values(6), GRID @ Affine.translation(-0.3, 0.2)
            tiled = weighted_sums(parts, ZONES, weight=people, crs=CRS)
            whole = weighted_sums((stored * 0.1 - 5, GRID), ZONES, weight=people, crs=CRS)
            np.testing.assert_allclose(
                tiled.drop(columns="code"), whole.drop(columns="code"), rtol=1e-9, atol=1e-8
            )
    np.testing.assert_allclose(
        found.drop(columns="code"), expected.drop(columns="code"), rtol=1e-9, atol=1e-9
    )


@pytest.mark.parametrize(
    ("fill", "dtype"),
    [(-9999, "float32"), (-3.4e38, "float32"), (65535, "uint16"), (255, "uint8"), (-999, "int16")],
)
def test_fills_far_from_all_values_are_no_data_and_told(fill, dtype):
    x = np.random.default_rng(5).integers(1, 100, SHAPE).astype(dtype)
    x[:, 43:] = fill
    table = weighted_sums((x, GRID), ZONES, crs=CRS)
    declared = weighted_sums((x, GRID), ZONES, crs=CRS, nodata=fill)
    np.testing.assert_allclose(table.drop(columns="code"), declared.drop(columns="code"), rtol=1e-12)
    assert [finding.kind for finding in told(table)] == ["value_void" if fill < -1e20 else "value_left_out"]
    assert not told(declared)


def test_fills_near_to_other_values_count_and_are_told():
    x = np.random.default_rng(5).integers(20_000, 32_767, SHAPE).astype("int16")
    x[:, 43:] = 32767
    table = weighted_sums((x, GRID), ZONES, crs=CRS)
    assert [finding.kind for finding in told(table)] == ["value_fill"]
    areas = cut_cells(x, ZONES.geometry[0])
    assert table["sum"][0] == pytest.approx((areas * x.ravel()).sum(), rel=1e-9)


def test_values_on_both_sides_of_a_fill_are_not_suspected():
    x = np.linspace(-20_000, 20_000, 67 * 87).reshape(SHAPE).round()
    x[33, 33] = -9999
    table = weighted_sums((x, GRID), ZONES, crs=CRS)
    assert not told(table)
    areas = cut_cells(x, ZONES.geometry[0])
    assert table["sum"][0] == pytest.approx((areas * x.ravel()).sum(), rel=1e-7, abs=1)


@pytest.mark.parametrize("fill", [999, 9999, -99.9, -999.9, -999e6, -32767])
def test_numbers_that_are_values_as_well_are_no_data_where_all_others_lie_far_from_them(fill):
    x = np.random.default_rng(5).integers(1, 100, SHAPE).astype("float32")
    x[:, 43:] = fill
    table = weighted_sums((x, GRID), ZONES.iloc[:1], crs=CRS)
    declared = weighted_sums((x, GRID), ZONES.iloc[:1], crs=CRS, nodata=fill)
    np.testing.assert_allclose(table.drop(columns="code"), declared.drop(columns="code"), rtol=1e-12)
    assert [finding.kind for finding in told(table)] == ["value_left_out"]


@pytest.mark.parametrize(
    ("values", "kinds"), [((998, 999, 500), []), ((-1, 0, 5), ["value_fill"]), ((-1, -3, 5), [])]
)
def test_such_numbers_among_others_are_values(values, kinds):
    x = np.resize(np.array(values, dtype="float32"), SHAPE)
    table = weighted_sums((x, GRID), ZONES.iloc[:1], crs=CRS)
    row = table.iloc[0]
    assert row["sum"] / row.weight == pytest.approx(np.mean(values), rel=0.01, abs=0.1)
    assert [finding.kind for finding in told(table)] == kinds


@pytest.mark.parametrize(
    ("tags", "kind", "mean"),
    [
        ({"missing_value": "70"}, "raster_nodata_tag", 20.0),
        ({"band#_FillValue": "70"}, "raster_nodata_tag", 20.0),
        ({"scale_factor": "0.1"}, "raster_scale_tag", 45.0),
        ({"scale_factor": "1", "add_offset": "0"}, None, 45.0),
    ],
)
def test_what_only_metadata_say_of_values_is_told(tmp_path, tags, kind, mean):
    x = np.full(SHAPE, 20.0)
    x[::2] = 70.0  # every second row
    path = saved(tmp_path / "values.tif", x)
    with rasterio.open(path, "r+") as file:
        file.update_tags(1, **tags)
    table = weighted_sums(path, ZONES.iloc[:1])
    found = table.iloc[0]
    assert found["sum"] / found.weight == pytest.approx(mean, rel=0.01)
    assert {finding.kind for finding in told(table)} - {"raster_no_nodata"} == ({kind} if kind else set())


def test_an_older_datum_of_a_raster_is_told(tmp_path):
    table = weighted_sums(saved(tmp_path / "old.tif", values(), crs="EPSG:4610"), ZONES.iloc[:1])
    assert "datum_unshifted" in {finding.kind for finding in told(table)}


@pytest.mark.parametrize(
    ("unit", "name", "told_so"),
    [
        ("people/km2", "weights", True),
        ("", "人口密度", True),
        ("", "chn_pd_2020_1km", True),
        ("people", "people", False),
    ],
)
def test_weights_that_say_that_they_are_a_density_are_told(tmp_path, unit, name, told_so):
    weights = saved(tmp_path / f"{name}.tif", values(2))
    with rasterio.open(weights, "r+") as file:
        file.units = (unit,)
    table = weighted_sums((values(), GRID), ZONES.iloc[:1], weight=weights, crs=CRS)
    assert ("weight_density" in {finding.kind for finding in told(table)}) is told_so


def test_a_weighting_raster_says_how_it_was_taken_and_where_it_is_missing(tmp_path):
    people = saved(tmp_path / "人口.tif", values(7)[:, :43], nodata=-1)
    table = weighted_sums((values(), GRID), ZONES, weight=people, crs=CRS)
    assert ("人口", "weight") in {(name, decision.kind) for name, decision in decided(table)}
    assert [finding.kind for finding in told(table)] == ["unweighted"]
    with pytest.warns(GeozoneWarning, match="zone c with 100"):
        means = zonal_means((values(), GRID), ZONES, by="code", weight=people, crs=CRS)
    assert np.isnan(means["mean"]["c"])


def test_negative_weights_are_refused_by_name(tmp_path):
    people = values(7)
    people[3, 3] = -2
    with pytest.raises(DataError) as caught:
        weighted_sums((values(), GRID), ZONES, weight=saved(tmp_path / "人口.tif", people), crs=CRS)
    assert caught.value.message.key == "raster.negative_weight"
    assert "人口.tif" in str(caught.value)
    people[3, 3] = -9999  # far from all others: no people, and told
    table = weighted_sums((values(), GRID), ZONES, weight=saved(tmp_path / "b.tif", people), crs=CRS)
    assert "value_left_out" in {finding.kind for finding in told(table)}


def test_overlapping_zones_count_for_themselves():
    zones = gpd.GeoDataFrame(
        {"code": ["a", "b"]}, geometry=[flower(116, 39, 1), flower(116.2, 39.1, 1)], crs=CRS
    )
    people = values(8, (90, 110)) * 9, Affine(0.0251, 0, 115.41, 0, -0.0239, 40.6)
    together = weighted_sums((values(), GRID), zones, weight=people, crs=CRS)
    alone = [
        weighted_sums((values(), GRID), zones.iloc[[row]], weight=people, crs=CRS).iloc[0] for row in (0, 1)
    ]
    for number, row in enumerate(alone):
        assert together["sum"][number] == pytest.approx(row["sum"], rel=1e-12)


def test_means_are_a_public_function():
    assert geozone.zonal_means is zonal_means
