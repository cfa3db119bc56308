"""From a number to its items, layer, method and clause."""

from dataclasses import replace

import geopandas as gpd
import pytest
import shapely
from rate_samples import compute_rates
from samples import sample_result

from geozone.errors import UsageError
from geozone.explain import explain, lines_of
from geozone.model import CRS, Basis, Layer, Verdict
from geozone.overlay.area_choices import area_variants
from geozone.overlay.mosaic import mosaic
from geozone.overlay.plane import area_km2


@pytest.fixture(scope="module")
def result():
    sample = sample_result()
    zone = replace(sample.zone, coastal=("920000",))
    register = sample.registers["bay"]
    items = register.items.copy()
    items["source"], items["status_date"] = "名单", items["status_date"].fillna("")
    official = replace(register, basis=Basis.OFFICIAL, items=items.assign(basis="official"))
    registers = {"bay": official}
    rates = compute_rates(
        zone=zone,
        units=sample.units,
        mosaic=sample.mosaic,
        lengths={},
        layers={name: layer.spec for name, layer in sample.layers.items()},
        registers=registers,
        targets=sample.targets,
    )
    return replace(sample, zone=zone, registers=registers, rates=rates)


def kinds(lines):
    return [line.kind for line in lines]


def test_a_completion_rate_is_explained_down_to_its_items(result):
    lines = explain(result, "bay_completion")
    text = "\n".join(lines_of(lines, "zh"))
    for word in ("北湾", "南湾", "1 / 2", "样本方案", "≥ 55%（2027）", "50.0%～100%"):
        assert word in text
    english = "\n".join(lines_of(lines, "en"))
    for word in ("North Bay", "not judged", "Sample plan", "50.0% to 100%"):
        assert word in english
    assert {"item", "clause", "verdict", "variants", "method"} <= set(kinds(lines))
    assert "gap" not in kinds(lines)  # one status is unknown: nobody can say how many are missing


def test_what_is_missing_is_told_where_every_status_is_known(result):
    [rate] = [rate for rate in result.rates if rate.target_id == "S-1"]
    known = replace(rate, value=0.5, low=0.5, high=0.5, verdict=Verdict.SHORT)
    lines = explain(replace(result, rates=[known]), "bay_completion")
    assert "共 2 个，目标需 2 个，已建成 1 个，差 1 个" in "\n".join(lines_of(lines, "zh"))
    assert "2 in all: 2 needed, 1 completed, 1 to go" in "\n".join(lines_of(lines, "en"))


def test_a_coverage_rate_is_explained_down_to_its_layer(result):
    lines = explain(result, "barrier_protected", "甲省")
    text = "\n".join(lines_of(lines, "en"))
    assert "Sample barrier" in text
    assert "Sample redline" in text
    assert "1 of 1 features" in text
    assert lines == explain(result, "barrier_protected", "910000")


def test_an_area_is_explained_with_its_gap(result):
    text = "\n".join(lines_of(explain(result, "S-2"), "en"))
    assert "9,600 km²" in text
    assert "5,600 km² above" in text


def area_result(figure):
    """Return a result whose red line is one cell of 39-40N, 115-116E, held against a figure in km²."""
    province = shapely.segmentize(shapely.box(115, 38, 118, 41), 0.01)
    cell = shapely.segmentize(shapely.box(115, 39, 116, 40), 0.01)
    codes = {"code": ["910000", "bth"], "name": ["甲省", "样区"], "name_en": ["Jia", "Sample zone"]}
    levels = {"level": ["province", "zone"], "parent": ["bth", ""]}
    units = gpd.GeoDataFrame(codes | levels, geometry=[province] * 2, crs=CRS)
    units["area_km2"] = area_km2(units)
    redline = gpd.GeoDataFrame(geometry=[cell], crs=CRS)
    areas = area_variants(redline, units)
    sample = sample_result()
    spec = replace(sample.layers["redline"].spec, basis=Basis.OFFICIAL)
    targets = [replace(target, value=figure) for target in sample.targets if target.id == "S-2"]
    pieces = mosaic({"redline": redline}, units[:1], by="code")
    rates = compute_rates(
        zone=replace(sample.zone, members=("910000",), coastal=()),
        units=units,
        mosaic=pieces,
        lengths={},
        layers={"redline": spec},
        registers={},
        targets=targets,
        redline_areas=areas,
    )
    layers = {"redline": Layer("redline", redline, spec)}
    return replace(sample, units=units, layers=layers, rates=rates, targets=targets, redline_areas=areas)


@pytest.mark.parametrize(
    ("figure", "verdict", "met"),
    [
        (9549.0, Verdict.MET, 2),  # the cell has 9,549.52 km²
        (9551.0, Verdict.SHORT, 1),  # and 9,553.6 km² as a planar area
        (9555.0, Verdict.SHORT, 0),
    ],
)
def test_an_area_short_of_its_target_meets_it_by_the_older_planar_practice(figure, verdict, met):
    result = area_result(figure)
    rate = next(rate for rate in result.rates if rate.target_id == "S-2")
    assert rate.verdict is verdict
    assert rate.value == pytest.approx(9549.520093962, rel=1e-9)
    text = "\n".join(lines_of(explain(result, "redline_area"), "en"))
    assert f"met in {met} of 2" in text
    flipped = "changed by: planar area in the 3-degree Gauss-Krueger zone - 9,553.6 km², met"
    assert (flipped in text) == (met == 1)
    assert "· area on the ellipsoid - 9,549.5 km²" in text
    assert f"met in {met} of 2" in rate.note.en


def test_an_area_without_target_tells_what_other_choices_give():
    text = "\n".join(lines_of(explain(area_result(9551.0), "redline_area", "910000"), "en"))
    assert "by another choice: planar area in the 3-degree Gauss-Krueger zone - 9,553.6 km²" in text


def test_every_rate_can_be_explained_in_both_languages(result):
    for rate in result.rates:
        lines = explain(result, rate.indicator, rate.unit_code)
        for lang in ("zh", "en"):
            assert all(line.strip() for line in lines_of(lines, lang))


@pytest.mark.parametrize(
    ("indicator", "unit", "key"),
    [
        ("happiness", None, "explain.unknown_indicator"),
        ("bay_completion", "Atlantis", "explain.unknown_unit"),
        ("bay_completion", "910101", "explain.no_rate"),
    ],
)
def test_what_cannot_be_explained_says_why(result, indicator, unit, key):
    with pytest.raises(UsageError) as error:
        explain(result, indicator, unit)
    assert error.value.message.key == key
