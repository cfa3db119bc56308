"""A project with a fault for every room in which findings are born: each stands on stderr, in the record and on the page."""

import io
import json
from contextlib import redirect_stderr

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
import shapely
from rasterio.transform import from_origin

from geozone.cli import main

PROJECT = """
zone = "hebei"

[[layer]]
role = "redline"
path = "redline.geojson"
basis = "official"
vintage = "2023"

[[layer]]
role = "redline"
path = "older.geojson"
basis = "official"
vintage = "2018"

[[layer]]
role = "coastal_belt"
path = "older.geojson"
basis = "official"
vintage = "2023"

[[layer]]
role = "coastline"
path = "shore.geojson"
basis = "official"
vintage = "2023"

[[layer]]
role = "dem"
path = "dem.tif"
basis = "official"
vintage = "2023"

[[register]]
role = "bay"
path = "bays.csv"
basis = "official"
as_of = "2026-06-30"
"""
BAYS = """名称,县级代码,状态
黄骅市岸段,130983,已建成
海港区岸段,130302,也许
无处湾,999999,已建成
合计,,2
"""
# where it is born -> kind of finding, words of its text
BIRTHS = {
    "read": ("feature_broken", "Feature 3 cannot be read"),
    "checks, shapes": ("ring_self_intersection", "crosses or touches itself"),
    "checks, stated areas": ("stated_area_differs", "The area MJ of feature 0"),
    "checks, place": ("outside_zone", "lies wholly outside the zone"),
    "run, unused": ("layer_unused", "no rate is made from it"),
    "run, vintages": ("older_vintage", "older.geojson of 2018"),
    "run, shore": ("shore_elsewhere", "km of the coastline lie more than 11 km off"),
    "run, values": ("field_values_unread", "are not understood: 整治岸线"),
    "terrain": ("dem_unit", "The elevations of"),
    "rates, rows": ("register_total_row", "'合计' is a total and no item"),
    "rates, count of rows": ("register_rows", "rows 4, items taken 3"),
    "rates, status": ("register_unknown_status", "the status word '也许'"),
    "rates, code": ("register_unknown_code", "no unit has the code 999999"),
    "rates, place": ("register_no_place", "1 items have no place that can be used"),
    "run, join": ("register_not_drawn", "without a feature in the layer"),
    "rates, plausibility": ("impossible_area", "more than the land and sea of the zone"),
}


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """Return a project file over faulty inputs."""
    folder = tmp_path_factory.mktemp("births")
    sound = shapely.box(114.5, 38.0, 114.9, 38.3)
    steps = [(0, 0), (4, 0), (4, 4), (2, 4), (3, 3), (1, 3), (2, 4), (0, 4)]  # touches itself at (2, 4)
    touching = shapely.Polygon([(115.2 + x / 10, 38.0 + y / 10) for x, y in steps])
    gpd.GeoDataFrame(
        {"MJ": [1.0, None, None]}, geometry=[sound, touching, shapely.box(108, 30, 108.1, 30.1)], crs=4490
    ).to_file(folder / "redline.geojson")
    text = json.loads((folder / "redline.geojson").read_text("utf-8"))
    text["features"].append(
        {"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": 7}}
    )
    (folder / "redline.geojson").write_text(json.dumps(text), "utf-8")
    gpd.GeoDataFrame(geometry=[sound], crs=4490).to_file(folder / "older.geojson")
    shore = [
        shapely.LineString([(119.6, 39.9), (119.3, 39.7)]),
        shapely.LineString([(121.0, 38.0), (121.5, 38.0)]),
    ]
    gpd.GeoDataFrame({"nature": ["自然岸线", "整治岸线"]}, geometry=shore, crs=4490).to_file(
        folder / "shore.geojson"
    )
    heights = np.full((40, 40), 50, "int16")
    profile = {"driver": "GTiff", "width": 40, "height": 40, "count": 1, "dtype": "int16", "crs": "EPSG:4490"}
    with rasterio.open(
        folder / "dem.tif", "w", transform=from_origin(114, 39, 0.02, 0.02), nodata=-1, **profile
    ) as dataset:
        dataset.write(heights, 1)
        dataset.units = ("ft",)
    (folder / "bays.csv").write_text(BAYS, "utf-8")
    (folder / "project.toml").write_text(PROJECT, "utf-8")
    return folder / "project.toml"


@pytest.fixture(scope="module")
def told(project, tmp_path_factory):
    """Return what a build tells: standard error, the findings of its record, its page and its rates."""
    out = tmp_path_factory.mktemp("out")
    command = ["build", "--project", str(project), "--out", str(out), "--lang", "en"]
    stderr = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    with redirect_stderr(stderr):
        main(command)
    stderr.flush()
    record = json.loads((out / "hebei_run.json").read_text("utf-8"))["findings"]
    rates = pd.read_csv(out / "hebei_rates.csv")
    return stderr.buffer.getvalue().decode(), record, (out / "hebei.html").read_text("utf-8"), rates


@pytest.mark.parametrize("birth", BIRTHS)
def test_a_finding_reaches_stderr_record_and_page_from_where_it_is_born(told, birth):
    stderr, record, page, _ = told
    kind, words = BIRTHS[birth]
    assert words in stderr
    assert any(words in row["message"]["en"] for row in record if row["kind"] == kind)
    assert words in page


def test_what_rests_on_incomplete_data_says_so(told):
    rates = told[-1]
    notes = rates.loc[rates["indicator"] == "redline_coverage", "note"]
    assert len(notes)
    assert notes.str.contains("were not read or do not count").all()
