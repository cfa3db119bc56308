import csv
import json
import math
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256

import numpy as np
import openpyxl
import pandas as pd
import pyogrio
import pytest
from hypothesis import given
from hypothesis import strategies as st
from samples import sample_result

from geozone.export.geopackage import write_geopackage
from geozone.export.indicators import rate_columns, rate_variants
from geozone.export.record import plain, write_record
from geozone.export.tables import safe_cell, write_tables
from geozone.export.workbook import _Exact
from geozone.export.workbook_formats import SHEETS
from geozone.messages import Text, message, text
from geozone.model import RATE_COLUMNS, Decision, Level
from geozone.versions import versions

AWKWARD = (0.1 + 0.2, 1 / 3, 408.00000000000006, 2**53 - 1.0, 5e-324, -1.7976931348623157e308)


@pytest.fixture(scope="module")
def result():
    """A result whose figures need all seventeen digits, and whose texts are dangerous."""
    result = sample_result()
    result.rates = [
        replace(rate, numerator=AWKWARD[place % len(AWKWARD)]) for place, rate in enumerate(result.rates)
    ]
    result.rates[0] = replace(result.rates[0], note=Text('=HYPERLINK("x")', "+cmd|' /C calc'!A0"))
    result.rates[1] = replace(result.rates[1], note=Text("-5", "@SUM(1)"), gap=-5.25)
    return result


@pytest.fixture(scope="module")
def files(result, tmp_path_factory):
    return write_tables(result, tmp_path_factory.mktemp("tables"), lang="zh")


def read_csv(path):
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def sheet_rows(path, title):
    rows = list(openpyxl.load_workbook(path)[title].iter_rows(values_only=True))
    return [dict(zip(rows[1], row, strict=True)) for row in rows[2:]]


def test_the_files_have_their_names(files):
    assert [path.name for path in files] == ["bth_rates.csv", "bth_rates.json", "bth.xlsx"]


def test_the_columns_are_the_fixed_ones(files):
    assert tuple(item.name for item in rate_columns()) == RATE_COLUMNS
    assert tuple(read_csv(files[0])[0]) == RATE_COLUMNS
    assert all(tuple(row) == RATE_COLUMNS for row in json.loads(files[1].read_text("utf-8"))["rates"])


def test_the_same_number_stands_in_all_files(result, files, tmp_path):
    write_geopackage(result, tmp_path / "bth.gpkg")
    package = pyogrio.read_dataframe(tmp_path / "bth.gpkg", layer="rates", read_geometry=False)
    from_csv = read_csv(files[0])
    from_json = json.loads(files[1].read_text("utf-8"))["rates"]
    from_sheet = sheet_rows(files[2], "指标")
    assert len(package) == len(from_csv) == len(from_json) == len(from_sheet) == len(result.rates)
    for name in ("numerator", "denominator", "value", "low", "high", "target_value", "target_year", "gap"):
        for place, rate in enumerate(result.rates):
            true = getattr(rate, name)
            told = (
                from_csv[place][name],
                from_json[place][name],
                from_sheet[place][name],
                package[name][place],
            )
            if true is None:
                assert told[:3] == ("", None, None)
                assert pd.isna(told[3])
            else:
                assert [float(value) for value in told] == [true] * 4, (name, place)


def test_spreadsheets_recognise_the_encoding(files):
    assert files[0].read_bytes().startswith(b"\xef\xbb\xbf")
    assert "甲省1市1县" in files[0].read_text("utf-8-sig")


def test_no_text_becomes_a_formula(files):
    assert read_csv(files[0])[0]["note"] == '\'=HYPERLINK("x")'
    cells = [cell for row in openpyxl.load_workbook(files[2])["指标"].iter_rows() for cell in row]
    assert [cell for cell in cells if cell.data_type == "f"] == []
    [dangerous] = [cell for cell in cells if str(cell.value).startswith("=HYPERLINK")]
    assert dangerous.quotePrefix


