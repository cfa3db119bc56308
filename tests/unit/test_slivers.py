"""A part thinner than the layers are accurate is the mismatch of two outlines."""

import geopandas as gpd
import pandas as pd
import pytest
import samples
import shapely

from geozone.checks.accuracy import UNSTATED_M, accuracy_m
from geozone.messages import Text
from geozone.model import CRS, Basis, Layer, LayerSpec
from geozone.overlay.mosaic import mosaic
from geozone.overlay.slivers import slivers
from geozone.overlay.units import finest_units

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
