"""Registers as offices write them: what is read, what is left out, and what is told."""

from datetime import date

import pytest
import xlsxwriter
import xlwt
from office import edit_part, write_book, write_old_book
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill

from geozone.errors import InputError
from geozone.model import Basis, Severity, Status
from geozone.project import load_project
from geozone.registers import read_register
from geozone.seeds import get_zone

BTH, HEBEI = get_zone("bth"), get_zone("hebei")
HEAD = ["海湾", "状态", "市", "县"]
PLACE = ["唐山市", "乐亭县"]


def read(path, zone=BTH, as_of="2026-06-30", **more):
    return read_register(path, role="bay", basis=Basis.OFFICIAL, as_of=as_of, zone=zone, **more)


def text(path, *lines, encoding="utf-8"):
    path.write_bytes("\r\n".join(lines).encode(encoding))
    return path


def told(register, *severities):
    """Return the kinds of what was found, without the count of rows that every register has."""
    wanted = severities or (Severity.WARNING, Severity.NOTE)
    kinds = [
        finding.kind.removeprefix("register_") for finding in register.findings if finding.severity in wanted
    ]
    return [kind for kind in kinds if kind != "rows"]


def column(register, name):
    return list(register.items[name])


def counts(register):
    [finding] = [finding for finding in register.findings if finding.kind == "register_rows"]
    return finding.message.params["rows"], finding.message.params["items"]


# --- headings


def test_two_rows_of_headings_are_one(tmp_path):
    path = text(
        tmp_path / "a.csv",
        "序号,行政区划,,海湾,建设情况,,代码",
        ",市,县,,是否建成,时间,",
        "1,唐山市,曹妃甸区,A湾,是,2025,",
        "2,唐山市,丰南区,B湾,否,,",
    )
    register = read(path)
    assert column(register, "name") == ["A湾", "B湾"]
    assert column(register, "county_code") == ["130209", "130207"]
    assert column(register, "status") == ["built", "planned"]
    assert column(register, "status_date") == ["2025", ""]
    assert told(register) == []


def test_a_name_and_a_code_below_a_place_are_those_of_the_place(tmp_path):
    path = text(
        tmp_path / "a.csv", "县级行政区,,海湾,,状态", "名称,代码,名称,编码,", "乐亭县,130225,A湾,HW01,建成"
    )
    register = read(path)
    assert register.items.loc[0, ["item_id", "name", "county_code"]].tolist() == ["HW01", "A湾", "130225"]


def test_the_first_item_is_no_heading(tmp_path):
    path = text(tmp_path / "a.csv", "海湾,状态,市", "名称湾,建成,唐山市", "时间湾,在建,唐山市")
    assert column(read(path), "name") == ["名称湾", "时间湾"]


def test_a_status_may_be_a_mark_in_one_of_several_columns(tmp_path):
    path = text(
        tmp_path / "a.csv",
        "海湾,市,建成,在建,计划,优秀案例",
        "A湾,唐山市,√,,,",
        "B湾,唐山市,,1,,",
        "C湾,唐山市,,,2027,",
        "D湾,唐山市,√,√,,",
        "E湾,唐山市,,,,",
        "F湾,唐山市,2024,,,√",
        "G湾,唐山市,×,√,×,",
    )
    register = read(path)
    assert column(register, "status") == [
        "built", "under_construction", "planned", "unknown", "unknown", "built", "under_construction",
    ]  # fmt: skip
    assert register.items.loc[2, "planned_year"] == 2027
    assert register.items.loc[5, "status_date"] == "2024"
    assert told(register, Severity.WARNING) == ["doubtful_status", "blank_status"]


def test_two_columns_of_statuses_must_agree(tmp_path):
    path = text(
        tmp_path / "a.csv",
        "海湾,状态,建设进度,市",
        "A湾,建成,100%,唐山市",
        "B湾,建成,60%,唐山市",
        "C湾,建成,在报批,唐山市",
    )
    register = read(path)
    assert column(register, "status") == ["built", "unknown", "built"]
    assert told(register, Severity.WARNING) == ["doubtful_status"]


