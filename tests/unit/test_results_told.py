"""Results of coverage and mosaic say what they rest on: findings, decisions, whether all of the input counted."""

import json
import warnings

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
import shapely
from samples import all_texts

import geozone
from geozone.checks.findings import _LEFT_OUT, REPAIRABLE
from geozone.cli import cli
from geozone.errors import GeozoneWarning, UsageError
from geozone.overlay.losses import decided, told
from geozone.overlay.plane import area_km2
from geozone.overlay.stream import coverage_of_file

SQUARES = gpd.GeoDataFrame(
    {"name": ["west", "east"]},
    geometry=[shapely.box(115, 39, 116, 40), shapely.box(116, 39, 117, 40)],
    crs=4490,
)
INSIDE = [shapely.box(115.2, 39.2, 115.4, 39.4), shapely.box(116.2, 39.2, 116.4, 39.4)]
NET = float(area_km2(np.array(INSIDE), 4490).sum())
LINE = shapely.LineString([(115.1, 39.1), (115.9, 39.9)])
BOW_TIE = shapely.Polygon([(115.5, 39.5), (115.6, 39.6), (115.6, 39.5), (115.5, 39.6)])
FAR = shapely.box(120, 30, 120.1, 30.1)


def write(path, geometries, crs=4490, **fields):
    gpd.GeoDataFrame(fields, geometry=list(geometries), crs=crs).to_file(path)
    return path


def kinds(table):
    return {finding.kind for finding in told(table)}


def told_of(table):
    return {(finding.kind, finding.layer, finding.message.get("en")) for finding in told(table)}


def run(capsys, *args):
    try:
        cli.main([*map(str, args)])
        code = 0
    except SystemExit as stop:
        code = stop.code or 0
    caught = capsys.readouterr()
    return code, caught.out, caught.err


@pytest.fixture
def squares(tmp_path):
    path = tmp_path / "squares.gpkg"
    SQUARES.to_file(path, layer="squares")
    return path


@pytest.mark.parametrize("ending", ["gpkg", "fgb", "shp", "geojson", "parquet"])
@pytest.mark.parametrize("crs", [4490, 4548])
def test_an_overlay_calls_a_feature_as_check_does(tmp_path, ending, crs):
    layer = gpd.GeoDataFrame(geometry=[INSIDE[0], BOW_TIE, INSIDE[1]], crs=4490).to_crs(crs)
    path = tmp_path / f"red.{ending}"
    layer.to_parquet(path) if ending == "parquet" else layer.to_file(path)
    checked = [
        item for item in geozone.check(geozone.read_layer(path)) if item.kind == "ring_self_intersection"
    ]
    [repaired] = [
        item for item in told(coverage_of_file(path, SQUARES, by="name")) if item.kind == "repaired"
    ]
    assert [item.feature for item in checked] == [repaired.feature]


@pytest.mark.parametrize("ending", ["gpkg", "geojson"])  # streamed, and read
def test_a_sound_layer_is_complete_and_says_nothing(tmp_path, squares, ending):
    layer = write(tmp_path / f"red.{ending}", INSIDE)
    with warnings.catch_warnings():
        warnings.simplefilter("error", GeozoneWarning)
        for table in (
            geozone.coverage(layer, squares, by="name"),
            geozone.mosaic({"red": layer}, squares, by="name"),
        ):
            assert table.attrs["complete"] is True
            assert kinds(table) == set()


@pytest.mark.parametrize("ending", ["gpkg", "geojson"])
@pytest.mark.parametrize(
    ("more", "told_as"),
    [
        (LINE, ("not_areas", False)),
        (None, ("without_geometry", False)),
        (FAR, ("outside_zones", True)),
        (BOW_TIE, ("repaired", True)),
    ],
)
def test_what_counts_for_nothing_is_told(tmp_path, squares, ending, more, told_as):
    kind, complete = told_as
    layer = write(tmp_path / f"red.{ending}", [*INSIDE, more])
    for table in (
        geozone.coverage(layer, squares, by="name"),
        geozone.mosaic({"red": layer}, squares, by="name"),
    ):
        assert kind in kinds(table)
        assert table.attrs["complete"] is complete
    if not complete:
        with pytest.warns(GeozoneWarning):
            geozone.coverage(layer, squares, by="name")


