"""Registers as offices write them: units of measures, rows that are no items, marks in names, dates and headings."""

from pathlib import Path

import pytest

from geozone.errors import InputError
from geozone.model import Basis, Status
from geozone.registers import read_register
from geozone.registers.status_words import read_status
from geozone.registers.words import measure_factor, unit_factor
from geozone.seeds import get_zone

HEADINGS = "海湾名称,所在市,区县,建设状态"
ROWS = ("甲湾,唐山市,乐亭县,建成", "乙湾,秦皇岛市,昌黎县,在建", "丙湾,沧州市,黄骅市,建成")


def read(folder: Path, *lines: str, role: str = "bay"):
    path = folder / "名录.csv"
    path.write_text("\n".join(lines), "utf-8")
    return read_register(path, role=role, basis=Basis.OFFICIAL, as_of="2026-06-30", zone=get_zone("hebei"))


def kinds(register) -> set[str]:
    return {finding.kind for finding in register.findings}


@pytest.mark.parametrize(
    ("heading", "factor"),
    [
        ("面积", 1.0),
        ("面积（2020年）", 1.0),
        ("面积（Area）", 1.0),
        ("面积（千公顷）", 10.0),
        ("水面面积（10⁴ hm²）", 100.0),
        ("面积/hm²", 0.01),
        ("面积_ha", 0.01),
        ("面积 单位：亩", 1 / 1500),
        ("面积（单位：万亩）", 20 / 3),
        ("面积（平方千米，2020年）", 1.0),
        ("面积（顷）", 1 / 15),
        ("面积（英亩）", None),
        ("面积（公里）", None),
        ("面积（公顷/亩）", None),
    ],
)
def test_a_heading_gives_its_unit_however_it_is_written_and_an_unknown_one_gives_no_number(heading, factor):
    found = measure_factor(heading, "area")
    assert found is None if factor is None else found == pytest.approx(factor)


def test_a_multiple_of_a_unit_is_one_too():
    assert unit_factor("万米", "length") == pytest.approx(10.0)
    assert unit_factor("千") is None


def test_the_unit_in_a_column_of_its_own_is_that_of_each_row(tmp_path):
    lines = ["甲湖,唐山市,建成,30,亩", "乙湖,唐山市,建成,30,公顷", "丙湖,唐山市,建成,30,"]
    register = read(tmp_path, "湖泊名称,所在市,状态,面积,单位", *lines, role="lake")
    assert list(register.items["area_km2"].dropna()) == pytest.approx([0.02, 0.3])
    bays = ("甲湾,唐山市,乐亭县,建成,12,30,亩", "乙湾,秦皇岛市,昌黎县,在建,12,30,")
    stated = read(tmp_path, f"{HEADINGS},岸线长度(km),面积,单位", *bays)
    assert list(stated.items["shore_km"]) == [12.0, 12.0]  # its heading states its unit
    assert list(stated.items["area_km2"].dropna()) == pytest.approx([0.02])
    assert "register_not_a_number" in kinds(register)  # nobody knows what the third one measures


@pytest.mark.parametrize(
    "line",
    [
        "（合计）,,,建成",
        "以上合计,,,建成",
        "全省,,,2",
        "Total: 3,,,2",
        "建成数量,,,2",
        "平均值,,,",
        "以下空白,,,",
        "……,,,",
        "2026年6月30日,,,",
        "* 含跨市海湾,,,",
        "①自评数据,,,",
    ],
)
def test_a_row_of_totals_or_notes_is_no_item(tmp_path, line):
    register = read(tmp_path, HEADINGS, *ROWS, line)
    assert list(register.items["name"]) == ["甲湾", "乙湾", "丙湾"]


def test_marks_that_nobody_sees_and_stars_of_footnotes_make_no_second_item(tmp_path):
    register = read(tmp_path, HEADINGS, *ROWS, "甲湾\u200b,唐山市,乐亭县,建成", "丙湾*,沧州市,黄骅市,建成")
    assert len(register.items) == 3
    assert {"register_duplicate", "register_two_names"} <= kinds(register)


