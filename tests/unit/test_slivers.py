"""A part thinner than the layers are accurate is the mismatch of two outlines."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import samples
import shapely
from affine import Affine
from raster_samples import saved

import geozone
from geozone.checks.accuracy import UNSTATED_M, accuracy_m
from geozone.messages import Text
from geozone.model import CRS, Basis, Layer, LayerSpec
from geozone.overlay.joining import features_in_zones
from geozone.overlay.mosaic import mosaic
from geozone.overlay.slivers import slivers
from geozone.overlay.units import finest_units
from geozone.verify import verify_build

UNITS = samples.sample_units()
FINEST = finest_units(UNITS)


def found(accuracy, *shapes):
    layer = gpd.GeoDataFrame(geometry=list(shapes), crs=CRS)
    pieces = mosaic({"barrier": layer}, FINEST, by="code")
    return slivers(layer, [UNITS], pieces[pieces.barrier], accuracy)


def test_a_strip_over_a_border_is_a_sliver_of_the_neighbour():
    # 920101 begins at 117 E; the barrier of 910102 reaches 1e-9 degrees into it
    reaching = shapely.box(116.6, 38.1, 117 + 1e-9, 38.4)
    thin = found(10.0, reaching)
    assert set(thin) == {"920101", "920100", "920000"}
    assert thin["920101"].width_m == pytest.approx(8.7e-5, rel=0.01)
    assert thin["920101"].area_km2 == pytest.approx(thin["920000"].area_km2)
    assert thin["920101"].accuracy_m == 10.0


def test_the_accuracy_decides():
    strip = shapely.box(117, 38.1, 117.01, 38.4)  # 873 m wide
    assert set(found(1000.0, strip)) == {"920101", "920100", "920000", UNITS.code.iloc[-1]}
    assert found(500.0, strip) == {}


def test_a_wide_part_is_none_however_small_its_share():
    block = shapely.box(116.6, 38.1, 116.65, 38.15)
    assert found(1000.0, block) == {}
    assert found(1000.0, block, block) == {}  # ground counts once


def test_broken_features_are_measured_as_well():
    bow_tie = shapely.Polygon([(116.6, 38.1), (116.6005, 38.4), (116.6005, 38.1), (116.6, 38.4)])
    assert "910102" in found(100.0, bow_tie)


def layer_with(accuracy="未说明", **columns):
    data = gpd.GeoDataFrame(columns, geometry=[shapely.box(116, 38, 117, 39)] * 3, crs=CRS)
    said = Text(accuracy, accuracy)
    return Layer("x", data, LayerSpec("x", "barrier", said, Basis.OFFICIAL, said, "", "2024", said, ()))


@pytest.mark.parametrize(
    ("layer", "metres"),
    [
        (None, UNSTATED_M),
        (layer_with(), UNSTATED_M),
        (layer_with("±5 m"), 5.0),
        (layer_with("平面精度 0.5米"), 0.5),
        (layer_with("about ±1 km; see the report"), 1000.0),
        (layer_with("1:10000，1.5公里"), 1500.0),
        (layer_with("误差 3 m²"), UNSTATED_M),
        (layer_with("±0 m"), UNSTATED_M),
        (layer_with("±5 m", accuracy_m=[500, 500, 3000]), 500.0),
        (layer_with("±5 m", accuracy_m=[None, "x", -1]), 5.0),
        (layer_with("±5 m", accuracy_m=pd.array([pd.NA, pd.NA, 20])), 20.0),
    ],
)
def test_accuracy_is_what_features_or_declaration_say(layer, metres):
    assert accuracy_m(layer) == metres


@pytest.mark.parametrize("reach", [1e-9, 1e-5, 1e-3])  # degrees: 0.1 mm, 0.9 m, 90 m
def test_a_feature_lies_in_the_units_that_it_has_more_than_a_strip_in(reach):
    zones = gpd.GeoDataFrame(
        {"code": ["west", "east"]},
        geometry=[shapely.box(116, 39, 117, 40), shapely.box(117, 39, 118, 40)],
        crs=CRS,
    )
    far = [
        shapely.box(116.5, 39.1, 117 + reach, 39.4),
        shapely.LineString([(116.5, 39.5), (117 + reach, 39.5)]),
    ]
    small = shapely.box(117 - 1e-6, 39.6, 117 + 1e-6, 39.6 + 1e-6)  # of both, however little
    layer = gpd.GeoDataFrame(geometry=[*far, small], crs=CRS)
    found = features_in_zones(layer, zones, by="code", accuracy_m=10.0)
    both = {0, 1, 2} if reach == 1e-3 else {2}
    assert set(found["feature"]) == {0, 1, 2}
    assert set(found.loc[found["code"] == "east", "feature"]) - {2} == both - {2}
    assert {0, 1} <= set(found.loc[found["code"] == "west", "feature"])


PROJECT = """
zone = "hebei"

