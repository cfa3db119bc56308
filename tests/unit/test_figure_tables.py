"""Tables of figures: what is taken, what is told, and what is refused."""

from itertools import takewhile
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
from office import write_book, write_old_book

from geozone.errors import InputError
from geozone.figures.embedded import embedded_figures
from geozone.figures.listing import FIGURE_COLUMNS, figure_rows
from geozone.figures.tables import read_figures
from geozone.manifest.declared import Declarations
from geozone.manifest.indicators import load_indicators, parse_indicator
from geozone.messages import Text
from geozone.model import Basis, Severity
from geozone.rates.figures import Figures
from geozone.seeds import get_zone

HEAD = "行政区,指标,年份,数值,计量单位,来源"


def table(folder, *rows, head=HEAD, encoding="utf-8"):
    path = folder / "figures.csv"
    path.write_text("\n".join([head, *rows]), encoding=encoding)
    return path


def read(path, zone="bth", **more):
    return read_figures(path, basis=Basis.OFFICIAL, zone=get_zone(zone), **more)


def told(found):
    return [one.kind.removeprefix("figures_") for one in found.findings if one.severity is Severity.WARNING]


def noted(found):
    return [one.kind.removeprefix("figures_") for one in found.findings if one.severity is Severity.NOTE]


def only(found):
    assert len(found.figures) == 1, found.findings
    return found.figures[0]


def test_a_row_is_a_figure_in_the_unit_of_its_indicator(tmp_path):
    found = read(table(tmp_path, "河北省,生态保护红线面积,2024年,≥ 3.639,万平方公里,国务院批复"))
    figure = only(found)
    assert (figure.scope, figure.indicator, figure.year) == ("130000", "redline_area", 2024)
    assert (figure.value, figure.unit, figure.comparator) == (36390.0, "km2", ">=")
    assert (figure.basis, figure.source, figure.kind) == (
        Basis.OFFICIAL,
        Text("国务院批复", "国务院批复"),
        "value",
    )
    assert figure.scope_name == Text("河北省", "Hebei")
    assert figure.note.zh == "表内写作“≥ 3.639万km²”。"
    assert told(found) == []
    assert (found.taken, found.skipped) == (1, 0)


@pytest.mark.parametrize(
    ("indicator", "value", "unit", "expected"),
    [
        ("wind_solar_capacity", "1.2", "亿千瓦", 120.0), ("wind_solar_capacity", "12000", "万千瓦", 120.0),
        ("wind_solar_capacity", "120", "GW", 120.0), ("wind_solar_capacity", "120000", "MW", 120.0),
        ("coal_consumption", "2.9", "亿吨", 290_000_000.0), ("redline_area", "3639000", "公顷", 36390.0),
        ("redline_area", "150", "亩", 0.1), ("pm25_annual_mean", "0.0377", "毫克/立方米", 37.7),
        ("voc_substitution_projects", "300", "个/年", 300.0), ("mainland_shore_length", "487000", "米", 487.0),
        ("ultra_low_emission_steel", "1.5", "亿吨", 150.0), ("renewable_energy_share_change", "7.6", "个百分点", 7.6),
    ],
)  # fmt: skip
def test_multiples_and_related_units_are_converted_exactly(tmp_path, indicator, value, unit, expected):
    figure = only(read(table(tmp_path, f"京津冀,{indicator},2024,{value},{unit},")))
    assert figure.value == pytest.approx(expected, rel=1e-15)
    assert figure.unit == load_indicators()[indicator].unit


def test_what_the_reader_of_the_file_finds_is_told(tmp_path):
    path = table(tmp_path, "河北省,森林覆盖率,2024,36.5,%,公报", *["河北省,森林覆盖率,2023,36.2,%,公报"] * 9)
    path.write_bytes(path.read_bytes() + bytes(1))
    assert "zero_bytes" in {finding.kind for finding in read(path).findings}