def test_a_name_that_differs_from_one_at_its_place_by_brackets_alone_is_told(tmp_path):
    assert "register_alike_name" in kinds(read(tmp_path, HEADINGS, *ROWS, "甲湾（东段）,唐山市,乐亭县,建成"))
    sections = ("甲湾（东段）,唐山市,乐亭县,建成", "甲湾（西段）,唐山市,乐亭县,建成")
    assert "register_alike_name" not in kinds(read(tmp_path, HEADINGS, *sections))


@pytest.mark.parametrize(
    "cell", ["20231301", "2023年13月", "2024.5.32", "1900-01-01", "1900/1/0", "1899-12-30", "1900年1月", "1970-01-01",
             "2025年2月30日", "20250230"]
)  # fmt: skip
def test_a_date_of_which_only_the_beginning_can_be_one_counts_as_missing_and_is_told(tmp_path, cell):
    register = read(tmp_path, f"{HEADINGS},建成时间", f"甲湾,唐山市,乐亭县,建成,{cell}")
    assert list(register.items["status_date"]) == [""]
    assert "register_no_date" in kinds(register)


@pytest.mark.parametrize(
    "cell", ["2024-05-01 00:00:00", "2024/5/1 10:30", "2024年5月1日10时", "2024-05-01T08:00:00Z"]
)
def test_the_hour_behind_a_date_is_none_of_its_digits(tmp_path, cell):
    register = read(tmp_path, f"{HEADINGS},建成时间", f"甲湾,唐山市,乐亭县,建成,{cell}")
    assert list(register.items["status_date"]) == ["2024-05-01"]
    assert "register_no_date" not in kinds(register)


@pytest.mark.parametrize("cell", ["2025年前建成", "2025年底前建成", "建成未投用", "建成不达标"])
def test_what_plans_promise_and_what_denies_a_status_is_not_taken_for_built_or_planned(cell):
    reading = read_status(cell, "建设状态", "2026-06-30")
    assert reading.status is Status.UNKNOWN
    assert reading.doubt
    assert read_status("2020年以前建成", "建设状态", "2026-06-30").status is Status.BUILT


def test_an_empty_date_of_a_workbook_is_no_date_of_completion(tmp_path):
    lines = ("甲湾,唐山市,乐亭县,1900-01-01", "乙湾,秦皇岛市,昌黎县,2024-05-01")
    register = read(tmp_path, "海湾名称,所在市,区县,建成", *lines)
    assert list(register.items["status"]) == ["unknown", "built"]
    assert "register_unknown_status" in kinds(register)


def test_an_area_founded_beside_a_county_of_a_like_name_is_another_place(tmp_path):
    register = read(tmp_path, HEADINGS, "甲湾,秦皇岛市,北戴河新区,建成", "乙湾,秦皇岛市,北戴河区,建成")
    assert list(register.items["county_code"]) == ["", "130304"]
    assert "register_unknown_place" in kinds(register)


@pytest.mark.parametrize(
    ("row", "code", "kind"),
    [
        ("甲湾,唐山市,唐海县,建成", "130209", "register_former_name"),
        ("甲湾,,唐山市唐海县,建成", "130209", "register_former_name"),
        ("甲湾,秦皇岛市,抚宁县,建成", "", "register_divided_name"),
        ("甲湾,唐山市,曹妃甸区,建成", "130209", ""),
    ],
)
def test_a_place_under_its_name_of_before_is_told(tmp_path, row, code, kind):
    register = read(tmp_path, HEADINGS, row)
    assert list(register.items["county_code"]) == [code]
    told = {"register_former_name", "register_divided_name"} & kinds(register)
    assert told == ({kind} if kind else set())


