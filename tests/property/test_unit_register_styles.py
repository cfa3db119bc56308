"""A register of cities says the same however it is written, or what differs is told."""

import csv
import io

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from office import write_book, write_old_book
from samples import THOROUGH

from geozone.model import Basis, Level, Severity, Status
from geozone.registers import read_register
from geozone.seeds import get_zone

BTH = get_zone("bth")
CITIES = {
    "110000": ("北京市", "北京市"), "120000": ("天津市", "天津市"), "130100": ("河北省", "石家庄市"), "130200": ("河北省", "唐山市"),
    "130300": ("河北省", "秦皇岛市"), "130700": ("河北省", "张家口市"), "130900": ("河北省", "沧州市"), "131100": ("河北省", "衡水市"),
}  # fmt: skip
# the plain word, other ways to say it
STATUSES = {
    "已建成": ["建成", "是", "√", "2024年建成", "完成", "通过验收", "100%"],
    "推进中": ["推进", "已开展", "建设中", "列入“无废城市”建设名单", "60%", "正在推进"],
    "未启动": ["拟建", "未开展", "否", "计划2027年建成", "拟列入建设名单"],
    "命名": ["已命名", "获评（第二批）", "2023年命名", "授牌"],
    "待核": ["", "—", "待定"],
}
TICKS = {"已建成": "建成", "推进中": "在建", "未启动": "拟建", "命名": "命名"}
ITEMS = st.dictionaries(st.sampled_from(sorted(CITIES)), st.sampled_from(sorted(STATUSES)), min_size=1)
EXAMPLES = settings(
    max_examples=30 if THOROUGH else 3, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
HEAD = ["序号", "名称", "省份", "设区市", "建设状态"]


def listed(items):
    return [
        [number, CITIES[code][1], *CITIES[code], status]
        for number, (code, status) in enumerate(sorted(items.items()), 1)
    ]


def plain(path, rows, head=HEAD):
    stream = io.StringIO()
    csv.writer(stream).writerows([head, *rows])
    path.write_text(stream.getvalue(), encoding="utf-8")
    return path


def short_names(folder, rows):
    body = [[n, name.removesuffix("市"), *rest] for n, name, *rest in rows]
    return plain(folder / "short.csv", body), {}


def paths(folder, rows):
    body = [[province + city if province != city else city, status] for _, _, province, city, status in rows]
    return plain(folder / "paths.csv", body, ["地区", "状态"]), {}


def municipalities_without_a_city(folder, rows):
    body = [
        [province, "市辖区" if province == city else city, status] for _, _, province, city, status in rows
    ]
    return plain(folder / "districts.csv", body, ["省份", "城市", "进展情况"]), {}


def codes(folder, rows):
    of = {city: code for code, (_, city) in CITIES.items()}
    body = [
        ["城市", "行政区划代码", "状态"],
        *([name, float(of[name]), status] for _, name, *_, status in rows),
    ]
    return write_book(folder / "codes.xlsx", {"名单": body}), {}


def codes_alone(folder, rows):
    of = {city: code for code, (_, city) in CITIES.items()}
    return plain(
        folder / "alone.csv", [[of[row[1]], row[-1]] for row in rows], ["行政区代码", "建设情况"]
    ), {}


def merged_provinces(folder, rows):
    cells, spans, first = [], [], 0
    for place, row in enumerate(rows):
        is_first = not place or rows[place - 1][2] != row[2]
        first = place if is_first else first
        cells.append([row[0], row[2] if is_first else None, row[3], row[4]])
        if (place + 1 == len(rows) or rows[place + 1][2] != row[2]) and place > first:
            spans.append(f"B{first + 4}:B{place + 4}")
    heads = [["“无废城市”建设情况"], ["序号", "行政区划", None, "建设情况"], [None, "省", "市", "进展"]]
    return write_book(
        folder / "merged.xlsx", {"名单": [*heads, *cells, ["合计", None, len(cells)]]},
        ["A1:D1", "A2:A3", "B2:C2", *spans],
    ), {}  # fmt: skip


def grouped(folder, rows):
    cells = [["城市建设情况"], ["序号", "城市", "建设状态"]]
    for number, province in zip("一二三", dict.fromkeys(row[2] for row in rows), strict=False):
        cells += [[f"{number}、{province}"]] if province.endswith("省") else []
        cells += [[row[0], row[3], row[4]] for row in rows if row[2] == province]
        cells += [["小计"]]
    return write_book(folder / "grouped.xlsx", {"名单": cells}), {}


def sheets_by_province(folder, rows):
    head = ["城市", "建设状态"]
    sheets = {
        province: [[province], head, *([row[3], row[4]] for row in rows if row[2] == province)]
        for province in dict.fromkeys(row[2] for row in rows)
    }
    return write_book(folder / "sheets.xlsx", {"填表说明": [["请逐省填报"]], **sheets}), {"sheet": "*"}


def crossed(folder, rows):
    upper, lower = ["市", "建设状态", None, None, None], [None, *TICKS.values()]
    body = [[row[3], *("√" if row[4] == word else None for word in TICKS)] for row in rows]
    return write_book(folder / "crossed.xlsx", {"名单": [upper, lower, *body]}, ["B1:E1"]), {}


def old_workbook(folder, rows):
    return write_old_book(folder / "old.xls", {"名单": [["名单"], HEAD, *rows, ["注：据各市上报。"]]}), {}


def without_a_level(folder, rows):
    return plain(folder / "level.csv", rows), {"id": "of_my_own"}


STYLES = [
    short_names, paths, municipalities_without_a_city, codes, codes_alone, merged_provinces, grouped, sheets_by_province,
    crossed, old_workbook, without_a_level,
]  # fmt: skip


def read(path, **more):
    given_ = {"id": "zero_waste_city"} | more
    return read_register(path, role="unit", basis=Basis.OFFICIAL, as_of="2026-06-30", zone=BTH, **given_)


def statuses(register):
    """Return what a share of cities is made from: the status of every city that has one."""
    assert register.level is Level.CITY
    return {
        code: status
        for code, status in zip(register.items["city_code"], register.items["status"], strict=True)
        if code and status != Status.UNKNOWN
    }


def warned(register):
    return {finding.kind for finding in register.findings if finding.severity is not Severity.NOTE}


@EXAMPLES
@pytest.mark.parametrize("style", STYLES, ids=lambda style: style.__name__)
@given(ITEMS)
def test_every_office_style_gives_the_cities_of_the_plain_table(tmp_path, style, items):
    rows = listed(items)
    expected = statuses(read(plain(tmp_path / "plain.csv", rows)))
    assert len(expected) == sum(status != "待核" for status in items.values())
    path, more = style(tmp_path, rows)
    register = read(path, **more)
    assert statuses(register) == expected
    assert register.items["city_code"].tolist() == sorted(items)
    assert warned(register) <= {"register_blank_status"}  # an unknown status has no tick


@EXAMPLES
@given(ITEMS, st.data())
def test_a_status_said_otherwise_is_the_same_status(tmp_path, items, data):
    rows = listed(items)
    expected = statuses(read(plain(tmp_path / "plain.csv", rows)))
    for row in rows:
        row[4] = data.draw(st.sampled_from(STATUSES[row[4]]))
    assert statuses(read(plain(tmp_path / "said.csv", rows))) == expected


DAMAGES = {
    "other city": lambda row: row.__setitem__(1, "保定市"),
    "no city": lambda row: row.__setitem__(slice(1, 4), ["北戴河新区", "", ""]),
    "an area": lambda row: row.__setitem__(slice(1, 4), ["雄安新区", "河北省", ""]),
    "a part": lambda row: row.__setitem__(1, f"{row[1]}经济技术开发区"),
    "a county": lambda row: row.__setitem__(slice(1, 4), ["乐亭县", "河北省", "唐山市"]),
    "a province": lambda row: row.__setitem__(slice(1, 4), ["河北省", "河北省", ""]),
    "misspelt": lambda row: row.__setitem__(slice(1, 4), ["石家庒市", "河北省", ""]),
    "no name": lambda row: row.__setitem__(slice(1, 4), ["", "", ""]),
    "in part": lambda row: row.__setitem__(4, "部分建成"),
    "word": lambda row: row.__setitem__(4, "差不多了"),
}


@EXAMPLES
@pytest.mark.parametrize("damage", DAMAGES)
@given(ITEMS, st.data())
def test_whatever_is_wrong_in_one_row_makes_no_city_of_it_without_a_word(tmp_path, damage, items, data):
    rows = listed(items)
    expected = statuses(read(plain(tmp_path / "plain.csv", rows)))
    row = data.draw(st.sampled_from(rows))
    DAMAGES[damage](row)
    register = read(plain(tmp_path / "damaged.csv", rows))
    found = statuses(register)
    assert found.items() <= expected.items()
    assert found == expected or warned(register)


@EXAMPLES
@given(ITEMS, st.data())
def test_a_city_that_is_repeated_counts_once_and_is_told(tmp_path, items, data):
    rows = listed(items)
    expected = statuses(read(plain(tmp_path / "plain.csv", rows)))
    copy = list(data.draw(st.sampled_from(rows)))
    copy[1] = data.draw(st.sampled_from([copy[1], copy[1].removesuffix("市")]))
    register = read(plain(tmp_path / "twice.csv", [*rows, copy]))
    assert statuses(register) == expected
    assert warned(register) & {"register_duplicate", "register_two_names"}