def test_the_source_is_that_of_the_row_of_the_file_or_its_name(tmp_path):
    path = table(tmp_path, "北京市,森林覆盖率,2024,44.9,%,")
    assert only(read(path)).source.zh == "figures.csv"
    assert only(read(path, source=Text("统计局", "bureau"))).source.zh == "统计局"


def test_a_class_is_a_figure(tmp_path):
    figure = only(read(table(tmp_path, "白洋淀,白洋淀水质类别,2024,Ⅲ类,类,公报")))
    assert (figure.scope, figure.value, figure.unit) == ("P037", 3.0, "class")


def test_the_zone_and_its_only_province_have_the_same_figures(tmp_path):
    found = read(
        table(tmp_path, "河北省,森林覆盖率,2024,36.5,%,", "全省,水土保持率,2024,82,%,"), zone="hebei"
    )
    scopes = {(one.scope, one.indicator) for one in found.figures}
    assert scopes == {
        ("130000", "forest_cover"), ("hebei", "forest_cover"),
        ("130000", "soil_conservation_rate"), ("hebei", "soil_conservation_rate"),
    }  # fmt: skip
    assert found.taken == 2


def test_the_zone_and_its_only_province_cannot_disagree(tmp_path):
    found = read(
        table(tmp_path, "河北省,森林覆盖率,2024,36.5,%,", "美丽河北,森林覆盖率,2024,36.9,%,"), zone="hebei"
    )
    assert found.figures == []
    assert "disagree" in told(found)


def test_the_country_and_a_zone_around_stand_beside_and_are_nobodys_rows(tmp_path):
    found = read(table(tmp_path, "全国,森林覆盖率,2024,25,%,", "京津冀,森林覆盖率,2024,35,%,"), zone="hebei")
    assert [(one.scope, one.context) for one in found.figures] == [
        ("national", ("hebei",)),
        ("bth", ("hebei",)),
    ]
    assert [one.value for one in Figures(found.figures).context("forest_cover", "hebei")] == [25.0, 35.0]
    assert Figures(found.figures).latest("forest_cover", "hebei") is None


@pytest.mark.parametrize(
    ("row", "kind"),
    [
        ("火星,森林覆盖率,2024,44.9,%,", "scope_unknown"), ("广东省,森林覆盖率,2024,44.9,%,", "scope_outside"),
        ("合计,森林覆盖率,2024,44.9,%,", "scope_total"), (",森林覆盖率,2024,44.9,%,", "no_scope"),
        ("北京市,森林覆盖律,2024,44.9,%,", "unknown_indicator"), ("北京市,,2024,44.9,%,", "no_indicator"),
        ("北京市,地表水优良断面比例,2024,74,%,", "several_indicators"), ("北京市,森林覆盖率,去年,44.9,%,", "unknown_year"),
        ("北京市,森林覆盖率,2024,44-45,%,", "not_a_number"), ("北京市,森林覆盖率,2024,四成,%,", "not_a_number"),
        ("北京市,森林覆盖率,2024,44.9,吨标准煤,", "unknown_unit"), ("北京市,森林覆盖率,2024,44.9,公顷,", "wrong_unit"),
        ("北京市,森林覆盖率,2024,44.9%,公顷,", "units_differ"), ("北京市,生态保护红线面积,2024,0.4万,万平方公里,", "units_differ"),
        ("北京市,生态保护红线面积,2024,4290,,", "no_unit"), ("北京市,森林覆盖率,2024,449,%,", "impossible"),
        ("北京市,森林覆盖率,2024,-4,%,", "impossible"), ("北京市,生态保护红线面积,2024,-4290,平方公里,", "impossible"),
        ("北京市,重度及以上污染天数,2024,400,天,", "impossible"), ("白洋淀,白洋淀水质类别,2024,Ⅱ～Ⅲ类,类,", "no_grade"),
        ("北京市,PM2.5,2024,下降15.8%,,", "direction"),
    ],
)  # fmt: skip
def test_what_is_not_certain_is_not_taken_and_told_with_its_row(tmp_path, row, kind):
    found = read(table(tmp_path, "天津市,森林覆盖率,2024,12.1,%,", row))
    assert [one.scope for one in found.figures] == ["120000"]
    assert told(found) == [kind]
    finding = next(one for one in found.findings if one.kind == f"figures_{kind}")
    assert finding.feature == "3"
    assert "第 3 行" in finding.message.get("zh")
    assert "row 3" in finding.message.get("en")
    assert finding.remedy.get("zh")
    assert (found.taken, found.skipped) == (1, 1)