@pytest.mark.parametrize(
    ("cell", "area", "kind"),
    [("约12", 12.0, "register_about_number"), ("(12)", None, "register_not_a_number"), ("（空）", None, "")],
)
def test_a_number_that_is_about_or_in_brackets_is_told(tmp_path, cell, area, kind):
    register = read(tmp_path, f"{HEADINGS},面积", f"甲湾,唐山市,乐亭县,建成,{cell}")
    assert list(register.items["area_km2"].dropna()) == ([area] if area else [])
    assert not kind or kind in kinds(register)


def test_a_month_that_a_number_may_have_cut_is_left_out_and_told(tmp_path):
    lines = ("甲湾,唐山市,乐亭县,建成,2024.1", "乙湾,秦皇岛市,昌黎县,建成,2024.10")
    register = read(tmp_path, f"{HEADINGS},建成时间", *lines)
    assert list(register.items["status_date"]) == ["2024", "2024-10"]
    assert "register_month_unclear" in kinds(register)


@pytest.mark.parametrize(
    ("status", "year", "told"),
    [("在建", "2024", True), ("拟建", "2025年", True), ("在建", "2026", False), ("建成", "2024", False)],
)
def test_an_item_that_was_to_be_finished_before_the_register_and_is_not_is_told(tmp_path, status, year, told):
    register = read(tmp_path, f"{HEADINGS},计划建成时间", f"甲湾,唐山市,乐亭县,{status},{year}")
    assert ("register_overdue" in kinds(register)) is told


@pytest.mark.parametrize("section", ["唐山市（2个）", "一、唐山市（共2个）", "唐山市"])
def test_a_heading_within_the_table_may_say_how_many_follow(tmp_path, section):
    register = read(tmp_path, HEADINGS, f"{section},,,", "甲湾,,乐亭县,建成", "乙湾,,滦南县,在建")
    assert list(register.items["name"]) == ["甲湾", "乙湾"]


@pytest.mark.parametrize("note", ["已由乙湾替代", "并入乙湾", "作废"])
def test_a_remark_that_an_item_was_replaced_or_merged_is_told(tmp_path, note):
    assert "register_note_differs" in kinds(
        read(tmp_path, f"{HEADINGS},备注", f"甲湾,唐山市,乐亭县,建成,{note}")
    )


@pytest.mark.parametrize(
    ("heading", "cells", "kind"),
    [
        ("是否有效", ("否", "是", "是"), "register_unused_left_out"),
        ("删除标记", ("1", "", ""), "register_unused_left_out"),
        ("是否纳入考核", ("是", "是", "是"), ""),
        ("数量", ("3", "1", "1"), "register_unused_several"),
        ("个数", ("1", "1", "1"), ""),
    ],
)
def test_a_column_by_which_rows_would_count_otherwise_is_told(tmp_path, heading, cells, kind):
    rows = (f"{row},{cell}" for row, cell in zip(ROWS, cells, strict=True))
    told = {one for one in kinds(read(tmp_path, f"{HEADINGS},{heading}", *rows)) if "unused" in one}
    assert told == ({kind} if kind else set())


@pytest.mark.parametrize(
    ("heading", "cell", "told"),
    [
        ("岸线长度", "12", {"unit_assumed"}), ("岸线长度", "12km", set()), ("岸线长度（km）", "12", set()), ("shore_km", "12", set()),
        ("面积", "1250000", {"unit_assumed", "too_large"}), ("面积（公顷）", "1250000", set()),
    ],
)  # fmt: skip
def test_a_number_without_a_unit_is_told_and_so_is_one_that_is_too_large(tmp_path, heading, cell, told):
    found = kinds(read(tmp_path, f"{HEADINGS},{heading}", f"甲湾,唐山市,乐亭县,建成,{cell}"))
    assert found & {"register_unit_assumed", "register_too_large"} == {f"register_{kind}" for kind in told}


def test_a_unit_below_the_heading_or_above_the_table_is_one(tmp_path):
    below = read(tmp_path, f"{HEADINGS},岸线长度", ",,,,km", "甲湾,唐山市,乐亭县,建成,12")
    above = read(tmp_path, "单位：km,,,,", f"{HEADINGS},岸线长度", "甲湾,唐山市,乐亭县,建成,12")
    for register in (below, above):
        assert list(register.items["shore_km"]) == [12.0]
        assert "register_unit_assumed" not in kinds(register)


