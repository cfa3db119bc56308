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
    "cell", ["20231301", "2023年13月", "2024.5.32", "1900-01-01", "1900/1/0", "1899-12-30", "1900年1月"]
)
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
