"""Units by code and by name, of now and of before."""

import csv

import pyogrio
import pytest

from geozone.files import shipped
from geozone.registers.gazetteer import chain, common, embedded_gazetteer, holds

UNITS = embedded_gazetteer()
REGISTERS = shipped("layers") / "registers"


def rows(name):
    with (REGISTERS / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_the_list_has_every_unit_of_the_embedded_boundary_by_its_name():
    listed = {row["code"]: row["name"] for row in rows("units.csv")}
    path = shipped("layers") / "data" / "boundary.gpkg"
    for layer, _ in pyogrio.list_layers(path):
        table = pyogrio.read_dataframe(path, layer=layer, columns=["code", "name"], read_geometry=False)
        assert dict(table.itertuples(index=False, name=None)).items() <= listed.items()


def test_every_change_leads_to_units_of_now():
    listed = {row["code"] for row in rows("units.csv")}
    for row in rows("code_changes.csv"):
        assert 2009 <= int(row["year"]) <= 2024
        assert row["kind"] in {"recoded", "merged", "divided", "renamed"}
        assert (len(row["new_codes"].split()) > 1) == (row["kind"] == "divided")
        found = UNITS.read_code(row["code"])
        assert found.code in listed
        assert found.code[:2] == row["code"][:2]  # none of these changes crossed a province
        if row["kind"] != "renamed" and row["code"] not in listed:
            assert found.state in {"recoded", "merged", "divided"}


@pytest.mark.parametrize(
    ("given", "code", "state"),
    [
        ("13", "130000", ""),
        ("1302", "130200", ""),
        ("130283", "130283", ""),
        ("130283.0", "130283", ""),
        ("'130283", "130283", ""),
        ('="130283"', "130283", ""),
        ("１３０２８３", "130283", ""),
        ("1.30283E+05", "130283", ""),
        ("130283001000", "130283", ""),
        ("120107", "120116", "merged"),  # 塘沽区
        ("130230", "130209", "recoded"),  # 唐海县
        ("110228", "110118", "recoded"),  # 密云县
        ("320602", "320613", "merged"),  # 崇川区 under its old code
        ("341402", "340181", "recoded"),  # 居巢区, of a city that is no more
        ("130103", "130100", "divided"),  # 桥东区
        ("130323", "130300", "divided"),  # 抚宁县
        ("139999", "130000", "unknown"),
        ("130271", "130200", "unknown"),
        ("991234", "", "unknown"),
        ("13028", "", "malformed"),
        ("唐山", "", "malformed"),
        ("110100", "110000", ""),  # all districts of a municipality
        ("130201", "130200", ""),  # all districts of a city
        ("419001", "419001", ""),
    ],
)
def test_codes_as_registers_write_them(given, code, state):
    found = UNITS.read_code(given)
    assert (found.code, found.state) == (code, state)


@pytest.mark.parametrize(
    ("name", "level", "within", "codes"),
    [
        ("唐山", "city", "", {"130200"}),
        ("曹妃甸区", "county", "130200", {"130209"}),
        ("唐海县", "county", "130200", {"130209"}),
        ("塘沽区", "county", "120000", {"120116"}),
        ("河北省唐山市曹妃甸区", None, "", {"130209"}),
        ("唐山曹妃甸", None, "", {"130209"}),
        ("桥西区", "county", "130000", {"130104", "130703"}),
        ("桥西区", "county", "130100", {"130104"}),
        ("桥东区", "county", "130100", {"130102", "130104"}),
        ("定州市", "city", "130000", {"130682"}),
        ("孟村县", "county", "130900", {"130930"}),
        ("雄安新区", "city", "130000", {"130600"}),
        ("内蒙古", "province", "", {"150000"}),
        ("海港市", "city", "130000", set()),
        ("北戴河区", "county", "130200", set()),
    ],
)
def test_names_of_now_and_of_before(name, level, within, codes):
    assert UNITS.find(name, level, within) == codes


def test_units_hold_others_and_have_a_smallest_common_one():
    assert chain("130209") == ("130000", "130200", "130209")
    assert chain("120116") == ("120000", "", "120116")
    assert chain("419001") == ("410000", "419001", "419001")
    assert holds("130000", "130209")
    assert not holds("130300", "130209")
    assert common(["130209", "130225"]) == "130200"
    assert common(["130209", "130304"]) == "130000"
    assert common(["130209", "120116"]) == ""
    assert common([]) == ""


def test_a_cell_may_list_places_without_cutting_their_names():
    assert UNITS.places("唐山市、秦皇岛市") == ["唐山市", "秦皇岛市"]
    assert UNITS.places("海港区和北戴河区") == ["海港区", "北戴河区"]
    assert UNITS.places("和平区") == ["和平区"]
    assert UNITS.places("呼和浩特市") == ["呼和浩特市"]
