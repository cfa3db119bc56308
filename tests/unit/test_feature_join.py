"""Which items of a register the features of a map stand for."""

import pandas as pd
import pytest

from geozone.model import REGISTER_COLUMNS, Basis
from geozone.registers import embedded_registers
from geozone.registers.feature_join import ids_of, join_features
from geozone.registers.gazetteer import embedded_gazetteer
from geozone.registers.words import feature_names, item_names


def listed(*rows):
    """Return items of (id, name, code); the code is a county's, a city's or a province's."""
    items = pd.DataFrame("", index=range(len(rows)), columns=list(REGISTER_COLUMNS), dtype=object)
    items[["item_id", "name"]] = [row[:2] for row in rows]
    codes = [row[2] for row in rows]
    items["county_code"] = [code if not code.endswith("00") else "" for code in codes]
    items["city_code"] = [f"{code[:4]}00" if code and not code.endswith("0000") else "" for code in codes]
    items["province_code"] = [f"{code[:2]}0000" if code else "" for code in codes]
    return items


def join(features, items, **more):
    found = join_features(pd.DataFrame(features), items, embedded_gazetteer, **({"alone": True} | more))
    return ["+".join(str(items["item_id"].iloc[row]) for row in rows) for rows in found.items], [
        (doubt.kind, doubt.feature) for doubt in found.doubts
    ]


def test_a_county_that_stands_in_for_its_bays_takes_every_item_in_it():
    items = listed(("A", "东湾", "130225"), ("B", "西湾", "130225"), ("C", "北湾", "130304"))
    features = {
        "kind": ["working_unit"] * 3,
        "code": ["130225", "130304", "130983"],
        "name": ["乐亭县近岸海域", "北戴河区近岸海域", "黄骅市近岸海域"],
    }
    assert join(features, items) == (["A+B", "C", ""], [])


def test_a_natural_bay_is_joined_by_its_name_alone():
    items = listed(("A", "台州湾", "331000"), ("B", "杭州湾-嘉兴段", "330400"))
    features = {
        "kind": ["natural_bay"] * 2,
        "name": ["台州湾", "杭州湾"],
        "code": ["", "330400"],
        "province_codes": ["330000", "310000,330000"],
    }
    assert join(features, items)[0] == ["A", ""]


@pytest.mark.parametrize(
    ("feature", "item"),
    [
        ("北 湾", "北湾"),
        ("乐清湾—台州段", "乐清湾-台州段"),
        ("新安江水库", "千岛湖"),
        ("千岛湖（新安江水库）", "千岛湖"),
        ("千岛湖", "千岛湖（新安江水库）"),
        ("抚仙湖", "抚仙湖（原罗伽湖）"),
        ("罗伽湖", "抚仙湖（原罗伽湖）"),
        ("京杭大运河（南运河）", "大运河"),
        ("京杭大运河（南运河）", "南运河"),
        ("长江（扬州以下）", "长江"),
        ("Bohai Bay", "BOHAI BAY"),
    ],
)
def test_spellings_and_other_names_mean_one_water(feature, item):
    assert join({"name": [feature]}, listed(("A", item, "")))[0] == ["A"]


@pytest.mark.parametrize(
    ("feature", "item"),
    [
        ("滦河", "滦河（唐山段）"),  # a section is not the whole
        ("南运河", "京杭大运河（江南运河）"),
        ("京杭大运河（北运河）", "京杭大运河（南运河）"),
        ("杭州湾", "杭州湾-嘉兴段"),
        ("潮白新河", "潮白河"),
    ],
)
def test_a_part_on_the_register_is_not_the_whole_on_the_map(feature, item):
    assert join({"name": [feature]}, listed(("A", item, "")))[0] == [""]


def test_further_names_of_a_layer_count():
    features = {"name": ["甲湖", "乙湖"], "曾用名": ["", "丙湖；丁湖"], "别名": ["戊湖", None]}
    assert join(features, listed(("A", "戊湖", ""), ("B", "丁湖", "")))[0] == ["A", "B"]


def test_a_romanised_name_joins_only_where_there_is_no_chinese_one():
    items = listed(("A", "潮河", ""), ("B", "沙河", ""))
    items["name_en"] = ["Chao River", "Sha River"]
    features = {"name": ["巢河", "Sha River", ""], "name_en": ["Chao River", "", "Chao River"]}
    assert join(features, items)[0] == ["", "B", "A"]


@pytest.mark.parametrize("code", ["330411", 330411, 330411.0, "330411002", "3304", "33"])
def test_namesakes_are_told_apart_by_their_place(code):
    items = listed(("A", "南湖", "330400"), ("B", "南湖", "130200"))
    assert join({"name": ["南湖"], "code": [code]}, items) == (["A"], [])


def test_namesakes_are_told_apart_by_place_names_and_by_where_they_lie():
    items = listed(("A", "南湖", "330400"), ("B", "南湖", "130200"))
    assert join({"name": ["南湖"], "所在市": ["唐山市"]}, items)[0] == ["B"]
    assert join({"name": ["南湖"]}, items, locate=lambda _: ("130203",))[0] == ["B"]


