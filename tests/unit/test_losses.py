"""What an overlay leaves out, repairs or cannot read is told, and costs nothing but itself."""

import json
import sqlite3
from contextlib import closing

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely

from geozone.checks import check, repair
from geozone.errors import DataError, InputError
from geozone.model import CRS, Layer, Severity
from geozone.overlay.coverage import coverage
from geozone.overlay.features import features_of
from geozone.overlay.losses import rows_outside, told
from geozone.overlay.mosaic import mosaic
from geozone.overlay.plane import area_km2, to_plane
from geozone.overlay.rings import each, not_finite, without_empty_rings
from geozone.overlay.stream import coverage_of_file
from geozone.overlay.zone_grid import make_sheets
from geozone.overlay.zones import make_zones
from geozone.read import read_layer
from geozone.read.wellknown import is_too_deep, is_too_deep_text

ZONE = gpd.GeoDataFrame({"key": ["z"]}, geometry=[shapely.box(116, 39, 118, 41)], crs=4490)
GOOD = [shapely.box(116 + 0.1 * number, 39, 116.08 + 0.1 * number, 39.1) for number in range(5)]
NET = float(area_km2(GOOD, 4490).sum())


def wkb(words):
    return shapely.from_wkb(shapely.to_wkb(shapely.from_wkt(words)))


EMPTY_RING = wkb("POLYGON ((116 40, 117 40, 117 41, 116 41, 116 40), EMPTY)")


def with_vertex(x, y):
    points = np.array([(117, 40), (117.5, 40), (x, y), (117.5, 40.5), (117, 40.5), (117, 40)], dtype=float)
    with np.errstate(invalid="ignore"):
        return shapely.polygons(points)


def with_hole(x, y):
    shell = shapely.box(116.5, 39.5, 117.9, 40.9)
    with np.errstate(invalid="ignore"):
        hole = shapely.linearrings([(117, 40), (117.5, 40), (x, y), (117, 40)])
        return shapely.polygons(shell.exterior, [hole])


def with_part(x, y):
    return shapely.MultiPolygon([shapely.box(116, 40, 116.1, 40.1), with_vertex(x, y)])


WILD = {
    "nan": (np.nan, 40.2),
    "inf": (np.inf, 40.2),
    "1e300": (1e300, 40.2),
    "1e20": (1e20, 40.2),
    "95 degrees north": (117.2, 95.0),
    "1000 degrees east": (1000.0, 40.2),
}


def frame(*shapes, **columns):
    columns = columns or {"name": [str(number) for number in range(len(shapes))]}
    return gpd.GeoDataFrame(columns, geometry=list(shapes), crs=4490)


def kinds(table):
    return {finding.kind: finding.severity for finding in told(table)}


@pytest.mark.parametrize("suffix", [None, ".gpkg", ".fgb"])
@pytest.mark.parametrize("make", [with_vertex, with_hole, with_part])
@pytest.mark.parametrize("wild", WILD)
def test_a_coordinate_that_is_none_costs_its_feature_only(tmp_path, wild, make, suffix):
    layer = frame(*GOOD, make(*WILD[wild]))
    if suffix is None:
        table = coverage(layer, ZONE, by="key")
        mosaicked = mosaic({"red": layer}, ZONE, by="key")
        assert mosaicked.loc[mosaicked["red"], "area_km2"].sum() == pytest.approx(NET, rel=1e-9)
        assert set(kinds(mosaicked)) == set(kinds(table))
    else:
        path = tmp_path / f"red{suffix}"
        pyogrio.write_dataframe(layer, path)
        table = coverage_of_file(path, ZONE, by="key")
    assert table.net_km2.iloc[0] == pytest.approx(NET, rel=1e-9)
    assert list(kinds(table).values()) == [Severity.ERROR]
    assert set(kinds(table)) <= {"not_finite", "off_earth"}