[[layer]]
role = "boundary"
path = "own.gpkg"
basis = "synthetic"
vintage = "2024"
"""
OWN = """
[[layer]]
id = "{id}"
role = "{role}"
path = "{id}.gpkg"
title = "{id}"
basis = "synthetic"
vintage = "2024"
"""
ASKED = """
[[indicator]]
id = "q_{id}"
title = "q"
levels = ["county"]
"""


def test_what_reaches_over_a_border_by_less_than_outlines_are_accurate_makes_no_rate(tmp_path):
    counties = {"130202": shapely.box(118, 39, 118.5, 39.5), "130203": shapely.box(118.5, 39, 119, 39.5)}
    own = {"code": list(counties), "name": ["甲区", "乙区"], "level": "county"}
    gpd.GeoDataFrame(own, geometry=list(counties.values()), crs=CRS).to_file(tmp_path / "own.gpkg")
    shapes = {
        "patch": ("area", shapely.box(118.1, 39.1, 118.5 + 1e-7, 39.4)),
        "dyke": ("line", shapely.LineString([(118.1, 39.2), (118.5 + 1e-7, 39.2)])),
        "inner": ("area", shapely.box(118.1, 39.1, 118.3, 39.4)),
    }
    text = PROJECT
    for name, (role, shape) in shapes.items():
        gpd.GeoDataFrame({"name": ["甲"]}, geometry=[shape], crs=CRS).to_file(tmp_path / f"{name}.gpkg")
        text += OWN.format(id=name, role=role)
    saved(
        tmp_path / "cover.tif",
        np.ones((50, 40), dtype="uint8"),
        transform=Affine(0.01, 0, 118.1, 0, -0.01, 39.5),
    )
    text += OWN.format(id="cover", role="landcover").replace("cover.gpkg", "cover.tif")
    text += "classes = { forest = [1], grass = [2], green = [1, 2], water = [5] }\n"
    text += ASKED.format(id="length") + 'measure = "length_share"\nlayer = "dyke"\nwithin = ["inner"]\n'
    text += ASKED.format(id="count") + 'measure = "count"\nlayer = "patch"\n'
    text += (
        ASKED.format(id="class")
        + 'measure = "class_share"\nlayer = "cover"\nclasses = ["forest"]\nof = "patch"\n'
    )
    (tmp_path / "project.toml").write_text(text, encoding="utf-8")
    project = geozone.open_project(tmp_path / "project.toml")
    rates = project.rates().set_index(["indicator", "unit_code"])["value"]
    assert rates["q_length", "130202"] == pytest.approx(0.5, abs=1e-4)
    assert rates["q_class", "130202"] == pytest.approx(1)
    assert rates["q_count"].to_dict() == {"130202": 1, "130203": 0}
    assert np.isnan([rates["q_length", "130203"], rates["q_class", "130203"]]).all()
    project.build(tmp_path / "built")  # what is counted again may count such a feature or not
    assert [check.message.get("en") for check in verify_build(tmp_path / "built") if not check.passed] == []
