import itertools

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod
from samples import frame

from geozone.overlay.length import line_lengths, lines_in_layer, points_in_zones
from geozone.overlay.plane import length_km

CRS = "EPSG:4490"
GEOD = Geod(a=6378137.0, rf=298.257222101)


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


def test_a_point_counts_once_in_the_zone_that_it_lies_in():
    points = frame(shapely.Point(116.5, 39.5), shapely.Point(117, 39.5), shapely.Point(119, 39), None)
    assert points_in_zones(points, ZONES, by="key").points.to_dict() == {"west": 2, "east": 1}
    areas = frame(shapely.box(116.9, 39.2, 117.4, 39.3))
    assert points_in_zones(areas, ZONES).points.sum() == 1
    assert np.array_equal(points_in_zones(frame(), ZONES).points, [0, 0])


def chain(one, other, count):
    """Return points on the line of longitude and latitude between two places, both ends included."""
    return [tuple(point) for point in np.linspace(one, other, count + 1)]


@pytest.mark.parametrize("side", [0.05, 1.0])
@pytest.mark.parametrize(
    ("upper", "lower", "drawn"), [(1, 50, 1), (50, 1, 7), (1, 1, 13), (7, 11, 5), (3, 3, 3)]
)
@pytest.mark.parametrize("decimals", [15, 6, 5])
def test_a_border_is_shared_whatever_vertices_its_two_sides_and_the_line_have(
    side, upper, lower, drawn, decimals
):
    low, high = (116.0, 38.0), (116.0 + side, 38.0 + 0.9 * side)
    north = [*chain(low, high, upper), (116.0, 38.0 + side)]
    south = [*chain(low, high, lower), (116.0 + side, 38.0)]
    line = shapely.LineString(chain(low, high, drawn))
    shapes = [shapely.transform(shape, lambda points: points.round(decimals))
              for shape in (shapely.Polygon(north), shapely.Polygon(south), line)]  # fmt: skip
    zones, whole = frame(*shapes[:2], key=["north", "south"]), length_km(shapes[2], CRS)[0]
    found = line_lengths(frame(shapes[2]), zones, by="key").length_km
    # an edge of a degree is a little shorter than the same line through more vertices
    assert found.sum() == pytest.approx(whole, rel=2e-5)
    assert found["north"] == pytest.approx(whole / 2, rel=1e-3)


def test_a_line_in_a_crack_between_two_zones_counts_once():
    crack = 4e-6  # 0.35 m
    west, east = shapely.box(116, 39, 117, 40), shapely.box(117 + crack, 39, 118, 40)
    lap = shapely.box(117 - crack, 39, 118, 40)
    line = shapely.LineString([(117 + crack / 2, 39.1), (117 + crack / 2, 39.9)])
    whole = length_km(line, CRS)[0]
    for other in (east, lap):
        found = line_lengths(frame(line), frame(west, other)).length_km
        assert found.to_list() == pytest.approx([whole / 2, whole / 2], rel=1e-6)


def test_zones_that_overlap_count_each_for_itself():
    line = shapely.LineString([(116.2, 39.5), (116.8, 39.5)])
    zones = frame(
        shapely.box(116, 39, 117, 40), shapely.box(116.5, 39, 118, 40), shapely.box(116, 39, 118, 40)
    )
    found = line_lengths(frame(line), zones).length_km
    assert found.to_list() == pytest.approx([km((116.2, 39.5), (116.8, 39.5)), km((116.5, 39.5), (116.8, 39.5)),
                                             km((116.2, 39.5), (116.8, 39.5))], rel=1e-5)  # fmt: skip


GRID = st.integers(0, 12).map(lambda number: number / 12)
PLACES = st.lists(st.tuples(GRID, GRID), min_size=2, max_size=6, unique=True)


@st.composite
def partitions(draw):
    """Cells of a triangulated square; every cell has vertices of its own along its edges."""
    places = draw(st.lists(st.tuples(GRID, GRID), min_size=1, max_size=5, unique=True))
    corners = shapely.MultiPoint([*places, (0, 0), (1, 0), (0, 1), (1, 1)])
    cells = []
    triangles = shapely.get_parts(shapely.delaunay_triangles(corners))
    for cell in triangles[shapely.area(triangles) > 1e-9]:  # places in a row leave one without ground
        steps = draw(st.integers(1, 6))
        edges = zip(cell.exterior.coords[:-1], cell.exterior.coords[1:], strict=True)
        cells.append(shapely.Polygon([point for edge in edges for point in chain(*edge, steps)[:-1]]))
    return [shapely.transform(cell, lambda points: points * 0.5 + (116, 39)) for cell in cells]


@given(partitions(), st.lists(PLACES, min_size=1, max_size=3), st.integers(1, 9))
def test_the_zones_of_a_partition_add_up_to_every_line_once(cells, places, steps):
    # places on the same grid make lines along borders common
    lines = [
        shapely.LineString([point for pair in itertools.pairwise(line) for point in chain(*pair, steps)])
        for line in places
    ]
    lines = frame(*[shapely.transform(line, lambda points: points * 0.5 + (116, 39)) for line in lines])
    found = line_lengths(lines, frame(*cells)).length_km
    square = line_lengths(lines, frame(shapely.box(116, 39, 116.5, 39.5))).length_km[0]
    assert found.sum() == pytest.approx(square, rel=1e-5, abs=1e-6)
    assert (found >= 0).all()


def test_a_vertex_of_two_equal_lines_lies_on_a_third():
    corner, middle, end = (116.1, 39.1), (116.25, 39.25), (116.4, 39.4)
    twice, along = shapely.LineString([corner, middle, (116.1, 39.4)]), shapely.LineString([end, corner])
    found = line_lengths(frame(twice, along, twice), ZONES).length_km.sum()
    assert found == pytest.approx(line_lengths(frame(along, twice), ZONES).length_km.sum(), rel=1e-12)
    assert found == pytest.approx(km(end, middle) + km(corner, middle, (116.1, 39.4)), rel=1e-6)


def test_a_vertex_of_a_third_line_lies_on_two_equal_ones():
    ends, middle = [(116.1, 39.1), (116.4, 39.4)], (116.25, 39.25)
    once, back, third = (
        shapely.LineString(ends),
        shapely.LineString(ends[::-1]),
        shapely.LineString([ends[1], middle]),
    )
    for equal in (once, back):
        found = line_lengths(frame(once, equal, third), ZONES).length_km.sum()
        assert found == pytest.approx(km(*ends), rel=1e-6)


def test_a_line_that_runs_back_along_itself_counts_once():
    line = shapely.LineString([(116.25, 39.2), (116.5, 39.5), (116.375, 39.35)])
    assert line_lengths(frame(line), ZONES).length_km.sum() == pytest.approx(km(*line.coords[:2]), rel=1e-6)


def test_a_line_drawn_again_with_other_vertices_counts_once():
    few, many = (shapely.LineString(chain((116.1, 39.1), (116.7, 39.6), count)) for count in (1, 9))
    once = line_lengths(frame(few), ZONES).length_km.sum()
    assert line_lengths(frame(few, many), ZONES).length_km.sum() == pytest.approx(once, rel=1e-5)
