"""Registers in the forms that they come in, and what would make a rate wrong in them."""

import codecs
from collections import Counter
from dataclasses import replace

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest
import shapely

from geozone.errors import InputError
from geozone.manifest.inputs import load_registers
from geozone.messages import Text
from geozone.model import CRS, REGISTER_COLUMNS, Basis, Level, Severity, Status
from geozone.project import embedded_project
from geozone.project.registers import RegisterFile
from geozone.rates.item_counts import count_items
from geozone.registers import embedded, embedded_registers, published_lists, read_register
from geozone.registers.embedded import embedded_dates
from geozone.registers.status_words import match_status
from geozone.registers.words import measure_factor
from geozone.run.registers import read_registers
from geozone.seeds import get_zone, load_zones

HEADINGS = ["序号", "海湾名称", "所在省", "所在市", "区县", "建设状态", "建成时间", "岸线长度（米）", "来源"]
ROWS = [
    [1, "北湾", "河北省", "秦皇岛市", "北戴河区", "建成", "2024-05-01", 24000, "公告一"],
    [2, "南湾", "河北省", "唐山市", "乐亭县", "优秀案例", "2023", 50000, "公告一"],
    [3, "东湾", "天津市", "天津市", "滨海新区", "在建", "", 36000, "公告二"],
    [4, "西湾", "河北省", "沧州市", "黄骅市", "", "", 60000, "公告二"],
]
BTH = get_zone("bth")


def write_csv(path, rows, encoding="utf-8", headings=HEADINGS):
    lines = [",".join(map(str, row)) for row in [headings, *rows]]
    path.write_bytes("\r\n".join(lines).encode(encoding))
    return path


def write_xlsx(path, rows, headings=HEADINGS):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["某省海湾名录"])
    sheet.append(["（截至 2025 年底）"])
    sheet.append(headings)
    for row in rows:
        sheet.append(row)
    book.save(path)
    book.close()
    return path


def read(path, **more):
    return read_register(path, role="bay", basis=Basis.OFFICIAL, as_of="2025-12-31", zone=BTH, **more)


def told(register):
    """Return the kinds of what was found, without the count of rows that every register has."""
    return [finding.kind for finding in register.findings if finding.kind != "register_rows"]


def plain(register):
    return register.items.drop(columns=["item_id"]).astype(str)


def test_xlsx_gbk_csv_and_geopackage_are_the_same_register(tmp_path):
    table = pd.DataFrame(ROWS, columns=HEADINGS)
    points = [shapely.Point(118 + i / 10, 39) for i in range(len(table))]
    gpd.GeoDataFrame(table, geometry=points, crs=CRS).to_file(tmp_path / "bays.gpkg", layer="海湾")
    registers = [
        read(write_xlsx(tmp_path / "海湾名录.xlsx", ROWS)),
        read(write_csv(tmp_path / "gbk.csv", ROWS, "gbk")),
        read(write_csv(tmp_path / "utf8.csv", ROWS, "utf-8-sig")),
        read(tmp_path / "bays.gpkg", layer="海湾"),
    ]
    for other in registers[1:]:
        pd.testing.assert_frame_equal(plain(registers[0]), plain(other))
    for register in registers:
        assert told(register) == ["register_blank_status"]  # the last row has none
        assert list(register.items.columns) == list(REGISTER_COLUMNS)
        assert list(register.items["county_code"]) == ["130304", "130225", "120116", "130983"]
        assert list(register.items["city_code"]) == ["130300", "130200", "", "130900"]
        assert list(register.items["status"]) == ["built", "recognised", "under_construction", "unknown"]
        assert list(register.items["shore_km"]) == [24.0, 50.0, 36.0, 60.0]
        tally = count_items(register, "bth", Level.ZONE, BTH).tally
        assert (tally.built, tally.possible, tally.total) == (1, 1, 4)


