"""A table of figures says the same however it is written, or what differs is told."""

import csv
import io

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from office import write_book, write_old_book
from samples import THOROUGH

from geozone.figures.listing import FIGURE_COLUMNS, figure_rows
from geozone.figures.merging import merged
from geozone.figures.numbers import read_number
from geozone.figures.scopes import Scopes
from geozone.figures.tables import read_figures
from geozone.figures.titles import Titles
from geozone.figures.years import read_year
from geozone.manifest.indicators import load_indicators
from geozone.model import Basis, Severity
from geozone.rates.figures import Figures
from geozone.registers.gazetteer import embedded_gazetteer
from geozone.seeds import get_zone

BTH = get_zone("bth")
TITLES = Titles(load_indicators())
SCOPES_OF_BTH = Scopes(BTH, embedded_gazetteer)
SCOPES = {
    "bth": ["京津冀", "bth", "京津冀美丽中国先行区", "全区域"], "110000": ["北京市", "北京", "11", "110000", "Beijing"],
    "130000": ["河北省", "河北", "130000"], "130200": ["唐山市", "河北省唐山市", "唐山", "1302"], "P037": ["白洋淀"],
}  # fmt: skip
# the title, the unit as the plain table has it, other writings of the title, factors of other units
INDICATORS = {
    "forest_cover": ("森林覆盖率", "%", ["forest_cover", "1.森林覆盖率", "森林覆盖率（%）"], {"％": 1, "百分比": 1}),
    "redline_area": ("生态保护红线面积", "平方千米", ["红线面积", "redline_area"], {"km²": 1, "公顷": 100, "平方公里": 1}),
    "pm25_annual_mean": ("细颗粒物（PM2.5）年均浓度", "µg/m³", ["PM2.5", "PM2.5年均浓度"], {"微克/立方米": 1, "ug/m3": 1}),
    "wind_solar_capacity": ("风电、光伏发电并网装机容量", "百万千瓦", ["风光装机容量"], {"万千瓦": 100, "GW": 1, "MW": 1000}),
}  # fmt: skip
HEAD = ["行政区", "指标", "年份", "数值", "计量单位", "来源"]
FIGURES = st.dictionaries(
    st.tuples(st.sampled_from(sorted(SCOPES)), st.sampled_from(sorted(INDICATORS)), st.integers(2015, 2025)),
    st.integers(11, 990).map(lambda tenths: tenths / 10),
    min_size=1,
    max_size=12,
)
EXAMPLES = settings(
    max_examples=30 if THOROUGH else 3, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def listed(figures):
    """Return the figures as rows of the plain table."""
    return [
        [SCOPES[scope][0], INDICATORS[indicator][0], year, value, INDICATORS[indicator][1], "公报"]
        for (scope, indicator, year), value in sorted(figures.items())
    ]


def text_of(rows, delimiter=","):
    stream = io.StringIO()
    csv.writer(stream, delimiter=delimiter).writerows(rows)
    return stream.getvalue()


def gbk_with_title(folder, rows):
    path = folder / "gbk.csv"
    path.write_bytes(
        text_of([["某区域指标数据"], ["（填报稿）"], HEAD, *rows])
        .encode("gbk", "replace")
        .replace(b"?g/m?", "微克/立方米".encode("gbk"))
    )
    return path, {}


def tabs(folder, rows):
    path = folder / "tabs.txt"
    path.write_bytes(text_of([HEAD, *rows], "\t").encode("utf-16"))
    return path, {}


def english(folder, rows):
    path = folder / "english.csv"
    head = ["unit_name", "indicator", "year", "value", "unit", "source"]
    path.write_text(text_of([head, *rows]), encoding="utf-8-sig")
    return path, {}


def titles_totals_and_notes(folder, rows):
    cells = [
        ["指标数据表"], [], HEAD, ["(1)", "(2)", "(3)", "(4)", "(5)", "(6)"], *rows, ["注：数据来自公报。"], ["填表人：张三", None, "审核：李四"],
    ]  # fmt: skip
    return write_book(folder / "notes.xlsx", {"填表说明": [["请逐项填报"]], "数据": cells}), {}


def merged_cells(folder, rows):
    cells = [list(row) for row in rows]
    spans, start = [], 0
    for place in range(1, len(rows) + 1):
        if place == len(rows) or rows[place][0] != rows[start][0]:
            if place - start > 1:
                spans.append(f"A{start + 3}:A{place + 2}")
                for later in range(start + 1, place):
                    cells[later][0] = None
            start = place
    return write_book(folder / "merged.xlsx", {"数据": [["指标数据"], HEAD, *cells]}, ["A1:F1", *spans]), {}


def two_rows_of_headings(folder, rows):
    upper = ["行政区", "指标", None, "数据", None, "来源"]
    lower = ["名称", "名称", "年份", "数值", "计量单位", None]
    cells = [["指标数据"], upper, lower, *rows]
    return write_book(folder / "heads.xlsx", {"数据": cells}, ["A1:F1", "D2:E2", "F2:F3"]), {}


def old_workbook(folder, rows):
    return write_old_book(folder / "old.xls", {"数据": [["指标数据"], HEAD, *rows]}, [(0, 0, 0, 5)]), {}


def sheets_by_scope(folder, rows):
    sheets = {
        name: [HEAD[1:], *(row[1:] for row in rows if row[0] == name)]
        for name in dict.fromkeys(row[0] for row in rows)
    }
    return write_book(folder / "sheets.xlsx", sheets), {"sheet": "*"}


def grouped(folder, rows):
    cells = [["指标数据"], HEAD[1:]]
    for number, name in zip("一二三四五六", dict.fromkeys(row[0] for row in rows), strict=False):
        cells += [[f"{number}、{name}"], *(row[1:] for row in rows if row[0] == name)]
    return write_book(folder / "grouped.xlsx", {"数据": cells}), {}


def a_column_a_year(folder, rows):
    years = sorted({row[2] for row in rows})
    cells = {}
    for name, indicator, year, value, unit, _ in rows:
        cells.setdefault((name, indicator, unit), {})[year] = value
    body = [[*key, *(held.get(year) for year in years)] for key, held in cells.items()]
    head = ["行政区", "指标", "单位", *(f"{year}年" for year in years)]
    return write_book(folder / "years.xlsx", {"数据": [["指标数据"], head, *body]}), {}


def a_column_an_indicator(folder, rows):
    named = sorted({(row[1], row[4]) for row in rows})
    cells = {}
    for name, indicator, year, value, unit, _ in rows:
        cells.setdefault((name, year), {})[indicator, unit] = value
    body = [[*key, *(held.get(one) for one in named)] for key, held in cells.items()]
    head = ["行政区", "年份", *(f"{title}（{unit}）" for title, unit in named)]
    return write_book(folder / "indicators.xlsx", {"数据": [head, *body]}), {}


def units_in_the_cells(folder, rows):
    head = ["行政区", "指标", "年度", "指标值", "数据来源"]
    body = [
        [name, indicator, f"{year}年", f"{value}{unit}", source]
        for name, indicator, year, value, unit, source in rows
    ]
    return write_book(folder / "cells.xlsx", {"数据": [head, *body]}), {}


STYLES = [
    gbk_with_title, tabs, english, titles_totals_and_notes, merged_cells, two_rows_of_headings, old_workbook, sheets_by_scope,
    grouped, a_column_a_year, a_column_an_indicator, units_in_the_cells,
]  # fmt: skip


def plain(folder, rows):
    path = folder / "plain.csv"
    path.write_text(text_of([HEAD, *rows]), encoding="utf-8")
    return path


def read(path, **more):
    return read_figures(path, basis=Basis.OFFICIAL, zone=BTH, **more)


def values(found):
    return {(one.scope, one.indicator, one.year): one.value for one in found.figures}


def warned(found):
    return [finding.kind for finding in found.findings if finding.severity is not Severity.NOTE]


@EXAMPLES
@given(FIGURES)
def test_the_plain_table_gives_what_it_holds(tmp_path, figures):
    found = read(plain(tmp_path, listed(figures)))
    assert values(found) == figures
    assert warned(found) == []
    assert (found.taken, found.skipped) == (len(figures), 0)


@EXAMPLES
@pytest.mark.parametrize("style", STYLES, ids=lambda style: style.__name__)
@given(FIGURES)
def test_every_office_style_gives_the_figures_of_the_plain_table(tmp_path, style, figures):
    path, more = style(tmp_path, listed(figures))
    found = read(path, **more)
    assert values(found) == figures
    assert warned(found) == []


@EXAMPLES
@given(FIGURES, st.data())
def test_a_word_written_otherwise_is_the_same_figure(tmp_path, figures, data):
    rows = []
    for (scope, indicator, year), value in figures.items():
        title, unit, others, units = INDICATORS[indicator]
        chosen = data.draw(st.sampled_from([unit, *units]))
        # only a title that says no unit may stand beside another one
        named = data.draw(
            st.sampled_from([title, *(one for one in others if "%" not in one or chosen == "％")])
        )
        number = round(value * units.get(chosen, 1), 6)
        written = data.draw(st.sampled_from([f"{number:,}", f"{number}", f" {number} ", f"{number}{chosen}"]))
        moment = data.draw(
            st.sampled_from([f"{year}", f"{year}年", f"{year}-12-31", f"{year}年底", f"{year}.0"])
        )
        rows.append([data.draw(st.sampled_from(SCOPES[scope])), named, moment, written, chosen, "公报"])
    found = read(plain(tmp_path, rows))
    assert values(found) == pytest.approx(figures, rel=1e-12)
    assert warned(found) == []


DAMAGES = {
    "scope": lambda row: row.__setitem__(0, "不存在市"), "no scope": lambda row: row.__setitem__(0, ""),
    "indicator": lambda row: row.__setitem__(1, "别的指标"), "year": lambda row: row.__setitem__(2, "那年"),
    "range": lambda row: row.__setitem__(3, "30-35"), "words": lambda row: row.__setitem__(3, "二十多"),
    "decimal comma": lambda row: row.__setitem__(3, "30,5"), "unit": lambda row: row.__setitem__(4, "吨标准煤"),
    "other unit": lambda row: row.__setitem__(4, "天"), "below zero": lambda row: row.__setitem__(3, -3),
    "shifted": lambda row: row.insert(1, "多余"), "part of a year": lambda row: row.__setitem__(2, "2024年1—9月"),
}  # fmt: skip


@EXAMPLES
@pytest.mark.parametrize("damage", DAMAGES)
@given(FIGURES, st.data())
def test_whatever_is_wrong_in_one_row_changes_no_figure_without_a_word(tmp_path, damage, figures, data):
    rows = listed(figures)
    DAMAGES[damage](data.draw(st.sampled_from(rows)))
    found = read(plain(tmp_path, rows))
    held = {key: value for key, value in values(found).items() if key[0]}
    wrong = {key for key, value in held.items() if figures.get(key) != value}
    assert not wrong or any(
        one.period.zh for one in found.figures if (one.scope, one.indicator, one.year) in wrong
    )
    assert set(held) == set(figures) or warned(found) or any(one.period.zh for one in found.figures)


@given(
    st.text("0123456789.,-+~≥≤约万亿千%％年月日（）()[]①² 类劣ⅤIVV十四五eE×^/北京市PM2.5μg/m3", max_size=12)
)
def test_no_cell_is_too_odd_to_be_read_or_left(cell):
    number, year = read_number(cell), read_year(cell)
    assert number is None or number.value.is_finite()
    assert year is None or 1949 <= year.year <= 2100
    TITLES.find(cell)
    SCOPES_OF_BTH.find(cell, "")
    SCOPES_OF_BTH.find("", cell)


@given(st.decimals(-(10**9), 10**9, places=4, allow_nan=False), st.sampled_from(["", "约", "≥", "不超过"]))
def test_a_number_is_itself_with_commas_or_without(value, before):
    for written in (f"{value:,}", f"{value}", f"{value:.4f}"):
        number = read_number(before + written)
        assert number is not None
        assert number.value == value


@EXAMPLES
@given(FIGURES)
def test_the_exported_table_is_read_back_as_it_is(tmp_path, figures):
    before = read(plain(tmp_path, listed(figures))).figures
    path = tmp_path / "exported.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, FIGURE_COLUMNS)
        writer.writeheader()
        writer.writerows(figure_rows(before, "zh", zone=BTH))
    assert read(path).figures == before


@EXAMPLES
@given(FIGURES, FIGURES)
def test_a_series_never_mixes_two_sources(tmp_path, embedded, own):
    first = Figures(read(plain(tmp_path, listed(embedded))).figures)
    second = read(plain(tmp_path, listed(own))).figures
    both, findings = merged(first, {"own.csv": second})
    given_by_user = {key[:2] for key in own}
    for (scope, indicator, year), value in {**embedded, **own}.items():
        found = both.of_year(indicator, scope, year)
        if (scope, indicator) in given_by_user:
            assert (found.value if found else None) == own.get((scope, indicator, year))
        else:
            assert found.value == value
    assert bool(findings) == bool(given_by_user & {key[:2] for key in embedded})