@pytest.mark.parametrize("make", [with_vertex, with_hole, with_part])
@pytest.mark.parametrize("wild", WILD)
def test_check_and_repair_name_a_coordinate_that_is_none(tmp_path, wild, make):
    path = tmp_path / "red.gpkg"
    pyogrio.write_dataframe(frame(*GOOD, make(*WILD[wild])), path)
    layers = [Layer("red", frame(*GOOD, make(*WILD[wild]))), read_layer(path)]
    for layer in layers:
        mended, _ = repair(layer)
        errors = {
            finding.feature
            for finding in (*layer.findings, *check(layer))
            if finding.severity is Severity.ERROR
        }
        assert errors == {str(layer.data.index[5])}
        assert len(mended.data) == 6


def test_a_layer_that_is_nowhere_has_the_wrong_crs():
    far = frame(*shapely.transform(np.array(GOOD, dtype=object), lambda points: points * 1000))
    with pytest.raises(DataError) as caught:
        coverage(far, ZONE)
    assert caught.value.message.key == "overlay.all_off_earth"


def test_lines_and_points_beside_areas_are_told(tmp_path):
    layer = frame(*GOOD, GOOD[0].exterior, shapely.Point(116, 39), None, shapely.Polygon())
    path = tmp_path / "red.gpkg"
    pyogrio.write_dataframe(layer, path)
    for table in (coverage(layer, ZONE), coverage_of_file(path, ZONE)):
        assert table.net_km2.iloc[0] == pytest.approx(NET, rel=1e-9)
        assert kinds(table) == {"without_geometry": Severity.WARNING, "not_areas": Severity.WARNING}
        assert {finding.kind: finding.message.params["count"] for finding in told(table)} == {
            "without_geometry": 2,
            "not_areas": 2,
        }


def test_a_layer_of_lines_only_is_an_error(tmp_path):
    path = tmp_path / "red.shp"
    pyogrio.write_dataframe(frame(*(shapely.LineString(shape.exterior) for shape in GOOD)), path)
    for table in (coverage_of_file(path, ZONE), mosaic({"red": read_layer(path)}, ZONE)):
        assert kinds(table) == {"no_areas": Severity.ERROR}


def test_what_is_invalid_is_told_with_its_areas():
    bow_tie = shapely.Polygon([(116, 40), (117, 41), (117, 40), (116, 41)])
    [finding] = told(coverage(frame(*GOOD, bow_tie), ZONE))
    assert (finding.kind, finding.severity, finding.feature) == ("repaired", Severity.WARNING, "5")
    assert float(finding.message.params["after"]) > float(finding.message.params["before"])


def test_a_sound_layer_has_nothing_to_tell(tmp_path):
    for suffix in (".gpkg", ".fgb", ".shp", ".geojson"):
        path = tmp_path / f"red{suffix}"
        pyogrio.write_dataframe(frame(*GOOD), path)
        assert told(coverage_of_file(path, ZONE)) == []
    assert told(coverage(frame(*GOOD), ZONE)) == []


def test_what_is_told_survives_the_way_through_json_and_parquet(tmp_path):
    table = coverage(frame(*GOOD, None), ZONE)
    again = pd.DataFrame()
    again.attrs = json.loads(json.dumps(table.attrs))
    assert told(again) == told(table)
    table.to_parquet(tmp_path / "table.parquet")


def test_a_damaged_page_is_no_smaller_layer(tmp_path):
    path = tmp_path / "red.gpkg"
    many = [shapely.box(116 + 0.002 * number, 39, 116.001 + 0.002 * number, 39.1) for number in range(900)]
    pyogrio.write_dataframe(frame(*many), path)
    whole = coverage_of_file(path, ZONE)
    raw = bytearray(path.read_bytes())
    page = len(raw) // 2 // 4096
    raw[page * 4096 : (page + 1) * 4096] = bytes(4096)
    path.write_bytes(raw)
    table = coverage_of_file(path, ZONE)
    found = {finding.kind: finding for finding in told(table)}
    lost = found["records_broken"].message.params["count"]
    assert found["file_damaged"].severity is Severity.ERROR
    assert 0 < lost < 100
    assert table.net_km2.iloc[0] == pytest.approx(whole.net_km2.iloc[0] * (900 - lost) / 900, rel=1e-6)


