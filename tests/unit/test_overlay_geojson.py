"""GeoJSON that is walked over: what the walk knows is what any parser says, and anything else it leaves to the reader."""

import json
import math

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import assume, example, given, settings
from hypothesis import strategies as some

from geozone.model import CRS
from geozone.overlay import geojson, geojson_walk
from geozone.overlay.geojson import batches, likely_count, may_be_plain, stated_crs
from geozone.overlay.geojson_walk import NotPlainError
from geozone.overlay.losses import told
from geozone.overlay.stream import coverage_of_file, stream_features

ZONE = gpd.GeoDataFrame({"key": ["z"]}, geometry=[shapely.box(116, 39, 118, 41)], crs=CRS)
SQUARE = [[116.2, 39.2], [116.4, 39.2], [116.4, 39.4], [116.2, 39.4], [116.2, 39.2]]
HOLE = [[116.25, 39.25], [116.3, 39.25], [116.3, 39.3], [116.25, 39.25]]
OTHER = [[117.2, 39.2], [117.4, 39.2], [117.4, 39.4], [117.2, 39.2]]
POLYGON = {"type": "Polygon", "coordinates": [SQUARE, HOLE]}
SEVERAL = {"type": "MultiPolygon", "coordinates": [[SQUARE, HOLE], [OTHER]]}


def feature(geometry=POLYGON, **members):
    return {"type": "Feature", "properties": {"n": 1}, "geometry": geometry} | members


def collection(*features, **members):
    return {"type": "FeatureCollection", "features": list(features)} | members


def walked(words, folder, layer=None):
    """Return the features of a document as the walk has them: polygons as lists, others as shapes, None without geometry."""
    path = folder / "a.geojson"
    path.write_bytes(words if isinstance(words, bytes) else words.encode())
    if not may_be_plain(path):
        raise NotPlainError
    document = stated_crs(path)
    found = {}
    for batch in batches(path, layer, document, np.empty):
        shapes = batch.outlines.geometries()
        found |= dict(zip(batch.numbers.tolist(), shapes, strict=True))
        found |= dict(zip(batch.others.tolist(), batch.geometries, strict=True))
        found |= dict.fromkeys(batch.without.tolist())
    assert sorted(found) == list(range(len(found)))
    return [found[number] for number in range(len(found))], document


def positions(geometry):
    """Return the coordinates of polygons as a parser of JSON has them."""
    parts = [geometry["coordinates"]] if geometry["type"] == "Polygon" else geometry["coordinates"]
    return [[float(value) for value in position[:2]] for part in parts for ring in part for position in ring]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("walk")


def digits(least=1, most=25):
    return some.text("0123456789", min_size=least, max_size=most)


NUMBERS = some.one_of(
    some.floats(allow_nan=False, allow_infinity=False).map(repr),
    some.floats(70, 140).map(repr),
    some.integers(-(10**25), 10**25).map(str),
    some.builds(
        "{}{}{}{}".format,
        some.sampled_from(["", "-"]),
        some.one_of(some.just("0"), digits().map(lambda one: one.lstrip("0") or "0")),
        some.one_of(some.just(""), digits().map(".{}".format)),
        some.one_of(
            some.just(""),
            some.builds(
                "{}{}{}".format, some.sampled_from("eE"), some.sampled_from(["", "+", "-"]), digits(1, 3)
            ),
        ),
    ),
    # near the middle between two doubles, where rounding is decided by the last digit
    some.builds(
        lambda start, places, last: f"{(start + math.nextafter(start, 1e9)) / 2:.{places}f}{last}",
        some.floats(60, 130),
        some.integers(12, 17),
        digits(0, 2),
    ),
)


