"""What a build of the embedded layers must show, across all its files."""

import json
import re
import sqlite3
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from recorded import faults
from samples import BUILT_ZONES

import geozone
from geozone.errors import GeozoneError
from geozone.project import load_project
from geozone.run.build import build
from geozone.run.closing import closing_lines
from geozone.verify import verify_build

INDICATORS = {
    "redline_coverage",
    "redline_area",
    "barrier_coverage",
    "barrier_protected",
    "barrier_continuity",
    "bay_completion",
    "river_completion",
    "lake_completion",
    "water_completion",
    "natural_shore_retention",
}
ENDINGS = (".html", ".gpkg", ".qgz", "_rates.csv", "_rates.json", ".xlsx", "_run.json")


def rates(folder, zone):
    return pd.DataFrame(json.loads((folder / f"{zone}_rates.json").read_text("utf-8"))["rates"])


@pytest.fixture(params=BUILT_ZONES)
def zone(request):
    return request.param


def test_every_file_is_there_and_nothing_else(built):
    expected = {f"{zone}{ending}" for zone in BUILT_ZONES for ending in ENDINGS}
    expected |= {"index.html", "ro-crate-metadata.json"}
    assert {path.name for path in built.iterdir()} == expected


def test_files_are_as_recorded_and_agree_in_every_cell(built):
    checks = verify_build(built)
    assert [check.message.get("en") for check in checks if not check.passed] == []
    told = [check.message.get("en") for check in checks]
    assert sum("every cell" in words for words in told) == 3 * len(BUILT_ZONES)
    assert sum("rates made again by another way agree" in words for words in told) == len(BUILT_ZONES)


def test_counties_sum_to_their_province(built, zone):
    units = gpd.read_file(built / f"{zone}.gpkg", layer="units").drop(columns="geometry").set_index("code")
    finest = units[~units.index.isin(units.parent)]
    for code, province in units[units.level == "province"].iterrows():
        assert finest.area_km2[finest.index.str.startswith(code[:2])].sum() == pytest.approx(
            province.area_km2, rel=1e-9
        )
    whole = units[units.level == "zone"].area_km2.iloc[0]
    assert finest.area_km2.sum() == pytest.approx(whole, rel=1e-9)


def test_every_share_lies_between_nothing_and_all(built, zone):
    table = rates(built, zone)
    shares = table[
        table.denominator.notna()
        & table.kind.isin(["coverage", "completion", "length", "connectivity", "share_of_units"])
    ]
    for column in ("value", "low", "high"):
        assert shares[column].dropna().between(0, 1).all(), column
    banded = shares.dropna(subset=["low", "high"])
    assert (banded.low <= banded.high).all()


def test_the_reading_of_a_misprint_is_held_under_every_area_method(built):
    table = rates(built, "hebei")
    computed = table[table.kind == "area"].set_index("target_id")
    assert "不同口径：2 种中 2 种达到" in computed.note["HEB-01:reading"]
    assert not table[table.target_id == "HEB-01"].note.str.contains("口径").any()


def test_every_indicator_has_a_row_for_the_zone(built, zone):
    table = rates(built, zone)
    assert set(table[table.level == "zone"].indicator) >= INDICATORS


def test_coverage_rolls_up_from_the_counties(built, zone):
    table = rates(built, zone)
    coverage = table[table.indicator == "redline_coverage"].set_index("unit_code")
    assert coverage.index.is_unique
    counties = coverage[coverage.level == "county"]
    assert counties.numerator.sum() == pytest.approx(coverage.numerator[zone], rel=1e-9)
    assert counties.denominator.sum() == pytest.approx(coverage.denominator[zone], rel=1e-9)


def test_derived_layers_and_working_lists_never_meet_a_target(built, zone):
    table = rates(built, zone)
    unsure = table[table.basis.isin(["derived", "schematic", "working"])]
    assert len(unsure)
    assert not unsure.verdict.isin(["met", "on_track"]).any()


def test_a_rate_without_denominator_is_no_number(built, zone):
    table = rates(built, zone)
    shares = table[table.kind.isin(["coverage", "completion", "length", "share_of_units"])]
    assert shares[shares.denominator.isna()].value.isna().all()
    assert (table[table.verdict == "not_computable"].note.str.len() > 0).all()


@pytest.mark.parametrize(
    ("name", "inland", "coastal"),
    [("bth", "110000", ["120000", "130000"]), ("yrd", "340000", ["310000", "320000", "330000"])],
)
def test_the_inland_province_has_no_bays(built, name, inland, coastal):
    table = rates(built, name)
    bays = table[table.indicator == "bay_completion"].drop_duplicates("unit_code").set_index("unit_code")
    assert bays.denominator.get(inland) == 0  # there is nothing to be a rate of
    parts = bays.denominator.reindex(coastal).dropna()
    if pd.notna(bays.denominator[name]):
        assert parts.sum() == bays.denominator[name]


def test_the_misprinted_red_line_of_hebei_is_shown_and_not_compared_in_silence(built):
    table = rates(built, "hebei")
    rows = table[(table.kind == "area") & (table.indicator == "redline_area") & (table.level == "zone")]
    rows = rows[~rows.target_id.str.startswith("floor_")].set_index("target_value")
    assert {363900, 36390} <= set(rows.index)
    printed, reading = rows.loc[363900], rows.loc[36390]
    assert printed.verdict == "not_computable"
    assert printed.note
    assert reading.verdict == "report_only"
    assert reading.target_id.endswith(":reading")
    assert reading.note


