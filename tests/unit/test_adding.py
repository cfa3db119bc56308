"""What CONTRIBUTING.md says of adding holds: each thing is added in the files it names, and is there."""

import json
import re
import sys
from pathlib import Path
from types import ModuleType

import geopandas as gpd
import pytest
import shapely
from declarations import changed_declarations

from geozone.cli import cli
from geozone.export import formats
from geozone.files import shipped
from geozone.lists.headings import register_columns
from geozone.manifest.checked import check_manifest
from geozone.manifest.indicators import load_indicators
from geozone.manifest.inputs import load_layers, load_registers
from geozone.manifest.roles import get_role, layer_order
from geozone.manifest.units import read_unit
from geozone.model import Status
from geozone.project import embedded_project, load_project
from geozone.rates.measures import module_of
from geozone.rates.methods import method_of
from geozone.read import encoding
from geozone.registers.status_words import read_status
from geozone.seeds import get_zone

CONTRIBUTING = Path(__file__).parents[2] / "CONTRIBUTING.md"

ZONE = """
[hubei]
zh = "美丽湖北"
en = "Beautiful Hubei"
kind = "province"
members = ["420000"]
levels = ["county", "city", "province"]
documents = []
"""
DEMAND = """
["HUB-01"]
zone = "hubei"
documents = []
clause = "1"
region = { zh = "湖北省", en = "Hubei" }
indicator = "forest_cover"
title = { zh = "森林覆盖率", en = "Forest cover" }
comparator = ">="
modality = "firm"
value = 42
unit = "%"
year = 2027
"""
ROLE = """
[saltmarsh]
title = { zh = "盐沼", en = "Salt marshes" }
kind = "area"
order = 56
style = { kind = "fill", fill = "#a0c8a0", stroke = "#407040", width = 0.8, opacity = 0.6 }
"""
LAYER = """
[nesting_site]
role = "point"
title = { zh = "繁殖地", en = "Nesting sites" }
"""
REGISTER = """
[wetland_park]
role = "site"
title = { zh = "湿地公园名录", en = "Register of wetland parks" }
"""
INDICATOR = """
[saltmarsh_protected]
title = { zh = "盐沼保护率", en = "Salt marshes under protection" }
measure = "share_of_layer"
layer = "wetland"
within = ["protected_area"]
unit = "%"
"""
MEASURE = """
[doubled_area]
title = { zh = "面积的两倍", en = "twice the area" }
method = { zh = "{layer}面积的两倍", en = "twice the area of {layer}" }
kind = "area"
unit = "km2"
keys = { layer = "area" }
"""


@pytest.fixture
def declared(tmp_path):
    with changed_declarations(tmp_path / "declared") as copy:
        yield copy


@pytest.fixture
def listed(capsys):
    def rows(*arguments):
        cli.main([*arguments, "--json"], standalone_mode=False)
        return json.loads(capsys.readouterr().out)

    return rows


def added_row(rows, key, value):
    return next(row for row in rows if row[key] == value)


def test_a_zone_is_a_block_and_its_demands(declared, listed):
    declared.add("seeds/zones.toml", ZONE)
    declared.add("seeds/targets.toml", DEMAND)
    check_manifest()
    assert added_row(listed("zones"), "zone", "hubei")["members"] == "420000"
    assert embedded_project("hubei").zone == get_zone("hubei")
    asked = added_row(listed("indicators", "hubei"), "indicator", "forest_cover")
    assert asked["targets"] == "HUB-01"


def test_a_role_is_a_block(declared, listed, tmp_path):
    declared.add("seeds/roles.toml", ROLE)
    check_manifest()
    assert added_row(listed("roles"), "role", "saltmarsh")["kind"] == "area"
    order = layer_order()
    assert order.index("wetland") < order.index("saltmarsh") < order.index("lakes")
    gpd.GeoDataFrame(geometry=[shapely.box(118, 39, 118.1, 39.1)], crs=4490).to_file(tmp_path / "marsh.gpkg")
    project = tmp_path / "project.toml"
    project.write_text(
        'zone = "bth"\n[[layer]]\nrole = "saltmarsh"\npath = "marsh.gpkg"\nbasis = "official"\nvintage = "2025"\n',
        "utf-8",
    )
    spec = load_project(project).layers["saltmarsh"]
    assert (spec.role, spec.style) == ("saltmarsh", get_role("saltmarsh").style)


