"""Coordinates as people write them are numbers; what says no number for certain is none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geozone.read.coordinates import (
    Coordinate,
    has_decimal_commas,
    read_coordinate,
    read_pair,
    unpacked,
)

LONGITUDE = 117 + 12 / 60 + 30 / 3600


@pytest.mark.parametrize(
    ("words", "value", "axis"),
    [
        ("117.2083°E", 117.2083, "x"), ("E117.2083", 117.2083, "x"), ("117.2083 E", 117.2083, "x"),
        ("117.2083(E)", 117.2083, "x"), ("117.2083（E）", 117.2083, "x"), ("E:117.2083", 117.2083, "x"),
        ("东经117.2083", 117.2083, "x"), ("東經117.2083度", 117.2083, "x"), ("经度：117.2083", 117.2083, None),
        ("lon=117.2083", 117.2083, None), ("１１７．２０８３", 117.2083, None), ("117.2083°", 117.2083, None),
        ("+117.2083", 117.2083, None), ("1.172083E2", 117.2083, None), ("117.2083，", 117.2083, None),
        ("'117.2083", 117.2083, None), ("40.05N", 40.05, "y"), ("北纬40.05", 40.05, "y"), ("S40.05", -40.05, "y"),
        ("40.05 S", -40.05, "y"), ("W 117.5", -117.5, "x"), ("西经117.5", -117.5, "x"), ("−117.5", -117.5, None),
        ("4333353.086m", 4333353.086, None), ("39517000米", 39517000.0, None), ("0", 0.0, None), ("-0.5", -0.5, None),
    ],
)  # fmt: skip
def test_decimal_degrees_and_metres(words, value, axis):
    assert read_coordinate(words) == Coordinate(value, axis)


@pytest.mark.parametrize(
    "words",
    [
        "117 12 30", "117-12-30", "117–12–30", "117:12:30", "117°12′30″", "117°12'30\"", "117˚12ʹ30ʺ", "117º12'30''",
        "117゜12＇30＂", "117°12’30”", "117 ° 12 ′ 30 ″", "117度12分30秒", "117d12m30s", "117d12'30\"", "117.12.30",
        "117°12'30", "117°12.5′", "117 12.5", "117-12.5", "１１７°１２′３０″", "117°12′30,0″", "117：12：30",
    ],
)  # fmt: skip
def test_degrees_minutes_and_seconds(words):
    assert read_coordinate(words).value == pytest.approx(LONGITUDE, abs=1e-12)
    assert read_coordinate(f"E{words}") == Coordinate(pytest.approx(LONGITUDE), "x")
    assert read_coordinate(f"西经{words}").value == pytest.approx(-LONGITUDE)
    assert read_coordinate(f"{words} N") == Coordinate(pytest.approx(LONGITUDE), "y")


def test_a_sign_holds_for_all_parts():
    assert read_coordinate("-0 30 0").value == -0.5
    assert read_coordinate("-117°12′30″").value == pytest.approx(-LONGITUDE)


@pytest.mark.parametrize(
    "words",
    ["", "不详", "nan", "inf", "1e999", "E", "117,2083", "117°72′30″", "117 12 75", "117°12.5′30″", "117-118",
     "2023-05-06", "E 117.2 W", "400°10'", "1_000", "117.2.3.4.5", "E117N", "约117.2", "1 2 3 4", "/", "十二"],
)  # fmt: skip
def test_what_says_no_coordinate_for_certain(words):
    assert read_coordinate(words) is None


@pytest.mark.parametrize(
    ("words", "value"),
    [("39,517,000.5", 39517000.5), ("39 517 000.5", 39517000.5), ("517,123", 517123.0), ("1,234.5", 1234.5)],
)
def test_separators_of_thousands_are_no_decimal_points(words, value):
    assert read_coordinate(words).value == value


@pytest.mark.parametrize(
    ("words", "value"),
    [("117,2083", 117.2083), ("39.517.000,5", 39517000.5), ("39 517 000,5", 39517000.5), ("517.123", 517123.0),
     ("117.2083", 117.2083), ("40", 40.0), ("E117,5", 117.5)],
)  # fmt: skip
def test_a_decimal_comma_is_read_where_the_column_has_them(words, value):
    assert read_coordinate(words, decimal_comma=True).value == value


@pytest.mark.parametrize(
    ("cells", "angles", "expected"),
    [
        (["117,3", "40,05"], True, True),
        (["117,300", "40,050"], True, True),
        (["517,123", "4,333,000"], False, False),
        (["517,123"], False, False),
        (["39.517.000,5"], False, True),
        (["39,517,000.5"], False, False),
        (["117.3", ""], True, False),
        (["1,000.5", "117,3"], True, False),
    ],
)
def test_the_column_tells_what_its_commas_mean(cells, angles, expected):
    assert has_decimal_commas(cells, angles=angles) is expected


@pytest.mark.parametrize(
    ("words", "pair"),
    [
        ("117.2083°E, 40.05°N", (117.2083, 40.05)), ("116.4,39.9", (116.4, 39.9)), ("(116.4, 39.9)", (116.4, 39.9)),
        ("E117.2 N40.05", (117.2, 40.05)), ("40.05N 117.2E", (117.2, 40.05)), ("116.4 39.9", (116.4, 39.9)),
        ("北纬39°54′，东经116°24′", (116.4, 39.9)), ("116°24′E/39°54′N", (116.4, 39.9)), ("116.4；39.9", (116.4, 39.9)),
        ("117 12 30 39 54 00", (LONGITUDE, 39.9)), ("117 12.5 39 54", (LONGITUDE, 39.9)),
        ("117.2", None), ("甲,乙", None), ("1,2,3", None), ("2023-05-06", None), ("E117.2,E118", None),
    ],
)  # fmt: skip
def test_both_coordinates_are_read_from_one_cell(words, pair):
    found = read_pair(words)
    assert found == (None if pair is None else pytest.approx(pair))


def test_an_angle_packed_into_one_number_is_unpacked():
    assert unpacked(1171230.0) == pytest.approx(LONGITUDE)
    assert unpacked(-395420.5) == pytest.approx(-(39 + 54 / 60 + 20.5 / 3600))
    assert unpacked(1176130.0) is None
    assert unpacked(39517000.0) is None


@given(
    st.floats(0, 179.99),
    st.sampled_from(["{d}°{m}′{s:.4f}″", "{d} {m} {s:.4f}", "{d}-{m}-{s:.4f}", "E{d}度{m}分{s:.4f}秒"]),
)
def test_an_angle_comes_back_whatever_it_is_written_as(value, style):
    total = round(value * 3600, 4)
    minutes, seconds = divmod(total, 60)
    degrees, minutes = divmod(int(minutes), 60)
    written = style.format(d=degrees, m=minutes, s=min(seconds, 59.9999))
    assert read_coordinate(written).value == pytest.approx(value, abs=1e-7)


@given(st.text(max_size=30))
def test_no_text_stops_the_reader(words):
    found = read_coordinate(words), read_coordinate(words, decimal_comma=True), read_pair(words)
    assert all(one is None or isinstance(one, Coordinate | tuple) for one in found)