@pytest.mark.parametrize("name", ["乙湾美丽海湾", "丁湾（原乙湾）", "乙湾（东段）"])
def test_a_name_that_is_nearly_that_of_an_item_at_its_place_is_told(tmp_path, name):
    assert "register_alike_name" in kinds(read(tmp_path, HEADINGS, *ROWS, f"{name},秦皇岛市,昌黎县,建成"))


@pytest.mark.parametrize("heading", ["未建成原因", "存在问题"])
def test_a_column_of_what_is_wrong_with_items_is_told(tmp_path, heading):
    assert "register_unused_status" in kinds(
        read(tmp_path, f"{HEADINGS},{heading}", f"{ROWS[0]},尚未通过国家验收", f"{ROWS[1]},")
    )


@pytest.mark.parametrize("name", ["甲湾等3个", "甲湾、丁湾", '"甲湾\n丁湾"', "甲湖；丁河", "一厂、二厂"])
def test_a_name_that_stands_for_several_items_is_told(tmp_path, name):
    assert "register_several_items" in kinds(read(tmp_path, HEADINGS, f"{name},唐山市,乐亭县,建成"))


@pytest.mark.parametrize(
    "name",
    ["甲湾", "甲湾（东段、西段）", "东、西浙塘河", "生态城—寨上岸段", '"甲\n湾"', "渤海湾—天津、河北段"],
)
def test_a_name_of_one_item_is_not_told_as_that_of_several(tmp_path, name):
    assert "register_several_items" not in kinds(read(tmp_path, HEADINGS, f"{name},唐山市,乐亭县,建成"))


def test_an_item_called_by_the_city_in_which_others_lie_is_told(tmp_path):
    lines = (*ROWS, "唐山市,唐山市,,建成")
    assert "register_name_of_place" in kinds(read(tmp_path, HEADINGS, *lines))
    alone = ("唐山市,唐山市,,建成", "乐亭县,秦皇岛市,昌黎县,建成", "昌黎县,秦皇岛市,昌黎县,在建")
    assert "register_name_of_place" not in kinds(read(tmp_path, HEADINGS, *alone))


def test_a_heading_that_explains_the_numbers_of_two_statuses_answers_for_neither(tmp_path):
    with pytest.raises(InputError, match="status"):
        read(tmp_path, "海湾名称,所在市,建成（1）/未建成（0）", "甲湾,唐山市,1", "乙湾,唐山市,0")


@pytest.mark.parametrize(
    ("status", "note", "told"),
    [
        ("建成", "2025年取消称号", True), ("建成", "复核不合格", True), ("建成", "计划2027年建成", True),
        ("在建", "2025年10月已建成", True), ("建成", "国家级", False), ("建成", "2024年建成", False),
        ("在建", "2023年开工", False), ("在建", "待验收", False), ("建成", "", False),
    ],
)  # fmt: skip
def test_a_remark_that_tells_another_status_is_told(tmp_path, status, note, told):
    register = read(tmp_path, f"{HEADINGS},备注", f"甲湾,唐山市,乐亭县,{status},{note}")
    assert ("register_note_differs" in kinds(register)) is told


def test_a_second_table_below_a_note_is_told(tmp_path):
    rows = ["甲湾,唐山市,乐亭县,建成", "乙湾,唐山市,乐亭县,在建"]
    register = read(tmp_path, HEADINGS, rows[0], "附：2024年情况,,,", HEADINGS, rows[1])
    assert "register_second_table" in kinds(register)
    assert "register_second_table" not in kinds(read(tmp_path, HEADINGS, rows[0], HEADINGS, rows[1]))