def test_english_headings_and_codes_are_read_too(tmp_path):
    rows = [["a", "North Bay", "130304", "built", "12.5"], ["b", "South Bay", "120116", "planned", ""]]
    path = write_csv(tmp_path / "r.csv", rows, headings=["ID", "Name", "county_code", "Status", "Coast_km"])
    register = read(path)
    assert list(register.items["item_id"]) == ["a", "b"]
    assert register.items["shore_km"].iloc[0] == 12.5
    assert pd.isna(register.items["shore_km"].iloc[1])
    assert list(register.items["province_code"]) == ["130000", "120000"]


def test_a_duplicate_an_unknown_word_and_a_city_outside_are_three_findings(tmp_path):
    rows = [
        *ROWS,
        [5, "北湾", "河北省", "秦皇岛市", "北戴河区", "建成", "2024-05-01", 24000, "公告一"],
        [6, "中湾", "河北省", "唐山市", "滦南县", "快好了", "", 10000, "公告二"],
        [7, "灵山湾", "山东省", "青岛市", "", "建成", "2022", 30000, "公告三"],
    ]
    register = read(write_csv(tmp_path / "r.csv", rows))
    assert told(register) == [
        "register_unknown_status",
        "register_blank_status",
        "register_duplicate",
        "register_outside_zone",
    ]
    findings = [register.findings[place] for place in (0, 2, 3)]
    for finding, row, word in zip(findings, ["7", "6", "8"], ["快好了", "北湾", "灵山湾"], strict=True):
        assert finding.feature == row
        assert finding.severity is Severity.WARNING
        for language in ("zh", "en"):
            assert row in finding.message.get(language)
            assert word in finding.message.get(language)
            assert finding.remedy.get(language)
    tally = count_items(register, "bth", Level.ZONE, BTH).tally
    # the duplicate and the bay of Qingdao do not count; the unknown word counts as unknown
    assert (tally.built, tally.possible, tally.total) == (1, 2, 5)


def test_one_place_under_two_names_counts_once(tmp_path):
    rows = [
        [1, "生态城—寨上岸段", "天津市", "", "滨海新区", "计划", "", 1, "x"],
        [2, "生态城一寨上岸段", "天津市", "", "滨海新区", "计划", "", 1, "x"],
    ]
    register = read(write_csv(tmp_path / "r.csv", rows))
    assert told(register) == ["register_two_names"]
    assert len(register.items) == 1


def test_one_name_at_two_places_is_told_and_both_count(tmp_path):
    rows = [
        [1, "月牙湾", "河北省", "唐山市", "乐亭县", "计划", "", 1, "x"],
        [2, "月牙湾", "天津市", "", "滨海新区", "计划", "", 1, "x"],
        [3, "滨海", "天津市", "", "滨海新区", "计划", "", 1, "x"],
    ]
    register = read(write_csv(tmp_path / "r.csv", rows))
    assert Counter(told(register)) == {
        "register_same_name": 1,
        "register_homonym": 1,
    }
    assert len(register.items) == 3


def test_places_and_numbers_that_cannot_be_read_are_findings(tmp_path):
    rows = [[1, "甲湾", "河北省", "海港市", "", "建成", "", "很长", "x"]]
    register = read(write_csv(tmp_path / "r.csv", rows))
    assert set(told(register)) == {"register_unknown_place", "register_not_a_number"}
    assert pd.isna(register.items["shore_km"].iloc[0])
    assert register.items["province_code"].iloc[0] == "130000"


@pytest.mark.parametrize("province", ["天津市", ""])
def test_a_municipality_may_be_written_as_its_own_city(tmp_path, province):
    rows = [[1, "甲湾", province, "天津市", "滨海新区", "建成", "", "1", "x"]]
    register = read(write_csv(tmp_path / "r.csv", rows))
    assert "register_unknown_place" not in {finding.kind for finding in register.findings}
    item = register.items.iloc[0]
    assert (item["province_code"], item["city_code"], item["county_code"]) == ("120000", "", "120116")


