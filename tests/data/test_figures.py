"""Figures that authorities have reported: well-formed, of known scopes, and in agreement with each other."""

import csv
import re
import tomllib
from collections import defaultdict
from pathlib import Path

import pyogrio
import pytest

from geozone.figures.embedded import all_figures, embedded_figures, origin_of
from geozone.files import shipped
from geozone.manifest.indicators import load_indicators
from geozone.manifest.origins import citation_of
from geozone.manifest.units import converted, load_units
from geozone.overlay.plane import area_km2
from geozone.seeds import load_zones

FOLDER = shipped("layers") / "figures"
COLUMNS = (
    "scope", "scope_zh", "scope_en", "context", "indicator", "year", "period_zh", "period_en", "value", "unit",
    "comparator", "kind", "superseded", "preliminary", "producer_zh", "producer_en", "title_zh", "title_en",
    "published", "taken", "certainty", "note_zh", "note_en",
)  # fmt: skip
DATE = re.compile(r"20\d\d(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?")
RESEARCH = Path(__file__).parents[2].parent / "shared" / "research"
needs_research = pytest.mark.skipif(not RESEARCH.is_dir(), reason="the collected sources are not at hand")
CHANGES = {"pm25_change", "carbon_intensity_change", "coal_consumption_change"}  # a fall is below zero


def read(name="figures.csv"):
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


FIGURES = read()


def seeds(name):
    return tomllib.loads((shipped("seeds") / f"{name}.toml").read_text("utf-8"))


def number(scope, indicator, year, kind="value", **more):
    """Return the one figure that fits."""
    wanted = {"scope": scope, "indicator": indicator, "year": str(year), "kind": kind, **more}
    found = [row for row in FIGURES if all(row[column] == value for column, value in wanted.items())]
    assert len(found) == 1, wanted
    return float(found[0]["value"])


@pytest.fixture(scope="module")
def boundary():
    """Return the embedded units by code with their area."""
    units = {}
    for level in ("province", "city", "county"):
        table = pyogrio.read_dataframe(shipped("layers") / "data" / "boundary.gpkg", layer=level)
        km2 = area_km2(table.geometry.array, table.crs)
        units |= dict(zip(table.code, zip(table.name, km2, table.province_code, strict=True), strict=True))
    return units


def test_the_file_is_plain_utf_8_with_the_declared_columns():
    raw = (FOLDER / "figures.csv").read_bytes()
    assert not raw.startswith(b"\xef\xbb\xbf")
    assert b"\r" not in raw
    assert raw.endswith(b"\n")
    assert tuple(FIGURES[0]) == COLUMNS
    for row in FIGURES:
        assert None not in row
        assert None not in row.values()
        for cell in row.values():
            assert cell == " ".join(cell.split())
            assert "http" not in cell
            assert "www." not in cell


def test_every_scope_is_a_unit_a_zone_a_place_or_the_country(boundary):
    codes = {*boundary, *(province for _, _, province in boundary.values())}
    known = {*codes, *seeds("zones"), *seeds("places"), "national", ""}
    assert {row["scope"] for row in FIGURES} <= known


def test_a_unit_goes_by_its_own_name(boundary):
    for row in FIGURES:
        if row["scope"] in boundary:
            assert row["scope_zh"] == boundary[row["scope"]][0]


def test_a_place_goes_by_its_own_name():
    places = seeds("places")
    for row in FIGURES:
        if row["scope"] in places:
            name = places[row["scope"]]["name"]["zh"]
            assert row["scope_zh"][:2] == name[:2]


def test_a_figure_without_a_scope_of_its_own_is_context_somewhere():
    zones = set(seeds("zones"))
    for row in FIGURES:
        named = row["context"].split()
        assert set(named) <= zones
        assert len(set(named)) == len(named)
        if row["scope"] in {"", "national"}:
            assert named, row["scope_zh"]
        assert row["scope"] not in named


def test_numbers_years_and_dates_can_be_read():
    for row in FIGURES:
        assert re.fullmatch(r"-?\d+(\.\d+)?", row["value"]), row
        assert DATE.fullmatch(row["taken"])
        assert row["published"] == "" or DATE.fullmatch(row["published"])
        if row["year"]:
            assert 2010 <= int(row["year"]) <= 2035
        else:
            assert "年份" in row["note_zh"]
        if row["kind"] == "value" and row["year"] and row["published"]:
            # nothing is measured after it was published
            assert int(row["year"]) <= int(row["published"][:4])