def test_numbers_and_comparators_are_never_altered(files):
    row = read_csv(files[0])[1]
    assert (row["gap"], row["note"]) == ("-5.25", "-5")
    assert safe_cell("=") == "="
    assert safe_cell(">=") == ">="


@given(st.sampled_from(["", "=", "+", "-", "@", "＝", "\t", "\r"]), st.text())
def test_a_safe_cell_begins_like_no_formula_unless_it_is_a_number_or_one_sign(sign, rest):
    value = sign + rest
    safe = safe_cell(value)
    assert safe in {value, f"'{value}"}
    if safe.startswith(("=", "+", "-", "@", "＝", "\t", "\r")) and len(safe.strip()) != 1:
        float(safe)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_workbook_number_keeps_all_its_digits(value):
    assert float(f"{_Exact(value):.16G}") == value


def test_the_workbook_has_its_sheets_and_headings(files):
    book = openpyxl.load_workbook(files[2])
    assert book.sheetnames == ["说明", "概览", *(text(f"words.table_{name}").zh for name in SHEETS)]
    sheet = book["指标"]
    assert sheet.freeze_panes == "D3"
    assert sheet.auto_filter.ref.startswith("A2:")
    assert [cell.value for cell in sheet[2]] == list(RATE_COLUMNS)
    heads = dict(zip([cell.value for cell in sheet[2]], sheet[1], strict=True))
    assert "official" in heads["basis"].comment.text
    values = {row[1].value: row for row in sheet.iter_rows(min_row=3)}
    assert values["910101"][RATE_COLUMNS.index("value")].number_format == "0.00%"


def test_the_overview_says_the_rates_of_zone_and_provinces_in_words(result, files):
    heading, *rows = openpyxl.load_workbook(files[2])["概览"].iter_rows(values_only=True)
    assert heading[:4] == ("行政区名称", "级别", "指标", "现状值")
    shown = [rate for rate in result.rates if rate.level in {Level.ZONE, Level.PROVINCE}]
    assert [row[3] for row in rows] == [rate.value for rate in shown]
    assert {row[1] for row in rows} == {"区域", "省级"}
    assert "未达到" in {row[10] for row in rows}


def test_the_overview_has_provinces_together_and_no_counties_together(result, tmp_path):
    row = next(rate for rate in result.rates if rate.value is not None)
    joint = [replace(row, unit_code=code, level=Level.REGION) for code in ("910000+920000", "910101+910102")]
    write_tables(replace(result, rates=joint), tmp_path)
    rows = list(openpyxl.load_workbook(tmp_path / "bth.xlsx")["概览"].iter_rows(min_row=2, values_only=True))
    assert [shown[1] for shown in rows] == ["多个行政区"]


@pytest.mark.parametrize(
    ("unit", "value", "shown", "told"), [("%", 0.45, "0.00%", "0%"), ("kw", 137.0, "#,##0.00", "#,##0")]
)
def test_a_target_that_nothing_is_computed_for_is_shown_in_its_unit(tmp_path, unit, value, shown, told):
    result = sample_result()
    bare = dict.fromkeys(("kind", "numerator", "denominator", "value", "low", "high", "basis"))
    result.rates = [replace(result.rates[-1], unit=unit, target_value=value, **bare)]
    book = openpyxl.load_workbook(write_tables(result, tmp_path)[2])
    assert book["指标"].cell(3, RATE_COLUMNS.index("target_value") + 1).number_format == shown
    assert book["概览"].cell(2, 9).number_format == told


def test_an_area_is_not_shown_as_per_cent(files):
    for row in openpyxl.load_workbook(files[2])["指标"].iter_rows(min_row=3):
        shown = row[RATE_COLUMNS.index("value")].number_format
        assert (shown == "0.00%") == (row[RATE_COLUMNS.index("kind")].value != "area") or row[
            RATE_COLUMNS.index("value")
        ].value is None


