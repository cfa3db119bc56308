"""GeoJSON: what is wrong is said feature by feature; what is sound is read."""

import json

import pytest
import shapely

from geozone.errors import InputError
from geozone.read import geojson, read_layer

SQUARE = [[[116, 39], [117, 39], [117, 40], [116, 39]]]
GOOD = {
    "type": "Feature",
    "properties": {"name": "好"},
    "geometry": {"type": "Polygon", "coordinates": SQUARE},
}


def file(tmp_path, document, encoding="utf-8"):
    path = tmp_path / "a.geojson"
    words = document if isinstance(document, str) else json.dumps(document, ensure_ascii=False)
    path.write_bytes(words.encode(encoding))
    return path


def collection(*features, **members):
    return {"type": "FeatureCollection", "features": list(features), **members}


def feature(geometry, **properties):
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def kinds(layer):
    return [finding.kind for finding in layer.findings]


BROKEN = [
    {"type": "Polygon"},
    {"coordinates": SQUARE},
    {"type": "Polygone", "coordinates": SQUARE},
    {"type": "Polygon", "coordinates": SQUARE[0]},
    {"type": "Polygon", "coordinates": [SQUARE]},
    {"type": "Polygon", "coordinates": [[[116, 39], [117, 39]]]},
    {"type": "Polygon", "coordinates": [[[116, 39], [], [117, 40]]]},
    {"type": "Point", "coordinates": ["116", "39"]},
    {"type": "Point", "coordinates": [True, False]},
    {"type": "Point", "coordinates": [116]},
    {"type": "Point", "coordinates": [float("nan"), 39]},
    {"type": "Point", "coordinates": [10**400, 39]},
    {"type": "LineString", "coordinates": [[116, 39]]},
    {"type": "GeometryCollection"},
    {"type": "GeometryCollection", "geometries": [{"type": "Point"}]},
    "no geometry",
    7,
]


@pytest.mark.parametrize("geometry", BROKEN, ids=range(len(BROKEN)))
def test_a_broken_feature_costs_itself_only_and_is_named(tmp_path, geometry):
    layer = read_layer(file(tmp_path, collection(GOOD, feature(geometry), GOOD)))
    assert layer.data["name"].tolist() == ["好", "好"]
    assert layer.data.index.tolist() == [0, 2]
    assert kinds(layer) == ["feature_broken", "records_broken"]
    assert layer.findings[0].feature == "1"


def test_a_feature_that_is_no_object_or_has_no_geometry(tmp_path):
    layer = read_layer(
        file(tmp_path, collection(GOOD, 5, {"type": "Feature", "properties": {}, "geom": None}))
    )
    assert kinds(layer).count("feature_broken") == 2


def test_a_null_geometry_is_no_fault_but_said(tmp_path):
    layer = read_layer(file(tmp_path, collection(GOOD, feature(None, name="空"))))
    assert layer.data["name"].tolist() == ["好", "空"]
    assert kinds(layer) == ["without_geometry"]


@pytest.mark.parametrize("kind", ["Polygon", "MultiPolygon"])
def test_open_rings_are_closed_and_said(tmp_path, kind):
    rings = [[[116, 39], [117, 39], [117, 40]]]
    geometry = {"type": kind, "coordinates": rings if kind == "Polygon" else [rings]}
    layer = read_layer(file(tmp_path, collection(feature(geometry))))
    assert kinds(layer) == ["ring_closed"]
    assert shapely.is_valid(layer.data.geometry.iloc[0])


def test_bare_geometries_single_features_and_lists(tmp_path):
    assert len(read_layer(file(tmp_path, GOOD["geometry"])).data) == 1
    assert len(read_layer(file(tmp_path, GOOD)).data) == 1
    assert len(read_layer(file(tmp_path, [GOOD, GOOD])).data) == 2
    assert kinds(read_layer(file(tmp_path, collection(GOOD["geometry"])))) == ["geometry_bare"]


def test_properties_that_are_no_object_are_left_out(tmp_path):
    layer = read_layer(file(tmp_path, collection(GOOD | {"properties": 7})))
    assert kinds(layer) == ["properties_broken"]


@pytest.mark.parametrize(
    "document",
    [
        {"type": "FeatureCollection"},
        {"type": "FeatureCollection", "features": {}},
        {"type": "plan", "features": []},
        7,
        {},
        "text",
    ],
)
def test_what_is_no_geojson_is_refused(tmp_path, document):
    with pytest.raises(InputError):
        read_layer(file(tmp_path, json.dumps(document)))


def test_a_wrong_type_of_collection_is_said(tmp_path):
    assert kinds(read_layer(file(tmp_path, collection(GOOD) | {"type": "featurecollection"}))) == [
        "geojson_type"
    ]


def test_all_broken_is_refused(tmp_path):
    with pytest.raises(InputError) as error:
        read_layer(file(tmp_path, collection(feature({"type": "Point"}))))
    assert error.value.message.key == "read.all_broken"


def test_json_that_is_cut_off_yields_its_whole_features(tmp_path):
    words = json.dumps(collection(GOOD, GOOD, GOOD), ensure_ascii=False)
    layer = read_layer(file(tmp_path, words[: len(words) - 60]))
    assert len(layer.data) == 2
    assert kinds(layer) == ["record_broken", "json_broken", "records_broken"]


