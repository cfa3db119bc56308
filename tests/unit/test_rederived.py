"""Rates made again from what was delivered: another engine finds what was altered in all files alike."""

import json
import re
import shutil
import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from computed_samples import computed_result

from geozone.export.record import write_record
from geozone.maps import assets
from geozone.run.crate import write_folder_crate
from geozone.run.folder import write_index
from geozone.run.options import Options
from geozone.run.output import write_zone
from geozone.verify import check, verify_build
from geozone.verify.rederived import rederived_checks

pytestmark = pytest.mark.skipif(
    not (assets.FOLDER / "page.js").exists(), reason="the page's scripts are not built: make setup"
)


def read_record(path):
    return json.loads(path.read_text("utf-8"))


MOMENT = datetime(2026, 7, 1, tzinfo=UTC)


def written(result, folder, edition="full"):
    """Write a result as a build does."""
    outputs = write_zone(result, folder, Options())
    write_record(
        result, folder / "bth_run.json", parameters={"lang": "zh", "edition": edition}, outputs=outputs,
        started=MOMENT, finished=MOMENT,
    )  # fmt: skip
    write_index(folder, "zh", lambda reason: pytest.fail(reason.en))
    write_folder_crate(folder, folder, "zh")
    return folder


@pytest.fixture(scope="module")
def result():
    return computed_result()


@pytest.fixture(scope="module")
def whole(result, tmp_path_factory):
    return written(result, tmp_path_factory.mktemp("whole"))


@pytest.fixture(autouse=True)
def every_difference(monkeypatch):
    monkeypatch.setattr(check, "MOST", 1000)


@pytest.fixture
def folder(whole, tmp_path):
    return shutil.copytree(whole, tmp_path / "built")


def failures(folder):
    return [(one.file, one.message.get("en")) for one in verify_build(folder) if not one.passed]


def rederived(folder):
    checks = rederived_checks(folder / "bth.gpkg", read_record(folder / "bth_run.json"), lambda *_: None)
    return [(one.passed, one.message.get("en")) for one in checks]


def execute(path, *statements):
    with closing(sqlite3.connect(path)) as database:
        for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            database.execute(f'DROP TRIGGER "{name}"')
        for statement in statements:
            assert database.execute(statement).rowcount > 0, statement
        database.commit()


def test_every_measure_of_the_sample_is_made_again(result, whole):
    assert failures(whole) == []
    [(_, told)] = rederived(whole)
    with_number = [rate for rate in result.rates if rate.low is not None or rate.denominator is not None]
    assert told.startswith(f"{len(with_number)} rates made again"), (told, len(with_number))
    measures = {result.indicators[rate.indicator].measure.id for rate in with_number}
    assert measures == {indicator.measure.id for indicator in result.indicators.values()}


def test_a_site_without_a_weight_above_zero_has_no_part_in_a_mean(result):
    """30.0 for 3, 41.5 for 1; a site for nobody and one for -2 are told."""
    zone = next(rate for rate in result.rates if (rate.indicator, rate.unit_code) == ("weighted", "bth"))
    assert zone.value == (30.0 * 3 + 41.5) / 4
    assert "without a weight above 0 (3)" in zone.note.en
    assert not any((rate.indicator, rate.unit_code) == ("weighted", "920102") for rate in result.rates)


def test_a_cell_that_nothing_can_be_made_of_is_told_and_ends_nothing(folder):
    execute(folder / "bth.gpkg", "DELETE FROM zone")
    assert any("cannot be read" in told for _, told in failures(folder))


def test_units_without_shapes_and_a_formula_that_is_none_end_nothing(folder, result):
    derived = next(one for one in result.indicators.values() if one.measure.id == "derived")
    record = read_record(folder / "bth_run.json")
    for one in record["indicators"]:
        if one["id"] == derived.id:
            one["options"]["formula"] = "1 +"
    (folder / "bth_run.json").write_text(json.dumps(record), "utf-8")
    assert any(file == "bth.gpkg" and "SyntaxError" in told for file, told in failures(folder))
    execute(folder / "bth.gpkg", "UPDATE units SET geom = NULL")
    assert any(file == "bth.gpkg" and "cannot be read" in told for file, told in failures(folder))


def test_an_endless_number_is_wrong_in_every_column(folder):
    execute(
        folder / "bth.gpkg",
        "UPDATE rates SET numerator = 9e999, denominator = 9e999, value = 9e999, low = -9e999, high = 9e999 "
        "WHERE indicator = 'connected' AND unit_code = 'bth'",
        "UPDATE units SET area_km2 = 9e999 WHERE code = '910101'",
    )
    told = [words for passed, words in rederived(folder) if not passed]
    for column in ("numerator", "denominator", "value", "low", "high", "area_km2"):
        assert any(re.search(rf"(field|column) {column}\b.*inf", words) for words in told), (column, told)