@pytest.mark.parametrize("ending", ["gpkg", "geojson"])
def test_a_layer_outside_all_zones_is_a_warning_with_its_area(tmp_path, squares, ending):
    layer = write(tmp_path / f"red.{ending}", [FAR])
    for make in (geozone.coverage, lambda path, *rest, **more: geozone.mosaic({"red": path}, *rest, **more)):
        with pytest.warns(GeozoneWarning, match="outside all zones"):
            table = make(layer, squares, by="name")
        (finding,) = told(table)
        assert finding.kind == "all_outside_zones"
        assert float(finding.message.params["area"]) == pytest.approx(
            float(area_km2(np.array([FAR]), 4490)[0]), abs=1e-4
        )


def test_the_boxes_of_features_outside_may_meet_a_zone(squares):
    """A feature around a zone that touches nothing of it lies outside, whatever its box says."""
    frame = shapely.box(114, 38, 118, 41).difference(shapely.box(114.5, 38.5, 117.5, 40.5))
    layer = gpd.GeoDataFrame(geometry=[*INSIDE, frame], crs=4490)
    for table in (
        geozone.coverage(layer, squares, by="name"),
        geozone.mosaic({"red": layer}, squares, by="name"),
    ):
        (finding,) = told(table)
        assert finding.message.params["count"] == 1
        assert finding.message.params["all"] == 3


@pytest.mark.parametrize("ending", ["gpkg", "geojson"])
def test_areas_that_a_layer_states_are_held_against_those_drawn(tmp_path, squares, ending):
    drawn = area_km2(np.array(INSIDE), 4490) * 1e6
    layer = write(tmp_path / f"red.{ending}", INSIDE, MJ=drawn * [1.0, 1.1])
    table = geozone.coverage(layer, squares, by="name")
    (finding,) = told(table)
    assert (finding.kind, finding.feature) == ("stated_area_differs", "1")
    assert table.attrs["complete"] is True


def test_decisions_of_the_reader_come_with_the_result(tmp_path, squares):
    layer = tmp_path / "red.csv"
    pd.DataFrame({"n": [1, 2], "WKT": [shape.wkt for shape in INSIDE]}).to_csv(layer, index=False)
    table = geozone.coverage(layer, squares, by="name")
    assert table["net_km2"].sum() == pytest.approx(NET, rel=1e-9)
    assert {layer for layer, _ in decided(table)} == {"red", "squares"}


def test_workers_tell_what_the_file_holds_more_than_they_read(tmp_path, squares):
    distributed = pytest.importorskip("distributed")
    layer = write(tmp_path / "red.gpkg", [*INSIDE, None, None, FAR])
    own = geozone.coverage(layer, squares, by="name", workers=1)
    with distributed.LocalCluster(n_workers=1, processes=False, dashboard_address=":0") as cluster:
        address = cluster.scheduler_address
        running = geozone.mosaic({"red": layer}, squares, by="name", scheduler=address)
    for table in (own, running):
        lost = next(finding for finding in told(table) if finding.kind == "not_counted")
        assert (lost.message.params["count"], lost.message.params["all"]) == (2, 5)
        assert table.attrs["complete"] is False


def test_the_command_tells_them_and_ends_with_one_where_the_result_is_wrong(capsys, tmp_path, squares):
    sound = write(tmp_path / "sound.gpkg", INSIDE)
    partly = write(tmp_path / "partly.gpkg", [*INSIDE, LINE])
    lines = write(tmp_path / "lines.gpkg", [LINE])
    code, out, err = run(capsys, "coverage", sound, squares, "--by", "name", "--json", "--lang", "en")
    assert code == 0
    assert "lines or points" not in err
    assert [row["complete"] for row in json.loads(out)] == [True, True]
    code, out, err = run(capsys, "coverage", partly, squares, "--by", "name", "--json", "--lang", "en")
    assert code == 0
    assert "1 features are lines or points" in err
    assert [row["complete"] for row in json.loads(out)] == [False, False]
    for command in (("coverage", lines, squares), ("mosaic", squares, lines)):
        code, out, err = run(capsys, *command, "--by", "name", "--json", "--lang", "en")
        assert code == 1
        assert "no areas" in err
        assert json.loads(out)


