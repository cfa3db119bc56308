"""A barrier as a belt in every output: its sentence, its symbols, its columns, and what the public edition keeps of it."""

import re
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest
from belt_samples import belt_result
from samples import sample_result

from geozone.barriers.telling import belt_text
from geozone.export.columns import domain_values
from geozone.export.qml import qml
from geozone.export.result_tables import content
from geozone.manifest.roles import get_role
from geozone.maps.edition import public_edition
from geozone.maps.style import graded_symbols
from geozone.model import BreakKind
from geozone.symbology import feature_grades


@pytest.fixture(scope="module")
def result():
    return belt_result()


@pytest.fixture(scope="module")
def belt(result):
    return result.belts["barrier"]


def numbers(words):
    return [float(found.replace(",", "")) for found in re.findall(r"\d[\d,]*(?:\.\d+)?", words)]


def test_the_sentence_tells_the_numbers_of_the_analysis(result, belt):
    analysis = belt.analysis
    ground, closing, narrow = analysis.open_ground, analysis.closing, analysis.narrowest
    told = belt_text(belt, result.units)
    county = result.units.set_index("code").loc[narrow.county_code]
    assert f"最窄处（{county['name']}）" in told.zh
    assert f"({county.name_en})" in told.en
    assert "有 1 处断开" in told.zh
    assert "with one cut" in told.en
    area = ground.barrier_km2 - ground.protected_km2
    expected = [
        area, len(closing.gaps), 100 * ground.protected_km2 / ground.barrier_km2,
        100 * closing.protected_km2 / ground.barrier_km2, ground.parts.max(), closing.connected_km2,
    ]  # fmt: skip
    assert numbers(told.zh.partition("。")[2]) == pytest.approx(expected, abs=0.5)
    assert numbers(told.en.partition(". ")[2].replace("km²", "")) == pytest.approx(expected, abs=0.5)
    assert numbers(told.zh)[0] == pytest.approx(analysis.length_km, abs=0.5)


def test_a_barrier_without_breaks_is_unbroken_and_one_without_protection_says_nothing_of_it(result, belt):
    whole = replace(belt.analysis, breaks=belt.analysis.breaks.iloc[:0], open_ground=None, closing=None)
    told = belt_text(replace(belt, analysis=whole), result.units)
    assert "连续，没有窄于 20 km 的地段。" in told.zh
    assert told.en.endswith("unbroken, nowhere narrower than 20 km.")
    none = replace(whole, axis=belt.analysis.axis.iloc[:0])
    assert belt_text(replace(belt, analysis=none), result.units).zh == ""


def test_a_choice_that_is_not_proven_the_best_tells_its_bound(result, belt):
    closing = replace(belt.analysis.closing, bound_km2=belt.analysis.closing.connected_km2 * 1.5)
    told = belt_text(replace(belt, analysis=replace(belt.analysis, closing=closing)), result.units)
    assert numbers(told.en)[-1] == pytest.approx(closing.bound_km2, abs=0.5)


def test_every_step_of_the_axis_has_the_class_of_its_width(belt):
    layer = belt.layers[belt.belt.axis]
    entries, which = feature_grades(layer)
    for width, place in zip(layer.data["width_km"], which, strict=True):
        assert entries[place].lower <= width < entries[place].upper
    assert [one.lower for one in entries[1:]] == [one.upper for one in entries[:-1]]
    assert (
        len({one.title.zh for one in entries}) == len({one.style.stroke for one in entries}) == len(entries)
    )


def test_breaks_are_told_apart_by_kind_and_the_first_are_larger(belt):
    layer = belt.layers[belt.belt.breaks]
    entries, which = feature_grades(layer)
    for kind, rank, place in zip(layer.data["kind"], layer.data["rank"], which, strict=True):
        assert entries[place].code == kind
        assert entries[place].first == (rank <= get_role(layer.id).grades.first)
        assert (entries[place].style.size > 1) == entries[place].first
    assert {one.code for one in entries} == set(BreakKind)


def test_page_and_qgis_draw_the_same_classes(result, belt):
    tables = {table.name: table for table in content(result, "zh")}
    for name in (belt.belt.axis, belt.belt.breaks):
        layer, table = belt.layers[name], tables[name]
        legend, which = graded_symbols(layer, points=name == belt.belt.breaks)
        style = ET.fromstring(
            qml(table.style, table.geometry, table.columns, "zh", role=layer.spec.role).partition("\n")[2]
        )
        rules = style.findall(".//rule")
        assert [rule.get("label") for rule in rules] == [entry["title"].zh for entry in legend]
        for rule, place in zip(rules, range(len(legend)), strict=True):
            condition = (
                re.sub(r'"(\w+)"', r"\1", rule.get("filter")).replace(" = ", " == ").replace(" AND ", " and ")
            )
            drawn = layer.data.reset_index(drop=True).query(condition).index.to_list()
            assert drawn == [row for row, own in enumerate(which) if own == place]


def test_every_column_has_a_title_in_both_languages_and_kinds_have_words(result, belt):
    tables = {table.name: table for table in content(result, "zh")}
    for name in belt.layers:
        for column in tables[name].columns:
            assert column.title.zh != column.name, (name, column.name)
            assert column.title.en != column.name, (name, column.name)
    kind = next(column for column in tables[belt.belt.breaks].columns if column.name == "kind")
    words = dict(domain_values(kind.domain))
    assert [word.zh for word in words.values()] == ["断开", "狭窄", "无保护"]
    assert set(belt.analysis.breaks["kind"]) <= set(words)


def test_the_public_edition_tells_no_gap_and_no_protected_width(result):
    public = public_edition(result)
    [belt] = public.belts.values()
    assert belt.belt.gaps not in {*public.layers, *belt.layers}
    analysis = belt.analysis
    assert analysis.gaps.empty
    assert analysis.closing is None
    assert not len(analysis.open_ground.shapes)
    assert not any(analysis.open_ground.part_shapes)
    assert "protected_width_km" not in analysis.axis
    assert analysis.breaks.loc[analysis.breaks["kind"] == "unprotected", "width_km"].isna().all()
    assert set(belt.layers[belt.belt.axis].data) & {"protected_width_km"} == set()
    told = belt_text(belt, public.units)
    assert "未受保护（推算）" in told.zh
    assert "关闭" not in told.zh
    assert feature_grades(belt.layers[belt.belt.axis]) is not None
    assert feature_grades(belt.layers[belt.belt.breaks]) is not None


def test_a_result_without_a_belt_stays_as_it_is():
    assert public_edition(sample_result()).belts == {}
