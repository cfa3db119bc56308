"""The area that is stated of a feature is held against what is drawn, in every unit and however it is written."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geozone.checks import check
from geozone.model import Layer, Severity
from geozone.overlay.plane import area_km2

SHAPES = shapely.box(
    117 + 0.1 * np.arange(8), 40.0, 117.05 + 0.1 * np.arange(8), 40.04 + 0.001 * np.arange(8)
)
KM2 = area_km2(SHAPES, 4490)
UNITS = {"m2": 1e6, "mu": 1500.0, "ha": 100.0, "km2": 1.0}
SPELLED = {"m2": "平方米", "mu": "亩", "ha": "公顷", "km2": "km²"}


def findings(**columns):
    layer = Layer("red", gpd.GeoDataFrame(columns, geometry=SHAPES, crs=4490))
    return [finding for finding in check(layer) if finding.kind.startswith("stated_area")]


def grave(**columns):
    return [
        (finding.kind, finding.feature)
        for finding in findings(**columns)
        if finding.severity is Severity.WARNING
    ]


@pytest.mark.parametrize(
    ("name", "unit"),
    [
        ("MJ", "m2"),
        ("mj", "m2"),
        ("TBMJ", "m2"),
        ("QYMJ", "km2"),
        ("JSMJ", "m2"),
        ("area_ha", "ha"),
        ("面积（亩）", "mu"),
        ("面积_km2", "km2"),
        ("红线面积(公顷)", "ha"),
        ("AREA_HA", "ha"),
        *(("面积", unit) for unit in UNITS),
        ("STBHHXMJ", "ha"),
        ("stated_area", "mu"),
    ],
)
def test_a_true_area_has_no_finding(name, unit):
    assert grave(**{name: np.round(KM2 * UNITS[unit], 2)}) == []
    assert grave(**{name: [f"{value:,.3f}" for value in KM2 * UNITS[unit]]}) == []
    assert grave(**{name: KM2 * UNITS[unit] * 1.003}) == []  # the plane of a projection


@pytest.mark.parametrize("unit", UNITS)
def test_a_unit_behind_the_value_is_read(unit):
    assert grave(面积=[f"{value:.4f}{SPELLED[unit]}" for value in KM2 * UNITS[unit]]) == []


@pytest.mark.parametrize("factor", [1.1, 0.9, 1.02, 2.0])
def test_a_feature_that_differs_is_named(factor):
    values = KM2 * 1e6
    values[3] *= factor
    for name in ("MJ", "面积"):
        [finding] = [item for item in findings(**{name: values}) if item.severity is Severity.WARNING]
        assert (finding.kind, finding.feature) == ("stated_area_differs", "3")
        assert f"{factor - 1:+.1%}" in finding.message.get("en")


def test_a_layer_that_differs_as_a_whole_is_named_feature_by_feature():
    assert grave(MJ=KM2 * 1.1e6) == [("stated_area_differs", str(row)) for row in range(8)]


@pytest.mark.parametrize("value", [0.0, -5.0])
def test_no_area_and_negative_areas(value):
    values = KM2 * 1e6
    values[2] = value
    assert grave(MJ=values) == [("stated_area_not_positive", "2")]


def test_a_field_that_nobody_filled_in():
    assert grave(MJ=np.zeros(8)) == [("stated_area_all_zero", None)]
    assert grave(MJ=[None] * 8) == []


@pytest.mark.parametrize(
    ("name", "unit"), [("MJ", "km2"), ("MJ", "ha"), ("MJ", "mu"), ("QYMJ", "m2"), ("面积（公顷）", "mu")]
)
def test_a_whole_field_in_another_unit_is_one_finding(name, unit):
    assert grave(**{name: KM2 * UNITS[unit]}) == [("stated_area_unit", None)]


def test_one_value_in_another_unit_is_named():
    values = KM2 * 1e6
    values[5] = KM2[5] * 100
    [finding] = [item for item in findings(MJ=values) if item.severity is Severity.WARNING]
    assert (finding.kind, finding.feature) == ("stated_area_other_unit", "5")
    assert "公顷" in finding.message.get("zh")


def test_rounded_areas_of_small_features_are_true():
    small = shapely.box(117.0, 40.0, 117.0001, 40.0001 + 1e-5 * np.arange(8))
    hectares = np.round(area_km2(small, 4490) * 100, 2)
    layer = Layer("red", gpd.GeoDataFrame({"area_ha": hectares}, geometry=small, crs=4490))
    assert [item.kind for item in check(layer) if item.kind.startswith("stated")] == []


@pytest.mark.parametrize("name", ["Shape_Area", "流域面积_km2", "AREA", "人口", "published_km2", "XZQMC"])
def test_other_fields_are_left_alone(name):
    assert findings(**{name: np.arange(8.0)}) == []


def test_lines_and_points_have_no_area_to_compare():
    data = gpd.GeoDataFrame({"MJ": [5.0]}, geometry=[shapely.LineString([(117, 40), (118, 40)])], crs=4490)
    assert [item for item in check(Layer("a", data)) if item.kind.startswith("stated")] == []


@given(
    unit=st.sampled_from(list(UNITS)),
    row=st.integers(0, 7),
    factor=st.floats(0.2, 5).filter(lambda value: abs(value - 1) > 0.011),
)
def test_every_deviation_beyond_the_tolerance_is_named(unit, row, factor):
    values = KM2 * UNITS[unit]
    values[row] *= factor
    assert [feature for _, feature in grave(面积=values)] == [str(row)]