def test_an_unknown_word_names_the_nearest(tmp_path):
    found = read(
        table(
            tmp_path,
            "石家装市,森林覆盖率,2024,44,%,",
            "北京市,森林覆盖律,2024,44,%,",
            "北京市,森林覆盖率,2024,44,平方工里,",
        )
    )
    sentences = " ".join(one.message.get("zh") for one in found.findings)
    for word in ("石家庄市", "森林覆盖率（forest_cover）", "平方公里"):
        assert word in sentences


def test_the_same_remark_on_several_rows_is_one_finding(tmp_path):
    found = read(table(tmp_path, *(f"火星,森林覆盖率,{year},44,%," for year in range(2010, 2020))))
    finding = next(one for one in found.findings if one.kind == "figures_scope_unknown")
    assert "第 2、3、4、5、6 等 10 行" in finding.message.get("zh")
    assert "10 in all" in finding.message.get("en")


def test_a_share_written_as_a_fraction_is_told(tmp_path):
    found = read(table(tmp_path, "北京市,森林覆盖率,2024,0.449,%,"))
    assert only(found).value == 0.449
    assert told(found) == ["small_share"]
    assert told(read(table(tmp_path, "北京市,煤炭占能源消费比重,2024,0.3%,,"))) == []


def test_a_change_may_fall_and_say_so_in_words(tmp_path):
    path = table(
        tmp_path, "河北省,pm25_change,2024年较2020年,下降18.6%,,", "天津市,pm25_change,2024年较2020年,-5.2,%,"
    )
    assert [one.value for one in read(path).figures] == [-18.6, -5.2]


def test_a_unit_that_can_only_be_one_may_be_left_out(tmp_path):
    found = read(table(tmp_path, "北京市,森林覆盖率,2024,44.9,,", "天津市,国家级绿色工厂,2024,100,,"))
    assert [one.value for one in found.figures] == [44.9, 100.0]
    assert told(found) == []
    assert noted(found).count("unit_assumed") == 2


def test_the_unit_above_the_table_holds_where_no_other_does(tmp_path):
    cells = [
        ["单位：万平方公里"],
        ["行政区", "指标", "年份", "数值"],
        ["河北省", "生态保护红线面积", 2024, 3.639],
    ]
    figure = only(read(write_book(tmp_path / "a.xlsx", {"表": cells})))
    assert figure.value == 36390.0


def test_a_figure_of_some_months_is_none_of_the_year(tmp_path):
    """A mean of nine months is not held against a target for years; a capacity at the end of a month is a capacity."""
    path = table(
        tmp_path,
        "河北省,PM2.5,2025年1—9月,33,µg/m³,",
        "河北省,PM2.5,2024,37.7,µg/m³,",
        "河北省,风电光伏装机容量,2025-06,1.2,亿千瓦,",
    )
    found = read(path)
    figures = Figures(found.figures)
    assert figures.latest("pm25_annual_mean", "130000").value == 37.7
    assert [one.period.zh for one in figures.context("pm25_annual_mean", "bth")] == ["1—9月"]
    assert figures.latest("wind_solar_capacity", "130000").period == Text("6月", "month 6")
    assert told(found) == ["not_annual"]


def test_a_missing_year_is_told_and_the_figure_stands_last(tmp_path):
    found = read(table(tmp_path, "北京市,森林覆盖率,,44.9,%,", "北京市,森林覆盖率,2020,44.4,%,"))
    assert told(found) == ["no_year"]
    assert [one.year for one in Figures(found.figures).series("forest_cover", "110000")] == [None, 2020]


