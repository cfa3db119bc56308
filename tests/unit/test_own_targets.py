"""Targets of the user's own indicators: in the unit of the indicator, and what a change is of."""

import re

import pytest

from geozone.manifest.declared import Declarations
from geozone.model import Basis, Comparator, Verdict
from geozone.policy.plausibility import size_findings
from geozone.project.indicators import Known, read_indicators
from geozone.rates.verdicts import Measured, judge
from geozone.seeds import get_zone

OWN = {"id": "own", "title": "自定"}
AREA = {**OWN, "measure": "area", "layer": "redline"}
SHARE = {**OWN, "measure": "coverage", "layer": "redline"}
MEAN = {**OWN, "measure": "mean_of_points", "layer": "station", "field": "pm25", "unit": "ug/m3"}


def read(indicator, **target):
    declared = Declarations("project.toml", "")
    entry = {**indicator, "target": {"comparator": ">=", **target}}
    known = Known({"redline": "redline", "station": "point"}, frozenset())
    found = read_indicators(declared, [(0, entry)], get_zone("hebei"), known)
    return (found.targets or (None,))[0], " ".join(map(str, declared.faults))


def test_a_target_is_held_in_the_unit_of_its_indicator():
    target, faults = read(AREA, value=300, unit="ha")
    assert not faults
    assert (target.value, target.unit) == (pytest.approx(3), "km2")
    assert judge(target, Measured(2.0, basis=Basis.OFFICIAL)).gap == pytest.approx(1)
    target, _ = read(MEAN, value=0.035, unit="mg/m3")
    assert (target.value, target.unit) == (pytest.approx(35), "ug/m3")


@pytest.mark.parametrize(
    ("indicator", "unit"), [(AREA, "km"), (AREA, "%"), (SHARE, "km2"), (MEAN, "percentage_points")]
)
def test_a_target_in_a_unit_of_something_else_is_refused(indicator, unit):
    assert "cannot be converted" in read(indicator, value=30, unit=unit)[1]


def test_a_decrease_in_per_cent_of_what_is_no_share_is_a_relative_one():
    target, faults = read(MEAN, comparator="decrease", value=10, unit="%", base_year=2020)
    assert not faults
    found = judge(target, Measured(38.0, basis=Basis.OFFICIAL, baseline=40.0))
    assert found.verdict is Verdict.SHORT
    assert (found.gap, found.gap_unit) == (pytest.approx(5), "percentage_points")


def test_a_change_of_a_share_in_per_cent_has_to_say_what_it_is_of():
    change = {"comparator": "increase", "value": 5, "base_year": 2020}
    assert "change_basis" in read(SHARE, **change)[1]
    assert not read(SHARE, change_basis="relative", **change)[1]
    target, faults = read(SHARE, unit="percentage_points", **change)
    assert not faults
    assert target.change_basis == "percentage_points"


def test_the_gap_of_an_absolute_change_is_in_its_own_unit():
    target, _ = read(MEAN, comparator="decrease", value=3, base_year=2020)
    found = judge(target, Measured(38.0, basis=Basis.OFFICIAL, baseline=40.0))
    assert (found.verdict, found.gap, found.gap_unit) == (Verdict.SHORT, pytest.approx(1), "ug/m3")


def test_a_relative_change_of_nothing_is_not_computed():
    target, _ = read(MEAN, comparator="decrease", value=10, unit="%", base_year=2020)
    found = judge(target, Measured(38.0, basis=Basis.OFFICIAL, baseline=0.0))
    assert found.verdict is Verdict.NOT_COMPUTABLE
    assert "is 0" in found.note.en


@pytest.mark.parametrize(
    ("indicator", "keys", "refused"),
    [
        (AREA, {"value": -5}, True),
        (AREA, {"value": -5, "unit": "ha"}, True),
        (SHARE, {"value": -5, "unit": "%"}, True),
        (MEAN, {"value": -5, "comparator": "decrease", "base_year": 2020}, True),
        (MEAN, {"value": -5}, False),  # a temperature, say
        ({**OWN, "measure": "change", "layer": "redline"}, {"value": -5}, False),
        (AREA, {"value": 0}, False),
    ],
)
def test_a_target_below_zero_of_what_never_is_is_refused(indicator, keys, refused):
    assert ("is below zero" in read(indicator, **keys)[1]) is refused


