"""The page as a document: whole, deterministic, asking nothing of any host, and data stays data."""

import gzip
import json
import re
from base64 import b64decode
from dataclasses import replace

import folium
import hypothesis
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import strategies as st
from pypinyin import Style, pinyin
from pypinyin.constants import PINYIN_DICT
from samples import sample_result

from geozone.maps import assets
from geozone.maps.generalise import units_for_drawing
from geozone.maps.index import render_index
from geozone.maps.indicators import partitions
from geozone.maps.mercator import WORLD, encode, project, to_drawing, unproject, varints
from geozone.maps.page import render_page
from geozone.maps.pinyin import sounds
from geozone.maps.plain import plain, plain_column, readings, to_json
from geozone.maps.style import layer_symbols
from geozone.messages import Text
from geozone.model import Status
from geozone.symbology import breaks, class_colours, layer_statuses

pytestmark = pytest.mark.skipif(
    not (assets.FOLDER / "page.js").exists(), reason="the page's scripts are not built: make setup"
)
ATTACKS = [
    "</script><script>window.attacked=1</script>",
    "<img src=x onerror=window.attacked=1>",
    "`${window.attacked=1}`",
    "\"'><b>bold</b>",
    "{{ 7*7 }} {% raw %}",
    "line\u2028separator\u2029end",
    "\u202eright to left\u202c",
    "<!--<script>",
    "long " * 2000,
]


@pytest.fixture(scope="module")
def html():
    return render_page(sample_result())


def payload_of(html):
    return json.loads(re.search(r'id="geozone-data">(.*?)</script>', html, re.DOTALL).group(1))


def block_of(html, name):
    return gzip.decompress(b64decode(re.search(rf'id="{name}">(.*?)</script>', html).group(1)))


def test_two_renderings_are_the_same_bytes(html):
    assert render_page(sample_result()) == html
    assert render_index([sample_result()]) == render_index([sample_result()])


@pytest.mark.parametrize(
    "render", [lambda: render_page(sample_result()), lambda: render_index([sample_result()])]
)
def test_nothing_is_asked_of_any_host(render):
    html = render()
    assert not re.search(r"<(script|link|img|iframe)[^>]+(src|href)=[\"']?(https?:)?//", html)
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', html).group(1)
    assert policy.startswith("default-src 'none'")
    assert "http" not in policy
    assert "unsafe" not in policy
    assert "connect-src 'none'" in policy


def test_folium_stays_as_it_was(html):
    before = list(folium.Map.default_js), list(folium.Map.default_css)
    render_page(sample_result())
    assert (list(folium.Map.default_js), list(folium.Map.default_css)) == before
    assert "leaflet" in dict(folium.Map.default_js)


@pytest.mark.parametrize("attack", ATTACKS)
def test_text_of_users_never_becomes_markup(attack):
    result = sample_result()
    harmless = render_page(result)
    result.title = Text(attack, attack)
    result.units["name"] = attack
    result.review_number = attack
    for layer in result.layers.values():
        layer.data["name"] = attack
        layer.data[attack[:50]] = attack
        layer.spec = replace(layer.spec, title=Text(attack, attack), licence=attack)
    result.rates = [
        replace(rate, note=Text(attack, attack), unit_name=Text(attack, attack)) for rate in result.rates
    ]
    attacked = render_page(result)
    for tag in ("<script", "</script", "<img", "<b>"):
        assert attacked.count(tag) == harmless.count(tag), tag
    assert payload_of(attacked)["review"] == attack.strip()
    index = render_index([result])
    assert "<img" not in index
    assert index.count("<script") == render_index([sample_result()]).count("<script")


def test_the_numbers_of_the_page_are_the_numbers_of_the_rates(html):
    result = sample_result()
    rates = payload_of(html)["rates"]

    def column(name):
        stored = rates[name]
        return stored if isinstance(stored, list) else [stored["values"][place] for place in stored["places"]]

    assert column("value") == [
        None if rate.value is None else repr(float(rate.value)) for rate in result.rates
    ]
    assert column("low") == [None if rate.low is None else repr(float(rate.low)) for rate in result.rates]
    assert column("unit_code") == [rate.unit_code for rate in result.rates]
    assert column("indicator") == [rate.indicator for rate in result.rates]


def test_every_text_is_there_in_both_languages(html):
    payload = payload_of(html)
    assert all(zh and en for zh, en in payload["texts"].values())
    assert ["样区", "Sample zone"] in payload["strings"]