def test_namesakes_that_nothing_tells_apart_are_not_joined_and_told():
    items = listed(("A", "南湖", "330400"), ("B", "南湖", "130200"))
    assert join({"name": ["南湖"]}, items) == ([""], [("several", 0)])


def test_a_namesake_elsewhere_is_another_water():
    items = listed(("A", "南湖", "330400"))
    assert join({"name": ["南湖"], "code": ["130203"]}, items) == ([""], [("elsewhere", 0)])


def test_a_known_homonym_needs_a_place():
    items = listed(("A", "子牙河", "120106"))
    assert join({"name": ["子牙河"]}, items) == ([""], [("several", 0)])
    assert join({"name": ["子牙河"], "code": ["120106"]}, items)[0] == ["A"]


def test_an_id_joins_where_name_or_place_bear_it_out():
    items = listed(("HB-1", "北湾", "130304"), ("HB-2", "南湾", "130225"))
    features = {
        "item_id": ["HB-2", "HB-1", "HB-1"],
        "name": ["南湾", "", "东湾"],
        "code": ["", "130304", "130983"],
    }
    assert join(features, items) == (["HB-2", "HB-1", ""], [("id", 2)])


def test_running_numbers_of_two_lists_join_nothing():
    """Both number their rows, in different orders: names decide."""
    items = listed(("1", "北湾", "130304"), ("2", "南湾", "130225"))
    features = {"序号": [1, 2, 3], "name": ["南湾", "北湾", "东湾"]}
    assert join(features, items) == (["2", "1", ""], [])


def test_a_unit_number_in_the_field_of_codes_is_an_id():
    items = listed(("HB-1", "北湾", "130304"), ("HB-2", "南湾", "130225"))
    assert join({"name": ["南湾", "北湾"], "code": ["HB-2", "HB-1"]}, items)[0] == ["HB-2", "HB-1"]


def test_one_feature_and_one_item_left_in_a_unit_are_joined_and_told():
    items = listed(("A", "秦皇岛湾", "130304"), ("B", "南湾", "130225"), ("C", "甲湾", "130983"))
    features = {
        "name": ["北戴河岸段", "南湾", "乙湾", "丙湾"],
        "code": ["130304", "130225", "130983", "130983"],
    }
    assert join(features, items) == (["A", "B", "", ""], [("by_code", 0)])
    assert join(features, items, alone=False) == (["", "B", "", ""], [])  # two names, two rivers


def test_a_feature_that_is_called_by_its_county_stands_in_for_it():
    items = listed(
        ("A", "东湾", "130225"), ("B", "西湾", "130225"), ("C", "中湾", "130983"), ("D", "外湾", "130983")
    )
    features = {"name": ["乐亭县近岸海域（示意）", "黄骅市东湾"], "code": ["130225", "130983"]}
    names = {"130225": "乐亭县", "130983": "黄骅市"}
    assert join(features, items, unit_names=names) == (["A+B", ""], [])


def test_features_without_names_take_the_items_of_their_unit():
    items = listed(("A", "东湾", "130225"), ("B", "西湾", "130225"))
    title = "我的海湾"  # what a reader writes where a layer has no names
    assert join({"name": [title, title], "code": ["130225", "130304"]}, items, unnamed={title})[0] == [
        "A+B",
        "",
    ]


def test_a_city_code_joins_an_item_of_the_city_not_of_its_counties():
    items = listed(("A", "甲湾", "130300"), ("B", "乙湾", "130225"))
    assert join({"name": ["", ""], "code": ["130300", "130200"]}, items)[0] == ["A", ""]


def test_the_field_of_joined_features_names_items_again():
    known = {"a": 0, "b": 1, "c;d": 2}
    assert [ids_of(cell, known) for cell in ("a", "a;b", "c;d", "", None, "x;b")] == [
        (0,), (0, 1), (2,), (), (), (1,)
    ]  # fmt: skip


def test_names_in_brackets_are_other_names_only_where_they_are_waters_or_say_so():
    assert item_names("滦河（唐山段）") == ["滦河(唐山段)"]
    assert set(item_names("抚仙湖（原罗伽湖）")) >= {"抚仙湖", "罗伽湖"}
    assert feature_names("滦河（唐山段）") == ["滦河(唐山段)", "滦河"]


def test_every_county_on_an_embedded_register_is_on_the_map():
    for zone in ("bth", "hebei", "gba"):
        items = embedded_registers(zone)["bay"].items
        assert set(items["basis"]) == {Basis.WORKING}
        codes = items["county_code"]  # Dongguan, Zhongshan and Macao stand for themselves
        for upper in ("city_code", "province_code"):
            codes = codes.where(codes != "", items[upper])
        features = pd.DataFrame({"code": codes, "kind": "working_unit", "name": "海域"})
        found = join_features(features, items, embedded_gazetteer)
        assert found.items == [(row,) for row in range(len(items))]
