"""The user's figures and the embedded ones as one, and where a figure comes from."""

from dataclasses import replace

import pytest

from geozone.errors import UsageError
from geozone.figures.embedded import all_figures, embedded_figures, origin_of
from geozone.figures.merging import merged
from geozone.manifest.origins import citation_of
from geozone.messages import Text
from geozone.model import Basis, Severity
from geozone.rates.figures import FLOOR, PLAN, VALUE, Figure, Figures


def figure(value, year=2024, scope="130000", indicator="redline_area", kind=VALUE, **more):
    fields = {"comparator": "=", "basis": Basis.OFFICIAL, "published": "", **more}
    return Figure(
        indicator=indicator, scope=scope, scope_name=Text("河北省", "Hebei"), year=year, value=float(value), unit="km2",
        kind=kind, source=Text("来源", "source"), **fields,
    )  # fmt: skip


def test_the_users_series_stands_in_the_place_of_the_embedded_one_and_that_is_told():
    embedded = Figures([figure(40000, 2018), figure(36390, 2035, kind=FLOOR), figure(1, scope="110000")])
    both, findings = merged(embedded, {"a.xlsx": [figure(36500)]})
    assert [one.value for one in both.series("redline_area", "130000")] == [36500.0]
    assert [one.value for one in both.series("redline_area", "110000")] == [1.0]
    [finding] = findings
    assert (finding.kind, finding.severity, finding.layer) == ("figures_replaced", Severity.NOTE, "a.xlsx")
    assert "2" in finding.message.get("zh")
    assert "Hebei" in finding.message.get("en")


def test_a_plan_replaces_nothing_and_is_replaced_by_nothing():
    embedded = Figures([figure(40000, 2018), figure(41000, 2030, kind=PLAN)])
    both, findings = merged(embedded, {"a.xlsx": [figure(39000, 2027, kind=PLAN)]})
    assert len(both) == 3
    assert findings == []
    both, _ = merged(embedded, {"a.xlsx": [figure(36500)]})
    assert sorted(one.value for one in both.all) == [36500.0, 41000.0]


def test_a_figure_that_is_nobodys_replaces_nothing():
    beside = replace(figure(5, scope=""), context=("bth",))
    both, findings = merged(Figures([beside]), {"a.xlsx": [replace(beside, value=6.0)]})
    assert len(both) == 2
    assert findings == []


def test_two_files_that_contradict_each_other_are_told_and_neither_counts():
    both, findings = merged(Figures(), {"a.xlsx": [figure(1), figure(7, 2020)], "b.xlsx": [figure(2)]})
    assert [one.year for one in both.all] == [2020]
    [finding] = findings
    assert finding.kind == "figures_disagree"
    assert finding.severity is Severity.WARNING
    assert {"a.xlsx", "b.xlsx"} <= set(finding.layer.split("、"))


def test_two_files_that_agree_make_one_series():
    both, _ = merged(Figures(), {"a.xlsx": [figure(1, 2020)], "b.xlsx": [figure(2, 2024), figure(1, 2020)]})
    assert [one.value for one in both.series("redline_area", "130000")] == [1.0, 2.0]


def test_an_embedded_figure_knows_its_origin_and_one_of_the_users_own_does_not():
    origin = origin_of(embedded_figures("hebei").latest("redline_area", "hebei"))
    assert origin.producer.en == "State Council"
    assert origin.published == "2023-12"
    assert origin.taken
    assert origin.licence.zh
    assert citation_of(origin).zh.startswith("国务院：")
    assert origin_of(figure(1)) is None


def test_the_embedded_figures_of_an_unknown_zone_are_refused():
    with pytest.raises(UsageError):
        embedded_figures("atlantis")


def test_the_regional_floors_lead_and_are_floors():
    for zone, value in (("bth", 42300.0), ("yrd", 77000.0)):
        floor = embedded_figures(zone).latest("redline_area", zone)
        assert (floor.value, floor.kind, floor.comparator, floor.basis) == (value, FLOOR, ">=", Basis.PUBLIC)


def test_a_zone_has_no_figure_twice():
    for zone in ("bth", "yrd", "hebei", "gba", "yangtze", "yellow"):
        figures = embedded_figures(zone).all
        assert len(figures) == len(set(figures))
    assert len(all_figures()) == len(set(all_figures()))
