"""Numbers, classes, years, titles and scopes as the cells of tables write them."""

from collections import Counter

import pytest

from geozone.figures.numbers import read_grade, read_number
from geozone.figures.scopes import Scopes
from geozone.figures.titles import Titles
from geozone.figures.years import Year, head_year, only_year, read_year, with_period
from geozone.manifest.indicators import load_indicators
from geozone.manifest.units import load_units
from geozone.registers.gazetteer import Gazetteer, embedded_gazetteer
from geozone.seeds import get_zone

GRADES = load_units()["class"].grades
TITLES = Titles(load_indicators())


@pytest.mark.parametrize(
    ("cell", "value", "comparator"),
    [
        ("55", "55", "="), ("≥ 55", "55", ">="), ("＞55", "55", ">="), ("不低于55", "55", ">="), ("55以上", "55", ">="),
        ("≤5.0", "5.0", "<="), ("<5", "5", "<="), ("不超过5", "5", "<="), ("5以内", "5", "<="), ("约 30", "30", "about"),
        ("30左右", "30", "about"), ("约30左右", "30", "about"), ("~30", "30", "about"), ("1,234.5", "1234.5", "="),
        ("12,345,678", "12345678", "="), ("1 234.5", "1234.5", "="), ("１２３４．５", "1234.5", "="), ("-15.8", "-15.8", "="),
        ("−15.8", "-15.8", "="), ("+2.1", "2.1", "="), ("3.5E+4", "3.5E+4", "="), ("3.6×10⁴", "3.6E+4", "="),
        ("达到37.7", "37.7", "="), (".5", "0.5", "="),
    ],
)  # fmt: skip
def test_a_number_is_read_with_its_comparator(cell, value, comparator):
    number = read_number(cell)
    assert (str(number.value), number.comparator) == (value, comparator)


@pytest.mark.parametrize(
    ("cell", "unit", "multiple", "alone"),
    [
        ("55%", "%", 1, 1), ("37.7µg/m³", "ug/m3", 1, 1), ("37.7 (µg/m3)", "ug/m3", 1, 1), ("4.23万平方千米", "km2", 10_000, 1),
        ("不低于4.23万平方千米", "km2", 10_000, 1), ("0.5亿千瓦", "kw", 100_000_000, 1), ("4.23万", None, 1, 10_000),
        ("2.1个百分点", "percentage_points", 1, 1), ("2%左右", "%", 1, 1),
    ],
)  # fmt: skip
def test_a_number_is_read_with_its_unit(cell, unit, multiple, alone):
    number = read_number(cell)
    assert (number.unit.unit if number.unit else None, number.unit.multiple if number.unit else 1) == (
        unit,
        multiple,
    )
    assert number.multiple == alone


@pytest.mark.parametrize(
    "cell",
    [
        "", "—", "万", "30-35", "30~35", "24,5", "0,035", "1,23", "1,2345", "1.2.3", "1/3", "30.", "38（37.8）", "5 5",
        "3.6×104", "1万6千4百", "PM2.5：37.7", "不低于30左右", "37.7/38.1", "三十", "（15.8）", "未检出", "37.7±0.5", "至2024",
    ],
)  # fmt: skip
def test_what_is_not_understood_to_the_last_letter_is_no_number(cell):
    assert read_number(cell) is None


@pytest.mark.parametrize("cell", ["37.7①", "37.7²", "37.7*", "37.7[1]", "37.7 ③", "37.7注1"])
def test_the_mark_of_a_footnote_is_no_digit(cell):
    number = read_number(cell)
    assert number.marked
    assert str(number.value) == "37.7"


def test_a_direction_and_a_qualifier_are_kept_apart_from_the_number():
    assert read_number("下降15.8%").direction == "down"
    assert read_number("提高2.1个百分点").direction == "up"
    assert read_number("37.8（初步）").preliminary


