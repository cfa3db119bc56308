"""GeoJSON is streamed where the reader would have nothing to decide, and what is told of it is what the reader tells."""

import json
import warnings

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from geozone import api, sources
from geozone.files import shipped
from geozone.model import CRS
from geozone.overlay.losses import decided, told
from geozone.overlay.plane import EDGE_SHARE, area_km2
from geozone.read.datum import to_wgs84

SQUARES = gpd.GeoDataFrame(
    {"name": ["a", "b"]}, geometry=[shapely.box(116, 30, 117, 31), shapely.box(117, 30, 118, 31)], crs=CRS
)
SHAPES = [shapely.box(116.9, 30.4, 117.1, 30.6), shapely.box(117.2, 30.4, 117.3, 30.5)]
SQUARE = shapely.geometry.mapping(SHAPES[0])
KM2 = float(area_km2(SHAPES[:1], CRS)[0])


def collection(*features, **members):
    return {"type": "FeatureCollection", "features": list(features)} | members


def feature(geometry=SQUARE, **properties):
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def file(folder, words, encoding="utf-8"):
    path = folder / "layer.geojson"
    words = words if isinstance(words, str) else json.dumps(words, ensure_ascii=False)
    path.write_bytes(words.encode(encoding))
    return path


@pytest.fixture
def read(monkeypatch):
    """Note which files the reader is asked for."""
    seen = []
    open_layer = sources.open_layer

    def noted(source, crs=None):
        if not isinstance(source, gpd.GeoDataFrame):
            seen.append(source)
        return open_layer(source, crs)

    for module in (api, sources):
        monkeypatch.setattr(module, "open_layer", noted)
    return seen


def both(path, monkeypatch):
    """Return the coverage by a file as it is, and as it is when it is read."""
    with warnings.catch_warnings(action="ignore"):
        table = api.coverage(path, SQUARES, by="name", threads=1)
        monkeypatch.setattr(api, "may_be_walked", lambda *_: False)
        return table, api.coverage(path, SQUARES, by="name", threads=1)


def same(table, expected, *, apart=1e-9):
    pd.testing.assert_frame_equal(table, expected, rtol=apart, atol=1e-9)
    found, wanted = (
        [(one.kind, one.severity, one.layer) for one in told(some)] for some in (table, expected)
    )
    assert sorted(found, key=str) == sorted(wanted, key=str)
    assert table.attrs["complete"] == expected.attrs["complete"]


STREAMED = {
    "plain": collection(feature(), feature()),
    "without geometry": collection(feature(), feature(None)),
    "a point and a line": collection(
        feature(),
        feature({"type": "Point", "coordinates": [116.5, 30.5]}),
        feature({"type": "LineString", "coordinates": [[116.5, 30.5], [116.6, 30.5]]}),
    ),
    "area that is stated": collection(*(feature(面积_平方公里=KM2), feature(面积_平方公里=3 * KM2)) * 3),
    "a page": collection(feature(), numberMatched=17, numberReturned=1),
    "limited": collection(feature(), exceededTransferLimit=True),
    "another page": collection(feature(), links=[{"rel": "next", "href": "http://example.org"}]),
    "fewer than stated": collection(feature(), numberReturned=3),
    "crosses itself": collection(
        feature({"type": "Polygon", "coordinates": [[[116.2, 30.2], [116.4, 30.4], [116.4, 30.2], [116.2, 30.4], [116.2, 30.2]]]})
    ),
    "heights": collection(
        feature({"type": "Polygon", "coordinates": [[[*place, 5] for place in SQUARE["coordinates"][0]]]})
    ),
}  # fmt: skip


@pytest.mark.parametrize("document", STREAMED.values(), ids=STREAMED)
def test_what_is_streamed_is_told_as_when_it_is_read(tmp_path, monkeypatch, read, document):
    path = file(tmp_path, document)
    table, expected = both(path, monkeypatch)
    assert read == [path]  # the second time only
    same(table, expected)
    [(layer, decision)] = decided(table)
    assert (layer, decision.kind, decision.value) == ("layer", "crs", "EPSG:4326")
    assert (layer, decision) in decided(expected)