def test_a_crs_can_be_stated_for_each(capsys, tmp_path, squares):
    plane = gpd.GeoSeries(INSIDE, crs=4490).to_crs(4527)
    silent = tmp_path / "silent.shp"
    plane.to_file(silent)
    silent.with_suffix(".prj").unlink()
    table = geozone.coverage(silent, squares, by="name", crs="EPSG:4527")
    assert table["net_km2"].sum() == pytest.approx(NET, rel=1e-4)
    bare = gpd.GeoDataFrame(geometry=plane.set_crs(None, allow_override=True))
    assert geozone.coverage(bare, squares, by="name", crs=4527)["net_km2"].sum() == pytest.approx(
        NET, rel=1e-4
    )
    with pytest.raises(UsageError):
        geozone.coverage(gpd.GeoDataFrame(geometry=plane), squares, by="name", crs=4490)
    zones = SQUARES.set_crs(None, allow_override=True)
    table = geozone.coverage(silent, zones, by="name", crs=4527, zones_crs=4490)
    assert table["net_km2"].sum() == pytest.approx(NET, rel=1e-4)
    code, out, _ = run(capsys, "coverage", silent, squares, "--by", "name", "--crs", "EPSG:4527", "--json")
    assert code == 0
    assert sum(row["net_km2"] for row in json.loads(out)) == pytest.approx(NET, rel=1e-4)


def test_layers_inside_files_and_the_units_of_an_own_geopackage(capsys, tmp_path):
    """A package that geozone wrote has `zone` and `units`, among others; its units are the zones."""
    package = tmp_path / "own.gpkg"
    SQUARES.dissolve().to_file(package, layer="zone")
    SQUARES.to_file(package, layer="units")
    gpd.GeoDataFrame(geometry=INSIDE, crs=4490).to_file(package, layer="redline")
    table = geozone.coverage(f"{package}:redline", package, by="name")
    assert list(table.index) == ["west", "east"]
    assert table["net_km2"].sum() == pytest.approx(NET, rel=1e-9)
    code, out, _ = run(capsys, "mosaic", package, f"{package}:redline", "--by", "name", "--json")
    assert code == 0
    assert {"redline", "complete"} <= json.loads(out)[0].keys()


def test_kinds_that_leave_something_out_are_kinds_that_are_found():
    """A kind that was renamed where it is found would otherwise pass for complete."""
    known = {key.split(".", 1)[1] for key in all_texts()}
    assert known >= _LEFT_OUT | REPAIRABLE


def test_a_series_is_a_layer_and_one_without_features_is_told():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", GeozoneWarning)
        table = geozone.coverage(gpd.GeoSeries(INSIDE, crs=4490), SQUARES, by="name")
        empty = geozone.coverage(gpd.GeoDataFrame(geometry=[], crs=4490), SQUARES, by="name")
    assert table["net_km2"].sum() == pytest.approx(NET)
    assert "no_features" in kinds(empty)


@pytest.mark.parametrize("layer", [5, None, pd.DataFrame({"a": [1]})])
def test_what_is_no_layer_and_what_is_no_field_is_refused(layer):
    with pytest.raises(UsageError, match="Layer"):
        geozone.coverage(layer, SQUARES)
    with pytest.raises(UsageError, match="name"):
        geozone.coverage(SQUARES, SQUARES, by=["name"])


@pytest.mark.parametrize("ending", ["gpkg", "geojson"])  # read by the workers as it is, and written for them
def test_workers_tell_of_a_layer_what_one_process_tells(tmp_path, ending):
    distributed = pytest.importorskip("distributed")
    layer = write(tmp_path / f"red.{ending}", [*INSIDE, BOW_TIE], 状态=["现状", "规划", "现状"])
    with distributed.LocalCluster(n_workers=1, processes=False, dashboard_address=":0") as cluster:
        there = {"scheduler": cluster.scheduler_address}
        ours, theirs = (geozone.coverage(layer, SQUARES, by="name", **where) for where in ({}, there))
        pieces = geozone.mosaic({"red": layer}, SQUARES, by="name", **there)
    expected = told_of(ours)
    assert {kind for kind, *_ in expected} == {"repaired", "features_ahead"}
    assert told_of(theirs) == expected
    assert told_of(pieces) == expected