@pytest.mark.parametrize(
    ("heading", "told"),
    [
        ("应建成情况", True), ("计划完成情况", True), ("投资完成情况", True), ("2024年建设情况", True), ("建成情况（2027年目标）", True),
        ("建设情况（截至2025年12月）", True), ("建成情况（主体）", True), ("美丽海湾建成情况", False), ("2026年建设情况", False),
        ("建设情况（截至2026年6月）", False), ("建设状态（建成/在建/未建）", False), ("是否建成（是/否）", False), ("目前建设情况", False),
    ],
)  # fmt: skip
def test_what_a_heading_says_beside_the_status_that_it_asks_for_is_told(tmp_path, heading, told):
    register = read(tmp_path, f"海湾名称,所在市,{heading}", "甲湾,唐山市,建成", "乙湾,唐山市,在建")
    assert ("register_status_heading" in kinds(register)) is told
    assert list(register.items["status"]) == ["built", "under_construction"]


@pytest.mark.parametrize(
    ("title", "told"),
    [
        ("2027年拟建成美丽海湾清单", "register_title_of_plan"), ("美丽海湾建设计划表", "register_title_of_plan"),
        ("美丽海湾名录（截至2025年12月）", "register_title_date"), ("美丽海湾建设计划进展情况", ""), ("美丽海湾名录（截至2026年6月底）", ""),
    ],
)  # fmt: skip
def test_a_title_of_a_plan_or_of_another_day_is_told(tmp_path, title, told):
    found = kinds(read(tmp_path, title, HEADINGS, *ROWS)) & {"register_title_of_plan", "register_title_date"}
    assert found == ({told} if told else set())
    unbuilt = [row.replace("建成", "未建成") for row in ROWS]
    assert "register_title_of_plan" not in kinds(read(tmp_path, title, HEADINGS, *unbuilt))


NUMBERED = "序号,海湾名称,所在市,建设状态,岸线长度（km）"
THREE = ("1,甲湾,唐山市,建成,10.2", "2,乙湾,秦皇岛市,在建,20.3", "3,丙湾,沧州市,建成,30.4")


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (("合计,3,,2,60.9",), False), (("合计,,,建成2个,61",), False), (("共3个,,,,",), False), (("合计（3个）,,,,",), False),
        (("平均,,,,20",), False), (("其中：建成1个,,,,",), False), (("小计,2,,,", "总计,3,,,"), True), (("小计,3,,,", "总计,3,,,"), False),
        (("合计,4,,,",), True), (("合计,,,5,",), True), (("合计,,,,80",), True), (("共10个,,,,",), True),
        (("唐山市合计,1,,,10.2", "秦皇岛市合计,1,,,20.3", "总计,3,,,60.9"), False), (("小计,,唐山市,1,10.2",), False), (("小计,2,唐山市,,",), True),
    ],
)  # fmt: skip
def test_a_total_that_the_items_do_not_give_is_told(tmp_path, lines, told):
    assert ("register_total_differs" in kinds(read(tmp_path, NUMBERED, *THREE, *lines))) is told
    assert ("register_total_differs" in kinds(read(tmp_path, NUMBERED, *lines[::-1], *THREE))) is told


@pytest.mark.parametrize(
    ("title", "told"), [("名录（共3个）", False), ("名录（共10个）", True), ("涉及3省共10个市", False)]
)
def test_a_title_may_say_how_many_items_there_are(tmp_path, title, told):
    assert ("register_total_differs" in kinds(read(tmp_path, title, NUMBERED, *THREE))) is told


@pytest.mark.parametrize(
    ("numbers", "told"), [("123", False), ("124", True), ("121", False), ("789", False), ("159", False)]
)
def test_a_number_that_is_missing_in_a_column_that_counts_the_rows_is_told(tmp_path, numbers, told):
    lines = [number + row[1:] for number, row in zip(numbers, THREE, strict=True)]
    assert ("register_number_missing" in kinds(read(tmp_path, NUMBERED, *lines))) is told


