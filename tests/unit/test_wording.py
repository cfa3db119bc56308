"""What is said of a rate: its value, target, verdict and gap, in the same words in every output."""

import json
import re
from dataclasses import replace

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from samples import sample_result

from geozone.explain import explain, lines_of
from geozone.export.result_tables import content
from geozone.export.workbook import write_workbook
from geozone.maps.index import render_index
from geozone.maps.page import render_page
from geozone.messages import Text, text
from geozone.model import Basis, Comparator, Kind, Modality, Reading, Verdict
from geozone.rates.amounts import amount_text, figure_text
from geozone.rates.digits import gap_places, value_places
from geozone.rates.wording import (
    NO_UNIT,
    gap_text,
    outcome_text,
    parts_text,
    tally,
    target_text,
    tells_something,
    value_text,
    verdict_text,
)

SAMPLE = sample_result()
TARGET = next(target for target in SAMPLE.targets if target.id == "S-1")
RATE = next(rate for rate in SAMPLE.rates if rate.target_id == "S-1")


def rate(**changes):
    return replace(RATE, **({"low": None, "high": None, "basis": Basis.OFFICIAL, "value": None} | changes))


def both(value):
    return Text(value, value)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (rate(value=9 / 16), both("56.3%")),
        (rate(value=0.5496, target_value=0.55), both("54.96%")),
        (rate(value=0.55, target_value=0.55), both("55.0%")),
        (rate(value=0.0), both("0.0%")),
        (rate(low=0.0, high=9 / 16), Text("0%～56.3%", "0% to 56.3%")),
        (rate(low=0.2407, high=0.9074), Text("24.1%～90.7%", "24.1% to 90.7%")),
        (rate(low=0.2407, high=0.2409, target_value=None), Text("24.07%～24.09%", "24.07% to 24.09%")),
        (rate(low=0.0, high=1.0), Text("均未确认建成", "none confirmed as completed")),
        (rate(low=0.0, high=1.0, kind=Kind.POINTS), Text("尚不能确定", "not known")),
        (rate(denominator=None), Text("无数据", "no data")),
        (rate(denominator=0.2, unit="km2", kind=Kind.COVERAGE), Text("不适用", "not applicable")),
        (rate(value=36389.7, kind=Kind.AREA, unit="km2", target_value=36390.0), both("36,389.7 km²")),
        (rate(value=9.125, kind=Kind.AREA, unit="km2", target_value=None), both("9.13 km²")),
        (rate(value=7.0, kind=Kind.COUNT, unit="count", target_value=None), Text("7 个", "7")),
        (rate(value=31.0, kind=Kind.REPORTED, unit="ug/m3", target_value=30.0), both("31 µg/m³")),
        (rate(value=31.7, kind=Kind.REPORTED, unit="ug/m3", target_value=30.0), both("31.7 µg/m³")),
        (rate(value=0.8157, kind=Kind.REPORTED, unit="%", target_value=None), both("81.57%")),
        (rate(value=3.0, kind=Kind.REPORTED, unit="class", target_value=None), Text("Ⅲ类", "Class III")),
        (rate(value=0.35, kind=Kind.LENGTH, unit="km", denominator=487.0, target_value=None), both("35.0%")),
        (rate(value=487.2, kind=Kind.LENGTH, unit="km", denominator=None, target_value=None), both("487 km")),
    ],
)  # fmt: skip
def test_a_value_is_said_in_its_unit_with_the_digits_that_matter(row, said):
    assert value_text(row) == said


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, Text("≥ 55%（2027）", "≥ 55% (2027)")),
        ({"year": None}, both("≥ 55%")),
        ({"comparator": Comparator.AT_MOST, "value": 30, "unit": "ug/m3"}, Text("≤ 30 µg/m³（2027）", "≤ 30 µg/m³ (2027)")),
        ({"comparator": Comparator.EQUAL, "value": 18, "unit": "count"}, Text("18 个（2027）", "18 (2027)")),
        ({"comparator": Comparator.ABOUT, "value": 40}, Text("40%左右（2027）", "about 40% (2027)")),
        ({"comparator": Comparator.INCREASE, "value": 3.2, "unit": "percentage_points"},
         Text("提高 3.2 个百分点（2027）", "rise by 3.2 percentage points (2027)")),
        ({"comparator": Comparator.STABLE, "value": None}, Text("保持稳定（2027）", "kept stable (2027)")),
        ({"comparator": Comparator.FULL, "value": 100}, Text("全部（100%）（2027）", "all (100%) (2027)")),
        ({"comparator": Comparator.EXTERNAL, "value": None}, Text("见其他文件（2027）", "set in another document (2027)")),
        ({"comparator": Comparator.QUALITATIVE, "value": None}, Text("定性要求（2027）", "qualitative (2027)")),
        ({"value": None}, Text("数值未给出（2027）", "figure not stated (2027)")),
        ({"modality": Modality.STRIVE}, Text("力争 ≥ 55%（2027）", "strive ≥ 55% (2027)")),
        ({"value": 137, "unit": "million_kw", "comparator": Comparator.AT_LEAST}, Text("≥ 1.37 亿千瓦（2027）", "≥ 137 GW (2027)")),
        ({"value": 36389.75, "unit": "km2"}, Text("≥ 36,389.75 km²（2027）", "≥ 36,389.75 km² (2027)")),
    ],
)  # fmt: skip
def test_a_target_is_said_as_the_clause_puts_it(changes, said):
    target = replace(TARGET, **changes)
    row = rate(comparator=target.comparator, target_year=target.year, target_value=target.value)
    assert target_text(row, target) == said


