"""Workbooks are read by what their cells say, whatever the sheet declares."""

import zipfile
from datetime import date

import openpyxl
import pytest
from office import edit_part, write_book, write_old_book

from geozone.errors import InputError
from geozone.model import Basis
from geozone.read import read_layer
from geozone.read.safety import Limits
from geozone.read.workbook import CellError, Share, is_workbook, open_workbook
from geozone.read.workbook_shapes import as_shown
from geozone.registers import read_register
from geozone.registers.cell_text import as_text
from geozone.registers.files import read_grids

ROWS = [["名称", "状态"], ["甲", "建成"], ["乙", "在建"], ["丙", None]]


def only(path):
    [sheet] = open_workbook(path)
    return sheet


@pytest.mark.parametrize("stated", ["A1:B2", "A1", "A1:XFD1048576", "A1:B1048576", "A1:XFD4", "B7:C9"])
def test_the_stated_dimension_is_not_trusted(tmp_path, stated):
    path = edit_part(
        write_book(tmp_path / "a.xlsx", {"名录": ROWS}),
        '<dimension ref="A1:B4"',
        f'<dimension ref="{stated}"',
    )
    sheet = only(path)
    assert sheet.rows == ROWS
    assert (sheet.numbers, sheet.columns) == ([1, 2, 3, 4], [1, 2])


def test_a_cell_far_out_costs_nothing(tmp_path):
    path = write_book(
        tmp_path / "b.xlsx", {"名录": ROWS}, change=lambda book: book.active.cell(1048576, 16384, "远")
    )
    sheet = only(path)
    assert sheet.numbers == [1, 2, 3, 4, 1048576]
    assert sheet.columns == [1, 2, 16384]
    assert sheet.rows[-1] == [None, None, "远"]


def test_a_table_too_wide_to_hold_is_refused_in_a_sentence(tmp_path, monkeypatch):
    monkeypatch.setattr("geozone.read.workbook._MOST_CELLS", 7)
    with pytest.raises(InputError) as error:
        open_workbook(write_book(tmp_path / "a.xlsx", {"名录": ROWS}))
    assert error.value.message.key == "read.sheet_too_wide"


def test_merged_cells_hold_their_value_in_every_row_that_holds_anything(tmp_path):
    rows = [["名录", None, None], ["唐山", "甲", 1], [None, "乙", 2], [None, None, None], ["沧州", "丙", 3]]
    path = write_book(tmp_path / "a.xlsx", {"名录": rows}, ["A1:C1", "A2:A4"])
    sheet = only(path)
    assert sheet.rows == [["名录"] * 3, ["唐山", "甲", 1], ["唐山", "乙", 2], ["沧州", "丙", 3]]
    assert sheet.numbers == [1, 2, 3, 5]
    assert sorted(sheet.merged) == [(1, 1, 1, 3), (2, 1, 4, 1)]


def test_a_range_merged_over_the_whole_sheet_is_filled_where_there_are_cells(tmp_path):
    path = write_book(tmp_path / "a.xlsx", {"名录": [["甲", None], [None, "乙"]]})
    path = edit_part(
        path,
        "</sheetData>",
        '</sheetData><mergeCells count="1"><mergeCell ref="A1:XFD1048576"/></mergeCells>',
    )
    assert only(path).rows == [["甲", "甲"], ["甲", "乙"]]


def test_what_a_cell_shows_is_kept_apart_from_numbers(tmp_path):
    def change(book):
        sheet = book.active
        sheet["A1"], sheet["B1"] = 0.6, 1
        sheet["A1"].number_format, sheet["B1"].number_format = "0%", "0.0%"
        sheet["A2"], sheet["B2"] = "#N/A", date(2024, 5, 1)
        sheet["A2"].data_type = "e"
        sheet["A3"], sheet["B3"] = "=1+1", '=IF(1,"","")'

    path = write_book(tmp_path / "a.xlsx", {"名录": [[None, None]] * 3}, change=change)
    path = edit_part(
        path, '<c r="B3"><f>', '<c r="B3" t="str"><f>'
    )  # as a program writes a result that is empty text
    sheet = only(path)
    assert sheet.rows[:1] == [[0.6, 1]]
    assert sheet.rows[1][0] == "#N/A"
    assert sheet.rows[1][1].date() == date(2024, 5, 1)
    assert isinstance(sheet.rows[0][0], Share)
    assert isinstance(sheet.rows[0][1], Share)
    assert isinstance(sheet.rows[1][0], CellError)
    assert sheet.unsaved == {(3, 1)}