def test_units_may_stand_in_the_heading_below_it_above_the_table_or_in_the_cell(tmp_path):
    for lines in (
        ["海湾,状态,岸线长度（米）", "A湾,建成,2500"],
        ["海湾,状态,岸线长度", ",,米", "A湾,建成,2500"],
        ["海湾名录,,", "单位：米,,", "海湾,状态,岸线长度", 'A湾,建成,"2,500"'],
        ["海湾,状态,岸线长度", "A湾,建成,2.5公里"],
        ["海湾,状态,岸线长度（米）", "A湾,建成,约2.5km"],
    ):
        register = read(text(tmp_path / "a.csv", *lines))
        assert column(register, "shore_km") == [2.5], lines
    register = read(text(tmp_path / "a.csv", "海湾,状态,岸线长度（亩）", "A湾,建成,2500"))
    assert register.items["shore_km"].isna().all()
    assert "wrong_unit" in told(register)
    register = read(
        text(tmp_path / "a.csv", "海湾,状态,岸线长度", 'A湾,建成,"24,5"', "B湾,建成,-3", "C湾,建成,—")
    )
    assert register.items["shore_km"].isna().all()
    assert told(register).count("not_a_number") == 2


def test_headings_that_cannot_be_told_apart_are_refused_with_the_choice(tmp_path):
    path = text(tmp_path / "a.csv", "名称,名称,状态", "甲,乙,建成")
    with pytest.raises(InputError, match="名称#2"):
        read(path)
    assert column(read(path, fields={"name": "名称#2"}), "name") == ["乙"]
    assert column(read(text(tmp_path / "b.csv", "名称,名称,状态", "甲,甲,建成")), "name") == ["甲"]


@pytest.mark.parametrize(
    ("fields", "key"),
    [
        ({"name": "海弯"}, "no_field"),
        ({"nmae": "海湾"}, "bad_field"),
        ({"name": 1}, "fields"),
        ("name", "fields"),
    ],
)
def test_a_wrong_name_of_a_column_is_refused_with_the_right_one(tmp_path, fields, key):
    with pytest.raises(InputError) as error:
        read(text(tmp_path / "a.csv", "海湾,状态", "甲,建成"), fields=fields)
    assert error.value.message.key == f"registers.{key}"
    if key == "no_field":
        assert error.value.message.params["near"] == "海湾"


# --- rows


def test_totals_notes_and_repeated_headings_are_no_items(tmp_path):
    path = text(
        tmp_path / "a.csv",
        "海湾名录,,,",
        "海湾,状态,市,县",
        "(1),(2),(3),(4)",
        "A湾,建成,唐山市,乐亭县",
        "唐山市小计,,,",
        ",,,",
        "海湾,状态,市,县",
        "总计湾,建成,唐山市,乐亭县",
        "注口湾,在建,唐山市,乐亭县",
        "合 计：,2,,",
        "总计,,,",
        "共3个,,,",
        "其中：建成2个,,,",
        "建成率,67%,,",
        "注：数据截至2026年6月。,,,",
        "2.岸线长度含岛屿,,,",
        "填表人：张三,审核：李四,,",
        "Total,,,",
    )
    register = read(path)
    assert column(register, "name") == ["A湾", "总计湾", "注口湾"]
    assert counts(register) == (15, 3)
    assert told(register, Severity.WARNING) == []
    assert told(register).count("total_row") == 7
    assert told(register).count("note_row") == 3
    assert {"heading_row", "numbering_row"} <= set(told(register))


def test_a_row_without_a_name_that_says_something_is_told(tmp_path):
    register = read(
        text(tmp_path / "a.csv", ",".join(["序号", *HEAD]), "1,A湾,建成,唐山市,乐亭县", "2,,建成,,", "3,,,,")
    )
    assert len(register.items) == 1
    assert told(register, Severity.WARNING) == ["unnamed_row"]


def test_a_heading_within_the_table_gives_its_place_to_the_items_below(tmp_path):
    path = text(
        tmp_path / "a.csv",
        "海湾,状态,县",
        "一、唐山市,,",
        "A湾,建成,",
        "B湾,在建,乐亭县",
        "秦皇岛市,,",
        "C湾,建成,",
        "D湾,建成,乐亭县",
    )
    register = read(path)
    assert column(register, "city_code") == ["130200", "130200", "130300", "130200"]
    assert told(register, Severity.WARNING) == ["section_differs"]


