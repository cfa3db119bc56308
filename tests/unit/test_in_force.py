"""Features that their layer calls planned, or no longer valid, count as others do, which is told."""

import geopandas as gpd
import pytest
import shapely

import geozone
from geozone.errors import GeozoneWarning
from geozone.overlay.losses import told
from geozone.project import embedded_project

SHAPES = [shapely.box(116 + x, 39.2, 116.1 + x, 39.3) for x in (0.1, 0.3, 0.5)]
ZONES = gpd.GeoDataFrame({"key": ["a"]}, geometry=[shapely.box(116, 39, 117, 40)], crs=4490)
KINDS = {"features_ahead", "features_gone"}


def layer(path, **fields):
    gpd.GeoDataFrame({"name": list("甲乙丙"), **fields}, geometry=SHAPES, crs=4490).to_file(path)
    return path


@pytest.mark.parametrize("ending", ["gpkg", "geojson"])  # streamed, and read
@pytest.mark.parametrize(
    ("fields", "kinds"),
    [
        ({"状态": ["现状", "规划", "撤销"]}, KINDS),
        ({"状态": ["规划", "规划", "规划"]}, set()),  # a layer of plans
        ({"是否撤销": ["否", "是", "否"]}, {"features_gone"}),
        ({"是否有效": ["是", "否", ""]}, {"features_gone"}),
        ({"SFSC": [0, 1, 0]}, {"features_gone"}),
        ({"是否撤销": ["否", "否", "否"], "状态": ["现状", "", "现状"]}, set()),
        ({"类型": ["规划", "撤销", "现状"]}, set()),
    ],
)
def test_features_that_are_not_in_force_count_and_are_told(tmp_path, ending, fields, kinds):
    path = layer(tmp_path / f"red.{ending}", **fields)
    assert {one.kind for one in geozone.check(geozone.read_layer(path))} & KINDS == kinds
    if kinds:
        with pytest.warns(GeozoneWarning, match="count as all others do"):
            table = geozone.coverage(path, ZONES, by="key")
    else:
        table = geozone.coverage(path, ZONES, by="key")
    assert {one.kind for one in told(table)} & KINDS == kinds
    assert table["features"]["a"] == 3


def test_a_layer_of_items_with_a_status_each_is_none_of_it(tmp_path):
    bays = layer(tmp_path / "bays.gpkg", status=["built", "planned", "unknown"])
    read = geozone.read_layer(bays)
    read.spec = embedded_project("hebei").layers["bays"]
    assert not {one.kind for one in geozone.check(read)} & KINDS