def test_hidden_rows_columns_and_sheets_are_known(tmp_path):
    def change(book):
        book.worksheets[0].row_dimensions[3].hidden = True
        book.worksheets[0].column_dimensions["B"].hidden = True
        book.worksheets[1].sheet_state = "veryHidden"

    sheets = open_workbook(write_book(tmp_path / "a.xlsx", {"名录": ROWS, "旧": ROWS}, change=change))
    assert [sheet.visible for sheet in sheets] == [True, False]
    assert sheets[0].hidden_rows == {3}
    assert 2 in sheets[0].hidden_columns
    assert 1 not in sheets[0].hidden_columns


def test_an_old_workbook_is_read_like_a_new_one(tmp_path):
    rows = [["名录", None, None], ["唐山", "甲", 1], [None, "乙", 2.5], ["沧州", "丙", None]]
    old = write_old_book(tmp_path / "a.xls", {"名录": rows}, [(0, 0, 0, 2), (1, 2, 0, 0)], hidden=[2])
    new = write_book(tmp_path / "a.xlsx", {"名录": rows}, ["A1:C1", "A2:A3"])
    one, other = only(old), only(new)
    assert one.rows == other.rows
    assert (one.numbers, one.columns, sorted(one.merged)) == (
        other.numbers,
        other.columns,
        sorted(other.merged),
    )
    assert one.hidden_rows == {3}


def test_the_content_decides_what_a_workbook_is(tmp_path):
    old = write_old_book(tmp_path / "a.xlsx", {"名录": ROWS})
    new = write_book(tmp_path / "b.xlsx", {"名录": ROWS}).rename(tmp_path / "b.xls")
    assert only(old).rows == only(new).rows == ROWS
    assert is_workbook(old)
    assert is_workbook(new)
    (tmp_path / "c.xlsx").write_bytes(b"a,b\n")
    assert not is_workbook(tmp_path / "c.xlsx")


def test_what_is_no_workbook_of_these_ends_in_a_sentence(tmp_path):
    path = write_book(tmp_path / "a.xlsx", {"名录": ROWS})
    content = path.read_bytes()
    (tmp_path / "cut.xlsx").write_bytes(content[:-500])
    newer = bytearray(content)
    newer[content.index(b"PK\x01\x02") + 6] = 84  # the first entry asks for version 8.4 of the format
    (tmp_path / "newer.xlsx").write_bytes(newer)
    (tmp_path / "old.xls").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
    (tmp_path / "locked.xlsx").write_bytes(
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le")
    )
    with zipfile.ZipFile(tmp_path / "a.ods", "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", "<x/>")
    bomb = "<!DOCTYPE x [" + "".join(
        f'<!ENTITY a{n} "{f"&a{n - 1};" * 10 if n else "a" * 10}">' for n in range(9)
    )
    edit_part(path, "<worksheet", f"{bomb}]><worksheet")
    edit_part(path, "名称", "&a8;")
    for name, key in [
        ("cut.xlsx", "unreadable"),
        ("newer.xlsx", "unreadable"),
        ("old.xls", "unreadable"),
        ("locked.xlsx", "workbook_password"),
        ("a.ods", "workbook_other"),
        ("a.xlsx", "unreadable"),
    ]:
        with pytest.raises(InputError) as error:
            open_workbook(tmp_path / name)
        assert error.value.message.key == f"read.{key}", name
        assert name in str(error.value)
    with pytest.raises(InputError) as error:
        open_workbook(path, limits=Limits(text_bytes=100))
    assert error.value.message.key == "read.too_large"


