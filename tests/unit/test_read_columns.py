"""Coordinate columns are chosen as pairs of one family; where several can be meant, nobody chooses but the user."""

import pytest

from geozone.errors import InputError
from geozone.read.columns import Columns, Rivals, find_columns, given_columns, refuse_without, side
from geozone.read.headings import both_of, geometry_of, goes_on, is_unit, read_heading


def found(header, *rows):
    names = header.split(",")
    columns = find_columns(names, [row.split(",") for row in rows])
    if isinstance(columns, Rivals):
        return [[names[place] for place in choice] for choice in columns.choices]
    return columns and [names[place] for place in columns.places]


PLACE = "甲,117.1,39.1"


@pytest.mark.parametrize(
    "header",
    ["名,经度,纬度", "名,東經,北緯", "名,lon,lat", "名,lng,lat", "名,long,lat", "名,Longitude,Latitude", "名,X,Y", "名,POINT_X,POINT_Y",
     "名,X坐标,Y坐标", "名,横坐标,纵坐标", "名,横坐标(Y),纵坐标(X)", "名,东坐标,北坐标", "名,E,N", "名,Easting,Northing", "名,JD,WD", "名,jingdu,weidu",
     "名,lng_gcj02,lat_gcj02", "名,经度_gcj02,纬度_gcj02", "名,WGS84经度,WGS84纬度", "名,起点经度,起点纬度", "名,startLon,startLat",
     "名,站点经度,站点纬度", "名,x_lon,y_lat", "名,经度（度）,纬度（度）", "名,经 度,纬 度", "名,lon_dd,lat_dd", "名,geo_x,geo_y", "名,经度[E],纬度[N]",
     "名,中心点X坐标,中心点Y坐标", "名,x-coordinate,y-coordinate", "名,东经,北纬", "名,东经度,北纬度", "名,Lon.,Lat."],
)  # fmt: skip
def test_pairs_of_one_family(header):
    assert found(header, PLACE) == header.split(",")[1:]


@pytest.mark.parametrize(
    "header",
    ["名,lng_gcj02,lat_wgs84", "河流,long,纬度", "名,经度,北坐标", "名,X,纬度", "名,bd09_lng,lat", "名,经度误差,纬度误差", "名,max_x,max_y",
     "名,long_term_goal,latest_year", "名,起点经度,终点纬度", "名,经度带,纬度带", "名,value,total", "名,length,width"],
)  # fmt: skip
def test_columns_of_different_families_make_no_pair(header):
    assert found(header, PLACE) is None


def test_a_length_that_is_called_long_does_not_hide_the_longitude():
    assert found("河流,long,经度,纬度", "甲,12.5,117.1,39.1") == ["经度", "纬度"]
    assert found("河流,经度,纬度,long,lat", "甲,117.1,39.1,,") == ["经度", "纬度"]


@pytest.mark.parametrize(
    ("header", "row", "rivals"),
    [
        (
            "名,lng,lat,lng_gcj02,lat_gcj02",
            "甲,117.1,39.1,117.2,39.2",
            [["lng", "lat"], ["lng_gcj02", "lat_gcj02"]],
        ),
        (
            "名,起点经度,起点纬度,终点经度,终点纬度",
            "甲,117.1,39.1,117.2,39.2",
            [["起点经度", "起点纬度"], ["终点经度", "终点纬度"]],
        ),
        ("名,经度1,纬度1,经度2,纬度2", "甲,117.1,39.1,117.2,39.2", [["经度1", "纬度1"], ["经度2", "纬度2"]]),
        ("名,lon,lat,经度,纬度", "甲,117.1,39.1,117.2,39.2", [["lon", "lat"], ["经度", "纬度"]]),
        ("名,经度,纬度,经度,纬度", "甲,117.1,39.1,117.2,39.2", [["经度", "纬度"], ["经度", "纬度"]]),
        ("名,E,n,N", "甲,39517000,1,4333000", [["E", "n"], ["E", "N"]]),
        ("名,geom,wkt", "甲,POINT(117 39),POINT(118 39)", [["geom"], ["wkt"]]),
    ],
)
def test_rivals_are_not_chosen_between(header, row, rivals):
    assert found(header, row) == rivals