@pytest.mark.parametrize(
    ("cell", "grade"),
    [
        ("Ⅲ类", 3), ("III", 3), ("iii类", 3), ("三类", 3), ("3类", 3), ("3", 3), ("3.0", 3), ("Class III", 3), ("Ⅲ类水质", 3),
        ("劣Ⅴ类", 6), ("劣V", 6), ("劣五类", 6), ("6", 6), ("worse than Class V", 6), ("Ⅱ～Ⅲ类", None), ("优", None),
        ("0", None), ("7", None), ("2.5", None), ("≤Ⅲ类", None),
    ],
)  # fmt: skip
def test_a_class_is_read_in_any_writing(cell, grade):
    assert read_grade(cell, GRADES) == grade


@pytest.mark.parametrize(
    "cell",
    [
        "2024", "2024年", "2024年度", "２０２４年", "2024.0", "二〇二四年", "2024年底", "截至2024年底", "2024年12月底", "2024-12-31",
        "2024年12月31日", "20241231", "45657", "1905-07-16", "2024年1-12月", "FY2024",
    ],
)  # fmt: skip
def test_a_year_is_a_year_in_any_writing(cell):
    assert read_year(cell) == Year(2024)


@pytest.mark.parametrize(
    ("cell", "period", "part"),
    [
        ("2024-12", "12月", True), ("2024年12月", "12月", True), ("202412", "12月", True), ("2024-12-01", "12月", True),
        ("2024年1—9月", "1—9月", True), ("2024年上半年", "上半年", True), ("2024年前三季度", "前三季度", True), ("2024Q3", "Q3", True),
        ("截至2024年6月30日", "截至6月30日", False), ("2024年6月底", "截至6月底", False), ("2021-2024", "2021—2024年", False),
        ("2024年较2020年", "较2020年", False),
    ],
)  # fmt: skip
def test_what_is_no_whole_year_says_what_it_spans(cell, period, part):
    found = read_year(cell)
    assert (found.year, found.period.zh, found.part) == (2024, period, part)
    assert found.period.en.isascii()


@pytest.mark.parametrize(
    "cell", ["", "24年", "今年", "3024", "202413", "2024年目标", "2024-13-01", "2024、2025", "0"]
)
def test_what_is_no_year_is_not_taken_for_one(cell):
    assert read_year(cell) is None


def test_a_plan_period_is_its_last_year():
    assert read_year("“十四五”末") == Year(2025)
    assert read_year("十四五期间").period.en == "2021-2025"


def test_a_column_of_periods_is_read_with_the_year():
    assert with_period(Year(2024), "1—9月") == read_year("2024年1—9月")
    assert with_period(Year(2024), "months 1-9") == read_year("2024年1—9月")
    assert with_period(Year(2024), "since 2020") == read_year("2024年较2020年")
    assert with_period(Year(2024), "特定时段").part


def test_years_are_found_in_headings_and_titles():
    assert head_year("2027年目标值") == (2027, "目标值")
    assert head_year("2024-2025年") is None
    assert head_year("20241") is None
    assert only_year("2024年河北省指标") == 2024
    assert only_year("2020—2024年指标") is None


@pytest.mark.parametrize(
    ("cell", "found", "unit"),
    [
        ("forest_cover", "forest_cover", None), ("森林覆盖率", "forest_cover", None), ("森林覆盖率（%）", "forest_cover", "%"),
        ("1.森林覆盖率", "forest_cover", None), ("（一）森林覆盖率", "forest_cover", None), ("Forest Cover", "forest_cover", None),
        ("PM2.5", "pm25_annual_mean", None), ("PM2.5年均浓度（微克/立方米）", "pm25_annual_mean", "ug/m3"),
        ("细颗粒物(PM2.5)年均浓度", "pm25_annual_mean", None), ("PM2.5年均浓度 μg/m3", "pm25_annual_mean", "ug/m3"),
        ("红线面积/万平方公里", "redline_area", "km2"), ("地表水优良(I-III类)断面比例", "good_water_share", None),
        ("无废城市建设比例", "zero_waste_city_coverage", None),
    ],
)  # fmt: skip
def test_an_indicator_is_found_by_id_title_or_another_name(cell, found, unit):
    named = TITLES.find(cell)
    assert named.ids == (found,)
    assert (named.unit.unit if named.unit else None) == unit


