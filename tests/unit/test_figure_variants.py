"""Tables of figures as offices write them: remarks that say what a value is, headings that say it in brackets, changes."""

from pathlib import Path

import pytest
import xlsxwriter
from office import write_book

from geozone.errors import InputError
from geozone.figures.tables import read_figures
from geozone.manifest.indicators import load_indicators
from geozone.model import Basis
from geozone.project import load_project
from geozone.run.registers import read_all_figures
from geozone.seeds import get_zone

HEADINGS = "行政区,指标,年份,数值,计量单位"


def read(folder: Path, *lines: str):
    path = folder / "指标.csv"
    path.write_text("\n".join(lines), "utf-8")
    return read_figures(path, basis=Basis.OFFICIAL, zone=get_zone("bth"))


def kinds(found) -> set[str]:
    return {finding.kind for finding in found.findings}


@pytest.mark.parametrize(
    ("remark", "kind", "preliminary"),
    [
        ("初步数", "value", True),
        ("计划", "plan", False),
        ("最终核定", "value", False),
        ("来自公报", "value", False),
    ],
)
def test_a_remark_that_only_says_what_a_figure_is_says_it_and_heads_no_column(
    tmp_path, remark, kind, preliminary
):
    [figure] = read(tmp_path, f"{HEADINGS},备注", f"河北省,森林覆盖率,2023,36.3,%,{remark}").figures
    assert (figure.value, figure.kind, figure.preliminary) == (36.3, kind, preliminary)


def test_of_a_provisional_and_a_final_figure_both_are_read_as_what_they_are(tmp_path):
    rows = ("河北省,森林覆盖率,2023,36.3,%,快报", "河北省,森林覆盖率,2023,36.5,%,年报")
    found = read(tmp_path, f"{HEADINGS},数据状态", *rows)
    assert {figure.value: figure.preliminary for figure in found.figures} == {36.3: True, 36.5: False}
    assert "figures_disagree" not in kinds(found)


def test_what_is_expected_is_a_plan_and_what_a_heading_says_in_brackets_is_understood_or_not_taken(tmp_path):
    headings = "行政区,指标,2022年,2023年（快报）,2024年（预计）,2024年（1—9月）,2025年（同比）"
    found = read(tmp_path, headings, "河北省,森林覆盖率（%）,35,36,37,38,39")
    by_value = {figure.value: figure for figure in found.figures}
    assert set(by_value) == {35.0, 36.0, 37.0, 38.0}
    assert by_value[36.0].preliminary
    assert by_value[37.0].kind == "plan"
    assert by_value[38.0].period.en == "months 1-9"
    assert "figures_unused" in kinds(found)


def test_a_column_of_changes_is_none_of_values(tmp_path):
    with pytest.raises(InputError, match="value"):
        read(tmp_path, "行政区,指标,年份,数值（同比）,计量单位", "河北省,森林覆盖率,2023,1.2,%")


def test_a_number_with_a_plus_is_a_change_and_no_value(tmp_path):
    found = read(tmp_path, HEADINGS, "河北省,森林覆盖率,2023,+1.2,%", "北京市,森林覆盖率,2023,44.9,%")
    assert [figure.value for figure in found.figures] == [44.9]
    assert "figures_direction" in kinds(found)


def test_a_figure_of_a_later_year_than_all_other_data_is_told(tmp_path):
    table = tmp_path / "指标.csv"
    table.write_text(f"{HEADINGS}\n河北省,森林覆盖率,2024,36.5,%\n河北省,森林覆盖率,2097,38,%", "utf-8")
    project = tmp_path / "project.toml"
    project.write_text('zone = "hebei"\n[[figures]]\npath = "指标.csv"\nbasis = "official"\n', "utf-8")
    _, findings = read_all_figures(load_project(project), load_indicators(), [])
    [later] = [finding for finding in findings if finding.kind == "figures_later"]
    assert later.message.params["years"] == "2097"
    table.write_text(f"{HEADINGS},性质\n河北省,森林覆盖率,2097,38,%,目标值", "utf-8")
    _, findings = read_all_figures(load_project(project), load_indicators(), [])
    assert "figures_later" not in {finding.kind for finding in findings}


def test_a_value_struck_through_in_part_or_with_a_comment_is_told(tmp_path):
    path = tmp_path / "指标.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("指标")
        rows = [
            HEADINGS.split(","),
            ["河北省", "森林覆盖率", 2023, 36.3, "%"],
            ["北京市", "森林覆盖率", 2023, "", "%"],
        ]
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
        sheet.write_comment("D2", "快报数")
        sheet.write_rich_string("D3", book.add_format({"font_strikeout": True}), "4", "44.9")
    found = read_figures(path, basis=Basis.OFFICIAL, zone=get_zone("bth"))
    assert {"figures_part_struck", "figures_cell_comment"} <= kinds(found)


@pytest.mark.parametrize(
    ("indicator", "told"),
    [
        ("PM2.5年均浓度（扣除沙尘）", True), ("PM2.5年均浓度（三年滑动平均）", True), ("PM2.5年均浓度（μg/m³）", False),
        ("细颗粒物（PM2.5）年均浓度", False), ("PM2.5年均浓度（2023年）", False), ("PM2.5年均浓度（初步）", False),
    ],
)  # fmt: skip
def test_what_brackets_say_of_an_indicator_beside_its_title_is_told(tmp_path, indicator, told):
    by_row = read(tmp_path, HEADINGS, f"河北省,{indicator},2023,36,μg/m³")
    by_column = read(tmp_path, f"行政区,年份,{indicator},计量单位", "河北省,2023,36,μg/m³")
    for found in (by_row, by_column):
        assert [figure.value for figure in found.figures] == [36.0]
        assert ("figures_qualified" in kinds(found)) is told