def test_a_misprint_is_said_as_printed_and_its_reading_apart():
    target = replace(TARGET, value=363900, unit="km2", reading=Reading(36390, both("x"), both("y")))
    row = rate(
        kind=Kind.AREA, unit="km2", value=40000.0, target_id="S-1", verdict=Verdict.NOT_COMPUTABLE, gap=None
    )
    assert target_text(row, target).zh == "≥ 363,900 km²（2027）"
    assert verdict_text(row, target).zh == "原文数值有误，无法判定"
    assert target_text(replace(row, target_id="S-1:reading"), target).zh == "≥ 36,390 km²（2027）"


def test_what_has_a_number_is_never_called_not_computable():
    row = rate(value=0.4, verdict=Verdict.NOT_COMPUTABLE, gap=None)
    assert verdict_text(row, TARGET) == Text("不作判定", "not judged")
    assert verdict_text(replace(row, value=None), TARGET) == Text("无法计算", "not computable")
    assert verdict_text(replace(row, verdict=None), TARGET) is None


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (rate(value=0.5, gap=1, gap_unit="count", verdict=Verdict.SHORT), Text("差额 1 个", "gap 1")),
        (rate(value=0.5496, gap=0.04, gap_unit="percentage_points"), Text("差额 0.04 个百分点", "gap 0.04 percentage points")),
        (rate(value=0.6, gap=-12.345, gap_unit="km"), Text("超出 12.3 km", "12.3 km above")),
        (rate(value=28.0, kind=Kind.MEAN, unit="ug/m3", gap=-2.0, gap_unit="ug/m3", comparator=Comparator.AT_MOST),
         Text("低于目标 2.0 µg/m³", "2.0 µg/m³ below the target")),
        (rate(value=0.55, gap=0, gap_unit="count"), Text("刚好达到", "exactly reached")),
    ],
)  # fmt: skip
def test_a_gap_is_said_with_its_direction(row, said):
    assert gap_text(row) == said


@pytest.mark.parametrize("basis", [Basis.WORKING, Basis.DERIVED, Basis.SCHEMATIC, None])
def test_no_gap_is_said_of_data_that_may_not_be_judged(basis):
    assert gap_text(rate(value=0.4, gap=2, gap_unit="count", basis=basis)) is None


def test_no_gap_is_said_where_a_status_is_unknown():
    assert gap_text(rate(low=0.1, high=0.9, gap=6, gap_unit="count")) is None


def test_the_outcome_is_the_verdict_with_the_gap():
    row = rate(value=0.4, gap=2, gap_unit="count", verdict=Verdict.SHORT)
    assert outcome_text(row, TARGET) == Text("未达到，差额 2 个", "not met, gap 2")
    assert outcome_text(replace(row, verdict=None), TARGET) is None


def test_every_target_is_counted_once_by_the_number_that_leads():
    rows = [
        rate(value=0.6, verdict=Verdict.MET),
        rate(value=0.5, verdict=Verdict.SHORT),  # of the same target, behind the one that leads
        rate(value=0.5, verdict=Verdict.NOT_COMPUTABLE, target_id="a"),
        rate(denominator=None, verdict=Verdict.NOT_COMPUTABLE, target_id="b"),
        rate(value=0.5, verdict=Verdict.MET, target_id="b:reading"),
        rate(low=0.0, high=1.0, verdict=Verdict.REPORT_ONLY, target_id="c"),  # it may be anything
        rate(unit=NO_UNIT, verdict=Verdict.NOT_COMPUTABLE, target_id="d"),
    ]
    targets = {name: replace(TARGET, id=name) for name in ("S-1", "a", "b", "c", "d")}
    found = [(word.zh, count) for _, word, count in tally(rows, targets)]
    assert found == [("已达到", 1), ("不作判定", 2), ("无法计算", 2)]