@pytest.mark.parametrize(
    "note",
    [
        "待省厅验收",
        "仅完成一期",
        "与乙湾重复",
        "不计入考核",
        "数据待核实",
        "已更名为丁湾",
        "误填",
        "未达标",
        "已返黑返臭",
    ],
)
def test_a_remark_that_takes_back_or_doubts_an_item_is_told(tmp_path, note):
    assert "register_note_differs" in kinds(
        read(tmp_path, f"{HEADINGS},备注", f"甲湾,唐山市,乐亭县,建成,{note}")
    )


@pytest.mark.parametrize(
    "note", ["2025年新增", "已移交管护单位", "以省厅公布为准", "见附件2", "第二批", "2024年通过验收"]
)
def test_a_remark_that_says_no_more_is_not_told(tmp_path, note):
    assert "register_note_differs" not in kinds(
        read(tmp_path, f"{HEADINGS},备注", f"甲湾,唐山市,乐亭县,建成,{note}")
    )


@pytest.mark.parametrize("pair", [("一号湾", "1号湾"), ("北戴河灣", "北戴河湾"), ("Ⅱ号湾", "二号湾")])
def test_two_ways_to_write_a_name_are_told(tmp_path, pair):
    lines = [f"{name},唐山市,乐亭县,建成" for name in pair]
    assert "register_alike_name" in kinds(read(tmp_path, HEADINGS, *lines))
    apart = (lines[0], lines[1].replace("唐山市,乐亭县", "秦皇岛市,昌黎县"))
    assert "register_alike_name" not in kinds(read(tmp_path, HEADINGS, *apart))


@pytest.mark.parametrize("heading", ["完工时间", "竣工日期", "实际完成时间"])
def test_the_date_of_completion_is_a_date_of_the_status(tmp_path, heading):
    lines = ("甲湾,唐山市,乐亭县,建成,2025-12", "乙湾,秦皇岛市,昌黎县,建成,2027-12")
    register = read(tmp_path, f"{HEADINGS},{heading}", *lines)
    assert list(register.items["status"]) == ["built", "planned"]


@pytest.mark.parametrize("name", ["丁湾（别名：乙湾）", "丁湾（又名乙湾）", "丁湾（也叫乙湾）"])
@pytest.mark.parametrize(
    ("place", "told"), [("秦皇岛市,昌黎县", True), ("秦皇岛市,", True), ("唐山市,", False)]
)
def test_another_name_in_brackets_is_told_where_the_places_do_not_contradict_each_other(
    tmp_path, name, place, told
):
    found = kinds(read(tmp_path, HEADINGS, *ROWS, f"{name},{place},建成"))
    assert ("register_alike_name" in found) is told


@pytest.mark.parametrize(
    ("total", "told"),
    [
        ("合计,,,建成2个、在建1个", False),
        ("合计,,,建成1个、在建1个", True),
        ("合计3个，其中建成1个,,,".replace("，", "、"), True),
        ("合计,,,已建成：2；未建成：1", False),
        ("合计,,,2025年建成1个、在建1个", False),
    ],
)
def test_a_total_of_several_numbers_is_held_against_the_items_by_status(tmp_path, total, told):
    assert ("register_total_differs" in kinds(read(tmp_path, HEADINGS, *ROWS, total))) is told


@pytest.mark.parametrize(
    ("title", "told"),
    [("山东省美丽海湾清单", True), ("青岛市、烟台市海湾名录", True), ("河北省美丽海湾清单", False),
     ("北京市、天津市、河北省美丽海湾清单", False), ("唐山市美丽海湾清单", False), ("美丽海湾清单", False)],
)  # fmt: skip
def test_a_title_of_a_place_in_which_no_item_lies_is_told(tmp_path, title, told):
    register = read(tmp_path, f"{title},,,", HEADINGS, *ROWS)
    assert ("register_title_place" in kinds(register)) is told
    bare = read(tmp_path, f"{title},", "海湾名称,建设状态", "甲湾,建成", "乙湾,在建")
    assert ("register_title_place" in kinds(bare)) is told
