"""What is exported comes back: shapefiles in GBK and a three-degree zone, and drawings of outlines."""

import csv

import geopandas as gpd
import matplotlib.image
import numpy as np
import pytest
import shapely
from click.testing import CliRunner
from samples import sample_result

from geozone.choices import FORMATS, OPTIONS
from geozone.cli import cli
from geozone.errors import UsageError
from geozone.export.dxf import write_dxf
from geozone.export.formats import DICTIONARY, Choices, write_format
from geozone.export.result_tables import content
from geozone.model import CRS
from geozone.overlay.plane import area_km2, length_km
from geozone.read import read_layer

# a straight line in degrees of a hundred kilometres, as the samples have it, is longer than the shortest way by so much
LONG_EDGES = 1e-5


@pytest.fixture(scope="module")
def tables():
    return {
        table.name: table for table in content(sample_result(), "zh") if table.geometry and len(table.frame)
    }


@pytest.fixture(scope="module")
def shapefiles(tmp_path_factory):
    folder = tmp_path_factory.mktemp("shp") / "bth"
    write_format(sample_result(), folder, "shp", choices=Choices(encoding="GBK", crs="EPSG:4527"))
    return folder


@pytest.fixture(scope="module")
def drawing(tmp_path_factory):
    path = tmp_path_factory.mktemp("dxf") / "bth.dxf"
    assert write_dxf(content(sample_result(), "zh"), path) == [path, path.with_suffix(".prj")]
    return read_layer(path)


def test_shapefiles_in_gbk_and_metres_come_back_with_rows_areas_and_texts(shapefiles, tables):
    for name, table in tables.items():
        assert (shapefiles / f"{name}.cpg").read_text() == "GBK"
        layer = read_layer(shapefiles / f"{name}.shp")
        assert len(layer.data) == len(table.frame), name
        assert list(layer.data["name"]) == list(table.frame["name"]), name
        areas = [area_km2(frame.geometry) for frame in (layer.data, table.frame)]
        np.testing.assert_allclose(*areas, rtol=1e-6, atol=1e-9, err_msg=name)
        lengths = [length_km(frame.geometry) for frame in (layer.data, table.frame)]
        np.testing.assert_allclose(*lengths, rtol=LONG_EDGES, err_msg=name)
    assert read_layer(shapefiles / "units.shp").decisions


def test_a_drawing_comes_back_with_its_layers_and_their_areas_and_lengths(drawing, tables):
    data = drawing.data
    assert not [finding for finding in drawing.findings if finding.severity.value == "error"]
    for name in ("redline", "barrier", "bays", "lakes", "zone"):
        found = data[data["Layer"] == name]
        before, after = area_km2(tables[name].frame.geometry).sum(), area_km2(found.geometry).sum()
        assert after == pytest.approx(before, rel=1e-6), name
    rivers = data[data["Layer"] == "rivers"]
    before, after = length_km(tables["rivers"].frame.geometry).sum(), length_km(rivers.geometry).sum()
    assert after == pytest.approx(before, rel=LONG_EDGES)
    counties = tables["units"].frame[tables["units"].frame["level"] == "county"]
    assert (data["Layer"] == "units_county").sum() == len(counties)


def test_the_holes_of_a_drawing_lie_on_layers_of_their_own(tmp_path):
    result = sample_result()
    lakes = result.layers["lakes"]
    ring = shapely.box(116.0, 38.0, 116.4, 38.4).difference(shapely.box(116.1, 38.1, 116.2, 38.2))
    lakes.data = lakes.data.iloc[[0]].set_geometry(
        gpd.GeoSeries([ring], index=lakes.data.index[:1], crs=lakes.data.crs)
    )
    write_dxf(content(result, "zh"), tmp_path / "a.dxf")
    data = read_layer(tmp_path / "a.dxf").data
    outer, holes = (area_km2(data[data["Layer"] == name].geometry) for name in ("lakes", "lakes_holes"))
    assert len(outer) == len(holes) == 1
    assert outer[0] - holes[0] == pytest.approx(area_km2([ring], CRS)[0], rel=1e-6)


