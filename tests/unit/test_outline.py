"""What is told of polygons from their coordinate arrays alone must be what GEOS finds."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geozone.overlay.outline import measure
from geozone.overlay.wkb import read_outlines

ANGLES = np.linspace(0, 2 * np.pi, 24, endpoint=False)


def outlines_of(polygons):
    wkb = shapely.to_wkb(polygons, byte_order=1)
    offsets = np.cumsum([0, *(len(one) for one in wkb)])
    outlines, positions, rest = read_outlines(np.frombuffer(b"".join(wkb), np.uint8), offsets)
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
    ]
    assert agrees(np.array(polygons, dtype=object)).all()


@pytest.mark.parametrize(
    "polygon",
    [
        shapely.Polygon([(0, 0), (2, 2), (2, 0), (0, 2)]),  # a bow tie
        shapely.Polygon(star(rays=2 * ANGLES)),  # around twice
        shapely.Polygon(star(), [star(0.9, 0, 0.5)]),  # a hole that leaves its shell
        shapely.Polygon(star(), [star(5, 0, 0.5)]),  # a hole beside it
        shapely.MultiPolygon([shapely.Polygon(star()), shapely.Polygon(star(0.5))]),  # parts overlap
        shapely.MultiPolygon([shapely.Polygon(star()), shapely.Polygon(star(size=0.1))]),
        shapely.Polygon([(0, 0), (1, 0), (2, 0)]),  # no area
        shapely.Polygon([(0, 0), (4, 0), (4, 4), (1, 4), (1, 4), (0, 4)]),  # a repeated vertex: left to GEOS
    ],
)
def test_nothing_is_told_of_doubtful_ones(polygon):
    assert not agrees(np.array([polygon], dtype=object)).any()


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