def test_a_sheet_that_is_listed_but_not_there_is_told(tmp_path):
    path = write_book(tmp_path / "a.xlsx", {"名录": ROWS, "其他": ROWS})
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist() if "sheet2" not in name}
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    with pytest.raises(InputError, match="其他"):
        open_workbook(path)


def test_points_in_a_workbook_are_all_read_whatever_its_dimension(tmp_path):
    rows = [["名称", "经度", "纬度"], *([f"点{n}", 116 + n / 10, 39.5] for n in range(5))]
    path = edit_part(
        write_book(tmp_path / "a.xlsx", {"站点": rows}), '<dimension ref="A1:C6"', '<dimension ref="A1:C2"'
    )
    assert len(read_layer(path).data) == 5


def test_hidden_rows_of_places_are_read_and_told_and_so_are_formulas_without_results(tmp_path):
    book = openpyxl.Workbook()
    for row in (["名称", "经度", "纬度"], ["甲", 117.2, 40.0], ["乙", 117.3, 40.1], ["丙", "=B2+1", "=C2+1"]):
        book.active.append(row)
    book.active.row_dimensions[3].hidden = True
    book.save(tmp_path / "点位.xlsx")
    book.close()
    layer = read_layer(tmp_path / "点位.xlsx")
    told = {
        finding.kind: finding.message.params["count"]
        for finding in layer.findings
        if finding.kind in {"rows_hidden", "formulas_unsaved"}
    }
    assert told == {"rows_hidden": 1, "formulas_unsaved": 2}
    assert layer.data.geometry.notna().sum() == 2


@pytest.mark.parametrize(
    ("shape", "number", "shown"),
    [
        ("General", 300, "300"), ("0.0%", 0.363, "36.3%"), ("0%", 0.9999999, "99.99999%"), ('0"%"', 1, "1%"), (r"0\%", 50, "50%"),
        ('0.0"公顷"', 300, "300公顷"), ('#,##0"亩"', 12345, "12345亩"), ("0亩", 300, "300亩"), ('0"μg/m³"', 38, "38μg/m³"),
        ('0!.0,"万亩"', 30000, "3万亩"), ('0!.0,"万"', 30000, "30000"), ('0"万"', 3, "3万"), ('0"年"', 2023, "2023年"),
        ('"约"0', 300, "300"), ('0"号点"', 7, "7"), ("0.0;(0.0)", -3.5, "-3.5"), ("000000", 130207, "130207"), ("@", 5, "5"),
        (r'_ * #,##0.00_ ;_ * \-#,##0.00_ ;_ * "-"??_ ;_ @_ ', 12345.5, "12345.5"), ('0;-0;"无"', 0, "0"), ("¥#,##0", 5, "5"),
        ('[>=10000]0!.0,"万亩";0"亩"', 300, "300亩"), ('[>=10000]0!.0,"万亩";0"亩"', 30000, "3万亩"), ('G/通用格式"km²"', 3, "3km²"),
    ],
)  # fmt: skip
def test_a_number_is_what_its_format_shows_of_it(shape, number, shown):
    assert as_text(as_shown(number, shape)) == shown


@pytest.mark.parametrize("write", [write_book, write_old_book])
def test_the_unit_of_a_number_format_is_that_of_the_cell(tmp_path, write):
    path = write(
        tmp_path / f"a.{'xlsx' if write is write_book else 'xls'}",
        {"名录": [["名称", "面积", "进度"], ["甲", 300, 1]]},
        formats={(2, 2): '0"公顷"', (2, 3): '0"%"'},
    )
    [grid] = read_grids(path)
    assert grid.rows[1] == ["甲", "300公顷", "1%"]


def test_a_number_that_is_shown_divided_is_told(tmp_path):
    rows = [["名称", "状态", "面积"], ["甲湖", "建成", 30000], ["乙湖", "在建", 30000]]
    formats = {(2, 3): "0.0,", (3, 3): "#,##0.0"}
    path = write_book(tmp_path / "a.xlsx", {"名录": rows}, formats=formats)
    register = read_register(path, role="lake", basis=Basis.OFFICIAL)
    assert list(register.items["area_km2"]) == [30000, 30000]
    assert [one.feature for one in register.findings if one.kind == "register_scaled"] == ["2"]