@settings(max_examples=400)
@given(numbers=some.lists(NUMBERS, min_size=20, max_size=40))
@example(
    ["116.39712345678901", "9007199254740993", "9007199254740993.0", "0.1e23", "1e22", "1e23", "8.5e-324"] * 3
)
def test_a_number_is_the_double_that_python_has(folder, numbers):
    numbers = [one for one in numbers if math.isfinite(float(one))]
    numbers = numbers[: len(numbers) // 2 * 2]
    assume(len(numbers) >= 6)
    inside = [f"[{x},{y}]" for x, y in zip(numbers[::2], numbers[1::2], strict=True)]
    ring = ",".join([*inside, inside[0]])
    words = json.dumps(collection(feature({"type": "Polygon", "coordinates": ["RING"]})))
    shapes, _ = walked(words.replace('"RING"', f"[{ring}]"), folder)
    expected = np.array([float(one) for one in numbers]).reshape(-1, 2)
    found = shapely.get_coordinates(shapes[0])[:-1]
    assert found.tobytes() == (expected + 0.0).tobytes() or np.array_equal(found, expected)


JSON = some.recursive(
    some.one_of(
        some.none(),
        some.booleans(),
        some.integers(),
        some.floats(allow_nan=False, allow_infinity=False),
        some.text(),
    ),
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(some.text(), inner, max_size=3),
    max_leaves=8,
)
NESTED = some.fixed_dictionaries(
    {},
    optional={
        "coordinates": some.just([[1, 2]]),
        "type": some.sampled_from(["Polygon", "Feature", "}{"]),
        "geometry": some.just(POLYGON),
        "features": some.just([feature()]),
        "crs": JSON,
        "名称": some.text(),
        '"}],{': JSON,
    },
)
HEIGHTS = some.sampled_from([[], [5], [5.5, -1e3]])
GEOMETRIES = some.one_of(
    some.none(),
    some.sampled_from(
        [
            POLYGON,
            SEVERAL,
            {"type": "Point", "coordinates": [116, 39]},
            {"type": "LineString", "coordinates": SQUARE},
            {"type": "MultiLineString", "coordinates": [SQUARE, HOLE]},
            {"type": "MultiPoint", "coordinates": SQUARE},
            {"type": "Polygon", "coordinates": []},
        ]
    ),
    some.builds(
        lambda extra: {"type": "Polygon", "coordinates": [[[*place, *extra] for place in SQUARE]]}, HEIGHTS
    ),
)


@some.composite
def documents(draw):
    """Draw a document in any order of members, with anything beside what counts."""

    def shuffled(members):
        return {name: members[name] for name in draw(some.permutations(list(members)))}

    features = []
    for _ in range(draw(some.integers(1, 4))):
        geometry = draw(GEOMETRIES)
        if geometry is not None and draw(some.booleans()):
            geometry = shuffled(geometry | {"bbox": [1, 2, 3, 4]})
        properties = draw(some.one_of(some.none(), NESTED, some.dictionaries(some.text(), JSON, max_size=3)))
        features.append(shuffled(feature(geometry, properties=properties, remark=draw(JSON))))
    return shuffled(collection(*features, name=draw(some.text()), more=draw(NESTED)))


WRITING = some.fixed_dictionaries(
    {
        "ensure_ascii": some.booleans(),
        "indent": some.sampled_from([None, 0, 1, "\t"]),
        "separators": some.sampled_from([(",", ":"), (" , ", "\t:\r\n "), None]),
    }
)


def is_encodable(words):
    try:
        words.encode()
    except UnicodeEncodeError:  # half of a character that needs two
        return False
    return True


def agree(shapes, features):
    assert len(shapes) == len(features)
    for shape, one in zip(shapes, features, strict=True):
        geometry = one["geometry"]
        if geometry is None:
            assert shape is None
        elif geometry["type"] in {"Polygon", "MultiPolygon"}:
            assert shapely.get_coordinates(shape).tolist() == positions(geometry)
        else:
            assert shape.geom_type == geometry["type"]


@settings(max_examples=200)
@given(document=documents(), writing=WRITING, mark=some.booleans())
def test_a_plain_document_is_known_in_any_order_and_writing(folder, document, writing, mark):
    words = json.dumps(document, **writing)
    assume(is_encodable(words))
    shapes, found = walked(words.encode("utf-8-sig" if mark else "utf-8"), folder)
    agree(shapes, document["features"])
    names = {name for one in document["features"] for name in one["properties"] or {}}
    assert set(found.names) == names
    table = found.table(sorted(names))
    assert len(table) == len(shapes)


@settings(max_examples=500)
@given(
    document=documents(),
    changes=some.lists(
        some.tuples(some.integers(0, 10**6), some.sampled_from(b'"\\{}[],:0-.eE+ n\n\x00\x1e\xff')),
        max_size=3,
    ),
    cut=some.integers(0, 10**6),
    only=some.booleans(),
)
def test_what_is_known_of_damaged_bytes_is_what_a_parser_says(folder, document, changes, cut, only):
    words = json.dumps(document)
    assume(is_encodable(words))
    raw = bytearray(words.encode())
    for place, byte in changes:
        raw[place % len(raw)] = byte
    raw = raw if only else raw[: cut % len(raw)]
    try:
        shapes, _ = walked(bytes(raw), folder)
    except NotPlainError:
        return
    found = json.loads(raw)
    agree(shapes, found.get("features", [found]))


RING = json.dumps([SQUARE])
PLAIN = json.dumps(collection(feature(), feature(SEVERAL)))


@pytest.mark.parametrize(
    "words",
    [
        json.dumps(POLYGON),
        json.dumps([feature()]),
        json.dumps(collection()),
        json.dumps(collection(feature()) | {"type": "featurecollection"}),
        json.dumps({"features": [feature()]}),
        json.dumps(collection({"type": "Feature", "properties": {}})),
        json.dumps(collection({"properties": {}, "geometry": POLYGON})),
        json.dumps(collection(POLYGON)),
        json.dumps(collection(feature(), 5)),
        json.dumps(collection(feature(properties=7))),
        json.dumps(collection(feature(crs={"type": "name", "properties": {"name": "EPSG:4527"}}))),
        json.dumps(collection(feature(POLYGON | {"crs": None}))),
        json.dumps(collection(feature(), crs=None)),
        json.dumps(collection(feature(), crs={"type": "name", "properties": {"name": "no such system"}})),
        json.dumps(collection(feature({"type": "Polygon"}))),
        json.dumps(collection(feature({"coordinates": [SQUARE]}))),
        json.dumps(collection(feature({"type": "Polygone", "coordinates": [SQUARE]}))),
        json.dumps(collection(feature({"type": "Polygon", "coordinates": SQUARE}))),
        json.dumps(collection(feature({"type": "MultiPolygon", "coordinates": [SQUARE]}))),
        json.dumps(collection(feature({"type": "Polygon", "coordinates": [SQUARE[:-1]]}))),
        json.dumps(collection(feature({"type": "Polygon", "coordinates": [SQUARE[:1] * 3]}))),
        json.dumps(collection(feature({"type": "Polygon", "coordinates": [SQUARE, []]}))),
        json.dumps(collection(feature({"type": "Polygon", "coordinates": [[]]}))),
        json.dumps(collection(feature({"type": "MultiPolygon", "coordinates": [[SQUARE], []]}))),
        json.dumps(collection(feature({"type": "LineString", "coordinates": SQUARE[:1]}))),
        json.dumps(collection(feature({"type": "Point", "coordinates": [116]}))),
        json.dumps(collection(feature({"type": "GeometryCollection", "geometries": [POLYGON]}))),
        PLAIN.replace('"Polygon"', '"Polyg\\u006fn"'),
        PLAIN.replace('"geometry"', '"geometr\\u0079"'),
        PLAIN.replace('"geometry"', '"geometry": null, "geometry"'),
        PLAIN.replace('"properties"', '"properties": {}, "properties"'),
        PLAIN.replace('"coordinates"', '"coordinates": [], "coordinates"'),
        PLAIN.replace('"features"', '"features": [], "features"'),
        PLAIN.replace("116.2", "NaN", 1),
        PLAIN.replace("116.2", "Infinity", 1),
        PLAIN.replace("116.2", "1e400"),
        PLAIN.replace("116.2", "null", 1),
        PLAIN.replace("116.2", '"116.2"', 1),
        PLAIN.replace("116.2", "0116.2", 1),
        PLAIN.replace("116.2", "116.", 1),
        PLAIN.replace("116.2", "+116.2", 1),
        PLAIN.replace("116.2", ".2", 1),
        PLAIN.replace("116.2", "1e-14.0", 1),
        PLAIN.replace("116.2", "1e", 1),
        PLAIN.replace("[116.2, 39.2]", "[116.2, 39.2, null]", 1),
        PLAIN.replace("[116.2, 39.2]", "[116.2, [39.2]]", 1),
        PLAIN.replace('"n": 1', '"n": "\n"'),
        PLAIN.replace('"n": 1', '"n": "\\x41"'),
        PLAIN.replace('"n": 1', '"n": "\\u12"'),
        PLAIN.replace('"n": 1', '"n": ' + "[" * 61 + "]" * 61),
        PLAIN.replace('"n": 1', '"n": 1,'),
        PLAIN.replace('"n": 1', '"n": tru'),
        PLAIN + PLAIN,
        PLAIN + "\x00",
        PLAIN[:-1],
        PLAIN[:-2] + "}",
        "\ufeff\ufeff" + PLAIN,
        json.dumps(feature()) + json.dumps(feature()),
        json.dumps(feature()) + "\n" + json.dumps(feature(), indent=1),
        json.dumps(feature()) + "\n" + json.dumps(POLYGON),
        json.dumps(feature()) + "\n\x1e" + json.dumps(feature()),
        "\x1e" + json.dumps(feature()) + "\n" + json.dumps(feature()),
        "",
        "}",
        "{",
    ],
)
def test_what_is_not_known_for_certain_is_left_to_the_reader(tmp_path, words):
    with pytest.raises(NotPlainError):
        walked(words, tmp_path)


@pytest.mark.parametrize("encoding", ["gb18030", "utf-16", "latin-1"])
def test_text_that_is_no_utf8_is_left_to_the_reader(tmp_path, encoding):
    words = json.dumps(
        collection(feature(properties={"a": "é", "名": "好"} if encoding != "latin-1" else {"a": "é"})),
        ensure_ascii=False,
    )
    with pytest.raises(NotPlainError):
        walked(words.encode(encoding), tmp_path)


@pytest.mark.parametrize(
    "raw", [b"\xc0\x80", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xe4\xb8", b"\xf8\x88\x80\x80\x80", b"\x80"]
)
def test_bytes_that_are_no_character_are_left_to_the_reader(tmp_path, raw):
    with pytest.raises(NotPlainError):
        walked(PLAIN.replace('"n": 1', '"n": "好"').encode().replace("好".encode(), raw), tmp_path)
    walked(PLAIN.replace('"n": 1', '"n": "好\\ud800é\U0001f600"'), tmp_path)


def test_a_document_that_is_cut_off_anywhere_is_left_to_the_reader(tmp_path):
    for end in range(len(PLAIN)):
        with pytest.raises(NotPlainError):
            walked(PLAIN[:end], tmp_path)
    assert len(walked(PLAIN + " \r\n\t", tmp_path)[0]) == 2


@pytest.mark.parametrize(
    ("before", "between"), [("", "\n"), ("", "\r\n\n"), ("\x1e", "\n\x1e"), ("\x1e", "\x1e")]
)
def test_one_feature_a_line_is_known(tmp_path, before, between):
    several = [feature(), feature(SEVERAL), feature(None)]
    words = before + between.join(json.dumps(one) for one in several) + "\n"
    shapes, document = walked(words, tmp_path)
    agree(shapes, several)
    assert document.by_line
    shapes, document = walked(json.dumps(feature(), indent=1), tmp_path)
    agree(shapes, [feature()])
    assert not document.by_line


@pytest.mark.parametrize("batch", [1, 4096])
def test_a_feature_of_several_lines_is_no_line(tmp_path, monkeypatch, batch):
    monkeypatch.setattr(geojson_walk, "_BATCH", batch)
    for several in ([None, 1], [1, None], [None, None, 1]):
        words = "\n".join(json.dumps(feature(), indent=indent) for indent in several)
        with pytest.raises(NotPlainError):
            walked(words, tmp_path)
        assert len(walked("\x1e" + words.replace("\n{", "\n\x1e{"), tmp_path)[0]) == len(several)


def test_batches_of_any_size_give_the_same(tmp_path, monkeypatch):
    several = [
        feature(),
        feature(None),
        feature(SEVERAL),
        feature({"type": "Point", "coordinates": [116, 39]}),
    ] * 5
    for batch, room in ((1, 8), (2, 16), (3, 40), (4096, 50), (7, 1 << 19)):
        monkeypatch.setattr(geojson_walk, "_BATCH", batch)
        monkeypatch.setattr(geojson_walk, "_ROOM", room)
        agree(walked(json.dumps(collection(*several)), tmp_path)[0], several)


def test_what_else_the_document_holds_is_told(tmp_path):
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4527"}}
    ring = [[[39516000, 4333000], [39517000, 4333000], [39517000, 4334000], [39516000, 4333000]]]
    line = {"type": "LineString", "coordinates": [[39515000, 4333000], [39516000, 4335000]]}
    several = [feature({"type": "Polygon", "coordinates": ring}), feature(line)]
    for document in (collection(*several, crs=crs), {"crs": crs} | collection(*several, numberMatched=7)):
        _, found = walked(json.dumps(document), tmp_path)
        assert found.crs.to_epsg() == 4527
        assert found.extent == (39515000, 4333000, 39517000, 4335000)
        assert not found.has_ids
    assert found.members["numberMatched"] == 7
    assert walked(json.dumps(collection(feature(), feature(id=3))), tmp_path)[1].has_ids


def test_a_statement_that_the_ends_of_the_file_do_not_show_is_left_to_the_reader(tmp_path):
    crs = {"type": "name", "properties": {"name": "EPSG:4527"}}
    document = {"long": "x" * 200_000} | collection(feature()) | {"crs": crs, "after": ["x" * 200_000]}
    with pytest.raises(NotPlainError):
        walked(json.dumps(document), tmp_path)


def test_a_layer_goes_by_its_name_or_that_of_the_file(tmp_path):
    for layer in (None, "a"):
        walked(PLAIN, tmp_path, layer)
    named = json.dumps(collection(feature(), name="红线"))
    walked(named, tmp_path, "红线")
    with pytest.raises(NotPlainError):
        walked(named, tmp_path, "a")


def test_more_names_than_are_known_apart_are_told(tmp_path, monkeypatch):
    monkeypatch.setattr(geojson_walk, "_NAMES", 2)
    assert walked(json.dumps(collection(feature(properties={"a": 1, "b": 2}))), tmp_path)[1].names == [
        "a",
        "b",
    ]
    assert (
        walked(json.dumps(collection(feature(properties={"a": 1, "b": 2, "c": 3}))), tmp_path)[1].names
        is None
    )


def wild(x, y):
    return {"type": "Polygon", "coordinates": [[[117, 40], [117.5, 40], [x, y], [117, 40.5], [117, 40]]]}


BOW_TIE = {"type": "Polygon", "coordinates": [[[116, 40], [117, 41], [117, 40], [116, 41], [116, 40]]]}


@pytest.mark.parametrize("crs", [None, 4490, 4527, "OGC:CRS84"])
def test_the_walk_gives_what_gdal_gives(tmp_path, monkeypatch, crs):
    several = [
        POLYGON,
        SEVERAL,
        None,
        BOW_TIE,
        wild(1e20, 40.2),
        wild(117.2, 95.0),
        wild(1000.0, 40.2),
        wild(210.0, 40.3),
    ]
    several += [{"type": "Point", "coordinates": [116, 39]}, {"type": "LineString", "coordinates": SQUARE}]
    path = tmp_path / "a.geojson"
    if crs is None or crs == "OGC:CRS84":
        stated = (
            {"crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}} if crs else {}
        )
        path.write_text(json.dumps(collection(*map(feature, several), **stated)), "utf-8")
    else:
        shapes = [shapely.geometry.shape(one) if one else None for one in several if one not in several[4:8]]
        gpd.GeoDataFrame({"n": range(len(shapes))}, geometry=shapes, crs=CRS).to_crs(crs).to_file(path)
    assert stream_features(path).document is not None
    table = coverage_of_file(path, ZONE, by="key", threads=1)
    monkeypatch.setattr(geojson, "may_be_plain", lambda _: False)
    expected = coverage_of_file(path, ZONE, by="key", threads=1)
    assert table.select_dtypes("number").to_numpy() == pytest.approx(
        expected.select_dtypes("number").to_numpy(), rel=1e-12
    )
    assert told(table) == told(expected)
    assert table.attrs["repairs"] == expected.attrs["repairs"]


def test_features_with_ids_go_by_them_where_something_is_told_of_one(tmp_path):
    path = tmp_path / "a.geojson"
    path.write_text(json.dumps(collection(feature(id=7), feature(BOW_TIE, id=9))), "utf-8")
    assert stream_features(path).document is None
    [finding] = told(coverage_of_file(path, ZONE))
    assert finding.feature == "9"
    path.write_text(json.dumps(collection(feature(id=7), feature(id=9))), "utf-8")
    assert stream_features(path).document is not None


def test_another_crs_may_be_given(tmp_path):
    path = tmp_path / "a.geojson"
    path.write_text(json.dumps(collection(feature(BOW_TIE))), "utf-8")
    assert coverage_of_file(path, ZONE, crs="EPSG:3857", threads=1).gross_km2.iloc[0] == 0


def test_how_many_features_there_may_be_is_told_by_the_beginning(tmp_path):
    path = tmp_path / "a.geojson"
    path.write_text(json.dumps(collection(*[feature()] * 5000)), "utf-8")
    assert likely_count(path) == pytest.approx(5000, rel=0.01)