def test_numbers_where_there_is_nothing_to_count_are_wrong(folder, result):
    shared = next(one.id for one in result.indicators.values() if one.measure.id == "share_of_points")
    layer = result.indicators[shared].options["layer"]
    execute(folder / "bth.gpkg", f"UPDATE {layer} SET geom = (SELECT geom FROM {layer} LIMIT 1)")
    told = [words for passed, words in rederived(folder) if not passed and shared in words]
    assert any(words.endswith("— when made again (GEOS in an equal-area conic)") for words in told), told


def changed(result, indicator, unit, **numbers):
    """Return the result with other numbers in the rows of an indicator and a unit."""
    rates = [
        replace(rate, **{name: change(getattr(rate, name)) for name, change in numbers.items()})
        if (rate.indicator, rate.unit_code) == (indicator, unit)
        else rate
        for rate in result.rates
    ]
    assert rates != result.rates, (indicator, unit)
    return replace(result, rates=rates)


def test_a_rate_that_was_altered_in_all_files_alike_is_found(result, tmp_path):
    """Nothing contradicts anything: only what the data give does."""

    def more(number):
        return number * 1.0001

    altered = changed(result, "covered_km2", "910101", numerator=more, value=more, low=more, high=more)
    found = failures(written(altered, tmp_path))
    assert found
    for file, told in found:
        assert file == "bth.gpkg"
        assert "(910101, covered_km2)" in told
        assert "when made again (GEOS in an equal-area conic)" in told
    assert {column for column in ("numerator", "value", "low", "high") if f"field {column}" in str(found)} == {
        "numerator", "value", "low", "high",
    }  # fmt: skip


ALTERED = [
    ("covered_km2", "910201", "numerator", lambda number: number + 0.01),
    ("covered", "910100", "high", lambda number: number * 0.999),
    ("covered", "bth", "denominator", lambda number: number + 0.1),
    ("inside", "910000", "numerator", lambda number: number * 1.00001),
    ("river_km", "bth", "numerator", lambda number: number + 0.1),
    ("river_inside", "bth", "denominator", lambda number: number + 0.1),
    ("shore_km", "920102", "numerator", lambda number: number + 0.01),
    ("sites", "920000", "numerator", lambda number: number + 1),
    ("good_sites", "bth", "numerator", lambda number: number - 1),
    ("mean", "bth", "value", lambda number: number + 1e-4),
    ("connected", "bth", "numerator", lambda number: number * 1.001),
    ("built", "bth", "numerator", lambda number: number + 1),
    ("built", "920000", "denominator", lambda number: number - 1),
    ("built_km", "910000", "denominator", lambda number: number + 0.5),
    ("number_built", "bth", "numerator", lambda number: number + 1),
    ("cities", "bth", "denominator", lambda number: number + 1),
    ("said", "bth", "value", lambda number: number + 0.01),
    ("said_change", "bth", "value", lambda number: number + 0.01),
    ("ratio", "bth", "low", lambda number: number * 1.01),
]  # fmt: skip


def test_a_number_of_any_measure_that_is_not_what_the_data_give_is_named(folder, result):
    expected = []
    for indicator, unit, column, change in ALTERED:
        rate = next(one for one in result.rates if (one.indicator, one.unit_code) == (indicator, unit))
        assert getattr(rate, column) is not None, (indicator, unit, column)
        new = change(getattr(rate, column))
        execute(
            folder / "bth.gpkg",
            f"UPDATE rates SET {column} = {new!r} WHERE indicator = '{indicator}' AND unit_code = '{unit}'",
        )
        expected.append(f"field {column} ({unit}, {indicator}): {new!r}, but ")
    assert {result.indicators[name].measure.id for name, *_ in ALTERED} == {
        indicator.measure.id for indicator in result.indicators.values()
    }
    told = [words for passed, words in rederived(folder) if not passed]
    for words in expected:
        assert any(words in one and "when made again" in one for one in told), (words, told)


MADE_FROM = [
    ("UPDATE units SET area_km2 = area_km2 * 1.00001 WHERE code = '910201'", "layer units, 910201, field area_km2"),
    ("UPDATE units SET geom = (SELECT geom FROM units WHERE code = '910102') WHERE code = '910101'", "(910101, covered_km2)"),
    ("UPDATE units SET covered_km2 = 5 WHERE code = '920101'", "field covered_km2 (920101): 5.0, which no rate says"),
    ("DELETE FROM redline WHERE fid = 2", "(920000, covered_km2)"),
    ("UPDATE registers SET status = 'built' WHERE item_id = 'bay-4'", "(bth, built)"),
    ("UPDATE figures SET value = 41 WHERE year = 2020", "(bth, said_change)"),
    ("DELETE FROM station WHERE fid = 5", "(920102, sites)"),
]  # fmt: skip


def test_what_the_rates_are_made_from_is_held_as_well(folder):
    execute(folder / "bth.gpkg", *(statement for statement, _ in MADE_FROM))
    told = [words for passed, words in rederived(folder) if not passed]
    for statement, expected in MADE_FROM:
        assert any(expected in words for words in told), (statement, told)


