"""A coverage and a change as files for GIS: the numbers of the table, the shapes of the zones, a style for QGIS."""

import html
import sqlite3
from contextlib import closing

import geopandas as gpd
import pytest
from shapely import box

import geozone
from geozone.cli import cli
from geozone.model import CRS

ZONES = gpd.GeoDataFrame(
    {"name": ["甲", "乙", "丙"]}, geometry=[box(116, 39, 117, 40), box(117, 39, 118, 40), box(118, 39, 119, 40)], crs=CRS
)  # fmt: skip
LAYER = gpd.GeoDataFrame(geometry=[box(116.5, 39, 117, 40), box(116.5, 39, 117.25, 40)], crs=CRS)


@pytest.fixture
def files(tmp_path):
    ZONES.to_file(tmp_path / "zones.gpkg")
    LAYER.to_file(tmp_path / "layer.gpkg")
    return tmp_path


def run(*arguments):
    cli.main([str(argument) for argument in arguments], standalone_mode=False)


@pytest.mark.parametrize("ending", ["gpkg", "geojson"])
def test_a_coverage_with_shapes_has_the_numbers_of_the_table(files, capsys, ending):
    out = files / f"coverage.{ending}"
    run("coverage", files / "layer.gpkg", files / "zones.gpkg", "--by", "name", "--out", out)
    assert capsys.readouterr().out.strip() == str(out)
    written = gpd.read_file(out, layer="coverage")
    expected = geozone.coverage(LAYER, ZONES, by="name").reset_index()
    assert list(written["name"]) == ["甲", "乙", "丙"]
    for column in ("zone_km2", "gross_km2", "net_km2", "overlap_km2", "share", "features"):
        assert written[column].tolist() == pytest.approx(expected[column].tolist(), rel=1e-12), column
    assert written["share"].tolist() == pytest.approx([0.5, 0.25, 0.0])
    assert written["complete"].astype(bool).all()
    assert list(geozone.area_km2(written.geometry, CRS)) == pytest.approx(written["zone_km2"].tolist())
    assert written.crs == CRS


def test_a_coverage_that_qgis_opens_has_titles_and_a_colour_for_each_class(files):
    out = files / "coverage.gpkg"
    run("coverage", files / "layer.gpkg", files / "zones.gpkg", "--by", "name", "--out", out, "--lang", "en")
    with closing(sqlite3.connect(out)) as database:
        ((name, style),) = database.execute("SELECT f_table_name, styleQML FROM layer_styles").fetchall()
        titles = dict(database.execute("SELECT column_name, name FROM gpkg_data_columns"))
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert name == "coverage"
    assert '"share" > 0.0' in html.unescape(style)
    assert titles["net_km2"] == "Net area (km², overlaps counted once)"


def test_the_ground_gained_and_lost_has_a_colour_each(files):
    later = gpd.GeoDataFrame(geometry=[box(116.75, 39, 117.5, 40)], crs=CRS)
    later.to_file(files / "later.gpkg")
    out = files / "change.gpkg"
    run(
        "change",
        files / "layer.gpkg",
        files / "later.gpkg",
        files / "zones.gpkg",
        "--by",
        "name",
        "--out",
        out,
    )
    with closing(sqlite3.connect(out)) as database:
        styles = dict(database.execute("SELECT f_table_name, styleQML FROM layer_styles"))
    assert set(styles) == {"change_zones", "change_places"}
    for word in ('value="gained"', 'label="新增"', 'value="lost"', 'label="减少"'):
        assert word in styles["change_places"]


def test_two_equal_coverages_are_equal_files(files):
    for name in ("one.gpkg", "two.gpkg"):
        run("coverage", files / "layer.gpkg", files / "zones.gpkg", "--out", files / name)
    assert (files / "one.gpkg").read_bytes() == (files / "two.gpkg").read_bytes()


def test_a_program_that_starts_a_command_gets_the_progress_in_lines(files, capsys, monkeypatch):
    monkeypatch.setenv("GEOZONE_PROGRESS", "lines")
    run("coverage", files / "layer.gpkg", files / "zones.gpkg")
    lines = [line for line in capsys.readouterr().err.splitlines() if line.startswith("[")]
    assert lines[-1] == "[100%]"
    assert len(set(lines)) == len(lines)


def test_a_build_tells_its_steps_in_lines(capsys, monkeypatch):
    from geozone.cli.progress import step_bar
    from geozone.messages import Text

    monkeypatch.setenv("GEOZONE_PROGRESS", "lines")
    with step_bar(4, "en") as steps:
        for name in ("read", "check", "overlay"):
            steps.advance(Text(name, name))
            steps.notice(Text("说明", "a note"))
    told = capsys.readouterr().err.splitlines()
    assert told == ["[0%] read", "a note", "[25%] check", "a note", "[50%] overlay", "a note"]
