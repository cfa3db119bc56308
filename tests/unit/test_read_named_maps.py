"""Places of shifted web maps: headings, titles and remarks convert them, names and sources of them are told."""

import json
import warnings

import geopandas as gpd
import numpy as np
import pytest
import shapely

import geozone
from geozone.errors import GeozoneWarning
from geozone.read import read_layer
from geozone.read.datum import points_to_wgs84

HERE = (117.2083, 40.05)
SHIFTS = {"map_shifted", "datum_headed", "columns_passed"}


def table(tmp_path, words, name="甲.csv"):
    path = tmp_path / name
    path.write_text(words, encoding="utf-8")
    return read_layer(path)


def told(layer):
    return {finding.kind for finding in layer.findings} & SHIFTS


@pytest.mark.parametrize(
    "words",
    [
        "名,gcj_lng,gcj_lat\n甲,{},{}\n",
        '名,高德坐标\n甲,"{},{}"\n',
        '名,坐标(GCJ02)\n甲,"{},{}"\n',
        "名,wkt_gcj02\n甲,POINT({} {})\n",
        "坐标系：GCJ-02,,\n名,经度,纬度\n甲,{},{}\n",
        "名,经度,纬度\n甲,{},{}\n注：坐标为GCJ-02坐标系,,\n",
        "坐标系：GCJ-02,\n名,wkt\n甲,POINT({} {})\n",
    ],
)
def test_what_states_a_shifted_system_converts(tmp_path, words):
    layer = table(tmp_path, words.format(*HERE))
    [place] = points_to_wgs84(np.array([HERE]), "GCJ-02")
    assert shapely.get_coordinates(layer.data.geometry.dropna()).tolist()[0] == pytest.approx(list(place))
    assert told(layer) == {"datum_headed"}


@pytest.mark.parametrize(
    ("name", "words", "kinds"),
    [
        ("poi_高德.csv", "名,经度,纬度\n甲,{},{}\n", {"map_shifted"}),
        ("甲.csv", "来源：百度地图,,\n名,经度,纬度\n甲,{},{}\n", {"map_shifted"}),
        ("甲.csv", "名,经度,纬度,坐标来源\n甲,{},{},高德\n", {"map_shifted"}),
        ("甲.csv", "名,经度,纬度,纠偏经度,纠偏纬度\n甲,{},{},117.2019,40.0487\n", {"columns_passed"}),
        ("poi_高德_wgs84.csv", "名,经度,纬度\n甲,{},{}\n", set()),
        ("poi_高德.csv", "名,wgs84_lng,wgs84_lat\n甲,{},{}\n", set()),
        ("百度网盘.csv", "名,经度,纬度\n甲,{},{}\n", set()),
        ("甲.csv", "名,经度,纬度,坐标来源\n甲,{},{},实测\n", set()),
        (
            "甲.csv",
            "名,经度,纬度,入河口经度,入河口纬度\n甲,{},{},117.21,40.052\n乙,117.3,40.1,117.297,40.103\n丙,117.4,40.2,117.403,40.196\n",
            set(),
        ),
        ("甲.csv", "名,经度,纬度,起点经度,起点纬度\n甲,{},{},117.2019,40.0487\n", set()),
        ("甲.csv", "名,经度,纬度,终点经度,终点纬度\n高德坐标缺失,{},{},118.2,41.04\n", set()),
    ],
)
def test_what_only_mentions_a_shifted_map_is_told(tmp_path, name, words, kinds):
    layer = table(tmp_path, words.format(*HERE), name)
    assert shapely.get_coordinates(layer.data.geometry)[0] == pytest.approx(HERE)
    assert told(layer) == kinds


@pytest.mark.parametrize(("name", "field"), [("高德_aoi.gpkg", "name"), ("aoi.gpkg", "坐标来源")])
def test_layers_are_told_whether_they_are_streamed_or_not(tmp_path, name, field):
    area = gpd.GeoDataFrame({field: ["高德地图"]}, geometry=[shapely.box(117, 40, 117.1, 40.1)], crs=4490)
    area.to_file(tmp_path / name)
    assert told(read_layer(tmp_path / name)) == {"map_shifted"}
    with pytest.warns(GeozoneWarning):
        table = geozone.coverage(tmp_path / name, area)
    assert "map_shifted" in {finding["kind"] for finding in table.attrs["findings"]}


def test_minutes_and_seconds_behind_the_point_are_read_where_the_heading_says_so(tmp_path):
    layer = table(tmp_path, "名,经度(度.分秒),纬度(度.分秒)\n甲,117.123,40.03\n乙,117°12′30″,40°3′\n")
    assert shapely.get_coordinates(layer.data.geometry) == pytest.approx(
        np.array([[117.208333, 40.05]] * 2), abs=1e-6
    )


@pytest.mark.parametrize(
    ("members", "kinds"), [({"coordType": "gcj02"}, {"map_shifted"}), ({"name": "aoi"}, set())]
)
def test_members_of_geojson_are_looked_at(tmp_path, members, kinds):
    path = tmp_path / "a.geojson"
    area = gpd.GeoDataFrame(geometry=[shapely.box(117, 40, 117.1, 40.1)], crs=4326)
    path.write_text(json.dumps(json.loads(area.to_json()) | members), "utf-8")
    assert told(read_layer(path)) == kinds
    assert told(read_layer(path, crs="GCJ-02")) == set()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", GeozoneWarning)
        table = geozone.coverage(path, area)
    assert {finding["kind"] for finding in table.attrs["findings"]} & SHIFTS == kinds
