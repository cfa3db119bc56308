"""A register says the same however it is written, or what differs is told."""

import csv
import io

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from office import edit_part, write_book, write_old_book
from samples import THOROUGH

from geozone.model import Basis, Level, Severity
from geozone.rates.item_counts import count_items
from geozone.read.delimited import read_rows
from geozone.registers import read_register
from geozone.seeds import get_zone

BTH = get_zone("bth")
AS_OF = "2026-06-30"
PLACES = {
    "130209": ("唐山市", "曹妃甸区"), "130225": ("唐山市", "乐亭县"), "130304": ("秦皇岛市", "北戴河区"),
    "130302": ("秦皇岛市", "海港区"), "130983": ("沧州市", "黄骅市"),
}  # fmt: skip
FORMER = {"130209": ("唐山市", "唐海县")}  # the county's name before 2012
# the plain word, other ways to say it
STATUSES = {
    "建成": ["已建成", "是", "√", "建成（2024年）", "2024年建成", "100%", "built", "完成"],
    "在建": ["建设中", "60%", "否（在建）", "在建（2027年建成）", "under construction"],
    "计划": ["计划2027年建成", "建成（预计2027年）", "未建成", "否", "尚未建成", "to be built"],
    "优秀案例": ["提名案例（第一批）", "国家级优秀案例", "recognised"],
    "未知": ["", "—", "待定"],
}
TICKS = {"建成": 0, "在建": 1, "计划": 2, "优秀案例": 3}
ITEMS = st.lists(
    st.tuples(st.sampled_from(sorted(PLACES)), st.sampled_from(sorted(STATUSES)), st.integers(1, 90)),
    min_size=1,
    max_size=12,
)
EXAMPLES = settings(
    max_examples=30 if THOROUGH else 3, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
HEAD = ["序号", "海湾名称", "所在市", "区县", "建设状态", "岸线长度（km）"]


def listed(items):
    """Return the items by city, as rows of the plain table."""
    ordered = sorted(items)
    return [
        [number, f"第{number}湾", *PLACES[code], status, length]
        for number, (code, status, length) in enumerate(ordered, 1)
    ]


def text_of(rows, delimiter=","):
    stream = io.StringIO()
    csv.writer(stream, delimiter=delimiter).writerows(rows)
    return stream.getvalue()


def plain(path, rows):
    path.write_text(text_of([HEAD, *rows]), encoding="utf-8")
    return path


def runs(rows, column):
    """Return the first and last place of every run of equal cells that is longer than one."""
    found, start = [], 0
    for place in range(1, len(rows) + 1):
        if place == len(rows) or rows[place][column] != rows[start][column]:
            if place - start > 1:
                found.append((start, place - 1))
            start = place
    return found


def without_repeats(rows, column):
    """Return the rows with the cells of a run empty but for the first, as under merged cells."""
    emptied = [list(row) for row in rows]
    for first, last in runs(rows, column):
        for place in range(first + 1, last + 1):
            emptied[place][column] = None
    return emptied


def gbk_with_title(folder, rows):
    path = folder / "gbk.csv"
    path.write_bytes(text_of([["某省海湾名录"], ["（截至2026年6月）"], HEAD, *rows]).encode("gbk"))
    return path, {}


def stated_delimiter(folder, rows):
    path = folder / "semicolons.csv"
    path.write_bytes(("sep=;\r\n" + text_of([HEAD, *rows], ";")).encode("utf-8-sig"))
    return path, {}


def unicode_text(folder, rows):
    path = folder / "tabs.txt"
    path.write_bytes(text_of([HEAD, *rows], "\t").encode("utf-16"))
    return path, {}


def totals_and_notes(folder, rows):
    below = [
        ["合 计", None, None, None, None, sum(row[5] for row in rows)],
        ["其中：建成", 1],
        ["注：岸线长度含岛屿。"],
        ["填表人：张三", None, "审核：李四"],
    ]
    heads = [["海湾名录"], [], HEAD, ["(1)", "(2)", "(3)", "(4)", "(5)", "(6)"]]
    return write_book(folder / "totals.xlsx", {"名录": [*heads, *rows, *below]}, ["A1:F1"]), {}


def merged(folder, rows):
    spans = [f"C{first + 3}:C{last + 3}" for first, last in runs(rows, 2)]
    cells = without_repeats(rows, 2)
    for first, last in runs(rows, 4):  # statuses are merged too
        spans.append(f"E{first + 3}:E{last + 3}")
        for place in range(first + 1, last + 1):
            cells[place][4] = None
    return write_book(folder / "merged.xlsx", {"名录": [["海湾名录"], HEAD, *cells]}, ["A1:F1", *spans]), {}


def two_heading_rows(folder, rows):
    upper = ["序号", "行政区划", None, "海湾", "建设情况", None, "岸线长度"]
    lower = [None, "市", "县", None, "进展", "备注", "（米）"]
    body = [
        [n, city, county, name, status, "无", length * 1000] for n, name, city, county, status, length in rows
    ]
    spans = ["A1:A2", "B1:C1", "D1:D2", "E1:F1"]
    return write_book(folder / "heads.xlsx", {"名录": [upper, lower, *body]}, spans), {}


def two_heading_rows_in_text(folder, rows):
    upper = ["序号", "行政区划", "", "海湾", "建设情况", "", "岸线长度(km)"]
    lower = ["", "市", "县", "", "是否建成", "备注", ""]
    body = [[n, city, county, name, status, "", length] for n, name, city, county, status, length in rows]
    path = folder / "heads.csv"
    path.write_text(text_of([upper, lower, *body]), encoding="utf-8")
    return path, {}


def wrong_dimension(folder, rows):
    path = write_book(folder / "dimension.xlsx", {"名录": [HEAD, *rows]})
    return edit_part(path, f'<dimension ref="A1:F{len(rows) + 1}"', '<dimension ref="A1:D2"'), {}


def sheets_by_city(folder, rows):
    cities = dict.fromkeys(row[2] for row in rows)
    head = [*HEAD[:2], *HEAD[3:]]
    sheets = {city: [head, *([*row[:2], *row[3:]] for row in rows if row[2] == city)] for city in cities}
    return write_book(folder / "sheets.xlsx", {"填表说明": [["请逐市填报"]], **sheets}), {"sheet": "*"}


def old_workbook(folder, rows):
    spans = [(first + 2, last + 2, 2, 2) for first, last in runs(rows, 2)]
    cells = [["海湾名录"], HEAD, *without_repeats(rows, 2), ["总计"]]
    return write_old_book(folder / "old.xls", {"名录": cells}, spans), {}


def crossed(folder, rows):
    upper = ["序号", "海湾", "市", "县", "建设状态", None, None, None, "岸线长度"]
    lower = [None, None, None, None, *TICKS, "km"]
    body = []
    for n, name, city, county, status, length in rows:
        ticks = [None] * len(TICKS)
        if status in TICKS:
            ticks[TICKS[status]] = "√"
        body.append([n, name, city, county, *ticks, length])
    return write_book(folder / "crossed.xlsx", {"名录": [upper, lower, *body]}, ["E1:H1"]), {}


def grouped(folder, rows):
    cells = [["海湾名录"], [*HEAD[:2], *HEAD[3:]]]
    for number, city in zip("一二三四五", dict.fromkeys(row[2] for row in rows), strict=False):
        cells += [[f"{number}、{city}"], *([*row[:2], *row[3:]] for row in rows if row[2] == city), ["小计"]]
    return write_book(folder / "grouped.xlsx", {"名录": cells}), {}


def codes_for_names(folder, rows):
    codes = {place: code for code, place in PLACES.items()}
    head = ["海湾", "状态", "县级行政区代码", "岸线长度（公里）"]
    body = [
        [name, status, float(codes[city, county]), f"{length}公里"]
        for _, name, city, county, status, length in rows
    ]
    return write_book(folder / "codes.xlsx", {"名录": [head, *body]}), {}


STYLES = [
    gbk_with_title, stated_delimiter, unicode_text, totals_and_notes, merged, two_heading_rows, two_heading_rows_in_text,
    wrong_dimension, sheets_by_city, old_workbook, crossed, grouped, codes_for_names,
]  # fmt: skip


def read(path, **more):
    return read_register(path, role="bay", basis=Basis.OFFICIAL, as_of=AS_OF, zone=BTH, **more)


def rates(register):
    """Return what the zone has by number and by shore, and its cities and counties by number."""
    units = [(Level.CITY, f"{code[:4]}00", None) for code in PLACES]
    units += [(Level.COUNTY, code, None) for code in PLACES]
    units += [(Level.ZONE, "bth", measure) for measure in (None, "shore_km")]
    return {
        (code, measure): count_items(register, code, level, BTH, measure).tally
        for level, code, measure in dict.fromkeys(units)
    }


def warned(register):
    return [finding.kind for finding in register.findings if finding.severity is not Severity.NOTE]


@EXAMPLES
@pytest.mark.parametrize("style", STYLES, ids=lambda style: style.__name__)
@given(ITEMS)
def test_every_office_style_gives_the_rates_of_the_plain_table(tmp_path, style, items):
    rows = listed(items)
    expected = rates(read(plain(tmp_path / "plain.csv", rows)))
    path, more = style(tmp_path, rows)
    register = read(path, **more)
    assert same(rates(register), expected)
    assert set(warned(register)) <= {"register_blank_status"}  # an unknown status has no tick


def same(one, other):
    return one.keys() == other.keys() and all(
        (one[key] is None) == (other[key] is None)
        and (
            one[key] is None
            or (one[key].built, one[key].possible, one[key].total)
            == pytest.approx((other[key].built, other[key].possible, other[key].total))
        )
        for key in one
    )


@EXAMPLES
@given(ITEMS, st.data())
def test_a_status_said_otherwise_is_the_same_status(tmp_path, items, data):
    rows = listed(items)
    expected = rates(read(plain(tmp_path / "plain.csv", rows)))
    for row in rows:
        row[4] = data.draw(st.sampled_from(STATUSES[row[4]]))
    assert same(rates(read(plain(tmp_path / "said.csv", rows))), expected)


@EXAMPLES
@given(ITEMS)
def test_places_of_before_are_the_places_of_now(tmp_path, items):
    rows = listed(items)
    expected = rates(read(plain(tmp_path / "plain.csv", rows)))
    now = {place: FORMER[code] for code, place in PLACES.items() if code in FORMER}
    rows = [
        [n, name, *now.get((city, county), (city, county)), *rest] for n, name, city, county, *rest in rows
    ]
    assert same(rates(read(plain(tmp_path / "former.csv", rows))), expected)


DAMAGES = {
    "status": lambda row: row.__setitem__(4, "建成（部分岸段）"),
    "word": lambda row: row.__setitem__(4, "差不多了"),
    "no status": lambda row: row.__setitem__(4, ""),
    "county": lambda row: row.__setitem__(3, "不存在县"),
    "other county": lambda row: row.__setitem__(3, "平山县"),
    "no place": lambda row: row.__setitem__(slice(2, 4), ["", ""]),
    "length": lambda row: row.__setitem__(5, "二十多"),
    "no name": lambda row: row.__setitem__(1, ""),
    "one cell more": lambda row: row.insert(2, "多余"),
}


@EXAMPLES
@pytest.mark.parametrize("damage", DAMAGES)
@given(ITEMS, st.data())
def test_whatever_is_wrong_in_one_row_changes_no_rate_without_a_word(tmp_path, damage, items, data):
    rows = listed(items)
    expected = rates(read(plain(tmp_path / "plain.csv", rows)))
    DAMAGES[damage](data.draw(st.sampled_from(rows)))
    register = read(plain(tmp_path / "damaged.csv", rows))
    found = rates(register)
    assert same(found, expected) or warned(register)
    built = found["bth", None].built if found["bth", None] else 0
    assert built <= expected["bth", None].built


@EXAMPLES
@given(st.lists(st.tuples(*[st.text('甲乙ab,"\n 1', max_size=4)] * 3), min_size=1, max_size=8))
def test_what_a_csv_writer_writes_is_read_back(rows):
    cells = [["名称", "状态", "地点"], *map(list, rows)]
    found = read_rows(text_of(cells), ",")
    if not found.stray:
        assert [row for row in found.cells if row] == cells
    else:
        # a cell whose lines are rows themselves cannot be told from rows behind a stray quote
        assert any("\n" in cell for row in rows for cell in row)


@EXAMPLES
@given(ITEMS, st.data())
def test_a_stray_quote_costs_no_item(tmp_path, items, data):
    rows = listed(items)
    place = data.draw(st.integers(0, len(rows) - 1))
    lines = text_of([HEAD, *rows]).splitlines()
    lines[place + 1] = lines[place + 1].replace("第", '"第', 1)
    path = tmp_path / "stray.csv"
    path.write_text("\r\n".join(lines), encoding="utf-8")
    register = read(path)
    assert same(rates(register), rates(read(plain(tmp_path / "plain.csv", rows))))
    assert "register_stray_quote" in warned(register)


def test_a_workbook_is_closed_after_reading(tmp_path):
    path = write_book(tmp_path / "a.xlsx", {"名录": [HEAD, [1, "甲湾", "唐山市", "乐亭县", "建成", 1]]})
    read(path)
    path.rename(tmp_path / "b.xlsx")  # an open file could not be renamed on every system
    openpyxl.load_workbook(tmp_path / "b.xlsx").close()