def test_a_city_in_another_province_contradicts_it(tmp_path):
    rows = [[1, "甲湾", "河北省", "天津市", "", "建成", "", "1", "x"]]
    register = read(write_csv(tmp_path / "r.csv", rows))
    assert told(register) == ["register_places_differ", "register_no_place"]


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("建成", Status.BUILT),
        ("美丽海湾", Status.BUILT),
        ("优秀案例", Status.RECOGNISED),
        ("提名案例（第一批）", Status.RECOGNISED),
        ("培育", Status.UNDER_CONSTRUCTION),
        ("未建成", Status.PLANNED),
        ("Under Construction", Status.UNDER_CONSTRUCTION),
        ("", Status.UNKNOWN),
        ("快好了", None),
    ],
)
def test_the_words_of_the_lists(word, status):
    assert match_status(word) is status


def test_only_the_built_count_as_built(tmp_path):
    rows = [
        [i, f"湾{i}", "河北省", "", "", word, "", 1, "x"]
        for i, word in enumerate(["优秀案例", "提名案例", "培育", "建成"])
    ]
    tally = count_items(read(write_csv(tmp_path / "r.csv", rows)), "bth", Level.ZONE, BTH).tally
    assert (tally.built, tally.possible, tally.total) == (1, 0, 4)


def test_headings_may_name_their_unit():
    assert measure_factor("面积（公顷）") == 0.01
    assert measure_factor("岸线长度(km)") == 1
    assert measure_factor("面积") == 1


def test_the_user_may_name_the_columns(tmp_path):
    path = write_csv(tmp_path / "r.csv", [["甲湾", "建成"]], headings=["甲列", "乙列"])
    register = read(path, fields={"name": "甲列", "status": "乙列"})
    assert register.items["status"].iloc[0] == Status.BUILT


def test_what_cannot_be_read_is_one_clear_sentence(tmp_path):
    for path, key in [
        (tmp_path / "none.csv", "missing"),
        (write_csv(tmp_path / "odd.csv", [[1, 2]], headings=["x", "y"]), "no_headings"),
        (write_csv(tmp_path / "nostatus.csv", [["甲"]], headings=["名称"]), "no_column"),
    ]:
        with pytest.raises(InputError) as error:
            read(path)
        assert error.value.message.key == f"registers.{key}"
        assert path.name in str(error.value)
    (tmp_path / "bad.csv").write_bytes(codecs.BOM_UTF16_LE + "名称".encode("utf-16-le") + b"\xff\xff\xff")
    with pytest.raises(InputError):
        read(tmp_path / "bad.csv")
    (tmp_path / "bad.xlsx").write_bytes(b"no workbook")
    with pytest.raises(InputError):
        read(tmp_path / "bad.xlsx")
    with pytest.raises(InputError):
        read(write_xlsx(tmp_path / "r.xlsx", ROWS), layer="没有")


def test_an_embedded_register_that_is_replaced_is_not_read(tmp_path, monkeypatch):
    path = write_csv(tmp_path / "海湾.csv", ROWS)
    own = RegisterFile("bay", path, Basis.OFFICIAL, "2026-01-01", None, id="bay")
    project = replace(embedded_project("bth"), registers=(own,))
    every = read_registers(embedded_project("bth"), [])
    assert {name: one.as_of for name, one in every.items()} == embedded_dates(BTH)

    def read(name):
        assert declared[name].get("id", declared[name]["role"]) != "bay", name
        return kept(name)

    declared, kept = embedded._declared(), embedded._read_embedded
    monkeypatch.setattr(embedded, "_read_embedded", read)
    found = read_registers(project, [])
    assert list(found) == list(every)
    assert list(found["bay"].items["name"]) == [row[1] for row in ROWS]
    assert all(found[name].items.equals(one.items) for name, one in every.items() if name != "bay")