def test_what_cannot_be_made_again_is_counted_with_its_reason(folder, result):
    record = read_record(folder / "bth_run.json")
    measures = Counter(rate.indicator for rate in result.rates)
    for one in record["indicators"]:
        if one["id"] == "covered":
            one["measure"], one["options"] = "class_share", {"layer": "landcover", "classes": [1]}
        if one["id"] == "inside":
            one["options"]["within"] = ["wetland"]
    checks = list(rederived_checks(folder / "bth.gpkg", record, lambda *_: None))
    told = [one.message.get("en") for one in checks]
    assert all(one.passed for one in checks), told
    assert f"made from rasters, which are not in the GeoPackage ({measures['covered']})" in told[-1]
    assert "the layer, register or figure behind it is not in the GeoPackage" in told[-1]


def test_shapes_of_the_public_edition_are_held_against_nothing(folder):
    record = read_record(folder / "bth_run.json")
    record["parameters"]["edition"] = "public"
    checks = list(rederived_checks(folder / "bth.gpkg", record, lambda *_: None))
    assert all(one.passed for one in checks)
    assert "the public edition shows coarser shapes" in checks[-1].message.get("en")


def test_a_verdict_that_its_numbers_contradict_is_named(folder, result):
    rate = next(one for one in result.rates if (one.indicator, one.unit_code) == ("said", "bth"))
    assert rate.low == 0.47
    execute(
        folder / "bth.gpkg",
        "INSERT INTO targets (id, indicator, comparator, value, unit) VALUES ('T-1', 'said', '>=', 55, '%')",
        "UPDATE rates SET target_id = 'T-1', comparator = '>=', target_value = 0.55, verdict = 'met'"
        " WHERE indicator = 'said' AND unit_code = 'bth'",
        "INSERT INTO targets (id, indicator, comparator, value, unit) VALUES ('T-2', 'said', '<=', 60, '%')",
        "UPDATE rates SET target_id = 'T-2', comparator = '<=', target_value = 0.7, verdict = 'short'"
        " WHERE indicator = 'said' AND unit_code = '910000'",
    )
    told = [words for passed, words in rederived(folder) if not passed]
    assert len(told) == 3, told
    assert "field verdict (bth, said): met, but 0.47 does not reach the target 0.55" in told[0]
    assert "field target_value (910000, said): 0.7, but 0.6 in the table of targets" in told[1]
    assert "field verdict (910000, said): short, but 0.51 reaches the target 0.7" in told[2]


def test_numbers_of_a_row_that_contradict_each_other_are_named(folder):
    execute(
        folder / "bth.gpkg",
        "UPDATE rates SET low = low / 2 WHERE indicator = 'connected' AND unit_code = 'bth'",
        "UPDATE rates SET high = low - 0.1 WHERE indicator = 'built' AND unit_code = 'bth'",
    )
    told = "\n".join(words for passed, words in rederived(folder) if not passed)
    assert "numerator by denominator is" in told
    assert "it should be at most" in told


def test_a_record_of_an_earlier_edition_is_held_by_what_is_declared(folder):
    record = read_record(folder / "bth_run.json")
    del record["indicators"]
    checks = list(rederived_checks(folder / "bth.gpkg", record, lambda *_: None))
    assert all(one.passed for one in checks)
    assert "the run record does not say how it is made" in checks[-1].message.get("en")


def test_a_changed_style_is_named_and_an_added_one_is_not(folder):
    execute(
        folder / "bth.gpkg",
        "INSERT INTO layer_styles (f_table_name, styleName, styleQML) VALUES ('bays', 'own', '<qgis/>')",
    )
    assert failures(folder) == []
    execute(
        folder / "bth.gpkg", "UPDATE layer_styles SET styleQML = '<qgis/>' WHERE f_table_name = 'redline'"
    )
    execute(folder / "bth.gpkg", "DELETE FROM layer_styles WHERE f_table_name = 'lakes'")
    assert failures(folder) == [
        ("bth.gpkg", "layer lakes: its style is missing"),
        ("bth.gpkg", "layer redline: its style was changed"),
    ]


def test_a_damaged_geometry_stops_nothing(folder):
    execute(folder / "bth.gpkg", "UPDATE redline SET geom = substr(geom, 1, 60) WHERE fid = 1")
    assert any("(bth, covered)" in told for passed, told in rederived(folder) if not passed)


def test_the_second_plane_is_none_of_the_first(whole):
    """Areas agree to a millionth in a projection, a library and an overlay that share nothing with the build's."""
    from geozone.verify.rederived.delivered import Delivered
    from geozone.verify.rederived.geos import Geos

    delivered = Delivered(whole / "bth.gpkg", read_record(whole / "bth_run.json"))
    geos = Geos(delivered)
    assert "+proj=aea" in geos.plane
    for code, area in geos.unit_areas().items():
        assert area == pytest.approx(delivered.units[code].area_km2, rel=1e-7)


def test_the_record_says_how_its_rates_are_made(whole):
    record = json.loads((whole / "bth_run.json").read_text("utf-8"))
    declared = {one["id"]: one for one in record["indicators"]}
    assert declared["covered"]["options"] == {"layer": "redline", "where": {"nature": ["steep"]}}
    assert [one["name"] for one in record["registers"]] == ["bay", "pioneers"]
