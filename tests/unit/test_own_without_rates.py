"""An indicator of the user's without a number is told with what is missing, and does not vanish."""

import geopandas as gpd
import pytest
import shapely

import geozone

PROJECT = """
zone = "hebei"

[[layer]]
role = "boundary"
path = "units.gpkg"
basis = "synthetic"
vintage = "2025"

[[layer]]
id = "own"
role = "area"
path = "own.gpkg"
basis = "official"
vintage = "2025"

[[layer]]
id = "own"
role = "area"
path = "older.gpkg"
basis = "official"
vintage = "2018-06"

[[figures]]
path = "figures.csv"
basis = "official"

[[indicator]]
id = "misspelt"
title = "字段写错"
measure = "coverage"
layer = "own"
where = { "类形" = ["湿地"] }

[[indicator]]
id = "sound"
title = "字段无误"
measure = "coverage"
layer = "own"
where = { "类型" = ["湿地"] }

[[indicator]]
id = "since_2018"
title = "比2018年提高"
measure = "coverage"
layer = "own"
target = { comparator = "increase", value = 20, unit = "percentage_points", base_year = 2018, year = 2030 }

[[indicator]]
id = "since_2015"
title = "比2015年提高"
measure = "coverage"
layer = "own"
target = { comparator = "increase", value = 20, unit = "percentage_points", base_year = 2015, year = 2030 }

[[indicator]]
id = "no_year"
title = "缺少年份"
measure = "change_in_years"
figure = "forest_cover"
base_year = 2020
year = 2023
as = "points"
unit = "percentage_points"

[[indicator]]
id = "in_per_cent"
title = "非林地占比"
measure = "derived"
formula = "100 - forest_cover"
unit = "%"

[[indicator]]
id = "in_fractions"
title = "非林地占比（小数）"
measure = "derived"
formula = "1 - forest_cover"
unit = "%"

[[indicator]]
id = "grown"
title = "提高幅度"
measure = "reported"
figure = "forest_cover"
unit = "%"
target = { comparator = "increase", value = 3, unit = "percentage_points", base_year = 2020, year = 2030 }
"""


@pytest.fixture(scope="module")
def result(tmp_path_factory):
    folder = tmp_path_factory.mktemp("own")
    halves = [shapely.box(114, 38, 115, 38.5), shapely.box(115, 38, 116, 38.5)]
    gpd.GeoDataFrame(
        {"code": ["130102", "130104"], "name": ["长安区", "桥西区"]}, geometry=halves, crs=4490
    ).to_file(folder / "units.gpkg")
    gpd.GeoDataFrame({"类型": ["湿地"]}, geometry=halves[:1], crs=4490).to_file(folder / "own.gpkg")
    quarter = [shapely.box(114, 38, 114.5, 38.5)]
    gpd.GeoDataFrame({"类型": ["湿地"]}, geometry=quarter, crs=4490).to_file(folder / "older.gpkg")
    rows = (
        "行政区,指标,年份,数值,计量单位",
        "河北省,forest_cover,2020,35,%",
        "河北省,forest_cover,2024,38.5,%",
    )
    (folder / "figures.csv").write_text("\n".join(rows), "utf-8")
    (folder / "project.toml").write_text(PROJECT, "utf-8")
    return geozone.open_project(folder / "project.toml").result


def test_what_has_no_number_is_told_with_what_is_missing(result):
    told = {
        one.layer: one.message.get("zh") for one in result.findings if one.kind == "indicator_without_rate"
    }
    assert set(told) == {"misspelt", "no_year"}
    assert "类形" in told["misspelt"]
    [rate] = [one for one in result.rates if one.indicator == "sound" and one.unit_code == "hebei"]
    assert rate.value == pytest.approx(0.5)


def test_a_formula_that_reckons_shares_in_per_cent_is_told(result):
    beyond = [one for one in result.findings if one.kind == "formula_beyond_whole"]
    assert [one.layer for one in beyond] == ["in_per_cent"]
    assert "9,961.5" in beyond[0].message.get("en")


def test_a_change_of_a_reported_figure_starts_from_the_figure_of_its_base_year(result):
    [rate] = [
        one for one in result.rates if one.indicator == "grown" and one.target_id and one.unit_code == "hebei"
    ]
    assert rate.verdict.value == "met"  # 3.5 points since 2020


@pytest.mark.parametrize(("name", "verdict"), [("since_2018", "met"), ("since_2015", "not_computable")])
def test_a_change_of_what_is_measured_starts_from_the_vintage_of_its_base_year(result, name, verdict):
    [rate] = [one for one in result.rates if one.target_id == name and one.unit_code == "hebei"]
    assert rate.verdict.value == verdict  # 25 points since 2018
