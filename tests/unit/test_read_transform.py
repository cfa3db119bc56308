"""No step of reading changes the area of a feature, valid or not; one that did would be named and in the ledger."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import pytest
import shapely

from geozone.checks import check, reading_ledger
from geozone.overlay.plane import area_km2
from geozone.read import read_layer, transform
from geozone.read.crs import Wanted, to_cgcs2000
from geozone.read.notes import Notes
from geozone.read.transform import cut_long_edges, hold_areas, moved

LEANING = shapely.Polygon(
    [(39_500_000, 4_300_000), (39_508_000, 4_308_000), (39_508_000, 4_300_000), (39_500_000, 4_304_000)]
)
BOW_TIE = shapely.Polygon(
    [(39_500_000, 4_300_000), (39_508_000, 4_308_000), (39_508_000, 4_300_000), (39_500_000, 4_308_000)]
)


def read(*geometries, crs=4527):
    notes = Notes("layer")
    data = to_cgcs2000(gpd.GeoDataFrame(geometry=list(geometries), crs=crs), Wanted(), None, "a.shp", notes)
    return data, notes


def test_an_invalid_polygon_with_long_edges_keeps_its_area_and_its_fault():
    data, notes = read(LEANING, BOW_TIE)
    assert area_km2(data) == pytest.approx(area_km2(np.array([LEANING, BOW_TIE]), 4527), rel=1e-5, abs=1e-3)
    assert not data.geometry.is_valid.any()
    assert notes.findings == []
    assert notes.changed == []


def test_check_names_the_fault_of_a_bow_tie_in_a_file(tmp_path):
    path = tmp_path / "a.gpkg"
    gpd.GeoDataFrame({"name": ["甲"]}, geometry=[BOW_TIE], crs=4527).to_file(path)
    assert "ring_self_intersection" in {finding.kind for finding in check(read_layer(path))}


def test_the_decision_counts_the_features_whose_edges_were_cut():
    parts = shapely.MultiPolygon([shapely.box(x, 4.3e6, x + 500, 4.3e6 + 500) for x in (39.5e6, 39.6e6)])
    _, notes = read(parts, LEANING)
    [decision] = [decision for decision in notes.decisions if decision.kind == "edges"]
    assert decision.reason.params["count"] == 1


def test_a_step_that_lost_area_is_named_and_entered_in_the_ledger(tmp_path, monkeypatch):
    # what GEOS does with an invalid polygon
    monkeypatch.setattr(
        transform, "densify", lambda shapes, longest, **_: shapely.segmentize(shapes, longest)
    )
    path = tmp_path / "a.gpkg"
    gpd.GeoDataFrame(geometry=[shapely.box(39.5e6, 4.3e6, 39.51e6, 4.31e6), LEANING], crs=4527).to_file(path)
    layer = read_layer(path)
    assert [finding.feature for finding in layer.findings if finding.kind == "area_changed"] == ["2"]
    [row] = reading_ledger(layer).to_dict("records")
    assert row["feature"] == "2"
    assert row["before_km2"] == pytest.approx(abs(LEANING.area) / 1e6)
    assert row["after_km2"] != pytest.approx(row["before_km2"], rel=0.01)


@pytest.mark.parametrize("factor", [1.0, 1000.0, 0.001])
def test_turning_scaling_and_moving_conserve(factor):
    notes = Notes("layer")
    index = pd.RangeIndex(3)
    shapes = np.array([LEANING, None, shapely.LineString([(4e7, 1.0), (4e7, 9000.0)])], dtype=object)
    after = moved(
        shapes, lambda points: points[:, ::-1] * factor + np.array([39e6, 0.0]), factor, index, notes
    )
    assert notes.findings == []
    assert after[1] is None
    hold_areas(after, np.array([after[0], None, None], dtype=object), 1.0, index, notes)
    assert [finding.feature for finding in notes.findings] == ["2"]


def test_short_edges_are_not_touched():
    shapes = np.array(
        [shapely.box(39.5e6, 4.3e6, 39.5e6 + 600, 4.3e6 + 600), shapely.Point(39.5e6, 4e6), None]
    )
    assert cut_long_edges(shapes, pyproj.CRS(4527), pd.RangeIndex(3), Notes("layer")) is shapes


def test_an_edge_longer_than_the_earth_is_wide_is_not_cut():
    fault = shapely.Polygon([(0, 0), (9e8, 0), (9e8, 9e8)])
    shapes = np.array([fault], dtype=object)
    assert cut_long_edges(shapes, pyproj.CRS(4527), pd.RangeIndex(1), Notes("layer"))[0] is fault


def test_a_closed_ring_is_in_the_ledger_with_its_area(tmp_path):
    path = tmp_path / "open.geojson"
    path.write_text('{"type":"Polygon","coordinates":[[[117,39],[118,39],[118,40],[117,40]]]}')
    layer = read_layer(path)
    [row] = reading_ledger(layer).to_dict("records")
    assert (row["method"], row["change"]) == ("ring_closed", 0.0)
    assert row["after_km2"] == pytest.approx(area_km2(layer.data)[0])


def test_a_geometry_without_usable_coordinates_is_in_the_ledger():
    data, notes = read(LEANING, shapely.Polygon([(39.5e6, 4.3e6), (np.inf, 4.3e6), (39.5e6, 4.4e6)]))
    assert data.geometry.isna().tolist() == [False, True]
    [change] = transform.changes_of(data, notes)
    assert (change.feature, change.method, change.after_km2) == ("1", "coordinate_lost", 0.0)
    assert np.isnan(change.before_km2)