def test_rows_whose_name_is_merged_are_one_item_of_all_their_places(tmp_path):
    rows = [
        [*HEAD, "岸线长度"],
        ["A湾", "建成", "秦皇岛市", "北戴河区", 10],
        [None, None, None, "海港区", 5],
        ["B湾", "在建", *PLACE, 7],
    ]
    register = read(write_book(tmp_path / "a.xlsx", {"名录": rows}, ["A2:A3", "B2:B3", "C2:C3"]))
    assert column(register, "name") == ["A湾", "B湾"]
    assert column(register, "city_code") == ["130300", "130200"]
    assert column(register, "county_code") == ["", "130225"]
    assert column(register, "shore_km") == [15, 7]
    assert told(register) == ["unit_assumed", "joined_row", "several_places"]
    rows[2][1] = "在建"
    register = read(write_book(tmp_path / "b.xlsx", {"名录": rows}, ["A2:A3", "C2:C3"]))
    assert column(register, "status") == ["unknown", "under_construction"]
    assert told(register, Severity.WARNING) == ["doubtful_status"]


def test_a_length_merged_over_several_items_is_nobodys(tmp_path):
    rows = [
        [*HEAD, "岸线长度"],
        ["A湾", "建成", *PLACE, 10],
        ["B湾", "在建", *PLACE, None],
        ["C湾", "在建", *PLACE, 7],
    ]
    register = read(write_book(tmp_path / "a.xlsx", {"名录": rows}, ["E2:E3"]))
    assert register.items["shore_km"].isna().tolist() == [True, True, False]
    assert told(register) == ["unit_assumed", "shared_measure", "shared_measure"]


def test_a_row_with_a_cell_too_many_is_told(tmp_path):
    register = read(text(tmp_path / "a.csv", ",".join(HEAD), "A湾,一期,建成,唐山市,乐亭县"))
    assert "long_row" in told(register, Severity.WARNING)
    assert column(register, "status") == ["unknown"]


def test_what_repeats_an_item_with_another_status_makes_it_unknown(tmp_path):
    place = ",".join(PLACE)
    path = text(
        tmp_path / "a.csv",
        ",".join(HEAD),
        f"A湾,建成,{place}",
        f"A湾,在建,{place}",
        f"B湾,,{place}",
        f"B湾,建成,{place}",
    )
    register = read(path)
    assert column(register, "status") == ["unknown", "built"]
    assert told(register).count("duplicate") == 2
    assert told(register).count("two_statuses") == 1


def test_one_name_in_two_cities_is_told_as_two_items(tmp_path):
    register = read(text(tmp_path / "a.csv", "海湾,状态,市", "A湾,建成,唐山市", "A湾,建成,秦皇岛市"))
    [finding] = [finding for finding in register.findings if finding.kind == "register_same_name"]
    assert finding.severity is Severity.WARNING
    assert "two" in finding.message.get("en")
    assert "两项" in finding.message.get("zh")


# --- cells


def test_dates_as_workbooks_hold_them(tmp_path):
    def change(book):
        book.active["C6"].number_format = "yyyy-mm-dd"

    cells = [date(2024, 5, 1), 2024, 45413, "2024年5月", 2024, "20240501", "很久以前", None]
    rows = [["海湾", "状态", "建成时间"], *([f"湾{n}", "建成", cell] for n, cell in enumerate(cells))]
    register = read(write_book(tmp_path / "a.xlsx", {"名录": rows}, change=change))
    assert column(register, "status_date") == [
        "2024-05-01", "2024", "2024-05-01", "2024-05", "2024", "2024-05-01", "", "",
    ]  # fmt: skip
    assert told(register, Severity.WARNING) == ["no_date", "no_place"]


def test_what_is_built_after_the_date_of_the_register_is_planned(tmp_path):
    path = text(tmp_path / "a.csv", "海湾,状态,建成年份,市", "A湾,建成,2027,唐山市", "B湾,建成,2025,唐山市")
    register = read(path)
    assert column(register, "status") == ["planned", "built"]
    assert register.items.loc[0, "planned_year"] == 2027
    assert told(register) == ["future_date"]
    assert told(read(path, as_of="2027-12-31")) == []
    assert "as_of" in told(read(path, as_of="最近"))


