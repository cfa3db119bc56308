"""Parts of straight lines on ground, against GEOS."""

import numpy as np
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geozone.barriers.crossings import spans

whole = st.integers(0, 12)
lines = st.lists(st.tuples(whole, whole, whole, whole), min_size=1, max_size=12).map(
    lambda ends: np.array([one for one in ends if one[:2] != one[2:]], dtype=float).reshape(-1, 2, 2)
)


@st.composite
def grounds(draw):
    """Polygons of whole coordinates, some with a hole, some of several parts."""
    found = []
    for _ in range(draw(st.integers(1, 4))):
        west, south, wide, high = draw(st.tuples(whole, whole, st.integers(1, 6), st.integers(1, 6)))
        box = shapely.box(west, south, west + wide, south + high)
        corner = shapely.box(west, south, *draw(st.tuples(whole, whole)))
        slope = shapely.Polygon([(west, south), (west + wide, south + 1), (west + 2, south + high)])
        found += [box, shapely.difference(box, corner)]
        found += [shapely.union(corner, slope)] if corner.area else [slope]
    return np.array([one for one in found if one.is_valid and "Polygon" in one.geom_type and one.area > 0])


def on_boundary(line, ground):
    """Whether a line runs along the outline of some ground, where either answer is right."""
    return shapely.intersection(line, shapely.boundary(ground)).length > 0


@given(lines, grounds())
def test_as_much_of_a_line_is_inside_as_geos_says(ends, ground):
    found = spans(ends, ground)
    assert (found.high > found.low).all()
    assert (np.diff(found.line) >= 0).all()
    union = shapely.union_all(ground)
    for number, line in enumerate(shapely.linestrings(ends)):
        if any(on_boundary(line, one) for one in ground):
            continue
        here = found.line == number
        share = (found.high - found.low)[here].sum()
        assert abs(share * line.length - shapely.intersection(line, union).length) < 1e-9
        assert (found.low[here][1:] > found.high[here][:-1]).all()


def test_a_line_through_the_corner_of_four_squares_is_one_part():
    squares = np.array([shapely.box(x, y, x + 1, y + 1) for x in (0, 1) for y in (0, 1)])
    found = spans(np.array([[[-1.0, -1.0], [3.0, 3.0]]]), squares)
    assert found.low.tolist() == [0.25]
    assert found.high.tolist() == [0.75]


def test_what_touches_with_a_corner_alone_is_crossed_nowhere():
    found = spans(np.array([[[0.0, 2.0], [2.0, 0.0]]]), np.array([shapely.box(0, 0, 1, 1)]))
    assert len(found.line) == 0


def test_a_hole_parts_a_line_and_parts_of_one_feature_are_all_met():
    ring = shapely.difference(shapely.box(0, 0, 3, 3), shapely.box(1, 1, 2, 2))
    far = shapely.box(5, 0, 6, 3)
    found = spans(np.array([[[0.0, 1.5], [10.0, 1.5]]]), np.array([shapely.union(ring, far)]))
    np.testing.assert_allclose(found.low, [0, 0.2, 0.5], atol=1e-15)
    np.testing.assert_allclose(found.high, [0.1, 0.3, 0.6], atol=1e-15)


def test_lines_that_a_cut_left_beside_a_polygon_are_no_ground():
    left = shapely.GeometryCollection([shapely.box(0, 0, 1, 1), shapely.LineString([(2, -1), (2, 2)])])
    found = spans(np.array([[[-1.0, 0.5], [3.0, 0.5]]]), np.array([left]))
    assert (found.low.tolist(), found.high.tolist()) == ([0.25], [0.5])


def test_a_line_without_length_is_nowhere():
    assert len(spans(np.array([[[0.5, 0.5], [0.5, 0.5]]]), np.array([shapely.box(0, 0, 1, 1)])).line) == 0
