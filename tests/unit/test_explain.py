"""From a number to its items, layer, method and clause."""

from dataclasses import replace

import pytest
from samples import sample_result

from geozone.errors import UsageError
from geozone.explain import explain, lines_of
from geozone.model import Basis
from geozone.rates.indicators import compute_rates


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
    for word in ("北湾", "南湾", "1 ÷ 2", "样本方案", "55%", "需 2 个中的 2 个，已建成 1 个，差 1 个"):
        assert word in text
    english = "\n".join(lines_of(lines, "en"))
    for word in ("North Bay", "2 of 2 needed, 1 built, 1 short", "Sample plan", "50.00-100.00 %"):
        assert word in english
    assert {"item", "clause", "verdict", "gap", "variants", "method"} <= set(kinds(lines))


def test_a_coverage_rate_is_explained_down_to_its_layer(result):
    lines = explain(result, "barrier_protected", "甲省")
    text = "\n".join(lines_of(lines, "en"))
    assert "Sample barrier" in text
    assert "Sample redline" in text
    assert "1 of 1 features" in text
    assert lines == explain(result, "barrier_protected", "910000")


def test_an_area_is_explained_with_its_gap(result):
    text = "\n".join(lines_of(explain(result, "S-2"), "en"))
    assert "9,600.0 km²" in text
    assert "Beyond by 5,600 km²" in text


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