def test_formulas_without_a_result_and_errors_are_told(tmp_path):
    def change(book):
        book.active["B2"], book.active["B3"] = '=IF(1,"建成","")', "#REF!"
        book.active["B3"].data_type = "e"

    rows = [HEAD, ["A湾", None, *PLACE], ["B湾", None, *PLACE], ["C湾", "建成", *PLACE]]
    register = read(write_book(tmp_path / "a.xlsx", {"名录": rows}, change=change))
    assert column(register, "status") == ["unknown", "unknown", "built"]
    assert told(register) == ["no_result", "error_cell", "blank_status"]


def test_a_share_that_a_cell_shows_is_a_share(tmp_path):
    def change(book):
        for cell, value in (("B2", 1), ("B3", 0.6)):
            book.active[cell] = value
            book.active[cell].number_format = "0%"

    rows = [["海湾", "进度", "市"], ["A湾", None, "唐山市"], ["B湾", None, "唐山市"]]
    register = read(write_book(tmp_path / "a.xlsx", {"名录": rows}, change=change))
    assert column(register, "status") == ["built", "under_construction"]


def test_hidden_rows_count_and_are_told(tmp_path):
    def change(book):
        book.active.row_dimensions[3].hidden = True
        book.active.column_dimensions["B"].hidden = True

    rows = [HEAD, ["A湾", "建成", *PLACE], ["B湾", "在建", *PLACE]]
    register = read(write_book(tmp_path / "a.xlsx", {"名录": rows}, change=change))
    assert len(register.items) == 2
    assert told(register, Severity.WARNING) == ["hidden_rows", "hidden_columns"]
    register = read(write_old_book(tmp_path / "a.xls", {"名录": rows}, hidden=[2]))
    assert told(register, Severity.WARNING) == ["hidden_rows"]


def write_marked_book(path):
    """Write a register as most programs do, with one status struck through in part, one commented and one struck whole."""
    with xlsxwriter.Workbook(path) as book:
        sheet, struck = book.add_worksheet("名录"), book.add_format({"font_strikeout": True})
        for number, row in enumerate([HEAD, *([name, "建成", *PLACE] for name in ("A湾", "B湾", "C湾"))]):
            sheet.write_row(number, 0, row)
        sheet.write_rich_string("B2", struck, "建成", "在建")
        sheet.write_comment("B3", "待核：2025年已撤销")
        sheet.write_comment("F3", "与名录无关")
        sheet.write_rich_string("B4", struck, "建", struck, "成")
    return path


def test_a_status_struck_through_in_part_or_with_a_comment_counts_as_it_stands_and_is_told(tmp_path):
    register = read(write_marked_book(tmp_path / "a.xlsx"))
    assert column(register, "status") == ["unknown", "built", "built"]
    assert {"part_struck", "cell_comment", "struck_rows"} <= set(told(register, Severity.WARNING))
    [commented] = [one for one in register.findings if one.kind == "register_cell_comment"]
    assert (commented.feature, commented.message.params["comment"]) == ("3", "待核：2025年已撤销")

    def change(book):  # which writes its texts into the cells themselves
        strike, plain = InlineFont(strike=True), InlineFont()
        book.active["B2"] = CellRichText(TextBlock(strike, "12"), TextBlock(plain, "建成"))
        book.active["A3"].comment = Comment("已删除", "甲")

    rows = [HEAD, ["A湾", "建成", *PLACE], ["B湾", "在建", *PLACE]]
    register = read(write_book(tmp_path / "b.xlsx", {"名录": rows}, change=change))
    assert {"part_struck", "cell_comment"} <= set(told(register, Severity.WARNING))

    old = xlwt.Workbook(encoding="utf-8")
    sheet = old.add_sheet("名录")
    for number, row in enumerate(rows):
        for place, cell in enumerate(row):
            sheet.write(number, place, cell)
    sheet.write_rich_text(3, 0, ["C", ("湾", xlwt.easyfont("struck_out on"))])
    sheet.write(3, 1, "建成")
    old.save(str(tmp_path / "c.xls"))
    assert "part_struck" in told(read(tmp_path / "c.xls"), Severity.WARNING)


