"""The declarations agree with each other, and every kind of fault between them is told with file and line."""

import re
from importlib.util import find_spec

import pytest
from declarations import changed_declarations

from geozone.errors import InputError
from geozone.manifest.checked import check_manifest
from geozone.manifest.measures import load_measures

INDICATOR = """
[added]
title = {{ zh = "甲", en = "A" }}
measure = "{measure}"
unit = "{unit}"
{keys}
"""
FIGURE = "bth,京津冀,Beijing-Tianjin-Hebei,{context},{indicator},2024,,,1,{unit},=,value,,,甲,A,乙,B,2025,2026-11,high,,"


@pytest.fixture
def declared(tmp_path):
    with changed_declarations(tmp_path) as copy:
        yield copy


def faults():
    with pytest.raises(InputError) as caught:
        check_manifest()
    return caught.value.get("en")


def added(measure, keys="", unit="%"):
    return INDICATOR.format(measure=measure, keys=keys, unit=unit)


def test_what_is_shipped_has_no_fault():
    check_manifest()


def test_every_measure_has_a_module():
    assert [name for name in load_measures() if find_spec(f"geozone.rates.measures.{name}") is None] == []


@pytest.mark.parametrize(
    ("file", "block", "line", "said"),
    [
        ("seeds/indicators.toml", added("coverage", 'layer = "redlin"'), 5, "redlin.*redline"),
        ("seeds/indicators.toml", added("coverage", 'layer = "rivers"'), 5, "rivers is of the kind line; area"),
        ("seeds/indicators.toml", added("length", 'layer = "lakes"', "km"), None, None),  # lakes may be lines
        ("seeds/indicators.toml", added("class_share", 'layer = "redline"\nclasses = ["a"]'), 5, "raster"),
        ("seeds/indicators.toml", added("share_of_layer", 'layer = "redline"\nwithin = ["nowhere"]'), 6, "nowhere"),
        ("seeds/indicators.toml", added("raster_mean", 'layer = "pm25"\nweight = "redline"', "ug/m3"), 6, "raster"),
        ("seeds/indicators.toml", added("completion", 'register = "bays"'), 5, "bays.*bay"),
        ("seeds/indicators.toml", added("completion", 'register = ["bay", "sea"]'), 5, "sea"),
        ("seeds/indicators.toml", added("reported", 'figure = "rain"'), 5, "rain"),
        ("seeds/indicators.toml", added("derived", 'formula = "redline_area / lnd_area"'), 5, "lnd_area.*land_area"),
        ("seeds/indicators.toml", added("derived", 'formula = "added * 2"'), 1, "added is made from itself"),
        ("seeds/indicators.toml", added("coverage", 'layer = "redline"\npart_of = "redlin_area"'), 6, "redlin_area"),
        ("seeds/indicators.toml", added("coverage", 'layer = "redline"\nmap_rank = 1'), 6, "redline_coverage"),
        ("seeds/indicators.toml", added("coverage", 'layer = "redline"', "km2"), 4, "gives a share"),
        ("seeds/indicators.toml", added("evidence", "", "km2"), 4, "gives no number"),
        ("seeds/indicators.toml", added("mean_of_points", 'layer = "station"\nfield = "pm_25"', "ug/m3"), 6, "pm25"),
        (
            "seeds/indicators.toml",
            added("share_of_points", 'layer = "control_unit"\nwhere = { water_clas = ["1"] }'),
            6,
            "water_class",
        ),
        ("seeds/indicators.toml", added("coverage", 'layer = "redline"', "percent"), 4, "percent"),
        ("seeds/indicators.toml", added("covrage", 'layer = "redline"'), 3, "covrage.*coverage"),
        ("seeds/layers.toml", '[added]\nrole = "statn"\ntitle = { zh = "甲", en = "A" }', 2, "statn.*station"),
        ("seeds/layers.toml", '[added]\nrole = "station"', 1, "title"),
        ("seeds/layers.toml", '[added]\nrole = "station"\ntitle = "甲"', 3, "zh"),
        ("seeds/registers.toml", '[added]\nrole = "unit"\ntitle = { zh = "甲", en = "A" }', 1, "level"),
        ("seeds/registers.toml", '[added]\nrole = "sites"\ntitle = { zh = "甲", en = "A" }', 2, "sites.*site"),
        (
            "seeds/registers.toml",
            '[added]\nrole = "site"\nlevel = "city"\ntitle = { zh = "甲", en = "A" }',
            3,
            "only registers of units",
        ),
        ("seeds/registers.toml", '[added]\nrole = "site"', 1, "title"),
        ("seeds/fields.toml", '[added]\ntitle = { zh = "甲", en = "A" }\nunit = "ugm3"', 3, "ugm3.*ug/m3"),
        ("seeds/measures.toml", '[added]\ntitle = { zh = "甲", en = "A" }\nkind = "area"', 1, "method"),
        (
            "seeds/measures.toml",
            '[added]\ntitle = { zh = "甲", en = "A" }\nmethod = { zh = "甲", en = "A" }\nunit = "km3"',
            4,
            "km3",
        ),
        ("seeds/units.toml", '[added]\nzh = "甲"\nen = "A"\nof = "ha"\nfactor = 2.0', 4, "multiple of km2"),
        ("seeds/units.toml", '[added]\nzh = "甲"\nen = "A"\nwritten = ["公顷"]', 4, "公顷 is used by ha"),
        ("seeds/units.toml", '[added]\nzh = "甲"\nen = "A"\nof = "are"', 4, "are"),
        (
            "layers/figures/figures.csv",
            FIGURE.format(context="", indicator="land_are", unit="km2"),
            1,
            "land_are.*land_area",
        ),
        ("layers/figures/figures.csv", FIGURE.format(context="", indicator="land_area", unit="km"), 1, "converted"),
        ("layers/figures/figures.csv", FIGURE.format(context="", indicator="land_area", unit="kmm2"), 1, "kmm2"),
        ("layers/figures/figures.csv", FIGURE.format(context="bht", indicator="land_area", unit="km2"), 1, "bht.*bth"),
    ],
)  # fmt: skip
def test_a_reference_to_what_is_not_there_or_does_not_fit_is_told(declared, file, block, line, said):
    first = declared.add(file, block)
    if file.endswith(".csv"):  # a table of rows has no blank line before its last one
        path = declared.root / file
        path.write_text(path.read_text("utf-8").replace("\n\n", "\n"), "utf-8")
        first -= 1
    if said is None:
        check_manifest()
        return
    told = faults()
    assert re.search(said, told), told
    assert f"{file.rpartition('/')[2]}, line {first + line - 1}:" in told


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("seeds/targets.toml", 'indicator = "pm25_annual_mean"', 'indicator = "pm25_mean"', "pm25_mean"),
        ("seeds/targets.toml", 'unit = "ug/m3"', 'unit = "km2"', "km2 cannot be converted to ug/m3"),
        ("seeds/targets.toml", 'unit = "ug/m3"', 'unit = "ugm3"', "ugm3.*ug/m3"),
        ("seeds/targets.toml", 'zone = "bth"', 'zone = "bht"', "bht.*bth"),
        ("seeds/targets.toml", 'documents = ["004", "000"]', 'documents = ["004", "009"]', "009"),
        ("seeds/targets.toml", "base_year = 2024", "base_year = 2042", "2042"),
        ("seeds/zones.toml", 'members = ["110000"', 'members = ["110001"', "no unit with the code 110001"),
        ("seeds/zones.toml", 'coastal = ["120000"', 'coastal = ["990000"', "990000"),
        ("seeds/zones.toml", 'documents = ["004"', 'documents = ["400"', "400"),
        ("seeds/places.toml", 'zone = "bth"', 'zone = "bhh"', "bhh"),
        ("seeds/places.toml", 'documents = ["000"', 'documents = ["777"', "777"),
        ("seeds/roles.toml", 'gaps = "barrier_gaps"', 'gaps = "barrier_gasp"', "barrier_gaps"),
        ("seeds/roles.toml", 'made_from = "barrier"', 'made_from = "barier"', "barrier"),
        ("seeds/roles.toml", 'protected = ["redline"]', 'protected = ["redlin"]', "redline"),
        ("seeds/roles.toml", "reach_m = 10000", "reach = 10000", "reach_m"),
        ("seeds/roles.toml", 'register = "bay"', 'register = "bays"', "bays"),
        ("seeds/roles.toml", "order = 20", "order = 10", "10 is used by functional_zone"),
        ("layers/lakes.toml", 'role = "lake"', 'role = "lakes"', "lakes.*lake"),
        ("layers/lakes.toml", 'zones = ["bth"', 'zones = ["btj"', "btj"),
    ],
)
def test_a_changed_word_is_told_with_its_line(declared, file, old, new, said):
    line = declared.change(file, old, new)
    told = faults()
    assert re.search(said, told), told
    assert f"{file.rpartition('/')[2]}, line {line}:" in told


def test_all_faults_are_told_at_once(declared):
    declared.add("seeds/indicators.toml", added("coverage", 'layer = "nowhere"'))
    declared.change("seeds/zones.toml", 'documents = ["004"', 'documents = ["400"')
    told = faults()
    assert "nowhere" in told
    assert "400" in told