def test_values_lie_where_their_unit_allows():
    for row in FIGURES:
        value, unit = float(row["value"]), row["unit"]
        if row["indicator"] in CHANGES:
            assert value < 0
            continue
        assert value >= 0
        if unit == "%":
            assert value <= 100
        elif unit == "class":
            assert value in range(1, 7)
        elif unit == "ug/m3":
            assert value < 100
        elif unit == "days":
            assert value in range(367)
        elif unit == "count":
            assert value == int(value)


def test_the_words_are_of_the_vocabulary():
    for row in FIGURES:
        assert row["comparator"] in {"=", ">=", "<=", "about"}
        assert row["kind"] in {"value", "floor", "plan"}
        assert row["superseded"] in {"", "true"}
        assert row["preliminary"] in {"", "true"}
        assert row["certainty"] in {"high", "medium"}
        assert row["unit"] in load_units()


def test_a_floor_is_a_lower_bound_and_a_plan_says_that_it_is_no_value():
    for row in FIGURES:
        if row["kind"] == "floor":
            assert row["comparator"] == ">="
            assert row["superseded"] == ""
            assert "下限" in row["note_zh"] or "含在" in row["note_zh"]
        if row["kind"] == "plan":
            assert re.search("目标|规划|方案|安排", row["note_zh"])
        if row["superseded"]:
            assert "替代" in row["note_zh"]
            assert "superseded" in row["note_en"]


def test_everything_is_said_in_both_languages():
    for row in FIGURES:
        for column in ("scope", "producer", "title"):
            assert row[f"{column}_zh"]
            assert row[f"{column}_en"]
        for column in ("note", "period"):
            assert bool(row[f"{column}_zh"]) == bool(row[f"{column}_en"]), row
        for column in COLUMNS:
            if column.endswith("_en"):
                assert not re.search("[\u4e00-\u9fff]", row[column]), row[column]


def test_an_indicator_has_one_unit_and_one_line_in_the_table_of_ids():
    units = defaultdict(set)
    for row in FIGURES:
        units[row["indicator"]].add(row["unit"])
    table = re.findall(
        r"^\| `(\w+)` \| (\S+) \|",
        (FOLDER / "indicators.md").read_text("utf-8"),
        re.MULTILINE,
    )
    declared = dict(table)
    assert len(declared) == len(table)
    assert {indicator: {unit} for indicator, unit in declared.items()} == units
    for demand in re.findall(
        r"\b(?:JJJ|YRD|HEB|NAT)-\d\d(?::bays)?", (FOLDER / "indicators.md").read_text("utf-8")
    ):
        assert demand in seeds("targets")


def test_no_figure_stands_twice():
    seen = defaultdict(list)
    for row in FIGURES:
        # scopes without a code are told apart by their names
        scope = row["scope"] or row["scope_zh"]
        key = (scope, row["indicator"], row["year"], row["period_zh"], row["kind"])
        seen[key].append((row["superseded"], row["preliminary"]))
    for key, flags in seen.items():
        assert len(flags) == len(set(flags)), key


@pytest.mark.parametrize(
    ("scope", "year", "tolerance"),
    [
        ("310000", 2023, 0.005),  # printed to 0.01
        ("310000", 2018, 0.005),
        ("national", 2023, 10_000),  # printed to ten thousand, each part rounded
    ],
)
def test_land_and_sea_make_the_red_line(scope, year, tolerance):
    parts = [number(scope, f"redline_{part}_area", year) for part in ("land", "sea")]
    assert sum(parts) == pytest.approx(number(scope, "redline_area", year), abs=tolerance)


def test_where_land_and_sea_do_not_make_the_red_line_every_part_says_so():
    rows = [
        row for row in FIGURES
        if row["scope"] == "120000" and row["year"] == "2018" and row["indicator"].endswith("_area")
    ]  # fmt: skip
    total, land, sea = (
        number("120000", f"redline_{part}area", 2018, superseded="true") for part in ("", "land_", "sea_")
    )
    assert land + sea - total == pytest.approx(21.0)
    assert len(rows) == 3
    for row in rows:
        assert "不一致" in row["note_zh"]


