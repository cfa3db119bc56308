"""Fields of features as people write them: grades, numbers, words of a closed vocabulary; what is not understood is unknown."""

import numpy as np
import pandas as pd
import pytest

from geozone.manifest.declared import Declarations
from geozone.manifest.fields import load_fields
from geozone.manifest.indicators import load_indicators, parse_indicator
from geozone.rates.filters import grades_of, numbers, passes, unread
from geozone.run.field_values import unused_fields, value_findings

GOOD = {"water_class": ("1", "2", "3")}


def column(*values):
    return pd.Series(values, dtype=object)


def outcomes(field, wanted, *values):
    return passes(pd.DataFrame({field: column(*values)}), {field: wanted}).tolist()


def indicator(**keys):
    faults = Declarations("own.toml", "")
    found = parse_indicator(faults, ("own",), "own", {"title": "自定", "unit": "%", **keys})
    assert found is not None, faults.faults
    return found


@pytest.mark.parametrize(
    ("written", "grades"),
    [
        ("Ⅲ", {3}), ("III类", {3}), ("三类", {3}), ("3", {3}), ("3.0", {3}), (3.0, {3}), ("Ⅲ级", {3}),
        ("Ⅲ类水质", {3}), ("Ⅳ（总磷）", {4}), ("Ⅲ*", {3}), ("劣Ⅴ", {6}), ("劣于五类", {6}), ("＞Ⅴ", {6}),
        ("Ⅱ～Ⅲ", {2, 3}), ("Ⅱ、Ⅲ类", {2, 3}), ("Ⅲ类→Ⅳ类", set()), ("优于Ⅲ类", set()), ("断流", set()),
        ("0", set()), ("9", set()), ("轻度污染", set()), (None, set()),
    ],
)  # fmt: skip
def test_water_classes_are_read_as_reports_write_them(written, grades):
    assert grades_of(written) == grades


def test_what_is_no_water_class_is_unknown_and_no_failure():
    assert outcomes("water_class", GOOD["water_class"], "Ⅱ", "四类", "断流", "--", None, "Ⅲ-Ⅳ") == [
        1,
        0,
        -1,
        -1,
        -1,
        -1,
    ]
    assert outcomes("水质", ("Ⅰ", "Ⅱ", "Ⅲ"), "Ⅲ类", "Ⅴ", "未达标") == [1, 0, -1]


def test_a_filter_of_other_words_says_no_to_every_other_word():
    assert outcomes("林种", ("防护林", "2"), "防护林", "用材林", "2.0", "无", "") == [1, 0, 1, 0, -1]


def test_a_word_that_a_closed_vocabulary_lacks_is_unknown():
    asked = load_indicators()["natural_shore_retention"].where["nature"]
    assert outcomes("nature", asked, "自然岸线", "砂质岸线", "人工岸线", "整治修复岸线") == [1, 1, 0, -1]


def test_filters_of_the_declared_indicators_ask_for_words_of_the_vocabulary():
    for one in load_indicators().values():
        for field, wanted in one.where.items():
            words = load_fields()[field].words if field in load_fields() else ()
            assert not words or set(wanted) <= set(words), one.id


def test_numbers_are_read_whole_or_not_at_all():
    written = column(
        "35", "1,234.5", "３５", "35 µg/m³", "0.035 mg/m3", "35.0*", ">5", "约35", "35%", "ND", 35, None
    )
    read = numbers(written, "ug/m3").tolist()
    assert read[:6] == [35, 1234.5, 35, 35, pytest.approx(35), 35]
    assert read[10] == 35
    assert np.isnan(read[6:10] + read[11:]).all()


def test_numbers_that_stand_for_no_value_are_none():
    assert numbers(column(30, -9999, -1, 9999, 40), "ug/m3").tolist() == pytest.approx(
        [30, np.nan, np.nan, np.nan, 40], nan_ok=True
    )
    assert numbers(column(30, -1, 400), "").tolist() == [30, -1, 400]
    assert numbers(column(9000, 9999)).tolist() == [9000, 9999]  # of heights that may be one
    assert numbers(column("Ⅲ", 9, 2.0, 0), "class").tolist() == pytest.approx(
        [3, np.nan, 2, np.nan], nan_ok=True
    )


def test_what_is_not_understood_is_told_by_field_and_value():
    table = pd.DataFrame({"water_class": column("Ⅲ", "断流", "断流", "--", None, "优于Ⅲ类")})
    [found] = unread(table, load_indicators()["good_water_share"])
    assert (found.field, found.written, found.count, found.fill) == (
        "water_class",
        ("断流", "优于Ⅲ类"),
        3,
        False,
    )
    table = pd.DataFrame({"pm25": column(35, "未检出", -9999.0, None)})
    void, words = unread(table, load_indicators()["pm25_annual_mean"])
    assert (void.written, void.fill, words.written, words.fill) == (("-9999.0",), True, ("未检出",), False)


def test_findings_name_field_values_and_filters_that_nothing_passes():
    own = indicator(measure="share_of_points", layer="well", where={"状况": ["达标"]})
    tables = {
        "control_unit": pd.DataFrame({"water_class": column("Ⅲ", "断流")}),
        "well": pd.DataFrame({"状况": column("合格", "不合格")}),
    }
    found = {
        one.kind: one.message.text.zh
        for one in value_findings(tables, [load_indicators()["good_water_share"], own], ["own"])
    }
    assert set(found) == {"field_values_unread", "filter_matches_nothing"}
    assert "“水质类别”有 1 处取值无法识别：断流" in found["field_values_unread"]
    assert "状况 = 达标" in found["filter_matches_nothing"]
    assert "合格、不合格" in found["filter_matches_nothing"]
    assert not list(value_findings({"well": tables["well"].assign(状况="达标")}, [own], ["own"]))


def test_a_field_that_nothing_asks_for_is_told_with_the_nearest_name():
    own = indicator(measure="share_of_points", layer="well", where={"状况": ["达标"]})
    told = list(unused_fields({"well": {"状况": "ZK", "kode": "XZQDM", "batch": "批次"}, "bay": {}}, [own]))
    assert [(one.layer, one.kind, one.severity.value) for one in told] == [
        ("well", "field_unused", "warning"),
        ("well", "field_unused", "note"),
    ]
    assert "The nearest is code" in told[0].message.get("en")


def test_numbers_with_the_mark_of_a_footnote_are_told():
    table = pd.DataFrame({"pm25": column(35, "45*", "28", "30①", None)})
    [found] = unread(table, load_indicators()["pm25_annual_mean"])
    assert (found.written, found.count, found.marked) == (("45*", "30①"), 2, True)
    own = [load_indicators()["pm25_annual_mean"]]
    [told] = value_findings({own[0].layers[0]: table}, own, [])
    assert told.kind == "field_values_marked"