def test_zones_that_cross_themselves_are_told():
    layer = gpd.GeoDataFrame(geometry=INSIDE, crs=4490)
    touching = shapely.Polygon([(116, 39), (117, 39), (117, 40), (116.5, 39), (116, 40)])
    zones = gpd.GeoDataFrame({"name": ["bow", "touching"]}, geometry=[BOW_TIE, touching], crs=4490)
    makers = {
        "coverage": lambda: geozone.coverage(layer, zones, by="name"),
        "mosaic": lambda: geozone.mosaic({"red": layer}, zones, by="name"),
        "change": lambda: geozone.change(layer, layer, zones, by="name"),
    }
    for make in makers.values():
        with pytest.warns(GeozoneWarning, match="cross or overlap themselves"):
            mended = next(finding for finding in told(make()) if finding.kind == "zone_repaired")
        assert mended.message.params["count"] == 1  # a ring that touches itself has the same area repaired
        assert float(mended.message.params["after"]) == pytest.approx(
            area_km2(BOW_TIE.buffer(0), 4490)[0] * 2, rel=0.01
        )


@pytest.mark.parametrize("name", ["share", "features", "complete", "zones_overlap"])
def test_a_key_that_goes_by_the_name_of_a_column_of_the_result_is_refused(name):
    layer = gpd.GeoDataFrame(geometry=INSIDE, crs=4490)
    with pytest.raises(UsageError, match=name):
        geozone.coverage(layer, SQUARES.rename(columns={"name": name}), by=name)
    for taken in ("area_km2", "complete"):
        with pytest.raises(UsageError, match=taken):
            geozone.mosaic({taken: layer}, SQUARES, by="name")


@pytest.mark.parametrize(
    ("names", "fields", "west", "told_so"),
    [
        (["新华区", "新华区"], {"code": ["130105", "130902"]}, (114, 116), True),
        (["新华区", "新华区"], {"code": [130105.0, 130902.0]}, (114, 116), True),
        (["新华区", "新华区"], {"市": ["石家庄市", "沧州市"]}, (114, 116), True),
        (["长海县", "长海县"], {"code": ["210224", "210224"]}, (121, 122.5), False),  # islands
        (["唐山市", "唐山市"], {"code": ["130202", "130230"]}, (116, 118), False),  # a city of counties
        (["河北省", "河北省"], {"code": ["130202", "130302"]}, (116, 117), False),  # side by side
        (["国家级", "国家级"], {"name_of": ["甲", "乙"]}, (116, 118), False),
    ],
)
def test_places_of_several_cities_under_one_name_are_told(names, fields, west, told_so):
    shapes = [shapely.box(place, 39, place + 1, 40) for place in west]
    zones = gpd.GeoDataFrame({"name": names, **fields}, geometry=shapes, crs=4490)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        table = geozone.coverage(gpd.GeoDataFrame(geometry=shapes, crs=4490), zones, by="name")
    assert table["share"].tolist() == pytest.approx([1.0])
    assert ("zone_keys_homonym" in kinds(table)) is told_so


def test_a_frame_on_an_older_datum_is_told():
    layer = gpd.GeoDataFrame(geometry=INSIDE, crs=4490)
    older = SQUARES.set_crs(4214, allow_override=True)
    values = np.ones((20, 20))
    place = rasterio.transform.from_origin(115, 40, 0.1, 0.1)
    for make in (
        lambda: geozone.coverage(layer, older, by="name"),
        lambda: geozone.mosaic({"red": layer.set_crs(4610, allow_override=True)}, SQUARES, by="name"),
        lambda: geozone.zonal_means((values, place), older, by="name", crs=4490),
    ):
        with pytest.warns(GeozoneWarning, match="no published parameters"):
            assert "datum_unshifted" in kinds(make())


def test_planned_features_of_a_frame_are_told():
    layer = gpd.GeoDataFrame({"状态": ["现状", "规划"]}, geometry=INSIDE, crs=4490)
    with pytest.warns(GeozoneWarning, match="规划"):
        assert "features_ahead" in kinds(geozone.coverage(layer, SQUARES, by="name"))


def test_a_number_and_its_digits_are_two_keys_that_look_alike():
    zones = SQUARES.assign(name=pd.Series([1, "1"], dtype=object))
    with pytest.warns(GeozoneWarning, match="differ only in"):
        geozone.coverage(gpd.GeoDataFrame(geometry=INSIDE, crs=4490), zones, by="name")