def test_a_shapefile_that_is_cut_off_is_told(tmp_path):
    path = tmp_path / "red.shp"
    pyogrio.write_dataframe(frame(*GOOD), path)
    path.write_bytes(path.read_bytes()[:-100])
    table = coverage_of_file(path, ZONE)
    assert kinds(table)["shp_cut"] is Severity.ERROR
    assert table.features.iloc[0] == 4


def test_curves_are_read_by_coverage_as_by_check(tmp_path):
    path = tmp_path / "curve.gpkg"
    pyogrio.write_dataframe(
        frame(shapely.box(116.2, 39.2, 116.8, 39.8)), path, layer="c", geometry_type="Unknown"
    )
    with closing(sqlite3.connect(path)) as database:
        # a circle of five points, as a curve polygon of one circular string
        points = [(116.3, 39.5), (116.5, 39.7), (116.7, 39.5), (116.5, 39.3), (116.3, 39.5)]
        (blob,) = database.execute("SELECT geom FROM c").fetchone()
        ring = (8).to_bytes(4, "little") + (5).to_bytes(4, "little") + np.array(points, "<f8").tobytes()
        curve = b"\x01" + (10).to_bytes(4, "little") + (1).to_bytes(4, "little") + b"\x01" + ring
        for (trigger,) in database.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall():
            database.execute(f'DROP TRIGGER "{trigger}"')
        database.execute("UPDATE c SET geom = ?", (blob[:40] + curve,))
        database.execute("UPDATE gpkg_geometry_columns SET geometry_type_name = 'CURVEPOLYGON'")
        database.commit()
    table = coverage_of_file(path, ZONE)
    layer = read_layer(path)
    assert table.net_km2.iloc[0] == pytest.approx(area_km2(layer.data.geometry, 4490).sum(), rel=1e-9)
    assert table.net_km2.iloc[0] > 1000


@pytest.mark.parametrize("kind", ["POLYGON", "GEOMETRY"])
@pytest.mark.parametrize(("height", "measure"), [(0, 1), (1, 0), (1, 1), (2, 2), (0, 2)])
def test_measured_geometry_is_read_by_coverage_as_by_check(tmp_path, kind, height, measure):
    path = tmp_path / "measured.gpkg"
    pyogrio.write_dataframe(frame(*GOOD[:1]), path, layer="m", geometry_type="Unknown")
    code = 3 + (1000 if height else 0) + (2000 if measure else 0)
    points = [(*place, *[5.0] * (bool(height) + bool(measure))) for place in GOOD[0].exterior.coords]
    ring = (5).to_bytes(4, "little") + np.array(points, "<f8").tobytes()
    wkb_of_it = b"\x01" + code.to_bytes(4, "little") + (1).to_bytes(4, "little") + ring
    with closing(sqlite3.connect(path)) as database:
        (blob,) = database.execute("SELECT geom FROM m").fetchone()
        for (trigger,) in database.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall():
            database.execute(f'DROP TRIGGER "{trigger}"')
        database.execute("UPDATE m SET geom = ?", (blob[:40] + wkb_of_it,))
        declared = "UPDATE gpkg_geometry_columns SET geometry_type_name = ?, z = ?, m = ?"
        database.execute(declared, (kind, height, measure))
        database.commit()
    before = path.read_bytes()
    expected = float(area_km2(GOOD[:1], 4490)[0])
    assert coverage_of_file(path, ZONE).net_km2.iloc[0] == pytest.approx(expected, rel=1e-9)
    assert area_km2(read_layer(path).data.geometry, 4490).sum() == pytest.approx(expected, rel=1e-9)
    assert (path.read_bytes(), [item.name for item in tmp_path.iterdir()]) == (before, ["measured.gpkg"])