def test_the_cover_tells_basis_source_and_review(files):
    cover = "\n".join(
        str(cell)
        for row in openpyxl.load_workbook(files[2])["说明"].iter_rows(values_only=True)
        for cell in row
        if cell
    )
    for expected in ("未经审图", "数据性质：示例数据", "来源：样本", "CC0-1.0", "样本方案"):
        assert expected in cover


def test_the_same_input_gives_the_same_bytes(result, files, tmp_path):
    again = write_tables(result, tmp_path, lang="zh")
    assert [path.read_bytes() for path in again] == [path.read_bytes() for path in files]


def test_english_files_have_the_same_codes(result, tmp_path):
    document = json.loads(write_tables(result, tmp_path, lang="en")[1].read_text("utf-8"))
    assert document["rates"][0]["unit_name"] == "Jia 1-1"
    assert document["rates"][0]["unit_code"] == "910101"
    assert document["title"] == {"zh": "样区", "en": "Sample zone"}


def test_variants_of_an_indicator_have_columns_of_their_own(result):
    rate = next(
        rate for rate in result.rates if rate.indicator == "bay_completion" and rate.level is Level.ZONE
    )
    variants = rate_variants(
        [rate, replace(rate, unit="km"), replace(rate, unit="km2"), replace(rate, target_id="S-9")]
    )
    assert list(variants.values()) == ["bay_completion", "bay_completion_km", "bay_completion_km2"]


def test_a_rate_without_a_figure_has_no_column(result):
    bare = replace(result.rates[0], indicator="other", value=None, low=None, high=None)
    assert rate_variants([bare]) == {}


def test_decisions_stand_in_the_run_record_as_data(result, files, tmp_path):
    decision = Decision("crs", "EPSG:4527", message("run.decision", layer="红线", reason="因"))
    result = replace(
        result,
        inputs=[entry | {"decisions": [decision]} for entry in result.inputs],
        layers={"redline": replace(result.layers["redline"], decisions=[decision])},
    )
    path = tmp_path / "bth_run.json"
    now = datetime(2026, 7, 1, tzinfo=UTC)
    write_record(result, path, parameters={}, outputs=files, started=now, finished=now)
    record = json.loads(path.read_text("utf-8"))
    told = {"kind": "crs", "value": "EPSG:4527", "reason": {"zh": "红线：因", "en": "红线: 因"}}
    assert record["inputs"][0]["decisions"] == [told]
    assert record["decisions"] == [{"layer": "redline"} | told]
    assert "Decision(" not in path.read_text("utf-8")


def test_the_run_record_holds_digests_versions_and_findings(result, files, tmp_path):
    path = tmp_path / "bth_run.json"
    started, finished = datetime(2026, 1, 1, 8, tzinfo=UTC), datetime(2026, 1, 1, 8, 0, 30, tzinfo=UTC)
    write_record(result, path, parameters={"lang": "zh"}, outputs=files, started=started, finished=finished)
    record = json.loads(path.read_text("utf-8"))
    assert record["seconds"] == 30
    assert record["versions"] == versions()
    assert record["inputs"] == result.inputs
    assert [item["kind"] for item in record["findings"]] == ["sample_note"]
    assert record["repairs"][0]["before_km2"] == 10.0
    assert {item["name"]: item["sha256"] for item in record["outputs"]} == {
        path.name: sha256(path.read_bytes()).hexdigest() for path in files
    }


def test_plain_values_are_what_json_holds():
    value = {
        Level.CITY: (np.float64(1.5), math.nan, np.int64(2), np.array([1, 2])),
        "text": Text("甲", "a"),
        "none": None,
    }
    assert plain(value) == {"city": [1.5, None, 2, [1, 2]], "text": {"zh": "甲", "en": "a"}, "none": None}


def test_every_gdal_geos_and_proj_is_told():
    found = versions()
    for package in ("pyogrio", "fiona", "rasterio"):
        assert set(found[package]) == {"version", "GDAL", "GEOS", "PROJ"}, package
    assert set(found["shapely"]) == {"version", "GEOS"}
    assert set(found["pyproj"]) == {"version", "PROJ"}
