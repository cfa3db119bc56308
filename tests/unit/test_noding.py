"""A border is one line, whatever vertices it has on its two sides."""

import itertools

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geozone.overlay.coverage import coverage
from geozone.overlay.mosaic import mosaic
from geozone.overlay.noding import insert_vertices, share_vertices
from geozone.overlay.plane import area_km2, length_km

CRS = "EPSG:4490"


def frame(*shapes, **columns):
    return gpd.GeoDataFrame(columns, geometry=list(shapes), crs=CRS)


def diagonal(side, count):
    """Return a square parted by a diagonal with 2 vertices on one side and `count` + 1 on the other."""
    dense = [(116 + side * i / count, 38 + side * i / count) for i in range(count + 1)]
    upper = shapely.Polygon([(116, 38), (116 + side, 38 + side), (116, 38 + side)])
    return upper, shapely.Polygon([(116 + side, 38), *dense[::-1]])


@pytest.mark.parametrize("side", [0.01, 0.1, 1.0, 5.0])
@pytest.mark.parametrize("decimals", [15, 6])
def test_ground_along_a_border_counts_once(side, decimals):
    halves = [shapely.transform(half, lambda points: points.round(decimals)) for half in diagonal(side, 50)]
    whole = shapely.box(116, 38, 116 + side, 38 + side)
    zones = frame(*halves, k=["A", "B"])
    square = area_km2(whole, CRS)[0]
    found = coverage(frame(whole), zones, by="k")
    rounding = 1e-12 if decimals == 15 else 0.2 * length_km(whole.exterior, CRS)[0] / 1e3 / square
    assert found.zone_km2.sum() == pytest.approx(square, rel=rounding)
    assert found.net_km2.sum() == pytest.approx(square, rel=rounding)
    assert mosaic({"a": frame(whole)}, zones, by="k").area_km2.sum() == pytest.approx(square, rel=rounding)


def test_a_clean_coverage_stays_as_it_is():
    boxes = np.array([shapely.box(116 + x, 38, 117 + x, 39) for x in range(3)], dtype=object)
    assert all(one is other for one, other in zip(share_vertices(boxes), boxes, strict=True))


def test_only_what_lies_on_an_edge_is_inserted():
    one, near, far = shapely.box(0, 0, 1, 1), shapely.box(1, 0.3, 2, 0.6), shapely.box(1.00002, 0.7, 2, 0.8)
    changed, *others = share_vertices(np.array([one, near, far], dtype=object))
    assert changed.equals(one)
    assert shapely.get_num_coordinates(changed) == 7
    assert [other.equals(same) for other, same in zip(others, (near, far), strict=True)] == [True, True]


def test_holes_parts_and_lines_are_noded_too():
    ring = shapely.box(0, 0, 4, 4).difference(shapely.box(1, 1, 3, 3))
    both = shapely.MultiPolygon([ring, shapely.box(5, 0, 6, 4)])
    filling = [shapely.box(1, 1, 2, 3), shapely.box(2, 1, 3, 3), shapely.box(4, 1, 5, 2)]
    made = share_vertices(np.array([both, *filling], dtype=object))
    assert shapely.equals(made, [both, *filling]).all()
    assert shapely.coverage_is_valid(made)
    line = shapely.MultiLineString([[(20, 30), (21, 31)], [(20, 31), (22, 33)]])
    [noded] = insert_vertices(
        np.array([line], dtype=object), shapely.points([(20.5, 30.5), (21, 32), (20.5, 30.6)])
    )
    assert [len(part.coords) for part in noded.geoms] == [3, 3]


def test_a_polygon_is_never_broken():
    # both sides of a strip 0.05 m wide lie within reach of the vertices of the other
    strip, other = shapely.box(0, 0, 1, 5e-7), shapely.Polygon([(0, 0), (0.5, -0.1), (1, 0), (0.5, 2e-7)])
    assert shapely.is_valid(share_vertices(np.array([strip, other], dtype=object))).all()


STEPS = st.lists(st.integers(1, 99), min_size=3, max_size=3, unique=True).map(sorted)


@given(STEPS, STEPS, st.lists(st.floats(0.01, 0.99), max_size=6), st.sampled_from([0.1, 2.0]))
def test_a_partition_adds_up_whatever_vertices_one_side_has(low, high, extra, side):
    """Strips parted by slanted lines; every second strip has more vertices along them."""
    ends = np.array([[0, *low, 100], [0, *high, 100]]).T / 100
    strips = []
    for number, (west, east) in enumerate(itertools.pairwise(ends)):
        shares = [0, *sorted(extra if number % 2 else []), 1]
        left, right = (
            [(end[0] + (end[1] - end[0]) * share, share) for share in shares] for end in (west, east)
        )
        strips.append(shapely.Polygon(np.array([*left, *right[::-1]]) * side + (116, 38)))
    areas = area_km2(share_vertices(np.array(strips, dtype=object)), CRS)
    square = area_km2(shapely.box(116, 38, 116 + side, 38 + side), CRS)[0]
    assert areas.sum() == pytest.approx(square, rel=1e-9)