def test_rows_that_disagree_count_for_nothing_and_both_are_named(tmp_path):
    found = read(
        table(
            tmp_path,
            "北京市,森林覆盖率,2024,44.9,%,",
            "北京,forest_cover,2024年,45.1,%,",
            "北京市,森林覆盖率,2023,44.8,%,",
        )
    )
    assert [one.year for one in found.figures] == [2023]
    assert told(found) == ["disagree"]
    finding = next(one for one in found.findings if one.kind == "figures_disagree")
    assert "第 2、3 行" in finding.message.get("zh")
    assert "44.9、45.1" in finding.message.get("zh")


def test_rows_that_repeat_each_other_count_once(tmp_path):
    found = read(table(tmp_path, "北京市,森林覆盖率,2024,44.9,%,", "110000,forest_cover,2024,44.90,%,"))
    assert only(found).value == 44.9
    assert (told(found), noted(found).count("repeated")) == ([], 1)


def test_a_preliminary_figure_and_the_final_one_do_not_contradict_each_other(tmp_path):
    found = read(table(tmp_path, "河北省,PM2.5,2024,37.7,µg/m³,", "河北省,PM2.5,2024（初步）,37.8,µg/m³,"))
    assert [one.preliminary for one in found.figures] == [False, True]
    assert Figures(found.figures).latest("pm25_annual_mean", "130000").value == 37.7
    assert told(found) == []


def test_a_target_column_holds_plans_which_are_never_values(tmp_path):
    head = ["行政区", "指标", "单位", "2024年现状值", "2027年目标值"]
    cells = [head, ["河北省", "森林覆盖率", "%", 36.5, "≥37"]]
    found = read(write_book(tmp_path / "a.xlsx", {"表": cells}))
    assert [(one.year, one.value, one.kind) for one in found.figures] == [
        (2024, 36.5, "value"),
        (2027, 37.0, "plan"),
    ]
    assert Figures(found.figures).latest("forest_cover", "130000").value == 36.5


def test_a_column_of_kinds_says_what_a_row_is(tmp_path):
    path = table(
        tmp_path, "河北省,森林覆盖率,2027,37,%,,目标值,,", "河北省,森林覆盖率,2024,36.5,%,,现状值,,", "天津市,森林覆盖率,2024,12,%,,什么,,",
        head=f"{HEAD},性质,比较符,备注",
    )  # fmt: skip
    found = read(path)
    assert [one.kind for one in found.figures] == ["plan", "value"]
    assert told(found) == ["unknown_word"]


def test_one_word_for_two_columns_is_told_apart_by_the_cells(tmp_path):
    path = table(tmp_path, "北京市,森林覆盖率,2024,44.9,%,公报", head="单位,指标,年份,数值,计量单位,来源")
    assert only(read(path)).scope == "110000"
    path = table(tmp_path, "北京市,森林覆盖率,2024,44.9,%,公报", head="行政区,指标,年份,数值,单位,来源")
    assert only(read(path)).value == 44.9
    path = table(tmp_path, "北京市,森林覆盖率,2024,44.9,%,公报", head="单位,指标,年份,数值,单位,来源")
    assert only(read(path)).scope == "110000"
    path = table(
        tmp_path, "bth,forest_cover,2024,44.9,%,bulletin", head="unit,indicator,year,value,unit,source"
    )
    assert only(read(path)).scope == "bth"


def test_columns_of_province_city_and_county_name_one_unit(tmp_path):
    path = table(
        tmp_path, "河北省,唐山市,,森林覆盖率,2024,40,%", "河北省,全省,,森林覆盖率,2024,36,%", "北京市,北京市,密云区,森林覆盖率,2024,60,%",
        head="省,市,县（市、区）,指标,年份,数值,单位",
    )  # fmt: skip
    assert [one.scope for one in read(path).figures] == ["130200", "130000", "110118"]