def test_every_indicator_is_found_by_its_own_id_and_titles():
    for key, indicator in load_indicators().items():
        for name in (key, indicator.title.zh, indicator.title.en):
            assert key in TITLES.find(name).ids, name


def test_a_title_that_may_mean_two_indicators_is_left_open():
    found = TITLES.find("地表水优良断面比例")
    assert found.ids == ()
    assert len(found.choices) == 2


def test_an_unknown_indicator_names_the_nearest():
    assert "forest_cover" in TITLES.find("森林覆盖律").near


@pytest.mark.parametrize(
    ("zone", "code", "name", "scope"),
    [
        ("bth", "", "北京", "110000"), ("bth", "", "河北", "130000"), ("bth", "13", "", "130000"), ("bth", "", "唐山市", "130200"),
        ("bth", "", "京津冀", "bth"), ("bth", "", "京津冀美丽中国先行区", "bth"), ("bth", "bth", "", "bth"), ("bth", "", "全国", "national"),
        ("bth", "", "白洋淀", "P037"), ("bth", "", "雄安新区", "P036"), ("bth", "", "滨海新区", "120116"), ("bth", "", "朝阳区", "110105"),
        ("bth", "", "河北省唐山市", "130200"), ("bth", "", "（一）北京市", "110000"), ("bth", "", "北京市（110000）", "110000"),
        ("bth", "", "Tangshan", "130200"), ("bth", "", "Hebei Province", "130000"), ("bth", "110000", "Beijing", "110000"),
        ("bth", "110000", "首都", "110000"), ("hebei", "", "全省", "130000"), ("hebei", "", "河北省", "130000"),
        ("hebei", "hebei", "河北省", "130000"), ("hebei", "", "京津冀", "bth"), ("yrd", "", "太湖", "P067"), ("gba", "", "广东省", "440000"),
    ],
)  # fmt: skip
def test_a_scope_is_found_by_code_or_name(zone, code, name, scope):
    found = Scopes(get_zone(zone), embedded_gazetteer).find(code, name)
    assert (found.id, found.doubt) == (scope, "")


@pytest.mark.parametrize(
    ("zone", "code", "name", "doubt"),
    [
        ("bth", "", "全省", "unknown"), ("bth", "", "石家装市", "unknown"), ("bth", "", "京津冀及周边", "unknown"),
        ("bth", "", "广东省", "outside"), ("bth", "", "长三角", "outside"), ("bth", "", "太湖", "outside"), ("hebei", "", "朝阳区", "outside"),
        ("bth", "130000", "天津市", "differ"), ("bth", "", "合计", "total"), ("bth", "999999", "", "unknown"),
    ],
)  # fmt: skip
def test_a_scope_that_is_not_certain_is_nobody(zone, code, name, doubt):
    found = Scopes(get_zone(zone), embedded_gazetteer).find(code, name)
    assert found.doubt == doubt


def test_a_title_names_a_scope_only_where_it_means_no_more():
    scopes = Scopes(get_zone("bth"), embedded_gazetteer)
    assert scopes.named_in("2024年河北省生态环境指标").id == "130000"
    assert scopes.named_in("京津冀2024年").id == "bth"
    assert scopes.named_in("京津冀及周边地区") is None
    assert scopes.named_in("表1") is None


def test_a_long_title_costs_in_proportion_to_its_length(monkeypatch):
    scopes = Scopes(get_zone("bth"), embedded_gazetteer)
    asked = Counter()
    has_name = Gazetteer.has_name

    def counted(units, name):
        asked[len(name)] += 1
        return has_name(units, name)

    monkeypatch.setattr(Gazetteer, "has_name", counted)
    counts = []
    for length in (500, 1000):
        asked.clear()
        assert scopes.named_in("甲" * length + "河北省").id == "130000"
        assert asked[3] > length
        counts.append(asked.total())
    assert counts[1] < 2.5 * counts[0]