@pytest.mark.parametrize(
    ("row", "something"),
    [
        (rate(value=0.0), True),
        (rate(low=0.0, high=1.0), False),
        (rate(low=0.0, high=0.4), True),
        (rate(low=0.1, high=1.0), True),
        (rate(low=0.0, high=None, kind=Kind.REPORTED, unit="km2"), False),
        (rate(low=42300.0, high=None, kind=Kind.REPORTED, unit="km2"), True),
        (rate(low=0.0, high=7.0, kind=Kind.COUNT, unit="count"), True),
        (rate(), False),
    ],
)
def test_a_band_from_nothing_to_everything_says_nothing(row, something):
    assert tells_something(row) is something


def test_a_figure_given_as_a_limit_is_said_as_one():
    share = {"kind": Kind.REPORTED, "unit": "%", "target_value": None}
    assert value_text(rate(low=0.8, high=1.0, **share)) == both("≥ 80%")
    assert value_text(rate(low=0.0, high=0.07, **share)) == both("≤ 7%")
    assert value_text(rate(low=36390.0, kind=Kind.REPORTED, unit="km2")) == both("≥ 36,390 km²")
    assert figure_text(40, "%", "about") == Text("40%左右", "about 40%")


def test_the_parts_of_a_share_are_said_in_their_unit():
    assert parts_text(rate(numerator=6, denominator=11)) == both("6 / 11")
    assert parts_text(rate(numerator=2.5, denominator=3210.0, unit="km2")) == both("2.50 / 3,210 km²")
    assert parts_text(rate(numerator=None, denominator=11)) is None


def test_a_gap_is_never_shown_as_nothing():
    assert gap_places(0.0004, "percentage_points") == 4
    assert gap_places(0.0, "km2") == 0


@given(st.floats(0, 1), st.floats(0, 1))
def test_a_value_never_reads_like_a_target_that_it_is_not(value, goal):
    row = rate(value=value, target_value=goal)
    if abs(value - goal) > 1e-8:
        places = value_places(row)
        assert value_text(row) != amount_text(goal * 100, "%", places)


@given(st.floats(0, 1), st.floats(0, 1))
def test_the_ends_of_a_band_read_apart(one, other):
    low, high = sorted((one, other))
    shown = value_text(rate(low=low, high=high)).en
    if high - low > 1e-7 and "to" in shown:
        first, _, last = shown.partition(" to ")
        assert first != last


def test_a_unit_that_nobody_declared_is_written_as_it_is():
    assert amount_text(3.5, "parsec") == both("3.5 parsec")


ROWS = [
    {"value": 9 / 16, "numerator": 9, "denominator": 16, "verdict": Verdict.MET, "gap": -1, "gap_unit": "count"},
    {"value": 0.5496, "verdict": Verdict.SHORT, "gap": 0.04, "gap_unit": "percentage_points"},
    {"low": 0.0, "high": 9 / 16, "verdict": Verdict.REPORT_ONLY, "gap": 12, "gap_unit": "count"},
    {"low": 0.0, "high": 1.0, "verdict": Verdict.REPORT_ONLY, "gap": 12, "gap_unit": "count", "basis": Basis.WORKING},
]  # fmt: skip


@pytest.mark.parametrize("changes", ROWS)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_output_says_a_rate_in_the_same_words(changes, lang, tmp_path):
    row = rate(**changes)
    result = sample_result()
    result.rates = [row]
    value, target = value_text(row).get(lang), target_text(row, TARGET).get(lang)
    verdict, outcome = verdict_text(row, TARGET).get(lang), outcome_text(row, TARGET).get(lang)
    explained = "\n".join(lines_of(explain(result, row.indicator), lang))
    assert text("explain.value", value=value).get(lang) in explained
    assert text("explain.verdict", target=target, verdict=verdict).get(lang) in explained
    index = render_index([result], lang=lang, maps=False)
    for word in (value, outcome):
        assert f">{word}</span>" in index
    page = page_words(render_page(result, lang=lang), lang)
    assert (page["value_text"], page["target_text"], page["outcome_text"]) == (value, target, outcome)
    write_workbook(result, content(result, lang), tmp_path / "a.xlsx", lang)
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx")[text("export.sheet_overview").get(lang)]
    cells = [cell.value for cell in sheet[2]]
    assert verdict in cells
    assert (row.gap in cells) == (gap_text(row) is not None)


def page_words(html, lang):
    block = re.search(r'<script[^>]*id="geozone-data"[^>]*>(.*?)</script>', html, re.DOTALL)
    data = json.loads(block[1])
    place = 0 if lang == "zh" else 1
    columns = {
        name: column if isinstance(column, list) else [column["values"][at] for at in column["places"]]
        for name, column in data["rate_words"].items()
    }
    return {
        name: None if values[0] is None else data["strings"][values[0]][place]
        for name, values in columns.items()
    }