def test_collections_nested_too_deep_are_refused_before_they_overflow_the_stack(tmp_path):
    nested = (b"\x01\x07\x00\x00\x00\x01\x00\x00\x00" * 5000) + shapely.to_wkb(shapely.Point(116, 39))
    path = tmp_path / "deep.gpkg"
    pyogrio.write_dataframe(frame(*GOOD), path, layer="deep")
    with closing(sqlite3.connect(path)) as database:
        (blob,) = database.execute("SELECT geom FROM deep").fetchone()
        for (trigger,) in database.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall():
            database.execute(f'DROP TRIGGER "{trigger}"')
        database.execute("UPDATE deep SET geom = ? WHERE fid = 2", (blob[:40] + nested,))
        database.commit()
    with pytest.raises(InputError, match="row 2"):
        read_layer(path)
    assert kinds(coverage_of_file(path, ZONE)) == {"geometry_unreadable": Severity.ERROR}
    text = "GEOMETRYCOLLECTION(" * 5000 + "POINT(116 39)" + ")" * 5000
    for name, value in (("wkt", text), ("wkb", nested.hex())):
        table = tmp_path / f"{name}.csv"
        table.write_text(
            f'name,{name}\na,"{value}"\nb,"POINT(116 39)"\n'
            if name == "wkt"
            else f"name,{name}\na,{value}\nb,{shapely.Point(116, 39).wkb_hex}\n"
        )
        layer = read_layer(table)
        assert [finding.feature for finding in layer.findings if finding.kind == "record_broken"] == ["0"]


def test_large_geometries_are_not_taken_for_nested_ones():
    ring = np.random.default_rng(1).uniform(0, 1, (3000, 2))
    many = shapely.GeometryCollection(
        [shapely.MultiPolygon([shapely.Polygon(ring)]), shapely.MultiPoint(ring)]
    )
    for shape in (shapely.Polygon(ring), many, shapely.force_3d(many), shapely.LineString(ring)):
        assert not is_too_deep(shapely.to_wkb(shape))
        assert not is_too_deep(shapely.to_wkb(shape, byte_order=0, include_srid=True))
        assert not is_too_deep_text(shape.wkt)


@pytest.mark.parametrize("suffix", [None, ".gpkg", ".fgb", ".shp"])
def test_an_empty_inner_ring_is_nothing(tmp_path, suffix):
    layer = frame(EMPTY_RING, shapely.MultiPolygon([EMPTY_RING]), *GOOD)
    if suffix:
        path = tmp_path / f"red{suffix}"
        pyogrio.write_dataframe(layer, path)
        table = coverage_of_file(path, ZONE, by="key")
        again = coverage(read_layer(path), ZONE, by="key")
        assert again.net_km2.iloc[0] == pytest.approx(table.net_km2.iloc[0], rel=1e-12)
    else:
        table = coverage(layer, ZONE, by="key")
    square = float(area_km2(shapely.box(116, 40, 117, 41), 4490)[0])
    assert table.net_km2.iloc[0] == pytest.approx(NET + square, rel=1e-9)
    assert told(table) == []


def test_empty_inner_rings_go_wherever_they_are():
    deep = shapely.GeometryCollection([shapely.MultiPolygon([EMPTY_RING]), shapely.Point(116, 39)])
    hole = wkb(
        "POLYGON ((116 40, 117 40, 117 41, 116 41, 116 40), EMPTY, (116.2 40.2, 116.3 40.2, 116.3 40.3, 116.2 40.2))"
    )
    array = np.array([EMPTY_RING, deep, hole, None, shapely.Point(1, 1), GOOD[0]], dtype=object)
    cleaned = without_empty_rings(array)
    assert cleaned[0].wkt == "POLYGON ((116 40, 117 40, 117 41, 116 41, 116 40))"
    assert len(cleaned[2].interiors) == 1
    assert "EMPTY" not in cleaned[1].wkt
    assert shapely.get_num_interior_rings(to_plane(array, 4490)).tolist() == [0, 0, 1, 0, 0, 0]
    sound = np.array(GOOD, dtype=object)
    assert without_empty_rings(sound) is sound
    assert [finding.kind for finding in check(Layer("a", frame(EMPTY_RING)))] == []
    assert repair(Layer("a", frame(EMPTY_RING)))[0].data.geometry.iloc[0].wkt == cleaned[0].wkt