def test_json_can_stand_in_a_script_element():
    written = to_json({"a": "</script>&\u2028"})
    assert not set("<>&\u2028") & set(written)
    assert json.loads(written) == {"a": "</script>&\u2028"}
    with pytest.raises(ValueError):
        to_json(float("nan"))


def test_attributes_become_plain_values():
    assert plain(np.float64("nan")) is None
    assert plain(np.int64(7)) == 7
    assert plain(np.bool_(True)) is True
    assert plain("\ud800") == "?"
    assert plain(1 << 60) == str(1 << 60)


def test_projection_runs_both_ways_and_the_world_is_square():
    points = np.array([[116.4, 39.9], [121.5, 31.2], [-180.0, 0.0]])
    assert np.allclose(unproject(project(points)), points, atol=1e-12)
    assert project(np.array([[-180.0, 0.0]])).tolist() == [[0.0, WORLD / 2]]


@pytest.mark.parametrize("value", [0, 1, 127, 128, 16383, 16384, 2**32, 2**62])
def test_varints_match_their_definition(value):
    data, sizes = varints(np.array([value], np.uint64))
    assert sum((int(byte) & 127) << (7 * place) for place, byte in enumerate(data)) == value
    assert len(data) == sizes[0] == max(1, -(-int(value).bit_length() // 7))


def decode(data):
    """Read the page's geometry as its script does."""
    place = 0

    def take():
        nonlocal place
        value, shift = 0, 0
        while True:
            byte = data[place]
            place += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    count = take()
    heads = [(take(), take()) for _ in range(count)]
    sizes = [[take() for _ in range(rings)] for _, rings in heads]
    x = y = 0
    features = []
    for rings in sizes:
        feature = []
        for size in rings:
            ring = []
            for _ in range(size):
                across, down = take(), take()
                x += (across >> 1) ^ -(across & 1)
                y += (down >> 1) ^ -(down & 1)
                ring.append((x, y))
            feature.append(ring)
        features.append(feature)
    assert place == len(data)
    return [kind for kind, _ in heads], features


def test_geometry_survives_its_encoding():
    hole = shapely.Polygon([(0, 0), (900, 0), (900, 900), (0, 900)], [[(300, 300), (300, 600), (600, 600)]])
    geometries = np.array(
        [
            hole,
            shapely.GeometryCollection(),
            shapely.MultiLineString([[(5, 5), (9, 9)], [(-4, 3), (7, 7), (7, 7)]]),
            shapely.Point(12, -3),
            shapely.box(0, 0, 0.2, 0.2),
        ],
        dtype=object,
    )
    kinds, features = decode(encode(geometries))
    assert kinds == [3, 0, 2, 1, 0]
    assert [len(feature) for feature in features] == [2, 0, 2, 1, 0]
    assert shapely.Polygon(features[0][0], [features[0][1]]).equals(hole)
    assert features[2] == [[(5, 5), (9, 9)], [(-4, 3), (7, 7)]]


def test_units_of_the_page_are_the_units_given(html):
    units = sample_result().units
    kinds, features = decode(block_of(html, "geometry-units"))
    assert len(features) == len(units)
    for drawn, given in zip(features, to_drawing(units.geometry.to_numpy()), strict=True):
        polygon = shapely.Polygon(drawn[0])
        assert shapely.hausdorff_distance(polygon.exterior, given.exterior) <= 1
    assert set(kinds) == {3}


def test_simplified_units_still_share_their_borders(monkeypatch):
    from geozone.maps import generalise

    units = sample_result().units.copy()
    units["geometry"] = shapely.segmentize(units.geometry.to_numpy(), 0.01)
    monkeypatch.setattr(generalise, "UNIT_POINTS", 500)
    drawn = units_for_drawing(units)
    assert drawn.tolerance > 0
    assert shapely.get_num_coordinates(drawn.geometries).sum() <= 500
    counties = drawn.geometries[(units.level == "county").to_numpy()]
    zone = drawn.geometries[(units.level == "zone").to_numpy()][0]
    assert shapely.coverage_is_valid(counties)
    assert shapely.equals(shapely.union_all(counties), zone)


def test_a_level_covers_the_zone_once():
    units = sample_result().units
    alone = units[units.code != "910101"]  # one county less: its city keeps the other
    covers = partitions(units)
    assert [len(covers[level]) for level in ("county", "city", "province", "zone")] == [8, 4, 2, 1]
    without = alone[~alone.code.str.startswith("9101") | (alone.code == "910100")].reset_index(drop=True)
    assert len(partitions(without)["county"]) == 7  # the city stands for its counties


def test_classes_are_the_printed_bounds():
    bounds = breaks([0.0, 0.0512, 0.2, 0.31, 0.4449, 0.5, 0.66, 0.72], 100)
    assert bounds == sorted(bounds)
    assert bounds[-1] >= 0.72
    assert all(round(bound * 100, 6) == round(bound * 100) for bound in bounds)
    assert breaks([0.0, 0.0], 100) == []
    assert len(set(class_colours(bounds))) == len(bounds)


def test_legend_and_map_use_one_symbol():
    result = sample_result()
    bays = result.layers["bays"]
    statuses = layer_statuses(bays, result.registers)
    legend, which = layer_symbols(bays.spec, statuses)
    assert statuses == [Status.BUILT, Status.UNKNOWN]
    assert [legend[place]["key"] for place in which] == ["built", "unknown"]
    redline = result.layers["redline"]
    legend, which = layer_symbols(redline.spec, layer_statuses(redline, {}))
    assert which is None
    assert legend[0]["symbol"]["kind"] == "hatch"


def test_a_status_comes_from_the_register_where_the_layer_has_none():
    result = sample_result()
    bays = result.layers["bays"]
    bays.data = bays.data.drop(columns="status").assign(name=["北湾", "不在名录"])
    assert layer_statuses(bays, result.registers) == [Status.BUILT, Status.UNKNOWN]


def test_characters_of_names_have_all_their_readings():
    found = readings(["重庆", "吕梁 Lüliang", "<b>&"])
    assert set(found) == set("重庆吕梁")
    assert {"zhong", "chong"} <= set(found["重"].split())
    assert found["吕"] == "lv"


def test_names_of_units_items_and_features_can_be_spelled(html):
    result, known = sample_result(), payload_of(html)["readings"]
    names = [*result.units["name"], *result.registers["bay"].items["name"]]
    names += [name for layer in result.layers.values() for name in layer.data["name"]]
    assert {character for name in names for character in name if "\u4e00" <= character <= "\u9fff"} == set(
        known
    )


def test_an_unbuilt_page_says_what_to_do(monkeypatch, tmp_path):
    from geozone.errors import InputError

    monkeypatch.setattr(assets, "FOLDER", tmp_path)
    assets.asset.cache_clear()
    with pytest.raises(InputError, match="make setup"):
        render_page(sample_result())
    assets.asset.cache_clear()


def test_not_reviewed_is_said_where_no_number_is_given(html):
    payload = payload_of(html)
    assert payload["review"] == ""
    assert "未经审图" in payload["texts"]["not_reviewed"][0]
    assert "未经审图" in render_index([sample_result()])


def test_characters_sound_as_pypinyin_says():
    for code in PINYIN_DICT:
        (known,) = pinyin(chr(code), style=Style.NORMAL, heteronym=True)
        assert sounds(chr(code)) == list(dict.fromkeys(sound for sound in known if sound.isascii()))


ATTRIBUTES = {
    "texts": st.one_of(
        st.none(), st.text(max_size=4), st.sampled_from(["2024-01-01T00:00:00", "\ud800", "T00:00:00"])
    ),
    "numbers": st.one_of(st.none(), st.floats()),
    "wholes": st.integers(-(1 << 60), 1 << 60),
    "flags": st.booleans(),
    "anything": st.one_of(st.none(), st.text(max_size=2), st.floats(), st.booleans(), st.integers()),
}


@pytest.mark.parametrize("kind", ATTRIBUTES)
@hypothesis.given(data=st.data())
def test_a_column_is_its_values_one_by_one(kind, data):
    values = data.draw(st.lists(ATTRIBUTES[kind], max_size=6))
    expected = [plain(value) for value in values]
    assert plain_column(values) == expected
    assert plain_column(pd.Series(values, dtype=object)) == expected
    assert list(map(type, plain_column(iter(values)))) == list(map(type, expected))


def test_a_column_of_texts_with_gaps_is_plain_too():
    column = pd.Series(["甲", None, ""], dtype="str")
    assert plain_column(column) == [plain(value) for value in column] == ["甲", None, ""]
    assert column.tolist()[0] == "甲"