def test_rows_that_are_struck_through_count_and_are_told(tmp_path):
    def change(book):
        book.active["A3"].font = Font(strike=True)
        book.active["D9"].font = Font(strike=True)  # an empty cell

    rows = [HEAD, ["A湾", "建成", *PLACE], ["B湾", "在建", *PLACE]]
    register = read(write_book(tmp_path / "a.xlsx", {"名录": rows}, change=change))
    assert len(register.items) == 2
    assert told(register, Severity.WARNING) == ["struck_rows"]
    register = read(write_old_book(tmp_path / "a.xls", {"名录": rows}, struck=[2]))
    assert told(register, Severity.WARNING) == ["struck_rows"]


def test_columns_that_look_like_a_status_or_a_date_and_are_not_read_are_told(tmp_path):
    head = [*HEAD, "复核状态", "填报日期", "投资（万元）", "批准面积（公顷）"]
    row = ["A湾", "建成", *PLACE, "未通过", "2026-05-01", 12, 3]
    register = read(write_book(tmp_path / "a.xlsx", {"名录": [head, row]}))
    found = {one.kind.removeprefix("register_"): one for one in register.findings}
    assert found["unused_status"].severity is Severity.WARNING
    assert found["unused_status"].message.params["headings"] == "复核状态"
    assert found["unused_columns"].severity is Severity.NOTE
    assert found["unused_columns"].message.params["headings"] == "填报日期、批准面积（公顷）"
    register = read(write_book(tmp_path / "b.xlsx", {"名录": [head, [*row[:-4], None, None, 12, None]]}))
    assert not any("unused" in kind for kind in told(register))


# --- places


def test_codes_are_held_against_the_units_and_against_each_other(tmp_path):
    path = text(
        tmp_path / "a.csv",
        "名称,状态,省级代码,市级代码,县级代码",
        "A,建成,13,1302,130225.0",
        "B,建成,,,'130230",
        "C,建成,,,130103",
        "D,建成,130000,130200,130303",
        "E,建成,,,139999",
        "F,建成,,,乐亭县",
        "G,建成,,,？",
        "H,建成,,1302,",
    )
    register = read(path)
    assert column(register, "county_code") == ["130225", "130209", "", "", "", "130225", "", ""]
    assert column(register, "city_code") == ["130200", "130200", "130100", "", "", "130200", "", "130200"]
    assert column(register, "province_code") == ["130000"] * 6 + ["", "130000"]
    assert told(register) == [
        "former_code", "divided_code", "places_differ", "unknown_code", "malformed_code", "no_place",
    ]  # fmt: skip
    assert {finding.severity for finding in register.findings if finding.kind != "register_rows"} == {
        Severity.WARNING
    }


def test_names_are_held_against_codes(tmp_path):
    path = text(
        tmp_path / "a.csv",
        "名称,状态,市,县,县级代码",
        "A,建成,唐山市,丰润区,130207",
        "B,建成,,丰南,130207",
        "C,建成,,海港经济开发区,130225",
        "D,建成,唐山市,北戴河区,",
        "E,建成,唐山市、秦皇岛市,,",
        "F,建成,唐山市,唐海县,130230",
    )
    register = read(path)
    assert column(register, "county_code") == ["", "130207", "130225", "", "", "130209"]
    assert column(register, "city_code") == ["130200", "130200", "130200", "", "", "130200"]
    assert told(register) == ["places_differ", "places_differ", "several_places", "former_code"]


def test_one_column_may_name_the_whole_place(tmp_path):
    path = text(
        tmp_path / "a.csv",
        "名称,状态,所在地",
        "A,建成,河北省唐山市乐亭县",
        "B,建成,唐山",
        "C,建成,天津滨海新区",
    )
    register = read(path)
    assert column(register, "county_code") == ["130225", "", "120116"]
    assert column(register, "city_code") == ["130200", "130200", ""]


def test_a_code_may_stand_where_a_name_is_due(tmp_path):
    register = read(text(tmp_path / "a.csv", "名称,状态,市", "A,建成,1302", "B,建成,130225", "C,建成,139900"))
    assert column(register, "city_code") == ["130200", "130200", ""]
    assert column(register, "county_code") == ["", "130225", ""]
    assert told(register) == ["unknown_code"]


def test_a_register_without_items_is_told(tmp_path):
    register = read(text(tmp_path / "a.csv", "名称,状态", "合计,"))
    assert told(register, Severity.WARNING) == ["no_items"]


