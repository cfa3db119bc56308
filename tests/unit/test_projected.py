"""Polygons of any CRS get into the plane on their coordinate arrays as geometries do."""

import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geozone.overlay.features import block_of_geometries, block_of_outlines
from geozone.overlay.projected import into_plane
from geozone.overlay.wkb import outlines_of

NUMBERS = np.arange(3)
ANGLES = np.linspace(0, 2 * np.pi, 9, endpoint=False)
SYSTEMS = [4527, 4548, 4498, 32650, 3857, 4610, 4555, "+proj=aea +lat_1=25 +lat_2=47 +lon_0=105 +ellps=GRS80"]


def placed(crs, x, y, size):
    """Return polygons of some metres around a place, one with a hole and one in two parts."""
    source = pyproj.CRS(crs)
    x, y = pyproj.Transformer.from_crs(4490, source, always_xy=True).transform(x, y)
    size = size / 1e5 if source.is_geographic else size
    star = np.column_stack([np.cos(ANGLES), np.sin(ANGLES)]) * size
    place = np.array([x, y])
    shapes = [
        shapely.Polygon(place + star),
        shapely.Polygon(place + star, [place + star / 9]),
        shapely.MultiPolygon(
            [shapely.Polygon(place + np.array([3 * side * size, 0]) + star) for side in (0, 1)]
        ),
    ]
    return np.array(shapes, dtype=object)


@pytest.mark.parametrize("crs", SYSTEMS)
@given(st.floats(112, 122), st.floats(18, 53), st.sampled_from([3.0, 300.0, 3e4]))
def test_arrays_give_what_geometries_give(crs, x, y, size):
    polygons = placed(crs, x, y, size)
    one, _ = block_of_outlines(outlines_of(polygons), NUMBERS, crs)
    other, _ = block_of_geometries(polygons, NUMBERS, crs)
    np.testing.assert_allclose(one.areas, other.areas, rtol=1e-9, atol=1e-5)
    np.testing.assert_allclose(one.boxes, other.boxes, rtol=0, atol=2e-8)
    counts = [shapely.get_num_coordinates(block.take(NUMBERS)) for block in (one, other)]
    np.testing.assert_array_equal(*counts)


def test_a_layer_across_180_is_left_to_geometries():
    polygons = placed(32660, 179.99, 40, 5000.0)
    assert into_plane(outlines_of(polygons), 32660) is None
    block, _ = block_of_outlines(outlines_of(polygons), NUMBERS, 32660)
    assert block.areas == pytest.approx(block_of_geometries(polygons, NUMBERS, 32660)[0].areas, rel=1e-12)


def test_what_lies_nowhere_is_told():
    polygons = placed(4527, 117, 40, 300.0)
    polygons[1] = shapely.box(1e8, 1e8, 1.1e8, 1.1e8)
    block, _ = block_of_outlines(outlines_of(polygons), NUMBERS, 4527)
    assert block.lost["off_earth"].tolist() == [1]
    assert block.features.tolist() == [0, 2]