@pytest.mark.parametrize(
    ("header", "row", "chosen"),
    [
        (
            "名,lng_gcj02,lat_gcj02,lng_wgs84,lat_wgs84",
            "甲,117.1,39.1,117.2,39.2",
            ["lng_wgs84", "lat_wgs84"],
        ),
        (
            "名,经度,纬度,经度_cgcs2000,纬度_cgcs2000",
            "甲,117.1,39.1,117.2,39.2",
            ["经度_cgcs2000", "纬度_cgcs2000"],
        ),
        ("名,lon,lat,经度,纬度", "甲,117.1,39.1,117.1,39.1", ["lon", "lat"]),
        ("名,lon,lat,x,y", "甲,117.1,39.1,517000,4333000", ["lon", "lat"]),
        ("名,经度,纬度,起点经度,起点纬度", "甲,117.1,39.1,117.2,39.2", ["经度", "纬度"]),
        ("名,lon,lat,lon_min,lon_max,lat_min,lat_max", "甲,117.5,39.5,117,118,39,40", ["lon", "lat"]),
        ("名,lon,lat,geom", "甲,117.5,39.5,POINT(117 39)", ["geom"]),
        ("名,经纬度", "甲,117.5 39.5", ["经纬度"]),
    ],
)
def test_what_only_one_column_can_mean_is_chosen(header, row, chosen):
    assert found(header, row) == chosen


@pytest.mark.parametrize(
    "header",
    ["名,经度_度,经度_分,经度_秒,纬度_度,纬度_分,纬度_秒", "名,经度(度),经度(分),经度(秒),纬度(度),纬度(分),纬度(秒)",
     "名,经度(°),经度(′),经度(″),纬度(°),纬度(′),纬度(″)", "名,经度,经分,经秒,纬度,纬分,纬秒", "名,东经度,东经分,东经秒,北纬度,北纬分,北纬秒",
     "名,lon_deg,lon_min,lon_sec,lat_deg,lat_min,lat_sec", "名,lon_d,lon_m,lon_s,lat_d,lat_m,lat_s", "名,经度/度,经度/分,经度/秒,纬度/度,纬度/分,纬度/秒"],
)  # fmt: skip
def test_degrees_minutes_and_seconds_in_three_columns_are_one_coordinate(header):
    row = ["甲", "117", "12", "30", "39", "54", "20.5"]
    columns = find_columns(header.split(","), [row])
    assert isinstance(columns, Columns)
    assert columns.pair.east == (1, 2, 3)
    assert side(row, columns.pair.east, decimal_comma=False)[0] == pytest.approx(117 + 12 / 60 + 30 / 3600)
    assert side(row, columns.pair.north, decimal_comma=False)[0] == pytest.approx(39 + 54 / 60 + 20.5 / 3600)


@pytest.mark.parametrize(
    "cells",
    [("117", "72", "30"), ("117", "12", "60"), ("117.5", "12", "30"), ("117", "x", "3"), ("", "12", "3")],
)
def test_parts_that_make_no_angle(cells):
    assert side(cells, (0, 1, 2), decimal_comma=False)[0] is None


def test_parts_that_are_missing_or_west():
    assert side(("117", "12.5"), (0, 1), decimal_comma=False)[0] == pytest.approx(117 + 12.5 / 60)
    assert side(("117", "30", ""), (0, 1, 2), decimal_comma=False)[0] == 117.5
    assert side(("-0", "30", "0"), (0, 1, 2), decimal_comma=False)[0] == -0.5


def test_the_user_chooses_by_fields():
    header = ["名", "lng", "lat", "lng_gcj02", "lat_gcj02", "geom"]
    chosen = given_columns(header, {"lon": "LNG_gcj02", "lat": "lat_gcj02", "name": "名"}, "a.csv")
    assert chosen.places == (3, 4)
    assert chosen.pair.system == "GCJ-02"
    assert given_columns(header, {"geometry": "geom"}, "a.csv").geometry == 5
    assert given_columns(header, {"name": "名"}, "a.csv") is None
    for fields in ({"lon": "lng"}, {"lon": "lng", "y": "lat"}, {"lon": "lng", "lat": "no"}):
        with pytest.raises(InputError):
            given_columns(header, fields, "a.csv")