def test_an_indicator_of_the_users_own_is_known_by_its_title(tmp_path):
    declared = Declarations("project.toml", '[wet]\ntitle = "湿地保护率"\nmeasure = "reported"\nunit = "%"\n')
    own = parse_indicator(declared, ("wet",), "wet", declared.tables["wet"])
    path = table(tmp_path, "北京市,湿地保护率,2024,60,%,")
    assert only(read(path, indicators={**load_indicators(), "wet": own})).indicator == "wet"
    assert told(read(path))[0] == "unknown_indicator"


def test_the_title_and_the_sheet_say_what_no_column_does(tmp_path):
    cells = [
        ["2024年各市森林覆盖率（%）"],
        ["城市", "数值"],
        ["石家庄市", 40],
        ["唐山市", 38],
        ["平均", 39],
        ["注：数据来自公报。"],
    ]
    found = read(write_book(tmp_path / "a.xlsx", {"Sheet1": cells}, ["A1:B1"]))
    assert [(one.scope, one.year, one.value) for one in found.figures] == [
        ("130100", 2024, 40.0),
        ("130200", 2024, 38.0),
    ]
    assert told(found) == ["scope_total"]
    assert {"title_year", "title_indicator"} <= set(noted(found))
    cells = [["指标", "2023年", "2024年"], ["森林覆盖率（%）", 36.1, 36.5], ["PM2.5（μg/m3）", 38.6, 37.7]]
    found = read(write_book(tmp_path / "b.xlsx", {"河北省": cells}))
    assert {one.scope for one in found.figures} == {"130000"}
    assert [one.value for one in found.figures] == [36.1, 36.5, 38.6, 37.7]


def test_three_rows_of_headings_over_merged_cells_are_one(tmp_path):
    cells = [
        ["指标汇总表"], ["行政区", "森林覆盖率（%）", "PM2.5", None], [None, None, "2023年", "2024年"], [None, None, "μg/m³", "μg/m³"],
        ["北京市", 44.9, 32, 30.5], ["天津市", 12.1, 41, 38],
    ]  # fmt: skip
    path = write_book(tmp_path / "a.xlsx", {"2024年": cells}, ["A1:D1", "A2:A4", "B2:B4", "C2:D2"])
    found = read(path)
    assert [(one.scope, one.indicator, one.year, one.value) for one in found.figures] == [
        ("110000", "forest_cover", 2024, 44.9), ("110000", "pm25_annual_mean", 2023, 32.0),
        ("110000", "pm25_annual_mean", 2024, 30.5), ("120000", "forest_cover", 2024, 12.1),
        ("120000", "pm25_annual_mean", 2023, 41.0), ("120000", "pm25_annual_mean", 2024, 38.0),
    ]  # fmt: skip
    assert told(found) == []


def test_a_column_may_be_a_unit(tmp_path):
    head = ["指标", "计量单位", "年份", "京津冀", "北京市", "天津", "河北省", "广东省"]
    cells = [
        ["2024年指标"],
        head,
        ["森林覆盖率", "%", 2023, None, 44.9, 12.1, 36.5, 53],
        ["PM2.5", "µg/m³", 2023, 36, 32, 41, 38.6, 21],
    ]
    found = read(write_book(tmp_path / "a.xlsx", {"表": cells}, ["A1:H1"]))
    assert [(one.scope, one.value) for one in found.figures] == [
        ("110000", 44.9), ("120000", 12.1), ("130000", 36.5),
        ("bth", 36.0), ("110000", 32.0), ("120000", 41.0), ("130000", 38.6),
    ]  # fmt: skip
    assert {one.year for one in found.figures} == {2023}
    assert told(found) == ["scope_outside"]


@pytest.mark.parametrize("title", ["2024年", "河北省", "2024年指标值", "北京市森林覆盖率", "单位：%"])
def test_a_title_says_nothing_that_a_column_says(tmp_path, title):
    cells = [[title], HEAD.split(","), ["天津市", "水土保持率", 2020, 95, "%", ""]]
    figure = only(read(write_book(tmp_path / "a.xlsx", {"表": cells}, ["A1:F1"])))
    assert (figure.scope, figure.indicator, figure.year) == ("120000", "soil_conservation_rate", 2020)


