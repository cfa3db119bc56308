"""A layer that is streamed is held to the tests of one that is read: the same file gives the same coverage."""

import sqlite3
import warnings
from contextlib import closing

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from geozone import api, sources
from geozone.errors import UsageError
from geozone.model import CRS
from geozone.overlay.losses import decided
from geozone.overlay.mosaic import mosaic
from geozone.overlay.plane import area_km2
from geozone.read.streaming import tells_its_place
from geozone.sources import placed_files

ENDINGS = ["shp", "gpkg", "fgb", "gdb", "parquet", "geojson"]
SQUARES = gpd.GeoDataFrame(
    {"name": ["a", "b"]}, geometry=[shapely.box(116, 30, 117, 31), shapely.box(117, 30, 118, 31)], crs=CRS
)
SHAPES = [shapely.box(116.9, 30.4, 117.1, 30.6), shapely.box(117.2, 30.4, 117.3, 30.5)]
TRUE = area_km2(np.array(SHAPES), CRS).sum()


def file(folder, crs=CRS, change=lambda points: points, stated=None, ending="shp"):
    plane = gpd.GeoSeries(shapely.segmentize(SHAPES, 0.01), crs=CRS).to_crs(crs)
    path = folder / f"layer.{ending}"
    moved = shapely.transform(plane.to_numpy(), change)
    frame = gpd.GeoDataFrame({"n": [1, 2]}, geometry=moved, crs=stated or crs)
    if ending == "parquet":
        frame.to_parquet(path)
    else:
        with warnings.catch_warnings(
            action="ignore"
        ):  # of whole numbers, of which a geodatabase makes others
            frame.to_file(path)
    return path


def frame_of(path):
    return gpd.read_parquet(path) if path.suffix == ".parquet" else gpd.read_file(path)


@pytest.fixture
def never_read(monkeypatch):
    """Fail where a layer is read as a whole."""
    open_layer = sources.open_layer

    def open_frame(source, crs=None):
        assert isinstance(source, gpd.GeoDataFrame)
        return open_layer(source, crs)

    monkeypatch.setattr(sources, "open_layer", open_frame)


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("crs", [4490, 4527])
def test_mosaic_and_change_stream_their_files(tmp_path, never_read, crs, ending):
    (tmp_path / "new").mkdir()
    paths = {"old": file(tmp_path, crs, ending=ending), "new": file(tmp_path / "new", crs, ending=ending)}
    table = api.mosaic(paths, SQUARES, by="name", threads=1)
    expected = mosaic({name: frame_of(path) for name, path in paths.items()}, SQUARES, by="name", threads=1)
    pd.testing.assert_frame_equal(table, expected, rtol=1e-9, atol=1e-9)
    changed = api.change(paths["old"], paths["new"], SQUARES, by="name", threads=1)
    assert changed["net_km2"].abs().max() < 1e-9
    assert changed["unchanged_km2"].sum() == pytest.approx(TRUE, rel=1e-5)
    by_zone, places = api.mapped_change(paths["old"], paths["new"], SQUARES, by="name", threads=1)
    assert by_zone["unchanged_km2"].to_list() == pytest.approx(changed["unchanged_km2"].to_list(), rel=1e-9)
    assert places.empty