def test_a_refusal_names_columns_without_a_partner():
    with pytest.raises(InputError) as error:
        refuse_without(["名", "long", "纬度"], [["甲", "12", "39"]], "a.csv")
    assert error.value.message.params["columns"] == "long, 纬度"
    with pytest.raises(InputError) as error:
        refuse_without(["名", "值"], [["甲", "12"]], "a.csv")
    assert error.value.message.key == "read.no_coordinates"


@pytest.mark.parametrize(
    ("words", "system"),
    [("lng_gcj02", "GCJ-02"), ("高德经度", "GCJ-02"), ("火星坐标X", "GCJ-02"), ("bd09_lng", "BD-09"), ("bd_lng", "BD-09"), ("lat_bd", "BD-09"), ("百度纬度", "BD-09"),
     ("WGS84经度", "EPSG:4326"), ("gps_lon", "EPSG:4326"), ("经度(CGCS2000)", "EPSG:4490"), ("国家2000坐标X", "EPSG:4490"),
     ("经度_西安80", "EPSG:4610"), ("X_bj54", "EPSG:4214"), ("经度", None), ("X2020", None)],
)  # fmt: skip
def test_a_heading_says_the_system_of_its_column(words, system):
    assert read_heading(words).system == system


def test_a_heading_says_its_axis_its_place_and_its_part_of_an_angle():
    assert read_heading("lat_long") is None
    assert read_heading("年份") is None
    assert read_heading("X坐标（纵坐标）").east is False
    assert read_heading("起点经度").place == "起点"
    assert [both_of(words) for words in ("经纬度(WGS84)", "高德坐标", "坐标", "坐标数")] == [
        "EPSG:4326",
        "GCJ-02",
        "",
        None,
    ]
    assert [geometry_of(words) for words in ("WKT", "wkt_gcj02", "名称")] == ["", "GCJ-02", None]
    assert goes_on("分")
    assert goes_on("经度")
    assert not goes_on("度")
    assert is_unit("（°）")
    assert not is_unit("不详")


@pytest.mark.parametrize(
    "header",
    ["名,经度,,,纬度,,", "名,经度,分,秒,纬度,分,秒", "名,E,分,秒,N,分,秒", "名,lon,min,sec,lat,min,sec"],
)
def test_minutes_and_seconds_go_with_the_degrees_before_them(header):
    rows = [["甲", "117", "12", "30", "40", "3", "0"], ["乙", "117", "30", "30", "40", "9", "19"]]
    columns = find_columns(header.split(","), rows)
    assert columns.places == (1, 2, 3, 4, 5, 6)
    # what is no sixtieth, or stands beside one side only, is something else
    assert find_columns(header.split(","), [["甲", "117", "61", "30", "40", "61", "0"]]).places == (1, 4)
    assert find_columns(["名", "经度", "", "纬度"], [["甲", "117", "12", "40"]]).places == (1, 3)


@pytest.mark.parametrize(
    ("words", "packed"),
    [("经度(度.分秒)", True), ("经度(DDD.MMSS)", True), ("纬度（DD.MMSSss）", True), ("经度(度分秒)", False), ("经度(度)", False)],
)  # fmt: skip
def test_a_heading_says_that_minutes_and_seconds_stand_behind_the_point(words, packed):
    assert read_heading(words).packed is packed


@pytest.mark.parametrize(
    ("words", "system"),
    [("gcj_lng", "GCJ-02"), ("gd_lng", "GCJ-02"), ("lng_tx", "GCJ-02"), ("wgs_lng", "EPSG:4326"), ("lng84", "EPSG:4326"), ("gdp_lng", None),
     ("lng_02", None)],
)  # fmt: skip
def test_short_names_of_systems(words, system):
    assert read_heading(words).system == system