READ = {
    "open ring": collection(feature({"type": "Polygon", "coordinates": [SQUARE["coordinates"][0][:-1]]})),
    "no geometry": collection(feature(), {"type": "Feature", "properties": {}}),
    "broken": collection(feature(), feature({"type": "Polygon"})),
    "bare": collection(SQUARE),
    "list": [feature()],
    "type": collection(feature()) | {"type": "featurecollection"},
    "cut": json.dumps(collection(feature(), feature(), feature()))[:-60],
    "twice": f'{{"type": "FeatureCollection", "features": [], "features": {json.dumps([feature()])}}}',
    "swapped": collection(feature(shapely.geometry.mapping(shapely.box(30.4, 116.9, 30.6, 117.1)))),
    "elsewhere": collection(feature(), feature(shapely.geometry.mapping(shapely.box(10, 50, 11, 51)))),
    "point elsewhere": collection(feature(), feature({"type": "Point", "coordinates": [0, 0]})),
    "vertex at nought": collection(
        feature(), feature({"type": "Polygon", "coordinates": [[[116, 30], [117, 30], [0, 0], [116, 30]]]})
    ),
    "metres": collection(feature(shapely.geometry.mapping(shapely.box(39.5e6, 3.37e6, 39.51e6, 3.38e6)))),
    "no number": '{{"type": "FeatureCollection", "features": [{}, {}]}}'.format(
        json.dumps(feature()), json.dumps(feature()).replace("116.9", "NaN", 1)
    ),
}


@pytest.mark.parametrize("document", READ.values(), ids=READ)
def test_what_the_reader_has_to_look_at_is_read(tmp_path, monkeypatch, read, document):
    path = file(tmp_path, document)
    table, expected = both(path, monkeypatch)
    assert read == [path, path]
    same(table, expected)
    assert decided(table) == decided(expected)


def test_text_of_another_encoding_is_read(tmp_path, monkeypatch, read):
    table, expected = both(file(tmp_path, collection(feature(名称="朝阳区红线")), "gb18030"), monkeypatch)
    assert len(read) == 2
    assert "encoding" in {decision.kind for _, decision in decided(table)}
    same(table, expected)


@pytest.mark.parametrize("name", ["urn:ogc:def:crs:OGC:1.3:CRS84", "EPSG:4490", "EPSG:4527", "EPSG:4548"])
def test_a_system_that_is_stated_is_told(tmp_path, monkeypatch, read, name):
    shapes = gpd.GeoSeries(shapely.segmentize(SHAPES, 0.01), crs=CRS).to_crs(
        name.rpartition(":")[2] if "CRS84" not in name else "OGC:CRS84"
    )
    features = [feature(shapely.geometry.mapping(shape)) for shape in shapes]
    crs = {"type": "name", "properties": {"name": name}}
    path = file(tmp_path, collection(*features, crs=crs))
    table, expected = both(path, monkeypatch)
    assert read == [path]
    same(table, expected, apart=EDGE_SHARE)  # the reader cuts edges of a projection elsewhere
    assert decided(table) == [one for one in decided(expected) if one[1].kind == "crs"]
    assert table["net_km2"].sum() == pytest.approx(area_km2(SHAPES, CRS).sum(), rel=1e-5)


def test_lines_are_streamed(tmp_path, monkeypatch, read):
    path = file(tmp_path, "\n".join(json.dumps(feature()) for _ in range(3)))
    table, expected = both(path, monkeypatch)
    assert read == [path]
    same(table, expected)


def test_a_layer_in_shifted_coordinates_is_told(tmp_path, monkeypatch, read):
    boundary = gpd.read_file(shipped("layers") / "data" / "boundary.gpkg", layer="county")
    some = boundary[boundary.representative_point().within(shapely.box(114, 37, 118, 41))].to_crs(4490)
    moved = shifted(np.asarray(some.geometry.values))
    path = tmp_path / "layer.geojson"
    gpd.GeoDataFrame(geometry=moved, crs=4326).to_file(path)
    table, expected = both(path, monkeypatch)
    assert read == [path]
    same(table, expected)
    assert "datum_shifted" in {one.kind for one in told(table)}


def shifted(shapes):
    """Return geometries moved by what `to_wgs84` takes off."""
    back = shapely.get_coordinates(to_wgs84(shapes, "GCJ-02"))
    points = shapely.get_coordinates(shapes)
    return shapely.set_coordinates(shapes.copy(), 2 * points - back)


def test_mosaic_and_change_stream_it_too(tmp_path, read):
    (tmp_path / "new").mkdir()
    paths = {
        name: file(folder, collection(feature()))
        for name, folder in (("old", tmp_path), ("new", tmp_path / "new"))
    }
    table = api.mosaic(paths, SQUARES, by="name", threads=1)
    assert table.loc[table["old"] & table["new"], "area_km2"].sum() == pytest.approx(KM2, rel=1e-9)
    assert api.change(paths["old"], paths["new"], SQUARES, by="name", threads=1)["net_km2"].abs().max() < 1e-9
    assert read == []