def test_coordinates_that_are_none_are_found_in_every_kind_of_geometry():
    nan = np.nan
    with np.errstate(invalid="ignore"):
        array = np.array(
            [
                shapely.Point(1, 2),
                shapely.Point(np.inf, 1),
                shapely.MultiPoint([(1, 2), (nan, 3)]),
                shapely.LineString([(1, 1), (nan, 2)]),
                shapely.GeometryCollection([shapely.MultiPoint([(1, 2), (np.inf, 3)])]),
                None,
                shapely.Polygon(),
                with_hole(nan, 1),
                GOOD[0],
            ],
            dtype=object,
        )
    assert not_finite(array).tolist() == [False, True, True, True, True, False, False, True, False]


def test_where_geos_gives_up_on_a_row_the_others_are_computed():
    def operation(rows):
        if any(row is None for row in rows):
            raise shapely.GEOSException("no")
        return shapely.buffer(rows, 1)

    rows = np.array([GOOD[0], None, GOOD[1], GOOD[2], None], dtype=object)
    assert [row is None for row in each(operation, rows)] == [False, True, False, False, True]


@pytest.mark.parametrize(
    "keys",
    [
        ["a", None, "a", "", " "],
        ["a", np.nan, "b", "b", "c"],
        [1.0, np.nan, 2.0, np.nan, 1.0],
        [None] * 5,
        [1, 2, 3, 1, 2],
    ],
)
def test_empty_and_repeated_keys_are_zones(keys):
    cells = [shapely.box(116 + 0.2 * number, 39, 116.2 + 0.2 * number, 40) for number in range(5)]
    zones = gpd.GeoDataFrame({"key": keys}, geometry=cells, crs=4490)
    layer = frame(shapely.box(116, 39, 117, 39.5))
    tables = coverage(layer, zones, by="key"), mosaic({"red": layer}, zones, by="key")
    whole = float(area_km2(layer.geometry, 4490)[0])
    assert tables[0].net_km2.sum() == pytest.approx(whole, rel=1e-9)
    assert tables[1].loc[tables[1]["red"], "area_km2"].sum() == pytest.approx(whole, rel=1e-9)
    blank = [number for number, key in enumerate(keys) if pd.isna(key) or not str(key).strip()]
    for table in tables:
        found = [finding for finding in told(table) if finding.kind == "zone_key_empty"]
        assert [finding.message.params["count"] for finding in found] == ([len(blank)] if blank else [])
    assert tables[0].index.is_unique


@pytest.mark.parametrize("overlapping", [False, True])
def test_rows_that_meet_no_zone_are_those_that_geos_finds(overlapping):
    random = np.random.default_rng(5)
    zones = [shapely.box(116, 39, 117, 40), shapely.box(116.5 if overlapping else 117, 39.5, 118, 40.5)]
    corners = random.uniform([115.5, 38.5], [118.5, 41], (400, 2))
    sizes = random.choice([1e-4, 0.01, 0.3], 400)
    shapes = shapely.box(corners[:, 0], corners[:, 1], corners[:, 0] + sizes, corners[:, 1] + sizes)
    shapes = np.append(shapes, shapely.box(115.9, 39, 116, 39.1))  # touches
    features, polygons = features_of(shapes, CRS), make_zones(gpd.GeoSeries(zones, crs=CRS)).polygons
    met = shapely.intersects(features.take(np.arange(len(shapes)))[:, None], polygons[None]).any(axis=1)
    assert rows_outside(features, make_sheets(polygons, 64)).tolist() == np.flatnonzero(~met).tolist()