def test_every_embedded_register_is_told_as_what_it_is():
    for zone in load_zones().values():
        for name, register in embedded_registers(zone).items():
            declared = load_registers()[name]
            assert (register.role, register.level) == (declared.role, declared.level)
            assert isinstance(register.source, Text)
            items = register.items
            assert set(items["status"]) <= set(Status)
            assert items["item_id"].is_unique
            assert (items["source"] != "").all()
            assert (items["confidence"] != "").all()
            assert not [finding for finding in register.findings if finding.severity is not Severity.NOTE]
            outside = count_items(register, zone.key, Level.ZONE, zone)
            assert outside.listed == len(items)


def test_hebei_has_its_own_part_of_the_regional_registers():
    whole, part = embedded_registers("bth"), embedded_registers(get_zone("hebei"))
    for role in ("bay", "river", "lake"):
        assert set(part[role].items["province_code"]) == {"130000"}
        assert set(part[role].items["item_id"]) < set(whole[role].items["item_id"])
    assert set(whole["bay"].items["province_code"]) == {"120000", "130000"}


def test_the_published_units_of_zhejiang_give_its_rate_with_a_source():
    register, zone = embedded_registers("yrd")["bay"], get_zone("yrd")
    counted = count_items(register, "330000", Level.PROVINCE, zone)
    assert counted.basis is Basis.PUBLIC
    assert (counted.tally.built, counted.tally.total) == (11, 34)
    assert counted.tally.low == pytest.approx(11 / 34)
    assert counted.tally.value is None  # 18 of the 34 are not named
    assert register.totals[0].source
    assert register.totals[0].source_date
    built = register.items[
        (register.items["province_code"] == "330000") & (register.items["status"] == "built")
    ]
    assert (built["source"] != "").all()
    assert (built["status_date"] != "").all()


def test_the_bays_of_an_exported_geopackage_are_a_register_again(tmp_path):
    """Statuses that were edited in QGIS come back: by county code, without the natural bays."""
    table = gpd.GeoDataFrame(
        {
            "code": ["130304", "120116", ""],
            "kind": ["working_unit", "working_unit", "natural_bay"],
            "name": ["北戴河区近岸海域", "滨海新区近岸海域", "渤海湾"],
            "shore_km": [24.5, 414.3, 900.0],
            "status": ["built", "unknown", "unknown"],
        },
        geometry=[shapely.Point(119, 39)] * 3,
        crs=CRS,
    )
    table.to_file(tmp_path / "bth.gpkg", layer="bays")
    register = read(tmp_path / "bth.gpkg", layer="bays")
    assert told(register) == ["register_natural"]
    assert list(register.items["city_code"]) == ["130300", ""]
    tally = count_items(register, "bth", Level.ZONE, BTH, "shore_km").tally
    assert (tally.built, tally.total) == (24.5, pytest.approx(438.8))


def test_the_published_lists_have_a_source_and_a_date_in_every_row():
    lists = published_lists()
    assert {key: len(register.items) for key, register in lists.items()} == {
        "bays_published": 61,
        "waters_published": 53,
    }
    for register in lists.values():
        for column in ("source", "source_date", "confidence"):
            assert (register.items[column] != "").all(), column
        # a water that crosses a border belongs to no province, and says so
        crossing = register.items["note"].str.contains("跨")
        assert ((register.items["province_code"] == "") == crossing).all()
        assert {finding.severity for finding in register.findings} <= {Severity.NOTE}


def test_the_working_registers_say_what_the_published_lists_say():
    published = published_lists()["bays_published"].items.set_index("name")
    ours = embedded_registers("yrd")["bay"].items
    named = ours[ours["province_code"] == "330000"].set_index("name")
    assert len(named) == 16
    for name, status in named["status"].items():
        if name in published.index:
            assert published.loc[name, "status"] == status, name