def test_every_other_red_line_with_both_parts_is_held_to_its_sum():
    parts = defaultdict(set)
    for row in FIGURES:
        if re.fullmatch("redline_(land_|sea_)?area", row["indicator"]):
            parts[row["scope"], row["year"]].add(row["indicator"])
    whole = {key for key, found in parts.items() if len(found) == 3}
    assert whole == {("310000", "2023"), ("310000", "2018"), ("national", "2023"), ("120000", "2018")}


def test_the_regional_floor_is_that_of_its_provinces():
    bth = number("bth", "redline_area", 2035, "floor")
    hebei, tianjin = (number(code, "redline_area", 2035, "floor") for code in ("130000", "120000"))
    beijing = number("110000", "redline_area", 2018)
    # printed to 100 km² for the region, to 10 for Hebei; Beijing's figure is of the delineation before
    assert hebei + tianjin + beijing == pytest.approx(bth, abs=100)
    sea = [number(code, "redline_sea_area", 2035, "floor") for code in ("130000", "120000", "bth")]
    assert sum(sea[:2]) == pytest.approx(sea[2], abs=50)


def test_the_delta_floor_is_that_of_its_provinces():
    floors = [number(code, "redline_area", 2035, "floor") for code in ("320000", "330000", "340000")]
    # printed to 1,000 km² for the region
    whole = sum(floors) + number("310000", "redline_area", 2023)
    assert whole == pytest.approx(number("yrd", "redline_area", 2035, "floor"), abs=500)


def test_no_red_line_on_land_is_larger_than_its_unit(boundary):
    """A figure ten times too large, as one document prints, would not fit."""
    checked = 0
    for row in FIGURES:
        if row["indicator"] == "redline_area" and row["scope"] in boundary:
            sea = [
                float(other["value"]) for other in FIGURES
                if other["indicator"] == "redline_sea_area"
                and all(other[column] == row[column] for column in ("scope", "year", "kind", "superseded"))
            ]  # fmt: skip
            assert float(row["value"]) - sum(sea) < 0.5 * boundary[row["scope"]][1]
            checked += 1
    assert checked >= 10


def test_shares_and_land_areas_agree_with_the_embedded_boundary(boundary):
    """Within 2 %: the boundary is good to half a kilometre, and the figures are rounded."""
    for row in FIGURES:
        if row["indicator"] == "land_area":
            assert float(row["value"]) == pytest.approx(boundary[row["scope"]][1], rel=0.02)
    for code in ("110000", "130700", "130800"):  # without a coast: the share is one of the land
        area, share = (number(code, f"redline_{name}", 2018) for name in ("area", "share"))
        assert area / share * 100 == pytest.approx(boundary[code][1], rel=0.02)


def test_the_coast_of_hebei_is_that_of_its_cities():
    cities = [number(code, "mainland_shore_length", 2017) for code in ("130200", "130300", "130900")]
    # two sources a year apart
    assert sum(cities) == pytest.approx(number("130000", "mainland_shore_length", 2018), rel=0.01)


def test_the_basins_of_anhui_make_its_share_of_good_sections():
    basins = ("长江流域（安徽）", "淮河流域（安徽）", "新安江流域（安徽）")
    rows = [row for row in FIGURES if row["scope_zh"] in basins and row["indicator"] == "good_water_share"]
    sections = [int(re.match(r"(\d+)个国控断面", row["note_zh"])[1]) for row in rows]
    assert sum(sections) == number("340000", "national_sections", 2022)
    good = sum(count * float(row["value"]) for count, row in zip(sections, rows, strict=True))
    # shares are printed to 0.1
    assert good / sum(sections) == pytest.approx(number("340000", "good_water_share", 2022), abs=0.1)


def test_the_groundwater_share_of_shanghai_is_that_of_its_sites():
    share = (5 + 24) / 43 * 100  # sites of Class III and IV, as the note has them
    assert share == pytest.approx(number("310000", "groundwater_class_i_iv_share", 2022), abs=0.05)