def test_a_column_that_says_nothing_to_us_is_told(tmp_path):
    found = read(table(tmp_path, "北京市,森林覆盖率,2024,44.9,%,公报,3.1", head=f"{HEAD},同比"))
    finding = next(one for one in found.findings if one.kind == "figures_unused")
    assert "同比" in finding.message.get("zh")


def test_errors_and_formulas_without_result_in_a_sheet_are_told(tmp_path):
    cells = [
        HEAD.split(","),
        ["北京市", "森林覆盖率", 2024, "#N/A", "%", ""],
        ["天津市", "森林覆盖率", 2024, "=1+1", "%", ""],
    ]
    found = read(write_book(tmp_path / "a.xlsx", {"表": cells}))
    assert found.figures == []
    assert {"error_cell", "no_result", "none"} <= set(told(found))
    assert found.skipped == 2


def test_a_percentage_of_a_workbook_is_one(tmp_path):
    def percent(book):
        book.worksheets[0]["D2"].number_format = "0.0%"

    cells = [HEAD.split(","), ["北京市", "森林覆盖率", 2024, 0.449, "%", ""]]
    figure = only(read(write_book(tmp_path / "a.xlsx", {"表": cells}, change=percent)))
    assert figure.value == 44.9


def test_blank_rows_of_a_template_are_noted_and_no_fault(tmp_path):
    found = read(
        table(
            tmp_path,
            "北京市,森林覆盖率,2024,,%,",
            "天津市,森林覆盖率,2024,—,%,",
            "河北省,森林覆盖率,2024,36.5,%,",
        )
    )
    assert only(found).scope == "130000"
    assert told(found) == []
    assert "blank_value" in noted(found)
    assert (found.taken, found.skipped) == (1, 2)


def test_several_sheets_are_asked_for(tmp_path):
    rows = [HEAD.split(","), ["北京市", "森林覆盖率", 2023, 44.8, "%", ""]]
    other = [HEAD.split(","), ["北京市", "森林覆盖率", 2024, 44.9, "%", ""]]
    path = write_book(tmp_path / "a.xlsx", {"2023": rows, "2024": other, "填表说明": [["请逐项填报"]]})
    with pytest.raises(InputError, match="Several sheets"):
        read(path)
    assert only(read(path, sheet="2024")).year == 2024
    both = read(path, sheet="*")
    assert [one.year for one in both.figures] == [2023, 2024]
    with pytest.raises(InputError, match="has no sheet"):
        read(path, sheet="2025")


def test_a_hidden_sheet_is_told_and_not_read(tmp_path):
    rows = [HEAD.split(","), ["北京市", "森林覆盖率", 2023, 44.8, "%", ""]]

    def hide(book):
        book.worksheets[1].sheet_state = "hidden"

    found = read(write_book(tmp_path / "a.xlsx", {"甲": rows, "乙": rows}, change=hide))
    assert told(found) == ["hidden_sheet"]
    assert len(found.figures) == 1


def test_columns_may_be_named(tmp_path):
    path = table(tmp_path, "北京市,森林覆盖率,2024,44.9,%,x", head="甲,乙,丙,丁,戊,己")
    fields = {"unit_name": "甲", "indicator": "乙", "year": "丙", "value": "丁", "unit": "戊"}
    assert only(read(path, fields=fields)).value == 44.9
    with pytest.raises(InputError, match="no heading '辛'"):
        read(path, fields={**fields, "source": "辛"})
    with pytest.raises(InputError, match="nearest is indicator"):
        read(path, fields={"indikator": "乙"})
    with pytest.raises(InputError, match="not understood"):
        read(path, fields={"value": 3})