def test_a_target_of_the_zone_needs_a_row_of_the_zone():
    counties = {**SHARE, "levels": ["county"]}
    assert "speaks of the whole zone" in read(counties, value=50)[1]
    assert not read(counties, value=50, region_codes=["130102"])[1]


def test_a_target_of_less_than_one_per_cent_is_told():
    kinds = {
        value: [one.kind for one in size_findings(read(SHARE, value=value)[0], None)]
        for value in (0.55, 55, 550)
    }
    assert kinds == {0.55: ["small_share"], 55: [], 550: ["impossible_share"]}
    assert read(SHARE, value=0.55, comparator="<=")[0].comparator is Comparator.AT_MOST
    assert not size_findings(read(SHARE, value=0.55, comparator="<=")[0], None)


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"measure": "connectivity", "layer": "redline", "reach_m": -5}, "a number from 0 on"),
        ({"measure": "connectivity", "layer": "redline", "reach_m": float("nan")}, "a number from 0 on"),
        ({"measure": "count", "layer": "station", "where": {"kind": []}}, "field = \\[values"),
        ({"measure": "count", "layer": "station", "where": {"kind": [["甲"]]}}, "field = \\[values"),
        ({"measure": "share_of_layer", "layer": "redline", "within": []}, "within names nothing"),
        ({"measure": "class_share", "layer": "landcover", "classes": []}, "classes names nothing"),
        ({"measure": "share_of_layer", "layer": "redline", "within": ["redline"]}, "against itself"),
        ({"measure": "derived", "formula": "forest_cover - redline_area", "unit": "index"}, "different units"),
        ({"measure": "change_in_years", "figure": "forest_cover", "unit": "%", "base_year": 2025, "year": 2020}, "not before"),
        ({"measure": "derived", "formula": "forest_cove * 2", "unit": "index"}, "forest_cover"),
        ({"measure": "derived", "formula": "own + 1", "unit": "index"}, "own → own"),
        ({"measure": "derived", "formula": "__import__('os')", "unit": "index"}, "not understood"),
        ({"measure": "derived", "formula": "forest_cover * 1e999", "unit": "index"}, "not understood"),
        ({"measure": "derived", "formula": "-" * 3000 + "forest_cover", "unit": "index"}, "3012 characters"),
        ({"measure": "derived", "formula": "(" * 400 + "forest_cover", "unit": "index"}, "not understood"),
    ],
)  # fmt: skip
def test_keys_by_which_an_indicator_would_be_nothing_or_the_reverse_are_refused(keys, said):
    declared = Declarations("project.toml", "")
    known = Known({"redline": "redline", "station": "point", "landcover": "landcover"}, frozenset())
    read_indicators(declared, [(0, {**OWN, **keys})], get_zone("hebei"), known)
    assert re.search(said, " ".join(fault.reason.en for fault in declared.faults))


@pytest.mark.parametrize("formula", ["forest_cover + redline_coverage", "forest_cover + 0.01 * redline_area"])
def test_what_is_of_one_unit_or_brought_to_it_may_be_added_up(formula):
    assert not read({**OWN, "measure": "derived", "formula": formula, "unit": "index"}, value=1)[1]


def test_indicators_that_are_made_from_each_other_in_a_circle_are_refused():
    declared = Declarations("project.toml", "")
    one = {"id": "one", "title": "甲", "measure": "derived", "formula": "two + 1", "unit": "index"}
    two = {"id": "two", "title": "乙", "measure": "derived", "formula": "3 * one", "unit": "index"}
    read_indicators(declared, [(0, one), (1, two)], get_zone("hebei"), Known({}, frozenset()))
    assert [fault.reason.en for fault in declared.faults] == [
        "the indicator one is made from itself: one → two → one",
        "the indicator two is made from itself: two → one → two",
    ]