def test_an_item_without_a_place_is_told_and_lies_in_a_zone_of_one_unit(tmp_path):
    path = text(tmp_path / "a.csv", "名称,状态,市", "A,建成,唐山市", "B,建成,")
    register = read(path)
    assert column(register, "province_code") == ["130000", ""]
    assert told(register) == ["no_place"]
    register = read(path, zone=HEBEI)
    assert column(register, "province_code") == ["130000", "130000"]
    assert told(register) == ["no_place"]


def test_of_units_of_one_name_that_of_the_zone_is_meant(tmp_path):
    path = text(tmp_path / "a.csv", "名称,状态,县", "A,建成,朝阳区", "B,建成,桥西区")
    register = read(path)
    assert column(register, "county_code") == ["110105", ""]
    assert told(register) == ["unknown_place", "no_place"]


# --- files and sheets


def rows_of(city):
    return [["海湾", "状态"], [f"{city}一湾", "建成"], [f"{city}二湾", "在建"], ["合计", None]]


def test_of_several_sheets_that_fit_one_is_named_or_all_are_meant(tmp_path):
    sheets = {"唐山市": rows_of("唐"), "2 秦皇岛": rows_of("秦"), "说明": [["请逐市填报"]]}
    path = write_book(tmp_path / "a.xlsx", sheets)
    with pytest.raises(InputError) as error:
        read(path)
    assert error.value.message.key == "registers.several_sheets"
    assert "唐山市、2 秦皇岛" in str(error.value)
    register = read(path, sheet="*")
    assert column(register, "city_code") == ["130200", "130200", "130300", "130300"]
    assert register.items["item_id"].is_unique
    assert told(register, Severity.WARNING) == []
    assert "unread_sheet" in told(register)
    assert column(read(path, sheet="2 秦皇岛"), "city_code") == ["130300"] * 2
    with pytest.raises(InputError) as error:
        read(path, sheet="承德")
    assert error.value.message.key == "registers.no_sheet"


def test_a_list_of_codes_beside_the_register_is_no_register(tmp_path):
    sheets = {"名录": rows_of("唐"), "代码": [["名称", "代码", "类别"], ["甲", 1, "一类"], ["乙", 2, "二类"]]}
    assert len(read(write_book(tmp_path / "a.xlsx", sheets)).items) == 2


def test_a_hidden_sheet_is_not_read_and_told(tmp_path):
    def hide(book):
        book.worksheets[1].sheet_state = "hidden"

    path = write_book(tmp_path / "a.xlsx", {"名录": rows_of("唐"), "旧": rows_of("旧")}, change=hide)
    register = read(path)
    assert len(register.items) == 2
    assert "hidden_sheet" in told(register, Severity.WARNING)
    assert len(read(path, sheet="旧").items) == 2


def test_a_table_of_another_sheet_that_is_not_read_is_a_warning(tmp_path):
    other = [["湾名", "进行到哪里", "谁"], ["甲", "x", "y"], ["乙", "x", "y"]]
    register = read(write_book(tmp_path / "a.xlsx", {"唐山": rows_of("唐"), "秦皇岛": other}), sheet="*")
    assert "unread_sheet" in told(register, Severity.WARNING)


def test_the_sheet_stands_in_the_project_file(tmp_path):
    write_book(tmp_path / "a.xlsx", {"2025": rows_of("唐"), "2026": rows_of("秦")})
    project = 'zone = "hebei"\n[[register]]\nrole = "bay"\npath = "a.xlsx"\nbasis = "official"\nas_of = 2026-06-30\nsheet = {}\n'
    for sheet in ('"2026"', "2026"):
        (tmp_path / "project.toml").write_text(project.format(sheet), encoding="utf-8")
        [entry] = load_project(tmp_path / "project.toml").registers
        assert entry.sheet == "2026"
        assert column(read(entry.path, sheet=entry.sheet), "name") == ["秦一湾", "秦二湾"]
    (tmp_path / "project.toml").write_text(project.format("[1]"), encoding="utf-8")
    with pytest.raises(InputError, match="sheet"):
        load_project(tmp_path / "project.toml")


