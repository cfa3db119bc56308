"""A barrier as a belt in every output: its sentence, its symbols, its columns, and what the public edition keeps of it."""

import re
from dataclasses import replace
from types import SimpleNamespace
from xml.etree import ElementTree as ET

import openpyxl
import pytest
from belt_samples import BARRIER_RATE, belt_result
from samples import sample_result

from geozone.barriers.telling import belt_text
from geozone.explain import explain
from geozone.export.columns import domain_values
from geozone.export.qml import qml
from geozone.export.result_tables import content
from geozone.export.sheet_panel import belts, legend, theme
from geozone.export.workbook import write_workbook
from geozone.manifest.roles import get_role, load_roles
from geozone.maps.belt import belt_entries
from geozone.maps.edition import public_edition
from geozone.maps.plain import Strings
from geozone.maps.style import graded_symbols
from geozone.messages import Text
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
    assert {one.code for one in entries} == set(BreakKind) - {
        BreakKind.BUILT
    }  # no land cover breaks a barrier


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
    assert [word.zh for word in words.values()] == ["断开", "狭窄", "无保护", "建设占用"]
    assert set(belt.analysis.breaks["kind"]) <= set(words)


def test_columns_of_all_belts_have_the_same_words():
    roles = load_roles()
    for role in roles.values():
        if role.belt is not None:
            made = [roles[name].columns for name in (role.belt.axis, role.belt.breaks, role.belt.gaps)]
            assert made == ["belt_axis", "belt_breaks", "belt_gaps"], role.id
            assert ("built" in roles[role.belt.breaks].grades.codes) == bool(role.belt.built)


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


def test_the_workbook_has_a_sheet_of_the_belt(result, belt, tmp_path):
    analysis = belt.analysis
    for lang, chosen in (("zh", "优选关闭的未保护区块"), ("en", "The best gaps to close")):
        write_workbook(result, content(result, lang), tmp_path / "book.xlsx", lang)
        book = openpyxl.load_workbook(tmp_path / "book.xlsx")
        sheet = book[belt.role.title.get(lang)[:31]]
        cells = [list(row) for row in sheet.iter_rows(values_only=True)]
        assert cells[1][0] == belt_text(belt, result.units).get(lang)
        first = [row[0] for row in cells]
        [best] = [place for place, cell in enumerate(first) if str(cell).startswith(chosen)]
        ranks = [row[0] for row in cells[best + 2 : best + 2 + len(analysis.closing.gaps)]]
        assert ranks == [gap + 1 for gap in sorted(analysis.closing.gaps)]
        kinds = {title.get(lang) for _, title in domain_values("break_kind")}
        breaks = [row for row in cells if row[1] in kinds]
        assert [row[0] for row in breaks] == analysis.breaks["rank"].to_list()
        assert [row[6] for row in breaks] == analysis.breaks["width_km"].to_list()
        names = result.units.set_index("code")["name" if lang == "zh" else "name_en"]
        assert [row[2] for row in breaks] == [names[code] for code in analysis.breaks["county_code"]]


def test_page_workbook_and_explanation_tell_what_changed(result, belt, tmp_path):
    changed = replace(result, belts={"barrier": replace(belt, more=Text("新增 12 km²。", "12 km² gained."))})
    strings = Strings()
    [entry] = belt_entries(changed, strings)
    assert strings.pairs[entry["more"]] == ["新增 12 km²。", "12 km² gained."]
    [entry] = belt_entries(result, strings)
    assert entry["more"] is None
    write_workbook(changed, content(changed, "zh"), tmp_path / "book.xlsx", "zh")
    sheet = openpyxl.load_workbook(tmp_path / "book.xlsx")[belt.role.title.zh]
    assert sheet.cell(2, 1).value == belt_text(belt, result.units).zh + "新增 12 km²。"
    [line] = [line for line in explain(changed, BARRIER_RATE) if line.kind == "belt"]
    assert line.text.en.endswith("12 km² gained.")


def test_the_workbook_of_the_public_edition_lists_no_gap(result, belt, tmp_path):
    public = public_edition(result)
    write_workbook(public, content(public, "zh"), tmp_path / "book.xlsx", "zh")
    sheet = openpyxl.load_workbook(tmp_path / "book.xlsx")[belt.role.title.zh]
    words = [str(row[0]) for row in sheet.iter_rows(values_only=True)]
    assert any(word.startswith("断点") for word in words)
    assert not any("未保护区块" in word for word in words)


def test_an_explanation_of_the_barrier_tells_the_sentence_for_the_zone(result, belt):
    told = belt_text(belt, result.units)
    assert [line.text.en for line in explain(result, BARRIER_RATE) if line.kind == "belt"] == [
        f"As a whole: {told.en}"
    ]
    assert "belt" not in {line.kind for line in explain(result, BARRIER_RATE, "910000")}
    assert "belt" not in {line.kind for line in explain(result, "redline_coverage")}


@pytest.mark.usefixtures("with_font")
def test_the_printed_sheet_tells_the_sentence_where_there_is_room(result, belt):
    said = []
    page = SimpleNamespace(say=lambda *told: said.append(told[1:3]))
    about = theme(result, "zh")
    lower = belts(page, about, (0.0, 100.0), 120.0, bottom=30.0)
    printed = "".join(words for _, words in said)  # a line ends where a space may stand
    assert printed.replace(" ", "") == belt_text(belt, result.units).zh.replace(" ", "")
    assert lower < min(y for y, _ in said) < 100
    said.clear()
    assert belts(page, about, (0.0, 50.0), 120.0, bottom=30.0) == 50.0
    assert said == []


@pytest.mark.usefixtures("with_font")
def test_the_printed_sheet_draws_the_classes_and_leaves_the_gaps_off(result, belt):
    about = theme(result, "zh")
    assert belt.belt.gaps not in about.result.layers
    named, samples, ramps = [], [], []
    page = SimpleNamespace(
        say=lambda *told, **_: named.append(told[2]),
        heading=lambda *_: None,
        sample=lambda *told: samples.append((told[3], told[2])),
        ramp=lambda *told: ramps.append(told[2:4]),
    )
    legend(page, about, 0.0, 200.0, 100.0)
    for name in (belt.belt.axis, belt.belt.breaks):
        assert any(said.startswith(belt.layers[name].spec.title.zh) for said in named)
    entries, which = feature_grades(belt.layers[belt.belt.breaks])
    for entry in {number: entries[number] for number in which}.values():
        title = entry.title.zh.partition("（")[0]
        assert any(
            label == title and style.kind == "dot" and style.fill == entry.style.fill
            for label, style in samples
        )
    # the classes of the axis stand beside each other, with the numbers between them
    entries, _ = feature_grades(belt.layers[belt.belt.axis])
    assert ramps == [([entry.style for entry in entries], ["10", "20", "50", "100"])]


def test_a_result_without_a_belt_stays_as_it_is():
    assert public_edition(sample_result()).belts == {}
