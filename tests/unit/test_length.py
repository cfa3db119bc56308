import geopandas as gpd
import numpy as np
import pytest
import shapely
from pyproj import Geod

from geozone.overlay.length import line_lengths, lines_in_layer, points_in_zones
from geozone.overlay.plane import length_km

CRS = "EPSG:4490"
GEOD = Geod(a=6378137.0, rf=298.257222101)


def frame(*shapes, **columns):
    return gpd.GeoDataFrame(columns, geometry=gpd.GeoSeries(list(shapes), crs=CRS), crs=CRS)


ZONES = frame(shapely.box(116, 39, 117, 40), shapely.box(117, 39, 118, 40), key=["west", "east"])


def km(*points):
    return GEOD.geometry_length(shapely.LineString(points)) / 1e3


def test_a_river_through_two_zones():
    river = frame(shapely.LineString([(115.5, 39.2), (116.2, 39.2), (116.8, 39.2), (117.5, 39.2)]))
    found = line_lengths(river, ZONES, by="key").length_km
    assert found["west"] == pytest.approx(
        km((116, 39.2), (116.2, 39.2), (116.8, 39.2), (117, 39.2)), rel=1e-6
    )
    assert found["east"] == pytest.approx(km((117, 39.2), (117.5, 39.2)), rel=1e-6)


def test_a_line_drawn_twice_counts_once():
    line = shapely.LineString([(116.1, 39.1), (116.5, 39.1), (116.5, 39.5)])
    part = shapely.LineString([(116.5, 39.5), (116.5, 39.1), (116.3, 39.1)])
    once, twice = (line_lengths(frame(*lines), ZONES).length_km[0] for lines in ([line], [line, line, part]))
    assert once == pytest.approx(length_km(line, CRS)[0], rel=1e-9)
    assert twice == pytest.approx(once, rel=1e-6)


def test_a_line_between_two_zones_is_shared():
    border = frame(shapely.LineString([(117, 39.2), (117, 39.6)]))
    found = line_lengths(border, ZONES, by="key").length_km
    assert found["west"] == pytest.approx(found["east"], rel=1e-12)
    assert found.sum() == pytest.approx(km((117, 39.2), (117, 39.6)), rel=1e-9)
    # on the outer edge there is nobody to share with, and a zone around both does not halve it
    edge = frame(shapely.LineString([(116, 39.2), (116, 39.6)]))
    nested = frame(*ZONES.geometry, shapely.box(116, 39, 118, 40))
    whole = km((116, 39.2), (116, 39.6))
    assert line_lengths(edge, nested).length_km.to_list() == pytest.approx([whole, 0, whole], rel=1e-9)


def test_lines_in_a_layer_of_overlapping_polygons():
    lines = frame(
        shapely.LineString([(116, 39.5), (118, 39.5)]), shapely.LineString([(116, 39.9), (116.2, 39.9)])
    )
    layer = frame(shapely.box(116.2, 39.4, 116.6, 39.6), shapely.box(116.4, 39.4, 117.2, 39.6))
    found = lines_in_layer(lines, layer)
    assert found.inside_km.to_list() == pytest.approx([found.length_km[0] / 2, 0], rel=1e-4)
    assert found.share.to_list() == pytest.approx([0.5, 0], rel=1e-4)
    by_zone = lines_in_layer(lines, layer, ZONES, by="key")
    assert by_zone.inside_km.sum() == pytest.approx(found.inside_km.sum(), rel=1e-4)
    assert by_zone.share["east"] == pytest.approx(0.2, rel=1e-3)


def test_outlines_of_polygons_and_mixed_collections():
    square = shapely.box(116.2, 39.2, 116.4, 39.4)
    mixed = shapely.GeometryCollection([square, shapely.Point(116.3, 39.3)])
    assert line_lengths(frame(mixed, None), ZONES).length_km[0] == pytest.approx(
        length_km(square, CRS)[0], rel=1e-9
    )
    assert line_lengths(frame(), ZONES).length_km.to_list() == [0, 0]


def test_length_in_a_projected_source_is_that_of_the_ground():
    line = gpd.GeoSeries([shapely.LineString([(116.2, 39.2), (116.4, 39.4)])], crs=CRS)
    for crs in ("EPSG:3857", "EPSG:4527"):
        assert length_km(line.to_crs(crs))[0] == pytest.approx(length_km(line)[0], rel=1e-6)


def test_points():
    points = frame(shapely.Point(116.5, 39.5), shapely.Point(117, 39.5), shapely.Point(119, 39), None)
    assert points_in_zones(points, ZONES, by="key").points.to_dict() == {"west": 2, "east": 1}
    areas = frame(shapely.box(116.9, 39.2, 117.4, 39.3))
    assert points_in_zones(areas, ZONES).points.sum() == 1
    assert np.array_equal(points_in_zones(frame(), ZONES).points, [0, 0])