def test_what_gbk_lacks_is_replaced_by_what_reads_alike_and_counted(tmp_path):
    result = sample_result()
    result.layers["lakes"].data["name"] = ["湖 © 5 km²"]
    write_format(result, tmp_path / "shp", "shp", choices=Choices(encoding="GBK"))
    assert list(read_layer(tmp_path / "shp" / "lakes.shp").data["name"]) == ["湖 (c) 5 km2"]
    with (tmp_path / "shp" / DICTIONARY).open(encoding="utf-8-sig", newline="") as stream:
        (row,) = [
            row for row in csv.DictReader(stream) if row["file"] == "lakes.shp" and row["column"] == "name"
        ]
    assert row["replaced"] == "1"


def test_a_drawing_lies_in_the_zone_of_its_middle_unless_told_otherwise(tmp_path):
    tables = content(sample_result(), "zh")
    _, beside = write_dxf(tables, tmp_path / "a.dxf")
    assert "Zone_39" in beside.read_text()
    _, beside = write_dxf(tables, tmp_path / "b.dxf", "EPSG:4528")
    assert "Zone_40" in beside.read_text()
    for crs in ("EPSG:4490", "somewhere"):
        with pytest.raises(UsageError):
            write_dxf(tables, tmp_path / "c.dxf", crs)
    assert not (tmp_path / "c.dxf").exists()


@pytest.mark.usefixtures("with_font")
def test_sheets_are_as_large_as_their_paper(tmp_path):
    for paper, width in (("A4", 297), ("A3", 420)):
        write_format(sample_result(), tmp_path / f"{paper}.png", "png", choices=Choices(paper=paper, dpi=40))
        assert matplotlib.image.imread(tmp_path / f"{paper}.png").shape[1] == int(width / 25.4 * 40)


def test_a_project_comes_with_its_geopackage(tmp_path):
    written = write_format(sample_result(), tmp_path / "bth.qgz", "qgz")
    assert written == [tmp_path / "bth.qgz", tmp_path / "bth.gpkg"]
    assert all(path.stat().st_size > 1000 for path in written)


def test_an_option_of_another_format_is_refused_and_none_is_forgotten(tmp_path):
    given = {
        "encoding": "GBK",
        "crs": "EPSG:4527",
        "paper": "A3",
        "dpi": 40,
        "rate": "redline_coverage",
        "breaks": (0.1,),
        "atlas": "county",
    }
    assert set(given) == set(OPTIONS) == set(Choices.__dataclass_fields__)
    for option, formats in OPTIONS.items():
        assert set(formats) < set(FORMATS)
        other = next(one for one in FORMATS if one not in formats)
        with pytest.raises(UsageError, match=f"--{option}"):
            write_format(sample_result(), tmp_path / "x", other, choices=Choices(**{option: given[option]}))
    with pytest.raises(UsageError, match="somewhere"):
        write_format(sample_result(), tmp_path / "x", "shp", choices=Choices(crs="somewhere"))
    assert list(tmp_path.iterdir()) == []


def test_the_command_line_reaches_every_option(tmp_path, monkeypatch):
    seen = {}

    class Project:
        result = sample_result()
        project = type("_", (), {"zone": result.zone})

    def write(result, path, kind, *, lang, choices, **_):
        seen[kind] = choices
        return [path]

    monkeypatch.setattr("geozone.cli.zones.opened", lambda *_: Project)
    monkeypatch.setattr("geozone.export.formats.write_format", write)
    run = CliRunner()
    run.invoke(
        cli,
        ["export", "bth", "--format", "shp", "--encoding", "GBK", "--crs", "EPSG:4527"],
        catch_exceptions=False,
    )
    run.invoke(cli, ["export", "bth", "--format", "png", "--paper", "A3", "--dpi", "72", "--rate", "barrier_coverage", "--breaks", "10,20，40"], catch_exceptions=False)  # fmt: skip
    assert seen == {
        "shp": Choices(encoding="GBK", crs="EPSG:4527"),
        "png": Choices(paper="A3", dpi=72, rate="barrier_coverage", breaks=(0.1, 0.2, 0.4)),
    }
    with pytest.raises(UsageError, match="ascending"):
        run.invoke(cli, ["export", "bth", "--breaks", "30,20"], catch_exceptions=False)
