"""Repaired layers go into a GeoPackage whatever their columns are called."""

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
import shapely

from geozone.checks import repair
from geozone.export.repaired import write_repaired
from geozone.model import Layer

SHAPES = [shapely.box(116 + number, 39, 116.5 + number, 40) for number in range(3)]


def layer(name="red", /, **columns):
    return Layer(name, gpd.GeoDataFrame(columns, geometry=SHAPES, crs=4490))


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ({"type": list("abc"), "TYPE": list("def")}, ["type", "TYPE_2"]),
        ({"type": [1, 2, 3], "TYPE": list("def"), "Type": list("ghi")}, ["type", "TYPE_2", "Type_3"]),
        ({"fid": [1, 1, 1], "name": list("abc")}, ["fid_2", "name"]),
        ({"FID": ["a", None, "b"], "geom": [1, 2, 3], "GEOM": [1, 2, 3]}, ["FID_2", "geom_2", "GEOM_3"]),
        ({"fid": [5, 6, 7], "fid_2": list("abc")}, ["fid_3", "fid_2"]),
        ({"mixed": [1, "x", None], "": list("abc")}, ["mixed", "field"]),
        ({"name": list("abc")}, ["name"]),
    ],
)
def test_columns_that_a_geopackage_cannot_hold_are_named_otherwise(tmp_path, columns, expected):
    path = tmp_path / "out.gpkg"
    said = write_repaired([repair(layer(**columns))], path)
    written = pyogrio.read_dataframe(path, layer="red")
    assert list(written.columns.drop("geometry")) == expected
    assert len(written) == 3
    for old, new in zip(columns, expected, strict=True):
        stored = [None if pd.isna(value) else value for value in written[new].tolist()]
        assert [str(value) for value in stored] == [str(value) for value in columns[old]]
    renamed = [(old, new) for old, new in zip(columns, expected, strict=True) if old != new]
    assert len(said) == len(renamed)
    assert all(new in text.zh for (_, new), text in zip(renamed, said, strict=True))


def test_a_column_called_geometry_does_not_hide_the_geometry(tmp_path):
    data = gpd.GeoDataFrame({"geometry_": SHAPES, "geometry": list("abc")}, geometry="geometry_", crs=4490)
    write_repaired([repair(Layer("red", data))], tmp_path / "out.gpkg")
    written = pyogrio.read_dataframe(tmp_path / "out.gpkg", layer="red", read_geometry=False)
    assert written["geometry"].tolist() == list("abc")


def test_layers_are_told_apart_though_capitals_do_not_count(tmp_path):
    path = tmp_path / "out.gpkg"
    write_repaired([repair(layer(name, n=[1, 2, 3])) for name in ("Red", "red", "red", "ledger")], path)
    assert [name for name, _ in pyogrio.list_layers(path)] == ["Red", "red_2", "red_3", "ledger_2", "ledger"]
