"""What is told of polygons from their coordinate arrays alone must be what GEOS finds."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geozone.overlay.plane import plane_coordinates
from geozone.overlay.wkb import measure, read_in_plane, read_outlines

ANGLES = np.linspace(0, 2 * np.pi, 24, endpoint=False)


def bytes_of(polygons):
    wkb = shapely.to_wkb(polygons, byte_order=1)
    return np.frombuffer(b"".join(wkb), np.uint8), np.cumsum([0, *(len(one) for one in wkb)])


def outlines_of(polygons):
    outlines, positions, rest = read_outlines(*bytes_of(polygons))
    assert len(positions) == len(polygons)
    assert len(rest) == 0
    return outlines


def agrees(polygons):
    """Check every polygon that is told to be valid; return which are."""
    found = measure(outlines_of(polygons))
    told = found.valid
    assert shapely.is_valid(polygons[told]).all()
    np.testing.assert_allclose(found.areas[told], shapely.area(polygons[told]), rtol=1e-12)
    np.testing.assert_array_equal(found.boxes[told], shapely.bounds(polygons[told]).reshape(-1, 4))
    return told


def star(x=0.0, y=0.0, size=1.0, *, rays=ANGLES, ragged=0.3, seed=0):
    radius = size * (1 + ragged * np.random.default_rng(seed).uniform(-1, 1, len(rays)))
    return np.column_stack([x + radius * np.cos(rays), y + radius * np.sin(rays)])


def test_compact_polygons_are_told_to_be_valid():
    shell, far = star(1e7, 4e6, 500), star(1e7 + 1200, 4e6, 500, seed=1)
    hole = star(1e7, 4e6, 100, seed=2)
    polygons = [
        shapely.Polygon(shell),
        shapely.Polygon(shell[::-1]),
        shapely.box(0, 0, 3, 1),
        shapely.Polygon(shell, [hole]),
        shapely.MultiPolygon([shapely.Polygon(shell), shapely.Polygon(far)]),
        shapely.MultiPolygon([shapely.Polygon(shell), shapely.Polygon(far, [star(1e7 + 1200, 4e6, 50)])]),
        shapely.MultiPolygon([shapely.Polygon(star(x, x, ragged=0.1)) for x in (0, 1.65)]),  # boxes meet
        shapely.Polygon(star(size=9), [star(2, 2, 0.5), star(-2, 2, 0.5), star(0, -2, 0.5)]),
    ]
    assert agrees(np.array(polygons, dtype=object)).all()


def comb(teeth, depth, width=1.0):
    """A comb, which turns this way and that: four vertices a tooth."""
    left = np.arange(teeth) * 2.0
    zigzag = np.column_stack([left, left, left + width, left + width])
    heights = np.tile([1.0, 1 + depth, 1 + depth, 1.0], (teeth, 1))
    outline = np.column_stack([zigzag.ravel(), heights.ravel()])
    return np.vstack([[(0.0, 0.0)], outline, [(left[-1] + width, 0.0)]])


def test_winding_polygons_are_told_to_be_valid_too():
    gap = np.array([(10.2, 1.5), (10.8, 1.5), (10.8, 3), (10.2, 3)])  # in a tooth
    between = [(11.2, 2), (11.8, 2), (11.8, 3), (11.2, 3)]  # between two teeth
    polygons = [
        shapely.Polygon(comb(5, 3)),
        shapely.Polygon(comb(200, 9)[::-1]),
        shapely.Polygon(comb(20, 9), [gap]),
        shapely.Polygon(comb(20, 9), [gap, np.add(gap, (2, 0))]),
        shapely.MultiPolygon([shapely.Polygon(comb(20, 9)), shapely.Polygon(between)]),
        shapely.MultiPolygon(
            [shapely.Polygon(comb(20, 9, 0.4)), shapely.Polygon(comb(20, 9, 0.4)[::-1] * (1, -1) + (1, 12))]
        ),
    ]
    assert agrees(np.array(polygons, dtype=object)).all()


@pytest.mark.parametrize(
    "polygon",
    [
        shapely.Polygon(comb(20, 9), [[(11.2, 2), (11.8, 2), (11.8, 3), (11.2, 3)]]),  # a hole between teeth
        shapely.Polygon(comb(20, 9), [[(10.2, 2), (11.2, 2), (11.2, 3), (10.2, 3)]]),  # a hole across an edge
        shapely.Polygon(comb(20, 9), [[(10, 2), (10.5, 2), (10.5, 3)]]),  # one that touches it
        shapely.MultiPolygon(
            [shapely.Polygon(comb(20, 9)), shapely.box(10.2, 2, 10.8, 3)]
        ),  # a part in a tooth
        shapely.MultiPolygon([shapely.Polygon(comb(20, 9)), shapely.box(11, 2, 12, 3)]),  # one that touches
        shapely.MultiPolygon([shapely.box(10.2, 2, 10.8, 3), shapely.Polygon(comb(20, 9))]),
        shapely.Polygon(np.insert(comb(20, 9), 40, [[100, 5]], axis=0)),  # a spike through all teeth
        shapely.Polygon(np.insert(comb(20, 9), 9, [[4, 12], [4, 11]], axis=0)),  # a spike along its edge
        shapely.Polygon(comb(600, 3)),  # more vertices than are held against each other
    ],
)
def test_nothing_is_told_of_winding_ones_in_doubt(polygon):
    assert not agrees(np.array([polygon], dtype=object)).any()


@pytest.mark.parametrize(
    "polygon",
    [
        shapely.Polygon([(0, 0), (2, 2), (2, 0), (0, 2)]),  # a bow tie
        shapely.Polygon(star(rays=2 * ANGLES)),  # around twice
        shapely.Polygon(star(), [star(0.9, 0, 0.5)]),  # a hole that leaves its shell
        shapely.Polygon(star(), [star(5, 0, 0.5)]),  # a hole beside it
        shapely.MultiPolygon([shapely.Polygon(star()), shapely.Polygon(star(0.5))]),  # parts overlap
        shapely.MultiPolygon([shapely.Polygon(star()), shapely.Polygon(star(size=0.1))]),
        shapely.Polygon(star(size=9), [star(2, 2), star(3, 2)]),  # holes overlap
        shapely.MultiPolygon([shapely.Polygon(star(x)) for x in (0, 9, 9.5)]),
        shapely.Polygon([(0, 0), (1, 0), (2, 0)]),  # no area
        shapely.Polygon([(0, 0), (4, 0), (4, 4), (1, 4), (1, 4), (0, 4)]),  # a repeated vertex: left to GEOS
    ],
)
def test_nothing_is_told_of_doubtful_ones(polygon):
    assert not agrees(np.array([polygon], dtype=object)).any()


@given(
    st.integers(0, 2**32),
    st.integers(8, 60),
    st.sampled_from(["one", "hole", "part", "two holes"]),
    st.floats(0.05, 1),
)
def test_whatever_is_told_of_ragged_polygons_is_true(seed, corners, kind, size):
    random = np.random.default_rng(seed)
    shell = star(ragged=0.95, rays=np.sort(random.uniform(0, 2 * np.pi, corners)), seed=seed)
    shell += random.normal(0, 0.05, shell.shape)
    others = [
        star(*random.uniform(-1, 1, 2), size, ragged=0.8, rays=ANGLES, seed=seed + number)
        for number in (1, 2)
    ]
    if kind == "part":
        polygon = shapely.MultiPolygon([shapely.Polygon(shell), shapely.Polygon(others[0])])
    else:
        polygon = shapely.Polygon(shell, others[: {"one": 0, "hole": 1, "two holes": 2}[kind]])
    agrees(np.array([polygon], dtype=object))


places = st.tuples(st.integers(-6, 6), st.integers(-6, 6))
rings = st.lists(places, min_size=3, max_size=9, unique=True)


@given(st.lists(st.tuples(rings, rings, st.sampled_from(["one", "hole", "parts"])), min_size=1, max_size=20))
def test_whatever_is_told_is_true(shapes):
    polygons = []
    for shell, other, kind in shapes:
        if kind == "hole":
            polygons.append(shapely.Polygon(shell, [np.array(other) / 4]))
        elif kind == "parts":
            polygons.append(
                shapely.MultiPolygon([shapely.Polygon(shell), shapely.Polygon(np.array(other) + 8)])
            )
        else:
            polygons.append(shapely.Polygon(shell))
    agrees(np.array(polygons, dtype=object))


@given(st.integers(0, 2**32), st.floats(0, 1.2), st.floats(1e-3, 1e5), st.floats(-2e7, 2e7))
def test_ragged_rings_far_from_the_origin(seed, ragged, size, x):
    random = np.random.default_rng(seed)
    polygons = [
        shapely.Polygon(
            star(
                x,
                4e6,
                size,
                ragged=ragged,
                seed=seed + number,
                rays=np.sort(random.uniform(0, 2 * np.pi, 12)),
            )
        )
        for number in range(5)
    ]
    agrees(np.array(polygons, dtype=object))


@given(st.lists(st.tuples(st.floats(-500, 500), st.floats(-88, 88)), min_size=1, max_size=9))
def test_degrees_are_put_into_the_plane_while_they_are_read(places):
    polygons = np.array([shapely.Polygon(star(x, y)) for x, y in places], dtype=object)
    outlines, found, positions, rest = read_in_plane(*bytes_of(polygons))
    assert positions.tolist() == list(range(len(polygons)))
    assert len(rest) == 0
    expected = plane_coordinates(outlines_of(polygons).coordinates, 4490)
    np.testing.assert_allclose(outlines.coordinates, expected, rtol=2e-15, atol=1e-9)
    again = measure(outlines)
    np.testing.assert_array_equal(found.boxes, again.boxes)
    np.testing.assert_array_equal(found.areas, again.areas)
    np.testing.assert_array_equal(found.valid, again.valid)


def test_what_has_no_place_in_the_plane_is_left_to_geos():
    with np.errstate(invalid="ignore"):
        wild = shapely.linearrings(
            [[(116, 30), (np.inf, 30), (117, 31)], [(116, 30), (117, np.nan), (117, 31)]]
        )
    polygons = [
        shapely.Polygon([(179, 0), (-179, 0), (-179, 1), (179, 1)]),
        shapely.box(116, 30, 117, 31),
        shapely.box(116, 89, 117, 91),
        shapely.box(600, 30, 601, 31),
        *shapely.polygons(wild),
    ]
    outlines, _, positions, rest = read_in_plane(*bytes_of(polygons))
    assert positions.tolist() == [1]
    assert rest.tolist() == [0, 2, 3, 4, 5]
    assert len(outlines.coordinates) == 5