@pytest.mark.parametrize(
    ("remark", "told"), [("已修订为36.3", True), ("不含雄安新区", True), ("来自公报", False)]
)
def test_a_remark_that_corrects_a_figure_or_narrows_it_is_told(tmp_path, remark, told):
    found = read(tmp_path, f"{HEADINGS},备注", f"河北省,森林覆盖率,2023,36.5,%,{remark}")
    assert ("figures_remark_doubts" in kinds(found)) is told


@pytest.mark.parametrize(
    ("figure", "told"),
    [
        ("生态保护红线面积,2023,36.390,平方公里", True), ("生态保护红线面积,2023,36390,平方公里", False),
        ("生态保护红线面积,2023,54585000,平方公里", True), ("生态保护红线面积,2023,0,平方公里", True), ("PM2.5,2024,37.5,mg/m³", True),
        ("PM2.5,2024,37.5,μg/m³", False), ("森林覆盖率,2024,0,%", True), ("森林覆盖率,2024,37,%", False),
        ("风电、光伏发电并网装机容量,2024,8000,百万千瓦", True), ("风电、光伏发电并网装机容量,2024,9000,万千瓦", False),
    ],
)  # fmt: skip
def test_a_figure_many_times_the_published_one_or_none_of_it_is_told(tmp_path, figure, told):
    table, project = tmp_path / "指标.csv", tmp_path / "project.toml"
    table.write_text(f"{HEADINGS}\n河北省,{figure}", "utf-8")
    project.write_text('zone = "hebei"\n[[figures]]\npath = "指标.csv"\nbasis = "official"\n', "utf-8")
    _, findings = read_all_figures(load_project(project), load_indicators(), [])
    assert ("figures_far_from_published" in {finding.kind for finding in findings}) is told


@pytest.mark.parametrize(
    ("remark", "told"),
    [
        ("2022年数据", True), ("为上半年数", True), ("1—9月", True), ("截至2023年9月", True), ("沿用上年", True), ("第三季度", True),
        ("2023年", False), ("全年", False), ("12月底", False), ("2024年公报", False), ("2024年1月发布", False), ("较2022年下降1.2%", False),
        ("1", False), ("国控点", False),
    ],
)  # fmt: skip
def test_a_remark_that_names_another_time_is_told(tmp_path, remark, told):
    found = read(tmp_path, f"{HEADINGS},备注", f"河北省,森林覆盖率,2023,36.3,%,{remark}")
    assert ("figures_remark_doubts" in kinds(found)) is told
    assert [figure.value for figure in found.figures] == [36.3]


def test_the_year_in_a_title_is_that_of_the_figure_and_has_to_be_that_of_its_row(tmp_path):
    lines = (
        "河北省,森林覆盖率（2020年）,2023,36.3,%", "北京市,森林覆盖率（2023年）,2023,44,%", "天津市,森林覆盖率（2022年）,,13,%",
        "天津市,PM2.5（2023年1—9月）,2023,44,μg/m3",
    )  # fmt: skip
    found = read(tmp_path, HEADINGS, *lines)
    assert [(one.value, one.year, one.period.en) for one in found.figures] == [
        (44.0, 2023, ""), (13.0, 2022, ""), (44.0, 2023, "months 1-9"),
    ]  # fmt: skip
    assert "figures_years_differ" in kinds(found)
    columns = read(tmp_path, "行政区,年份,森林覆盖率（2020年）（%）", "河北省,2023,36.3")
    assert not columns.figures
    assert "figures_years_differ" in kinds(columns)


def test_a_period_that_is_the_whole_year_is_no_part_of_it(tmp_path):
    rows = [f"河北省,PM2.5,2023,38,μg/m3,{period}" for period in ("全年", "年度", "1—12月")]
    found = [read(tmp_path, f"{HEADINGS},时段", row) for row in rows]
    assert [(one.figures[0].scope, one.figures[0].period.zh) for one in found] == [("130000", "")] * 3


def test_a_column_of_codes_is_that_of_the_units_where_it_holds_such(tmp_path):
    headings = "代码,地区,指标,年份,数值,计量单位"
    differing = read(tmp_path, headings, "130000,北京市,森林覆盖率,2023,36.3,%")
    assert not differing.figures
    assert "figures_scope_differ" in kinds(differing)
    numbered = read(tmp_path, headings, "01,北京市,森林覆盖率,2023,44,%", "02,天津市,森林覆盖率,2023,13,%")
    assert [figure.scope for figure in numbered.figures] == ["110000", "120000"]
    [alone] = read(tmp_path, "代码,指标,年份,数值,计量单位", "130100,森林覆盖率,2023,36.3,%").figures
    assert alone.scope == "130100"


def test_a_value_that_shows_nothing_is_told(tmp_path):
    rows = [HEADINGS.split(","), ["河北省", "森林覆盖率", 2023, 36.3, "%"]]
    book = write_book(tmp_path / "指标.xlsx", {"指标": rows}, formats={(2, 4): ";;;"})
    assert "figures_unseen_cell" in kinds(read_figures(book, basis=Basis.OFFICIAL, zone=get_zone("bth")))
