"""Means of sites and changes of figures in the unit of the indicator, and what has none."""

from dataclasses import replace

import pandas as pd
import pytest
import samples
from rate_samples import spec

from geozone.manifest.declared import Declarations
from geozone.manifest.indicators import parse_indicator
from geozone.messages import Text
from geozone.model import Basis, Level
from geozone.rates.facts import Facts, Unit, Value
from geozone.rates.figures import Figure, Figures
from geozone.rates.measures import change_in_years, derived, mean_of_points, raster_mean, share_of_layer
from geozone.rates.needs import ClassNeed, FeatureNeed, MeanNeed
from geozone.run.field_values import class_findings, raster_unit_findings, value_findings

ZONE = Unit("bth", Text("示例区", "sample"), Level.ZONE, 100.0)


def indicator(**keys):
    faults = Declarations("own.toml", "")
    return parse_indicator(
        faults, ("own",), "own", {"title": "自定", "levels": ["zone"], **keys}
    ), faults.faults


def facts(tables=None, figures=(), specs=None):
    return Facts(samples.sample_result().zone, [ZONE], {}, specs or {}, tables or {}, {}, Figures(figures))


def mean(values, unit):
    sites = pd.DataFrame(
        {"code": "bth", "feature": range(len(values)), "绿化率": pd.Series(values, dtype=object)}
    )
    asked, _ = indicator(measure="mean_of_points", layer="site", field="绿化率", unit=unit)
    [value] = mean_of_points.values(asked, facts({FeatureNeed("site"): sites}))
    return value


def figure(year, value, unit, comparator="="):
    name = Text("示例区", "sample")
    return Figure(
        "coal", "bth", name, year, value, unit, comparator, "value", Basis.OFFICIAL, name, "2026-01"
    )


def change(unit, *figures, **keys):
    asked, faults = indicator(measure="change_in_years", figure="coal", unit=unit, **keys)
    assert not faults
    [value] = change_in_years.values(asked, facts(figures=figures))
    return value.value, value.note.en


def test_the_mean_of_shares_is_a_share():
    assert mean([30, 40.0, "50%"], "%").value == pytest.approx(0.4)
    assert mean([30, 50], "index").value == 40


def test_shares_of_at_most_one_are_taken_as_fractions_and_that_is_said():
    found = mean([0.3, 0.5], "%")
    assert found.value == pytest.approx(0.4)
    assert "taken as fractions" in found.note.en


def test_a_raster_of_shares_below_one_per_cent_is_doubted():
    asked, _ = indicator(measure="raster_mean", layer="cover", unit="%")
    for total, doubted in ((45.0, True), (4500.0, False)):
        table = pd.DataFrame({"code": ["bth"], "sum": [total], "weight": [100.0], "missing": [0.0]})
        [value] = raster_mean.values(asked, facts({MeanNeed("cover", "area"): table}))
        assert value.value == pytest.approx(total / 1e4)
        assert ("100 times as large" in value.note.en) is doubted


def test_a_change_is_in_the_unit_of_the_indicator():
    assert change("million_t", figure(2020, 5e6, "t"), figure(2025, 3.0, "million_t"))[0] == pytest.approx(-2)
    assert change("%", figure(2020, 40.0, "%"), figure(2025, 46.5, "%"))[0] == pytest.approx(0.065)
    assert change("%", figure(2020, 4e6, "t"), figure(2025, 3.0, "million_t"), **{"as": "relative"})[
        0
    ] == pytest.approx(-0.25)


def test_figures_without_a_difference_have_none_and_say_why():
    assert change("km2", figure(2020, 5.0, "t"), figure(2025, 3.0, "t")) == (
        None,
        "The figures are in t, which is no km²: not computed.",
    )
    assert "is 0" in change("%", figure(2020, 0.0, "t"), figure(2025, 3.0, "t"), **{"as": "relative"})[1]
    value, note = change("t", figure(2020, 5.0, "t", ">="), figure(2025, 3.0, "t"))
    assert value is None
    assert "a bound only" in note
    value, note = change("t", figure(2020, 5.0, "t", "about"), figure(2025, 3.0, "t"))
    assert value == -2
    assert "approximate" in note


