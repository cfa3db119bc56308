"""Repair changes what it says and nothing else, and stops before it changes the numbers."""

from dataclasses import replace

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from samples import sample_layer

from geozone.checks import LEDGER_COLUMNS, REPAIRABLE, check, reading_ledger, repair
from geozone.checks.report import report
from geozone.errors import DataError
from geozone.model import CRS, Change, LayerStyle
from geozone.overlay.plane import area_km2

SQUARE = shapely.box(116.0, 38.0, 116.2, 38.2)
SPIKE = shapely.Polygon(
    [(116, 38), (116.2, 38), (116.2, 38.2), (116.1, 38.2), (116.1, 38.9), (116.1, 38.2), (116, 38.2)]
)
BOW_TIE = shapely.Polygon([(116, 38), (117, 39), (117, 38), (116, 39)])


def layer_of(*geometries, role="redline"):
    return sample_layer("redline", role, list(geometries), LayerStyle("fill"))


def test_a_sound_layer_is_returned_as_it_is():
    layer = layer_of(SQUARE, None, shapely.Polygon())
    repaired, ledger = repair(layer)
    assert repaired is layer
    assert list(ledger.columns) == LEDGER_COLUMNS
    assert ledger.empty


def test_a_spike_goes_and_stands_in_the_ledger():
    layer = layer_of(shapely.box(117, 38, 117.1, 38.1), SPIKE)
    repaired, ledger = repair(layer)
    assert shapely.is_valid(np.asarray(repaired.data.geometry.values)).all()
    assert repaired.data.geometry.iloc[0].wkb == layer.data.geometry.iloc[0].wkb
    [entry] = ledger.to_dict("records")
    assert (entry["layer"], entry["feature"], entry["method"]) == ("redline", "1", "structure")
    assert entry["before_km2"] == pytest.approx(entry["after_km2"], rel=1e-9)
    assert entry["after_km2"] == pytest.approx(area_km2([SQUARE], CRS)[0], rel=1e-9)
    assert entry["change"] == pytest.approx(0.0, abs=1e-9)
    assert [decision.kind for decision in repaired.decisions] == ["repair"]


def test_the_layer_that_is_given_is_not_changed():
    layer = layer_of(SPIKE)
    before = layer.data.geometry.iloc[0].wkb
    repair(layer)
    assert layer.data.geometry.iloc[0].wkb == before
    assert layer.decisions == []


def test_repair_stops_where_a_feature_would_change():
    layer = layer_of(shapely.box(120, 38, 121, 39), BOW_TIE)
    with pytest.raises(DataError) as error:
        repair(layer)
    assert error.value.message.key == "check.repair_changes_feature"
    assert error.value.message.params["feature"] == "1 (redline 2)"
    assert error.value.exit_code == 1


def test_repair_stops_where_the_layer_would_change():
    # each feature by less than the limit, the layer by more: only possible with a limit on both
    hole = shapely.box(116.0, 38.0, 116.02, 38.1).exterior
    leaning = shapely.Polygon(SQUARE.exterior, [hole, shapely.box(116.01, 38.05, 116.03, 38.15).exterior])
    assert not shapely.is_valid(leaning)
    with pytest.raises(DataError):
        repair(layer_of(leaning), limit=1e-6)
    repaired, ledger = repair(layer_of(leaning), limit=0.2)
    assert len(ledger) == 1
    assert shapely.is_valid(repaired.data.geometry.iloc[0])


def test_a_larger_limit_allows_it_and_says_so():
    layer = layer_of(
        shapely.Polygon(
            SQUARE.exterior,
            [
                shapely.box(116.01, 38.01, 116.02, 38.02).exterior,
                shapely.box(116.015, 38.01, 116.025, 38.02).exterior,
            ],
        )
    )
    repaired, ledger = repair(layer, limit=0.05)
    assert shapely.is_valid(repaired.data.geometry.iloc[0])
    assert 0 < abs(ledger["change"].iloc[0]) < 0.05


def test_of_a_collection_the_polygons_are_kept():
    inner = shapely.GeometryCollection([shapely.box(118, 38, 118.1, 38.1)])
    mixed = shapely.GeometryCollection([shapely.Point(118, 38), shapely.box(117, 38, 117.1, 38.1), inner])
    repaired, ledger = repair(layer_of(SQUARE, mixed))
    assert repaired.data.geometry.iloc[1].geom_type == "MultiPolygon"
    assert ledger["method"].tolist() == ["polygons_of_collection"]
    assert ledger["change"].tolist() == [0.0]


def test_rings_that_run_back_on_themselves_come_out_sound():
    ring = [(116.1, 38.1), (116, 38.2), (116, 38.1), (116.1, 38.1), (116, 38), (116, 38.1)]
    repaired, ledger = repair(layer_of(shapely.Polygon(ring)), limit=np.inf)
    assert shapely.is_valid(repaired.data.geometry.iloc[0])
    assert ledger["after_km2"].iloc[0] == pytest.approx(97.3, rel=0.01)


def test_lines_are_repaired_as_lines():
    nowhere = shapely.LineString([(116, 38), (116, 38)])
    repaired, ledger = repair(layer_of(nowhere, shapely.LineString([(116, 38), (117, 39)]), role="river"))
    assert ledger["change"].tolist() == [0.0]
    assert shapely.is_valid(np.asarray(repaired.data.geometry.values)).all()


coordinates = st.tuples(st.integers(0, 6), st.integers(0, 6)).map(lambda p: (116 + p[0] / 10, 38 + p[1] / 10))
polygons = st.builds(
    shapely.Polygon,
    st.lists(coordinates, min_size=4, max_size=9),
    st.lists(st.lists(coordinates, min_size=4, max_size=5), max_size=2),
)


@given(st.lists(polygons, min_size=1, max_size=4))
def test_what_is_repaired_is_sound_and_the_ledger_adds_up(geometries):
    layer = layer_of(*geometries)
    repaired, ledger = repair(layer, limit=np.inf)
    shapes = np.asarray(repaired.data.geometry.values)
    assert shapely.is_valid(shapes).all()
    assert np.isin(shapely.get_type_id(shapes), (3, 6)).all()
    assert not {finding.kind for finding in check(repaired)} & REPAIRABLE
    before, after = area_km2(geometries, CRS).sum(), area_km2(shapes, CRS).sum()
    assert ledger["after_km2"].sum() - ledger["before_km2"].sum() == pytest.approx(after - before, abs=1e-6)
    assert repair(repaired)[1].empty


@given(st.lists(polygons, min_size=1, max_size=3), st.sampled_from([0.0, 0.01, 0.5]))
def test_nothing_passes_the_limit(geometries, limit):
    try:
        _, ledger = repair(layer_of(*geometries), limit=limit)
    except DataError:
        return
    assert (ledger["change"].abs() <= limit).all()


def test_what_reading_changed_stands_in_the_ledger_once():
    closed, lost = Change("0", "ring_closed", 2.0, 2.0), Change("7", "coordinate_lost", float("nan"), 0.0)
    layer = replace(layer_of(SQUARE), changes=[closed, lost])
    assert reading_ledger(layer)["method"].tolist() == ["ring_closed", "coordinate_lost"]
    repaired, ledger = repair(layer)
    assert ledger["change"].tolist() == pytest.approx([0.0, np.nan], nan_ok=True)
    assert repair(repaired)[1].empty
    repaired, ledger = repair(replace(layer_of(BOW_TIE), changes=[closed]), limit=np.inf)
    assert ledger["method"].tolist()[0] == "ring_closed"
    assert len(ledger) == 2
    assert report("a.shp", layer, [])["ledger"][1]["before_km2"] is None
