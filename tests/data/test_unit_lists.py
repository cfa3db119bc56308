"""Lists of cities, districts and counties: known members of programmes, with a status each and never a denominator."""

import re
import tomllib

import pandas as pd
import pyogrio
import pytest

from geozone.files import shipped
from geozone.model import REGISTER_COLUMNS, Basis, Severity, Status
from geozone.overlay.units import code_prefix
from geozone.registers import embedded_registers, published_lists, read_register
from geozone.seeds import get_zone

FOLDER = shipped("layers") / "registers"
DECLARED = tomllib.loads((FOLDER / "registers.toml").read_text("utf-8"))
LISTS = {"zero_waste_cities": 15, "eco_civilisation_areas": 48, "beautiful_village_pioneers": 23}
CODES = ["province_code", "city_code", "county_code"]


def read(name):
    return pd.read_csv(FOLDER / f"{name}.csv", dtype=str, keep_default_na=False)


@pytest.fixture(scope="module")
def units():
    """Return the embedded units by code: name, English name, level."""
    path = shipped("layers") / "data" / "boundary.gpkg"
    tables = [
        pyogrio.read_dataframe(path, layer=level, read_geometry=False)
        for level in ("province", "city", "county")
    ]
    return pd.concat(tables).set_index("code")


@pytest.mark.parametrize("name", LISTS)
def test_a_list_is_a_register_like_the_others(name):
    table = read(name)
    assert tuple(table.columns) == REGISTER_COLUMNS
    assert len(table) == LISTS[name]
    assert table.item_id.is_unique
    for column in ("name", "name_en", "province_code", "source", "source_date", "confidence", "note"):
        assert (table[column] != "").all(), column
    assert set(table.confidence) <= {"high", "medium-high", "medium"}
    assert set(table.basis) == {"public"}
    entry = DECLARED[name]
    register = read_register(FOLDER / f"{name}.csv", role=entry["role"], id=entry["id"], basis=Basis.PUBLIC)
    warned = [
        finding.message.get("zh") for finding in register.findings if finding.severity is not Severity.NOTE
    ]
    assert len(register.items) == len(table)
    # a regiment is no county; all others are units
    assert [word for word in warned if "第一师七团" not in word] == []


@pytest.mark.parametrize("name", LISTS)
def test_codes_lie_in_each_other_and_name_the_unit(name, units):
    table = read(name)
    for row in table.to_dict("records"):
        province, city, county = (row[column] for column in CODES)
        finest = county or city or province
        assert re.fullmatch(r"\d{6}", finest)
        assert not city or city[:2] == province[:2]
        assert not county or county[:4] == (city or f"{county[:4]}00")[:4]
        if county:
            assert units.loc[county, "level"] == "county"
            if "林场" not in row["name"]:
                assert units.loc[county, "name"] == row["name"]
                assert units.loc[county, "name_en"] == row["name_en"]
        elif finest in units.index and name != "beautiful_village_pioneers":
            assert units.loc[finest, "name"] == row["name"]


@pytest.mark.parametrize("name", LISTS)
def test_nothing_on_the_lists_is_called_built(name):
    """Membership of a programme and a name given by a ministry are not completion."""
    assert set(read(name).status) <= {*Status} - {Status.BUILT}


@pytest.mark.parametrize("name", LISTS)
def test_a_list_of_known_members_says_that_it_is_not_whole(name):
    entry = DECLARED[name]
    assert entry["partial"]
    assert Basis(entry["basis"]) is Basis.WORKING
    for zone in entry["zones"]:
        register = embedded_registers(zone)[entry["id"]]
        assert (register.id, register.basis) == (name, Basis.WORKING)
        assert set(register.items["basis"]) == {"public"}
        assert [finding.kind for finding in register.findings] == ["register_partial"]


@pytest.mark.parametrize("zone", ["bth", "hebei", "yrd"])
def test_a_zone_has_the_members_that_lie_in_it(zone):
    prefixes = tuple(code_prefix(code) for code in get_zone(zone).members)
    for entry in DECLARED.values():
        if not entry.get("partial"):
            continue
        listed = read(entry["file"].removesuffix(".csv"))
        inside = listed[
            [row.province_code.startswith(tuple(p[:2] for p in prefixes)) for row in listed.itertuples()]
        ]
        register = embedded_registers(zone)[entry["id"]]
        assert list(register.items["name"]) == list(inside["name"])
        if register.level is not None:
            codes = register.items[f"{register.level}_code"]
            assert codes.is_unique
            assert (codes != "").all()


def test_no_list_is_a_denominator():
    assert not set(LISTS) & set(published_lists())
    assert all(f"`{name}.csv`" in (FOLDER / "UNITS.md").read_text("utf-8") for name in LISTS)


def test_members_of_the_zero_waste_programme_are_told_from_cities_with_a_plan():
    table = read("zero_waste_cities")
    assert (table.county_code == "").all()
    assert (table.city_code != "").all()
    members = table[table.status == "under_construction"]
    assert (members.province_code == "330000").sum() == 11  # all cities of Zhejiang
    assert set(table[table.status == "planned"].province_code) == {"130000"}


def test_the_named_areas_of_hebei_are_nine_and_proposals_are_not_among_them():
    table = read("eco_civilisation_areas")
    named = table[(table.province_code == "130000") & (table.status == "recognised")]
    assert len(named) == 9
    assert named.item_id.str.startswith("eco-base-").sum() == 5
    proposed = table[table.note.str.contains("不计数")]
    assert set(proposed.status) == {"planned"}
    assert set(table[table.status_date == "2017"].status) == {"unknown", "recognised"}