def test_shares_of_good_sections_that_are_no_series_say_their_sections():
    """Hebei and Jiangsu changed their sections in 2021: the numbers of sections stand beside the shares."""
    for code, before, after in (("130000", 2020, 2021), ("320000", 2020, 2023)):
        old, new = (number(code, "national_sections", year) for year in (before, after))
        assert new > 1.5 * old
        row = next(
            row for row in FIGURES
            if row["scope"] == code and row["indicator"] == "good_water_share" and row["year"] == str(before)
        )  # fmt: skip
        assert "不可直接比较" in row["note_zh"]


def test_every_province_of_the_two_regions_has_a_red_line_figure():
    zones = seeds("zones")
    told = {row["scope"] for row in FIGURES if row["indicator"] == "redline_area"}
    for zone in ("bth", "yrd"):
        assert {zone, *zones[zone]["members"]} <= told


def test_every_figure_answers_a_declared_indicator_in_a_unit_that_converts_to_its_own():
    indicators = load_indicators()
    for figure in all_figures():
        indicator = indicators[figure.indicator]
        if indicator.measure.kind is not None:  # evidence has no unit
            assert converted(figure.value, figure.unit, indicator.unit) is not None, figure


def test_every_figure_is_read_as_the_file_has_it():
    assert len(all_figures()) == len(FIGURES)
    for figure, row in zip(all_figures(), FIGURES, strict=True):
        assert (figure.scope, figure.indicator, figure.unit) == (row["scope"], row["indicator"], row["unit"])
        assert (figure.value, str(figure.year or "")) == (float(row["value"]), row["year"])
        assert figure.superseded == bool(row["superseded"])
        assert figure.source.zh
        assert figure.source.en
        origin = origin_of(figure)
        assert origin.producer.zh == row["producer_zh"]
        assert origin.taken == row["taken"]
        assert row["title_en"] in citation_of(origin).en


@pytest.mark.parametrize("zone", load_zones())
def test_a_zone_has_its_own_figures_those_of_its_units_and_those_that_stand_beside_them(zone):
    members = load_zones()[zone].members
    whole = {"P022", *load_zones()}
    for figure in embedded_figures(zone).all:
        inside = figure.scope.isdigit() and figure.scope.startswith(
            tuple(code.rstrip("0") for code in members)
        )
        assert inside or figure.scope.startswith("P") or figure.scope in whole or zone in figure.context
        assert origin_of(figure) is not None
    own = {row["scope"] for row in FIGURES} & {zone, *members}
    assert own <= {figure.scope for figure in embedded_figures(zone).all}


def test_the_only_province_of_a_zone_and_the_zone_have_the_same_figures():
    figures = embedded_figures("hebei")
    for indicator in {figure.indicator for figure in figures.all}:
        ends = [(one.year, one.value) for one in figures.series(indicator, "hebei")]
        assert ends == [(one.year, one.value) for one in figures.series(indicator, "130000")]
    assert figures.latest("pm25_annual_mean", "hebei").value == 37.7


@needs_research
def test_every_number_is_one_that_was_collected():
    """The figure and the name of its scope stand together in one collected row."""
    rows = [
        " ".join(row)
        for name in ("reported.csv", "reported2.csv", "redlines.csv", "bays.csv", "waters.csv")
        for row in csv.reader((RESEARCH / name).read_text("utf-8").splitlines())
    ]
    rows += (RESEARCH / "methods.md").read_text("utf-8").splitlines()
    lost = []
    for row in FIGURES:
        value = abs(float(row["value"]))
        printed = {f"{value:g}", row["value"].lstrip("-"), f"{value:.0f}" if value == int(value) else ""} - {
            ""
        }
        printed |= {f"{value / 10000:g}"} if value >= 1000 else set()  # printed in 万
        names = (row["scope_zh"][:2], row["scope_en"])
        pattern = "|".join(rf"(?<![\d.]){re.escape(one)}(?![\d])" for one in sorted(printed))
        found = any(name in one and re.search(pattern, one) for one in rows for name in names)
        if not found:
            lost.append((row["scope_zh"], row["indicator"], row["value"]))
    assert lost == [("北京市", "land_area", "16400")]  # printed in words: 1万6千4百