def test_a_layer_that_indicators_ask_for_is_a_block(declared, listed):
    declared.add("seeds/layers.toml", LAYER)
    check_manifest()
    assert load_layers()["nesting_site"].role == "point"
    assert "nesting_site" in added_row(listed("roles"), "role", "point")["layers"].split(",")


def test_an_embedded_layer_is_a_declaration_and_a_file(declared, listed):
    words = (shipped("layers") / "lakes.toml").read_text("utf-8")
    words = words.replace('id = "lakes"', 'id = "wetland"').replace('role = "lake"', 'role = "wetland"')
    (declared.root / "layers" / "wetland.toml").write_text(words, "utf-8")
    check_manifest()
    assert added_row(listed("layers"), "layer", "wetland")["role"] == "wetland"


def test_a_register_is_a_block(declared):
    declared.add("seeds/registers.toml", REGISTER)
    check_manifest()
    assert "county_code" in register_columns(load_registers()["wetland_park"], [])


def test_an_indicator_is_a_block(declared, listed):
    declared.add("seeds/indicators.toml", INDICATOR)
    check_manifest()
    row = added_row(listed("indicators"), "indicator", "saltmarsh_protected")
    assert row["layers"] == "wetland,protected_area"


def test_a_measure_is_a_block_and_a_module(declared, monkeypatch):
    declared.add("seeds/measures.toml", MEASURE)
    declared.add(
        "seeds/indicators.toml",
        INDICATOR.replace("share_of_layer", "doubled_area").replace('within = ["protected_area"]\n', "").replace('"%"', '"km2"'),
    )  # fmt: skip
    module = ModuleType("geozone.rates.measures.doubled_area")
    module.needs = lambda _: ()
    monkeypatch.setitem(sys.modules, module.__name__, module)
    assert module_of("doubled_area") is module


def test_a_measure_needs_no_third_place(declared):
    declared.add("seeds/measures.toml", MEASURE)
    declared.add(
        "seeds/indicators.toml",
        INDICATOR.replace("share_of_layer", "doubled_area").replace('within = ["protected_area"]\n', "").replace('"%"', '"km2"'),
    )  # fmt: skip
    check_manifest()
    [added] = [one for one in load_indicators().values() if one.measure.id == "doubled_area"]
    assert method_of(added).en.startswith("twice the area of ")


def test_a_word_for_a_status_is_a_word_in_a_list(declared):
    assert read_status("落成").status is Status.UNKNOWN
    declared.change("layers/registers/words.toml", '"建成", "已建成"', '"建成", "落成", "已建成"')
    assert read_status("落成").status is Status.BUILT


def test_a_writing_of_a_unit_is_a_word_in_a_list(declared):
    assert read_unit("天数") is None
    declared.change("seeds/units.toml", 'written = ["天"', 'written = ["天数", "天"')
    assert read_unit("天数").unit == "days"


def test_a_format_to_export_is_a_writer_in_one_module(tmp_path, monkeypatch):
    def write_list(table, path, encoding):
        path.write_text("\n".join(str(geometry) for geometry in table.frame.geometry), encoding)
        return fields_of(table)

    from samples import sample_result

    from geozone.export.vector_files import fields_of

    monkeypatch.setitem(formats._WRITERS, "wkt", write_list)
    monkeypatch.setattr(formats, "FORMATS", (*formats.FORMATS, "wkt"))
    written = formats.write_format(sample_result(), tmp_path / "out", "wkt")
    assert {path.suffix for path in written} == {".wkt", ".csv"}


def test_an_encoding_is_a_name_in_one_module(monkeypatch):
    assert encoding.codec("国标码") is None
    monkeypatch.setitem(encoding._NATIONAL, "国标码", "gb18030")
    assert encoding.codec("国标码") == "gb18030"


def test_every_file_that_the_guide_names_is_there():
    table = [line for line in CONTRIBUTING.read_text("utf-8").splitlines() if line.startswith("| ")]
    named = {name for line in table for name in re.findall(r"`([\w./<>-]+/[\w./<>-]+)`", line)}
    assert len(named) > 8
    for name in named:
        path = CONTRIBUTING.parent / re.sub(r"<[^>]+>.*", "", name)
        assert path.exists(), name
    for line in table[2:]:
        assert len(re.findall(r"`[\w./<>-]+/[\w./<>-]+`", line.split("|")[2])) in {1, 2}, line