@pytest.mark.parametrize(
    ("encoding", "delimiter", "ending"),
    [
        ("gbk", ",", ".csv"),
        ("utf-16", "\t", ".txt"),
        ("utf-16-le", "\t", ".txt"),
        ("utf-8-sig", ";", ".csv"),
        ("gbk", "\t", ".xls"),
    ],
)
def test_text_in_every_encoding_that_offices_write(tmp_path, encoding, delimiter, ending):
    lines = [delimiter.join(HEAD), delimiter.join(["北湾", "建成", *PLACE])]
    register = read(text(tmp_path / f"a{ending}", *lines, encoding=encoding))
    assert column(register, "name") == ["北湾"]
    assert column(register, "county_code") == ["130225"]


def test_a_workbook_of_another_ending_is_read_by_its_content(tmp_path):
    rows = [HEAD, ["北湾", "建成", *PLACE]]
    for path in (
        write_old_book(tmp_path / "a.et", {"名录": rows}),
        write_old_book(tmp_path / "b.xlsx", {"名录": rows}),
        write_book(tmp_path / "c.xlsx", {"名录": rows}).rename(tmp_path / "c.csv"),
    ):
        assert column(read(path), "name") == ["北湾"]


def test_a_web_page_with_the_ending_of_a_workbook_is_refused(tmp_path):
    path = text(tmp_path / "a.xls", "<html><table><tr><td>海湾</td></tr></table></html>")
    with pytest.raises(InputError) as error:
        read(path)
    assert error.value.message.key == "registers.markup"


def test_a_document_that_points_elsewhere_is_not_opened(tmp_path):
    path = text(tmp_path / "a.vrt", '<OGRVRTDataSource><OGRVRTLayer name="a"/></OGRVRTDataSource>')
    with pytest.raises(InputError) as error:
        read(path)
    assert error.value.message.key == "read.reaching"


def test_all_rows_are_read_whatever_dimension_the_sheet_states(tmp_path):
    rows = [HEAD, *([f"湾{n}", "建成" if n < 3 else "在建", *PLACE] for n in range(10))]
    path = edit_part(write_book(tmp_path / "a.xlsx", {"名录": rows}), 'ref="A1:D11"', 'ref="A1:D6"')
    register = read(path)
    assert (len(register.items), column(register, "status").count(Status.BUILT)) == (10, 3)
    assert counts(register) == (10, 10)


def test_a_sheet_that_is_not_filled_in_yet_is_meant_as_well_as_the_others(tmp_path):
    blank = [["海湾", "状态"], ["甲湾", None], ["乙湾", None]]
    with pytest.raises(InputError, match="承德"):
        read(write_book(tmp_path / "a.xlsx", {"唐山": rows_of("唐"), "承德": blank}))
    odd = [["海湾", "状态"], ["甲湾", "快了"], ["乙湾", "快了"]]
    register = read(write_book(tmp_path / "b.xlsx", {"唐山": rows_of("唐"), "承德": odd}))
    assert "other_sheet" in told(register, Severity.WARNING)


def test_one_byte_that_cannot_be_read_costs_its_row_a_warning_only(tmp_path):
    content = "\n".join([",".join(HEAD), *(f"湾{n},建成,唐山市,乐亭县" for n in range(20))]).encode()
    path = tmp_path / "a.csv"
    path.write_bytes(content.replace("湾7".encode(), b"\xe6\xb97"))
    register = read(path)
    assert len(register.items) == 20
    assert told(register) == ["text_lost"]


def test_cells_that_show_nothing_are_told_and_ordinary_white_headings_are_not(tmp_path):
    def hide(book):
        book.active["A2"].font = Font(color="FFFFFFFF")
        book.active["B3"].number_format = ";;;"

    def show(book):
        for cell in book.active[1]:
            cell.font, cell.fill = Font(color="FFFFFFFF"), PatternFill("solid", fgColor="FF1F4E79")

    rows = [HEAD, ["A湾", "建成", *PLACE], ["B湾", "在建", *PLACE]]
    hidden = read(write_book(tmp_path / "a.xlsx", {"名录": rows}, change=hide))
    assert [one.feature for one in hidden.findings if one.kind == "register_unseen_cell"] == ["2", "3"]
    assert "unseen_cell" not in told(read(write_book(tmp_path / "b.xlsx", {"名录": rows}, change=show)))
    old = write_old_book(tmp_path / "c.xls", {"名录": rows}, formats={(3, 2): ";;;"})
    assert [one.feature for one in read(old).findings if one.kind == "register_unseen_cell"] == ["3"]