@pytest.mark.parametrize(
    "keys",
    [
        {"measure": "coverage", "layer": "redline", "unit": "km2"},
        {"measure": "change_in_years", "figure": "coal", "as": "relative", "unit": "t"},
    ],
)
def test_what_is_a_fraction_has_no_other_unit(keys):
    asked, faults = indicator(**keys)
    assert asked is None
    assert "gives a share" in str(faults[0])


def inside(areas):
    """Return the share of a filtered layer inside another one, of areas in km²: sure, sure inside, all, all inside."""
    asked, _ = indicator(
        measure="share_of_layer", layer="redline", within=["barrier"], where={"nature": ["steep"]}
    )
    needs = share_of_layer.needs(asked)
    tables = {
        need: pd.DataFrame({"code": ["bth"], "area_km2": [km2]})
        for need, km2 in zip(needs, areas, strict=True)
    }
    [value] = share_of_layer.values(asked, facts(tables, specs={"redline": spec("redline")}))
    return value.value, value.low, value.high


def test_features_that_may_be_of_a_layer_widen_the_band_of_its_share():
    assert inside([4.0, 1.0, 4.0, 1.0]) == (0.25, 0.25, 0.25)
    assert inside([4.0, 1.0, 6.0, 2.0]) == (None, 0.2, 0.4)  # a square kilometre of either kind may be of it
    assert inside([0.0, 0.0, 3.0, 3.0]) == (None, 1.0, 1.0)
    assert inside([0.0, 0.0, 3.0, 1.0]) == (None, 0.0, 1.0)
    assert inside([0.0, 0.0, 0.0, 0.0]) == (None, None, None)


def test_what_a_measure_leaves_out_since_a_filter_is_not_known_is_told():
    asked, _ = indicator(
        measure="mean_of_points", layer="site", field="高度", unit="index", where={"kind": ["甲"]}
    )
    sites = pd.DataFrame(
        {"code": "bth", "feature": range(3), "高度": [1.0, 3.0, 9.0], "kind": ["甲", "甲", None]}
    )
    [value] = mean_of_points.values(asked, facts({FeatureNeed("site"): sites}))
    assert value.value == 2
    assert "not understood (1) are not in the mean" in value.note.en
    assert [one.kind for one in value_findings({"site": sites}, [asked], [])] == ["filter_unsure"]
    assert not list(value_findings({"site": sites.fillna("乙")}, [asked], []))


def test_a_formula_of_a_share_above_one_is_doubted():
    asked, _ = indicator(measure="derived", formula="100 * part", unit="%")
    ground = facts()
    ground.found["part", "bth"] = Value(ZONE, "km2", value=0.3, low=0.3, high=0.3)
    [value] = derived.values(asked, ground)
    assert "should give fractions" in value.note.en


def test_classes_of_which_a_raster_has_no_value_are_told():
    asked, _ = indicator(measure="class_share", layer="cover", classes=["forest", 2])
    cover = replace(spec("cover"), classes={"forest": (1.0,)})
    none, some = "class_absent", "classes_absent"
    for values, kind in (
        ([10.0, 20.0, None], [none]), ([1.0, 10.0], [some]), ([2.0], [some]), ([1.0, 2.0], []), ([None], []),
    ):  # fmt: skip
        table = pd.DataFrame({"code": "bth", "value": pd.Series(values, dtype=float), "area_km2": 1.0})
        found = list(class_findings({ClassNeed("cover", None): table}, {"cover": cover}, [asked]))
        assert [one.kind for one in found] == kind, values
        assert kind != [none] or "10、20" in found[0].message.text.en


def test_a_raster_that_states_another_unit_is_told():
    asked, _ = indicator(measure="raster_mean", layer="pm25", unit="ug/m3")
    for stated, told in (("µg m-3", False), ("ug/m3", False), ("kg m-3", True), ("mg/m3", True)):
        found = list(raster_unit_findings({"pm25": frozenset({stated})}, [asked]))
        assert [one.kind for one in found] == ["raster_unit"] * told, stated