def test_json_with_one_broken_feature_yields_the_others(tmp_path):
    words = json.dumps(collection(GOOD, GOOD, GOOD), ensure_ascii=False)
    place = words.index('"type": "Feature"', words.index('"type": "Feature"', 60) + 5)
    layer = read_layer(file(tmp_path, words[: place + 40] + "@@" + words[place + 40 :]))
    assert len(layer.data) == 2
    assert "json_broken" in kinds(layer)


def test_features_line_by_line(tmp_path):
    one = json.dumps(GOOD, ensure_ascii=False)
    for words in ("\n".join([one] * 3), f"\x1e{one}\n" * 3, f"{one}\r\n\r\n" * 3):
        layer = read_layer(file(tmp_path, words))
        assert (len(layer.data), kinds(layer)) == (3, [])
    assert "json_broken" in kinds(read_layer(file(tmp_path, f"{one}\n{one}\n{one[:-3]}")))


def test_json_without_any_feature_is_refused(tmp_path):
    with pytest.raises(InputError) as error:
        read_layer(file(tmp_path, '{"type": "FeatureCollection", "features": ['))
    assert error.value.message.key == "read.not_json"


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8-sig", "utf-16"])
def test_geojson_in_another_encoding_than_utf8_is_read(tmp_path, encoding):
    assert read_layer(file(tmp_path, collection(GOOD), encoding)).data["name"].tolist() == ["好"]


def test_the_crs_that_is_named_is_used(tmp_path):
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4527"}}
    ring = [[[39516000, 4333000], [39517000, 4333000], [39517000, 4334000], [39516000, 4333000]]]
    layer = read_layer(file(tmp_path, collection(feature({"type": "Polygon", "coordinates": ring}), crs=crs)))
    assert [decision.value for decision in layer.decisions if decision.kind == "crs"] == ["EPSG:4527"]


def test_projected_coordinates_without_a_crs_are_not_taken_for_degrees(tmp_path):
    ring = [[[39516000, 4333000], [39517000, 4333000], [39517000, 4334000], [39516000, 4333000]]]
    layer = read_layer(file(tmp_path, collection(feature({"type": "Polygon", "coordinates": ring}))))
    assert kinds(layer) == ["crs_inferred_zone"]


def test_nested_attributes_stay_as_json(tmp_path):
    layer = read_layer(file(tmp_path, collection(feature(GOOD["geometry"], 列表=[1, 2], 对象={"甲": 1}))))
    assert layer.data["列表"].tolist() == ["[1, 2]"]
    assert layer.data["对象"].tolist() == ['{"甲": 1}']


def test_hostile_nesting_is_refused(tmp_path):
    with pytest.raises(InputError):
        read_layer(file(tmp_path, '{"type":"FeatureCollection","features":' + "[" * 100_000))


PLANE = [[517_000, 4_333_000], [527_000, 4_333_000], [527_000, 4_343_000], [517_000, 4_333_000]]
NAMED = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4548"}}


def projected(crs=None, inside=None, feature=None, count=1, coordinates=PLANE):
    geometry = {"type": "Polygon", "coordinates": [coordinates]} | ({"crs": inside} if inside else {})
    member = {"type": "Feature", "properties": {"crs": "x"}, "geometry": geometry}
    member |= {"crs": feature} if feature else {}
    return {"type": "FeatureCollection", "features": [member] * count} | ({"crs": crs} if crs else {})


@pytest.mark.parametrize("limit", [geojson.CHECKED_WHOLE, 0])
@pytest.mark.parametrize(
    "document",
    [
        projected(NAMED),
        projected({"type": "EPSG", "properties": {"code": 4548}}),
        projected({"type": "link", "properties": {"href": "http://www.opengis.net/gml/srs/epsg.xml#4548"}}),
        projected("EPSG:4548"),
        projected(inside=NAMED, count=3),
        projected(feature=NAMED),
        {"crs": NAMED} | projected(),
        {"long": "x" * 200_000} | projected(NAMED) | {"after": "x" * 200_000},
    ],
    ids=["end", "code", "link", "text", "geometries", "feature", "begin", "middle"],
)
def test_the_crs_is_found_wherever_it_stands(tmp_path, monkeypatch, document, limit):
    monkeypatch.setattr(geojson, "CHECKED_WHOLE", limit)
    path = tmp_path / "a.geojson"
    path.write_text(json.dumps(document), "utf-8")
    layer = read_layer(path)
    assert [decision.value for decision in layer.decisions if decision.kind == "crs"] == ["EPSG:4548"]
    assert layer.findings == []


@pytest.mark.parametrize("limit", [geojson.CHECKED_WHOLE, 0])
def test_several_systems_in_one_file_are_refused(tmp_path, monkeypatch, limit):
    monkeypatch.setattr(geojson, "CHECKED_WHOLE", limit)
    document = projected(inside=NAMED)
    other = {"type": "name", "properties": {"name": "EPSG:4549"}}
    document["features"] += projected(inside=other)["features"]
    path = tmp_path / "a.geojson"
    path.write_text(json.dumps(document), "utf-8")
    with pytest.raises(InputError) as error:
        read_layer(path)
    assert error.value.message.key == "read.crs_stated_several"


def test_an_attribute_that_is_called_crs_states_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(geojson, "CHECKED_WHOLE", 0)
    path = tmp_path / "a.geojson"
    coordinates = [[117, 39], [118, 39], [118, 40], [117, 39]]
    path.write_text(json.dumps(projected(coordinates=coordinates)), "utf-8")
    layer = read_layer(path)
    assert [decision.value for decision in layer.decisions if decision.kind == "crs"] == ["EPSG:4326"]