@pytest.mark.parametrize(
    ("words", "match"),
    [
        ("一,二\n三,四\n", "No heading"), ("行政区,年份\n北京市,2024\n", "no column for value"),
        ("行政区,数值\n北京市,3\n", "no column for indicator"), ("指标,年份,数值\n森林覆盖率,2024,3\n", "no column for unit_name"),
        ("<html><body>x</body></html>", "web page"),
    ],
)  # fmt: skip
def test_a_file_without_the_headings_of_figures_is_refused_in_a_sentence(tmp_path, words, match):
    path = tmp_path / "figures.csv"
    path.write_text(words, encoding="utf-8")
    with pytest.raises(InputError, match=match):
        read(path)


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(InputError, match="does not exist"):
        read(tmp_path / "none.xlsx")


@pytest.mark.parametrize("first", ["行政区", "unit_name"])
def test_the_tables_of_the_documentation_are_read_as_they_stand(tmp_path, first):
    lines = (Path(__file__).parents[2] / "docs" / "figures.md").read_text("utf-8").splitlines()
    start = next(place for place, line in enumerate(lines) if line.startswith(f"| {first} |"))
    rows = [lines[start], *takewhile(lambda line: line.startswith("|"), lines[start + 2 :])]
    cells = [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]
    found = read(write_book(tmp_path / "a.xlsx", {"表": cells}))
    assert (found.taken, found.skipped, told(found)) == (len(rows) - 1, 0, [])


def test_old_workbooks_and_gbk_text_are_read(tmp_path):
    cells = [["统计表"], HEAD.split(","), ["北京市", "森林覆盖率", 2024, 44.9, "%", "公报"]]
    assert only(read(write_old_book(tmp_path / "a.xls", {"表": cells}, [(0, 0, 0, 5)]))).value == 44.9
    assert (
        only(read(table(tmp_path, "北京市,森林覆盖率,2024,44.9,%,公报", encoding="gb18030"))).source.zh
        == "公报"
    )


def test_the_embedded_figures_come_back_from_their_own_table(tmp_path):
    """But for those of scopes that have no code, which are told."""
    for key in ("bth", "hebei", "gba"):
        zone = get_zone(key)
        embedded = embedded_figures(zone)
        for lang in ("zh", "en"):
            rows = figure_rows(embedded.all, lang, zone=zone)
            assert {tuple(row) for row in rows} == {FIGURE_COLUMNS}
            path = tmp_path / f"{key}_{lang}.csv"
            pd.DataFrame(rows).to_csv(path, index=False)
            found = read(path, zone=key)
            coded = [one for one in embedded.all if one.scope]
            assert set(map(told_by, found.figures)) == set(map(told_by, coded))
            assert found.skipped == sum(1 for row in rows if not row["unit_code"])


def told_by(figure):
    """Return what a table says of a figure, in a unit that does not depend on how it was written."""
    value = round(figure.in_unit("kw") or figure.value, 6)
    return (
        figure.scope, figure.indicator, figure.year, value, figure.comparator, figure.kind, figure.basis, figure.published,
        figure.superseded, figure.preliminary,
    )  # fmt: skip


def test_a_figure_of_zone_and_only_province_is_listed_once():
    zone = get_zone("hebei")
    rows = figure_rows(embedded_figures(zone).all, "zh", zone=zone)
    assert "hebei" not in {row["unit_code"] for row in rows}
    assert "130000" in {row["unit_code"] for row in rows}


def test_the_table_of_figures_of_a_geopackage_is_found_by_itself(tmp_path):
    zone = get_zone("gba")
    rows = pd.DataFrame(figure_rows(embedded_figures(zone).all, "zh", zone=zone))
    path = tmp_path / "gba.gpkg"
    points = gpd.GeoDataFrame({"a": [1]}, geometry=gpd.points_from_xy([113.0], [23.0]), crs="EPSG:4490")
    pyogrio.write_dataframe(points, path, layer="units")
    pyogrio.write_dataframe(rows, path, layer="figures", append=True)
    found = read(path, zone="gba")
    assert set(map(told_by, found.figures)) == set(map(told_by, embedded_figures(zone).all))