@pytest.fixture
def streamed(monkeypatch):
    """Note which files are streamed."""
    seen = []
    stream = api.coverage_of_file
    monkeypatch.setattr(
        api, "coverage_of_file", lambda *args, **options: seen.append(1) or stream(*args, **options)
    )
    return seen


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("crs", [4490, 4326, 4548, 4527, 32650, 3857])
def test_plain_files_are_streamed_and_give_what_they_give_when_read(tmp_path, streamed, crs, ending):
    path = file(tmp_path, crs, ending=ending)
    table = api.coverage(path, SQUARES, by="name", threads=1)
    assert streamed == [1]
    assert table["net_km2"].sum() == pytest.approx(TRUE, rel=1e-5)
    assert [(layer, decision.kind) for layer, decision in decided(table)] == [("layer", "crs")]
    expected = api.coverage(frame_of(path), SQUARES, by="name", threads=1)
    pd.testing.assert_frame_equal(table, expected, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize(
    ("crs", "change", "stated"),
    [
        (4548, lambda points: points[:, ::-1], 4548),
        (4548, lambda points: points + np.array([39e6, 0.0]), 4548),
        (4498, lambda points: points, 4527),
        (4548, lambda points: points / 1000.0, 4548),
        (4490, lambda points: points[:, ::-1], 4490),
        (2379 + 5, lambda points: points, 2379 + 5),
    ],
    ids=["swapped", "prefixed", "six-degree", "kilometres", "lat-lon", "Xian 1980"],
)
def test_files_that_need_a_decision_are_read(tmp_path, streamed, crs, change, stated):
    path = file(tmp_path, crs, change, stated)
    assert not tells_its_place(path)
    table = api.coverage(path, SQUARES, by="name", threads=1)
    assert streamed == []
    assert table["net_km2"].sum() == pytest.approx(TRUE, rel=1e-5)


def test_a_prj_in_another_encoding_is_left_to_the_reader(tmp_path, streamed):
    path = file(tmp_path, 4548)
    prj = path.with_suffix(".prj")
    prj.write_bytes(
        prj.read_text("utf-8").replace("CGCS2000_3_Degree_GK_CM_117E", "国家2000_117").encode("gb18030")
    )
    assert api.coverage(path, SQUARES, threads=1)["net_km2"].sum() == pytest.approx(TRUE, rel=1e-5)
    assert streamed == []


def test_an_extent_that_is_not_true_does_not_hide_a_feature_elsewhere(tmp_path, streamed):
    path = file(tmp_path, ending="gpkg", change=lambda points: points + np.array([-100.0, 0.0]))
    with closing(sqlite3.connect(path)) as database:
        database.execute("UPDATE gpkg_contents SET min_x = 116, max_x = 118")
        database.commit()
    assert tells_its_place(path)
    table = api.coverage(path, SQUARES, threads=1)
    assert streamed == [1]
    assert table["net_km2"].sum() == 0.0


def test_a_feature_of_another_zone_is_left_to_the_reader(tmp_path):
    shapes = [shapely.box(39.5e6, 3.4e6, 39.51e6, 3.41e6), shapely.box(40.5e6, 3.4e6, 40.51e6, 3.41e6)]
    path = tmp_path / "a.gpkg"
    gpd.GeoDataFrame({"n": [1, 2]}, geometry=shapes, crs=4527).to_file(path)
    assert not tells_its_place(path)


@pytest.mark.parametrize("change", ["missing", "unplaced", "several"])
def test_other_files_do_not_tell_their_place(tmp_path, change):
    path = file(tmp_path, ending="gpkg")
    if change == "missing":
        path.unlink()
    elif change == "unplaced":
        path = file(tmp_path)
        path.with_suffix(".prj").unlink()
    else:
        gpd.GeoDataFrame({"n": [1]}, geometry=SHAPES[:1], crs=CRS).to_file(path, layer="other", mode="a")
    assert not tells_its_place(path)


def test_workers_get_files_that_need_no_decision(tmp_path):
    path = file(tmp_path, 4548, lambda points: points[:, ::-1])
    plain = file(tmp_path, ending="fgb")
    with placed_files({"one": path, "two": plain}) as files:
        one, two = files["one"], files["two"]
        assert (two.path, two.inside, two.findings) == (plain, None, [])
        assert tells_its_place(one.path, one.inside)
        assert (one.name, [finding.kind for finding in one.findings]) == (path.stem, ["axes_swapped"])
        placed = gpd.read_file(one.path)
        assert area_km2(placed).sum() == pytest.approx(TRUE, rel=1e-5)
    assert not one.path.exists()
    with pytest.raises(UsageError), placed_files({"one": SQUARES}):
        pass