def test_no_path_of_the_machine_is_in_any_output_but_the_record(built):
    places = [str(Path(geozone.__file__).parents[1]).encode(), str(built).encode()]
    for path in built.iterdir():
        if not path.name.endswith("_run.json"):
            content = path.read_bytes()
            assert not any(place in content for place in places), path.name


def test_the_record_names_every_input_with_its_digest(built, zone):
    record = json.loads((built / f"{zone}_run.json").read_text("utf-8"))
    assert {output["name"] for output in record["outputs"]} == {f"{zone}{ending}" for ending in ENDINGS[:-1]}
    files = [entry for entry in record["inputs"] if entry["sha256"]]
    assert {"boundary", "redline"} <= {entry["role"] for entry in files}
    assert files == record["inputs"]  # registers and figures too
    assert faults(record) == []
    assert all(step["peak_memory_mb"] > 1 and step["seconds"] > 0 for step in record["timing"])
    assert record["versions"]["pyogrio"]["GDAL"]
    assert [step["name"] for step in record["steps"]] == ["read", "check", "overlay", "rates"]


def test_a_build_tells_its_story_and_its_page_at_the_end(built, zone):
    record = json.loads((built / f"{zone}_run.json").read_text("utf-8"))
    story, findings, page = closing_lines(built, [zone])
    assert record["story"]["en"] in story.en
    assert len(record["story"]["zh"]) > 20
    assert str(len(record["findings"])) in findings.en or "," in findings.en
    assert str(built / f"{zone}.html") in page.en


def test_a_run_that_fails_leaves_nothing_behind(tmp_path):
    (tmp_path / "red.gpkg").write_text("this is no GeoPackage")
    project = tmp_path / "project.toml"
    project.write_text(
        'zone = "bth"\n[[layer]]\nrole = "redline"\npath = "red.gpkg"\nbasis = "official"\nvintage = "2023"\n'
    )
    with pytest.raises(GeozoneError) as caught:
        build([load_project(project)], tmp_path / "out")
    assert "red.gpkg" in caught.value.get("zh")
    assert list((tmp_path / "out").iterdir()) == []


def test_overlaps_of_the_users_layer_count_once(tmp_path):
    """Two features of 60 on ground of 100, overlapping by 20, cover 100 and not 120."""
    units = gpd.read_file(
        Path(geozone.__file__).parents[1] / "layers" / "data" / "boundary.gpkg", layer="county"
    )
    county = units[units.code == "130102"]
    west, south, east, north = county.total_bounds
    import shapely

    halves = [
        shapely.box(west, south, west + 0.6 * (east - west), north),
        shapely.box(west + 0.4 * (east - west), south, east, north),
    ]
    gpd.GeoDataFrame({"name": ["a", "b"]}, geometry=halves, crs=units.crs).to_file(tmp_path / "red.gpkg")
    table = geozone.coverage(tmp_path / "red.gpkg", county, by="code")
    assert table.share.iloc[0] == pytest.approx(1, rel=1e-9)
    assert table.gross_km2.iloc[0] > 1.1 * table.net_km2.iloc[0]


def test_a_status_edited_in_the_geopackage_comes_back(built, tmp_path):
    """A GIS officer sets one bay to built in the table `registers`; the next run counts it."""
    package = tmp_path / "edited.gpkg"
    package.write_bytes((built / "bth.gpkg").read_bytes())
    with sqlite3.connect(package) as database:
        database.execute("UPDATE registers SET status = 'built' WHERE item_id = 'bay-120116'")
    project = tmp_path / "project.toml"
    project.write_text(
        'zone = "bth"\n[[register]]\nrole = "bay"\npath = "edited.gpkg"\nbasis = "official"\nas_of = "2026-06-30"\n'
    )
    table = geozone.open_project(project).rates()
    bays = table[(table.indicator == "bay_completion") & (table.level == "zone")].iloc[0]
    assert (bays.numerator, bays.denominator) == (1, 12)
    assert bays.basis == "working"  # the rows say so themselves: stand-in counties do not become official


def test_demands_carry_what_is_known_of_them_from_the_embedded_data_alone(built):
    """A number or a band that leaves something out, a figure of another area beside it, or evidence; with source and year."""
    carried = set()
    for zone in BUILT_ZONES:
        for rate in json.loads((built / f"{zone}_rates.json").read_text("utf-8"))["rates"]:
            target = rate["target_id"]
            if not target or target.startswith("floor_"):
                continue
            told = rate["value"] is not None or (rate["low"] or 0) > 0
            told = told or (rate["high"] is not None and rate["high"] < 1)
            figures = re.search(
                r"其他范围的公布值，仅供参照：.*?（(\d{4}|—)，.+?）|依据数据：.* \d{4} 年 .*（.+）",
                rate["note"],
            )
            if told and rate["kind"] == "reported":
                assert re.search(r"\d{4}", rate["vintage"]), target
                assert "来源：" in rate["note"], target
            if told or figures:
                carried.add(target)
    assert len(carried) >= 35, sorted(carried)
